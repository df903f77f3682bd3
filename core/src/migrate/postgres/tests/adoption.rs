//! Taking over what conda-index made.

use super::*;

/// As conda-index 0.13 makes its tables through SQLAlchemy, seen in a server's log.
pub(super) const CONDA_INDEX: &str = "
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
";

fn adopt(client: &mut Client) -> Result<crate::migrate::Adopted, MigrateError> {
    run(client, |runner| runner.adopt(&mut silent()))
}

#[test]
fn conda_indexs_tables_are_adopted_with_their_rows() {
    let fresh = Fresh::new();
    let mut client = fresh.connect();
    client.batch_execute(CONDA_INDEX).unwrap();
    client
        .batch_execute("CREATE TABLE somebody_elses (a int); CREATE INDEX theirs ON stat (md5)")
        .unwrap();
    fill(&mut client, 1);
    assert_eq!(status(&mut client), Status::Unmanaged);
    let error = upgrade(&mut client, Target::Head).unwrap_err().to_string();
    assert!(error.contains("towpath db adopt"), "{error}");

    let adopted = adopt(&mut client).unwrap();
    let moved = &adopted.moved;
    assert_eq!((adopted.version, moved.from, moved.to), (1, 1, head()));
    assert_eq!(status(&mut client), current());
    assert_eq!(run(&mut client, |runner| runner.check().unwrap()), []);
    let rows = run(&mut client, |runner| runner.history().unwrap());
    let how: Vec<How> = rows.iter().map(|row| row.how).collect();
    assert_eq!(how, super::adopted());
    let rows: i64 = client.query_one("SELECT count(*) FROM stat", &[]).unwrap().get(0);
    assert_eq!(rows, 1);

    let error = adopt(&mut client).unwrap_err().to_string();
    assert!(error.contains("the database has a history"), "{error}");
    let error = adopt(&mut Fresh::new().connect()).unwrap_err().to_string();
    assert!(error.contains("the database is empty"), "{error}");
}

#[rstest::rstest]
#[case(
    "ALTER TABLE stat ALTER COLUMN size TYPE bigint",
    "stat.size is `bigint` and should be `integer`"
)]
#[case(
    "ALTER TABLE stat ADD COLUMN more text",
    "column stat.more is no part of this version"
)]
#[case(
    "ALTER TABLE index_json DROP COLUMN name",
    "column index_json.name is missing"
)]
#[case(
    "ALTER TABLE icon DROP CONSTRAINT icon_pkey",
    "constraint icon.icon_pkey is missing"
)]
#[case("DROP TABLE icon", "table icon is missing")]
#[case(
    "CREATE TABLE towpath_artifact (a int)",
    "table towpath_artifact is no part of this version"
)]
fn other_tables_are_refused_and_left_alone(#[case] change: &str, #[case] sentence: &str) {
    let fresh = Fresh::new();
    let mut client = fresh.connect();
    client.batch_execute(CONDA_INDEX).unwrap();
    client.batch_execute(change).unwrap();
    let before = fresh.dump();
    let error = adopt(&mut client).unwrap_err().to_string();
    assert!(error.contains(sentence), "{error}");
    assert_eq!(fresh.dump(), before);
}

#[test]
fn a_version_is_stamped_only_if_the_tables_are_of_it() {
    let fresh = Fresh::at(2);
    let mut client = fresh.connect();
    client.batch_execute("DROP TABLE towpath_migration").unwrap();
    let stamp = |client: &mut Client, version| run(client, |runner| runner.stamp(version, &mut silent()));
    for version in [1, 3, head()] {
        let error = stamp(&mut client, version).unwrap_err().to_string();
        assert!(
            error.contains(&format!("not those of version {version}")),
            "{error}"
        );
    }
    for version in [0, head() + 1] {
        let error = stamp(&mut client, version).unwrap_err().to_string();
        assert!(
            error.contains(&format!("there is no version {version}")),
            "{error}"
        );
    }
    assert_eq!(run(&mut client, |runner| runner.history().unwrap()), []);
    stamp(&mut client, 2).unwrap();
    assert_eq!(status(&mut client).version(), 2);
    let rows = run(&mut client, |runner| runner.history().unwrap());
    assert!(rows.iter().all(|row| row.how == How::Stamped));
    assert_eq!(run(&mut client, |runner| runner.check().unwrap()), []);

    client
        .batch_execute("DELETE FROM towpath_migration WHERE version = 1")
        .unwrap();
    assert_eq!(status(&mut client), Status::Gap { missing: 1 });
    stamp(&mut client, 2).unwrap();
    upgrade(&mut client, Target::Head).unwrap();
}
