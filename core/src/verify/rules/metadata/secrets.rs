//! Finds secrets and people's homes in text, in one pass.

use memchr::{memchr_iter, memrchr};

/// Something in a text that was not meant for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Betrayal {
    /// A token, password or key.
    Secret {
        /// What it is.
        what: &'static str,
        /// Its beginning, which tells no more than the kind.
        shown: String,
    },
    /// The home of somebody who is no machine, such as `/home/ann`.
    Home(String),
}

/// A kind of token that is known by its beginning.
struct Token {
    what: &'static str,
    begin: &'static str,
    /// How many characters follow at least.
    length: usize,
}

const fn token(what: &'static str, begin: &'static str, length: usize) -> Token {
    Token { what, begin, length }
}

const TOKENS: [Token; 22] = [
    token("a token of GitHub", "ghp_", 36),
    token("a token of GitHub", "gho_", 36),
    token("a token of GitHub", "ghu_", 36),
    token("a token of GitHub", "ghs_", 36),
    token("a token of GitHub", "ghr_", 36),
    token("a token of GitHub", "github_pat_", 36),
    token("a token of GitLab", "glpat-", 20),
    token("a key of Amazon", "AKIA", 16),
    token("a key of Amazon", "ASIA", 16),
    token("a key of Google", "AIza", 35),
    token("a token of Slack", "xoxa-", 16),
    token("a token of Slack", "xoxb-", 16),
    token("a token of Slack", "xoxp-", 16),
    token("a token of Slack", "xoxr-", 16),
    token("a token of Slack", "xoxs-", 16),
    token("a token of PyPI", "pypi-AgE", 16),
    token("a token of npm", "npm_", 36),
    token("a token of Docker", "dckr_pat_", 20),
    token("a token of Hugging Face", "hf_", 34),
    token("a token of prefix.dev", "pfx_", 30),
    token("a token of Anaconda", "tk-", 20),
    token("a key of Stripe", "sk_live_", 20),
];

/// Who builds packages and is nobody: users of CI services and of images, and examples.
const MACHINES: [&str; 33] = [
    "administrator",
    "appveyor",
    "azureuser",
    "build",
    "builder",
    "buildbot",
    "centos",
    "ci",
    "circleci",
    "codespace",
    "conda",
    "condabuilder",
    "containeradministrator",
    "default",
    "docker",
    "ec2-user",
    "gitlab-runner",
    "jenkins",
    "mambauser",
    "public",
    "root",
    "runner",
    "runneradmin",
    "shared",
    "travis",
    "ubuntu",
    "user",
    "username",
    "vagrant",
    "vscode",
    "vsts",
    "vssadministrator",
    "your_name",
];

/// What a text tells that it should not, with the line that it is in.
pub(super) fn betrayals(text: &[u8]) -> impl Iterator<Item = (u64, Betrayal)> {
    let mut line = 1;
    // What was looked at of the lines before.
    let mut counted = 0;
    let mut found = Vec::new();
    // A word begins where the byte before is none of a word's.
    let mut inside_word = false;
    for (at, byte) in text.iter().enumerate() {
        let rest = &text[at..];
        let betrayal = match byte {
            b'-' => private_key(rest).filter(|_| at == 0 || text[at - 1] != b'-'),
            b':' => password(&text[..at], rest),
            b'/' if !is_in_path(&text[..at]) => home(rest),
            b'A'..=b'Z' | b'a'..=b'z' if !inside_word => token_at(rest).or_else(|| windows_home(rest)),
            _ => None,
        };
        inside_word = byte.is_ascii_alphanumeric() || *byte == b'_';
        if let Some(betrayal) = betrayal {
            line += memchr_iter(b'\n', &text[counted..at]).count() as u64;
            counted = at;
            found.push((line, betrayal));
        }
    }
    found.into_iter()
}

