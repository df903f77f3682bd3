//! Lists of `MatchSpec`s (CEP 23), and one `MatchSpec` of any document.

use super::error::shown;
use super::package_url::without_credentials;
use super::{Document, DocumentKind, FormatError, Request};
use crate::verify::check_match_spec;

/// More than anybody asks for at once.
const SPECS_MAX: usize = 100_000;

/// Reads a `MatchSpec` on every line.
pub(super) fn read(text: &str) -> Result<Document, FormatError> {
    let mut specs = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let wrong = |what| FormatError::Line { line, what };
        if specs.len() == SPECS_MAX {
            return Err(wrong(format!("there are more than {SPECS_MAX} specs")));
        }
        specs.push(spec(content).map_err(wrong)?);
    }
    let request = Request {
        specs,
        ..Request::default()
    };
    Ok(Document::requested(DocumentKind::MatchSpecs, request, Vec::new()))
}

/// A `MatchSpec` as it is kept: without a comment, secrets, and more white space than one space.
///
/// # Errors
///
/// When clients cannot read it.
pub(super) fn spec(text: &str) -> Result<String, String> {
    // In brackets, `#` may be part of a URL.
    let brackets_end = text.rfind(']').unwrap_or(0);
    let comment = text[brackets_end..].find('#').map(|start| brackets_end + start);
    let text = text[..comment.unwrap_or(text.len())].trim();
    let words: Vec<_> = text.split_whitespace().collect();
    let spec = without_credentials(&words.join(" "));
    match check_match_spec(&spec) {
        Ok(()) => Ok(spec),
        Err(fault) => Err(format!("{} cannot be read as a MatchSpec: {fault}", shown(text))),
    }
}
