//! Reads fields of metadata whatever their type, and keeps what was odd about them.

use serde_json::{Map, Value};

use crate::package::kind_of;

/// How many oddities are told one by one; a package can have as many as it has bytes.
const TOLD: usize = 100;

/// How much of a value of the wrong type is told.
const VALUE_TOLD: usize = 60;

/// What is odd about a package, one line each.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    lines: Vec<String>,
    more: usize,
}

impl Oddities {
    pub(super) fn note(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.lines.contains(&what) {
            // Several readers look at the same field.
        } else if self.lines.len() < TOLD {
            self.lines.push(what);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}

/// The fields of one object, and where it stands.
pub(super) struct Fields<'a> {
    pub(super) place: &'static str,
    pub(super) members: &'a Map<String, Value>,
    pub(super) oddities: &'a mut Oddities,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        place: &'static str,
        members: &'a Map<String, Value>,
        oddities: &'a mut Oddities,
    ) -> Self {
        Self {
            place,
            members,
            oddities,
        }
    }

    /// Text that is not blank; a number or boolean in its place is taken as it is written.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.present(key)?;
        match text_of(value) {
            Some(text) => {
                if !value.is_string() {
                    self.expected(key, "text", value);
                }
                Some(text).filter(|text| !text.trim().is_empty())
            }
            None => {
                self.expected(key, "text", value);
                None
            }
        }
    }

    /// The texts of a list; a single text in its place is a list of one.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.present(key) else {
            return Vec::new();
        };
        let texts: Vec<String> = match value {
            Value::Array(items) => items.iter().filter_map(text_of).collect(),
            // An empty text is how some tools write an empty list.
            Value::String(text) if text.is_empty() => return Vec::new(),
            single => text_of(single).into_iter().collect(),
        };
        match value {
            Value::Array(items) if items.iter().all(Value::is_string) => {}
            _ => self.expected(key, "a list of texts", value),
        }
        texts
    }

    /// The same where both a text and a list are usual.
    pub(super) fn text_or_texts(&mut self, key: &str) -> Vec<String> {
        match self.members.get(key) {
            Some(Value::String(text)) if text.trim().is_empty() => Vec::new(),
            Some(Value::String(text)) => vec![text.clone()],
            _ => self.texts(key),
        }
    }

    pub(super) fn number(&mut self, key: &str) -> Option<u64> {
        let value = self.present(key)?;
        let number = value.as_u64();
        if number.is_none() {
            self.expected(key, "a whole number", value);
        }
        number
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.present(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.expected(key, "true or false", value);
        }
        flag
    }

    pub(super) fn object(&mut self, key: &str) -> Option<&'a Map<String, Value>> {
        let value = self.present(key)?;
        let object = value.as_object();
        if object.is_none() {
            self.expected(key, "an object", value);
        }
        object
    }

    fn present(&self, key: &str) -> Option<&'a Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// Notes that a field has another type than it should have.
    pub(super) fn expected(&mut self, key: &str, wanted: &str, value: &Value) {
        let place = self.place;
        let what = match value {
            Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
            Value::Array(items) => match items.iter().find(|item| !item.is_string()) {
                Some(item) => format!("a list with {} in it", kind_of(item)),
                None => "a list".to_owned(),
            },
            Value::Object(_) => "an object".to_owned(),
            scalar => format!("{} {}", kind_of(scalar), cut(&scalar.to_string())),
        };
        self.oddities
            .note(format!("{place}: {key} should be {wanted}, and is {what}"));
    }
}

/// The text of a scalar.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(VALUE_TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with<T>(members: &Value, read: impl FnOnce(&mut Fields<'_>) -> T) -> (T, Vec<String>) {
        let mut oddities = Oddities::default();
        let members = members.as_object().unwrap();
        let read = read(&mut Fields::new("info/x.json", members, &mut oddities));
        (read, oddities.into_lines())
    }

    #[rstest::rstest]
    #[case(json!({}), None, None)]
    #[case(json!({"k": null}), None, None)]
    #[case(json!({"k": "  "}), None, None)]
    #[case(json!({"k": "a b"}), Some("a b"), None)]
    #[case(json!({"k": 1.10}), Some("1.1"), Some("info/x.json: k should be text, and is a number 1.1"))]
    #[case(json!({"k": true}), Some("true"), Some("info/x.json: k should be text, and is a boolean true"))]
    #[case(json!({"k": []}), None, Some("info/x.json: k should be text, and is an empty list"))]
    #[case(json!({"k": {"a": 1}}), None, Some("info/x.json: k should be text, and is an object"))]
    fn text_is_taken_from_every_scalar(
        #[case] members: Value,
        #[case] text: Option<&str>,
        #[case] oddity: Option<&str>,
    ) {
        let (read, oddities) = with(&members, |fields| fields.text("k"));
        assert_eq!(read.as_deref(), text);
        assert_eq!(oddities, Vec::from_iter(oddity));
    }

    #[rstest::rstest]
    #[case(json!({}), &[], None)]
    #[case(json!({"k": ""}), &[], None)]
    #[case(json!({"k": ["a", "b"]}), &["a", "b"], None)]
    #[case(json!({"k": "a"}), &["a"], Some("info/x.json: k should be a list of texts, and is a string \"a\""))]
    #[case(
        json!({"k": ["a", null, 3, ["b"]]}),
        &["a", "3"],
        Some("info/x.json: k should be a list of texts, and is a list with null in it")
    )]
    fn lists_keep_what_can_be_read(
        #[case] members: Value,
        #[case] texts: &[&str],
        #[case] oddity: Option<&str>,
    ) {
        let (read, oddities) = with(&members, |fields| fields.texts("k"));
        assert_eq!(read, texts);
        assert_eq!(oddities, Vec::from_iter(oddity));
    }

    #[test]
    fn numbers_are_whole() {
        assert_eq!(with(&json!({"k": 3}), |fields| fields.number("k")).0, Some(3));
        let (number, oddities) = with(&json!({"k": -1.5}), |fields| fields.number("k"));
        assert_eq!(number, None);
        assert_eq!(
            oddities,
            ["info/x.json: k should be a whole number, and is a number -1.5"]
        );
    }

    #[test]
    fn oddities_are_bounded() {
        let mut oddities = Oddities::default();
        for number in 0..TOLD + 7 {
            oddities.note(number.to_string());
        }
        let lines = oddities.into_lines();
        assert_eq!(lines.len(), TOLD + 1);
        assert_eq!(lines.last().unwrap(), "and 7 more");
    }

    #[test]
    fn a_long_value_is_cut() {
        let (_, oddities) = with(&json!({"k": "x".repeat(1000)}), |fields| fields.number("k"));
        assert!(oddities[0].len() < 150);
    }
}
