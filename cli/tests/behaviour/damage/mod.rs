//! Packages that are broken or odd, each alone with its outcome: indexed, or left out for a reason
//! in one line. The numbers are those of the edge cases that conda-index was tried with (reference,
//! section 16).
//!
//! All packages of a table lie in one channel: none may keep another from being indexed.

mod bombs;
mod containers;
mod documents;
mod members;
mod reasons;
mod recipes;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use towpath_tests::{ChannelBuilder, CondaContainer, Kind, PackageBuilder, TarBz2Container};

use crate::environment::{Towpath, index};
use crate::published::Published;

/// A package of a table.
struct Case {
    title: &'static str,
    /// One file, or one of each format that must have the same outcome.
    files: Vec<(String, Vec<u8>)>,
}

/// The number that a title begins with is the package's name.
fn package(title: &str) -> PackageBuilder {
    let number = title.split(' ').next().unwrap_or_default();
    PackageBuilder::new(&number.to_lowercase(), "1.0", "0")
}

/// A package in both formats, changed like this.
fn both(title: &'static str, change: impl FnOnce(PackageBuilder) -> PackageBuilder) -> Case {
    let package = change(package(title));
    let files = [Kind::Conda, Kind::TarBz2].map(|kind| (package.file_name(kind), package.bytes(kind)));
    Case {
        title,
        files: files.into(),
    }
}

/// Bytes under the file name of a package.
fn file(title: &'static str, kind: Kind, bytes: impl Into<Vec<u8>>) -> Case {
    let files = vec![(package(title).file_name(kind), bytes.into())];
    Case { title, files }
}

/// A sound package in a container like this.
fn conda(title: &'static str, container: CondaContainer) -> Case {
    file(title, Kind::Conda, package(title).conda_with(container))
}

/// A sound package in a container like this.
fn tar_bz2(title: &'static str, container: TarBz2Container) -> Case {
    file(title, Kind::TarBz2, package(title).tar_bz2_with(container))
}

/// What became of each package.
fn outcomes(cases: &[Case]) -> String {
    let sound = PackageBuilder::new("sound", "1.0", "0");
    let mut channel = ChannelBuilder::new().package(&sound, Kind::Conda);
    for (file_name, bytes) in cases.iter().flat_map(|case| &case.files) {
        let path = format!("noarch/{file_name}");
        assert!(!channel.path().join(&path).exists(), "{file_name} is there twice");
        channel = channel.file(&path, bytes);
    }
    let outcome = Towpath::index(&channel)
        .args(&["--json", "--run-exports", "--write-shards"])
        .run();
    assert!([0, 3].contains(&outcome.status()), "{outcome}");
    let done: Value = serde_json::from_str(&outcome.stdout().replace("[TIME]", "0")).unwrap();
    let noarch = &done["subdirs"][0];
    let published = Published::of(&channel, "noarch");
    let told = Told {
        left_out: told(&noarch["left_out"], "reason"),
        warnings: told(&noarch["warnings"], "what"),
        records: published.records(),
    };
    assert!(told.records.contains_key("sound-1.0-0.conda"));
    let files = 1 + cases.iter().map(|case| case.files.len()).sum::<usize>();
    assert_eq!(told.records.len() + told.left_out.len(), files);
    assert_eq!(outcome.status(), if told.left_out.is_empty() { 0 } else { 3 });
    // What was broken and unchanged is not made worse by looking again.
    let again = index(
        &channel,
        &["--quiet", "--run-exports", "--write-shards", "--skip-broken"],
    );
    assert_eq!(again.succeeded().stderr(), "");
    cases.iter().map(|case| told.of_case(case)).collect()
}

/// What a run said of packages, and the records that it published.
struct Told {
    left_out: BTreeMap<String, String>,
    warnings: BTreeMap<String, String>,
    records: BTreeMap<String, Value>,
}

fn told(list: &Value, key: &str) -> BTreeMap<String, String> {
    let told = list.as_array().unwrap().iter().map(|said| {
        let text = |key: &str| said[key].as_str().unwrap().to_owned();
        (text("file_name"), text(key))
    });
    told.collect()
}

impl Told {
    fn of_case(&self, case: &Case) -> String {
        let mut shown = format!("{}\n", case.title);
        let mut files = case
            .files
            .iter()
            .map(|(name, _)| (name, self.of_file(name, case)));
        let (_, first) = files.next().unwrap();
        shown += &first;
        for (name, other) in files.filter(|(_, other)| *other != first) {
            write!(shown, "  but {name}\n{other}").unwrap();
        }
        shown
    }

    fn of_file(&self, file_name: &str, case: &Case) -> String {
        if let Some(reason) = self.left_out.get(file_name) {
            assert!(!self.records.contains_key(file_name));
            return format!("    left out: {reason}\n");
        }
        let mut shown = "    indexed\n".to_owned();
        for difference in differences(package(case.title).index_json(), &self.records[file_name]) {
            writeln!(shown, "        {difference}").unwrap();
        }
        if let Some(warning) = self.warnings.get(file_name) {
            writeln!(shown, "        warning: {warning}").unwrap();
        }
        shown
    }
}

/// In what a record differs from that of a sound package.
fn differences(sound: &Map<String, Value>, record: &Value) -> Vec<String> {
    let mut sound = sound.clone();
    sound.retain(|key, _| key != "arch" && key != "platform");
    let mut record = record.as_object().unwrap().clone();
    record.retain(|key, _| !["md5", "sha256", "size", "indexed_timestamp"].contains(&&**key));
    let missing = sound.keys().filter(|key| !record.contains_key(*key));
    let missing = missing.map(|key| format!("no {key}"));
    let other = record
        .iter()
        .filter(|(key, value)| sound.get(*key) != Some(*value));
    missing
        .chain(other.map(|(key, value)| shortened(&format!("{key}: {value}"))))
        .collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{} … ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
