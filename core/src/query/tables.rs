//! The tables that are asked: their columns, what each means, and how it is told of a record.

use gluesql_core::ast::{ColumnDef, ColumnUniqueOption, DataType};
use gluesql_core::data::{Schema, Value};
use jiff::Timestamp;
use serde::Serialize;

use super::held::{DependencyKind, HeldDependency, HeldRecord};
use super::ordered::Records;
use super::texts::TextId;
use crate::package::ArchiveFormat;

/// A table, for people who want to ask it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct TableDescription {
    /// Its name.
    pub name: &'static str,
    /// What a row of it is.
    pub meaning: &'static str,
    /// Its columns, in their order.
    pub columns: Vec<ColumnDescription>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct ColumnDescription {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// What it says.
    pub meaning: &'static str,
}

/// What a column holds. None holds `NULL`: what a record does not say is empty text, 0 or false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// True or false.
    Boolean,
}

impl ColumnKind {
    fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Text,
            Self::Int => DataType::Int,
            Self::Boolean => DataType::Boolean,
        }
    }
}

/// A row: which record it is of, and of `dependencies` which of its dependencies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) record: usize,
    pub(super) dependency: usize,
}

/// A column and how its value is told.
struct Column {
    description: ColumnDescription,
    value: fn(&Records, Row) -> Value,
}

/// A table, each row of which is a record or a dependency of one.
pub(super) struct Table {
    pub(super) name: &'static str,
    meaning: &'static str,
    columns: &'static [Column],
}

/// Both tables.
pub(super) const TABLES: [&Table; 2] = [&RECORDS, &DEPENDENCIES];

/// The column that no two records have the same value in.
const PRIMARY_KEY: &str = "path";

macro_rules! columns {
    ($($name:literal $kind:ident $meaning:literal $value:expr;)*) => {
        &[$(Column {
            description: ColumnDescription {
                name: $name,
                kind: ColumnKind::$kind,
                meaning: $meaning,
            },
            value: $value,
        }),*]
    };
}

pub(super) const RECORDS: Table = Table {
    name: "records",
    meaning: "a build of a package, as the channel's repodata describes it",
    columns: columns! {
        "path" Text "Subdir and file name with a slash between them; no two records have the same."
            |all, row| text(all.path(row.record));
        "subdir" Text "The subdir: noarch, linux-64 and so on."
            |all, row| kept(all, record(all, row).subdir);
        "file_name" Text "The file's name."
            |all, row| text(all.file_name(row.record).to_owned());
        "format" Text "conda, tar.bz2 or whl; what follows the last dot for a file of another kind."
            |all, row| text(format(all.file_name(row.record)).to_owned());
        "name" Text "The package's name."
            |all, row| kept(all, record(all, row).name);
        "version" Text "The version, as the package says it."
            |all, row| kept(all, record(all, row).version);
        "version_order" Text "Sorts as conda sorts versions: ORDER BY name, version_order. Empty if the version is none."
            |all, row| kept(all, record(all, row).version_order);
        "newest" Boolean "Whether no build of the package in the same subdir has a newer version."
            |all, row| Value::Bool(record(all, row).is_newest);
        "build" Text "The build string."
            |all, row| kept(all, record(all, row).build);
        "build_number" Int "The build number."
            |all, row| Value::I64(record(all, row).build_number);
        "license" Text "The license."
            |all, row| kept(all, record(all, row).license);
        "license_family" Text "The license's family."
            |all, row| kept(all, record(all, row).license_family);
        "noarch" Text "generic or python if the package is noarch; empty otherwise."
            |all, row| kept(all, record(all, row).noarch);
        "track_features" Text "The features that it brings, with spaces between them: clients avoid such builds."
            |all, row| kept(all, record(all, row).track_features);
        "size" Int "The file's size in bytes."
            |all, row| Value::I64(record(all, row).size);
        "timestamp" Int "When it was built, in milliseconds since 1970."
            |all, row| Value::I64(record(all, row).timestamp);
        "built" Text "The same as text, in UTC: 2026-11-21T18:00:00Z. Texts of this kind sort by time."
            |all, row| text(utc(record(all, row).timestamp));
        "indexed_timestamp" Int "When it became part of the channel, in milliseconds since 1970 (CEP 47)."
            |all, row| Value::I64(record(all, row).indexed_timestamp);
        "indexed" Text "The same as text, in UTC."
            |all, row| text(utc(record(all, row).indexed_timestamp));
        "md5" Text "The file's MD5 in hexadecimal."
            |all, row| text(hexadecimal(record(all, row).md5.as_ref()));
        "sha256" Text "The file's SHA-256 in hexadecimal."
            |all, row| text(hexadecimal(record(all, row).sha256.as_ref()));
        "depends_count" Int "How many packages it depends on."
            |all, row| count(all, row, DependencyKind::Depends);
        "constrains_count" Int "How many packages it constrains."
            |all, row| count(all, row, DependencyKind::Constrains);
        "record" Text "The whole record in JSON."
            |all, row| text(all.held.blocks.get(record(all, row).json).to_owned());
    },
};

