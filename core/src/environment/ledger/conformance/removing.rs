//! What is needed is not removed.

use super::*;

fn try_to_remove(
    ledger: &mut Ledger,
    name: &str,
    reason: Option<&str>,
    minute: i64,
) -> Result<(), LedgerError> {
    ledger.remove(&[file(name)], reason, &at(minute), || Ok(()))
}

#[test]
fn what_a_current_build_needs_stays() {
    each(|ledger| {
        try_to_remove(ledger, "numpy", None, 0).unwrap();
        record(ledger, "team/a", &["numpy", "scipy"], &at(0));
        let refused = try_to_remove(ledger, "numpy", None, 1).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with(
                    "nothing was removed, for it is needed:\n  linux-64/numpy-1-0.conda by the environment team/a \
                     (linux-64, build 1)\n"
                ),
            "{refused}"
        );
        let never = ledger.remove(&[file("numpy")], None, &at(1), || -> Result<(), LedgerError> {
            panic!("it is needed")
        });
        assert!(never.is_err());
        try_to_remove(ledger, "unknown", None, 1).unwrap();
        // Another current build needs it no more; the one before does not count.
        record(ledger, "team/a", &["scipy"], &at(2));
        try_to_remove(ledger, "numpy", None, 3).unwrap();
        ledger.retire(&path("team/a"), &at(4)).unwrap();
        try_to_remove(ledger, "scipy", None, 5).unwrap();
    });
}

#[test]
fn a_removal_that_fails_leaves_all_as_it_was() {
    each(|ledger| {
        record(ledger, "team/a", &["numpy"], &at(0));
        let failed = ledger.remove(
            &[file("numpy")],
            Some("old"),
            &at(1),
            || -> Result<(), LedgerError> {
                Err(LedgerError::Store(StoreError::Io(std::io::Error::other("disk"))))
            },
        );
        assert!(failed.is_err());
        assert!(ledger.forced_removals().unwrap().is_empty());
        let build = ledger.current(&path("team/a"), &linux()).unwrap().id;
        assert_eq!(ledger.packages(build).unwrap()[0].withdrawn_at, None);
    });
}

#[test]
fn who_removes_all_the_same_is_remembered() {
    each(|ledger| {
        let build = record(ledger, "team/a", &["numpy"], &at(0)).build;
        try_to_remove(ledger, "numpy", Some("CVE-2026-1"), 1).unwrap();
        let removals = ledger.forced_removals().unwrap();
        assert_eq!(removals.len(), 1);
        assert_eq!(removals[0].file, "linux-64/numpy-1-0.conda");
        assert_eq!(
            (removals[0].by.as_str(), removals[0].reason.as_str()),
            ("ada", "CVE-2026-1")
        );
        assert_eq!(
            removals[0].needed_by,
            format!("the environment team/a (linux-64, build {build})")
        );
        assert_eq!(ledger.packages(build).unwrap()[0].withdrawn_at, Some(at(1).at));
        // It is back when somebody who sees it in the channel records it.
        record(ledger, "team/b", &["numpy"], &at(2));
        assert_eq!(ledger.packages(build).unwrap()[0].withdrawn_at, None);
    });
}

#[test]
fn what_is_held_stays_until_the_hold_ends() {
    each(|ledger| {
        let content = Content::of(&["numpy", "scipy"]);
        let held = ledger
            .add_holds(&[file("numpy")], "the paper", None, &content, &at(0))
            .unwrap();
        let until = Some(at(10).at);
        ledger
            .add_holds(&[file("scipy")], "until then", until, &content, &at(0))
            .unwrap();
        let unknown = ledger.add_holds(&[file("x")], "why", None, &content, &at(0));
        assert!(matches!(unknown, Err(LedgerError::Missing(_))), "{unknown:?}");
        let refused = try_to_remove(ledger, "numpy", None, 1).unwrap_err().to_string();
        assert!(refused.contains("by hold 1 of ada: the paper"), "{refused}");
        assert!(try_to_remove(ledger, "scipy", None, 9).is_err());
        try_to_remove(ledger, "scipy", None, 10).unwrap();
        let holds = ledger.holds().unwrap();
        assert_eq!(holds.len(), 2);
        assert_eq!(holds[1].expires_at, until);
        ledger.remove_hold(held[0]).unwrap();
        try_to_remove(ledger, "numpy", None, 11).unwrap();
        let gone = ledger.remove_hold(held[0]);
        assert!(matches!(gone, Err(LedgerError::NoHold(_))), "{gone:?}");
    });
}

