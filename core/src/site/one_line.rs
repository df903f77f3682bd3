//! Texts of packages on one line, where a line is all they get.

use super::templates::is_left_out;

/// The text with one space wherever it has spaces, ends of lines or control characters, and without what
/// pages leave out.
pub(super) fn one_line(text: &str) -> String {
    let characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let spaced: String = characters.filter(|c| !is_left_out(*c)).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a", "a")]
    #[case("\ta\r\n b\0\u{85}\u{2028}c ", "a b c")]
    #[case("a\u{202e}b", "ab")]
    #[case(" \n", "")]
    fn text_is_on_one_line(#[case] text: &str, #[case] line: &str) {
        assert_eq!(one_line(text), line);
    }
}
