//! Names of packages and subdirs as folders, whatever they are.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Map, Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::{Website, site};
use crate::environment::{Towpath, index};

/// Names that nobody should give, and a client may see all the same.
fn hostile() -> Vec<String> {
    let long = |end: &str| format!("{}{end}", "n".repeat(300));
    let names = [
        "Upper",
        "upper",
        "..",
        ".",
        "../../x",
        "/etc/passwd",
        "a/b",
        "a b",
        "ünï",
        "日本",
        "index.html",
        "con",
        "%2e%2e",
        "a\\b",
        "new\nline",
        "<b>",
        "a?b#c",
        "~41",
        "A",
        "-rf",
        ".hidden",
        "\u{202e}",
        "'\"",
    ];
    names
        .into_iter()
        .map(str::to_owned)
        .chain([long("1"), long("2")])
        .collect()
}

fn with_records(names: &[String]) -> ChannelBuilder {
    let records: Map<String, Value> = names
        .iter()
        .map(|name| {
            let record = json!({
                "name": name, "version": "1.0", "build": "0", "build_number": 0, "depends": names, "size": 1,
            });
            // What has a slash is no name of a file, and no record of one is shown.
            (format!("{}-1.0-0.conda", name.replace('/', "_")), record)
        })
        .collect();
    let repodata = json!({"info": {"subdir": "noarch"}, "packages": {}, "packages.conda": records});
    ChannelBuilder::new().file("noarch/repodata.json", repodata.to_string())
}

#[test]
fn every_name_has_a_folder_of_its_own_in_the_website() {
    let names = hostile();
    let channel = with_records(&names);
    let parent = Website::new();
    let out = parent.path().join("a/b/out");
    let _ = site(&channel, &["-o", &out.display().to_string()]).succeeded();
    let files = parent.files();
    assert!(files.iter().all(|path| path.starts_with("a/b/out/")), "{files:?}");
    let prefix = "a/b/out/p/";
    let mut found = BTreeSet::new();
    for path in files.iter().filter(|path| path.starts_with(prefix)) {
        let parts: Vec<&str> = path[prefix.len()..].split('/').collect();
        assert!(parts.len() <= 3, "{path}");
        for part in &parts {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-~!".contains(c);
            assert!(
                part.chars().all(is_plain) && part.len() <= 220 && !part.starts_with('.'),
                "{path}"
            );
        }
        if parts[1..] == ["index.json"] {
            found.insert(parent.json(path)["name"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(found, names.iter().cloned().collect());
    // File systems may not tell letters by case.
    let folders: BTreeSet<String> = files
        .iter()
        .filter_map(|path| Some(path.strip_prefix(prefix)?.split('/').next()?.to_lowercase()))
        .collect();
    assert_eq!(folders.len(), names.len());
}

/// Every link in every page leads to a file.
#[test]
fn links_lead_to_these_folders() {
    let channel = with_records(&hostile());
    let website = Website::new();
    let _ = website.make(&channel, &[]).succeeded();
    let base = url::Url::from_file_path(website.path()).unwrap();
    let mut count = 0;
    for page in website
        .files()
        .iter()
        .filter(|path| path.ends_with(".html") && *path != "404.html")
    {
        let html = website.text(page);
        let address = url::Url::from_file_path(website.path().join(page)).unwrap();
        for link in html
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
        {
            let link = link.replace("&amp;", "&");
            let target = address.join(&link).unwrap();
            if target.scheme() != "file" || target.path().ends_with(".conda") {
                continue;
            }
            assert!(target.as_str().starts_with(base.as_str()), "{page}: {link}");
            let file = target.to_file_path().unwrap();
            let file = if file.is_dir() {
                file.join("index.html")
            } else {
                file
            };
            assert!(file.is_file(), "{page}: {link}");
            count += 1;
        }
    }
    assert!(count > 1_000, "{count}");
}

#[rstest]
#[case("p")]
#[case("names")]
#[case("assets")]
#[case("search")]
fn a_subdir_that_is_called_as_a_folder_of_the_website_is_refused(#[case] subdir: &str) {
    let channel = ChannelBuilder::new()
        .package(
            &PackageBuilder::new("lock", "1.0", "0").subdir(subdir),
            Kind::Conda,
        )
        .package(&PackageBuilder::new("gate", "1.0", "0"), Kind::Conda);
    let _ = index(&channel, &["--subdir", subdir, "--subdir", "noarch"]).succeeded();
    let website = Website::new();
    for args in [&[][..], &["--copy", "documents"]] {
        let outcome = website.make(&channel, args);
        assert_eq!(outcome.status(), 1, "{outcome}");
        assert!(
            outcome
                .stderr()
                .contains(&format!("the subdir {subdir} has the name of a folder")),
            "{outcome}"
        );
        assert_eq!(website.files(), [""; 0]);
    }
    assert_eq!(site(&channel, &[]).status(), 1);
    let args = ["--copy", "nothing", "--channel-url", "https://conda.example/main"];
    assert_eq!(website.make(&channel, &args).status(), 1);
}

#[test]
fn other_subdirs_may_be_called_anything() {
    let repodata =
        json!({"packages.conda": {"lock-1-0.conda": {"name": "lock", "version": "1", "build": "0"}}});
    let channel = ChannelBuilder::new().file("my subdir#/repodata.json", repodata.to_string());
    let website = Website::new();
    let outcome = Towpath::new(["site"])
        .arg(channel.path())
        .arg("-o")
        .arg(website.path())
        .run();
    let _ = outcome.succeeded();
    let page = website.json("p/lock/index.json");
    assert_eq!(page["platforms"][0]["subdir"], "my subdir#");
    assert_eq!(page["versions"][0]["builds"][0]["has_page"], true);
    let html = website.text("p/lock/index.html");
    assert!(
        html.contains("href=\"my%20subdir%23/lock-1-0.conda.html\""),
        "{html}"
    );
}
