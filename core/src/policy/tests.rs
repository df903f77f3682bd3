use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

/// A record against which nothing can be said, but for these members; `null` stands for one that is
/// not there.
fn record(changes: &Value) -> JsonText {
    let mut record = json!({
        "build": "py_0", "build_number": 0, "constrains": ["a <1"], "depends": ["python", "b >=1"],
        "license": "MIT", "md5": "0".repeat(32), "name": "x", "noarch": "python",
        "sha256": "0".repeat(64), "size": 5, "subdir": "noarch", "timestamp": 1_600_000_000_000_i64,
        "version": "1.0",
    });
    let members = record.as_object_mut().unwrap();
    for (key, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.clone(), value.clone());
        }
    }
    JsonText::from_value(&record)
}

fn review(file_name: &str, record: &JsonText) -> Vec<(Rule, String)> {
    let artifact = ArtifactName::new(file_name).unwrap();
    let findings = Policy::default().review(&Subdir::noarch(), &artifact, record, Some(1_700_000_000_000));
    assert!(findings.iter().all(|finding| finding.action == Action::Warn));
    findings
        .into_iter()
        .map(|finding| (finding.rule, finding.what))
        .collect()
}

/// What there is to say of a record with these members, under the file name that it asks for.
fn found(changes: &Value) -> Vec<(Rule, String)> {
    let record = record(changes);
    let fields = record.to_object();
    let part = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or("1").to_owned();
    let file_name = format!("{}-{}-{}.conda", part("name"), part("version"), part("build"));
    review(&file_name, &record)
}

#[test]
fn names_are_read_and_unknown_ones_are_answered_with_the_known() {
    for rule in Rule::ALL {
        assert_eq!(rule.as_str().parse(), Ok(rule));
        let error = "subdri".parse::<Rule>().unwrap_err().to_string();
        assert!(error.contains(rule.as_str()), "{error}");
    }
    for action in Action::ALL {
        assert_eq!(action.as_str().parse(), Ok(action));
        let error = "deny".parse::<Action>().unwrap_err().to_string();
        assert!(error.contains(action.as_str()), "{error}");
    }
}

#[test]
fn each_rule_has_its_own_action() {
    for rule in Rule::ALL {
        let policy = Policy::default().with(rule, Action::Reject);
        for other in Rule::ALL {
            let expected = if other == rule {
                Action::Reject
            } else {
                Action::Warn
            };
            assert_eq!(policy.action(other), expected);
        }
    }
}

#[test]
fn a_rule_that_allows_finds_nothing_and_findings_carry_their_action() {
    let wrong =
        json!({"subdir": "linux-64", "name": "X", "build_number": "0", "timestamp": 1_800_000_000_000_i64});
    let artifact = ArtifactName::new("y-1.0-py_0.conda").unwrap();
    let rules = |policy: Policy| -> Vec<(Rule, Action)> {
        policy
            .review(&Subdir::noarch(), &artifact, &record(&wrong), Some(0))
            .iter()
            .map(|finding| (finding.rule, finding.action))
            .collect()
    };
    assert_eq!(
        rules(Policy::default()),
        Rule::ALL.map(|rule| (rule, Action::Warn))
    );
    for rule in Rule::ALL {
        let expected: Vec<_> = Rule::ALL
            .into_iter()
            .filter(|other| *other != rule)
            .map(|other| (other, Action::Warn))
            .collect();
        assert_eq!(rules(Policy::default().with(rule, Action::Allow)), expected);
    }
    let rejecting = Policy::default().with(Rule::Name, Action::Reject);
    assert!(rules(rejecting).contains(&(Rule::Name, Action::Reject)));
}

