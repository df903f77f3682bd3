//! What is held of one record: what people ask for, and its text.

use std::ops::Range;

use super::split::{RawRecord, Section};
use super::texts::{TextBlocks, TextId, TextPlace, Texts};
use crate::json::{JsonSlice, JsonText};
use crate::record::{BuildTime, version_order};

/// A record, with what it does not say as empty text and 0.
pub(super) struct HeldRecord {
    pub(super) subdir: TextId,
    pub(super) file_name: TextPlace,
    pub(super) name: TextId,
    pub(super) version: TextId,
    /// Sorts as the version does; empty if it is none.
    pub(super) version_order: TextId,
    pub(super) build: TextId,
    pub(super) build_number: i64,
    pub(super) license: TextId,
    pub(super) license_family: TextId,
    pub(super) noarch: TextId,
    pub(super) track_features: TextId,
    pub(super) size: i64,
    pub(super) timestamp: i64,
    pub(super) indexed_timestamp: i64,
    pub(super) md5: Option<[u8; 16]>,
    pub(super) sha256: Option<[u8; 32]>,
    pub(super) json: TextPlace,
    pub(super) dependencies: Range<usize>,
    /// Whether its version is the newest of the package in the subdir.
    pub(super) is_newest: bool,
}

/// What a record says of another package.
pub(super) struct HeldDependency {
    pub(super) kind: DependencyKind,
    pub(super) dependency: TextId,
    pub(super) spec: TextId,
    /// The extra that needs it, of `extra_depends`.
    pub(super) extra: TextId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DependencyKind {
    Depends,
    Constrains,
    ExtraDepends,
}

impl DependencyKind {
    /// The key of records that lists them.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Depends => "depends",
            Self::Constrains => "constrains",
            Self::ExtraDepends => "extra_depends",
        }
    }
}

/// Where what is read is kept.
#[derive(Default)]
pub(super) struct Held {
    pub(super) texts: Texts,
    pub(super) blocks: TextBlocks,
    pub(super) records: Vec<HeldRecord>,
    pub(super) dependencies: Vec<HeldDependency>,
}

impl Held {
    /// Keeps a record; an error says what is wrong with it, in words that follow it.
    pub(super) fn keep(&mut self, subdir: TextId, raw: &RawRecord<'_>) -> Result<(), String> {
        let bytes = raw.value.ok_or("has more than 4 MiB")?;
        let text = std::str::from_utf8(bytes).map_err(|_| "is not text in UTF-8")?;
        let record = JsonText::from_stored(text.into()).map_err(|error| error.to_string())?;
        let key = key_text(raw.key).ok_or("has a key that is no text")?;
        self.keep_text(subdir, raw.section, &key, &record)
    }

    /// Keeps a record in canonical text.
    pub(super) fn keep_text(
        &mut self,
        subdir: TextId,
        section: Section,
        key: &str,
        record: &JsonText,
    ) -> Result<(), String> {
        let members = record.as_slice().members().ok_or("is no object")?;
        let mut said = Said::default();
        for (key, value) in members {
            said.take(key, value);
        }
        let name = text_of(said.name)
            .filter(|name| !name.is_empty())
            .ok_or("has no name")?;
        let version = text_of(said.version).ok_or("has no version")?;
        let first_dependency = self.dependencies.len();
        self.keep_specs(DependencyKind::Depends, "", said.depends);
        self.keep_specs(DependencyKind::Constrains, "", said.constrains);
        for (extra, specs) in said
            .extra_depends
            .and_then(JsonSlice::members)
            .into_iter()
            .flatten()
        {
            self.keep_specs(DependencyKind::ExtraDepends, extra, Some(specs));
        }
        let file_name = match (section, text_of(said.fn_)) {
            (Section::Packages, _) => key.to_owned(),
            // A wheel's own name is not its key.
            (Section::V3(".whl"), Some(file_name)) => file_name.into_owned(),
            (Section::V3(extension), _) => format!("{key}{extension}"),
        };
        let version_order = version_order::parse(&version).map(|version| version_order::sort_key(&version));
        let held = HeldRecord {
            subdir,
            file_name: self.blocks.keep(&file_name),
            name: self.texts.keep(&name),
            version: self.texts.keep(&version),
            version_order: self.texts.keep(&version_order.unwrap_or_default()),
            build: self.keep_text_of(said.build),
            build_number: integer_of(said.build_number),
            license: self.keep_text_of(said.license),
            license_family: self.keep_text_of(said.license_family),
            noarch: match said.noarch.map(JsonSlice::spelling) {
                // As conda wrote it before there were kinds of noarch packages.
                Some("true") => self.texts.keep("true"),
                _ => self.keep_text_of(said.noarch),
            },
            track_features: self.texts.keep(&words_of(said.track_features)),
            size: integer_of(said.size),
            timestamp: milliseconds_of(said.timestamp),
            indexed_timestamp: milliseconds_of(said.indexed_timestamp),
            md5: digest_of(said.md5),
            sha256: digest_of(said.sha256),
            json: self.blocks.keep(record.as_str()),
            dependencies: first_dependency..self.dependencies.len(),
            is_newest: false,
        };
        self.records.push(held);
        Ok(())
    }

    /// How many bytes records' texts have, and what is beside them.
    pub(super) fn record_bytes(&self) -> usize {
        self.blocks.bytes()
    }

