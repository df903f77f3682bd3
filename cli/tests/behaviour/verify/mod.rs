//! `towpath verify`: whether packages are fit to be uploaded, as people and machines are told.

mod channel;
mod files;
mod formats;
mod hostile;
mod index;
mod selection;

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::json;
use towpath_tests::PackageBuilder;
use towpath_tests::tarball::Member;

use crate::environment::{Outcome, Towpath};

/// What the sound package is called as a file.
const DEMO: &str = "demo-1.0-h1234567_0.conda";

/// A package in which nothing is found.
fn sound() -> PackageBuilder {
    PackageBuilder::new("demo", "1.0", "h1234567_0").member("info/licenses/LICENSE", "Do what you like.\n")
}

/// A package with an error, a warning and notes.
fn flawed() -> PackageBuilder {
    sound()
        .about(json!({"home": "https://example.org/demo", "license": "BSD-3-Clause"}))
        .payload("conda-meta/history", "")
        .payload("share/demo/a b.txt", "")
        .payload_entry(Member::file("share/demo/open.txt", "").header_bytes(100, *b"0000666\0"))
}

/// Writes files where a call of `towpath` is made.
fn with_files(towpath: Towpath, files: &[(&str, Vec<u8>)]) -> Towpath {
    for (name, bytes) in files {
        let path = towpath.home().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    towpath
}

/// Calls `towpath verify` where these files are.
fn verify(files: &[(&str, Vec<u8>)], args: &[&str]) -> Outcome {
    with_files(Towpath::new(["verify"]).args(args), files).run()
}

/// The codes and severities of what `towpath verify --json` finds, in order.
fn found(outcome: &Outcome) -> Vec<String> {
    let run: serde_json::Value = serde_json::from_str(outcome.stdout()).unwrap();
    let files = run["files"].as_array().unwrap().iter();
    let findings = files.flat_map(|file| file["findings"].as_array().unwrap());
    findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            format!("{} {}", text("code"), text("severity"))
        })
        .collect()
}

