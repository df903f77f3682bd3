//! What a channel keeps of a package, parsed and in its final spelling.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::PackageError;
use super::info::{ABOUT_JSON, INDEX_JSON, InfoMembers, PATHS_JSON, RUN_EXPORTS_JSON};
use super::recipe::recipe_json;
use crate::json::{self, JsonError, JsonText};

/// What a channel keeps of a package's `info/` folder.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `info/index.json`. Has a `name`.
    pub index: Map<String, Value>,
    /// `info/about.json`.
    pub about: Option<JsonText>,
    /// `info/run_exports.json`.
    pub run_exports: Option<JsonText>,
    /// conda-build's recipe as JSON.
    pub recipe: Option<JsonText>,
    /// rattler-build's recipe.
    pub rattler_recipe: Option<RattlerRecipe>,
    /// What installing the package does beside linking files, told from `info/paths.json`.
    pub post_install: PostInstall,
    /// `info/icon.png`, if the index names an icon.
    pub icon: Option<Vec<u8>>,
    /// What was odd, but no reason to leave the package out; one line each.
    pub warnings: Vec<String>,
}

/// rattler-build's recipe, as YAML bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RattlerRecipe {
    /// `info/recipe/rendered_recipe.yaml`.
    Rendered(Vec<u8>),
    /// `info/recipe/recipe.yaml`, of a package without the rendered one.
    Source(Vec<u8>),
}

/// Things that installing a package does beside linking its files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostInstall {
    /// A binary file holds the prefix that it was built for.
    pub binary_prefix: bool,
    /// A text file holds the prefix that it was built for.
    pub text_prefix: bool,
    /// There is a script in `etc/conda/activate.d`.
    pub activate_d: bool,
    /// There is a script in `etc/conda/deactivate.d`.
    pub deactivate_d: bool,
    /// There is a `.NAME-pre-link` script.
    pub pre_link: bool,
    /// There is a `.NAME-post-link` script.
    pub post_link: bool,
    /// There is a `.NAME-pre-unlink` script.
    pub pre_unlink: bool,
}

impl PostInstall {
    /// The seven facts as conda-index stores them.
    pub fn to_json(self) -> JsonText {
        let facts = [
            ("activate.d", self.activate_d),
            ("binary_prefix", self.binary_prefix),
            ("deactivate.d", self.deactivate_d),
            ("post_link", self.post_link),
            ("pre_link", self.pre_link),
            ("pre_unlink", self.pre_unlink),
            ("text_prefix", self.text_prefix),
        ];
        let members = facts
            .into_iter()
            .map(|(key, fact)| (key.to_owned(), Value::Bool(fact)));
        JsonText::from_value(&Value::Object(members.collect()))
    }
}

impl Metadata {
    pub(super) fn from_members(members: InfoMembers) -> Result<Self, PackageError> {
        let mut warnings = members.warnings;
        let index = index_members(&members.index_json.ok_or(PackageError::NoIndexJson)?)?;
        let names_icon = index.get("icon").is_some_and(|icon| !icon.is_null());
        Ok(Self {
            about: members
                .about_json
                .map(|bytes| about_text(&bytes, &mut warnings))
                .transpose()?,
            run_exports: members
                .run_exports_json
                .map(|bytes| json_text(RUN_EXPORTS_JSON, &bytes))
                .transpose()?,
            recipe: members
                .recipe
                .map(|bytes| JsonText::from_value(&recipe_json(&bytes))),
            rattler_recipe: members.rattler_recipe,
            post_install: members
                .paths_json
                .map(|bytes| post_install(&bytes))
                .transpose()?
                .unwrap_or_default(),
            icon: members.icon.filter(|_| names_icon),
            index,
            warnings,
        })
    }
}

fn json_value(member: &'static str, bytes: &[u8]) -> Result<Value, PackageError> {
    json::parse(bytes).map_err(|source| PackageError::Json { member, source })
}

fn json_text(member: &'static str, bytes: &[u8]) -> Result<JsonText, PackageError> {
    json_value(member, bytes).map(|value| JsonText::from_value(&value))
}

/// Old packages have descriptions in Latin-1 in an otherwise sound file. conda-index keeps such
/// bytes as they are; no document could.
fn about_text(bytes: &[u8], warnings: &mut Vec<String>) -> Result<JsonText, PackageError> {
    match json_text(ABOUT_JSON, bytes) {
        Err(PackageError::Json {
            source: JsonError::Encoding,
            ..
        }) => {
            warnings.push(format!(
                "{ABOUT_JSON} is not UTF-8: the letters that could not be read were replaced"
            ));
            json_text(ABOUT_JSON, String::from_utf8_lossy(bytes).as_bytes())
        }
        read => read,
    }
}

fn index_members(bytes: &[u8]) -> Result<Map<String, Value>, PackageError> {
    let shape = |what: String| PackageError::Shape {
        member: INDEX_JSON,
        what,
    };
    let index = match json_value(INDEX_JSON, bytes)? {
        Value::Object(members) => members,
        other => {
            return Err(shape(format!("must hold an object, not {}", kind_of(&other))));
        }
    };
    match index.get("name") {
        Some(Value::String(name)) if !name.is_empty() => Ok(index),
        Some(Value::String(_)) => Err(shape("has an empty name".to_owned())),
        Some(other) => Err(shape(format!("has {} for a name", kind_of(other)))),
        None => Err(shape("has no name".to_owned())),
    }
}

