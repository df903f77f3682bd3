//! A document that was read: what it is, what it says, and what tells it from others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::channel::Subdir;
use crate::environment::Lock;
use crate::json::JsonText;

/// The kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// `environment.yml` (CEP 24).
    EnvironmentYml,
    /// A `MatchSpec` on every line (CEP 23).
    MatchSpecs,
    /// `@EXPLICIT`, and the URL of a package on every line (CEP 23).
    Explicit,
    /// `conda-lock.yml` (CEP 37).
    CondaLock,
    /// `pixi.lock`, versions 4 to 7.
    PixiLock,
}

/// A name that no kind of document has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "{0:?} is no kind of document: there are environment.yml, matchspecs, explicit, conda-lock and pixi-lock"
)]
pub struct UnknownDocumentKind(pub String);

impl DocumentKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::EnvironmentYml,
        Self::MatchSpecs,
        Self::Explicit,
        Self::CondaLock,
        Self::PixiLock,
    ];

    /// The name of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnvironmentYml => "environment.yml",
            Self::MatchSpecs => "matchspecs",
            Self::Explicit => "explicit",
            Self::CondaLock => "conda-lock",
            Self::PixiLock => "pixi-lock",
        }
    }
}

impl FromStr for DocumentKind {
    type Err = UnknownDocumentKind;

    fn from_str(name: &str) -> Result<Self, UnknownDocumentKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| UnknownDocumentKind(name.to_owned()))
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// What it says.
    pub content: Content,
    /// What it says as JSON, the same for all documents of the kind that say the same.
    pub canonical: Value,
    /// What was left out of it, or looks like a mistake; each a sentence for its author.
    pub warnings: Vec<String>,
}

/// What a document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What is wanted.
    Requested(Request),
    /// What was solved: one lock for each platform.
    Locked(Vec<Lock>),
}

/// Whether the channels that a client is configured with come after those of the document (CEP 24).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultChannels {
    /// They do.
    #[default]
    Appended,
    /// The document has `nodefaults`.
    LeftOut,
}

/// What somebody wants to have in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What it is to be called.
    pub name: Option<String>,
    /// The channels in order of priority, without `nodefaults`: names, URLs or paths.
    pub channels: Vec<String>,
    /// Whether others come after them.
    pub default_channels: DefaultChannels,
    /// The platforms to solve for; none if the document leaves this to who solves it.
    pub platforms: Vec<Subdir>,
    /// The `MatchSpec`s that are asked for on every platform.
    pub specs: Vec<String>,
    /// Those that selectors keep for some platforms only.
    pub selected_specs: Vec<Selected>,
    /// What pip is to install, on every platform.
    pub pip: Vec<String>,
    /// What pip is to install on some platforms only.
    pub selected_pip: Vec<Selected>,
    /// Environment variables to set.
    pub variables: BTreeMap<String, String>,
    /// The group that the dependencies are of.
    pub category: Option<String>,
}

/// A line of a document that a selector keeps for some platforms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selected {
    /// The line.
    pub text: String,
    /// The platforms, of those that conda knows.
    pub platforms: BTreeSet<Subdir>,
}

impl Request {
    /// The specs that are asked for on a platform. What a selector keeps is never asked for on a
    /// platform that is not among [`KNOWN_SUBDIRS`](crate::channel::KNOWN_SUBDIRS).
    pub fn specs_for(&self, platform: &Subdir) -> Vec<&str> {
        on(platform, &self.specs, &self.selected_specs)
    }

    /// What pip is to install on a platform, as [`specs_for`](Self::specs_for).
    pub fn pip_for(&self, platform: &Subdir) -> Vec<&str> {
        on(platform, &self.pip, &self.selected_pip)
    }

    /// The request as JSON. What has no order is sorted: all but the channels, and what is for pip,
    /// whose options have an order.
    fn canonical(&self, kind: DocumentKind) -> Value {
        let mut platforms: Vec<_> = self.platforms.iter().map(Subdir::as_str).collect();
        platforms.sort_unstable();
        let sorted: BTreeSet<_> = self.specs.iter().collect();
        let selected: BTreeSet<_> = self.selected_specs.iter().collect();
        json!({
            "kind": kind.as_str(),
            "name": self.name,
            "channels": self.channels,
            "nodefaults": self.default_channels == DefaultChannels::LeftOut,
            "platforms": platforms,
            "specs": sorted,
            "selected_specs": selected.iter().map(|spec| spec.canonical()).collect::<Vec<_>>(),
            "pip": self.pip,
            "selected_pip": self.selected_pip.iter().map(Selected::canonical).collect::<Vec<_>>(),
            "variables": self.variables,
            "category": self.category,
        })
    }
}

impl Selected {
    fn canonical(&self) -> Value {
        let platforms: Vec<_> = self.platforms.iter().map(Subdir::as_str).collect();
        json!({ "text": self.text, "platforms": platforms })
    }
}

fn on<'a>(platform: &Subdir, always: &'a [String], selected: &'a [Selected]) -> Vec<&'a str> {
    let selected = selected.iter().filter(|line| line.platforms.contains(platform));
    let selected = selected.map(|line| line.text.as_str());
    always.iter().map(String::as_str).chain(selected).collect()
}

impl Document {
    /// The SHA-256 of the canonical JSON, in lower case hexadecimal digits.
    ///
    /// Documents of one kind that say the same have the same: comments, white space, the order of
    /// keys and of what has no order do not matter. The order of channels does.
    pub fn sha256(&self) -> String {
        let canonical = JsonText::from_value(&self.canonical);
        base16ct::lower::encode_string(&Sha256::digest(canonical.as_str().as_bytes()))
    }

    pub(super) fn requested(kind: DocumentKind, request: Request, warnings: Vec<String>) -> Self {
        Self {
            kind,
            canonical: request.canonical(kind),
            content: Content::Requested(request),
            warnings,
        }
    }

    /// `left_out` are the packages that no lock can hold. They are part of what the document says.
    pub(super) fn locked(
        kind: DocumentKind,
        locks: Vec<Lock>,
        left_out: &BTreeSet<String>,
        warnings: Vec<String>,
    ) -> Self {
        let mut by_platform: Vec<_> = locks.iter().collect();
        by_platform.sort_by_key(|lock| &lock.platform);
        let canonical = json!({
            "kind": kind.as_str(),
            "locks": by_platform.into_iter().map(canonical_lock).collect::<Vec<_>>(),
            "others": left_out,
        });
        Self {
            kind,
            canonical,
            content: Content::Locked(locks),
            warnings,
        }
    }
}

/// A lock as JSON, its packages sorted.
pub(super) fn canonical_lock(lock: &Lock) -> Value {
    let mut packages: Vec<_> = lock.packages.iter().collect();
    packages.sort_unstable();
    let packages: Vec<_> = packages
        .into_iter()
        .map(|package| {
            json!({
                "url": package.url(),
                "sha256": package.sha256.as_ref().map(|digest| base16ct::lower::encode_string(digest)),
                "md5": package.md5.as_ref().map(|digest| base16ct::lower::encode_string(digest)),
            })
        })
        .collect();
    json!({
        "platform": lock.platform.as_str(),
        "channels": lock.channels,
        "packages": packages,
    })
}
