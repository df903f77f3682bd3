//! A solve that is recorded: it begins in the ledger before anything is read, and ends there whatever
//! comes of it.

use jiff::Timestamp;
use thiserror::Error;

use super::formats::{FormatError, write_conda_lock, write_environment_yml, write_explicit};
use super::ledger::{
    BuildChannel, BuildFile, BuildFileKind, ChannelContent, Ledger, LedgerError, Solved, Stamp,
};
use super::own::Channel;
use super::solve::{ChannelState, Solution, SolveError, SolveRequest, solve};
use super::{EnvironmentPath, LockedPackage, Specification};

/// Who solves, as builds tell it.
const SOLVER: &str = "rattler_solve";

/// Why an environment was not solved and recorded.
#[derive(Debug, Error)]
pub enum AttemptError {
    /// The ledger failed, or what was solved is not there any more.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It was not solved. That is recorded.
    #[error("build {build} failed: {source}")]
    Solve {
        /// The build that failed.
        build: i64,
        /// Why.
        source: SolveError,
    },
    /// What was solved could not be written down.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// Solves a request and makes it the environment's current build for the platform. `now` tells the time:
/// a solve begins at one and ends at another.
///
/// # Errors
///
/// When it is not solved, which is recorded and changes nothing of what is current; when the channel
/// does not have one of the packages any more; or when the ledger fails.
pub fn solve_and_record(
    channel: &Channel,
    ledger: &mut Ledger,
    path: &EnvironmentPath,
    specification: &Specification,
    request: &SolveRequest,
    by: &str,
    now: &dyn Fn() -> Timestamp,
) -> Result<(i64, Solution), AttemptError> {
    let begun = Stamp {
        by: by.to_owned(),
        at: now(),
    };
    let build = ledger.begin(path, specification, &request.platform, SOLVER, &begun)?;
    let ended = || Stamp {
        by: by.to_owned(),
        // Clocks are set back.
        at: now().max(begun.at),
    };
    let solution = match solve(request) {
        Ok(solution) => solution,
        Err(source) => {
            let (log, states) = match &source {
                SolveError::Unsolvable(unsolvable) => {
                    (unsolvable.log.clone(), unsolvable.channels.as_slice())
                }
                other => (other.to_string(), [].as_slice()),
            };
            let channels = build_channels(channel, request, states)?;
            let log = BuildFile {
                kind: BuildFileKind::Log,
                body: log,
            };
            ledger.fail(build, &source.to_string(), &channels, &[log], &ended())?;
            return Err(AttemptError::Solve { build, source });
        }
    };
    let recorded = solved(channel, path, request, &solution).and_then(|solved| {
        let content: &dyn ChannelContent = channel;
        Ok(ledger.succeed(build, &solved, Some(content), &ended())?)
    });
    if let Err(error) = recorded {
        ledger.fail(build, &error.to_string(), &[], &[], &ended())?;
        return Err(error);
    }
    Ok((build, solution))
}

/// What is kept of a solution.
fn solved(
    channel: &Channel,
    path: &EnvironmentPath,
    request: &SolveRequest,
    solution: &Solution,
) -> Result<Solved, AttemptError> {
    let depends = |package: &LockedPackage| {
        let name = package.identity().map(|identity| identity.name.to_lowercase());
        let depends = name.and_then(|name| solution.depends.get(&name));
        depends.cloned().unwrap_or_default()
    };
    let locks = std::slice::from_ref(&solution.lock);
    let files = [
        (BuildFileKind::Explicit, write_explicit(&solution.lock)),
        (
            BuildFileKind::CondaLock,
            write_conda_lock(locks, &[], Some(&depends))?,
        ),
        (
            BuildFileKind::EnvironmentYml,
            write_environment_yml(Some(path.name.as_str()), &[], &solution.lock)?,
        ),
        (BuildFileKind::Log, solution.log.clone()),
    ];
    Ok(Solved {
        lock: solution.lock.clone(),
        requested: solution.requested.clone(),
        channels: build_channels(channel, request, &solution.channels)?,
        files: files.map(|(kind, body)| BuildFile { kind, body }).into(),
    })
}

/// The states of the channels that were solved against; of the own one its store's too.
fn build_channels(
    own: &Channel,
    request: &SolveRequest,
    states: &[ChannelState],
) -> Result<Vec<BuildChannel>, AttemptError> {
    let mut channels = Vec::new();
    for state in states {
        let place = request
            .channels
            .iter()
            .position(|channel| channel.url() == state.url);
        let is_own = own.has_url(&state.url);
        let revision = match is_own {
            true => own.revision(&state.subdir).map_err(LedgerError::Channel)?,
            false => None,
        };
        channels.push(BuildChannel {
            channel: state.url.clone(),
            is_own,
            subdir: state.subdir.as_str().to_owned(),
            priority: place.and_then(|place| i64::try_from(place).ok()).unwrap_or(0),
            revision,
            document: Some(state.document.file_name().to_owned()),
            sha256: Some(base16ct::lower::encode_string(&state.sha256)),
        });
    }
    Ok(channels)
}
