//! D329: what a recipe should not tell.

use std::collections::BTreeMap;

use super::secrets::{Betrayal, betrayals};
use crate::verify::finding::quoted;
use crate::verify::{Check, Document, Found, Place, Readers, Rule, Severity, Source, Subject};

/// How many are told of one file.
const TOLD: usize = 10;

pub(super) static D329: Rule = Rule {
    code: "D329",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "The recipe in the package tells no secrets",
    sources: &[Source::Other(
        "GitHub, GitLab, PyPI and others, who search for such tokens",
    )],
    why: "Packages are copied to mirrors, where nobody can delete a token; paths in a home tell who built the package, and on what.",
    mend: "Revoke the token now, whether the package was published or not, and read it from the environment in the recipe. \
           Build on a CI service or in a folder outside of your home.",
    bad: "url: https://me:secret@example.org/demo.tar.gz",
    good: "url: https://example.org/demo.tar.gz",
    readers: Readers::Agree,
    check: Check::Package(recipe_tells_no_secrets),
};

fn recipe_tells_no_secrets(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (entry, content) in subject.evidence.kept() {
        if !entry.path.starts_with("info/recipe/") && entry.path != Document::About.path() {
            continue;
        }
        // Each home is told once, however often it is there.
        let mut homes: BTreeMap<String, (u64, usize)> = BTreeMap::new();
        let mut told = 0;
        for (line, betrayal) in betrayals(content) {
            match betrayal {
                Betrayal::Secret { what, shown } if told < TOLD => {
                    told += 1;
                    let what = format!("{} looks like {what}", quoted(&shown));
                    found.at(Place::member(&entry.path).line(line), what);
                }
                Betrayal::Home(home) if homes.len() < TOLD || homes.contains_key(&home) => {
                    homes.entry(home).or_insert((line, 0)).1 += 1;
                }
                Betrayal::Secret { .. } | Betrayal::Home(_) => {}
            }
        }
        for (home, (line, count)) in homes {
            let times = match count {
                1 => String::new(),
                _ => format!(", {count} times"),
            };
            let what = format!("it names somebody's home, {}{times}", quoted(&home));
            found.at(Place::member(&entry.path).line(line), what);
        }
    }
}
