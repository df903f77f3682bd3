//! Whatever happened before, nothing that is needed is ever collected.

use proptest::prelude::*;

use super::*;

/// What somebody does.
#[derive(Clone, Debug)]
enum Step {
    Record {
        environment: usize,
        packages: Vec<usize>,
    },
    Fail {
        environment: usize,
    },
    RollBack {
        environment: usize,
    },
    Retire {
        environment: usize,
    },
    Hold {
        package: usize,
        minutes: Option<i64>,
    },
    Remove {
        package: usize,
        by_force: bool,
    },
    Collect {
        keep_builds: usize,
        age: i64,
    },
}

const ENVIRONMENTS: [&str; 3] = ["one/x", "one/y", "two/x"];
const PACKAGES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn step() -> impl Strategy<Value = Step> {
    let environment = 0..ENVIRONMENTS.len();
    let packages = proptest::collection::btree_set(0..PACKAGES.len(), 1..4);
    prop_oneof![
        4 => (environment.clone(), packages).prop_map(|(environment, packages)| Step::Record {
            environment,
            packages: packages.into_iter().collect(),
        }),
        1 => environment.clone().prop_map(|environment| Step::Fail { environment }),
        1 => environment.clone().prop_map(|environment| Step::RollBack { environment }),
        1 => environment.prop_map(|environment| Step::Retire { environment }),
        1 => (0..PACKAGES.len(), proptest::option::of(0..6_i64))
            .prop_map(|(package, minutes)| Step::Hold { package, minutes }),
        1 => (0..PACKAGES.len(), any::<bool>())
            .prop_map(|(package, by_force)| Step::Remove { package, by_force }),
        3 => (0..3_usize, -2..4_i64).prop_map(|(keep_builds, age)| Step::Collect { keep_builds, age }),
    ]
}

/// What has to be there whatever is collected: the current builds with their packages and what was
/// asked for, and what is held.
#[derive(Debug, PartialEq)]
struct Needed {
    environments: Vec<Environment>,
    packages: Vec<Vec<UsedPackage>>,
    specifications: Vec<Option<String>>,
    holds: Vec<Hold>,
}

fn needed(ledger: &mut Ledger, now: Timestamp) -> Needed {
    let environments = ledger.environments(None).unwrap();
    let builds: Vec<Build> = environments
        .iter()
        .flat_map(|environment| environment.current.clone())
        .collect();
    let mut holds = ledger.holds().unwrap();
    holds.retain(|hold| hold.expires_at.is_none_or(|expires| expires > now));
    Needed {
        packages: builds
            .iter()
            .map(|build| ledger.packages(build.id).unwrap())
            .collect(),
        specifications: builds
            .iter()
            .map(|build| ledger.specification(&build.specification).unwrap())
            .collect(),
        environments,
        holds,
    }
}

fn take(ledger: &mut Ledger, step: &Step, minute: i64) {
    let stamp = at(minute);
    match step {
        Step::Record {
            environment,
            packages,
        } => {
            let packages: Vec<&str> = packages.iter().map(|package| PACKAGES[*package]).collect();
            record(ledger, ENVIRONMENTS[*environment], &packages, &stamp);
        }
        Step::Fail { environment } => {
            let path = path(ENVIRONMENTS[*environment]);
            let asked = specification("impossible");
            let build = ledger.begin(&path, &asked, &linux(), "resolvo", &stamp).unwrap();
            ledger.fail(build, "no", &[], &[], &stamp).unwrap();
        }
        Step::RollBack { environment } => {
            drop(ledger.roll_back(&path(ENVIRONMENTS[*environment]), &linux(), None, None));
        }
        Step::Retire { environment } => drop(ledger.retire(&path(ENVIRONMENTS[*environment]), &stamp)),
        Step::Hold { package, minutes } => {
            let content = Content::of(&PACKAGES);
            let until = minutes.map(|minutes| at(minute + minutes).at);
            let files = [file(PACKAGES[*package])];
            ledger.add_holds(&files, "why", until, &content, &stamp).unwrap();
        }
        Step::Remove { package, by_force } => {
            let files = [file(PACKAGES[*package])];
            let is_needed = !ledger.needs(&files, stamp.at).unwrap().is_empty();
            let reason = by_force.then_some("why");
            let removed = ledger.remove(&files, reason, &stamp, || Ok::<_, LedgerError>(()));
            assert_eq!(removed.is_ok(), *by_force || !is_needed);
        }
        Step::Collect { keep_builds, age } => {
            let retention = Retention {
                keep_builds: *keep_builds,
                orphans_before: at(minute - age).at,
            };
            let before = needed(ledger, stamp.at);
            let told = ledger.garbage(retention, stamp.at).unwrap();
            assert_eq!(ledger.collect(retention, stamp.at).unwrap(), told);
            assert_eq!(needed(ledger, stamp.at), before);
        }
    }
}

fn check(ledger: &mut Ledger, steps: &[Step]) {
    for (minute, step) in steps.iter().enumerate() {
        take(ledger, step, i64::try_from(minute).unwrap());
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn nothing_that_is_needed_is_collected(steps in proptest::collection::vec(step(), 1..25)) {
            let folder = tempfile::tempdir().unwrap();
            let database = Database::in_sqlite(&folder.path().join("x.db")).unwrap();
            check(&mut Ledger::new(database, own()), &steps);
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]
        #[test]
        fn nothing_that_is_needed_is_collected(steps in proptest::collection::vec(step(), 1..25)) {
            let database = crate::store::postgres::tests::fresh_database();
            check(&mut Ledger::new(database, own()), &steps);
        }
    }
}

#[cfg(feature = "gluesql-redb")]
mod gluesql {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]
        #[test]
        fn nothing_that_is_needed_is_collected(steps in proptest::collection::vec(step(), 1..25)) {
            let folder = tempfile::tempdir().unwrap();
            let database = Database::in_gluesql(&folder.path().join("x.redb")).unwrap();
            check(&mut Ledger::new(database, own()), &steps);
        }
    }
}
