//! What comes of a solve.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use thiserror::Error;

use super::channel::ChannelState;
use crate::environment::Lock;
use crate::verify::ChannelError;

/// What was solved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The packages, sorted by name.
    pub lock: Lock,
    /// The names that were asked for, in lower case; the other packages are there because these need them.
    pub requested: BTreeSet<String>,
    /// What each package depends on, by the package's name: `MatchSpec`s (CEP 29), with those of the
    /// extras that are asked for (CEP 48).
    pub depends: BTreeMap<String, Vec<String>>,
    /// What was read, in order of the channels' priority; of each the platform's subdir before `noarch`.
    pub channels: Vec<ChannelState>,
    /// What was done. The same request over the same channels has the same log.
    pub log: String,
}

/// A request that nothing fulfils.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsolvable {
    /// Why, in the solver's words: several lines.
    pub explanation: String,
    /// What was read, as in [`Solution::channels`].
    pub channels: Vec<ChannelState>,
    /// What was done, as in [`Solution::log`].
    pub log: String,
}

/// Why a request was not solved.
#[derive(Debug, Error)]
pub enum SolveError {
    /// Environments are for a platform.
    #[error("nothing can be solved for noarch: name a platform, such as linux-64")]
    NoPlatform,
    /// What is asked for cannot be read.
    #[error("{spec:?} cannot be asked for: {reason}")]
    Spec {
        /// What was given.
        spec: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What is asked for is to come from a channel that is not there.
    #[error(
        "{spec:?} asks for a package of {channel}, which is none of the channels that are solved against"
    )]
    UnknownChannel {
        /// What was given.
        spec: String,
        /// The channel in it.
        channel: String,
    },
    /// A channel could not be read.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// Nothing fulfils the request.
    #[error("{}", .0.explanation)]
    Unsolvable(Box<Unsolvable>),
    /// It took longer than was allowed.
    #[error("no solution was found in {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The solver could not begin.
    #[error("the solver refuses the channels' records: {0}")]
    Refused(String),
}
