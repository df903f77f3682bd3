//! The lists of packages: all names, by letter, by maintainer, by licence; and what the search reads.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::harbour::{built, channel};
use super::{Website, texts};

fn with_license(name: &str, license: &Value) -> PackageBuilder {
    let about = PackageBuilder::new(name, "1.0", "0").about(json!({}));
    about.index(|index| {
        index.insert("license".to_owned(), license.clone());
    })
}

fn maintained(name: &str, maintainers: &Value) -> PackageBuilder {
    built(name, "1.0", "0", 1).about(json!({"extra": {"recipe-maintainers": maintainers}}))
}

fn channel_of(packages: impl IntoIterator<Item = PackageBuilder>) -> ChannelBuilder {
    let packages = packages.into_iter();
    packages.fold(ChannelBuilder::new(), |channel, package| {
        channel.package(&package, Kind::Conda)
    })
}

#[test]
fn few_names_are_on_one_page_and_by_letter_too() {
    let website = Website::of(&channel(), &[]);
    let all = website.json("names/index.json");
    let names = ["barge", "crane", "dredger", "libquay", "tug"];
    assert_eq!(texts(&all["packages"], "name"), names);
    assert_eq!(all["letter"], Value::Null);
    assert_eq!(texts(&all["letters"], "letter"), ["b", "c", "d", "l", "t"]);
    let letter = website.json("names/l.json");
    assert_eq!(
        (&letter["letter"], &letter["package_count"]),
        (&json!("l"), &json!(5))
    );
    assert_eq!(
        letter["packages"],
        json!([{"name": "libquay", "version": "1.10", "summary": "Moor ships", "license": "MIT"}])
    );
    assert!(!website.has("names/a.html"));
}

#[test]
fn what_begins_with_no_letter_is_under_zero() {
    let packages = ["7zip", "_lock", "zebra"].map(|name| PackageBuilder::new(name, "1.0", "0"));
    let website = Website::of(&channel_of(packages), &[]);
    let page = website.json("names/0.json");
    assert_eq!(texts(&page["packages"], "name"), ["7zip", "_lock"]);
    assert_eq!(website.files_in("names/").len(), 6);
}

#[test]
fn many_names_are_divided() {
    let packages = (0..1_203).map(|n| {
        json!([format!("q{n:04}-1-0.conda"), {
            "name": format!("q{n:04}"), "version": "1", "build": "0", "build_number": 0, "depends": [],
        }])
    });
    let records: serde_json::Map<String, Value> = packages
        .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()))
        .collect();
    let repodata = json!({"info": {"subdir": "noarch"}, "packages": {}, "packages.conda": records});
    let channel = ChannelBuilder::new().file("noarch/repodata.json", repodata.to_string());
    let website = Website::new();
    let _ = website.make(&channel, &["--build-pages", "none"]).succeeded();
    assert_eq!(
        texts(&website.json("names/index.json")["packages"], "name"),
        [""; 0]
    );
    let pages: Vec<Value> = ["q", "q-2", "q-3"]
        .map(|stem| website.json(&format!("names/{stem}.json")))
        .into();
    let counts: Vec<usize> = pages
        .iter()
        .map(|page| page["packages"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [500, 500, 203]);
    assert_eq!(pages[2]["packages"][0]["name"], "q1000");
    assert_eq!(
        pages[1]["paging"],
        json!({"number": 2, "count": 3, "pages": ["q.html", "q-2.html", "q-3.html"]})
    );
    assert!(!website.has("names/q-4.html"));
    // Licences and maintainers are not known of any.
    assert_eq!(
        website.json("licenses/index.json"),
        json!({"licenses": [], "without": 1_203})
    );
}

#[test]
fn maintainers_have_pages() {
    let website = Website::of(&channel(), &[]);
    assert_eq!(
        website.json("maintainers/index.json"),
        json!({
            "maintainers": [
                {"name": "Adam", "count": 2, "page": "adam.html"},
                {"name": "zoe", "count": 1, "page": "zoe.html"},
            ],
            "without": 3,
        })
    );
    let page = website.json("maintainers/adam.json");
    assert_eq!(
        (&page["name"], &page["kind"]),
        (&json!("Adam"), &json!("maintainers"))
    );
    assert_eq!(texts(&page["packages"], "name"), ["libquay", "tug"]);
    assert!(website.has("maintainers/zoe.html"));
}

