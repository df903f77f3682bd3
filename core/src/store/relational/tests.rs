//! What every backend does with the statements of this module.

use jiff::Timestamp;

use super::*;

/// Databases of all kinds, empty.
pub(crate) fn each(check: impl Fn(Database)) {
    each_with_constraints(&check);
    #[cfg(feature = "gluesql-redb")]
    {
        let folder = tempfile::tempdir().unwrap();
        check(Database::in_gluesql(&folder.path().join("of/gluesql.redb")).unwrap());
    }
}

/// Those that check by themselves what is written.
pub(crate) fn each_with_constraints(check: impl Fn(Database)) {
    #[cfg(feature = "sqlite")]
    {
        let folder = tempfile::tempdir().unwrap();
        check(Database::in_sqlite(&folder.path().join("of/sqlite.db")).unwrap());
    }
    #[cfg(feature = "postgres")]
    check(crate::store::postgres::tests::fresh_database());
}

/// Those that several processes may be at, with two connections each; several times over.
pub(crate) fn each_pair(check: impl Fn(i64, Database, Database)) {
    #[cfg(feature = "sqlite")]
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sqlite.db");
        for round in 0..20 {
            let open = || Database::in_sqlite(&path).unwrap();
            check(round, open(), open());
        }
    }
    #[cfg(feature = "postgres")]
    {
        let url = crate::store::postgres::tests::fresh_url();
        for round in 0..20 {
            let open = || crate::store::postgres::tests::database_at(&url);
            check(round, open(), open());
        }
    }
}

fn namespaces(database: &mut Database) -> Vec<(i64, String)> {
    database
        .read(|session| {
            let rows = session.query("SELECT id, name FROM towpath_namespace ORDER BY name", &[])?;
            rows.iter()
                .map(|row| Ok((row.int(0)?, row.text(1)?)))
                .collect::<Result<_, StoreError>>()
        })
        .unwrap()
}

fn add(session: &mut dyn Session, name: &str, at: Timestamp) -> Result<i64, StoreError> {
    session.insert(
        "towpath_namespace",
        &[("name", name.into()), ("created_at", at.into())],
    )
}

#[test]
fn all_of_a_transaction_happens_or_nothing() {
    each(|mut database| {
        let database = &mut database;
        let failed: Result<(), StoreError> = database.write(|session| {
            add(session, "gone", Timestamp::UNIX_EPOCH)?;
            Err(StoreError::Io(std::io::Error::other("no")))
        });
        assert!(failed.is_err());
        assert_eq!(namespaces(database), []);
        let id = database
            .write(|session| add(session, "here", Timestamp::UNIX_EPOCH))
            .unwrap();
        assert_eq!(namespaces(database), [(id, "here".to_owned())]);
    });
}

#[test]
fn an_id_is_never_given_again() {
    each(|mut database| {
        let database = &mut database;
        let first = database
            .write(|session| add(session, "a", Timestamp::UNIX_EPOCH))
            .unwrap();
        database
            .write(|session| session.execute("DELETE FROM towpath_namespace WHERE id = $1", &[first.into()]))
            .unwrap();
        let second = database
            .write(|session| add(session, "b", Timestamp::UNIX_EPOCH))
            .unwrap();
        assert!(second > first);
    });
}

#[test]
fn times_come_back_and_are_ordered() {
    let times = [
        "1969-12-31T23:59:59.999999Z",
        "2026-11-21T01:02:03Z",
        "2026-11-21T01:02:03.5Z",
    ];
    let times = times.map(|time| time.parse::<Timestamp>().unwrap());
    each(|mut database| {
        let database = &mut database;
        let found = database
            .write(|session| {
                for (number, time) in times.iter().enumerate() {
                    add(session, &number.to_string(), *time)?;
                }
                session.query(
                    "SELECT created_at FROM towpath_namespace WHERE created_at >= $1 ORDER BY created_at",
                    &[times[0].into()],
                )
            })
            .unwrap();
        let found: Vec<Timestamp> = found.iter().map(|row| row.time(0).unwrap()).collect();
        assert_eq!(found, times);
    });
}
