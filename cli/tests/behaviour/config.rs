//! Options from the command line, the environment and `towpath.toml`, in this order; and what the
//! environment may say.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::json;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::Towpath;
use crate::page::Page;
use crate::published::Published;

fn channel() -> ChannelBuilder {
    let lock = PackageBuilder::new("lock", "1.0", "0").depends(["water"]);
    ChannelBuilder::new().package(&lock, Kind::Conda)
}

fn with_config(toml: &str) -> ChannelBuilder {
    channel().file("towpath.toml", toml)
}

fn noarch(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "noarch")
}

fn base_url(channel: &ChannelBuilder) -> String {
    let repodata = noarch(channel).json("repodata.json");
    repodata["info"]["base_url"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[rstest]
#[case::flag(&["--base-url", "flag:"], Some("env:"), "[index]\nbase-url = 'toml:'", "flag:/noarch/")]
#[case::env(&[], Some("env:"), "[index]\nbase-url = 'toml:'", "env:/noarch/")]
#[case::toml(&[], None, "[index]\nbase-url = 'toml:'", "toml:/noarch/")]
#[case::none(&[], None, "", "")]
fn what_is_said_nearest_counts(
    #[case] args: &[&str],
    #[case] variable: Option<&str>,
    #[case] toml: &str,
    #[case] expected: &str,
) {
    let channel = with_config(toml);
    let mut towpath = Towpath::index(&channel).args(args);
    if let Some(value) = variable {
        towpath = towpath.env("TOWPATH_BASE_URL", value);
    }
    let _ = towpath.run().succeeded();
    assert_eq!(base_url(&channel), expected);
}

#[rstest]
#[case::flag_on(&["--zst"], Some("false"), Some(false), true)]
#[case::flag_off(&["--no-zst"], Some("true"), Some(true), false)]
#[case::env_on(&[], Some("true"), Some(false), true)]
#[case::env_off(&[], Some("false"), Some(true), false)]
#[case::toml_on(&[], None, Some(true), true)]
#[case::toml_off(&[], None, Some(false), false)]
#[case::default(&[], None, None, false)]
fn switches_too(
    #[case] args: &[&str],
    #[case] variable: Option<&str>,
    #[case] toml: Option<bool>,
    #[case] is_on: bool,
) {
    let channel = with_config(&toml.map_or(String::new(), |zst| format!("[index]\nzst = {zst}\n")));
    let mut towpath = Towpath::index(&channel).args(args);
    if let Some(value) = variable {
        towpath = towpath.env("TOWPATH_ZST", value);
    }
    let _ = towpath.run().succeeded();
    assert_eq!(noarch(&channel).has("repodata.json.zst"), is_on);
}

#[rstest]
#[case("1", "0")]
#[case("true", "false")]
#[case("True", "FALSE")]
#[case("yes", "no")]
#[case("on", "off")]
fn a_variable_may_be_on_or_off_in_many_words(#[case] on: &str, #[case] off: &str) {
    let channel = channel();
    for (value, is_on) in [(on, true), (off, false)] {
        let _ = Towpath::index(&channel)
            .env("TOWPATH_ZST", value)
            .run()
            .succeeded();
        assert_eq!(noarch(&channel).has("repodata.json.zst"), is_on);
    }
}

#[test]
fn a_switch_that_is_on_by_default_is_turned_off_anywhere() {
    for (env, toml) in [("false", ""), ("", "[index]\nwrite-monolithic = false\n")] {
        let channel = with_config(toml);
        let mut towpath = Towpath::index(&channel);
        if !env.is_empty() {
            towpath = towpath.env("TOWPATH_WRITE_MONOLITHIC", env);
        }
        let _ = towpath.run().succeeded();
        assert_eq!(noarch(&channel).names(), [""; 0]);
    }
}

#[test]
fn the_environment_of_conda_index_is_read() {
    let channel = channel();
    let towpath = Towpath::index(&channel).env("CONDA_INDEX_DBURL", "postgresql:///ignored");
    let _ = towpath.run().succeeded();
}

#[test]
fn every_variable() {
    let odd = PackageBuilder::new("odd", "1", "0").index(|index| {
        index.insert("build_number".to_owned(), json!("0"));
    });
    let channel = channel()
        .file("noarch/broken-1-0.conda", "")
        .package(&odd, Kind::Conda);
    let variables = [
        ("OUTPUT", channel.path().join("public").display().to_string()),
        ("BASE_URL", "https://example.org".to_owned()),
        ("THREADS", "1".to_owned()),
        ("ZST_LEVEL", "1".to_owned()),
        ("SHARD_GRACE", "2 days".to_owned()),
        ("DB", "memory".to_owned()),
        ("ON_BUSY", "fail".to_owned()),
        ("PYTHON", "/nowhere/python".to_owned()),
        ("COMPACT", "false".to_owned()),
        ("SKIP_BROKEN", "true".to_owned()),
        ("CHANNELDATA", "true".to_owned()),
        ("CHANNEL_NAME", "canal".to_owned()),
        ("CHANNEL_URL", "https://c.example/canal".to_owned()),
        ("SITE_URL", "https://s.example".to_owned()),
        ("HTML_DEPENDENCIES", "true".to_owned()),
        ("POLICY", "record=reject".to_owned()),
    ];
    let towpath = variables
        .iter()
        .fold(Towpath::index(&channel), |towpath, (name, value)| {
            towpath.env(&format!("TOWPATH_{name}"), value)
        });
    assert_snapshot!(towpath.run(), @r#"
    exit status: 0
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    left out: noarch/odd-1-0.conda: its build_number is "0", not a whole number from 0 on (CEP 34); rattler and pixi refuse it with all builds of the package
    [CHANNEL] (noarch): 2 added, 0 changed, 0 removed, 2 left out; 7 documents written in [TIME]
    "#);
    let published = Published::in_output(&channel, &channel.path().join("public"), "noarch");
    let repodata = published.text("repodata.json");
    assert!(
        repodata.contains(r#"  "base_url": "https://example.org/noarch/""#),
        "{repodata}"
    );
    assert!(!channel.path().join("noarch/.cache/cache.db").exists());
    let atom = fs_err::read_to_string(channel.path().join("public/atom.xml")).unwrap();
    for said in [
        "<title>canal</title>",
        "https://c.example/canal/atom.xml",
        "https://s.example/p/lock/",
    ] {
        assert!(atom.contains(said), "{said}");
    }
    let page = Page::at(&published.path("index.html"));
    assert_eq!(page.text_of("title"), "canal/noarch");
    assert_eq!(page.texts_of("li"), ["water"]);
}

#[rstest]
#[case::flag(&["-n", "flag"], Some("env"), "flag/noarch")]
#[case::env(&[], Some("env"), "env/noarch")]
#[case::toml(&[], None, "toml/noarch")]
fn the_name_of_a_channel_too(#[case] args: &[&str], #[case] variable: Option<&str>, #[case] title: &str) {
    let channel = with_config("[channel]\nname = 'toml'");
    let mut towpath = Towpath::index(&channel).args(args);
    if let Some(value) = variable {
        towpath = towpath.env("TOWPATH_CHANNEL_NAME", value);
    }
    let _ = towpath.run().succeeded();
    assert_eq!(
        Page::at(&noarch(&channel).path("index.html")).text_of("title"),
        title
    );
}

#[test]
fn pages_are_turned_off_by_a_variable() {
    let channel = with_config("[index]\nhtml = true\n");
    let _ = Towpath::index(&channel)
        .env("TOWPATH_HTML", "0")
        .run()
        .succeeded();
    assert!(!noarch(&channel).has("index.html"));
    let towpath = Towpath::index(&channel).env("TOWPATH_HTML", "0");
    let _ = towpath.args(&["--html"]).run().succeeded();
    assert!(noarch(&channel).has("index.html"));
}

#[rstest]
#[case("TOWPATH_THREADS", "many")]
#[case("TOWPATH_DB", "mysql")]
#[case("TOWPATH_ZST_LEVEL", "23")]
#[case("TOWPATH_POLICY", "subdir")]
fn what_is_not_understood_in_the_environment_is_refused(#[case] variable: &str, #[case] value: &str) {
    let channel = channel();
    let outcome = Towpath::index(&channel).env(variable, value).run();
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains(value), "{outcome}");
    assert_eq!(noarch(&channel).names(), [""; 0]);
}

#[test]
fn a_variable_that_is_neither_on_nor_off_is_named() {
    let channel = channel();
    let refused = |value| Towpath::index(&channel).env("TOWPATH_UPDATE_ONLY", value).run();
    assert_snapshot!(refused("maybe"), @r#"
    exit status: 2
    ----- stderr -----
    error: TOWPATH_UPDATE_ONLY takes true or false, not "maybe"
    "#);
    assert_snapshot!(refused(""), @r#"
    exit status: 2
    ----- stderr -----
    error: TOWPATH_UPDATE_ONLY takes true or false, not ""
    "#);
}

/// There is no such thing as `TOWPATH_NO_ZST`.
#[test]
fn variables_that_nobody_knows_are_ignored() {
    let channel = channel();
    let towpath = Towpath::index(&channel)
        .env("TOWPATH_NO_WRITE_MONOLITHIC", "true")
        .env("TOWPATH_SUBDIR", "osx-64");
    let _ = towpath.run().succeeded();
    assert_eq!(
        noarch(&channel).json("repodata.json")["info"],
        json!({"subdir": "noarch"})
    );
}
