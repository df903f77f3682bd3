use serde_json::json;

use super::*;

fn with(field: &str, value: Value) -> Value {
    let mut record = json!({"name": "lock", "version": "1.0", "build": "0", "build_number": 0});
    record[field] = value;
    record
}

fn reason(record: &Value) -> String {
    Fields::of(&record.to_string()).unwrap_err()
}

#[rstest::rstest]
#[case("name", json!(null), "name is missing or null")]
#[case("name", json!(5), "name is 5, not text")]
#[case("name", json!(""), "name \"\" is not a package name (CEP 26)")]
#[case("name", json!("a+b"), "name \"a+b\" is not a package name (CEP 26)")]
#[case("name", json!("ünï"), "name \"ünï\" is not a package name (CEP 26)")]
#[case("name", json!("a--b"), "name \"a--b\" is not a package name (CEP 26)")]
#[case("name", json!("ABC"), "name \"ABC\" has upper-case letters, and conda finds none with them")]
#[case("version", json!(null), "version is missing or null")]
#[case("version", json!(["1"]), "version is a list, not text")]
#[case("build", json!(null), "build is missing or null")]
#[case("build_number", json!("1"), "build_number is \"1\", not an integer")]
#[case("build_number", json!(1.5), "build_number is 1.5, not an integer")]
#[case("build_number", json!(null), "build_number is missing or null")]
#[case("depends", json!(null), "depends is null, not a list of text")]
#[case("depends", json!("python"), "depends is text, not a list of text")]
#[case("depends", json!({"python": 3}), "depends is a number or an object, not a list of text")]
#[case("depends", json!(5), "depends is a number or an object, not a list of text")]
#[case("depends", json!(["a", [5, {}], null]), "depends is a list of more than text, not a list of text")]
#[case("depends", json!(5.5), "depends is a number or an object, not a list of text")]
#[case("depends", json!([-1]), "depends is a list of more than text, not a list of text")]
#[case("license", json!(["MIT"]), "license is a list, not text")]
#[case("timestamp", json!("now"), "timestamp is \"now\", not a number")]
#[case("noarch", json!("ruby"), "noarch is \"ruby\", not \"generic\" or \"python\"")]
#[case("record_version", json!(2), "record_version is 2, not a version that is known")]
#[case("track_features", json!(["x", null]), "track_features is a list of more than text")]
fn what_conda_refuses_says_why(#[case] field: &str, #[case] value: Value, #[case] expected: &str) {
    assert_eq!(reason(&with(field, value)), expected);
}

#[test]
fn a_version_without_end_is_refused() {
    let why = crate::record::version_order::parse(&"1_".repeat(1_000_000))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(why, "version has more than 1000 characters");
}

#[test]
fn a_record_is_an_object() {
    assert_eq!(
        reason(&json!(["lock", "1.0", "0", 0])),
        "its record is not an object"
    );
}

#[rstest::rstest]
#[case("_libgcc_mutex")]
#[case("__glibc")]
#[case("r-base")]
#[case("7zip")]
#[case("a.b_c-d")]
#[case("lib_")]
fn names_of_real_packages_are_names(#[case] name: &str) {
    assert_eq!(check_name(name), Ok(()));
}

#[test]
fn numbers_count_as_text_in_a_version_and_a_build() {
    let mut record = with("version", json!(1.1));
    record["build"] = json!(0);
    let text = record.to_string();
    let fields = Fields::of(&text).unwrap();
    assert_eq!((&*fields.version_text, &*fields.build), ("1.1", "0"));
}

#[test]
fn times_are_compared_in_seconds() {
    let time = |value| {
        Fields::of(&with("timestamp", value).to_string())
            .unwrap()
            .timestamp
    };
    assert_eq!(time(json!(1_700_000_000)), 1_700_000_000.0);
    assert_eq!(time(json!(1_700_000_000_500_i64)), 1_700_000_000.5);
    assert_eq!(time(json!(null)), 0.0);
}

#[rstest::rstest]
#[case(json!("mkl"), true)]
#[case(json!(["mkl"]), true)]
#[case(json!(""), false)]
#[case(json!([]), false)]
#[case(json!(null), false)]
fn features_come_as_text_or_list(#[case] value: Value, #[case] expected: bool) {
    for field in ["track_features", "features"] {
        let record = with(field, value.clone()).to_string();
        assert_eq!(Fields::of(&record).unwrap().has_features, expected);
    }
}
