//! Where a package is: a file, or on a server.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use fs_err::File;
use serde_json::json;
use towpath_core::package::digest::hash_one;
use towpath_core::package::{ArtifactName, Digests};
use towpath_core::remote::{Client, RemoteFile, without_secrets};

use super::Took;
use crate::failure::Failure;
use crate::report;
use crate::web::{client, is_url};

/// A package: where it is, and what its file is called.
pub(super) struct Origin {
    pub(super) name: ArtifactName,
    place: Place,
}

enum Place {
    File(PathBuf),
    Url(String),
}

/// Whether an argument is a package rather than the path of a member.
pub(super) fn is_package(argument: &OsStr) -> bool {
    let text = argument.to_string_lossy();
    is_url(&text) || text.ends_with(".conda") || text.ends_with(".tar.bz2") || Path::new(argument).is_file()
}

impl Origin {
    /// What an argument names.
    pub(super) fn of(argument: &OsString) -> Result<Self, Failure> {
        if let Some(url) = argument.to_str().filter(|text| is_url(text)) {
            let path = url.split(['?', '#']).next().unwrap_or_default();
            let file_name = path.rsplit('/').next().unwrap_or_default();
            return Ok(Self {
                name: artifact_name(&percent_decoded(file_name))?,
                place: Place::Url(url.to_owned()),
            });
        }
        let path = PathBuf::from(argument);
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: artifact_name(&file_name)?,
            place: Place::File(path),
        })
    }

    /// Where it is, for people.
    pub(super) fn shown(&self) -> String {
        match &self.place {
            Place::File(path) => report::shown(&path.to_string_lossy()),
            Place::Url(url) => report::shown(&without_secrets(url)),
        }
    }
}

fn artifact_name(file_name: &str) -> Result<ArtifactName, Failure> {
    ArtifactName::new(file_name).map_err(|error| {
        Failure::failed(report::shown(&error.to_string()))
            .hinting("a member of a package is named by --member")
    })
}

/// The bytes that a URL has as `%2B`; what is not so, as it is.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let decoded = match (first, after) {
            (b'%', [high, low, after @ ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                .map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Opens packages; the certificates that servers are checked by are read when the first is asked.
#[derive(Default)]
pub(super) struct Opener {
    client: OnceCell<Client>,
}

impl Opener {
    pub(super) fn open(&self, origin: &Origin) -> Result<Archive, Failure> {
        Ok(match &origin.place {
            Place::File(path) => Archive::Local(
                File::open(path).map_err(|error| Failure::failed(report::shown(&error.to_string())))?,
            ),
            Place::Url(url) => Archive::Remote(Box::new(
                self.client
                    .get_or_init(client)
                    .open(url)
                    .map_err(|error| Failure::failed(report::shown(&error.to_string())))?,
            )),
        })
    }
}

/// A package that was opened.
pub(super) enum Archive {
    Local(File),
    Remote(Box<RemoteFile>),
}

impl Archive {
    /// The digests of the whole file, if that is here.
    pub(super) fn digests(&mut self) -> Result<Option<Digests>, Failure> {
        if let Self::Remote(file) = self
            && !file.is_whole()
        {
            return Ok(None);
        }
        self.rewind()?;
        Ok(Some(hash_one(self)?.digests))
    }

    /// What fetching took.
    pub(super) fn took(&self) -> Option<Took> {
        let Self::Remote(file) = self else {
            return None;
        };
        let traffic = file.traffic();
        let requests = match traffic.requests {
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        let (read, size) = (report::size(traffic.bytes), report::size(file.size()));
        Some(Took {
            words: format!("read {read} of {size} in {requests}"),
            json: json!({"bytes": traffic.bytes, "requests": traffic.requests}),
        })
    }

    /// Why reading failed: what happened on the way to the server, or what is wrong with the package.
    pub(super) fn failure(self, origin: &Origin, failure: &Failure) -> Failure {
        if let Self::Remote(file) = self
            && let Some(error) = file.into_failure()
        {
            return Failure::failed(report::shown(&error.to_string()));
        }
        Failure::failed(format!(
            "{}: {}",
            origin.shown(),
            report::shown(failure.message())
        ))
    }
}

impl Read for Archive {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local(file) => file.read(buffer),
            Self::Remote(file) => file.read(buffer),
        }
    }
}

impl Seek for Archive {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Local(file) => file.seek(position),
            Self::Remote(file) => file.seek(position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(
        "https://h.example/noarch/a-1.0%2Blocal-0.conda?x=/b.conda#c",
        "a-1.0+local-0.conda"
    )]
    #[case("http://h.example/a%zz%2-1-0.tar.bz2", "a%zz%2-1-0.tar.bz2")]
    #[case("noarch/a-1-0.conda", "a-1-0.conda")]
    fn packages_are_named_by_their_files(#[case] argument: &str, #[case] name: &str) {
        assert_eq!(Origin::of(&argument.into()).unwrap().name.as_str(), name);
    }

    #[rstest::rstest]
    #[case("https://h.example/")]
    #[case("https://h.example/..%2Fa-1-0.conda")]
    #[case("README.md")]
    #[case("")]
    fn other_arguments_are_refused(#[case] argument: &str) {
        assert!(Origin::of(&argument.into()).is_err());
    }

    #[rstest::rstest]
    #[case("a-1-0.conda", true)]
    #[case("x/a-1-0.tar.bz2", true)]
    #[case("https://h.example/what", true)]
    #[case("Cargo.toml", true)]
    #[case("info/index.json", false)]
    #[case("src", false)]
    fn a_package_is_told_from_a_member(#[case] argument: &str, #[case] expected: bool) {
        assert_eq!(is_package(argument.as_ref()), expected);
    }
}
