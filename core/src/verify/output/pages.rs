//! What the rules are, for people: one at a time, and all of them on a page.

use std::fmt::Write as _;

use crate::verify::{Readers, Rule, rules};

/// What a rule is about, as text for a terminal.
pub fn explanation(rule: &Rule) -> String {
    let mut text = format!("{} ({})\n{}.\n", rule.code, severities(rule), rule.title);
    for source in rule.sources {
        let url = source.url().map(|url| format!(" <{url}>")).unwrap_or_default();
        text += &format!("Source: {source}{url}\n");
    }
    text += &format!("\n{}\n", rule.why);
    if let Some(readers) = readers(rule.readers) {
        text += &format!("{readers}\n");
    }
    text += &format!("\nTo mend it: {}\n", rule.mend);
    text += &format!("\nBreaks the rule:\n{}\n", indented(rule.bad));
    text += &format!("\nKeeps it:\n{}\n", indented(rule.good));
    text
}

/// All rules as a page in Markdown: `docs/rules.md`.
pub fn rules_page() -> String {
    let mut page = String::from(PREFACE);
    let mut group = "";
    for rule in rules() {
        if group != &rule.code[..1] {
            group = &rule.code[..1];
            page += &format!("\n## {}: {}\n", group, group_title(group));
        }
        page += &section(rule);
    }
    page
}

const PREFACE: &str = "\
# The rules of `towpath verify`

<!-- Made from the table of rules by a test: UPDATE_RULES=1 cargo test -p towpath-core rules_page -->

Each rule has a code that never changes. An *error* is against what a CEP demands, or dangerous; a
*warning* is against a recommendation, or a risk on some machines; a *note* is good to know. The
severity is that of the profile `publish`, for packages that were built now; where `--profile mirror`, for
packages that were published long ago, has another one, it stands beside it.

`towpath verify --explain CODE` says the same in a terminal. [verifying.md](verifying.md) says how rules are
chosen and what becomes of findings.
";

fn section(rule: &Rule) -> String {
    let mut text = format!(
        "\n### {}\n\n**{}.** ({})\n\n",
        rule.code,
        rule.title,
        severities(rule)
    );
    let sources: Vec<String> = rule
        .sources
        .iter()
        .map(|source| match source.url() {
            Some(url) => format!("[{source}]({url})"),
            None => source.to_string(),
        })
        .collect();
    let _ = writeln!(text, "{} Source: {}.\n", rule.why, sources.join("; "));
    if let Some(readers) = readers(rule.readers) {
        let _ = writeln!(text, "{readers}\n");
    }
    let _ = writeln!(text, "To mend it: {}\n", rule.mend);
    let _ = writeln!(text, "Breaks the rule:\n\n{}\n", indented(rule.bad));
    let _ = writeln!(text, "Keeps it:\n\n{}", indented(rule.good));
    text
}

fn severities(rule: &Rule) -> String {
    let Rule { severity, mirror, .. } = rule;
    if severity == mirror {
        severity.to_string()
    } else {
        format!("{severity}; {mirror} with --profile mirror")
    }
}

fn readers(readers: Readers) -> Option<&'static str> {
    match readers {
        Readers::Agree => None,
        Readers::Differ => Some("Clients install different things from such a package."),
        Readers::Refuse => Some("Some clients, or all, refuse such a package."),
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

fn group_title(group: &str) -> &'static str {
    match group {
        "A" => "the container",
        "B" => "members of the tarballs",
        "C" => "names",
        "D" => "metadata",
        "E" => "paths.json",
        "F" => "the payload",
        _ => "the channel that the package is to be added to",
    }
}

// In WebAssembly there are no files.
#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;

    /// The page in the documentation is the table's.
    #[test]
    fn rules_page_is_what_the_documentation_has() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md");
        let page = rules_page();
        if std::env::var_os("UPDATE_RULES").is_some() {
            fs_err::write(path, &page).unwrap();
        }
        let written = fs_err::read_to_string(path).unwrap();
        assert!(
            written == page,
            "docs/rules.md is old: UPDATE_RULES=1 cargo test -p towpath-core rules_page"
        );
    }
}
