//! `towpath site`: what a channel's website holds, and when its files are written, left alone and
//! removed. It is read as programs read it, by the JSON beside its pages.

mod builds;
mod changes;
mod channel_files;
mod config;
mod databases;
mod documents;
mod environments;
mod harbour;
mod health;
mod incremental;
mod inspector;
mod limits;
mod lists;
mod mending;
mod names;
mod packages;
mod programs;
mod published_folder;
mod room;
mod templates;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;
use towpath_tests::ChannelBuilder;

use crate::environment::{Outcome, Towpath, index};
use crate::published::{files_below, with_values_replaced};

/// The file in which a website keeps what it is made of.
const STATE: &str = ".towpath-site";

/// What keeps runs apart.
const LOCK: &str = ".towpath-site.lock";

/// What a file holds, and whether it was touched: where it is on disk, and when it was modified.
type FileState = (u64, SystemTime, Vec<u8>);

/// A folder that a website is written to.
struct Website {
    folder: TempDir,
}

/// Which files a run has written and removed, by their paths in the website.
#[derive(Debug, PartialEq, Eq)]
struct Touched {
    written: BTreeSet<String>,
    removed: BTreeSet<String>,
}

/// Calls `towpath site CHANNEL` with these arguments behind it.
fn site(channel: &ChannelBuilder, args: &[&str]) -> Outcome {
    call(channel).args(args).run()
}

fn call(channel: &ChannelBuilder) -> Towpath {
    Towpath::new(["site"])
        .arg(channel.path())
        .naming(channel.path(), "[CHANNEL]")
}

/// The JSON in a file.
fn json_at(path: &Path) -> Value {
    let text = fs_err::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Without what differs between runs and libraries.
fn shown(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap();
    let keys = [
        "sha256",
        "md5",
        "size",
        "previous_size",
        "total_size",
        "indexed",
        "indexed_timestamp",
    ];
    keys.into_iter().fold(text, |text, key| {
        with_values_replaced(&text, key, &format!("[{key}]"))
    })
}

/// The members of this name in a list, as text.
fn texts<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap()).collect()
}

/// The texts of a list.
fn strings(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect()
}

impl Website {
    /// A folder with nothing in it.
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The website of a channel that is indexed first.
    fn of(channel: &ChannelBuilder, args: &[&str]) -> Self {
        let website = Self::new();
        let _ = index(channel, &[]).succeeded();
        let _ = website.make(channel, args).succeeded();
        website
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes it, or brings it up to date.
    fn make(&self, channel: &ChannelBuilder, args: &[&str]) -> Outcome {
        self.call(channel).args(args).run()
    }

    fn call(&self, channel: &ChannelBuilder) -> Towpath {
        call(channel)
            .arg("-o")
            .arg(self.path())
            .naming(self.path(), "[OUT]")
    }

    /// Indexes the channel and brings the website up to date. What was written is what has other bytes or
    /// another time than before.
    fn update(&self, channel: &ChannelBuilder, args: &[&str]) -> Touched {
        let before = self.states();
        let _ = index(channel, &[]).succeeded();
        let _ = self.make(channel, args).succeeded();
        Touched::between(&before, &self.states())
    }

    fn json(&self, path: &str) -> Value {
        json_at(&self.path().join(path))
    }

    fn text(&self, path: &str) -> String {
        fs_err::read_to_string(self.path().join(path)).unwrap()
    }

    fn has(&self, path: &str) -> bool {
        self.path().join(path).exists()
    }

    /// The files but for its own notes, by their paths.
    fn states(&self) -> BTreeMap<String, FileState> {
        states(self.path())
    }

    /// What the files hold.
    fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        contents(self.path())
    }

    /// The paths of all files, sorted. Digests in the names of assets are left out.
    fn files(&self) -> Vec<String> {
        self.states()
            .into_keys()
            .map(|path| without_digest(&path))
            .collect()
    }

    /// The files in this folder and below, by their paths from it.
    fn files_in(&self, folder: &str) -> Vec<String> {
        let files = self.files().into_iter();
        files
            .filter_map(|path| Some(path.strip_prefix(folder)?.to_owned()))
            .collect()
    }
}

/// The files below a folder but for a website's own notes.
fn states(folder: &Path) -> BTreeMap<String, FileState> {
    let files = files_below(folder).into_iter();
    files
        .map(|(path, state)| {
            let path = path.strip_prefix(folder).unwrap();
            (path.to_str().unwrap().to_owned(), state)
        })
        .filter(|(path, _)| path != STATE && path != LOCK)
        .collect()
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let states = states(folder).into_iter();
    states.map(|(path, (_, _, bytes))| (path, bytes)).collect()
}

/// `assets/style.0123.css` is `assets/style.css`.
fn without_digest(path: &str) -> String {
    match path.splitn(3, '.').collect::<Vec<_>>()[..] {
        [stem, _, extension] if path.starts_with("assets/") => format!("{stem}.{extension}"),
        _ => path.to_owned(),
    }
}

impl Touched {
    fn between(before: &BTreeMap<String, FileState>, after: &BTreeMap<String, FileState>) -> Self {
        let written = after
            .iter()
            .filter(|(path, state)| before.get(*path) != Some(*state));
        let removed = before.keys().filter(|path| !after.contains_key(*path));
        Self {
            written: written.map(|(path, _)| path.clone()).collect(),
            removed: removed.cloned().collect(),
        }
    }

    /// The folders of packages in which something was written.
    fn packages(&self) -> BTreeSet<&str> {
        let in_packages = self.written.iter().filter_map(|path| path.strip_prefix("p/"));
        in_packages.filter_map(|path| path.split('/').next()).collect()
    }
}
