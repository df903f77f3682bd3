//! Of a database that several channels share, the environments that use one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::Table;
use super::{OWN, Recorded, TableRow};
use crate::store::relational::Value;
use crate::transfer::TransferError;

type Ids = BTreeSet<i64>;

impl Recorded {
    /// What is of the channel that is called `own` in the database; it is called [`OWN`] from here on.
    ///
    /// Where no other channel records environments, that is all there is. Otherwise it is what is recorded
    /// of the channel's packages, and the environments of which a build was ever solved against it.
    ///
    /// # Errors
    ///
    /// When one of these environments uses another channel of the database too: outside of the database
    /// nobody would know which one that is.
    pub(super) fn of_channel(self, own: &str) -> Result<Self, TransferError> {
        let (ours, others): (Vec<_>, Vec<_>) = self
            .own_channels()
            .into_iter()
            .partition(|(_, address)| address == own);
        let mut recorded = match (ours.first(), others.is_empty()) {
            (_, true) => self,
            (None, false) => Self::default(),
            (Some((channel, _)), false) => self.used_with(*channel)?,
        };
        for channel in recorded.0.entry(Table::UsedChannel).or_default() {
            *channel = super::with_address(channel, OWN);
        }
        Ok(recorded)
    }

    /// The channels of this database, by id.
    fn own_channels(&self) -> BTreeMap<i64, String> {
        let table = Table::UsedChannel;
        let rows = self.rows(table).iter();
        rows.filter(|row| table.value(row, "is_own") == Some(&Value::Bool(true)))
            .filter_map(|row| match table.value(row, "address") {
                Some(Value::Text(address)) => Some((table.number(row, "id")?, address.clone())),
                _ => None,
            })
            .collect()
    }

    fn used_with(self, channel: i64) -> Result<Self, TransferError> {
        let own = Ids::from([channel]);
        let own_packages = self.ids(Table::Package, "id", "channel_id", &own);
        let mut touching = self.ids(Table::BuildPackage, "build_id", "package_id", &own_packages);
        touching.extend(self.ids(Table::BuildChannel, "build_id", "channel_id", &own));

        let environments = self.ids(Table::Build, "environment_id", "id", &touching);
        let namespaces = self.ids(Table::Environment, "namespace_id", "id", &environments);
        let builds = self.ids(Table::Build, "id", "environment_id", &environments);
        let specs = self.ids(Table::Build, "spec_id", "id", &builds);
        let mut packages = self.ids(Table::BuildPackage, "package_id", "build_id", &builds);
        packages.extend(own_packages);
        let mut channels = self.ids(Table::Package, "channel_id", "id", &packages);
        channels.extend(self.ids(Table::BuildChannel, "channel_id", "build_id", &builds));
        channels.insert(channel);

        let others: Vec<String> = self
            .own_channels()
            .into_iter()
            .filter(|(id, _)| *id != channel && channels.contains(id))
            .map(|(_, address)| address)
            .collect();
        if !others.is_empty() {
            return Err(TransferError::EnvironmentsNeedOthers { channels: others });
        }
        Ok(self.kept(&BTreeMap::from([
            (Table::UsedChannel, channels),
            (Table::Namespace, namespaces),
            (Table::Environment, environments),
            (Table::Spec, specs),
            (Table::Build, builds),
            (Table::Package, packages),
        ])))
    }

    /// The numbers in column `wanted` of the rows whose column `given` has one of these.
    fn ids(&self, table: Table, wanted: &str, given: &str, among: &Ids) -> Ids {
        let rows = self.rows(table).iter();
        rows.filter(|row| table.number(row, given).is_some_and(|id| among.contains(&id)))
            .filter_map(|row| table.number(row, wanted))
            .collect()
    }

    /// The rows of these ids, and of other tables those that refer to nothing else.
    fn kept(mut self, ids: &BTreeMap<Table, Ids>) -> Self {
        let is_kept = |table: Table, row: &TableRow| {
            let mut numbers = table.columns().iter().filter_map(|(column, _)| {
                let of = match *column {
                    "id" => Some(table),
                    column => Table::referred_to_by(column),
                };
                Some((ids.get(&of?)?, table.number(row, column)?))
            });
            numbers.all(|(kept, number)| kept.contains(&number))
        };
        for (table, rows) in &mut self.0 {
            rows.retain(|row| is_kept(*table, row));
        }
        self
    }
}