/// What is sound, or none of these rules' matter.
#[rstest]
#[case(json!({}))]
#[case(json!({"subdir": null, "timestamp": null, "depends": null, "license": null, "noarch": null}))]
#[case(json!({"name": "_r-mutex"}))]
#[case(json!({"name": "_"}))]
#[case(json!({"name": "a-b.c_d-"}))]
#[case(json!({"name": "7zip"}))]
#[case(json!({"name": "a".repeat(64)}))]
#[case(json!({"version": "1!2.0_a+3.dev"}))]
#[case(json!({"version": "1.0.1_"}))]
// CEP 33 allows what CEP 26 does not.
#[case(json!({"version": "Release_2017_09"}))]
#[case(json!({"version": "1".repeat(19)}))]
#[case(json!({"build": "H_0.1+Z"}))]
// The second at which the artifact was indexed, and its last millisecond.
#[case(json!({"timestamp": 1_700_000_000}))]
#[case(json!({"timestamp": 1_700_000_000_000_i64}))]
#[case(json!({"timestamp": -1}))]
#[case(json!({"noarch": true}))]
#[case(json!({"noarch": ""}))]
#[case(json!({"track_features": ["a"], "run_exports": {"weak": ["x"], "other": 1}, "purls": []}))]
#[case(json!({"extra_depends": {"a": ["b"]}, "flags": [], "schema_version": 3, "app": {"x": 1}}))]
fn sound_records_pass(#[case] changes: Value) {
    assert_eq!(found(&changes), []);
}

#[rstest]
#[case(json!({"subdir": "linux-64"}), Rule::Subdir, r#"its subdir is "linux-64", but it lies in noarch (CEP 34); older mamba reads nothing of such a channel"#)]
#[case(json!({"subdir": ""}), Rule::Subdir, r#"its subdir is "", but it lies in noarch (CEP 34); older mamba reads nothing of such a channel"#)]
#[case(json!({"timestamp": 1_700_000_000_001_i64}), Rule::Timestamp, "its timestamp 1700000000001 is 2023-11-14T22:13:20.001Z, after it was first indexed, 2023-11-14T22:13:20Z (CEP 47)")]
#[case(json!({"timestamp": 1_700_000_001}), Rule::Timestamp, "its timestamp 1700000001 is 2023-11-14T22:13:21Z, after it was first indexed, 2023-11-14T22:13:20Z (CEP 47)")]
#[case(json!({"name": "NumPy"}), Rule::Name, r#"its name "NumPy" has "N", which a package name does not have (CEP 26)"#)]
#[case(json!({"name": "a__b"}), Rule::Name, r#"its name "a__b" has two separators in a row (CEP 26)"#)]
#[case(json!({"name": "__cuda"}), Rule::Name, r#"its name "__cuda" has two separators in a row (CEP 26)"#)]
#[case(json!({"name": "_-a"}), Rule::Name, r#"its name "_-a" has two separators in a row (CEP 26)"#)]
#[case(json!({"name": ".a"}), Rule::Name, r#"its name ".a" does not begin with a letter, a digit or an underscore (CEP 26)"#)]
#[case(json!({"name": ""}), Rule::Name, r#"its name "" is empty (CEP 26)"#)]
#[case(json!({"name": "café"}), Rule::Name, r#"its name "caf\u00e9" has "\u00e9", which a package name does not have (CEP 26)"#)]
#[case(json!({"name": "a".repeat(65)}), Rule::Name, r#"its name "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… has 65 characters, of at most 64 (CEP 26)"#)]
#[case(json!({"version": "1-2"}), Rule::Name, r#"its version "1-2" has "-", which a version does not have (CEP 26)"#)]
#[case(json!({"build": ""}), Rule::Name, r#"its build "" is empty (CEP 26)"#)]
#[case(json!({"build": "py=0"}), Rule::Name, r#"its build "py=0" has "=", which a build string does not have (CEP 26)"#)]
fn one_rule_is_broken(#[case] changes: Value, #[case] rule: Rule, #[case] what: &str) {
    let mut findings = found(&changes);
    // `1-2` is a version in a file name that divides otherwise.
    findings.retain(|(rule, _)| *rule != Rule::FileName);
    assert_eq!(findings, [(rule, what.to_owned())]);
}

