//! `towpath db dump` and `towpath db load`: what is known of a channel, as a file.

use std::collections::BTreeSet;
use std::path::PathBuf;

use insta::assert_snapshot;
use rstest::rstest;
use sha2::{Digest, Sha256};

use crate::databases::{BACKENDS, Backend, Kept};
use crate::environment::Outcome;
use crate::published::with_values_replaced;

/// A channel that was indexed, and a folder for dumps of it.
struct Dumped {
    kept: Kept,
    folder: tempfile::TempDir,
}

impl Dumped {
    fn indexed(backend: Backend) -> Self {
        let kept = Kept::new();
        let _ = kept.index(backend, &[]).succeeded();
        Self {
            kept,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn dump(&self, backend: Backend, name: &str) -> Outcome {
        self.kept
            .call(&["db", "dump"], &["--db", backend.name(), "-o"])
            .arg(self.path(name))
            .naming(self.folder.path(), "[DUMPS]")
            .run()
    }

    fn load(&self, backend: Backend, name: &str, args: &[&str]) -> Outcome {
        self.kept
            .call(&["db", "load"], &["--db", backend.name()])
            .arg(self.path(name))
            .args(args)
            .naming(self.folder.path(), "[DUMPS]")
            .run()
    }

    /// The text of a dump, changed and written again.
    fn altered(&self, name: &str, change: impl FnOnce(String) -> String) {
        let text = fs_err::read_to_string(self.path(name)).unwrap();
        fs_err::write(self.path(name), change(text)).unwrap();
    }

    /// Whether a run with this database begins from nothing.
    fn knows_nothing(&self, backend: Backend) -> bool {
        self.kept.read_and_removed(backend) == (4, 0)
    }
}

#[test]
fn documents_are_the_same_from_a_dump() {
    for from in BACKENDS {
        for to in BACKENDS.into_iter().filter(|to| *to != from) {
            let dumped = Dumped::indexed(from);
            let before = dumped.kept.documents();
            let _ = dumped.dump(from, "channel.ndjson.zst").succeeded();
            let _ = dumped.load(to, "channel.ndjson.zst", &[]).succeeded();
            assert_eq!(dumped.kept.read_and_removed(to), (0, 0), "{from:?} to {to:?}");
            assert!(dumped.kept.documents() == before, "{from:?} to {to:?}");
        }
    }
}

/// The format, for those who read dumps with other tools.
#[test]
fn a_dump_has_a_line_for_each_row() {
    let dumped = Dumped::indexed(Backend::Sqlite3);
    assert_snapshot!(dumped.dump(Backend::Sqlite3, "channel.ndjson"), @"
    exit status: 0
    ----- stderr -----
    linux-64: 2 packages dumped (16 rows)
    noarch: 2 packages dumped (12 rows)
    ");
    let text = fs_err::read_to_string(dumped.path("channel.ndjson")).unwrap();
    let (lines, manifest) = text.trim_end().rsplit_once('\n').unwrap();
    let digest = base16ct::lower::encode_string(&Sha256::digest(format!("{lines}\n")));
    let rows = lines
        .lines()
        .filter(|line| !line.starts_with("{\"format\""))
        .count();
    assert_eq!(manifest, format!(r#"{{"rows":{rows},"sha256":"{digest}"}}"#));
    // The first line of each kind, without what differs between runs and libraries.
    let mut kinds = BTreeSet::new();
    let of_each_kind = lines.lines().filter(|line| {
        let kind = line.split("\"file_name\"").next().unwrap();
        kinds.insert(kind.to_owned())
    });
    let shown: Vec<String> = of_each_kind
        .map(|line| {
            let keys = ["size", "sha256", "md5", "indexed_timestamp", "tool"];
            let line = keys.into_iter().fold(line.to_owned(), |line, key| {
                with_values_replaced(&line, key, "...")
            });
            line.chars().take(120).collect()
        })
        .collect();
    assert_snapshot!(shown.join("\n"), @r#"
    {"format":"towpath-dump","version":1,"subdir":"linux-64","tool":...,"times":"exact"}
    {"stage":{"stage":"fs","file_name":"lock-3.0-0.conda","mtime":1700000000.25,"size":...,"sha256":...,"md5":...,"last_modi
    {"stage":{"stage":"indexed","file_name":"lock-3.0-0.conda","mtime":1700000000.25,"size":...,"sha256":...,"md5":...,"last
    {"date":{"file_name":"lock-3.0-0.conda","sha256":...,"indexed_timestamp":...}}
    {"text":{"kind":"record","file_name":"lock-3.0-0.conda","json":"{\"build\":\"0\",\"build_number\":0,\"depends\":[],\"ico
    {"text":{"kind":"about","file_name":"lock-3.0-0.conda","json":"{\"n\":1.5,\"summary\":\"A lock \\u00e9\"}"}}
    {"text":{"kind":"recipe","file_name":"lock-4.0-0.conda","json":"{\"package\":{}}"}}
    {"text":{"kind":"run_exports","file_name":"lock-3.0-0.conda","json":"{\"weak\":[\"lock >=3\"]}"}}
    {"text":{"kind":"post_install","file_name":"lock-3.0-0.conda","json":"{\"activate.d\":false,\"binary_prefix\":false,\"de
    {"icon":{"file_name":"lock-3.0-0.conda","png":"89504e4700"}}
    {"rattler_recipe":{"file_name":"lock-3.0-0.conda","sha256":...,"is_rendered":true,"recipe":"7265636970653a207b7d0a"}}
    {"format":"towpath-dump","version":1,"subdir":"noarch","tool":...,"times":"exact"}
    "#);
}

#[test]
fn a_dump_goes_from_stdout_to_stdin() {
    let dumped = Dumped::indexed(Backend::Gluesql);
    let before = dumped.kept.documents();
    let outcome = dumped
        .kept
        .call(&["db", "dump"], &["--db", "gluesql"])
        .run()
        .succeeded();
    fs_err::write(dumped.path("stdin"), outcome.stdout()).unwrap();
    let load = dumped.kept.call(&["db", "load"], &["-", "--db", "sqlite3"]);
    assert_snapshot!(load.stdin(&dumped.path("stdin")).run(), @"
    exit status: 0
    ----- stderr -----
    linux-64: 2 packages loaded (16 rows)
    noarch: 2 packages loaded (12 rows)
    ");
    assert_eq!(dumped.kept.read_and_removed(Backend::Sqlite3), (0, 0));
    assert!(dumped.kept.documents() == before);

    // A stream that breaks off is seen at its end only: all that came is taken back.
    let half = &outcome.stdout()[..outcome.stdout().len() / 2];
    fs_err::write(dumped.path("stdin"), half).unwrap();
    let load = dumped.kept.call(&["db", "load"], &["-", "--db", "postgresql"]);
    let broken = load.stdin(&dumped.path("stdin")).run();
    assert_eq!(broken.status(), 1);
    assert!(broken.stderr().contains("the dump is not whole"), "{broken}");
    assert!(dumped.knows_nothing(Backend::Postgresql));

    let load = dumped
        .kept
        .call(&["db", "load"], &["-", "--db", "sqlite3", "--replace"]);
    assert_eq!(load.stdin(&dumped.path("stdin")).run().status(), 2);
    assert_eq!(dumped.kept.read_and_removed(Backend::Sqlite3), (0, 0));
}

#[rstest]
#[case::no_manifest(&|text: String| text.lines().filter(|line| !line.starts_with("{\"rows\"")).map(|line| format!("{line}\n")).collect())]
#[case::cut_in_a_line(&|mut text: String| { text.truncate(text.len() - 5); text })]
#[case::empty(&|_| String::new())]
#[case::another_byte(&|text: String| text.replacen("\"n\\\":1.5", "\"n\\\":2.5", 1))]
#[case::a_line_less(&|text: String| text.lines().enumerate().filter(|(number, _)| *number != 3).map(|(_, line)| format!("{line}\n")).collect())]
#[case::a_subdir_twice(&|text: String| text.replacen("\"subdir\":\"noarch\"", "\"subdir\":\"linux-64\"", 1))]
#[case::no_subdir(&|text: String| text.replacen("\"subdir\":\"noarch\"", "\"subdir\":\"../evil\"", 1))]
#[case::no_file_name(&|text: String| text.replacen("\"file_name\":\"", "\"file_name\":\"../", 1))]
#[case::newer(&|text: String| text.replacen("\"version\":1", "\"version\":2", 1))]
#[case::something_else(&|_| "{\"packages\": {}}\n".to_owned())]
#[case::more(&|text: String| text + "more\n")]
fn what_is_not_as_it_was_written_is_not_loaded(#[case] change: &dyn Fn(String) -> String) {
    let dumped = Dumped::indexed(Backend::Sqlite3);
    let _ = dumped.dump(Backend::Sqlite3, "channel.ndjson").succeeded();
    dumped.altered("channel.ndjson", change);
    let outcome = dumped.load(Backend::Gluesql, "channel.ndjson", &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("[DUMPS]/channel.ndjson: "), "{outcome}");
    assert!(outcome.stderr().contains("dump"), "{outcome}");
    // The same where it cannot be read before.
    let load = dumped.kept.call(&["db", "load"], &["-", "--db", "gluesql"]);
    let outcome = load.stdin(&dumped.path("channel.ndjson")).run();
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(dumped.knows_nothing(Backend::Gluesql));
    // What is known stays where it would have been replaced.
    let outcome = dumped.load(Backend::Sqlite3, "channel.ndjson", &["--replace"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert_eq!(dumped.kept.read_and_removed(Backend::Sqlite3), (0, 0));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let dumped = Dumped::indexed(Backend::Sqlite3);
    let _ = dumped.dump(Backend::Sqlite3, "channel.ndjson").succeeded();
    dumped.altered("channel.ndjson", |text| {
        text.replacen("{\"stage\":{", "{\"stag\":{", 1)
    });
    assert_snapshot!(dumped.load(Backend::Gluesql, "channel.ndjson", &[]), @"
    exit status: 1
    ----- stderr -----
    error: [DUMPS]/channel.ndjson: line 2 of the dump: unknown variant `stag`, expected one of `stage`, `date`, `text`, `icon`, `rattler_recipe` at line 1 column 7
    ");
}

#[test]
fn what_is_known_is_not_overwritten_unless_asked_for() {
    let dumped = Dumped::indexed(Backend::Sqlite3);
    let before = dumped.kept.documents();
    let _ = dumped.dump(Backend::Sqlite3, "channel.ndjson").succeeded();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let _ = dumped.kept.index(Backend::Gluesql, &[]).succeeded();
    let other = dumped.kept.documents();
    assert!(before != other);
    assert_snapshot!(dumped.load(Backend::Gluesql, "channel.ndjson", &[]), @"
    exit status: 1
    ----- stderr -----
    error: the target already knows packages of linux-64; nothing was moved (--replace forgets what it knows of them)
    ");
    let _ = dumped.kept.index(Backend::Gluesql, &[]).succeeded();
    assert!(dumped.kept.documents() == other);
    let _ = dumped
        .load(Backend::Gluesql, "channel.ndjson", &["--replace"])
        .succeeded();
    assert_eq!(dumped.kept.read_and_removed(Backend::Gluesql), (0, 0));
    assert!(dumped.kept.documents() == before);
}
