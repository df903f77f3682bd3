//! Rows of every table go from database to database.

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::migrate::Migrations;

fn time(text: &str) -> Value {
    Value::Time(text.parse::<Timestamp>().unwrap())
}

fn digest(digit: &str) -> Value {
    digit.repeat(64).into()
}

/// An environment of its own number: a build of it that is current and needs a package of each of these
/// channels, whose numbers are the packages' too.
fn environment(recorded: &mut Recorded, id: i64, channels: &[i64]) {
    let at = || time("2026-11-21T01:02:03.456789Z");
    let mut add = |table: Table, row: TableRow| recorded.0.entry(table).or_default().push(row);
    add(Table::Namespace, vec![id.into(), format!("n{id}").into(), at()]);
    add(
        Table::Environment,
        vec![id.into(), id.into(), "e".into(), at(), Value::Null],
    );
    let spec = vec![
        id.into(),
        digest(&id.to_string()),
        "matchspecs".into(),
        "a\n\"é\"".into(),
        at(),
    ];
    add(Table::Spec, spec);
    for (build, is_current) in [(10 * id, false), (10 * id + 1, true)] {
        let (ended, retired) = match is_current {
            true => (time("2026-11-21T02:00:00Z"), Value::Null),
            false => (time("2026-11-21T02:00:00Z"), time("2026-11-21T03:00:00Z")),
        };
        let numbers: TableRow = vec![build.into(), id.into(), id.into()];
        let texts = ["linux-64", "solved", "", "rattler", "somebody"].map(Value::from);
        let times = vec![is_current.into(), at(), ended, retired];
        add(Table::Build, [numbers, texts.into(), times].concat());
        add(
            Table::BuildFile,
            vec![build.into(), "explicit".into(), "@EXPLICIT\n".into()],
        );
    }
    for channel in channels {
        let used: TableRow = vec![(10 * id + 1).into(), (*channel).into(), "noarch".into(), 0.into()];
        let solved: TableRow = vec!["r1".into(), Value::Null, digest("a")];
        add(Table::BuildChannel, [used, solved].concat());
        add(
            Table::BuildPackage,
            vec![(10 * id + 1).into(), (*channel).into(), true.into()],
        );
    }
}

/// A channel, with a package that is held and was removed once.
fn channel(recorded: &mut Recorded, id: i64, is_own: bool, address: &str) {
    let at = || time("1969-12-31T23:59:59.999999Z");
    let mut add = |table: Table, row: TableRow| recorded.0.entry(table).or_default().push(row);
    add(Table::UsedChannel, vec![id.into(), is_own.into(), address.into()]);
    let file: TableRow = vec![id.into(), id.into(), "noarch".into(), "a-1-0.conda".into()];
    let known = vec!["".into(), Value::Null, 5_000_000_000.into()];
    let identity = ["a", "1", "0"].map(Value::from).to_vec();
    add(
        Table::Package,
        [file, known, identity, vec![at(), Value::Null]].concat(),
    );
    let reason: TableRow = vec![id.into(), id.into(), "a paper".into(), "somebody".into()];
    add(Table::Hold, [reason.clone(), vec![at(), at()]].concat());
    add(Table::ForcedRemoval, [reason, vec!["n1/e".into(), at()]].concat());
}

/// What is recorded in a channel's own file.
fn of_one_channel() -> Recorded {
    let mut recorded = Recorded::default();
    channel(&mut recorded, 3, true, OWN);
    channel(&mut recorded, 7, false, "https://example.org/c");
    environment(&mut recorded, 2, &[3, 7]);
    environment(&mut recorded, 5, &[7]);
    recorded
}

/// A database of each kind: SQLite, PostgreSQL, GlueSQL.
fn databases(folder: &TempDir) -> [Database; 3] {
    [
        Database::in_sqlite(&folder.path().join("environments.db")).unwrap(),
        crate::store::postgres::tests::fresh_database(),
        Database::in_gluesql(&folder.path().join("environments.redb")).unwrap(),
    ]
}

fn read(database: &mut Database, own: &str) -> Recorded {
    Recorded::read(database).unwrap().of_channel(own).unwrap()
}

