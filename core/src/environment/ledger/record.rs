//! Recording: a lock file at once, or a build that begins and ends.

use std::collections::BTreeSet;

use super::builds::{BuildChannel, BuildFile, build_of_environment, history, make_current};
use super::error::LedgerError;
use super::own_channel::{ChannelContent, ChannelFile, refuse_missing};
use super::packages::packages_or_new;
use super::{BuildStatus, Ledger, OwnChannel, Stamp, rows};
use crate::channel::Subdir;
use crate::environment::{EnvironmentPath, Lock, LockedPackage, Specification};
use crate::package::ArtifactName;
use crate::store::relational::{Session, Value};

/// What came of recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The platform.
    pub platform: Subdir,
    /// The build that is current now.
    pub build: i64,
    /// Whether that is a new one.
    pub outcome: Outcome,
}

/// Whether something was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new build.
    New,
    /// The very same was recorded before, and is current.
    AsBefore,
}

/// What a specification was solved to.
#[derive(Clone, Debug)]
pub struct Solved {
    /// The packages.
    pub lock: Lock,
    /// The names that were asked for.
    pub requested: BTreeSet<String>,
    /// The channels, as they were. [`BuildChannel::is_own`] is not looked at.
    pub channels: Vec<BuildChannel>,
    /// What is to be kept.
    pub files: Vec<BuildFile>,
}

impl Ledger {
    /// Records what somebody else solved, for each platform of a lock file. `content` is what the own
    /// channel has; without it, packages that it does not have are recorded too.
    ///
    /// # Errors
    ///
    /// When the channel does not have a package, a lock has none, or the database fails. Nothing is
    /// recorded then.
    pub fn record(
        &mut self,
        path: &EnvironmentPath,
        specification: &Specification,
        solved: &[Solved],
        content: Option<&dyn ChannelContent>,
        stamp: &Stamp,
    ) -> Result<Vec<Recorded>, LedgerError> {
        let own = self.own.clone();
        self.database.write(|session| {
            let environment = rows::environment_or_new(session, path, stamp.at)?;
            let (spec, spec_is_new) = rows::specification_or_new(session, specification, stamp.at)?;
            let mut recorded = Vec::new();
            for solved in solved {
                let platform = &solved.lock.platform;
                let packages = check_and_add_packages(session, &own, &solved.lock, content, stamp)?;
                let current = history(session, environment)?
                    .into_iter()
                    .find(|build| build.is_current && build.platform == *platform);
                let same =
                    current.filter(|build| !spec_is_new && build.specification == specification.sha256);
                if let Some(build) = same
                    && packages_of(session, build.id)? == packages.iter().copied().collect()
                {
                    recorded.push(Recorded {
                        platform: platform.clone(),
                        build: build.id,
                        outcome: Outcome::AsBefore,
                    });
                    continue;
                }
                let solver = specification.kind.as_str();
                let build = begin(session, environment, spec, platform, solver, stamp)?;
                end_solved(session, &own, build, solved, &packages, stamp)?;
                make_current(session, environment, platform.as_str(), build)?;
                recorded.push(Recorded {
                    platform: platform.clone(),
                    build,
                    outcome: Outcome::New,
                });
            }
            Ok(recorded)
        })
    }

