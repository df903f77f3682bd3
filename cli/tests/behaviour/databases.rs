//! Databases of every kind, and channels that are kept in them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use postgres::{Client, NoTls};
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder, PostgresqlDatabase};

use crate::environment::{Outcome, Towpath};
use crate::published::files_below;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite3,
    Gluesql,
    Postgresql,
}

pub(crate) const BACKENDS: [Backend; 3] = [Backend::Sqlite3, Backend::Gluesql, Backend::Postgresql];

impl Backend {
    /// What `--db` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite3 => "sqlite3",
            Self::Gluesql => "gluesql",
            Self::Postgresql => "postgresql",
        }
    }
}

/// The URL of a new database with conda-index's tables and ours.
pub(crate) fn new_database() -> String {
    let url = PostgresqlDatabase::new().url();
    let _ = Towpath::new(["db", "upgrade", "--db-url", &url])
        .run()
        .succeeded();
    url
}

/// Does something in a PostgreSQL database.
pub(crate) fn sql(url: &str, statements: &str) {
    let mut client = Client::connect(url, NoTls).unwrap();
    client.batch_execute(statements).unwrap();
}

/// A channel of two subdirs, with a database of every kind to be kept in. Files have times with a
/// fraction of a second, some below its half and some above.
pub(crate) struct Kept {
    pub(crate) channel: ChannelBuilder,
    pub(crate) url: String,
}

impl Kept {
    pub(crate) fn new() -> Self {
        let lock = |version, subdir| PackageBuilder::new("lock", version, "0").subdir(subdir);
        let odd = lock("1.0", "noarch").index(|index| {
            index.insert("large".to_owned(), json!(1e22));
            index.insert("minus".to_owned(), json!(-0.0));
        });
        let full = lock("3.0", "linux-64")
            .about(json!({"summary": "A lock é", "n": 1.5}))
            .run_exports(json!({"weak": ["lock >=3"]}))
            .rattler_recipe("recipe: {}\n")
            .icon(b"\x89PNG\0");
        let channel = ChannelBuilder::new()
            .package(&odd, Kind::Conda)
            .package(&lock("2.0", "noarch"), Kind::TarBz2)
            .package(&full, Kind::Conda)
            .package(&lock("4.0", "linux-64").recipe("package: {}\n"), Kind::Conda);
        let kept = Self {
            channel,
            url: new_database(),
        };
        for (place, path) in (0..).zip(packages(kept.channel.path())) {
            kept.set_modified(&path, Duration::from_millis(1_700_000_000_250 + place * 1_500));
        }
        kept
    }

    pub(crate) fn set_modified(&self, path: &str, since_1970: Duration) {
        let file = fs_err::File::options()
            .write(true)
            .open(self.channel.path().join(path))
            .unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + since_1970).unwrap();
    }

    /// A call on this channel and with this database: `index`, or `db dump` and the like.
    pub(crate) fn call(&self, command: &[&str], args: &[&str]) -> Towpath {
        Towpath::new(command)
            .arg(self.channel.path())
            .args(args)
            .env("CONDA_INDEX_DBURL", &self.url)
            .naming(self.channel.path(), "[CHANNEL]")
    }

    pub(crate) fn index(&self, backend: Backend, args: &[&str]) -> Outcome {
        let documents = ["--run-exports", "--channeldata", "--db", backend.name()];
        self.call(&["index"], &documents).args(args).run()
    }

    /// How many packages an index run reads, and how many it takes out.
    pub(crate) fn read_and_removed(&self, backend: Backend) -> (u64, u64) {
        let outcome = self.index(backend, &["--json"]).succeeded();
        let summary: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "0")).unwrap();
        let sum = |key: &str| -> u64 {
            let subdirs = summary["subdirs"].as_array().unwrap();
            subdirs.iter().map(|subdir| subdir[key].as_u64().unwrap()).sum()
        };
        let read = sum("added") + sum("changed");
        assert_eq!(read == 0, sum("bytes_read") == 0);
        (read, sum("removed"))
    }

    /// The documents that are made of records, by their paths.
    pub(crate) fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let files = files_below(self.channel.path()).into_iter();
        files
            .filter_map(|(path, (_, _, bytes))| {
                let path = path
                    .strip_prefix(self.channel.path())
                    .unwrap()
                    .to_str()?
                    .to_owned();
                (path.ends_with(".json") && !path.contains(".cache")).then_some((path, bytes))
            })
            .collect()
    }
}

/// The packages below a channel's folder, by their paths in it, sorted.
fn packages(channel: &Path) -> Vec<String> {
    files_below(channel)
        .into_keys()
        .map(|path| path.strip_prefix(channel).unwrap().to_str().unwrap().to_owned())
        .filter(|path| path.ends_with(".conda") || path.ends_with(".tar.bz2"))
        .collect()
}
