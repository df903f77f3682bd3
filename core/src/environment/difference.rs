//! What changed from one build to another.

use std::collections::BTreeMap;

use super::LockedPackage;
use super::ledger::UsedPackage;

/// A package of an environment, as far as changes are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installed {
    /// Its version.
    pub version: String,
    /// Its build.
    pub build: String,
    /// The URL of its channel.
    pub channel: String,
    /// The subdir that it is in.
    pub subdir: String,
    /// SHA-256 of its file; empty if it is not known.
    pub sha256: String,
}

/// What became of the package of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Added(Installed),
    /// It is not there any more.
    Removed(Installed),
    /// It is another one: before, and after.
    Changed(Installed, Installed),
}

/// Packages by name.
pub type Installation = BTreeMap<String, Installed>;

/// The packages of a build.
pub fn of_build(packages: &[UsedPackage]) -> Installation {
    let packages = packages.iter().map(|package| {
        let installed = Installed {
            version: package.version.clone(),
            build: package.build.clone(),
            channel: package.channel.clone(),
            subdir: package.subdir.clone(),
            sha256: package.sha256.clone(),
        };
        (package.name.clone(), installed)
    });
    packages.collect()
}

/// The packages of a lock, as far as their files say what they are.
pub fn of_lock(packages: &[LockedPackage]) -> Installation {
    let packages = packages.iter().filter_map(|package| {
        let identity = package.identity()?;
        let sha256 = package
            .sha256
            .map(|digest| base16ct::lower::encode_string(&digest));
        let installed = Installed {
            version: identity.version.to_owned(),
            build: identity.build.to_owned(),
            channel: package.channel.clone(),
            subdir: package.subdir.as_str().to_owned(),
            sha256: sha256.unwrap_or_default(),
        };
        Some((identity.name.to_owned(), installed))
    });
    packages.collect()
}

/// What is to be done to come from one to the other, in order of names. A digest that one of them does
/// not know makes no difference.
pub fn changes(before: &Installation, after: &Installation) -> Vec<(String, Change)> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let changes = names.into_iter().filter_map(|name| {
        let change = match (before.get(name), after.get(name)) {
            (None, Some(after)) => Change::Added(after.clone()),
            (Some(before), None) => Change::Removed(before.clone()),
            (Some(before), Some(after)) if !is_same(before, after) => {
                Change::Changed(before.clone(), after.clone())
            }
            _ => return None,
        };
        Some((name.clone(), change))
    });
    changes.collect()
}

fn is_same(one: &Installed, other: &Installed) -> bool {
    let of_file = |installed: &Installed| Installed {
        sha256: String::new(),
        ..installed.clone()
    };
    let differs = !one.sha256.is_empty() && !other.sha256.is_empty() && one.sha256 != other.sha256;
    of_file(one) == of_file(other) && !differs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(version: &str, sha256: &str) -> Installed {
        Installed {
            version: version.to_owned(),
            build: "0".to_owned(),
            channel: "https://c.example".to_owned(),
            subdir: "noarch".to_owned(),
            sha256: sha256.to_owned(),
        }
    }

    #[test]
    fn what_changed_is_told_by_name() {
        let installation = |packages: &[(&str, Installed)]| -> Installation {
            let packages = packages.iter().cloned();
            packages
                .map(|(name, installed)| (name.to_owned(), installed))
                .collect()
        };
        let before = installation(&[
            ("gone", installed("1", "aa")),
            ("replaced", installed("1", "aa")),
            ("same", installed("1", "")),
            ("updated", installed("1", "aa")),
        ]);
        let after = installation(&[
            ("new", installed("1", "aa")),
            ("replaced", installed("1", "bb")),
            ("same", installed("1", "aa")),
            ("updated", installed("2", "bb")),
        ]);
        let told: Vec<(String, &str)> = changes(&before, &after)
            .into_iter()
            .map(|(name, change)| {
                let kind = match change {
                    Change::Added(_) => "added",
                    Change::Removed(_) => "removed",
                    Change::Changed(..) => "changed",
                };
                (name, kind)
            })
            .collect();
        let expected = [
            ("gone", "removed"),
            ("new", "added"),
            ("replaced", "changed"),
            ("updated", "changed"),
        ];
        assert_eq!(told, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }
}
