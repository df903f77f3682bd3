//! How much the namespaces use: bytes of packages that they need, and that nobody else does.

use std::collections::{BTreeMap, BTreeSet};

use super::Ledger;
use super::error::LedgerError;
use crate::environment::Name;
use crate::store::StoreError;

/// What a namespace uses, in all builds of it that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceUsage {
    /// The namespace.
    pub namespace: Name,
    /// How many environments it has.
    pub environments: usize,
    /// How many builds these have.
    pub builds: usize,
    /// How many files they need, each counted once.
    pub packages: usize,
    /// The bytes of these files.
    pub bytes: u64,
    /// The bytes of those that no other namespace needs: what would be free without this one.
    pub exclusive_bytes: u64,
    /// How many of the files have a size that nobody told.
    pub unknown_sizes: usize,
}

impl Ledger {
    /// What each namespace uses, in order of names. Of one whose environments were all removed nothing
    /// is said.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn usage(&mut self) -> Result<Vec<NamespaceUsage>, LedgerError> {
        let (namespaces, builds, links, sizes) = self.database.read(|session| {
            let namespaces = session.query(
                "SELECT e.id, n.name FROM towpath_environment AS e
                 JOIN towpath_namespace AS n ON n.id = e.namespace_id WHERE e.retired_at IS NULL",
                &[],
            )?;
            let builds = session.query(
                "SELECT id, environment_id FROM towpath_build WHERE retired_at IS NULL",
                &[],
            )?;
            let links = session.query("SELECT build_id, package_id FROM towpath_build_package", &[])?;
            let sizes = session.query("SELECT id, size FROM towpath_package", &[])?;
            Ok::<_, StoreError>((namespaces, builds, links, sizes))
        })?;
        let mut by_environment: BTreeMap<i64, String> = BTreeMap::new();
        let mut usage: BTreeMap<String, (NamespaceUsage, BTreeSet<i64>)> = BTreeMap::new();
        for row in &namespaces {
            let name = row.text(1)?;
            by_environment.insert(row.int(0)?, name.clone());
            let (usage, _) = match usage.entry(name.clone()) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert((NamespaceUsage::nothing(&name)?, BTreeSet::new()))
                }
            };
            usage.environments += 1;
        }
        let mut by_build: BTreeMap<i64, &str> = BTreeMap::new();
        for row in &builds {
            let Some(namespace) = by_environment.get(&row.int(1)?) else {
                continue;
            };
            by_build.insert(row.int(0)?, namespace);
            if let Some((usage, _)) = usage.get_mut(namespace) {
                usage.builds += 1;
            }
        }
        let mut users: BTreeMap<i64, usize> = BTreeMap::new();
        for row in &links {
            let used = by_build
                .get(&row.int(0)?)
                .and_then(|namespace| usage.get_mut(*namespace));
            if let Some((_, packages)) = used
                && packages.insert(row.int(1)?)
            {
                *users.entry(row.int(1)?).or_default() += 1;
            }
        }
        let sizes = sizes.iter().map(|row| Ok((row.int(0)?, row.optional_int(1)?)));
        let sizes: BTreeMap<i64, Option<i64>> = sizes.collect::<Result<_, StoreError>>()?;
        let counted = usage.into_values().map(|(mut usage, packages)| {
            usage.packages = packages.len();
            for package in packages {
                match sizes.get(&package).copied().flatten() {
                    Some(size) => {
                        usage.bytes += size.unsigned_abs();
                        if users.get(&package) == Some(&1) {
                            usage.exclusive_bytes += size.unsigned_abs();
                        }
                    }
                    None => usage.unknown_sizes += 1,
                }
            }
            usage
        });
        Ok(counted.collect())
    }
}

impl NamespaceUsage {
    fn nothing(namespace: &str) -> Result<Self, LedgerError> {
        Ok(Self {
            namespace: namespace.parse().map_err(|_| StoreError::BadRow {
                name: "a namespace".to_owned(),
                what: format!("{namespace:?} is no name"),
            })?,
            environments: 0,
            builds: 0,
            packages: 0,
            bytes: 0,
            exclusive_bytes: 0,
            unknown_sizes: 0,
        })
    }
}
