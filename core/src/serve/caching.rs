//! For how long clients may believe what they were given.

use crate::package::ArtifactName;

/// A shard is named after its content (CEP 16), and so is what pages of a website load.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The file of a package may be replaced by another build of the same name; as long as GitHub Pages has it.
const FOR_A_WHILE: &str = "public, max-age=600";

/// Kept, but asked about each time.
pub(super) const REVALIDATED: &str = "no-cache";

/// The value of `Cache-Control` for a file of this name.
pub(super) fn cache_control(file_name: &str) -> &'static str {
    if is_shard(file_name) || is_asset(file_name) {
        FOR_EVER
    } else if ArtifactName::new(file_name.to_owned()).is_ok() {
        FOR_A_WHILE
    } else {
        REVALIDATED
    }
}

/// Whether the name is `<SHA-256>.msgpack.zst`.
fn is_shard(file_name: &str) -> bool {
    file_name
        .strip_suffix(".msgpack.zst")
        .is_some_and(|digest| is_digest(digest, 64))
}

/// Whether the name is one that [`Asset`](crate::site::Asset) gives: `style.<12 digits>.css`.
fn is_asset(file_name: &str) -> bool {
    let parts: Vec<&str> = file_name.split('.').collect();
    matches!(parts[..], [_, digest, _] if is_digest(digest, 12))
}

fn is_digest(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_shard_never_changes() {
        assert_eq!(cache_control(&format!("{DIGEST}.msgpack.zst")), FOR_EVER);
    }

    #[rstest]
    #[case("style.0123456789ab.css")]
    #[case("site.fedcba987654.js")]
    fn what_pages_load_never_changes(#[case] name: &str) {
        assert_eq!(cache_control(name), FOR_EVER);
    }

    #[rstest]
    #[case("lock-1.0-0.conda")]
    #[case("lock-1.0-0.tar.bz2")]
    fn a_package_seldom_changes(#[case] name: &str) {
        assert_eq!(cache_control(name), FOR_A_WHILE);
    }

    #[rstest]
    #[case("repodata.json")]
    #[case("repodata.json.zst")]
    #[case("repodata_shards.msgpack.zst")]
    #[case("index.html")]
    #[case(&DIGEST[1..])]
    #[case("e3b0c442.msgpack.zst")]
    #[case("style.css")]
    #[case("style.0123456789.css")]
    fn anything_else_is_asked_about(#[case] name: &str) {
        assert_eq!(cache_control(name), REVALIDATED);
        assert_eq!(
            cache_control(&format!("{}.msgpack.zst", DIGEST.to_uppercase())),
            REVALIDATED
        );
        assert_eq!(cache_control(&format!("{DIGEST}.msgpack")), REVALIDATED);
    }
}
