//! How much a package may make a reader do.

/// Bounds on what is read from one package. They hold while streaming: what is beyond them is
/// never in memory.
///
/// The defaults are far from anything that real packages hold (the largest `paths.json` of
/// conda-forge is some 40 MB, the strongest honest compression about 50 to 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one metadata member (`info/paths.json` and its like).
    pub member_bytes: u64,
    /// Bytes of a metadata member that is parsed as a whole: `info/index.json`, `info/about.json` and
    /// `info/run_exports.json`. Small objects take a hundred times their bytes in memory.
    pub document_bytes: u64,
    /// Bytes of a name or extended header within a tarball.
    pub tar_header_bytes: u64,
    /// Members of a tarball.
    pub members: u64,
    /// How many times larger than the archive what comes out of it may be …
    pub expansion_ratio: u64,
    /// … once more than this many bytes have come out.
    pub expansion_free_bytes: u64,
    /// Bytes that may come out of all tarballs of a package together, when all of it is read.
    pub unpacked_bytes: u64,
    /// Bytes of what the zip of a `.conda` says of its members (about 200 for each of three), and of its
    /// last 64 KiB, where its end may be.
    pub zip_directory_bytes: u64,
    /// The largest zstd window, as a power of two. 27 (128 MiB) is what the strongest levels of
    /// zstd use with long-distance matching, and the most that its decoders accept by default.
    pub zstd_window_log: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            member_bytes: 64 << 20,
            document_bytes: 4 << 20,
            tar_header_bytes: 1 << 20,
            members: 2_000_000,
            expansion_ratio: 200,
            expansion_free_bytes: 64 << 20,
            unpacked_bytes: 16 << 30,
            zip_directory_bytes: 1 << 20,
            zstd_window_log: 27,
        }
    }
}

impl Limits {
    /// How many bytes may come out of so many compressed ones.
    pub(crate) fn allowed_expansion(&self, compressed: u64) -> u64 {
        let in_proportion = compressed.saturating_mul(self.expansion_ratio);
        in_proportion.max(self.expansion_free_bytes)
    }
}
