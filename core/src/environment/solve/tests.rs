//! Solves over small channels in temporary folders.

mod channel;
mod choices;
mod sources;

use super::*;
use channel::{TestChannel, files, record, request};

#[test]
fn what_is_needed_is_chosen_with_what_it_needs() {
    let channel = TestChannel::new(
        "main",
        &[
            (
                "linux-64",
                record("lock", "1.0", 0, &["gate >=2", "__glibc >=2.17"]),
            ),
            ("noarch", record("gate", "1.0", 0, &[])),
            ("noarch", record("gate", "2.0", 0, &[])),
            ("linux-64", record("gate", "2.0", 1, &["lever"])),
            ("noarch", record("lever", "0.5", 0, &[])),
            ("noarch", record("unrelated", "1", 0, &[])),
        ],
    );
    let solution = solve(&request(&[&channel], &["Lock"])).unwrap();
    assert_eq!(
        solution
            .lock
            .packages
            .iter()
            .map(LockedPackage::url)
            .collect::<Vec<_>>(),
        [
            "https://conda.example/main/linux-64/gate-2.0-1.conda",
            "https://conda.example/main/noarch/lever-0.5-0.conda",
            "https://conda.example/main/linux-64/lock-1.0-0.conda",
        ]
    );
    let lock = &solution.lock.packages[2];
    assert_eq!(
        (lock.sha256, lock.md5, lock.size),
        (Some([0xab; 32]), Some([0xcd; 16]), Some(7))
    );
    assert_eq!(solution.requested, BTreeSet::from(["lock".to_owned()]));
    assert_eq!(solution.depends["lock"], ["gate >=2", "__glibc >=2.17"]);
    assert_eq!(solution.lock.channels, ["https://conda.example/main"]);
    assert_eq!(solution.lock.platform.as_str(), "linux-64");
}

#[test]
fn the_log_tells_what_was_done() {
    let main = TestChannel::new(
        "main",
        &[
            ("linux-64", record("lock", "1.0", 0, &["gate"])),
            ("noarch", record("gate", "1.0", 0, &["lib* >=1"])),
            ("noarch", record("gate", "0.9", 0, &[])),
        ],
    );
    let mut request = request(&[&main], &["lock"]);
    request.exclude_newer = Some("2026-11-21T00:00:00Z".parse().unwrap());
    let solution = solve(&request).unwrap();
    let told = virtual_packages_of_log(&solution.log).unwrap();
    assert_eq!(
        told.listed(&request.platform),
        request.virtual_packages.listed(&request.platform)
    );
    insta::assert_snapshot!(solution.log, @"
    solver: rattler_solve 12.0.3 (resolvo)
    channel priority: strict
    platform: linux-64
    virtual packages: __archspec=1=x86_64, __glibc=2.28=0, __linux=4.18=0, __unix=0=0
    no packages newer than: 2026-11-21T00:00:00Z
    specs:
      lock
    channels:
      https://conda.example/main/linux-64/repodata.json sha256 4a489e577c5f1ab4391ed8c9ab492e32b5c89a2b5e06a5f1daef1d00a012c845
      https://conda.example/main/noarch/repodata.json sha256 756f0c3c76430a02c27ef37e223a53a83558ab0fd4189f712c4e6e7eb2029dfb
    candidates:
      gate 2
      lock 1
    solved: 2 packages
      https://conda.example/main/noarch/gate-0.9-0.conda
      https://conda.example/main/linux-64/lock-1.0-0.conda
    ");
    assert_eq!(solve(&request).unwrap(), solution);
}

#[test]
fn why_nothing_fulfils_a_request_is_told_in_the_solvers_words() {
    let main = TestChannel::new(
        "main",
        &[
            ("linux-64", record("lock", "1.0", 0, &["gate >=2"])),
            ("linux-64", record("weir", "1.0", 0, &["gate <2"])),
            ("noarch", record("gate", "1.0", 0, &[])),
            ("noarch", record("gate", "2.0", 0, &[])),
        ],
    );
    let request = request(&[&main], &["lock", "weir"]);
    let error = solve(&request).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"
    The following packages are incompatible
    ├─ weir * can be installed with any of the following options:
    │  └─ weir 1.0 would require
    │     └─ gate <2, which can be installed with any of the following options:
    │        └─ gate 1.0
    └─ lock * cannot be installed because there are no viable options:
       └─ lock 1.0 would require
          └─ gate >=2, which cannot be installed because there are no viable options:
             └─ gate 2.0, which conflicts with the versions reported above.
    ");
    let SolveError::Unsolvable(unsolvable) = error else {
        panic!("{error}");
    };
    assert_eq!(unsolvable.channels.len(), 2);
    assert!(
        unsolvable.log.contains("no solution:\n  The following packages"),
        "{}",
        unsolvable.log
    );
    let SolveError::Unsolvable(again) = solve(&request).unwrap_err() else {
        panic!("it was solved");
    };
    assert_eq!(again, unsolvable);
}

#[test]
fn an_environment_is_for_a_platform() {
    let main = TestChannel::new("main", &[("noarch", record("gate", "1", 0, &[]))]);
    let mut request = request(&[&main], &["gate"]);
    request.platform = Subdir::noarch();
    assert!(matches!(solve(&request), Err(SolveError::NoPlatform)));
}

#[test]
fn nothing_asked_for_is_nothing_solved() {
    let main = TestChannel::new("main", &[("noarch", record("gate", "1", 0, &[]))]);
    let solution = solve(&request(&[&main], &[])).unwrap();
    assert_eq!(files(&solution), [""; 0]);
}

#[test]
fn the_solver_may_take_as_long_as_it_is_allowed() {
    let main = TestChannel::new("main", &[("noarch", record("gate", "1", 0, &[]))]);
    let mut request = request(&[&main], &["gate"]);
    request.timeout = Some(Duration::ZERO);
    let error = solve(&request).unwrap_err();
    assert_eq!(error.to_string(), "no solution was found in 0 s");
    request.timeout = Some(Duration::from_secs(600));
    assert_eq!(files(&solve(&request).unwrap()), ["main/noarch/gate-1-0.conda"]);
}
