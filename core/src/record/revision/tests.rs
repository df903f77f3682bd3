use rstest::rstest;
use serde_json::json;

use super::*;

fn revision(record: &Value) -> Revision {
    Revision::of(&JsonText::from_value(record))
}

#[rstest]
#[case(json!({"schema_version": 3}))]
#[case(json!({"schema_version": 4}))]
#[case(json!({"repodata_revision": 3}))]
#[case(json!({"extra_depends": {"test": ["pytest"]}}))]
#[case(json!({"extra_depends": {"nothing": []}}))]
#[case(json!({"flags": ["cuda"]}))]
#[case(json!({"depends": ["a", "numpy >=2[when=\"python>=3.10\"]"]}))]
#[case(json!({"depends": ["numpy[when=__unix]"]}))]
#[case(json!({"depends": ["numpy[version='>=1', extras=[science,'plot']]"]}))]
#[case(json!({"depends": ["numpy[version='>=1' extras=science]"]}))]
#[case(json!({"depends": ["numpy[ flags = cuda]"]}))]
#[case(json!({"depends": ["a[build=\"\\\"\", flags=[x]]"]}))]
#[case(json!({"depends": ["é[flags=[x]]"]}))]
#[case(json!({"constrains": ["pytorch[flags=['blas:*']]"]}))]
fn what_older_clients_would_misread_is_v3(#[case] record: Value) {
    assert_eq!(revision(&record), Revision::V3);
}

#[rstest]
#[case(json!({}))]
#[case(json!([{"flags": ["cuda"]}]))]
#[case(json!({"schema_version": 2, "repodata_revision": 0}))]
#[case(json!({"schema_version": "3", "repodata_revision": 3.0}))]
#[case(json!({"extra_depends": {}, "flags": []}))]
#[case(json!({"extra_depends": null, "flags": "cuda"}))]
#[case(json!({"features": "vc9", "track_features": ["flags"], "extras": ["x"], "when": "x"}))]
#[case(json!({"depends": ["when", "extras >=1", "flags=1.0", "a flags=1", "a @flags"]}))]
#[case(json!({"depends": ["foo[version='>=1']", "foo[build_number=1,license='when=x']"]}))]
#[case(json!({"depends": ["foo[license=\"a,when=x\"]", "foo[license='\\',when=x']"]}))]
#[case(json!({"depends": ["foo[flags]", "foo[flagship=1]", "foo[xwhen=1]", "foo[x=[flags=1]]"]}))]
#[case(json!({"depends": "foo[when=x]"}))]
#[case(json!({"run_exports": {"weak": ["foo[when='python>=3']"]}}))]
#[case(json!({"nested": {"schema_version": 3, "flags": ["x"]}}))]
fn everything_else_is_what_it_was(#[case] record: Value) {
    assert_eq!(revision(&record), Revision::Legacy);
}

#[test]
fn a_summary_has_the_bounds_of_what_it_counted() {
    let mut summary = RevisionSummary::default();
    assert!(summary.is_empty());
    assert_eq!(summary.to_value(), json!({"n_packages": 0}));
    for date in [5, -1, 9] {
        summary.add(Some(date));
    }
    assert!(!summary.is_empty());
    assert_eq!(
        summary.to_value(),
        json!({"n_packages": 3, "oldest": -1, "newest": 9})
    );
    summary.add(None);
    assert_eq!(summary.to_value(), json!({"n_packages": 4}));
}