    /// Begins a build; its number.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn begin(
        &mut self,
        path: &EnvironmentPath,
        specification: &Specification,
        platform: &Subdir,
        solver: &str,
        stamp: &Stamp,
    ) -> Result<i64, LedgerError> {
        self.database.write(|session| {
            let environment = rows::environment_or_new(session, path, stamp.at)?;
            let (spec, _) = rows::specification_or_new(session, specification, stamp.at)?;
            begin(session, environment, spec, platform, solver, stamp)
        })
    }

    /// Ends a build that has packages: it is current from now on.
    ///
    /// # Errors
    ///
    /// When the channel does not have one of the packages (any more), the build has ended, or the
    /// database fails. The build goes on then.
    pub fn succeed(
        &mut self,
        build: i64,
        solved: &Solved,
        content: Option<&dyn ChannelContent>,
        stamp: &Stamp,
    ) -> Result<(), LedgerError> {
        let own = self.own.clone();
        self.database.write(|session| {
            let environment = environment_of_open(session, build)?;
            let packages = check_and_add_packages(session, &own, &solved.lock, content, stamp)?;
            end_solved(session, &own, build, solved, &packages, stamp)?;
            make_current(session, environment, solved.lock.platform.as_str(), build)
        })
    }

    /// Ends a build that has no packages. What is current stays so.
    ///
    /// # Errors
    ///
    /// When the build has ended, or the database fails.
    pub fn fail(
        &mut self,
        build: i64,
        why: &str,
        channels: &[BuildChannel],
        files: &[BuildFile],
        stamp: &Stamp,
    ) -> Result<(), LedgerError> {
        let own = self.own.clone();
        self.database.write(|session| {
            environment_of_open(session, build)?;
            end(session, build, BuildStatus::Failed, why, stamp)?;
            add_channels(session, &own, build, channels)?;
            add_files(session, build, files)
        })
    }

    /// Makes an earlier build current again: the one before the current one, or the one that is named.
    ///
    /// # Errors
    ///
    /// When there is no such build, it was not solved, the channel does not have one of its packages
    /// any more, or the database fails.
    pub fn roll_back(
        &mut self,
        path: &EnvironmentPath,
        platform: &Subdir,
        to: Option<i64>,
        content: Option<&dyn ChannelContent>,
    ) -> Result<i64, LedgerError> {
        let own = self.own.clone();
        self.database.write(|session| {
            let environment = rows::known_environment(session, path)?;
            let builds = history(session, environment)?;
            let mut of_platform = builds.into_iter().filter(|build| build.platform == *platform);
            let build = match to {
                Some(id) => build_of_environment(session, path, environment, id)?,
                None => {
                    let current = of_platform
                        .by_ref()
                        .find(|build| build.is_current)
                        .ok_or_else(|| LedgerError::NoCurrentBuild(path.clone(), platform.clone()))?;
                    of_platform
                        .find(|build| build.id < current.id && build.status == BuildStatus::Solved)
                        .ok_or_else(|| LedgerError::NothingEarlier(path.clone(), platform.clone()))?
                }
            };
            if build.status != BuildStatus::Solved {
                return Err(LedgerError::CannotBeCurrent {
                    path: path.clone(),
                    build: build.id,
                    why: "was not solved",
                });
            }
            if let Some(content) = content {
                let files = own_files_of(session, &own, build.id)?;
                refuse_missing(content, &files)?;
            }
            make_current(session, environment, build.platform.as_str(), build.id)?;
            Ok(build.id)
        })
    }

    /// Removes an environment. Its builds need no package any more, and are gone with the next
    /// [`collect`](Self::collect) that finds them old enough.
    ///
    /// # Errors
    ///
    /// When there is no such environment, or the database fails.
    pub fn retire(&mut self, path: &EnvironmentPath, stamp: &Stamp) -> Result<(), LedgerError> {
        self.database.write(|session| {
            let environment = rows::known_environment(session, path)?;
            session.execute(
                "UPDATE towpath_build SET status = 'canceled', ended_at = $1
                 WHERE environment_id = $2 AND status = 'solving'",
                &[stamp.at.into(), environment.into()],
            )?;
            session.execute(
                "UPDATE towpath_build SET is_current = FALSE, retired_at = $1
                 WHERE environment_id = $2 AND retired_at IS NULL",
                &[stamp.at.into(), environment.into()],
            )?;
            session.execute(
                "UPDATE towpath_environment SET retired_at = $1 WHERE id = $2",
                &[stamp.at.into(), environment.into()],
            )?;
            Ok(())
        })
    }
}

fn begin(
    session: &mut dyn Session,
    environment: i64,
    spec: i64,
    platform: &Subdir,
    solver: &str,
    stamp: &Stamp,
) -> Result<i64, LedgerError> {
    if *platform == Subdir::noarch() {
        return Err(LedgerError::NoPlatform);
    }
    Ok(session.insert(
        "towpath_build",
        &[
            ("environment_id", environment.into()),
            ("spec_id", spec.into()),
            ("platform", platform.as_str().into()),
            ("status", BuildStatus::Solving.as_str().into()),
            ("status_info", "".into()),
            ("solver", solver.into()),
            ("made_by", stamp.by.as_str().into()),
            ("is_current", false.into()),
            ("started_at", stamp.at.into()),
        ],
    )?)
}

/// The environment of a build that has not ended.
fn environment_of_open(session: &mut dyn Session, build: i64) -> Result<i64, LedgerError> {
    let open = rows::id(
        session,
        "SELECT environment_id FROM towpath_build WHERE id = $1 AND status = 'solving'",
        &[build.into()],
    )?;
    open.ok_or(LedgerError::Ended(build))
}

