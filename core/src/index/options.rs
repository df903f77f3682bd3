//! What an index run is asked to do.

use std::io;
use std::num::NonZeroUsize;

use jiff::{SignedDuration, Timestamp};

use super::StoreKind;
use crate::channel::{ChannelFolder, ChannelRelations, OnBusy, Subdir, SubdirFolder};
use crate::json::Layout;
use crate::package::Limits;
use crate::policy::Policy;
use crate::publish::{ShardPlacement, ZstdLevel};
use crate::repodata::patch::PatchSource;
use crate::repodata::{CurrentVersions, DocumentOptions};
use crate::site::RootDocument;
use crate::store::{MissingArtifacts, Stage};
use crate::verify::VerifyOptions;

/// What an index run is asked to do.
#[derive(Clone, Debug)]
pub struct IndexOptions {
    /// The channel's folder and where its documents go.
    pub channel: ChannelFolder,
    /// What the channel is called, and where it is found.
    pub identity: ChannelIdentity,
    /// Which subdirs.
    pub subdirs: SubdirSelection,
    /// Where what was read is kept.
    pub store: StoreKind,
    /// Whether the folder is listed.
    pub scan: Scan,
    /// The stage that says which artifacts are part of the channel, [`Stage::FS`] as a rule.
    pub upstream: Stage,
    /// Further stages whose artifacts are part of the channel, if their records are known.
    pub include_stages: Vec<Stage>,
    /// Whether artifacts that look unchanged are hashed and compared.
    pub verify_digests: bool,
    /// The rules that new and changed packages are held to, if any: those that break one at the
    /// severity of an error are left out. Costs the reading of their payload.
    pub verify: Option<VerifyOptions>,
    /// What is done about records that break rules.
    pub policy: Policy,
    /// Where patch instructions come from.
    pub patches: PatchSource,
    /// Which documents are written, and how.
    pub documents: DocumentSelection,
    /// What to do about subdirs that another process is at work on.
    pub on_busy: OnBusy,
    /// How many threads read and write.
    pub threads: NonZeroUsize,
    /// What a package may make the reader do.
    pub limits: Limits,
    /// The time of the run.
    pub now: Timestamp,
}

/// What a channel is called, and where it is found. Pages and feeds say it.
#[derive(Clone, Debug)]
pub struct ChannelIdentity {
    /// The name.
    pub name: String,
    /// The URL that clients are given, if known.
    pub url: Option<String>,
    /// The URL of the channel's website, if it has one.
    pub site_url: Option<String>,
}

/// Which subdirs are indexed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SubdirSelection {
    /// Those that conda knows and the channel has, and `noarch`.
    #[default]
    Detected,
    /// Exactly these. `noarch` is made if it is missing, because a channel without it is none
    /// (CEP 26), but is not indexed unless it is among them.
    Named(Vec<Subdir>),
}

/// Whether the channel's folder is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// Documents are built from the store alone: nothing is listed, nothing is read.
    No,
    /// The folder is listed.
    Yes(MissingArtifacts),
}

/// Which documents are written, and how.
#[derive(Clone, Debug)]
pub struct DocumentSelection {
    /// `repodata.json`, `repodata_from_packages.json` and what goes with them.
    pub monolithic: bool,
    /// `current_repodata.json`, and the versions that it holds beside the newest. It goes with
    /// `repodata.json`.
    pub current_repodata: Option<CurrentVersions>,
    /// `run_exports.json`.
    pub run_exports: bool,
    /// `channeldata.json`, and the channel's page where there are listing pages.
    pub channeldata: bool,
    /// `rss.xml` and `atom.xml`, where there is `channeldata.json`.
    pub feeds: bool,
    /// `index.html` in each subdir.
    pub listing: Option<ListingPages>,
    /// Whether a website is kept in the same folder: pages and feeds are left to it then, neither
    /// written nor removed ([`is_website`](crate::website::is_website)).
    pub website: bool,
    /// Sharded repodata, and where the shards go.
    pub shards: Option<ShardPlacement>,
    /// How long shards stay that no index names any more.
    pub shard_grace: SignedDuration,
    /// `.bz2` siblings of the JSON documents.
    pub bz2: bool,
    /// `.zst` siblings of the JSON documents.
    pub zst: Option<ZstdLevel>,
    /// How JSON is laid out.
    pub layout: Layout,
    /// Where the packages are served from, if not beside the documents.
    pub base_url: Option<String>,
    /// The channel's relations to others.
    pub relations: ChannelRelations,
    /// Whether records say when they became part of the channel.
    pub indexed_timestamp: bool,
    /// Whether records that need it are published under `v3` (CEP 48).
    pub repodata_next: bool,
}

/// What listing pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingPages {
    /// Files.
    Plain,
    /// Files, and what packages depend on.
    WithDependencies,
}

impl DocumentSelection {
    /// What is written in the channel's root, where pages find it.
    pub(super) fn root_documents(&self) -> Vec<RootDocument> {
        let feeds = self.feeds && !self.website;
        let wanted = [
            (self.listing.is_some() && !self.website, RootDocument::Page),
            (true, RootDocument::ChannelData),
            (feeds, RootDocument::Rss),
            (feeds, RootDocument::Atom),
        ];
        wanted
            .into_iter()
            .filter(|(is_wanted, _)| self.channeldata && *is_wanted)
            .map(|(_, document)| document)
            .collect()
    }
}

impl IndexOptions {
    /// The folders of the subdirs that are indexed, sorted. Makes what is missing.
    pub(super) fn subdir_folders(&self) -> io::Result<Vec<SubdirFolder>> {
        // An error that names the channel, before anything is made.
        fs_err::read_dir(self.channel.root())?;
        let mut subdirs = match &self.subdirs {
            SubdirSelection::Detected => self.channel.detect_subdirs()?,
            SubdirSelection::Named(subdirs) => subdirs.clone(),
        };
        subdirs.sort_unstable();
        subdirs.dedup();
        fs_err::create_dir_all(self.channel.subdir(&Subdir::noarch()).packages)?;
        Ok(subdirs.iter().map(|subdir| self.channel.subdir(subdir)).collect())
    }

    /// What the documents of a subdir have in common.
    pub fn document_options(&self, subdir: &Subdir) -> DocumentOptions {
        let mut stages = vec![self.upstream.clone()];
        stages.extend(
            self.include_stages
                .iter()
                .filter(|stage| **stage != self.upstream)
                .cloned(),
        );
        DocumentOptions {
            subdir: subdir.clone(),
            stages,
            layout: self.documents.layout,
            base_url: self.documents.base_url.clone(),
            relations: self.documents.relations.clone(),
            indexed_timestamp: self.documents.indexed_timestamp,
            repodata_next: self.documents.repodata_next,
        }
    }
}
