//! `towpath env`, `hold` and `db gc`: who uses what, and what that protects.

mod mistakes;
mod servers;

use insta::{allow_duplicates, assert_snapshot};
use rstest::rstest;
use serde_json::Value;
use sha2::Digest as _;
use towpath_tests::{Kind, PackageBuilder};

use crate::databases::{BACKENDS, Backend, Kept};
use crate::environment::{Outcome, Towpath};

/// A channel with a database, and an environment in sight.
struct Scene {
    kept: Kept,
    backend: Backend,
}

impl Scene {
    fn new(backend: Backend) -> Self {
        let kept = Kept::new();
        let _ = kept.index(backend, &[]).succeeded();
        Self { kept, backend }
    }

    fn index(&self) {
        let _ = self.kept.index(self.backend, &[]).succeeded();
    }

    /// `towpath ARGS` on the channel.
    fn call(&self, args: &[&str]) -> Towpath {
        Towpath::new(args)
            .arg("-C")
            .arg(self.kept.channel.path())
            .args(&[
                "--channel-url",
                "https://conda.example/main",
                "--db",
                self.backend.name(),
            ])
            .env("CONDA_INDEX_DBURL", &self.kept.url)
            .naming(self.kept.channel.path(), "[CHANNEL]")
    }

    fn run(&self, args: &[&str]) -> Outcome {
        self.call(args).run()
    }

    fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let outcome = self.run(&args).succeeded();
        serde_json::from_str(outcome.stdout()).unwrap()
    }

    fn remove(&self, args: &[&str]) -> Outcome {
        self.kept
            .call(&["remove"], &["--db", self.backend.name()])
            .args(args)
            .run()
    }

    /// Records an explicit list of files of the channel.
    fn record(&self, path: &str, files: &[&str]) -> Outcome {
        let list = self.kept.channel.path().join("list.txt");
        let urls: Vec<String> = files
            .iter()
            .map(|file| format!("https://conda.example/main/{file}\n"))
            .collect();
        fs_err::write(&list, format!("@EXPLICIT\n{}", urls.concat())).unwrap();
        let list = list.to_str().unwrap();
        self.run(&["env", "record", path, list, "--platform", "linux-64"])
    }
}

