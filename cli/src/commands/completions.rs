//! `towpath completions`

use std::io;
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::failure::Failure;

/// Print a script that completes towpath's commands and options in a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, command: &mut Command) -> Result<ExitCode, Failure> {
    clap_complete::generate(args.shell, command, "towpath", &mut io::stdout());
    Ok(ExitCode::SUCCESS)
}
