//! `towpath db upgrade` and what goes with it, on a server of its own and on local stores.

use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use jiff::Timestamp;
use rstest::rstest;
use serde_json::Value;
use towpath_core::channel::ChannelFolder;
use towpath_core::store::postgres::{ConnectionSettings, Surroundings};
use towpath_core::store::relational::Database as Environments;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder, PostgresqlDatabase};

use crate::environment::{Outcome, Towpath, index};

/// A database of its own, empty, on a server for all tests. The server goes with the process.
struct Fresh {
    url: String,
}

impl Fresh {
    fn new() -> Self {
        Self {
            url: PostgresqlDatabase::new().url(),
        }
    }

    /// An empty database brought to the newest version.
    fn at_head() -> Self {
        let fresh = Self::new();
        let _ = fresh.db(&["upgrade"]).succeeded();
        fresh
    }

    /// A call of `towpath db` with these arguments, yet to be made.
    fn call(&self, args: &[&str]) -> Towpath {
        let shown = settings(&self.url).to_string();
        Towpath::new(["db"])
            .args(args)
            .env("CONDA_INDEX_DBURL", &self.url)
            .naming(Path::new(&shown), "[DB]")
    }

    /// `towpath db` with these arguments.
    fn db(&self, args: &[&str]) -> Outcome {
        self.call(args).run()
    }

    /// The answer as JSON.
    fn json(&self, args: &[&str]) -> Value {
        let outcome = self.db(args).succeeded();
        serde_json::from_str(&outcome.stdout().replace("[TIME]", "null")).unwrap()
    }

    fn execute(&self, sql: &str) {
        settings(&self.url).connect().unwrap().batch_execute(sql).unwrap();
    }

    /// Runs a script through psql.
    fn psql(&self, script: &str) {
        let mut psql = program("psql")
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", &self.url])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = psql.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, script.as_bytes()).unwrap();
        drop(input);
        assert!(psql.wait().unwrap().success(), "{script}");
    }

