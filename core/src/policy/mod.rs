//! Policies: rules that a record is held to before it is published.
//!
//! conda-index publishes whatever a package says of itself, and some of it makes clients refuse a
//! package, all builds of its name or the whole channel. Each [`Rule`] is about one way in which
//! that happens; a [`Policy`] says what is to be done about each.

mod identity;
mod names;
mod shape;
pub(crate) mod version;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::channel::Subdir;
use crate::json::{JsonSlice, JsonText};
use crate::package::ArtifactName;

/// A rule for records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The record's `subdir` is the one that the artifact lies in (CEP 36). A record may lack it:
    /// clients know where they got the record from.
    Subdir,
    /// The file name is made of the record's `name`, `version` and `build` (CEP 26). A record that
    /// lacks one of them, or has it as something else than text, is a matter of [`Rule::Record`].
    FileName,
    /// The build did not begin after the artifact was first indexed (CEP 47).
    Timestamp,
    /// Package name, version, build string and file name are made of the characters, and are as
    /// long, as CEP 26 allows.
    Name,
    /// Every field has a type that clients can read (CEP 34, CEP 36). rattler, and so pixi, refuses
    /// all builds of a package name if it cannot read the record of one.
    Record,
}

/// What is done about a record that breaks a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing: the rule is not looked at.
    Allow,
    /// It is published, and reported.
    #[default]
    Warn,
    /// It is reported, and not published.
    Reject,
}

/// A name that no rule has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no rule {0:?}: the rules are subdir, file-name, timestamp, name and record")]
pub struct UnknownRule(String);

/// A name that no action has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no action {0:?}: the actions are allow, warn and reject")]
pub struct UnknownAction(String);

impl Rule {
    /// All rules, in the order in which findings are told.
    pub const ALL: [Self; 5] = [
        Self::Subdir,
        Self::FileName,
        Self::Timestamp,
        Self::Name,
        Self::Record,
    ];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subdir => "subdir",
            Self::FileName => "file-name",
            Self::Timestamp => "timestamp",
            Self::Name => "name",
            Self::Record => "record",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == name);
        found.ok_or_else(|| UnknownRule(name.to_owned()))
    }
}

impl Action {
    const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Reject];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Self, UnknownAction> {
        let found = Self::ALL.into_iter().find(|action| action.as_str() == name);
        found.ok_or_else(|| UnknownAction(name.to_owned()))
    }
}

/// What is done about records that break rules: an action for each rule, [`Action::Warn`] unless
/// said otherwise.
///
/// ```
/// use towpath_core::json::JsonText;
/// use towpath_core::package::ArtifactName;
/// use towpath_core::policy::{Action, Policy, Rule};
///
/// let policy = Policy::default().with(Rule::Subdir, Action::Reject);
/// let record = r#"{"build":"0","build_number":0,"name":"a","subdir":"linux-64","version":"1"}"#;
/// let record = JsonText::from_stored(record.into()).unwrap();
/// let name = ArtifactName::new("a-1-0.conda").unwrap();
/// let findings = policy.review(&"noarch".parse().unwrap(), &name, &record, None);
/// assert_eq!(findings.len(), 1);
/// assert_eq!((findings[0].rule, findings[0].action), (Rule::Subdir, Action::Reject));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    subdir: Action,
    file_name: Action,
    timestamp: Action,
    name: Action,
    record: Action,
}

/// A record breaks a rule about which something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What the policy does about it: warn or reject.
    pub action: Action,
    /// For people: which field, what is in it, and what the rule asks for.
    pub what: String,
}

impl Policy {
    /// What is done about records that break `rule`.
    pub fn action(&self, rule: Rule) -> Action {
        match rule {
            Rule::Subdir => self.subdir,
            Rule::FileName => self.file_name,
            Rule::Timestamp => self.timestamp,
            Rule::Name => self.name,
            Rule::Record => self.record,
        }
    }

    /// The same with another action for `rule`.
    #[must_use]
    pub fn with(mut self, rule: Rule, action: Action) -> Self {
        match rule {
            Rule::Subdir => self.subdir = action,
            Rule::FileName => self.file_name = action,
            Rule::Timestamp => self.timestamp = action,
            Rule::Name => self.name = action,
            Rule::Record => self.record = action,
        }
        self
    }

    /// What the policy has against the record of an artifact in `subdir` that was first indexed at
    /// this time, in milliseconds: a list by rule. It depends on nothing else, neither on the clock
    /// nor on other records.
    pub fn review(
        &self,
        subdir: &Subdir,
        artifact: &ArtifactName,
        record: &JsonText,
        indexed_timestamp: Option<i64>,
    ) -> Vec<Finding> {
        let mut findings = Findings {
            policy: self,
            found: Vec::new(),
        };
        let Some(members) = record.as_slice().members() else {
            findings.add(Rule::Record, || Some("it is no JSON object".to_owned()));
            return findings.found;
        };
        let mut fields = Fields::default();
        for (key, value) in members {
            fields.take(key, value);
            findings.add(Rule::Record, || shape::fault(key, value));
        }
        for missing in fields.missing() {
            findings.add(Rule::Record, || Some(shape::missing(missing)));
        }
        findings.add(Rule::Subdir, || identity::subdir_fault(subdir, &fields));
        findings.add(Rule::FileName, || identity::file_name_fault(artifact, &fields));
        findings.add(Rule::Timestamp, || {
            identity::timestamp_fault(&fields, indexed_timestamp?)
        });
        findings.add(Rule::Name, || names::package_name_fault(&fields));
        findings.add(Rule::Name, || names::version_fault(&fields));
        findings.add(Rule::Name, || names::build_fault(&fields));
        findings.add(Rule::Name, || names::file_name_fault(artifact));
        findings.found.sort_by_key(|finding| finding.rule);
        findings.found
    }
}

/// What was found so far.
struct Findings<'a> {
    policy: &'a Policy,
    found: Vec<Finding>,
}

impl Findings<'_> {
    /// Notes the fault, if there is one and the policy cares.
    fn add(&mut self, rule: Rule, fault: impl FnOnce() -> Option<String>) {
        let action = self.policy.action(rule);
        if action == Action::Allow {
            return;
        }
        if let Some(what) = fault() {
            self.found.push(Finding { rule, action, what });
        }
    }
}

/// The fields that rules other than [`Rule::Record`] look at.
#[derive(Default)]
struct Fields<'a> {
    name: Option<JsonSlice<'a>>,
    version: Option<JsonSlice<'a>>,
    build: Option<JsonSlice<'a>>,
    build_number: Option<JsonSlice<'a>>,
    subdir: Option<JsonSlice<'a>>,
    timestamp: Option<JsonSlice<'a>>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, key: &str, value: JsonSlice<'a>) {
        let field = match key {
            "name" => &mut self.name,
            "version" => &mut self.version,
            "build" => &mut self.build,
            "build_number" => &mut self.build_number,
            "subdir" => &mut self.subdir,
            "timestamp" => &mut self.timestamp,
            _ => return,
        };
        *field = Some(value);
    }

    /// The fields that a record cannot do without and this one does.
    fn missing(&self) -> impl Iterator<Item = &'static str> {
        let needed = [
            ("name", self.name),
            ("version", self.version),
            ("build", self.build),
            ("build_number", self.build_number),
        ];
        needed
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests;
