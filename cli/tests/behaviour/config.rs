//! Options from the command line, the environment and `towpath.toml`, in this order.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::json;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, Towpath, index};
use crate::published::Published;

fn channel() -> ChannelBuilder {
    ChannelBuilder::new().package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda)
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
fn every_option_of_towpath_toml() {
    let channel = with_config(
        r#"
        [channel]
        base = "../conda-forge"
        overrides = "../main"

        [index]
        output = "public"
        subdir = ["noarch", "osx-64"]
        base-url = "https://files.example.org/my-channel"
        patch-generator = "patches-1-0.conda"
        threads = 1
        zst-level = 1
        shard-grace = "2 days"
        include-stage = ["md"]
        zst = true
        bz2 = false
        run-exports = true
        write-shards = true
        shards-in-place = true
        write-monolithic = true
        compact = false
        indexed-timestamp = false
        update-cache = true
        update-only = false
        verify-digests = false
        skip-broken = true
        channeldata = false
        rss = true
        current-repodata = false
        html-dependencies = false
        repodata-next = false
        "#,
    );
    let patches = PackageBuilder::new("patches", "1", "0").payload(
        "noarch/patch_instructions.json",
        r#"{"remove": ["nobody-1-0.conda"]}"#,
    );
    let channel = channel
        .file("patches-1-0.conda", patches.conda())
        .file("noarch/broken-1-0.conda", "")
        .directory("linux-64");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch, osx-64): 1 added, 0 changed, 0 removed, 1 left out; 17 documents written in [TIME]
    ");
    let public = channel.path().join("public");
    let published = Published::in_output(&channel, &public, "noarch");
    let names = published.names();
    let shard = names.iter().position(|name| name.len() > 64).unwrap();
    assert_eq!(
        [&names[..shard], &names[shard + 1..]].concat(),
        [
            "patch_instructions.json",
            "repodata.json",
            "repodata.json.zst",
            "repodata_from_packages.json",
            "repodata_from_packages.json.zst",
            "repodata_shards.msgpack.zst",
            "repodata_shards_from_packages.msgpack.zst",
            "run_exports.json",
            "run_exports.json.zst",
        ]
    );
    assert_snapshot!(published.shown("repodata.json"), @r#"
    {
      "info": {
        "base_url": "https://files.example.org/my-channel/noarch/",
        "channel_relations": {
          "base": "../conda-forge",
          "overrides": "../main"
        },
        "subdir": "noarch"
      },
      "packages": {},
      "packages.conda": {
        "lock-1.0-0.conda": {
          "build": "0",
          "build_number": 0,
          "depends": [],
          "license": "BSD-3-Clause",
          "md5": [md5],
          "name": "lock",
          "noarch": "generic",
          "sha256": [sha256],
          "size": [size],
          "subdir": "noarch",
          "timestamp": 1700000000000,
          "version": "1.0"
        }
      },
      "removed": [],
      "repodata_version": 2
    }
    "#);
}

#[test]
fn the_environment_of_conda_index_is_read() {
    let channel = channel();
    let towpath = Towpath::index(&channel).env("CONDA_INDEX_DBURL", "postgresql:///ignored");
    let _ = towpath.run().succeeded();
}

