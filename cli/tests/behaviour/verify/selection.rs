//! Which rules count, by options and by `towpath.toml`.

use insta::assert_snapshot;
use rstest::rstest;

use super::{DEMO, flawed, found, sound, verify};
use crate::environment::Outcome;

/// Checks the flawed package in a folder with this `towpath.toml`.
fn configured(toml: &str, args: &[&str]) -> Outcome {
    let files = [
        ("out/demo-1.0-h1234567_0.conda", flawed().conda()),
        ("out/towpath.toml", toml.as_bytes().to_vec()),
    ];
    verify(&files, &[&["out"], args].concat())
}

fn flawed_with(args: &[&str]) -> Outcome {
    verify(&[(DEMO, flawed().conda())], &[&[DEMO], args].concat())
}

#[rstest]
#[case(&[], &["B109 warning", "B119 note", "D321 note", "F501 error"])]
#[case(&["--select", "B"], &["B109 warning", "B119 note"])]
#[case(&["--select", "b109,F5"], &["B109 warning", "F501 error"])]
#[case(&["--select", "B109", "--select", "D3"], &["B109 warning", "D321 note"])]
#[case(&["--ignore", "B,F"], &["D321 note"])]
#[case(&["--ignore", "B", "--select", "B119"], &["B119 note"])]
#[case(&["--select", "B", "--ignore", "B119"], &["B109 warning"])]
#[case(&["--select=", "--ignore="], &["B109 warning", "B119 note", "D321 note", "F501 error"])]
#[case(&["--severity", "B=error,F501=note", "--select", "B,F"], &["B109 error", "B119 error", "F501 note"])]
#[case(&["--severity", "B=error", "--severity", "B119=warning", "--select", "B"], &["B109 error", "B119 warning"])]
#[case(&["--profile", "mirror", "--select", "B"], &["B109 note", "B119 note"])]
fn options_choose_rules(#[case] args: &[&str], #[case] codes: &[&str]) {
    assert_eq!(found(&flawed_with(&[&["--json"], args].concat())), codes);
}

#[rstest]
#[case(&[], 1)]
#[case(&["--ignore", "F"], 0)]
#[case(&["--ignore", "F", "--fail-on", "warning"], 1)]
#[case(&["--ignore", "F,B109", "--fail-on", "warning"], 0)]
#[case(&["--ignore", "F,B109", "--fail-on", "note"], 1)]
#[case(&["--fail-on", "never"], 0)]
#[case(&["--fail-on", "error", "--severity", "F501=warning"], 0)]
fn the_status_is_what_counts(#[case] args: &[&str], #[case] status: i32) {
    let outcome = flawed_with(args);
    assert_eq!(outcome.status(), status, "{outcome}");
    // The words are those of the status, but for an error that is to be tolerated.
    let is_told_fit = !outcome.stdout().contains("not fit to be uploaded");
    assert_eq!(is_told_fit, status == 0 && !args.contains(&"never"), "{outcome}");
}

#[test]
fn what_is_mirrored_need_not_be_fit_to_be_uploaded() {
    assert_snapshot!(flawed_with(&["--profile", "mirror", "-q"]), @"
    exit status: 1
    ----- stdout -----
    demo-1.0-h1234567_0.conda: not fit to be mirrored, 1 error, 3 notes
      error F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/history: it is in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
    ");
    let outcome = verify(&[(DEMO, sound().conda())], &[DEMO, "--profile", "mirror"]);
    assert_eq!(outcome.stdout(), format!("{DEMO}: fit to be mirrored\n"));
}

#[rstest]
#[case(&["--select", "Q"], "no rule's code begins with \"Q\": a code is like A001, a group like A or A0")]
#[case(&["--ignore", "A1"], "no rule's code begins with \"A1\"")]
#[case(&["--severity", "Z9=error"], "no rule's code begins with \"Z9\"")]
#[case(&["--severity", "A001"], "it is CODE=SEVERITY, such as B110=warning")]
#[case(&["--severity", "A001=fatal"], "there is no severity \"fatal\": the severities are note, warning and error")]
#[case(&["--fail-on", "always"], "[possible values: error, warning, note, never]")]
#[case(&["--profile", "strict"], "[possible values: publish, mirror]")]
#[case(&["--threads", "0"], "number would be zero")]
#[case(&["--explain", "A001"], "cannot be used with")]
fn what_there_is_not_is_refused(#[case] args: &[&str], #[case] message: &str) {
    let outcome = flawed_with(args);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains(message), "{outcome}");
}

