//! Which files a package installs: from `info/paths.json`, or from what packages had before it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gather::{DOCUMENT_BYTES, Documents, FILES, HAS_PREFIX, NO_LINK, PATHS, size_of};
use super::lenient::{Fields, Oddities};
use crate::json;
use crate::package::LinkKind;
use crate::package::tarball::{Member, MemberKind};

/// What placeholders are in a file that `info/has_prefix` only names.
const OLD_PLACEHOLDER: &str = "/opt/anaconda1anaconda2anaconda3";

/// How many files are listed: as many as a tarball may have members by default.
const FILES_MAX: usize = 2_000_000;

/// What a package installs, in the order of its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct FileList {
    /// Where the list is from: `info/paths.json`, `info/files`, or `archive` if the package has neither.
    pub files_from: &'static str,
    /// The files.
    pub files: Vec<PackagedFile>,
}

/// A file that a package installs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct PackagedFile {
    /// Its path in the environment.
    pub path: String,
    /// Bytes of it, of a soft link those of the file that it leads to; unknown if only names are listed.
    pub size: Option<u64>,
    /// How it is put there.
    pub path_type: PathType,
    /// Where a link leads, if the archive was read to it.
    pub target: Option<String>,
    /// SHA-256 in hexadecimal, as the package says.
    pub sha256: Option<String>,
    /// The path that it was built for, which is replaced when it is installed.
    pub prefix: Option<Prefix>,
    /// Whether it is copied rather than linked.
    pub no_link: bool,
}

/// The path that a file was built for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Prefix {
    /// The path that stands in the file.
    pub placeholder: String,
    /// How it is replaced: `text` or `binary`.
    pub mode: String,
}

/// How a path is put into an environment; the names are those of `info/paths.json` (CEP 34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum PathType {
    /// A file: conda links it from its cache.
    Hardlink,
    /// A symbolic link.
    Softlink,
    /// A folder.
    Directory,
    /// Something that packages should not have: a device, a pipe, or what the package has no known word for.
    Other,
}

impl PathType {
    pub(super) fn of(kind: MemberKind) -> Self {
        match kind {
            MemberKind::File | MemberKind::Link(LinkKind::Hard) => Self::Hardlink,
            MemberKind::Link(LinkKind::Symbolic) => Self::Softlink,
            MemberKind::Directory => Self::Directory,
            MemberKind::Special => Self::Other,
        }
    }
}

impl PackagedFile {
    fn named(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            size: None,
            path_type: PathType::Hardlink,
            target: None,
            sha256: None,
            prefix: None,
            no_link: false,
        }
    }

    /// What the archive says of it. Folders that are only in the archive are not installed.
    pub(super) fn of_member(member: &Member) -> Option<Self> {
        let is_link = matches!(member.kind, MemberKind::Link(_));
        (member.kind != MemberKind::Directory).then(|| Self {
            size: (!is_link).then(|| size_of(member)),
            path_type: PathType::of(member.kind),
            target: member
                .spelling
                .link
                .as_ref()
                .filter(|_| is_link)
                .map(|link| String::from_utf8_lossy(link).into_owned()),
            ..Self::named(&member.path)
        })
    }
}

pub(super) fn read(documents: &mut Documents) -> FileList {
    if let Some(files) = documents
        .take(PATHS)
        .and_then(|bytes| paths_json(&bytes, documents))
    {
        return FileList {
            files_from: PATHS,
            files,
        };
    }
    let names = documents.take(FILES);
    let (files_from, mut files) = match (documents.payload.take(), names) {
        (Some(files), names) => {
            if let Some(names) = names {
                compare(&names, &files, &mut documents.oddities);
            }
            ("archive", files)
        }
        (None, Some(names)) => (FILES, lines(&names).map(PackagedFile::named).collect()),
        (None, None) => ("archive", Vec::new()),
    };
    let prefixes: HashMap<String, Prefix> = documents
        .take(HAS_PREFIX)
        .map(|bytes| lines(&bytes).map(|line| has_prefix(&line)).collect())
        .unwrap_or_default();
    let copied: HashSet<String> = documents
        .take(NO_LINK)
        .map(|bytes| lines(&bytes).map(Cow::into_owned).collect())
        .unwrap_or_default();
    for file in &mut files {
        file.prefix = prefixes.get(&file.path).cloned();
        file.no_link = copied.contains(&file.path);
    }
    FileList { files_from, files }
}

