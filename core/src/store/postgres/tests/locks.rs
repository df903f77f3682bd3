//! The right to write, and what becomes of it when connections go.

use super::*;
use crate::store::conformance::{day, index, read, whole_channel};

/// Another process, at the same subdir.
fn other(place: &Channel<OwnDatabase>) -> PostgresStore {
    PostgresStore::new(connect::<OwnDatabase>(), &place.prefix, &subdir())
}

#[test]
fn one_writes_at_a_time_and_others_elsewhere() {
    let place = Channel::<OwnDatabase>::empty();
    let lock = place.store.lock(OnBusy::Fail).unwrap().unwrap();
    assert!(other(&place).lock(OnBusy::Skip).unwrap().is_none());
    let elsewhere = PostgresStore::new(connect::<OwnDatabase>(), &place.prefix, &Subdir::noarch());
    assert!(elsewhere.lock(OnBusy::Skip).unwrap().is_some());
    drop(lock);
    assert!(other(&place).lock(OnBusy::Skip).unwrap().is_some());
}

#[test]
fn who_waits_comes_next() {
    let place = Channel::<OwnDatabase>::empty();
    let lock = place.store.lock(OnBusy::Fail).unwrap().unwrap();
    let waiting = other(&place);
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| waiting.lock(OnBusy::Wait).unwrap().is_some());
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(!waiter.is_finished());
        drop(lock);
        assert!(waiter.join().unwrap());
    });
}

/// Ends sessions, so it has a database of its own.
#[test]
fn a_lost_connection_costs_time_and_no_data() {
    struct Alone;
    impl Way for Alone {
        fn url() -> &'static str {
            static URL: OnceLock<String> = OnceLock::new();
            URL.get_or_init(|| make_database(""))
        }
    }
    let mut place = Channel::<Alone>::empty();
    let _lock = place.store.lock(OnBusy::Fail).unwrap().unwrap();
    let end = || {
        let mut client = Channel::<Alone>::raw();
        client
            .execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
                &[],
            )
            .unwrap();
    };
    let folder: Vec<_> = (0..50)
        .map(|number| read(&format!("a{number}-1-0.conda"), 1))
        .collect();
    index(place.store(), &folder, day(0));
    end();
    place.store().commit(&[read("a7-1-0.conda", 2)], day(1)).unwrap();
    // The lock came back with the connection.
    let other = PostgresStore::new(connect::<Alone>(), &place.prefix, &subdir());
    assert!(other.lock(OnBusy::Skip).unwrap().is_none());

    // In the middle of a stream, each record comes once.
    let mut seen = Vec::new();
    place
        .store
        .for_each_record(&whole_channel(), &mut |record| {
            seen.push(record.file_name.to_owned());
            if seen.len() == 10 {
                end();
            }
            Ok(())
        })
        .unwrap();
    let mut expected: Vec<_> = folder
        .iter()
        .map(|artifact| artifact.listed.name.to_string())
        .collect();
    expected.sort_unstable();
    assert_eq!(seen, expected);
}
