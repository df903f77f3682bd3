//! `towpath`: makes conda channels.
//!
//! The command owns the terminal, the environment and the exit status; what it does is in
//! `towpath-core`.

mod commands;
mod config;
mod database;
mod failure;
mod progress;
mod report;
mod span;
mod web;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{completions, db, env, hold, index, inspect, man, remove, serve, site, verify};

/// Makes conda channels: indexes folders of packages into the metadata that conda, mamba, pixi
/// and rattler read.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = EXAMPLES, max_term_width = 100)]
#[command(infer_long_args = true, args_override_self = true)]
struct Towpath {
    #[command(subcommand)]
    command: Command,

    /// When to use colours (`NO_COLOR` is respected)
    #[arg(long, global = true, value_enum, default_value_t = clap::ColorChoice::Auto, value_name = "WHEN", display_order = 900)]
    color: clap::ColorChoice,
}

const EXAMPLES: &str = "\
Examples:
  towpath index my-channel                      make my-channel a conda channel
  towpath index my-channel --zst --write-shards with what quick clients like best
  towpath site my-channel -o public             make a website of it
  towpath serve my-channel                      try it out on this machine
  towpath verify lock-1.0-0.conda               is a package fit to be uploaded?
  towpath env uses 'numpy>=2'                   who uses such a package?
  towpath completions bash > /etc/bash_completion.d/towpath";

#[derive(Debug, Subcommand)]
enum Command {
    Index(Box<index::IndexArgs>),
    Inspect(inspect::InspectArgs),
    Remove(remove::RemoveArgs),
    Serve(serve::ServeArgs),
    Site(Box<site::SiteArgs>),
    Verify(verify::VerifyArgs),
    Env(env::EnvArgs),
    Hold(hold::HoldArgs),
    Db(db::DbArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

fn main() -> ExitCode {
    let matches = Towpath::command().get_matches();
    let towpath = match Towpath::from_arg_matches(&matches) {
        Ok(towpath) => towpath,
        Err(error) => error.exit(),
    };
    let color = match towpath.color {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    };
    color.write_global();
    let result = match towpath.command {
        Command::Index(args) => index::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Remove(args) => remove::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Site(args) => site::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Env(args) => env::run(&args),
        Command::Hold(args) => hold::run(&args),
        Command::Db(args) => db::run(&args),
        Command::Completions(args) => completions::run(&args, &mut Towpath::command()),
        Command::Man(args) => man::run(&args, Towpath::command()),
    };
    result.unwrap_or_else(failure::Failure::report)
}
