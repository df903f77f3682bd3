//! The page about the channel's health.

use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::tarball::Member;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use super::harbour::{channel, needing};
use super::{Website, texts};
use crate::environment::{Towpath, index};

fn health(channel: &ChannelBuilder) -> Value {
    Website::of(channel, &[]).json("health/index.json")
}

#[test]
fn what_is_needed_and_is_not_there() {
    let page = health(&channel());
    assert_eq!(
        page["unmet"],
        json!([{"name": "dredger", "version": "1.0", "subdir": "noarch", "spec": "libquay >=2", "on": "libquay"}])
    );
    assert_eq!(
        page["missing"],
        json!([
            {"name": "python", "count": 2, "packages": ["dredger", "libquay"]},
            {"name": "libtide", "count": 1, "packages": ["libquay"]},
            {"name": "ucrt", "count": 1, "packages": ["libquay"]},
        ])
    );
    assert_eq!(
        (&page["unmet_count"], &page["missing_count"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(
        (&page["findings"], &page["is_verified"]),
        (&json!([]), &json!(false))
    );
}

/// A dependency is met in the same subdir or in noarch; what is in noarch may be installed anywhere.
#[rstest]
#[case::same("linux-64", "linux-64", "lock >=1", true)]
#[case::too_old("linux-64", "linux-64", "lock >=2", false)]
#[case::noarch("linux-64", "noarch", "lock >=1", true)]
#[case::from_noarch("noarch", "linux-64", "lock >=1", true)]
#[case::elsewhere("linux-64", "osx-64", "lock >=1", false)]
#[case::build("linux-64", "linux-64", "lock 1.0 py_*", false)]
#[case::this_build("linux-64", "linux-64", "lock 1.0 h7*", true)]
#[case::not_understood("linux-64", "linux-64", "lock = = 1", true)]
fn dependencies_are_met_where_clients_look(
    #[case] of: &str,
    #[case] lock: &str,
    #[case] spec: &str,
    #[case] is_met: bool,
) {
    let channel = ChannelBuilder::new()
        .package(
            &PackageBuilder::new("lock", "1.0", "h7_0").subdir(lock),
            Kind::Conda,
        )
        .package(&needing("user", 1, &[spec]).subdir(of), Kind::Conda);
    assert_eq!(
        texts(&health(&channel)["unmet"], "spec"),
        if is_met { vec![] } else { vec![spec] }
    );
}

#[test]
fn what_old_versions_need_is_not_asked() {
    let old = PackageBuilder::new("user", "1.0", "0").depends(["gone", "lock >=9"]);
    let channel = ChannelBuilder::new()
        .package(&PackageBuilder::new("lock", "1.0", "0"), Kind::Conda)
        .package(&old, Kind::Conda)
        .package(&PackageBuilder::new("user", "2.0", "0"), Kind::Conda);
    let page = health(&channel);
    assert_eq!((&page["unmet"], &page["missing"]), (&json!([]), &json!([])));
}

#[test]
fn what_policies_found_is_told() {
    let renamed = PackageBuilder::new("renamed", "1.0", "0").index(|index| {
        index.insert("version".to_owned(), "2.0".into());
    });
    let channel = channel()
        .package(&renamed, Kind::Conda)
        .file(
            "noarch/Upper-1.0-0.conda",
            PackageBuilder::new("Upper", "1.0", "0").conda(),
        )
        .file("towpath.toml", "[policy]\nname = 'reject'\n");
    let outcome = index(&channel, &[]);
    let website = Website::new();
    let _ = website.make(&channel, &[]).succeeded();
    let page = website.json("health/index.json");
    let files: Vec<String> = page["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            format!(
                "{} {} {}",
                finding["severity"], finding["file_name"], finding["name"]
            )
        })
        .collect();
    assert_eq!(
        files,
        [
            r#""error" "Upper-1.0-0.conda" null"#,
            r#""warning" "renamed-1.0-0.conda" "renamed""#,
        ],
        "{outcome}"
    );
    assert!(!website.has("p/~55pper"));
}

#[test]
fn what_towpath_verify_prints_is_shown() {
    let flawed = PackageBuilder::new("flawed", "1.0", "0")
        .payload("conda-meta/history", "")
        .payload_entry(Member::file("share/open.txt", "").header_bytes(100, *b"0000666\0"));
    let channel = ChannelBuilder::new().package(&flawed, Kind::Conda);
    let printed = Towpath::new(["verify", "--json"]).arg(channel.path()).run();
    let report: Value = serde_json::from_str(&printed.stdout().replace("[TIME]", "0")).unwrap();
    let channel = channel.file("report.json", report.to_string());
    let path = channel.path().join("report.json").display().to_string();
    let website = Website::of(&channel, &["--verify-report", &path]);
    let page = website.json("health/index.json");
    let findings = report["files"][0]["findings"].as_array().unwrap();
    assert!(findings.len() > 1, "{report}");
    assert_eq!(page["finding_count"], findings.len());
    assert_eq!(page["is_verified"], true);
    let mut codes: Vec<&str> = findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    let mut shown = texts(&page["findings"], "rule");
    codes.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, codes);
    for finding in page["findings"].as_array().unwrap() {
        assert_eq!(
            (&finding["subdir"], &finding["file_name"], &finding["name"]),
            (&json!("noarch"), &json!("flawed-1.0-0.conda"), &json!("flawed"))
        );
    }
    let severities = texts(&page["findings"], "severity");
    let worst_first = ["error", "warning", "note"];
    let rank = |severity: &&str| worst_first.iter().position(|known| known == severity).unwrap();
    assert!(severities.is_sorted_by_key(rank), "{severities:?}");
    // Another report makes another page; and none makes the page without.
    let channel = channel.file("report.json", json!({"files": []}).to_string());
    let _ = website.make(&channel, &["--verify-report", &path]).succeeded();
    let page = website.json("health/index.json");
    assert_eq!(
        (&page["finding_count"], &page["is_verified"]),
        (&json!(0), &json!(true))
    );
    let _ = website.make(&channel, &[]).succeeded();
    assert_eq!(website.json("health/index.json")["is_verified"], false);
}

#[rstest]
#[case::no_json("nothing")]
#[case::another_report(r#"{"findings": []}"#)]
fn what_is_no_report_is_told(#[case] text: &str) {
    let channel = channel().file("report.json", text);
    let _ = index(&channel, &[]).succeeded();
    let path = channel.path().join("report.json").display().to_string();
    let outcome = Website::new().make(&channel, &["--verify-report", &path]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let said = "[CHANNEL]/report.json: is not what `towpath verify --json` prints";
    assert!(outcome.stderr().contains(said), "{outcome}");
}

#[test]
fn the_largest_files_are_named() {
    let channel = (0..30).fold(ChannelBuilder::new(), |channel, n| {
        let package = PackageBuilder::new(&format!("p{n:02}"), "1.0", "0");
        channel.package(
            &package.payload("lib/x", towpath_tests::noise(1_000 * (n + 1))),
            Kind::Conda,
        )
    });
    let page = health(&channel);
    let largest = texts(&page["largest"], "name");
    assert_eq!(largest.len(), 25);
    assert_eq!(largest[..3], ["p29", "p28", "p27"]);
}
