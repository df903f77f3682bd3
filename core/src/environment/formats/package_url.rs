//! The URL of a package, taken apart: its channel, subdir and file. And what of a URL is not kept.

use super::error::shown;
use crate::channel::Subdir;
use crate::environment::LockedPackage;
use crate::package::ArtifactName;
use crate::web_url::web_url;

/// The package that a URL leads to. A label is part of the channel.
///
/// # Errors
///
/// What is wrong with the URL, as a sentence that begins with it.
pub(super) fn package(url: &str) -> Result<LockedPackage, String> {
    let refused = |why: &str| format!("{} {why}", shown(url));
    let clean = url_of(url)?;
    let form =
        "should be CHANNEL/SUBDIR/FILE, such as https://conda.anaconda.org/conda-forge/noarch/a-1-0.conda";
    let mut parts = clean.rsplitn(3, '/');
    let (Some(file), Some(subdir), Some(channel)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(refused(form));
    };
    let file = percent_decoded(file).filter(|file| is_file_name(file));
    let file = file.ok_or_else(|| refused("has characters in its file name that no package has"))?;
    let file = ArtifactName::new(file).map_err(|_| refused("does not end in .conda or .tar.bz2"))?;
    let subdir: Subdir = match is_subdir(subdir) {
        true => subdir.parse().map_err(|_| refused(form))?,
        false => return Err(refused(form)),
    };
    // `https://h.example/noarch/f` is of the channel that is the whole host.
    if channel.ends_with([':', '/']) {
        return Err(refused(form));
    }
    Ok(LockedPackage {
        channel: channel.to_owned(),
        subdir,
        file,
        sha256: None,
        md5: None,
        size: None,
    })
}

/// The channel of a document: a URL without a slash at its end and without secrets, or a name or path
/// as it is.
///
/// # Errors
///
/// When it is empty or a URL that no channel can have.
pub(super) fn channel(text: &str) -> Result<String, String> {
    let text = text.trim();
    let channel = match text.contains("://") {
        true => url_of(text)?,
        false => without_tokens(text),
    };
    let is_whole = !channel.chars().any(|c| c.is_control() || c.is_whitespace());
    match channel.trim_end_matches('/') {
        "" => Err("names no channel".to_owned()),
        channel if is_whole => Ok(channel.to_owned()),
        _ => Err(format!("{} is no channel: it has spaces in it", shown(text))),
    }
}

/// A URL of the web or of a file, without secrets.
fn url_of(text: &str) -> Result<String, String> {
    let refused = |why: &str| format!("{} {why}", shown(text));
    let no_url = "is no URL of a kind that is read: they begin with https://, http:// or file://";
    let (scheme, _) = text.split_once("://").ok_or_else(|| refused(no_url))?;
    let clean = without_credentials(text);
    let (_, rest) = clean.split_once("://").ok_or_else(|| refused(no_url))?;
    if rest.contains(['?', '#', '\\']) || rest.chars().any(|c| c.is_control() || c.is_whitespace()) {
        // What follows may be secret.
        let before = clean.split_inclusive(['?', '#']).next().unwrap_or_default();
        return Err(format!(
            "{} has a query, a fragment, a backslash or spaces, which no URL in a channel has",
            shown(before)
        ));
    }
    if rest.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(refused("has . or .. in its path: write the path that is meant"));
    }
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => web_url(&clean).ok_or_else(|| refused("has no host that can be one")),
        "file" => Ok(format!("file://{rest}")),
        _ => Err(refused(no_url)),
    }
}

/// Text without the users, passwords and tokens of the URLs in it: neither `user:password@` nor
/// anaconda.org's `/t/TOKEN`.
pub(in crate::environment) fn without_credentials(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, behind) = rest.split_at(start + "://".len());
        clean.push_str(before);
        let (url, behind) = split_before(behind, char::is_whitespace);
        let (authority, path) = split_before(url, |c| matches!(c, '/' | '?' | '#'));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        clean.push_str(host);
        clean.push_str(&without_tokens(path));
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// A path of a URL without tokens, wherever conda looks for them.
fn without_tokens(path: &str) -> String {
    const BEFORE: &str = "/t/";
    let mut clean = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once(BEFORE) {
        clean.push_str(before);
        (_, rest) = split_before(behind, |c| matches!(c, '/' | '?' | '#' | ':'));
    }
    clean.push_str(rest);
    clean
}

