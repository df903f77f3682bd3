//! `pixi.lock`, versions 4 to 7: environments of several platforms over one list of packages.
//!
//! There is no specification of it; this follows the files that rattler's `rattler_lock` reads and
//! writes. Up to version 5, the list says `kind: conda` and `url`, later `conda: URL`. From version 7
//! on, packages that are built from source are `conda_source`, and platforms may have names of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::shown;
use super::lock_builder::{LockBuilder, channel_urls, digest};
use super::shape::{self, list, mapping, parsed, top_level};
use super::{Document, DocumentKind, FormatError, left_out, package_url};
use crate::channel::Subdir;
use crate::environment::{Lock, LockedPackage};

/// The environment that is meant if none is named.
const DEFAULT: &str = "default";

/// A package of the list, as far as it matters here. All scalars are text.
#[derive(Deserialize)]
struct Entry {
    /// Since version 6.
    conda: Option<String>,
    /// Up to version 5: `conda` or `pypi`.
    kind: Option<String>,
    url: Option<String>,
    sha256: Option<String>,
    md5: Option<String>,
    size: Option<String>,
}

/// How an environment names a package of the list.
#[derive(Deserialize)]
struct Selector {
    conda: Option<String>,
    conda_source: Option<String>,
    pypi: Option<String>,
}

#[derive(Deserialize)]
struct Channel {
    url: String,
}

#[derive(Deserialize)]
struct PlatformEntry {
    name: String,
    subdir: Option<String>,
}

/// Packages of an environment that no lock can hold.
#[derive(Default)]
struct LeftOut {
    pypi: BTreeSet<String>,
    source: BTreeSet<String>,
}

/// Reads the environment that is asked for, or `default`: a lock for each of its platforms.
pub(super) fn read(document: Value, asked: Option<&str>) -> Result<Document, FormatError> {
    let members = top_level(document)?;
    let version = match members.get("version") {
        Some(Value::String(version)) => version.as_str(),
        _ => "",
    };
    if !matches!(version, "4" | "5" | "6" | "7") {
        let what = format!(
            "{} is not read: 4 to 7 are; \"pixi lock\" writes the file anew",
            shown(version)
        );
        return Err(FormatError::member("version", what));
    }
    let no_environments = Map::new();
    let environments = match members.get("environments") {
        Some(value) => mapping("environments", value)?,
        None => &no_environments,
    };
    let name = asked.unwrap_or(DEFAULT);
    let Some(environment) = environments.get(name) else {
        return Err(FormatError::NoEnvironment {
            asked: name.to_owned(),
            known: environments.keys().cloned().collect(),
        });
    };
    let packages = packages(list("packages", members.get("packages"))?)?;
    let subdirs = subdirs(list("platforms", members.get("platforms"))?)?;
    let mut warnings = Vec::new();
    let mut left_out_packages = LeftOut::default();
    let member = format!("environments.{name}");
    let environment = mapping(&member, environment)?;
    let locks = locks(
        &member,
        environment,
        &packages,
        &subdirs,
        &mut left_out_packages,
        &mut warnings,
    )?;
    let LeftOut { pypi, source } = left_out_packages;
    for (which, kind) in [(&pypi, "for pip"), (&source, "from source or a local path")] {
        if !which.is_empty() {
            warnings.push(left_out(which.len(), kind));
        }
    }
    if asked.is_none() && environments.len() > 1 {
        let others = environments.keys().filter(|other| *other != name);
        let others: Vec<_> = others.map(String::as_str).collect();
        warnings.push(format!(
            "only the environment {name} is read; there are also {}",
            others.join(", ")
        ));
    }
    let others = pypi.into_iter().chain(source).collect();
    Ok(Document::locked(DocumentKind::PixiLock, locks, &others, warnings))
}

fn locks(
    member: &str,
    environment: &Map<String, Value>,
    packages: &BTreeMap<String, LockedPackage>,
    subdirs: &BTreeMap<String, Subdir>,
    left_out: &mut LeftOut,
    warnings: &mut Vec<String>,
) -> Result<Vec<Lock>, FormatError> {
    let mut builders: BTreeMap<Subdir, (String, LockBuilder)> = BTreeMap::new();
    let no_packages = Map::new();
    let by_platform = match environment.get("packages") {
        Some(value) => mapping(&format!("{member}.packages"), value)?,
        None => &no_packages,
    };
    let mut by_platform: Vec<_> = by_platform.iter().collect();
    // The platform that is called as its subdir goes before those with names of their own.
    by_platform.sort_by_key(|(platform, _)| {
        subdirs
            .get(*platform)
            .is_some_and(|subdir| subdir.as_str() != *platform)
    });
    for (platform, selectors) in by_platform {
        let member = format!("{member}.packages.{platform}");
        let subdir = match subdirs.get(platform) {
            Some(subdir) => subdir.clone(),
            None => shape::platform(platform).map_err(|what| FormatError::member(&member, what))?,
        };
        let lock = lock(
            &member,
            subdir.clone(),
            list(&member, Some(selectors))?,
            packages,
            left_out,
        )?;
        if let Some((first, _)) = builders.get(&subdir) {
            warnings.push(format!(
                "{platform} is left out: it is of {subdir}, as {first} is, and one lock is read for each subdir"
            ));
            continue;
        }
        builders.insert(subdir, (platform.clone(), lock));
    }
    let mut named = Vec::new();
    let channels = format!("{member}.channels");
    for (place, value) in list(&channels, environment.get("channels"))?.iter().enumerate() {
        let channel: Channel = parsed(&format!("{channels}[{place}]"), value)?;
        named.push(channel.url);
    }
    let all: Vec<_> = builders.values().flat_map(|(_, lock)| lock.packages()).collect();
    let urls = channel_urls(&named, &all, warnings).map_err(|what| FormatError::member(channels, what))?;
    let locks = builders.into_values().map(|(_, lock)| lock.finish(urls.clone()));
    Ok(locks.collect())
}

