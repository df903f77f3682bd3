//! Names and metadata that were made to look like something else where they are shown.

use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{Kind, PackageBuilder};

use super::{sound, verify};

/// Clears the screen, sets the title of the window, turns the direction of reading, ends the line.
const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}\u{202e}\u{200f}\u{2066}txt.exe\r\n::error::pwned";

/// What a terminal would do something for.
fn steers(character: char) -> bool {
    character != '\n' && character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A package that says evil things wherever it can.
fn evil() -> PackageBuilder {
    let evil = EVIL;
    sound()
        .index(|index| {
            for key in ["name", "version", "build", "subdir", "noarch", "license", evil] {
                index.insert(key.to_owned(), json!(evil));
            }
            for key in ["depends", "constrains", "flags"] {
                index.insert(key.to_owned(), json!([evil]));
            }
            index.insert("extra_depends".to_owned(), json!({evil: [evil]}));
        })
        .about(json!({"home": evil, "summary": evil, "license": evil, "extra": {"remote_url": evil}}))
        .run_exports(json!({evil: [evil]}))
        .recipe(&json!({"source": {"url": evil}, "password": evil}).to_string())
        .member(
            "info/link.json",
            json!({"noarch": {"type": evil, "entry_points": [evil]}}).to_string(),
        )
        .member(&format!("info/{evil}"), "")
        .member(&format!("info/licenses/{evil}"), "")
        .payload(&format!("conda-meta/{evil}"), "")
        .payload("##[add-mask]1", "")
        .payload("::stop-commands::x", "")
        .payload("::add-mask::1", "")
        .payload(&format!("Menu/{evil}.json"), format!("{{{evil:?}: 1"))
        .payload(&format!("etc/conda/env_vars.d/{evil}.json"), "{")
        .symlink(&format!("bin/{evil}"), evil)
        .hardlink(&format!("lib/{evil}"), evil)
}

/// What the runner of GitHub Actions takes for a command: `::command` at the beginning of a line, behind
/// whitespace, and `##[command]` anywhere.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || line.contains("##[")
}

#[rstest]
#[case("text", Kind::Conda)]
#[case("text", Kind::TarBz2)]
#[case("json", Kind::Conda)]
#[case("sarif", Kind::Conda)]
#[case("github", Kind::Conda)]
#[case("markdown", Kind::Conda)]
fn nothing_steers_a_terminal(#[case] format: &str, #[case] kind: Kind) {
    let name = format!("{EVIL}-1-0{}", kind.extension()).replace('/', "");
    let missing = format!("missing{name}");
    let outcome = verify(
        &[(&name, evil().bytes(kind))],
        &[&name, &missing, "--format", format],
    );
    assert_eq!(outcome.status(), 1, "{outcome}");
    for text in [outcome.stdout(), outcome.stderr()] {
        assert!(!text.contains(steers), "{text:?}");
    }
    if format == "json" || format == "sarif" {
        let _: Value = serde_json::from_str(outcome.stdout()).unwrap();
    }
    if format == "text" || format == "markdown" {
        for line in outcome.stdout().lines().chain(outcome.stderr().lines()) {
            assert!(!is_command(line), "{line:?}");
        }
    }
}

#[test]
fn nothing_becomes_a_command_of_its_own() {
    let names = [
        "::error::pwned-1-0.conda",
        "a,line=9::stop-commands::b-1-0.conda",
        "c%0A::error::d-1-0.conda",
    ];
    for name in names {
        let text = verify(&[(name, evil().conda())], &[name]);
        for line in text.stdout().lines() {
            assert!(!is_command(line), "{line:?}");
        }
        let missing = format!("missing{name}");
        let outcome = verify(&[(name, evil().conda())], &[name, &missing, "--format", "github"]);
        assert!(outcome.stdout().lines().count() > 10, "{outcome}");
        for line in outcome.stdout().lines() {
            let command = line.strip_prefix("::").unwrap();
            let (properties, message) = command.split_once("::").unwrap();
            let (kind, properties) = properties.split_once(" file=").unwrap();
            assert!(["error", "warning", "notice"].contains(&kind), "{line:?}");
            let (file, title) = properties.split_once(",title=").unwrap();
            assert!(!file.contains([',', ':']), "{line:?}");
            assert!(!title.contains([',', ':']), "{line:?}");
            assert!(!message.is_empty(), "{line:?}");
            // What a name has that looks like an escape stays as it is.
            assert_eq!(
                file.contains("c%250A%3A%3Aerror"),
                name.starts_with('c'),
                "{line:?}"
            );
        }
    }
}

#[test]
fn mistakes_are_told_harmlessly_too() {
    let folder = format!("{EVIL}/x");
    let files = [(folder.as_str(), Vec::new())];
    for path in [EVIL, folder.as_str(), "\u{1b}[2J"] {
        let outcome = verify(&files, &[path]);
        assert_eq!(outcome.status(), 2, "{outcome}");
        assert!(!outcome.stderr().contains(steers), "{outcome}");
    }
}
