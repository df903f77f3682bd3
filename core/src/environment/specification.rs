//! What was asked for, as it is kept.

use super::formats::{Document, DocumentKind, without_credentials};

/// What was asked for. Two with one digest mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specification {
    /// Its form.
    pub kind: DocumentKind,
    /// SHA-256 of what it means: comments, and the order of what has none, do not count. 64 lower case
    /// hexadecimal digits.
    pub sha256: String,
    /// The text as it was given, without passwords and tokens.
    pub body: String,
}

impl Specification {
    /// What a document asks for, which was read of `body`.
    pub fn of(document: &Document, body: &str) -> Self {
        Self {
            kind: document.kind,
            sha256: document.sha256(),
            body: without_credentials(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::formats::read;

    #[test]
    fn secrets_are_not_kept() {
        let text = "channels: ['https://me:secret@h.example/t/token/c']\ndependencies: [\"numpy\"]\n";
        let document = read("environment.yml", text.as_bytes()).unwrap();
        let kept = Specification::of(&document, text);
        let expected = "channels: ['https://h.example/c']\ndependencies: [\"numpy\"]\n";
        assert_eq!(kept.body, expected);
        assert_eq!(
            kept.sha256,
            read("environment.yml", expected.as_bytes()).unwrap().sha256()
        );
    }
}
