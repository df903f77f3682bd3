//! Who uses a package: the current builds that have it.

use super::builds::{PACKAGE, package_of, path_of};
use super::error::LedgerError;
use super::own_channel::ChannelFile;
use super::{Ledger, OwnChannel, UsedPackage, rows};
use crate::environment::EnvironmentPath;
use crate::store::relational::{Session, Value};

/// A current build that uses a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The environment.
    pub path: EnvironmentPath,
    /// The platform.
    pub platform: String,
    /// The build.
    pub build: i64,
    /// The package.
    pub package: UsedPackage,
}

/// From the package to those who use it: the way on which each step has an index.
const USES: &str = "FROM towpath_package AS p
    JOIN towpath_used_channel AS c ON c.id = p.channel_id
    JOIN towpath_build_package AS bp ON bp.package_id = p.id
    JOIN towpath_build AS b ON b.id = bp.build_id
    JOIN towpath_environment AS e ON e.id = b.environment_id
    JOIN towpath_namespace AS n ON n.id = e.namespace_id";

impl Ledger {
    /// The current builds that use a package of this name, whatever its version and channel.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn uses_of_name(&mut self, name: &str) -> Result<Vec<Use>, LedgerError> {
        let own = self.own.clone();
        self.database
            .read(|session| uses(session, &own, "p.name = $1", &[name.into()]))
    }

    /// The current builds that use a file of the own channel.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn uses_of_file(&mut self, file: &ChannelFile) -> Result<Vec<Use>, LedgerError> {
        let own = self.own.clone();
        self.database
            .read(|session| match rows::own_channel(session, &own)? {
                None => Ok(Vec::new()),
                Some(channel) => uses(
                    session,
                    &own,
                    "p.file_name = $1 AND p.subdir = $2 AND p.channel_id = $3",
                    &[
                        file.file.as_str().into(),
                        file.subdir.as_str().into(),
                        channel.into(),
                    ],
                ),
            })
    }

    /// The current builds that use a file of these bytes, from whatever channel.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn uses_of_sha256(&mut self, sha256: &str) -> Result<Vec<Use>, LedgerError> {
        let own = self.own.clone();
        self.database
            .read(|session| uses(session, &own, "p.sha256 = $1", &[sha256.into()]))
    }

    /// The current builds that use anything of a channel.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn uses_of_channel(&mut self, url: &str) -> Result<Vec<Use>, LedgerError> {
        let own = self.own.clone();
        let (is_own, address) = match own.has_url(url) || url == own.address {
            true => (true, own.address.clone()),
            false => (false, url.trim_end_matches('/').to_owned()),
        };
        self.database.read(|session| {
            let channel = match is_own {
                true => "c.is_own AND c.address = $1",
                false => "c.is_own = FALSE AND c.address = $1",
            };
            uses(session, &own, channel, &[address.into()])
        })
    }

    /// The statement of [`uses_of_name`](Self::uses_of_name), for whoever wants to see how a database
    /// goes about it.
    pub fn uses_statement() -> String {
        statement("p.name = $1")
    }
}

fn statement(condition: &str) -> String {
    format!(
        "SELECT n.name, e.name, b.platform, b.id, bp.is_requested, {PACKAGE} {USES}
         WHERE {condition} AND b.is_current"
    )
}

fn uses(
    session: &mut dyn Session,
    own: &OwnChannel,
    condition: &str,
    parameters: &[Value],
) -> Result<Vec<Use>, LedgerError> {
    let rows = session.query(&statement(condition), parameters)?;
    let uses = rows.iter().map(|row| {
        let package = package_of(own, row, 5)?;
        Ok(Use {
            path: path_of(row, 0)?,
            platform: row.text(2)?,
            build: row.int(3)?,
            package: UsedPackage {
                is_requested: row.bool(4)?,
                ..package
            },
        })
    });
    let mut uses = uses.collect::<Result<Vec<_>, LedgerError>>()?;
    uses.sort_unstable();
    Ok(uses)
}
