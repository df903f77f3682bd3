//! Recording, going back, and looking.

use super::*;

#[test]
fn what_is_recorded_can_be_looked_at() {
    each(|ledger| {
        let mut solved = solved(&["numpy-2.1-py_0", "python-3.13-0"]);
        solved.lock.packages.push(package(OTHER, "blas"));
        solved.requested.insert("numpy".to_owned());
        solved.channels.push(BuildChannel {
            channel: OWN.to_owned(),
            is_own: true,
            subdir: "linux-64".to_owned(),
            priority: 0,
            revision: Some("sqlite:1".to_owned()),
            document: Some("repodata.json".to_owned()),
            sha256: Some("ab".repeat(32)),
        });
        solved.files.push(BuildFile {
            kind: BuildFileKind::Explicit,
            body: "@EXPLICIT\n".to_owned(),
        });
        let specification = specification("numpy");
        let recorded = ledger
            .record(&path("team/a"), &specification, &[solved], None, &at(0))
            .unwrap();
        let build = recorded[0].build;

        let environments = ledger.environments(None).unwrap();
        assert_eq!(environments.len(), 1);
        assert_eq!(environments[0].path, path("team/a"));
        assert_eq!(environments[0].created_at, at(0).at);
        let current = &environments[0].current[0];
        assert_eq!((current.id, current.is_current), (build, true));
        assert_eq!(current.status, BuildStatus::Solved);
        assert_eq!(
            (current.made_by.as_str(), current.solver.as_str()),
            ("ada", "explicit")
        );
        assert_eq!(current.specification, specification.sha256);
        assert_eq!(ledger.current(&path("team/a"), &linux()).unwrap(), *current);
        assert_eq!(ledger.build(&path("team/a"), build).unwrap(), *current);

        let packages = ledger.packages(build).unwrap();
        assert_eq!(names(&packages), ["blas", "numpy", "python"]);
        assert_eq!(packages[0].channel, OTHER);
        assert!(!packages[0].is_own && packages[1].is_own);
        assert!(packages[1].is_requested && !packages[2].is_requested);
        assert_eq!(
            (packages[1].version.as_str(), packages[1].build.as_str()),
            ("2.1", "py_0")
        );
        let channels = ledger.channels(build).unwrap();
        assert_eq!(channels.len(), 1);
        assert_eq!((channels[0].channel.as_str(), channels[0].is_own), (OWN, true));
        assert_eq!(channels[0].revision.as_deref(), Some("sqlite:1"));
        let body = ledger.file(build, BuildFileKind::Explicit).unwrap();
        assert_eq!(body.as_deref(), Some("@EXPLICIT\n"));
        assert_eq!(ledger.file(build, BuildFileKind::Log).unwrap(), None);
        assert_eq!(
            ledger.specification(&specification.sha256).unwrap().as_deref(),
            Some("numpy")
        );
        assert!(
            ledger
                .environments(Some(&"others".parse().unwrap()))
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn the_same_again_is_the_same_build() {
    each(|ledger| {
        let first = record(ledger, "team/a", &["numpy", "python"], &at(0));
        let again = record(ledger, "team/a", &["numpy", "python"], &at(1));
        assert_eq!((again.build, again.outcome), (first.build, Outcome::AsBefore));
        let elsewhere = record(ledger, "team/b", &["numpy", "python"], &at(2));
        assert_eq!(elsewhere.outcome, Outcome::New);
        let other = record(ledger, "team/a", &["numpy"], &at(3));
        assert_eq!(other.outcome, Outcome::New);
        let history = ledger.history(&path("team/a")).unwrap();
        let numbers: Vec<(i64, bool)> = history.iter().map(|build| (build.id, build.is_current)).collect();
        assert_eq!(numbers, [(other.build, true), (first.build, false)]);
    });
}

#[test]
fn one_specification_is_one_row() {
    each(|ledger| {
        for (minute, name) in [(0, "team/a"), (1, "team/b"), (2, "other/a")] {
            record(ledger, name, &["numpy"], &at(minute));
        }
        let rows = ledger
            .database
            .read(|session| session.query("SELECT id FROM towpath_spec", &[]))
            .unwrap();
        assert_eq!(rows.len(), 1);
    });
}

#[test]
fn platforms_are_current_side_by_side() {
    each(|ledger| {
        let mut osx = solved(&["numpy"]);
        osx.lock.platform = "osx-arm64".parse().unwrap();
        let both = [solved(&["numpy"]), osx];
        ledger
            .record(&path("team/a"), &specification("x"), &both, None, &at(0))
            .unwrap();
        let environments = ledger.environments(None).unwrap();
        let platforms: Vec<&str> = environments[0]
            .current
            .iter()
            .map(|build| build.platform.as_str())
            .collect();
        assert_eq!(platforms, ["linux-64", "osx-arm64"]);
    });
}

#[test]
fn a_build_ends_once_and_a_failed_one_is_never_current() {
    each(|ledger| {
        let first = record(ledger, "team/a", &["numpy"], &at(0));
        let asked = specification("impossible");
        let build = ledger
            .begin(&path("team/a"), &asked, &linux(), "resolvo", &at(1))
            .unwrap();
        assert_eq!(
            ledger.history(&path("team/a")).unwrap()[0].status,
            BuildStatus::Solving
        );
        let log = BuildFile {
            kind: BuildFileKind::Log,
            body: "no".to_owned(),
        };
        ledger
            .fail(build, "nothing provides x", &[], &[log], &at(2))
            .unwrap();
        let failed = ledger.build(&path("team/a"), build).unwrap();
        assert_eq!(failed.status, BuildStatus::Failed);
        assert_eq!(failed.status_info, "nothing provides x");
        assert_eq!(failed.ended_at, Some(at(2).at));
        assert!(!failed.is_current);
        assert_eq!(ledger.current(&path("team/a"), &linux()).unwrap().id, first.build);
        let again = ledger.succeed(build, &solved(&["numpy"]), None, &at(3));
        assert!(matches!(again, Err(LedgerError::Ended(_))), "{again:?}");
        let back = ledger.roll_back(&path("team/a"), &linux(), Some(build), None);
        assert!(
            matches!(back, Err(LedgerError::CannotBeCurrent { .. })),
            "{back:?}"
        );

        let build = ledger
            .begin(&path("team/a"), &asked, &linux(), "resolvo", &at(4))
            .unwrap();
        ledger.succeed(build, &solved(&["scipy"]), None, &at(5)).unwrap();
        assert_eq!(ledger.current(&path("team/a"), &linux()).unwrap().id, build);
    });
}

#[test]
fn going_back_is_to_the_build_before() {
    each(|ledger| {
        let none = ledger.roll_back(&path("team/a"), &linux(), None, None);
        assert!(matches!(none, Err(LedgerError::NoEnvironment(_))), "{none:?}");
        let first = record(ledger, "team/a", &["numpy"], &at(0));
        let none = ledger.roll_back(&path("team/a"), &linux(), None, None);
        assert!(matches!(none, Err(LedgerError::NothingEarlier(..))), "{none:?}");
        let second = record(ledger, "team/a", &["scipy"], &at(1));
        assert_eq!(
            ledger.roll_back(&path("team/a"), &linux(), None, None).unwrap(),
            first.build
        );
        assert_eq!(ledger.current(&path("team/a"), &linux()).unwrap().id, first.build);
        ledger
            .roll_back(&path("team/a"), &linux(), Some(second.build), None)
            .unwrap();
        assert_eq!(
            ledger.current(&path("team/a"), &linux()).unwrap().id,
            second.build
        );
        let content = Content::of(&["scipy"]);
        let gone = ledger.roll_back(&path("team/a"), &linux(), Some(first.build), Some(&content));
        assert!(matches!(gone, Err(LedgerError::Missing(_))), "{gone:?}");
    });
}

#[test]
fn a_removed_environment_is_gone_until_it_is_recorded_again() {
    each(|ledger| {
        record(ledger, "team/a", &["numpy"], &at(0));
        ledger.retire(&path("team/a"), &at(1)).unwrap();
        assert!(ledger.environments(None).unwrap().is_empty());
        assert!(ledger.uses_of_name("numpy").unwrap().is_empty());
        let gone = ledger.history(&path("team/a"));
        assert!(matches!(gone, Err(LedgerError::NoEnvironment(_))), "{gone:?}");
        let again = record(ledger, "team/a", &["numpy"], &at(2));
        assert_eq!(again.outcome, Outcome::New);
        assert_eq!(ledger.history(&path("team/a")).unwrap().len(), 1);
    });
}

#[test]
fn what_the_channel_lacks_is_not_recorded() {
    each(|ledger| {
        let content = Content::of(&["numpy"]);
        let locks = [solved(&["numpy", "scipy"])];
        let refused = ledger.record(
            &path("team/a"),
            &specification("x"),
            &locks,
            Some(&content),
            &at(0),
        );
        assert_eq!(
            refused.unwrap_err().to_string(),
            "nothing was done: the channel does not have linux-64/scipy-1-0.conda"
        );
        assert!(ledger.environments(None).unwrap().is_empty());
        let empty = ledger.record(&path("team/a"), &specification("x"), &[solved(&[])], None, &at(0));
        assert!(matches!(empty, Err(LedgerError::Empty(_))), "{empty:?}");
        let mut nowhere = solved(&["numpy"]);
        nowhere.lock.platform = Subdir::noarch();
        let refused = ledger.record(&path("team/a"), &specification("x"), &[nowhere], None, &at(0));
        assert!(matches!(refused, Err(LedgerError::NoPlatform)), "{refused:?}");
    });
}

#[test]
fn uses_are_found_by_name_file_bytes_and_channel() {
    each(|ledger| {
        record(ledger, "team/old", &["numpy"], &at(0));
        record(ledger, "team/old", &["numpy-2-0"], &at(1));
        record(ledger, "team/new", &["numpy", "scipy"], &at(2));
        let mut elsewhere = solved(&[]);
        elsewhere.lock.packages.push(package(OTHER, "numpy"));
        ledger
            .record(&path("x/y"), &specification("y"), &[elsewhere], None, &at(3))
            .unwrap();
        let told = |uses: Vec<Use>| -> Vec<String> {
            uses.iter()
                .map(|used| format!("{} {}", used.path, used.package.version))
                .collect()
        };
        assert_eq!(
            told(ledger.uses_of_name("numpy").unwrap()),
            ["team/new 1", "team/old 2", "x/y 1"]
        );
        assert_eq!(told(ledger.uses_of_file(&file("numpy")).unwrap()), ["team/new 1"]);
        assert_eq!(told(ledger.uses_of_sha256(&"05".repeat(32)).unwrap()).len(), 3);
        assert_eq!(told(ledger.uses_of_channel(OTHER).unwrap()), ["x/y 1"]);
        assert_eq!(told(ledger.uses_of_channel(OWN).unwrap()).len(), 3);
        assert!(ledger.uses_of_name("nump").unwrap().is_empty());
    });
}