/// Notes in what the list of files and the archive differ.
fn compare(names: &[u8], files: &[PackagedFile], oddities: &mut Oddities) {
    let mut packaged: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let missing = lines(names)
        .filter(|name| !packaged.remove(name.as_ref()))
        .count();
    if missing > 0 {
        oddities.note(format!("the archive lacks {missing} of the files in {FILES}"));
    }
    if !packaged.is_empty() {
        oddities.note(format!(
            "{FILES} lacks {} of the files in the archive",
            packaged.len()
        ));
    }
}

/// The lines of a list, which are paths.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
        .map(String::from_utf8_lossy)
}

/// `PATH`, or `PLACEHOLDER MODE PATH`, each perhaps in quotes.
fn has_prefix(line: &str) -> (String, Prefix) {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (word, after) = match quote {
            Some(quote) => rest[1..].split_once(quote).unwrap_or((&rest[1..], "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    let (placeholder, mode, path) = match words[..] {
        [placeholder, mode @ ("text" | "binary"), path] => (placeholder, mode, path),
        // The oldest form, where a path with spaces has no quotes.
        _ => (OLD_PLACEHOLDER, "text", line.trim()),
    };
    (
        path.to_owned(),
        Prefix {
            placeholder: placeholder.to_owned(),
            mode: mode.to_owned(),
        },
    )
}

fn paths_json(bytes: &[u8], documents: &mut Documents) -> Option<Vec<PackagedFile>> {
    let oddities = &mut documents.oddities;
    let Some(text) = json::decode(bytes) else {
        oddities.note(format!("{PATHS} is not text in UTF-8, UTF-16 or UTF-32"));
        return None;
    };
    if text.trim_start().starts_with('[') {
        oddities.note(format!("{PATHS} should hold an object, and holds a list"));
        return None;
    }
    match serde_json::from_str::<PathsJson>(&text) {
        Ok(document) => Some(document.paths.0),
        // Sound in form, but not of the types that all tools write: looked at field by field.
        Err(error) if error.is_data() && bytes.len() as u64 <= DOCUMENT_BYTES => {
            let Ok(Value::Object(document)) = serde_json::from_str(&text) else {
                oddities.note(format!("{PATHS} should hold an object, and does not"));
                return None;
            };
            leniently(&document, oddities)
        }
        Err(error) => {
            oddities.note(format!("{PATHS} is not JSON as it should be: {error}"));
            None
        }
    }
}

fn leniently(document: &Map<String, Value>, oddities: &mut Oddities) -> Option<Vec<PackagedFile>> {
    let mut fields = Fields::new(PATHS, document, oddities);
    let Some(Value::Array(entries)) = document.get("paths") else {
        fields.expected("paths", "a list", document.get("paths").unwrap_or(&Value::Null));
        return None;
    };
    let mut files = Vec::new();
    for entry in entries {
        let Value::Object(entry) = entry else {
            fields.expected("paths", "a list of objects", entry);
            continue;
        };
        let mut entry = Fields::new(PATHS, entry, fields.oddities);
        let Some(path) = entry.text("_path") else {
            continue;
        };
        let placeholder = entry.text("prefix_placeholder");
        files.push(PackagedFile {
            size: entry.number("size_in_bytes"),
            path_type: path_type(entry.text("path_type").as_deref()),
            sha256: entry.text("sha256"),
            prefix: prefix(placeholder, entry.text("file_mode")),
            no_link: entry.flag("no_link").unwrap_or_default(),
            ..PackagedFile::named(path)
        });
    }
    Some(files)
}

fn path_type(word: Option<&str>) -> PathType {
    match word {
        Some("hardlink") | None => PathType::Hardlink,
        Some("softlink") => PathType::Softlink,
        Some("directory") => PathType::Directory,
        Some(_) => PathType::Other,
    }
}

fn prefix(placeholder: Option<String>, mode: Option<String>) -> Option<Prefix> {
    Some(Prefix {
        placeholder: placeholder.filter(|placeholder| !placeholder.is_empty())?,
        mode: mode.unwrap_or_else(|| "text".to_owned()),
    })
}

#[derive(Deserialize)]
struct PathsJson {
    #[serde(default)]
    paths: PathEntries,
}

/// The entries of `paths.json`, each made a file as it is read: there may be hundreds of thousands.
#[derive(Default)]
struct PathEntries(Vec<PackagedFile>);

#[derive(Deserialize)]
struct PathEntry<'a> {
    #[serde(borrow, rename = "_path")]
    path: Cow<'a, str>,
    #[serde(default)]
    size_in_bytes: Option<u64>,
    #[serde(borrow, default)]
    path_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    sha256: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    prefix_placeholder: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    file_mode: Option<Cow<'a, str>>,
    #[serde(default)]
    no_link: Option<bool>,
}

impl From<PathEntry<'_>> for PackagedFile {
    fn from(entry: PathEntry<'_>) -> Self {
        Self {
            size: entry.size_in_bytes,
            path_type: path_type(entry.path_type.as_deref()),
            sha256: entry.sha256.map(Cow::into_owned),
            prefix: prefix(
                entry.prefix_placeholder.map(Cow::into_owned),
                entry.file_mode.map(Cow::into_owned),
            ),
            no_link: entry.no_link.unwrap_or_default(),
            ..Self::named(entry.path)
        }
    }
}

