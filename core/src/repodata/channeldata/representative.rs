//! Which build represents a version of a package in a subdir.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::package::ArchiveFormat;
use crate::record::RecordIdentity;
use crate::repodata::{Edition, Place, Published};
use crate::store::{Order, Store, StoreError};

/// The build that represents a version of a package in a subdir.
#[derive(Clone, Debug)]
pub(super) struct Representative {
    pub name: String,
    pub version: String,
    /// When it was built, in seconds.
    pub built: i64,
    /// When the first build of the version became part of the channel, in milliseconds.
    pub released: Option<i64>,
}

/// The newest build of each version of each package, by file name. Of a build in both formats the
/// `.conda` counts; of equally new builds the first by name.
pub(super) fn of_subdir(
    store: &dyn Store,
    edition: &Edition<'_>,
) -> Result<BTreeMap<String, Representative>, StoreError> {
    let mut all = BTreeMap::new();
    let mut group = Group::default();
    let query = edition.options.query(None, Order::PackageName);
    edition.for_each_record(store, &query, &mut |stored, published| {
        let Published::Record {
            place: Place::Packages(format) | Place::V3(format),
            record,
        } = published
        else {
            return Ok(());
        };
        let identity = RecordIdentity::of(&record);
        let (Some(name), Some(version)) = (stored.package_name.as_deref(), identity.version) else {
            return Ok(());
        };
        if group.name != name {
            std::mem::take(&mut group).finish(&mut all);
            name.clone_into(&mut group.name);
        }
        group.builds.push(Build {
            file_name: stored.file_name.to_owned(),
            is_conda: format == ArchiveFormat::Conda,
            version: Cow::into_owned(version),
            built: identity.timestamp.map_or(0, |time| time.seconds().max(0)),
            // Without dates in its records a channel has none in its feeds: a store that remembers
            // nothing would make news of every package at every run.
            released: stored
                .indexed_timestamp
                .filter(|_| edition.options.indexed_timestamp),
        });
        Ok(())
    })?;
    group.finish(&mut all);
    Ok(all)
}

/// The builds of one package name.
#[derive(Default)]
struct Group {
    name: String,
    builds: Vec<Build>,
}

struct Build {
    file_name: String,
    is_conda: bool,
    version: String,
    built: i64,
    released: Option<i64>,
}

impl Group {
    fn finish(mut self, all: &mut BTreeMap<String, Representative>) {
        // A stable sort: the builds came in order of file name.
        self.builds.sort_by_key(|build| !build.is_conda);
        let mut chosen = BTreeMap::<String, (String, Representative)>::new();
        for build in self.builds {
            let representative = Representative {
                name: self.name.clone(),
                version: build.version.clone(),
                built: build.built,
                released: build.released,
            };
            match chosen.get_mut(&build.version) {
                None => {
                    chosen.insert(build.version, (build.file_name, representative));
                }
                Some((file_name, known)) => {
                    known.released = earliest(known.released, build.released);
                    if build.built > known.built {
                        known.built = build.built;
                        *file_name = build.file_name;
                    }
                }
            }
        }
        all.extend(chosen.into_values());
    }
}

/// The earlier of two times, of which either may be unknown.
pub(super) fn earliest(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}
