//! Text that is known to be in canonical spelling.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::number::canonical_number;
use super::{JsonError, JsonSlice, parse, write_value};

/// JSON in canonical spelling: compact, keys sorted, ASCII only, numbers as Python prints them.
///
/// ```
/// use towpath_core::json::JsonText;
/// let text = JsonText::from_stored(r#"{"b": 1e5, "a": "é"}"#.into()).unwrap();
/// assert_eq!(text.as_str(), r#"{"a":"\u00e9","b":100000.0}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JsonText(String);

impl JsonText {
    /// The canonical text of a value that [`parse`] accepted.
    pub fn from_value(value: &Value) -> Self {
        let mut text = String::new();
        write_value(&mut text, value);
        Self(text)
    }

    /// Takes text from a store. Text that this crate wrote is recognised by one scan and kept;
    /// another tool's is parsed and spelled anew.
    ///
    /// # Errors
    ///
    /// When the text is not JSON.
    pub fn from_stored(text: Cow<'_, str>) -> Result<Self, JsonError> {
        if is_canonical(text.as_bytes()) {
            return Ok(Self(text.into_owned()));
        }
        parse(text.as_bytes()).map(|value| Self::from_value(&value))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, to look into.
    pub(crate) fn as_slice(&self) -> JsonSlice<'_> {
        JsonSlice::new(&self.0)
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The value that the text spells.
    pub fn to_value(&self) -> Value {
        // Canonical text is JSON by construction, so this parses.
        serde_json::from_str(&self.0).unwrap_or(Value::Null)
    }

    /// The members of the text if it is an object; none otherwise.
    pub fn to_object(&self) -> Map<String, Value> {
        match self.to_value() {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// The same object with `key` set to an integer, as a rule without parsing the rest. `key` is
    /// plain ASCII. Text that is no object is left as it is.
    #[must_use]
    pub fn with_integer(&self, key: &str, value: i64) -> Self {
        self.with_member(key, &Self(value.to_string()))
    }

    /// The same object with `key` set to a value, as a rule without parsing the rest. `key` is
    /// plain ASCII. Text that is no object is left as it is.
    #[must_use]
    pub fn with_member(&self, key: &str, value: &Self) -> Self {
        let Some((start, end, found)) = place_of_key(self.0.as_bytes(), key.as_bytes()) else {
            let mut document = self.to_value();
            if let Value::Object(members) = &mut document {
                members.insert(key.to_owned(), value.to_value());
            }
            return Self::from_value(&document);
        };
        let member = format!("\"{key}\":{}", value.0);
        let (before, after) = (&self.0[..start], &self.0[end..]);
        let comma_before = if !found && after.starts_with('}') && !before.ends_with('{') {
            ","
        } else {
            ""
        };
        let comma_after = if !found && after.starts_with('"') { "," } else { "" };
        Self([before, comma_before, &member, comma_after, after].concat())
    }
}

/// Where in a canonical object the member `key` stands (start, end, true) or belongs (place,
/// place, false). `None` if the text is no object, or has a key with escapes before that place: the
/// order of escaped bytes is not the order of characters.
fn place_of_key(text: &[u8], key: &[u8]) -> Option<(usize, usize, bool)> {
    if text.first() != Some(&b'{') {
        return None;
    }
    let mut at = 1;
    while text.get(at) == Some(&b'"') {
        let key_end = end_of_string(text, at)?;
        let this = &text[at + 1..key_end - 1];
        if this.contains(&b'\\') {
            return None;
        }
        let value_end = end_of_value(text, key_end + 1)?;
        if this == key {
            return Some((at, value_end, true));
        }
        if this > key {
            return Some((at, at, false));
        }
        at = if text.get(value_end) == Some(&b',') {
            value_end + 1
        } else {
            value_end
        };
    }
    Some((at, at, false))
}

/// The place behind the string that starts at `at`.
pub(super) fn end_of_string(text: &[u8], at: usize) -> Option<usize> {
    let mut place = at + 1;
    loop {
        match *text.get(place)? {
            b'"' => return Some(place + 1),
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
}

/// The place behind the value that starts at `at` in canonical text.
pub(super) fn end_of_value(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match *text.get(at)? {
            b'"' => at = end_of_string(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' | b',' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            _ => at += 1,
        }
        if depth == 0 && matches!(text.get(at), None | Some(b',' | b'}' | b']')) {
            return Some(at);
        }
    }
}

/// Whether the bytes are canonical text. May say no to canonical text with escapes in its keys
/// (which is then spelled anew, to the same), never yes to any other.
fn is_canonical(text: &[u8]) -> bool {
    Scanner { text, at: 0 }
        .value(0)
        .is_some_and(|end| end == text.len())
}

/// As deep as [`parse`] goes.
const MAX_DEPTH: usize = 128;

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Steps over one canonical value; the place behind it, or `None` if it is not canonical.
    fn value(&mut self, depth: usize) -> Option<usize> {
        if depth == MAX_DEPTH {
            return None;
        }
        match *self.text.get(self.at)? {
            b'"' => {
                self.string()?;
            }
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'n' => self.literal(b"null")?,
            b't' => self.literal(b"true")?,
            b'f' => self.literal(b"false")?,
            _ => self.number()?,
        }
        Some(self.at)
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.skip(b'}') {
            return Some(());
        }
        let mut previous: Option<&'a [u8]> = None;
        loop {
            let key = self.string()?;
            // With an escape in a key the order of bytes is not the order of characters.
            if key.contains(&b'\\') || previous.is_some_and(|previous| previous >= key) {
                return None;
            }
            previous = Some(key);
            if !self.skip(b':') {
                return None;
            }
            self.value(depth + 1)?;
            if self.skip(b'}') {
                return Some(());
            }
            if !self.skip(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.skip(b']') {
            return Some(());
        }
        loop {
            self.value(depth + 1)?;
            if self.skip(b']') {
                return Some(());
            }
            if !self.skip(b',') {
                return None;
            }
        }
    }

    /// Steps over a string; what is between its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        if !self.skip(b'"') {
            return None;
        }
        let start = self.at;
        loop {
            match *self.text.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.text[start..self.at - 1]);
                }
                b'\\' => self.escape()?,
                b' '..=b'~' => self.at += 1,
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match *self.text.get(self.at + 1)? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.text.get(self.at + 2..self.at + 6)?;
                if !digits
                    .iter()
                    .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
                {
                    return None;
                }
                let unit = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
                let has_shorter_spelling = matches!(unit, 0x08..=0x0a | 0x0c | 0x0d | 0x20..=0x7e);
                // Surrogates go the long way, where their pairing is checked.
                if has_shorter_spelling || (0xd800..0xe000).contains(&unit) {
                    return None;
                }
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']'))
            .unwrap_or(rest.len());
        let literal = std::str::from_utf8(&rest[..end]).ok()?;
        let digits = literal.strip_prefix('-').unwrap_or(literal);
        let is_integer = !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.len() == 1 || !digits.starts_with('0'))
            && literal != "-0";
        if !is_integer {
            let _: serde_json::Number = serde_json::from_str(literal).ok()?;
            if !literal.contains(['.', 'e']) || canonical_number(literal)? != literal {
                return None;
            }
        }
        self.at += end;
        Some(())
    }

    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.text[self.at..]
            .starts_with(literal)
            .then(|| self.at += literal.len())
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    pub(in crate::json) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>()
                .prop_filter("finite", |float| float.is_finite())
                .prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z_\\\\\"é.]{0,4}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn spelling_twice_changes_nothing(value in any_json()) {
            let once = JsonText::from_value(&value);
            let twice = JsonText::from_stored(once.as_str().into()).unwrap();
            prop_assert_eq!(&once, &twice);
        }

        #[test]
        fn only_canonical_text_is_taken_for_it(value in any_json()) {
            let compact = serde_json::to_string(&value).unwrap();
            if is_canonical(compact.as_bytes()) {
                prop_assert_eq!(JsonText::from_value(&value).into_string(), compact);
            }
            let spaced = serde_json::to_string_pretty(&value).unwrap();
            if is_canonical(spaced.as_bytes()) {
                prop_assert_eq!(JsonText::from_value(&value).into_string(), spaced);
            }
        }

        #[test]
        fn an_integer_is_put_where_parsing_would_put_it(value in any_json(), key in "[a-z_]{1,4}", number: i64) {
            let text = JsonText::from_value(&value).with_integer(&key, number);
            let mut expected = value;
            if let Value::Object(members) = &mut expected {
                members.insert(key, json!(number));
            }
            prop_assert_eq!(text, JsonText::from_value(&expected));
        }
    }

    #[rstest::rstest]
    #[case(r#"{"b":1,"a":2}"#)]
    #[case(r#"{"a":1,"a":2}"#)]
    #[case(r#"{"a": 1}"#)]
    #[case(r#"{"a":"é"}"#)]
    #[case(r#"{"a":"\u0041"}"#)]
    #[case(r#"{"a":"\u00FC"}"#)]
    #[case(r#"{"a":"\/"}"#)]
    #[case(r#"{"a":1e5}"#)]
    #[case(r#"{"a":01}"#)]
    #[case(r#"{"a":-0}"#)]
    #[case(r#"{"a":1.50}"#)]
    #[case(r#"{"a":1}x"#)]
    #[case(r#"{"a":1,}"#)]
    #[case(r#"["#)]
    fn other_spellings_are_not_canonical(#[case] text: &str) {
        assert!(!is_canonical(text.as_bytes()));
    }

    #[test]
    fn records_as_conda_index_stores_them_are_spelled_anew() {
        let text = r#"{"name":"x","build":"0","n":1.0,"summary":"caf\u00e9","list":[],"map":{}}"#;
        assert!(!is_canonical(text.as_bytes()));
        let text = JsonText::from_stored(text.into()).unwrap();
        assert_eq!(
            text.as_str(),
            r#"{"build":"0","list":[],"map":{},"n":1.0,"name":"x","summary":"caf\u00e9"}"#
        );
        assert!(is_canonical(text.as_str().as_bytes()));
    }
}
