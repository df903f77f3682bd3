//! Brings a database from one version of its schema to another, and tells which version it has.
//!
//! The steps are numbered SQL files. What ran is kept in the table `towpath_migration` of the
//! database itself, together with what would undo it and with what it asks of other versions of
//! towpath. Every version has a snapshot of the catalogue that it leaves: a database without a history
//! is believed to have a version only after its live catalogue was compared with that.
//!
//! A [`Runner`] does this over any [`Database`].
//!
//! A new step is two files, `NNNN_name.up.sql` and `NNNN_name.down.sql`, with a line in
//! `Migrations::postgres` or `Migrations::sqlite`; the tests write its snapshot with
//! `UPDATE_CATALOGUE=1`. Comment lines at the beginning of the way up may say `no-transaction`,
//! `min-reader: N` and `min-writer: N` (see [`Script`], [`Migration`]).

mod catalogue;
mod clock;
mod database;
mod error;
#[cfg(feature = "gluesql")]
mod gluesql;
mod history;
mod migration;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod runner;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod status;
mod target;

pub use catalogue::{Catalogue, Drift, Kind, Object};
pub use database::{
    Blocker, Cause, Cost, Database, DatabaseError, Dialect, End, LockLevel, Locking, Timeouts,
};
pub use error::{Loss, MigrateError};
#[cfg(feature = "gluesql")]
pub use gluesql::GluesqlDatabase;
pub use history::{HISTORY_TABLE, HistoryRow, How};
pub use migration::{Execution, Migration, Migrations, Script};
pub use plan::{Direction, Plan, PlannedStatement, PlannedStep};
#[cfg(feature = "postgres")]
pub use postgres::PostgresDatabase;
pub use runner::{Adopted, DataLoss, Event, Moved, Options, Runner, StepName};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteDatabase;
pub use statement::{Effect, Statement};
pub use status::{Access, Status};
pub use target::{Target, TargetError};
