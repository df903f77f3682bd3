//! Reads `conda-lock.yml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::channel::Subdir;
use crate::environment::LockedPackage;
use crate::environment::formats::lock_builder::{LockBuilder, channel_urls, digest};
use crate::environment::formats::shape::{self, list, mapping, parsed, top_level};
use crate::environment::formats::{Document, DocumentKind, FormatError, left_out, package_url};

/// What a lock file may say of itself.
const METADATA: [&str; 8] = [
    "channels",
    "content_hash",
    "custom_metadata",
    "git_metadata",
    "inputs_metadata",
    "platforms",
    "sources",
    "time_metadata",
];

/// A package, as far as it matters here. All scalars are text.
#[derive(Deserialize)]
struct Entry {
    name: String,
    version: Option<String>,
    manager: Manager,
    platform: String,
    url: String,
    #[serde(default)]
    hash: Hash,
    category: Option<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Manager {
    Conda,
    Pip,
}

#[derive(Default, Deserialize)]
struct Hash {
    md5: Option<String>,
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Channel {
    url: String,
}

/// Reads a `conda-lock.yml`: a lock for each of its platforms, in their order.
pub(in crate::environment::formats) fn read(document: Value) -> Result<Document, FormatError> {
    let members = top_level(document)?;
    let mut warnings = Vec::new();
    match members.get("version") {
        None | Some(Value::Null) => {}
        Some(Value::String(version)) if version == "1" => {}
        Some(_) => {
            return Err(FormatError::member(
                "version",
                "is not 1, the only version there is (CEP 37)",
            ));
        }
    }
    let missing = || FormatError::member("metadata", "is missing: it says which platforms there are");
    let metadata = mapping("metadata", members.get("metadata").ok_or_else(missing)?)?;
    for unknown in metadata.keys().filter(|key| !METADATA.contains(&key.as_str())) {
        warnings.push(format!(
            "metadata.{unknown} is ignored: no lock file has it (CEP 37)"
        ));
    }
    let (order, mut locks) = platforms(metadata.get("platforms"))?;
    let mut seen = BTreeSet::new();
    let mut pip = BTreeSet::new();
    for (place, value) in list("package", members.get("package"))?.iter().enumerate() {
        let member = format!("package[{place}]");
        let entry: Entry = parsed(&member, value)?;
        let wrong = |what: String| FormatError::member(&member, what);
        let Some(lock) = locks.get_mut(entry.platform.as_str()) else {
            return Err(wrong(format!(
                "its platform {:?} is not among metadata.platforms",
                entry.platform
            )));
        };
        let category = entry.category.clone().unwrap_or_else(|| "main".to_owned());
        let key = (
            entry.name.clone(),
            entry.manager,
            entry.platform.clone(),
            category,
        );
        if !seen.insert(key) {
            return Err(wrong(format!(
                "{} is there twice for {} in one category (CEP 37)",
                entry.name, entry.platform
            )));
        }
        match entry.manager {
            Manager::Conda => lock.add(package(&entry).map_err(wrong)?).map_err(wrong)?,
            Manager::Pip => {
                let url = package_url::without_credentials(&entry.url);
                let version = entry.version.as_deref().unwrap_or_default();
                pip.insert(format!("{} {}=={version} {url}", entry.platform, entry.name));
            }
        }
    }
    if !pip.is_empty() {
        warnings.push(left_out(pip.len(), "for pip"));
    }
    let mut named = Vec::new();
    for (place, value) in list("metadata.channels", metadata.get("channels"))?
        .iter()
        .enumerate()
    {
        let channel: Channel = parsed(&format!("metadata.channels[{place}]"), value)?;
        named.push(channel.url);
    }
    let packages: Vec<_> = locks.values().flat_map(LockBuilder::packages).collect();
    let channels = channel_urls(&named, &packages, &mut warnings)
        .map_err(|what| FormatError::member("metadata.channels", what))?;
    let locks = order
        .iter()
        .filter_map(|platform| locks.remove(platform.as_str()));
    let locks = locks.map(|lock| lock.finish(channels.clone())).collect();
    Ok(Document::locked(DocumentKind::CondaLock, locks, &pip, warnings))
}

/// The platforms in their order, and an empty lock for each.
fn platforms(value: Option<&Value>) -> Result<(Vec<Subdir>, BTreeMap<String, LockBuilder>), FormatError> {
    if value.is_none() {
        return Err(FormatError::member("metadata.platforms", "is missing (CEP 37)"));
    }
    let mut order = Vec::new();
    let mut locks = BTreeMap::new();
    for (place, value) in list("metadata.platforms", value)?.iter().enumerate() {
        let member = format!("metadata.platforms[{place}]");
        let platform = shape::platform(&shape::text(&member, value)?);
        let platform = platform.map_err(|what| FormatError::member(&member, what))?;
        let lock = LockBuilder::new(platform.clone());
        if locks.insert(platform.to_string(), lock).is_some() {
            return Err(FormatError::member(member, format!("{platform} is there twice")));
        }
        order.push(platform);
    }
    Ok((order, locks))
}

fn package(entry: &Entry) -> Result<LockedPackage, String> {
    let mut package = package_url::package(&entry.url)?;
    let known = |hex: &&String| !hex.is_empty();
    let sha256 = entry.hash.sha256.as_ref().filter(known);
    package.sha256 = sha256.map(|hex| digest("SHA-256", hex)).transpose()?;
    let md5 = entry.hash.md5.as_ref().filter(known);
    package.md5 = md5.map(|hex| digest("MD5", hex)).transpose()?;
    Ok(package)
}
