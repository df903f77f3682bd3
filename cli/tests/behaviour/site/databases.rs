//! Wherever what is known is kept and however many threads there are, the website is the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::harbour::channel;
use super::{Website, contents, json_at};
use crate::databases::{BACKENDS, Backend, Kept};
use crate::environment::{Towpath, index};

#[test]
fn threads_do_not_matter() {
    let channel = channel();
    let _ = index(&channel, &["--channeldata", "--run-exports"]).succeeded();
    let made = ["1", "4", "4"].map(|threads| {
        let website = Website::new();
        let _ = website.make(&channel, &["--threads", threads]).succeeded();
        website.contents()
    });
    assert!(made[0] == made[1] && made[1] == made[2]);
}

#[test]
fn every_database_makes_the_same_website() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Sqlite3, &[]).succeeded();
    for to in [Backend::Gluesql, Backend::Postgresql] {
        let copy = ["--from", "sqlite3", "--to", to.name()];
        let _ = kept.call(&["db", "copy"], &copy).run().succeeded();
    }
    let made: Vec<BTreeMap<String, Vec<u8>>> = BACKENDS
        .iter()
        .map(|backend| {
            let website = Website::new();
            let make = || {
                kept.call(&["site"], &["--db", backend.name(), "-o"])
                    .arg(website.path())
                    .run()
                    .succeeded()
            };
            let _ = make();
            let outcome = make();
            assert!(
                outcome.stderr().contains("nothing has changed"),
                "{backend:?}: {outcome}"
            );
            website.contents()
        })
        .collect();
    assert!(made[0].contains_key("p/lock/linux-64/lock-3.0-0.conda.html"));
    for (backend, website) in BACKENDS.iter().zip(&made) {
        let differ = |path: &&String| website.get(*path) != made[0].get(*path);
        let differences: Vec<&String> = website.keys().chain(made[0].keys()).filter(differ).collect();
        assert!(differences.is_empty(), "{backend:?}: {differences:?}");
    }
}

/// A database of nothing but this channel's name is no channel; its documents are shown.
#[test]
fn without_what_an_index_run_left_documents_are_shown() {
    let kept = Kept::new();
    let _ = kept.index(Backend::Postgresql, &[]).succeeded();
    let website = Website::new();
    let outcome = Towpath::new(["site"])
        .arg(kept.channel.path())
        .arg("-o")
        .arg(website.path())
        .run();
    let _ = outcome.succeeded();
    assert_eq!(website.json("p/lock/index.json")["version"], "4.0");
}

/// As far as records go: what packages say to people is known of no more than `channeldata.json` has.
#[test]
fn documents_alone_make_the_same_pages_of_builds() {
    // Of recipes, documents say nothing.
    let channel = channel().remove("noarch/tug-1.0-0.conda");
    let _ = index(&channel, &["--channeldata", "--run-exports"]).succeeded();
    let of_stores = Website::new();
    let _ = of_stores.make(&channel, &["-n", "harbour"]).succeeded();
    let channel = ["noarch", "linux-64", "osx-64", "osx-arm64", "win-64"]
        .into_iter()
        .fold(channel, |channel, subdir| {
            channel.remove(&format!("{subdir}/.cache"))
        });
    let of_documents = Website::new();
    let _ = of_documents.make(&channel, &["-n", "harbour"]).succeeded();
    let pages = |website: &Website| -> BTreeMap<String, Value> {
        let paths = contents(website.path()).into_keys();
        let is_build = |path: &String| path.starts_with("p/") && path.ends_with("conda.json");
        paths
            .filter(is_build)
            .map(|path| (path.clone(), json_at(&website.path().join(path))))
            .collect()
    };
    let (expected, found) = (pages(&of_stores), pages(&of_documents));
    assert_eq!(expected.len(), 8);
    for (path, page) in &expected {
        assert_eq!(found.get(path), Some(page), "{path}");
    }
    let same = [
        "p/libquay/changes/index.json",
        "names/index.json",
        "search/names.tsv",
        "health/index.json",
    ];
    for path in same {
        assert_eq!(of_stores.text(path), of_documents.text(path), "{path}");
    }
    for list in ["p/libquay/index.json", "index.json"] {
        let [mut one, mut other] = [&of_stores, &of_documents].map(|website| website.json(list));
        // Channeldata knows none.
        for page in [&mut one, &mut other] {
            let page = page.as_object_mut().unwrap();
            page.remove("maintainers");
            page.remove("provenance");
        }
        assert_eq!(one, other, "{list}");
    }
}
