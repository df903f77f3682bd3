//! Patch instructions from a file, from a package and from a Python function.
//!
//! conda-index does not apply the first and the last to shards, and with `--write-shards`
//! overwrites the file: there, shards are left out of the comparison.

use std::path::PathBuf;

use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;
use towpath_tests::{Kind, PackageBuilder};

use super::{LATER, Pair};
use crate::channel::TestChannel;
use crate::peer::Peer;

/// A package of this file name without its extension.
fn package(stem: &str) -> PackageBuilder {
    let mut parts = stem.rsplitn(3, '-');
    let (build, version, name) = (parts.next(), parts.next(), parts.next());
    PackageBuilder::new(name.unwrap(), version.unwrap(), build.unwrap())
        .depends(["gate >=1", "water"])
        .index(|index| {
            index.insert("constrains".to_owned(), json!(["dry <1"]));
            index.insert(
                "extra".to_owned(),
                json!({"kept": 1, "changed": {"a": 1, "b": 2}}),
            );
        })
}

/// Whether conda-index applied anything: else the test would compare nothing.
fn assert_patched(pair: &Pair, subdir: &str) {
    let document = |name| fs_err::read(pair.theirs.path().join(subdir).join(name)).unwrap();
    assert_ne!(document("repodata.json"), document("repodata_from_packages.json"));
}

#[rstest]
fn a_file_of_bioconda(#[values(0, 1)] which: usize) {
    let Some(peer) = Peer::found() else { return };
    let compressed = fs_err::read(&peer.shared.patch_instructions()[which]).unwrap();
    let text = zstd::decode_all(&compressed[..]).unwrap();
    let instructions: Value = serde_json::from_slice(&text).unwrap();
    let patched: Vec<String> = instructions["packages"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| name.strip_suffix(".tar.bz2").unwrap().to_owned())
        .collect();
    let pair = Pair::filled(peer, |channel| {
        for (number, stem) in patched.iter().enumerate() {
            let package = package(stem).subdir("osx-64");
            match number % 4 {
                0 => channel.put(&package, Kind::Conda, LATER),
                1 => {
                    channel.put(&package, Kind::Conda, LATER);
                    channel.put(&package, Kind::TarBz2, LATER);
                }
                2 => channel.put(&package, Kind::TarBz2, LATER),
                // An instruction for a package that is not there.
                _ => {}
            }
        }
        fs_err::write(channel.path().join("osx-64/patch_instructions.json"), &text).unwrap();
    });
    pair.index(&["--run-exports", "--zst"]);
    assert_patched(&pair, "osx-64");
}

/// Everything that instructions can say, but for what towpath does differently on purpose.
fn all_kinds() -> Value {
    json!({
        "patch_instructions_version": 1,
        "packages": {
            "replaced-1-0.tar.bz2": {"depends": ["other"], "license": "MIT", "new": [1, {"x": null}]},
            "deleted-1-0.tar.bz2": {"constrains": null},
            "merged-1-0.tar.bz2": {"extra": {"changed": {"a": 5, "c": [1]}}},
            "named-1-0.conda": {"depends": []},
            "dropped-1-0.tar.bz2": null,
            "absent-1-0.tar.bz2": {"depends": ["nothing"]},
            "both-1-0.tar.bz2": {"depends": ["first"], "license": "first"},
        },
        "packages.conda": {
            "both-1-0.conda": {"depends": ["second"]},
            "alone-1-0.conda": {"depends": ["alone"]},
        },
        "revoke": ["revoked-1-0.tar.bz2", "revokedconda-1-0.conda", "absent-1-0.conda"],
        "remove": ["removed-1-0.tar.bz2", "removedconda-1-0.conda", "absent-2-0.conda"],
    })
}

fn fill_for_all_kinds(channel: &TestChannel) {
    for name in [
        "alone",
        "both",
        "deleted",
        "dropped",
        "merged",
        "named",
        "removed",
        "removedconda",
        "replaced",
        "revoked",
        "revokedconda",
        "untouched",
    ] {
        for kind in [Kind::Conda, Kind::TarBz2] {
            channel.put(&package(&format!("{name}-1-0")), kind, LATER);
        }
        channel.put(&package(&format!("{name}-2-0")), Kind::Conda, LATER);
    }
}

/// A package with instructions, in a folder of its own.
fn patch_package(kind: Kind) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let package = PackageBuilder::new("patches", "1", "0")
        .payload("noarch/patch_instructions.json", all_kinds().to_string())
        .write_to(folder.path(), kind)
        .unwrap();
    (folder, package.into_os_string().into_string().unwrap())
}

#[rstest]
fn a_package(#[values(Kind::Conda, Kind::TarBz2)] kind: Kind) {
    let Some(peer) = Peer::found() else { return };
    let pair = Pair::filled(peer, fill_for_all_kinds);
    let (_folder, package) = patch_package(kind);
    pair.index(&["--patch-generator", &package, "--run-exports"]);
    assert_patched(&pair, "noarch");
    // Without the package the instructions stay, in the file that the run left.
    pair.index(&["--no-compact"]);
    assert_patched(&pair, "noarch");
}

#[test]
fn a_package_and_shards() {
    let Some(peer) = Peer::found() else { return };
    let pair = Pair::filled(peer, fill_for_all_kinds);
    let (_folder, package) = patch_package(Kind::Conda);
    pair.index(&["--patch-generator", &package, "--write-shards"]);
    assert_patched(&pair, "noarch");
}

#[test]
fn a_python_function() {
    let Some(peer) = Peer::found() else { return };
    let pair = Pair::filled(peer, fill_for_all_kinds);
    let (_folder, script) = generator();
    let python = pair.peer.python.clone();
    let options = ["--patch-generator", script.to_str().unwrap(), "--run-exports"];
    let ours = [&options[..], &["--python", python.to_str().unwrap()]].concat();
    pair.peer.index(pair.theirs.path(), &options);
    crate::towpath::index(pair.ours.path(), &[&ours[..], &super::AS_CONDA_INDEX].concat());
    pair.assert_same();
    assert_patched(&pair, "noarch");
}

/// A generator as channels have them: it looks at every record, and says what is wrong with some.
fn generator() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("gen_patch.py");
    let text = r#"
def _patch_repodata(repodata, subdir):
    print("patching", subdir)
    instructions = {"patch_instructions_version": 1, "packages": {}, "packages.conda": {}, "revoke": [], "remove": []}
    for key in ("packages", "packages.conda"):
        for name, record in repodata[key].items():
            if record["name"].startswith("re"):
                depends = [spec.replace("gate >=1", "gate >=1,<2") for spec in record["depends"]]
                instructions[key][name] = {"depends": depends, "patched_for": subdir}
            if record["version"] == "2":
                instructions["remove"].append(name)
    return instructions
"#;
    fs_err::write(&script, text).unwrap();
    (folder, script)
}
