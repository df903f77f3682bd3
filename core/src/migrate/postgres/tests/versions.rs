//! Up, down, and what a database of each version is to each towpath.

use super::*;

/// The snapshots that are compiled in are what the steps make. `UPDATE_CATALOGUE=1` writes them.
#[test]
fn every_step_leaves_the_catalogue_that_is_compiled_in() {
    let fresh = Fresh::new();
    let mut client = fresh.connect();
    for step in Migrations::postgres().iter() {
        let taken = upgrade(&mut client, Target::Up(1)).unwrap();
        assert_eq!(taken.to, step.version);
        let live = catalogue(&mut client);
        if std::env::var_os("UPDATE_CATALOGUE").is_some() {
            let path = format!(
                "{}/src/migrate/postgres/catalogue/{:04}.txt",
                env!("CARGO_MANIFEST_DIR"),
                step.version
            );
            fs_err::write(path, &live).unwrap();
        } else {
            assert_eq!(live, Migrations::postgres().expected(step.version).to_string());
            assert_eq!(run(&mut client, |runner| runner.check().unwrap()), []);
        }
    }
}

#[test]
fn a_step_back_and_forth_changes_nothing() {
    for version in 1..=head() {
        let fresh = Fresh::at(version - 1);
        let mut client = fresh.connect();
        fill(&mut client, version - 1);
        let before = (fresh.dump(), catalogue(&mut client));
        upgrade(&mut client, Target::Version(version)).unwrap();
        let after = (fresh.dump(), catalogue(&mut client));
        assert_ne!(before, after, "{version}");

        downgrade(&mut client, Target::Down(1)).unwrap();
        assert_eq!((fresh.dump(), catalogue(&mut client)), before, "{version}");
        upgrade(&mut client, Target::Up(1)).unwrap();
        assert_eq!((fresh.dump(), catalogue(&mut client)), after, "{version}");
        if version > 1 {
            let rows: i64 = client.query_one("SELECT count(*) FROM icon", &[]).unwrap().get(0);
            assert_eq!(rows, 1);
        }
    }
}

#[test]
fn the_history_says_what_ran() {
    let fresh = Fresh::at(head());
    let rows = run(&mut fresh.connect(), |runner| runner.history().unwrap());
    let migrations = Migrations::postgres();
    assert_eq!(rows.len(), migrations.iter().count());
    for (row, step) in rows.iter().zip(migrations.iter()) {
        assert_eq!(row.version, step.version);
        assert_eq!(row.name, step.name);
        assert_eq!(row.sha256, step.up.sha256());
        assert_eq!(row.down_sql.as_deref(), Some(step.down.text()));
        assert_eq!((row.min_reader, row.min_writer), (1, 1));
        assert_eq!(row.how, How::Applied);
        assert_eq!(row.applied_by.as_deref(), Some("towpath"));
        assert!(row.tool.starts_with("towpath "), "{}", row.tool);
        assert!(row.duration_ms.is_some());
        let age = jiff::Timestamp::now().duration_since(row.applied_at);
        assert!(age.as_secs().abs() < 600, "{age:?}");
    }
}

#[test]
fn headers_of_files_are_known_ones() {
    for step in Migrations::postgres().iter() {
        for script in [&step.up, &step.down] {
            for line in script.text().lines() {
                let Some(header) = line.strip_prefix("-- min-") else {
                    continue;
                };
                let (name, level) = header.split_once(": ").unwrap();
                assert!(["reader", "writer"].contains(&name), "{line}");
                assert!(level.parse::<u32>().unwrap() <= step.version, "{line}");
            }
            for statement in script.statements() {
                assert_ne!(statement.effect(), Effect::Unknown, "{}", statement.text);
            }
        }
    }
}

