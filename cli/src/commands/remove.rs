//! `towpath remove`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::channel::{ChannelFolder, Subdir};
use towpath_core::environment::ledger::{LedgerError, Need};
use towpath_core::transfer::{
    FileInChannel, FileState, RemoveOptions, RemovedFile, TransferError, remove_packages,
};

use super::env::{is_needed, stamp};
use crate::database::DatabaseArgs;
use crate::failure::{Failure, status};
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath remove my-channel noarch/lock-1.0-0.conda --delete-file
  towpath index my-channel --no-update-cache
      The package leaves the channel, and then the channel's documents.";

/// Remove packages from a channel
///
/// They are taken out of what the folder held when it was last listed, all of them or none. The
/// channel's documents are as they were until the next `towpath index`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RemoveArgs {
    /// The channel: a folder with a subdir for each platform
    #[arg(value_name = "DIR")]
    channel: PathBuf,

    /// A package: SUBDIR/NAME, a name that only one subdir has, or the path of a file in DIR
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Delete the files too
    #[arg(long)]
    delete_file: bool,

    /// Remove them although current environments or holds need them (`towpath env impact` says what breaks)
    #[arg(long, requires = "reason")]
    force: bool,

    /// Why, which is kept with who and when if somebody needs them
    #[arg(long, value_name = "TEXT", requires = "force")]
    reason: Option<String>,

    #[command(flatten)]
    database: DatabaseArgs,

    /// Say what was done as one JSON object on standard output
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &RemoveArgs) -> Result<ExitCode, Failure> {
    if args
        .reason
        .as_ref()
        .is_some_and(|reason| reason.trim().is_empty())
    {
        return Err(Failure::usage(
            "say why: --reason \"it deletes what it should keep\"",
        ));
    }
    let files: Result<Vec<_>, Failure> = args
        .files
        .iter()
        .map(|file| file_in_channel(&args.channel, file))
        .collect();
    let options = RemoveOptions {
        channel: ChannelFolder::new(args.channel.clone(), None),
        store: args.database.store_kind()?,
        files: files?,
        delete_files: args.delete_file,
        despite: args.reason.clone().filter(|_| args.force),
        stamp: stamp(),
    };
    let removed = match remove_packages(&options) {
        Ok(removed) => removed,
        Err(TransferError::Ledger(error)) => {
            if let (LedgerError::Needed(needs), true) = (&error, args.json) {
                report::print(&needs_as_json(&args.channel, needs).to_string())?;
            }
            return Err(is_needed(error));
        }
        Err(needed @ TransferError::NeededElsewhere { .. }) => {
            return Err(Failure::with_status(needed, status::NEEDED));
        }
        Err(other) => return Err(other.into()),
    };
    if args.json {
        report::print(&as_json(&args.channel, &removed).to_string())?;
    } else {
        tell(&args.channel, &removed);
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file is called in the channel.
fn file_in_channel(channel: &Path, file: &Path) -> Result<FileInChannel, Failure> {
    let unknown = || {
        Failure::usage(format!(
            "{} is neither SUBDIR/NAME, nor a name, nor the path of a file in a subdir of {}",
            file.display(),
            channel.display()
        ))
    };
    let components = |path: &Path| -> Option<Vec<String>> {
        path.iter()
            .map(|component| component.to_str().map(str::to_owned))
            .collect()
    };
    let in_subdir = |components: &[String]| match components {
        [subdir, file_name] => {
            let subdir: Subdir = subdir.parse().ok()?;
            Some(FileInChannel::InSubdir(subdir, file_name.clone()))
        }
        _ => None,
    };
    let given = components(file).ok_or_else(unknown)?;
    if let [file_name] = given.as_slice() {
        return Ok(FileInChannel::InAny(file_name.clone()));
    }
    // The file itself may be gone, or a link to elsewhere; its folder counts.
    let folder = file.parent().and_then(|folder| fs_err::canonicalize(folder).ok());
    let path_in_channel = folder.zip(file.file_name()).and_then(|(folder, file_name)| {
        let root = fs_err::canonicalize(channel).ok()?;
        components(folder.join(file_name).strip_prefix(root).ok()?)
    });
    path_in_channel
        .and_then(|path| in_subdir(&path))
        .or_else(|| in_subdir(&given))
        .ok_or_else(unknown)
}

fn tell(channel: &Path, removed: &[RemovedFile]) {
    for RemovedFile {
        subdir,
        file_name,
        file,
    } in removed
    {
        let deleted = match file {
            FileState::Deleted => ", and its file deleted",
            FileState::Absent | FileState::Left => "",
        };
        report::say(&format!("{subdir}/{file_name}: removed{deleted}"));
        if *file == FileState::Left {
            report::warn(&format!(
                "{subdir}/{file_name} still lies in the channel's folder: the next run that lists the folder makes it \
                 a part of the channel again (--delete-file deletes it)"
            ));
        }
    }
    report::say(&format!(
        "the channel's documents are as they were: `towpath index {} --no-update-cache` with the same --db publishes it without",
        channel.display()
    ));
}

fn needs_as_json(channel: &Path, needs: &[Need]) -> Value {
    let needs = needs
        .iter()
        .map(|need| json!({ "file": need.file.to_string(), "by": need.by.to_string() }));
    json!({
        "channel": channel.display().to_string(),
        "removed": [],
        "needed": needs.collect::<Vec<_>>(),
    })
}

fn as_json(channel: &Path, removed: &[RemovedFile]) -> Value {
    let removed = removed.iter().map(|removed| {
        json!({
            "subdir": removed.subdir.as_str(),
            "file_name": removed.file_name,
            "file_deleted": removed.file == FileState::Deleted,
            "file_left": removed.file == FileState::Left,
        })
    });
    json!({
        "channel": channel.display().to_string(),
        "removed": removed.collect::<Vec<_>>(),
    })
}
