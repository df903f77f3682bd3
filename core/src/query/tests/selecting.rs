//! `SELECT`, as people write it.

use super::super::{QueryError, SelectLimits};
use super::*;

#[rstest::rstest]
#[case(
    "SELECT name, version FROM records ORDER BY name, version_order",
    json!([["libblas", "3.9"], ["mynumpy", "1"], ["numpy", "1.9.0rc1"], ["numpy", "1.9.0"], ["numpy", "1.10.0"],
        ["numpydoc", "1"], ["py-numpy-tools", "1"], ["python", "3.12.0"]])
)]
#[case(
    "select Name, NEWEST from Records where name = 'numpy' order by Path",
    json!([["numpy", true], ["numpy", false], ["numpy", true]])
)]
#[case(
    "SELECT subdir, COUNT(*) AS n, SUM(size) FROM records GROUP BY subdir ORDER BY n, subdir",
    json!([["linux-64", 4, 140], ["noarch", 4, 5]])
)]
#[case(
    "SELECT DISTINCT r.name FROM records r JOIN dependencies d ON d.path = r.path \
     WHERE d.dependency = 'python' AND r.license LIKE 'BSD%'",
    json!([["numpy"]])
)]
#[case(
    "SELECT r.name FROM records r LEFT JOIN dependencies d ON d.path = r.path WHERE d.path IS NULL \
     AND r.subdir = 'linux-64' ORDER BY r.name",
    json!([["libblas"], ["python"]])
)]
#[case(
    "SELECT kind, dependency, spec FROM dependencies WHERE path = 'linux-64/numpy-1.10.0-0.conda' ORDER BY 1, 2",
    json!([["constrains", "numba", "numba <0.5"], ["depends", "libblas", "libblas"],
        ["depends", "python", "python >=3.9"]])
)]
#[case(
    "SELECT built, timestamp, depends_count, constrains_count, sha256, md5, noarch, format FROM records \
     WHERE path = 'linux-64/numpy-1.10.0-0.conda'",
    json!([["2023-11-14T22:13:20Z", 1_700_000_000_000_i64, 2, 1, "ab".repeat(32), "", "", "conda"]])
)]
#[case("SELECT track_features FROM records WHERE name = 'libblas'", json!([["a b"]]))]
#[case("SELECT COUNT(*) FROM records WHERE timestamp = 0 AND built = '' AND license = ''", json!([[4]]))]
#[case("SELECT COUNT(*) * 2 FROM records", json!([[16]]))]
#[case("SELECT name FROM records WHERE size = (SELECT MAX(size) FROM records)", json!([["python"]]))]
#[case(
    "SELECT DISTINCT dependency FROM dependencies WHERE dependency NOT IN (SELECT name FROM records) ORDER BY 1",
    json!([["numba"], ["sphinx"]])
)]
#[case("SELECT name FROM records WHERE size IN (SELECT size FROM records WHERE name = 'python')", json!([["python"]]))]
#[case(
    "SELECT r.name FROM records r WHERE EXISTS (SELECT 1 FROM dependencies d WHERE d.path = r.path \
     AND d.dependency = 'sphinx')",
    json!([["numpydoc"]])
)]
#[case(
    "SELECT r.name FROM records r WHERE NOT EXISTS (SELECT * FROM dependencies d WHERE d.kind = 'depends' \
     AND r.path = d.path) AND r.subdir = 'noarch' ORDER BY r.name",
    json!([["mynumpy"], ["numpy"], ["py-numpy-tools"]])
)]
#[case(
    "SELECT d.spec FROM dependencies d WHERE EXISTS (SELECT 1 FROM records r WHERE r.name = d.dependency \
     AND r.version > d.version) ORDER BY d.spec",
    json!([["libblas"], ["numpy"], ["python >=3.8"], ["python >=3.9"]])
)]
#[case(
    "SELECT r.version, d.spec FROM dependencies d JOIN records r ON d.path = r.path \
     WHERE r.name = 'numpy' AND (d.kind = 'constrains' OR d.dependency = 'libblas') AND r.newest ORDER BY d.spec",
    json!([["1.10.0", "libblas"], ["1.10.0", "numba <0.5"]])
)]
#[case(
    "SELECT COUNT(*) FROM records r WHERE EXISTS (SELECT COUNT(*) FROM dependencies d WHERE d.path = r.path)",
    json!([[8]])
)]
#[case("SELECT n FROM (SELECT COUNT(*) AS n FROM records) AS t", json!([[8]]))]
#[case("SELECT NULL, TRUE, 1.5, 'x', LENGTH('xyz')", json!([[null, true, 1.5, "x", 3]]))]
fn questions_are_answered(#[case] sql: &str, #[case] expected: Value) {
    assert_eq!(rows(&mut channel(), sql), expected);
}

