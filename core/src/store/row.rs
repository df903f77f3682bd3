//! What a store keeps, as rows: the same for every backend, so that a channel can move from one to
//! another.

use serde::{Deserialize, Serialize};

use super::Stage;
#[cfg(feature = "postgres")]
use crate::json::JsonText;

/// A row of a store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StoreRow {
    /// An artifact as a stage lists it.
    Stage(StageRow),
    /// When an artifact became part of the channel.
    Date(DateRow),
    /// A JSON text that was read of an artifact.
    Text(TextRow),
    /// An artifact's icon.
    Icon(IconRow),
    /// rattler-build's recipe of an artifact.
    RattlerRecipe(RattlerRecipeRow),
}

/// An artifact as a stage lists it. File names may be those of wheels: another tool may have listed
/// them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRow {
    /// The stage.
    pub stage: Stage,
    /// The artifact's file name.
    pub file_name: String,
    /// When it was modified, in seconds.
    pub mtime: Option<f64>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: Option<String>,
    /// Its MD5 in hexadecimal digits.
    pub md5: Option<String>,
    /// What a server said when it was modified.
    pub last_modified: Option<String>,
    /// What a server called its state.
    pub etag: Option<String>,
}

/// When an artifact, which is a name and its bytes, became part of the channel (CEP 47).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateRow {
    /// The artifact's file name.
    pub file_name: String,
    /// The SHA-256 of its bytes in hexadecimal digits, empty if nobody knows.
    pub sha256: String,
    /// In milliseconds.
    pub indexed_timestamp: i64,
}

/// A JSON text that was read of an artifact, as it is spelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextRow {
    /// What the text says of it.
    pub kind: TextKind,
    /// The artifact's file name.
    pub file_name: String,
    /// The text.
    pub json: String,
}

/// What a JSON text says of an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// The record.
    Record,
    /// `info/about.json`.
    About,
    /// conda-build's recipe.
    Recipe,
    /// `info/run_exports.json`.
    RunExports,
    /// The facts about what installing does.
    PostInstall,
    /// What conda-index brought over from caches of conda-build. PostgreSQL has no place for it.
    RecipeLog,
}

/// An artifact's icon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IconRow {
    /// The artifact's file name.
    pub file_name: String,
    /// The icon's bytes.
    #[serde(with = "hexadecimal")]
    pub png: Vec<u8>,
}

/// rattler-build's recipe of an artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RattlerRecipeRow {
    /// The artifact's file name.
    pub file_name: String,
    /// Which bytes it is of: their SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Whether it is rendered.
    pub is_rendered: bool,
    /// The recipe's YAML.
    #[serde(with = "hexadecimal")]
    pub recipe: Vec<u8>,
}

/// How exactly a store keeps times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimePrecision {
    /// As they are.
    Exact,
    /// In whole seconds, rounded half away from zero: conda-index's column in PostgreSQL.
    Seconds,
}

impl StoreRow {
    /// The artifact's file name.
    pub fn file_name(&self) -> &str {
        match self {
            Self::Stage(row) => &row.file_name,
            Self::Date(row) => &row.file_name,
            Self::Text(row) => &row.file_name,
            Self::Icon(row) => &row.file_name,
            Self::RattlerRecipe(row) => &row.file_name,
        }
    }

    /// What the row is known by, and its place in the stream: kind, stage, file name, digest.
    #[cfg(any(feature = "postgres", test))]
    pub(super) fn key(&self) -> (usize, &str, &str, &str) {
        match self {
            Self::Stage(row) => (0, row.stage.as_str(), &row.file_name, ""),
            Self::Date(row) => (1, "", &row.file_name, &row.sha256),
            Self::Text(row) => (2 + row.kind as usize, "", &row.file_name, ""),
            Self::Icon(row) => (2 + TextKind::ALL.len(), "", &row.file_name, ""),
            Self::RattlerRecipe(row) => (3 + TextKind::ALL.len(), "", &row.file_name, ""),
        }
    }

    /// About how many bytes the row takes in memory.
    pub fn weight(&self) -> usize {
        let content = match self {
            Self::Stage(_) | Self::Date(_) => 0,
            Self::Text(row) => row.json.len(),
            Self::Icon(row) => row.png.len(),
            Self::RattlerRecipe(row) => row.recipe.len(),
        };
        size_of::<Self>() + self.file_name().len() + content
    }
}

impl TextKind {
    /// All of them, in the order in which stores stream them.
    pub const ALL: [Self; 6] = [
        Self::Record,
        Self::About,
        Self::Recipe,
        Self::RunExports,
        Self::PostInstall,
        Self::RecipeLog,
    ];

    /// conda-index's table, and its column in it.
    #[cfg(any(feature = "gluesql", feature = "postgres", feature = "sqlite"))]
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Record => "index_json",
            Self::About => "about",
            Self::Recipe => "recipe",
            Self::RunExports => "run_exports",
            Self::PostInstall => "post_install",
            Self::RecipeLog => "recipe_log",
        }
    }
}

/// The JSON text in the spelling of this crate; as it is where it is no JSON.
#[cfg(feature = "postgres")]
pub(super) fn canonical(json: &str) -> std::borrow::Cow<'_, str> {
    match JsonText::from_stored(json.into()) {
        Ok(text) if text.as_str() == json => json.into(),
        Ok(text) => text.into_string().into(),
        Err(_) => json.into(),
    }
}

/// Bytes as hexadecimal digits.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base16ct::lower::encode_string(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let digits = String::deserialize(deserializer)?;
        base16ct::lower::decode_vec(digits)
            .map_err(|_| Error::custom("bytes are not in lower case hexadecimal digits"))
    }
}
