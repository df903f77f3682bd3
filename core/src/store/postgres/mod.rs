//! The store in PostgreSQL: one database for any number of channels, in conda-index's own schema.

mod temporary_cluster;

pub use temporary_cluster::{ClusterError, ClusterOptions, TemporaryCluster};
