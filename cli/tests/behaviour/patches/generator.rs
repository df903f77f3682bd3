//! Instructions made by a Python function.

use std::process::{Command, Stdio};

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::{PATCH, channel, depending_on, depends_of_all, noarch};
use crate::environment::{Outcome, Towpath, index};
use crate::published::{Published, files_below};

/// Whether there is a Python to run generators with. Where tests have to run there must be.
fn has_python() -> bool {
    let run = Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let has_python = run.is_ok_and(|status| status.success());
    assert!(
        has_python || std::env::var_os("CI").is_none(),
        "there is no python3"
    );
    if !has_python {
        println!("skipped: there is no python3");
    }
    has_python
}

/// A generator that returns what this Python expression is of `repodata` and `subdir`.
fn returning(expression: &str) -> String {
    format!("def _patch_repodata(repodata, subdir):\n    return {expression}\n")
}

/// Makes every record depend on the name of the subdir it is in.
const EVERY_RECORD: &str = r#"
import sys
print("noise while it is loaded")
sys.stdout.write("}}")

def _patch_repodata(repodata, subdir):
    print("noise while it is called")
    return {
        "patch_instructions_version": 1,
        "packages": {name: {"depends": [subdir]} for name in repodata["packages"]},
        "packages.conda": {name: {"depends": [subdir]} for name in repodata["packages.conda"]},
    }
"#;

fn generated(channel: &ChannelBuilder, args: &[&str]) -> Outcome {
    Towpath::index(channel)
        .arg("--patch-generator")
        .arg(channel.path().join("generator.py"))
        .args(args)
        .run()
}

