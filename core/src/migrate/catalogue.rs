//! What stands in a schema: the objects that are conda-index's or ours, each with its definition.
//!
//! Two catalogues are equal when the same things work in both: nothing in them depends on the
//! name of the schema, on the order of tables, or on object numbers.

mod diff;
mod drift;

use std::collections::BTreeMap;
use std::fmt;

pub use drift::Drift;

/// What kind of thing an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A table, view or sequence.
    Table,
    /// A column of a table.
    Column,
    /// A constraint of a table.
    Constraint,
    /// An index that no constraint made.
    Index,
}

/// One thing in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// The table that it is part of; for a table itself.
    pub table: String,
    /// Its name; for a table the same again.
    pub name: String,
    /// What makes it what it is, as it stands in DDL.
    pub definition: String,
    /// Whether it works. An index whose building was interrupted does not.
    pub is_valid: bool,
}

/// The objects of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    objects: BTreeMap<Key, Object>,
}

/// Names are unique per kind, those of columns and constraints within their table.
type Key = (Kind, String, String);

impl Kind {
    const ALL: [Self; 4] = [Self::Table, Self::Column, Self::Constraint, Self::Index];

    /// As the text of a catalogue and sentences call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
        }
    }
}

impl Object {
    fn key(&self) -> Key {
        let table = match self.kind {
            Kind::Column | Kind::Constraint => self.table.clone(),
            Kind::Table | Kind::Index => String::new(),
        };
        (self.kind, table, self.name.clone())
    }

    /// Its name within the schema.
    fn qualified_name(&self) -> String {
        match self.kind {
            Kind::Table => self.name.clone(),
            Kind::Column | Kind::Constraint | Kind::Index => format!("{}.{}", self.table, self.name),
        }
    }
}

impl Catalogue {
    /// The catalogue of these objects.
    pub fn new(objects: impl IntoIterator<Item = Object>) -> Self {
        Self {
            objects: objects.into_iter().map(|object| (object.key(), object)).collect(),
        }
    }

    /// Reads what [`Display`](fmt::Display) writes. Lines of no known kind are passed over.
    pub fn parse(text: &str) -> Self {
        Self::new(text.lines().filter_map(|line| {
            let (head, definition) = line.split_once(": ")?;
            let (kind, name) = head.split_once(' ')?;
            let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
            let (table, name) = name.split_once('.').unwrap_or((name, name));
            Some(Object {
                kind,
                table: table.to_owned(),
                name: name.to_owned(),
                definition: definition.to_owned(),
                is_valid: true,
            })
        }))
    }

    /// The names of its tables, views and sequences.
    pub fn tables(&self) -> Vec<String> {
        self.of(Kind::Table).map(|table| table.name.clone()).collect()
    }

    /// The objects, tables first.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        self.iter().filter(move |object| object.kind == kind)
    }

    fn has_table(&self, name: &str) -> bool {
        self.of(Kind::Table).any(|table| table.name == name)
    }

    /// Without a table and what belongs to it.
    #[must_use]
    pub fn without_table(mut self, name: &str) -> Self {
        self.objects.retain(|_, object| object.table != name);
        self
    }
}

impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for object in self.iter() {
            writeln!(
                f,
                "{} {}: {}",
                object.kind.as_str(),
                object.qualified_name(),
                object.definition
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
