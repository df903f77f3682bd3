//! Numbers as Python prints them: `1e5` is `100000.0`, `1E-7` is `1e-07`, integers stay as they are.

use std::borrow::Cow;

use super::float;

/// The spelling of a JSON number literal that Python's `json` would write after reading it, or
/// `None` if it is a float too large for a double (Python reads infinity, which JSON cannot say).
pub(super) fn canonical_number(literal: &str) -> Option<Cow<'_, str>> {
    if !literal.contains(['.', 'e', 'E']) {
        return Some(if literal == "-0" {
            Cow::Borrowed("0")
        } else {
            Cow::Borrowed(literal)
        });
    }
    let value = float::read(literal)?;
    value.is_finite().then(|| Cow::Owned(float::python_repr(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("0", "0")]
    #[case("-0", "0")]
    #[case("123456789012345678901234567890", "123456789012345678901234567890")]
    #[case("1e5", "100000.0")]
    #[case("-0.0", "-0.0")]
    #[case("1E-7", "1e-07")]
    #[case("1.50", "1.5")]
    #[case("1e22", "1e+22")]
    #[case("1e15", "1000000000000000.0")]
    #[case("1e16", "1e+16")]
    #[case("0.0001", "0.0001")]
    #[case("0.00001", "1e-05")]
    #[case("1.7976931348623157e308", "1.7976931348623157e+308")]
    #[case("5e-324", "5e-324")]
    fn numbers_are_spelled_as_python_does(#[case] literal: &str, #[case] expected: &str) {
        assert_eq!(canonical_number(literal).unwrap(), expected);
    }

    #[test]
    fn a_float_beyond_double_has_no_spelling() {
        assert_eq!(canonical_number("1e999"), None);
    }
}