#[test]
fn all_columns_come_with_a_star() {
    let mut channel = channel();
    let table = channel
        .select("SELECT * FROM records WHERE name = 'python'")
        .unwrap();
    let columns: Vec<_> = ChannelRecords::tables()[0]
        .columns
        .iter()
        .map(|column| column.name)
        .collect();
    assert_eq!(table.columns, columns);
    let row = serde_json::to_value(&table.rows[0]).unwrap();
    let at = |name: &str| &row[columns.iter().position(|column| *column == name).unwrap()];
    assert_eq!(at("path"), "linux-64/python-3.12.0-0.conda");
    assert_eq!(
        at("record"),
        r#"{"build":"0","build_number":0,"license":"PSF-2.0","name":"python","size":100,"version":"3.12.0"}"#
    );
    for table in ChannelRecords::tables() {
        let sql = format!("SELECT * FROM {}", table.name);
        let answered = channel.select(&sql).unwrap().rows;
        assert!(
            answered
                .iter()
                .flatten()
                .all(|cell| *cell != super::super::Cell::Null)
        );
    }
}

#[rstest::rstest]
#[case(
    "DELETE FROM records",
    "DELETE is not allowed: records are only read, so a query begins with SELECT"
)]
#[case(
    "DROP TABLE records",
    "DROP is not allowed: records are only read, so a query begins with SELECT"
)]
#[case(
    "SELECT 1; SELECT 2",
    "one query at a time is answered, and these are several"
)]
#[case(" -- nothing", "there is no query")]
#[case(
    "SELECT name FROM packages",
    "there is no table packages; there are records and dependencies"
)]
#[case(
    "SELECT r.nam FROM records r",
    "there is no column r.nam; records has path, subdir, file_name"
)]
#[case(
    "SELECT FROM",
    "this is no SQL that can be read: Expected an expression, found: from"
)]
#[case(
    "SELECT name\nFROM records size > 5",
    "this is no SQL that can be read: Expected: end of statement, found: > at Line: 2, Column: 19"
)]
#[case(
    "SELECT 'a",
    "this is no SQL that can be read: Unterminated string literal at Line: 1, Column: 8"
)]
#[case("SELECT name FROM records UNION SELECT 'a'", "GlueSQL cannot answer this: ")]
#[case(
    "SELECT RANK() OVER (ORDER BY name) FROM records",
    "GlueSQL cannot answer this: "
)]
fn what_is_wrong_is_said_in_words(#[case] sql: &str, #[case] words: &str) {
    let error = channel().select(sql).unwrap_err().to_string();
    assert!(error.starts_with(words), "{error}");
}

#[test]
fn more_rows_than_are_given_out_are_told_of() {
    let mut channel = channel();
    let mut ask = |rows, sql: &str| {
        let limits = SelectLimits {
            rows,
            ..SelectLimits::default()
        };
        let table = channel.select_within(sql, limits).unwrap();
        (table.rows.len(), table.truncated)
    };
    assert_eq!(ask(3, "SELECT name FROM records"), (3, true));
    assert_eq!(ask(8, "SELECT name FROM records"), (8, false));
    assert_eq!(ask(3, "SELECT name FROM records LIMIT 3"), (3, false));
    assert_eq!(ask(3, "SELECT name FROM records LIMIT 4"), (3, true));
    assert_eq!(ask(3, "SELECT name FROM records LIMIT 2+3"), (3, true));
}

#[test]
fn a_query_that_reads_again_and_again_is_ended() {
    let limits = SelectLimits {
        rows_read: Some(100),
        ..SelectLimits::default()
    };
    let sql = "SELECT COUNT(*) FROM dependencies a, dependencies b";
    assert!(channel().select_within(sql, limits).is_err());
    let sql = "SELECT r.name FROM records r WHERE NOT EXISTS \
        (SELECT 1 FROM dependencies d, dependencies e WHERE d.path = r.path)";
    assert!(channel().select_within(sql, limits).is_err());
    let sql =
        "SELECT COUNT(*) FROM records a JOIN records b ON a.name < b.name JOIN records c ON b.name < c.name";
    let error = channel().select_within(sql, limits).unwrap_err();
    assert!(matches!(error, QueryError::TooManyRows { rows: 100 }), "{error}");
}

#[test]
fn a_query_of_very_many_parts_is_refused() {
    let sql = format!("SELECT 1{}", "+1".repeat(40_000));
    let error = channel().select(&sql).unwrap_err().to_string();
    assert!(
        error.ends_with("it has more than 300 operators and keywords"),
        "{error}"
    );
}
