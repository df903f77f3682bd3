//! What a member of a package's metadata says, whatever its type: recipes put lists and numbers
//! where text is expected.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::web_url::web_url;

/// The text of a member: a list's items joined with `, `, a number as it is written; empty for
/// what is absent or says nothing readable.
pub(crate) fn text(members: &Map<String, Value>, key: &str) -> String {
    members.get(key).map(text_of).unwrap_or_default()
}

/// The first URL of the web in a member that is a URL or a list of them, else its text.
pub(crate) fn url(members: &Map<String, Value>, key: &str) -> String {
    texts(members, key)
        .into_iter()
        .find(|item| web_url(item).is_some())
        .unwrap_or_else(|| text(members, key))
}

/// The texts of a list; of a single text, that one.
pub(crate) fn texts(members: &Map<String, Value>, key: &str) -> Vec<String> {
    match members.get(key) {
        Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
        Some(value) => scalar(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The text cut between words, so that it has at most `limit` characters and a mark of the cut.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return Cow::Borrowed(text);
    };
    let (head, rest) = text.split_at(end);
    let kept = if rest.starts_with(char::is_whitespace) {
        head
    } else {
        // A word longer than half of it is cut instead.
        let space = head.rfind(char::is_whitespace).filter(|space| *space > end / 2);
        &head[..space.unwrap_or(end)]
    };
    Cow::Owned(format!("{}…", kept.trim_end()))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().filter_map(scalar).collect::<Vec<_>>().join(", "),
        other => scalar(other).unwrap_or_default(),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!({}), "")]
    #[case(json!({"k": " MIT\n"}), "MIT")]
    #[case(json!({"k": ["MIT", "", null, ["x"], "BSD"]}), "MIT, BSD")]
    #[case(json!({"k": 1.10}), "1.1")]
    #[case(json!({"k": null}), "")]
    #[case(json!({"k": true}), "")]
    #[case(json!({"k": {"a": 1}}), "")]
    fn every_type_has_a_text(#[case] members: Value, #[case] expected: &str) {
        assert_eq!(text(members.as_object().unwrap(), "k"), expected);
    }

    #[rstest]
    #[case(json!({"k": ["ftp://h.example", "https://h.example"]}), "https://h.example")]
    #[case(json!({"k": ["see", "the README"]}), "see, the README")]
    #[case(json!({"k": "https://h.example"}), "https://h.example")]
    #[case(json!({}), "")]
    fn of_several_urls_the_first_usable_one_counts(#[case] members: Value, #[case] expected: &str) {
        assert_eq!(url(members.as_object().unwrap(), "k"), expected);
    }

    #[rstest]
    #[case("short", 5, "short")]
    #[case("three words", 8, "three…")]
    #[case("ünbrökén", 4, "ünbr…")]
    #[case("a longunbrokenword", 9, "a longunb…")]
    #[case("ends at a space", 9, "ends at a…")]
    fn text_is_cut_between_words(#[case] text: &str, #[case] limit: usize, #[case] expected: &str) {
        assert_eq!(cut(text, limit), expected);
    }
}
