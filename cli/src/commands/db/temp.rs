//! `towpath db temp`

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::Args;
use towpath_core::store::postgres::{ClusterOptions, TemporaryCluster};

use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath db temp
      Start a server, print its URL, and stop it at Ctrl-C.
  towpath db temp -- sh -c 'towpath index my-channel --db postgresql'
      Start a server for one command, which finds it in CONDA_INDEX_DBURL.";

/// Start a PostgreSQL server of one's own that leaves nothing behind
///
/// It is reached by a Unix socket in a new folder, and by this user alone. Server and folder are gone
/// when this command ends, however it ends. Needs PostgreSQL's programs on this machine; as root
/// the server runs as the user `postgres`, or as `nobody`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TempArgs {
    /// A setting of the server, as in postgresql.conf; may be given several times
    ///
    /// The server does not wait for the disk unless fsync=on says so.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    setting: Vec<(String, String)>,

    /// A command that finds the server in `CONDA_INDEX_DBURL` and in libpq's variables
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) fn run(args: &TempArgs) -> Result<ExitCode, Failure> {
    let cluster = TemporaryCluster::start(&ClusterOptions {
        settings: args.setting.clone(),
        ..ClusterOptions::default()
    })?;
    let Some((program, arguments)) = args.command.split_first() else {
        report::print(&cluster.url())?;
        report::say("A PostgreSQL server is there until this command ends (Ctrl-C).");
        loop {
            std::thread::park();
        }
    };
    let status = Command::new(program)
        .args(arguments)
        .env("CONDA_INDEX_DBURL", cluster.url())
        .env("PGHOST", cluster.socket_folder())
        .env("PGUSER", TemporaryCluster::USER)
        .env("PGDATABASE", TemporaryCluster::DATABASE)
        .status()
        .map_err(|error| Failure::failed(format!("{}: {error}", program.display())))?;
    // A command that a signal ended has no status.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a setting is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
