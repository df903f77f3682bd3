//! Conda packages and channels built in code, so that no binary fixture is ever committed:
//! what a test reads stands in the test.
//!
//! [`PackageBuilder`] makes one package, sound or broken; [`ChannelBuilder`] puts packages and
//! other files into a temporary channel; [`Generator`] describes as many realistic packages as a
//! benchmark wants. The same calls give the same bytes on every run and every machine.
//!
//! What can be wrong with a package is found where it happens: with its members in
//! [`PackageBuilder`], with its tar blocks in [`tarball`], with what is around them in
//! [`CondaContainer`] and [`TarBz2Container`].
//!
//! A fixture that cannot be made is a mistake in the test that asks for it, so these functions
//! panic rather than return errors; only [`write_channel`], which fills a user's disk, returns one.
//!
//! ```
//! use towpath_tests::{ChannelBuilder, CondaContainer, InfoEntry, Kind, PackageBuilder};
//!
//! let lock = PackageBuilder::new("lock", "1.0", "0").depends(["gate >=2"]);
//! let headless = lock.conda_with(CondaContainer {
//!     info: InfoEntry::Absent,
//!     ..CondaContainer::default()
//! });
//! let channel = ChannelBuilder::new()
//!     .package(&lock, Kind::Conda)
//!     .package(&lock, Kind::TarBz2)
//!     .file("noarch/headless-1.0-0.conda", headless);
//!
//! assert!(channel.path().join("noarch/lock-1.0-0.tar.bz2").is_file());
//! ```

#[cfg(feature = "stores")]
pub mod postgresql;
pub mod tarball;

#[cfg(feature = "native")]
mod channel;
mod conda;
mod generate;
mod package;
mod random;
mod tar_bz2;
mod zstd_frame;

#[cfg(feature = "native")]
pub use channel::{ChannelBuilder, Written, write_channel};
pub use conda::{
    Checksum, CondaContainer, Crc, Cut, EntryMethod, EntryOrder, FrameSize, InfoEntry, InfoStream, Metadata,
    PkgEntry, ZipFormat,
};
pub use generate::{Generated, Generator, PackageSize, VERSIONS_OF_A_NAME};
pub use package::{Kind, PackageBuilder};
#[cfg(feature = "stores")]
pub use postgresql::PostgresqlDatabase;
pub use random::noise;
pub use tar_bz2::{Bz2Stream, TarBz2Container};