#[test]
fn the_tables_are_those_that_the_migration_makes() {
    let migrations = Migrations::postgres();
    let made_by = |version| migrations.expected(version).tables();
    let before = made_by(3);
    let mut new = made_by(4);
    new.retain(|table| !before.contains(table));
    let mut known = Table::ALL.map(Table::name);
    known.sort_unstable();
    assert_eq!(new, known);
    let catalogue = migrations.expected(4).to_string();
    for table in Table::ALL {
        let start = format!("column {}.", table.name());
        let made = catalogue.lines().filter_map(|line| {
            let (column, definition) = line.strip_prefix(&start)?.split_once(": ")?;
            let column_type = match definition.split(" NOT NULL").next()? {
                "bigint" => ColumnType::Int,
                "boolean" => ColumnType::Bool,
                "text" => ColumnType::Text,
                "timestamp with time zone" => ColumnType::Time,
                other => panic!("{other}"),
            };
            Some((column, column_type))
        });
        let made: BTreeMap<&str, ColumnType> = made.collect();
        let columns: BTreeMap<&str, ColumnType> = table.columns().iter().copied().collect();
        assert_eq!(columns, made, "{}", table.name());
    }
    for reference in catalogue.lines().filter(|line| line.contains("FOREIGN KEY (")) {
        let (_, reference) = reference.split_once("FOREIGN KEY (").unwrap();
        let (column, rest) = reference.split_once(") REFERENCES ").unwrap();
        let table = Table::referred_to_by(column).unwrap();
        assert!(rest.starts_with(&format!("{}(id)", table.name())), "{reference}");
    }
}

#[test]
fn nothing_is_lost_from_one_database_to_the_next() {
    let recorded = of_one_channel();
    let folder = tempfile::tempdir().unwrap();
    let [mut sqlite, mut postgres, mut gluesql] = databases(&folder);
    let mut back = Database::in_sqlite(&folder.path().join("back.db")).unwrap();
    recorded.put(&mut sqlite, OWN, Existing::Refuse).unwrap();
    let mut on_the_way = read(&mut sqlite, OWN);
    for (database, own) in [(&mut postgres, "main"), (&mut gluesql, OWN), (&mut back, OWN)] {
        on_the_way.put(database, own, Existing::Refuse).unwrap();
        let is_own = |session: &mut dyn Session| -> Result<Vec<Row>, StoreError> {
            session.query(
                "SELECT address FROM towpath_used_channel WHERE is_own = $1",
                &[true.into()],
            )
        };
        assert_eq!(database.read(is_own).unwrap()[0].text(0).unwrap(), own);
        on_the_way = read(database, own);
        assert_eq!(on_the_way, recorded, "{own}");
    }
    assert_eq!(
        on_the_way.moved(),
        MovedEnvironments {
            environments: 2,
            rows: 28
        }
    );
}

#[test]
fn new_rows_have_new_ids() {
    let folder = tempfile::tempdir().unwrap();
    for mut database in databases(&folder) {
        of_one_channel()
            .put(&mut database, OWN, Existing::Refuse)
            .unwrap();
        let columns = [
            ("name", "new".into()),
            ("created_at", Timestamp::UNIX_EPOCH.into()),
        ];
        let add = |database: &mut Database| {
            database
                .write(|session| session.insert("towpath_namespace", &columns))
                .unwrap()
        };
        let first = add(&mut database);
        assert!(first > 5, "{first}");
        of_one_channel()
            .put(&mut database, OWN, Existing::Replace)
            .unwrap();
        assert_eq!(read(&mut database, OWN), of_one_channel());
        let second = add(&mut database);
        assert!(second > first, "{first} {second}");
    }
}