/// Every value here makes py-rattler 0.28 refuse `SparseRepoData.load_records` of the package name.
#[rstest]
#[case(json!({"build_number": "0"}), r#"its build_number is "0", not a whole number from 0 on"#)]
#[case(json!({"build_number": 1.0}), "its build_number is 1.0, not a whole number from 0 on")]
#[case(json!({"build_number": -1}), "its build_number is -1, not a whole number from 0 on")]
#[case(json!({"build_number": null}), "it has no build_number")]
#[case(json!({"version": 1.1}), "its version is 1.1, not a version")]
#[case(json!({"version": null}), "it has no version")]
#[case(json!({"build": 0}), "its build is 0, not text")]
#[case(json!({"build": null}), "it has no build")]
#[case(json!({"name": null}), "it has no name")]
#[case(json!({"name": ["x"]}), r#"its name is ["x"], not text"#)]
#[case(json!({"timestamp": "2020"}), r#"its timestamp is "2020", not a time in whole milliseconds"#)]
#[case(json!({"timestamp": 1.6e12}), "its timestamp is 1600000000000.0, not a time in whole milliseconds")]
#[case(json!({"depends": "python"}), r#"its depends is "python", not a list of text"#)]
#[case(json!({"depends": ["a", null]}), r#"its depends is ["a",null], not a list of text"#)]
#[case(json!({"constrains": {}}), "its constrains is {}, not a list of text")]
#[case(json!({"license": ["MIT"]}), r#"its license is ["MIT"], not text"#)]
#[case(json!({"noarch": "pyhton"}), r#"its noarch is "pyhton", not "python" or "generic""#)]
#[case(json!({"size": "5"}), r#"its size is "5", not a whole number from 0 on"#)]
#[case(json!({"legacy_bz2_md5": ""}), r#"its legacy_bz2_md5 is "", not a digest in hexadecimal"#)]
#[case(json!({"track_features": {}}), "its track_features is {}, not text or a list of text")]
#[case(json!({"extra_depends": {"a": "b"}}), r#"its extra_depends is {"a":"b"}, not lists of text by name"#)]
#[case(json!({"run_exports": ["x"]}), r#"its run_exports is ["x"], not lists of text by kind"#)]
fn unreadable_fields_are_told(#[case] changes: Value, #[case] what: &str) {
    let what = format!("{what} (CEP 34); rattler and pixi refuse it with all builds of the package");
    assert_eq!(found(&changes), [(Rule::Record, what)]);
}

#[test]
fn null_is_refused_where_clients_want_a_list() {
    for key in [
        "depends",
        "constrains",
        "flags",
        "track_features",
        "subdir",
        "build_number",
    ] {
        let mut object = record(&json!({})).to_object();
        object.insert(key.to_owned(), Value::Null);
        let findings = review("x-1.0-py_0.conda", &JsonText::from_value(&object.into()));
        assert_eq!(findings.len(), 1, "{key}");
        assert_eq!(findings[0].0, Rule::Record, "{key}");
        assert!(findings[0].1.starts_with(&format!("its {key} is null, not ")));
    }
}

#[test]
fn what_is_no_record_at_all_is_told_once() {
    let findings = review("x-1.0-py_0.conda", &JsonText::from_value(&json!([1])));
    assert_eq!(findings, [(Rule::Record, "it is no JSON object".to_owned())]);
}

#[rstest]
#[case("y-1.0-py_0.conda", r#"its name is "x", but "y" by its file name (CEP 26)"#)]
#[case(
    "x-1-py_0.tar.bz2",
    r#"its version is "1.0", but "1" by its file name (CEP 26)"#
)]
#[case("x-1.0-0.conda", r#"its build is "py_0", but "0" by its file name (CEP 26)"#)]
#[case(
    "a-x-1.0-py_0.conda",
    r#"its name is "x", but "a-x" by its file name (CEP 26)"#
)]
#[case("X-1.0-py_0.conda", r#"its name is "x", but "X" by its file name (CEP 26)"#)]
#[case(
    "x.conda",
    "its file name is not made of name, version and build (CEP 26); rattler and pixi read nothing of such a channel"
)]
#[case(
    "x-1.0.conda",
    "its file name is not made of name, version and build (CEP 26); rattler and pixi read nothing of such a channel"
)]
fn the_file_name_is_compared(#[case] file_name: &str, #[case] what: &str) {
    assert_eq!(
        review(file_name, &record(&json!({}))),
        [(Rule::FileName, what.to_owned())]
    );
}

#[test]
fn a_file_name_is_not_compared_with_what_is_missing() {
    let findings = review("y-1.0-py_0.conda", &record(&json!({"build": null})));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].0, Rule::Record);
}

#[test]
fn a_file_name_has_an_end() {
    let (name, version) = ("a".repeat(64), "1".repeat(64));
    let changes = |build: usize| json!({"name": name, "version": version, "build": "b".repeat(build)});
    // CEP 26's limits on the parts leave no room for a whole that is too long, so break one.
    let rules = |build| -> Vec<String> { found(&changes(build)).into_iter().map(|(_, what)| what).collect() };
    assert!(!rules(64).iter().any(|what| what.contains("file name")));
    assert!(rules(90).contains(&"its file name has 226 characters, of at most 211 (CEP 26)".to_owned()));
}

