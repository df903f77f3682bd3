//! What stands in the square brackets of a `MatchSpec`: `[key=value, key="other value"]`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Fault, Slip, condition, version};

/// The fields that a record can be asked for.
const KEYS: [&str; 18] = [
    "build",
    "build_number",
    "channel",
    "extras",
    "features",
    "flags",
    "fn",
    "license",
    "license_family",
    "md5",
    "name",
    "namespace",
    "sha256",
    "subdir",
    "track_features",
    "url",
    "version",
    "when",
];

/// Splits a spec into what is before its brackets and what is in them.
pub(super) fn split(text: &str) -> Result<(&str, Option<&str>), Fault> {
    match text.split_once('[') {
        Some((before, behind)) => match behind.strip_suffix(']') {
            Some(content) => Ok((before, Some(content))),
            None => Err(Fault::Brackets("the last character should be \"]\"")),
        },
        None if text.contains(']') => Err(Fault::Character(']')),
        None => Ok((text, None)),
    }
}

/// A key, and its value without quotation marks.
pub(super) type Field<'a> = (&'a str, Cow<'a, str>);

/// Reads the content of the brackets.
pub(super) fn read<'a>(
    content: &'a str,
    may_have_condition: bool,
    slips: &mut BTreeSet<Slip>,
) -> Result<Vec<Field<'a>>, Fault> {
    let mut fields: Vec<Field<'a>> = Vec::new();
    let mut rest = content.trim();
    if rest.is_empty() {
        return Err(Fault::Brackets("there is nothing"));
    }
    while !rest.is_empty() {
        let (key, behind) = rest
            .split_once('=')
            .ok_or(Fault::Brackets("something is not key=value"))?;
        let key = key.trim();
        if !KEYS.contains(&key) {
            return Err(Fault::Key(crate::verify::finding::quoted(key)));
        }
        if fields.iter().any(|(known, _)| *known == key) {
            return Err(Fault::Brackets("a key is there twice"));
        }
        if key == "when" && !may_have_condition {
            return Err(Fault::Condition("has a condition of its own".to_owned()));
        }
        let (value, behind) = read_value(behind.trim_start())?;
        check_value(key, &value, slips)?;
        fields.push((key, value));
        let next = behind.trim_start();
        rest = match next.strip_prefix(',') {
            Some(next) if next.trim().is_empty() => {
                return Err(Fault::Brackets("something is missing behind a comma"));
            }
            Some(next) => next.trim_start(),
            None if next.is_empty() => next,
            None if next.len() < behind.len() => {
                slips.insert(Slip::SpaceBetweenKeys);
                next
            }
            None => return Err(Fault::Brackets("a comma is missing")),
        };
    }
    Ok(fields)
}

/// A value that `text` begins with, without its quotation marks, and what is behind it.
fn read_value(text: &str) -> Result<(Cow<'_, str>, &str), Fault> {
    let unclosed = Fault::Brackets("a value does not end");
    let (value, behind) = if let Some(inner) = text.strip_prefix('[') {
        let (list, behind) = inner.split_once(']').ok_or(unclosed)?;
        (Cow::Borrowed(list), behind)
    } else if let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let (value, end) = read_quoted(text, quote).ok_or(unclosed)?;
        (value, text.get(end..).unwrap_or_default())
    } else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        let (value, behind) = text.split_at(end);
        if value.contains(['=', '[', ']', '"', '\'']) {
            return Err(Fault::Brackets("a value should be in quotation marks"));
        }
        (Cow::Borrowed(value), behind)
    };
    if value.trim().is_empty() {
        return Err(Fault::Brackets("a value is missing"));
    }
    Ok((value, behind))
}

/// The text in quotation marks that `text` begins with, and where it ends.
fn read_quoted(text: &str, quote: char) -> Option<(Cow<'_, str>, usize)> {
    let inner = text.get(1..)?;
    let simple = inner.find([quote, '\\'])?;
    if inner[simple..].starts_with(quote) {
        return Some((Cow::Borrowed(inner.get(..simple)?), 1 + simple + 1));
    }
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next()?.1 {
                escaped @ ('"' | '\'' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            _ if character == quote => return Some((Cow::Owned(value), 1 + at + 1)),
            _ => value.push(character),
        }
    }
    None
}

fn check_value(key: &str, value: &str, slips: &mut BTreeSet<Slip>) -> Result<(), Fault> {
    match key {
        "version" => version::read(value, slips).map(drop),
        "build" => super::check_build(value.trim()),
        "extras" if !items(value).all(is_group_name) => Err(Fault::Brackets(
            "an extra is not of a-z, 0-9, \"_\", \".\", \"+\", \"-\"",
        )),
        "flags" if !items(value).all(|flag| is_flag(flag, true)) => Err(Fault::Brackets(
            "a flag is not of a-z, 0-9, \"_\", with at most one \":\"",
        )),
        "md5" if !is_hex(value, 32) => Err(Fault::Brackets("the MD5 does not have 32 hexadecimal digits")),
        "sha256" if !is_hex(value, 64) => {
            Err(Fault::Brackets("the SHA-256 does not have 64 hexadecimal digits"))
        }
        "build_number" if !is_build_number(value) => {
            Err(Fault::Brackets("the build number is no whole number"))
        }
        "when" => condition::check(value, slips),
        _ => Ok(()),
    }
}

/// The items of a list, or the one that stands alone.
fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(|item| {
        let item = item.trim();
        let in_quotes = |quote: char| item.strip_prefix(quote)?.strip_suffix(quote);
        in_quotes('"').or_else(|| in_quotes('\'')).unwrap_or(item)
    })
}

/// A number, maybe behind an operator.
fn is_build_number(value: &str) -> bool {
    let number = value.trim_start_matches(['=', '<', '>', '!']).trim_start();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hex(value: &str, length: usize) -> bool {
    value.len() == length && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a group of `extra_depends` can have this name (CEP 44).
pub(crate) fn is_group_name(name: &str) -> bool {
    let is_in = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.+-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(is_in)
}

/// Whether this is a flag (CEP 45), or may be a pattern of one.
pub(crate) fn is_flag(flag: &str, may_be_pattern: bool) -> bool {
    let is_in = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || may_be_pattern && byte == b'*'
    };
    let (key, value) = flag.split_once(':').unwrap_or((flag, "_"));
    [key, value]
        .into_iter()
        .all(|part| !part.is_empty() && part.bytes().all(is_in))
}
