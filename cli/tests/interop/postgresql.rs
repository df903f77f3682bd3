//! conda-index and towpath take turns on one PostgreSQL database, and every store comes to the
//! same documents.

mod faults;
mod races;

use rstest::rstest;
use towpath_core::migrate::Migrations;
use towpath_tests::PostgresqlDatabase;
use towpath_tests::postgresql::ENVIRONMENTS;

use crate::channel::{Packages, TestChannel, generator};
use crate::documents::Documents;
use crate::peer::Peer;
use crate::shared::Shared;
use crate::towpath::{self, Run};

/// How many packages there are: conda-index takes 10 ms for each.
const PACKAGES: u64 = 150;

/// What makes towpath's documents those of conda-index.
const AS_CONDA_INDEX: [&str; 2] = ["--no-indexed-timestamp", "--shards-in-place"];

fn conda_index(peer: &Peer, database: &PostgresqlDatabase, channel: &TestChannel, options: &[&str]) {
    let url = database.sqlalchemy_url();
    let database = ["--db", "postgresql", "--db-url", &url];
    peer.index(channel.path(), &[&database, options].concat());
}

fn index(database: &PostgresqlDatabase, channel: &TestChannel, options: &[&str]) -> Run {
    let url = database.url();
    let database = ["--db", "postgresql", "--db-url", &url, "--auto-upgrade"];
    towpath::index(channel.path(), &[&database, options].concat())
}

#[rstest]
#[case::from_conda_index([false, true, false, true])]
#[case::from_towpath([true, false, true, false])]
fn the_others_read_no_package_and_change_no_document(
    #[case] turns_of_towpath: [bool; 4],
    #[values(&["--run-exports"], &["--run-exports", "--write-shards"])] options: &[&str],
) {
    let Some(peer) = Peer::found() else { return };
    let database = PostgresqlDatabase::new();
    let channel = Packages::generated(&generator(0.3), PACKAGES).channel();
    channel.spread_times();
    let mut first = None;
    for is_towpath in turns_of_towpath {
        if is_towpath {
            let run = index(&database, &channel, &[options, &AS_CONDA_INDEX].concat());
            assert_eq!(run.read(), if first.is_none() { PACKAGES } else { 0 });
        } else {
            conda_index(&peer, &database, &channel, options);
        }
        match &first {
            None => {
                first = Some(Packages::at(channel.path().to_owned()).channel());
                // From here on, whoever opens a package finds nothing in it and says so.
                channel.hollow_out();
            }
            Some(first) => {
                // With shards, conda-index leaves a patch_instructions.json that has none.
                peer.assert_same(first.path(), channel.path(), "[!p]*");
                peer.assert_same(channel.path(), first.path(), "[!p]*");
            }
        }
    }
}

#[test]
fn packages_of_conda_index_became_part_of_the_channel_when_they_were_built() {
    let Some(peer) = Peer::found() else { return };
    let database = PostgresqlDatabase::new();
    let generator = generator(0.3);
    let channel = Packages::generated(&generator, PACKAGES).channel();
    conda_index(&peer, &database, &channel, &[]);
    index(&database, &channel, &[]);
    for record in channel.records() {
        assert_eq!(record["indexed_timestamp"], record["timestamp"], "{record}");
    }
    let dated = Documents::json(channel.path());
    let added = generator.package(PACKAGES);
    channel.put(&added.package, added.kind, added.built);
    conda_index(&peer, &database, &channel, &[]);
    index(&database, &channel, &[]);
    let (now, old): (Vec<_>, Vec<_>) = channel
        .records()
        .into_iter()
        .partition(|record| record["indexed_timestamp"] != record["timestamp"]);
    assert_eq!((now.len(), old.len() as u64), (1, PACKAGES), "{now:?}");
    fs_err::remove_file(channel.path().join(added.subdir).join(added.file_name())).unwrap();
    index(&database, &channel, &[]);
    Documents::json(channel.path()).assert_are(&dated);
}

/// All rows of the tables of environments.
fn environments(database: &PostgresqlDatabase) -> Vec<String> {
    let mut client = database.connect();
    let tables = "SELECT tablename::text FROM pg_tables
                  WHERE schemaname = 'public' AND tablename IN (
                      'towpath_used_channel', 'towpath_namespace', 'towpath_environment', 'towpath_spec',
                      'towpath_build', 'towpath_build_channel', 'towpath_package', 'towpath_build_package',
                      'towpath_build_file', 'towpath_hold', 'towpath_forced_removal')
                  ORDER BY 1";
    let tables = client.query(tables, &[]).unwrap();
    let rows = tables.iter().flat_map(|table| {
        let query = format!("SELECT t::text FROM {} AS t", table.get::<_, String>(0));
        client.query(&query, &[]).unwrap()
    });
    rows.map(|row| row.get(0)).collect()
}