#[test]
fn without_a_date_there_is_no_rule_about_it() {
    let late = record(&json!({"timestamp": 253_000_000_000_000_i64}));
    let artifact = ArtifactName::new("x-1.0-py_0.conda").unwrap();
    let policy = Policy::default();
    assert_eq!(policy.review(&Subdir::noarch(), &artifact, &late, None), []);
    assert_eq!(
        policy.review(&Subdir::noarch(), &artifact, &late, Some(0))[0].rule,
        Rule::Timestamp
    );
}

#[test]
fn hostile_values_are_told_in_few_words() {
    let huge =
        json!({"name": "é\n".repeat(100_000), "depends": "[".repeat(100_000), "subdir": "x".repeat(100_000)});
    for (_, what) in review("y-1.0-py_0.conda", &record(&huge)) {
        assert!(what.len() < 200 && !what.contains('\n'), "{what}");
    }
}

const FIELDS: [&str; 26] = [
    "arch",
    "attestations_sha256",
    "build",
    "build_number",
    "constrains",
    "depends",
    "extra_depends",
    "features",
    "flags",
    "indexed_timestamp",
    "legacy_bz2_md5",
    "legacy_bz2_size",
    "license",
    "license_family",
    "md5",
    "name",
    "noarch",
    "platform",
    "python_site_packages_path",
    "run_exports",
    "sha256",
    "size",
    "subdir",
    "timestamp",
    "track_features",
    "version",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!(253_402_207_200_i64)),
        Just(json!(253_402_207_201_i64)),
        Just(json!(253_402_207_200_999_i64)),
        Just(json!(253_402_207_201_000_i64)),
        "[a1é]{0,2}".prop_map(Value::from),
        "[0-9a-fA-F]{32}".prop_map(Value::from),
        "[0-9a-f]{64}".prop_map(Value::from),
        prop_oneof![Just("python"), Just("generic")].prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("weak|strong|noarch|z", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_record_can_be_reviewed(
        fields in prop::collection::btree_map(prop::sample::select(&FIELDS[..]), any_value(), 0..8),
        file_name in ".{0,8}-?.{0,8}-?.{0,8}\\.conda",
    ) {
        if let Ok(artifact) = ArtifactName::new(file_name) {
            let record = JsonText::from_value(&json!(fields));
            Policy::default().review(&Subdir::noarch(), &artifact, &record, Some(0));
        }
    }
}

/// The rule about types against the crate whose refusals it foretells.
#[cfg(feature = "match-spec")]
mod as_rattler_does {
    use rattler_conda_types::{PackageRecord, Version};

    use super::*;

    fn rule_refuses(record: &JsonText) -> bool {
        let policy = Policy::default();
        let artifact = ArtifactName::new("x-1.0-py_0.conda").unwrap();
        let findings = policy.review(&Subdir::noarch(), &artifact, record, None);
        findings.iter().any(|finding| finding.rule == Rule::Record)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn in_every_field(field in prop::sample::select(&FIELDS[..]), value in any_value()) {
            // As a list of lists it is read, by place: nobody writes that.
            prop_assume!(field != "run_exports" || !value.is_array() || value == json!([]));
            let mut object = record(&json!({})).to_object();
            object.insert(field.to_owned(), value);
            let text = JsonText::from_value(&object.into());
            let read = serde_json::from_str::<PackageRecord>(text.as_str());
            prop_assert_eq!(rule_refuses(&text), read.is_err(), "{:?}", read.err());
        }

        #[test]
        fn in_versions(version in prop_oneof!["[0-9a-cA._+!-]{0,7}", "[0-9]{18,22}!?[0-9]", "1[._é +-]{0,4}[a-z]?"]) {
            prop_assert_eq!(version::is_version(&version), version.parse::<Version>().is_ok());
        }
    }

    #[test]
    fn in_missing_fields() {
        for field in FIELDS {
            let mut object = record(&json!({})).to_object();
            object.remove(field);
            let text = JsonText::from_value(&object.into());
            let read = serde_json::from_str::<PackageRecord>(text.as_str());
            assert_eq!(rule_refuses(&text), read.is_err(), "{field}");
        }
    }
}
