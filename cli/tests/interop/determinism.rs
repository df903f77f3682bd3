//! The same packages give the same documents, byte for byte, whoever read them in which order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use towpath_tests::{Kind, PackageBuilder};

use crate::channel::{Packages, TestChannel, files, generator};
use crate::documents::Documents;
use crate::towpath;

const OPTIONS: [&str; 11] = [
    "--channeldata",
    "--current-repodata",
    "--run-exports",
    "--write-shards",
    "--repodata-next",
    "--zst",
    "--bz2",
    "--html-dependencies",
    "--no-indexed-timestamp",
    "--channel-name",
    "same",
];

fn channel(packages: &Packages) -> TestChannel {
    let channel = packages.channel();
    for number in 0..4 {
        let modern = PackageBuilder::new(&format!("modern-{number}"), "1.0", "0")
            .depends(["lock[when=\"__unix\"]"])
            .index(|index| {
                index.insert("flags".to_owned(), json!(["iron"]));
            });
        for kind in [Kind::Conda, Kind::TarBz2] {
            channel.put(&modern, kind, 1_700_000_000);
            // Equally new: one of them represents the version.
            let twin = PackageBuilder::new("twin", "1.0", &number.to_string())
                .about(json!({"summary": format!("{number} {kind:?}")}));
            channel.put(&twin, kind, 1_700_000_000);
        }
    }
    channel
}

/// The pages and feeds, without what depends on when the run was: in pages, when documents were
/// written, and the digests of shard indexes, which say the same. Feeds have nothing of the kind.
fn pages(channel: &TestChannel) -> BTreeMap<PathBuf, String> {
    let paths = files(channel.path()).into_iter();
    let pages = paths.filter(|path| path.extension().is_some_and(|end| end == "html" || end == "xml"));
    let read = pages.map(|path| {
        let text = fs_err::read_to_string(&path).unwrap();
        let name = path.strip_prefix(channel.path()).unwrap().to_owned();
        (name, without_times_of_files(&text))
    });
    read.collect()
}

fn without_times_of_files(page: &str) -> String {
    let lines = page
        .lines()
        .filter(|line| !line.contains("href=\"repodata_shards"));
    let lines = lines.map(|line| {
        let is_document =
            line.contains(".json\">") || line.contains(".json.zst\">") || line.contains(".json.bz2\">");
        match line.find(" +0000") {
            Some(end) if is_document || line.contains("Updated: ") => {
                let start = end - "2026-11-21 06:44:24".len();
                format!("{}{}\n", &line[..start], &line[end..])
            }
            _ => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[test]
fn documents_are_the_same_however_many_threads_and_whichever_store() {
    let packages = Packages::generated(&generator(0.3), 150);
    let first = channel(&packages);
    towpath::index(first.path(), &[&OPTIONS[..], &["--threads", "1"]].concat());
    let (documents, expected) = (Documents::of(first.path()), pages(&first));
    let names: Vec<_> = expected.keys().map(|name| name.to_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "atom.xml",
            "index.html",
            "linux-64/index.html",
            "noarch/index.html",
            "rss.xml"
        ]
    );
    // Where records have no date, the time of a build is all that feeds know.
    let feed = &expected[Path::new("atom.xml")];
    assert!(feed.contains("<updated>2023-11-14T22:13:20Z</updated>"), "{feed}");
    for (threads, store) in [
        ("1", "memory"),
        ("8", "sqlite3"),
        ("8", "memory"),
        ("8", "sqlite3"),
        ("8", "memory"),
    ] {
        let channel = channel(&packages);
        let options = ["--threads", threads, "--db", store];
        towpath::index(channel.path(), &[&OPTIONS[..], &options].concat());
        Documents::of(channel.path()).assert_are(&documents);
        assert_eq!(pages(&channel), expected, "{threads} threads and {store}");
    }
}
