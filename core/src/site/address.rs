//! Where the pages of packages and builds are: names as folders and files that every host and file
//! system can keep, and that need no encoding in a URL.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Bytes of a folder's or file's name: file systems take 255, and suffixes come behind it.
pub(super) const LENGTH_MAX: usize = 200;

/// The folder of a package, in `p/`: its name. Names that are no names (CEP 26) have their odd
/// characters written as `~` and two hexadecimal digits, and a long one ends in its digest.
///
/// ```
/// use towpath_core::site::package_folder;
/// assert_eq!(package_folder("ca-certificates"), "ca-certificates");
/// assert_eq!(package_folder("../x"), "~2e.~2fx");
/// ```
pub fn package_folder(name: &str) -> String {
    escaped(name, |byte| byte.is_ascii_lowercase())
}

/// The page of a build, without `.html`: its file name, written as [`package_folder`] writes names, but
/// with capital letters and `!`.
pub fn build_stem(file_name: &str) -> String {
    escaped(file_name, |byte| byte.is_ascii_alphabetic() || byte == b'!')
}

/// The page of a maintainer or licence, without `.html`, in the folder of the list of these: in small letters,
/// since `mit` is the licence `MIT`, written as [`package_folder`] writes names. It is never that of the list.
pub fn group_stem(name: &str) -> String {
    match package_folder(&name.to_lowercase()) {
        stem if stem == "index" => "~69ndex".to_owned(),
        stem => stem,
    }
}

fn escaped(name: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut written = String::with_capacity(name.len());
    for (position, byte) in name.bytes().enumerate() {
        let is_inner = byte == b'.' && position > 0;
        if is_plain(byte) || byte.is_ascii_digit() || b"_-".contains(&byte) || is_inner {
            written.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(written, "~{byte:02x}");
        }
    }
    if written.is_empty() {
        return "~".to_owned();
    }
    if written.len() > LENGTH_MAX {
        let digest = base16ct::lower::encode_string(&Sha256::digest(name)[..8]);
        written.truncate(LENGTH_MAX - digest.len() - 1);
        written.push('~');
        written.push_str(&digest);
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("numpy", "numpy")]
    #[case("_libgcc_mutex", "_libgcc_mutex")]
    #[case("r-data.table", "r-data.table")]
    #[case(".hidden", "~2ehidden")]
    #[case("..", "~2e.")]
    #[case("", "~")]
    #[case("Numpy", "~4eumpy")]
    #[case("a/b", "a~2fb")]
    #[case("<b>", "~3cb~3e")]
    #[case("ü", "~c3~bc")]
    fn names_are_folders(#[case] name: &str, #[case] folder: &str) {
        assert_eq!(package_folder(name), folder);
    }

    #[rstest]
    #[case("R-1!2.0-h1_0.conda", "R-1!2.0-h1_0.conda")]
    #[case("x-1.0+local-0.tar.bz2", "x-1.0~2blocal-0.tar.bz2")]
    fn file_names_are_files(#[case] file_name: &str, #[case] stem: &str) {
        assert_eq!(build_stem(file_name), stem);
    }

    #[rstest]
    #[case("MIT", "mit")]
    #[case("BSD-3-Clause", "bsd-3-clause")]
    #[case("Index", "~69ndex")]
    fn groups_have_pages_of_their_own(#[case] name: &str, #[case] stem: &str) {
        assert_eq!(group_stem(name), stem);
    }

    proptest! {
        #[test]
        fn two_names_never_share_a_folder(one in "\\PC{0,6}|[a.~2e/]{0,9}", other in "\\PC{0,6}|[a.~2e/]{0,9}") {
            prop_assert_eq!(one == other, package_folder(&one) == package_folder(&other));
        }

        #[test]
        fn a_folder_is_one_harmless_segment(name in "\\PC{0,300}") {
            let folder = package_folder(&name);
            prop_assert!(folder.len() <= LENGTH_MAX && !folder.is_empty() && !folder.starts_with('.'));
            prop_assert!(folder.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-~".contains(&byte)));
        }
    }
}