#[test]
fn what_is_there_is_replaced_only_when_asked_and_only_if_it_is_the_channels() {
    let folder = tempfile::tempdir().unwrap();
    for mut database in databases(&folder) {
        let mut there = Recorded::default();
        channel(&mut there, 4, true, OWN);
        there.put(&mut database, "other", Existing::Refuse).unwrap();
        let before = Recorded::read(&mut database).unwrap();
        let refused = of_one_channel().put(&mut database, "main", Existing::Refuse);
        assert!(
            matches!(refused, Err(TransferError::EnvironmentsThere)),
            "{refused:?}"
        );
        let refused = of_one_channel().put(&mut database, "main", Existing::Replace);
        assert!(
            matches!(&refused, Err(TransferError::EnvironmentsOfOthers { channels }) if *channels == ["other"]),
            "{refused:?}"
        );
        assert_eq!(Recorded::read(&mut database).unwrap(), before);
        of_one_channel()
            .put(&mut database, "other", Existing::Replace)
            .unwrap();
        assert_eq!(read(&mut database, "other"), of_one_channel());
    }
}

#[test]
fn what_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let [mut sqlite, mut postgres, _] = databases(&folder);
    for database in [&mut sqlite, &mut postgres] {
        of_one_channel().put(database, OWN, Existing::Refuse).unwrap();
        let mut wrong = of_one_channel();
        wrong.0.remove(&Table::Build);
        let error = wrong.put(database, OWN, Existing::Replace).unwrap_err();
        assert!(matches!(error, TransferError::Store(_)), "{error}");
        assert_eq!(read(database, OWN), of_one_channel());
    }
}

/// Of a server that has the environments of two channels.
#[test]
fn environments_that_use_the_channel_go_with_it() {
    let shared = |both: bool| {
        let mut recorded = Recorded::default();
        channel(&mut recorded, 3, true, "main");
        channel(&mut recorded, 4, true, "other");
        channel(&mut recorded, 7, false, "https://example.org/c");
        environment(&mut recorded, 1, &[3, 7]);
        environment(&mut recorded, 2, &[4]);
        environment(&mut recorded, 5, &[7]);
        if both {
            environment(&mut recorded, 6, &[3, 4]);
        }
        recorded
    };
    let mut expected = Recorded::default();
    channel(&mut expected, 3, true, OWN);
    channel(&mut expected, 7, false, "https://example.org/c");
    environment(&mut expected, 1, &[3, 7]);
    assert_eq!(shared(false).of_channel("main").unwrap(), expected);
    let mut expected = Recorded::default();
    channel(&mut expected, 4, true, OWN);
    environment(&mut expected, 2, &[4]);
    assert_eq!(shared(false).of_channel("other").unwrap(), expected);
    assert_eq!(shared(false).of_channel("new").unwrap().moved().rows, 0);

    for (own, needed) in [("main", "other"), ("other", "main")] {
        let error = shared(true).of_channel(own).unwrap_err();
        assert!(
            matches!(&error, TransferError::EnvironmentsNeedOthers { channels } if *channels == [needed]),
            "{error}"
        );
    }
}

#[test]
fn lines_say_all_of_a_row() {
    let mut back = Recorded::default();
    for line in of_one_channel().lines() {
        back.take(RecordedRow::of_line(line.to_string().as_bytes()).unwrap());
    }
    assert_eq!(back, of_one_channel());
}

#[rstest::rstest]
#[case(r#"[]"#, "invalid type")]
#[case(r#"{}"#, "not a row of one table")]
#[case(r#"{"towpath_namespace":{},"towpath_hold":{}}"#, "not a row of one table")]
#[case(r#"{"towpath_migration":{}}"#, "no table \"towpath_migration\"")]
#[case(r#"{"towpath_namespace":[]}"#, "is no row")]
#[case(r#"{"towpath_namespace":{"id":1,"name":"a"}}"#, "has no created_at")]
#[case(
    r#"{"towpath_namespace":{"id":1.5,"name":"a","created_at":"2026-01-01T00:00:00Z"}}"#,
    "towpath_namespace.id is not"
)]
#[case(
    r#"{"towpath_namespace":{"id":1,"name":"a","created_at":"soon"}}"#,
    "towpath_namespace.created_at is not"
)]
#[case(
    r#"{"towpath_namespace":{"id":1,"name":"a","created_at":"2026-01-01T00:00:00Z","more":1}}"#,
    "a column \"more\""
)]
fn a_line_that_says_something_else_is_refused(#[case] line: &str, #[case] says: &str) {
    let error = RecordedRow::of_line(line.as_bytes()).unwrap_err();
    assert!(error.contains(says), "{error}");
}
