//! Says, before the upload, what of a channel's folder would break on a host that serves files as
//! they are.
//!
//! The folder is walked once; of what lies in it only the names and sizes of packages are kept. The
//! documents of a subdir are read as a stream, to compare them with its packages.

mod asset_name;
mod channel;
mod compare;
mod finding;
mod github_pages;
mod github_releases;
mod index_document;
mod s3;
mod shell;
#[cfg(test)]
mod tests;
mod walk;

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

pub use self::finding::{HostingFinding, HostingReport};

use self::channel::PublishedChannel;
use self::finding::Findings;

/// Where a channel is to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// GitHub Pages: pages, documents and packages.
    GithubPages,
    /// The assets of GitHub's releases, to which the `base_url` of documents points (CEP 15):
    /// packages alone.
    GithubReleases,
    /// Amazon S3 and what speaks its language: pages, documents and packages.
    S3,
}

/// A name that no host has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no host {0:?}: the hosts are github-pages, github-releases and s3")]
pub struct UnknownHost(String);

impl Host {
    /// All hosts.
    pub const ALL: [Self; 3] = [Self::GithubPages, Self::GithubReleases, Self::S3];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GithubPages => "github-pages",
            Self::GithubReleases => "github-releases",
            Self::S3 => "s3",
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Host {
    type Err = UnknownHost;

    fn from_str(name: &str) -> Result<Self, UnknownHost> {
        let found = Self::ALL.into_iter().find(|host| host.as_str() == name);
        found.ok_or_else(|| UnknownHost(name.to_owned()))
    }
}

/// Says what of `folder` would break on `host`, or is good to know before it is uploaded there.
/// Nothing is changed and nobody is asked.
///
/// # Errors
///
/// When a folder cannot be listed or a file not be read. A document that makes no sense is a
/// finding.
pub fn check(host: Host, folder: &Path) -> io::Result<HostingReport> {
    let mut findings = Findings::default();
    let mut channel = PublishedChannel::default();
    walk::walk(folder, &mut |entry| {
        match host {
            Host::GithubPages => github_pages::look_at(&entry, &mut findings),
            Host::GithubReleases => {}
            Host::S3 => s3::look_at(&entry, &mut findings),
        }
        channel.add(folder, &entry, &mut findings)
    })?;
    let (files, bytes) = (channel.files, channel.bytes);
    compare::expect_channel(&channel, &mut findings);
    let advice = match host {
        Host::GithubPages => {
            github_pages::look_at_all(&channel, &mut findings);
            compare::with_packages(folder, channel, &mut findings)?;
            Vec::new()
        }
        Host::GithubReleases => github_releases::look_at_all(folder, channel, &mut findings)?,
        Host::S3 => {
            s3::look_at_all(&channel, &mut findings);
            compare::with_packages(folder, channel, &mut findings)?;
            s3::advice(folder)
        }
    };
    Ok(findings.into_report(host, files, bytes, advice))
}
