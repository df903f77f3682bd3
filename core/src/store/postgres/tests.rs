//! The store on a real server, in the ways in which people have one.

mod limits;
mod locks;
mod reader;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};

use postgres::{Client, NoTls};

use super::*;
use crate::migrate::Migrations;
use crate::store::conformance::{Backend, Precision};
use crate::store::relational::Database;

/// The server of this test process, or the one that the caller of the tests has started.
pub(in crate::store) fn server() -> &'static str {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| match std::env::var("TOWPATH_TEST_POSTGRESQL") {
        Ok(url) => url,
        Err(_) => CLUSTER
            .get_or_init(|| TemporaryCluster::start(&ClusterOptions::default()).unwrap())
            .url(),
    })
}

/// A name that nothing else on the server has: not the number of the process, which a long run of many
/// tests comes back to.
pub(in crate::store) fn unique(what: &str) -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{what}_{:x}_{number}", *PROCESS)
}

/// The URL with another database.
fn url_of(database: &str) -> String {
    let (server, _) = server().rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

/// Makes the tables, as the migrations do.
fn make_tables(client: &mut Client) {
    for step in Migrations::postgres().iter() {
        for statement in step.up.statements() {
            client.batch_execute(statement.text).unwrap();
        }
    }
}

/// The relational database at a URL.
pub(crate) fn database_at(url: &str) -> Database {
    Database::in_postgres(settings(url), &Retry::default()).unwrap()
}

/// The URL of a database of nobody else's, with tables and nothing in them.
pub(crate) fn fresh_url() -> String {
    make_database("")
}

/// Such a database.
pub(crate) fn fresh_database() -> Database {
    database_at(&fresh_url())
}

/// Makes a database, with these clauses, and gives its URL.
fn make_database(clauses: &str) -> String {
    let name = unique("test");
    let mut client = Client::connect(server(), NoTls).unwrap();
    client
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 {clauses}"))
        .unwrap();
    let url = url_of(&name);
    make_tables(&mut Client::connect(&url, NoTls).unwrap());
    url
}

/// A way to have a place for tables.
pub(in crate::store) trait Way {
    /// The URL of the one place that all tests of this process share.
    fn url() -> &'static str;

    /// How the place is reached.
    fn settings() -> ConnectionSettings {
        settings(Self::url())
    }
}

/// A database of its own, whose collation is not by bytes.
pub(in crate::store) struct OwnDatabase;

/// A schema in a database that somebody else made.
pub(in crate::store) struct OwnSchema;

/// A database that only an entry of a service file names.
pub(in crate::store) struct OverServiceFile;

impl Way for OwnDatabase {
    fn url() -> &'static str {
        static URL: OnceLock<String> = OnceLock::new();
        URL.get_or_init(|| make_database("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"))
    }
}

impl Way for OwnSchema {
    fn url() -> &'static str {
        static URL: OnceLock<String> = OnceLock::new();
        URL.get_or_init(|| {
            let schema = unique("Chan \"a");
            let quoted = schema.replace('"', "\"\"");
            let mut client = Client::connect(&url_of("postgres"), NoTls).unwrap();
            client
                .batch_execute(&format!(
                    "CREATE SCHEMA \"{quoted}\"; SET search_path TO \"{quoted}\""
                ))
                .unwrap();
            make_tables(&mut client);
            let schema = schema.replace(' ', "%20").replace('"', "%22");
            format!("{}?schema={schema}", url_of("postgres"))
        })
    }
}

impl Way for OverServiceFile {
    fn url() -> &'static str {
        OwnDatabase::url()
    }

    fn settings() -> ConnectionSettings {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (server, database) = Self::url().rsplit_once('/').unwrap();
        let (user, host) = server.split_once("://").unwrap().1.split_once('@').unwrap();
        let host = host.replace("%2F", "/");
        let entry = format!("[channels]\nhost={host}\ndbname={database}\nuser={user}\n");
        fs_err::write(file.path(), entry).unwrap();
        let variables = [
            ("PGSERVICE", "channels".to_owned()),
            ("PGSERVICEFILE", file.path().to_str().unwrap().to_owned()),
        ];
        let surroundings = Surroundings {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
            ..Surroundings::default()
        };
        ConnectionSettings::resolve(None, &surroundings).unwrap()
    }
}

/// A channel of one subdir in a place.
pub(in crate::store) struct Channel<W> {
    store: PostgresStore,
    prefix: ChannelPrefix,
    way: std::marker::PhantomData<W>,
}

fn subdir() -> Subdir {
    "linux-64".parse().unwrap()
}

pub(in crate::store) fn settings(url: &str) -> ConnectionSettings {
    ConnectionSettings::resolve(Some(url), &Surroundings::default()).unwrap()
}

fn connect<W: Way>() -> Arc<PostgresDatabase> {
    PostgresDatabase::connect(W::settings(), Retry::default()).unwrap()
}

impl<W: Way> Channel<W> {
    /// A connection such as another tool has.
    fn raw() -> Client {
        settings(W::url()).connect().unwrap()
    }

    fn path(&self, file_name: &str) -> String {
        self.store.paths.path(file_name)
    }
}

impl<W: Way> Backend for Channel<W> {
    type Store = PostgresStore;

    const PRECISION: Precision = Precision::Int4;
    const KEEPS_NUL: bool = false;
    const KEEPS_TEXT: bool = false;

    fn empty() -> Self {
        let database = connect::<W>();
        let prefix = ChannelPrefix::new(unique("channel")).unwrap();
        Self {
            store: PostgresStore::new(database, &prefix, &subdir()),
            prefix,
            way: std::marker::PhantomData,
        }
    }

    fn emptied(self) -> Self {
        let mut client = Self::raw();
        for table in TABLES_BY_PATH
            .iter()
            .chain(&["stat", "towpath_artifact", "towpath_subdir"])
        {
            let pattern = format!("{}%", self.prefix);
            client
                .execute(&format!("DELETE FROM {table} WHERE path LIKE $1"), &[&pattern])
                .unwrap();
        }
        self
    }

    fn store(&mut self) -> &mut PostgresStore {
        &mut self.store
    }

    fn fill_stage(&mut self, stage: &Stage, listing: &[ListedArtifact]) {
        let mut client = Self::raw();
        let mut transaction = client.transaction().unwrap();
        transaction
            .execute(
                "DELETE FROM stat WHERE stage = $1 AND path LIKE $2",
                &[&stage.as_str(), &format!("{}/%", self.prefix)],
            )
            .unwrap();
        for listed in listing {
            transaction
                .execute(
                    "INSERT INTO stat (stage, path, mtime, size) VALUES ($1, $2, $3, $4)",
                    &[
                        &stage.as_str(),
                        &self.path(listed.name.as_str()),
                        &mtime_column(listed.mtime),
                        &size_column(listed.size),
                    ],
                )
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}
