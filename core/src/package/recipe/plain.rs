//! What a plain scalar is: the patterns of ruamel.yaml, which differ from both YAML
//! specifications.

use super::tag::Tag;

/// The version of YAML that a document declares, as far as it decides what a plain scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Version {
    V1_1,
    #[default]
    V1_2,
}

impl Version {
    /// The tag of a plain scalar that has none written.
    pub(super) fn tag_of_plain(self, text: &str) -> Tag {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Tag::Null,
            "<<" => Tag::Merge,
            "=" => Tag::Value,
            _ if text.starts_with(['+', '-', '.'])
                || text.starts_with(|char: char| char.is_ascii_digit()) =>
            {
                self.tag_of_number(text.as_bytes())
            }
            _ if self.is_bool(text) => Tag::Bool,
            _ => Tag::Text,
        }
    }

    fn tag_of_number(self, text: &[u8]) -> Tag {
        let (signed, unsigned) = match text {
            [b'+' | b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        if self.is_float(signed, unsigned) {
            Tag::Float
        } else if self.is_int(unsigned) {
            Tag::Int
        } else {
            Tag::Text
        }
    }

    fn is_bool(self, text: &str) -> bool {
        match text {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => true,
            "y" | "Y" | "yes" | "Yes" | "YES" | "n" | "N" | "no" | "No" | "NO" | "on" | "On" | "ON"
            | "off" | "Off" | "OFF" => self == Self::V1_1,
            _ => false,
        }
    }

    fn is_float(self, signed: bool, text: &[u8]) -> bool {
        match text {
            b".inf" | b".Inf" | b".INF" => true,
            b".nan" | b".NaN" | b".NAN" => !signed,
            // A fraction alone takes an exponent only with a sign, and in 1.1 none before itself.
            [b'.', fraction @ ..] => {
                let (digits, rest) = run(fraction, is_digit_or_gap);
                !digits.is_empty()
                    && (self == Self::V1_2 || !signed)
                    && (rest.is_empty() || matches!(rest, [_, b'+' | b'-', ..]) && is_exponent(rest))
            }
            [b'0'..=b'9', ..] => {
                let (_, rest) = run(text, is_digit_or_gap);
                match rest {
                    [b'.', rest @ ..] => {
                        let (_, rest) = run(rest, is_digit_or_gap);
                        rest.is_empty() || is_exponent(rest)
                    }
                    [b':', ..] if self == Self::V1_1 => {
                        let rest = skip_sixtieths(rest);
                        matches!(rest, [b'.', rest @ ..] if rest.iter().all(is_digit_or_gap))
                    }
                    _ => is_exponent(rest),
                }
            }
            _ => false,
        }
    }

    fn is_int(self, text: &[u8]) -> bool {
        let all =
            |digits: &[u8], is_digit: fn(&u8) -> bool| !digits.is_empty() && digits.iter().all(is_digit);
        match text {
            [b'0', b'b', digits @ ..] => all(digits, |byte| matches!(byte, b'0' | b'1' | b'_')),
            [b'0', b'x', digits @ ..] => all(digits, |byte| byte.is_ascii_hexdigit() || *byte == b'_'),
            [b'0', b'o', digits @ ..] if self == Self::V1_2 => all(digits, is_octal_or_gap),
            _ if self == Self::V1_2 => all(text, is_digit_or_gap),
            [b'1'..=b'9', ..] => {
                let (_, rest) = run(text, is_digit_or_gap);
                skip_sixtieths(rest).is_empty()
            }
            _ => all(text, is_octal_or_gap),
        }
    }
}

fn is_digit_or_gap(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'_')
}

fn is_octal_or_gap(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'7' | b'_')
}

/// The bytes that `text` starts with as long as they are of a kind, and what follows them.
fn run(text: &[u8], of_kind: fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().take_while(|byte| of_kind(byte)).count();
    text.split_at(end)
}

fn is_exponent(text: &[u8]) -> bool {
    let ([b'e' | b'E', b'+' | b'-', digits @ ..] | [b'e' | b'E', digits @ ..]) = text else {
        return false;
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// What follows the `:59` groups, of one or two digits each, that `text` starts with.
fn skip_sixtieths(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b':', b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b':', b'0'..=b'9', rest @ ..] => rest,
            _ => return text,
        };
    }
}
