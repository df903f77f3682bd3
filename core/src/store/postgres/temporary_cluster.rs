//! A PostgreSQL server of one's own that leaves nothing behind: `towpath db temp`, and tests.

use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use thiserror::Error;

/// How long a server may take to start on a machine that is busy with other things.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// Makes the cluster, runs the server until the standard input ends, and removes everything. The
/// input is a pipe from the process that wants the server: it ends when that process does, also
/// when it is killed. Where the server ends before, its log stays to be read.
const WATCHER: &str = r#"
programs=$1 folder=$2
shift 2
cd "$folder" || exit 1
"$programs/initdb" --pgdata=data --username=towpath --auth=trust --encoding=UTF8 --locale=C --no-sync >log 2>&1 &&
"$programs/postgres" --single -D data postgres <<'SQL' >>log 2>&1 || exit 1
CREATE DATABASE towpath
SQL
exec 3<&0
cat <&3 >/dev/null &
reader=$!
{
  "$programs/postgres" -D data -k "$folder" -c unix_socket_permissions=0700 -c fsync=off "$@" >>log 2>&1
  kill $reader 2>/dev/null
} &
server=$!
wait $reader || exit 1
kill -INT "$(head -n 1 data/postmaster.pid)" 2>/dev/null
wait $server
cd / && rm -rf "$folder"
"#;

/// A private PostgreSQL server: a cluster in a new folder, reached by a Unix socket in it. Both
/// go when this is dropped or the process ends.
#[derive(Debug)]
pub struct TemporaryCluster {
    watcher: Child,
    folder: PathBuf,
}

/// How a temporary server differs from the simplest one.
#[derive(Clone, Debug, Default)]
pub struct ClusterOptions {
    /// Settings as in `postgresql.conf`. Without `listen_addresses` the server is reached by its
    /// socket alone. The port has to stay as it is.
    pub settings: Vec<(String, String)>,
    /// Files for the server to read, as name and content: certificates, keys. They lie in the
    /// cluster's folder, where settings name them by `../NAME`.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Why there is no temporary server.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// PostgreSQL's programs were not found.
    #[error(
        "there is no PostgreSQL server on this machine: no initdb in PATH nor under /usr/lib/postgresql \
         (on Debian: apt install postgresql)"
    )]
    NotInstalled,
    /// The server does not run as root, and there is nobody else to run it as.
    #[error(
        "PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody` to run it as"
    )]
    NobodyToRunAs,
    /// The server did not start.
    #[error("the temporary PostgreSQL server did not start: {log}")]
    NotStarted {
        /// What it said.
        log: String,
    },
    /// Files or processes could not be made.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl TemporaryCluster {
    /// The superuser, who needs no password.
    pub const USER: &str = "towpath";

    /// The database that is there from the beginning.
    pub const DATABASE: &str = "towpath";

    /// Makes a cluster and starts its server, which takes about two seconds.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed or does not start.
    pub fn start(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let programs = programs_folder()?;
        let folder = tempfile::Builder::new()
            .prefix("towpath-pg-")
            // A socket's path has at most 107 bytes; the folder named by TMPDIR may be deep.
            .tempdir_in("/tmp")?;
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCHER, "towpath-db-temp"])
            .arg(&programs)
            .arg(folder.path());
        if !options
            .settings
            .iter()
            .any(|(name, _)| name == "listen_addresses")
        {
            command.args(["-c", "listen_addresses="]);
        }
        for (name, value) in &options.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let owner = owner()?;
        for (name, content) in &options.files {
            let path = folder.path().join(name);
            write_private(&path, content)?;
            if let Some((user, group)) = owner {
                chown(&path, Some(user), Some(group))?;
            }
        }
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))?;
            command.uid(user).gid(group);
        }
        let watcher = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C on the terminal is for the process that wants the server.
            .process_group(0)
            .spawn()?;
        let mut cluster = Self {
            watcher,
            folder: folder.keep(),
        };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self) -> Result<(), ClusterError> {
        let started = Instant::now();
        while postgres::Client::connect(&self.url(), postgres::NoTls).is_err() {
            if self.watcher.try_wait()?.is_some() || started.elapsed() > START_TIMEOUT {
                let log = fs_err::read_to_string(self.log_file()).unwrap_or_default();
                return Err(ClusterError::NotStarted { log });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The folder with the server's socket: the host to connect to.
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// What the server said.
    pub fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The URL of the database that is there from the beginning, as superuser.
    pub fn url(&self) -> String {
        self.url_of(Self::DATABASE)
    }

    /// The URL of a database of this name, as superuser.
    pub fn url_of(&self, database: &str) -> String {
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgresql://{}@{host}/{database}", Self::USER)
    }
}

impl Drop for TemporaryCluster {
    /// Ends the watcher's input and waits until it has removed everything. What a server left that
    /// ended by itself is removed here.
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}

/// Servers refuse keys that others may read.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;

    use fs_err::os::unix::fs::OpenOptionsExt;
    fs_err::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?
        .write_all(content)
}

/// Where `initdb` and `postgres` are: in PATH, or where Debian puts the newest.
fn programs_folder() -> Result<PathBuf, ClusterError> {
    let has_programs =
        |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let in_path = Command::new("pg_config").arg("--bindir").output();
    if let Ok(output) = in_path {
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if has_programs(&folder) {
            return Ok(folder);
        }
    }
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    if let Ok(entries) = fs_err::read_dir("/usr/lib/postgresql") {
        for entry in entries {
            let entry = entry?;
            if let Some(version) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
                versions.push((version, entry.path().join("bin")));
            }
        }
    }
    versions.sort_unstable();
    let newest = versions.into_iter().map(|(_, folder)| folder).rfind(has_programs);
    newest.ok_or(ClusterError::NotInstalled)
}

/// As whom the server runs, if not as this process does: it refuses to run as root.
fn owner() -> Result<Option<(u32, u32)>, ClusterError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs_err::read_to_string("/etc/passwd")?;
    let user_and_group = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let user = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some((user, group))
    };
    let found = user_and_group("postgres").or_else(|| user_and_group("nobody"));
    found.map(Some).ok_or(ClusterError::NobodyToRunAs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_leaves_nothing_behind() {
        let cluster = TemporaryCluster::start(&ClusterOptions::default()).unwrap();
        let folder = cluster.socket_folder().to_owned();
        let mut client = postgres::Client::connect(&cluster.url(), postgres::NoTls).unwrap();
        let database: String = client.query_one("SELECT current_database()", &[]).unwrap().get(0);
        assert_eq!(database, "towpath");
        drop(client);
        drop(cluster);
        assert!(!folder.exists());
    }

    #[test]
    fn what_kept_a_server_from_starting_is_told() {
        let options = ClusterOptions {
            settings: vec![("no_such_setting".to_owned(), "1".to_owned())],
            ..ClusterOptions::default()
        };
        let error = TemporaryCluster::start(&options).unwrap_err().to_string();
        assert!(error.contains("no_such_setting"), "{error}");
    }
}
