//! `environment.yml` and lists of `MatchSpec`s.

use rstest::rstest;

use super::*;

const EVERYTHING: &str = "\
name: analysis
prefix: /home/me/envs/analysis
channels:
  - https://me:secret@h.example/t/token/team/
  - conda-forge
  - nodefaults
platforms: [osx-arm64, linux-64]
category: dev
variables:
  LEVEL: 3.10
  EMPTY:
dependencies:
  - python =3.12   # the version
  - conda-forge::numpy  >=2,<3
  - pip
  - pip:
    - scipy==1.14
    - git+https://user:pw@h.example/x.git
";

#[test]
fn an_environment_yml_is_read_whole() {
    let request = requested("environment.yml", EVERYTHING);
    insta::assert_debug_snapshot!(request, @r#"
    Request {
        name: Some(
            "analysis",
        ),
        channels: [
            "https://h.example/team",
            "conda-forge",
        ],
        default_channels: LeftOut,
        platforms: [
            Subdir(
                "osx-arm64",
            ),
            Subdir(
                "linux-64",
            ),
        ],
        specs: [
            "python =3.12",
            "conda-forge::numpy >=2,<3",
            "pip",
        ],
        selected_specs: [],
        pip: [
            "scipy==1.14",
            "git+https://h.example/x.git",
        ],
        selected_pip: [],
        variables: {
            "EMPTY": "",
            "LEVEL": "3.10",
        },
        category: Some(
            "dev",
        ),
    }
    "#);
}

#[test]
fn what_no_environment_yml_has_is_ignored_and_said() {
    let document = read("e.yml", b"dependencies: []\nname: base\ndefaults: 1\n").unwrap();
    insta::assert_snapshot!(document.warnings.join("\n"), @r#"
    "defaults" is ignored: no environment.yml has it (CEP 24)
    name: base is conda's own environment, and should not be another (CEP 24)
    "#);
}

#[rstest]
#[case::comments(
    "dependencies:\n- python\n- pywin32  # [win]\n- uvloop # [unix and not aarch64]\n- pip:  # [linux]\n  - a  # [linux]\n"
)]
#[case::dictionaries("dependencies:\n- python\n- sel(win): pywin32\n- sel(unix): uvloop\n- pip: [a]\n")]
fn selectors_tell_platforms_apart(#[case] text: &str) {
    let request = requested("environment.yml", text);
    assert_eq!(request.specs, ["python"]);
    let on = |platform: &str| request.specs_for(&platform.parse().unwrap()).join(" ");
    assert_eq!(on("win-64"), "python pywin32");
    assert_eq!(on("linux-64"), "python uvloop");
    assert_eq!(on("wasi-wasm32"), "python");
    assert_eq!(request.pip_for(&"linux-64".parse().unwrap()), ["a"]);
}

#[test]
fn both_kinds_of_selectors_say_the_same() {
    let [comment, dictionary] = ["- a  # [ osx or linux ]", "- sel(unix): a"]
        .map(|line| requested("e.yml", &format!("dependencies:\n- b\n{line}\n")));
    let on_linux = |request: &Request| request.specs_for(&"linux-64".parse().unwrap()).join(" ");
    assert_eq!(on_linux(&comment), on_linux(&dictionary));
    assert_eq!(
        digest_of("e.yml", "dependencies: [{sel(linux): a}]"),
        digest_of("e.yml", "dependencies:\n  - a  # [(linux)]\n")
    );
}

#[test]
fn a_spec_for_some_and_for_the_others_is_for_all() {
    let request = requested("e.yml", "dependencies:\n- a  # [win]\n- a  # [not win]\n");
    assert_eq!(request.specs, ["a"]);
}

#[test]
fn a_list_of_match_specs_is_read_by_lines() {
    let text = "# platform: osx-arm64\n\npython\n  scipy=1.13.1 # why\r\ntk[build=h5083fa2_1]\n";
    let document = read("specs.txt", text.as_bytes()).unwrap();
    assert_eq!(document.kind, DocumentKind::MatchSpecs);
    let request = requested("specs.txt", text);
    assert_eq!(request.specs, ["python", "scipy=1.13.1", "tk[build=h5083fa2_1]"]);
}

