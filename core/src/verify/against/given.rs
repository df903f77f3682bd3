//! Documents of a channel that the caller gives, where neither files nor sockets are at hand.

use std::fmt;
use std::io::{self, Read};

use thiserror::Error;

/// Gives the documents of channels by their URLs: in a browser, a worker that waits for its requests.
///
/// Natively, several threads ask at a time.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::io::{Cursor, Read};
/// use std::sync::Arc;
///
/// use towpath_core::verify::{ChannelDocuments, ChannelPlace, DocumentError, published_builds};
///
/// /// Documents in memory.
/// #[derive(Debug)]
/// struct Held(BTreeMap<String, Vec<u8>>);
///
/// impl ChannelDocuments for Held {
///     fn open(&self, url: &str, _limit: u64) -> Result<Option<Box<dyn Read>>, DocumentError> {
///         let document = self.0.get(url).cloned();
///         Ok(document.map(|document| Box::new(Cursor::new(document)) as Box<dyn Read>))
///     }
/// }
///
/// let repodata = br#"{"packages.conda": {"lock-1-0.conda": {"name": "lock", "version": "1"}}}"#;
/// let url = "https://conda.example/main/noarch/repodata.json".to_owned();
/// let held = Arc::new(Held(BTreeMap::from([(url, repodata.to_vec())])));
/// let place = ChannelPlace::given(held, "https://conda.example/main");
/// let builds = published_builds(&place, "noarch", "lock").unwrap();
/// assert_eq!(builds.records[0].file_name, "lock-1-0.conda");
/// assert_eq!(builds.folder_url.unwrap(), "https://conda.example/main/noarch/");
/// ```
pub trait ChannelDocuments: fmt::Debug + Send + Sync {
    /// The document at a URL; nothing if it is not there.
    ///
    /// Not more than `limit` bytes are read of it, and that it has more is an error then. Whoever has to
    /// hold a whole document does well to refuse a larger one before.
    ///
    /// # Errors
    ///
    /// When it may be there and cannot be had.
    fn open(&self, url: &str, limit: u64) -> Result<Option<Box<dyn Read>>, DocumentError>;
}

/// Why a document was not given.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// A server answered neither with it nor that it is not there; the status, such as `403 Forbidden`.
    /// One that can be done without is done without: there are servers that answer so when it is not there.
    #[error("the server answered {0}")]
    Status(String),
    /// It cannot be read, or nobody answered.
    #[error(transparent)]
    Io(#[from] io::Error),
}
