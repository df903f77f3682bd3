//! Where a channel is, and how its documents are read from there.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::ChannelError;
use crate::channel::KNOWN_SUBDIRS;
#[cfg(feature = "http")]
use crate::remote::{Client, RemoteError, resolve, without_secrets};

/// The platforms that a package of `noarch` may find its dependencies on. A server cannot be asked for
/// the subdirs that it has, and nobody waits for all that there can be.
#[cfg(feature = "http")]
const PLATFORMS: [&str; 5] = ["linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64"];

/// Where a channel is.
#[derive(Clone, Debug)]
pub struct ChannelPlace {
    root: Location,
    #[cfg(feature = "http")]
    client: Option<Client>,
}

/// Where a document or a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
    File(PathBuf),
    #[cfg(feature = "http")]
    Url(String),
}

impl ChannelPlace {
    /// A channel in a folder.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self {
            root: Location::File(path.into()),
            #[cfg(feature = "http")]
            client: None,
        }
    }

    /// A channel on a server.
    #[cfg(feature = "http")]
    pub fn url(client: Client, url: &str) -> Self {
        Self {
            root: Location::Url(url.to_owned()).without_slash(),
            client: Some(client),
        }
    }

    /// The channel's own place.
    pub(super) fn root(&self) -> &Location {
        &self.root
    }

    /// Its URL without passwords and tokens, if it has one.
    pub(super) fn shown_url(&self) -> Option<String> {
        match &self.root {
            Location::File(_) => None,
            #[cfg(feature = "http")]
            Location::Url(url) => Some(without_secrets(url)),
        }
    }

    /// The channel that a relation names (CEP 42).
    pub(super) fn related(&self, reference: &str) -> Option<Self> {
        let root = match &self.root {
            // Only of a whole path is known what is above it.
            Location::File(path) => Location::File(fs_err::canonicalize(path).ok()?),
            #[cfg(feature = "http")]
            Location::Url(_) => self.root.clone(),
        };
        let related = root.join("repodata.json").beside(reference)?.without_slash();
        if related == root {
            return None;
        }
        Some(Self {
            root: related,
            #[cfg(feature = "http")]
            client: self.client.clone(),
        })
    }

    /// The subdirs that are looked at for what may be in any.
    pub(super) fn platforms(&self) -> &'static [&'static str] {
        match &self.root {
            Location::File(_) => &KNOWN_SUBDIRS,
            #[cfg(feature = "http")]
            Location::Url(_) => &PLATFORMS,
        }
    }

    /// A whole document of at most `limit` bytes, if it is there.
    pub(super) fn read(&self, location: &Location, limit: u64) -> Result<Option<Vec<u8>>, ChannelError> {
        let Some(mut document) = self.open(location, limit)? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        match document.read_to_end(&mut content) {
            Ok(_) => Ok(Some(content)),
            Err(error) => Err(ChannelError::Io(location.to_string(), error)),
        }
    }

    /// A document, if it is there, of which at most `limit` bytes can be read.
    pub(super) fn open(
        &self,
        location: &Location,
        limit: u64,
    ) -> Result<Option<Box<dyn Read>>, ChannelError> {
        let document: Option<Box<dyn Read>> = match location {
            Location::File(path) => match fs_err::File::open(path) {
                Ok(file) => Some(Box::new(io::BufReader::new(file))),
                Err(error) if is_absence(&error) => None,
                Err(error) => return Err(ChannelError::Io(location.to_string(), error)),
            },
            #[cfg(feature = "http")]
            Location::Url(url) => match &self.client {
                Some(client) => match client.stream(url)? {
                    Some(document) => Some(Box::new(document)),
                    None => None,
                },
                None => None,
            },
        };
        Ok(document.map(|document| Box::new(Bounded::new(document, limit)) as Box<dyn Read>))
    }
}

/// A document that can be done without: it counts as absent also if the server answers something else
/// than that it is not there.
pub(super) fn if_given<T>(document: Result<Option<T>, ChannelError>) -> Result<Option<T>, ChannelError> {
    match document {
        #[cfg(feature = "http")]
        Err(ChannelError::Remote(RemoteError::Status { .. })) => Ok(None),
        other => other,
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

impl Location {
    /// What is at a path in this folder.
    pub(super) fn join(&self, path: &str) -> Self {
        match self {
            Self::File(folder) => Self::File(folder.join(path)),
            #[cfg(feature = "http")]
            Self::Url(url) => Self::Url(format!("{url}/{path}")),
        }
    }

    /// The same without a slash at the end of a URL.
    fn without_slash(self) -> Self {
        match self {
            Self::File(_) => self,
            #[cfg(feature = "http")]
            Self::Url(url) => Self::Url(url.trim_end_matches('/').to_owned()),
        }
    }

    /// What a reference in this document names; nothing if it is somewhere that one does not go from
    /// here.
    pub(super) fn beside(&self, reference: &str) -> Option<Self> {
        match self {
            Self::File(document) => {
                let is_path = !reference.contains("://") && !reference.starts_with('/');
                is_path.then(|| Self::File(with_steps(document.parent(), reference)))
            }
            #[cfg(feature = "http")]
            Self::Url(url) => resolve(url, reference).map(Self::Url),
        }
    }
}

/// The path that steps such as `../x` lead to.
fn with_steps(folder: Option<&Path>, steps: &str) -> PathBuf {
    let mut path = folder.unwrap_or(Path::new("")).to_owned();
    for step in steps.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                if !path.pop() {
                    path.push("..");
                }
            }
            step => path.push(step),
        }
    }
    path
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            #[cfg(feature = "http")]
            Self::Url(url) => formatter.write_str(&without_secrets(url)),
        }
    }
}

/// Fails rather than give more than so many bytes.
pub(super) struct Bounded<R> {
    inner: R,
    limit: u64,
    left: u64,
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self {
            inner,
            limit,
            left: limit,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(io::Error::other(format!("it has more than {} bytes", self.limit))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_is_bearable() {
        let mut content = Vec::new();
        Bounded::new(&b"12345"[..], 5).read_to_end(&mut content).unwrap();
        assert_eq!(content, b"12345");
        let error = Bounded::new(&b"12345"[..], 4).read_to_end(&mut content);
        assert_eq!(error.unwrap_err().to_string(), "it has more than 4 bytes");
    }

    #[rstest::rstest]
    #[case("./shards/x", Some("/c/noarch/shards/x"))]
    #[case("x", Some("/c/noarch/x"))]
    #[case("../../d", Some("/d"))]
    #[case("https://h.example/x", None)]
    #[case("/etc/x", None)]
    fn references_lead_from_documents(#[case] reference: &str, #[case] expected: Option<&str>) {
        let document = Location::File("/c/noarch/index".into());
        let expected = expected.map(|path| Location::File(path.into()));
        assert_eq!(document.beside(reference), expected);
    }
}
