//! Retention: builds that nobody goes back to, and what only they needed.
//!
//! What is current or held is never deleted, nor what that needs. Rows are told apart in Rust, by sets
//! of ids: the same for every backend, and the same for telling and for doing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::error::LedgerError;
use super::{BuildStatus, Ledger};
use crate::store::relational::{Session, Value};

/// Ids in one statement.
const AT_ONCE: usize = 500;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How many builds an environment keeps for a platform: the newest, and the current one in any case.
    pub keep_builds: usize,
    /// What nobody needs is deleted if it is older than this; so are the builds of removed environments,
    /// and builds that never ended are given up.
    pub orphans_before: Timestamp,
}

/// What is deleted, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Builds that never ended, which are given up.
    pub given_up: usize,
    /// Builds.
    pub builds: usize,
    /// Specifications that no build is of.
    pub specifications: usize,
    /// Packages that no build and no hold needs.
    pub packages: usize,
    /// The bytes of these, as far as they are known.
    pub package_bytes: u64,
    /// Holds that expired.
    pub holds: usize,
    /// Environments that were removed.
    pub environments: usize,
    /// Namespaces without environments.
    pub namespaces: usize,
}

/// The ids of what goes.
#[derive(Default)]
struct Garbage {
    given_up: BTreeSet<i64>,
    builds: BTreeSet<i64>,
    specifications: BTreeSet<i64>,
    packages: BTreeSet<i64>,
    package_bytes: u64,
    holds: BTreeSet<i64>,
    environments: BTreeSet<i64>,
    namespaces: BTreeSet<i64>,
}

impl Ledger {
    /// What [`collect`](Self::collect) would delete.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn garbage(&mut self, retention: Retention, now: Timestamp) -> Result<Collected, LedgerError> {
        self.database
            .read(|session| Ok(Garbage::find(session, retention, now)?.told()))
    }

    /// Deletes what is not kept, and cannot be reached from a current build or a hold.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is deleted then.
    pub fn collect(&mut self, retention: Retention, now: Timestamp) -> Result<Collected, LedgerError> {
        self.database.write(|session| {
            let garbage = Garbage::find(session, retention, now)?;
            garbage.delete(session, now)?;
            Ok(garbage.told())
        })
    }
}

impl Garbage {
    fn find(session: &mut dyn Session, retention: Retention, now: Timestamp) -> Result<Self, LedgerError> {
        let mut garbage = Self::default();
        let (specifications, environments) = garbage.find_builds(session, retention)?;
        garbage.find_holds_and_packages(session, retention, now)?;
        let rows = session.query("SELECT id, created_at FROM towpath_spec", &[])?;
        for row in rows {
            if row.time(1)? < retention.orphans_before && !specifications.contains(&row.int(0)?) {
                garbage.specifications.insert(row.int(0)?);
            }
        }
        let mut namespaces = BTreeSet::new();
        let rows = session.query(
            "SELECT id, namespace_id, retired_at FROM towpath_environment",
            &[],
        )?;
        for row in rows {
            let is_old = row
                .optional_time(2)?
                .is_some_and(|retired| retired < retention.orphans_before);
            if is_old && !environments.contains(&row.int(0)?) {
                garbage.environments.insert(row.int(0)?);
            } else {
                namespaces.insert(row.int(1)?);
            }
        }
        let rows = session.query("SELECT id, created_at FROM towpath_namespace", &[])?;
        for row in rows {
            if row.time(1)? < retention.orphans_before && !namespaces.contains(&row.int(0)?) {
                garbage.namespaces.insert(row.int(0)?);
            }
        }
        Ok(garbage)
    }

