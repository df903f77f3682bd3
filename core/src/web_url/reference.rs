//! Where a reference leads, and whether one goes there: what a server sends to, or a document names.
//!
//! It is done here because only URLs of the web are to be followed, and nobody is led from a secured
//! connection to one that is not.

/// The URL of a `Location`, seen from the URL that was asked for (RFC 3986, section 5.2, but for dots
/// in paths, which servers take away). Nothing if it is not to be followed.
pub(crate) fn target(base: &str, location: &str) -> Option<String> {
    let location = location.split('#').next()?;
    let (base_scheme, base_rest) = base.split_once("://")?;
    let (authority, base_path) =
        base_rest.split_at(base_rest.find(['/', '?', '#']).unwrap_or(base_rest.len()));
    if let Some(network_path) = location.strip_prefix("//") {
        return Some(format!("{base_scheme}://{network_path}"));
    }
    if location.starts_with('/') {
        return Some(format!("{base_scheme}://{authority}{location}"));
    }
    // What has a colon before any slash begins with a scheme.
    let start = location.split(['/', '?']).next()?;
    if let Some((scheme, _)) = start.split_once(':') {
        let is_allowed = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => !base_scheme.eq_ignore_ascii_case("https"),
            _ => false,
        };
        return is_allowed.then(|| location.to_owned());
    }
    let path = base_path.split(['?', '#']).next()?;
    let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
    Some(format!("{base_scheme}://{authority}{folder}{location}"))
}

/// The URL of a reference in the document at `base`. Nothing if it is not to be followed.
pub(crate) fn resolve(base: &str, reference: &str) -> Option<String> {
    let url = target(base, reference)?;
    let (scheme, rest) = url.split_once("://")?;
    let (authority, behind) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = behind.split_at(behind.find('?').unwrap_or(behind.len()));
    Some(format!("{scheme}://{authority}{}{query}", without_dots(path)))
}

/// A path without `.` and `..` (RFC 3986, section 5.2.4): servers that keep files by name have none
/// of such names.
fn without_dots(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for step in path.split('/').skip(1) {
        ends_in_folder = matches!(step, "." | "..");
        match step {
            "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    if ends_in_folder {
        steps.push("");
    }
    steps.iter().map(|step| format!("/{step}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("./shards/x", "https://h.example/c/noarch/shards/x")]
    #[case("x?y=/../z", "https://h.example/c/noarch/x?y=/../z")]
    #[case("../../d", "https://h.example/d")]
    #[case("../..", "https://h.example/")]
    #[case("../../../../d", "https://h.example/d")]
    #[case("/s/../x", "https://h.example/x")]
    #[case("https://other.example", "https://other.example")]
    #[case("https://other.example/a/./b/", "https://other.example/a/b/")]
    fn references_lead_to_urls_without_dots(#[case] reference: &str, #[case] expected: &str) {
        let base = "https://h.example/c/noarch/index?t=1";
        assert_eq!(resolve(base, reference).as_deref(), Some(expected));
        assert_eq!(resolve(base, "http://h.example/x"), None);
    }

    #[rstest::rstest]
    #[case("https://other.example/x?y#z", Some("https://other.example/x?y"))]
    #[case("HTTPS://other.example/", Some("HTTPS://other.example/"))]
    #[case("//other.example/x", Some("https://other.example/x"))]
    #[case("/x:y", Some("https://h.example/x:y"))]
    #[case("b.conda", Some("https://h.example/c/b.conda"))]
    #[case("./b:c", Some("https://h.example/c/./b:c"))]
    #[case("http://h.example/x", None)]
    #[case("file:///etc/passwd", None)]
    #[case("ftp://h.example/", None)]
    #[case("javascript:alert(1)", None)]
    fn only_the_web_is_gone_to(#[case] location: &str, #[case] expected: Option<&str>) {
        let base = "https://h.example/c/a.conda?d=/e";
        assert_eq!(target(base, location).as_deref(), expected);
    }

    #[test]
    fn from_an_open_connection_both_are_gone_to() {
        for location in ["http://other.example/", "https://other.example/"] {
            assert_eq!(target("http://h.example", location).as_deref(), Some(location));
        }
        assert_eq!(
            target("http://h.example", "x").as_deref(),
            Some("http://h.example/x")
        );
    }
}
