//! Why a document cannot be read or written, in words for the person who wrote it.

use thiserror::Error;

use crate::channel::Subdir;

/// Why a document cannot be read or written. The message makes sense after the file's name and a
/// colon.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// No honest document is so large.
    #[error("is larger than {limit} MiB, which no environment is: is it the right file?")]
    TooLarge {
        /// The bound, in MiB.
        limit: usize,
    },
    /// The bytes are no text.
    #[error("is not text: it should be UTF-8 or UTF-16, without control characters")]
    NotText,
    /// It should be YAML, and is not, or is more than is read.
    #[error("{0}")]
    Yaml(String),
    /// A line is wrong.
    #[error("line {line}: {what}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong there, and what to do.
        what: String,
    },
    /// A member of a YAML document is wrong.
    #[error("{member}: {what}")]
    Member {
        /// Which one, such as `dependencies[2]`, counted from 0.
        member: String,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// An explicit list is of one platform, and this one tells none.
    #[error(
        "does not tell its platform: put \"# platform: linux-64\" in front of @EXPLICIT, or name the platform \
         when it is read"
    )]
    NoPlatform,
    /// The `pixi.lock` has no environment of that name.
    #[error("has no environment {asked:?}: it has {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    NoEnvironment {
        /// The name that was looked for.
        asked: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A file's name does not say which package it is, and the format needs to.
    #[error(
        "{0:?} cannot be written: its name is not NAME-VERSION-BUILD (CEP 26); an explicit list can hold it"
    )]
    UnnamedPackage(String),
    /// Two locks for one platform, where the format has room for one.
    #[error("{0} cannot be written twice: a document has one lock for each platform")]
    SamePlatform(Subdir),
}

impl FormatError {
    /// What is wrong with a member.
    pub(super) fn member(member: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Member {
            member: member.into(),
            what: what.into(),
        }
    }
}

/// Text of a document as messages show it: quoted, on one line, without passwords, and not all of it
/// if it is long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 120;
    let text = super::package_url::without_credentials(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}", format!("{}…", &text[..end])),
        None => format!("{text:?}"),
    }
}
