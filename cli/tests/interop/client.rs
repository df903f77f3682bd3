//! py-rattler installs from a channel that towpath made, over HTTP.

mod v3;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rstest::rstest;
use serde_json::json;
use tempfile::TempDir;
use towpath_tests::{Kind, PackageBuilder};

use crate::channel::TestChannel;
use crate::{python, towpath};

/// All documents that a client may ask for.
const EVERYTHING: [&str; 3] = ["--zst", "--run-exports", "--write-shards"];

/// A web server over a channel, until it is dropped.
struct Server {
    process: Child,
    url: String,
    log: PathBuf,
}

impl Server {
    /// Serves a folder on a free port of this machine. The log goes to `folder`'s neighbour.
    fn start(python: &Path, folder: &Path, log: PathBuf) -> Self {
        let mut process = Command::new(python)
            .args([
                "-u",
                "-m",
                "http.server",
                "0",
                "--bind",
                "127.0.0.1",
                "--directory",
            ])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(fs_err::File::create(&log).unwrap().into_parts().0)
            .spawn()
            .unwrap();
        // "Serving HTTP on 127.0.0.1 port 40000 (http://127.0.0.1:40000/) ..."
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        let url = url
            .unwrap_or_else(|| panic!("the server said {line:?}"))
            .0
            .to_owned();
        Self { process, url, log }
    }

    /// The paths that were asked for and found.
    fn served(&self) -> Vec<String> {
        // "127.0.0.1 - - [21/Nov/2026 03:40:00] "GET /noarch/repodata.json HTTP/1.1" 200 -"
        let log = fs_err::read_to_string(&self.log).unwrap();
        let found = log.lines().filter(|line| line.ends_with("\" 200 -"));
        found
            .filter_map(|line| line.split_once("\"GET /")?.1.split(' ').next())
            .map(ToOwned::to_owned)
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// What came of an attempt to install.
struct Installed {
    /// The packages, or why there are none.
    chosen: Result<Vec<String>, String>,
    served: Vec<String>,
    folder: TempDir,
}

impl Installed {
    fn has(&self, path: &str) -> bool {
        self.folder.path().join("prefix").join(path).is_file()
    }

    fn asked_for(&self, end: &str) -> bool {
        self.served.iter().any(|path| path.ends_with(end))
    }
}

/// Has a client install from a channel, in one of the ways of `client.py`.
fn install(python: &Path, channel: &TestChannel, way: &str, specs: &[&str]) -> Installed {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(python, channel.path(), folder.path().join("server.log"));
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/client.py"))
        .args([&server.url, way])
        .arg(folder.path().join("prefix"))
        .args(specs)
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let chosen = if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(ToOwned::to_owned)
            .collect())
    } else {
        assert!(stderr.contains("no solution: "), "{}: {stderr}", output.status);
        Err(stderr)
    };
    Installed {
        chosen,
        served: server.served(),
        folder,
    }
}

/// What `towpath env` solved is what a client installs from the channel, by the explicit list alone.
#[test]
fn what_was_solved_and_recorded_is_installed() {
    let Some(python) = python::with_rattler() else {
        return;
    };
    let channel = channel();
    towpath::index(channel.path(), &EVERYTHING);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&python, channel.path(), folder.path().join("server.log"));
    let list = folder.path().join("explicit.txt");
    let env = |args: &[&str]| {
        let status = Command::new(env!("CARGO_BIN_EXE_towpath"))
            .args(["env", args[0], "team/gates", "-C"])
            .arg(channel.path())
            .args(["--channel-url", &server.url])
            .args(&args[1..])
            .status()
            .unwrap();
        assert!(status.success(), "{args:?}");
    };
    env(&["solve", "lock", "--platform", "linux-64"]);
    env(&["export", "-o", list.to_str().unwrap()]);
    let output = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/client.py"))
        .arg(&list)
        .arg("explicit")
        .arg(folder.path().join("prefix"))
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "gate-3.0-0.conda\nlock-1.0-0.conda\n"
    );
    let served = server.served();
    assert!(
        served.contains(&"noarch/lock-1.0-0.conda".to_owned()),
        "{served:?}"
    );
    assert!(!served.iter().any(|path| path.contains("repodata")), "{served:?}");
    for path in [
        "share/lock/lock.txt",
        "share/gate/version",
        "conda-meta/gate-3.0-0.json",
    ] {
        assert!(folder.path().join("prefix").join(path).is_file(), "{path}");
    }
}

