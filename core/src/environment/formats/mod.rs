//! The files in which environments are asked for and locked: read into one shape, and written.
//!
//! There are five kinds ([`DocumentKind`]). Two say what is wanted ([`Request`]), three what was
//! solved ([`Lock`](super::Lock)). Of every document there is a canonical JSON, and its digest: what
//! says the same has the same one, however it is laid out.
//!
//! What is read is hostile: it is bounded in size, number and nesting, URLs are of few schemes, and
//! passwords and tokens in them are dropped, so that they are neither stored nor shown.

mod conda_lock;
mod content_kind;
mod document;
mod environment_yml;
mod error;
mod explicit;
mod lock_builder;
mod match_specs;
mod package_url;
mod pixi_lock;
mod shape;
mod yaml_text;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use conda_lock::{Depends, write_conda_lock};
pub use document::{
    Content, DefaultChannels, Document, DocumentKind, Request, Selected, UnknownDocumentKind,
};
pub use environment_yml::write_environment_yml;
pub use error::FormatError;
pub use explicit::write_explicit;
pub(super) use package_url::without_credentials;

use crate::channel::Subdir;
use crate::package::recipe::{Scalars, Unreadable, decode, document as yaml_document};

/// The largest document: ten times the largest lock file of conda-forge's own tools.
const BYTES_MAX: usize = 16 << 20;

/// Values of a YAML document, counted after aliases are followed. A package of a lock has some 30.
const NODES_MAX: usize = 1_000_000;

/// What is to be known beside the text of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What the document is; it is told from its content and its name otherwise.
    pub kind: Option<DocumentKind>,
    /// The platform of an explicit list that does not say it itself.
    pub platform: Option<Subdir>,
    /// The environment to take of a `pixi.lock`; `default` otherwise.
    pub environment: Option<String>,
}

/// Reads a document. What it is, is told from its content; from its name only if that says nothing.
///
/// ```
/// use towpath_core::environment::formats::{Content, DocumentKind, read};
/// let document = read("environment.yml", b"dependencies: [numpy >=2, pip]").unwrap();
/// assert_eq!(document.kind, DocumentKind::EnvironmentYml);
/// let Content::Requested(request) = document.content else { panic!() };
/// assert_eq!(request.specs, ["numpy >=2", "pip"]);
/// ```
///
/// # Errors
///
/// When it is none of the five kinds, or breaks the rules of its own.
pub fn read(file_name: &str, text: &[u8]) -> Result<Document, FormatError> {
    read_with(file_name, text, &ReadOptions::default())
}

/// Reads a document of a known kind, or one that needs to be told more than it says itself.
///
/// # Errors
///
/// When it is not of that kind, or of none, or breaks the rules of its own.
pub fn read_with(file_name: &str, text: &[u8], options: &ReadOptions) -> Result<Document, FormatError> {
    if text.len() > BYTES_MAX {
        return Err(FormatError::TooLarge {
            limit: BYTES_MAX >> 20,
        });
    }
    let text = decode(text).map_err(|_| FormatError::NotText)?;
    let source = Source::new(&text);
    let kind = match options.kind {
        Some(kind) => kind,
        None => content_kind::of(file_name, &source),
    };
    match kind {
        DocumentKind::EnvironmentYml => environment_yml::read(source),
        DocumentKind::MatchSpecs => match_specs::read(&text),
        DocumentKind::Explicit => explicit::read(&text, options.platform.as_ref()),
        DocumentKind::CondaLock => conda_lock::read(source.yaml?),
        DocumentKind::PixiLock => pixi_lock::read(source.yaml?, options.environment.as_deref()),
    }
}

/// A text, and what it is as YAML.
struct Source<'a> {
    text: &'a str,
    yaml: Result<Value, FormatError>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str) -> Self {
        // An explicit list is told without parsing it.
        let yaml = match content_kind::is_explicit(text) {
            true => Ok(Value::Null),
            false => yaml(text),
        };
        Self { text, yaml }
    }
}

/// The only YAML document in a text, all scalars as they are written.
fn yaml(text: &str) -> Result<Value, FormatError> {
    yaml_document(text, Scalars::AsWritten, NODES_MAX).map_err(FormatError::from)
}

impl From<Unreadable> for FormatError {
    fn from(error: Unreadable) -> Self {
        Self::Yaml(error.to_string())
    }
}

/// The warning that packages are left out.
fn left_out(count: usize, which: &str) -> String {
    match count {
        1 => format!("1 package {which} is left out: only files of conda channels are recorded"),
        _ => format!("{count} packages {which} are left out: only files of conda channels are recorded"),
    }
}
