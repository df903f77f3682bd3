//! What is chosen where there are several.

use serde_json::json;

use super::super::{SolveError, solve};
use super::channel::{Named, TestChannel, files, record, request, twin, with};

fn explanation(error: SolveError) -> String {
    match error {
        SolveError::Unsolvable(unsolvable) => unsolvable.explanation,
        other => panic!("{other}"),
    }
}

#[test]
fn the_first_channel_that_has_a_name_is_the_only_one_for_it() {
    let first = TestChannel::new("first", &[("noarch", record("gate", "1", 0, &[]))]);
    let second = TestChannel::new(
        "second",
        &[
            ("noarch", record("gate", "2", 0, &[])),
            ("noarch", record("lock", "1", 0, &["gate"])),
        ],
    );
    let solution = solve(&request(&[&first, &second], &["lock"])).unwrap();
    assert_eq!(
        files(&solution),
        ["first/noarch/gate-1-0.conda", "second/noarch/lock-1-0.conda"]
    );
    let turned = solve(&request(&[&second, &first], &["lock"])).unwrap();
    assert_eq!(
        files(&turned),
        ["second/noarch/gate-2-0.conda", "second/noarch/lock-1-0.conda"]
    );
    let error = solve(&request(&[&first, &second], &["gate >=2"])).unwrap_err();
    insta::assert_snapshot!(explanation(error), @"
    The following packages are incompatible
    └─ gate >=2 cannot be installed because there are no viable options:
       └─ gate 2 is excluded because due to strict channel priority not using this option from: 'https://conda.example/second/'
    ");
}

#[test]
fn a_channel_in_a_spec_is_the_only_one_for_it() {
    let first = TestChannel::new("first", &[("noarch", record("gate", "1", 0, &[]))]);
    let second = TestChannel::new("team/second", &[("noarch", record("lock", "2", 0, &[]))]);
    let solution = solve(&request(&[&first, &second], &["second::lock", "first::gate"])).unwrap();
    assert_eq!(
        files(&solution),
        ["first/noarch/gate-1-0.conda", "team/second/noarch/lock-2-0.conda"]
    );
    assert!(solve(&request(&[&first, &second], &["first::lock"])).is_err());
}

#[test]
fn a_subdir_in_a_spec_is_the_only_one_for_it() {
    let channel = TestChannel::new(
        "main",
        &[
            ("linux-64", record("gate", "2", 0, &[])),
            ("noarch", record("gate", "1", 0, &[])),
        ],
    );
    let solution = solve(&request(&[&channel], &["gate"])).unwrap();
    assert_eq!(files(&solution), ["main/linux-64/gate-2-0.conda"]);
    let solution = solve(&request(&[&channel], &["main/noarch::gate"])).unwrap();
    assert_eq!(files(&solution), ["main/noarch/gate-1-0.conda"]);
}

#[test]
fn of_twins_the_conda_is_chosen() {
    let gate = record("gate", "1", 0, &[]);
    let records: [(&str, Named); 3] = [
        ("noarch", twin(gate.clone())),
        ("noarch", gate),
        ("noarch", twin(record("lock", "1", 0, &[]))),
    ];
    let channel = TestChannel::new("main", &records);
    let solution = solve(&request(&[&channel], &["gate", "lock"])).unwrap();
    assert_eq!(
        files(&solution),
        ["main/noarch/gate-1-0.conda", "main/noarch/lock-1-0.tar.bz2"]
    );
}

/// Milliseconds until a day of January 2024.
fn january(day: i64) -> i64 {
    1_704_067_200_000 + (day - 1) * 86_400_000
}

/// Three gates: built on the first, but published on the fifth; built on the second; of an unknown day.
fn dated() -> TestChannel {
    let old = with(
        record("gate", "3", 0, &[]),
        json!({"timestamp": january(1), "indexed_timestamp": january(5)}),
    );
    let built = with(record("gate", "2", 0, &[]), json!({"timestamp": january(2)}));
    let (file, mut undated) = record("gate", "4", 0, &[]);
    undated.as_object_mut().unwrap().remove("timestamp");
    TestChannel::new(
        "main",
        &[("noarch", old), ("noarch", built), ("noarch", (file, undated))],
    )
}

#[rstest::rstest]
#[case(None, "main/noarch/gate-4-0.conda")]
#[case(Some("2024-01-06T00:00:00Z"), "main/noarch/gate-3-0.conda")]
#[case(Some("2024-01-05T00:00:00Z"), "main/noarch/gate-3-0.conda")]
#[case(Some("2024-01-04T23:59:59Z"), "main/noarch/gate-2-0.conda")]
fn what_was_published_later_is_not_chosen(#[case] latest: Option<&str>, #[case] expected: &str) {
    let channel = dated();
    let mut request = request(&[&channel], &["gate"]);
    request.exclude_newer = latest.map(|latest| latest.parse().unwrap());
    assert_eq!(files(&solve(&request).unwrap()), [expected]);
}

#[test]
fn that_everything_is_too_new_is_told() {
    let channel = dated();
    let mut request = request(&[&channel], &["gate"]);
    request.exclude_newer = Some("2024-01-01T12:00:00Z".parse().unwrap());
    insta::assert_snapshot!(explanation(solve(&request).unwrap_err()), @"
    The following packages are incompatible
    └─ gate * cannot be installed because there are no viable options:
       ├─ gate 4 is excluded because it is not told when it was published
       ├─ gate 3 is excluded because it was published at 2024-01-05T00:00:00Z, after 2024-01-01T12:00:00Z
       └─ gate 2 is excluded because it was built at 2024-01-02T00:00:00Z, after 2024-01-01T12:00:00Z
    ");
}

#[test]
fn what_the_machine_has_decides() {
    let channel = TestChannel::new(
        "main",
        &[
            ("linux-64", record("gate", "2", 0, &["__cuda >=12"])),
            ("linux-64", record("gate", "1", 0, &["__glibc >=2.20"])),
        ],
    );
    let mut request = request(&[&channel], &["gate"]);
    assert_eq!(files(&solve(&request).unwrap()), ["main/linux-64/gate-1-0.conda"]);
    request.virtual_packages.set("__cuda=12.4").unwrap();
    assert_eq!(files(&solve(&request).unwrap()), ["main/linux-64/gate-2-0.conda"]);
    request.virtual_packages.set("__cuda=11").unwrap();
    request.virtual_packages.set("__glibc=2.17").unwrap();
    insta::assert_snapshot!(explanation(solve(&request).unwrap_err()), @"
    gate * cannot be installed because there are no viable options:
    ├─ gate 2 would require
    │  └─ __cuda >=12, for which no candidates were found.
    └─ gate 1 would require
       └─ __glibc >=2.20, for which no candidates were found.
    ");
}

#[test]
fn features_and_build_numbers_weigh_as_clients_have_it() {
    let featured = with(record("gate", "1", 9, &[]), json!({"track_features": "debug"}));
    let channel = TestChannel::new(
        "main",
        &[
            ("noarch", featured),
            ("noarch", record("gate", "1", 2, &[])),
            ("noarch", record("gate", "1", 10, &["nothing"])),
        ],
    );
    let solution = solve(&request(&[&channel], &["gate"])).unwrap();
    assert_eq!(files(&solution), ["main/noarch/gate-1-2.conda"]);
}

#[test]
fn a_constraint_holds_for_what_is_there() {
    let lock = with(record("lock", "1", 0, &[]), json!({"constrains": ["gate <2"]}));
    let records = [
        ("noarch", lock),
        ("noarch", record("gate", "1", 0, &[])),
        ("noarch", record("gate", "2", 0, &[])),
    ];
    let channel = TestChannel::new("main", &records);
    let alone = solve(&request(&[&channel], &["lock"])).unwrap();
    assert_eq!(files(&alone), ["main/noarch/lock-1-0.conda"]);
    let both = solve(&request(&[&channel], &["lock", "gate"])).unwrap();
    assert_eq!(
        files(&both),
        ["main/noarch/gate-1-0.conda", "main/noarch/lock-1-0.conda"]
    );
}
