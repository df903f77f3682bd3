//! What is found on folders that are made for it.

mod github_pages;
mod github_releases;
mod s3;

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
