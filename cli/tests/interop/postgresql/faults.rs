//! Servers, connections and runs that end before their time: nothing is lost, and the next run ends
//! with the right documents.

use std::os::unix::fs::{MetadataExt, chown};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use towpath_core::store::postgres::{ClusterOptions, TemporaryCluster};
use towpath_tests::PostgresqlDatabase;

use crate::channel::{Packages, TestChannel, generator};
use crate::documents::Documents;
use crate::towpath::{self, Run};

/// So many that a run takes a second, and commits what it read in several batches.
const PACKAGES: u64 = 1000;

fn packages() -> Packages {
    Packages::generated(&generator(0.0), PACKAGES)
}

fn options(url: &str) -> [&str; 6] {
    [
        "--db",
        "postgresql",
        "--db-url",
        url,
        "--no-indexed-timestamp",
        "--run-exports",
    ]
}

fn start(channel: &TestChannel, url: &str) -> Child {
    towpath::command(channel.path(), &options(url)).spawn().unwrap()
}

fn finish(run: Child) -> Run {
    Run::of(&run.wait_with_output().unwrap())
}

fn index(channel: &TestChannel, url: &str) -> Run {
    towpath::index(channel.path(), &options(url))
}

/// What an undisturbed run publishes.
fn expected(packages: &Packages) -> Documents {
    let channel = packages.channel();
    towpath::index(channel.path(), &["--no-indexed-timestamp", "--run-exports"]);
    Documents::json(channel.path())
}

/// The sessions of towpath in the client's database.
fn sessions_of_towpath(client: &mut Client) -> Vec<i32> {
    let rows = client.query(
        "SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'towpath'",
        &[],
    );
    // A server that recovers answers nothing.
    let rows = rows.unwrap_or_default();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn a_run_whose_sessions_are_ended_goes_on() {
    let packages = packages();
    let expected = expected(&packages);
    let database = PostgresqlDatabase::new();
    let channel = packages.channel();
    let mut client = database.connect();
    let mut run = start(&channel, &database.url());
    let mut ended = 0;
    while run.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(400));
        for session in sessions_of_towpath(&mut client) {
            client
                .execute("SELECT pg_terminate_backend($1)", &[&session])
                .unwrap();
            ended += 1;
        }
    }
    let run = finish(run);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(ended > 0);
    Documents::json(channel.path()).assert_are(&expected);
    assert_eq!(index(&channel, &database.url()).read(), 0);
}

#[test]
fn a_run_that_is_killed_is_completed_by_the_next() {
    let packages = packages();
    let expected = expected(&packages);
    let undisturbed = packages.channel();
    let began = Instant::now();
    index(&undisturbed, &PostgresqlDatabase::new().url());
    let duration = began.elapsed();
    for part in [0.1, 0.3, 0.5, 0.7, 0.9] {
        let database = PostgresqlDatabase::new();
        let channel = packages.channel();
        let mut run = start(&channel, &database.url());
        std::thread::sleep(duration.mul_f64(part));
        run.kill().unwrap();
        finish(run);
        Documents::json(channel.path()).assert_are_whole(&expected);
        index(&channel, &database.url());
        Documents::json(channel.path()).assert_are(&expected);
    }
}

/// When a session dies of kill -9, the server ends all others and recovers.
#[test]
fn a_run_outlives_a_crash_of_the_server() {
    let packages = packages();
    let expected = expected(&packages);
    let cluster = TemporaryCluster::start(&ClusterOptions::default()).unwrap();
    let channel = packages.channel();
    let mut client = Client::connect(&cluster.url(), NoTls).unwrap();
    let mut run = start(&channel, &cluster.url());
    let sessions = loop {
        assert!(
            run.try_wait().unwrap().is_none(),
            "it ended before it began to write"
        );
        let has_rows = client.query_one("SELECT count(*) > 0 FROM index_json", &[]);
        let sessions = sessions_of_towpath(&mut client);
        if has_rows.is_ok_and(|row| row.get(0)) && !sessions.is_empty() {
            break sessions;
        }
    };
    let killed = Command::new("kill")
        .args(["-9", &sessions[0].to_string()])
        .status();
    assert!(killed.unwrap().success());
    let run = finish(run);
    assert_eq!(run.status, Some(0), "{run:?}");
    Documents::json(channel.path()).assert_are(&expected);
}

