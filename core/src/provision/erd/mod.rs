//! A picture of a database's tables: columns, keys, and what leads from one to another.
//!
//! No foreign key joins conda-index's tables, nor ours to them: conda-index deletes rows and writes
//! them again. What belongs together has the same path, and that is drawn as well.

mod dot;
mod glob;
mod layout;
mod links;
mod markdown;
mod mermaid;
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
mod svg;
#[cfg(test)]
mod tests;

use glob::matches;

/// The tables of a database and what leads from one to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagram {
    /// The tables, conda-index's first, each kind by name.
    pub tables: Vec<Table>,
    /// What joins them.
    pub relations: Vec<Relation>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type; empty where SQLite does not care.
    pub data_type: String,
    /// Whether it has to have a value.
    pub is_required: bool,
    /// Which key it is part of, the strongest first.
    pub key: Option<Key>,
    /// Whether it is part of a foreign key.
    pub is_foreign: bool,
}

/// What a column is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The primary key.
    Primary,
    /// Another unique key.
    Unique,
}

/// What joins two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The table that belongs to another, and its columns.
    pub from: End,
    /// The other one.
    pub to: End,
    /// How many rows of the first may belong to one of the other.
    pub many: Many,
    /// What holds them together.
    pub kind: RelationKind,
}

/// One end of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The table.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
}

/// How many rows may belong to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// One at most.
    One,
    /// Any number.
    Any,
}

/// What holds two tables together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// The database does.
    ForeignKey,
    /// Those who write them do: the values are the same, or begin or end with the other.
    ByValue {
        /// In a word or two.
        how: &'static str,
    },
}

impl Column {
    /// `PK`, `UK`, `FK`: as diagrams mark keys.
    fn marks(&self) -> Vec<&'static str> {
        let key = self.key.map(|key| match key {
            Key::Primary => "PK",
            Key::Unique => "UK",
        });
        key.into_iter().chain(self.is_foreign.then_some("FK")).collect()
    }
}

impl RelationKind {
    fn is_by_value(self) -> bool {
        matches!(self, Self::ByValue { .. })
    }
}

impl Relation {
    /// What is written at it.
    fn label(&self) -> String {
        let columns = self.from.columns.join(", ");
        match self.kind {
            RelationKind::ForeignKey => columns,
            RelationKind::ByValue { how } => format!("{columns}, {how}"),
        }
    }
}

impl Diagram {
    /// The diagram of these tables, with the links by value between those that are known.
    fn new(mut tables: Vec<Table>, mut relations: Vec<Relation>) -> Self {
        let is_ours = |name: &str| name.starts_with("towpath_");
        tables
            .sort_by(|one, other| (is_ours(&one.name), &one.name).cmp(&(is_ours(&other.name), &other.name)));
        relations.extend(links::between(&tables));
        Self { tables, relations }
    }

    /// Without the tables whose names match a pattern with `*` and `?`.
    #[must_use]
    pub fn without(mut self, pattern: &str) -> Self {
        self.tables.retain(|table| !matches(pattern, &table.name));
        self.relations.retain(|relation| {
            ![&relation.from, &relation.to]
                .iter()
                .any(|end| matches(pattern, &end.table))
        });
        self
    }
}
