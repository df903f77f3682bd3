//! Writes values as canonical text, and lays canonical text out over several lines.

use serde_json::Value;

use super::number::canonical_number;

/// How a JSON document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One line without spaces.
    Compact,
    /// Two spaces a level, as `python -m json.tool` would with `indent=2`.
    Pretty,
}

/// Appends `value` in canonical spelling. `value` holds no number beyond a double (see
/// [`parse`](super::parse)).
pub(crate) fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let literal = number.to_string();
            out.push_str(canonical_number(&literal).as_deref().unwrap_or("null"));
        }
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        // serde_json's map is sorted by key: its `preserve_order` feature is off.
        Value::Object(members) => {
            out.push('{');
            for (position, (key, member)) in members.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write_value(out, member);
            }
            out.push('}');
        }
    }
}

/// Appends `text` as a JSON string in ASCII, with the escapes that Python's `json` uses.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write_unicode_escape(out, *unit);
                }
            }
        }
    }
    out.push('"');
}

fn write_unicode_escape(out: &mut String, unit: u16) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        let digit = u32::from(unit >> shift) & 0xf;
        out.extend(char::from_digit(digit, 16));
    }
}

/// Appends canonical text over several lines, as the member of a document that is `depth` levels
/// down. The first line is not indented.
pub fn indent(out: &mut String, canonical: &str, mut depth: usize) {
    fn new_line(out: &mut String, depth: usize) {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
    let mut characters = canonical.chars().peekable();
    let mut in_string = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => in_string = !in_string,
            '\\' => {
                // Only strings hold back-slashes: what follows is no end of the string.
                out.push(character);
                out.extend(characters.next());
                continue;
            }
            _ => {}
        }
        if in_string {
            out.push(character);
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                if let Some(close) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    new_line(out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(out, depth);
                out.push(character);
            }
            ',' => {
                out.push(character);
                new_line(out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_sorted_ascii() {
        let value = crate::json::parse(
            r#"{"b": [1, {}, [], null, true], "a": "ü\u007f🐍\b\f\n\r\t\"\\/\u0001", "A": -0.0}"#.as_bytes(),
        );
        let mut out = String::new();
        write_value(&mut out, &value.unwrap());
        insta::assert_snapshot!(out, @r#"{"A":-0.0,"a":"\u00fc\u007f\ud83d\udc0d\b\f\n\r\t\"\\/\u0001","b":[1,{},[],null,true]}"#);
    }

    #[test]
    fn indented_text_is_laid_out_as_python_lays_it_out() {
        let mut out = String::new();
        indent(&mut out, r#"{"a":{},"b":[],"c":["x:{,}\"","y"],"d":{"e":1}}"#, 1);
        insta::assert_snapshot!(out, @r#"
        {
            "a": {},
            "b": [],
            "c": [
              "x:{,}\"",
              "y"
            ],
            "d": {
              "e": 1
            }
          }
        "#);
    }
}