#[test]
fn every_variable() {
    let channel = channel().file("noarch/broken-1-0.conda", "");
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
    ];
    let towpath = variables
        .iter()
        .fold(Towpath::index(&channel), |towpath, (name, value)| {
            towpath.env(&format!("TOWPATH_{name}"), value)
        });
    assert_snapshot!(towpath.run(), @"
    exit status: 0
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 2 documents written in [TIME]
    ");
    let published = Published::in_output(&channel, &channel.path().join("public"), "noarch");
    let repodata = published.text("repodata.json");
    assert!(
        repodata.contains(r#"  "base_url": "https://example.org/noarch/""#),
        "{repodata}"
    );
    assert!(!channel.path().join("noarch/.cache/cache.db").exists());
}

#[test]
fn paths_in_the_file_are_relative_to_the_channel_and_others_to_the_working_folder() {
    let channel = with_config("[index]\noutput = 'public'\n");
    let _ = index(&channel, &[]).succeeded();
    assert!(channel.path().join("public/noarch/repodata.json").is_file());
    let towpath = Towpath::index(&channel).args(&["--output", "elsewhere"]);
    let repodata = towpath.home().join("elsewhere/noarch/repodata.json");
    assert!(towpath.run_and_look(&repodata));
}

#[test]
fn a_path_in_the_file_may_be_in_the_home_folder() {
    let channel = with_config("[index]\noutput = '~/public'\n");
    let towpath = Towpath::index(&channel);
    let repodata = towpath.home().join("public/noarch/repodata.json");
    assert!(towpath.run_and_look(&repodata));
    assert!(!channel.path().join("~").exists());
}

/// Wrong configuration: the message, and that nothing was made.
fn refused(toml: impl AsRef<[u8]>) -> Outcome {
    let channel = channel().file("towpath.toml", toml);
    let outcome = index(&channel, &[]);
    assert_eq!(noarch(&channel).names(), [""; 0]);
    outcome
}

#[test]
fn what_is_not_understood_in_towpath_toml_is_refused() {
    assert_snapshot!(refused("[index]\nzts = true\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: [index] has no option "zts"
    "#);
    assert_snapshot!(refused("[index]\nzts-level = 9\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: [index] has no option "zts-level"
    "#);
    assert_snapshot!(refused("[index]\nzst = 'yes'\n"), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: zst in [index] takes true or false
    ");
    assert_snapshot!(refused("[index]\nthreads = 'many'\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 2, column 11
      |
    2 | threads = 'many'
      |           ^^^^^^
    invalid type: string "many", expected usize
    "#);
    assert_snapshot!(refused("[index]\nthreads = 0\n"), @"
    exit status: 2
    ----- stderr -----
    error: --threads takes a number from 1 to 256
    ");
    assert_snapshot!(refused("[index]\nzst-level = 300\n"), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 2, column 13
      |
    2 | zst-level = 300
      |             ^^^
    invalid value: integer `300`, expected u8
    ");
    assert_snapshot!(refused("[index]\nshard-grace = 'soon'\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: --shard-grace takes a time such as "7 days" or "12 hours", not "soon"
    "#);
    assert_snapshot!(refused("[index]\nsubdir = ['../evil']\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: "../evil" cannot be a subdir: a subdir is one folder of the channel, such as linux-64 or noarch
    "#);
    assert_snapshot!(refused("[index]\nsubdir = 'noarch'\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 2, column 10
      |
    2 | subdir = 'noarch'
      |          ^^^^^^^^
    invalid type: string "noarch", expected a sequence
    "#);
    assert_snapshot!(refused("[channel]\nname = 'mine'\n"), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 2, column 1
      |
    2 | name = 'mine'
      | ^^^^
    unknown field `name`, expected `base` or `overrides`
    ");
    assert_snapshot!(refused("[channel]\nbase = 'conda-forge'\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: a related channel is given relative to this one and begins with ../ (CEP 42), as in ../conda-forge; this is "conda-forge"
    "#);
    assert_snapshot!(refused("[chanel]\n"), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 1, column 2
      |
    1 | [chanel]
      |  ^^^^^^
    unknown field `chanel`, expected `channel` or `index`
    ");
    assert_snapshot!(refused("[index\n"), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 1, column 7
      |
    1 | [index
      |       ^
    unclosed table, expected `]`
    ");
    assert_snapshot!(refused([0xff]), @"
    exit status: 1
    ----- stderr -----
    error: failed to read from file `[CHANNEL]/towpath.toml`: stream did not contain valid UTF-8
    ");
}

#[test]
fn a_towpath_toml_that_cannot_be_read_is_an_error() {
    let channel = channel().directory("towpath.toml");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 1
    ----- stderr -----
    error: failed to read from file `[CHANNEL]/towpath.toml`: Is a directory (os error 21)
    ");
}

#[rstest]
#[case("TOWPATH_THREADS", "many")]
#[case("TOWPATH_DB", "mysql")]
#[case("TOWPATH_ZST_LEVEL", "23")]
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
