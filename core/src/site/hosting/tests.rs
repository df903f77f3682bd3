//! What is found on folders that are made for it.

use std::path::Path;

use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::verify::Severity;

/// A folder that is to be published.
struct Folder(TempDir);

impl Folder {
    /// A channel that nothing is to be said of: a document without records, with shards.
    fn sound() -> Self {
        Self(TempDir::new().unwrap())
            .file("404.html", "lost")
            .file(".nojekyll", "")
            .repodata("noarch", &json!({}), &[])
            .file("noarch/repodata_shards.msgpack.zst", "shards")
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        let full = self.0.path().join(path);
        fs_err::create_dir_all(full.parent().unwrap()).unwrap();
        full
    }

    fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs_err::write(self.path(path), bytes).unwrap();
        self
    }

    /// A file of that size, which takes no room.
    fn sparse(self, path: &str, size: u64) -> Self {
        let file = fs_err::File::create(self.path(path)).unwrap();
        file.set_len(size).unwrap();
        self
    }

    fn without(self, path: &str) -> Self {
        fs_err::remove_file(self.path(path)).unwrap();
        self
    }

    /// Writes `repodata.json` with records of these files, with the sizes that they have.
    fn repodata(self, subdir: &str, info: &Value, packages: &[(&str, u64)]) -> Self {
        let records = packages
            .iter()
            .map(|(name, size)| ((*name).to_owned(), json!({"name": "x", "size": size})));
        let records: serde_json::Map<String, Value> = records.collect();
        let document =
            json!({"info": info, "packages": {}, "packages.conda": records, "repodata_version": 1});
        self.file(&format!("{subdir}/repodata.json"), document.to_string())
    }

    fn check(&self, host: Host) -> HostingReport {
        check(host, self.0.path()).unwrap()
    }

    /// What is found on this host that is not found on a sound folder: severity, name and file.
    fn found(&self, host: Host) -> Vec<(Severity, &'static str, String)> {
        let report = self.check(host);
        let usual = Self::sound().check(host);
        let is_usual =
            |finding: &HostingFinding| usual.findings.iter().any(|other| other.name == finding.name);
        let findings = report.findings.iter().filter(|finding| !is_usual(finding));
        let told = |finding: &HostingFinding| {
            let file = finding.file.clone().unwrap_or_default();
            (finding.severity, finding.name, file)
        };
        findings.map(told).collect()
    }

    /// What is said of a name.
    fn said(&self, host: Host, name: &str) -> String {
        let report = self.check(host);
        let finding = report.findings.into_iter().find(|finding| finding.name == name);
        finding.unwrap_or_else(|| panic!("no {name}")).what
    }
}

fn one(severity: Severity, name: &'static str, file: &str) -> Vec<(Severity, &'static str, String)> {
    vec![(severity, name, file.to_owned())]
}

const RELEASE: &str = "https://github.com/o/r/releases/download/packages/noarch/";

#[rstest]
#[case(Host::GithubPages, &["size"])]
#[case(Host::GithubReleases, &["no-base-url", "no-cors"])]
#[case(Host::S3, &[])]
fn of_a_sound_folder_little_is_said(#[case] host: Host, #[case] names: &[&str]) {
    let report = Folder::sound().check(host);
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.name).collect();
    assert_eq!(found, names);
    assert_eq!(report.files, 4);
}

#[test]
fn hosts_are_called_what_they_are_called() {
    for host in Host::ALL {
        assert_eq!(host.as_str().parse(), Ok(host));
        assert_eq!(serde_json::to_value(host).unwrap(), host.as_str());
    }
    assert!("pages".parse::<Host>().is_err());
}

#[rstest]
fn without_noarch_there_is_no_channel(
    #[values(Host::GithubPages, Host::GithubReleases, Host::S3)] host: Host,
) {
    let folder = Folder::sound().without("noarch/repodata.json");
    assert_eq!(folder.found(host), one(Severity::Error, "no-channel", ""));
}