#[rstest]
#[case("dependencies: [numpy]", "anything", DocumentKind::EnvironmentYml)]
#[case("dependencies: [numpy]", "conda-lock.yml", DocumentKind::EnvironmentYml)]
#[case("numpy\nscipy >=1", "environment.yml.txt", DocumentKind::MatchSpecs)]
#[case("numpy", "", DocumentKind::MatchSpecs)]
fn the_content_goes_before_the_name(#[case] text: &str, #[case] name: &str, #[case] kind: DocumentKind) {
    assert_eq!(read(name, text.as_bytes()).unwrap().kind, kind);
}

#[test]
fn a_kind_that_is_told_goes_before_both() {
    let options = ReadOptions {
        kind: Some(DocumentKind::MatchSpecs),
        ..ReadOptions::default()
    };
    let error = read_with("environment.yml", b"dependencies: [numpy]", &options).unwrap_err();
    assert!(matches!(error, FormatError::Line { line: 1, .. }), "{error}");
}

#[test]
fn kinds_have_names() {
    for kind in DocumentKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    assert!("pixi.toml".parse::<DocumentKind>().is_err());
}

#[rstest]
#[case::comments("name: a # b\nchannels: [c, d]\ndependencies: [x >=1, y]\n")]
#[case::order_of_keys("dependencies:\n- x >=1\n- y\nchannels:\n- c\n- d\nname: a\n")]
#[case::order_of_specs("name: a\nchannels: [c, d]\ndependencies: [y, 'x   >=1']\n")]
#[case::specs_twice("name: a\nchannels: [c, d, c]\ndependencies: [y, x >=1, y]\n")]
#[case::json(r#"{"name": "a", "channels": ["c/", "d"], "dependencies": ["x >=1", "y"]}"#)]
#[case::prefix("name: a\nprefix: /x\nchannels: [c, d]\ndependencies: [x >=1, y]\n")]
fn what_says_the_same_has_one_digest(#[case] text: &str) {
    let plain = "name: a\nchannels: [c, d]\ndependencies: [x >=1, y]\n";
    assert_eq!(digest_of("e.yml", text), digest_of("e.yml", plain));
}

#[rstest]
#[case::order_of_channels("channels: [d, c]\ndependencies: [x]\n")]
#[case::nodefaults("channels: [c, d, nodefaults]\ndependencies: [x]\n")]
#[case::specs("channels: [c, d]\ndependencies: [x, y]\n")]
#[case::selectors("channels: [c, d]\ndependencies: [sel(linux): x]\n")]
#[case::pip("channels: [c, d]\ndependencies: [x, pip: [y]]\n")]
#[case::variables("channels: [c, d]\ndependencies: [x]\nvariables: {A: 1}\n")]
#[case::platforms("channels: [c, d]\ndependencies: [x]\nplatforms: [linux-64]\n")]
#[case::name("channels: [c, d]\ndependencies: [x]\nname: n\n")]
fn what_says_something_else_has_another(#[case] text: &str) {
    let plain = "channels: [c, d]\ndependencies: [x]\n";
    assert_ne!(digest_of("e.yml", text), digest_of("e.yml", plain));
}

#[test]
fn the_digest_is_that_of_the_canonical_text() {
    let document = read("x", b"b\na\n").unwrap();
    insta::assert_snapshot!(document.canonical, @r#"{"category":null,"channels":[],"kind":"matchspecs","name":null,"nodefaults":false,"pip":[],"platforms":[],"selected_pip":[],"selected_specs":[],"specs":["a","b"],"variables":{}}"#);
    insta::assert_snapshot!(document.sha256(), @"0c61bdaae7947ad6a374c86e4859c55d7004d73f80e09fbc74761b7691bdc653");
}