#[test]
fn a_database_is_told_by_its_tables_and_its_history() {
    let fresh = Fresh::new();
    let mut client = fresh.connect();
    client
        .batch_execute("CREATE TABLE somebody_elses (a int)")
        .unwrap();
    let before = fresh.dump();
    assert_eq!(status(&mut client), Status::Empty);
    assert_eq!(status(&mut client).access(), Access::Refused);
    assert_eq!(run(&mut client, |runner| runner.history().unwrap()), []);
    assert_eq!(fresh.dump(), before);

    client.batch_execute("CREATE TABLE recipe (a int)").unwrap();
    let tables = vec!["recipe".to_owned()];
    assert_eq!(status(&mut client), Status::ForeignContent { tables });
    let error = upgrade(&mut client, Target::Head).unwrap_err().to_string();
    assert!(error.contains("tables of the same names: recipe"), "{error}");
    client.batch_execute("DROP TABLE recipe").unwrap();

    upgrade(&mut client, Target::Version(2)).unwrap();
    let behind = Status::Behind {
        version: 2,
        pending: (3..=head()).collect(),
    };
    assert_eq!(status(&mut client), behind);
    upgrade(&mut client, Target::Head).unwrap();
    assert_eq!(status(&mut client), current());
    assert_eq!(status(&mut client).access(), Access::Write);
    assert_eq!(upgrade(&mut client, Target::Head).unwrap().steps, []);
    let error = upgrade(&mut client, Target::Version(1)).unwrap_err().to_string();
    assert!(error.contains("towpath db downgrade"), "{error}");
    let error = downgrade(&mut fresh_at_one(), Target::Head)
        .unwrap_err()
        .to_string();
    assert!(error.contains("towpath db upgrade"), "{error}");
}

fn fresh_at_one() -> Client {
    Fresh::at(1).connect()
}

const NEWER: &str = "CREATE TABLE towpath_newer (a int);";

/// A towpath of the future, with steps that this one does not know.
fn newer(up: String) -> Migrations {
    let mut steps: Vec<Migration> = Migrations::postgres().iter().cloned().collect();
    let version = head() + 1;
    steps.push(Migration::new(
        version,
        "newer",
        up,
        "DROP TABLE towpath_newer;",
        "",
    ));
    Migrations::new(steps, ADOPTABLE)
}

#[rstest::rstest]
#[case("", Access::Write)]
#[case("-- min-writer: {newer}\n", Access::Read)]
#[case("-- min-writer: {newer}\n-- min-reader: {head}\n", Access::Read)]
#[case("-- min-writer: {newer}\n-- min-reader: {newer}\n", Access::Refused)]
fn an_older_towpath_works_as_long_as_it_may_and_undoes_what_it_does_not_know(
    #[case] headers: &str,
    #[case] access: Access,
) {
    let (head, next) = (head(), head() + 1);
    let headers = headers
        .replace("{newer}", &next.to_string())
        .replace("{head}", &head.to_string());
    let up = format!("{headers}{NEWER}");
    let fresh = Fresh::at(head);
    let mut client = fresh.connect();
    let before = fresh.dump();
    with_runner(&mut client, &newer(up), Options::default(), |runner| {
        runner.upgrade(Target::Head, &mut silent()).unwrap();
    });

    let found = status(&mut client);
    assert!(
        matches!(found, Status::Newer { version, known, .. } if (version, known) == (next, head)),
        "{found:?}"
    );
    assert_eq!(found.access(), access);
    let error = upgrade(&mut client, Target::Head).unwrap_err().to_string();
    assert!(error.contains(&format!("towpath db downgrade {head}")), "{error}");

    // The table is empty: nothing is lost.
    let back = run(&mut client, |runner| {
        runner.downgrade(Target::Head, DataLoss::Refuse, &mut silent())
    });
    assert_eq!((back.as_ref().unwrap().from, back.unwrap().to), (next, head));
    assert_eq!(fresh.dump(), before);
    assert_eq!(status(&mut client), current());
}

