//! Which folders are indexed, what in them counts as a package, and where documents go.

#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
#[cfg(unix)]
use std::path::Path;

use insta::assert_snapshot;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};
use crate::published::Published;

fn lock_in(subdir: &str) -> PackageBuilder {
    PackageBuilder::new("lock", "1.0", "0").subdir(subdir)
}

#[test]
fn known_subdirs_are_found_and_other_folders_left_alone() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("linux-64"), Kind::Conda)
        .package(&lock_in("zos-z"), Kind::Conda)
        .package(&lock_in("weird-64"), Kind::Conda)
        .file("osx-64", "a file")
        .directory("docs");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (linux-64, noarch, zos-z): 2 added, 0 changed, 0 removed, 0 left out; 9 documents written in [TIME]
    ");
    assert!(!channel.path().join("weird-64/repodata.json").exists());
    assert_eq!(fs_err::read(channel.path().join("osx-64")).unwrap(), b"a file");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_is_a_subdir() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("elsewhere"), Kind::Conda)
        .symlink("linux-64", "elsewhere");
    assert_snapshot!(index(&channel, &[]), @r#"
    exit status: 0
    ----- stderr -----
    warning: linux-64/lock-1.0-0.conda: its subdir is "elsewhere", but it lies in linux-64 (CEP 34); older mamba reads nothing of such a channel
    [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 6 documents written in [TIME]
    "#);
    assert_eq!(
        Published::of(&channel, "linux-64").file_names(),
        ["lock-1.0-0.conda"]
    );
}

#[test]
fn only_the_subdirs_that_are_named_are_indexed() {
    let channel = ChannelBuilder::new()
        .remove("noarch")
        .package(&lock_in("linux-64"), Kind::Conda)
        .package(&lock_in("weird-64"), Kind::Conda);
    let args = [
        "--subdir", "weird-64", "--subdir", "osx-64", "--subdir", "weird-64",
    ];
    assert_snapshot!(index(&channel, &args), @"
    exit status: 0
    ----- stderr -----
    warning: there is no noarch/repodata.json, and a channel without it is none to clients (CEP 26)
    [CHANNEL] (osx-64, weird-64): 1 added, 0 changed, 0 removed, 0 left out; 6 documents written in [TIME]
    ");
    assert!(!channel.path().join("linux-64/repodata.json").exists());
    assert!(channel.path().join("osx-64/repodata.json").exists());
    // A channel without noarch is none.
    assert_eq!(Published::of(&channel, "noarch").names(), [""; 0]);
}

#[test]
fn documents_go_to_the_output_and_the_cache_stays() {
    let channel = ChannelBuilder::new().package(&lock_in("noarch"), Kind::Conda);
    let output = tempfile::tempdir().unwrap();
    let public = output.path().join("new/public");
    let outcome = Towpath::index(&channel).arg("--output").arg(&public).run();
    assert_snapshot!(outcome, @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    let published = Published::in_output(&channel, &public, "noarch");
    assert_eq!(
        published.names(),
        ["repodata.json", "repodata_from_packages.json"]
    );
    assert_eq!(published.file_names(), ["lock-1.0-0.conda"]);
    assert_eq!(Published::of(&channel, "noarch").names(), [""; 0]);
    assert!(channel.path().join("noarch/.cache/cache.db").is_file());
    assert!(!public.join("noarch/.cache").exists());
}

#[test]
fn a_second_output_is_written_from_what_is_known() {
    let channel = ChannelBuilder::new().package(&lock_in("noarch"), Kind::Conda);
    let _ = index(&channel, &[]).succeeded();
    let output = tempfile::tempdir().unwrap();
    let outcome = Towpath::index(&channel).arg("--output").arg(output.path()).run();
    assert_snapshot!(outcome, @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    let published = Published::in_output(&channel, output.path(), "noarch");
    assert_eq!(published.file_names(), ["lock-1.0-0.conda"]);
}

#[test]
fn paths_in_the_home_folder_are_understood() {
    let towpath = Towpath::new(["index", "~/channel", "--output", "~/public"]);
    let noarch = towpath.home().join("channel/noarch");
    fs_err::create_dir_all(&noarch).unwrap();
    lock_in("noarch").write_to(&noarch, Kind::Conda).unwrap();
    let repodata = towpath.home().join("public/noarch/repodata.json");
    assert!(towpath.run_and_look(&repodata));
}

/// E66; `hostile_pages` has their links.
#[test]
fn names_are_taken_as_they_are() {
    let names = [
        "a#b-1-0.conda",
        "a b-1-0.conda",
        "a%20b-1-0.tar.bz2",
        "a&<b>-1-0.conda",
        "a\"'-1-0.conda",
        "a*?[x]-1-0.conda",
        ".hidden-1-0.conda",
        "ünï-日本-1-0.conda",
        "1!1.0+loc-1-0.conda",
        "new\nline-1-0.conda",
        "tab\t-1-0.conda",
    ];
    let channel = names.iter().fold(ChannelBuilder::new(), |channel, name| {
        let stem = name.trim_end_matches(".conda").trim_end_matches(".tar.bz2");
        let [name_only, version, build] = stem.rsplitn(3, '-').collect::<Vec<_>>()[..] else {
            panic!("{name} is not of three parts");
        };
        let package = PackageBuilder::new(build, version, name_only);
        let kind = if name.ends_with(".conda") {
            Kind::Conda
        } else {
            Kind::TarBz2
        };
        channel.package(&package, kind)
    });
    let _ = index(&channel, &["--write-shards"]).succeeded();
    let published = Published::of(&channel, "noarch");
    let mut expected = names.map(str::to_owned);
    expected.sort_unstable();
    assert_eq!(published.file_names(), expected);
    // Sorted by bytes, and nothing but ASCII.
    let repodata = published.text("repodata.json");
    assert!(repodata.is_ascii());
    assert!(repodata.contains(r#""\u00fcn\u00ef-\u65e5\u672c-1-0.conda":"#));
}

/// E67.
#[test]
fn what_is_not_named_like_a_package_is_none() {
    let lock = lock_in("noarch").conda();
    let channel = ChannelBuilder::new()
        .file("noarch/lock-1.0-0.CONDA", &lock)
        .file("noarch/lock-1.0-0.conda.part", &lock)
        .file("noarch/lock-1.0-0.tar.bz2.part", &lock)
        .file("noarch/lock-1.0-0.whl", &lock)
        .file("noarch/README", "")
        .file("noarch/below/lock-1.0-0.conda", &lock)
        .file("lock-1.0-0.conda", &lock);
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 0
    ----- stderr -----
    [CHANNEL] (noarch): 0 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
}

/// E59.
#[test]
fn a_folder_named_like_a_package_is_left_out() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("noarch"), Kind::Conda)
        .directory("noarch/folder-1-0.conda");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/folder-1-0.conda: is a folder or a device, not a file
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
}

/// E63 and E64.
#[cfg(unix)]
#[test]
fn links_are_followed_and_dangling_ones_left_out() {
    let channel = ChannelBuilder::new()
        .file("elsewhere/lock", lock_in("noarch").conda())
        .symlink("noarch/lock-1.0-0.conda", "../elsewhere/lock")
        .symlink("noarch/gone-1.0-0.conda", "../elsewhere/gone")
        .symlink("noarch/README", "gone");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/gone-1.0-0.conda: is a link to a file that is not there
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
    assert_eq!(
        Published::of(&channel, "noarch").file_names(),
        ["lock-1.0-0.conda"]
    );
}

/// E65.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_left_out() {
    use std::os::unix::ffi::OsStrExt;
    let channel = ChannelBuilder::new().package(&lock_in("noarch"), Kind::Conda);
    let noarch = channel.path().join("noarch");
    for name in [&b"l\xf6ck-1.0-0.conda"[..], b"README.\xff"] {
        fs_err::write(noarch.join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
    }
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/l�ck-1.0-0.conda: its file name is not UTF-8, and no document could name it
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 3 documents written in [TIME]
    ");
}

/// E60 and E61.
#[cfg(unix)]
#[test]
fn an_unreadable_package_is_left_out() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("noarch"), Kind::Conda)
        .package(&PackageBuilder::new("secret", "1", "0"), Kind::Conda);
    let secret = channel.path().join("noarch/secret-1-0.conda");
    fs_err::set_permissions(&secret, PermissionsExt::from_mode(0o000)).unwrap();
    if fs_err::read(&secret).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    assert_snapshot!(index(&channel, &["--run-exports"]), @"
    exit status: 3
    ----- stderr -----
    left out: noarch/secret-1-0.conda: cannot be read: Permission denied (os error 13)
    [CHANNEL] (noarch): 1 added, 0 changed, 0 removed, 1 left out; 4 documents written in [TIME]
    ");
    assert!(
        !Published::of(&channel, "noarch")
            .text("run_exports.json")
            .contains("secret")
    );
}

/// E96.
#[cfg(unix)]
#[test]
fn a_link_in_a_documents_place_is_replaced() {
    let channel = ChannelBuilder::new()
        .file("linked.json", "mine")
        .symlink("noarch/repodata.json", "../linked.json");
    let _ = index(&channel, &[]).succeeded();
    let repodata = channel.path().join("noarch/repodata.json");
    assert!(fs_err::symlink_metadata(repodata).unwrap().is_file());
    assert_eq!(fs_err::read(channel.path().join("linked.json")).unwrap(), b"mine");
}

/// E96.
#[cfg(unix)]
#[test]
fn a_document_that_nobody_may_write_is_replaced() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("noarch"), Kind::Conda)
        .file("noarch/repodata.json", "old");
    let repodata = channel.path().join("noarch/repodata.json");
    fs_err::set_permissions(&repodata, PermissionsExt::from_mode(0o444)).unwrap();
    let _ = index(&channel, &[]).succeeded();
    assert_eq!(
        Published::of(&channel, "noarch").file_names(),
        ["lock-1.0-0.conda"]
    );
}

/// E97.
#[cfg(unix)]
#[test]
fn a_subdir_that_nobody_may_write_to_fails_alone() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("noarch"), Kind::Conda)
        .package(&lock_in("linux-64"), Kind::Conda);
    let noarch = channel.path().join("noarch");
    fs_err::set_permissions(&noarch, PermissionsExt::from_mode(0o555)).unwrap();
    let may_write = fs_err::write(noarch.join("x"), "").is_ok();
    let outcome = index(&channel, &[]);
    fs_err::set_permissions(&noarch, PermissionsExt::from_mode(0o755)).unwrap();
    if may_write {
        println!("skipped: this user may write everywhere");
        return;
    }
    assert_snapshot!(outcome, @"
    exit status: 1
    ----- stderr -----
    error: noarch: failed to create directory `[CHANNEL]/noarch/.cache`: Permission denied (os error 13)
    some of its documents may be as they were
    [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    ");
    assert_eq!(
        Published::of(&channel, "linux-64").file_names(),
        ["lock-1.0-0.conda"]
    );
}

/// E96.
#[test]
fn a_folder_in_a_documents_place_fails_its_subdir_only() {
    let channel = ChannelBuilder::new()
        .package(&lock_in("linux-64"), Kind::Conda)
        .file("noarch/repodata.json/precious", "");
    assert_snapshot!(index(&channel, &[]), @"
    exit status: 1
    ----- stderr -----
    error: noarch: cannot put [CHANNEL]/noarch/repodata.json in place: Is a directory (os error 21)
    some of its documents may be as they were
    [CHANNEL] (linux-64, noarch): 1 added, 0 changed, 0 removed, 0 left out; 4 documents written in [TIME]
    ");
    assert!(channel.path().join("noarch/repodata.json/precious").is_file());
    assert_eq!(
        Published::of(&channel, "linux-64").file_names(),
        ["lock-1.0-0.conda"]
    );
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let channel = ChannelBuilder::new()
        .file("noarch/.towpath-a1b2c3.tmp", "half a document")
        .file("noarch/shards/.towpath-a1b2c3.tmp", "half a shard");
    let _ = index(&channel, &[]).succeeded();
    let published = Published::of(&channel, "noarch");
    assert!(!published.has(".towpath-a1b2c3.tmp"));
    assert!(!published.has("shards/.towpath-a1b2c3.tmp"));
}

#[cfg(unix)]
#[test]
fn documents_may_be_read_by_whoever_may_read_any_new_file() {
    let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode();
    let channel = ChannelBuilder::new()
        .package(&lock_in("noarch"), Kind::Conda)
        .file("any", "");
    let _ = index(&channel, &["--zst", "--write-shards"]).succeeded();
    let published = Published::of(&channel, "noarch");
    let shard = fs_err::read_dir(published.path("shards"))
        .unwrap()
        .next()
        .unwrap();
    let documents = published.names().into_iter().filter(|name| name != "shards");
    for path in documents
        .map(|name| published.path(&name))
        .chain([shard.unwrap().path()])
    {
        assert_eq!(
            mode(&path),
            mode(&channel.path().join("any")),
            "{}",
            path.display()
        );
    }
}
