//! The steps on a real server.

mod adoption;
mod drift;
mod interrupted;
mod offline;
mod races;
mod versions;

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use postgres::NoTls;

use super::*;
use crate::migrate::{
    Access, DataLoss, Drift, Event, How, MigrateError, Moved, Options, Runner, Status, Target,
};
use crate::store::postgres::{ClusterOptions, TemporaryCluster};

/// A database of its own, empty, on a server for all tests. The server goes with the process.
struct Fresh {
    url: String,
}

impl Fresh {
    fn new() -> Self {
        static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = CLUSTER.get_or_init(|| TemporaryCluster::start(&ClusterOptions::default()).unwrap());
        let name = format!("migrate_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut client = Client::connect(&cluster.url(), NoTls).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self {
            url: cluster.url_of(&name),
        }
    }

    /// An empty database brought to a version.
    fn at(version: u32) -> Self {
        let fresh = Self::new();
        upgrade(&mut fresh.connect(), Target::Version(version)).unwrap();
        fresh
    }

    fn connect(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }

    /// What `pg_dump` says of the schema, without what is random.
    fn dump(&self) -> String {
        let output = program("pg_dump").args(["-s", &self.url]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .map(|line| format!("{line}\n"))
            .collect()
    }
}

/// A program of the server's version.
fn program(name: &str) -> Command {
    let folder = fs_err::read_dir("/usr/lib/postgresql")
        .unwrap()
        .map(|entry| entry.unwrap().path().join("bin"))
        .max()
        .unwrap();
    Command::new(folder.join(name))
}

/// Does something with a runner over this connection.
fn with_runner<T>(
    client: &mut Client,
    migrations: &Migrations,
    options: Options,
    work: impl FnOnce(&mut Runner<'_, PostgresDatabase<'_>>) -> T,
) -> T {
    let mut database = PostgresDatabase::new(client).unwrap();
    work(&mut Runner::new(&mut database, migrations, options))
}

/// The same with all steps.
fn run<T>(client: &mut Client, work: impl FnOnce(&mut Runner<'_, PostgresDatabase<'_>>) -> T) -> T {
    with_runner(client, &Migrations::postgres(), Options::default(), work)
}

fn silent() -> impl FnMut(Event<'_>) {
    |_| {}
}

fn upgrade(client: &mut Client, target: Target) -> Result<Moved, MigrateError> {
    run(client, |runner| runner.upgrade(target, &mut silent()))
}

fn downgrade(client: &mut Client, target: Target) -> Result<Moved, MigrateError> {
    run(client, |runner| {
        runner.downgrade(target, DataLoss::Allow, &mut silent())
    })
}

fn status(client: &mut Client) -> Status {
    run(client, |runner| runner.status().unwrap())
}

/// The version of this towpath's tables.
fn head() -> u32 {
    Migrations::postgres().head()
}

/// What a database is that has all of them.
fn current() -> Status {
    Status::Current { version: head() }
}

/// How the steps ran in a database that conda-index made.
fn adopted() -> Vec<How> {
    let applied = (1..head()).map(|_| How::Applied);
    std::iter::once(How::Adopted).chain(applied).collect()
}

fn catalogue(client: &mut Client) -> String {
    let mut database = PostgresDatabase::new(client).unwrap();
    database.catalogue().unwrap().to_string()
}

/// Little patience, for tests of what comes after it.
fn impatient() -> Options {
    Options {
        timeouts: Timeouts {
            lock: Duration::from_millis(100),
            wait: Duration::from_millis(500),
            ..Timeouts::default()
        },
        ..Options::default()
    }
}

/// Rows in every table that a database of this version has.
fn fill(client: &mut Client, version: u32) {
    if version >= 1 {
        client
            .batch_execute(
                r#"INSERT INTO stat (stage, path, mtime, size) VALUES ('fs', 'a/noarch/a-1-0.conda', 1, 2);
                   INSERT INTO index_json (path, index_json)
                   VALUES ('a/noarch/a-1-0.conda', '{"name": "a", "sha256": "0"}');
                   INSERT INTO about VALUES ('a/noarch/a-1-0.conda', '{}');
                   INSERT INTO recipe VALUES ('a/noarch/a-1-0.conda', '{}');
                   INSERT INTO run_exports VALUES ('a/noarch/a-1-0.conda', '{}');
                   INSERT INTO post_install VALUES ('a/noarch/a-1-0.conda', '{}');
                   INSERT INTO icon VALUES ('a/noarch/a-1-0.conda', '\x00');"#,
            )
            .unwrap();
    }
    if version >= 2 {
        client
            .batch_execute(
                "INSERT INTO towpath_channel (prefix, name) VALUES ('a', 'a');
                 INSERT INTO towpath_artifact VALUES ('a/noarch/a-1-0.conda', '0', 1, NULL);
                 INSERT INTO towpath_recipe VALUES ('a/noarch/a-1-0.conda', '0', true, '');",
            )
            .unwrap();
    }
    if version >= 4 {
        client.batch_execute(ENVIRONMENTS).unwrap();
    }
}

/// A row in each table of environments.
const ENVIRONMENTS: &str = include_str!("tests/environments.sql");