/// E103: what recipes say of their maintainers.
#[rstest]
#[case::list(json!(["b", "a", "b"]), &["a", "b"])]
#[case::text(json!("alone"), &["alone"])]
#[case::nothing(json!([]), &[])]
#[case::null(json!(null), &[])]
#[case::odd(json!(["../x", "index", 5]), &["../x", "5", "index"])]
fn maintainers_of_any_shape(#[case] said: Value, #[case] expected: &[&str]) {
    let website = Website::of(&channel_of([maintained("lock", &said)]), &[]);
    let page = website.json("maintainers/index.json");
    assert_eq!(texts(&page["maintainers"], "name"), expected);
    assert_eq!(page["without"], usize::from(expected.is_empty()));
    for group in page["maintainers"].as_array().unwrap() {
        let place = format!("maintainers/{}", group["page"].as_str().unwrap());
        let group_page = website.json(&place.replace(".html", ".json"));
        assert_eq!(group_page["name"], group["name"], "{place}");
        assert_eq!(texts(&group_page["packages"], "name"), ["lock"]);
    }
}

#[test]
fn licences_have_pages_the_most_used_first() {
    let [mit, other] = [json!("MIT"), json!("Apache-2.0 OR MIT")];
    let packages = [
        with_license("a", &other),
        with_license("b", &mit),
        with_license("c", &mit),
        with_license("d", &Value::Null),
    ];
    let website = Website::of(&channel_of(packages), &[]);
    let page = website.json("licenses/index.json");
    assert_eq!(texts(&page["licenses"], "name"), ["MIT", "Apache-2.0 OR MIT"]);
    assert_eq!(page["without"], 1);
    let group = page["licenses"][0]["page"]
        .as_str()
        .unwrap()
        .replace(".html", ".json");
    assert_eq!(
        texts(&website.json(&format!("licenses/{group}"))["packages"], "name"),
        ["b", "c"]
    );
}

/// A licence may be called as the second page of another, or as the list.
#[test]
fn pages_of_licences_are_not_those_of_others() {
    let record = |n: usize| {
        let license = match n {
            0 => "index",
            1 => "mit-2",
            2 => "mit~p2",
            _ => "mit",
        };
        let record = json!({"name": format!("p{n:03}"), "version": "1", "build": "0", "license": license});
        (format!("p{n:03}-1-0.conda"), record)
    };
    let records: serde_json::Map<String, Value> = (0..600).map(record).collect();
    let repodata = json!({"packages.conda": records});
    let channel = ChannelBuilder::new().file("noarch/repodata.json", repodata.to_string());
    let website = Website::new();
    let _ = website.make(&channel, &["--build-pages", "none"]).succeeded();
    let list = website.json("licenses/index.json");
    assert_eq!(
        texts(&list["licenses"], "name"),
        ["mit", "index", "mit-2", "mit~p2"]
    );
    for group in list["licenses"].as_array().unwrap() {
        let file = group["page"].as_str().unwrap().replace(".html", ".json");
        assert_eq!(website.json(&format!("licenses/{file}"))["name"], group["name"]);
    }
    let mit = website.json("licenses/mit.json");
    let second = mit["paging"]["pages"][1]
        .as_str()
        .unwrap()
        .replace(".html", ".json");
    let second = website.json(&format!("licenses/{second}"));
    assert_eq!(
        (&second["name"], second["packages"].as_array().unwrap().len()),
        (&json!("mit"), 97)
    );
    let outcome = website.make(&channel, &["--build-pages", "none"]).succeeded();
    assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
}

#[test]
fn the_search_reads_names_and_summaries_line_by_line() {
    let channel = channel().package(
        &PackageBuilder::new("odd", "1.0", "0").about(json!({"summary": "two\nlines\tand a tab"})),
        Kind::Conda,
    );
    let website = Website::of(&channel, &[]);
    assert_snapshot!(website.text("search/names.tsv"), @"
    barge	1.0
    crane	1.0
    dredger	1.0
    libquay	1.10
    odd	1.0
    tug	1.0
    ");
    assert_snapshot!(website.text("search/summaries.tsv"), @"
    barge for tests
    crane for tests
    dredger for tests
    Moor ships
    two lines and a tab
    Of the recipe
    ");
    assert_eq!(website.json("search/index.json")["package_count"], 6);
}
