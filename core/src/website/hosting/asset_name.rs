//! How GitHub renames the assets of a release.
//!
//! Its documentation says that it does, not how. `gh release upload` has to foresee it in order to
//! replace assets (`sanitizeFileName` of github.com/cli/cli), and reports of others agree: letters
//! and digits of ASCII, `-`, `_`, `+` and `@` stay, each run of anything else becomes one dot, and
//! no dot stays at an end.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The name that an asset gets which is uploaded under the name `file_name`.
pub(super) fn renamed(file_name: &str) -> String {
    let letters = file_name.nfd().filter(|letter| !is_combining_mark(*letter));
    let mut name = if file_name.starts_with('.') {
        "default".to_owned()
    } else {
        String::new()
    };
    for letter in letters {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '+' | '@') {
            name.push(letter);
        } else if !name.ends_with('.') {
            name.push('.');
        }
    }
    let name = name.trim_matches('.');
    if name != file_name && !name.contains('.') {
        return format!("default.{name}");
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    // Epochs.
    #[case("x264-1!164.3095-h8ffe710_2.conda", "x264-1.164.3095-h8ffe710_2.conda")]
    #[case("a-1.0~rc1-0.conda", "a-1.0.rc1-0.conda")]
    #[case("a b-1-0.conda", "a.b-1-0.conda")]
    #[case("a-1.!2-0.conda", "a-1.2-0.conda")]
    #[case("façade-1-0.conda", "facade-1-0.conda")]
    #[case(".hidden-1-0.conda", "default.hidden-1-0.conda")]
    #[case("包-1-0.conda", "-1-0.conda")]
    #[case("Hello, दुनिया", "default.Hello")]
    fn what_github_does_not_keep_becomes_a_dot(#[case] name: &str, #[case] becomes: &str) {
        assert_eq!(renamed(name), becomes);
    }

    #[rstest]
    #[case("_libgcc_mutex-0.1-conda_forge.tar.bz2")]
    #[case("torch-2.1+cpu-py_0.conda")]
    #[case("Foo@bar")]
    fn other_names_stay(#[case] name: &str) {
        assert_eq!(renamed(name), name);
    }
}
