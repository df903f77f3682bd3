//! What a person or a machine is told at the end.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use towpath_core::index::{IndexSummary, SubdirSummary};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const BOLD: Style = Style::new().bold();

/// How many warnings of a subdir, and packages that were left out of it, a person is told one by one.
const TOLD: usize = 20;

/// Writes a line to standard error, which is where talk goes.
pub(crate) fn say(line: &str) {
    // Nobody is left to tell when standard error is closed.
    drop(writeln!(anstream::stderr(), "{line}"));
}

/// Writes a line of data to standard output. A reader who has seen enough of it is no failure.
pub(crate) fn print(line: &str) -> io::Result<()> {
    match writeln!(anstream::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says what is odd about the run as a whole.
pub(crate) fn warn(what: &str) {
    say(&format!("{}: {what}", warning("warning")));
}

/// Says what was left out, and why; the file and the reason may be of somebody else's making.
pub(crate) fn left_out(subdir: &str, file_name: &str, why: &str) {
    say(&format!(
        "{}: {subdir}/{}: {}",
        styled(WARNING, "left out"),
        shown(file_name),
        shown(why)
    ));
}

/// The word in the style of errors.
pub(crate) fn error(word: &str) -> String {
    styled(ERROR, word)
}

/// The word in the style of warnings.
pub(crate) fn warning(word: &str) -> String {
    styled(WARNING, word)
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Tells what a run did: what is wrong first, then one line that sums up.
pub(crate) fn tell(channel: &str, summary: &IndexSummary, took: Duration) {
    for subdir in &summary.subdirs {
        tell_some(
            subdir,
            &subdir.warnings,
            ["more warning", "more warnings"],
            |warning| ("warning", &warning.file_name, &warning.what),
        );
    }
    for subdir in &summary.subdirs {
        tell_some(subdir, &subdir.left_out, ["more left out"; 2], |left_out| {
            ("left out", &left_out.file_name, &left_out.reason)
        });
        if let Some(failure) = &subdir.failure {
            say(&format!("{}: {}: {failure}", error("error"), subdir.subdir));
            say("some of its documents may be as they were");
        }
        if subdir.skipped {
            say(&format!(
                "{}: skipped, another process is indexing it",
                subdir.subdir
            ));
        }
    }
    if let Some(failure) = &summary.channel.failure {
        say(&format!("{}: {failure}", error("error")));
    }
    let sum = |count: fn(&SubdirSummary) -> usize| summary.subdirs.iter().map(count).sum::<usize>();
    let counts = [
        (sum(|subdir| subdir.added), "added"),
        (sum(|subdir| subdir.changed), "changed"),
        (sum(|subdir| subdir.removed), "removed"),
        (sum(|subdir| subdir.left_out.len()), "left out"),
    ];
    let packages = counts.map(|(count, what)| format!("{count} {what}")).join(", ");
    let names: Vec<&str> = summary
        .subdirs
        .iter()
        .map(|subdir| subdir.subdir.as_str())
        .collect();
    let written = sum(|subdir| subdir.documents_written.len()) + summary.channel.documents_written.len();
    let written = match written {
        0 => "nothing to write".to_owned(),
        1 => "1 document written".to_owned(),
        count => format!("{count} documents written"),
    };
    say(&format!(
        "{} ({}): {packages}; {written} in {}",
        styled(BOLD, channel),
        names.join(", "),
        duration(took)
    ));
}

/// Tells the first of what was found in a subdir, each as a word, a file and what is to be said of
/// it, then how many more there are: a large channel has more than anybody reads, at every run.
fn tell_some<Found>(
    subdir: &SubdirSummary,
    found: &[Found],
    [one_more, more]: [&str; 2],
    words: fn(&Found) -> (&str, &String, &String),
) {
    for (word, file_name, what) in found.iter().take(TOLD).map(words) {
        say(&format!(
            "{}: {}/{}: {}",
            styled(WARNING, word),
            subdir.subdir,
            shown(file_name),
            shown(what)
        ));
    }
    match found.len().saturating_sub(TOLD) {
        0 => {}
        1 => say(&format!("{}: 1 {one_more} (--json lists all)", subdir.subdir)),
        count => say(&format!("{}: {count} {more} (--json lists all)", subdir.subdir)),
    }
}

/// The same for machines.
pub(crate) fn as_json(channel: &str, summary: &IndexSummary, took: Duration) -> Value {
    let subdirs = summary.subdirs.iter().map(|subdir| {
        json!({
            "subdir": subdir.subdir,
            "added": subdir.added,
            "changed": subdir.changed,
            "removed": subdir.removed,
            "left_out": subdir.left_out.iter().map(|left_out| json!({
                "file_name": left_out.file_name, "reason": left_out.reason,
            })).collect::<Vec<_>>(),
            "warnings": subdir.warnings.iter().map(|warning| json!({
                "file_name": warning.file_name, "what": warning.what,
            })).collect::<Vec<_>>(),
            "documents_written": subdir.documents_written,
            "shards_removed": subdir.shards_removed,
            "bytes_read": subdir.bytes_read,
            "skipped": subdir.skipped,
            "failure": subdir.failure,
        })
    });
    json!({
        "channel": channel,
        "subdirs": subdirs.collect::<Vec<_>>(),
        "documents_written": summary.channel.documents_written,
        "failure": summary.channel.failure,
        "seconds": took.as_secs_f64(),
    })
}

/// Text from a package or a file system, without what could steer a terminal or turn the direction
/// in which it is read.
pub(crate) fn shown(text: &str) -> String {
    text.replace(steers, "\u{fffd}")
}

/// JSON with such characters escaped: JSON lets some of them stand as they are.
pub(crate) fn shown_json(json: &Value) -> String {
    let mut shown = String::new();
    for character in json.to_string().chars() {
        if steers(character) {
            shown += &format!("\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// `1 package`, `2 packages`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// How large something is, for people: three digits, in units of 1000.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1000.0;
    let mut unit = "kB";
    for larger in ["MB", "GB", "TB"] {
        // What would be spelled 1000 is one of the next unit.
        if amount < 999.5 {
            break;
        }
        amount /= 1000.0;
        unit = larger;
    }
    let decimals = match amount {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{amount:.decimals$} {unit}")
}

/// The text in bold.
pub(crate) fn bold(text: &str) -> String {
    styled(BOLD, text)
}

/// How long something took, for people.
pub(crate) fn duration(took: Duration) -> String {
    match took.as_secs() {
        0..60 => format!("{:.2} s", took.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(0, "0 B")]
    #[case(999, "999 B")]
    #[case(1000, "1.00 kB")]
    #[case(9_994, "9.99 kB")]
    #[case(9_995, "10.0 kB")]
    #[case(41_234, "41.2 kB")]
    #[case(999_499, "999 kB")]
    #[case(999_500, "1.00 MB")]
    #[case(12_345_678, "12.3 MB")]
    #[case(1_234_567_890, "1.23 GB")]
    #[case(u64::MAX, "18446744 TB")]
    fn sizes_have_three_digits(#[case] bytes: u64, #[case] spelled: &str) {
        assert_eq!(size(bytes), spelled);
    }

    #[test]
    fn json_keeps_what_it_says() {
        let value = json!({"a\u{9b}\u{202e}": "\u{1b}[2J\u{200f} ü\n\u{61c}"});
        let text = shown_json(&value);
        assert!(!text.contains(steers), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
