//! One member of a package, printed.

use insta::assert_snapshot;
use rstest::rstest;
use towpath_tests::tarball::Member;
use towpath_tests::{Kind, PackageBuilder, noise};

use super::{inspect, inspect_lock, lock};

#[rstest]
fn text_is_printed_as_it_is(
    #[values(Kind::Conda, Kind::TarBz2)] kind: Kind,
    #[values(&["info/recipe/meta.yaml"], &["./info/recipe/meta.yaml"], &["--member", "info/recipe/meta.yaml"])]
    args: &[&str],
) {
    let outcome = inspect_lock(kind, args).succeeded();
    assert_eq!(
        outcome.stdout(),
        "source:\n  url: https://example.org/lock-1.0.tar.gz\n  sha256: abcd\n"
    );
    assert_eq!(outcome.stderr(), "");
}

#[rstest]
fn payload_is_found_too(#[values(Kind::Conda, Kind::TarBz2)] kind: Kind) {
    let outcome = inspect_lock(kind, &["site-packages/lock/cli.py"]).succeeded();
    assert_eq!(outcome.stdout(), "print('lock')\n");
    let outcome = inspect_lock(kind, &["site-packages/lock/__init__.py"]).succeeded();
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn members_spelled_with_a_dot_are_found() {
    let package = lock().members_prefixed("./");
    let name = "lock-1.0-py_0.conda";
    let outcome = inspect(&[(name, package.conda())], &[name, "site-packages/lock/cli.py"]).succeeded();
    assert_eq!(outcome.stdout(), "print('lock')\n");
}

/// conda-build puts licences into the payload of a .conda.
#[test]
fn metadata_in_the_payload_is_found() {
    let package = lock().payload_entry(Member::file("info/licenses/COPYING", "copy it\n"));
    let name = "lock-1.0-py_0.conda";
    let outcome = inspect(&[(name, package.conda())], &[name, "info/licenses/COPYING"]).succeeded();
    assert_eq!(outcome.stdout(), "copy it\n");
}

#[test]
fn hexadecimal_is_printed_as_xxd_does() {
    assert_snapshot!(inspect_lock(Kind::Conda, &["--hex", "lib/liblock.so.1"]), @r"
    exit status: 0
    ----- stdout -----
    00000000: 7f45 4c46 0001 02ff                      .ELF....
    ");
}

/// Into a pipe goes what is there, byte for byte.
#[test]
fn other_content_is_not_changed_in_a_pipe() {
    let letters = noise(300_000)
        .into_iter()
        .map(|byte| char::from(b'a' + byte % 26));
    let content: String = ['\0', '\u{1b}'].into_iter().chain(letters).collect();
    let package = PackageBuilder::new("noise", "1", "0").payload("share/noise", content.as_str());
    let name = "noise-1-0.conda";
    let outcome = inspect(&[(name, package.conda())], &[name, "share/noise"]).succeeded();
    // The outcome of a call has the end of its last line added.
    assert!(outcome.stdout() == content + "\n");
}

#[rstest]
fn a_link_leads_to_its_file(#[values(Kind::Conda, Kind::TarBz2)] kind: Kind) {
    let outcome = inspect_lock(kind, &["--hex", "lib/liblock.so"]).succeeded();
    assert!(outcome.stdout().contains(".ELF"));
    assert_eq!(
        outcome.stderr(),
        "lib/liblock.so is a symbolic link to this: lib/liblock.so.1\n"
    );
    let package = lock().hardlink("bin/hard", "./site-packages/lock/cli.py");
    let name = package.file_name(kind);
    let outcome = inspect(&[(&name, package.bytes(kind))], &[&name, "bin/hard"]).succeeded();
    assert_eq!(outcome.stdout(), "print('lock')\n");
}

#[test]
fn what_is_no_file_is_told() {
    let package = lock()
        .symlink("bin/python", "/usr/bin/python")
        .symlink("bin/up", "../../etc/passwd")
        .fifo("bin/pipe");
    let name = "lock-1.0-py_0.conda";
    let told: String = [
        "bin/python",
        "bin/up",
        "bin/pipe",
        "lib",
        "info",
        "cli.py",
        "info/abuot.json",
        "nowhere",
        "a\u{1b}[2J",
    ]
    .into_iter()
    .map(|member| {
        let outcome = inspect(&[(name, package.conda())], &[name, member]);
        assert_eq!((outcome.status(), outcome.stdout()), (1, ""), "{outcome}");
        outcome.stderr().to_owned()
    })
    .collect();
    assert_snapshot!(told);
}

/// A second argument is a member unless it is plainly a package.
#[test]
fn a_member_is_told_from_a_package() {
    let name = "lock-1.0-py_0.conda";
    let files = [(name, lock().conda()), ("info/index.json", b"unpacked".to_vec())];
    let outcome = inspect(&files, &[name, "missing-1-0.conda"]);
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stdout().starts_with("lock 1.0 py_0\n"), "{outcome}");
    // This one is there, unpacked.
    let outcome = inspect(&files, &[name, "info/index.json"]);
    assert_eq!(outcome.status(), 1);
    assert!(outcome.stderr().contains("is named by --member"), "{outcome}");
    let outcome = inspect(&files, &[name, "--member", "info/index.json"]).succeeded();
    assert!(outcome.stdout().contains("\"build_number\""), "{outcome}");
    // A package within a package is one by its name.
    let outcome = inspect(&files, &[name, "--member", "share/inner-1-0.conda"]);
    assert!(outcome.stderr().contains("has no member"), "{outcome}");
}
