//! What a document is: told from what it says, and from its name if that does not tell.

use serde_json::{Map, Value};

use super::{DocumentKind, Source};

/// The kind of a document. What is nothing else is a list of `MatchSpec`s.
pub(super) fn of(file_name: &str, source: &Source<'_>) -> DocumentKind {
    if is_explicit(source.text) {
        return DocumentKind::Explicit;
    }
    let by_content = match &source.yaml {
        Ok(Value::Object(members)) => of_members(members),
        _ => None,
    };
    by_content.unwrap_or_else(|| of_name(file_name))
}

/// Whether a line is `@EXPLICIT` (CEP 23).
pub(super) fn is_explicit(text: &str) -> bool {
    text.lines().any(|line| line.trim() == "@EXPLICIT")
}

fn of_members(members: &Map<String, Value>) -> Option<DocumentKind> {
    let has = |key: &str| members.contains_key(key);
    if has("environments") && (has("version") || has("packages")) {
        Some(DocumentKind::PixiLock)
    } else if has("package") && (has("metadata") || has("version")) {
        Some(DocumentKind::CondaLock)
    } else if ["dependencies", "channels", "name", "prefix"]
        .into_iter()
        .any(has)
    {
        Some(DocumentKind::EnvironmentYml)
    } else {
        None
    }
}

fn of_name(file_name: &str) -> DocumentKind {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name = name.to_ascii_lowercase();
    if name.ends_with("pixi.lock") {
        DocumentKind::PixiLock
    } else if !name.ends_with(".yml") && !name.ends_with(".yaml") {
        DocumentKind::MatchSpecs
    } else if name.contains("conda-lock") {
        DocumentKind::CondaLock
    } else {
        DocumentKind::EnvironmentYml
    }
}
