//! What is around the tarballs of a package.

use crate::package::PackageError;

/// What is around the tarballs of a package.
#[derive(Debug)]
pub enum Container {
    /// The zip of a `.conda`.
    Conda(Zip),
    /// The bzip2 stream of a `.tar.bz2`.
    TarBz2(Bzip2),
    /// Not what the file's ending says.
    Other(PackageError),
}

/// The zip of a `.conda`.
#[derive(Debug, Default)]
pub struct Zip {
    /// Why its members cannot be read, if so.
    pub failure: Option<PackageError>,
    /// The member `metadata.json`, if it is there and not too large.
    pub metadata_json: Option<Vec<u8>>,
}

/// The bzip2 stream of a `.tar.bz2`.
#[derive(Debug)]
pub struct Bzip2 {
    /// Whether the file ends where a bzip2 stream ends.
    pub ends_as_a_stream: bool,
}
