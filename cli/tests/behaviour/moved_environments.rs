//! `towpath db copy`, `dump` and `load` of channels whose environments are recorded.

use insta::assert_snapshot;
use serde_json::Value;

use crate::databases::{Backend, Kept};
use crate::environment::{Outcome, Towpath};

const URL: &str = "https://conda.example/main";

/// A channel in SQLite, and an environment that needs a package of it.
fn recorded() -> Kept {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    let list = kept.channel.path().join("list.txt");
    fs_err::write(&list, format!("@EXPLICIT\n{URL}/noarch/lock-1.0-0.conda\n")).unwrap();
    let list = list.to_str().unwrap();
    let args = ["env", "record", "team/locks", list, "--platform", "linux-64"];
    let _ = of(&kept, Backend::Sqlite3, &args).succeeded();
    let args = ["hold", "add", "linux-64/lock-3.0-0.conda", "--reason", "a paper"];
    let _ = of(&kept, Backend::Sqlite3, &args).succeeded();
    kept
}

/// `towpath ARGS` on the channel in one of its databases.
fn of(kept: &Kept, backend: Backend, args: &[&str]) -> Outcome {
    Towpath::new(args)
        .arg("-C")
        .arg(kept.channel.path())
        .args(&["--channel-url", URL, "--db", backend.name()])
        .env("CONDA_INDEX_DBURL", &kept.url)
        .run()
}

/// All that is told of the environment and of the hold.
fn told(kept: &Kept, backend: Backend) -> [Value; 2] {
    [
        &["env", "show", "team/locks", "--json"][..],
        &["hold", "list", "--json"],
    ]
    .map(|args| serde_json::from_str(of(kept, backend, args).succeeded().stdout()).unwrap())
}

fn copy(kept: &Kept, from: Backend, to: Backend, args: &[&str]) -> Outcome {
    kept.call(&["db", "copy"], &["--from", from.name(), "--to", to.name()])
        .args(args)
        .run()
}

fn remove(kept: &Kept, backend: Backend, file: &str) -> i32 {
    let outcome = kept.call(&["remove"], &[file, "--db", backend.name()]).run();
    outcome.status()
}

#[test]
fn environments_go_with_the_channel_and_protect_it_there() {
    let kept = recorded();
    let before = told(&kept, Backend::Sqlite3);
    assert_snapshot!(copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]), @"
    exit status: 0
    ----- stderr -----
    linux-64: 2 packages copied (16 rows)
    noarch: 2 packages copied (12 rows)
    1 environment copied (12 rows)
    ");
    let _ = copy(&kept, Backend::Postgresql, Backend::Gluesql, &[]).succeeded();
    let _ = copy(&kept, Backend::Gluesql, Backend::Sqlite3, &["--replace"]).succeeded();
    for backend in [Backend::Postgresql, Backend::Gluesql, Backend::Sqlite3] {
        assert_eq!(told(&kept, backend), before, "{backend:?}");
        for file in ["noarch/lock-1.0-0.conda", "linux-64/lock-3.0-0.conda"] {
            assert_eq!(remove(&kept, backend, file), 10, "{backend:?} {file}");
        }
    }
}

#[test]
fn environments_that_are_there_are_not_overwritten_unless_asked_for() {
    let kept = recorded();
    let _ = copy(&kept, Backend::Sqlite3, Backend::Gluesql, &[]).succeeded();
    let before = told(&kept, Backend::Gluesql);
    for subdir in ["noarch", "linux-64"] {
        fs_err::remove_file(kept.channel.path().join(subdir).join(".cache/towpath.redb")).unwrap();
    }
    assert_snapshot!(copy(&kept, Backend::Sqlite3, Backend::Gluesql, &[]), @"
    exit status: 1
    ----- stderr -----
    error: the target already has environments; nothing was moved (--replace forgets them)
    ");
    // They are of the whole channel.
    assert_snapshot!(copy(&kept, Backend::Sqlite3, Backend::Gluesql, &["--subdir", "noarch"]), @"
    exit status: 0
    ----- stderr -----
    noarch: 2 packages copied (12 rows)
    ");
    fs_err::remove_dir_all(kept.channel.path().join(".towpath")).unwrap();
    let _ = copy(&kept, Backend::Sqlite3, Backend::Postgresql, &[]).succeeded();
    let _ = recorded_again(&kept);
    assert_eq!(told(&kept, Backend::Gluesql)[0]["build"], before[0]["build"]);
    // A source without any is no reason to forget those of the target.
    let _ = copy(&kept, Backend::Sqlite3, Backend::Gluesql, &["--replace"]).succeeded();
    assert_eq!(told(&kept, Backend::Gluesql)[0]["build"], before[0]["build"]);
}

/// The environment in GlueSQL alone.
fn recorded_again(kept: &Kept) -> Outcome {
    let _ = kept.index(Backend::Gluesql, &[]).succeeded();
    let list = kept.channel.path().join("list.txt");
    let list = list.to_str().unwrap();
    let args = ["env", "record", "team/locks", list, "--platform", "linux-64"];
    of(kept, Backend::Gluesql, &args).succeeded()
}

#[test]
fn a_dump_has_environments_behind_the_subdirs() {
    let kept = recorded();
    let before = told(&kept, Backend::Sqlite3);
    let dump = kept.call(&["db", "dump"], &[]).run().succeeded();
    let lines: Vec<&str> = dump.stdout().lines().collect();
    let header = lines
        .iter()
        .position(|line| line.contains("\"part\":\"environments\""));
    let part = &lines[header.unwrap()..lines.len() - 1];
    let tables: Vec<&str> = part.iter().map(|line| line.split('"').nth(1).unwrap()).collect();
    assert_snapshot!(tables.join(" "), @"format towpath_used_channel towpath_namespace towpath_environment towpath_spec towpath_build towpath_package towpath_package towpath_build_package towpath_build_file towpath_build_file towpath_build_file towpath_hold");
    assert_snapshot!(part[1], @r#"{"towpath_used_channel":{"address":".","id":1,"is_own":true}}"#);

    let file = kept.channel.path().join("dump.ndjson");
    let load = |text: &str, backend: Backend| {
        fs_err::write(&file, text).unwrap();
        kept.call(&["db", "load"], &["--db", backend.name()])
            .arg(&file)
            .run()
    };
    for (from, to) in [
        ("\"team\"", "\"maet\""),
        ("\"towpath_hold\"", "\"towpath_migration\""),
        ("\"part\":\"environments\"", "\"part\":\"more\""),
    ] {
        assert!(dump.stdout().contains(from));
        let outcome = load(&dump.stdout().replacen(from, to, 1), Backend::Gluesql);
        assert_eq!(outcome.status(), 1, "{outcome}");
        assert!(!kept.channel.path().join(".towpath/environments.redb").exists());
    }
    for backend in [Backend::Gluesql, Backend::Postgresql] {
        let loaded = load(dump.stdout(), backend).succeeded();
        assert!(
            loaded.stderr().contains("1 environment loaded (12 rows)"),
            "{loaded}"
        );
        assert_eq!(told(&kept, backend), before, "{backend:?}");
        let again = kept.call(&["db", "dump"], &["--db", backend.name()]).run();
        let of_environments = |text: &str| text.split("\"part\"").nth(1).unwrap().to_owned();
        let without_manifest = |text: String| text.rsplit_once("{\"rows\"").unwrap().0.to_owned();
        assert_eq!(
            without_manifest(of_environments(again.stdout())),
            without_manifest(of_environments(dump.stdout()))
        );
    }
}
