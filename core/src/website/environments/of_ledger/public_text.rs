//! What of recorded texts is for everybody: URLs with secrets are not, nor are those of folders.

/// Where the channel is.
pub(super) struct Addresses {
    /// The `file:` URL of its folder, under which it may have been recorded.
    pub folder: String,
    /// The URL that clients are given, with a slash at its end.
    pub public: Option<String>,
}

impl Addresses {
    /// The channel's URL as it is shown: neither the own one's nor that of a folder.
    pub(super) fn of_channel(url: &str, is_own: bool) -> Option<String> {
        let is_local = url.contains("file:") || !url.contains("://");
        (!is_own && !is_local).then(|| url.to_owned())
    }

    /// A lock file as others can use it, with the channel's URL instead of its folder; nothing where it
    /// names folders even so. Such files are written without secrets.
    pub(super) fn published(&self, text: &str) -> Option<String> {
        let text = self.with_public_url(text);
        (!text.contains("file:/")).then_some(text)
    }

    /// A text with `…` instead of every URL that has a secret or is of a folder.
    pub(super) fn shown(&self, text: &str) -> String {
        let text = self.with_public_url(text);
        let words = text.split_inclusive(char::is_whitespace);
        words
            .map(|word| {
                let url = word.trim_end();
                match is_for_everybody(url) {
                    true => word.to_owned(),
                    false => format!("…{}", &word[url.len()..]),
                }
            })
            .collect()
    }

    fn with_public_url(&self, text: &str) -> String {
        let Some(public) = &self.public else {
            return text.to_owned();
        };
        let mut parts = text.split(&self.folder);
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            // Behind another letter it is a folder beside.
            let is_whole = !part.starts_with(|c: char| c.is_alphanumeric() || "-._~%".contains(c));
            replaced.push_str(match is_whole {
                true => public.trim_end_matches('/'),
                false => &self.folder,
            });
            replaced.push_str(part);
        }
        replaced
    }
}

/// Whether a word has no URL with a user, password, token or query, nor of a folder.
fn is_for_everybody(word: &str) -> bool {
    let has_url = word.contains("://");
    let is_secret = |behind_scheme: &str| {
        let end = behind_scheme.find(['/', '?', '#']).unwrap_or(behind_scheme.len());
        let authority = &behind_scheme[..end];
        let is_port = |text: &str| text.chars().all(|c| c.is_ascii_digit() || "\"',])}".contains(c));
        authority.contains('@') || authority.split_once(':').is_some_and(|(_, port)| !is_port(port))
    };
    !(word.contains("file:/")
        || has_url
            && (word.contains("/t/") || word.contains('?') || word.split("://").skip(1).any(is_secret)))
}

/// The beginning of a text, of so many bytes at most, to the end of a line.
pub(super) fn cut_to(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A word that is cut in two may hide that it has a secret.
    let end = text[..end].rfind('\n').map_or(0, |line| line + 1);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            folder: "file:///srv/main".to_owned(),
            public: Some("https://conda.example/main/".to_owned()),
        }
    }

    #[rstest]
    #[case(
        "- https://conda.anaconda.org/conda-forge\n",
        "- https://conda.anaconda.org/conda-forge\n"
    )]
    #[case("- https://h.example:8080/x # note", "- https://h.example:8080/x # note")]
    #[case("- numpy >=2\n\t- pip @ x", "- numpy >=2\n\t- pip @ x")]
    #[case("- git+https://h.example/x@v1", "- git+https://h.example/x@v1")]
    #[case("- https://me:secret@h.example/x\n- a", "- …\n- a")]
    #[case("- https://me:se/cret@h.example/x", "- …")]
    #[case("- https://token@h.example", "- …")]
    #[case("[https://h.example,https://me:secret@h.example/x]", "…")]
    #[case("url=https://h.example/t/ab-12/main", "…")]
    #[case("- https://h.example/x?sig=secret", "- …")]
    #[case("- file:///home/me/x", "- …")]
    #[case("- file:///srv/main", "- https://conda.example/main")]
    #[case("- file:///srv/main/noarch/x", "- https://conda.example/main/noarch/x")]
    #[case("- file:///srv/main-old", "- …")]
    fn texts_are_shown_without_secrets_and_folders(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(addresses().shown(text), expected);
    }

    #[test]
    fn lock_files_are_of_use_to_others_or_nobodys() {
        let own = "@EXPLICIT\nfile:///srv/main/noarch/a-1-0.conda\n";
        assert_eq!(
            addresses().published(own).as_deref(),
            Some("@EXPLICIT\nhttps://conda.example/main/noarch/a-1-0.conda\n")
        );
        assert_eq!(
            addresses().published("file:///srv/main-old/noarch/a-1-0.conda"),
            None
        );
        let unknown = Addresses {
            public: None,
            ..addresses()
        };
        assert_eq!(unknown.published(own), None);
    }

    #[rstest]
    #[case("https://h.example/x", false, Some("https://h.example/x"))]
    #[case("https://h.example/x", true, None)]
    #[case("file:///home/me/x", false, None)]
    #[case("../x", false, None)]
    fn folders_are_not_named(#[case] url: &str, #[case] is_own: bool, #[case] shown: Option<&str>) {
        assert_eq!(Addresses::of_channel(url, is_own).as_deref(), shown);
    }

    #[rstest]
    #[case("one\ntwo\n", 8, "one\ntwo\n")]
    #[case("one\ntwo\n", 7, "one\n")]
    #[case("one\nü", 5, "one\n")]
    #[case("https://me:secret", 10, "")]
    fn a_long_text_is_cut_between_lines(#[case] text: &str, #[case] limit: usize, #[case] expected: &str) {
        assert_eq!(cut_to(text, limit), expected);
    }
}
