//! The bytes of a recipe as characters, under the rules of ruamel.yaml's reader.

use std::borrow::Cow;

use super::Unreadable;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The characters of a recipe, without a leading byte order mark: UTF-16 when it starts with the
/// mark of that encoding, else UTF-8. A character that YAML does not allow makes it unreadable.
pub(crate) fn decode(yaml: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let text = match yaml {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        _ => {
            let text = std::str::from_utf8(yaml).map_err(|_| Unreadable::Characters)?;
            Cow::Borrowed(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text))
        }
    };
    if text.chars().all(is_printable) {
        Ok(text)
    } else {
        Err(Unreadable::Characters)
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Unreadable> {
    let (pairs, []) = bytes.as_chunks() else {
        return Err(Unreadable::Characters);
    };
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| Unreadable::Characters)
}

/// YAML 1.2.2, section 5.1.
fn is_printable(char: char) -> bool {
    matches!(
        char,
        ' '..='~'
            | '\t' | '\n' | '\r' | '\u{85}'
            | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}'
            | '\u{10000}'..
    )
}