#[test]
fn a_run_waits_for_a_free_session() {
    let settings = [("max_connections", "6"), ("superuser_reserved_connections", "2")];
    let cluster = TemporaryCluster::start(&ClusterOptions {
        settings: settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..ClusterOptions::default()
    })
    .unwrap();
    let mut superuser = Client::connect(&cluster.url(), NoTls).unwrap();
    superuser
        .batch_execute("CREATE ROLE indexer LOGIN; GRANT ALL ON SCHEMA public TO indexer")
        .unwrap();
    let url = cluster.url().replace("towpath@", "indexer@");
    let connect = || Client::connect(&url, NoTls);
    let mut others = Vec::new();
    while let Ok(client) = connect() {
        others.push(client);
    }
    let channel = Packages::generated(&generator(0.0), 20).channel();
    let run = finish(start(&channel, &url));
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("53300"), "{}", run.stderr);

    let run = start(&channel, &url);
    std::thread::sleep(Duration::from_millis(700));
    drop(others);
    let run = finish(run);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(channel.records().len(), 20);
}

#[test]
fn a_database_that_is_only_read_stays_as_it_is_and_so_do_documents() {
    let database = PostgresqlDatabase::new();
    let generator = generator(0.0);
    let channel = Packages::generated(&generator, 20).channel();
    index(&channel, &database.url());
    let before = Documents::json(channel.path());
    let added = generator.package(20);
    channel.put(&added.package, added.kind, added.built);
    let mode = |mode: &str| {
        let mut client = database.connect();
        let name: String = client.query_one("SELECT current_database()", &[]).unwrap().get(0);
        client
            .batch_execute(&format!(
                "ALTER DATABASE {name} SET default_transaction_read_only = {mode}"
            ))
            .unwrap();
    };
    mode("on");
    let run = finish(start(&channel, &database.url()));
    assert_eq!(run.status, Some(1), "{run:?}");
    Documents::json(channel.path()).assert_are(&before);
    // The session that turns it off is read-only itself until it says otherwise.
    let mut client = database.connect();
    let name: String = client.query_one("SELECT current_database()", &[]).unwrap().get(0);
    for statement in [
        "SET default_transaction_read_only = off".to_owned(),
        format!("ALTER DATABASE {name} RESET default_transaction_read_only"),
    ] {
        client.batch_execute(&statement).unwrap();
    }
    assert_eq!(index(&channel, &database.url()).read(), 1);
    assert_eq!(channel.records().len(), 21);
}

/// A folder of a few megabytes, which only root can make.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mounted() -> Option<Self> {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=200m,mode=0755", "tmpfs"])
            .arg(folder.path())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(folder))
    }

    fn resize(&self, bytes: i64) {
        let resized = Command::new("mount")
            .args(["-o", &format!("remount,size={bytes}")])
            .arg(self.0.path())
            .status();
        assert!(resized.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).status());
    }
}

#[test]
fn a_full_disk_is_told_and_costs_nothing() {
    let Some(disk) = SmallDisk::mounted() else {
        println!("skipped: only root can mount a small disk, and not in each container");
        return;
    };
    let packages = packages();
    let expected = expected(&packages);
    let cluster = TemporaryCluster::start(&ClusterOptions::default()).unwrap();
    let mut client = Client::connect(&cluster.url(), NoTls).unwrap();
    let space = disk.0.path().join("space");
    let owner = fs_err::metadata(cluster.socket_folder()).unwrap();
    fs_err::create_dir(&space).unwrap();
    chown(&space, Some(owner.uid()), Some(owner.gid())).unwrap();
    client
        .batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", space.display()))
        .unwrap();
    client
        .batch_execute("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
        .unwrap();
    let size: i64 = client
        .query_one("SELECT pg_database_size('small')", &[])
        .unwrap()
        .get(0);
    disk.resize(size + (3 << 19));
    let url = cluster.url_of("small");
    let channel = packages.channel();
    let run = finish(start(&channel, &url));
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(format!("{run:?}").contains("53100"), "{run:?}");
    disk.resize(200 << 20);
    index(&channel, &url);
    Documents::json(channel.path()).assert_are(&expected);
}
