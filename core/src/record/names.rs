//! Names as CEP 26 allows them: of packages, versions, builds, files and subdirs.
//!
//! Each function says why a name is none, in words that follow it: "has two separators in a row".

use crate::json::JsonText;

/// The longest package name, version and build string.
const MAX_NAME: usize = 64;
/// The longest file name.
const MAX_FILE_NAME: usize = 211;
/// The longest subdir.
const MAX_SUBDIR: usize = 32;

/// Why this cannot be the name of a package.
pub(crate) fn package_name_fault(name: &str) -> Option<String> {
    let is_separator = |byte: &u8| matches!(byte, b'-' | b'.' | b'_');
    if name.is_empty() {
        return Some("is empty".to_owned());
    }
    excess(name, MAX_NAME)
        .or_else(|| {
            stranger(name, "a package name", |byte| {
                matches!(byte, b'a'..=b'z' | b'0'..=b'9') || is_separator(&byte)
            })
        })
        .or_else(|| {
            name.starts_with(['-', '.'])
                .then(|| "does not begin with a letter, a digit or an underscore".to_owned())
        })
        .or_else(|| {
            let mut pairs = name.as_bytes().windows(2);
            pairs
                .any(|pair| pair.iter().all(is_separator))
                .then(|| "has two separators in a row".to_owned())
        })
}

/// Why this has characters or a length that versions do not have. Capital letters are what CEP 26
/// forbids and CEP 33, which came later, allows; packages that have them (`Release_2017_09`) are
/// sound.
pub(crate) fn version_fault(version: &str) -> Option<String> {
    excess(version, MAX_NAME).or_else(|| {
        stranger(
            version,
            "a version",
            |byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'+' | b'!'),
        )
    })
}

/// Why this cannot be a build string.
pub(crate) fn build_fault(build: &str) -> Option<String> {
    if build.is_empty() {
        return Some("is empty".to_owned());
    }
    excess(build, MAX_NAME).or_else(|| {
        stranger(build, "a build string", |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+')
        })
    })
}

/// Why this cannot be the name of a package's file. Its characters are those of name, version and
/// build.
pub(crate) fn file_name_fault(file_name: &str) -> Option<String> {
    excess(file_name, MAX_FILE_NAME)
}

/// Why this cannot be a subdir.
pub(crate) fn subdir_fault(subdir: &str) -> Option<String> {
    let is_part = |part: &str| {
        let is_allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
        !part.is_empty() && part.bytes().all(is_allowed)
    };
    let is_platform = || {
        let parts = subdir.split_once('-');
        parts.is_some_and(|(system, machine)| is_part(system) && is_part(machine))
    };
    excess(subdir, MAX_SUBDIR).or_else(|| {
        (subdir != "noarch" && !is_platform())
            .then(|| "is neither noarch nor a system and a machine with a hyphen between them".to_owned())
    })
}

/// In what a file name is not that of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misnamed<'a> {
    /// It is not made of name, version and build.
    NoParts,
    /// One of these three, by its number, is this in the file name.
    Part(usize, &'a str),
}

/// In what the stem of a file name is not that of a record with this name, version and build.
pub(crate) fn misnamed<'a>(stem: &'a str, said: Option<[&str; 3]>) -> Option<Misnamed<'a>> {
    let Some(parts) = parts(stem) else {
        return Some(Misnamed::NoParts);
    };
    let said = said?;
    let length: usize = said.iter().map(|text| text.len()).sum();
    // A build with a hyphen is of the same file name, but divides it differently.
    if stem.len() == length + 2 && stem == said.join("-") {
        return None;
    }
    let differs = |number: &usize| parts[*number] != said[*number];
    let number = (0..parts.len()).find(differs)?;
    Some(Misnamed::Part(number, parts[number]))
}

/// Name, version and build, as clients take a file name apart.
fn parts(stem: &str) -> Option<[&str; 3]> {
    let (rest, build) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some([name, version, build])
}

/// By how much a name is too long.
fn excess(name: &str, most: usize) -> Option<String> {
    // Bytes are enough to know that a name is short enough.
    let length = if name.len() > most {
        name.chars().count()
    } else {
        0
    };
    (length > most).then(|| format!("has {length} characters, of at most {most}"))
}

/// Which character has no place in a name of this kind.
fn stranger(name: &str, kind: &str, allows: impl Fn(u8) -> bool) -> Option<String> {
    if name.bytes().all(&allows) {
        return None;
    }
    let is_allowed = |character: &char| u8::try_from(*character).is_ok_and(&allows);
    let stranger = name.chars().find(|character| !is_allowed(character))?;
    let spelled = JsonText::from_value(&stranger.to_string().into()).into_string();
    Some(format!("has {spelled}, which {kind} does not have"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("noarch", true)]
    #[case("linux-64", true)]
    #[case("emscripten-wasm32", true)]
    #[case("linux-64-musl", false)]
    #[case("Linux-64", false)]
    #[case("linux", false)]
    #[case("linux-", false)]
    #[case("", false)]
    #[case("linux-6400000000000000000000000000", false)]
    fn subdirs_are_noarch_or_a_system_and_a_machine(#[case] subdir: &str, #[case] is_one: bool) {
        assert_eq!(subdir_fault(subdir).is_none(), is_one);
    }

    #[rstest::rstest]
    #[case("a-b-1-0", Some(["a-b", "1", "0"]), None)]
    #[case("a-1-0-0", Some(["a", "1", "0-0"]), None)]
    #[case("a-1-0", Some(["a", "2", "1"]), Some(Misnamed::Part(1, "1")))]
    #[case("a-1-0", None, None)]
    #[case("a-1", None, Some(Misnamed::NoParts))]
    fn a_file_is_named_by_its_record(
        #[case] stem: &str,
        #[case] said: Option<[&str; 3]>,
        #[case] expected: Option<Misnamed<'_>>,
    ) {
        assert_eq!(misnamed(stem, said), expected);
    }
}
