//! What every backend does, written once and run against each of them.
//!
//! A backend joins with a [`Backend`] that makes its stores and a line of `conformance_suite!`.

mod dates;
mod diff;
mod marks;
#[cfg(any(feature = "gluesql", feature = "postgres", feature = "sqlite"))]
mod model;
mod records;
mod rows;

#[cfg(any(feature = "gluesql", feature = "postgres", feature = "sqlite"))]
pub(super) use records::read_with_everything;

use jiff::Timestamp;
use serde_json::json;

use super::{
    ListedArtifact, MemoryStore, MissingArtifacts, Mtime, Order, RecordQuery, Stage, Store, StoredArtifact,
};
use crate::json::JsonText;
use crate::package::{ArtifactName, Digests, Metadata, PostInstall};

/// How exactly a backend keeps the state in which an artifact is listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    Exact,
    /// Whole seconds, and sizes under 2 GiB: conda-index's columns in PostgreSQL.
    Int4,
}

impl Precision {
    /// What comes back of what was listed.
    pub(super) fn kept(self, listed: ListedArtifact) -> ListedArtifact {
        match self {
            Self::Exact => listed,
            Self::Int4 => ListedArtifact {
                mtime: Mtime::from_seconds(listed.mtime.seconds().round()),
                ..listed
            },
        }
    }
}

/// A place with a store of one kind in it.
pub(super) trait Backend {
    /// The kind of store.
    type Store: Store;

    /// How exactly it keeps the state in which an artifact is listed.
    const PRECISION: Precision = Precision::Exact;

    /// Whether texts may have the character U+0000.
    const KEEPS_NUL: bool = true;

    /// Whether texts are kept, and not only what they say; and whether there is room for all kinds.
    const KEEPS_TEXT: bool = true;

    /// A place with an empty store.
    fn empty() -> Self;

    /// The same place with an empty store, as after somebody deleted the old one.
    fn emptied(self) -> Self;

    fn store(&mut self) -> &mut Self::Store;

    /// Lists artifacts in a stage, as another tool does.
    fn fill_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]);
}

impl Backend for MemoryStore {
    type Store = Self;

    fn empty() -> Self {
        Self::new()
    }

    fn emptied(self) -> Self {
        Self::new()
    }

    fn store(&mut self) -> &mut Self {
        self
    }

    fn fill_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) {
        self.set_stage(stage, listing);
    }
}

macro_rules! conformance_suite {
    ($name:ident, $backend:ty) => {
        mod $name {
            conformance_suite!(@area $backend, diff:
                a_new_artifact_is_changed_until_it_is_read,
                an_artifact_with_another_time_or_size_is_changed,
                an_unread_artifact_is_no_part_of_the_channel,
                an_artifact_leaves_with_the_listing_and_returns_unread,
                a_partial_listing_removes_nothing,
                a_listing_has_each_artifact_as_last_listed,
                changed_artifacts_come_in_order_of_name,
                another_stage_can_be_the_upstream,
            );
            conformance_suite!(@area $backend, records:
                file_names_are_ordered_bytewise,
                package_names_are_ordered_bytewise,
                artifacts_are_told_apart_by_format,
                an_artifact_in_several_stages_is_streamed_once,
                run_exports_come_when_asked_for,
                nothing_of_a_replaced_artifact_stays,
                the_last_of_a_name_in_a_batch_stays,
                a_forgotten_artifact_is_read_again,
                digests_are_those_last_read,
                descriptions_come_as_they_are_named,
                an_error_of_the_visitor_ends_the_visit,
            );
            conformance_suite!(@area $backend, dates:
                an_artifact_keeps_its_first_date,
                other_bytes_have_a_date_of_their_own,
                dates_are_of_names_and_bytes,
                a_forgotten_artifact_keeps_its_date,
                nothing_that_was_committed_is_dated_again,
            );
            conformance_suite!(@area $backend, rows:
                everything_that_goes_in_comes_out,
                rows_come_in_their_order,
                rows_replace_those_with_their_keys_and_no_others,
                a_copy_streams_what_the_original_does,
                what_was_copied_is_not_read_again,
                nothing_of_a_copied_artifact_stays_when_it_is_replaced,
                a_copied_artifact_can_be_forgotten,
                what_cannot_be_kept_is_rejected_and_read_again,
                numbers_of_a_record_come_out_as_they_went_in,
                nothing_is_left_after_clearing,
                an_error_of_the_visitor_ends_the_stream_of_rows,
                files_leave_the_stage_that_they_are_taken_out_of,
                files_that_no_stage_lists_are_told_apart,
                moving_rows_changes_the_mark,
            );
            conformance_suite!(@area $backend, marks:
                every_change_changes_the_mark,
                reading_leaves_the_mark,
                doing_nothing_leaves_the_mark,
                a_store_made_anew_has_another_mark,
            );
        }
    };
    (@area $backend:ty, $area:ident: $($test:ident,)+) => {
        mod $area {
            $(
                #[test]
                fn $test() {
                    crate::store::conformance::$area::$test::<$backend>();
                }
            )+
        }
    };
}