/// What kind of JSON a value is, in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn post_install(paths_json: &[u8]) -> Result<PostInstall, PackageError> {
    if paths_json.is_empty() {
        return Ok(PostInstall::default());
    }
    let error = |source| PackageError::Json {
        member: PATHS_JSON,
        source,
    };
    let text = json::decode(paths_json).ok_or(error(JsonError::Encoding))?;
    let document: PathsJson = serde_json::from_str(&text).map_err(|source| error(source.into()))?;
    Ok(document.paths.0)
}

#[derive(Deserialize)]
struct PathsJson {
    #[serde(default)]
    paths: PathEntries,
}

/// The entries of `paths.json`, of which only the sum is kept: there may be hundreds of thousands.
#[derive(Default)]
struct PathEntries(PostInstall);

#[derive(Deserialize)]
struct PathEntry<'a> {
    #[serde(borrow, rename = "_path")]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    prefix_placeholder: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    file_mode: Option<Cow<'a, str>>,
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
                let mut sum = PostInstall::default();
                while let Some(entry) = entries.next_element()? {
                    note_entry(&mut sum, &entry);
                }
                Ok(PathEntries(sum))
            }
        }
        deserializer.deserialize_seq(Entries)
    }
}

fn note_entry(sum: &mut PostInstall, entry: &PathEntry<'_>) {
    if entry
        .prefix_placeholder
        .as_ref()
        .is_some_and(|placeholder| !placeholder.is_empty())
    {
        match entry.file_mode.as_deref() {
            Some("binary") => sum.binary_prefix = true,
            Some("text") => sum.text_prefix = true,
            _ => {}
        }
    }
    sum.activate_d |= entry.path.starts_with("etc/conda/activate.d");
    sum.deactivate_d |= entry.path.starts_with("etc/conda/deactivate.d");
    // conda-index matches `*/.*-post-link.*`, where a star crosses slashes.
    if let Some(hidden) = entry.path.find("/.") {
        let rest = &entry.path[hidden + 2..];
        sum.pre_link |= rest.contains("-pre-link.");
        sum.post_link |= rest.contains("-post-link.");
        sum.pre_unlink |= rest.contains("-pre-unlink.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(path: &str) -> PostInstall {
        post_install(format!(r#"{{"paths": [{{"_path": "{path}"}}]}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn scripts_are_told_from_paths() {
        let none = PostInstall::default();
        assert_eq!(
            flags("bin/.pkg-post-link.sh"),
            PostInstall {
                post_link: true,
                ..none
            }
        );
        assert_eq!(
            flags("Scripts/.pkg-pre-unlink.bat"),
            PostInstall {
                pre_unlink: true,
                ..none
            }
        );
        assert_eq!(
            flags("a/.x-pre-link.y/z"),
            PostInstall {
                pre_link: true,
                ..none
            }
        );
        assert_eq!(flags(".pkg-post-link.sh"), none);
        assert_eq!(flags("bin/.PKG-PRE-LINK.SH"), none);
        assert_eq!(
            flags("etc/conda/activate.dx"),
            PostInstall {
                activate_d: true,
                ..none
            }
        );
    }

    #[test]
    fn placeholders_are_told_by_their_mode() {
        let paths = br#"{"paths_version": 1, "paths": [
            {"_path": "a", "file_mode": "text", "prefix_placeholder": "/opt/x"},
            {"_path": "b", "file_mode": "binary", "prefix_placeholder": "", "size_in_bytes": 3},
            {"_path": "c", "file_mode": null, "prefix_placeholder": null}]}"#;
        assert_eq!(
            post_install(paths).unwrap(),
            PostInstall {
                text_prefix: true,
                ..PostInstall::default()
            }
        );
        assert_eq!(post_install(b"").unwrap(), PostInstall::default());
        assert_eq!(post_install(b"{}").unwrap(), PostInstall::default());
    }

    #[rstest::rstest]
    #[case(br#"{"paths": [{"no_path": 1}]}"#)]
    #[case(br#"{"paths": null}"#)]
    #[case(br#"{"paths": {}}"#)]
    fn other_shapes_of_paths_json_are_refused(#[case] bytes: &[u8]) {
        assert!(
            post_install(bytes)
                .unwrap_err()
                .to_string()
                .starts_with("info/paths.json is not JSON")
        );
    }

    #[rstest::rstest]
    #[case(b"[]", "info/index.json must hold an object, not a list")]
    #[case(b"{}", "info/index.json has no name")]
    #[case(br#"{"name": ""}"#, "info/index.json has an empty name")]
    #[case(br#"{"name": 5}"#, "info/index.json has a number for a name")]
    #[case(
        b"{\"name\": \"\xfc\"}",
        "info/index.json is not text in UTF-8, UTF-16 or UTF-32"
    )]
    fn an_index_without_a_name_is_refused(#[case] bytes: &[u8], #[case] message: &str) {
        assert_eq!(index_members(bytes).unwrap_err().to_string(), message);
    }

    #[test]
    fn an_about_in_latin_1_is_kept_with_a_warning() {
        let mut warnings = Vec::new();
        let text = about_text(b"{\"summary\": \"caf\xe9\"}", &mut warnings).unwrap();
        assert_eq!(text.as_str(), r#"{"summary":"caf\ufffd"}"#);
        assert_eq!(warnings.len(), 1);
        assert!(about_text(b"{", &mut warnings).is_err());
    }
}
