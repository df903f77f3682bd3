//! Which channel's environments a command is about, and who asks.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde_json::Value;
use towpath_core::channel::{ChannelFolder, KNOWN_SUBDIRS, Subdir};
use towpath_core::environment::ledger::{ChannelFile, Ledger, LedgerError, Stamp};
use towpath_core::environment::{Channel, EnvironmentPath, InvalidName};
use towpath_core::package::ArtifactName;

use crate::config::Config;
use crate::database::DatabaseArgs;
use crate::failure::{Failure, status};
use crate::report;

/// The channel, and how answers are given.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlaceArgs {
    /// The channel: a folder with a subdir for each platform
    #[arg(
        short = 'C',
        long,
        value_name = "DIR",
        default_value = ".",
        env = "TOWPATH_CHANNEL",
        hide_env = true
    )]
    channel: PathBuf,

    /// A URL by which clients find the channel, beside `url` in its towpath.toml; can be repeated
    ///
    /// Packages of these URLs are the channel's own.
    #[arg(long, value_name = "URL")]
    channel_url: Vec<String>,

    /// The URL of the channel's packages, if they are not served beside its documents (CEP 15) [default: that
    /// of its towpath.toml]
    #[arg(long, value_name = "URL", env = "TOWPATH_BASE_URL", hide_env = true)]
    base_url: Option<String>,

    #[command(flatten)]
    database: DatabaseArgs,

    /// Answer in JSON on standard output
    #[arg(long)]
    json: bool,
}

impl PlaceArgs {
    /// The channel's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.channel
    }

    /// Whether machines are to read the answer.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// What the channel's `towpath.toml` says.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        Config::of_channel(&self.channel)
    }

    /// The channel.
    pub(crate) fn open(&self) -> Result<Channel, Failure> {
        // Whoever is in the wrong folder is not to find a database there afterwards.
        if !KNOWN_SUBDIRS
            .iter()
            .any(|subdir| self.channel.join(subdir).is_dir())
        {
            return Err(Failure::usage(format!(
                "{} is no channel: it has no subdir such as noarch (-C DIR names the channel)",
                self.channel.display()
            )));
        }
        let config = self.config()?;
        let urls: Vec<String> = self
            .channel_url
            .iter()
            .cloned()
            .chain(config.channel.url)
            .collect();
        let folder = ChannelFolder::new(self.channel.clone(), None);
        let channel = Channel::open(&self.database.store_kind()?, folder, &urls)?;
        Ok(match self.base_url.clone().or(config.index.base_url) {
            Some(base_url) => channel.with_packages_at(&base_url),
            None => channel,
        })
    }

    /// The channel with its environments.
    pub(crate) fn open_ledger(&self) -> Result<(Channel, Ledger), Failure> {
        let channel = self.open()?;
        let ledger = channel.ledger()?;
        Ok((channel, ledger))
    }

    /// Prints an answer: as JSON, or line by line.
    pub(crate) fn answer(&self, json: &Value, lines: &[String]) -> Result<(), Failure> {
        match self.json {
            true => report::print(&report::shown_json(json))?,
            false => {
                for line in lines {
                    report::print(&report::shown(line))?;
                }
            }
        }
        Ok(())
    }
}

/// Who does something now.
pub(crate) fn stamp() -> Stamp {
    Stamp {
        by: whoami::username().unwrap_or_else(|_| "unknown".to_owned()),
        at: Timestamp::now(),
    }
}

/// `NAMESPACE/NAME` as the value of an argument.
pub(super) fn path(text: &str) -> Result<EnvironmentPath, InvalidName> {
    text.parse()
}

/// A file of the channel: `SUBDIR/FILE`, or the path of one.
pub(crate) fn file_of_channel(channel: &Path, text: &str) -> Result<ChannelFile, Failure> {
    let path = Path::new(text);
    let absolute = path.parent().and_then(|folder| fs_err::canonicalize(folder).ok());
    let within = absolute.and_then(|folder| {
        let root = fs_err::canonicalize(channel).ok()?;
        Some(folder.join(path.file_name()?).strip_prefix(root).ok()?.to_owned())
    });
    let parts = |path: &Path| -> Option<ChannelFile> {
        let parts: Vec<&str> = path.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
        let [subdir, file] = parts[..] else { return None };
        Some(ChannelFile {
            subdir: subdir.parse::<Subdir>().ok()?,
            file: ArtifactName::new(file).ok()?,
        })
    };
    within
        .as_deref()
        .and_then(parts)
        .or_else(|| parts(path))
        .ok_or_else(|| {
            Failure::usage(format!(
                "{text:?} is no package of {}: name it SUBDIR/FILE, such as noarch/lock-1.0-0.conda",
                channel.display()
            ))
        })
}

/// The failure of a ledger; where packages are missing, with what makes light of it.
pub(super) fn is_missing(error: LedgerError) -> Failure {
    match error {
        LedgerError::Missing(_) => Failure::failed(error).hinting("--allow-missing does it all the same"),
        other => other.into(),
    }
}

/// The failure of a ledger; that a package is needed has a status of its own.
pub(crate) fn is_needed(error: LedgerError) -> Failure {
    match error {
        LedgerError::Needed(_) => Failure::with_status(error, status::NEEDED),
        other => other.into(),
    }
}
