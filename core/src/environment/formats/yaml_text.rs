//! Text as a YAML scalar that every reader takes for this text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A scalar: plain if no version of YAML takes it for anything else, quoted otherwise.
pub(super) fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    if text.chars().all(is_printable) {
        return Cow::Owned(format!("'{}'", text.replace('\'', "''")));
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if is_printable(c) => quoted.push(c),
            // What is not printable is below U+10000. Writing to a string does not fail.
            c => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// Whether a character can stand within quotes as it is: it is no line break to any version of YAML,
/// and no mark of the byte order.
fn is_printable(c: char) -> bool {
    matches!(
        c,
        ' '..='~'
            | '\u{a0}'..='\u{2027}'
            | '\u{202a}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}'
            | '\u{10000}'..
    )
}

/// Begins with a letter, so it is no number, date or indicator, and is no word of YAML 1.1.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let colons_are_inside = text
        .match_indices(':')
        .all(|(colon, _)| text[colon + 1..].starts_with('/'));
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./:=+".contains(c))
        && colons_are_inside
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::scalar;
    use crate::environment::formats::yaml;

    #[rstest]
    #[case("conda-forge", "conda-forge")]
    #[case("https://h.example/c", "https://h.example/c")]
    #[case("1.10", "'1.10'")]
    #[case("No", "'No'")]
    #[case("", "''")]
    #[case("it's", "'it''s'")]
    #[case("a: b", "'a: b'")]
    #[case("a:", "'a:'")]
    #[case("a #b", "'a #b'")]
    #[case("a\nb", "\"a\\nb\"")]
    fn text_is_quoted_if_it_has_to_be(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(scalar(text), expected);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(text in any::<String>(), key in any::<String>()) {
            let document = format!("{}:\n- {}\n", scalar(&key), scalar(&text));
            prop_assert_eq!(yaml(&document).unwrap(), serde_json::json!({ key: [text] }));
        }
    }
}
