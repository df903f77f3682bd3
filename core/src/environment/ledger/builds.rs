//! Environments and their builds, as they are read.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::error::LedgerError;
use super::{Ledger, rows};
use crate::channel::Subdir;
use crate::environment::formats::DocumentKind;
use crate::environment::{EnvironmentPath, Name};
use crate::store::StoreError;
use crate::store::relational::{Row, Session, Value};

/// What became of a build. It begins as solving, and ends once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildStatus {
    /// Somebody is at it.
    Solving,
    /// It has packages.
    Solved,
    /// There are no packages that satisfy what was asked for.
    Failed,
    /// Nobody is at it any more.
    Canceled,
}

impl BuildStatus {
    /// As it is written in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Solving => "solving",
            Self::Solved => "solved",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

impl FromStr for BuildStatus {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        [Self::Solving, Self::Solved, Self::Failed, Self::Canceled]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| bad_row("a build's status", text))
    }
}

impl fmt::Display for BuildStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// An environment, with its current builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// What it is called.
    pub path: EnvironmentPath,
    /// When it was first recorded.
    pub created_at: Timestamp,
    /// The builds that are current, by platform.
    pub current: Vec<Build>,
}

/// An attempt to solve a specification for a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Its number.
    pub id: i64,
    /// The platform.
    pub platform: Subdir,
    /// What became of it.
    pub status: BuildStatus,
    /// Why, if there is anything to say.
    pub status_info: String,
    /// Who solved it: a program, or the kind of the lock file.
    pub solver: String,
    /// Who had it made.
    pub made_by: String,
    /// Whether it is what the environment is at present.
    pub is_current: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The form of what was asked for.
    pub specification_kind: DocumentKind,
    /// Which specification: its digest.
    pub specification: String,
}

/// A package that a build uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its build.
    pub build: String,
    /// The subdir that it is in.
    pub subdir: String,
    /// Its file.
    pub file_name: String,
    /// SHA-256 of the file; empty if nobody told.
    pub sha256: String,
    /// MD5 of the file, if anybody told.
    pub md5: Option<String>,
    /// Its size in bytes, if anybody told.
    pub size: Option<i64>,
    /// The URL of its channel.
    pub channel: String,
    /// Whether that is the channel whose owner looks.
    pub is_own: bool,
    /// Whether it was asked for by name.
    pub is_requested: bool,
    /// When it left the channel, if it did.
    pub withdrawn_at: Option<Timestamp>,
}

/// The state of one subdir of a channel that a build was solved against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildChannel {
    /// The channel's URL.
    pub channel: String,
    /// Whether that is the channel whose owner looks.
    pub is_own: bool,
    /// The subdir.
    pub subdir: String,
    /// Its place among the channels, from 0.
    pub priority: i64,
    /// The state of the channel's store, if it was at hand.
    pub revision: Option<String>,
    /// The document that was read.
    pub document: Option<String>,
    /// Its SHA-256.
    pub sha256: Option<String>,
}

/// What a build left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildFile {
    /// What it is.
    pub kind: BuildFileKind,
    /// Its text.
    pub body: String,
}

/// What a file of a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildFileKind {
    /// URLs of packages (CEP 23).
    Explicit,
    /// `conda-lock.yml` (CEP 37).
    CondaLock,
    /// `environment.yml` with exact versions (CEP 24).
    EnvironmentYml,
    /// What the solver was asked, and what it said.
    Log,
}

impl BuildFileKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Explicit, Self::CondaLock, Self::EnvironmentYml, Self::Log];

    /// As it is written in stores and given on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::CondaLock => "conda-lock",
            Self::EnvironmentYml => "environment.yml",
            Self::Log => "log",
        }
    }
}

/// The columns that [`build_of`] reads.
const BUILD: &str =
    "b.id, b.platform, b.status, b.status_info, b.solver, b.made_by, b.is_current, b.started_at,
    b.ended_at, s.kind, s.sha256";

/// The columns that [`Ledger::package_of`] reads, behind as many others as it is told.
pub(super) const PACKAGE: &str = "p.name, p.version, p.build, p.subdir, p.file_name, p.sha256, p.md5, p.size,
    c.is_own, c.address, p.withdrawn_at";

