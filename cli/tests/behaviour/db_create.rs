//! `towpath db create`: a database or a schema, by who may make them and by who may not.

use rstest::rstest;
use towpath_tests::postgresql::{PASSWORD, new_role, unique};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder, PostgresqlDatabase};

use crate::environment::{Outcome, Towpath};
use crate::published::Published;

pub(crate) fn db(args: &[&str], url: &str) -> Outcome {
    let outcome = Towpath::new(["db"]).args(args).args(&["--db-url", url]).run();
    assert!(!outcome.to_string().contains(PASSWORD), "{outcome}");
    outcome
}

pub(crate) fn index(channel: &ChannelBuilder, url: &str, args: &[&str]) -> Outcome {
    let outcome = Towpath::index(channel)
        .args(&["--db", "postgresql", "--db-url", url])
        .args(args)
        .run();
    assert!(!outcome.to_string().contains(PASSWORD), "{outcome}");
    outcome
}

pub(crate) fn channel(names: &[&str]) -> ChannelBuilder {
    names.iter().fold(ChannelBuilder::new(), |channel, name| {
        channel.package(&PackageBuilder::new(name, "1.0", "0"), Kind::Conda)
    })
}

fn text(database: &PostgresqlDatabase, query: &str) -> String {
    database.connect().query_one(query, &[]).unwrap().get(0)
}

#[test]
fn a_database_is_made_once_and_needs_no_createdb_afterwards() {
    let database = PostgresqlDatabase::to_be_made();
    let role = new_role("LOGIN CREATEDB");
    let url = database.url_as(&role);
    let made = db(&["create", "--upgrade"], &url).succeeded();
    assert!(
        made.stderr()
            .contains(&format!("made the database {:?}", database.name())),
        "{made}"
    );
    assert!(made.stderr().contains("step 4 (environments) done"), "{made}");
    assert_eq!(
        text(
            &database,
            "SELECT pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = current_database()"
        ),
        "UTF8"
    );

    let again = db(&["create", "--if-not-exists"], &url).succeeded();
    assert!(again.stderr().contains("was there already"), "{again}");
    let refused = db(&["create"], &url);
    assert_eq!(refused.status(), 1);
    assert!(refused.stderr().contains("is there already"), "{refused}");

    database
        .connect()
        .batch_execute(&format!("ALTER ROLE {role} NOCREATEDB"))
        .unwrap();
    let channel = channel(&["lock"]);
    let _ = index(&channel, &url, &["--no-ddl"]).succeeded();
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &url).succeeded();
}

#[test]
fn who_may_not_make_a_database_is_told_what_an_administrator_runs() {
    let database = PostgresqlDatabase::to_be_made();
    let role = new_role("LOGIN");
    let outcome = db(&["create"], &database.url_as(&role));
    let sql = format!(
        "CREATE DATABASE \"{}\" OWNER \"{role}\" ENCODING 'UTF8';",
        database.name()
    );
    assert_eq!(outcome.status(), 1);
    assert_eq!(outcome.stderr().lines().count(), 1, "{outcome}");
    assert!(outcome.stderr().contains(&sql), "{outcome}");
    PostgresqlDatabase::new().connect().batch_execute(&sql).unwrap();
    let _ = db(
        &["create", "--if-not-exists", "--upgrade"],
        &database.url_as(&role),
    )
    .succeeded();
}

#[test]
fn a_template_and_an_owner_are_what_was_asked_for() {
    let template = PostgresqlDatabase::new();
    template
        .connect()
        .batch_execute("CREATE TABLE of_the_template ()")
        .unwrap();
    let database = PostgresqlDatabase::to_be_made();
    let owner = new_role("LOGIN");
    let args = [
        "create",
        "--upgrade",
        "--template",
        template.name(),
        "--owner",
        &owner,
    ];
    let _ = db(&args, &database.url()).succeeded();
    let owners = "SELECT string_agg(DISTINCT tableowner::text, ' ') FROM pg_tables
                  WHERE schemaname = 'public' AND tablename <> 'of_the_template'";
    assert_eq!(text(&database, owners), owner);
    let there = "SELECT to_regclass('of_the_template')::text";
    assert_eq!(text(&database, there), "of_the_template");
}

/// One role per schema, with no rights but CREATE on the database.
#[test]
fn two_schemas_of_a_database_never_see_each_other() {
    let database = PostgresqlDatabase::new();
    let schemas = ["chan_a", "Chan \"b"];
    let channels = [channel(&["lock"]), channel(&["lock", "gate"])];
    for (schema, channel) in schemas.into_iter().zip(&channels) {
        let role = new_role("LOGIN");
        let url = database.url_as(&role);
        let create = ["create", "--db-schema", schema];
        let refused = db(&create, &url);
        let sql = format!(
            "CREATE SCHEMA \"{}\" AUTHORIZATION \"{role}\";",
            schema.replace('"', "\"\"")
        );
        assert_eq!(refused.status(), 1);
        assert!(refused.stderr().contains(&sql), "{refused}");

        let grant = format!("GRANT CREATE ON DATABASE {} TO {role}", database.name());
        database.connect().batch_execute(&grant).unwrap();
        let _ = db(&[&create[..], &["--upgrade"]].concat(), &url).succeeded();
        let again = db(&[&create[..], &["--if-not-exists"]].concat(), &url).succeeded();
        assert!(again.stderr().contains("was there already"), "{again}");
        assert_eq!(db(&create, &url).status(), 1);
        // The same packages of the same prefix, so that only the schema tells them apart.
        fs_err::create_dir_all(channel.path().join(".cache")).unwrap();
        fs_err::write(
            channel.path().join(".cache/cache.json"),
            r#"{"channel_id": "same"}"#,
        )
        .unwrap();
        let _ = index(channel, &url, &["--db-schema", schema]).succeeded();
    }
    let [one, two] = channels.map(|channel| Published::of(&channel, "noarch").file_names().len());
    assert_eq!((one, two), (1, 2));
    let rows = schemas.map(|schema| {
        text(
            &database,
            &format!(
                "SELECT count(*)::text FROM \"{}\".index_json",
                schema.replace('"', "\"\"")
            ),
        )
    });
    assert_eq!(rows, ["1", "2"]);
    assert_eq!(
        text(
            &database,
            "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"
        ),
        "0"
    );
}

#[rstest]
#[case::databases(&[])]
#[case::schemas(&["--db-schema", "together"])]
fn of_eight_at_once_none_fails(#[case] args: &[&str]) {
    let database = match args {
        [] => PostgresqlDatabase::to_be_made(),
        _ => PostgresqlDatabase::new(),
    };
    let running: Vec<_> = (0..8)
        .map(|_| {
            Towpath::new(["db", "create", "--if-not-exists", "--upgrade", "--db-url"])
                .arg(database.url())
                .args(args)
                .start()
        })
        .collect();
    let outcomes: Vec<Outcome> = running.into_iter().map(|call| call.wait().succeeded()).collect();
    let made = outcomes
        .iter()
        .filter(|outcome| outcome.stderr().contains("made the"));
    assert_eq!(made.count(), 1);
}

#[test]
fn a_template_is_nothing_for_a_schema() {
    let url = format!("{}?schema=chan", PostgresqlDatabase::to_be_made().url());
    let outcome = db(&["create", "--template", "template0"], &url);
    assert_eq!(outcome.status(), 2, "{outcome}");
}

#[test]
fn a_schema_wants_its_database() {
    let database = PostgresqlDatabase::to_be_made();
    let outcome = db(&["create", "--db-schema", &unique("chan")], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("make the database first"), "{outcome}");
}