fn gate(version: &str) -> PackageBuilder {
    PackageBuilder::new("gate", version, "0").payload("share/gate/version", version)
}

/// `lock` needs `gate`, of which there are three versions, the last in both formats.
fn channel() -> TestChannel {
    let channel = TestChannel::empty();
    let lock = PackageBuilder::new("lock", "1.0", "0").depends(["gate >=1.0"]);
    channel.put(&lock, Kind::Conda, 1_700_000_000);
    for version in ["1.0", "2.0", "3.0"] {
        channel.put(&gate(version), Kind::Conda, 1_700_000_000);
    }
    channel.put(&gate("3.0"), Kind::TarBz2, 1_700_000_000);
    channel.put(&gate("0.9").subdir("linux-64"), Kind::TarBz2, 1_700_000_000);
    channel
}

#[rstest]
#[case::json("json", "noarch/repodata.json")]
#[case::zst("zst", "noarch/repodata.json.zst")]
#[case::sharded("sharded", "noarch/repodata_shards.msgpack.zst")]
fn a_package_and_what_it_needs_are_installed(#[case] way: &str, #[case] document: &str) {
    let Some(python) = python::with_rattler() else {
        return;
    };
    let channel = channel();
    towpath::index(channel.path(), &EVERYTHING);
    let installed = install(&python, &channel, way, &["lock"]);
    assert_eq!(
        installed.chosen.as_deref().unwrap(),
        ["gate-3.0-0.conda", "lock-1.0-0.conda"]
    );
    for path in [
        "share/lock/lock.txt",
        "share/gate/version",
        "conda-meta/lock-1.0-0.json",
    ] {
        assert!(installed.has(path), "{path}");
    }
    assert!(installed.asked_for(document), "{:?}", installed.served);
    // It fetched what it likes best, and that alone.
    let documents = [
        "repodata.json",
        "repodata.json.zst",
        "repodata_shards.msgpack.zst",
    ];
    for other in documents
        .iter()
        .filter(|other| !document.ends_with(&format!("/{other}")))
    {
        assert!(!installed.asked_for(other), "{other}: {:?}", installed.served);
    }
    let shards = installed
        .served
        .iter()
        .filter(|path| path.starts_with("noarch/shards/"));
    assert_eq!(shards.count(), if way == "sharded" { 2 } else { 0 });
}

#[rstest]
fn what_a_patch_takes_away_is_not_installed(
    #[values("json", "zst", "sharded")] way: &str,
    #[values("remove", "revoke")] instruction: &str,
) {
    let Some(python) = python::with_rattler() else {
        return;
    };
    let channel = channel();
    // What is said of a .tar.bz2 holds for the same build's .conda.
    let patch = json!({"patch_instructions_version": 1, instruction: ["gate-3.0-0.tar.bz2"]});
    let path = channel.path().join("noarch/patch_instructions.json");
    fs_err::write(path, patch.to_string()).unwrap();
    towpath::index(channel.path(), &EVERYTHING);
    let installed = install(&python, &channel, way, &["lock"]);
    assert_eq!(
        installed.chosen.as_deref().unwrap(),
        ["gate-2.0-0.conda", "lock-1.0-0.conda"]
    );
    let version = installed.folder.path().join("prefix/share/gate/version");
    assert_eq!(fs_err::read_to_string(version).unwrap(), "2.0");
    let refused = install(&python, &channel, way, &["gate ==3.0"]);
    assert!(refused.chosen.is_err(), "{:?}", refused.chosen);
}

#[test]
fn packages_may_be_served_from_elsewhere() {
    let Some(python) = python::with_rattler() else {
        return;
    };
    let channel = channel();
    let folder = tempfile::tempdir().unwrap();
    let packages = Server::start(&python, channel.path(), folder.path().join("packages.log"));
    let metadata = TestChannel::empty();
    let output = metadata.path().to_str().unwrap();
    let options = ["--output", output, "--base-url", &packages.url];
    towpath::index(channel.path(), &[&options[..], &EVERYTHING].concat());
    for way in ["json", "sharded"] {
        let installed = install(&python, &metadata, way, &["lock"]);
        assert_eq!(installed.chosen.as_deref().unwrap().len(), 2);
        assert!(!installed.asked_for(".conda"), "{:?}", installed.served);
        assert!(installed.has("share/lock/lock.txt"));
    }
    assert!(packages.served().contains(&"noarch/lock-1.0-0.conda".to_owned()));
}