impl Ledger {
    /// The environments that there are, of one namespace or of all; in order of their paths.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn environments(&mut self, namespace: Option<&Name>) -> Result<Vec<Environment>, LedgerError> {
        self.database.read(|session| {
            let rows = session.query(
                "SELECT n.name, e.name, e.created_at, e.id FROM towpath_environment AS e
                 JOIN towpath_namespace AS n ON n.id = e.namespace_id
                 WHERE e.retired_at IS NULL",
                &[],
            )?;
            let mut current = current_builds(session)?;
            let mut environments = Vec::new();
            for row in rows {
                let path = path_of(&row, 0)?;
                if namespace.is_none_or(|namespace| *namespace == path.namespace) {
                    environments.push(Environment {
                        path,
                        created_at: row.time(2)?,
                        current: current.remove(&row.int(3)?).unwrap_or_default(),
                    });
                }
            }
            environments.sort_by(|one, other| one.path.cmp(&other.path));
            Ok(environments)
        })
    }

    /// All builds of an environment that are kept, newest first.
    ///
    /// # Errors
    ///
    /// When there is no such environment, or the database fails.
    pub fn history(&mut self, path: &EnvironmentPath) -> Result<Vec<Build>, LedgerError> {
        self.database.read(|session| {
            let environment = rows::known_environment(session, path)?;
            history(session, environment)
        })
    }

    /// A build of an environment.
    ///
    /// # Errors
    ///
    /// When there is no such build, or the database fails.
    pub fn build(&mut self, path: &EnvironmentPath, id: i64) -> Result<Build, LedgerError> {
        let builds = self.history(path)?;
        let found = builds.into_iter().find(|build| build.id == id);
        found.ok_or_else(|| LedgerError::NoBuild(path.clone(), id))
    }

    /// The current build of an environment for a platform.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub fn current(&mut self, path: &EnvironmentPath, platform: &Subdir) -> Result<Build, LedgerError> {
        let builds = self.history(path)?;
        let found = builds
            .into_iter()
            .find(|build| build.is_current && build.platform == *platform);
        found.ok_or_else(|| LedgerError::NoCurrentBuild(path.clone(), platform.clone()))
    }

    /// The packages of a build, in order of their names.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn packages(&mut self, build: i64) -> Result<Vec<UsedPackage>, LedgerError> {
        let own = self.own.clone();
        self.database.read(|session| {
            let rows = session.query(
                &format!(
                    "SELECT bp.is_requested, {PACKAGE} FROM towpath_build_package AS bp
                     JOIN towpath_package AS p ON p.id = bp.package_id
                     JOIN towpath_used_channel AS c ON c.id = p.channel_id
                     WHERE bp.build_id = $1"
                ),
                &[build.into()],
            )?;
            let packages = rows.iter().map(|row| {
                let package = package_of(&own, row, 1)?;
                Ok(UsedPackage {
                    is_requested: row.bool(0)?,
                    ..package
                })
            });
            let mut packages = packages.collect::<Result<Vec<_>, LedgerError>>()?;
            packages.sort_unstable();
            Ok(packages)
        })
    }

    /// The channels that a build was solved against, in order of priority.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn channels(&mut self, build: i64) -> Result<Vec<BuildChannel>, LedgerError> {
        let own = self.own.clone();
        self.database.read(|session| {
            let rows = session.query(
                "SELECT c.is_own, c.address, bc.subdir, bc.priority, bc.revision, bc.document, bc.sha256
                 FROM towpath_build_channel AS bc
                 JOIN towpath_used_channel AS c ON c.id = bc.channel_id
                 WHERE bc.build_id = $1 ORDER BY bc.priority, bc.subdir",
                &[build.into()],
            )?;
            let channels = rows.iter().map(|row| {
                let (channel, is_own) = channel_of(&own, row, 0)?;
                Ok(BuildChannel {
                    channel,
                    is_own,
                    subdir: row.text(2)?,
                    priority: row.int(3)?,
                    revision: row.optional_text(4)?,
                    document: row.optional_text(5)?,
                    sha256: row.optional_text(6)?,
                })
            });
            channels.collect()
        })
    }

    /// A file that a build left behind, if it did.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn file(&mut self, build: i64, kind: BuildFileKind) -> Result<Option<String>, LedgerError> {
        self.database.read(|session| {
            let rows = session.query(
                "SELECT body FROM towpath_build_file WHERE build_id = $1 AND kind = $2",
                &[build.into(), kind.as_str().into()],
            )?;
            Ok(rows.first().map(|row| row.text(0)).transpose()?)
        })
    }

    /// The text of a specification, by its digest.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn specification(&mut self, sha256: &str) -> Result<Option<String>, LedgerError> {
        self.database.read(|session| {
            let rows = session.query(
                "SELECT body FROM towpath_spec WHERE sha256 = $1",
                &[sha256.into()],
            )?;
            Ok(rows.first().map(|row| row.text(0)).transpose()?)
        })
    }
}

