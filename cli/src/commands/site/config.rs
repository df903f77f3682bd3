//! `[site]` and `[environments]` in `towpath.toml`: what a channel's website is, and what it shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use towpath_core::environment::InvalidName;
use towpath_core::website::PublicEnvironments;

use super::arguments::{Builds, Copied};

/// `[site]`: what a channel's website is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SiteConfig {
    pub(super) title: Option<String>,
    /// What the channel is, in Markdown.
    pub(super) description: Option<String>,
    pub(super) logo: Option<PathBuf>,
    #[serde(default)]
    pub(super) links: Vec<SiteLink>,
    /// The colour of links, as a hue in degrees.
    pub(super) hue: Option<u16>,
    #[serde(default)]
    pub(super) theme: BTreeMap<String, String>,
    pub(super) output: Option<PathBuf>,
    pub(super) templates: Option<PathBuf>,
    pub(super) copy: Option<Copied>,
    pub(super) url_path: Option<String>,
    pub(super) build_pages: Option<Builds>,
    pub(super) max_size: Option<String>,
    pub(super) files: Option<bool>,
    /// Whether packages can be opened and checked in the browser.
    pub(super) inspector: Option<bool>,
}

/// `[environments]`: who may see the environments that are recorded for the channel.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct EnvironmentsConfig {
    public: Option<Public>,
}

/// What everybody may see.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "public in [environments] takes true, false, or a list of namespaces"
)]
enum Public {
    All(bool),
    Namespaces(Vec<String>),
}

impl EnvironmentsConfig {
    /// Those that everybody may see: none unless the file says so.
    pub(super) fn public(&self) -> Result<PublicEnvironments, InvalidName> {
        Ok(match &self.public {
            None | Some(Public::All(false)) => PublicEnvironments::NONE,
            Some(Public::All(true)) => PublicEnvironments::All,
            Some(Public::Namespaces(names)) => {
                let names: Result<BTreeSet<_>, _> = names.iter().map(|name| name.parse()).collect();
                PublicEnvironments::Of(names?)
            }
        })
    }
}

/// A link at the top of every page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteLink {
    pub(super) label: String,
    pub(super) url: String,
}

impl SiteConfig {
    /// The paths that are relative to the channel.
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.logo, &mut self.output, &mut self.templates]
            .into_iter()
            .flatten()
    }

    /// Whether anything else than what the website is called says where it is.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.output.as_deref()
    }
}
