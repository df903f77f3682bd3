//! Options that are on or off: `--NAME` and `--no-NAME`, the environment, `towpath.toml`.
//!
//! conda-index has every such option in both forms, and the last one on the command line counts.

use std::collections::BTreeMap;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::config::IndexConfig;

/// An option that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Switch {
    Bz2,
    Channeldata,
    Compact,
    CurrentRepodata,
    Html,
    HtmlDependencies,
    IndexedTimestamp,
    RepodataNext,
    Rss,
    RunExports,
    ShardsInPlace,
    SkipBroken,
    UpdateCache,
    UpdateOnly,
    VerifyDigests,
    WriteMonolithic,
    WriteShards,
    Zst,
}

/// What there is to say of a switch.
struct Description {
    switch: Switch,
    name: &'static str,
    default: bool,
    on: &'static str,
    off: &'static str,
}

/// In the order in which the help lists them.
const SWITCHES: [Description; 18] = [
    Description {
        switch: Switch::Zst,
        name: "zst",
        default: false,
        on: "Write .zst siblings of the JSON documents",
        off: "Remove them [default]",
    },
    Description {
        switch: Switch::Bz2,
        name: "bz2",
        default: false,
        on: "Write .bz2 siblings of the JSON documents",
        off: "Remove them [default]",
    },
    Description {
        switch: Switch::RunExports,
        name: "run-exports",
        default: false,
        on: "Write run_exports.json (CEP 12)",
        off: "Do not write it [default]",
    },
    Description {
        switch: Switch::WriteShards,
        name: "write-shards",
        default: false,
        on: "Write sharded repodata (CEP 16)",
        off: "Do not write it [default]",
    },
    Description {
        switch: Switch::ShardsInPlace,
        name: "shards-in-place",
        default: false,
        on: "Put shards beside the packages, where conda-index puts them",
        off: "Put them in SUBDIR/shards [default]",
    },
    Description {
        switch: Switch::WriteMonolithic,
        name: "write-monolithic",
        default: true,
        on: "Write repodata.json [default]",
        off: "Do not write it; conflicts with options that build upon it",
    },
    Description {
        switch: Switch::Compact,
        name: "compact",
        default: true,
        on: "Write JSON on one line [default]",
        off: "Write JSON over several lines",
    },
    Description {
        switch: Switch::IndexedTimestamp,
        name: "indexed-timestamp",
        default: true,
        on: "Say in each record when it became part of the channel (CEP 47) [default]",
        off: "Do not say it",
    },
    Description {
        switch: Switch::UpdateCache,
        name: "update-cache",
        default: true,
        on: "List the folder and read what changed [default]",
        off: "Build documents from what is already known",
    },
    Description {
        switch: Switch::UpdateOnly,
        name: "update-only",
        default: false,
        on: "Keep packages whose files are missing: the folder holds a part of the channel",
        off: "Drop packages whose files are missing [default]",
    },
    Description {
        switch: Switch::VerifyDigests,
        name: "verify-digests",
        default: false,
        on: "Hash packages that look unchanged too, and read those that are not",
        off: "Trust size and modification time [default]",
    },
    Description {
        switch: Switch::SkipBroken,
        name: "skip-broken",
        default: false,
        on: "Exit with 0 even if packages were left out",
        off: "Exit with 3 if packages were left out [default]",
    },
    Description {
        switch: Switch::Channeldata,
        name: "channeldata",
        default: false,
        on: "Write channeldata.json: what the channel says of each package name (CEP 38)",
        off: "Do not write it [default]",
    },
    Description {
        switch: Switch::Rss,
        name: "rss",
        default: true,
        on: "Write rss.xml and atom.xml if channeldata.json is written [default]",
        off: "Do not write them",
    },
    Description {
        switch: Switch::Html,
        name: "html",
        default: true,
        on: "Write index.html in each subdir, and in the root with --channeldata [default]",
        off: "Do not write it",
    },
    Description {
        switch: Switch::CurrentRepodata,
        name: "current-repodata",
        default: false,
        on: "Write current_repodata.json: the newest of each package, and what that needs",
        off: "Do not write it [default]",
    },
    Description {
        switch: Switch::HtmlDependencies,
        name: "html-dependencies",
        default: false,
        on: "Show dependencies in the subdirs' index.html",
        off: "Do not show them [default]",
    },
    Description {
        switch: Switch::RepodataNext,
        name: "repodata-next",
        default: false,
        on: "Publish records that need repodata v3, where clients that know it look (CEP 48)",
        off: "Leave them out [default]",
    },
];

/// The switches as the command line and the environment set them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches(BTreeMap<&'static str, bool>);

impl Switches {
    /// Whether the switch is on: as given, else as `configured` in `towpath.toml`, else by default.
    pub(crate) fn is_on(&self, switch: Switch, configured: &IndexConfig) -> bool {
        let description = SWITCHES.iter().find(|description| description.switch == switch);
        description.is_some_and(|Description { name, default, .. }| {
            let given = self.0.get(name).copied();
            given.or_else(|| configured.switch(name)).unwrap_or(*default)
        })
    }

    /// Whether there is a switch of this name.
    pub(crate) fn is_name(name: &str) -> bool {
        SWITCHES.iter().any(|description| description.name == name)
    }
}

impl Args for Switches {
    fn augment_args(mut command: Command) -> Command {
        for description in &SWITCHES {
            let off = off_name(description.name);
            command = command
                .arg(
                    Arg::new(description.name)
                        .long(description.name)
                        .action(ArgAction::SetTrue)
                        .overrides_with(off.clone())
                        .help(description.on)
                        .help_heading(heading(description.switch)),
                )
                .arg(
                    Arg::new(off.clone())
                        .long(off)
                        .action(ArgAction::SetTrue)
                        .overrides_with(description.name)
                        .help(description.off)
                        .help_heading(heading(description.switch)),
                );
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Switches {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = BTreeMap::new();
        for Description { name, .. } in &SWITCHES {
            let value = match on_command_line(matches, name) {
                Some(value) => Some(value),
                None => in_environment(name)?,
            };
            given.extend(value.map(|value| (*name, value)));
        }
        Ok(Self(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn on_command_line(matches: &ArgMatches, name: &str) -> Option<bool> {
    let is_given = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    // Of the two the one that was overridden is not there any more.
    match (is_given(name), is_given(&off_name(name))) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// What `TOWPATH_NAME` says. clap would read it too, and find it in conflict with `--no-NAME`.
fn in_environment(name: &str) -> Result<Option<bool>, clap::Error> {
    let variable = environment_name(name);
    let Some(value) = std::env::var_os(&variable) else {
        return Ok(None);
    };
    match value.to_string_lossy().to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(Some(true)),
        "0" | "false" | "no" | "off" => Ok(Some(false)),
        _ => Err(clap::Error::raw(
            ErrorKind::InvalidValue,
            format!("{variable} takes true or false, not {value:?}\n"),
        )),
    }
}

fn heading(switch: Switch) -> &'static str {
    match switch {
        Switch::UpdateCache | Switch::UpdateOnly | Switch::VerifyDigests | Switch::SkipBroken => {
            "Reading packages"
        }
        _ => "Documents",
    }
}

/// `--no-NAME`.
fn off_name(name: &str) -> String {
    format!("no-{name}")
}

/// `TOWPATH_NAME`.
fn environment_name(name: &str) -> String {
    format!("TOWPATH_{}", name.to_uppercase().replace('-', "_"))
}
