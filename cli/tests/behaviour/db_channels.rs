//! `towpath db channels`: which channels a database holds, and how one is renamed or removed.

use serde_json::{Value, json};
use towpath_tests::postgresql::ENVIRONMENTS;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder, PostgresqlDatabase};

use crate::db_create::{channel, db, index};
use crate::published::files_below;

fn listed(database: &PostgresqlDatabase) -> Value {
    let outcome = db(&["channels", "--json"], &database.url()).succeeded();
    let mut listed: Value = serde_json::from_str(outcome.stdout()).unwrap();
    listed["channels"].take()
}

fn prefix(channel: &ChannelBuilder) -> String {
    let text = fs_err::read_to_string(channel.path().join(".cache/cache.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    file["channel_id"].as_str().unwrap().to_owned()
}

/// All rows of all tables that name this prefix.
fn rows_with(database: &PostgresqlDatabase, prefix: &str) -> i64 {
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut client = database.connect();
    let names: Vec<String> = client
        .query(tables, &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let count = |name: &String| -> i64 {
        let query = format!("SELECT count(*) FROM {name} AS t WHERE t::text ~ $1");
        let pattern = format!("[(,]{prefix}[/,]");
        client.query_one(&query, &[&pattern]).unwrap().get(0)
    };
    names.iter().map(count).sum()
}

#[test]
fn channels_are_told_by_prefix_name_and_subdirs() {
    let database = PostgresqlDatabase::new();
    let main = channel(&["lock", "gate"]).package(
        &PackageBuilder::new("pump", "1", "0").subdir("linux-64"),
        Kind::Conda,
    );
    let other = channel(&["lock"]);
    let _ = index(&main, &database.url(), &["-n", "main"]).succeeded();
    let _ = index(&other, &database.url(), &["-n", "other"]).succeeded();
    // What conda-index writes, and rows that are nobody's.
    database
        .connect()
        .batch_execute(
            "INSERT INTO stat (stage, path) VALUES
                 ('fs', 'foreign-one/noarch/a-1-0.conda'), ('fs', 'foreign-one/noarch/b-1-0.conda'),
                 ('clone', 'foreign-one/win-64/b-1-0.conda'), ('fs', 'foreign/noarch/b-1-0.conda'),
                 ('fs', 'no-slash')",
        )
        .unwrap();
    let channels = listed(&database);
    let of = |prefix: &str| {
        let all = channels.as_array().unwrap();
        let mut found = all.iter().filter(|channel| channel["prefix"] == prefix);
        let channel = found.next().unwrap().clone();
        assert!(found.next().is_none());
        channel
    };
    let one = of(&prefix(&main));
    assert_eq!(one["name"], "main");
    assert_eq!(
        one["subdirs"]["noarch"],
        json!({"artifacts": 2, "stages": {"fs": 2, "indexed": 2}})
    );
    assert_eq!(one["subdirs"]["linux-64"]["artifacts"], 1);
    let when = one["first_indexed"].as_str().unwrap();
    assert!(
        when.parse::<jiff::Timestamp>().unwrap() <= jiff::Timestamp::now(),
        "{when}"
    );
    let foreign = of("foreign-one");
    assert_eq!(
        (&foreign["name"], &foreign["first_indexed"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        foreign["subdirs"],
        json!({
            "noarch": {"artifacts": 2, "stages": {"fs": 2}},
            "win-64": {"artifacts": 0, "stages": {"clone": 1}},
        })
    );
    assert_eq!(of("foreign")["subdirs"]["noarch"]["artifacts"], 1);
    assert_eq!(channels.as_array().unwrap().len(), 5);

    let told = db(&["channels"], &database.url()).succeeded();
    let expected = [
        " main, first indexed 2",
        "noarch: 2 artifacts\n",
        "written by conda-index alone",
    ];
    for part in expected {
        assert!(told.stdout().contains(part), "{told}");
    }
}

/// Conda-index's channels too are found without reading every row of them.
#[test]
fn the_table_is_not_read_from_end_to_end() {
    let database = PostgresqlDatabase::new();
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
    let mut client = database.connect();
    client
        .batch_execute(
            "INSERT INTO stat (stage, path)
             SELECT 'fs', concat('c', c, '/noarch/', n) FROM generate_series(1, 5) AS c, generate_series(1, 4000) AS n",
        )
        .unwrap();
    client.batch_execute("VACUUM ANALYZE stat").unwrap();
    let mut scans = || -> (i64, i64) {
        let query = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'stat'";
        let row = client.query_one(query, &[]).unwrap();
        (row.get(0), row.get(1))
    };
    // A session tells what it did when it ends or idles, and not at once.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let before = scans();
    let listed = listed(&database);
    assert_eq!(listed.as_array().unwrap().len(), 5);
    assert_eq!(listed[4]["subdirs"]["noarch"]["artifacts"], 4000);
    while scans().1 == before.1 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(scans().0, before.0);
}

#[test]
fn the_name_is_the_last_one() {
    let database = PostgresqlDatabase::new();
    let channel = channel(&["lock"]);
    let row = || -> String {
        let query = "SELECT concat(name, ' ', created_at, ' ', xmin, ' ', ctid) FROM towpath_channel";
        database.connect().query_one(query, &[]).unwrap().get(0)
    };
    let _ = index(&channel, &database.url(), &["-n", "before"]).succeeded();
    let before = row();
    let _ = index(&channel, &database.url(), &["-n", "before"]).succeeded();
    assert_eq!(row(), before, "nothing is written without need");
    let first = listed(&database)[0]["first_indexed"].clone();
    let _ = index(&channel, &database.url(), &["-n", "after"]).succeeded();
    assert_eq!(listed(&database)[0]["name"], "after");
    assert_eq!(listed(&database)[0]["first_indexed"], first);
}

#[test]
fn a_renamed_channel_is_the_same_channel() {
    let database = PostgresqlDatabase::new();
    let packages = channel(&["lock", "gate"]);
    let bystander = channel(&["lock"]);
    let _ = index(&packages, &database.url(), &["-n", "main"]).succeeded();
    let _ = index(&bystander, &database.url(), &[]).succeeded();
    let (old, other) = (prefix(&packages), prefix(&bystander));
    let (before, others) = (rows_with(&database, &old), rows_with(&database, &other));

    let taken = db(&["channels", "--rename", &old, &other], &database.url());
    assert_eq!(taken.status(), 1);
    assert!(taken.stderr().contains("already"), "{taken}");
    let invalid = db(&["channels", "--rename", &old, "Not/Valid"], &database.url());
    assert_eq!(invalid.status(), 2);
    let missing = db(&["channels", "--rename", "nobody", "new"], &database.url());
    assert_eq!(missing.status(), 1);
    let folder = bystander.path().to_str().unwrap();
    let wrong = db(
        &["channels", "--rename", &old, "new", "--channel", folder],
        &database.url(),
    );
    assert_eq!(wrong.status(), 1);
    assert_eq!(rows_with(&database, &old), before);

    let repodata = packages.path().join("noarch/repodata.json");
    let published = fs_err::read(&repodata).unwrap();
    let folder = packages.path().to_str().unwrap();
    let args = ["channels", "--rename", &old, "new.prefix-1", "--channel", folder];
    let _ = db(&args, &database.url()).succeeded();
    assert_eq!(prefix(&packages), "new.prefix-1");
    assert_eq!(rows_with(&database, &old), 0);
    assert_eq!(rows_with(&database, "new.prefix-1"), before);
    assert_eq!(rows_with(&database, &other), others);

    // No package is read again: there is nothing in them any more.
    for name in ["lock", "gate"] {
        let file = packages.path().join(format!("noarch/{name}-1.0-0.conda"));
        let metadata = fs_err::metadata(&file).unwrap();
        let hollow = vec![b'x'; metadata.len().try_into().unwrap()];
        fs_err::write(&file, hollow).unwrap();
        let file = fs_err::OpenOptions::new().write(true).open(&file).unwrap();
        file.file().set_modified(metadata.modified().unwrap()).unwrap();
    }
    let again = index(&packages, &database.url(), &["-n", "main"]).succeeded();
    assert!(
        again.stderr().contains("0 added, 0 changed, 0 removed"),
        "{again}"
    );
    assert!(fs_err::read(&repodata).unwrap() == published);
}

/// A channel in a database that recorded environments, which need a package of it.
fn with_environments(database: &PostgresqlDatabase) -> String {
    let packages = channel(&["lock"]);
    let _ = index(&packages, &database.url(), &[]).succeeded();
    let prefix = prefix(&packages);
    let mut client = database.connect();
    client.batch_execute(ENVIRONMENTS).unwrap();
    client
        .execute("UPDATE towpath_used_channel SET address = $1", &[&prefix])
        .unwrap();
    prefix
}

#[test]
fn environments_know_a_renamed_channel() {
    let database = PostgresqlDatabase::new();
    let old = with_environments(&database);
    let _ = db(&["channels", "--rename", &old, "new"], &database.url()).succeeded();
    let known = |address: &str| -> i64 {
        let query = "SELECT count(*) FROM towpath_used_channel WHERE is_own AND address = $1";
        database.connect().query_one(query, &[&address]).unwrap().get(0)
    };
    assert_eq!((known(&old), known("new")), (0, 1));

    database
        .connect()
        .batch_execute("INSERT INTO towpath_used_channel (is_own, address) VALUES (true, 'gone')")
        .unwrap();
    let outcome = db(&["channels", "--rename", "new", "gone"], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(
        outcome.stderr().contains("another channel with the prefix gone"),
        "{outcome}"
    );
    assert_eq!(known("new"), 1);
}

#[test]
fn a_channel_stays_while_environments_need_it() {
    let database = PostgresqlDatabase::new();
    let prefix = with_environments(&database);
    let remove = || db(&["channels", "--remove", &prefix, "--yes"], &database.url());
    let before = rows_with(&database, &prefix);
    for (needed, then) in [
        (
            "1 current builds of environments, 1 holds",
            "DELETE FROM towpath_hold",
        ),
        (
            "1 current builds of environments, 0 holds",
            "UPDATE towpath_build SET is_current = false",
        ),
    ] {
        let outcome = remove();
        assert_eq!(outcome.status(), 1);
        assert!(outcome.stderr().contains(needed), "{outcome}");
        assert_eq!(rows_with(&database, &prefix), before);
        database.connect().batch_execute(then).unwrap();
    }
    let _ = remove().succeeded();
    let query = "SELECT count(*) FROM towpath_package WHERE withdrawn_at IS NOT NULL";
    let withdrawn: i64 = database.connect().query_one(query, &[]).unwrap().get(0);
    assert_eq!(withdrawn, 1);
}

#[test]
fn without_its_folder_it_is_told_what_to_write_there() {
    let database = PostgresqlDatabase::new();
    let packages = channel(&["lock"]);
    let _ = index(&packages, &database.url(), &[]).succeeded();
    let args = ["channels", "--rename", &prefix(&packages), "new"];
    let outcome = db(&args, &database.url()).succeeded();
    assert!(outcome.stderr().contains(r#"{"channel_id": "new"}"#), "{outcome}");
}

#[test]
fn a_channel_is_removed_when_that_is_meant() {
    let database = PostgresqlDatabase::new();
    let packages = channel(&["lock", "gate"]);
    let bystander = channel(&["lock"]);
    let _ = index(&packages, &database.url(), &[]).succeeded();
    let _ = index(&bystander, &database.url(), &[]).succeeded();
    let (gone, other) = (prefix(&packages), prefix(&bystander));
    let (before, others) = (rows_with(&database, &gone), rows_with(&database, &other));
    let files = files_below(packages.path());

    let asked = db(&["channels", "--remove", &gone], &database.url());
    assert_eq!(asked.status(), 2);
    assert!(
        asked.stderr().contains(&format!("{before} rows; --yes")),
        "{asked}"
    );
    assert_eq!(rows_with(&database, &gone), before);
    let _ = db(&["channels", "--remove", &gone, "--yes"], &database.url()).succeeded();
    assert_eq!(rows_with(&database, &gone), 0);
    assert_eq!(rows_with(&database, &other), others);
    assert!(files_below(packages.path()) == files);
    assert_eq!(
        db(&["channels", "--remove", &gone, "--yes"], &database.url()).status(),
        1
    );
}

/// As `towpath index` holds the locks of its subdirs.
#[test]
fn nothing_is_renamed_or_removed_while_somebody_indexes_it() {
    let database = PostgresqlDatabase::new();
    let packages = channel(&["lock"]);
    let _ = index(&packages, &database.url(), &[]).succeeded();
    let prefix = prefix(&packages);
    let mut indexing = database.connect();
    for locked in [format!("{prefix}/noarch"), "new/noarch".to_owned()] {
        let lock = "hashtextextended(concat_ws(' ', 'towpath', current_schema(), $1::text), 0)";
        let mut transaction = indexing.transaction().unwrap();
        transaction
            .execute(&format!("SELECT pg_advisory_xact_lock({lock})"), &[&locked])
            .unwrap();
        let before = rows_with(&database, &prefix);
        let outcome = db(&["channels", "--rename", &prefix, "new"], &database.url());
        assert_eq!(outcome.status(), 1);
        assert!(
            outcome.stderr().contains(&format!("is indexing {locked}")),
            "{outcome}"
        );
        let outcome = db(&["channels", "--remove", &prefix, "--yes"], &database.url());
        if locked.starts_with(&prefix) {
            assert_eq!(outcome.status(), 1, "{outcome}");
            assert_eq!(rows_with(&database, &prefix), before);
        }
        drop(transaction);
    }
}

#[test]
fn an_empty_database_has_no_channels() {
    let database = PostgresqlDatabase::new();
    let outcome = db(&["channels"], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("towpath db upgrade"), "{outcome}");
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
    assert_eq!(listed(&database), json!([]));
}
