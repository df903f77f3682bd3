//! Links that may be put on a page: to files beside it, and to the web.

/// The relative link to the file or folder of this name, beside the page.
///
/// It is one segment of a path, whatever the name: `:` and `/` are encoded, so that it is neither
/// a scheme nor another folder. `.` and `..` are no files, also when encoded: there is no link.
pub(super) fn relative(name: &str) -> Option<String> {
    (!matches!(name, "" | "." | "..")).then(|| encoded_segment(name))
}

/// The link to the file of this name in the folder with this URL.
///
/// The folder is of the web, of a file system, or relative; of other schemes (`s3:`) browsers have
/// no use, and there is no link.
pub(super) fn in_folder(folder: &str, name: &str) -> Option<String> {
    let file = relative(name)?;
    let folder = match web_url(folder) {
        Some(url) => url,
        None if is_local(folder) => encode(folder, |byte| byte.is_ascii_graphic() && byte != b'"'),
        None => return None,
    };
    Some(format!("{}/{file}", folder.trim_end_matches('/')))
}

/// The URL if it is one of the web (`http`, `https`), with what no URL may contain encoded.
pub(super) fn web_url(text: &str) -> Option<String> {
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
    is_authority.then(|| format!("{scheme}://{authority}{}", encode(path, is_of_urls)))
}

/// A name as one segment of a path.
///
/// `+` is encoded though it need not be: object stores read it as a space.
pub(super) fn encoded_segment(name: &str) -> String {
    encode(name, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~!,=@".contains(&byte)
    })
}

/// Whether there is no scheme, or the one of local files.
fn is_local(folder: &str) -> bool {
    let start = folder.split(['/', '?', '#']).next().unwrap_or_default();
    !start.contains(':') || folder.starts_with("file:///")
}

fn is_of_urls(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
}

/// The text with all bytes percent-encoded but those to keep.
fn encode(text: &str, keep: impl Fn(u8) -> bool) -> String {
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
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("numpy-1.0-py39_0.conda", "numpy-1.0-py39_0.conda")]
    #[case("_x-1!1.0=a,b~c@d-0.tar.bz2", "_x-1!1.0=a,b~c@d-0.tar.bz2")]
    #[case("x-1.0+local-0.conda", "x-1.0%2Blocal-0.conda")]
    #[case("hash#1", "hash%231")]
    #[case("pct%20", "pct%2520")]
    #[case("a b", "a%20b")]
    #[case("\"'<b>&", "%22%27%3Cb%3E%26")]
    #[case("what?", "what%3F")]
    #[case("ü", "%C3%BC")]
    #[case("a\nb", "a%0Ab")]
    #[case("back\\slash", "back%5Cslash")]
    #[case("javascript:alert(1)", "javascript%3Aalert%281%29")]
    #[case("../../etc", "..%2F..%2Fetc")]
    #[case("//evil.example", "%2F%2Fevil.example")]
    #[case("...", "...")]
    fn a_file_is_one_segment(#[case] name: &str, #[case] link: &str) {
        assert_eq!(relative(name).as_deref(), Some(link));
    }

    #[rstest]
    #[case("")]
    #[case(".")]
    #[case("..")]
    fn what_is_no_file_is_not_linked(#[case] name: &str) {
        assert_eq!(relative(name), None);
        assert_eq!(in_folder("https://h.example/", name), None);
    }

    #[rstest]
    #[case("https://h.example/c/noarch/", Some("https://h.example/c/noarch/a%23.conda"))]
    #[case("https://h.example", Some("https://h.example/a%23.conda"))]
    #[case("../elsewhere/noarch", Some("../elsewhere/noarch/a%23.conda"))]
    #[case("/pkgs/noarch/", Some("/pkgs/noarch/a%23.conda"))]
    #[case("file:///srv/x", Some("file:///srv/x/a%23.conda"))]
    #[case("a\"b c", Some("a%22b%20c/a%23.conda"))]
    #[case("s3://bucket/noarch", None)]
    #[case("javascript:alert(1)//", None)]
    fn packages_may_be_elsewhere(#[case] folder: &str, #[case] link: Option<&str>) {
        assert_eq!(in_folder(folder, "a#.conda").as_deref(), link);
    }

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

    proptest! {
        #[test]
        fn links_never_leave_their_attribute_or_folder(name in "\\PC{0,12}|[./:\\\\%a\n]{0,6}") {
            if let Some(link) = relative(&name) {
                prop_assert!(link.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(!link.contains(['"', '\'', '<', '>', '&', '/', '\\', ':', '?', '#']));
            }
        }
    }
}
