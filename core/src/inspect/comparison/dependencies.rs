//! Which dependencies came, went or changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::verify::name_and_requirement;

/// A dependency that came, went or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangedDependency {
    /// The package that it is about.
    pub name: String,
    /// What was asked before, as text behind the name: empty if anything would do, none if it was no
    /// dependency.
    pub before: Option<String>,
    /// What is asked now, likewise; none if it is no dependency any more.
    pub after: Option<String>,
}

/// The dependencies that came, went or changed, by name. Of a name that is there several times, only what
/// is asked on one side is told.
pub(crate) fn changed_dependencies(before: &[String], after: &[String]) -> Vec<ChangedDependency> {
    let mut names: BTreeMap<String, [BTreeSet<&str>; 2]> = BTreeMap::new();
    for (side, specs) in [before, after].into_iter().enumerate() {
        for spec in specs {
            let (name, requirement) = name_and_requirement(spec);
            let asked = names.entry(name.to_lowercase()).or_default();
            asked[side].insert(requirement);
        }
    }
    let mut changed = Vec::new();
    for (name, [before, after]) in names {
        let mut gone = before.difference(&after).map(|asked| (*asked).to_owned());
        let mut come = after.difference(&before).map(|asked| (*asked).to_owned());
        loop {
            let (before, after) = (gone.next(), come.next());
            if before.is_none() && after.is_none() {
                break;
            }
            changed.push(ChangedDependency {
                name: name.clone(),
                before,
                after,
            });
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// The changes as text: `name: before after`.
    fn changes(before: &[&str], after: &[&str]) -> Vec<String> {
        let changed = changed_dependencies(&texts(before), &texts(after));
        let shown = |asked: Option<String>| asked.map_or("-".to_owned(), |asked| format!("\"{asked}\""));
        let lines = changed.into_iter().map(|change| {
            format!(
                "{}: {} {}",
                change.name,
                shown(change.before),
                shown(change.after)
            )
        });
        lines.collect()
    }

    #[rstest]
    #[case::same(&["b", "a >=1"], &["a >=1", "b"], &[])]
    #[case::spelled_otherwise(&["Python  >=3"], &["python >=3", "python >=3"], &[])]
    #[case::come_gone_changed(
        &["old 1.*", "python >=3.8"], &["python >=3.9", "new"],
        &["new: - \"\"", "old: \"1.*\" -", "python: \">=3.8\" \">=3.9\""]
    )]
    #[case::no_more_asked(&["a 1"], &["a"], &["a: \"1\" \"\""])]
    #[case::several_times(
        &["python >=3", "python <4", "python 3.*"], &["python <4", "python >=3.9"],
        &["python: \"3.*\" \">=3.9\"", "python: \">=3\" -"]
    )]
    #[case::not_readable(&["a = = 1"], &["a = = 2"], &["a: \"= = 1\" \"= = 2\""])]
    #[case::without_a_name(&[">=1"], &[">=2"], &[": \">=1\" \">=2\""])]
    fn dependencies_are_compared_by_name(
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] changes: &[&str],
    ) {
        assert_eq!(self::changes(before, after), changes);
    }
}
