//! Names in a `MatchSpec` (CEP 26), of packages and of virtual ones.

use std::collections::BTreeSet;

use super::{Fault, Slip};

pub(super) fn check(name: &str, slips: &mut BTreeSet<Slip>) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(Fault::Empty);
    }
    let is_regex = name.starts_with('^') && name.ends_with('$');
    if is_regex || name.contains('*') {
        slips.insert(Slip::NamePattern);
        if is_regex {
            return Ok(());
        }
    }
    let foreign = |character: &char| !(character.is_ascii_alphanumeric() || "._-*".contains(*character));
    if let Some(character) = name.chars().find(foreign) {
        return Err(Fault::Character(character));
    }
    let is_separator = |byte: u8| matches!(byte, b'.' | b'_' | b'-');
    let rest = name.strip_prefix("__").or_else(|| name.strip_prefix('_'));
    let has_start = match rest {
        // A single underscore is a name by the expression in CEP 26.
        Some("") => name == "_",
        Some(rest) => !rest.starts_with('_'),
        None => !name.bytes().next().is_some_and(is_separator),
    };
    let rest = rest.unwrap_or(name).as_bytes();
    let has_pair = rest
        .windows(2)
        .any(|pair| pair.iter().all(|byte| is_separator(*byte)));
    if has_start && !has_pair {
        Ok(())
    } else {
        Err(Fault::Name)
    }
}
