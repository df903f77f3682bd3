//! The path of a request, taken apart and decoded once, with nothing left in it that could leave a folder.

use std::path::{Component, Path, PathBuf};

/// The one folder with a dot that is for everybody (RFC 8615).
const WELL_KNOWN: &str = ".well-known";

/// The path of a request: names of files and folders, each one component of a path on this system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestPath {
    segments: Vec<String>,
    asks_for_folder: bool,
}

/// Why nothing is looked for at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathRefusal {
    /// It is no path that a client makes of a link.
    Malformed,
    /// It names what is not for the public.
    Hidden,
}

impl RequestPath {
    /// Takes a path apart that begins with a slash and is encoded as in a URL.
    ///
    /// # Errors
    ///
    /// When a segment is empty, `.` or `..`, when one has a slash, a backslash, a NUL or what is no UTF-8
    /// in it, and when one is hidden.
    pub(super) fn parse(encoded: &str) -> Result<Self, PathRefusal> {
        let inner = encoded.strip_prefix('/').ok_or(PathRefusal::Malformed)?;
        let (inner, asks_for_folder) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, inner.is_empty()),
        };
        let segments = match inner {
            // `//` is not the root.
            "" if encoded != "/" => return Err(PathRefusal::Malformed),
            "" => Vec::new(),
            inner => inner.split('/').map(segment).collect::<Result<_, _>>()?,
        };
        if is_hidden(segments.iter().map(String::as_str)) {
            return Err(PathRefusal::Hidden);
        }
        Ok(Self {
            segments,
            asks_for_folder,
        })
    }

    /// Whether it ends in a slash.
    pub(super) fn asks_for_folder(&self) -> bool {
        self.asks_for_folder
    }

    /// The last name in it; the root has none.
    pub(super) fn name(&self) -> Option<&str> {
        self.segments.last().map(String::as_str)
    }

    /// The path below a folder. It has no component but names.
    pub(super) fn relative(&self) -> PathBuf {
        self.segments.iter().collect()
    }
}

/// Whether one of these names is not for the public, counted from the root of what is served.
pub(super) fn is_hidden<'a>(names: impl IntoIterator<Item = &'a str>) -> bool {
    names
        .into_iter()
        .enumerate()
        .any(|(depth, name)| name.starts_with('.') && !(depth == 0 && name == WELL_KNOWN))
}

fn segment(encoded: &str) -> Result<String, PathRefusal> {
    let name = decoded(encoded).ok_or(PathRefusal::Malformed)?;
    // Windows has streams behind a colon.
    let is_foreign = name.contains(['/', '\\', '\0']) || (cfg!(windows) && name.contains(':'));
    let mut components = Path::new(&name).components();
    let is_name = matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(component)), None) if component == name.as_str()
    );
    if is_name && !is_foreign {
        Ok(name)
    } else {
        Err(PathRefusal::Malformed)
    }
}

/// The text with its `%XX` replaced, once.
fn decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/", "", true)]
    #[case("/noarch", "noarch", false)]
    #[case("/noarch/", "noarch", true)]
    #[case("/noarch/repodata.json", "noarch/repodata.json", false)]
    #[case("/noarch/a-1%21-0.conda", "noarch/a-1!-0.conda", false)]
    #[case("/noarch/a+b%2Bc.conda", "noarch/a+b+c.conda", false)]
    #[case("/%C3%BC.html", "ü.html", false)]
    #[case("/100%25", "100%", false)]
    #[case("/%2541", "%41", false)]
    #[case("/a..b/c..", "a..b/c..", false)]
    #[case("/.well-known/security.txt", ".well-known/security.txt", false)]
    fn names_are_decoded_once(#[case] encoded: &str, #[case] relative: &str, #[case] folder: bool) {
        let path = RequestPath::parse(encoded).unwrap();
        assert_eq!(path.relative(), Path::new(relative));
        assert_eq!(path.asks_for_folder(), folder);
    }

    #[rstest]
    #[case("")]
    #[case("noarch")]
    #[case("//")]
    #[case("//evil.example/")]
    #[case("/a//b")]
    #[case("/a//")]
    #[case("/..")]
    #[case("/../etc/passwd")]
    #[case("/a/../b")]
    #[case("/a/./b")]
    #[case("/%2e%2e/etc/passwd")]
    #[case("/%2E./etc")]
    #[case("/..%2f..%2fetc")]
    #[case("/a%2fb")]
    #[case("/..\\etc")]
    #[case("/..%5cetc")]
    #[case("/a%00.html")]
    #[case("/%")]
    #[case("/%4")]
    #[case("/%zz")]
    #[case("/%+1")]
    #[case("/%ff")]
    #[case("/%c0%ae%c0%ae/")]
    fn what_could_lead_elsewhere_is_malformed(#[case] encoded: &str) {
        assert_eq!(RequestPath::parse(encoded), Err(PathRefusal::Malformed));
    }

    #[rstest]
    #[case("/.git/config")]
    #[case("/noarch/.cache/cache.db")]
    #[case("/noarch/%2ecache/cache.db")]
    #[case("/noarch/.towpath-abc.tmp")]
    #[case("/.nojekyll")]
    #[case("/a/.well-known/x")]
    #[case("/.well-known-not/x")]
    #[case("/.well-known/.x")]
    #[case("/...")]
    fn what_begins_with_a_dot_is_hidden(#[case] encoded: &str) {
        assert_eq!(RequestPath::parse(encoded), Err(PathRefusal::Hidden));
    }

    proptest! {
        #[test]
        fn no_path_leaves_the_folder(encoded in r"/([./\\%a2eEfF5cC0:~]|%2[eEfF]|%5[cC]|\.\./|\PC){0,24}") {
            if let Ok(path) = RequestPath::parse(&encoded) {
                let relative = path.relative();
                prop_assert!(relative.components().all(|component| matches!(component, Component::Normal(_))));
                prop_assert_eq!(relative.components().count(), path.segments.len());
                prop_assert!(!relative.to_string_lossy().contains(['\\', '\0']));
                prop_assert!(Path::new("/srv").join(&relative).starts_with("/srv"));
            }
        }

        #[test]
        fn every_name_can_be_asked_for(name in r"[^./\\\x00][^/\\\x00]{0,12}") {
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let path = RequestPath::parse(&format!("/{encoded}")).unwrap();
            prop_assert_eq!(path.name(), Some(name.as_str()));
        }
    }
}
