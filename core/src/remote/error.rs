//! Why something on a server could not be read.

use std::io;

use thiserror::Error;

/// Why something on a server could not be read. The URL is shown without passwords and tokens.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// It is no `http` or `https` URL.
    #[error("{url} is no URL of the web (http or https)")]
    NotWeb {
        /// What was given.
        url: String,
    },
    /// There was no answer, or not a whole one.
    #[error("{url} cannot be read: {reason}")]
    Request {
        /// What was asked for.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The server answered something else than the file.
    #[error("{url}: the server answered {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status and its reason, such as `404 Not Found`.
        status: String,
    },
    /// The file is not the one that was begun to be read.
    #[error("{url} was changed on the server while it was read: try again")]
    Changed {
        /// What was asked for.
        url: String,
    },
    /// The answer makes no sense.
    #[error("{url}: the server {what}")]
    Nonsense {
        /// What was asked for.
        url: String,
        /// What it did.
        what: String,
    },
    /// It is larger than the caller wants to hold.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// The bound.
        limit: u64,
    },
    /// The server gives only the whole file, and that is too large to be fetched for a look at it.
    #[error(
        "{url}: the server cannot give parts of a file, and the whole is larger than {limit} bytes: download it, and \
         give the file"
    )]
    NoRanges {
        /// What was asked for.
        url: String,
        /// The bound.
        limit: u64,
    },
    /// The temporary file that a whole file is kept in.
    #[error("the temporary file for {url}: {source}")]
    Scratch {
        /// What was asked for.
        url: String,
        /// What went wrong.
        source: io::Error,
    },
}
