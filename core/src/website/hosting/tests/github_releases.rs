//! GitHub Releases: where packages are looked for, and what becomes of them there.

use rstest::rstest;
use serde_json::json;

use super::{Folder, one};
use crate::verify::Severity;
use crate::website::hosting::Host;

const RELEASE: &str = "https://github.com/o/r/releases/download/packages/noarch/";

#[rstest]
#[case(RELEASE, None)]
#[case("https://github.com/o/r/releases/download/v1/", None)]
#[case("https://github.com/o/r/releases/download/v1", Some("other-base-url"))]
#[case("https://github.com/o/r/releases/v1/", Some("other-base-url"))]
#[case("https://github.com/o/releases/download/v1/", Some("other-base-url"))]
#[case("https://github.com/o/r/releases/download//", Some("other-base-url"))]
#[case("https://github.com/o/r/releases/download/it's/", Some("other-base-url"))]
#[case("http://github.com/o/r/releases/download/v1/", Some("other-base-url"))]
#[case("../packages/", Some("other-base-url"))]
fn base_urls_are_those_of_releases(#[case] base_url: &str, #[case] found: Option<&'static str>) {
    let folder = Folder::sound().repodata("noarch", &json!({"base_url": base_url}), &[]);
    let expected = found.map(|name| one(Severity::Error, name, "noarch/repodata.json"));
    assert_eq!(folder.found(Host::GithubReleases), expected.unwrap_or_default());
    let names = folder.check(Host::GithubReleases).findings;
    assert!(!names.iter().any(|finding| finding.name == "no-base-url"));
}

#[rstest]
#[case(800, None)]
#[case(801, Some((Severity::Warning, "nearly-too-many-assets")))]
#[case(1000, Some((Severity::Warning, "nearly-too-many-assets")))]
#[case(1001, Some((Severity::Error, "too-many-assets")))]
fn a_release_has_a_thousand_assets(#[case] count: usize, #[case] found: Option<(Severity, &'static str)>) {
    let names: Vec<String> = (0..count).map(|k| format!("a-{k}-0.conda")).collect();
    let packages: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let folder = Folder::sound().repodata("noarch", &json!({"base_url": RELEASE}), &packages);
    let expected = found.map(|(severity, name)| one(severity, name, ""));
    assert_eq!(folder.found(Host::GithubReleases), expected.unwrap_or_default());
}

#[rstest]
#[case("a-1!2-0.conda", 1, Some((Severity::Error, "asset-renamed")))]
#[case("a-1+b-0.conda", 1, Some((Severity::Note, "plus-in-name")))]
#[case("a-1-0.conda", (2 << 30) - 1, None)]
#[case("a-1-0.conda", 2 << 30, Some((Severity::Error, "asset-too-large")))]
fn assets_keep_their_names_and_are_small(
    #[case] name: &str,
    #[case] size: u64,
    #[case] found: Option<(Severity, &'static str)>,
) {
    let folder = Folder::sound().repodata("noarch", &json!({"base_url": RELEASE}), &[(name, size)]);
    let path = format!("noarch/{name}");
    let expected = found.map(|(severity, name)| one(severity, name, &path));
    assert_eq!(folder.found(Host::GithubReleases), expected.unwrap_or_default());
    if name.contains('!') {
        let said = folder.said(Host::GithubReleases, "asset-renamed");
        assert!(said.starts_with("becomes a-1.2-0.conda "), "{said}");
    }
}

#[test]
fn subdirs_that_share_a_release_share_its_names() {
    let info = json!({"base_url": "https://github.com/o/r/releases/download/all/"});
    let folder = Folder::sound()
        .repodata("noarch", &info, &[("a-1-0.conda", 1), ("b-1-0.conda", 1)])
        .repodata("linux-64", &info, &[("a-1-0.conda", 1)]);
    assert_eq!(
        folder.found(Host::GithubReleases),
        one(Severity::Error, "asset-collision", "noarch/a-1-0.conda")
    );
}

#[test]
fn packages_are_uploaded_to_the_release_of_their_base_url() {
    let folder = Folder::sound()
        .repodata("noarch", &json!({"base_url": RELEASE}), &[("a-1-0.conda", 1)])
        .file("noarch/a-1-0.conda", "a");
    let advice = folder.check(Host::GithubReleases).advice;
    assert!(
        advice[0].starts_with("gh release create 'packages/noarch' --repo 'o/r' "),
        "{advice:?}"
    );
    assert!(
        advice[1].contains("gh release upload 'packages/noarch' --repo 'o/r'"),
        "{advice:?}"
    );
}
