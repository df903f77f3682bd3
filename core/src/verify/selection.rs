//! Which rules are looked at, and how severe they are.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Profile, Rule, Severity, rules};

/// Which rules are looked at, and how severe they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What the package is checked for.
    pub profile: Profile,
    /// If there are any: only rules whose codes begin with one of these.
    select: Vec<String>,
    /// No rules whose codes begin with one of these, unless a longer one selects them.
    ignore: Vec<String>,
    /// Severities that were decided on for some codes.
    severities: BTreeMap<String, Severity>,
}

/// Text that no code begins with.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no rule's code begins with {0:?}: a code is like A001, a group like A or A0")]
pub struct UnknownCode(String);

impl Selection {
    /// All rules as this profile has them.
    pub fn of(profile: Profile) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// Only rules whose codes begin so; those that were selected before, too.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn select(mut self, code: &str) -> Result<Self, UnknownCode> {
        self.select.push(known(code)?);
        Ok(self)
    }

    /// No rules whose codes begin so. What selects more precisely wins.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn ignore(mut self, code: &str) -> Result<Self, UnknownCode> {
        self.ignore.push(known(code)?);
        Ok(self)
    }

    /// A severity of their own for rules whose codes begin so.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn with_severity(mut self, code: &str, severity: Severity) -> Result<Self, UnknownCode> {
        self.severities.insert(known(code)?, severity);
        Ok(self)
    }

    /// How severe the rule is; `None` if it is not looked at.
    pub(super) fn severity(&self, rule: &Rule) -> Option<Severity> {
        let precision = |codes: &[String]| {
            let matching = codes.iter().filter(|code| rule.code.starts_with(code.as_str()));
            matching.map(String::len).max()
        };
        let (selected, ignored) = (precision(&self.select), precision(&self.ignore));
        let is_unselected = selected.is_none() && !self.select.is_empty();
        if is_unselected || ignored.is_some() && ignored >= selected {
            return None;
        }
        let decided = self
            .severities
            .iter()
            .filter(|(code, _)| rule.code.starts_with(code.as_str()));
        let decided = decided.max_by_key(|(code, _)| code.len());
        Some(decided.map_or_else(|| rule.severity_in(self.profile), |(_, severity)| *severity))
    }
}

fn known(code: &str) -> Result<String, UnknownCode> {
    let upper = code.to_ascii_uppercase();
    let known = !upper.is_empty() && rules().any(|rule| rule.code.starts_with(&upper));
    known.then_some(upper).ok_or_else(|| UnknownCode(code.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::rule;

    fn severity(selection: &Selection, code: &str) -> Option<Severity> {
        selection.severity(rule(code).unwrap())
    }

    #[test]
    fn the_most_precise_code_decides() {
        let selection = Selection::default().ignore("A").unwrap();
        assert_eq!(severity(&selection, "A001"), None);
        let selection = selection.select("a001").unwrap();
        assert_eq!(severity(&selection, "A001"), Some(Severity::Error));
        assert_eq!(severity(&selection.clone().ignore("A001").unwrap(), "A001"), None);
        let selection = selection
            .with_severity("A001", Severity::Note)
            .unwrap()
            .with_severity("A", Severity::Warning)
            .unwrap();
        assert_eq!(severity(&selection, "A001"), Some(Severity::Note));
        assert_eq!(
            Selection::default().select("Q").unwrap_err().to_string(),
            "no rule's code begins with \"Q\": a code is like A001, a group like A or A0"
        );
    }
}
