//! `towpath db roles`: what the two roles may do, and what is denied them.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::postgresql::{ENVIRONMENTS, new_role, unique};
use towpath_tests::{Kind, PackageBuilder, PostgresqlDatabase};

use crate::db_create::{channel, db, index};
use crate::environment::Outcome;
use crate::published::Published;

/// A migrated database with both roles and a member of each.
struct Roles {
    database: PostgresqlDatabase,
    indexer: String,
    reader: String,
}

impl Roles {
    fn new() -> Self {
        let database = PostgresqlDatabase::new();
        let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
        let [indexer, reader] = ["indexer", "reader"].map(unique);
        let made = Self {
            database,
            indexer,
            reader,
        };
        let _ = made.make(&[]).succeeded();
        made
    }

    fn make(&self, more: &[&str]) -> Outcome {
        let args = ["roles", "--indexer", &self.indexer, "--reader", &self.reader];
        db(&[&args, more].concat(), &self.database.url())
    }

    /// The URL of a new member of a role.
    fn member(&self, role: &str) -> String {
        self.database.url_as(&new_role(&format!("LOGIN IN ROLE {role}")))
    }
}

/// The SQLSTATE that the server refuses this with.
fn refused(url: &str, sql: &str) -> String {
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let error = client
        .batch_execute(sql)
        .expect_err(&format!("{sql} is to be refused"));
    error.code().unwrap().code().to_owned()
}

#[test]
fn an_indexer_indexes_and_changes_no_table() {
    let roles = Roles::new();
    let url = roles.member(&roles.indexer);
    let packages = channel(&["lock", "gate"]);
    let everything = ["--no-ddl", "--write-shards", "--run-exports"];
    let _ = index(&packages, &url, &everything).succeeded();
    // Other bytes, a package that went, and a second time: all that is ever written is.
    let packages = packages
        .package(
            &PackageBuilder::new("lock", "1.0", "0").depends(["gate"]),
            Kind::Conda,
        )
        .remove("noarch/gate-1.0-0.conda");
    let _ = index(&packages, &url, &everything).succeeded();
    let _ = index(&packages, &url, &everything).succeeded();
    assert_eq!(
        Published::of(&packages, "noarch").file_names(),
        ["lock-1.0-0.conda"]
    );

    for denied in [
        "CREATE TABLE of_mine ()",
        "CREATE SCHEMA of_mine",
        "CREATE INDEX ON stat (path)",
        "ALTER TABLE stat ADD COLUMN of_mine text",
        "ALTER TABLE towpath_channel DROP COLUMN name",
        "DROP TABLE stat",
        "DROP TABLE towpath_artifact",
        "TRUNCATE stat",
        "INSERT INTO towpath_migration SELECT * FROM towpath_migration",
        "UPDATE towpath_migration SET name = ''",
        "DELETE FROM towpath_migration",
        "CREATE ROLE of_mine",
    ] {
        assert_eq!(refused(&url, denied), "42501", "{denied}");
    }
}

#[test]
fn an_indexer_records_environments() {
    let roles = Roles::new();
    let url = roles.member(&roles.indexer);
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client.batch_execute(ENVIRONMENTS).unwrap();
    client
        .batch_execute(
            "SELECT setval(pg_get_serial_sequence('towpath_hold', 'id'), 41);
             UPDATE towpath_build SET status_info = 'again';
             DELETE FROM towpath_hold;
             INSERT INTO towpath_hold (package_id, reason, made_by, created_at)
             SELECT id, 'a paper', 'somebody', now() FROM towpath_package",
        )
        .unwrap();
    let query = "SELECT id FROM towpath_hold";
    assert_eq!(client.query_one(query, &[]).unwrap().get::<_, i64>(0), 42);

    let reader = roles.member(&roles.reader);
    let mut client = postgres::Client::connect(&reader, postgres::NoTls).unwrap();
    assert_eq!(client.query(query, &[]).unwrap().len(), 1);
    for denied in [
        "DELETE FROM towpath_hold",
        "SELECT setval('towpath_hold_id_seq', 1)",
        "INSERT INTO towpath_namespace (name, created_at) VALUES ('a', now())",
    ] {
        assert_eq!(refused(&reader, denied), "42501", "{denied}");
    }
}

