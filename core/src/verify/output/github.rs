//! Findings as GitHub Actions shows them beside a workflow's run.

use super::CheckedFile;
use crate::verify::Severity;

/// The workflow commands for the findings of a file, a line each.
///
/// GitHub shows ten annotations of a kind in a step at most; the log has all of them.
pub fn github_annotations(file: &CheckedFile) -> impl Iterator<Item = String> {
    file.report.findings.iter().map(|finding| {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        format!(
            "::{command} file={},title={}::{}",
            property(&file.path),
            finding.code,
            data(&format!("{}: {}", file.report.file_name, finding.in_words()))
        )
    })
}

/// The workflow command that says why a file could not be read.
pub fn github_unreadable(path: &str, why: &str) -> String {
    format!("::error file={},title=not read::{}", property(path), data(why))
}

/// Text behind the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property, which a comma or a colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_a_command_of_its_own() {
        assert_eq!(property("a,b:c\n::error::d"), "a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ad");
    }
}
