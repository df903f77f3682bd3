//! GitHub Releases as a place for packages: each subdir's `base_url` (CEP 15) is that of one
//! release, whose assets are its packages.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::asset_name;
use super::channel::PublishedChannel;
use super::compare;
use super::finding::{Check, Findings};
use super::index_document;
use super::shell::quoted;
use crate::verify::Severity;

/// How many assets a release can have; enforced since July 2025.
const MOST_ASSETS: usize = 1000;
/// What the file of an asset must be smaller than.
const TOO_LARGE: u64 = 2 << 30;
const DOWNLOADS: &str = "https://github.com/";

const TOO_MANY: Check = Check {
    name: "too-many-assets",
    severity: Severity::Error,
    mend: "a subdir has one base_url and so one release: remove old packages (`towpath remove`), \
           or publish them on a host without this limit, such as S3",
};
const NEARLY_TOO_MANY: Check = Check {
    name: "nearly-too-many-assets",
    severity: Severity::Warning,
    mend: "a subdir cannot go on in a second release: think of another host before this one is full",
};
const ASSET_TOO_LARGE: Check = Check {
    name: "asset-too-large",
    severity: Severity::Error,
    mend: "split the package, or publish it on another host",
};
const RENAMED: Check = Check {
    name: "asset-renamed",
    severity: Severity::Error,
    mend: "build it with a version and a build string of letters, digits, dots, _ and + alone, or publish \
           it on another host",
};
const PLUS: Check = Check {
    name: "plus-in-name",
    severity: Severity::Note,
    mend: "upload it with `gh release upload`, which encodes the +; uploaded as it is, it becomes a dot",
};
const COLLISION: Check = Check {
    name: "asset-collision",
    severity: Severity::Error,
    mend: "give each subdir a release of its own: --base-url https://github.com/OWNER/REPO/releases/download/packages \
           and the tags packages/SUBDIR",
};
const NO_BASE_URL: Check = Check {
    name: "no-base-url",
    severity: Severity::Error,
    mend: "index with --base-url https://github.com/OWNER/REPO/releases/download/packages, and upload the packages \
           to the releases with the tags packages/SUBDIR",
};
const OTHER_BASE_URL: Check = Check {
    name: "other-base-url",
    severity: Severity::Error,
    mend: "index with --base-url https://github.com/OWNER/REPO/releases/download/packages; towpath puts /SUBDIR/ \
           behind it",
};
const NO_CORS: Check = Check {
    name: "no-cors",
    severity: Severity::Note,
    mend: "nothing for conda, mamba and pixi; who inspects a package in a page has to download it first",
};

/// The packages of subdirs that share a release, by file name: their size, and one of the subdirs.
type Assets = BTreeMap<String, (u64, String)>;

/// What there is to say of the channel, and how its packages are uploaded.
pub(super) fn look_at_all(
    folder: &Path,
    channel: PublishedChannel,
    findings: &mut Findings,
) -> io::Result<Vec<String>> {
    findings.add(
        &NO_CORS,
        "pages in a browser cannot fetch assets: GitHub sends no CORS headers with them".to_owned(),
    );
    let mut releases: BTreeMap<String, Assets> = BTreeMap::new();
    let mut advice = Vec::new();
    for (name, subdir) in channel.subdirs {
        let mut assets = subdir.packages;
        let has_packages = !assets.is_empty();
        let document = format!("{name}/repodata.json");
        let mut base_url = None;
        if subdir.repodata.is_some() {
            let read = index_document::read(&folder.join(&document), &mut |package, size| {
                // The file says it better than the document.
                assets.entry(package).or_insert(size.unwrap_or_default());
            })?;
            match read {
                Ok(info) => base_url = expect_base_url(&document, info.base_url, findings),
                Err(error) => compare::bad_repodata(&document, &error, findings),
            }
        }
        let release = base_url.clone().unwrap_or_else(|| name.clone());
        for (package, size) in assets {
            let path = format!("{name}/{package}");
            look_at_asset(&path, &package, size, findings);
            let known = releases.entry(release.clone()).or_default();
            if let Some((_, other)) = known.insert(package, (size, name.clone())) {
                let what = format!("is to be in the same release as {other}'s file of that name");
                findings.add_of(&COLLISION, &path, what);
            }
        }
        if let Some((repository, tag)) = base_url.as_deref().and_then(release_of).filter(|_| has_packages) {
            advice.extend(upload(folder, &name, repository, tag));
        }
    }
    for (release, assets) in &releases {
        count(release, assets.len(), findings);
    }
    Ok(advice)
}

/// The URL, if it is there, be it of a form that is not right.
fn expect_base_url(document: &str, base_url: Option<String>, findings: &mut Findings) -> Option<String> {
    match &base_url {
        None => findings.add_of(
            &NO_BASE_URL,
            document,
            "has no base_url in its info: clients look for the packages beside it",
        ),
        Some(url) if release_of(url).is_none() => {
            let what =
                format!("has the base_url {url}, which is not {DOWNLOADS}OWNER/REPO/releases/download/TAG/");
            findings.add_of(&OTHER_BASE_URL, document, what);
        }
        Some(_) => {}
    }
    base_url
}

/// The repository and the tag of the release that a URL is of. A tag may have slashes in it. CEP 15
/// has file names put directly behind the URL.
fn release_of(url: &str) -> Option<(&str, &str)> {
    let (repository, tag) = url.strip_prefix(DOWNLOADS)?.split_once("/releases/download/")?;
    let (owner, name) = repository.split_once('/')?;
    let tag = tag.strip_suffix('/')?;
    // Also none that ends a word of a shell: the name comes from a document and goes into advice.
    let is_name = |text: &str| {
        let is_odd =
            |letter: char| letter.is_control() || letter.is_whitespace() || "/?#'\"\\".contains(letter);
        !text.is_empty() && !text.contains(is_odd)
    };
    let is_tag = tag.split('/').all(is_name);
    (is_name(owner) && is_name(name) && is_tag).then_some((repository, tag))
}

fn look_at_asset(path: &str, name: &str, size: u64, findings: &mut Findings) {
    if size >= TOO_LARGE {
        let what = format!("has {size} bytes, and an asset must be smaller than 2 GiB ({TOO_LARGE})");
        findings.add_of(&ASSET_TOO_LARGE, path, what);
    }
    let renamed = asset_name::renamed(name);
    if renamed != name {
        let what = format!("becomes {renamed} when it is uploaded, and clients ask for {name}");
        findings.add_of(&RENAMED, path, what);
    } else if name.contains('+') {
        findings.add_of(&PLUS, path, "has a + in its name");
    }
}

fn count(release: &str, assets: usize, findings: &mut Findings) {
    let what = format!("{release}: {assets} packages, and a release can have {MOST_ASSETS} assets");
    if assets > MOST_ASSETS {
        findings.add(&TOO_MANY, what);
    } else if assets > MOST_ASSETS / 5 * 4 {
        findings.add(&NEARLY_TOO_MANY, what);
    }
}

fn upload(folder: &Path, subdir: &str, repository: &str, tag: &str) -> [String; 2] {
    let packages = quoted(&folder.join(subdir));
    [
        format!(
            "gh release create '{tag}' --repo '{repository}' --title '{tag}' --notes 'Packages' --latest=false"
        ),
        format!(
            "find {packages} -maxdepth 1 '(' -name '*.conda' -o -name '*.tar.bz2' ')' -exec gh release upload \
             '{tag}' --repo '{repository}' --clobber '{{}}' +"
        ),
    ]
}
