//! What of a URL is not shown.

/// A URL as it may be shown: without a password, and without the token of anaconda.org's `/t/TOKEN/`.
pub fn without_secrets(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@{host}"),
            None => authority.to_owned(),
        },
        None => authority.to_owned(),
    };
    let path = match path.strip_prefix("/t/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => format!("/t/***/{rest}"),
        None => path.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("https://h.example/noarch/a.conda", "https://h.example/noarch/a.conda")]
    #[case("https://me:secret@h.example:80/a", "https://me:***@h.example:80/a")]
    #[case("https://me:se@cret@h.example", "https://me:***@h.example")]
    #[case("https://me@h.example/a@b:c", "https://me@h.example/a@b:c")]
    #[case(
        "https://h.example/t/ab-12/me/noarch/a",
        "https://h.example/t/***/me/noarch/a"
    )]
    #[case("no url", "no url")]
    fn secrets_are_not_shown(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(without_secrets(url), expected);
    }
}