conformance_suite!(memory, crate::store::MemoryStore);
#[cfg(feature = "sqlite")]
conformance_suite!(sqlite, crate::store::sqlite::tests::SqliteInFolder);
#[cfg(feature = "gluesql")]
conformance_suite!(gluesql_memory, crate::store::gluesql::tests::InMemory);
#[cfg(feature = "gluesql-redb")]
conformance_suite!(gluesql_redb, crate::store::gluesql::tests::RedbInFolder);

#[cfg(feature = "gluesql")]
#[test]
fn gluesql_in_memory_behaves_as_memory_does() {
    model::behaves_as_memory_does::<super::gluesql::tests::InMemory>();
}

#[cfg(feature = "gluesql-redb")]
#[test]
fn gluesql_in_redb_behaves_as_memory_does() {
    model::behaves_as_memory_does::<super::gluesql::tests::RedbInFolder>();
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_behaves_as_memory_does() {
    model::behaves_as_memory_does::<super::sqlite::tests::SqliteInFolder>();
}

#[cfg(feature = "postgres")]
conformance_suite!(
    postgresql,
    crate::store::postgres::tests::Channel<crate::store::postgres::tests::OwnDatabase>
);
#[cfg(feature = "postgres")]
conformance_suite!(
    postgresql_schema,
    crate::store::postgres::tests::Channel<crate::store::postgres::tests::OwnSchema>
);

#[cfg(feature = "postgres")]
conformance_suite!(
    postgresql_over_service_file,
    crate::store::postgres::tests::Channel<crate::store::postgres::tests::OverServiceFile>
);

#[cfg(feature = "postgres")]
#[test]
fn postgresql_behaves_as_memory_does() {
    use super::postgres::tests::{Channel, OwnDatabase};
    model::behaves_as_memory_does::<Channel<OwnDatabase>>();
}

fn name(file_name: &str) -> ArtifactName {
    ArtifactName::new(file_name).unwrap()
}

/// An artifact as a folder might list it.
pub(super) fn listed(file_name: &str) -> ListedArtifact {
    ListedArtifact {
        name: name(file_name),
        mtime: Mtime::from_unix(1_795_218_771, 474_335_200),
        size: 2_683,
    }
}

/// An artifact that was read; its package name is what stands before the first hyphen of its file
/// name, and its digests are made up of `bytes`.
pub(super) fn read(file_name: &str, bytes: u8) -> StoredArtifact {
    let (package_name, _) = file_name.split_once('-').unwrap();
    read_with_name(file_name, package_name, bytes)
}

fn read_with_name(file_name: &str, package_name: &str, bytes: u8) -> StoredArtifact {
    let digests = Digests {
        md5: [bytes; 16],
        sha256: [bytes; 32],
    };
    let serde_json::Value::Object(index) = json!({"name": package_name, "version": "1", "depends": []})
    else {
        unreachable!("an object was written");
    };
    let metadata = Metadata {
        index,
        about: None,
        run_exports: None,
        recipe: None,
        rattler_recipe: None,
        post_install: PostInstall::default(),
        icon: None,
        warnings: Vec::new(),
    };
    let listed = listed(file_name);
    let size = listed.size;
    StoredArtifact::new(listed, digests, size, metadata)
}

/// The artifact with run exports that tell `bytes` apart.
fn with_run_exports(artifact: StoredArtifact) -> StoredArtifact {
    let run_exports = json!({"weak": [artifact.digests.md5_hex()]});
    StoredArtifact {
        run_exports: Some(JsonText::from_value(&run_exports)),
        ..artifact
    }
}

/// So many milliseconds after some day in 2023.
pub(super) fn day(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + milliseconds).unwrap()
}

