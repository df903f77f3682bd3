//! `channeldata.json`: what a channel says of each package name, all subdirs and versions taken
//! together (CEP 38).
//!
//! Each version of a name in a subdir is represented by its newest build. A field has the value
//! that the newest version gives it; a version that says nothing of it leaves it to the next older
//! one. Nothing is taken from the document that was written before, so packages that are gone are
//! gone from here too, and subdirs can be read in any order.

mod described;
mod package;
mod rank;
mod representative;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};

pub use self::package::ChannelPackage;
use super::Edition;
use crate::json::{JsonText, Layout, ObjectStream};
use crate::store::{Store, StoreError};

/// What a channel, or a part of its subdirs, says of its packages.
#[derive(Clone, Debug, Default)]
pub struct Channeldata {
    subdirs: BTreeSet<String>,
    packages: BTreeMap<String, ChannelPackage>,
}

impl Channeldata {
    /// What one subdir says, in one pass over its records and one over the descriptions of those
    /// that represent a version.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn of_subdir(store: &dyn Store, edition: &Edition<'_>) -> Result<Self, StoreError> {
        let subdir = edition.options.subdir.as_str();
        let mut packages = BTreeMap::<String, ChannelPackage>::new();
        let representatives = representative::of_subdir(store, edition)?;
        let file_names: Vec<String> = representatives.keys().cloned().collect();
        store.for_each_description(&file_names, &mut |description| {
            if let Some(representative) = representatives.get(description.file_name)
                && let Some(package) =
                    ChannelPackage::of_version(subdir, representative, &description, edition)?
            {
                let name = representative.name.clone();
                match packages.remove(&name) {
                    Some(known) => packages.insert(name, known.merged_with(package)),
                    None => packages.insert(name, package),
                };
            }
            Ok(())
        })?;
        Ok(Self {
            subdirs: BTreeSet::from([subdir.to_owned()]),
            packages,
        })
    }

    /// What both say together. Where they say the same of equally new packages, `self` counts.
    #[must_use]
    pub fn merged_with(mut self, other: Self) -> Self {
        self.subdirs.extend(other.subdirs);
        for (name, package) in other.packages {
            let package = match self.packages.remove(&name) {
                Some(known) => known.merged_with(package),
                None => package,
            };
            self.packages.insert(name, package);
        }
        self
    }

    /// The subdirs.
    pub fn subdirs(&self) -> impl Iterator<Item = &str> {
        self.subdirs.iter().map(String::as_str)
    }

    /// The packages, in order of name.
    pub fn packages(&self) -> impl ExactSizeIterator<Item = (&str, &ChannelPackage)> {
        self.packages
            .iter()
            .map(|(name, package)| (name.as_str(), package))
    }

    /// Writes the document.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write(&self, layout: Layout, mut out: impl Write) -> io::Result<()> {
        let mut document = ObjectStream::begin(&mut out, layout)?;
        document.member("channeldata_version", "1")?;
        document.begin_object("packages")?;
        for (name, package) in &self.packages {
            document.member(name, JsonText::from_value(&package.members().into()).as_str())?;
        }
        document.end_object()?;
        let subdirs: Value = json!(self.subdirs);
        document.member("subdirs", JsonText::from_value(&subdirs).as_str())?;
        document.finish()?;
        // conda-index ends this document, unlike repodata, with a line break of its own.
        out.write_all(b"\n")
    }
}