impl<'de> Deserialize<'de> for PathEntries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = PathEntries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of paths")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<PathEntries, A::Error> {
                let mut files = Vec::new();
                while let Some(entry) = entries.next_element::<PathEntry<'_>>()? {
                    if files.len() == FILES_MAX {
                        return Err(de::Error::custom(format!(
                            "there are more than {FILES_MAX} files"
                        )));
                    }
                    files.push(entry.into());
                }
                Ok(PathEntries(files))
            }
        }
        deserializer.deserialize_seq(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bin/a b", OLD_PLACEHOLDER, "text", "bin/a b")]
    #[case("/opt/x binary lib/l.so", "/opt/x", "binary", "lib/l.so")]
    #[case("\"/opt/a b\" text 'bin/a b'", "/opt/a b", "text", "bin/a b")]
    #[case("/opt/x neither lib/l.so", OLD_PLACEHOLDER, "text", "/opt/x neither lib/l.so")]
    #[case("\"open", OLD_PLACEHOLDER, "text", "\"open")]
    fn lines_of_has_prefix(
        #[case] line: &str,
        #[case] placeholder: &str,
        #[case] mode: &str,
        #[case] path: &str,
    ) {
        let prefix = Prefix {
            placeholder: placeholder.to_owned(),
            mode: mode.to_owned(),
        };
        assert_eq!(has_prefix(line), (path.to_owned(), prefix));
    }

    fn read_paths(text: &str) -> (Option<Vec<PackagedFile>>, Vec<String>) {
        let mut documents = Documents::default();
        let files = paths_json(text.as_bytes(), &mut documents);
        (files, documents.oddities.into_lines())
    }

    #[test]
    fn wrong_types_cost_only_their_field() {
        let (files, oddities) = read_paths(
            r#"{"paths": [
                {"_path": "a", "size_in_bytes": "12", "path_type": "softlink", "sha256": "ab"},
                {"_path": 7, "no_link": "yes"}, {"size_in_bytes": 3}, "b"]}"#,
        );
        let files = files.unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!((files[0].size, files[0].path_type), (None, PathType::Softlink));
        assert_eq!(files[0].sha256.as_deref(), Some("ab"));
        assert_eq!(files[1].path, "7");
        assert_eq!(
            oddities,
            [
                "info/paths.json: size_in_bytes should be a whole number, and is a string \"12\"",
                "info/paths.json: _path should be text, and is a number 7",
                "info/paths.json: no_link should be true or false, and is a string \"yes\"",
                "info/paths.json: paths should be a list of objects, and is a string \"b\"",
            ]
        );
    }

    #[rstest::rstest]
    #[case(
        "{",
        "info/paths.json is not JSON as it should be: EOF while parsing an object at line 1 column 1"
    )]
    #[case("[]", "info/paths.json should hold an object, and holds a list")]
    #[case("3", "info/paths.json should hold an object, and does not")]
    #[case(
        r#"{"paths": 3}"#,
        "info/paths.json: paths should be a list, and is a number 3"
    )]
    fn what_is_no_list_is_told(#[case] text: &str, #[case] oddity: &str) {
        assert_eq!(read_paths(text), (None, vec![oddity.to_owned()]));
    }
}