fn token_at(text: &[u8]) -> Option<Betrayal> {
    let token = TOKENS
        .iter()
        .find(|token| text.starts_with(token.begin.as_bytes()))?;
    let body = &text[token.begin.len()..];
    // Longer ones do not exist.
    let body = &body[..body.len().min(256)];
    let length = body
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    let body = &body[..length];
    let is_amazon = matches!(token.begin, "AKIA" | "ASIA");
    let fits = length >= token.length
        && !is_placeholder(body)
        && (!is_amazon
            || length == token.length
                && body
                    .iter()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
    fits.then(|| Betrayal::Secret {
        what: token.what,
        shown: format!("{}…", token.begin),
    })
}

/// Tokens are random; what is written in their place is not.
fn is_placeholder(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in body {
        seen[usize::from(*byte)] = true;
    }
    let kinds = seen.iter().filter(|seen| **seen).count();
    kinds < 8
        || !body.iter().any(u8::is_ascii_digit)
        || body.windows(7).any(|part| part.eq_ignore_ascii_case(b"example"))
}

fn private_key(text: &[u8]) -> Option<Betrayal> {
    let rest = text.strip_prefix(b"-----BEGIN ")?;
    let line = &rest[..rest.len().min(40)];
    let end = line.windows(5).position(|part| part == b"-----")?;
    line[..end].ends_with(b"PRIVATE KEY").then(|| Betrayal::Secret {
        what: "a private key",
        shown: "-----BEGIN … PRIVATE KEY-----".to_owned(),
    })
}

/// `before` ends and `text` begins around the colon of `https://user:password@host`.
fn password(before: &[u8], text: &[u8]) -> Option<Betrayal> {
    let rest = text.strip_prefix(b"://")?;
    let scheme_begin = before
        .iter()
        .rev()
        .take(8)
        .take_while(|byte| byte.is_ascii_lowercase() || **byte == b'+')
        .count();
    let scheme = &before[before.len() - scheme_begin..];
    let is_scheme = [&b"http"[..], b"https", b"ftp", b"git+https", b"ssh", b"s3"]
        .iter()
        .any(|known| scheme.ends_with(known));
    let authority = &rest[..rest.len().min(512)];
    let end = authority
        .iter()
        .position(|byte| b"/?#\"'`,;<> \t\r\n\\".contains(byte))
        .unwrap_or(authority.len());
    let (user, host) = authority[..end].split_at(memrchr(b'@', &authority[..end])?);
    let colon = user.iter().position(|byte| *byte == b':')?;
    let password = &user[colon + 1..];
    let is_written = !password.is_empty()
        && !password.iter().any(|byte| b"${}%*<>[]()".contains(byte))
        && ![
            "pass", "passwd", "password", "pw", "secret", "token", "pwd", "xxx",
        ]
        .iter()
        .any(|word| password.eq_ignore_ascii_case(word.as_bytes()));
    // What stands behind @ is a host, with at least one letter or digit.
    let has_host = host.get(1).is_some_and(u8::is_ascii_alphanumeric);
    (is_scheme && is_written && has_host).then(|| Betrayal::Secret {
        what: "a URL with a password",
        shown: format!(
            "{}://…:…{}",
            String::from_utf8_lossy(scheme),
            String::from_utf8_lossy(host)
        ),
    })
}

/// Whether what ends here is a path or URL, which goes on with a slash.
fn is_in_path(before: &[u8]) -> bool {
    let last = before.last();
    last.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-~})]>%$*".contains(byte))
}

fn home(text: &[u8]) -> Option<Betrayal> {
    let begin = ["/home/", "/Users/"]
        .into_iter()
        .find(|begin| text.starts_with(begin.as_bytes()))?;
    let user = user_at(&text[begin.len()..])?;
    Some(Betrayal::Home(format!("{begin}{user}")))
}

/// `C:\Users\ann`, with the back-slashes of JSON or slashes.
fn windows_home(text: &[u8]) -> Option<Betrayal> {
    let after_drive = text.get(1..)?.strip_prefix(b":")?;
    let is_slash = |byte: &&u8| matches!(byte, b'\\' | b'/');
    let slashes = after_drive.iter().take(4).take_while(is_slash).count();
    let rest = after_drive[slashes..]
        .strip_prefix(b"Users")
        .filter(|_| slashes > 0)?;
    let slashes = rest.iter().take(4).take_while(is_slash).count();
    let user = user_at(&rest[slashes..]).filter(|_| slashes > 0)?;
    Some(Betrayal::Home(format!("{}:\\Users\\{user}", char::from(text[0]))))
}

