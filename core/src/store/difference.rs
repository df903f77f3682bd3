//! How a stage differs from a new listing. Most artifacts are listed as they were: only what
//! differs is written.

use std::iter::Peekable;
use std::slice::Iter;

use super::ListedArtifact;

/// How a stage differs from a listing.
pub(super) struct Difference<'l> {
    /// Listed, and in the stage not at all or otherwise.
    pub(super) listed: Vec<&'l ListedArtifact>,
    /// In the stage, and not listed.
    pub(super) missing: Vec<String>,
}

/// Walks a stage and a listing side by side, both sorted by name.
pub(super) struct Comparison<'l> {
    listing: Peekable<Iter<'l, ListedArtifact>>,
    difference: Difference<'l>,
}

impl<'l> Comparison<'l> {
    pub(super) fn with(listing: &'l [ListedArtifact]) -> Self {
        Self {
            listing: listing.iter().peekable(),
            difference: Difference {
                listed: Vec::new(),
                missing: Vec::new(),
            },
        }
    }

    /// Takes the next row of the stage; `is_same` says whether the row is what is listed.
    pub(super) fn take_row(&mut self, file_name: &str, is_same: impl FnOnce(&ListedArtifact) -> bool) {
        while let Some(new) = self.listing.next_if(|listed| listed.name.as_str() < file_name) {
            self.difference.listed.push(new);
        }
        match self.listing.next_if(|listed| listed.name.as_str() == file_name) {
            Some(listed) if is_same(listed) => {}
            Some(listed) => self.difference.listed.push(listed),
            None => self.difference.missing.push(file_name.to_owned()),
        }
    }

    /// The difference, when the stage has no more rows.
    pub(super) fn finish(mut self) -> Difference<'l> {
        self.difference.listed.extend(self.listing);
        self.difference
    }
}
