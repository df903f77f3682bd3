//! What is asked for, and what packages ask for: `MatchSpec`s (CEP 29).
//!
//! rattler's solver ends the whole program over a condition (CEP 48) that it writes out and cannot read
//! again, and its parser follows brackets as deep as they go. So none reaches the solver before it was
//! looked at here.

use std::collections::HashMap;

use rattler_conda_types::{
    MatchSpec, MatchSpecCondition, PackageNameMatcher, ParseMatchSpecOptions, RepodataRevision,
};

use super::channel::SolveChannel;
use super::outcome::SolveError;

/// Characters of a `MatchSpec`; real ones have less than 100.
const LENGTH_MAX: usize = 2_000;
/// Brackets of a `MatchSpec`, since rattler's parser follows them inside each other.
const BRACKETS_MAX: usize = 30;

/// What somebody asks for.
#[derive(Debug)]
pub(super) struct AskedSpec {
    /// The package's name, in lower case.
    pub(super) name: String,
    pub(super) spec: MatchSpec,
}

impl AskedSpec {
    /// Reads a spec; a channel in it is one of `channels`.
    pub(super) fn read(text: &str, channels: &[SolveChannel]) -> Result<Self, SolveError> {
        let refused = |reason: String| SolveError::Spec {
            spec: text.to_owned(),
            reason,
        };
        let mut spec = parsed(text).map_err(refused)?;
        if spec.url.is_some() {
            return Err(refused("it names a file; a solve is asked for names".to_owned()));
        }
        let Some(name) = exact_name(&spec) else {
            return Err(refused("it names no single package".to_owned()));
        };
        if !is_safe(&spec) {
            return Err(refused(
                "the solver cannot read the condition in it (CEP 48)".to_owned(),
            ));
        }
        spec.channel = match spec.channel.take() {
            Some(named) if named.name.as_deref() == Some("*") => None,
            Some(named) => {
                let meant = channels.iter().find(|channel| channel.is_meant_by(&named));
                let meant = meant.ok_or_else(|| SolveError::UnknownChannel {
                    spec: text.to_owned(),
                    channel: named.name().to_owned(),
                })?;
                Some(meant.canonical().clone().into())
            }
            None => None,
        };
        Ok(Self { name, spec })
    }
}

/// What is made of a dependency of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It is about packages of this name, in lower case.
    Name(String),
    /// It cannot be read: the solver takes no package that has it, and says so.
    Unreadable,
    /// It must not reach the solver.
    Unsafe,
}

/// What is made of the dependencies of records: many are the same.
#[derive(Default)]
pub(super) struct Needs(HashMap<String, Need>);

impl Needs {
    /// What is made of a dependency.
    pub(super) fn of(&mut self, text: &str) -> &Need {
        self.0
            .entry(text.to_owned())
            .or_insert_with(|| match parsed(text) {
                Err(_) if is_bearable(text) => Need::Unreadable,
                Err(_) => Need::Unsafe,
                Ok(spec) => match exact_name(&spec) {
                    Some(name) if is_safe(&spec) => Need::Name(name),
                    _ => Need::Unsafe,
                },
            })
    }
}

/// How the solver parses dependencies.
fn options() -> ParseMatchSpecOptions {
    ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3)
}

fn is_bearable(text: &str) -> bool {
    let brackets = text.bytes().filter(|byte| matches!(byte, b'(' | b'['));
    text.len() <= LENGTH_MAX && brackets.count() <= BRACKETS_MAX
}

fn parsed(text: &str) -> Result<MatchSpec, String> {
    if !is_bearable(text) {
        return Err("it is too long or has too many brackets".to_owned());
    }
    MatchSpec::from_str(text, options()).map_err(|error| error.to_string())
}

fn exact_name(spec: &MatchSpec) -> Option<String> {
    match &spec.name {
        PackageNameMatcher::Exact(name) => Some(name.as_normalized().to_owned()),
        _ => None,
    }
}

/// Whether the solver can be given it: it writes the parts of conditions out and reads them again, and
/// takes for granted that each names a package and has no condition of its own.
fn is_safe(spec: &MatchSpec) -> bool {
    fn is_safe_condition(condition: &MatchSpecCondition) -> bool {
        match condition {
            MatchSpecCondition::MatchSpec(spec) => parsed(&spec.to_string())
                .is_ok_and(|again| again.condition.is_none() && exact_name(&again).is_some()),
            MatchSpecCondition::And(left, right) | MatchSpecCondition::Or(left, right) => {
                is_safe_condition(left) && is_safe_condition(right)
            }
        }
    }
    spec.condition.as_ref().is_none_or(is_safe_condition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::ChannelPlace;

    #[rstest::rstest]
    #[case("Python >=3.8,<3.9.0a0", Need::Name("python".to_owned()))]
    #[case("numpy[when=\"python >=3.9 and __unix\"]", Need::Name("numpy".to_owned()))]
    #[case("_libgcc_mutex 0.1 conda_forge", Need::Name("_libgcc_mutex".to_owned()))]
    #[case("lib*", Need::Unreadable)]
    #[case("*", Need::Unreadable)]
    #[case("", Need::Unreadable)]
    #[case("a >=", Need::Unreadable)]
    #[case(r#"a[when="b[build=\]"]"#, Need::Unsafe)]
    fn dependencies_are_looked_at(#[case] text: &str, #[case] expected: Need) {
        assert_eq!(*Needs::default().of(text), expected);
    }

    #[test]
    fn what_is_too_much_for_the_parser_does_not_reach_it() {
        let nested = format!("a[when=\"{}b{}\"]", "(".repeat(1000), ")".repeat(1000));
        assert_eq!(*Needs::default().of(&nested), Need::Unsafe);
        assert_eq!(*Needs::default().of(&"a".repeat(3000)), Need::Unsafe);
    }

    fn channels() -> Vec<SolveChannel> {
        ["https://h.example/team/main", "https://h.example/other"]
            .map(|url| SolveChannel::new(url, ChannelPlace::folder("/nowhere")).unwrap())
            .into()
    }

    #[rstest::rstest]
    #[case("main::a", Some(0))]
    #[case("team/main::a", Some(0))]
    #[case("https://h.example/other::a >=1", Some(1))]
    #[case("a", None)]
    #[case("*::a", None)]
    fn a_channel_in_a_spec_is_one_of_the_solve(#[case] text: &str, #[case] expected: Option<usize>) {
        let channels = channels();
        let asked = AskedSpec::read(text, &channels).unwrap();
        assert_eq!(asked.name, "a");
        let channel = asked.spec.channel.as_deref();
        assert_eq!(channel, expected.map(|index| channels[index].canonical()));
    }

    #[rstest::rstest]
    #[case("in::a")]
    #[case("https://elsewhere.example/main::a")]
    fn another_channel_is_refused(#[case] text: &str) {
        let error = AskedSpec::read(text, &channels()).unwrap_err();
        assert!(matches!(error, SolveError::UnknownChannel { .. }), "{error}");
    }

    #[rstest::rstest]
    #[case("lib*")]
    #[case("https://h.example/noarch/a-1-0.conda")]
    #[case("a >=")]
    fn what_asks_for_no_package_is_refused(#[case] text: &str) {
        let error = AskedSpec::read(text, &channels()).unwrap_err();
        assert!(matches!(error, SolveError::Spec { .. }), "{error}");
    }
}
