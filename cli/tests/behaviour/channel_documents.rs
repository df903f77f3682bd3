//! A channel whose documents a program gives (as the page in the browser does) is the same channel as in
//! its folder: the same is found, in the same words. `tests/tests/verify/given.rs` reads such channels
//! in pure Rust.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err::File;
use rstest::rstest;
use towpath_core::package::ArtifactName;
use towpath_core::verify::{
    ChannelDocuments, ChannelPlace, DocumentError, Report, VerifyOptions, Wanted, published_builds,
    read_channels, verify,
};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::index;
use crate::verify_channel::main_and_base;

/// The files of a folder, under another URL than where they are.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    without: &'static [&'static str],
}

const URL: &str = "https://conda.example";

impl ChannelDocuments for Folder {
    fn open(&self, url: &str, _limit: u64) -> Result<Option<Box<dyn std::io::Read>>, DocumentError> {
        let path = url.strip_prefix(URL).unwrap().trim_start_matches('/');
        if self.without.iter().any(|name| path.ends_with(name)) {
            return Ok(None);
        }
        match File::open(self.path.join(path)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The channel in the folder, and the same as a program gives it, with what each is called.
fn places(channel: &Path, without: &'static [&'static str]) -> [(ChannelPlace, String); 2] {
    let [folder, name] = [channel.parent(), channel.file_name().map(Path::new)].map(Option::unwrap);
    let documents = Folder {
        path: folder.to_owned(),
        without,
    };
    let url = format!("{URL}/{}", name.display());
    let given = ChannelPlace::given(Arc::new(documents), &url);
    [
        (ChannelPlace::folder(channel), channel.display().to_string()),
        (given, url),
    ]
}

/// What is found in a package in view of a channel, or why the channel cannot be read.
fn findings(package: &PackageBuilder, (place, name): &(ChannelPlace, String)) -> Vec<String> {
    let file_name = ArtifactName::new(package.file_name(Kind::Conda)).unwrap();
    let options = VerifyOptions::default();
    let mut report: Report = verify(&file_name, Cursor::new(package.conda()), &options).unwrap();
    let without_channel = report.findings.len();
    let wanted = Wanted::by(&report.claim);
    let told = |text: String| text.replace(name, "CHANNEL");
    match read_channels(place, &[], &wanted) {
        Err(error) => vec![told(error.to_string())],
        Ok(view) => {
            report.compare(&view, &options.selection);
            let of_channel = report.findings.iter().filter(|finding| finding.code > "G6");
            let texts: Vec<String> = of_channel
                .map(|finding| told(serde_json::to_string(finding).unwrap()))
                .collect();
            assert_eq!(report.findings.len(), without_channel + texts.len());
            texts
        }
    }
}

fn lock(version: &str, depends: &[&str]) -> PackageBuilder {
    PackageBuilder::new("lock", version, "0").depends(depends.iter().copied())
}

fn channel(args: &[&str]) -> ChannelBuilder {
    let channel = ChannelBuilder::new()
        .package(&lock("1.0", &["gate >=1"]), Kind::Conda)
        .package(&lock("2.0", &["gate >=1"]), Kind::TarBz2)
        .package(&lock("2.0", &["gate >=1"]), Kind::Conda)
        .package(
            &PackageBuilder::new("gate", "1.5", "0").subdir("linux-64"),
            Kind::Conda,
        )
        .package(&PackageBuilder::new("pump", "0.1", "0"), Kind::TarBz2);
    let _ = index(&channel, args).succeeded();
    channel
}

#[rstest]
#[case::shards(&[])]
#[case::compressed(&["repodata_shards.msgpack.zst"])]
#[case::plain(&["repodata_shards.msgpack.zst", ".json.zst"])]
fn the_same_is_found_as_in_the_folder(#[case] without: &'static [&'static str]) {
    let channel = channel(&["--write-shards", "--zst"]);
    let [folder, given] = places(channel.path(), without);
    for package in [
        lock("2.0", &["gate >=2", "sluice", "pump 0.1.*"]),
        lock("3.0", &["gate >=1"]),
        lock("2.0", &["gate >=1"]),
        lock("0.5", &[]),
        PackageBuilder::new("Lokc", "1", "0"),
    ] {
        let expected = findings(&package, &folder);
        assert_eq!(findings(&package, &given), expected, "{package:?}");
    }
    let broken = findings(&lock("2.0", &["gate >=2", "sluice"]), &given);
    for code in ["G601", "G603", "G604"] {
        assert!(broken.iter().any(|finding| finding.contains(code)), "{broken:?}");
    }
}

#[rstest]
fn related_channels_are_found_beside_it(#[values(true, false)] base_is_there: bool) {
    let root = tempfile::tempdir().unwrap();
    let [main, base] = main_and_base(root.path(), &[]);
    if !base_is_there {
        fs_err::remove_dir_all(&base).unwrap();
    }
    let package = lock("2.0", &["sluice >=1"]);
    let [folder, given] = places(&main, &[]).map(|place| findings(&package, &place));
    assert_eq!(given, folder);
    assert_eq!(given.is_empty(), base_is_there, "{given:?}");
}

#[rstest]
#[case::no_channel("noarch/repodata.json", None)]
#[case::no_json("noarch/repodata.json", Some("{\"packages\": 3}"))]
#[case::no_shard("noarch/shards", None)]
#[case::no_index("noarch/repodata_shards.msgpack.zst", Some("<html>"))]
fn what_cannot_be_read_is_told_in_the_same_words(#[case] path: &str, #[case] content: Option<&str>) {
    let args: &[&str] = if path.ends_with(".json") {
        &[]
    } else {
        &["--write-shards"]
    };
    let channel = channel(args).remove(path);
    let channel = match content {
        Some(content) => channel.file(path, content),
        None => channel,
    };
    let [folder, given] = places(channel.path(), &[]).map(|place| findings(&lock("2.0", &[]), &place));
    assert_eq!(given, folder);
    assert_eq!(given.len(), 1, "{given:?}");
}

/// The builds that a page offers for comparison, of which all is known that the channel publishes.
#[rstest]
#[case(&["--write-shards"])]
#[case(&[])]
fn the_published_builds_of_a_name_are_given(#[case] args: &[&str]) {
    let channel = channel(args);
    for (place, _) in places(channel.path(), &[]) {
        let builds = published_builds(&place, "noarch", "Lock").unwrap();
        if let Some(url) = builds.folder_url {
            assert!(url.ends_with("/noarch/"), "{url}");
        }
        let records = builds.records;
        let mut names: Vec<&str> = records.iter().map(|record| record.file_name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["lock-1.0-0.conda", "lock-2.0-0.conda", "lock-2.0-0.tar.bz2"]
        );
        let record = serde_json::to_value(&records[0]).unwrap();
        assert_eq!(record["section"], "legacy");
        assert_eq!(record["record"]["sha256"].as_str().unwrap().len(), 64);
        assert!(
            published_builds(&place, "noarch", "sluice")
                .unwrap()
                .records
                .is_empty()
        );
        for subdir in ["win-64", "../main"] {
            let error = published_builds(&place, subdir, "lock").unwrap_err();
            let end = format!("has no repodata.json in {subdir} (`towpath index` makes it one)");
            assert!(error.to_string().ends_with(&end), "{error}");
        }
    }
}

/// Packages may be on another host than the documents (CEP 15).
#[rstest]
#[case(&["--write-shards", "--base-url", "https://files.example/main"])]
#[case(&["--base-url", "https://files.example/main"])]
fn where_published_builds_are_is_told(#[case] args: &[&str]) {
    let channel = channel(args);
    let urls = places(channel.path(), &[])
        .into_iter()
        .map(|(place, _)| published_builds(&place, "noarch", "lock").unwrap().folder_url);
    let urls: Vec<String> = urls.flatten().collect();
    assert!(!urls.is_empty());
    for url in urls {
        assert_eq!(url, "https://files.example/main/noarch/");
    }
}
