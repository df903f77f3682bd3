//! Retention and usage.

use super::*;

fn keeping(keep_builds: usize, before: i64) -> Retention {
    Retention {
        keep_builds,
        orphans_before: at(before).at,
    }
}

#[test]
fn old_builds_go_with_what_only_they_needed() {
    each(|ledger| {
        for (minute, packages) in [["a", "common"], ["b", "common"], ["c", "common"]]
            .iter()
            .enumerate()
        {
            record(ledger, "team/x", packages, &at(i64::try_from(minute).unwrap()));
        }
        let told = ledger.garbage(keeping(2, 100), at(200).at).unwrap();
        assert_eq!((told.builds, told.packages, told.specifications), (1, 1, 1));
        assert_eq!(told.package_bytes, 100);
        assert_eq!(ledger.history(&path("team/x")).unwrap().len(), 3);
        assert_eq!(ledger.collect(keeping(2, 100), at(200).at).unwrap(), told);
        assert_eq!(ledger.history(&path("team/x")).unwrap().len(), 2);
        assert_eq!(
            ledger.garbage(keeping(2, 100), at(200).at).unwrap(),
            Collected::default()
        );
        // What is young stays though nobody needs it.
        let told = ledger.collect(keeping(1, -1), at(200).at).unwrap();
        assert_eq!((told.builds, told.packages, told.specifications), (1, 0, 0));
        let told = ledger.collect(keeping(0, 100), at(200).at).unwrap();
        assert_eq!((told.builds, told.packages, told.specifications), (0, 1, 1));
        let current = ledger.current(&path("team/x"), &linux()).unwrap();
        assert_eq!(names(&ledger.packages(current.id).unwrap()), ["c", "common"]);
    });
}

#[test]
fn a_removed_environment_goes_when_it_is_old() {
    each(|ledger| {
        record(ledger, "team/x", &["a"], &at(0));
        ledger.retire(&path("team/x"), &at(10)).unwrap();
        let told = ledger.collect(keeping(0, 5), at(20).at).unwrap();
        assert_eq!(told, Collected::default());
        let told = ledger.collect(keeping(5, 20), at(30).at).unwrap();
        assert_eq!(
            (
                told.builds,
                told.packages,
                told.specifications,
                told.environments,
                told.namespaces
            ),
            (1, 1, 1, 1, 1)
        );
    });
}

#[test]
fn a_build_that_never_ended_is_given_up() {
    each(|ledger| {
        ledger
            .begin(&path("team/x"), &specification("x"), &linux(), "resolvo", &at(0))
            .unwrap();
        assert_eq!(ledger.collect(keeping(5, 0), at(1).at).unwrap().given_up, 0);
        assert_eq!(ledger.collect(keeping(5, 1), at(2).at).unwrap().given_up, 1);
        let build = &ledger.history(&path("team/x")).unwrap()[0];
        assert_eq!(
            (build.status, build.ended_at),
            (BuildStatus::Canceled, Some(at(2).at))
        );
    });
}

#[test]
fn bytes_are_counted_once_and_by_who_alone_needs_them() {
    each(|ledger| {
        record(ledger, "one/x", &["a", "common"], &at(0));
        record(ledger, "one/y", &["a", "b"], &at(1));
        record(ledger, "two/x", &["common"], &at(2));
        record(ledger, "gone/x", &["a"], &at(3));
        ledger.retire(&path("gone/x"), &at(4)).unwrap();
        let usage = ledger.usage().unwrap();
        let told: Vec<_> = usage
            .iter()
            .map(|usage| {
                let counts = (usage.environments, usage.builds, usage.packages);
                (
                    usage.namespace.as_str(),
                    counts,
                    usage.bytes,
                    usage.exclusive_bytes,
                )
            })
            .collect();
        assert_eq!(told, [("one", (2, 2, 3), 300, 200), ("two", (1, 1, 1), 100, 0)]);
    });
}
