//! Whatever somebody did to the tables is found, and the printed repair mends it.

use super::*;

fn drifts(client: &mut Client) -> Vec<Drift> {
    run(client, |runner| runner.check().unwrap())
}

#[rstest::rstest]
#[case::table("DROP TABLE towpath_artifact", "table towpath_artifact is missing")]
#[case::indexed_table("DROP TABLE stat", "table stat is missing")]
#[case::unlogged("ALTER TABLE stat SET UNLOGGED", "table stat is `UNLOGGED TABLE`")]
#[case::extra_table(
    "CREATE TABLE towpath_more (a int PRIMARY KEY)",
    "table towpath_more is no part"
)]
#[case::extra_view("CREATE VIEW towpath_more AS SELECT 1 AS a", "table towpath_more is no part")]
#[case::extra_sequence("CREATE SEQUENCE towpath_more", "table towpath_more is no part")]
#[case::column("ALTER TABLE stat DROP COLUMN etag", "column stat.etag is missing")]
#[case::default_column(
    "ALTER TABLE towpath_channel DROP COLUMN created_at",
    "column towpath_channel.created_at is missing"
)]
#[case::extra_column(
    "ALTER TABLE stat ADD COLUMN \"My Column\" text",
    "column stat.My Column is no part"
)]
#[case::wider(
    "ALTER TABLE stat ALTER COLUMN size TYPE bigint",
    "column stat.size is `bigint`"
)]
#[case::other_type(
    "ALTER TABLE towpath_channel ALTER COLUMN created_at DROP DEFAULT,
    ALTER COLUMN created_at TYPE text, ALTER COLUMN created_at SET DEFAULT 'x'",
    "DEFAULT 'x'::text` and should be"
)]
#[case::collation(
    "ALTER TABLE stat ALTER COLUMN etag TYPE text COLLATE \"POSIX\"",
    "COLLATE \"POSIX\""
)]
#[case::nullable(
    "ALTER TABLE towpath_channel ALTER COLUMN name DROP NOT NULL",
    "column towpath_channel.name is `text`"
)]
#[case::not_nullable(
    "ALTER TABLE stat ALTER COLUMN md5 SET NOT NULL",
    "column stat.md5 is `text NOT NULL`"
)]
#[case::default(
    "ALTER TABLE stat ALTER COLUMN md5 SET DEFAULT 'x'",
    "column stat.md5 is `text DEFAULT 'x'::text`"
)]
#[case::no_default(
    "ALTER TABLE towpath_channel ALTER COLUMN created_at DROP DEFAULT",
    "should be `timestamp with time zone NOT NULL DEFAULT now()`"
)]
#[case::not_generated(
    "ALTER TABLE index_json ALTER COLUMN name DROP EXPRESSION",
    "column index_json.name is `text`"
)]
#[case::otherwise_generated(
    "ALTER TABLE index_json DROP COLUMN name;
    ALTER TABLE index_json ADD COLUMN name text GENERATED ALWAYS AS (index_json ->> 'name') STORED",
    "->> 'name'"
)]
#[case::key(
    "ALTER TABLE about DROP CONSTRAINT about_pkey",
    "constraint about.about_pkey is missing"
)]
#[case::other_key(
    "ALTER TABLE stat DROP CONSTRAINT stat_pkey;
    ALTER TABLE stat ADD CONSTRAINT stat_pkey PRIMARY KEY (path, stage)",
    "is `PRIMARY KEY (path, stage)`"
)]
#[case::key_not_valid(
    "ALTER TABLE towpath_channel DROP CONSTRAINT towpath_channel_prefix_check;
    ALTER TABLE towpath_channel ADD CONSTRAINT towpath_channel_prefix_check
    CHECK (prefix ~ '^[a-z0-9_][a-z0-9_.-]*$') NOT VALID",
    "NOT VALID"
)]
#[case::extra_constraint(
    "ALTER TABLE stat ADD CONSTRAINT small CHECK (size < 10)",
    "constraint stat.small is no part"
)]
#[case::extra_reference(
    "ALTER TABLE towpath_recipe ADD FOREIGN KEY (path) REFERENCES about",
    "FOREIGN KEY|no part"
)]
#[case::index("DROP INDEX towpath_stat_prefix", "index stat.towpath_stat_prefix is missing")]
#[case::other_index(
    "DROP INDEX towpath_stat_prefix; CREATE INDEX towpath_stat_prefix ON about (path)",
    "ON about"
)]
#[case::extra_index(
    "CREATE INDEX towpath_more ON stat (md5)",
    "index stat.towpath_more is no part"
)]
#[case::unique_index(
    "CREATE UNIQUE INDEX theirs ON stat (path, stage, md5)",
    "index stat.theirs is no part"
)]
#[case::invalid_index(
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'towpath_stat_prefix'::regclass",
    "is not valid"
)]
#[case::history(
    "ALTER TABLE towpath_migration DROP COLUMN duration_ms;
    ALTER TABLE towpath_migration ADD COLUMN duration_ms text",
    "column towpath_migration.duration_ms is `text`"
)]
fn drift_is_found_and_mended_by_what_is_printed(#[case] change: &str, #[case] sentence: &str) {
    let fresh = Fresh::at(3);
    let mut client = fresh.connect();
    assert_eq!(drifts(&mut client), []);
    client.batch_execute(change).unwrap();
    if change.contains("towpath_migration") {
        client
            .batch_execute("UPDATE towpath_migration SET duration_ms = NULL")
            .unwrap();
    }
    let expected = Migrations::postgres().expected(3);
    let found = PostgresDatabase::new(&mut client)
        .unwrap()
        .catalogue()
        .unwrap()
        .diff(&expected);
    assert!(!found.is_empty());
    let wanted: Vec<&str> = sentence.split('|').collect();
    assert!(
        found
            .iter()
            .any(|drift| wanted.iter().any(|words| drift.sentence.contains(words))),
        "{found:?}"
    );
    for drift in &found {
        assert!(!drift.repair.is_empty(), "{drift}");
        for statement in &drift.repair {
            client
                .batch_execute(statement)
                .unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
    }
    assert_eq!(drifts(&mut client), [], "after {found:?}");
}

#[rstest::rstest]
#[case("CREATE TABLE theirs (a int PRIMARY KEY)")]
#[case("CREATE INDEX theirs ON stat (md5)")]
#[case("CREATE VIEW theirs AS SELECT * FROM stat")]
#[case("CREATE SCHEMA other; CREATE TABLE other.towpath_more (a int)")]
#[case("ALTER TABLE stat SET (fillfactor = 50)")]
fn what_is_somebody_elses_is_no_drift(#[case] change: &str) {
    let fresh = Fresh::at(3);
    let mut client = fresh.connect();
    client.batch_execute(change).unwrap();
    assert_eq!(drifts(&mut client), []);
}
