//! What people do that they did not mean: it is told, and protects no less.

use insta::assert_snapshot;
use rstest::rstest;

use super::Scene;
use crate::databases::Backend;
use crate::environment::Outcome;

const LOCK: &str = "linux-64/lock-4.0-0.conda";

impl Scene {
    /// Records a list of lines.
    fn record_lines(&self, path: &str, lines: &[&str], more: &[&str]) -> Outcome {
        let list = self.kept.channel.path().join("lines.txt");
        fs_err::write(&list, format!("@EXPLICIT\n{}\n", lines.join("\n"))).unwrap();
        let args = [
            "env",
            "record",
            path,
            list.to_str().unwrap(),
            "--platform",
            "linux-64",
        ];
        self.call(&args).args(more).run()
    }

    fn folder_url(&self) -> String {
        format!("file://localhost{}", self.kept.channel.path().display())
    }
}

#[rstest]
#[case("HTTPS://CONDA.example/main")]
#[case("https://conda.example:443/main")]
#[case("https://conda.example//m%61in")]
#[case("http://conda.example/main")]
#[case("https://me:hidden@conda.example/t/token/main")]
fn the_channel_is_known_by_any_spelling_of_its_url(#[case] url: &str) {
    let scene = Scene::new(Backend::Sqlite3);
    let recorded = scene.record_lines("team/locks", &[&format!("{url}/{LOCK}")], &[]);
    assert!(recorded.succeeded().stderr().is_empty());
    assert_eq!(scene.remove(&[LOCK]).status(), 10);
}

#[test]
fn the_channel_is_known_by_its_folder() {
    let scene = Scene::new(Backend::Sqlite3);
    let line = format!("{}/{LOCK}", scene.folder_url());
    let recorded = scene.record_lines("team/locks", &[&line], &[]);
    assert!(recorded.succeeded().stderr().is_empty());
    assert_eq!(scene.remove(&[LOCK]).status(), 10);
}

