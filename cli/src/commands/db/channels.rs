//! `towpath db channels`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::channel::ChannelPrefix;
use towpath_core::provision::{self, Changed, StoredChannel, StoredSubdir};
use towpath_core::store::postgres::{ConnectionSettings, Retry};

use crate::database::ServerArgs;
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath db channels
      List the channels: prefix, name, since when, and the artifacts of each subdir.
  towpath db channels --rename 16a0fec8d6af4c84 main --channel /srv/channels/main
      Give a channel a prefix that says something, in the database and in the channel's folder.
  towpath db channels --remove 16a0fec8d6af4c84 --yes
      Forget a channel.";

/// List the channels of a PostgreSQL database, rename or remove one
///
/// A channel's rows begin with its prefix, which lies in its folder as `.cache/cache.json`. Channels
/// without a name were written by conda-index alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ChannelsArgs {
    #[command(flatten)]
    server: ServerArgs,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Give the channel with the first prefix the second one
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["remove", "json"])]
    rename: Vec<String>,

    /// The folder of the channel that is renamed, to write the new prefix there too
    #[arg(long, value_name = "DIR", requires = "rename")]
    channel: Option<PathBuf>,

    /// Remove all rows of the channel with this prefix; its files stay
    #[arg(long, value_name = "PREFIX", conflicts_with = "json")]
    remove: Option<String>,

    /// Remove it indeed, instead of counting what would go
    #[arg(long, requires = "remove")]
    yes: bool,
}

pub(crate) fn run(args: &ChannelsArgs) -> Result<ExitCode, Failure> {
    let settings = args.server.settings()?;
    let retry = Retry::default();
    if let [old, new] = args.rename.as_slice() {
        return rename(&settings, args, &prefix(old)?, &prefix(new)?);
    }
    if let Some(removed) = &args.remove {
        return remove(&settings, &prefix(removed)?, args.yes);
    }
    let channels = provision::stored_channels(&settings, &retry)?;
    if args.json {
        report::print(&as_json(&settings, &channels).to_string())?;
    } else {
        for line in lines(&channels) {
            report::print(&line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn prefix(text: &str) -> Result<ChannelPrefix, Failure> {
    ChannelPrefix::new(text).map_err(Failure::usage)
}

fn rename(
    settings: &ConnectionSettings,
    args: &ChannelsArgs,
    old: &ChannelPrefix,
    new: &ChannelPrefix,
) -> Result<ExitCode, Failure> {
    if let Some(root) = &args.channel {
        let found = ChannelPrefix::of_channel(root)?;
        if found.as_ref() != Some(old) {
            let found = found.map_or("no prefix".to_owned(), |found| format!("the prefix {found}"));
            return Err(Failure::failed(format!(
                "the channel in {} has {found}, not {old}; nothing was renamed",
                root.display()
            )));
        }
    }
    let changed = provision::rename_channel(settings, old, new, &Retry::default())?;
    report::say(&format!("renamed {old} to {new}: {}", counted(&changed)));
    match &args.channel {
        None => report::warn(&format!(
            "write {{\"channel_id\": \"{new}\"}} to .cache/cache.json in the channel's folder before it is indexed \
             again: until then it is {old}, and all packages would be read anew"
        )),
        Some(root) => new.replace_in(root).map_err(|error| {
            Failure::failed(format!(
                "the rows have the new prefix, and the channel's folder has not: {error}; write \
                 {{\"channel_id\": \"{new}\"}} there"
            ))
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn remove(settings: &ConnectionSettings, prefix: &ChannelPrefix, yes: bool) -> Result<ExitCode, Failure> {
    if !yes {
        let rows = provision::rows_of_channel(settings, prefix, &Retry::default())?;
        return Err(Failure::usage(format!(
            "{prefix} has {}; --yes removes them, nothing was removed",
            counted(&rows)
        )));
    }
    let changed = provision::remove_channel(settings, prefix, &Retry::default())?;
    report::say(&format!("removed {prefix}: {}", counted(&changed)));
    Ok(ExitCode::SUCCESS)
}

fn counted(changed: &Changed) -> String {
    match changed.total() {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}

fn lines(channels: &BTreeMap<String, StoredChannel>) -> Vec<String> {
    let width = channels.keys().map(String::len).max().unwrap_or_default();
    let mut lines = Vec::new();
    for (prefix, channel) in channels {
        let known = match &channel.registered {
            Some(registered) => format!(
                "{}, first indexed {}",
                report::shown(&registered.name),
                registered.first_indexed
            ),
            None => "written by conda-index alone".to_owned(),
        };
        lines.push(format!("{:width$}  {known}", report::shown(prefix)));
        for (name, subdir) in &channel.subdirs {
            lines.push(format!(
                "{:width$}  {}: {}",
                "",
                report::shown(name),
                artifacts(subdir)
            ));
        }
    }
    lines
}

/// How many artifacts there are; other stages are told if they are not of every channel.
fn artifacts(subdir: &StoredSubdir) -> String {
    let of = |stage| subdir.stages.get(stage).copied().unwrap_or_default();
    let mut text = match of("fs") {
        1 => "1 artifact".to_owned(),
        count => format!("{count} artifacts"),
    };
    if of("indexed") != of("fs") {
        text.push_str(&format!(", {} read", of("indexed")));
    }
    for (stage, count) in &subdir.stages {
        if stage != "fs" && stage != "indexed" {
            text.push_str(&format!(", {count} in stage {}", report::shown(stage)));
        }
    }
    text
}

fn as_json(settings: &ConnectionSettings, channels: &BTreeMap<String, StoredChannel>) -> Value {
    let channels = channels.iter().map(|(prefix, channel)| {
        let registered = channel.registered.as_ref();
        json!({
            "prefix": prefix,
            "name": registered.map(|registered| &registered.name),
            "first_indexed": registered.map(|registered| &registered.first_indexed),
            "subdirs": channel.subdirs.iter().map(|(name, subdir)| (name.clone(), json!({
                "artifacts": subdir.stages.get("fs").copied().unwrap_or_default(),
                "stages": subdir.stages,
            }))).collect::<BTreeMap<_, _>>(),
        })
    });
    json!({ "database": settings.to_string(), "channels": channels.collect::<Vec<_>>() })
}
