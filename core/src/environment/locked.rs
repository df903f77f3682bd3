//! What was solved: the packages of an environment on one platform.

use std::collections::BTreeMap;

use crate::channel::Subdir;
use crate::package::ArtifactName;

/// The packages of an environment on one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The platform: a subdir other than `noarch`.
    pub platform: Subdir,
    /// The URLs of the channels in order of priority, as far as they are known.
    pub channels: Vec<String>,
    /// The packages, each once.
    pub packages: Vec<LockedPackage>,
    /// Folders of packages that are not in their channel's own (CEP 15), by channel and subdir: URLs that
    /// end in a slash.
    pub elsewhere: BTreeMap<(String, Subdir), String>,
}

impl Lock {
    /// Where the file of one of its packages is.
    pub fn url_of(&self, package: &LockedPackage) -> String {
        let subdir = (package.channel.clone(), package.subdir.clone());
        match self.elsewhere.get(&subdir) {
            Some(folder) => format!("{folder}{}", package.file.as_str()),
            None => package.url(),
        }
    }
}

/// A file of a channel that an environment uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedPackage {
    /// The URL of the channel: no slash at its end, no passwords and tokens in it.
    pub channel: String,
    /// The subdir that it is in.
    pub subdir: Subdir,
    /// Its file.
    pub file: ArtifactName,
    /// SHA-256 of the file, if it is known.
    pub sha256: Option<[u8; 32]>,
    /// MD5 of the file, if it is known.
    pub md5: Option<[u8; 16]>,
    /// The file's size in bytes, if it is known.
    pub size: Option<u64>,
}

/// What the name of a file says of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageIdentity<'a> {
    /// `numpy`
    pub name: &'a str,
    /// `2.1.0`
    pub version: &'a str,
    /// `py312h58c1407_0`
    pub build: &'a str,
}

impl LockedPackage {
    /// What the file's name says; `None` if it is not `NAME-VERSION-BUILD` (CEP 26).
    pub fn identity(&self) -> Option<PackageIdentity<'_>> {
        PackageIdentity::of(&self.file)
    }

    /// Takes what is said of the file and was not known. Whether the rest agrees.
    pub(super) fn learn(
        &mut self,
        sha256: Option<[u8; 32]>,
        md5: Option<[u8; 16]>,
        size: Option<u64>,
    ) -> bool {
        learn(&mut self.sha256, sha256) & learn(&mut self.md5, md5) & learn(&mut self.size, size)
    }

    /// Where the file is by the channel's URL, which is what it is known by.
    pub fn url(&self) -> String {
        format!("{}/{}/{}", self.channel, self.subdir, self.file.as_str())
    }
}

/// Whether two things that may be unknown are the same, as far as they are known.
fn learn<T: PartialEq>(known: &mut Option<T>, said: Option<T>) -> bool {
    match (&known, said) {
        (_, None) => true,
        (Some(known), Some(said)) => *known == said,
        (None, said) => {
            *known = said;
            true
        }
    }
}

impl<'a> PackageIdentity<'a> {
    /// What a file's name says; `None` if it is not `NAME-VERSION-BUILD` (CEP 26).
    pub fn of(file: &'a ArtifactName) -> Option<Self> {
        let mut parts = file.stem().rsplitn(3, '-');
        let (build, version, name) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = [name, version, build].iter().all(|part| !part.is_empty());
        is_whole.then_some(Self { name, version, build })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("scikit-learn-1.5.0-py312_0.conda", Some(("scikit-learn", "1.5.0", "py312_0")))]
    #[case("lock-1.tar.bz2", None)]
    #[case("lock--0.conda", None)]
    fn a_file_name_says_which_package_it_is(
        #[case] file_name: &str,
        #[case] expected: Option<(&str, &str, &str)>,
    ) {
        let file = ArtifactName::new(file_name).unwrap();
        let found = PackageIdentity::of(&file);
        assert_eq!(
            found.map(|found| (found.name, found.version, found.build)),
            expected
        );
    }
}