#[test]
fn a_reader_reads() {
    let roles = Roles::new();
    let packages = channel(&["lock"]);
    let _ = index(&packages, &roles.member(&roles.indexer), &[]).succeeded();
    let url = roles.member(&roles.reader);
    let listed = db(&["channels"], &url).succeeded();
    assert!(listed.stdout().contains("noarch: 1 artifact"), "{listed}");

    let outcome = index(&packages, &url, &["--no-update-cache"]);
    assert_eq!(outcome.status(), 1);
    assert_eq!(outcome.stderr().lines().count(), 1, "{outcome}");
    for part in [
        "may not write to",
        "towpath_channel",
        "towpath db roles --indexer",
    ] {
        assert!(outcome.stderr().contains(part), "{outcome}");
    }
    for denied in [
        "DELETE FROM stat",
        "INSERT INTO about VALUES ('a')",
        "CREATE TABLE of_mine ()",
    ] {
        assert_eq!(refused(&url, denied), "42501", "{denied}");
    }
}

#[test]
fn roles_are_made_once_and_have_just_their_rights_again() {
    let roles = Roles::new();
    let granted = |role: &str| -> String {
        let query = "SELECT string_agg(concat(table_name, ' ', privilege_type), ', ' ORDER BY table_name, privilege_type)
                     FROM information_schema.role_table_grants WHERE grantee = $1";
        roles
            .database
            .connect()
            .query_one(query, &[&role])
            .unwrap()
            .get(0)
    };
    let before = [&roles.indexer, &roles.reader].map(|role| granted(role));
    roles
        .database
        .connect()
        .batch_execute(&format!(
            "GRANT ALL ON stat, towpath_migration TO {}",
            roles.reader
        ))
        .unwrap();
    let _ = roles.make(&[]).succeeded();
    assert_eq!([&roles.indexer, &roles.reader].map(|role| granted(role)), before);
    assert!(before[0].contains("towpath_migration SELECT, ") && before[0].contains("stat DELETE"));
}

#[test]
fn the_sql_is_what_would_be_run() {
    let database = PostgresqlDatabase::new();
    let _ = db(&["create", "--if-not-exists", "--upgrade"], &database.url()).succeeded();
    let name = unique("it's \"r\" \\");
    let args = ["roles", "--indexer", &name, "--login", "--sql"];
    let script = db(&args, &database.url()).succeeded();
    let exists = || -> bool {
        let query = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND rolcanlogin)";
        database.connect().query_one(query, &[&name]).unwrap().get(0)
    };
    assert!(!exists());
    database.connect().batch_execute(script.stdout()).unwrap();
    assert!(exists());
    let mut parts = name.rsplit('_');
    let (number, process) = (parts.next().unwrap(), parts.next().unwrap());
    let shown = script
        .stdout()
        .replace(process, "PID")
        .replace(&format!("PID_{number}"), "N");
    assert_snapshot!(shown);
}

/// With the rights missing that making roles takes.
#[test]
fn who_may_not_make_roles_is_told_what_an_administrator_runs() {
    let database = PostgresqlDatabase::to_be_made();
    let owner = new_role("LOGIN CREATEDB");
    let _ = db(&["create", "--upgrade"], &database.url_as(&owner)).succeeded();
    let role = unique("indexer");
    let args = ["roles", "--indexer", &role];
    let outcome = db(&args, &database.url_as(&owner));
    assert_eq!(
        (outcome.status(), outcome.stderr().lines().count()),
        (1, 1),
        "{outcome}"
    );
    let (_, sql) = outcome.stderr().split_once("may run: ").unwrap();
    database.connect().batch_execute(sql).unwrap();
    // Now that the role is there, its rights are the owner's to give.
    let _ = db(&args, &database.url_as(&owner)).succeeded();
}

#[rstest]
#[case::none(&["roles"])]
#[case::twice(&["roles", "--indexer", "a", "--reader", "a"])]
fn roles_that_make_no_sense(#[case] args: &[&str]) {
    let outcome = db(args, "postgresql:///nowhere");
    assert_eq!(outcome.status(), 2, "{outcome}");
}

#[test]
fn an_owner_cannot_have_less_than_all_rights() {
    let database = PostgresqlDatabase::to_be_made();
    let owner = new_role("LOGIN CREATEDB");
    let _ = db(&["create", "--upgrade"], &database.url_as(&owner)).succeeded();
    let outcome = db(&["roles", "--indexer", &owner], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("owns the table"), "{outcome}");
}

#[test]
fn an_empty_database_has_nothing_to_grant() {
    let database = PostgresqlDatabase::new();
    let outcome = db(&["roles", "--reader", "nobody"], &database.url());
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("towpath db upgrade"), "{outcome}");
}
