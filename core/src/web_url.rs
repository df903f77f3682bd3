//! URLs of the web: told from whatever else stands where a package's metadata has links, where
//! references in documents lead, and what of a URL may be shown.

pub(crate) mod reference;
mod secrets;
#[cfg(feature = "ledger")]
pub(crate) mod spelling;

pub use secrets::without_secrets;

/// The URL if it is one of the web (`http`, `https`), with what no URL may contain encoded.
pub(crate) fn web_url(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let is_authority = !authority.is_empty()
        && authority
            .chars()
            .all(|c| c.is_alphanumeric() || "-._~%!$&'()*+,;=:@[]".contains(c));
    is_authority.then(|| format!("{scheme}://{authority}{}", percent_encoded(path, is_of_urls)))
}

fn is_of_urls(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
}

/// The text with all bytes percent-encoded but those to keep.
pub(crate) fn percent_encoded(text: &str, keep: impl Fn(u8) -> bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            encoded.push(char::from(byte));
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            encoded.extend(['%', char::from(DIGITS[high]), char::from(DIGITS[low])]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://h.example/?a=1&b=%20#c", "https://h.example/?a=1&b=%20#c")]
    #[case(" HTTP://H.example\n", "http://H.example")]
    #[case(
        "http://h.example/?a=1&b=\"2\"<ü>",
        "http://h.example/?a=1&b=%222%22%3C%C3%BC%3E"
    )]
    #[case("https://münchen.example:80/", "https://münchen.example:80/")]
    #[case("http://[::1]/", "http://[::1]/")]
    fn urls_of_the_web_are_linked(#[case] text: &str, #[case] url: &str) {
        assert_eq!(web_url(text).as_deref(), Some(url));
    }

    #[rstest]
    #[case("")]
    #[case("none")]
    #[case("www.h.example")]
    #[case("//h.example/")]
    #[case("javascript:alert(1)")]
    #[case("JavaScript://h.example/%0aalert(1)")]
    #[case("java\nscript:alert(1)")]
    #[case("data:text/html,<script>")]
    #[case("ftp://h.example/")]
    #[case("git://h.example/")]
    #[case("https:/h.example")]
    #[case("https:///path")]
    #[case("http://a b/")]
    #[case("http://a\\b/")]
    #[case("http://\"onclick=/")]
    fn other_text_is_not(#[case] text: &str) {
        assert_eq!(web_url(text), None);
    }
}
