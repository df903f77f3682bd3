//! `NULL` in conditions, which only `LEFT JOIN` brings.

use super::*;

/// All ways to be true, false or unknown.
const VALUES: [(&str, Option<bool>); 3] = [("1 = 1", Some(true)), ("1 = 2", Some(false)), ("x.b = 1", None)];

/// A condition, and what it is by SQL's rules.
type Condition = (String, Option<bool>);

fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    and(one.map(|is| !is), other.map(|is| !is)).map(|is| !is)
}

/// Conditions made of two of these.
fn combined(parts: &[Condition]) -> Vec<Condition> {
    let mut all = Vec::new();
    for (one, one_is) in parts {
        all.push((format!("NOT ({one})"), one_is.map(|is| !is)));
        for (other, other_is) in parts {
            all.push((format!("({one}) AND ({other})"), and(*one_is, *other_is)));
            all.push((format!("({one}) OR ({other})"), or(*one_is, *other_is)));
        }
    }
    all
}

#[test]
fn conditions_hold_as_sql_says() {
    let mut channel = channel();
    let values = VALUES.map(|(text, is)| (text.to_owned(), is));
    let once = combined(&values);
    for (condition, is) in once.iter().chain(&combined(&once)) {
        // `x.b` is NULL: no row of x has this a.
        let from = "FROM (SELECT path FROM records LIMIT 1) AS r LEFT JOIN \
             (SELECT path AS a, 1 AS b FROM records WHERE 1 = 2) AS x ON x.a = r.path";
        let found = rows(&mut channel, &format!("SELECT 1 {from} WHERE {condition}"));
        assert_eq!(
            found.as_array().unwrap().len(),
            usize::from(*is == Some(true)),
            "{condition}"
        );
        let chosen = rows(
            &mut channel,
            &format!("SELECT CASE WHEN {condition} THEN 1 ELSE 0 END {from}"),
        );
        assert_eq!(chosen, json!([[i64::from(*is == Some(true))]]), "{condition}");
    }
}

/// Each record with its dependencies; of those that have none they are NULL.
const WITH_DEPENDENCIES: &str = "FROM records r LEFT JOIN dependencies d ON d.path = r.path";

#[rstest::rstest]
#[case(
    "SUM(CASE WHEN d.path IS NULL OR d.kind = 'constrains' THEN 1 ELSE 0 END)",
    6.0
)]
#[case(
    "ROUND(SUM(CASE WHEN d.path IS NULL OR d.kind = 'constrains' THEN 1 ELSE 0 END))",
    6.0
)]
#[case("COUNT(CASE WHEN d.kind = 'constrains' OR d.path IS NULL THEN 1 END)", 6.0)]
fn conditions_hold_in_functions_too(#[case] expression: &str, #[case] expected: f64) {
    let found = rows(
        &mut channel(),
        &format!("SELECT {expression} {WITH_DEPENDENCIES}"),
    );
    assert_eq!(found[0][0].as_f64(), Some(expected), "{found}");
}

#[rstest::rstest]
#[case("d.dependency IN (SELECT name FROM records)", 4)]
#[case("d.dependency NOT IN (SELECT name FROM records)", 2)]
#[case("NOT (d.dependency IN (SELECT name FROM records))", 2)]
#[case("(d.dependency IN (SELECT name FROM records)) IS NULL", 5)]
#[case("EXISTS (SELECT 1 FROM records x WHERE x.name = d.dependency)", 4)]
#[case("NOT EXISTS (SELECT 1 FROM records x WHERE x.name = d.dependency)", 7)]
fn null_is_in_nothing_and_not_out_of_it(#[case] condition: &str, #[case] expected: i64) {
    let sql = format!("SELECT COUNT(*) {WITH_DEPENDENCIES} WHERE {condition}");
    assert_eq!(rows(&mut channel(), &sql), json!([[expected]]));
}

#[test]
fn what_is_not_there_is_found_beside_another_condition() {
    let sql = "SELECT DISTINCT r.name FROM records r LEFT JOIN dependencies d ON d.path = r.path \
         WHERE d.kind = 'constrains' OR d.path IS NULL ORDER BY r.name";
    let expected = json!([
        ["libblas"],
        ["mynumpy"],
        ["numpy"],
        ["py-numpy-tools"],
        ["python"]
    ]);
    assert_eq!(rows(&mut channel(), sql), expected);
}
