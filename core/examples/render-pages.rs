//! Writes the pages and feeds of an invented channel into a folder, to look at while working on
//! the templates:
//!
//! ```text
//! cargo run -p towpath-core --features native --example render-pages -- /tmp/pages
//! ```

use std::env;
use std::error::Error;
use std::path::PathBuf;

use fs_err::{self as fs, File};
use serde_json::{Map, Value, json};
use towpath_core::channel::Subdir;
use towpath_core::site::{
    ChannelFeed, ChannelPage, FeedItem, ListingRow, PackageRow, RootDocument, SubdirPage, Templates, UtcTime,
};

type Named = (String, Map<String, Value>);

const CHANNEL: &str = "demo";
const SUBDIRS: [&str; 8] = [
    "linux-64",
    "linux-aarch64",
    "linux-ppc64le",
    "noarch",
    "osx-64",
    "osx-arm64",
    "win-64",
    "win-arm64",
];
const ROOT_DOCUMENTS: [RootDocument; 4] = [
    RootDocument::Page,
    RootDocument::ChannelData,
    RootDocument::Rss,
    RootDocument::Atom,
];
const NOW: i64 = 1_795_218_777;

/// A line for each package: name, version, build, licence, subdirs as bits, summary.
const PACKAGES: &str = include_str!("render-pages.txt");

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("which folder?")?);
    let templates = Templates::embedded()?;
    let (mut records, mut packages) = (hostile_records(), hostile_packages());
    for (index, line) in (0..).zip(PACKAGES.lines().filter(|line| !line.starts_with('#'))) {
        let (record, package) = read_line(index, line).ok_or("six columns")?;
        records.push(record);
        packages.push(package);
    }
    records.sort_by_key(|(file_name, _)| file_name.to_lowercase());

    let mut subdirs = Vec::new();
    for subdir in SUBDIRS {
        let page = SubdirPage {
            channel: CHANNEL.to_owned(),
            subdir: subdir.parse()?,
            root_documents: ROOT_DOCUMENTS.to_vec(),
            documents: documents(),
            packages_url: None,
            updated: UtcTime::from_seconds(NOW),
        };
        let rows = records.clone().into_iter().map(move |(file_name, record)| {
            let row = ListingRow::from_record(file_name, &record);
            // As with --html-dependencies, in one subdir.
            if subdir == "noarch" {
                row.with_dependencies(&record)
            } else {
                row
            }
        });
        fs::create_dir_all(folder.join(subdir))?;
        let out = File::create(folder.join(subdir).join("index.html"))?;
        templates.write_subdir_page(&page, rows, out)?;
        subdirs.push(page.subdir);
    }
    write_root(&templates, subdirs, &packages, &folder)
}

fn write_root(
    templates: &Templates,
    subdirs: Vec<Subdir>,
    packages: &[Named],
    folder: &std::path::Path,
) -> Result<(), Box<dyn Error>> {
    let page = ChannelPage {
        channel: CHANNEL.to_owned(),
        subdirs,
        root_documents: ROOT_DOCUMENTS.to_vec(),
        updated: UtcTime::from_seconds(NOW),
    };
    let rows = packages
        .iter()
        .map(|(name, package)| PackageRow::from_channeldata(name, package));
    let mut rows: Vec<PackageRow> = rows.collect();
    rows.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    templates.write_channel_page(&page, rows, File::create(folder.join("index.html"))?)?;

    let items = packages
        .iter()
        .map(|(name, package)| FeedItem::from_channeldata(name, package));
    let feed = ChannelFeed::new(CHANNEL, Some("https://conda.example.org/demo"), None, items);
    templates.write_rss(&feed, File::create(folder.join("rss.xml"))?)?;
    templates.write_atom(&feed, File::create(folder.join("atom.xml"))?)?;
    Ok(())
}