#[test]
fn a_step_whose_way_back_nobody_knows_stays() {
    let fresh = Fresh::at(head());
    let mut client = fresh.connect();
    let next = head() + 1;
    let newer = newer(NEWER.to_owned());
    with_runner(&mut client, &newer, Options::default(), |runner| {
        runner.upgrade(Target::Head, &mut silent()).unwrap();
    });
    client
        .batch_execute(&format!(
            "UPDATE towpath_migration SET down_sql = NULL WHERE version = {next}"
        ))
        .unwrap();
    let error = downgrade(&mut client, Target::Head).unwrap_err().to_string();
    assert!(
        error.contains(&format!("step {next} (newer) cannot be taken back")),
        "{error}"
    );
}

#[test]
fn rows_are_lost_only_when_that_is_allowed() {
    let fresh = Fresh::at(4);
    let mut client = fresh.connect();
    fill(&mut client, 4);
    let before = fresh.dump();
    let error = run(&mut client, |runner| {
        runner.downgrade(Target::Base, DataLoss::Refuse, &mut silent())
    });
    let error = error.unwrap_err().to_string();
    assert_eq!(
        error,
        "going back to version 0 would remove 1 row of towpath_forced_removal, 1 row of towpath_hold, \
         1 row of towpath_build_file, 1 row of towpath_build_package, 1 row of towpath_package, \
         1 row of towpath_build_channel, 1 row of towpath_build, 1 row of towpath_spec, \
         1 row of towpath_environment, 1 row of towpath_namespace, 1 row of towpath_used_channel, \
         1 row of towpath_store, 1 row of towpath_recipe, \
         1 row of towpath_artifact, 1 row of towpath_channel, 1 row of icon, 1 row of post_install, \
         1 row of run_exports, 1 row of recipe, 1 row of about, 1 row of index_json, 1 row of stat; \
         --allow-data-loss does it"
    );
    assert_eq!(fresh.dump(), before);
    downgrade(&mut client, Target::Base).unwrap();
    assert_eq!(status(&mut client), Status::Empty);
}

/// Another tool may be about to fill them.
#[test]
fn conda_indexs_tables_count_also_when_they_are_empty() {
    let fresh = Fresh::at(1);
    let error = run(&mut fresh.connect(), |runner| {
        runner.downgrade(Target::Base, DataLoss::Refuse, &mut silent())
    });
    let error = error.unwrap_err().to_string();
    assert!(error.contains("0 rows of stat"), "{error}");
}

#[test]
fn a_step_that_was_changed_is_named_and_accepted_once_the_tables_agree() {
    let fresh = Fresh::at(head());
    let mut client = fresh.connect();
    let mut steps: Vec<Migration> = Migrations::postgres().iter().cloned().collect();
    let text = format!("{}\n-- a thought that came later\n", steps[1].up.text());
    steps[1].up = crate::migrate::Script::new(text);
    let edited = Migrations::new(steps, ADOPTABLE);
    with_runner(&mut client, &edited, Options::default(), |runner| {
        let error = runner
            .upgrade(Target::Head, &mut silent())
            .unwrap_err()
            .to_string();
        assert!(error.contains("0002_towpath.up.sql"), "{error}");
        assert!(error.contains("towpath db repair"), "{error}");
        assert_eq!(runner.status().unwrap().access(), Access::Refused);
    });

    client
        .batch_execute("ALTER TABLE towpath_recipe ADD COLUMN more text")
        .unwrap();
    with_runner(&mut client, &edited, Options::default(), |runner| {
        let error = runner.repair(&mut silent()).unwrap_err().to_string();
        assert!(error.contains("towpath_recipe.more"), "{error}");
    });
    client
        .batch_execute("ALTER TABLE towpath_recipe DROP COLUMN more")
        .unwrap();
    let before = fresh.dump();
    with_runner(&mut client, &edited, Options::default(), |runner| {
        assert_eq!(runner.repair(&mut silent()).unwrap(), [2]);
        assert_eq!(runner.status().unwrap(), current());
        assert_eq!(runner.repair(&mut silent()).unwrap(), [0_u32; 0]);
    });
    assert_eq!(fresh.dump(), before);
}

