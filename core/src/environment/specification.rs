//! What was asked for, as it is kept.

use super::formats::{Document, DocumentKind};

/// What was asked for. Two with one digest mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specification {
    /// Its form.
    pub kind: DocumentKind,
    /// SHA-256 of what it means: comments, and the order of what has none, do not count. 64 lower case
    /// hexadecimal digits.
    pub sha256: String,
    /// The text as it was given.
    pub body: String,
}

impl Specification {
    /// What a document asks for, which was read of `body`.
    pub fn of(document: &Document, body: String) -> Self {
        Self {
            kind: document.kind,
            sha256: document.sha256(),
            body,
        }
    }
}