fn split_before(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

fn is_subdir(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Whether it can stand in a URL as it is, and come out of it again.
fn is_file_name(text: &str) -> bool {
    text.chars()
        .all(|c| !c.is_control() && !c.is_whitespace() && !"/\\?#%\"<>|".contains(c))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let ([high, low], behind) = rest.split_first_chunk::<2>().map(|(pair, rest)| (*pair, rest))?;
        let mut byte = [0];
        base16ct::mixed::decode([high, low], &mut byte).ok()?;
        bytes.push(byte[0]);
        rest = behind;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "https://conda.anaconda.org/conda-forge/linux-64/a-1-0.conda",
        "https://conda.anaconda.org/conda-forge|linux-64|a-1-0.conda"
    )]
    #[case(
        "https://conda.anaconda.org/c/label/x/linux-64/a-1-0.tar.bz2",
        "https://conda.anaconda.org/c/label/x|linux-64|a-1-0.tar.bz2"
    )]
    #[case(
        "HTTPS://h.example/noarch/a-1!2-0.conda",
        "https://h.example|noarch|a-1!2-0.conda"
    )]
    #[case(
        "https://h.example/noarch/a-1%212-0.conda",
        "https://h.example|noarch|a-1!2-0.conda"
    )]
    #[case(
        "file:///srv/channel/noarch/a-1-0.conda",
        "file:///srv/channel|noarch|a-1-0.conda"
    )]
    #[case(
        "https://me:s3@cret@h.example:80/c/noarch/a-1-0.conda",
        "https://h.example:80/c|noarch|a-1-0.conda"
    )]
    #[case(
        "https://token@h.example/t/ab-12/c/noarch/a-1-0.conda",
        "https://h.example/c|noarch|a-1-0.conda"
    )]
    fn a_url_is_channel_subdir_and_file(#[case] url: &str, #[case] expected: &str) {
        let package = package(url).unwrap();
        let found = format!("{}|{}|{}", package.channel, package.subdir, package.file);
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case("/srv/channel/noarch/a-1-0.conda")]
    #[case("ftp://h.example/c/noarch/a-1-0.conda")]
    #[case("javascript://h.example/c/noarch/a-1-0.conda")]
    #[case("https://h.example/a-1-0.conda")]
    #[case("https:///noarch/a-1-0.conda")]
    #[case("file:///noarch/a-1-0.conda")]
    #[case("https://h.example/c/../noarch/a-1-0.conda")]
    #[case("https://h.example/c/noarch/a-1-0.conda?x=1")]
    #[case("https://h.example/c/noarch/a-1-0.whl")]
    #[case("https://h.example/c/noarch/a%2Fb-1-0.conda")]
    #[case("https://h.example/c/noarch/a%0Ab-1-0.conda")]
    #[case("https://h.example/c/noarch/a%-1-0.conda")]
    #[case("https://h.example/c/no arch/a-1-0.conda")]
    #[case("https://h.example/c/.hidden/a-1-0.conda")]
    fn other_urls_are_no_packages(#[case] url: &str) {
        let error = package(url).unwrap_err();
        assert!(error.starts_with('"'), "{error}");
    }

    #[rstest]
    #[case("https://me:secret@h.example/t/token/c/", "https://h.example/c")]
    #[case("conda.anaconda.org/t/token/c", "conda.anaconda.org/c")]
    #[case(" conda-forge/label/dev ", "conda-forge/label/dev")]
    #[case("file:///srv/channel/", "file:///srv/channel")]
    fn channels_have_no_secrets(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(channel(text).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case("x @ git+https://me:pw@h.example/x.git", "x @ git+https://h.example/x.git")]
    #[case("https://a:b@h/t/1/c::x https://d:e@i/t/2", "https://h/c::x https://i")]
    #[case("https://a:b@h/x?to=https://d:e@i", "https://h/x?to=https://d:e@i")]
    #[case("/srv/t/data me@h", "/srv/t/data me@h")]
    fn text_loses_the_secrets_of_its_urls(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(without_credentials(text), expected);
    }

    #[test]
    fn secrets_are_not_in_messages() {
        let error = package("https://me:secret@h.example/t/token/a-1-0.whl").unwrap_err();
        assert!(!error.contains("secret") && !error.contains("token"), "{error}");
    }
}
