//! Whether two URLs are spellings of one.

/// A URL as its spellings have in common (RFC 3986, section 6.2.2): to be compared, not to be asked. Case of
/// the host, needless encodings, default ports, repeated slashes and those at the end make no difference,
/// nor does TLS.
pub(crate) fn compared(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.trim_end_matches('/').to_owned();
    };
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.to_ascii_lowercase();
    let (scheme, authority) = match scheme.as_str() {
        "http" => ("web", without_port(&authority, ":80")),
        "https" => ("web", without_port(&authority, ":443")),
        "file" if authority == "localhost" => ("file", ""),
        other => (other, authority.as_str()),
    };
    let mut compared = format!("{scheme}://{authority}");
    for step in path.split('/').filter(|step| !step.is_empty()) {
        compared.push('/');
        compared.push_str(&with_needed_encodings(step));
    }
    compared
}

fn without_port<'a>(authority: &'a str, port: &str) -> &'a str {
    authority.strip_suffix(port).unwrap_or(authority)
}

/// The text without encodings of what need not be encoded, those that are left in capitals.
fn with_needed_encodings(text: &str) -> String {
    let mut needed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        needed.push_str(before);
        let byte = behind.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                needed.push(char::from(byte));
                &behind[2..]
            }
            Some(byte) => {
                needed.push_str(&format!("%{byte:02X}"));
                &behind[2..]
            }
            None => {
                needed.push('%');
                behind
            }
        };
    }
    needed + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("HTTPS://H.example/main")]
    #[case("https://h.example:443/main/")]
    #[case("http://h.example:80/main")]
    #[case("https://h.example//main")]
    #[case("https://h.example/m%61in")]
    fn spellings_of_one_url_are_compared_as_one(#[case] url: &str) {
        assert_eq!(compared(url), compared("https://h.example/main"));
    }

    #[rstest::rstest]
    #[case("https://h.example/Main", "https://h.example/main")]
    #[case("https://h.example:8443/main", "https://h.example/main")]
    #[case("https://h.example/a%2Fb", "https://h.example/a/b")]
    #[case("file:///srv/main", "https://srv/main")]
    #[case("https://h.example/100%", "https://h.example/100")]
    fn other_urls_are_others(#[case] one: &str, #[case] other: &str) {
        assert_ne!(compared(one), compared(other));
    }

    #[rstest::rstest]
    #[case("file://localhost/srv/main", "file:///srv/main")]
    #[case("https://h.example/%c3%a4", "https://h.example/%C3%A4")]
    #[case("main/", "main")]
    fn files_and_names_are_compared_too(#[case] one: &str, #[case] other: &str) {
        assert_eq!(compared(one), compared(other));
    }
}
