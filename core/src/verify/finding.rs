//! What a rule has against a package, and where.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::{Readers, Rule, Severity};

/// How many findings of one rule and severity are told one by one. Were it of one rule, a package
/// could hide what is bad behind what is not.
const TOLD: usize = 50;
/// Characters of a text that is quoted from a package.
const QUOTED: usize = 80;
/// Characters of a member's path that a place keeps.
const MEMBER: usize = 1_000;

/// What a rule has against a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// The rule.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it was found.
    #[serde(flatten)]
    pub place: Place,
    /// What was found, as a sentence without its stop. Quotes the package, with its control
    /// characters escaped.
    pub what: String,
}

impl Finding {
    /// Where it was found and what, as one line: `info/index.json depends[0]: …`.
    pub fn in_words(&self) -> String {
        let place = self.place.to_string();
        let between = if place.is_empty() { "" } else { ": " };
        format!("{place}{between}{}", self.what)
    }
}

/// Where in a package something was found; the file as a whole if nothing is said.
///
/// The names are the package's own, and may hold anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Place {
    /// A member: of the zip, or of a tarball in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub member: Option<String>,
    /// What within a JSON member, such as `depends[3]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub key: Option<String>,
    /// Which line of a text member, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub line: Option<u64>,
    /// Which byte of the file, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub offset: Option<u64>,
}

impl Place {
    /// The file as a whole.
    pub fn file() -> Self {
        Self::default()
    }

    /// A member of an archive.
    pub fn member(path: impl Into<String>) -> Self {
        Self {
            member: Some(path.into()),
            ..Self::default()
        }
    }

    /// Something within a JSON member.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            ..self
        }
    }

    /// A line of a text member, from 1.
    #[must_use]
    pub fn line(self, line: u64) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

    /// The same with a member of bearable length: a hostile path can be as long as a book.
    fn bounded(mut self) -> Self {
        if let Some(member) = &mut self.member
            && let Some((end, _)) = member.char_indices().nth(MEMBER)
        {
            member.truncate(end);
            member.push('…');
        }
        self
    }

    /// A byte of the file, from 0.
    #[must_use]
    pub fn offset(self, offset: u64) -> Self {
        Self {
            offset: Some(offset),
            ..self
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        if let Some(member) = &self.member {
            formatter.write_str(&escaped(member, usize::MAX))?;
            between = " ";
        }
        if let Some(line) = self.line {
            write!(formatter, "{between}line {line}")?;
            between = " ";
        }
        if let Some(key) = &self.key {
            write!(formatter, "{between}{}", escaped(key, usize::MAX))?;
            between = " ";
        }
        if let Some(offset) = self.offset {
            write!(formatter, "{between}byte {offset}")?;
        }
        Ok(())
    }
}

/// Where rules put what they find.
#[derive(Debug)]
pub struct Found<'a> {
    rule: &'a Rule,
    severity: Severity,
    findings: &'a mut Vec<Finding>,
    /// How many were found of each severity.
    counts: BTreeMap<Severity, usize>,
    /// What clients make of what was found.
    readers: Vec<Readers>,
}

impl<'a> Found<'a> {
    pub(super) fn new(rule: &'a Rule, severity: Severity, findings: &'a mut Vec<Finding>) -> Self {
        Self {
            rule,
            severity,
            findings,
            counts: BTreeMap::new(),
            readers: Vec::new(),
        }
    }

    /// The rule is broken here. `what` says what was found: "it has 7 bytes, not 5". Text of the
    /// package goes through [`quoted`].
    pub(super) fn at(&mut self, place: Place, what: impl Into<String>) {
        self.no_worse_than(Severity::Error, place, what);
    }

    /// The same for a milder case of the rule.
    pub(super) fn no_worse_than(&mut self, most: Severity, place: Place, what: impl Into<String>) {
        self.read_as(self.rule.readers, most, place, what);
    }

    /// The same for a case of which clients make the same, whatever they make of others.
    pub(super) fn agreed(&mut self, most: Severity, place: Place, what: impl Into<String>) {
        self.read_as(Readers::Agree, most, place, what);
    }

    /// The same for a case of which clients make something else than the rule says.
    pub(super) fn read_as(
        &mut self,
        readers: Readers,
        most: Severity,
        place: Place,
        what: impl Into<String>,
    ) {
        if !self.readers.contains(&readers) {
            self.readers.push(readers);
        }
        let severity = self.severity.min(most);
        let count = self.counts.entry(severity).or_default();
        *count += 1;
        if *count <= TOLD {
            self.findings.push(Finding {
                code: self.rule.code,
                severity,
                place: place.bounded(),
                what: what.into(),
            });
        }
    }

    /// What clients make of what was found.
    pub(super) fn readers(&self) -> &[Readers] {
        &self.readers
    }

    /// How many were found of each severity and are not among the findings.
    pub(super) fn untold(&self) -> BTreeMap<Severity, usize> {
        let counts = self.counts.iter().filter(|(_, count)| **count > TOLD);
        counts
            .map(|(severity, count)| (*severity, count - TOLD))
            .collect()
    }
}

/// Text of a package as a finding quotes it: between quotation marks, not too long, and with
/// everything escaped that a terminal or a reader could take for something else.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, QUOTED))
}

/// A value of a package's JSON as a finding shows it; "nothing" if there is none.
pub(super) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(
        || "nothing".to_owned(),
        |value| escaped(&value.to_string(), QUOTED),
    )
}

fn escaped(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == most {
            shown.push('…');
            break;
        }
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Characters that change how others are shown, or are not seen.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_cannot_pass_for_something_else() {
        assert_eq!(quoted("a\u{1b}[31m\n"), r#""a\u{1b}[31m\u{a}""#);
        assert_eq!(quoted("exe\u{202e}fdp"), r#""exe\u{202e}fdp""#);
        assert_eq!(quoted(&"x".repeat(81)), format!("\"{}…\"", "x".repeat(80)));
    }

    #[test]
    fn a_place_is_told_from_the_outside_in() {
        let place = Place::member("info/index.json").line(3).key("depends[0]");
        assert_eq!(place.to_string(), "info/index.json line 3 depends[0]");
        assert_eq!(Place::file().offset(7).to_string(), "byte 7");
    }
}
