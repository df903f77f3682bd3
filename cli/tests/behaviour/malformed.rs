//! Real files that are broken or odd, of unknown subdirs, or of one name and several contents.
//!
//! They are other people's work and no part of the repository: where they are not, nothing is
//! tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use towpath_tests::ChannelBuilder;

use crate::environment::index;
use crate::published::{Published, files_below};

/// `data/NAME` in `../shared`, or in the folder that `TOWPATH_TEST_SHARED` names.
fn data(name: &str) -> Option<PathBuf> {
    let beside_the_repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var_os("TOWPATH_TEST_SHARED").unwrap_or_else(|| beside_the_repository.into());
    let folder = Path::new(&shared).join("data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    // A machine whose task is to run every test must not stay silent about one that it did not run.
    assert!(
        std::env::var_os("CI").is_none(),
        "there is no {}",
        folder.display()
    );
    println!("skipped: there is no {}", folder.display());
    None
}

/// The files below a folder by their paths in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = files_below(folder).into_iter();
    files
        .map(|(path, (_, _, bytes))| {
            let path = path.strip_prefix(folder).unwrap();
            (path.to_str().unwrap().to_owned(), bytes)
        })
        .collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Rounds of files in which each place is taken once.
fn rounds(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<BTreeMap<String, Vec<u8>>> {
    let mut rounds: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
    for (place, bytes) in files {
        match rounds.iter_mut().find(|round| !round.contains_key(&place)) {
            Some(round) => {
                round.insert(place, bytes);
            }
            None => rounds.push(BTreeMap::from([(place, bytes)])),
        }
    }
    rounds
}

fn put(channel: ChannelBuilder, round: BTreeMap<String, Vec<u8>>) -> ChannelBuilder {
    round
        .into_iter()
        .fold(channel, |channel, (place, bytes)| channel.file(&place, bytes))
}

/// Indexes noarch; the names of those that were left out.
fn left_out(channel: &ChannelBuilder) -> BTreeSet<String> {
    let outcome = index(channel, &["--json", "--run-exports", "--write-shards"]);
    assert!([0, 3].contains(&outcome.status()), "{outcome}");
    let done: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "0")).unwrap();
    let left_out = done["subdirs"][0]["left_out"].as_array().unwrap().iter();
    left_out
        .map(|left_out| {
            let reason = left_out["reason"].as_str().unwrap();
            assert!(!reason.is_empty() && reason.len() < 600, "{reason}");
            assert!(!reason.contains(char::is_control), "{reason}");
            left_out["file_name"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn every_file_ends_in_a_record_or_a_reason() {
    let Some(folder) = data("malformed") else { return };
    let files = contents(&folder);
    assert!(!files.is_empty());
    let kind_of = |name: &str, bytes: &[u8]| {
        let mut paths = files.iter().filter(|(_, content)| *content == bytes);
        let path = paths.find(|(path, _)| file_name(path) == name).unwrap().0;
        path.split('/').next().unwrap().to_owned()
    };
    let in_noarch = files
        .iter()
        .map(|(path, bytes)| (format!("noarch/{}", file_name(path)), bytes.clone()));
    let mut channel = ChannelBuilder::new();
    for round in rounds(in_noarch) {
        channel = put(channel, round);
        let left_out = left_out(&channel);
        let indexed: BTreeSet<String> = Published::of(&channel, "noarch")
            .file_names()
            .into_iter()
            .collect();
        for (name, bytes) in contents(&channel.path().join("noarch")) {
            if !name.ends_with(".conda") && !name.ends_with(".tar.bz2") {
                continue;
            }
            assert_ne!(left_out.contains(&name), indexed.contains(&name), "{name}");
            match &*kind_of(&name, &bytes) {
                "lfs-pointer" | "no-index-json" | "plain-tar-named-bz2" | "unreadable" => {
                    assert!(left_out.contains(&name), "{name}");
                }
                "dot-slash-members" => assert!(indexed.contains(&name), "{name}"),
                _ => {}
            }
        }
    }
}

#[test]
fn subdirs_that_nobody_knows_are_indexed_when_they_are_named() {
    let Some(folder) = data("unknown_subdirs") else {
        return;
    };
    let files = contents(&folder);
    let subdirs: BTreeSet<&str> = files.keys().map(|path| path.split('/').next().unwrap()).collect();
    let channel = put(ChannelBuilder::new(), files.clone());
    let _ = index(&channel, &[]).succeeded();
    for subdir in &subdirs {
        assert!(!Published::of(&channel, subdir).has("repodata.json"), "{subdir}");
    }
    let named: Vec<&str> = subdirs.iter().flat_map(|subdir| ["--subdir", subdir]).collect();
    let _ = index(&channel, &named).succeeded();
    for subdir in &subdirs {
        let in_subdir = |path: &&String| path.split('/').next() == Some(*subdir);
        let expected: Vec<&str> = files
            .keys()
            .filter(in_subdir)
            .map(|path| file_name(path))
            .collect();
        assert_eq!(Published::of(&channel, subdir).file_names(), expected);
    }
}

#[test]
fn other_contents_of_a_package_take_its_place_and_give_it_back() {
    let Some(folder) = data("variants") else { return };
    // <subdir>/<digest>/<file> goes to <subdir>/<file>.
    let in_place = contents(&folder).into_iter().map(|(path, bytes)| {
        let [subdir, _, file] = path.split('/').collect::<Vec<_>>()[..] else {
            panic!("{path} is not of three parts");
        };
        (format!("{subdir}/{file}"), bytes)
    });
    let rounds = rounds(in_place);
    assert!(rounds.len() > 1);
    let subdirs: BTreeSet<String> = rounds[0]
        .keys()
        .map(|place| place.split('/').next().unwrap().to_owned())
        .collect();
    let named: Vec<&str> = subdirs.iter().flat_map(|subdir| ["--subdir", subdir]).collect();
    // Records are compared with the files that are there.
    let dates = |channel: &ChannelBuilder| -> BTreeMap<String, u64> {
        let records = subdirs.iter().flat_map(|subdir| {
            let records = Published::of(channel, subdir).records().into_iter();
            records.map(move |(file, record)| (format!("{subdir}/{file}"), record))
        });
        records
            .map(|(place, record)| (place, record["indexed_timestamp"].as_u64().unwrap()))
            .collect()
    };

    let mut channel = put(ChannelBuilder::new(), rounds[0].clone());
    let _ = index(&channel, &named).succeeded();
    let first = dates(&channel);
    assert_eq!(first.len(), rounds[0].len());
    for round in &rounds[1..] {
        channel = put(channel, round.clone());
        let _ = index(&channel, &named).succeeded();
        let now = dates(&channel);
        assert_eq!(now.len(), first.len());
        assert!(round.keys().all(|place| now[place] > first[place]));
    }
    channel = put(channel, rounds[0].clone());
    let _ = index(&channel, &named).succeeded();
    assert_eq!(dates(&channel), first);
}
