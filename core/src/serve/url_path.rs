//! The path of the URL below which a folder is served, such as `/repo/`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The path of the URL below which a folder is served: `/`, or one such as `/repo/`, as GitHub Pages has
/// it for the site of a repository.
///
/// ```
/// use towpath_core::serve::UrlPath;
/// assert_eq!("repo".parse::<UrlPath>().unwrap().to_string(), "/repo/");
/// assert!("/a/../b/".parse::<UrlPath>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UrlPath(String);

/// A text that is no path to serve a folder below.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{0:?} is no path to serve a folder below: /repo/ would be one, of letters, digits, hyphens, underscores \
     and dots"
)]
pub struct InvalidUrlPath(String);

/// Where a requested path is, seen from a [`UrlPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position<'a> {
    /// Below it; the rest, which begins with a slash.
    Below(&'a str),
    /// It is the path itself but for the slash at its end.
    WithoutSlash,
    /// The root of the server, which is above it.
    Root,
    /// Somewhere else.
    Elsewhere,
}

impl UrlPath {
    /// Where `path` is.
    pub(super) fn position<'a>(&self, path: &'a str) -> Position<'a> {
        let without_slash = self.0.trim_end_matches('/');
        match path.strip_prefix(without_slash) {
            Some(rest) if rest.starts_with('/') => Position::Below(rest),
            Some("") => Position::WithoutSlash,
            _ if path == "/" => Position::Root,
            _ => Position::Elsewhere,
        }
    }

    /// The path; it begins and ends with a slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for UrlPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl FromStr for UrlPath {
    type Err = InvalidUrlPath;

    fn from_str(text: &str) -> Result<Self, InvalidUrlPath> {
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() {
            return Ok(Self::default());
        }
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let is_segment =
            |segment: &str| !segment.is_empty() && !segment.starts_with('.') && segment.chars().all(is_plain);
        if inner.split('/').all(is_segment) {
            Ok(Self(format!("/{inner}/")))
        } else {
            Err(InvalidUrlPath(text.to_owned()))
        }
    }
}

impl fmt::Display for UrlPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "/")]
    #[case("/", "/")]
    #[case("repo", "/repo/")]
    #[case("/repo", "/repo/")]
    #[case("/repo/", "/repo/")]
    #[case("user/my.repo_2", "/user/my.repo_2/")]
    fn slashes_around_it_may_be_left_out(#[case] text: &str, #[case] path: &str) {
        assert_eq!(text.parse::<UrlPath>().unwrap().as_str(), path);
    }

    #[rstest]
    #[case("///")]
    #[case("//evil.example/")]
    #[case("a//b")]
    #[case("..")]
    #[case("a/.git")]
    #[case("a b")]
    #[case("a?b")]
    #[case("a%2fb")]
    #[case("a\\b")]
    fn what_would_need_care_is_refused(#[case] text: &str) {
        assert!(text.parse::<UrlPath>().is_err());
    }

    #[rstest]
    #[case("/", Position::Root)]
    #[case("/repo", Position::WithoutSlash)]
    #[case("/repo/", Position::Below("/"))]
    #[case("/repo/noarch/", Position::Below("/noarch/"))]
    #[case("/repository/", Position::Elsewhere)]
    #[case("/noarch/", Position::Elsewhere)]
    fn paths_are_seen_from_it(#[case] path: &str, #[case] position: Position<'_>) {
        assert_eq!("repo".parse::<UrlPath>().unwrap().position(path), position);
    }

    #[test]
    fn everything_is_below_the_root() {
        assert_eq!(UrlPath::default().position("/"), Position::Below("/"));
        assert_eq!(UrlPath::default().position("/a"), Position::Below("/a"));
    }
}
