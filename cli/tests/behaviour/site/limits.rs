//! Packages of which there is very much: what is long is divided, and no page is too large to be shown.

use serde_json::{Map, Value, json};
use towpath_tests::ChannelBuilder;

use super::Website;

/// Bytes that a page of HTML may have.
const PAGE_MAX: usize = 300_000;

fn record(name: &str, version: &str, number: usize, depends: &[String]) -> (String, Value) {
    let build = format!("h{number:07x}_{number}");
    let record = json!({
        "name": name, "version": version, "build": build, "build_number": number, "depends": depends, "size": 1_000,
        "sha256": "ab".repeat(32), "md5": "cd".repeat(16), "timestamp": 1_500_000_000_000_i64, "license": "MIT",
    });
    (format!("{name}-{version}-{build}.conda"), record)
}

fn made(subdirs: &[(&str, Map<String, Value>)], args: &[&str]) -> Website {
    let channel = subdirs
        .iter()
        .fold(ChannelBuilder::new(), |channel, (subdir, records)| {
            let repodata = json!({"info": {"subdir": subdir}, "packages": {}, "packages.conda": records});
            channel.file(&format!("{subdir}/repodata.json"), repodata.to_string())
        });
    let website = Website::new();
    let _ = website.make(&channel, args).succeeded();
    website
}

fn assert_small(website: &Website) {
    for (path, bytes) in website.contents() {
        let is_page = path.ends_with(".html");
        assert!(
            !is_page || bytes.len() <= PAGE_MAX,
            "{path} has {} bytes",
            bytes.len()
        );
    }
}

/// 400 versions, 5,000 builds in two subdirs.
#[test]
fn a_package_of_many_builds() {
    let depends: Vec<String> = (0..12)
        .map(|n| format!("a-dependency-{n} >=1.{n},<2.0a0"))
        .collect();
    let build = |n: usize| record("much", &format!("1.{}", n % 400), n / 400, &depends);
    let subdirs = [
        ("linux-64", (0..2_800).map(build).collect()),
        ("osx-64", (2_800..5_000).map(build).collect()),
    ];
    let website = made(&subdirs, &["--build-pages", "none"]);
    assert_small(&website);
    let page = website.json("p/much/index.json");
    assert_eq!(
        (&page["version"], &page["version_count"], &page["build_count"]),
        (&json!("1.399"), &json!(400), &json!(5_000))
    );
    let first = website.json("p/much/versions/index.json");
    let count = first["paging"]["count"].as_u64().unwrap();
    assert_eq!(count, 13);
    let mut files = Vec::new();
    for number in 1..=count {
        let file = if number == 1 {
            "index".to_owned()
        } else {
            number.to_string()
        };
        let page = website.json(&format!("p/much/versions/{file}.json"));
        assert_eq!(page["paging"]["number"], number);
        for version in page["versions"].as_array().unwrap() {
            for build in version["builds"].as_array().unwrap() {
                files.push(format!("{}/{}", build["subdir"], build["file_name"]));
            }
        }
    }
    assert_eq!(files.len(), 5_000);
    files.sort_unstable();
    files.dedup();
    assert_eq!(files.len(), 5_000);
    let changes = website.json("p/much/changes/index.json");
    assert_eq!(changes["versions"].as_array().unwrap().len(), 400);
    assert_eq!(changes["paging"]["count"], 399_u64.div_ceil(60));
    assert!(website.has("p/much/changes/7.html") && !website.has("p/much/changes/8.html"));
    assert_eq!(website.json("p/much/changes/7.json")["versions"], json!([]));
    assert!(website.has("linux-64/4.html") && !website.has("linux-64/5.html"));
    assert_eq!(
        website.text("p/much/atom.xml").matches("<entry>").count(),
        website.text("p/much/rss.xml").matches("<item>").count()
    );
}

#[test]
fn a_package_that_many_depend_on() {
    let user = |n: usize| {
        let depends = [format!("used >=1.{}", n % 7)];
        record(
            &format!("a-user-with-quite-a-long-name-{n:04}"),
            "1.0",
            0,
            &depends,
        )
    };
    let mut records: Map<String, Value> = (0..3_000).map(user).collect();
    records.extend([record("used", "1.0", 0, &[])]);
    let website = made(&[("noarch", records)], &["--build-pages", "none"]);
    assert_small(&website);
    let page = website.json("p/used/index.json");
    assert_eq!(page["used_by_count"], 3_000);
    let shown = |page: &Value| -> usize {
        let requirements = page["used_by"].as_array().unwrap().iter();
        requirements
            .map(|requirement| requirement["packages"].as_array().unwrap().len())
            .sum()
    };
    assert_eq!(shown(&page), 100);
    assert_eq!(page["used_by"][0]["count"], 429);
    let all = website.json("p/used/used-by.json");
    assert_eq!(shown(&all), 3_000);
    assert_eq!(all["used_by"].as_array().unwrap().len(), 7);
    assert!(!website.has("p/a-user-with-quite-a-long-name-0000/used-by.html"));
    assert_eq!(website.json("index.json")["most_used"][0]["used_by_count"], 3_000);
    let health = website.json("health/index.json");
    assert_eq!(
        (&health["unmet_count"], health["unmet"].as_array().unwrap().len()),
        (&json!(2_571), 500)
    );
}

/// What a page leaves out, the JSON beside it has.
#[test]
fn a_build_may_depend_on_thousands() {
    let depends: Vec<String> = (0..3_000)
        .map(|number| format!("needed-{number:04} >=1.{number}"))
        .collect();
    let website = made(
        &[(
            "noarch",
            [record("meta", "1.0", 0, &depends)].into_iter().collect(),
        )],
        &[],
    );
    assert_small(&website);
    let builds = website
        .files()
        .into_iter()
        .filter(|path| path.starts_with("p/meta/noarch/"));
    let builds: Vec<String> = builds.filter(|path| path.ends_with(".json")).collect();
    let page = website.json(&builds[0]);
    assert_eq!(page["depends"].as_array().unwrap().len(), 3_000);
    let html = website.text(&builds[0].replace(".json", ".html"));
    assert!(html.contains("And 2,300 more"), "{html}");
}