/// The name of somebody, with which `text` begins.
fn user_at(text: &[u8]) -> Option<String> {
    let length = text
        .iter()
        .take(64)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        .count();
    let name = std::str::from_utf8(&text[..length]).ok()?;
    let small = name.to_ascii_lowercase();
    let is_machine = MACHINES.contains(&small.as_str())
        || small.starts_with("task_")
        || small.starts_with("vsts_")
        || small.starts_with("runner");
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic());
    // A folder in the home, or the home itself at the end of a word, but no "/home/index.html".
    let is_folder = !small.ends_with(".html") && !small.ends_with(".php");
    (is_name && is_folder && !is_machine).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(u64, Betrayal)> {
        betrayals(text.as_bytes()).collect()
    }

    #[rstest::rstest]
    #[case("# /home/marko/dev/recipe, last", Some("/home/marko"))]
    #[case("path: \"/Users/ann.lee/x\"", Some("/Users/ann.lee"))]
    #[case("file:///home/ann/x", Some("/home/ann"))]
    #[case(r"# C:\Users\Hannes\Documents", Some(r"C:\Users\Hannes"))]
    #[case(r#""path": "D:\\Users\\ann\\x""#, Some(r"D:\Users\ann"))]
    #[case("PATH=/bin:/home/ann/bin", Some("/home/ann"))]
    #[case("/home/conda/feedstock_root", None)]
    #[case("/home/runner/work", None)]
    #[case("/Users/runner/miniforge3", None)]
    #[case("/home/vsts/work", None)]
    #[case(r"C:\Users\task_178/x", None)]
    #[case("/home/task_176554/x", None)]
    #[case("https://example.org/home/ann", None)]
    #[case("${PREFIX}/home/ann", None)]
    #[case("/home/$USER", None)]
    #[case("/home/<user>/", None)]
    #[case("C:Users", None)]
    fn homes_of_people_are_found(#[case] text: &str, #[case] home: Option<&str>) {
        let expected: Vec<_> = home
            .map(|home| (1, Betrayal::Home(home.to_owned())))
            .into_iter()
            .collect();
        assert_eq!(found(text), expected);
    }

    #[rstest::rstest]
    #[case(
        "token: ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "a token of GitHub",
        "ghp_…"
    )]
    #[case("glpat-ab12CD34ef56GH78ij90", "a token of GitLab", "glpat-…")]
    #[case("key=AKIA2E0A8F3B244C9986", "a key of Amazon", "AKIA…")]
    #[case(
        "https://conda.anaconda.org/t/tk-12ab34cd-56ef-78ab-90cd/ch",
        "a token of Anaconda",
        "tk-…"
    )]
    #[case(
        "https://me:s3cret@example.org/x",
        "a URL with a password",
        "https://…:…@example.org"
    )]
    #[case(
        "-----BEGIN RSA PRIVATE KEY-----",
        "a private key",
        "-----BEGIN … PRIVATE KEY-----"
    )]
    fn secrets_are_found_and_not_told(#[case] text: &str, #[case] what: &'static str, #[case] shown: &str) {
        let shown = shown.to_owned();
        assert_eq!(found(text), [(1, Betrayal::Secret { what, shown })]);
    }

    #[rstest::rstest]
    #[case("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    #[case("AKIAIOSFODNN7EXAMPLE")]
    #[case("the_AKIA2E0A8F3B244C9986")]
    #[case("npm_config_registry")]
    #[case("https://user:password@example.org")]
    #[case("https://x-access-token:${GITHUB_TOKEN}@github.com/x")]
    #[case("https://{{ user }}:{{ pass }}@example.org")]
    #[case("https://example.org:8080/a@b")]
    #[case("https://user@example.org")]
    #[case("git@github.com:x/y")]
    #[case("-----BEGIN PUBLIC KEY-----")]
    #[case("-----BEGIN PGP SIGNATURE-----")]
    fn what_only_looks_like_a_secret_is_none(#[case] text: &str) {
        assert_eq!(found(text), []);
    }

    #[test]
    fn lines_are_counted_from_one() {
        let lines: Vec<u64> = found("a\n/home/ann\n\nx /home/bob /home/cat\n")
            .into_iter()
            .map(|(line, _)| line)
            .collect();
        assert_eq!(lines, [2, 4, 4]);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(text in proptest::collection::vec(prop_oneof![Just(b':'), Just(b'/'), Just(b'@'), Just(b'-'), Just(b'\\'), any::<u8>()], 0..80)) {
            betrayals(&text).count();
        }

        #[test]
        fn a_home_is_found_in_any_line(before in "[a-z \n]{0,40}", name in "[a-z]{4}q") {
            let text = format!("{before} /home/{name}/x");
            let line = 1 + before.matches('\n').count() as u64;
            prop_assert_eq!(found(&text), [(line, Betrayal::Home(format!("/home/{name}")))]);
        }
    }
}
