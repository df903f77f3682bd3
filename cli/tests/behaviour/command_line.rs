//! What is understood on the command line, and what is said of what is not.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Outcome, Towpath, index};
use crate::published::Published;

fn channel() -> ChannelBuilder {
    ChannelBuilder::new().package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda)
}

#[test]
fn help() {
    assert_snapshot!(Towpath::new(["--help"]).run());
}

#[test]
fn help_of_index() {
    assert_snapshot!(Towpath::new(["index", "--help"]).run());
}

#[test]
fn no_command_shows_the_help() {
    let outcome = Towpath::new([""; 0]).run();
    assert_eq!(outcome.status(), 2);
    assert!(outcome.stderr().contains("Usage: towpath [OPTIONS] <COMMAND>"));
}

#[rstest]
#[case(&["--version"])]
#[case(&["-V"])]
#[case(&["index", "--version"])]
fn the_version(#[case] args: &[&str]) {
    let outcome = Towpath::new(args).run().succeeded();
    let version = outcome.stdout().trim_end().rsplit(' ').next();
    assert_eq!(version, Some(env!("CARGO_PKG_VERSION")));
}

/// Every option of `python -m conda_index` that this version has, in each of its forms.
#[rstest]
#[case(&["--channel-name", "name"])]
#[case(&["-n", "name"])]
#[case(&["--channel-name=name"])]
#[case(&["--subdir", "noarch"])]
#[case(&["--no-channeldata"])]
#[case(&["--rss"])]
#[case(&["--no-rss"])]
#[case(&["--bz2"])]
#[case(&["--no-bz2"])]
#[case(&["--zst"])]
#[case(&["--no-zst"])]
#[case(&["--run-exports"])]
#[case(&["--no-run-exports"])]
#[case(&["--compact"])]
#[case(&["--no-compact"])]
#[case(&["--base-url", "https://example.org"])]
#[case(&["--update-cache"])]
#[case(&["--no-update-cache"])]
#[case(&["--update-only"])]
#[case(&["--no-update-only"])]
#[case(&["--upstream-stage", "fs"])]
#[case(&["--current-repodata"])]
#[case(&["--no-current-repodata"])]
#[case(&["--threads", "1"])]
#[case(&["--verbose"])]
#[case(&["--write-monolithic"])]
#[case(&["--no-write-monolithic"])]
#[case(&["--write-shards"])]
#[case(&["--no-write-shards"])]
#[case(&["--db", "sqlite3"])]
#[case(&["--db-url", "postgresql:///ignored"])]
#[case(&["--no-html-dependencies"])]
#[case(&["--no-repodata-next"])]
fn options_of_conda_index_are_accepted(#[case] args: &[&str]) {
    let outcome = index(&channel(), args).succeeded();
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn a_server_that_does_not_answer_is_named_and_its_password_is_not() {
    let channel = channel();
    let url = "postgresql://me:hunter2@127.0.0.1:1/channels?connect_timeout=2";
    let outcome = index(&channel, &["--db", "postgresql", "--db-url", url]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let told = outcome.stderr();
    assert!(
        told.contains("postgresql://me@127.0.0.1:1/channels") && told.contains("no server listens there"),
        "{outcome}"
    );
    assert!(!told.contains("hunter2"), "{outcome}");
    assert_eq!(Published::of(&channel, "noarch").names(), [""; 0]);
}

/// Whether the run writes a .zst.
fn writes_zst(args: &[&str]) -> bool {
    let channel = channel();
    let _ = index(&channel, args).succeeded();
    Published::of(&channel, "noarch").has("repodata.json.zst")
}

#[rstest]
#[case(&["--zst", "--no-zst"], false)]
#[case(&["--no-zst", "--zst"], true)]
#[case(&["--zst", "--no-zst", "--zst"], true)]
#[case(&["--zst", "--zst"], true)]
#[case(&["--zst", "--no-zst", "--no-zst"], false)]
fn of_on_and_off_the_last_counts(#[case] args: &[&str], #[case] is_on: bool) {
    assert_eq!(writes_zst(args), is_on);
}

#[test]
fn of_an_option_that_is_repeated_the_last_counts() {
    let channel = channel();
    let base_urls = [
        "--base-url",
        "https://one.example",
        "--base-url",
        "https://two.example",
    ];
    let threads = ["--threads", "0", "--threads", "1"];
    let _ = index(&channel, &[&base_urls[..], &threads].concat()).succeeded();
    let info = &Published::of(&channel, "noarch").json("repodata.json")["info"];
    assert_eq!(info["base_url"], "https://two.example/noarch/");
}

#[rstest]
#[case(&["--thread", "1"])]
#[case(&["--compac"])]
#[case(&["--no-com"])]
#[case(&["--run"])]
#[case(&["--write-s"])]
#[case(&["--out", "public"])]
#[case(&["--sub", "noarch"])]
fn options_may_be_shortened(#[case] args: &[&str]) {
    let _ = index(&channel(), args).succeeded();
}

/// Wrong usage: the message, and that nothing was made.
fn refused(args: &[&str]) -> Outcome {
    let channel = channel().remove("noarch");
    let outcome = index(&channel, args);
    assert_eq!(fs_err::read_dir(channel.path()).unwrap().count(), 0);
    outcome
}

#[test]
fn an_ambiguous_option_is_refused() {
    assert_snapshot!(refused(&["--up"]), @"
    exit status: 2
    ----- stderr -----
    error: unexpected argument '--up' found

      tip: a similar argument exists: '--output'

    Usage: towpath index --output <PATH> <DIR>

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--c"]), @"
    exit status: 2
    ----- stderr -----
    error: unexpected argument '--c' found

      tip: a similar argument exists: '--color'

    Usage: towpath index --color <WHEN> <DIR>

    For more information, try '--help'.
    ");
}

#[test]
fn values_that_make_no_sense_are_refused() {
    assert_snapshot!(refused(&["--threads", "0"]), @"
    exit status: 2
    ----- stderr -----
    error: --threads takes a number from 1 to 256
    ");
    assert_snapshot!(refused(&["--threads", "20000"]), @"
    exit status: 2
    ----- stderr -----
    error: --threads takes a number from 1 to 256
    ");
    assert_snapshot!(refused(&["--threads", "-1"]), @"
    exit status: 2
    ----- stderr -----
    error: unexpected argument '-1' found

      tip: to pass '-1' as a value, use '-- -1'

    Usage: towpath index [OPTIONS] <DIR>

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--threads", "two"]), @"
    exit status: 2
    ----- stderr -----
    error: invalid value 'two' for '--threads <N>': invalid digit found in string

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--zst-level", "23"]), @"
    exit status: 2
    ----- stderr -----
    error: zstd levels go from 1 to 22, not to 23
    ");
    assert_snapshot!(refused(&["--shard-grace", "soon"]), @r#"
    exit status: 2
    ----- stderr -----
    error: --shard-grace takes a time such as "7 days" or "12 hours", not "soon"
    "#);
    assert_snapshot!(refused(&["--shard-grace", "1 month"]), @r#"
    exit status: 2
    ----- stderr -----
    error: --shard-grace takes a time such as "7 days" or "12 hours", not "1 month"
    "#);
    assert_snapshot!(refused(&["--shard-grace=-1 day"]), @r#"
    exit status: 2
    ----- stderr -----
    error: --shard-grace takes a time such as "7 days" or "12 hours", not "-1 day"
    "#);
    assert_snapshot!(refused(&["--db", "mysql"]), @"
    exit status: 2
    ----- stderr -----
    error: invalid value 'mysql' for '--db <DB>'
      [possible values: sqlite3, memory, gluesql, postgresql]

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--on-busy", "cry"]), @"
    exit status: 2
    ----- stderr -----
    error: invalid value 'cry' for '--on-busy <ON_BUSY>'
      [possible values: wait, skip, fail]

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["--base-channel", "https://example.org/conda-forge"]), @r#"
    exit status: 2
    ----- stderr -----
    error: a related channel is given relative to this one and begins with ../ (CEP 42), as in ../conda-forge; this is "https://example.org/conda-forge"
    "#);
    assert_snapshot!(refused(&["--base-channel", "../a", "--overrides-channel", "../a/"]), @r#"
    exit status: 2
    ----- stderr -----
    error: a channel cannot be based on and override the same channel "../a" (CEP 42)
    "#);
}

#[test]
fn policies_name_what_there_is() {
    assert_snapshot!(refused(&["--policy", "name=warn,subdri=warn"]), @r#"
    exit status: 2
    ----- stderr -----
    error: invalid value 'subdri=warn' for '--policy <RULE=ACTION>': there is no rule "subdri": the rules are subdir, file-name, timestamp, name and record

    For more information, try '--help'.
    "#);
    assert_snapshot!(refused(&["--policy", "subdir=deny"]), @r#"
    exit status: 2
    ----- stderr -----
    error: invalid value 'subdir=deny' for '--policy <RULE=ACTION>': there is no action "deny": the actions are allow, warn and reject

    For more information, try '--help'.
    "#);
    assert_snapshot!(refused(&["--policy", "subdir"]), @r#"
    exit status: 2
    ----- stderr -----
    error: invalid value 'subdir' for '--policy <RULE=ACTION>': "subdir" is no RULE=ACTION, such as subdir=reject

    For more information, try '--help'.
    "#);
}

/// E110.
#[rstest]
#[case("../evil")]
#[case("linux-64/..")]
#[case("/tmp")]
#[case("..")]
#[case("")]
#[case(".cache")]
fn a_subdir_cannot_be_outside_the_channel(#[case] name: &str) {
    let outcome = refused(&["--subdir", name]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert_eq!(
        outcome.stderr(),
        format!(
            "error: {name:?} cannot be a subdir: a subdir is one folder of the channel, such as linux-64 or noarch\n"
        )
    );
}

/// conda-index's own message and status, options in its own order.
#[rstest]
#[case(&["--run-exports"], "--run-exports")]
#[case(
    &["--channeldata", "--run-exports", "--current-repodata"],
    "--current-repodata, --run-exports, --channeldata"
)]
#[case(&["--write-shards", "--channeldata"], "--channeldata")]
fn without_a_monolithic_document_nothing_can_build_upon_it(#[case] args: &[&str], #[case] given: &str) {
    let outcome = refused(&[&["--no-write-monolithic"], args].concat());
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert_eq!(
        outcome.stderr(),
        format!(
            "error: Conflicting arguments: {given} require(s) --write-monolithic (the default setting).\n"
        )
    );
}

/// E98.
#[test]
fn a_channel_must_be_a_folder_that_is_there() {
    assert_snapshot!(Towpath::new(["index"]).run(), @"
    exit status: 2
    ----- stderr -----
    error: the following required arguments were not provided:
      <DIR>

    Usage: towpath index <DIR>

    For more information, try '--help'.
    ");
    assert_snapshot!(Towpath::new(["index", "one", "two"]).run(), @"
    exit status: 2
    ----- stderr -----
    error: unexpected argument 'two' found

    Usage: towpath index [OPTIONS] <DIR>

    For more information, try '--help'.
    ");
    assert_snapshot!(Towpath::new(["index", "missing"]).run(), @"
    exit status: 1
    ----- stderr -----
    error: failed to read directory `missing`: No such file or directory (os error 2)
    ");
    let towpath = Towpath::new(["index", "file"]);
    fs_err::write(towpath.home().join("file"), "").unwrap();
    assert_snapshot!(towpath.run(), @"
    exit status: 1
    ----- stderr -----
    error: failed to read directory `file`: Not a directory (os error 20)
    ");
}

#[rstest]
#[case("bash")]
#[case("elvish")]
#[case("fish")]
#[case("powershell")]
#[case("zsh")]
fn completions_know_the_options(#[case] shell: &str) {
    let outcome = Towpath::new(["completions", shell]).run().succeeded();
    for option in ["zst-level", "no-write-monolithic", "on-busy", "skip-broken"] {
        assert!(outcome.stdout().contains(option), "{option}");
    }
    assert_eq!(outcome.stderr(), "");
}

#[test]
fn an_unknown_shell_has_no_completions() {
    let outcome = Towpath::new(["completions", "cmd"]).run();
    assert_eq!(outcome.status(), 2, "{outcome}");
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("new/man1");
    let _ = Towpath::new(["man"]).arg(&pages).run().succeeded();
    let mut names: Vec<_> = fs_err::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let groups = ["towpath-db-", "towpath-env-", "towpath-hold-"];
    names.retain(|name| !groups.iter().any(|group| name.starts_with(group)));
    assert_eq!(
        names,
        [
            "towpath-completions.1",
            "towpath-db.1",
            "towpath-env.1",
            "towpath-hold.1",
            "towpath-index.1",
            "towpath-inspect.1",
            "towpath-man.1",
            "towpath-remove.1",
            "towpath-serve.1",
            "towpath-site.1",
            "towpath-verify.1",
            "towpath.1"
        ]
    );
    let index = fs_err::read_to_string(pages.join("towpath-index.1")).unwrap();
    for said in ["\\-\\-shard\\-grace", "Exit status", "conda_index"] {
        assert!(index.contains(said), "{said}");
    }
}
