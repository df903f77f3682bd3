//! Writes `conda-lock.yml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::environment::formats::FormatError;
use crate::environment::formats::document::canonical_lock;
use crate::environment::formats::yaml_text::scalar;
use crate::environment::{Lock, LockedPackage};
use crate::json::JsonText;
use crate::verify::name_and_requirement;

/// What a package depends on, as `MatchSpec`s: its record knows.
pub type Depends<'a> = &'a dyn Fn(&LockedPackage) -> Vec<String>;

/// The `conda-lock.yml` of locks (CEP 37), each of another platform.
///
/// `sources` are the files that they were solved from, seen from where the lock file will be;
/// `depends` is what its packages depend on, where that is known. All packages are in the category
/// `main`. The channels are those of all locks, in the order in which they come first.
///
/// # Errors
///
/// When two locks are of one platform, or the name of a file does not say which package it is.
pub fn write_conda_lock(
    locks: &[Lock],
    sources: &[String],
    depends: Option<Depends<'_>>,
) -> Result<String, FormatError> {
    for (place, lock) in locks.iter().enumerate() {
        if locks[..place]
            .iter()
            .any(|before| before.platform == lock.platform)
        {
            return Err(FormatError::SamePlatform(lock.platform.clone()));
        }
    }
    let mut text = "version: 1\nmetadata:\n".to_owned();
    write_metadata(&mut text, locks, sources);
    let has_packages = locks.iter().any(|lock| !lock.packages.is_empty());
    text.push_str(if has_packages {
        "package:\n"
    } else {
        "package: []\n"
    });
    for lock in locks {
        for package in &lock.packages {
            let depends = depends.map(|depends| depends(package)).unwrap_or_default();
            write_package(&mut text, lock, package, &depends)?;
        }
    }
    Ok(text)
}

// Writing to a string does not fail.
fn write_metadata(text: &mut String, locks: &[Lock], sources: &[String]) {
    let hashes = locks.iter().map(|lock| {
        let canonical = JsonText::from_value(&canonical_lock(lock));
        let digest = base16ct::lower::encode_string(&Sha256::digest(canonical.as_str().as_bytes()));
        format!("    {}: {}\n", scalar(lock.platform.as_str()), scalar(&digest))
    });
    write_member(text, "content_hash", "{}", hashes);
    let mut channels: Vec<&str> = Vec::new();
    for lock in locks {
        let used = lock.packages.iter().map(|package| &package.channel);
        for channel in lock.channels.iter().chain(used) {
            if !channels.contains(&channel.as_str()) {
                channels.push(channel);
            }
        }
    }
    let channels = channels
        .iter()
        .map(|url| format!("  - url: {}\n    used_env_vars: []\n", scalar(url)));
    write_member(text, "channels", "[]", channels);
    let platforms = locks
        .iter()
        .map(|lock| format!("  - {}\n", scalar(lock.platform.as_str())));
    write_member(text, "platforms", "[]", platforms);
    let sources = sources.iter().map(|source| format!("  - {}\n", scalar(source)));
    write_member(text, "sources", "[]", sources);
}

fn write_member(text: &mut String, key: &str, empty: &str, items: impl Iterator<Item = String>) {
    let items: String = items.collect();
    let _ = match items.is_empty() {
        true => writeln!(text, "  {key}: {empty}"),
        false => write!(text, "  {key}:\n{items}"),
    };
}

fn write_package(
    text: &mut String,
    lock: &Lock,
    package: &LockedPackage,
    depends: &[String],
) -> Result<(), FormatError> {
    let unnamed = || FormatError::UnnamedPackage(package.file.to_string());
    let identity = package.identity().ok_or_else(unnamed)?;
    let _ = writeln!(text, "- name: {}", scalar(identity.name));
    let mut member = |key: &str, value: &str| _ = writeln!(text, "  {key}: {}", scalar(value));
    member("version", identity.version);
    member("manager", "conda");
    member("platform", lock.platform.as_str());
    let dependencies = constraints(depends);
    let lines = dependencies
        .iter()
        .map(|(name, constraint)| format!("    {}: {}\n", scalar(name), scalar(constraint)));
    write_member(text, "dependencies", "{}", lines);
    let _ = writeln!(text, "  url: {}", scalar(&lock.url_of(package)));
    let digests = [
        (
            "md5",
            package.md5.map(|digest| base16ct::lower::encode_string(&digest)),
        ),
        (
            "sha256",
            package
                .sha256
                .map(|digest| base16ct::lower::encode_string(&digest)),
        ),
    ];
    let lines = digests
        .iter()
        .filter_map(|(key, digest)| Some(format!("    {key}: {}\n", scalar(digest.as_ref()?))));
    write_member(text, "hash", "{}", lines);
    let _ = writeln!(
        text,
        "  build: {}\n  category: main\n  optional: false",
        scalar(identity.build)
    );
    Ok(())
}

/// What is asked of each package that is depended on: name and constraint, one behind the other, are a
/// `MatchSpec` (CEP 37). What is asked of one package twice is asked in one constraint if it is of
/// versions only; else what is asked first stands.
fn constraints(depends: &[String]) -> BTreeMap<&str, String> {
    let mut constraints: BTreeMap<&str, String> = BTreeMap::new();
    for spec in depends {
        let (name, requirement) = name_and_requirement(spec);
        let known = constraints.entry(name).or_default();
        let is_of_versions = |text: &str| !text.trim().contains([' ', '[', '|']);
        if known.is_empty() {
            let is_apart = !requirement.starts_with(|c: char| c.is_alphanumeric() || "._-*".contains(c));
            *known = match is_apart {
                true => requirement.to_owned(),
                false => format!(" {requirement}"),
            };
        } else if !requirement.is_empty() && is_of_versions(known) && is_of_versions(requirement) {
            *known = format!("{known},{requirement}");
        }
    }
    constraints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::check_match_spec;

    #[test]
    fn names_and_constraints_are_match_specs() {
        let depends = [
            "__unix",
            "python >=3.12,<3.13.0a0",
            "python_abi 3.12.* *_cp312",
            "libgcc >=13",
            "libgcc <15",
            "numpy[version='>=2']",
        ];
        let depends = depends.map(str::to_owned);
        let constraints = constraints(&depends).into_iter();
        let specs: Vec<_> = constraints
            .map(|(name, constraint)| format!("{name}{constraint}"))
            .collect();
        assert_eq!(
            specs,
            [
                "__unix",
                "libgcc>=13,<15",
                "numpy[version='>=2']",
                "python>=3.12,<3.13.0a0",
                "python_abi 3.12.* *_cp312",
            ]
        );
        assert!(specs.iter().all(|spec| check_match_spec(spec).is_ok()));
    }
}
