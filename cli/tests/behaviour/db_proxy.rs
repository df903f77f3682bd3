//! A proxy in between: one that pools sessions is no matter, and one that pools transactions is
//! told, never trusted with a lock.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres::config::Host;
use serde_json::Value;
use tempfile::TempDir;
use towpath_tests::PostgresqlDatabase;

use crate::db_create::{channel, db, index};
use crate::environment::Towpath;
use crate::published::Published;

/// A `PgBouncer` in front of the tests' server. It ends with this, or with the process.
struct Proxy {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Proxy {
    /// `None` where `PgBouncer` is not installed, which is no excuse where everything has to be.
    fn start(pool_mode: &str, more: &str) -> Option<Self> {
        let Some(program) = program() else {
            assert!(std::env::var_os("CI").is_none(), "PgBouncer is not installed");
            eprintln!("SKIPPED: PgBouncer is not installed (on Debian: apt install pgbouncer)");
            return None;
        };
        let url = PostgresqlDatabase::to_be_made().url();
        let server: postgres::Config = url.parse().unwrap();
        let (host, owner) = match &server.get_hosts()[0] {
            Host::Unix(folder) => {
                let owner = fs_err::metadata(folder).unwrap();
                (folder.display().to_string(), (owner.uid(), owner.gid()))
            }
            // `nobody`, for whom PgBouncer is to run if it may not as root.
            Host::Tcp(name) => (name.clone(), (65534, 65534)),
        };
        let server_port = server.get_ports().first().copied().unwrap_or(5432);
        let user = server.get_user().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("pgbouncer.ini");
        fs_err::write(
            &settings,
            format!(
                "[databases]\n* = host={host} port={server_port} user={user}\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = any\npool_mode = {pool_mode}\n{more}\n"
            ),
        )
        .unwrap();
        let shared = |mode| std::fs::Permissions::from_mode(mode);
        fs_err::set_permissions(folder.path(), shared(0o755)).unwrap();
        fs_err::set_permissions(&settings, shared(0o644)).unwrap();
        let mut command = Command::new("sh");
        command
            // Its input ends when this process does, however it does.
            .args([
                "-c",
                r#"exec 3<&0; "$0" -q "$1" & cat <&3 >/dev/null; kill $!; wait"#,
            ])
            .arg(program)
            .arg(&settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if fs_err::metadata(folder.path()).unwrap().uid() == 0 {
            command.uid(owner.0).gid(owner.1);
        }
        let proxy = Self {
            process: command.spawn().unwrap(),
            port,
            _folder: folder,
        };
        proxy.wait_until_ready();
        Some(proxy)
    }

    fn wait_until_ready(&self) {
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "PgBouncer does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn url(&self, database: &PostgresqlDatabase) -> String {
        format!(
            "postgresql://anybody@127.0.0.1:{}/{}?sslmode=disable",
            self.port,
            database.name()
        )
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders
        .map(|folder| folder.join("pgbouncer"))
        .find(|file| file.is_file())
}

/// What the doctor says of sessions: how they are, and why.
fn sessions(url: &str) -> (String, String) {
    let outcome = db(&["doctor", "--json"], url);
    let report: Value = serde_json::from_str(outcome.stdout()).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["subject"] == "sessions");
    let text = |key: &str| found.unwrap()[key].as_str().unwrap().to_owned();
    assert_eq!(outcome.status() == 1, report["health"] == "error", "{outcome}");
    (text("health"), text("what"))
}

fn migrated() -> PostgresqlDatabase {
    let database = PostgresqlDatabase::new();
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
    database
}

#[test]
fn a_proxy_that_pools_sessions_is_no_matter() {
    let Some(proxy) = Proxy::start("session", "") else {
        return;
    };
    let database = migrated();
    let url = proxy.url(&database);
    let packages = channel(&["lock", "gate"]);
    let _ = index(&packages, &url, &[]).succeeded();
    let _ = index(&packages, &url, &[]).succeeded();
    assert_eq!(Published::of(&packages, "noarch").file_names().len(), 2);
    assert_eq!(sessions(&url).0, "ok");
    let _ = db(&["doctor"], &url).succeeded();
}

#[test]
fn the_doctor_sees_a_proxy_that_pools_transactions() {
    let database = migrated();
    for more in ["", "default_pool_size = 1"] {
        let Some(proxy) = Proxy::start("transaction", more) else {
            return;
        };
        let (health, what) = sessions(&proxy.url(&database));
        assert_eq!(health, "error", "{what}");
        assert!(what.contains("a proxy that pools transactions"), "{what}");
    }
    assert_eq!(sessions(&database.url()).0, "ok");
}

/// Several at once, so that sessions change hands.
#[test]
fn behind_a_proxy_that_pools_transactions_nothing_is_written_without_a_lock() {
    let Some(proxy) = Proxy::start("transaction", "default_pool_size = 3") else {
        return;
    };
    let database = migrated();
    let url = proxy.url(&database);
    let channels: Vec<_> = (0..4).map(|_| channel(&["lock", "gate"])).collect();
    let mut refused = 0;
    for _ in 0..2 {
        let running: Vec<_> = channels
            .iter()
            .map(|channel| {
                let call = Towpath::index(channel).args(&["--db", "postgresql", "--db-url", &url]);
                call.args(&["--on-busy", "fail"]).start()
            })
            .collect();
        for (call, channel) in running.into_iter().zip(&channels) {
            let outcome = call.wait();
            if outcome.status() == 0 {
                assert_eq!(Published::of(channel, "noarch").file_names().len(), 2);
            } else {
                refused += 1;
                // A lock that another run took stays with the proxy's session when that run is over.
                let reasons = ["pools transactions", "another process is indexing"];
                assert!(
                    reasons.iter().any(|reason| outcome.stderr().contains(reason)),
                    "{outcome}"
                );
            }
        }
    }
    assert!(refused > 0, "sessions never changed hands");
}

/// One process has the lock and is between two transactions; the proxy gives its session to another
/// one, for whom taking the same lock again is no waiting.
#[test]
fn a_lock_is_not_taken_twice_through_one_session() {
    let Some(proxy) = Proxy::start("transaction", "default_pool_size = 1") else {
        return;
    };
    let database = migrated();
    let packages = channel(&["lock"]);
    let _ = index(&packages, &database.url(), &[]).succeeded();
    let cache = fs_err::read_to_string(packages.path().join(".cache/cache.json")).unwrap();
    let cache: Value = serde_json::from_str(&cache).unwrap();
    let name = format!("{}/noarch", cache["channel_id"].as_str().unwrap());

    let mut first = postgres::Client::connect(&proxy.url(&database), postgres::NoTls).unwrap();
    let key = format!("hashtextextended(concat_ws(' ', 'towpath', current_schema(), '{name}'), 0)");
    first
        .simple_query(&format!("SELECT pg_advisory_lock({key})"))
        .unwrap();
    let repodata = packages.path().join("noarch/repodata.json");
    fs_err::remove_file(&repodata).unwrap();
    let outcome = index(&packages, &proxy.url(&database), &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("no longer holds the lock"), "{outcome}");
    assert!(!repodata.exists());
}

/// The proxy's only session has the schema of whoever set one last.
#[test]
fn nothing_is_written_to_another_schema() {
    let Some(proxy) = Proxy::start("transaction", "default_pool_size = 1") else {
        return;
    };
    let database = PostgresqlDatabase::new();
    for schema in ["mine", "theirs"] {
        let args = ["create", "--upgrade", "--db-schema", schema];
        let _ = db(&args, &database.url()).succeeded();
    }
    let mut other = postgres::Client::connect(&proxy.url(&database), postgres::NoTls).unwrap();
    let packages = channel(&["lock", "gate"]);
    let url = proxy.url(&database);
    let call = Towpath::index(&packages).args(&["--db", "postgresql", "--db-url", &url]);
    let mut running = call.args(&["--db-schema", "mine"]).start();
    while !running.is_over() {
        other.simple_query("SET search_path TO theirs").unwrap();
        std::thread::sleep(Duration::from_millis(3));
    }
    let outcome = running.wait();
    match outcome.status() {
        // The run was quicker than the other one's settings.
        0 => assert_eq!(Published::of(&packages, "noarch").file_names().len(), 2),
        _ => assert!(outcome.stderr().contains("pools transactions"), "{outcome}"),
    }
    let rows = "SELECT (SELECT count(*) FROM theirs.stat) + (SELECT count(*) FROM theirs.towpath_channel)";
    let theirs: i64 = database.connect().query_one(rows, &[]).unwrap().get(0);
    assert_eq!(theirs, 0);
}