fn end(
    session: &mut dyn Session,
    build: i64,
    status: BuildStatus,
    why: &str,
    stamp: &Stamp,
) -> Result<(), LedgerError> {
    session.execute(
        "UPDATE towpath_build SET status = $1, status_info = $2, ended_at = $3 WHERE id = $4",
        &[status.as_str().into(), why.into(), stamp.at.into(), build.into()],
    )?;
    Ok(())
}

fn end_solved(
    session: &mut dyn Session,
    own: &OwnChannel,
    build: i64,
    solved: &Solved,
    packages: &[i64],
    stamp: &Stamp,
) -> Result<(), LedgerError> {
    end(session, build, BuildStatus::Solved, "", stamp)?;
    let is_requested = |package: &LockedPackage| {
        package
            .identity()
            .is_some_and(|identity| solved.requested.contains(identity.name))
    };
    let links: Vec<Vec<Value>> = packages
        .iter()
        .zip(&solved.lock.packages)
        .map(|(id, package)| vec![build.into(), (*id).into(), is_requested(package).into()])
        .collect();
    session.insert_rows(
        "towpath_build_package",
        &["build_id", "package_id", "is_requested"],
        &links,
    )?;
    add_channels(session, own, build, &solved.channels)?;
    add_files(session, build, &solved.files)
}

fn add_channels(
    session: &mut dyn Session,
    own: &OwnChannel,
    build: i64,
    channels: &[BuildChannel],
) -> Result<(), LedgerError> {
    for channel in channels {
        let id = rows::channel_or_new(session, own, &channel.channel)?;
        session.insert_rows(
            "towpath_build_channel",
            &[
                "build_id",
                "channel_id",
                "subdir",
                "priority",
                "revision",
                "document",
                "sha256",
            ],
            &[vec![
                build.into(),
                id.into(),
                channel.subdir.as_str().into(),
                channel.priority.into(),
                channel.revision.as_deref().into(),
                channel.document.as_deref().into(),
                channel.sha256.as_deref().into(),
            ]],
        )?;
    }
    Ok(())
}

fn add_files(session: &mut dyn Session, build: i64, files: &[BuildFile]) -> Result<(), LedgerError> {
    let rows: Vec<Vec<Value>> = files
        .iter()
        .map(|file| vec![build.into(), file.kind.as_str().into(), file.body.as_str().into()])
        .collect();
    Ok(session.insert_rows("towpath_build_file", &["build_id", "kind", "body"], &rows)?)
}

/// The ids of a lock's packages, after a look at whether the channel has those that are its own.
fn check_and_add_packages(
    session: &mut dyn Session,
    own: &OwnChannel,
    lock: &Lock,
    content: Option<&dyn ChannelContent>,
    stamp: &Stamp,
) -> Result<Vec<i64>, LedgerError> {
    if lock.packages.is_empty() {
        return Err(LedgerError::Empty(lock.platform.clone()));
    }
    if let Some(content) = content {
        let owned = lock
            .packages
            .iter()
            .filter(|package| own.has_url(&package.channel));
        refuse_missing(content, &owned.map(ChannelFile::of).collect::<Vec<_>>())?;
    }
    packages_or_new(session, own, &lock.packages, stamp.at)
}

fn packages_of(session: &mut dyn Session, build: i64) -> Result<BTreeSet<i64>, LedgerError> {
    let rows = session.query(
        "SELECT package_id FROM towpath_build_package WHERE build_id = $1",
        &[build.into()],
    )?;
    rows.iter().map(|row| Ok(row.int(0)?)).collect()
}

/// The files of the own channel that a build uses, as far as they are named like packages.
fn own_files_of(
    session: &mut dyn Session,
    own: &OwnChannel,
    build: i64,
) -> Result<Vec<ChannelFile>, LedgerError> {
    let rows = session.query(
        "SELECT p.subdir, p.file_name FROM towpath_build_package AS bp
         JOIN towpath_package AS p ON p.id = bp.package_id
         JOIN towpath_used_channel AS c ON c.id = p.channel_id
         WHERE bp.build_id = $1 AND c.is_own AND c.address = $2",
        &[build.into(), own.address.as_str().into()],
    )?;
    let mut files = Vec::new();
    for row in rows {
        if let (Ok(subdir), Ok(file)) = (row.text(0)?.parse(), ArtifactName::new(row.text(1)?)) {
            files.push(ChannelFile { subdir, file });
        }
    }
    Ok(files)
}
