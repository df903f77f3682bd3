//! GitHub Pages: sizes, links, rights and what a site should have.

use rstest::rstest;
use serde_json::json;

use super::{Folder, one};
use crate::verify::Severity;
use crate::website::hosting::Host;

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

#[rstest]
#[case::large("inspect/index.html", "noarch/x-1.0-0.conda", (64 << 20) + 1, true)]
#[case::small("inspect/index.html", "noarch/x-1.0-0.conda", 64 << 20, false)]
#[case::in_parts("inspect/index.html", "noarch/x-1.0-0.tar.bz2", 65 << 20, false)]
#[case::no_inspector("health/index.html", "noarch/x-1.0-0.conda", 65 << 20, false)]
fn the_inspector_fetches_no_large_package_of_pages(
    #[case] page: &str,
    #[case] package: &str,
    #[case] size: u64,
    #[case] is_found: bool,
) {
    let name = package.strip_prefix("noarch/").unwrap();
    let folder =
        Folder::sound()
            .file(page, "")
            .sparse(package, size)
            .repodata("noarch", &json!({}), &[(name, size)]);
    let found = folder.found(Host::GithubPages);
    let expected = one(Severity::Note, "too-large-to-inspect", "");
    assert_eq!(
        found.iter().any(|finding| *finding == expected[0]),
        is_found,
        "{found:?}"
    );
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