/// The record and the channeldata of the package in this line.
fn read_line(index: u32, line: &str) -> Option<(Named, Named)> {
    let columns: Vec<&str> = line.split(" | ").collect();
    let &[name, version, build, license, subdirs, summary] = columns.as_slice() else {
        return None;
    };
    let bits = u8::from_str_radix(subdirs, 16).ok()?;
    let subdirs: Vec<&str> = (0..)
        .zip(SUBDIRS)
        .filter(|(bit, _)| bits >> bit & 1 == 1)
        .map(|(_, subdir)| subdir)
        .collect();
    let seconds = NOW - 7_654_321 * i64::from(index) % 90_000_000;
    let digest = format!(
        "{:016x}",
        u64::from(index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    );
    let depends: Vec<&str> = (0..index % 4)
        .zip(["python >=3.10", "libgcc >=14", "__glibc >=2.17,<3.0.a0"])
        .map(|(_, spec)| spec)
        .collect();
    let record = json!({
        "name": name, "version": version, "build": build,
        "timestamp": seconds * 1000, "size": 700_u64 << (index * 7 % 22),
        "sha256": digest.repeat(4), "md5": digest.repeat(2),
        "depends": depends,
    });
    let package = json!({
        "version": version, "license": license, "summary": summary, "subdirs": subdirs,
        "home": format!("https://{name}.example.org/"),
        "doc_url": (index % 3 != 1).then(|| format!("https://{name}.example.org/docs")),
        "dev_url": format!("https://git.example.org/{name}"),
        "timestamp": seconds,
    });
    let ending = if index.is_multiple_of(5) {
        "tar.bz2"
    } else {
        "conda"
    };
    Some((
        named(format!("{name}-{version}-{build}.{ending}"), record),
        named(name, package),
    ))
}

fn documents() -> Vec<ListingRow> {
    let names = [
        "repodata.json",
        "repodata.json.zst",
        "repodata.json.bz2",
        "repodata_from_packages.json",
        "current_repodata.json",
        "run_exports.json",
        "repodata_shards.msgpack.zst",
        "patch_instructions.json",
    ];
    let document = |(index, name)| ListingRow {
        size: Some(48_000_000_u64 >> (2 * index)),
        modified: UtcTime::from_seconds(NOW),
        sha256: "5eed".repeat(16),
        md5: "5eed".repeat(8),
        ..ListingRow::named(name)
    };
    (0..).zip(names).map(document).collect()
}

fn hostile_records() -> Vec<Named> {
    let record =
        json!({"size": 12, "timestamp": "soon", "depends": ["<b>bold</b>", "\" onclick=x"], "sha256": "00"});
    [
        "javascript:alert(1)",
        "hash#1-1.0-0.conda",
        "pct%20-1.0-0.conda",
        "spaced name-1!1.0+local-0.conda",
        "quotes\"'-1.0-<b>0</b>.conda",
        "..-ü-日本-1.0-0.conda",
        "what?-1.0-0.conda",
        "a-name-that-is-as-long-as-a-file-system-lets-it-be-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-1.0-0.conda",
    ]
    .map(|name| named(name, record.clone()))
    .into()
}

fn hostile_packages() -> Vec<Named> {
    vec![
        named(
            "amp&<b>",
            json!({"home": "javascript:alert(1)", "doc_url": "javascript:x", "license": ["MIT", "BSD"], "version": "1.0", "summary": "<script>alert(1)</script> \" ' \u{b}", "timestamp": NOW}),
        ),
        named("spaced name", json!({"home": 5, "subdirs": "noarch"})),
        named(
            "x".repeat(120),
            json!({"version": "9".repeat(90), "license": "L".repeat(90), "summary": "s".repeat(900), "dev_url": "see the README of the project, section 4"}),
        ),
    ]
}

fn named(name: impl Into<String>, value: Value) -> Named {
    let Value::Object(members) = value else {
        return (name.into(), Map::new());
    };
    (name.into(), members)
}
