//! What recorded environments are, whichever database they are in.

mod collecting;
mod model;
mod recording;
mod removing;
mod speed;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::channel::Subdir;
use crate::environment::formats::DocumentKind;
use crate::environment::{EnvironmentPath, Lock, LockedPackage, Specification};
use crate::index::IndexError;
use crate::package::ArtifactName;
use crate::store::StoreError;

const OWN: &str = "https://conda.example/main";
const OTHER: &str = "https://conda.example/other";

/// Ledgers over databases of all kinds, empty.
fn each(check: impl Fn(&mut Ledger)) {
    crate::store::relational::tests::each(|database| check(&mut Ledger::new(database, own())));
}

fn own() -> OwnChannel {
    OwnChannel {
        address: "main".to_owned(),
        urls: vec![OWN.to_owned()],
    }
}

/// A channel that has some files.
#[derive(Default)]
struct Content(RefCell<BTreeSet<String>>);

impl Content {
    fn of(names: &[&str]) -> Self {
        Self(RefCell::new(
            names.iter().map(|name| file(name).to_string()).collect(),
        ))
    }
}

impl ChannelContent for Content {
    fn listed(&self, subdir: &Subdir, file_names: &[String]) -> Result<Vec<String>, IndexError> {
        let listed = self.0.borrow();
        let names = file_names.iter();
        Ok(names
            .filter(|name| listed.contains(&format!("{subdir}/{name}")))
            .cloned()
            .collect())
    }
}

fn at(minute: i64) -> Stamp {
    Stamp {
        by: "ada".to_owned(),
        at: Timestamp::from_second(1_790_000_000 + 60 * minute).unwrap(),
    }
}

fn path(path: &str) -> EnvironmentPath {
    path.parse().unwrap()
}

fn linux() -> Subdir {
    "linux-64".parse().unwrap()
}

/// The package `name-1-0.conda`, or whatever file is named, of the own channel.
fn file(name: &str) -> ChannelFile {
    let name = match name.contains('-') {
        true => format!("{name}.conda"),
        false => format!("{name}-1-0.conda"),
    };
    ChannelFile {
        subdir: linux(),
        file: ArtifactName::new(name).unwrap(),
    }
}

fn package(channel: &str, name: &str) -> LockedPackage {
    let ChannelFile { subdir, file } = file(name);
    LockedPackage {
        channel: channel.to_owned(),
        subdir,
        sha256: Some([u8::try_from(name.len()).unwrap(); 32]),
        file,
        md5: None,
        size: Some(100),
    }
}

fn specification(text: &str) -> Specification {
    Specification {
        kind: DocumentKind::Explicit,
        sha256: format!(
            "{:064x}",
            text.bytes().fold(7_u64, |sum, byte| sum * 31 + u64::from(byte))
        ),
        body: text.to_owned(),
    }
}

/// A lock with these packages of the own channel.
fn solved(names: &[&str]) -> Solved {
    Solved {
        lock: Lock {
            platform: linux(),
            channels: vec![OWN.to_owned()],
            packages: names.iter().map(|name| package(OWN, name)).collect(),
            elsewhere: BTreeMap::new(),
        },
        requested: BTreeSet::new(),
        channels: Vec::new(),
        files: Vec::new(),
    }
}

/// Records an environment with these packages, whether or not the channel has them.
fn record(ledger: &mut Ledger, name: &str, packages: &[&str], stamp: &Stamp) -> Recorded {
    let specification = specification(&packages.join(" "));
    let recorded = ledger.record(&path(name), &specification, &[solved(packages)], None, stamp);
    recorded.unwrap().remove(0)
}

fn names(packages: &[UsedPackage]) -> Vec<&str> {
    packages.iter().map(|package| package.name.as_str()).collect()
}
