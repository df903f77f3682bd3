//! Looks into canonical text without parsing it.
//!
//! Most of what is asked of a record is about few of its members. In canonical text they are found
//! by stepping over the others.

use std::borrow::Cow;

use super::canonical::{end_of_string, end_of_value};

/// A value as canonical text spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonSlice<'a>(&'a str);

impl<'a> JsonSlice<'a> {
    /// A value within canonical text, or all of it.
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Its spelling.
    pub(crate) fn spelling(self) -> &'a str {
        self.0
    }

    /// Its spelling, for people: of a long one the beginning. It is ASCII without control characters.
    pub(crate) fn excerpt(self) -> String {
        const ENOUGH: usize = 60;
        match self.0.get(..ENOUGH) {
            Some(beginning) if self.0.len() > ENOUGH => format!("{beginning}…"),
            _ => self.0.to_owned(),
        }
    }

    /// What it says if it is a string.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            serde_json::from_str(self.0).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// Whether it is a string.
    pub(crate) fn is_text(self) -> bool {
        self.0.starts_with('"')
    }

    /// Whether it is `null`.
    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Its items if it is an array.
    pub(crate) fn items(self) -> Option<impl Iterator<Item = Self>> {
        let mut rest = self.0.strip_prefix('[')?;
        Some(std::iter::from_fn(move || {
            let (item, behind) = first_value(rest)?;
            rest = behind;
            Some(item)
        }))
    }

    /// Its members if it is an object, in the order of their keys. A key with escapes is spelled as
    /// it is in the text, so that it equals no plain one.
    pub(crate) fn members(self) -> Option<impl Iterator<Item = (&'a str, Self)>> {
        let mut rest = self.0.strip_prefix('{')?;
        Some(std::iter::from_fn(move || {
            if !rest.starts_with('"') {
                return None;
            }
            let key_end = end_of_string(rest.as_bytes(), 0)?;
            let key = rest.get(1..key_end - 1)?;
            let (value, behind) = first_value(rest.get(key_end + 1..)?)?;
            rest = behind;
            Some((key, value))
        }))
    }
}

/// The value that `text` begins with, and what is behind the comma that follows it.
fn first_value(text: &str) -> Option<(JsonSlice<'_>, &str)> {
    if text.starts_with([']', '}']) {
        return None;
    }
    let end = end_of_value(text.as_bytes(), 0)?;
    let behind = text.get(end..)?;
    Some((
        JsonSlice(text.get(..end)?),
        behind.strip_prefix(',').unwrap_or(behind),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::JsonText;
    use super::super::canonical::tests::any_json;
    use super::*;

    /// The value, as one learns it by looking into its text.
    fn seen(slice: JsonSlice<'_>) -> Value {
        if let Some(text) = slice.text() {
            Value::from(text.into_owned())
        } else if let Some(items) = slice.items() {
            items.map(seen).collect()
        } else if let Some(members) = slice.members() {
            let member = |(key, value)| (serde_json::from_str(&format!("\"{key}\"")).unwrap(), seen(value));
            Value::Object(members.map(member).collect())
        } else {
            serde_json::from_str(slice.spelling()).unwrap()
        }
    }

    proptest! {
        #[test]
        fn what_is_seen_is_what_parsing_gives(value in any_json()) {
            let text = JsonText::from_value(&value);
            prop_assert_eq!(seen(text.as_slice()), text.to_value());
        }
    }
}
