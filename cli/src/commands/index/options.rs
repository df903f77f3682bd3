//! What is made of the arguments of `towpath index`, the environment and `towpath.toml`, in this
//! order.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use towpath_core::channel::{ChannelFolder, ChannelRelations, OnBusy, Subdir};
use towpath_core::index::{
    ChannelIdentity, DocumentSelection, IndexOptions, ListingPages, Scan, SetUp, StoreKind, SubdirSelection,
};
use towpath_core::json::Layout;
use towpath_core::package::Limits;
use towpath_core::publish::{ShardPlacement, ZstdLevel};
use towpath_core::repodata::CurrentVersions;
use towpath_core::repodata::patch::PatchSource;
use towpath_core::store::{MissingArtifacts, Stage};
use towpath_core::verify::VerifyOptions;
use towpath_core::website::is_website;

use super::arguments::{Busy, IndexArgs};
use super::policies;
use super::switches::Switch;
use crate::config::Config;
use crate::database::Database;
use crate::failure::Failure;
use crate::span;

/// How long shards stay that no index names: CEP 16 suggests a week.
const SHARD_GRACE: &str = "7 days";

/// More threads than this only wait for each other, and systems refuse to start as many as some
/// people ask for.
const MAX_THREADS: usize = 256;

impl IndexArgs {
    /// What core is asked to do, from the command line, the environment and `towpath.toml` in this
    /// order; and whether packages that are left out are to be no failure.
    pub(super) fn options(&self, now: Timestamp) -> Result<(IndexOptions, bool), Failure> {
        let channel = expand_home(&self.channel);
        let config = Config::of_channel(&channel)?;
        let is_on = |switch| self.switches.is_on(switch, &config.index);
        refuse_conflicts(&is_on)?;
        let output = self
            .output
            .as_ref()
            .or(config.index.output.as_ref())
            .map(|path| expand_home(path));
        let named = if self.subdir.is_empty() {
            config.index.subdir.clone()
        } else {
            Some(self.subdir.clone())
        };
        let missing = if is_on(Switch::UpdateOnly) {
            MissingArtifacts::Stay
        } else {
            MissingArtifacts::Leave
        };
        let stages = if self.include_stage.is_empty() {
            config.index.include_stage.clone()
        } else {
            None
        };
        let stages = stages.unwrap_or_else(|| self.include_stage.clone());
        let folder = ChannelFolder::new(channel, output);
        let website = is_website(folder.output());
        let options = IndexOptions {
            identity: self.identity(folder.root(), &config),
            channel: folder,
            subdirs: named.map_or(Ok(SubdirSelection::Detected), |names| subdirs(&names))?,
            store: self.store()?,
            scan: if is_on(Switch::UpdateCache) {
                Scan::Yes(missing)
            } else {
                Scan::No
            },
            upstream: Stage::named(&self.upstream_stage),
            include_stages: stages.into_iter().map(Stage::named).collect(),
            verify_digests: is_on(Switch::VerifyDigests),
            verify: self.verify(&config, now)?,
            policy: policies::policy(&self.policy, &config.policy)?,
            patches: self.patches(&config),
            documents: self.documents(&config, &is_on, website)?,
            on_busy: match self.on_busy {
                Busy::Wait => OnBusy::Wait,
                Busy::Skip => OnBusy::Skip,
                Busy::Fail => OnBusy::Fail,
            },
            threads: threads(self.threads.or(config.index.threads))?,
            limits: Limits::default(),
            now,
        };
        Ok((options, is_on(Switch::SkipBroken)))
    }

    /// The channel as a run indexes it, for commands that show what it has published.
    pub(crate) fn channel_options(&self) -> Result<IndexOptions, Failure> {
        let (options, _) = self.options(Timestamp::now())?;
        Ok(options)
    }

    /// The rules of `towpath verify` that packages are held to.
    fn verify(&self, config: &Config, now: Timestamp) -> Result<Option<VerifyOptions>, Failure> {
        let Some(codes) = &self.verify else {
            return Ok(None);
        };
        let selection = config.verify.selection(codes)?;
        Ok(Some(VerifyOptions {
            selection,
            now: Some(now.as_millisecond()),
            ..VerifyOptions::default()
        }))
    }

    fn store(&self) -> Result<StoreKind, Failure> {
        let set_up = match (self.auto_upgrade, self.no_ddl) {
            (true, _) => SetUp::Always,
            (false, true) => SetUp::Never,
            (false, false) => SetUp::IfEmpty,
        };
        self.db.lasting().map_or(Ok(StoreKind::Memory), |database| {
            database.store_kind(|| self.server.settings(), set_up)
        })
    }