/// Only what a person would call a change is one.
#[test]
fn ends_of_lines_are_no_change() {
    let script = |text: &'static str| crate::migrate::Script::new(text).sha256();
    assert_eq!(script("a\nb\n"), script("a \r\nb\r\n\r\n"));
    assert_ne!(script("a\nb\n"), script("a\n\nb\n"));
    assert_ne!(script("a -- b\n"), script("a -- c\n"));
}

#[test]
fn two_schemas_of_one_database_do_not_see_each_other() {
    let fresh = Fresh::new();
    let mut client = fresh.connect();
    client
        .batch_execute("CREATE SCHEMA \"Chan A\"; CREATE SCHEMA b; SET search_path = \"Chan A\", b, public")
        .unwrap();
    upgrade(&mut client, Target::Head).unwrap();
    let first = catalogue(&mut client);
    assert_eq!(first, Migrations::postgres().expected(head()).to_string());
    client.batch_execute("SET search_path = b, \"Chan A\"").unwrap();
    assert_eq!(status(&mut client), Status::Empty);
    upgrade(&mut client, Target::Head).unwrap();
    assert_eq!(catalogue(&mut client), first);
    downgrade(&mut client, Target::Base).unwrap();
    assert_eq!(status(&mut client), Status::Empty);
    client.batch_execute("SET search_path = \"Chan A\", b").unwrap();
    assert_eq!(status(&mut client), current());
    assert_eq!(run(&mut client, |runner| runner.check().unwrap()), []);

    client.batch_execute("SET search_path = nowhere").unwrap();
    let error = PostgresDatabase::new(&mut client).err().unwrap().to_string();
    assert!(error.contains("the schema nowhere does not exist"), "{error}");
}

#[test]
fn who_may_only_read_can_ask_for_status_history_and_drift() {
    let fresh = Fresh::at(head());
    let mut client = fresh.connect();
    client
        .batch_execute(
            "CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; SET ROLE reader",
        )
        .unwrap();
    run(&mut client, |runner| {
        assert_eq!(runner.status().unwrap(), current());
        assert_eq!(
            runner.history().unwrap().len(),
            Migrations::postgres().iter().count()
        );
        assert_eq!(runner.check().unwrap(), []);
    });
}

#[test]
fn a_plan_says_what_each_statement_locks_and_how_large_that_is() {
    let fresh = Fresh::at(2);
    let mut client = fresh.connect();
    fill(&mut client, 2);
    client.batch_execute("ANALYZE stat").unwrap();
    let plan = run(&mut client, |runner| runner.plan(Target::Version(3)).unwrap());
    assert_eq!((plan.from, plan.to, plan.steps.len()), (2, 3, 1));
    let step = &plan.steps[0];
    assert_eq!(step.execution, Execution::EachAlone);
    assert!(step.is_reversible);
    let cost = &step.statements[0].cost;
    assert_eq!(cost.lock.to_string(), "SHARE UPDATE EXCLUSIVE");
    assert!(!cost.lock.blocks_writers());
    assert_eq!((cost.table.as_deref(), cost.rows), (Some("stat"), Some(1)));
    assert!(cost.bytes.unwrap() > 8000);
    // Nobody counted these.
    assert_eq!(step.statements[1].cost.rows, None);

    let plan = run(&mut client, |runner| runner.plan(Target::Base).unwrap());
    let versions: Vec<u32> = plan.steps.iter().map(|step| step.version).collect();
    assert_eq!(versions, [2, 1]);
    assert!(plan.steps.iter().all(|step| !step.is_reversible));
    let cost = &plan.steps[0].statements[0].cost;
    assert_eq!(cost.lock.to_string(), "ACCESS EXCLUSIVE");
    assert_eq!(status(&mut client).version(), 2);
}
