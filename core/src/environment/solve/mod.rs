//! Which packages an environment has: solves what is asked for against channels.
//!
//! The solver is rattler's, which pixi uses. Packages are looked for as clients do: strictly by priority
//! of the channels, `.conda` before its `.tar.bz2` twin. Relations of channels (CEP 42) are not followed:
//! a solve is against the channels that it names. Wheels (CEP 48) are no candidates, and `pip` is not added
//! where `python` is.

mod candidates;
mod channel;
mod log;
mod machine;
mod outcome;
mod shelf;
mod specs;
mod subdir;
mod virtual_packages;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use rattler_conda_types::{GenericVirtualPackage, RepoDataRecord, SolverResult};
use rattler_solve::{ChannelPriority, SolveStrategy, SolverImpl, SolverTask};

use candidates::Candidates;
use log::Log;
use specs::AskedSpec;

use crate::channel::Subdir;
use crate::environment::{Lock, LockedPackage};
use crate::package::ArtifactName;

pub use channel::{ChannelState, InvalidChannelUrl, SolveChannel, StateDocument};
pub use log::virtual_packages_of_log;
pub use outcome::{Solution, SolveError, Unsolvable};
pub use virtual_packages::{InvalidVirtualPackage, VirtualPackages};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SolveRequest {
    /// `MatchSpec`s (CEP 29), each of one name. A channel in one of them is one of `channels`, by its URL
    /// or by what that ends in.
    pub specs: Vec<String>,
    /// The platform: a subdir other than `noarch`.
    pub platform: Subdir,
    /// The channels, the one with the highest priority first.
    pub channels: Vec<SolveChannel>,
    /// What the environment's machine has.
    pub virtual_packages: VirtualPackages,
    /// Packages that became part of their channel after this are not chosen: by `indexed_timestamp`
    /// (CEP 47), or of one that has none, by `timestamp`, which says when it was built. One that has neither
    /// is not chosen.
    pub exclude_newer: Option<Timestamp>,
    /// How long the solver may take, once everything is read.
    pub timeout: Option<Duration>,
}

/// Solves a request: reads the records of every name that can be reached from it, and has the solver
/// choose. The same request over the same channels gives the same answer.
///
/// Of subdirs with shards (CEP 16), those that matter are read; documents are read whole, and what they
/// have is kept compressed until it is needed.
///
/// # Errors
///
/// When nothing fulfils the request ([`SolveError::Unsolvable`]), it cannot be read, or a channel cannot.
pub fn solve(request: &SolveRequest) -> Result<Solution, SolveError> {
    if request.platform == Subdir::noarch() {
        return Err(SolveError::NoPlatform);
    }
    let read_spec = |spec: &String| AskedSpec::read(spec, &request.channels);
    let asked: Vec<AskedSpec> = request.specs.iter().map(read_spec).collect::<Result<_, _>>()?;
    let mut candidates = Candidates::read(&request.channels, &request.platform, &asked)?;
    if let Some(latest) = request.exclude_newer {
        candidates.exclude_newer(latest);
    }
    candidates.exclude_unasked(&asked);
    let mut log = Log::of_request(request);
    log.add_candidates(&candidates);
    match choose(request, &asked, &candidates) {
        Ok(chosen) => Ok(solution(request, &asked, chosen, candidates, log)),
        Err(rattler_solve::SolveError::Unsolvable(reasons)) => {
            let explanation = reasons.join("\n").trim_end().to_owned();
            Err(SolveError::Unsolvable(Box::new(Unsolvable {
                channels: candidates.channels,
                log: log.unsolvable(&explanation),
                explanation,
            })))
        }
        // Nobody else cancels it.
        Err(rattler_solve::SolveError::Cancelled) => {
            Err(SolveError::TimedOut(request.timeout.unwrap_or_default()))
        }
        Err(refused) => Err(SolveError::Refused(refused.to_string())),
    }
}

/// Has the solver choose.
fn choose(
    request: &SolveRequest,
    asked: &[AskedSpec],
    candidates: &Candidates,
) -> Result<SolverResult, rattler_solve::SolveError> {
    let virtual_packages: Vec<GenericVirtualPackage> = request.virtual_packages.of(&request.platform);
    let task = SolverTask {
        available_packages: candidates.records.iter(),
        locked_packages: Vec::new(),
        pinned_packages: Vec::new(),
        virtual_packages,
        specs: asked.iter().map(|asked| asked.spec.clone()).collect(),
        constraints: Vec::new(),
        timeout: request.timeout,
        channel_priority: ChannelPriority::Strict,
        exclude_newer: None,
        strategy: SolveStrategy::Highest,
        dependency_overrides: Vec::new(),
        excluded_candidates: candidates.excluded.clone(),
        cancellation_token: None,
    };
    rattler_solve::resolvo::Solver.solve(task)
}

/// What the solver's choice is called here.
fn solution(
    request: &SolveRequest,
    asked: &[AskedSpec],
    mut chosen: SolverResult,
    candidates: Candidates,
    log: Log,
) -> Solution {
    chosen
        .records
        .sort_by(|one, other| one.package_record.name.cmp(&other.package_record.name));
    let depends = chosen.records.iter().map(|record| {
        let package = &record.package_record;
        let extras = chosen.extras.get(&package.name);
        let extras: BTreeSet<&String> = extras.into_iter().flatten().collect();
        let of_extras = extras
            .into_iter()
            .filter_map(|extra| package.extra_depends.get(extra));
        let all = package.depends.iter().chain(of_extras.flatten());
        (package.name.as_normalized().to_owned(), all.cloned().collect())
    });
    let depends: BTreeMap<String, Vec<String>> = depends.collect();
    let packages = chosen.records.iter();
    let lock = Lock {
        platform: request.platform.clone(),
        channels: request
            .channels
            .iter()
            .map(|channel| channel.url().to_owned())
            .collect(),
        packages: packages
            .filter_map(|record| locked(record, &request.channels))
            .collect(),
        elsewhere: candidates
            .channels
            .iter()
            .filter_map(|state| {
                let folder = state.packages_at.clone()?;
                Some(((state.url.clone(), state.subdir.clone()), folder))
            })
            .collect(),
    };
    Solution {
        requested: asked
            .iter()
            .map(|asked| asked.name.clone())
            .filter(|name| depends.contains_key(name))
            .collect(),
        depends,
        channels: candidates.channels,
        log: log.solved(&lock),
        lock,
    }
}

/// A chosen record as a locked package. Every record was read of one of the channels, in a subdir, with a
/// file name.
fn locked(record: &RepoDataRecord, channels: &[SolveChannel]) -> Option<LockedPackage> {
    let package = &record.package_record;
    let named = record.channel.as_deref();
    let channel = channels
        .iter()
        .find(|channel| named == Some(&channel.canonical().canonical_name()))?;
    Some(LockedPackage {
        channel: channel.url().to_owned(),
        subdir: package.subdir.parse().ok()?,
        file: ArtifactName::new(record.identifier.to_file_name()).ok()?,
        sha256: package.sha256.map(Into::into),
        md5: package.md5.map(Into::into),
        size: package.size,
    })
}