    fn documents(
        &self,
        config: &Config,
        is_on: &dyn Fn(Switch) -> bool,
        website: bool,
    ) -> Result<DocumentSelection, Failure> {
        let level = match self.zst_level.or(config.index.zst_level) {
            Some(level) => ZstdLevel::new(level).map_err(Failure::usage)?,
            None => ZstdLevel::default(),
        };
        let placement = if is_on(Switch::ShardsInPlace) {
            ShardPlacement::InPlace
        } else {
            ShardPlacement::ShardsFolder
        };
        let grace = self
            .shard_grace
            .as_deref()
            .or(config.index.shard_grace.as_deref())
            .unwrap_or(SHARD_GRACE);
        let relations = ChannelRelations::new(
            self.base_channel.clone().or_else(|| config.channel.base.clone()),
            self.overrides_channel
                .clone()
                .or_else(|| config.channel.overrides.clone()),
        );
        Ok(DocumentSelection {
            monolithic: is_on(Switch::WriteMonolithic),
            current_repodata: is_on(Switch::CurrentRepodata).then_some(self.current_versions(config)?),
            repodata_next: is_on(Switch::RepodataNext),
            run_exports: is_on(Switch::RunExports),
            channeldata: is_on(Switch::Channeldata),
            feeds: is_on(Switch::Rss),
            website,
            listing: match (is_on(Switch::Html), is_on(Switch::HtmlDependencies)) {
                (false, _) => None,
                (true, false) => Some(ListingPages::Plain),
                (true, true) => Some(ListingPages::WithDependencies),
            },
            shards: is_on(Switch::WriteShards).then_some(placement),
            shard_grace: shard_grace(grace)?,
            bz2: is_on(Switch::Bz2),
            zst: is_on(Switch::Zst).then_some(level),
            layout: if is_on(Switch::Compact) {
                Layout::Compact
            } else {
                Layout::Pretty
            },
            base_url: self.base_url.clone().or_else(|| config.index.base_url.clone()),
            relations: relations.map_err(Failure::usage)?,
            // A store that keeps nothing would date every package anew at every run.
            indexed_timestamp: is_on(Switch::IndexedTimestamp) && self.db != Database::Memory,
        })
    }

    fn identity(&self, channel: &Path, config: &Config) -> ChannelIdentity {
        let name = self.channel_name.clone().or_else(|| config.channel.name.clone());
        ChannelIdentity {
            // As conda-index: the folder's name, also where the folder is called `.`; an empty name
            // is none.
            name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| {
                let folder = fs_err::canonicalize(channel).unwrap_or_else(|_| channel.to_owned());
                let name = folder.file_name().unwrap_or_default();
                name.to_string_lossy().into_owned()
            }),
            url: self.channel_url.clone().or_else(|| config.channel.url.clone()),
            site_url: self.site_url.clone().or_else(|| config.channel.site_url.clone()),
        }
    }

    /// The versions to keep. A file that was given is read even if nothing asks for its content,
    /// as conda-index does: a mistake in it should not wait for that.
    fn current_versions(&self, config: &Config) -> Result<CurrentVersions, Failure> {
        let Some(path) = self
            .current_index_versions_file
            .as_ref()
            .or(config.index.current_index_versions_file.as_ref())
        else {
            return Ok(CurrentVersions::default());
        };
        let path = expand_home(path);
        let yaml = fs_err::read_to_string(&path)?;
        CurrentVersions::parse(&yaml).map_err(|why| Failure::usage(format!("{}: {why}", path.display())))
    }

    fn patches(&self, config: &Config) -> PatchSource {
        let Some(path) = self
            .patch_generator
            .as_ref()
            .or(config.index.patch_generator.as_ref())
        else {
            return PatchSource::Channel;
        };
        let path = expand_home(path);
        let name = path.to_string_lossy();
        if name.ends_with(".conda") || name.ends_with(".tar.bz2") {
            PatchSource::Package(path)
        } else {
            PatchSource::Generator {
                script: path,
                python: self.python.clone(),
            }
        }
    }
}

/// conda-index's own conflict, in its words and with its status.
fn refuse_conflicts(is_on: &dyn Fn(Switch) -> bool) -> Result<(), Failure> {
    if is_on(Switch::WriteMonolithic) {
        return Ok(());
    }
    let needing = [
        (Switch::CurrentRepodata, "--current-repodata"),
        (Switch::RunExports, "--run-exports"),
        (Switch::Channeldata, "--channeldata"),
    ];
    let given: Vec<&str> = needing
        .into_iter()
        .filter(|(switch, _)| is_on(*switch))
        .map(|(_, name)| name)
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    let given = given.join(", ");
    Err(Failure::failed(format!(
        "Conflicting arguments: {given} require(s) --write-monolithic (the default setting)."
    )))
}

fn subdirs(names: &[String]) -> Result<SubdirSelection, Failure> {
    let subdirs: Result<Vec<Subdir>, _> = names.iter().map(|name| name.parse()).collect();
    subdirs.map(SubdirSelection::Named).map_err(Failure::usage)
}

fn threads(given: Option<usize>) -> Result<NonZeroUsize, Failure> {
    let Some(threads) = given else {
        return Ok(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    };
    NonZeroUsize::new(threads)
        .filter(|threads| threads.get() <= MAX_THREADS)
        .ok_or_else(|| Failure::usage(format!("--threads takes a number from 1 to {MAX_THREADS}")))
}

fn shard_grace(text: &str) -> Result<SignedDuration, Failure> {
    span::parse(text).ok_or_else(|| {
        Failure::usage(format!(
            "--shard-grace takes a time such as \"7 days\" or \"12 hours\", not {text:?}"
        ))
    })
}

/// A path that begins with `~/` is in the home folder, also where no shell has said so.
fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
