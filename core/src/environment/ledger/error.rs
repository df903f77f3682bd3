//! What can go wrong with recorded environments.

use thiserror::Error;

use super::removal::Need;
use crate::channel::Subdir;
use crate::environment::EnvironmentPath;
use crate::index::IndexError;
use crate::store::StoreError;

/// What can go wrong with recorded environments.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The database failed, or refused what would break its rules.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The channel's own store failed.
    #[error(transparent)]
    Channel(#[from] IndexError),
    /// There is no such environment.
    #[error("there is no environment {0} (`towpath env list` names those that there are)")]
    NoEnvironment(EnvironmentPath),
    /// There is no such build.
    #[error("the environment {0} has no build {1} (`towpath env history {0}` names those that it has)")]
    NoBuild(EnvironmentPath, i64),
    /// No build is current for the platform.
    #[error("the environment {0} has no current build for {1}")]
    NoCurrentBuild(EnvironmentPath, Subdir),
    /// There is nothing to go back to.
    #[error("the environment {0} has no earlier build for {1} that was solved")]
    NothingEarlier(EnvironmentPath, Subdir),
    /// A build that was not solved, or that was retired, cannot become current.
    #[error("build {build} of {path} {why}: it cannot become current")]
    CannotBeCurrent {
        /// The environment.
        path: EnvironmentPath,
        /// The build.
        build: i64,
        /// Why.
        why: &'static str,
    },
    /// A build that ended cannot end again.
    #[error("build {0} has ended already")]
    Ended(i64),
    /// The channel does not have packages that are named.
    #[error("nothing was done: the channel does not have {}", .0.join(", "))]
    Missing(Vec<String>),
    /// A file whose name does not say what package it is.
    #[error("{0} is not named NAME-VERSION-BUILD: what package it is cannot be told")]
    Unnamed(String),
    /// Environments are for a platform.
    #[error("an environment is for a platform, such as linux-64: noarch is none")]
    NoPlatform,
    /// A lock file without packages.
    #[error("the lock for {0} has no packages: there is nothing to record")]
    Empty(Subdir),
    /// Somebody needs what is to be removed. Nothing was removed.
    #[error("{}", refusal(.0))]
    Needed(Vec<Need>),
    /// There is no such hold.
    #[error("there is no hold {0} (`towpath hold list` names those that there are)")]
    NoHold(i64),
}

fn refusal(needs: &[Need]) -> String {
    let mut told = String::from("nothing was removed, for it is needed:");
    for need in needs {
        told.push_str(&format!("\n  {} by {}", need.file, need.by));
    }
    told.push_str(
        "\n`towpath env impact FILE` says what would break and what would do instead; --force --reason TEXT removes it \
         all the same, and keeps who did and why",
    );
    told
}
