//! What is kept of environments: which there are, what each was solved to, and who needs which package.
//!
//! The words are those of the tables (`migrate/postgres/0004_environments.up.sql`): a *specification* is
//! what was asked for, a *build* an attempt to solve it for one platform, and of the builds of an
//! environment for a platform one is *current*. Whoever writes does so alone, so what was looked up
//! before holds until the end of the transaction.

mod builds;
#[cfg(test)]
mod conformance;
mod error;
mod gc;
mod hold;
mod own_channel;
mod packages;
mod record;
mod removal;
mod rows;
mod usage;
mod uses;

use jiff::Timestamp;

pub use builds::{Build, BuildChannel, BuildFile, BuildFileKind, BuildStatus, Environment, UsedPackage};
pub use error::LedgerError;
pub use gc::{Collected, Retention};
pub use hold::Hold;
pub use own_channel::{ChannelContent, ChannelFile, OwnChannel};
pub use record::{Outcome, Recorded, Solved};
pub use removal::{ForcedRemoval, Need, Needer};
pub use usage::NamespaceUsage;
pub use uses::Use;

use crate::store::relational::Database;

/// Who does something, and when.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The environments that a database knows, as the owner of one of its channels sees them.
pub struct Ledger {
    database: Database,
    own: OwnChannel,
}

impl Ledger {
    /// The environments in a database, for this channel's owner.
    pub fn new(database: Database, own: OwnChannel) -> Self {
        Self { database, own }
    }

    /// The channel whose owner looks.
    pub fn own_channel(&self) -> &OwnChannel {
        &self.own
    }
}
