//! What is around the tarballs of a package.

use super::ZipDirectory;
use crate::package::PackageError;

/// What is around the tarballs of a package.
#[derive(Debug)]
pub enum Container {
    /// The zip of a `.conda`.
    Conda(Zip),
    /// The bzip2 streams of a `.tar.bz2`.
    TarBz2(Bzip2),
    /// Not what the file's ending says.
    Other(PackageError),
}

/// The zip of a `.conda`.
#[derive(Debug, Default)]
pub struct Zip {
    /// Why no member of it can be read, if so.
    pub failure: Option<PackageError>,
    /// What it says of itself.
    pub directory: Option<ZipDirectory>,
    /// The member `metadata.json`, if there is one, or why it cannot be read. Only the beginning,
    /// if it is too large.
    pub metadata_json: Option<Result<Vec<u8>, PackageError>>,
}

/// The bzip2 streams of a `.tar.bz2`.
#[derive(Clone, Debug)]
pub struct Bzip2 {
    /// How many there are, as far as the file could be read.
    pub streams: u64,
    /// Where bytes begin that are no stream, though one could begin there.
    pub no_stream: Option<u64>,
}