    /// Lets go of the records behind the first so many. Texts that others may have too stay.
    pub(super) fn cut(&mut self, records: usize) {
        let Some(first) = self.records.get(records) else {
            return;
        };
        self.dependencies.truncate(first.dependencies.start);
        // Of a record's texts its file name is kept first.
        self.blocks.cut(first.file_name);
        self.records.truncate(records);
    }

    fn keep_text_of(&mut self, value: Option<JsonSlice<'_>>) -> TextId {
        self.texts.keep(text_of(value).as_deref().unwrap_or_default())
    }

    fn keep_specs(&mut self, kind: DependencyKind, extra: &str, specs: Option<JsonSlice<'_>>) {
        for spec in specs.and_then(JsonSlice::items).into_iter().flatten() {
            let Some(spec) = spec.text() else { continue };
            let dependency = HeldDependency {
                kind,
                dependency: self.texts.keep(&named_package(&spec)),
                spec: self.texts.keep(&spec),
                extra: self.texts.keep(extra),
            };
            self.dependencies.push(dependency);
        }
    }
}

/// The members of a record that are held by themselves.
#[derive(Default)]
struct Said<'a> {
    name: Option<JsonSlice<'a>>,
    version: Option<JsonSlice<'a>>,
    build: Option<JsonSlice<'a>>,
    build_number: Option<JsonSlice<'a>>,
    license: Option<JsonSlice<'a>>,
    license_family: Option<JsonSlice<'a>>,
    noarch: Option<JsonSlice<'a>>,
    track_features: Option<JsonSlice<'a>>,
    size: Option<JsonSlice<'a>>,
    timestamp: Option<JsonSlice<'a>>,
    indexed_timestamp: Option<JsonSlice<'a>>,
    md5: Option<JsonSlice<'a>>,
    sha256: Option<JsonSlice<'a>>,
    depends: Option<JsonSlice<'a>>,
    constrains: Option<JsonSlice<'a>>,
    extra_depends: Option<JsonSlice<'a>>,
    fn_: Option<JsonSlice<'a>>,
}

impl<'a> Said<'a> {
    fn take(&mut self, key: &str, value: JsonSlice<'a>) {
        let place = match key {
            "name" => &mut self.name,
            "version" => &mut self.version,
            "build" => &mut self.build,
            "build_number" => &mut self.build_number,
            "license" => &mut self.license,
            "license_family" => &mut self.license_family,
            "noarch" => &mut self.noarch,
            "track_features" => &mut self.track_features,
            "size" => &mut self.size,
            "timestamp" => &mut self.timestamp,
            "indexed_timestamp" => &mut self.indexed_timestamp,
            "md5" => &mut self.md5,
            "sha256" => &mut self.sha256,
            "depends" => &mut self.depends,
            "constrains" => &mut self.constrains,
            "extra_depends" => &mut self.extra_depends,
            "fn" => &mut self.fn_,
            _ => return,
        };
        *place = Some(value);
    }
}

fn key_text(key: &[u8]) -> Option<String> {
    let key = std::str::from_utf8(key).ok()?;
    match key.contains('\\') {
        true => serde_json::from_str(&format!("\"{key}\"")).ok(),
        false => Some(key.to_owned()),
    }
}

fn text_of(value: Option<JsonSlice<'_>>) -> Option<std::borrow::Cow<'_, str>> {
    value.and_then(JsonSlice::text)
}

fn integer_of(value: Option<JsonSlice<'_>>) -> i64 {
    value
        .and_then(|value| value.spelling().parse().ok())
        .unwrap_or_default()
}

fn milliseconds_of(value: Option<JsonSlice<'_>>) -> i64 {
    let time = value.and_then(|value| BuildTime::parse(value.spelling()));
    time.map_or(0, BuildTime::milliseconds)
}

fn digest_of<const N: usize>(value: Option<JsonSlice<'_>>) -> Option<[u8; N]> {
    let mut digest = [0; N];
    let text = text_of(value).filter(|text| text.len() == 2 * N)?;
    base16ct::mixed::decode(text.as_bytes(), &mut digest).ok()?;
    Some(digest)
}

/// Words that are one text or a list of texts.
fn words_of(value: Option<JsonSlice<'_>>) -> String {
    match value.and_then(JsonSlice::items) {
        Some(items) => items.filter_map(JsonSlice::text).collect::<Vec<_>>().join(" "),
        None => text_of(value)
            .map(std::borrow::Cow::into_owned)
            .unwrap_or_default(),
    }
}

/// The name of the package that a match spec is about: what stands before version, brackets and
/// condition, without the channel (CEP 29).
fn named_package(spec: &str) -> String {
    let spec = spec.trim_start();
    let end = spec.find(|character: char| character.is_whitespace() || matches!(character, '[' | ';' | ','));
    let head = &spec[..end.unwrap_or(spec.len())];
    let name = head.rsplit_once("::").map_or(head, |(_, name)| name);
    let end = name.find(['=', '<', '>', '!', '~']);
    name[..end.unwrap_or(name.len())].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("numpy", "numpy")]
    #[case("  NumPy >=1.2,<2", "numpy")]
    #[case("numpy>=1.2", "numpy")]
    #[case("python_abi 3.12.* *_cp312", "python_abi")]
    #[case("conda-forge/linux-64::numpy=1.2=py*", "numpy")]
    #[case("numpy[version='>=1::2']", "numpy")]
    #[case("__glibc; if a", "__glibc")]
    #[case("", "")]
    fn a_spec_is_about_a_package(#[case] spec: &str, #[case] name: &str) {
        assert_eq!(named_package(spec), name);
    }
}
