//! A compressed tarball, as a whole.

use super::{Component, Zstd};
use crate::package::PackageError;
pub use crate::package::tarball::TarEnd;

/// A compressed tarball, as a whole.
#[derive(Debug)]
pub struct Stream {
    /// What it is of the package.
    pub component: Component,
    /// The zip member that it is; of a `.tar.bz2` its file name.
    pub member: String,
    /// Bytes before decompression.
    pub compressed_size: u64,
    /// Why it could not be read to its end, if so. That the zip archive says otherwise of it than
    /// it is comes before all else.
    pub failure: Option<PackageError>,
    /// How the tarball in it ends, if it could be read so far.
    pub end: Option<TarEnd>,
    /// What its frames say of themselves, if it is compressed with zstd.
    pub zstd: Option<Zstd>,
}
