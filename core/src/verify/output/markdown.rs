//! Findings in Markdown, as a comment of a pull request or a job's summary has them.

use std::fmt::Write as _;

use super::CheckedFile;
use crate::verify::finding::is_invisible;
use crate::verify::{Finding, Installs, Report, Severity, rule};

/// How many findings of a table are told one by one: a comment has 65,536 characters at most.
const TOLD: usize = 30;

/// The findings of a file, below a heading that says the verdict, such as "fit to be uploaded". Notes are
/// folded up. Text of the package is shown and does nothing: it makes no link, and calls nobody.
pub fn markdown(file: &CheckedFile, verdict: &str) -> String {
    let report = &file.report;
    let counts: Vec<String> = worst_first()
        .filter_map(|severity| match report.count(severity) {
            0 => None,
            count => Some(counted(count, severity)),
        })
        .collect();
    let found = if counts.is_empty() {
        String::new()
    } else {
        format!(": {}", counts.join(", "))
    };
    let mut text = format!("### {} is {verdict}{found}\n\n", code(&file.path));
    table(report, &[Severity::Error, Severity::Warning], &mut text);
    let notes = report.count(Severity::Note);
    if notes > 0 {
        let summary = counted(notes, Severity::Note);
        let _ = writeln!(text, "<details><summary>{summary}</summary>\n");
        table(report, &[Severity::Note], &mut text);
        text.push_str("</details>\n\n");
    }
    if let Some(line) = installs(&report.installs) {
        let _ = writeln!(text, "{line}\n");
    }
    // The empty line is for the heading of another file.
    let _ = writeln!(
        text,
        "{} bytes, SHA-256 `{}`; checked by towpath {}\n",
        report.size,
        report.sha256,
        env!("CARGO_PKG_VERSION")
    );
    text
}

fn worst_first() -> impl Iterator<Item = Severity> {
    Severity::ALL.into_iter().rev()
}

fn counted(count: usize, severity: Severity) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {severity}{ending}")
}

/// A table of the findings of these severities, if there are any.
fn table(report: &Report, severities: &[Severity], text: &mut String) {
    let mut findings: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| severities.contains(&finding.severity))
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if findings.is_empty() {
        return;
    }
    text.push_str("| | what was found | to mend it |\n|---|---|---|\n");
    let mut told = "";
    for finding in findings.iter().take(TOLD) {
        // Said once for all breaches of a rule, which stand together.
        let mend = if told == finding.code {
            ""
        } else {
            rule(finding.code).map_or("", |rule| rule.mend)
        };
        told = finding.code;
        let _ = writeln!(
            text,
            "| {} {} | {} | {} |",
            finding.severity,
            finding.code,
            code(&finding.in_words()),
            inline(mend)
        );
    }
    let all: usize = severities.iter().map(|severity| report.count(*severity)).sum();
    let untold = all.saturating_sub(findings.len().min(TOLD));
    if untold > 0 {
        let _ = writeln!(text, "\nand {untold} more");
    }
    text.push('\n');
}

fn installs(installs: &Installs) -> Option<String> {
    let (what, codes) = installs.disagreement()?;
    let codes: Vec<&str> = codes.iter().copied().collect();
    Some(format!("**{what}** ({})", codes.join(", ")))
}

/// Text of a package as code, in which nothing is anything else: more backticks around it than any run in
/// it, on one line, and without a pipe that would end a table's cell. What would turn or hide the words
/// around it, such as a verdict, is written out.
fn code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '|' => shown.push('¦'),
            // Programs that wait for orders read a comment as it is written, code or not. Paths keep it.
            '@' if !before.is_alphanumeric() && before != '/' => shown.push('＠'),
            character if character.is_control() => shown.push(' '),
            character if is_invisible(character) => shown.extend(character.escape_unicode()),
            character => shown.push(character),
        }
        before = character;
    }
    let text = shown;
    let longest = text.split(|character| character != '`').map(str::len).max();
    match longest.unwrap_or_default() {
        0 => format!("`{text}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

/// Our own text in a cell.
fn inline(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::package::ArtifactName;
    use crate::verify::{VerifyOptions, verify};

    fn of(name: &str) -> String {
        let report = verify(
            &ArtifactName::new(name).unwrap(),
            Cursor::new(b"no zip"),
            &VerifyOptions::default(),
        )
        .unwrap();
        let path = name.to_owned();
        markdown(&CheckedFile { path, report }, "not fit to be uploaded")
    }

    #[test]
    fn findings_are_a_table_below_the_verdict() {
        insta::assert_snapshot!(of("lock-1.0-0.conda"), @"
        ### `lock-1.0-0.conda` is not fit to be uploaded: 1 error

        | | what was found | to mend it |
        |---|---|---|
        | error A001 | `byte 6: the zip archive is damaged: it has no end: the file is truncated, or it is no zip archive` | Upload the file that the build tool wrote, and compare its size with the one on the server. If it comes from git, run git lfs pull first. |

        **conda or rattler, or both, refuse it** (A001)

        6 bytes, SHA-256 `0a85e2768edd3fa10386bf53cf917b0e1ad30e662cd87966d51fef5ca10ed42d`; checked by towpath 0.1.0
        ");
    }

    #[rstest::rstest]
    #[case("a`b``c", "``` a`b``c ```")]
    #[case("@everyone [x](javascript:1) <b>", "`＠everyone [x](javascript:1) <b>`")]
    #[case("x @merge-bot, go", "`x ＠merge-bot, go`")]
    #[case("lib/@types/a@2.js", "`lib/@types/a@2.js`")]
    #[case("a|b\nc", "`a¦b c`")]
    #[case("a\u{202e}b", "`a\\u{202e}b`")]
    fn text_of_a_package_is_code(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(code(text), expected);
    }
}