#[cfg(feature = "match-spec")]
mod form {
    use proptest::prelude::*;
    use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions, RepodataRevision};

    use super::*;

    fn form(spec: &str) -> Result<String, String> {
        spec::v3_form(spec)
    }

    /// The equivalences of CEP 29, the examples of CEP 43 to 48, and what else packages have.
    #[rstest]
    #[case("pip", "pip")]
    #[case(" pip ", "pip")]
    #[case("Pip", "pip")]
    #[case("pip[]", "pip")]
    #[case("pkg=1.8", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg =1.8", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg 1.8.*", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg 1.8*", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg=1.8.*", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg[version=1.8.*]", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg 1.8.* *", r#"pkg[version="1.8.*",build="*"]"#)]
    #[case("pkg=1.8.*=*", r#"pkg[version="1.8.*",build="*"]"#)]
    #[case("pkg 1.8", r#"pkg[version="==1.8"]"#)]
    #[case("pkg==1.8", r#"pkg[version="==1.8"]"#)]
    #[case("pkg[version=1.8]", r#"pkg[version="==1.8"]"#)]
    #[case("pkg[version='=1.8']", r#"pkg[version="1.8.*"]"#)]
    #[case("pkg 1.8 py27_0", r#"pkg[version="==1.8",build="py27_0"]"#)]
    #[case("pkg=1.8=py27_0", r#"pkg[version="==1.8",build="py27_0"]"#)]
    #[case("pkg==1.8=py27_0", r#"pkg[version="==1.8",build="py27_0"]"#)]
    // Not as CEP 29 says but as conda and rattler read it.
    #[case("pkg =1.8 py27_0", r#"pkg[version="==1.8",build="py27_0"]"#)]
    #[case("python >=3.9,<3.10.0a0", r#"python[version=">=3.9,<3.10.0a0"]"#)]
    #[case("python >= 3.9 , < 4", r#"python[version=">=3.9,<4"]"#)]
    #[case("python >=3.9.*", r#"python[version=">=3.9"]"#)]
    #[case(
        "numpy 1.11.*|>=1.13,!=1.14.0,!=1.15.*",
        r#"numpy[version="1.11.*|>=1.13,!=1.14.0,!=1.15.*"]"#
    )]
    #[case("numpy (>=2|<1.5),!=3", r#"numpy[version="(>=2|<1.5),!=3"]"#)]
    #[case("libblas * *_mkl", r#"libblas[version="*",build="*_mkl"]"#)]
    #[case("python_abi 3.9.* *_cp39", r#"python_abi[version="3.9.*",build="*_cp39"]"#)]
    #[case("openssl >=1.1.1_,<1!2+3", r#"openssl[version=">=1.1.1_,<1!2+3"]"#)]
    #[case("__glibc >=2.17", r#"__glibc[version=">=2.17"]"#)]
    #[case("a 1 2 # a comment", r#"a[version="==1",build="2"]"#)]
    #[case("a[build_number=0]", "a[build_number=0]")]
    #[case(
        "a 1[build_number='==3',build=x]",
        r#"a[version="==1",build="x",build_number=3]"#
    )]
    #[case("a[build_number='>=3']", r#"a[build_number=">=3"]"#)]
    #[case("a 1[version='>2']", r#"a[version=">2"]"#)]
    #[case("a[build='^x|\"y$']", r#"a[build='^x|"y$']"#)]
    #[case(
        "package[version=2,build_number=0,when=__unix]",
        r#"package[version="==2",build_number=0,when="__unix"]"#
    )]
    #[case(
        r#"numpy>=2[when="python>=3.10"]"#,
        r#"numpy[version=">=2",when="python>=3.10"]"#
    )]
    #[case(
        r#"a[when="python >=3.10 and (b or c=1)"]"#,
        r#"a[when="python>=3.10 and (b or c[version=\"1.*\"])"]"#
    )]
    #[case(r#"example[extras="group-name"]"#, "example[extras=[group-name]]")]
    #[case(
        r#"pytorch[version=">=3.1", flags=["cuda", "blas:*"]]"#,
        r#"pytorch[version=">=3.1",flags=[cuda,blas:*]]"#
    )]
    fn dependencies_are_names_with_brackets(#[case] spec: &str, #[case] expected: &str) {
        assert_eq!(form(spec).as_deref(), Ok(expected));
        assert_eq!(form(expected).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case(
        "conda-forge::a",
        "with a channel, but dependencies under v3 have none (CEP 48)"
    )]
    #[case("conda-forge/linux-64::a", "with a channel, ")]
    #[case("a[channel=x]", "with a channel, ")]
    #[case("a[subdir=linux-64]", "with a subdir, ")]
    #[case("ns:a", "with a namespace, ")]
    #[case("a[md5=d41d8cd98f00b204e9800998ecf8427e]", "with a md5, ")]
    #[case("a[url='https://example.org/a-1-0.conda']", "with a url, ")]
    #[case("https://example.org/a-1-0.conda", "with a url, ")]
    #[case("/tmp/a-1-0.conda", "with a url, ")]
    #[case("a[fn=a-1-0.conda]", "with a file name, ")]
    #[case("a[license=MIT]", "with a license, ")]
    #[case("a[license_family=MIT]", "with a license family, ")]
    #[case("a[track_features=mkl]", "with a list of track features, ")]
    #[case("a*", "which cannot be read: \"a*\" looks like a glob")]
    #[case("*", "which cannot be read: ")]
    #[case("^a$", "which cannot be read: ")]
    #[case("", "which cannot be read: missing package name")]
    #[case("a 1.*.3", "which cannot be read: ")]
    #[case("a @mkl", "which cannot be read: ")]
    #[case("a[optional]", "which cannot be read: invalid bracket")]
    #[case("a; if python >3", "which cannot be read: ")]
    #[case("a[when='(b']", "which cannot be read: ")]
    #[case("a[extras=Science]", "which cannot be read: ")]
    #[case("a[color=red]", "which cannot be read: invalid bracket key: color")]
    #[case(
        "a >1.2.*",
        "a version that clients read differently: leave out the `*` behind `>`"
    )]
    #[case("a[version='>=1,> 1.2*']", "a version that clients read differently")]
    fn others_are_refused(#[case] spec: &str, #[case] why: &str) {
        let refused = form(spec).unwrap_err();
        assert!(refused.starts_with(why), "{refused}");
    }

    #[test]
    fn hostile_dependencies_are_refused_before_they_are_read() {
        let hostile = [
            format!("a {}1", "(".repeat(1_000_000)),
            format!("a {}1{}", "(".repeat(2000), ")".repeat(2000)),
            format!("a[when=\"{}b{}\"]", "(".repeat(2000), ")".repeat(2000)),
            format!("a {}<2", ">=1,".repeat(100_000)),
            "a[build='^(a{100}){1000}$']".to_owned(),
            format!("a[build='^{}$']", r"\w".repeat(1000)),
        ];
        for spec in hostile {
            let why = form(&spec).unwrap_err();
            assert!(
                why.len() < 100 && !why.starts_with("which cannot be read"),
                "{why}"
            );
        }
        let why = form(&format!("a {}", "\n\u{1b}[31m?".repeat(500))).unwrap_err();
        assert!(why.len() < 400 && !why.contains(char::is_control), "{why:?}");
    }

    #[test]
    fn only_dependencies_change() {
        let record = json!({
            "build": "0", "build_number": 0, "constrains": ["b <2"], "depends": ["python >=3", "pip"],
            "extra_depends": {"x": ["c 1"], "y": []}, "flags": ["cuda"], "name": "a", "odd": [1.50, {"depends": ["q 1"]}],
            "run_exports": {"weak": ["a >=1"]}, "schema_version": 3, "version": "1",
        });
        let mut expected = record.clone();
        expected["constrains"] = json!(["b[version=\"<2\"]"]);
        expected["depends"] = json!(["python[version=\">=3\"]", "pip"]);
        expected["extra_depends"] = json!({"x": ["c[version=\"==1\"]"], "y": []});
        let once = v3_form(&JsonText::from_value(&record)).unwrap();
        assert_eq!(once, JsonText::from_value(&expected));
        assert_eq!(v3_form(&once).unwrap(), once);
    }

    #[rstest]
    #[case(json!([]), "the record is no JSON object")]
    #[case(json!({"depends": "a"}), "its depends is not a list of text")]
    #[case(json!({"constrains": null}), "its constrains is not a list of text")]
    #[case(json!({"depends": ["a", 1]}), "its depends is not a list of text")]
    #[case(json!({"extra_depends": ["a"]}), "its extra_depends is not lists of text by name")]
    #[case(json!({"extra_depends": {"a": "b"}}), "its extra_depends is not lists of text by name")]
    #[case(json!({"depends": ["a", "c::b 1"]}), r#"its depends has "c::b 1", with a channel, but dependencies under v3 have none (CEP 48)"#)]
    #[case(json!({"extra_depends": {"x": ["b\n!"]}}), r#"its extra_depends has "b\n!", which cannot be read: unable to parse version spec: !"#)]
    #[case(json!({"depends": vec!["a"; 10_001]}), "it has more dependencies than can be read")]
    #[case(json!({"depends": vec!["a"; 9_999], "extra_depends": {"x": ["b", "c"]}}), "it has more dependencies than can be read")]
    #[case(json!({"depends": vec!["a[build='^b$']"; 101]}), "it has more dependencies than can be read")]
    fn a_record_that_has_no_such_form_says_why(#[case] record: Value, #[case] why: &str) {
        let error = v3_form(&JsonText::from_value(&record)).unwrap_err();
        assert_eq!(error.to_string(), why);
    }

    fn read(spec: &str) -> Option<MatchSpec> {
        let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
        MatchSpec::from_str(spec, options).ok()
    }

    /// Dependencies, most of which can be read.
    fn any_spec() -> impl Strategy<Value = String> {
        let literal = "(1!)?[0-9]{1,2}(\\.[0-9a-c]{1,2}){0,2}(_|\\+1|-2)?";
        let clause = (
            prop_oneof!["", "=", "==", "!=", ">", ">=", "<", "<=", "~="],
            literal,
            prop_oneof!["", "\\.\\*", "\\*"],
        );
        let clause = clause.prop_map(|(operator, literal, glob)| format!("{operator}{literal}{glob}"));
        let version =
            prop::collection::vec((clause, prop_oneof![",", "\\|", " , "]), 1..4).prop_map(|clauses| {
                let count = clauses.len();
                let text = |(at, (clause, joint)): (usize, (String, String))| {
                    if at + 1 < count { clause + &joint } else { clause }
                };
                clauses.into_iter().enumerate().map(text).collect::<String>()
            });
        let version = prop_oneof![9 => version, 1 => Just("*".to_owned())];
        let leaf = (prop_oneof!["", "[ =]"], version.clone());
        let condition = prop::collection::vec(leaf, 1..3).prop_map(|leaves| {
            let text = leaves
                .into_iter()
                .map(|(joint, version)| format!("py{joint}{version}"));
            text.collect::<Vec<_>>().join(" and ")
        });
        let key = prop_oneof![
            version.clone().prop_map(|version| format!("version='{version}'")),
            "build=[a-z0-9_*]{1,4}",
            "build_number=('>=)?[0-9]'?",
            "extras=(\\[[a-z]{1,3}, ?'x']|y)",
            "flags=(\\[[a-z]{1,3}(:\\*)?,\"x\"]|y)",
            condition.prop_map(|condition| format!("when=\"{condition}\"")),
            "channel=[a-z]{1,3}",
        ];
        let brackets = prop::collection::vec(key, 0..3);
        (
            "[a-zA-Z_][a-z0-9]{0,2}",
            prop::option::of((prop_oneof!["", " ", "=", " ="], version)),
            prop::option::of("[ =][a-z0-9_*]{1,4}"),
            prop::option::weighted(0.5, brackets),
        )
            .prop_map(|(name, version, build, brackets)| {
                let version = version.map_or_else(String::new, |(joint, version)| joint + &version);
                let build = build.unwrap_or_default();
                let brackets = brackets.map_or_else(String::new, |keys| format!("[{}]", keys.join(",")));
                format!("{name}{version}{build}{brackets}")
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn the_form_means_the_same_and_is_its_own(text in any_spec()) {
            if let Ok(written) = form(&text) {
                prop_assert_eq!(read(&written), read(&text));
                prop_assert_eq!(form(&written), Ok(written.clone()));
                let (name, keys) = written.split_once('[').unwrap_or((&written, "x]"));
                let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
                prop_assert!(name.bytes().all(is_name));
                prop_assert!(keys.len() > 1 && keys.ends_with(']'));
            }
        }

        #[test]
        fn new_keys_are_found_where_clients_find_them(text in any_spec()) {
            if let Some(read) = read(&text) {
                let is_new = read.required_repodata_revision() == RepodataRevision::V3;
                prop_assert_eq!(keys::uses_new_keys(&text), is_new);
            }
        }

        #[test]
        fn any_text_can_be_asked_for(text in "[a-b1 ='\"\\[\\](),|>.*^$:/#;\\\\é-]{0,24}|a\\[.{0,16}\\]|.{0,12}") {
            let _ = form(&text);
            let _ = keys::uses_new_keys(&text);
        }
    }

    #[test]
    fn the_strategy_makes_dependencies_of_all_kinds() {
        use proptest::strategy::ValueTree;
        use proptest::test_runner::TestRunner;
        let mut runner = TestRunner::deterministic();
        let specs: Vec<String> = (0..2000)
            .map(|_| any_spec().new_tree(&mut runner).unwrap().current())
            .collect();
        let written = specs.iter().filter(|spec| form(spec).is_ok()).count();
        let new = specs
            .iter()
            .filter(|spec| form(spec).is_ok() && keys::uses_new_keys(spec))
            .count();
        assert!(
            written > 1000 && written < 1900 && new > 100,
            "{written}, {new} of them new"
        );
    }
}