    /// What `pg_dump` says of the schema, without what is random.
    fn dump(&self) -> String {
        let output = program("pg_dump").args(["-s", &self.url]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().filter(|line| !line.contains("restrict"));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The history without who, when and how long.
    fn history(&self) -> Value {
        let mut history = self.json(&["history", "--json"])["history"].take();
        for row in history.as_array_mut().unwrap() {
            for key in ["applied_at", "applied_by", "duration_ms"] {
                row[key] = Value::Null;
            }
        }
        history
    }
}

fn settings(url: &str) -> ConnectionSettings {
    ConnectionSettings::resolve(Some(url), &Surroundings::default()).unwrap()
}

/// A program of PostgreSQL, of the newest version that is installed.
fn program(name: &str) -> Command {
    let versions = fs_err::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let program = versions
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .filter(|program| program.is_file())
        .max();
    program.map_or_else(|| Command::new(name), Command::new)
}

/// The text with every time of day replaced.
fn without_times(outcome: &Outcome) -> String {
    let words = outcome.to_string();
    let words = words.split_inclusive(' ').map(|word| {
        let is_time = word.starts_with("20") && word.contains("T") && word.trim_end().ends_with('Z');
        if is_time { "[WHEN] " } else { word }
    });
    words.collect()
}

/// As conda-index makes its tables through SQLAlchemy.
const CONDA_INDEX: &str = "
    CREATE TABLE recipe (path TEXT NOT NULL, recipe JSONB, PRIMARY KEY (path));
    CREATE TABLE post_install (path TEXT NOT NULL, post_install JSONB, PRIMARY KEY (path));
    CREATE TABLE run_exports (path TEXT NOT NULL, run_exports JSONB, PRIMARY KEY (path));
    CREATE TABLE about (path TEXT NOT NULL, about JSONB, PRIMARY KEY (path));
    CREATE TABLE icon (path TEXT NOT NULL, icon_png BYTEA, PRIMARY KEY (path));
    CREATE TABLE index_json (path TEXT NOT NULL, index_json JSONB,
        name TEXT GENERATED ALWAYS AS (jsonb_extract_path_text(index_json, 'name')) STORED,
        sha256 TEXT GENERATED ALWAYS AS (jsonb_extract_path_text(index_json, 'sha256')) STORED,
        PRIMARY KEY (path));
    CREATE TABLE stat (stage TEXT NOT NULL, path TEXT NOT NULL, mtime INTEGER, size INTEGER, sha256 TEXT,
        md5 TEXT, last_modified TEXT, etag TEXT, PRIMARY KEY (stage, path));
    INSERT INTO index_json (path, index_json) VALUES ('c/noarch/a-1-0.conda', '{\"name\": \"a\"}');
";

#[test]
fn an_empty_database_is_upgraded_and_a_second_time_left_alone() {
    let fresh = Fresh::new();
    assert_snapshot!(fresh.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 0 of 4, no tables yet (`towpath db upgrade` makes them)
      step 1 (conda_index) is not taken yet
      step 2 (towpath) is not taken yet
      step 3 (prefix_indexes) is not taken yet
      step 4 (environments) is not taken yet
    ");
    assert_snapshot!(fresh.db(&["current", "--check"]), @"
    exit status: 7
    ----- stdout -----
    0
    ");
    assert_snapshot!(fresh.db(&["upgrade"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): upgraded from version 0 to 4
    ----- stderr -----
    step 1 (conda_index) ...
    step 1 (conda_index): done in [TIME]
    step 2 (towpath) ...
    step 2 (towpath): done in [TIME]
    step 3 (prefix_indexes) ...
    step 3 (prefix_indexes): done in [TIME]
    step 4 (environments) ...
    step 4 (environments): done in [TIME]
    ");
    assert_snapshot!(fresh.db(&["upgrade"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 4 already
    ");
    assert_snapshot!(fresh.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 4 of 4, up to date
    ");
    assert_snapshot!(fresh.db(&["current", "--check"]), @"
    exit status: 0
    ----- stdout -----
    4 (head)
    ");
    assert_snapshot!(fresh.db(&["check"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): the tables are those of version 4
    ");
    assert_snapshot!(without_times(&fresh.db(&["history"])), @"
    exit status: 0
    ----- stdout -----
    1 conda_index: applied at [WHEN] by towpath with towpath 0.1.0 in [TIME]
    2 towpath: applied at [WHEN] by towpath with towpath 0.1.0 in [TIME]
    3 prefix_indexes: applied at [WHEN] by towpath with towpath 0.1.0 in [TIME]
    4 environments: applied at [WHEN] by towpath with towpath 0.1.0 in [TIME]
    ");
}

#[test]
fn one_step_at_a_time() {
    let fresh = Fresh::new();
    assert_snapshot!(fresh.db(&["upgrade", "+1"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): upgraded from version 0 to 1
    ----- stderr -----
    step 1 (conda_index) ...
    step 1 (conda_index): done in [TIME]
    ");
    assert_snapshot!(fresh.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 1 of 4, to be upgraded (`towpath db upgrade`)
      step 2 (towpath) is not taken yet
      step 3 (prefix_indexes) is not taken yet
      step 4 (environments) is not taken yet
    ");
    assert_snapshot!(fresh.db(&["check"]), @"
    exit status: 7
    ----- stdout -----
    [DB] (schema public): the tables are those of version 1
    warning: the database has version 1, and this towpath needs 4: `towpath db upgrade` brings it there
    ");
    assert_snapshot!(fresh.db(&["upgrade", "2", "--json"]), @r#"
    exit status: 0
    ----- stdout -----
    {"database":"[DB]","from":1,"schema":"public","steps":[{"direction":"up","name":"towpath","seconds":[TIME],"version":2}],"to":2}
    ----- stderr -----
    step 2 (towpath) ...
    step 2 (towpath): done in [TIME]
    "#);
    assert_snapshot!(fresh.db(&["upgrade", "1"]), @"
    exit status: 2
    ----- stderr -----
    error: the database has version 2, and 1 is older: that is `towpath db downgrade`
    ");
    assert_snapshot!(fresh.db(&["upgrade", "+3"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no version 5: this towpath knows versions up to 4
    ");
    assert_snapshot!(fresh.db(&["downgrade", "-1"]), @"
    exit status: 1
    ----- stderr -----
    error: going back to version 1 would remove 1 row of towpath_store; --allow-data-loss does it
    ");
    assert_snapshot!(fresh.db(&["current"]), @"
    exit status: 0
    ----- stdout -----
    2
    ");
}

#[test]
fn rows_are_lost_only_if_that_is_allowed() {
    let fresh = Fresh::at_head();
    fresh.execute("INSERT INTO towpath_channel (prefix, name) VALUES ('a', 'a'), ('b', 'b')");
    let before = fresh.dump();
    assert_snapshot!(fresh.db(&["downgrade", "1"]), @"
    exit status: 1
    ----- stderr -----
    error: going back to version 1 would remove 1 row of towpath_store, 2 rows of towpath_channel; --allow-data-loss does it
    ");
    assert_eq!(fresh.dump(), before);
    assert_eq!(fresh.json(&["current", "--json"])["version"], 4);
    assert_snapshot!(fresh.db(&["downgrade", "base", "--allow-data-loss"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): taken back from version 4 to 0
    ----- stderr -----
    back from step 4 (environments) ...
    back from step 4 (environments): done in [TIME]
    back from step 3 (prefix_indexes) ...
    back from step 3 (prefix_indexes): done in [TIME]
    back from step 2 (towpath) ...
    back from step 2 (towpath): done in [TIME]
    back from step 1 (conda_index) ...
    back from step 1 (conda_index): done in [TIME]
    ");
    assert_eq!(fresh.dump(), Fresh::new().dump());
}

#[rstest]
#[case(0, "upgrade", "head")]
#[case(1, "upgrade", "2")]
#[case(2, "upgrade", "+1")]
#[case(3, "downgrade", "1")]
#[case(3, "upgrade", "head")]
#[case(4, "downgrade", "-1")]
#[case(0, "upgrade", "3")]
fn a_script_leaves_what_doing_it_does(#[case] version: u32, #[case] command: &str, #[case] target: &str) {
    let (online, offline) = (Fresh::new(), Fresh::new());
    let version = version.to_string();
    for fresh in [&online, &offline] {
        let _ = fresh.db(&["upgrade", &version]).succeeded();
    }
    let before = offline.dump();
    let script = offline.db(&[command, target, "--sql"]).succeeded();
    assert_eq!(
        offline.db(&[command, target, "--sql", "--from", &version]),
        script
    );
    assert_eq!(offline.dump(), before);

    let mut doing = vec![command, target];
    doing.extend((command == "downgrade").then_some("--allow-data-loss"));
    let _ = online.db(&doing).succeeded();
    assert_ne!(online.dump(), before);
    offline.psql(script.stdout());
    assert_eq!(offline.dump(), online.dump());
    assert_eq!(offline.history(), online.history());
}

#[test]
fn a_script_is_for_the_schema_that_is_named() {
    let fresh = Fresh::new();
    fresh.execute("CREATE SCHEMA \"Chan a\"");
    let script = fresh
        .db(&["upgrade", "--sql", "--db-schema", "Chan a"])
        .succeeded();
    fresh.psql(script.stdout());
    assert_eq!(fresh.json(&["current", "--json"])["version"], 0);
    assert_eq!(
        fresh.json(&["current", "--json", "--db-schema", "Chan a"])["version"],
        4
    );
    fresh.execute("DROP INDEX \"Chan a\".towpath_stat_prefix");
    fresh.psql(fresh.db(&["check", "--sql", "--db-schema", "Chan a"]).stdout());
    let _ = fresh.db(&["check", "--db-schema", "Chan a"]).succeeded();
}

#[test]
fn a_script_from_a_given_version_needs_no_server() {
    let call = |args: &[&str]| {
        Towpath::new(["db"])
            .args(args)
            .args(&["--db-url", "postgresql://nobody@/nothing?host=/nonexistent"])
            .run()
    };
    let script = call(&["upgrade", "--sql", "--from", "0"]).succeeded();
    assert!(script.stdout().contains("CREATE TABLE stat"), "{script}");
    let script = call(&["downgrade", "-1", "--sql", "--from", "3"]).succeeded();
    assert!(script.stdout().contains("DROP INDEX CONCURRENTLY"), "{script}");
    let outcome = call(&["upgrade", "--sql"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(
        outcome.stderr().contains("with --from N no server is asked"),
        "{outcome}"
    );
    assert_snapshot!(call(&["upgrade", "1", "--sql", "--from", "2"]), @"
    exit status: 2
    ----- stderr -----
    error: the database has version 2, and 1 is older: that is `towpath db downgrade`
    ");
    assert_snapshot!(call(&["upgrade", "--sql", "--from", "5"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no version 5: this towpath knows versions up to 4
    ");
}

#[test]
fn a_plan_says_what_each_statement_costs_here() {
    let fresh = Fresh::new();
    let _ = fresh.db(&["upgrade", "2"]).succeeded();
    fresh.execute(
        "INSERT INTO stat SELECT 'fs', 'c/noarch/' || i, i, i FROM generate_series(1, 500) i; ANALYZE stat",
    );
    let before = fresh.dump();
    let plan = fresh.db(&["upgrade", "3", "--plan"]);
    // Sizes are the server's.
    assert_snapshot!(plan.to_string().replace(" kB", ""), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): from version 2 to 3
      step              statement                                                        lock                    table       rows  size    transaction  can be taken back
      3 prefix_indexes  CREATE INDEX CONCURRENTLY IF NOT EXISTS towpath_stat_prefix...   SHARE UPDATE EXCLUSIVE  stat        500   104  none         yes
      3 prefix_indexes  CREATE INDEX CONCURRENTLY IF NOT EXISTS towpath_index_json_p...  SHARE UPDATE EXCLUSIVE  index_json  -     16   none         yes
    ");
    assert_eq!(fresh.dump(), before);
    let json = fresh.json(&["upgrade", "--plan", "--json"]);
    assert_eq!(json["statements"][0]["rows"], 500);
    assert_eq!(json["statements"][0]["in_transaction"], false);
    assert_snapshot!(fresh.db(&["upgrade", "2", "--plan"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): from version 2 to 2
    ");
    assert_snapshot!(fresh.db(&["upgrade", "--max-blocked-rows", "5"]), @"
    exit status: 2
    ----- stderr -----
    error: the following required arguments were not provided:
      --plan

    Usage: towpath db upgrade --plan --max-blocked-rows <N> --db-url <URL> [TARGET] [DIR]

    For more information, try '--help'.
    ");
}

#[test]
fn drift_is_told_and_mended_by_the_sql_that_is_printed() {
    let fresh = Fresh::at_head();
    fresh.execute(
        "DROP INDEX towpath_stat_prefix; ALTER TABLE stat ADD COLUMN more int;
         ALTER TABLE towpath_recipe ALTER COLUMN sha256 DROP NOT NULL",
    );
    assert_snapshot!(fresh.db(&["check"]), @"
    exit status: 4
    ----- stdout -----
    [DB] (schema public): the tables are not those of version 4, there are 3 differences:
      column stat.more is no part of this version
        ALTER TABLE stat DROP COLUMN more;
      column towpath_recipe.sha256 is `text` and should be `text NOT NULL`
        ALTER TABLE towpath_recipe ALTER COLUMN sha256 SET NOT NULL;
      index stat.towpath_stat_prefix is missing
        CREATE INDEX CONCURRENTLY towpath_stat_prefix ON stat USING btree (stage, path text_pattern_ops) INCLUDE (mtime, size);
    ");
    assert_snapshot!(fresh.db(&["check", "--json"]), @r#"
    exit status: 4
    ----- stdout -----
    {"database":"[DB]","drifts":[{"kind":"column","object":"more","repair":["ALTER TABLE stat DROP COLUMN more"],"table":"stat","what":"column stat.more is no part of this version"},{"kind":"column","object":"sha256","repair":["ALTER TABLE towpath_recipe ALTER COLUMN sha256 SET NOT NULL"],"table":"towpath_recipe","what":"column towpath_recipe.sha256 is `text` and should be `text NOT NULL`"},{"kind":"index","object":"towpath_stat_prefix","repair":["CREATE INDEX CONCURRENTLY towpath_stat_prefix ON stat USING btree (stage, path text_pattern_ops) INCLUDE (mtime, size)"],"table":"stat","what":"index stat.towpath_stat_prefix is missing"}],"problem":null,"schema":"public","version":4}
    "#);
    let sql = fresh.db(&["check", "--sql"]);
    assert_eq!((sql.status(), sql.stderr()), (4, ""), "{sql}");
    fresh.psql(sql.stdout());
    let _ = fresh.db(&["check"]).succeeded();
    assert_eq!(fresh.db(&["check", "--sql"]).stdout(), "");
}

#[test]
fn conda_indexs_tables_are_adopted() {
    let fresh = Fresh::new();
    fresh.execute(CONDA_INDEX);
    assert_snapshot!(fresh.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 0 of 4, the database has tables and no history of how they came about: `towpath db adopt` takes them over after comparing them
    ");
    assert_snapshot!(fresh.db(&["upgrade"]), @"
    exit status: 7
    ----- stderr -----
    error: the database has tables and no history of how they came about: `towpath db adopt` takes them over after comparing them
    ");
    fresh.execute("ALTER TABLE stat ALTER COLUMN size TYPE bigint");
    assert_snapshot!(fresh.db(&["adopt"]), @"
    exit status: 4
    ----- stderr -----
    error: the tables are not those of version 1:
      column stat.size is `bigint` and should be `integer`
    ");
    fresh.execute("ALTER TABLE stat ALTER COLUMN size TYPE integer");
    assert_snapshot!(fresh.db(&["adopt"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): adopted as version 1 and upgraded to 4
    ----- stderr -----
    step 2 (towpath) ...
    step 2 (towpath): done in [TIME]
    step 3 (prefix_indexes) ...
    step 3 (prefix_indexes): done in [TIME]
    step 4 (environments) ...
    step 4 (environments): done in [TIME]
    ");
    assert_snapshot!(fresh.db(&["adopt"]), @"
    exit status: 1
    ----- stderr -----
    error: there is nothing to adopt: the database has a history (`towpath db status` shows it)
    ");
    let _ = fresh.db(&["check"]).succeeded();
    let how: Vec<Value> = fresh
        .history()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["how"].clone())
        .collect();
    assert_eq!(how, ["adopted", "applied", "applied", "applied"]);
}

#[test]
fn a_lost_history_is_stamped() {
    let fresh = Fresh::new();
    let _ = fresh.db(&["upgrade", "3"]).succeeded();
    fresh.execute("DROP TABLE towpath_migration");
    assert_snapshot!(fresh.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 0 of 4, the database has no history, but tables of the same names: about, icon, index_json, post_install, recipe, run_exports, stat, towpath_artifact, towpath_channel, towpath_recipe, towpath_store, towpath_subdir; use another schema or database, or say with `towpath db stamp` which version they are of
    ");
    assert_snapshot!(fresh.db(&["stamp", "2"]), @"
    exit status: 4
    ----- stderr -----
    error: the tables are not those of version 2:
      index index_json.towpath_index_json_prefix is no part of this version
      index stat.towpath_stat_prefix is no part of this version
    ");
    assert_snapshot!(fresh.db(&["stamp", "3"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 3
    ");
    let _ = fresh.db(&["upgrade"]).succeeded();
    let _ = fresh.db(&["current", "--check"]).succeeded();
}

#[test]
fn a_migration_that_was_changed_is_repaired() {
    let fresh = Fresh::at_head();
    fresh.execute("UPDATE towpath_migration SET sha256 = 'other' WHERE version = 2");
    for args in [["upgrade", "head"], ["current", "--check"]] {
        assert_eq!(fresh.db(&args).status(), 6);
    }
    assert_snapshot!(fresh.db(&["check"]), @"
    exit status: 6
    ----- stdout -----
    [DB] (schema public): the tables are those of version 4
    warning: step 2 was changed after it ran in this database: 0002_towpath.up.sql is not what was applied (`towpath db check` compares the tables, `towpath db repair` accepts the file if they agree)
    ");
    assert_snapshot!(fresh.db(&["repair"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): step 2 is accepted as it is now
    ");
    assert_snapshot!(fresh.db(&["repair"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): nothing to repair
    ");
    let _ = fresh.db(&["check"]).succeeded();
}

#[test]
fn a_database_of_a_newer_towpath_is_told_apart() {
    let fresh = Fresh::at_head();
    fresh.execute(
        "INSERT INTO towpath_migration
         SELECT 5, 'later', 'x', 'DROP TABLE towpath_later', 4, 5, how, applied_at, applied_by, tool, 1
         FROM towpath_migration WHERE version = 4;
         CREATE TABLE towpath_later (a int)",
    );
    assert_snapshot!(fresh.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 5 of 4, made by a newer towpath; it may be read by this towpath and not written
    ");
    for args in [&["upgrade"][..], &["current", "--check"], &["check"]] {
        assert_eq!(fresh.db(args).status(), 5, "{args:?}");
    }
    assert_snapshot!(fresh.db(&["downgrade", "4"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): taken back from version 5 to 4
    ----- stderr -----
    back from step 5 (later) ...
    back from step 5 (later): done in [TIME]
    ");
    let _ = fresh.db(&["check"]).succeeded();
}

#[test]
fn who_may_only_read_looks_and_leaves_nothing() {
    let fresh = Fresh::new();
    let _ = fresh.db(&["upgrade", "2"]).succeeded();
    fresh.execute(
        "CREATE ROLE looker LOGIN; GRANT USAGE ON SCHEMA public TO looker;
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker",
    );
    let before = fresh.dump();
    let reader = Fresh {
        url: fresh.url.replace("towpath@", "looker@"),
    };
    assert_snapshot!(reader.db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    [DB] (schema public): version 2 of 4, to be upgraded (`towpath db upgrade`)
      step 3 (prefix_indexes) is not taken yet
      step 4 (environments) is not taken yet
    ");
    assert_snapshot!(reader.db(&["current"]), @"
    exit status: 0
    ----- stdout -----
    2
    ");
    assert_eq!(reader.history(), fresh.history());
    assert_snapshot!(reader.db(&["check"]), @"
    exit status: 7
    ----- stdout -----
    [DB] (schema public): the tables are those of version 2
    warning: the database has version 2, and this towpath needs 4: `towpath db upgrade` brings it there
    ");
    for args in [
        &["upgrade", "--plan"][..],
        &["upgrade", "--sql"],
        &["check", "--sql"],
    ] {
        let outcome = reader.db(args);
        assert!([0, 7].contains(&outcome.status()), "{outcome}");
    }
    assert_eq!(reader.db(&["upgrade"]).status(), 1);
    assert_eq!(fresh.dump(), before);
}

#[test]
fn of_sixteen_processes_all_succeed_and_each_step_is_taken_once() {
    let fresh = Fresh::new();
    let running: Vec<_> = (0..16)
        .map(|_| fresh.call(&["upgrade", "--json"]).start())
        .collect();
    let mut taken = Vec::new();
    for process in running {
        let outcome = process.wait().succeeded();
        let json: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "null")).unwrap();
        assert_eq!(json["to"], 4);
        taken.extend(
            json["steps"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step["version"].as_u64().unwrap()),
        );
    }
    taken.sort_unstable();
    assert_eq!(taken, [1, 2, 3, 4]);
    let _ = fresh.db(&["check"]).succeeded();
}

#[test]
fn who_is_in_the_way_is_named() {
    let fresh = Fresh::new();
    let _ = fresh.db(&["upgrade", "2"]).succeeded();
    let mut other = settings(&fresh.url).connect().unwrap();
    other
        .batch_execute("SET application_name = 'nightly'; BEGIN; LOCK TABLE towpath_channel")
        .unwrap();
    let args = [
        "downgrade",
        "1",
        "--lock-timeout",
        "50ms",
        "--lock-wait",
        "1s",
        "--allow-data-loss",
    ];
    let outcome = fresh.db(&args);
    assert_eq!(outcome.status(), 8, "{outcome}");
    for said in [
        "waiting for process",
        "in the way is process",
        "nightly",
        "LOCK TABLE towpath_channel",
    ] {
        assert!(outcome.stderr().contains(said), "{outcome}");
    }
    let waits = outcome
        .stderr()
        .lines()
        .filter(|line| line.starts_with("waiting"));
    assert_eq!(waits.count(), 1, "{outcome}");
    other.batch_execute("ROLLBACK").unwrap();
    let _ = fresh.db(&args).succeeded();
}

#[rstest]
fn every_command_has_help(
    #[values(
        "upgrade",
        "downgrade",
        "current",
        "history",
        "status",
        "check",
        "stamp",
        "adopt",
        "repair"
    )]
    command: &str,
) {
    let outcome = Towpath::new(["db", command, "--help"]).run().succeeded();
    assert!(outcome.stdout().contains("--db-url"), "{outcome}");
}

#[rstest]
#[case("upgrade", "--lock-wait", "soon")]
#[case("downgrade", "--lock-timeout", "-1s")]
#[case("adopt", "--statement-timeout", "1 month")]
fn times_are_times(#[case] command: &str, #[case] option: &str, #[case] value: &str) {
    let outcome = Towpath::new(["db", command, &format!("{option}={value}")]).run();
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains("a time such as"), "{outcome}");
}

/// Also not its encoded form, which is what stands in the URL.
#[test]
fn a_password_is_never_shown() {
    let fresh = Fresh::new();
    let with_password = fresh.url.replace("towpath@", "towpath:se%63ret-w%40rd@");
    let unreachable = "postgresql://me:se%63ret-w%40rd@127.0.0.1:1/nothing?connect_timeout=1".to_owned();
    let malformed = "postgresql://me:se%63ret-w%40rd@host/db?sslmode=perhaps".to_owned();
    let commands: [&[&str]; 14] = [
        &["status"],
        &["status", "--json"],
        &["upgrade", "--plan"],
        &["upgrade", "--sql"],
        &["upgrade", "--json"],
        &["upgrade"],
        &["current", "--check", "--json"],
        &["history"],
        &["check", "--sql"],
        &["downgrade", "base"],
        &["stamp", "2"],
        &["adopt"],
        &["repair", "--json"],
        &["check", "--json"],
    ];
    let connects = Towpath::new(["db", "status", "--db-url", &with_password]).run();
    let _ = connects.succeeded();
    for url in [with_password, unreachable, malformed] {
        for args in commands {
            // Connecting for a change is tried for seconds.
            if url.contains(":1/") && !["status", "history", "check"].contains(&args[0]) {
                continue;
            }
            for outcome in [
                Towpath::new(["db"]).args(args).args(&["--db-url", &url]).run(),
                Towpath::new(["db"])
                    .args(args)
                    .env("CONDA_INDEX_DBURL", &url)
                    .run(),
            ] {
                let said = outcome.to_string();
                assert!(
                    !said.contains("cret-w") && !said.contains("%63"),
                    "{args:?}: {said}"
                );
            }
        }
    }
}

/// A channel of two subdirs, indexed with a store of this kind for each.
fn channel_with_stores(kind: &str) -> ChannelBuilder {
    let package = PackageBuilder::new("lock", "1.0", "0");
    let channel = ChannelBuilder::new()
        .package(&package, Kind::Conda)
        .package(&package.clone().subdir("linux-64"), Kind::Conda);
    let _ = index(&channel, &["--db", kind]).succeeded();
    channel
}

/// `towpath db` with these arguments, and the channel behind them.
fn db_of(channel: &ChannelBuilder, args: &[&str]) -> Outcome {
    Towpath::new(["db"])
        .args(args)
        .arg(channel.path())
        .naming(channel.path(), "[CHANNEL]")
        .run()
}

#[test]
fn sqlite_stores_are_looked_at_subdir_by_subdir() {
    let channel = channel_with_stores("sqlite3");
    let db = |args: &[&str]| db_of(&channel, args);
    assert_snapshot!(db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (sqlite3): version 1 of 1, up to date
    noarch (sqlite3): version 1 of 1, up to date
    ");
    assert_snapshot!(db(&["check"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (sqlite3): the tables are those of version 1
    noarch (sqlite3): the tables are those of version 1
    ");
    assert_snapshot!(db(&["downgrade", "base", "--allow-data-loss"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (sqlite3): taken back from version 1 to 0
    noarch (sqlite3): taken back from version 1 to 0
    ----- stderr -----
    linux-64 (sqlite3): back from step 1 (towpath) ...
    linux-64 (sqlite3): back from step 1 (towpath): done in [TIME]
    noarch (sqlite3): back from step 1 (towpath) ...
    noarch (sqlite3): back from step 1 (towpath): done in [TIME]
    ");
    assert_snapshot!(db(&["current", "--check"]), @"
    exit status: 7
    ----- stdout -----
    linux-64 (sqlite3): 0
    noarch (sqlite3): 0
    ");
    fs_err::write(
        channel.path().join("linux-64/.cache/cache.db"),
        "garbage ".repeat(100),
    )
    .unwrap();
    assert_snapshot!(db(&["status"]), @"
    exit status: 1
    ----- stdout -----
    noarch (sqlite3): version 0 of 1, no tables yet (`towpath db upgrade` makes them)
      step 1 (towpath) is not taken yet
    ----- stderr -----
    error: linux-64 (sqlite3): [CHANNEL]/linux-64/.cache/cache.db is not an SQLite database; it was left as it is (move it away to have the subdir read anew)
    ");
    assert_snapshot!(db(&["upgrade", "head", "--json"]), @r#"
    exit status: 1
    ----- stdout -----
    [{"failure":"[CHANNEL]/linux-64/.cache/cache.db is not an SQLite database; it was left as it is (move it away to have the subdir read anew)","path":"[CHANNEL]/linux-64/.cache/cache.db","store":"sqlite3","subdir":"linux-64"},{"from":0,"path":"[CHANNEL]/noarch/.cache/cache.db","steps":[{"direction":"up","name":"towpath","seconds":[TIME],"version":1}],"store":"sqlite3","subdir":"noarch","to":1}]
    ----- stderr -----
    error: linux-64 (sqlite3): [CHANNEL]/linux-64/.cache/cache.db is not an SQLite database; it was left as it is (move it away to have the subdir read anew)
    noarch (sqlite3): step 1 (towpath) ...
    noarch (sqlite3): step 1 (towpath): done in [TIME]
    "#);
    assert_snapshot!(db(&["upgrade", "--sql", "head"]), @"
    exit status: 2
    ----- stderr -----
    error: there are scripts for PostgreSQL only: stores beside the packages upgrade themselves when they are opened
    ");
    let empty = ChannelBuilder::new();
    let outcome = Towpath::new(["db", "status"]).arg(empty.path()).run();
    assert_eq!(outcome.status(), 1, "{outcome}");
}

/// As conda-index makes a file: of its versions 0 and 1, and of today.
#[rstest]
#[case(0, "")]
#[case(1, "")]
#[case(
    2,
    ", name AS (json_extract(index_json, '$.name')), sha256 AS (json_extract(index_json, '$.sha256'))"
)]
fn conda_indexs_files_are_adopted(#[case] version: u32, #[case] computed: &str) {
    let channel = ChannelBuilder::new().directory("noarch/.cache");
    let path = channel.path().join("noarch/.cache/cache.db");
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch(&format!(
        "CREATE TABLE about (path TEXT PRIMARY KEY, about BLOB);
         CREATE TABLE index_json (path TEXT PRIMARY KEY, index_json BLOB{computed});
         CREATE TABLE recipe (path TEXT PRIMARY KEY, recipe BLOB);
         CREATE TABLE recipe_log (path TEXT PRIMARY KEY, recipe_log BLOB);
         CREATE TABLE run_exports (path TEXT PRIMARY KEY, run_exports BLOB);
         CREATE TABLE post_install (path TEXT PRIMARY KEY, post_install BLOB);
         CREATE TABLE icon (path TEXT PRIMARY KEY, icon_png BLOB);
         CREATE TABLE stat (stage TEXT NOT NULL DEFAULT 'indexed', path TEXT NOT NULL, mtime NUMBER,
             size INTEGER, sha256 TEXT, md5 TEXT, last_modified TEXT, etag TEXT);
         CREATE UNIQUE INDEX idx_stat ON stat (path, stage);
         CREATE INDEX idx_stat_stage ON stat (stage, path);
         INSERT INTO index_json (path, index_json) VALUES ('a-1-0.conda', '{{\"name\": \"a\"}}');
         PRAGMA user_version = {version};"
    ))
    .unwrap();
    drop(file);
    let before = fs_err::read(&path).unwrap();
    let _ = db_of(&channel, &["status"]).succeeded();
    assert_eq!(fs_err::read(&path).unwrap(), before);

    let outcome = db_of(&channel, &["adopt"]).succeeded();
    let says = "noarch (sqlite3): adopted as version 0 and upgraded to 1\n";
    assert_eq!(outcome.stdout(), says);
    let _ = db_of(&channel, &["check"]).succeeded();
    assert_eq!(db_of(&channel, &["adopt"]).status(), 1);
    let file = rusqlite::Connection::open(&path).unwrap();
    let query = "SELECT name, (SELECT user_version FROM pragma_user_version) FROM index_json";
    let row: (String, u32) = file
        .query_row(query, (), |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(row, ("a".to_owned(), 2));
}

#[test]
fn gluesql_stores_are_looked_at_subdir_by_subdir() {
    let channel = channel_with_stores("gluesql");
    let db = |args: &[&str]| db_of(&channel, args);
    assert_snapshot!(db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (gluesql): version 1 of 1, up to date
    noarch (gluesql): version 1 of 1, up to date
    ");
    assert_snapshot!(db(&["downgrade", "base"]), @"
    exit status: 1
    ----- stderr -----
    error: linux-64 (gluesql): going back to version 0 would remove 1 row of towpath_store, 1 row of towpath_artifact, 1 row of stat_indexed, 1 row of stat_fs, 0 rows of run_exports, 0 rows of recipe_log, 0 rows of recipe, 1 row of post_install, 1 row of index_json, 0 rows of icon, 1 row of about; --allow-data-loss does it
    error: noarch (gluesql): going back to version 0 would remove 1 row of towpath_store, 1 row of towpath_artifact, 1 row of stat_indexed, 1 row of stat_fs, 0 rows of run_exports, 0 rows of recipe_log, 0 rows of recipe, 1 row of post_install, 1 row of index_json, 0 rows of icon, 1 row of about; --allow-data-loss does it
    ");
    assert_snapshot!(db(&["downgrade", "base", "--allow-data-loss", "--json"]), @r#"
    exit status: 0
    ----- stdout -----
    [{"from":1,"path":"[CHANNEL]/linux-64/.cache/towpath.redb","steps":[{"direction":"down","name":"towpath","seconds":[TIME],"version":1}],"store":"gluesql","subdir":"linux-64","to":0},{"from":1,"path":"[CHANNEL]/noarch/.cache/towpath.redb","steps":[{"direction":"down","name":"towpath","seconds":[TIME],"version":1}],"store":"gluesql","subdir":"noarch","to":0}]
    ----- stderr -----
    linux-64 (gluesql): back from step 1 (towpath) ...
    linux-64 (gluesql): back from step 1 (towpath): done in [TIME]
    noarch (gluesql): back from step 1 (towpath) ...
    noarch (gluesql): back from step 1 (towpath): done in [TIME]
    "#);
    assert_snapshot!(db(&["upgrade", "head"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (gluesql): upgraded from version 0 to 1
    noarch (gluesql): upgraded from version 0 to 1
    ----- stderr -----
    linux-64 (gluesql): step 1 (towpath) ...
    linux-64 (gluesql): step 1 (towpath): done in [TIME]
    noarch (gluesql): step 1 (towpath) ...
    noarch (gluesql): step 1 (towpath): done in [TIME]
    ");
    assert_snapshot!(db(&["check"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (gluesql): the tables are those of version 1
    noarch (gluesql): the tables are those of version 1
    ");
    let _ = index(&channel, &["--subdir", "noarch"]).succeeded();
    assert_snapshot!(db(&["current"]), @"
    exit status: 0
    ----- stdout -----
    linux-64 (gluesql): 1 (head)
    noarch (sqlite3): 1 (head)
    noarch (gluesql): 1 (head)
    ");
    assert_snapshot!(db(&["current", "--db", "sqlite3"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): 1 (head)
    ");
}

/// A channel with a store in SQLite, and with environments recorded in both kinds of files.
fn channel_with_environments() -> ChannelBuilder {
    let channel = ChannelBuilder::new().package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    let folder = ChannelFolder::new(channel.path().to_owned(), None);
    for mut database in [
        Environments::in_sqlite(&folder.environments_in_sqlite()).unwrap(),
        Environments::in_gluesql(&folder.environments_in_gluesql()).unwrap(),
    ] {
        let columns = [
            ("name", "team".into()),
            ("created_at", Timestamp::UNIX_EPOCH.into()),
        ];
        database
            .write(|session| session.insert("towpath_namespace", &columns))
            .unwrap();
    }
    channel
}

#[test]
fn recorded_environments_are_looked_at_beside_the_stores() {
    let channel = channel_with_environments();
    let db = |args: &[&str]| db_of(&channel, args);
    assert_snapshot!(db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): version 1 of 1, up to date
    environments (sqlite3): version 1 of 1, up to date
    environments (gluesql): version 1 of 1, up to date
    ");
    assert_snapshot!(db(&["check"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): the tables are those of version 1
    environments (sqlite3): the tables are those of version 1
    environments (gluesql): the tables are those of version 1
    ");
    assert_snapshot!(db(&["current", "--db", "gluesql", "--json"]), @r#"
    exit status: 0
    ----- stdout -----
    [{"head":1,"path":"[CHANNEL]/.towpath/environments.redb","store":"gluesql","subdir":null,"version":1}]
    "#);
    assert_snapshot!(without_times(&db(&["history", "--db", "sqlite3"])), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): 1 towpath: applied at [WHEN] with towpath 0.1.0 in [TIME]
    environments (sqlite3): 1 environments: applied at [WHEN] with towpath 0.1.0 in [TIME]
    ");
    assert_snapshot!(db(&["upgrade", "--plan", "head"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): from version 1 to 1
    environments (sqlite3): from version 1 to 1
    environments (gluesql): from version 1 to 1
    ");
}

/// They are no cache.
#[test]
fn recorded_environments_are_lost_only_if_that_is_allowed() {
    let channel = channel_with_environments();
    let db = |args: &[&str]| db_of(&channel, args);
    assert_snapshot!(db(&["downgrade", "base"]), @"
    exit status: 1
    ----- stderr -----
    error: noarch (sqlite3): going back to version 0 would remove 1 row of towpath_store, 1 row of towpath_artifact; --allow-data-loss does it
    error: environments (sqlite3): going back to version 0 would remove 1 row of towpath_namespace; --allow-data-loss does it
    error: environments (gluesql): going back to version 0 would remove 1 row of towpath_sequence, 1 row of towpath_namespace; --allow-data-loss does it
    ");
    assert_snapshot!(db(&["downgrade", "base", "--allow-data-loss"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): taken back from version 1 to 0
    environments (sqlite3): taken back from version 1 to 0
    environments (gluesql): taken back from version 1 to 0
    ----- stderr -----
    noarch (sqlite3): back from step 1 (towpath) ...
    noarch (sqlite3): back from step 1 (towpath): done in [TIME]
    environments (sqlite3): back from step 1 (environments) ...
    environments (sqlite3): back from step 1 (environments): done in [TIME]
    environments (gluesql): back from step 1 (environments) ...
    environments (gluesql): back from step 1 (environments): done in [TIME]
    ");
    assert_snapshot!(db(&["status"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): version 0 of 1, no tables yet (`towpath db upgrade` makes them)
      step 1 (towpath) is not taken yet
    environments (sqlite3): version 0 of 1, no tables yet (`towpath db upgrade` makes them)
      step 1 (environments) is not taken yet
    environments (gluesql): version 0 of 1, no tables yet (`towpath db upgrade` makes them)
      step 1 (environments) is not taken yet
    ");
    assert_snapshot!(db(&["upgrade", "head"]), @"
    exit status: 0
    ----- stdout -----
    noarch (sqlite3): upgraded from version 0 to 1
    environments (sqlite3): upgraded from version 0 to 1
    environments (gluesql): upgraded from version 0 to 1
    ----- stderr -----
    noarch (sqlite3): step 1 (towpath) ...
    noarch (sqlite3): step 1 (towpath): done in [TIME]
    environments (sqlite3): step 1 (environments) ...
    environments (sqlite3): step 1 (environments): done in [TIME]
    environments (gluesql): step 1 (environments) ...
    environments (gluesql): step 1 (environments): done in [TIME]
    ");
    let _ = db(&["check"]).succeeded();
    fs_err::write(
        channel.path().join(".towpath/environments.db"),
        "garbage ".repeat(100),
    )
    .unwrap();
    assert_snapshot!(db(&["status", "--db", "sqlite3"]), @"
    exit status: 1
    ----- stdout -----
    noarch (sqlite3): version 1 of 1, up to date
    ----- stderr -----
    error: environments (sqlite3): [CHANNEL]/.towpath/environments.db is not an SQLite database; it was left as it is
    ");
}
