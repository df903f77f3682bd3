//! The tables of environments, as `migrate/postgres/0004_environments.up.sql` makes them.

use ColumnType::{Bool, Int, Text, Time};

use super::TableRow;
use crate::store::relational::Value;

/// A table. Each comes after those that it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    UsedChannel,
    Namespace,
    Environment,
    Spec,
    Build,
    BuildChannel,
    Package,
    BuildPackage,
    BuildFile,
    Hold,
    ForcedRemoval,
}

/// What is in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Bool,
    Int,
    Text,
    Time,
}

impl Table {
    pub(super) const ALL: [Self; 11] = [
        Self::UsedChannel,
        Self::Namespace,
        Self::Environment,
        Self::Spec,
        Self::Build,
        Self::BuildChannel,
        Self::Package,
        Self::BuildPackage,
        Self::BuildFile,
        Self::Hold,
        Self::ForcedRemoval,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UsedChannel => "towpath_used_channel",
            Self::Namespace => "towpath_namespace",
            Self::Environment => "towpath_environment",
            Self::Spec => "towpath_spec",
            Self::Build => "towpath_build",
            Self::BuildChannel => "towpath_build_channel",
            Self::Package => "towpath_package",
            Self::BuildPackage => "towpath_build_package",
            Self::BuildFile => "towpath_build_file",
            Self::Hold => "towpath_hold",
            Self::ForcedRemoval => "towpath_forced_removal",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The columns: first those that no two rows have alike.
    pub(super) fn columns(self) -> &'static [(&'static str, ColumnType)] {
        match self {
            Self::UsedChannel => &[("id", Int), ("is_own", Bool), ("address", Text)],
            Self::Namespace => &[("id", Int), ("name", Text), ("created_at", Time)],
            Self::Environment => &[
                ("id", Int),
                ("namespace_id", Int),
                ("name", Text),
                ("created_at", Time),
                ("retired_at", Time),
            ],
            Self::Spec => &[
                ("id", Int),
                ("sha256", Text),
                ("kind", Text),
                ("body", Text),
                ("created_at", Time),
            ],
            Self::Build => &[
                ("id", Int),
                ("environment_id", Int),
                ("spec_id", Int),
                ("platform", Text),
                ("status", Text),
                ("status_info", Text),
                ("solver", Text),
                ("made_by", Text),
                ("is_current", Bool),
                ("started_at", Time),
                ("ended_at", Time),
                ("retired_at", Time),
            ],
            Self::BuildChannel => &[
                ("build_id", Int),
                ("channel_id", Int),
                ("subdir", Text),
                ("priority", Int),
                ("revision", Text),
                ("document", Text),
                ("sha256", Text),
            ],
            Self::Package => &[
                ("id", Int),
                ("channel_id", Int),
                ("subdir", Text),
                ("file_name", Text),
                ("sha256", Text),
                ("md5", Text),
                ("size", Int),
                ("name", Text),
                ("version", Text),
                ("build", Text),
                ("first_seen_at", Time),
                ("withdrawn_at", Time),
            ],
            Self::BuildPackage => &[("build_id", Int), ("package_id", Int), ("is_requested", Bool)],
            Self::BuildFile => &[("build_id", Int), ("kind", Text), ("body", Text)],
            Self::Hold => &[
                ("id", Int),
                ("package_id", Int),
                ("reason", Text),
                ("made_by", Text),
                ("created_at", Time),
                ("expires_at", Time),
            ],
            Self::ForcedRemoval => &[
                ("id", Int),
                ("package_id", Int),
                ("reason", Text),
                ("made_by", Text),
                ("needed_by", Text),
                ("removed_at", Time),
            ],
        }
    }

    /// The table whose ids are in a column of this name, in whichever table.
    pub(super) fn referred_to_by(column: &str) -> Option<Self> {
        Some(match column {
            "channel_id" => Self::UsedChannel,
            "namespace_id" => Self::Namespace,
            "environment_id" => Self::Environment,
            "spec_id" => Self::Spec,
            "build_id" => Self::Build,
            "package_id" => Self::Package,
            _ => return None,
        })
    }

    fn position(self, column: &str) -> Option<usize> {
        self.columns().iter().position(|(name, _)| *name == column)
    }

    /// The value of a column in a row of the table, if the table has the column.
    pub(super) fn value<'r>(self, row: &'r TableRow, column: &str) -> Option<&'r Value> {
        row.get(self.position(column)?)
    }

    pub(super) fn value_mut<'r>(self, row: &'r mut TableRow, column: &str) -> Option<&'r mut Value> {
        row.get_mut(self.position(column)?)
    }

    /// The same of a column with a number in it.
    pub(super) fn number(self, row: &TableRow, column: &str) -> Option<i64> {
        match self.value(row, column) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }
}
