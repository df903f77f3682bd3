//! What `towpath.toml` may say, and what is said of what it may not.

use insta::assert_snapshot;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, Towpath, index};
use crate::page::Page;
use crate::published::Published;

fn with_config(toml: impl AsRef<[u8]>) -> ChannelBuilder {
    let lock = PackageBuilder::new("lock", "1.0", "0").depends(["water"]);
    ChannelBuilder::new()
        .package(&lock, Kind::Conda)
        .file("towpath.toml", toml)
}

const EVERY_OPTION: &str = r#"
[channel]
base = "../conda-forge"
overrides = "../main"
name = "canal"
url = "https://c.example/canal"
site-url = "https://s.example"

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
channeldata = true
rss = true
current-repodata = false
current-index-versions-file = "versions.yml"
html = true
html-dependencies = true
repodata-next = false

[policy]
subdir = "reject"
file-name = "reject"
timestamp = "warn"
name = "allow"
record = "reject"

[verify]
profile = "publish"
select = ["A", "B"]
ignore = ["B119"]
fail-on = "error"
severity = { B109 = "note" }
"#;

#[test]
fn every_option_of_towpath_toml() {
    let channel = with_config(EVERY_OPTION);
    let patches = PackageBuilder::new("patches", "1", "0").payload(
        "noarch/patch_instructions.json",
        r#"{"remove": ["nobody-1-0.conda"]}"#,
    );
    let channel = channel
        .file("patches-1-0.conda", patches.conda())
        .file("noarch/broken-1-0.conda", "")
        .file("versions.yml", "")
        .directory("linux-64");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    left out: noarch/broken-1-0.conda: the file is empty
    [CHANNEL] (noarch, osx-64): 1 added, 0 changed, 0 removed, 1 left out; 23 documents written in [TIME]
    ");
    let public = channel.path().join("public");
    let atom = fs_err::read_to_string(public.join("atom.xml")).unwrap();
    for said in [
        "<title>canal</title>",
        "https://c.example/canal/atom.xml",
        "https://s.example/p/lock/",
    ] {
        assert!(atom.contains(said), "{said}");
    }
    let page = Page::at(&public.join("noarch/index.html"));
    assert_eq!(page.text_of("title"), "canal/noarch");
    assert_eq!(page.texts_of("li"), ["water"]);
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
          "depends": [
            "water"
          ],
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
fn what_the_file_turns_off_is_off() {
    let channel = with_config("[index]\nchanneldata = true\nhtml = false\nrss = false\n");
    let _ = index(&channel, &[]).succeeded();
    for name in ["index.html", "noarch/index.html", "rss.xml", "atom.xml"] {
        assert!(!channel.path().join(name).exists(), "{name}");
    }
    assert!(channel.path().join("channeldata.json").is_file());
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
    let channel = with_config(toml);
    let outcome = index(&channel, &[]);
    assert_eq!(Published::of(&channel, "noarch").names(), [""; 0]);
    outcome
}

#[test]
fn options_that_towpath_toml_cannot_have_are_refused() {
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
}

#[test]
fn values_in_towpath_toml_that_make_no_sense_are_refused() {
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
    assert_snapshot!(refused("[policy]\nsubdri = 'warn'\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 1, column 1
      |
    1 | [policy]
      | ^^^^^^^^
    there is no rule "subdri": the rules are subdir, file-name, timestamp, name and record
    "#);
    assert_snapshot!(refused("[policy]\nsubdir = 'deny'\n"), @r#"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 1, column 1
      |
    1 | [policy]
      | ^^^^^^^^
    there is no action "deny": the actions are allow, warn and reject
    "#);
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
}

#[test]
fn a_towpath_toml_of_another_shape_is_refused() {
    assert_snapshot!(refused("[channel]\nnickname = 'mine'\n"), @"
    exit status: 2
    ----- stderr -----
    error: [CHANNEL]/towpath.toml: TOML parse error at line 2, column 1
      |
    2 | nickname = 'mine'
      | ^^^^^^^^
    unknown field `nickname`, expected one of `base`, `name`, `overrides`, `site-url`, `url`
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
    unknown field `chanel`, expected one of `channel`, `environments`, `index`, `policy`, `site`, `verify`
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
    let channel = ChannelBuilder::new().directory("towpath.toml");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 1
    ----- stderr -----
    error: failed to read from file `[CHANNEL]/towpath.toml`: Is a directory (os error 21)
    ");
}