const DEPENDENCIES: Table = Table {
    name: "dependencies",
    meaning: "what a build says of another package: that it needs it, or which of its versions it can be with",
    columns: columns! {
        "path" Text "The path of the build in records, to join by: ON d.path = r.path."
            |all, row| text(all.path(row.record));
        "subdir" Text "The build's subdir."
            |all, row| kept(all, record(all, row).subdir);
        "name" Text "The name of the package that depends on the other."
            |all, row| kept(all, record(all, row).name);
        "version" Text "Its version."
            |all, row| kept(all, record(all, row).version);
        "newest" Boolean "Whether no build of the package in the same subdir has a newer version."
            |all, row| Value::Bool(record(all, row).is_newest);
        "dependency" Text "The name of the other package."
            |all, row| kept(all, dependency(all, row).dependency);
        "spec" Text "The match spec, as the record has it."
            |all, row| kept(all, dependency(all, row).spec);
        "kind" Text "depends, constrains or extra_depends: the key of the record that lists it."
            |all, row| text(dependency(all, row).kind.key().to_owned());
        "extra" Text "The extra that needs it, of extra_depends (CEP 48); empty otherwise."
            |all, row| kept(all, dependency(all, row).extra);
    },
};

impl Table {
    /// The table of this name.
    pub(super) fn of_name(name: &str) -> Option<&'static Self> {
        TABLES.into_iter().find(|table| table.name == name)
    }

    /// The table, for GlueSQL.
    pub(super) fn schema(&self) -> Schema {
        let column_defs = self.columns.iter().map(|column| ColumnDef {
            name: column.description.name.to_owned(),
            data_type: column.description.kind.data_type(),
            nullable: false,
            default: None,
            unique: (self.name == RECORDS.name && column.description.name == PRIMARY_KEY)
                .then_some(ColumnUniqueOption { is_primary: true }),
            comment: None,
        });
        Schema {
            table_name: self.name.to_owned(),
            column_defs: Some(column_defs.collect()),
            indexes: Vec::new(),
            engine: None,
            foreign_keys: Vec::new(),
            comment: None,
        }
    }

    /// The table, for people.
    pub(super) fn describe(&self) -> TableDescription {
        TableDescription {
            name: self.name,
            meaning: self.meaning,
            columns: self.columns.iter().map(|column| column.description).collect(),
        }
    }

    /// For each column whether `is_wanted` says so of its name.
    pub(super) fn columns_where(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<bool> {
        let columns = self.columns.iter();
        columns.map(|column| is_wanted(column.description.name)).collect()
    }

    /// The values of a row, `NULL` for those that nobody looks at.
    pub(super) fn values(&self, all: &Records, row: Row, is_wanted: &[bool]) -> Vec<Value> {
        let columns = self.columns.iter().zip(is_wanted);
        let value = |(column, is_wanted): (&Column, &bool)| match is_wanted {
            true => (column.value)(all, row),
            false => Value::Null,
        };
        columns.map(value).collect()
    }
}

fn record(all: &Records, row: Row) -> &HeldRecord {
    &all.held.records[row.record]
}

fn dependency(all: &Records, row: Row) -> &HeldDependency {
    &all.held.dependencies[row.dependency]
}

fn text(text: String) -> Value {
    Value::Str(text)
}

fn kept(all: &Records, id: TextId) -> Value {
    text(all.held.texts.get(id).to_owned())
}

fn count(all: &Records, row: Row, kind: DependencyKind) -> Value {
    let dependencies = &all.held.dependencies[record(all, row).dependencies.clone()];
    let count = dependencies
        .iter()
        .filter(|dependency| dependency.kind == kind)
        .count();
    Value::I64(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What kind of file this is.
fn format(file_name: &str) -> &str {
    match file_name.ends_with(ArchiveFormat::TarBz2.extension()) {
        true => &ArchiveFormat::TarBz2.extension()[1..],
        false => file_name.rsplit_once('.').map_or("", |(_, extension)| extension),
    }
}

fn hexadecimal<const N: usize>(digest: Option<&[u8; N]>) -> String {
    digest
        .map(|digest| base16ct::lower::encode_string(digest))
        .unwrap_or_default()
}

/// A time in UTC, in seconds; empty if there is none.
fn utc(milliseconds: i64) -> String {
    match Timestamp::from_millisecond(milliseconds) {
        Ok(time) if milliseconds != 0 => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        _ => String::new(),
    }
}
