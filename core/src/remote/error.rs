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

/// A URL as it may be shown: without a password, and without the token of anaconda.org's `/t/TOKEN/`.
pub fn without_secrets(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => authority.to_owned(),
        },
        None => authority.to_owned(),
    };
    let path = match path.strip_prefix("/t/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => format!("/t/***/{rest}"),
        None => path.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("https://h.example/noarch/a.conda", "https://h.example/noarch/a.conda")]
    #[case("https://me:secret@h.example:80/a", "https://me:***@h.example:80/a")]
    #[case("https://me:se@cret@h.example", "https://me:***@h.example")]
    #[case("https://me@h.example/a@b:c", "https://me@h.example/a@b:c")]
    #[case(
        "https://h.example/t/ab-12/me/noarch/a",
        "https://h.example/t/***/me/noarch/a"
    )]
    #[case("no url", "no url")]
    fn secrets_are_not_shown(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(without_secrets(url), expected);
    }
}
