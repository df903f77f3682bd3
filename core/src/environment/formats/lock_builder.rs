//! A lock while its packages are read: each once, and never with two digests.

use std::collections::BTreeMap;

use super::error::shown;
use super::package_url;
use crate::channel::Subdir;
use crate::environment::{Lock, LockedPackage};

/// A lock whose packages come one after the other.
pub(super) struct LockBuilder {
    platform: Subdir,
    packages: Vec<LockedPackage>,
    /// Where the package with a URL is.
    places: BTreeMap<String, usize>,
}

impl LockBuilder {
    pub(super) fn new(platform: Subdir) -> Self {
        Self {
            platform,
            packages: Vec::new(),
            places: BTreeMap::new(),
        }
    }

    /// Takes a package. One that is there already says what it did not say before.
    ///
    /// # Errors
    ///
    /// When it was there with another digest or size.
    pub(super) fn add(&mut self, package: LockedPackage) -> Result<(), String> {
        let url = package.url();
        let Some(place) = self.places.get(&url) else {
            self.places.insert(url, self.packages.len());
            self.packages.push(package);
            return Ok(());
        };
        let known = &mut self.packages[*place];
        match known.learn(package.sha256, package.md5, package.size) {
            true => Ok(()),
            false => Err(format!(
                "{} is there twice, with different digests or sizes: one file has only one",
                shown(&url)
            )),
        }
    }

    pub(super) fn packages(&self) -> &[LockedPackage] {
        &self.packages
    }

    pub(super) fn finish(self, channels: Vec<String>) -> Lock {
        Lock {
            platform: self.platform,
            channels,
            packages: self.packages,
            elsewhere: BTreeMap::new(),
        }
    }
}

/// The URLs of the channels that a lock file names. What it has as a name is the channel of packages
/// whose URL ends in it; a name that no package is of is left out, and said in `warnings`.
pub(super) fn channel_urls(
    named: &[String],
    packages: &[&LockedPackage],
    warnings: &mut Vec<String>,
) -> Result<Vec<String>, String> {
    let mut urls = Vec::new();
    for named in named {
        let channel = package_url::channel(named)?;
        let url = match channel.contains("://") {
            true => Some(channel),
            false => packages
                .iter()
                .map(|package| &package.channel)
                .find(|url| {
                    url.strip_suffix(&*channel)
                        .is_some_and(|before| before.ends_with('/'))
                })
                .cloned(),
        };
        match url {
            Some(url) if urls.contains(&url) => {}
            Some(url) => urls.push(url),
            None => warnings.push(format!(
                "the channel {} is left out: no package is from it, which would tell its URL",
                shown(named)
            )),
        }
    }
    Ok(urls)
}

/// A digest from its hexadecimal digits.
///
/// # Errors
///
/// When it is not one of `N` bytes.
pub(super) fn digest<const N: usize>(name: &str, hex: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    match base16ct::mixed::decode(hex.trim(), &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        _ => Err(format!(
            "{} is no {name}, which has {} hexadecimal digits",
            shown(hex),
            2 * N
        )),
    }
}
