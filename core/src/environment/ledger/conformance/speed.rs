//! How databases find who uses a package, among half a million links: by indexes all the way.
//! `benches/environments.py` says how long that takes.

use super::*;

/// 2,500 environments with a current build of 200 packages each, of 5,000 packages.
#[cfg(feature = "sqlite")]
#[test]
fn sqlite_finds_who_uses_a_package_by_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("environments.db");
    drop(Database::in_sqlite(&file).unwrap());
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection
        .execute_batch(include_str!("many_links.sqlite.sql"))
        .unwrap();
    let statement = Ledger::uses_statement().replace('$', "?");
    let mut plan = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
        .unwrap();
    let plan: Vec<String> = plan
        .query_map(["package-7"], |row| row.get("detail"))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    // There is one channel, so that is read whole.
    let is_by_index = |step: &String| step.starts_with("SEARCH ") || step == "SCAN c";
    assert!(plan.iter().all(is_by_index), "{plan:#?}");
    let mut ledger = Ledger::new(Database::in_sqlite(&file).unwrap(), own());
    assert_eq!(ledger.uses_of_name("package-7").unwrap().len(), 100);
}

#[cfg(feature = "postgres")]
#[test]
fn postgresql_finds_who_uses_a_package_by_indexes() {
    let url = crate::store::postgres::tests::fresh_url();
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client
        .batch_execute(include_str!("many_links.postgres.sql"))
        .unwrap();
    let statement = Ledger::uses_statement();
    let plan = client
        .query(
            &format!("EXPLAIN {}", statement.replace("$1", "'package-7'")),
            &[],
        )
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    for table in ["towpath_package", "towpath_build_package", "towpath_build "] {
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
    }
    assert!(plan.contains("towpath_package_name"), "{plan}");
    assert!(plan.contains("towpath_build_package_package"), "{plan}");
    let mut ledger = Ledger::new(crate::store::postgres::tests::database_at(&url), own());
    assert_eq!(ledger.uses_of_name("package-7").unwrap().len(), 100);
}
