//! Names as CEP 26 allows them.

use super::Fields;
use crate::json::{JsonSlice, JsonText};
use crate::package::ArtifactName;

/// The longest package name, version and build string.
const MAX_NAME: usize = 64;
/// The longest file name.
const MAX_FILE_NAME: usize = 211;

/// Why the record's name cannot be that of a package.
pub(super) fn package_name_fault(fields: &Fields<'_>) -> Option<String> {
    let said = fields.name?;
    let name = said.text()?;
    let is_separator = |byte: &u8| matches!(byte, b'-' | b'.' | b'_');
    let why = if name.is_empty() {
        Some("is empty".to_owned())
    } else {
        excess(&name, MAX_NAME)
            .or_else(|| {
                stranger(&name, "a package name", |byte| {
                    matches!(byte, b'a'..=b'z' | b'0'..=b'9') || is_separator(&byte)
                })
            })
            .or_else(|| {
                name.starts_with(['-', '.'])
                    .then(|| "does not begin with a letter, a digit or an underscore".to_owned())
            })
            .or_else(|| {
                let mut pairs = name.as_bytes().windows(2);
                pairs
                    .any(|pair| pair.iter().all(is_separator))
                    .then(|| "has two separators in a row".to_owned())
            })
    };
    why.map(|why| fault("name", said, &why))
}

/// Why the record's version has characters or a length that versions do not have. Capital letters
/// are what CEP 26 forbids and CEP 33, which came later, allows; packages that have them
/// (`Release_2017_09`) are sound. What else CEP 33 demands is a matter of the fields' types.
pub(super) fn version_fault(fields: &Fields<'_>) -> Option<String> {
    let said = fields.version?;
    let version = said.text()?;
    let why = excess(&version, MAX_NAME).or_else(|| {
        stranger(
            &version,
            "a version",
            |byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'+' | b'!'),
        )
    });
    why.map(|why| fault("version", said, &why))
}

/// Why the record's build string cannot be one.
pub(super) fn build_fault(fields: &Fields<'_>) -> Option<String> {
    let said = fields.build?;
    let build = said.text()?;
    let why = if build.is_empty() {
        Some("is empty".to_owned())
    } else {
        excess(&build, MAX_NAME).or_else(|| {
            stranger(&build, "a build string", |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+')
            })
        })
    };
    why.map(|why| fault("build", said, &why))
}

/// Why the file name is none. Its characters are those of name, version and build.
pub(super) fn file_name_fault(artifact: &ArtifactName) -> Option<String> {
    let why = excess(artifact.as_str(), MAX_FILE_NAME)?;
    Some(format!("its file name {why} (CEP 26)"))
}

fn fault(field: &str, said: JsonSlice<'_>, why: &str) -> String {
    format!("its {field} {} {why} (CEP 26)", said.excerpt())
}

/// By how much a name is too long.
fn excess(name: &str, most: usize) -> Option<String> {
    // Bytes are enough to know that a name is short enough.
    let length = if name.len() > most {
        name.chars().count()
    } else {
        0
    };
    (length > most).then(|| format!("has {length} characters, of at most {most}"))
}

/// Which character has no place in a name of this kind.
fn stranger(name: &str, kind: &str, allows: impl Fn(u8) -> bool) -> Option<String> {
    if name.bytes().all(&allows) {
        return None;
    }
    let is_allowed = |character: &char| u8::try_from(*character).is_ok_and(&allows);
    let stranger = name.chars().find(|character| !is_allowed(character))?;
    let spelled = JsonText::from_value(&stranger.to_string().into()).into_string();
    Some(format!("has {spelled}, which {kind} does not have"))
}
