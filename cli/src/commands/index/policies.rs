//! What is to be done about records that break rules, rule by rule: `--policy`, the environment,
//! `[policy]` in `towpath.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use towpath_core::policy::{Action, Policy, Rule};

use crate::failure::Failure;

const VARIABLE: &str = "TOWPATH_POLICY";

/// A rule, and what is to be done about records that break it.
pub(crate) type RuleAction = (Rule, Action);

/// The policy: each rule as `given` on the command line, else as the environment has it, else as
/// `configured`.
pub(super) fn policy(given: &[RuleAction], configured: &[RuleAction]) -> Result<Policy, Failure> {
    // clap would not look at the variable if `--policy` is given, even for another rule.
    let variable = std::env::var_os(VARIABLE).unwrap_or_default();
    let environment = parse_list(&variable.to_string_lossy())
        .map_err(|why| Failure::usage(format!("{VARIABLE}: {why}")))?;
    Ok(nearest(given, &environment, configured))
}

/// Of what is said about a rule, what is said last in the first of these lists.
fn nearest(given: &[RuleAction], environment: &[RuleAction], configured: &[RuleAction]) -> Policy {
    let nearest_last = configured.iter().chain(environment).chain(given);
    nearest_last.fold(Policy::default(), |policy, (rule, action)| {
        policy.with(*rule, *action)
    })
}

/// Reads `RULE=ACTION`.
pub(super) fn parse(text: &str) -> Result<RuleAction, String> {
    let Some((rule, action)) = text.split_once('=') else {
        return Err(format!("{text:?} is no RULE=ACTION, such as subdir=reject"));
    };
    let rule: Rule = rule.trim().parse().map_err(|error| format!("{error}"))?;
    let action: Action = action.trim().parse().map_err(|error| format!("{error}"))?;
    Ok((rule, action))
}

/// Reads any number of `RULE=ACTION` with commas between them.
fn parse_list(text: &str) -> Result<Vec<RuleAction>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(parse).collect()
}

/// Reads the section `[policy]`.
pub(crate) fn in_file<'de, D: Deserializer<'de>>(section: D) -> Result<Vec<RuleAction>, D::Error> {
    let section = BTreeMap::<String, String>::deserialize(section)?;
    let read = |(rule, action): (String, String)| -> Result<RuleAction, D::Error> {
        Ok((
            rule.parse().map_err(D::Error::custom)?,
            action.parse().map_err(D::Error::custom)?,
        ))
    };
    section.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let expected = [(Rule::Subdir, Action::Reject), (Rule::FileName, Action::Allow)];
        assert_eq!(parse_list("subdir=reject, file-name = allow").unwrap(), expected);
        assert_eq!(parse_list(" ").unwrap(), []);
        for wrong in [
            "subdir",
            "subdir=",
            "=warn",
            "subdir=warn,",
            "Subdir=warn",
            "subdir=warn=warn",
        ] {
            assert!(parse_list(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_rule_has_the_action_that_is_said_nearest() {
        let policy = nearest(
            &[
                (Rule::Subdir, Action::Warn),
                (Rule::Name, Action::Warn),
                (Rule::Name, Action::Reject),
            ],
            &[(Rule::Subdir, Action::Reject), (Rule::Record, Action::Reject)],
            &[
                (Rule::Subdir, Action::Allow),
                (Rule::Name, Action::Allow),
                (Rule::Record, Action::Allow),
                (Rule::Timestamp, Action::Allow),
            ],
        );
        let actions = Rule::ALL.map(|rule| (rule, policy.action(rule)));
        assert_eq!(
            actions,
            [
                (Rule::Subdir, Action::Warn),
                (Rule::FileName, Action::Warn),
                (Rule::Timestamp, Action::Allow),
                (Rule::Name, Action::Reject),
                (Rule::Record, Action::Reject),
            ]
        );
    }
}
