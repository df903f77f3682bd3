//! Links that may be put on a page to files beside it.

use crate::web_url::{percent_encoded, web_url};

/// The relative link to the file or folder of this name, beside the page.
///
/// It is one segment of a path, whatever the name: `:` and `/` are encoded, so that it is neither
/// a scheme nor another folder. `.` and `..` are no files, also when encoded: there is no link.
pub(crate) fn relative(name: &str) -> Option<String> {
    (!matches!(name, "" | "." | "..")).then(|| encoded_segment(name))
}

/// The link to the file of this name in the folder with this URL.
///
/// The folder is of the web, of a file system, or relative; of other schemes (`s3:`) browsers have
/// no use, and there is no link.
pub(crate) fn in_folder(folder: &str, name: &str) -> Option<String> {
    let file = relative(name)?;
    let folder = match web_url(folder) {
        Some(url) => url,
        None if is_local(folder) => percent_encoded(folder, |byte| byte.is_ascii_graphic() && byte != b'"'),
        None => return None,
    };
    Some(format!("{}/{file}", folder.trim_end_matches('/')))
}

/// A name as one segment of a path.
///
/// `+` is encoded though it need not be: object stores read it as a space.
pub(crate) fn encoded_segment(name: &str) -> String {
    percent_encoded(name, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~!,=@".contains(&byte)
    })
}

/// A text as a value in the query of a URL: whoever takes the query apart gets the very text.
pub(crate) fn encoded_query(text: &str) -> String {
    percent_encoded(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~!,@/:".contains(&byte)
    })
}

/// Whether there is no scheme, or the one of local files.
fn is_local(folder: &str) -> bool {
    let start = folder.split(['/', '?', '#']).next().unwrap_or_default();
    !start.contains(':') || folder.starts_with("file:///")
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
    #[case("noarch/x-1.0%2Blocal-0.conda", "noarch/x-1.0%252Blocal-0.conda")]
    #[case("https://h.example:80/a?b=1&c#d", "https://h.example:80/a%3Fb%3D1%26c%23d")]
    #[case("a+b c", "a%2Bb%20c")]
    #[case("\"'<ü>", "%22%27%3C%C3%BC%3E")]
    fn a_query_keeps_what_it_is_given(#[case] text: &str, #[case] value: &str) {
        assert_eq!(encoded_query(text), value);
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
