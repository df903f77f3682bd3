//! How a run tells how far it is.

/// A part of a run whose length is known when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Folders are listed, one after another.
    Scan,
    /// Packages are read.
    Read {
        /// How many.
        packages: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// Documents are built and put in place.
    Write {
        /// Of how many subdirs.
        subdirs: usize,
    },
    /// The documents of the channel as a whole are built.
    Channel {
        /// From how many subdirs.
        subdirs: usize,
    },
    /// What is known of the channel is gathered, for a website.
    Gather {
        /// From how many subdirs.
        subdirs: usize,
    },
    /// Pages of a website are made.
    Pages {
        /// Of how many packages.
        packages: usize,
    },
}

/// Somebody who is told how far a run is. Calls come from several threads.
pub trait Progress: Sync {
    /// A step begins.
    fn begin(&self, step: Step);

    /// So many items of the step (packages, subdirs) and so many bytes are done.
    fn advance(&self, items: u64, bytes: u64);

    /// The step ended.
    fn end(&self);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Step) {}
    fn advance(&self, _: u64, _: u64) {}
    fn end(&self) {}
}
