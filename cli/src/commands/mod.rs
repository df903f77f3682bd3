//! One module a subcommand: its arguments, whose comments are its help, and what it does.

pub(crate) mod completions;
pub(crate) mod db;
pub(crate) mod env;
pub(crate) mod hold;
pub(crate) mod index;
pub(crate) mod inspect;
pub(crate) mod man;
pub(crate) mod remove;
pub(crate) mod serve;
pub(crate) mod site;
pub(crate) mod verify;

use std::ffi::OsStr;
use std::path::Path;

use clap::{Args, Command};

use crate::failure::Failure;

/// The arguments of a command that is given a channel and nothing else: the environment, and the file in
/// the channel, still count.
fn of_channel<A: Args>(command: &'static str, channel: &Path) -> Result<A, Failure> {
    // Behind two hyphens, so that no folder is taken for an option.
    let words = [OsStr::new(command), OsStr::new("--"), channel.as_os_str()];
    A::augment_args(Command::new(command))
        .try_get_matches_from(words)
        .and_then(|matches| A::from_arg_matches(&matches))
        .map_err(Failure::usage)
}