#[test]
fn a_function_makes_instructions_for_each_subdir() {
    if !has_python() {
        return;
    }
    let gate = PackageBuilder::new("gate", "1", "0").subdir("linux-64");
    let channel = channel()
        .package(&gate, Kind::Conda)
        .file("generator.py", EVERY_RECORD);
    assert_snapshot!(generated(&channel, &["--write-shards"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 5 added, 0 changed, 0 removed, 0 left out; 12 documents written in [TIME]
    ");
    assert_eq!(depends_of_all(&channel), "noarch");
    let gate = &Published::of(&channel, "linux-64").records()["gate-1-0.conda"];
    assert_eq!(gate["depends"][0], "linux-64");
    assert_snapshot!(generated(&channel, &["--write-shards"]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn the_function_sees_what_the_packages_say() {
    if !has_python() {
        return;
    }
    let expression = r#"{"packages.conda": {"quay-1-0.conda": {"seen": repodata}}}"#;
    let channel = channel()
        .file("generator.py", returning(expression))
        .file(PATCH, depending_on("filed").to_string());
    let _ = generated(&channel, &[]).succeeded();
    let seen = &noarch(&channel).records()["quay-1-0.conda"]["seen"];
    let from_packages = noarch(&channel).json("repodata_from_packages.json");
    assert_eq!(*seen, from_packages);
}

#[test]
fn a_new_package_reaches_the_function_without_repodata_too() {
    if !has_python() {
        return;
    }
    let channel = channel().file("generator.py", EVERY_RECORD);
    let _ = generated(&channel, &["--write-shards"]).succeeded();
    let channel = channel.package(&PackageBuilder::new("gate", "1", "0"), Kind::Conda);
    for _ in 0..2 {
        let _ = generated(&channel, &["--write-shards", "--no-write-monolithic"]).succeeded();
        let shard = &noarch(&channel).shards(super::SHARDS)["gate"];
        assert_eq!(shard["packages.conda"]["gate-1-0.conda"]["depends"][0], "noarch");
    }
}

/// The whole channel is told of. What was made of the other subdir is known from when that was
/// indexed: the function, which may take long, is not called for it again.
#[test]
fn a_subdir_of_an_earlier_run_is_as_it_was_published() {
    if !has_python() {
        return;
    }
    let gate = PackageBuilder::new("gate", "1", "0").subdir("linux-64");
    let expression = r#"{"remove": list(repodata["packages.conda"])}"#;
    let channel = channel()
        .package(&gate, Kind::Conda)
        .file("generator.py", returning(expression));
    let _ = generated(&channel, &[]).succeeded();
    let only_noarch = r#"{} if subdir == "noarch" else 1 / 0"#;
    let channel = channel.file("generator.py", returning(only_noarch));
    let public = channel.path().join("public").display().to_string();
    let args = ["--channeldata", "--subdir", "noarch", "--output", &public];
    let _ = generated(&channel, &args).succeeded();
    let channeldata = fs_err::read_to_string(channel.path().join("public/channeldata.json")).unwrap();
    assert!(
        channeldata.contains("weir") && !channeldata.contains("gate"),
        "{channeldata}"
    );
    assert!(!channel.path().join("public/linux-64").exists());
    let left = fs_err::read_dir(&public)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(
        !left
            .into_iter()
            .any(|name| name.to_string_lossy().ends_with(".tmp"))
    );
}

#[test]
fn only_what_the_function_returns_counts() {
    if !has_python() {
        return;
    }
    let generator = format!(
        "{}\n    repodata['packages'].clear(); repodata['new'] = 1\n    return {}\n",
        "def _patch_repodata(repodata, subdir):",
        depending_on("new")
    );
    let channel = channel().file("generator.py", generator);
    assert_snapshot!(generated(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    warning: noarch/patch_instructions.json: of the patch generator: it changed the repodata that it was given; only what it returns is used
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert_eq!(depends_of_all(&channel), "new");
    assert!(noarch(&channel).json("repodata.json")["new"].is_null());
}

#[rstest]
#[case::raises("[][0]", "IndexError: list index out of range")]
#[case::no_instructions("[1]", "is not of the shape of patch instructions")]
#[case::no_json("{1, 2}", "Object of type set is not JSON serializable")]
fn a_function_that_fails_leaves_everything_as_it_was(#[case] expression: &str, #[case] reason: &str) {
    if !has_python() {
        return;
    }
    let channel = channel().file("generator.py", EVERY_RECORD);
    let _ = generated(&channel, &[]).succeeded();
    let before = files_below(&channel.path().join("noarch"));
    let channel = channel.file("generator.py", returning(expression));
    let outcome = generated(&channel, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains(reason), "{outcome}");
    assert!(outcome.stderr().contains("[CHANNEL]/generator.py"), "{outcome}");
    assert!(files_below(&channel.path().join("noarch")) == before);
}

#[test]
fn a_file_without_the_function_fails() {
    if !has_python() {
        return;
    }
    let channel = channel().file("generator.py", "");
    let outcome = generated(&channel, &[]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(
        outcome.stderr().contains("has no attribute '_patch_repodata'"),
        "{outcome}"
    );
}

#[test]
fn a_function_that_returns_nothing_leaves_it_to_the_file() {
    if !has_python() {
        return;
    }
    for nothing in ["{}", "None"] {
        let channel = channel()
            .file("generator.py", returning(nothing))
            .file(PATCH, depending_on("filed").to_string());
        let _ = generated(&channel, &[]).succeeded();
        assert_eq!(depends_of_all(&channel), "filed");
    }
}

#[test]
fn a_generator_that_is_not_there_fails() {
    assert_snapshot!(generated(&channel(), &[]), @"
    exit status: 1
    ----- stderr -----
    error: noarch: failed to open file `[CHANNEL]/generator.py`: No such file or directory (os error 2)
    some of its documents may be as they were
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

#[test]
fn a_generator_without_python_fails() {
    let channel = channel().file("generator.py", EVERY_RECORD);
    assert_snapshot!(generated(&channel, &["--python", "/nowhere/python"]), @"
    exit status: 1
    ----- stderr -----
    error: noarch: the patch generator [CHANNEL]/generator.py is a Python file, and /nowhere/python cannot be run: No such file or directory (os error 2)
    some of its documents may be as they were
    [CHANNEL] (noarch): 4 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
}

/// conda-index runs it because it is there.
#[test]
fn a_generator_that_nobody_named_is_not_run() {
    let channel = channel().file("gen_patch.py", EVERY_RECORD);
    let _ = index(&channel, &["--python", "/nowhere/python"]).succeeded();
    assert_eq!(depends_of_all(&channel), "old");
}

/// As conda-index has it: what a generator made stays in the channel's folder, as if its owner
/// had written it.
#[test]
fn what_a_generator_made_outlives_it() {
    if !has_python() {
        return;
    }
    let channel = channel()
        .file("generator.py", EVERY_RECORD)
        .file(PATCH, depending_on("filed").to_string());
    let _ = generated(&channel, &[]).succeeded();
    assert_eq!(depends_of_all(&channel), "noarch");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; nothing to write in [TIME]
    ");
    assert_eq!(depends_of_all(&channel), "noarch");
}

#[test]
fn what_a_generator_made_goes_to_the_output() {
    if !has_python() {
        return;
    }
    let channel = channel()
        .file("generator.py", EVERY_RECORD)
        .file(PATCH, depending_on("filed").to_string());
    let output = channel.path().join("public");
    let output_args = ["--output", output.to_str().unwrap()];
    let _ = generated(&channel, &output_args).succeeded();
    let published = Published::in_output(&channel, &output, "noarch");
    assert_eq!(published.records()["quay-1-0.conda"]["depends"][0], "noarch");
    assert!(published.has("patch_instructions.json"));
    let mine = fs_err::read_to_string(channel.path().join(PATCH)).unwrap();
    assert_eq!(mine, depending_on("filed").to_string());
    // Without the generator the file of the channel counts.
    let _ = index(&channel, &output_args).succeeded();
    assert_eq!(published.records()["quay-1-0.conda"]["depends"][0], "filed");
}