const EVERY_KEY: &str = r#"
[verify]
profile = "mirror"
select = ["B", "F"]
ignore = ["B119"]
fail-on = "never"

[verify.severity]
F501 = "warning"
b109 = "error"
"#;

#[test]
fn every_key_of_towpath_toml() {
    assert_snapshot!(configured(EVERY_KEY, &[]), @"
    exit status: 0
    ----- stdout -----
    out/demo-1.0-h1234567_0.conda: not fit to be mirrored, 1 error, 1 warning
      error B109: Members can be read by their owner and written by nobody else (conda and rattler, which keep permissions when they unpack)
        share/demo/open.txt: it has the mode 666, which lets everybody write
        mend: Build with umask 022, or chmod go-w,u+r on the path in the build script.
      warning F501: Nothing is installed in conda-meta/ (CEP 34, Additional restrictions)
        conda-meta/history: it is in conda-meta/, which is for clients alone
        mend: Leave the files out. They come into a package if the build script copies a whole environment.
    ");
}

/// An option stands instead of what the file says; codes to ignore and severities are added to it.
#[rstest]
#[case(&["--select", "B,D"], &["B109 error", "D321 note"], 0)]
#[case(&["--ignore", "F"], &["B109 error"], 0)]
#[case(&["--severity", "B109=note"], &["B109 note", "F501 warning"], 0)]
#[case(&["--fail-on", "error"], &["B109 error", "F501 warning"], 1)]
#[case(&["--profile", "publish", "--select", "B,D"], &["B109 error", "D321 note"], 0)]
fn options_go_before_the_file(#[case] args: &[&str], #[case] codes: &[&str], #[case] status: i32) {
    let outcome = configured(EVERY_KEY, &[&["--json"], args].concat());
    assert_eq!(found(&outcome), codes);
    assert_eq!(outcome.status(), status, "{outcome}");
}

#[rstest]
#[case("[verify]\nprofil = 'mirror'\n", "unknown field `profil`")]
#[case("[verify]\nselect = ['A', 'Q']\n", "no rule's code begins with \"Q\"")]
#[case("[verify]\nignore = ['']\n", "no rule's code begins with \"\"")]
#[case("[verify.severity]\nZ001 = 'note'\n", "no rule's code begins with \"Z001\"")]
#[case("[verify.severity]\nA001 = 'fatal'\n", "unknown variant `fatal`")]
#[case("[verify]\nfail-on = 'always'\n", "unknown variant `always`")]
#[case("[verify]\nprofile = 'strict'\n", "unknown variant `strict`")]
fn what_the_file_may_not_say_is_told_with_its_place(#[case] toml: &str, #[case] message: &str) {
    let outcome = configured(toml, &[]);
    assert_eq!((outcome.status(), outcome.stdout()), (2, ""), "{outcome}");
    let told = outcome.stderr();
    assert!(
        told.starts_with("error: out/towpath.toml: TOML parse error at line "),
        "{outcome}"
    );
    assert!(told.contains(message), "{outcome}");
}

#[test]
fn the_file_is_that_of_the_folder_else_that_of_the_current_one() {
    let mirror = b"[verify]\nprofile = 'mirror'\n".to_vec();
    let package = ("out/demo-1.0-h1234567_0.conda", sound().conda());
    let own = ("out/towpath.toml", b"".to_vec());
    let current = ("towpath.toml", mirror.clone());
    let words = |files: &[(&str, Vec<u8>)], args: &[&str]| {
        let outcome = verify(files, args).succeeded();
        let (_, words) = outcome.stdout().trim_end().rsplit_once(": ").unwrap();
        words.to_owned()
    };
    let files = [package.clone(), current.clone()];
    assert_eq!(words(&files, &["out"]), "fit to be mirrored");
    assert_eq!(
        words(&files, &["out/demo-1.0-h1234567_0.conda"]),
        "fit to be mirrored"
    );
    assert_eq!(
        words(&[package.clone(), current, own], &["out"]),
        "fit to be uploaded"
    );
    let elsewhere = ("house/rules.toml", mirror);
    let files = [package, elsewhere];
    assert_eq!(
        words(&files, &["out", "--config", "house/rules.toml"]),
        "fit to be mirrored"
    );
    assert_snapshot!(verify(&files, &["out", "--config", "missing.toml"]), @"
    exit status: 1
    ----- stderr -----
    error: failed to open file `missing.toml`: No such file or directory (os error 2)
    ");
}