/// The packages of an environment on one platform.
fn lock(
    member: &str,
    subdir: Subdir,
    selectors: &[Value],
    packages: &BTreeMap<String, LockedPackage>,
    left_out: &mut LeftOut,
) -> Result<LockBuilder, FormatError> {
    let platform = subdir.to_string();
    let mut lock = LockBuilder::new(subdir);
    for (place, value) in selectors.iter().enumerate() {
        let member = format!("{member}[{place}]");
        let selector: Selector = parsed(&member, value)?;
        let described = |what: &str| format!("{platform} {}", package_url::without_credentials(what));
        match selector {
            Selector { conda: Some(url), .. } if is_file(&url) => {
                let package = packages.get(&url).ok_or_else(|| {
                    FormatError::member(&member, format!("{} is not among packages", shown(&url)))
                })?;
                lock.add(package.clone())
                    .map_err(|what| FormatError::member(&member, what))?;
            }
            Selector {
                conda: Some(path), ..
            }
            | Selector {
                conda_source: Some(path),
                ..
            } => {
                left_out.source.insert(described(&path));
            }
            Selector { pypi: Some(url), .. } => {
                left_out.pypi.insert(described(&url));
            }
            Selector { .. } => {
                let what = "names no package: it has neither conda, conda_source nor pypi";
                return Err(FormatError::member(member, what));
            }
        }
    }
    Ok(lock)
}

/// Whether it is a package that was built: a source is a folder or a repository.
fn is_file(location: &str) -> bool {
    location.contains("://") && (location.ends_with(".conda") || location.ends_with(".tar.bz2"))
}

/// The packages of conda channels, by URL as it is written. Of those that are there twice (with other
/// metadata), the first that tells its SHA-256.
fn packages(list: &[Value]) -> Result<BTreeMap<String, LockedPackage>, FormatError> {
    let mut packages: BTreeMap<String, LockedPackage> = BTreeMap::new();
    for (place, value) in list.iter().enumerate() {
        let member = format!("packages[{place}]");
        let entry: Entry = parsed(&member, value)?;
        let url = match (&entry.conda, &entry.url) {
            (Some(url), _) => url,
            (None, Some(url)) if entry.kind.as_deref() == Some("conda") => url,
            _ => continue,
        };
        if !is_file(url) {
            continue;
        }
        let package = package(url, &entry).map_err(|what| FormatError::member(&member, what))?;
        let known = packages.entry(url.clone()).or_insert_with(|| package.clone());
        if known.sha256.is_none() {
            *known = package;
        }
    }
    Ok(packages)
}

fn package(url: &str, entry: &Entry) -> Result<LockedPackage, String> {
    let mut package = package_url::package(url)?;
    let sha256 = entry.sha256.as_deref().map(|hex| digest("SHA-256", hex));
    package.sha256 = sha256.transpose()?;
    package.md5 = entry.md5.as_deref().map(|hex| digest("MD5", hex)).transpose()?;
    let wrong = |text: &String| format!("its size {} is no number of bytes", shown(text));
    let size = entry
        .size
        .as_ref()
        .map(|text| text.parse().map_err(|_| wrong(text)));
    package.size = size.transpose()?;
    Ok(package)
}

/// The subdirs of platforms that have names of their own (version 7).
fn subdirs(platforms: &[Value]) -> Result<BTreeMap<String, Subdir>, FormatError> {
    let mut subdirs = BTreeMap::new();
    for (place, value) in platforms.iter().enumerate() {
        let member = format!("platforms[{place}]");
        let platform: PlatformEntry = parsed(&member, value)?;
        let subdir = platform.subdir.as_ref().unwrap_or(&platform.name);
        let subdir = shape::platform(subdir).map_err(|what| FormatError::member(&member, what))?;
        if subdirs.insert(platform.name, subdir).is_some() {
            return Err(FormatError::member(member, "has the name of one before it"));
        }
    }
    Ok(subdirs)
}