/// On the newest version of the tables, with rows in those that it does not know.
#[test]
fn conda_index_leaves_environments_alone() {
    let Some(peer) = Peer::found() else { return };
    let database = PostgresqlDatabase::new();
    let generator = generator(0.3);
    let channel = Packages::generated(&generator, PACKAGES).channel();
    index(&database, &channel, &AS_CONDA_INDEX);
    database.connect().batch_execute(ENVIRONMENTS).unwrap();
    let version = "SELECT max(version) FROM towpath_migration";
    let version: i64 = database.connect().query_one(version, &[]).unwrap().get(0);
    assert_eq!(version, i64::from(Migrations::postgres().head()));
    let recorded = environments(&database);
    assert_eq!(recorded.len(), 11);

    let first = Packages::at(channel.path().to_owned()).channel();
    conda_index(&peer, &database, &channel, &[]);
    peer.assert_same(first.path(), channel.path(), "[!p]*");
    let added = generator.package(PACKAGES);
    channel.put(&added.package, added.kind, added.built);
    conda_index(&peer, &database, &channel, &[]);
    assert_eq!(channel.records().len() as u64, PACKAGES + 1);
    assert_eq!(index(&database, &channel, &AS_CONDA_INDEX).read(), 0);
    assert_eq!(environments(&database), recorded);
}

/// As conda-index's documentation describes it, for channels whose packages are not all there.
#[test]
fn a_package_leaves_a_partial_channel_by_sql() {
    let database = PostgresqlDatabase::new();
    let channel = Packages::generated(&generator(0.0), 20).channel();
    index(&database, &channel, &[]);
    let packages = channel.packages();
    for package in &packages {
        fs_err::remove_file(package).unwrap();
    }
    let run = index(&database, &channel, &["--update-only"]);
    assert_eq!(run.sum("removed"), 0);
    assert_eq!(channel.records().len(), packages.len());

    let gone = packages[3].strip_prefix(channel.path()).unwrap();
    let prefix: String = serde_json::from_slice::<serde_json::Value>(
        &fs_err::read(channel.path().join(".cache/cache.json")).unwrap(),
    )
    .unwrap()["channel_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{prefix}/{}", gone.display());
    let removed = database
        .connect()
        .execute("DELETE FROM stat WHERE path = $1 AND stage = 'fs'", &[&path])
        .unwrap();
    assert_eq!(removed, 1);
    index(&database, &channel, &["--update-only"]);
    assert_eq!(channel.records().len(), packages.len() - 1);
    // Who does not say that the channel is partial, says that all of it is gone.
    index(&database, &channel, &[]);
    assert_eq!(channel.records().len(), 0);
}

#[test]
fn channels_in_one_database_do_not_see_each_other() {
    let database = PostgresqlDatabase::new();
    let packages = Packages::generated(&generator(0.3), 60);
    let (one, other) = (packages.channel(), packages.channel());
    let in_sqlite = packages.channel();
    fs_err::remove_file(&other.packages()[0]).unwrap();
    let options = ["--no-indexed-timestamp", "--channeldata", "--channel-name", "x"];
    index(&database, &one, &options);
    index(&database, &other, &options);
    index(&database, &one, &options);
    towpath::index(in_sqlite.path(), &options);
    Documents::json(one.path()).assert_are(&Documents::json(in_sqlite.path()));
    fs_err::remove_file(&in_sqlite.packages()[0]).unwrap();
    towpath::index(in_sqlite.path(), &options);
    Documents::json(other.path()).assert_are(&Documents::json(in_sqlite.path()));
}

/// Indexes the packages with every store, all documents that there are.
fn assert_every_store_makes_the_same_documents(packages: &Packages) {
    let options = [
        "--no-indexed-timestamp",
        "--channel-name=x",
        "--channeldata",
        "--current-repodata",
        "--run-exports",
        "--write-shards",
        "--zst",
        "--repodata-next",
        "--skip-broken",
    ];
    let database = PostgresqlDatabase::new();
    let channels = [(); 3].map(|()| packages.channel());
    let [in_sqlite, in_postgresql, in_gluesql] = &channels;
    let run = towpath::index(in_sqlite.path(), &options);
    let in_database = index(&database, in_postgresql, &options);
    let gluesql = towpath::index(in_gluesql.path(), &[&options[..], &["--db", "gluesql"]].concat());
    assert_eq!((in_database.read(), gluesql.read()), (run.read(), run.read()));
    let documents = Documents::of(in_sqlite.path());
    Documents::of(in_postgresql.path()).assert_are(&documents);
    Documents::of(in_gluesql.path()).assert_are(&documents);
}

#[test]
fn every_store_makes_the_same_documents_of_generated_packages() {
    assert_every_store_makes_the_same_documents(&Packages::generated(&generator(0.3), 2000));
}

#[test]
fn every_store_makes_the_same_documents_of_real_packages() {
    let Some(shared) = Shared::found() else { return };
    assert_every_store_makes_the_same_documents(&Packages::at(shared.packages()));
}