#[rstest]
#[case(1 << 30, None)]
#[case((1 << 30) + 1, Some((Severity::Error, "site-too-large")))]
fn a_site_may_have_a_gigabyte(#[case] size: u64, #[case] found: Option<(Severity, &'static str)>) {
    let folder = Folder::sound();
    let rest = folder.check(Host::GithubPages).bytes;
    let folder = folder.sparse("video.mp4", size - rest);
    let all = folder.found(Host::GithubPages);
    let of_size = all.iter().find(|(_, name, _)| *name == "site-too-large");
    assert_eq!(of_size.map(|(severity, name, _)| (*severity, *name)), found);
    assert_eq!(
        all.iter().any(|(_, name, _)| *name == "site-nearly-too-large"),
        found.is_none()
    );
}

#[test]
fn four_fifths_of_it_are_no_reason_to_warn() {
    let folder = Folder::sound().sparse("video.mp4", (1 << 30) / 5 * 4 - 10_000);
    assert_eq!(
        folder.found(Host::GithubPages),
        one(Severity::Note, "large-file", "video.mp4")
    );
}

#[rstest]
#[case(100 << 20, false)]
#[case((100 << 20) + 1, true)]
fn git_takes_no_file_over_100_mib(#[case] size: u64, #[case] is_found: bool) {
    let folder = Folder::sound().sparse("a.bin", size);
    assert_eq!(!folder.found(Host::GithubPages).is_empty(), is_found);
}

#[test]
fn what_a_site_should_have_and_has_not() {
    let folder = Folder::sound()
        .without("404.html")
        .without(".nojekyll")
        .file("_a/style.css", "")
        .file("names/_l.html", "");
    let expected = [
        one(Severity::Warning, "no-nojekyll", ""),
        one(Severity::Note, "no-404", ""),
    ];
    assert_eq!(folder.found(Host::GithubPages), expected.concat());
    let said = folder.said(Host::GithubPages, "no-nojekyll");
    assert!(
        said.starts_with("2 names begin with _, the first is _a:"),
        "{said}"
    );
    let plain = Folder::sound().without(".nojekyll");
    assert_eq!(plain.found(Host::GithubPages), [], "nothing begins with _");
}

