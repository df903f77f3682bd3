//! `current_repodata.json` of real channels with thousands of records.
//!
//! conda-index needs conda for this document, and conda cannot be installed beside it. What it
//! makes of these records was looked at once, with the conda that follows 26.7.1: the same records,
//! field for field, in these numbers.

use rusqlite::Connection;
use serde_json::Value;

use crate::channel::TestChannel;
use crate::shared::Shared;
use crate::towpath;

/// A channel whose store holds these records, and whose folder holds nothing.
fn channel_with(repodata: &Value, subdir: &str) -> TestChannel {
    let channel = TestChannel::empty();
    towpath::index(channel.path(), &["--subdir", subdir, "--no-write-monolithic"]);
    let database = channel.path().join(subdir).join(".cache/cache.db");
    let mut connection = Connection::open(database).unwrap();
    let transaction = connection.transaction().unwrap();
    for key in ["packages", "packages.conda"] {
        for (file_name, record) in repodata[key].as_object().into_iter().flatten() {
            transaction
                .execute(
                    "INSERT INTO stat (stage, path, mtime, size) VALUES ('fs', ?1, 0, 0)",
                    [file_name],
                )
                .unwrap();
            transaction
                .execute(
                    "INSERT INTO index_json (path, index_json) VALUES (?1, ?2)",
                    [file_name, &record.to_string()],
                )
                .unwrap();
        }
    }
    transaction.commit().unwrap();
    channel
}

#[rstest::rstest]
#[case("conda-forge-2017", "linux-64", 11_437, 0)]
#[case("conda-forge-2017", "noarch", 407, 0)]
#[case("conda-forge-2026", "linux-64", 72, 1_826)]
#[case("conda-forge-2026", "linux-aarch64", 21, 1_188)]
#[case("conda-forge-2026", "linux-ppc64le", 5, 77)]
#[case("conda-forge-2026", "noarch", 85, 763)]
#[case("conda-forge-2026", "osx-64", 54, 1_626)]
#[case("conda-forge-2026", "osx-arm64", 52, 1_640)]
#[case("conda-forge-2026", "win-64", 63, 1_298)]
fn of_real_records_as_many_are_current_as_conda_says(
    #[case] collection: &str,
    #[case] subdir: &str,
    #[case] tar_bz2: usize,
    #[case] conda: usize,
) {
    let Some(shared) = Shared::found() else { return };
    let compressed = fs_err::read(shared.repodata(collection, subdir)).unwrap();
    let repodata = serde_json::from_slice(&zstd::decode_all(&compressed[..]).unwrap()).unwrap();
    let channel = channel_with(&repodata, subdir);
    let options = ["--subdir", subdir, "--no-update-cache", "--current-repodata"];
    let run = towpath::index(channel.path(), &options);
    assert!(
        !run.stderr.contains("is not in current_repodata.json"),
        "{}",
        run.stderr
    );
    let document = channel.path().join(subdir).join("current_repodata.json");
    let document: Value = serde_json::from_slice(&fs_err::read(document).unwrap()).unwrap();
    let counts = ["packages", "packages.conda"].map(|key| document[key].as_object().unwrap().len());
    assert_eq!(counts, [tar_bz2, conda]);
}