/// The database itself refuses what no version of towpath may write. GlueSQL has no such rules.
#[test]
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn the_database_keeps_the_order_of_states() {
    crate::store::relational::tests::each_with_constraints(|database| {
        let mut ledger = Ledger::new(database, own());
        let first = record(&mut ledger, "team/a", &["numpy"], &at(0)).build;
        let second = record(&mut ledger, "team/a", &["scipy"], &at(1)).build;
        let failed = ledger
            .begin(&path("team/a"), &specification("z"), &linux(), "resolvo", &at(2))
            .unwrap();
        ledger.fail(failed, "no", &[], &[], &at(3)).unwrap();
        for (sql, id) in [
            ("UPDATE towpath_build SET is_current = TRUE WHERE id = $1", first),
            ("UPDATE towpath_build SET is_current = TRUE WHERE id = $1", failed),
            (
                "UPDATE towpath_build SET status = 'solving' WHERE id = $1",
                second,
            ),
            ("UPDATE towpath_build SET status = 'done' WHERE id = $1", second),
            ("UPDATE towpath_build SET ended_at = NULL WHERE id = $1", second),
            (
                "UPDATE towpath_build SET retired_at = ended_at WHERE id = $1",
                second,
            ),
            (
                "UPDATE towpath_build SET started_at = retired_at WHERE id = $1",
                second,
            ),
            (
                "UPDATE towpath_build SET platform = 'noarch' WHERE id = $1",
                second,
            ),
            ("UPDATE towpath_spec SET sha256 = 'x' WHERE id = $1", 1),
            ("DELETE FROM towpath_package WHERE id = $1", 1),
            ("DELETE FROM towpath_spec WHERE id = $1", 1),
        ] {
            let result = ledger
                .database
                .write(|session| session.execute(sql, &[id.into()]));
            assert!(result.is_err(), "{sql}");
        }
    });
}

/// Somebody removes a package while somebody else records an environment with it: one of them is too
/// late, and never do both succeed.
#[test]
fn of_removing_and_recording_one_wins() {
    crate::store::relational::tests::each_pair(|round, one, other| {
        let content = std::sync::Mutex::new(BTreeSet::from([file("numpy").to_string()]));
        struct Shared<'c>(&'c std::sync::Mutex<BTreeSet<String>>);
        impl ChannelContent for Shared<'_> {
            fn listed(&self, subdir: &Subdir, names: &[String]) -> Result<Vec<String>, IndexError> {
                let listed = self.0.lock().unwrap();
                let is_listed = |name: &&String| listed.contains(&format!("{subdir}/{name}"));
                Ok(names.iter().filter(is_listed).cloned().collect())
            }
        }
        let (mut remover, mut recorder) = (Ledger::new(one, own()), Ledger::new(other, own()));
        let barrier = std::sync::Barrier::new(2);
        let (removed, recorded) = std::thread::scope(|scope| {
            let removing = scope.spawn(|| {
                barrier.wait();
                remover.remove(&[file("numpy")], None, &at(round), || {
                    content.lock().unwrap().clear();
                    Ok::<_, LedgerError>(())
                })
            });
            let recording = scope.spawn(|| {
                barrier.wait();
                let name = format!("team/a{round}");
                recorder.record(
                    &path(&name),
                    &specification("x"),
                    &[solved(&["numpy"])],
                    Some(&Shared(&content)),
                    &at(round),
                )
            });
            (removing.join().unwrap(), recording.join().unwrap())
        });
        assert_ne!(removed.is_ok(), recorded.is_ok(), "{removed:?} {recorded:?}");
        match (removed, recorded) {
            (Ok(()), Err(error)) => assert!(matches!(error, LedgerError::Missing(_)), "{error}"),
            (Err(error), Ok(_)) => assert!(matches!(error, LedgerError::Needed(_)), "{error}"),
            both => panic!("{both:?}"),
        }
        for environment in remover.environments(None).unwrap() {
            remover.retire(&environment.path, &at(round)).unwrap();
        }
    });
}