/// All builds of an environment, newest first.
pub(super) fn history(session: &mut dyn Session, environment: i64) -> Result<Vec<Build>, LedgerError> {
    let rows = session.query(
        &format!(
            "SELECT {BUILD} FROM towpath_build AS b JOIN towpath_spec AS s ON s.id = b.spec_id
             WHERE b.environment_id = $1 AND b.retired_at IS NULL ORDER BY b.id DESC"
        ),
        &[environment.into()],
    )?;
    rows.iter().map(|row| build_of(row, 0)).collect()
}

/// The builds that are current, by environment.
fn current_builds(session: &mut dyn Session) -> Result<BTreeMap<i64, Vec<Build>>, LedgerError> {
    let rows = session.query(
        &format!(
            "SELECT b.environment_id, {BUILD} FROM towpath_build AS b
             JOIN towpath_spec AS s ON s.id = b.spec_id
             WHERE b.is_current ORDER BY b.platform"
        ),
        &[],
    )?;
    let mut builds: BTreeMap<i64, Vec<Build>> = BTreeMap::new();
    for row in rows {
        builds.entry(row.int(0)?).or_default().push(build_of(&row, 1)?);
    }
    Ok(builds)
}

fn build_of(row: &Row, first: usize) -> Result<Build, LedgerError> {
    let platform = row.text(first + 1)?;
    let kind = row.text(first + 9)?;
    Ok(Build {
        id: row.int(first)?,
        platform: platform
            .parse()
            .map_err(|_| bad_row("a build's platform", &platform))?,
        status: row.text(first + 2)?.parse()?,
        status_info: row.text(first + 3)?,
        solver: row.text(first + 4)?,
        made_by: row.text(first + 5)?,
        is_current: row.bool(first + 6)?,
        started_at: row.time(first + 7)?,
        ended_at: row.optional_time(first + 8)?,
        specification_kind: kind
            .parse()
            .map_err(|_| bad_row("a specification's kind", &kind))?,
        specification: row.text(first + 10)?,
    })
}

/// The environment's path in two columns.
pub(super) fn path_of(row: &Row, first: usize) -> Result<EnvironmentPath, LedgerError> {
    let path = format!("{}/{}", row.text(first)?, row.text(first + 1)?);
    Ok(path
        .parse()
        .map_err(|_| bad_row("an environment's name", &path))?)
}

/// The package in the columns of [`PACKAGE`]; whether it was asked for stands elsewhere.
pub(super) fn package_of(
    own: &super::OwnChannel,
    row: &Row,
    first: usize,
) -> Result<UsedPackage, LedgerError> {
    let (channel, is_own) = channel_of(own, row, first + 8)?;
    Ok(UsedPackage {
        name: row.text(first)?,
        version: row.text(first + 1)?,
        build: row.text(first + 2)?,
        subdir: row.text(first + 3)?,
        file_name: row.text(first + 4)?,
        sha256: row.text(first + 5)?,
        md5: row.optional_text(first + 6)?,
        size: row.optional_int(first + 7)?,
        channel,
        is_own,
        is_requested: false,
        withdrawn_at: row.optional_time(first + 10)?,
    })
}

/// How the channel in two columns is shown, and whether it is the one whose owner looks.
fn channel_of(own: &super::OwnChannel, row: &Row, first: usize) -> Result<(String, bool), LedgerError> {
    let address = row.text(first + 1)?;
    let is_own = row.bool(first)? && address == own.address;
    Ok(match is_own {
        true => (own.shown_url().to_owned(), true),
        false => (address, false),
    })
}

fn bad_row(name: &str, found: &str) -> StoreError {
    StoreError::BadRow {
        name: name.to_owned(),
        what: format!("{found:?} is none"),
    }
}

/// The id of a build, which has to be one of the environment.
pub(super) fn build_of_environment(
    session: &mut dyn Session,
    path: &EnvironmentPath,
    environment: i64,
    build: i64,
) -> Result<Build, LedgerError> {
    let builds = history(session, environment)?;
    let found = builds.into_iter().find(|known| known.id == build);
    found.ok_or_else(|| LedgerError::NoBuild(path.clone(), build))
}

/// Makes a build the one that its environment is at present.
pub(super) fn make_current(
    session: &mut dyn Session,
    environment: i64,
    platform: &str,
    build: i64,
) -> Result<(), LedgerError> {
    let of_platform: [Value; 2] = [environment.into(), platform.into()];
    session.execute(
        "UPDATE towpath_build SET is_current = FALSE
         WHERE environment_id = $1 AND platform = $2 AND is_current",
        &of_platform,
    )?;
    session.execute(
        "UPDATE towpath_build SET is_current = TRUE WHERE id = $1",
        &[build.into()],
    )?;
    Ok(())
}