#[test]
fn shards_are_missed_with_the_traffic_of_this_channel() {
    let document = "x".repeat(40_000_000);
    let folder = Folder::sound()
        .without("noarch/repodata_shards.msgpack.zst")
        .repodata("linux-64", &json!({}), &[])
        .repodata("osx-64", &json!({}), &[])
        .file("osx-64/repodata_shards.msgpack.zst", "")
        .sparse("noarch/repodata.json.zst", 10_000_000)
        .file("linux-64/repodata.json.zst", &document);
    assert_eq!(
        folder.found(Host::GithubPages),
        one(Severity::Warning, "no-shards", "")
    );
    let said = folder.said(Host::GithubPages, "no-shards");
    assert!(said.starts_with("no shards in linux-64, noarch:"), "{said}");
    assert!(said.ends_with("are 2000 times that"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_are_told_by_what_they_lead_to() {
    use fs_err::os::unix::fs::symlink;

    let folder = Folder::sound().file("real/a.txt", "a");
    symlink("a.txt", folder.path("real/b.txt")).unwrap();
    symlink("real", folder.path("again")).unwrap();
    symlink("nothing", folder.path("gone")).unwrap();
    fs_err::hard_link(folder.path("real/a.txt"), folder.path("real/c.txt")).unwrap();
    let report = folder.found(Host::GithubPages);
    let expected = [
        one(Severity::Error, "dangling-symlink", "gone"),
        one(Severity::Warning, "symlink", "real/b.txt"),
        one(Severity::Warning, "symlink-to-folder", "again"),
        one(Severity::Note, "hard-link", "real/a.txt"),
        one(Severity::Note, "hard-link", "real/c.txt"),
    ];
    assert_eq!(report, expected.concat());
    assert_eq!(folder.check(Host::GithubPages).files, 4 + 3, "what is published");
    assert_eq!(
        folder.found(Host::S3),
        one(Severity::Warning, "dangling-symlink", "gone")
    );
}

#[cfg(unix)]
#[rstest]
#[case("page.html", 0o640, true)]
#[case("page.html", 0o644, false)]
#[case("page.html", 0o604, false)]
#[case("p", 0o754, true)]
#[case("p", 0o755, false)]
fn everybody_can_read_it(#[case] path: &str, #[case] mode: u32, #[case] is_found: bool) {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::sound().file("page.html", "").file("p/x/index.html", "");
    let mode = std::fs::Permissions::from_mode(mode);
    fs_err::set_permissions(folder.path(path), mode).unwrap();
    let expected = is_found.then(|| one(Severity::Error, "not-readable", path));
    assert_eq!(folder.found(Host::GithubPages), expected.unwrap_or_default());
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_differ_in_case_alone_are_noted() {
    let folder = Folder::sound().file("p/Lock/a", "").file("p/lock/a", "");
    assert_eq!(
        folder.found(Host::GithubPages),
        one(Severity::Note, "case-collision", "p/lock")
    );
}

#[rstest]
fn stores_are_not_to_be_published(#[values(Host::GithubPages, Host::S3)] host: Host) {
    let folder = Folder::sound()
        .file("noarch/.cache/cache.db", "secret")
        .file(".git/HEAD", "")
        .file(".well-known/security.txt", "");
    assert_eq!(
        folder.found(host),
        one(Severity::Warning, "dot-folder", "noarch/.cache")
    );
    assert_eq!(folder.check(host).files, 4, "they are not counted");
}

#[rstest]
fn documents_and_packages_agree(#[values(Host::GithubPages, Host::S3)] host: Host) {
    let packages = [
        ("here-1-0.conda", 4),
        ("gone-1-0.conda", 4),
        ("other-1-0.conda", 5),
    ];
    let folder = Folder::sound()
        .repodata("noarch", &json!({}), &packages)
        .file("noarch/here-1-0.conda", "here")
        .file("noarch/other-1-0.conda", "here")
        .file("noarch/new-1-0.tar.bz2", "new");
    let expected = [
        one(Severity::Error, "missing-package", "noarch/gone-1-0.conda"),
        one(Severity::Error, "other-size", "noarch/other-1-0.conda"),
        one(Severity::Warning, "not-indexed", "noarch/new-1-0.tar.bz2"),
    ];
    assert_eq!(folder.found(host), expected.concat());
}

#[test]
fn records_under_v3_are_found_too() {
    let document = json!({
        "info": {}, "packages": {}, "packages.conda": {},
        "v3": {"conda": {"a-1-0": {"size": 1}}, "tar.bz2": {"b-1-0": {"size": "much"}}},
    });
    let folder = Folder::sound()
        .file("noarch/repodata.json", document.to_string())
        .file("noarch/a-1-0.conda", "a")
        .file("noarch/b-1-0.tar.bz2", "b");
    assert_eq!(folder.found(Host::GithubPages), []);
}

#[test]
fn packages_that_nobody_fetches_are_told() {
    let elsewhere = json!({"base_url": "https://example.org/x/noarch/"});
    let packages = [("a-1-0.conda", 1), ("b-1-0.conda", 1)];
    let folder = Folder::sound().repodata("noarch", &elsewhere, &packages);
    assert_eq!(folder.found(Host::GithubPages), [], "the packages are elsewhere");
    let folder = folder.file("noarch/a-1-0.conda", "a");
    assert_eq!(
        folder.found(Host::GithubPages),
        one(Severity::Warning, "base-url-and-packages", "noarch/repodata.json")
    );
}

#[rstest]
fn documents_that_make_no_sense_are_findings(
    #[values(Host::GithubPages, Host::GithubReleases, Host::S3)] host: Host,
    #[values("", "{", "[]", r#"{"packages": 1}"#, r#"{"packages": {}} x"#)] document: &str,
) {
    let folder = Folder::sound()
        .file("noarch/repodata.json", document)
        .file("noarch/a-1-0.conda", "a");
    let found = folder.found(host);
    assert!(
        found.contains(&(Severity::Error, "bad-repodata", "noarch/repodata.json".to_owned())),
        "{found:?}"
    );
}

#[rstest]
fn pointers_of_git_lfs_are_no_packages(
    #[values(Host::GithubPages, Host::GithubReleases, Host::S3)] host: Host,
) {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n";
    let folder = Folder::sound()
        .repodata("noarch", &json!({}), &[("a-1-0.conda", pointer.len() as u64)])
        .file("noarch/a-1-0.conda", pointer)
        .file("p/a/notes.conda", pointer);
    assert_eq!(
        folder.found(host),
        one(Severity::Error, "lfs-pointer", "noarch/a-1-0.conda")
    );
}

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

#[rstest]
#[case("noarch/a-1+b-0.conda", "plus-in-name")]
#[case("noarch/a b.txt", "key-characters")]
#[case("noarch/é.txt", "key-characters")]
fn keys_that_object_stores_read_differently(#[case] path: &str, #[case] name: &'static str) {
    let folder = Folder::sound().file(path, "a").repodata(
        "noarch",
        &json!({}),
        &[("a-1+b-0.conda", 1)][..usize::from(path.ends_with(".conda"))],
    );
    assert_eq!(folder.found(Host::S3), one(Severity::Warning, name, path));
}

#[test]
fn names_with_an_epoch_are_safe_in_keys() {
    let folder = Folder::sound()
        .repodata("noarch", &json!({}), &[("a-1!2-0_(x).conda", 1)])
        .file("noarch/a-1!2-0_(x).conda", "a");
    assert_eq!(folder.found(Host::S3), []);
}

#[test]
fn pages_of_folders_need_an_index_document() {
    let folder = Folder::sound()
        .file("index.html", "")
        .file("p/lock/index.html", "");
    assert_eq!(folder.found(Host::S3), one(Severity::Note, "index-document", ""));
    assert!(folder.said(Host::S3, "index-document").starts_with("1 pages"));
}

/// A line that sets a content encoding makes clients unpack twice; one that deletes comes last.
#[test]
fn uploads_to_s3_are_in_order() {
    let advice = s3::advice(Path::new("it's"));
    assert!(
        advice
            .iter()
            .all(|line| line.starts_with(r"aws s3 sync 'it'\''s' s3://BUCKET "))
    );
    assert!(advice.iter().all(|line| line.contains("--exclude '*/.*'")));
    assert!(!advice.concat().contains("encoding"));
    let deleting = advice.iter().position(|line| line.contains("--delete"));
    assert_eq!(deleting, Some(advice.len() - 1));
    assert!(advice[0].contains("immutable") && advice[0].contains("*/shards/"));
}

#[test]
fn of_many_findings_some_are_listed_and_all_are_counted() {
    let names: Vec<String> = (0..50).map(|k| format!("a-{k}-0.conda")).collect();
    let packages: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let folder = Folder::sound()
        .repodata("linux-64", &json!({}), &packages[..15])
        .repodata("noarch", &json!({}), &packages)
        .file("linux-64/repodata_shards.msgpack.zst", "");
    let report = folder.check(Host::GithubPages);
    assert_eq!(report.count(Severity::Error), 65);
    assert_eq!(report.more["missing-package"], 45);
    let listed = report.findings.iter();
    assert_eq!(
        listed.filter(|finding| finding.name == "missing-package").count(),
        20
    );
    assert_eq!(report.findings[0].severity, Severity::Error, "the worst first");
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let error = check(Host::S3, Path::new("no-such-folder")).unwrap_err();
    assert!(error.to_string().contains("no-such-folder"), "{error}");
}
