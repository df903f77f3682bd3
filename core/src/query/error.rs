//! Why records are not loaded, and why a question has no answer.

use thiserror::Error;

/// Why a document was not loaded; none of its records is then.
#[derive(Debug, Error)]
pub enum LoadError {
    /// It has no bytes.
    #[error("the document is empty")]
    Empty,
    /// It is JSON of another kind, or no JSON.
    #[error("the document is no repodata: byte {at} should be {expected}")]
    NotRepodata {
        /// Which byte, from 0.
        at: u64,
        /// What should be there.
        expected: &'static str,
    },
    /// It has no map of records.
    #[error("the document has no packages, packages.conda or v3: it is no repodata")]
    NoRecords,
    /// It ends before its end.
    #[error("the document is cut off after {bytes} bytes")]
    Truncated {
        /// How many there are.
        bytes: u64,
    },
    /// It could not be read or decompressed.
    #[error("the document cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A shard that is none.
    #[error("the shard cannot be read: {0}")]
    Shard(String),
    /// It would be more than is held.
    #[error("the document is too large: it has more than {0} bytes")]
    TooLarge(u64),
    /// Bytes came before it was said of what.
    #[error("no document was begun")]
    NotBegun,
    /// The subdir cannot be one.
    #[error("the subdir {0:?} {1}")]
    Subdir(String, String),
}

/// Why a question has no answer.
#[derive(Debug, Error)]
pub enum QueryError {
    /// It is no SQL.
    #[error("this is no SQL that can be read: {0}")]
    Syntax(String),
    /// It is not exactly one `SELECT`.
    #[error("{0}")]
    NotASelect(String),
    /// No table has this name.
    #[error("there is no table {name}; there are {tables}")]
    NoTable {
        /// The name.
        name: String,
        /// The tables that there are.
        tables: String,
    },
    /// No table has a column of this name.
    #[error("there is no column {name}; {tables}")]
    NoColumn {
        /// The name.
        name: String,
        /// The tables with their columns.
        tables: String,
    },
    /// It reads more rows than it may.
    #[error(
        "the query was ended after reading {rows} rows: a subquery, or a join on something else than \
         equality, is worked through again for each row. Use JOIN … ON a = b, and LEFT JOIN … WHERE b IS \
         NULL for what is not there"
    )]
    TooManyRows {
        /// How many rows were read.
        rows: u64,
    },
    /// GlueSQL does not do it.
    #[error("GlueSQL cannot answer this: {0}")]
    Refused(String),
}