#[test]
fn a_sound_package_is_a_line() {
    assert_snapshot!(verify(&[(DEMO, sound().conda())], &[DEMO]), @"
    exit status: 0
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded
    ");
}

#[test]
fn what_is_found_is_told_by_rule_the_worst_first() {
    assert_snapshot!(verify(&[(DEMO, flawed().conda())], &[DEMO]), @"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error, 1 warning, 2 notes
      error F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/history: it is in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
      warning B109: Members can be read by their owner and written by nobody else (conda and rattler, which keep permissions when they unpack)
        share/demo/open.txt: it has the mode 666, which lets everybody write
        mend: Build with umask 022, or chmod go-w,u+r on the path in the build script.
      note B119: Paths have no spaces (rattler-build's checks of paths)
        share/demo/a b.txt: it has a space in its path
      note D321: info/about.json describes the package (CEP 34, ./info/about.json)
        info/about.json summary: there is no summary
    ");
}

#[rstest]
#[case("-q")]
#[case("--quiet")]
fn quiet_keeps_silent_about_notes(#[case] quiet: &str) {
    let outcome = verify(&[(DEMO, flawed().conda())], &[DEMO, quiet]);
    insta::allow_duplicates! { assert_snapshot!(outcome, @"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error, 1 warning, 2 notes
      error F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/history: it is in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
      warning B109: Members can be read by their owner and written by nobody else (conda and rattler, which keep permissions when they unpack)
        share/demo/open.txt: it has the mode 666, which lets everybody write
        mend: Build with umask 022, or chmod go-w,u+r on the path in the build script.
    "); }
    let noted = sound().payload("share/demo/a b.txt", "").conda();
    let files = [("a/demo-1.0-h1234567_0.conda", noted), (DEMO, sound().conda())];
    let outcome = verify(&files, &[DEMO, "a", quiet]);
    assert_eq!(outcome.to_string(), "exit status: 0\n");
}

#[test]
fn several_packages_are_summed_up_and_a_rule_is_explained_once() {
    let other = PackageBuilder::new("other", "1", "0")
        .payload("conda-meta/x", "")
        .payload("conda-meta/y", "");
    let files = [
        ("out/noarch/demo-1.0-h1234567_0.conda", flawed().conda()),
        ("out/noarch/other-1-0.conda", other.conda()),
        ("out/noarch/notes.txt", Vec::new()),
        ("out/.cache/demo-1.0-h1234567_0.conda", Vec::new()),
        (DEMO, sound().conda()),
    ];
    // What is named twice is checked once.
    assert_snapshot!(verify(&files, &[DEMO, "out", DEMO]), @"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded
    out/noarch/demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error, 1 warning, 2 notes
      error F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/history: it is in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
      warning B109: Members can be read by their owner and written by nobody else (conda and rattler, which keep permissions when they unpack)
        share/demo/open.txt: it has the mode 666, which lets everybody write
        mend: Build with umask 022, or chmod go-w,u+r on the path in the build script.
      note B119: Paths have no spaces (rattler-build's checks of paths)
        share/demo/a b.txt: it has a space in its path
      note D321: info/about.json describes the package (CEP 34, ./info/about.json)
        info/about.json summary: there is no summary
    out/noarch/other-1-0.conda: not fit to be uploaded, 1 error, 1 note
      error F501: Nothing is installed in conda-meta/
        conda-meta/x: 2 files, this one first, are in conda-meta/, which is for clients alone
      note D320: The package says its licence and brings its text (CEP 34, ./info/licenses/; CEP 34, ./info/about.json)
        there is no file with the text of a licence, such as info/licenses/LICENSE
    ----- stderr -----
    3 packages: 1 fit to be uploaded, 2 not; 2 errors, 1 warning, 3 notes
    ");
}

/// Nobody reads that a thousand packages are all right.
#[test]
fn of_many_packages_only_those_are_told_that_somebody_has_to_look_at() {
    let mut files: Vec<(String, Vec<u8>)> = (0..20)
        .map(|number| {
            let package = PackageBuilder::new("demo", &number.to_string(), "0")
                .member("info/licenses/LICENSE", "")
                .payload("share/demo/a b.txt", "");
            (format!("out/demo-{number}-0.conda"), package.conda())
        })
        .collect();
    let told = |files: &[(String, Vec<u8>)]| {
        let files: Vec<_> = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.clone()))
            .collect();
        verify(&files, &["out"])
    };
    let few = told(&files).succeeded();
    assert_eq!(few.stdout().matches("fit to be uploaded, 1 note").count(), 20);
    files.push((format!("out/{DEMO}"), sound().payload("conda-meta/x", "").conda()));
    assert_snapshot!(told(&files), @"
    exit status: 1
    ----- stdout -----
    out/demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error
      error F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/x: it is in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
    ----- stderr -----
    21 packages: 20 fit to be uploaded, 1 not; 1 error, 20 notes (not all notes are told: --json has them)
    ");
}

#[test]
fn many_findings_of_a_rule_are_counted() {
    let package = (0..70).fold(sound(), |package, number| {
        package.payload(&format!("conda-meta/{number}"), "")
    });
    assert_snapshot!(verify(&[(DEMO, package.conda())], &[DEMO]), @"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error
      error F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/0: 70 files, this one first, are in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
    ");
}

/// Fifty findings of a rule are kept. That is fifty of each severity: what is bad cannot hide behind
/// what is not.
#[test]
fn what_is_bad_is_found_behind_any_number_of_what_is_not() {
    let package = (0..60).fold(sound(), |package, number| {
        package.hardlink(&format!("share/demo/{number}"), "share/demo/demo.txt")
    });
    let package = package.hardlink("share/demo/passwd", "../../../etc/passwd");
    let outcome = verify(&[(DEMO, package.conda())], &[DEMO, "--select=B105"]);
    assert_snapshot!(outcome, @r#"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error, 60 warnings
      error B105: Hard links lead to a file that precedes them in the tarball (POSIX, pax: a hard link names a file that was archived before)
        share/demo/passwd: it is a hard link to "../../../etc/passwd", outside of the package
        mend: Archive the files as copies (tar --hard-dereference), or make symbolic links of them in the build script.
      warning B105: Hard links lead to a file that precedes them in the tarball
        share/demo/0: it is a hard link to "share/demo/demo.txt"
        share/demo/1: it is a hard link to "share/demo/demo.txt"
        share/demo/2: it is a hard link to "share/demo/demo.txt"
        share/demo/3: it is a hard link to "share/demo/demo.txt"
        share/demo/4: it is a hard link to "share/demo/demo.txt"
        share/demo/5: it is a hard link to "share/demo/demo.txt"
        share/demo/6: it is a hard link to "share/demo/demo.txt"
        share/demo/7: it is a hard link to "share/demo/demo.txt"
        share/demo/8: it is a hard link to "share/demo/demo.txt"
        share/demo/9: it is a hard link to "share/demo/demo.txt"
        and 50 more
      conda or rattler, or both, refuse it (B105)
    "#);
    let outcome = verify(&[(DEMO, package.conda())], &[DEMO, "--select=B105", "--json"]);
    let run: serde_json::Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(run["findings"], json!({"error": 1, "warning": 60, "note": 0}));
    assert_eq!(run["files"][0]["more"], json!({"B105": {"warning": 10}}));
}

#[test]
fn findings_stand_in_the_same_order_at_every_run() {
    let files: Vec<(String, Vec<u8>)> = (0..8)
        .map(|number| (format!("out/{number}/{DEMO}"), flawed().conda()))
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let first = verify(&files, &["out", "--json", "--threads", "1"]);
    for _ in 0..3 {
        assert_eq!(verify(&files, &["out", "--json", "--threads", "8"]), first);
    }
}

#[rstest]
#[case("B103")]
#[case("b103")]
fn a_rule_is_explained(#[case] code: &str) {
    insta::allow_duplicates! { assert_snapshot!(verify(&[], &["--explain", code]), @"
    exit status: 0
    ----- stdout -----
    B103 (error)
    No member is there twice, and none lies below a file.
    Source: conda-verify C1117; Python and Rust keep the last of several

    Which of two files of one path is installed depends on the order of unpacking, and scanners may look at the other one. A file below the path of another file cannot be written at all.
    Clients install different things from such a package.

    To mend it: Let the build tool make the archive anew from a directory: a directory has each file once. Do not append to a tarball (tar -r).

    Breaks the rule:
        bin/demo, and another bin/demo

    Keeps it:
        bin/demo
    "); }
}

#[rstest]
#[case("B999")]
#[case("B")]
#[case("")]
fn an_unknown_rule_is_refused_in_words(#[case] code: &str) {
    let outcome = verify(&[], &["--explain", code]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert_eq!(
        outcome.stderr(),
        format!(
            "error: there is no rule {code:?}: a rule is called as A001 is, and docs/rules.md has all of them\n"
        )
    );
}

#[test]
fn help() {
    assert_snapshot!(verify(&[], &["--help"]));
}

#[test]
fn short_help() {
    assert_snapshot!(verify(&[], &["-h"]));
}
