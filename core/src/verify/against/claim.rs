//! What a package says of itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::package::{ArtifactName, Digests};
use crate::verify::rules::target_channel;
use crate::verify::{Subject, match_spec};

/// What a package says of itself, and what is known of its file.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its file name.
    pub file: ArtifactName,
    /// The subdir that it is to be published in: where it lies, else what it says.
    pub subdir: String,
    /// `name`.
    pub name: String,
    /// `info/index.json`.
    pub index: Map<String, Value>,
    /// The file's digests.
    pub digests: Digests,
    /// The file's size in bytes.
    pub size: u64,
    /// `targetChannel` in the attestation beside it (CEP 27), if it names one.
    pub target_channel: Option<String>,
}

impl Claim {
    /// Of a package that says what it is; `None` if it does not.
    pub(in crate::verify) fn of(subject: &Subject<'_>) -> Option<Self> {
        let evidence = subject.evidence;
        let subdir = match subject.subdir {
            Some(subdir) => subdir.as_str(),
            None => evidence.index_text("subdir")?,
        };
        Some(Self {
            file: evidence.name.clone(),
            subdir: subdir.to_owned(),
            name: evidence.index_text("name")?.to_owned(),
            index: evidence.index()?.clone(),
            digests: evidence.digests,
            size: evidence.size,
            target_channel: subject.attestation.and_then(target_channel),
        })
    }

    /// Text in `info/index.json`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.index.get(key)?.as_str()
    }

    /// The `MatchSpec`s under `key` (`depends`, `constrains`), as far as they are text.
    pub fn specs(&self, key: &str) -> impl Iterator<Item = &str> {
        specs(&self.index, key)
    }
}

/// The `MatchSpec`s under `key`, as far as they are text.
pub(in crate::verify) fn specs<'a>(
    index: &'a Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'a str> {
    let specs = index.get(key).and_then(Value::as_array);
    specs.into_iter().flatten().filter_map(Value::as_str)
}

/// The package name in a `MatchSpec`, without its channel; of one that cannot be read, what it begins
/// with.
pub(in crate::verify) fn name_of(spec: &str) -> &str {
    if let Ok(spec) = match_spec::parse(spec) {
        return spec.name;
    }
    let spec = spec.trim();
    let end = spec.find([' ', '\t', '=', '<', '>', '!', '~', '[', ',', ';', '|']);
    &spec[..end.unwrap_or(spec.len())]
}

/// The package name in a `MatchSpec`, and what is asked of the package: what stands behind the name.
pub(crate) fn name_and_requirement(spec: &str) -> (&str, &str) {
    let name = name_of(spec);
    let places = spec.match_indices(name).map(|(start, _)| spec.split_at(start));
    let mut behinds = places.filter_map(|(before, rest)| {
        let behind = rest.strip_prefix(name)?;
        // A channel may be called as a part of the package is.
        let begins = before.is_empty() || before.ends_with([':', ' ', '\t', '\n', '\r']);
        let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || ":/._-*".contains(c));
        (begins && ends).then_some(behind)
    });
    (name, behinds.next().unwrap_or_default().trim())
}

/// The names whose records matter to some packages, by subdir.
///
/// Those of `noarch` matter to all, since every platform installs from there too; what a package of
/// `noarch` depends on may be in the subdir of any platform.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    names: BTreeMap<String, BTreeSet<String>>,
    anywhere: BTreeSet<String>,
}

impl Wanted {
    /// What matters to these packages.
    pub fn by<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> Self {
        let mut wanted = Self::default();
        for claim in claims {
            let dependencies = claim.specs("depends").map(|spec| name_of(spec).to_lowercase());
            // Those of the system are in no channel.
            let dependencies: BTreeSet<String> =
                dependencies.filter(|name| !name.starts_with("__")).collect();
            if claim.subdir == "noarch" {
                wanted.anywhere.extend(dependencies.iter().cloned());
            }
            for subdir in [claim.subdir.as_str(), "noarch"] {
                let of_subdir = wanted.names.entry(subdir.to_owned()).or_default();
                of_subdir.extend(dependencies.iter().cloned());
                of_subdir.insert(claim.name.to_lowercase());
            }
        }
        wanted
    }

    /// One name in one subdir.
    pub(super) fn only(subdir: &str, name: &str) -> Self {
        let names = BTreeSet::from([name.to_owned()]);
        Self {
            names: BTreeMap::from([(subdir.to_owned(), names)]),
            anywhere: BTreeSet::new(),
        }
    }

    /// The subdirs that matter, of those that a channel may have.
    pub fn subdirs<'a>(&'a self, platforms: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        let platforms = platforms.iter().copied().filter(|_| !self.anywhere.is_empty());
        let others = platforms.filter(|platform| !self.names.contains_key(*platform));
        self.own_subdirs().chain(others)
    }

    /// The subdirs that packages are for, and `noarch`.
    pub fn own_subdirs(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The names that matter in a subdir.
    pub fn names(&self, subdir: &str) -> BTreeSet<&str> {
        let of_subdir = self.names.get(subdir).into_iter().flatten();
        of_subdir.chain(&self.anywhere).map(String::as_str).collect()
    }

    /// Whether the records of a name matter.
    pub fn contains(&self, subdir: &str, name: &str) -> bool {
        let of_subdir = self.names.get(subdir);
        of_subdir.is_some_and(|names| names.contains(name)) || self.anywhere.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("python", "python")]
    #[case(" python >=3.8", "python")]
    #[case("python>=3.8", "python")]
    #[case("python=3.8=0", "python")]
    #[case("python[version='>=3']", "python")]
    #[case("conda-forge/linux-64::python >=3.8", "python")]
    #[case("python >=3.8 <4", "python")]
    #[case("", "")]
    fn a_spec_begins_with_a_name(#[case] spec: &str, #[case] name: &str) {
        assert_eq!(name_of(spec), name);
    }
}
