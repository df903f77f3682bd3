//! Where a channel is, and how its documents are read from there.

use std::fmt;
use std::io::{self, Read};
#[cfg(feature = "native")]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ChannelError;
use super::given::{ChannelDocuments, DocumentError};
#[cfg(feature = "native")]
use crate::channel::KNOWN_SUBDIRS;
#[cfg(feature = "http")]
use crate::remote::{Client, RemoteError};
use crate::web_url::reference::resolve;
use crate::web_url::{percent_encoded, without_secrets};

/// The platforms that a package of `noarch` may find its dependencies on. A server cannot be asked for
/// the subdirs that it has, and nobody waits for all that there can be.
const PLATFORMS: [&str; 5] = ["linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64"];

/// Where a channel is.
#[derive(Clone, Debug)]
pub struct ChannelPlace {
    root: Location,
    source: Source,
}

/// Where a document or a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    #[cfg(feature = "native")]
    File(PathBuf),
    Url(String),
}

/// Who gives documents.
#[derive(Clone, Debug)]
enum Source {
    #[cfg(feature = "native")]
    Files,
    #[cfg(feature = "http")]
    Server(Client),
    Caller(Arc<dyn ChannelDocuments>),
}

impl ChannelPlace {
    /// A channel in a folder.
    #[cfg(feature = "native")]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self {
            root: Location::File(path.into()),
            source: Source::Files,
        }
    }

    /// A channel on a server.
    #[cfg(feature = "http")]
    pub fn url(client: Client, url: &str) -> Self {
        Self {
            root: Location::Url(url.to_owned()).without_slash(),
            source: Source::Server(client),
        }
    }

    /// A channel whose documents the caller gives, by URLs that begin with this one.
    ///
    /// It need not be one of the web: a caller that has a folder of its own may call it `folder:///my-channel`.
    pub fn given(documents: Arc<dyn ChannelDocuments>, url: &str) -> Self {
        Self {
            root: Location::Url(url.to_owned()).without_slash(),
            source: Source::Caller(documents),
        }
    }

    /// The channel's own place.
    pub(crate) fn root(&self) -> &Location {
        &self.root
    }

    /// Its URL without passwords and tokens, if it has one.
    pub(super) fn shown_url(&self) -> Option<String> {
        match &self.root {
            #[cfg(feature = "native")]
            Location::File(_) => None,
            Location::Url(url) => Some(without_secrets(url)),
        }
    }

    /// The channel that a relation names (CEP 42).
    pub(super) fn related(&self, reference: &str) -> Option<Self> {
        let root = match &self.root {
            // Only of a whole path is known what is above it.
            #[cfg(feature = "native")]
            Location::File(path) => Location::File(fs_err::canonicalize(path).ok()?),
            Location::Url(_) => self.root.clone(),
        };
        let related = root.join("repodata.json").beside(reference)?.without_slash();
        if related == root {
            return None;
        }
        Some(Self {
            root: related,
            source: self.source.clone(),
        })
    }

    /// The subdirs that are looked at for what may be in any.
    pub(super) fn platforms(&self) -> &'static [&'static str] {
        match &self.root {
            #[cfg(feature = "native")]
            Location::File(_) => &KNOWN_SUBDIRS,
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
            #[cfg(feature = "native")]
            Location::File(path) => match fs_err::File::open(path) {
                Ok(file) => Some(Box::new(io::BufReader::new(file))),
                Err(error) if is_absence(&error) => None,
                Err(error) => return Err(ChannelError::Io(location.to_string(), error)),
            },
            Location::Url(url) => match &self.source {
                // No file has a URL here.
                #[cfg(feature = "native")]
                Source::Files => None,
                #[cfg(feature = "http")]
                Source::Server(client) => match client.stream(url)? {
                    Some(document) => Some(Box::new(document)),
                    None => None,
                },
                Source::Caller(documents) => match documents.open(url, limit) {
                    Ok(document) => document,
                    Err(DocumentError::Status(status)) => {
                        return Err(ChannelError::Status(location.to_string(), status));
                    }
                    Err(DocumentError::Io(error)) => {
                        return Err(ChannelError::Io(location.to_string(), error));
                    }
                },
            },
        };
        Ok(document.map(|document| Box::new(Bounded::new(document, limit)) as Box<dyn Read>))
    }
}

/// A document that can be done without: it counts as absent also if the server answers something else
/// than that it is not there.
pub(super) fn if_given<T>(document: Result<Option<T>, ChannelError>) -> Result<Option<T>, ChannelError> {
    match document {
        Err(ChannelError::Status(..)) => Ok(None),
        #[cfg(feature = "http")]
        Err(ChannelError::Remote(RemoteError::Status { .. })) => Ok(None),
        other => other,
    }
}

#[cfg(feature = "native")]
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

impl Location {
    /// What is at a path in this folder.
    pub(crate) fn join(&self, path: &str) -> Self {
        match self {
            #[cfg(feature = "native")]
            Self::File(folder) => Self::File(folder.join(path)),
            Self::Url(url) => {
                let is_of_paths = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
                Self::Url(format!("{url}/{}", percent_encoded(path, is_of_paths)))
            }
        }
    }

    /// The same without a slash at the end of a URL.
    fn without_slash(self) -> Self {
        match self {
            #[cfg(feature = "native")]
            Self::File(_) => self,
            Self::Url(url) => Self::Url(url.trim_end_matches('/').to_owned()),
        }
    }

    /// The URL, if it is one.
    pub(super) fn into_url(self) -> Option<String> {
        match self {
            #[cfg(feature = "native")]
            Self::File(_) => None,
            Self::Url(url) => Some(url),
        }
    }

    /// What a reference in this document names; nothing if it is somewhere that one does not go from
    /// here.
    pub(crate) fn beside(&self, reference: &str) -> Option<Self> {
        match self {
            #[cfg(feature = "native")]
            Self::File(document) => {
                let is_path = !reference.contains("://") && !reference.starts_with('/');
                is_path.then(|| Self::File(with_steps(document.parent(), reference)))
            }
            Self::Url(url) => resolve(url, reference).map(Self::Url),
        }
    }
}

/// A reference of a document to a folder, ending in a slash, so that names of files can be joined to it.
pub(crate) fn folder_reference(reference: &str) -> String {
    let slash = if reference.is_empty() || reference.ends_with('/') {
        ""
    } else {
        "/"
    };
    format!("{reference}{slash}")
}

/// The path that steps such as `../x` lead to.
#[cfg(feature = "native")]
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
            #[cfg(feature = "native")]
            Self::File(path) => path.display().fmt(formatter),
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
    #[case("linux-64/repodata.json", "https://h.example/c/linux-64/repodata.json")]
    #[case("a?b=%2e#c/x", "https://h.example/c/a%3Fb%3D%252e%23c/x")]
    fn paths_are_no_other_part_of_a_url(#[case] path: &str, #[case] url: &str) {
        let root = Location::Url("https://h.example/c".to_owned());
        assert_eq!(root.join(path).to_string(), url);
    }

    #[cfg(feature = "native")]
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