#[test]
fn who_protects_nothing_is_told_so() {
    let scene = Scene::new(Backend::Sqlite3);
    let lines = ["https://elsewhere.example/main/linux-64/lock-4.0-0.conda"];
    assert_snapshot!(scene.record_lines("team/locks", &lines, &[]), @"
    exit status: 0
    ----- stdout -----
    team/locks linux-64: build 1 recorded
    ----- stderr -----
    warning: none of the packages is of this channel (https://conda.example/main), so none of it is protected: --channel-url or url in towpath.toml say by which URLs clients find it
    ");
}

#[test]
fn what_a_lock_leaves_out_the_channel_tells() {
    let scene = Scene::new(Backend::Sqlite3);
    let line = format!("https://conda.example/main/{LOCK}");
    let _ = scene.record_lines("team/locks", &[&line], &[]).succeeded();
    let shown = scene.json(&["env", "show", "team/locks"]);
    let package = &shown["builds"][0]["packages"][0];
    let sha256 = package["sha256"].as_str().unwrap();
    assert!(package["size"].as_u64().unwrap() > 0, "{package}");
    let uses = scene.json(&["env", "used-by", sha256]);
    assert_eq!(uses.as_array().unwrap().len(), 1, "{uses}");
}

#[test]
fn other_bytes_than_the_channels_are_missing() {
    let scene = Scene::new(Backend::Sqlite3);
    let line = format!("https://conda.example/main/{LOCK}#sha256:{}", "0".repeat(64));
    assert_snapshot!(scene.record_lines("team/locks", &[&line], &[]), @"
    exit status: 1
    ----- stderr -----
    error: the channel has other bytes under the name of linux-64/lock-4.0-0.conda than the lock says; --allow-missing records it all the same
    ");
    let _ = scene
        .record_lines("team/locks", &[&line], &["--allow-missing"])
        .succeeded();
}

#[rstest]
#[case(&["env", "uses", "lock[subdir=linux-64]"])]
#[case(&["env", "uses", "main::lock"])]
#[case(&["env", "uses", "lock[build_number=7]"])]
#[case(&["env", "impact", "l*"])]
#[case(&["env", "impact", "lokc"])]
#[case(&["env", "impact", "noarch/lokc-1-0.conda"])]
#[case(&["env", "list", "nobody"])]
#[case(&["env", "used-by", "--from", "conda-forge"])]
#[case(&["env", "solve", "team/x", "missing.yml", "--platform", "linux-64"])]
#[case(&["env", "solve", "team/x", "", "--platform", "linux-64"])]
#[case(&["env", "solve", "team/x", "lock", "--platform", "linux-65"])]
#[case(&["env", "solve", "team/x", "lock", "--platform", "linux-64", "--with", "https://h.example/c?token=hidden"])]
fn what_cannot_be_meant_is_told(#[case] args: &[&str]) {
    let scene = Scene::new(Backend::Sqlite3);
    let name = args[1..].join(" ");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_suffix(name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    settings.bind(|| insta::assert_snapshot!(scene.run(args)));
}

#[test]
fn each_platform_is_solved_for_once_whatever_is_named_of_the_channel() {
    let scene = Scene::new(Backend::Sqlite3);
    let folder = scene.kept.channel.path().to_str().unwrap();
    let platforms = ["--platform", "linux-64", "--platform", "linux-64"];
    let solve = ["env", "solve", "team/x", "lock", "--with", folder];
    let solved = scene.json(&[&solve[..], &platforms].concat());
    assert_eq!(solved["builds"].as_array().unwrap().len(), 1);
}

#[test]
fn what_the_machine_had_is_remembered() {
    let scene = Scene::new(Backend::Sqlite3);
    let solve = [
        "env",
        "solve",
        "team/x",
        "lock",
        "__cuda >=12",
        "--platform",
        "linux-64",
    ];
    let cuda = ["--virtual-package", "__cuda=12.4"];
    let _ = scene.json(&[&solve[..], &cuda].concat());
    let outdated = scene.run(&["env", "outdated", "team/x"]);
    assert_eq!(outdated.stdout().trim(), "team/x (linux-64, build 1): up to date");
    let without = scene.run(&["env", "outdated", "team/x", "--virtual-package", "__cuda="]);
    assert!(
        without.stdout().contains("cannot be solved any more"),
        "{without}"
    );
}

#[test]
fn who_may_need_a_package_is_asked_wherever_that_is_kept() {
    let scene = Scene::new(Backend::Sqlite3);
    let folder = scene.kept.channel.path().join(".towpath");
    let other = Scene {
        kept: scene.kept,
        backend: Backend::Gluesql,
    };
    let line = format!("https://conda.example/main/{LOCK}");
    let recorded = other.record_lines("team/locks", &[&line], &["--allow-missing"]);
    let _ = recorded.succeeded();
    let scene = Scene {
        kept: other.kept,
        backend: Backend::Sqlite3,
    };
    let call = scene.kept.call(&["remove"], &[]).arg(LOCK);
    assert_snapshot!(call.naming(&folder, "[FOLDER]").run(), @"
    exit status: 10
    ----- stderr -----
    error: nothing was removed, for it is needed by environments in [CHANNEL]/.towpath/environments.redb (this is another --db; delete that file if it is of no use any more):
      linux-64/lock-4.0-0.conda by the environment team/locks (linux-64, build 1)
    ");
    let _ = scene.remove(&["linux-64/lock-3.0-0.conda"]).succeeded();
    fs_err::remove_file(folder.join("environments.redb")).unwrap();
    #[cfg(unix)]
    {
        let database = folder.join("environments.db");
        std::os::unix::fs::symlink("/nowhere/environments.db", &database).unwrap();
        assert_eq!(scene.remove(&[LOCK]).status(), 1);
        fs_err::remove_file(&database).unwrap();
    }
    let _ = scene.remove(&[LOCK]).succeeded();
}

#[test]
fn machines_are_told_too() {
    let scene = Scene::new(Backend::Sqlite3);
    let _ = scene.record("team/locks", &[LOCK]).succeeded();
    let refused = scene.remove(&[LOCK, "--json"]);
    assert_eq!(refused.status(), 10);
    let told: serde_json::Value = serde_json::from_str(refused.stdout()).unwrap();
    assert_eq!(told["needed"][0]["file"], LOCK);
    let exported = scene.json(&["env", "export", "team/locks"]);
    assert!(exported["text"].as_str().unwrap().contains(LOCK));
    let forced = scene.remove(&[LOCK, "--force", "--reason", " "]);
    assert_eq!(forced.status(), 2);
}
