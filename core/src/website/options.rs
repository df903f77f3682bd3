//! What a website is asked to be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::environment::Name;
use crate::index::IndexOptions;
use crate::site::{InspectorFiles, WebsiteLink};

/// What a website is asked to be.
#[derive(Clone, Debug)]
pub struct WebsiteOptions {
    /// The channel, and how it is indexed: the website shows what an index run publishes.
    pub index: IndexOptions,
    /// The folder that the website is written to.
    pub folder: PathBuf,
    /// Where the channel itself is, seen from the website.
    pub channel_files: ChannelFiles,
    /// What the channel's owner says on every page.
    pub identity: WebsiteIdentity,
    /// The path of the website's root on its host, as in `/repo/`. That of the site's URL if nothing else.
    pub url_path: Option<String>,
    /// Templates that are replaced, by name.
    pub templates: Vec<(String, String)>,
    /// Which builds have pages.
    pub build_pages: BuildPages,
    /// How many bytes the pages may have in all, about: [`BuildPages::Auto`] makes fewer.
    pub size_max: u64,
    /// Whether packages are opened for the lists of their files.
    pub file_lists: bool,
    /// What the page is made of on which packages are opened and checked; without it there is none.
    pub inspector: Option<InspectorFiles>,
    /// The environments that have pages.
    pub environments: PublicEnvironments,
    /// What `towpath verify --json` has printed, for the page about the channel's health.
    pub verify_report: Option<PathBuf>,
}

/// What the inspector is asked to be where it is by itself, without a channel.
#[derive(Clone, Debug)]
pub struct InspectorOptions {
    /// The folder that it is written to.
    pub folder: PathBuf,
    /// What it is made of.
    pub files: InspectorFiles,
    /// What stands at the top.
    pub title: Option<String>,
    /// Where people find it; none if nobody has said.
    pub site_url: Option<String>,
    /// Custom properties of the stylesheet, without the two hyphens.
    pub theme: BTreeMap<String, String>,
    /// Templates that are replaced, by name.
    pub templates: Vec<(String, String)>,
}

/// What the channel's owner says on every page.
#[derive(Clone, Debug, Default)]
pub struct WebsiteIdentity {
    /// What stands at the top; the channel's name if nothing else.
    pub title: Option<String>,
    /// What the channel is, in Markdown. Its first line is what search engines show.
    pub description: Option<String>,
    /// An image, to be copied into the website.
    pub logo: Option<PathBuf>,
    /// Links at the top.
    pub links: Vec<WebsiteLink>,
    /// The colour of links, as a hue in degrees; the channel's own if nothing else.
    pub hue: Option<u16>,
    /// Custom properties of the stylesheet, without the two hyphens.
    pub theme: BTreeMap<String, String>,
}

/// Where the channel itself is, seen from the website.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelFiles {
    /// In the website's folder: it is the channel's own.
    Beside,
    /// It is copied into the website's folder.
    Copied {
        /// Whether the packages are, too. Otherwise they are served from elsewhere (CEP 15).
        packages: bool,
    },
    /// Elsewhere: at the channel's URL.
    Elsewhere,
}

/// Which of the environments that are recorded for a channel are shown. Of others nothing is told, not
/// even how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicEnvironments {
    /// Those of these namespaces.
    Of(BTreeSet<Name>),
    /// All.
    All,
}

impl PublicEnvironments {
    /// None of them.
    pub const NONE: Self = Self::Of(BTreeSet::new());

    /// Whether those of a namespace are shown.
    pub fn has(&self, namespace: &Name) -> bool {
        match self {
            Self::Of(namespaces) => namespaces.contains(namespace),
            Self::All => true,
        }
    }
}

impl Default for PublicEnvironments {
    fn default() -> Self {
        Self::NONE
    }
}

/// Which builds have pages of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BuildPages {
    /// All, or those of the highest versions, or none: as many as there is room for.
    #[default]
    Auto,
    /// All.
    All,
    /// Those of the highest version of each package.
    Latest,
    /// None.
    None,
}

impl BuildPages {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::All => "all",
            Self::Latest => "latest",
            Self::None => "none",
        }
    }
}