/// Lists a folder that holds these artifacts and reads what changed; says what was read.
pub(super) fn index(store: &mut impl Store, folder: &[StoredArtifact], now: Timestamp) -> Vec<String> {
    let mut listing: Vec<_> = folder.iter().map(|artifact| artifact.listed.clone()).collect();
    listing.sort_by(|one, other| one.name.cmp(&other.name));
    store.replace_listing(&listing, MissingArtifacts::Leave).unwrap();
    let changed = changed(store, &Stage::FS);
    let batch: Vec<_> = folder
        .iter()
        .filter(|artifact| changed.contains(&artifact.listed.name.to_string()))
        .cloned()
        .collect();
    store.commit(&batch, now).unwrap();
    changed
}

/// The names of the artifacts that have to be read.
pub(super) fn changed(store: &impl Store, upstream: &Stage) -> Vec<String> {
    let changed = store.changed(upstream).unwrap();
    changed
        .into_iter()
        .map(|changed| changed.artifact.name.to_string())
        .collect()
}

/// A streamed record, owned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Streamed {
    pub(super) file_name: String,
    pub(super) record: String,
    pub(super) run_exports: Option<String>,
    pub(super) indexed_timestamp: Option<i64>,
}

/// Everything that stage `fs` makes part of the channel.
pub(super) fn whole_channel() -> RecordQuery {
    RecordQuery {
        stages: vec![Stage::FS],
        format: None,
        order: Order::FileName,
        run_exports: true,
    }
}

/// The records in canonical spelling: a backend may have its own.
pub(super) fn records(store: &impl Store, query: &RecordQuery) -> Vec<Streamed> {
    let records = records_as_spelled(store, query).into_iter();
    records
        .map(|streamed| Streamed {
            record: canonical(streamed.record.into()),
            run_exports: streamed.run_exports.map(|text| canonical(text.into())),
            ..streamed
        })
        .collect()
}

pub(super) fn records_as_spelled(store: &impl Store, query: &RecordQuery) -> Vec<Streamed> {
    let mut records = Vec::new();
    let visited = store.for_each_record(query, &mut |stored| {
        records.push(Streamed {
            file_name: stored.file_name.to_owned(),
            record: stored.record.into_owned(),
            run_exports: stored.run_exports.map(std::borrow::Cow::into_owned),
            indexed_timestamp: stored.indexed_timestamp,
        });
        Ok(())
    });
    visited.unwrap();
    records
}

fn canonical(json: std::borrow::Cow<'_, str>) -> String {
    JsonText::from_stored(json).unwrap().into_string()
}

pub(super) fn file_names(store: &impl Store, query: &RecordQuery) -> Vec<String> {
    let records = records(store, query);
    records.into_iter().map(|record| record.file_name).collect()
}

pub(super) fn digests(store: &impl Store) -> Vec<(String, String)> {
    let mut digests = Vec::new();
    let visited = store.for_each_digest(&mut |file_name, sha256| {
        digests.push((file_name.to_owned(), sha256.to_owned()));
        Ok(())
    });
    visited.unwrap();
    digests
}
