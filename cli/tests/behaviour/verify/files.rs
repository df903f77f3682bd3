//! Which files are looked at, and what is said of those that cannot be.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{DEMO, flawed, found, sound, verify, with_files};
use crate::environment::Towpath;

#[test]
fn what_cannot_be_read_is_told_with_the_others() {
    let files = [(DEMO, sound().conda())];
    let outcome = verify(&files, &["missing-1-0.conda", DEMO]);
    assert_snapshot!(outcome, @"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded
    ----- stderr -----
    error: failed to open file `missing-1-0.conda`: No such file or directory (os error 2)
    2 packages: 1 fit to be uploaded, 1 could not be read
    ");
    // No severity makes up for a package that nobody has looked at.
    assert_eq!(
        verify(&files, &["missing-1-0.conda", "--fail-on", "never"]).status(),
        1
    );
    let outcome = verify(&files, &["missing-1-0.conda", "--json"]);
    assert_snapshot!(outcome.stdout(), @r#"{"files":[],"findings":{"error":0,"note":0,"warning":0},"profile":"publish","unreadable":[{"error":"failed to open file `missing-1-0.conda`: No such file or directory (os error 2)","path":"missing-1-0.conda"}]}"#);
}

#[test]
fn a_folder_without_packages_is_a_mistake() {
    assert_snapshot!(verify(&[("out/notes.txt", Vec::new())], &["out"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no package in out
    ");
}

#[test]
fn what_is_no_package_by_its_name_is_a_mistake() {
    assert_snapshot!(verify(&[("notes.txt", Vec::new())], &["notes.txt"]), @"
    exit status: 2
    ----- stderr -----
    error: notes.txt is not a package by its name: they end in .conda or .tar.bz2
    ");
    assert_snapshot!(verify(&[], &["output"]), @"
    exit status: 2
    ----- stderr -----
    error: there is no file and no folder output
    ");
    assert_snapshot!(verify(&[], &[]), @"
    exit status: 2
    ----- stderr -----
    error: the following required arguments were not provided:
      <FILE|DIR>...

    Usage: towpath verify <FILE|DIR>...

    For more information, try '--help'.
    ");
}

#[rstest]
#[case::empty(Vec::new())]
#[case::pointer(b"version https://git-lfs.github.com/spec/v1\n".to_vec())]
#[case::tarball(sound().tar_bz2())]
fn what_is_no_package_by_its_content_is_a_finding(#[case] bytes: Vec<u8>) {
    let outcome = verify(&[(DEMO, bytes)], &[DEMO]);
    assert_eq!((outcome.status(), outcome.stderr()), (1, ""), "{outcome}");
    assert!(outcome.stdout().contains("error A001"), "{outcome}");
}

#[test]
fn the_subdir_is_that_of_the_folder_unless_it_is_given() {
    let wrong = "out/linux-64/demo-1.0-h1234567_0.conda";
    let files = [(wrong, sound().conda())];
    assert_snapshot!(verify(&files, &["out"]), @r#"
    exit status: 1
    ----- stdout -----
    out/linux-64/demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error
      error C210: The package lies in the subdir that it was built for (CEP 34, ./info/index.json; CEP 36, Package record metadata)
        info/index.json subdir: the subdir is "noarch", but the package is for linux-64
        mend: Upload it to the subdir that info/index.json names, or build it for this one.
    "#);
    let _ = verify(&files, &["out", "--subdir", "noarch"]).succeeded();
    let outcome = verify(
        &[(DEMO, sound().conda())],
        &[DEMO, "--subdir", "osx-64", "--json"],
    );
    assert_eq!(found(&outcome), ["C210 error"]);
    let outcome = verify(&files, &["out", "--subdir", ".."]);
    assert_eq!(outcome.status(), 2, "{outcome}");
}

#[rstest]
#[case(".sigstore.json")]
#[case(".sigstore")]
#[case(".attestation.json")]
fn an_attestation_is_read_and_its_signature_is_not_checked(#[case] ending: &str) {
    let sha256 = base16ct::lower::encode_string(&Sha256::digest(sound().conda()));
    let statement = |sha256: &str| {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": DEMO, "digest": { "sha256": sha256 } }],
            "predicateType": "https://schemas.conda.org/attestations-publish-1.schema.json",
            "predicate": { "targetChannel": "https://example.org/channel" },
        });
        statement.to_string().into_bytes()
    };
    let name = format!("{DEMO}{ending}");
    let outcome = verify(&[(DEMO, sound().conda()), (&name, statement(&sha256))], &[DEMO]);
    insta::allow_duplicates! { assert_snapshot!(outcome, @"
    exit status: 0
    ----- stdout -----
    demo-1.0-h1234567_0.conda: fit to be uploaded
      the attestation beside it says what this file is; its signature was not checked
    "); }
    let files = [(DEMO, sound().conda()), (&name, statement(&"00".repeat(32)))];
    insta::allow_duplicates! { assert_snapshot!(verify(&files, &[DEMO]), @r#"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be uploaded, 1 error
      error G613: An attestation beside the file is about this file (CEP 27, Attestation format)
        the attestation subject[0].digest: it is {"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}, not only the sha256 02441d13ed44754ab61a9c1c19dd550096701b54c8ffeefb280360655b1aaead
        mend: Sign again after the last change of the file, under the name and for the channel that it is published with and in.
      the attestation beside it is not about this file as it is; its signature was not checked
    "#); }
    let outcome = verify(&files, &[DEMO, "--json"]);
    let run: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(
        run["files"][0]["attestation"],
        json!({"statement_matches": false, "signature_checked": false})
    );
}

#[rstest]
#[case("text")]
#[case("json")]
#[case("sarif")]
#[case("github")]
#[case("markdown")]
fn a_reader_who_has_seen_enough_is_no_failure(#[case] format: &str) {
    let call = |name: &str, bytes| {
        let towpath = Towpath::new(["verify", name, "--format", format]);
        let mut running = with_files(towpath, &[(name, bytes)]).start();
        running.close_stdout();
        running.wait()
    };
    let outcome = call(DEMO, sound().conda());
    assert_eq!((outcome.status(), outcome.stderr()), (0, ""), "{outcome}");
    let outcome = call(DEMO, flawed().conda());
    assert_eq!((outcome.status(), outcome.stderr()), (1, ""), "{outcome}");
}