    /// Finds builds; the specifications and environments of those that stay.
    fn find_builds(
        &mut self,
        session: &mut dyn Session,
        retention: Retention,
    ) -> Result<(BTreeSet<i64>, BTreeSet<i64>), LedgerError> {
        let rows = session.query(
            "SELECT id, environment_id, platform, status, is_current, started_at, retired_at, spec_id
             FROM towpath_build ORDER BY id DESC",
            &[],
        )?;
        let mut kept: BTreeMap<(i64, String), usize> = BTreeMap::new();
        let mut specifications = BTreeSet::new();
        let mut environments = BTreeSet::new();
        for row in rows {
            let (id, environment) = (row.int(0)?, row.int(1)?);
            let status: BuildStatus = row.text(3)?.parse()?;
            let goes = if let Some(retired) = row.optional_time(6)? {
                retired < retention.orphans_before
            } else if status == BuildStatus::Solving {
                if row.time(5)? < retention.orphans_before {
                    self.given_up.insert(id);
                }
                false
            } else {
                let kept = kept.entry((environment, row.text(2)?)).or_default();
                *kept += 1;
                *kept > retention.keep_builds && !row.bool(4)?
            };
            if goes {
                self.builds.insert(id);
            } else {
                specifications.insert(row.int(7)?);
                environments.insert(environment);
            }
        }
        Ok((specifications, environments))
    }

    /// Finds holds that expired, and packages that neither builds nor holds need. What is kept of
    /// somebody who removed a package needs its row.
    fn find_holds_and_packages(
        &mut self,
        session: &mut dyn Session,
        retention: Retention,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let mut needed = BTreeSet::new();
        let rows = session.query("SELECT build_id, package_id FROM towpath_build_package", &[])?;
        for row in rows {
            if !self.builds.contains(&row.int(0)?) {
                needed.insert(row.int(1)?);
            }
        }
        let rows = session.query("SELECT id, package_id, expires_at FROM towpath_hold", &[])?;
        for row in rows {
            let is_over = row
                .optional_time(2)?
                .is_some_and(|expires| expires <= now && expires < retention.orphans_before);
            match is_over {
                true => self.holds.insert(row.int(0)?),
                false => needed.insert(row.int(1)?),
            };
        }
        let rows = session.query("SELECT package_id FROM towpath_forced_removal", &[])?;
        for row in rows {
            needed.insert(row.int(0)?);
        }
        let rows = session.query("SELECT id, first_seen_at, size FROM towpath_package", &[])?;
        for row in rows {
            if row.time(1)? < retention.orphans_before && !needed.contains(&row.int(0)?) {
                self.packages.insert(row.int(0)?);
                self.package_bytes += row.optional_int(2)?.unwrap_or(0).unsigned_abs();
            }
        }
        Ok(())
    }

    /// Children first: not every backend deletes them with their parents.
    fn delete(&self, session: &mut dyn Session, now: Timestamp) -> Result<(), LedgerError> {
        for id in &self.given_up {
            session.execute(
                "UPDATE towpath_build SET status = 'canceled', ended_at = $1 WHERE id = $2",
                &[now.into(), (*id).into()],
            )?;
        }
        for (table, column, ids) in [
            ("towpath_build_package", "build_id", &self.builds),
            ("towpath_build_channel", "build_id", &self.builds),
            ("towpath_build_file", "build_id", &self.builds),
            ("towpath_build", "id", &self.builds),
            ("towpath_spec", "id", &self.specifications),
            ("towpath_hold", "id", &self.holds),
            ("towpath_package", "id", &self.packages),
            ("towpath_environment", "id", &self.environments),
            ("towpath_namespace", "id", &self.namespaces),
        ] {
            delete(session, table, column, ids)?;
        }
        Ok(())
    }

    fn told(&self) -> Collected {
        Collected {
            given_up: self.given_up.len(),
            builds: self.builds.len(),
            specifications: self.specifications.len(),
            packages: self.packages.len(),
            package_bytes: self.package_bytes,
            holds: self.holds.len(),
            environments: self.environments.len(),
            namespaces: self.namespaces.len(),
        }
    }
}

fn delete(
    session: &mut dyn Session,
    table: &str,
    column: &str,
    ids: &BTreeSet<i64>,
) -> Result<(), LedgerError> {
    let ids: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    for ids in ids.chunks(AT_ONCE) {
        let numbers: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
        let sql = format!("DELETE FROM {table} WHERE {column} IN ({})", numbers.join(", "));
        session.execute(&sql, ids)?;
    }
    Ok(())
}