/// What is said in other words on each machine: who, and when.
fn told(outcome: &Outcome) -> String {
    let text = outcome.to_string();
    let lines = text.lines().map(|line| match line.split_once(", 20") {
        Some((before, rest)) if rest.contains(" by ") => {
            format!(
                "{before}, [WHEN AND WHO] {}",
                rest.rsplit(' ').next().unwrap_or_default()
            )
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_recorded_is_known_and_protected() {
    for backend in BACKENDS {
        let scene = Scene::new(backend);
        let files = ["linux-64/lock-3.0-0.conda", "noarch/lock-1.0-0.conda"];
        allow_duplicates! {
            assert_snapshot!(scene.record("team/locks", &files), @"
            exit status: 0
            ----- stdout -----
            team/locks linux-64: build 1 recorded
            ");
            assert_snapshot!(scene.record("team/locks", &files), @"
            exit status: 0
            ----- stdout -----
            team/locks linux-64: as before, build 1
            ");
            assert_snapshot!(scene.record("team/lost", &["linux-64/lock-9-0.conda"]), @"
            exit status: 1
            ----- stderr -----
            error: nothing was done: the channel does not have linux-64/lock-9-0.conda; --allow-missing does it all the same
            ");
            assert_snapshot!(told(&scene.run(&["env", "show", "team/locks"])), @"
            exit status: 0
            ----- stdout -----
            build 1 for linux-64: solved, current, [WHEN AND WHO] (explicit)
              lock  1.0 0
              lock  3.0 0
            ");
            assert_snapshot!(told(&scene.run(&["env", "history", "team/locks"])), @"
            exit status: 0
            ----- stdout -----
            build 1 for linux-64: solved, current, [WHEN AND WHO] (explicit)
            ");
            assert_snapshot!(scene.run(&["env", "uses", "lock>=3"]), @"
            exit status: 0
            ----- stdout -----
            team/locks (linux-64, build 1): lock 3.0 0
            ");
            assert_snapshot!(scene.run(&["env", "used-by", "noarch/lock-1.0-0.conda"]), @"
            exit status: 0
            ----- stdout -----
            team/locks (linux-64, build 1): lock 1.0 0
            ");
            assert_snapshot!(scene.run(&["env", "used-by", "noarch/lock-2.0-0.tar.bz2"]), @"
            exit status: 0
            ----- stderr -----
            no current build uses it
            ");
            assert_snapshot!(scene.remove(&["linux-64/lock-3.0-0.conda"]), @"
            exit status: 10
            ----- stderr -----
            error: nothing was removed, for it is needed:
              linux-64/lock-3.0-0.conda by the environment team/locks (linux-64, build 1)
            `towpath env impact FILE` says what would break and what would do instead; --force --reason TEXT removes it all the same, and keeps who did and why
            ");
            assert_snapshot!(scene.remove(&["linux-64/lock-3.0-0.conda", "--force"]), @"
            exit status: 2
            ----- stderr -----
            error: the following required arguments were not provided:
              --reason <TEXT>

            Usage: towpath remove --force --reason <TEXT> --db <DB> --db-url <URL> <DIR> <FILE>...

            For more information, try '--help'.
            ");
            assert_snapshot!(scene.remove(&["noarch/lock-2.0-0.tar.bz2", "--delete-file"]), @"
            exit status: 0
            ----- stderr -----
            noarch/lock-2.0-0.tar.bz2: removed, and its file deleted
            the channel's documents are as they were: `towpath index [CHANNEL] --no-update-cache` with the same --db publishes it without
            ");
        }
    }
}

#[test]
fn what_is_removed_all_the_same_is_remembered() {
    for backend in BACKENDS {
        let scene = Scene::new(backend);
        let files = ["linux-64/lock-3.0-0.conda", "noarch/lock-1.0-0.conda"];
        let _ = scene.record("team/locks", &files).succeeded();
        let forced = [
            "linux-64/lock-3.0-0.conda",
            "--delete-file",
            "--force",
            "--reason",
            "CVE-2026-1",
        ];
        let _ = scene.remove(&forced).succeeded();
        let removals = scene.json(&["env", "removals"]);
        assert_eq!(removals[0]["file"], "linux-64/lock-3.0-0.conda");
        assert_eq!(removals[0]["reason"], "CVE-2026-1");
        assert_eq!(
            removals[0]["needed_by"][0],
            "the environment team/locks (linux-64, build 1)"
        );
        let outdated = scene.json(&["env", "outdated"]);
        assert_eq!(outdated[0]["gone"][0], "linux-64/lock-3.0-0.conda");
        let list = scene.json(&["env", "list", "team"]);
        assert_eq!(list[0]["current"][0]["specification_kind"], "explicit");
        let _ = scene.run(&["env", "remove", "team/locks"]).succeeded();
        assert_eq!(scene.json(&["env", "list"]).as_array().unwrap().len(), 0);
        let _ = scene.remove(&["noarch/lock-1.0-0.conda"]).succeeded();
    }
}

#[rstest]
#[case(Backend::Sqlite3)]
#[case(Backend::Gluesql)]
#[case(Backend::Postgresql)]
fn what_is_solved_is_recorded_with_what_it_was_solved_against(#[case] backend: Backend) {
    let scene = Scene::new(backend);
    let solve = |specs: &[&str]| {
        let args = [&["env", "solve", "team/locks", "--platform", "linux-64"], specs].concat();
        scene.run(&args)
    };
    allow_duplicates! {
        assert_snapshot!(solve(&["lock >=3,<5"]), @"
        exit status: 0
        ----- stdout -----
        team/locks linux-64: build 1, 1 package
        ");
        assert_snapshot!(solve(&["lock >=9"]), @"
        exit status: 1
        ----- stderr -----
        error: team/locks linux-64: build 2 failed: No candidates were found for lock >=9.
        ");
    }
    let shown = scene.json(&["env", "show", "team/locks"]);
    let build = &shown["builds"][0];
    assert_eq!((&build["build"], &build["status"]), (&1.into(), &"solved".into()));
    assert_eq!(build["packages"][0]["file_name"], "lock-4.0-0.conda");
    assert_eq!(build["packages"][0]["is_requested"], true);
    let repodata = fs_err::read(scene.kept.channel.path().join("linux-64/repodata.json")).unwrap();
    let digest = base16ct::lower::encode_string(&sha2::Sha256::digest(repodata));
    assert_eq!(build["channels"][0]["sha256"], digest);
    assert!(build["channels"][0]["revision"].is_string(), "{build}");
    let failed = &scene.json(&["env", "history", "team/locks"])["builds"][0];
    assert_eq!(
        (&failed["build"], &failed["status"]),
        (&2.into(), &"failed".into())
    );
    assert_eq!(failed["is_current"], false);
    assert_eq!(failed["why"], "No candidates were found for lock >=9.");

    allow_duplicates! {
        assert_snapshot!(scene.run(&["env", "impact", "linux-64/lock-4.0-0.conda"]), @"
        exit status: 0
        ----- stdout -----
        team/locks (linux-64, build 1) would lack linux-64/lock-4.0-0.conda
          the specification needs lock >=3,<5
          linux-64/lock-3.0-0.conda would do
        ");
        assert_snapshot!(scene.run(&["env", "impact", "lock"]), @"
        exit status: 0
        ----- stdout -----
        team/locks (linux-64, build 1) would lack linux-64/lock-4.0-0.conda
          the specification needs lock >=3,<5
          nothing else in the channel would do
        ");
        assert_snapshot!(scene.run(&["env", "outdated"]), @"
        exit status: 0
        ----- stdout -----
        team/locks (linux-64, build 1): up to date
        ");
    }
    let newer = PackageBuilder::new("lock", "4.5", "0").subdir("linux-64");
    let subdir = scene.kept.channel.path().join("linux-64");
    newer.write_to(subdir, Kind::Conda).unwrap();
    scene.index();
    allow_duplicates! {
        assert_snapshot!(scene.run(&["env", "outdated"]), @"
        exit status: 0
        ----- stdout -----
        team/locks (linux-64, build 1):
          ~ lock 4.0 0 -> 4.5 0
        ");
    }
    let _ = solve(&["lock >=3,<5"]).succeeded();
    allow_duplicates! {
        assert_snapshot!(scene.run(&["env", "diff", "team/locks"]), @"
        exit status: 0
        ----- stdout -----
        ~ lock 4.0 0 -> 4.5 0
        ");
        assert_snapshot!(scene.run(&["env", "rollback", "team/locks"]), @"
        exit status: 0
        ----- stdout -----
        team/locks linux-64: build 1 is current
        ");
        assert_snapshot!(scene.run(&["env", "export", "team/locks", "--format", "environment-yml"]), @"
        exit status: 0
        ----- stdout -----
        # platform: linux-64
        name: locks
        channels:
          - https://conda.example/main
        dependencies:
          - lock=4.0=0
        ");
        assert_snapshot!(scene.run(&["env", "export", "team/locks", "--format", "specification"]), @"
        exit status: 0
        ----- stdout -----
        lock >=3,<5
        ");
    }
    let explicit = scene.run(&["env", "export", "team/locks"]).succeeded();
    assert!(
        explicit
            .stdout()
            .contains("https://conda.example/main/linux-64/lock-4.0-0.conda#sha256:"),
        "{explicit}"
    );
}

#[test]
fn what_is_asked_for_may_come_from_several_channels() {
    let scene = Scene::new(Backend::Sqlite3);
    let other = Kept::new();
    let newer = PackageBuilder::new("key", "1.0", "0").depends(["lock >=2"]);
    let subdir = other.channel.path().join("noarch");
    newer.write_to(subdir, Kind::Conda).unwrap();
    let _ = other.index(Backend::Sqlite3, &[]).succeeded();
    let file = scene.kept.channel.path().join("environment.yml");
    let text = format!(
        "channels: [{}]\ndependencies: [key]\nplatforms: [linux-64]\n",
        other.channel.path().display()
    );
    fs_err::write(&file, text).unwrap();
    let solved = scene.json(&["env", "solve", "team/keys", file.to_str().unwrap()]);
    let packages = solved["builds"][0]["packages"].as_array().unwrap();
    let urls: Vec<&str> = packages
        .iter()
        .map(|package| package["url"].as_str().unwrap())
        .collect();
    assert!(
        urls[0].starts_with("file:///") && urls[0].ends_with("/noarch/key-1.0-0.conda"),
        "{urls:?}"
    );
    // Strict priority: the channel itself comes first.
    assert_eq!(urls[1], "https://conda.example/main/linux-64/lock-4.0-0.conda");
    assert_eq!(scene.remove(&["linux-64/lock-4.0-0.conda"]).status(), 10);
}

/// CEP 15: `base_url`.
#[test]
fn packages_that_are_elsewhere_are_listed_there_and_known_by_it() {
    let scene = Scene::new(Backend::Sqlite3);
    let config = scene.kept.channel.path().join("towpath.toml");
    fs_err::write(config, "[index]\nbase-url = \"https://files.example/main\"\n").unwrap();
    scene.index();
    let solve = ["env", "solve", "team/locks", "lock", "--platform", "linux-64"];
    let elsewhere = "https://files.example/main/linux-64/lock-4.0-0.conda";
    assert_eq!(scene.json(&solve)["builds"][0]["packages"][0]["url"], elsewhere);
    let list = scene.kept.channel.path().join("list.txt");
    let export = ["env", "export", "team/locks", "--format", "explicit"];
    let _ = scene.call(&export).arg("-o").arg(&list).run().succeeded();
    let explicit = fs_err::read_to_string(&list).unwrap();
    assert!(explicit.contains(&format!("{elsewhere}#sha256:")), "{explicit}");
    let record = ["env", "record", "team/copies", list.to_str().unwrap()];
    let _ = scene.run(&record).succeeded();
    let _ = scene.run(&["env", "remove", "team/locks"]).succeeded();
    assert_eq!(scene.remove(&["linux-64/lock-4.0-0.conda"]).status(), 10);
}

#[test]
fn holds_keep_packages_and_gc_keeps_what_is_needed() {
    for backend in BACKENDS {
        let scene = Scene::new(backend);
        allow_duplicates! {
            assert_snapshot!(scene.run(&["hold", "add", "noarch/lock-1.0-0.conda", "--reason", "the paper"]), @"
            exit status: 0
            ----- stdout -----
            hold 1: noarch/lock-1.0-0.conda
            ");
            assert_snapshot!(scene.run(&["hold", "add", "noarch/lock-9-0.conda", "--reason", "the paper"]), @"
            exit status: 1
            ----- stderr -----
            error: nothing was done: the channel does not have noarch/lock-9-0.conda
            ");
        }
        let refused = scene.remove(&["noarch/lock-1.0-0.conda"]);
        assert!(refused.to_string().contains(": the paper"), "{refused}");
        for version in ["1.0", "3.0", "1.0", "3.0"] {
            let subdir = if version == "1.0" { "noarch" } else { "linux-64" };
            let file = format!("{subdir}/lock-{version}-0.conda");
            let _ = scene.record("team/locks", &[&file]).succeeded();
        }
        let gc = ["db", "gc", "--keep-builds", "2", "--orphans-older-than", "0 s"];
        let would = scene.json(&[gc.as_slice(), &["--dry-run"]].concat());
        assert_eq!((&would["builds"], &would["packages"]), (&2.into(), &0.into()));
        assert_eq!(
            scene.json(&["env", "history", "team/locks"])["builds"]
                .as_array()
                .unwrap()
                .len(),
            4
        );
        let done = scene.json(&gc);
        assert_eq!(done["builds"], would["builds"]);
        assert_eq!(
            scene.json(&["env", "history", "team/locks"])["builds"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
        let _ = scene.run(&["hold", "rm", "1"]).succeeded();
        let _ = scene.remove(&["noarch/lock-1.0-0.conda"]).succeeded();
        assert_eq!(scene.json(&["hold", "list"]).as_array().unwrap().len(), 0);
        let usage = scene.json(&["env", "usage"]);
        assert_eq!(
            (&usage[0]["namespace"], &usage[0]["builds"]),
            (&"team".into(), &2.into())
        );
    }
}

#[test]
fn a_folder_that_is_no_channel_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = Towpath::new(["env", "list", "-C"])
        .arg(folder.path())
        .naming(folder.path(), "[FOLDER]")
        .run();
    assert_snapshot!(outcome, @"
    exit status: 2
    ----- stderr -----
    error: [FOLDER] is no channel: it has no subdir such as noarch (-C DIR names the channel)
    ");
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
}

#[rstest]
#[case(&["env", "show", "team"])]
#[case(&["env", "show", "team/x"])]
#[case(&["env", "uses", "*"])]
#[case(&["env", "used-by", "lock"])]
#[case(&["env", "solve", "team/x", "lock =>", "--platform", "linux-64"])]
#[case(&["env", "solve", "team/x", "lock", "--platform", "noarch"])]
#[case(&["hold", "rm", "7"])]
fn what_makes_no_sense_is_told(#[case] args: &[&str]) {
    let scene = Scene::new(Backend::Sqlite3);
    let outcome = scene.run(args);
    assert_ne!(outcome.status(), 0, "{outcome}");
    insta::with_settings!({ snapshot_suffix => args.join("_").replace(['/', ' ', '*', '=', '>'], "-") }, {
        assert_snapshot!(outcome);
    });
}
