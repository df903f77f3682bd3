//! What machines are told.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};

use super::{DEMO, flawed, sound, verify};

/// Three files, one of which cannot be read.
fn told(args: &[&str]) -> crate::environment::Outcome {
    let files = [
        ("out/demo-1.0-h1234567_0.conda", flawed().conda()),
        (DEMO, sound().conda()),
    ];
    verify(&files, &[&["out", DEMO, "missing-1-0.conda"], args].concat())
}

#[rstest]
#[case(&["--json"])]
#[case(&["--format", "json"])]
fn json_is_one_object(#[case] args: &[&str]) {
    let outcome = told(args);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let run: Value = serde_json::from_str(outcome.stdout()).unwrap();
    let shown = serde_json::to_string_pretty(&run).unwrap();
    insta::allow_duplicates! { assert_snapshot!("json", shown); }
}

#[test]
fn sarif_is_what_code_scanning_reads() {
    let outcome = told(&["--format", "sarif"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    let log: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let [run] = log["runs"].as_array().unwrap().as_slice() else {
        panic!("one run");
    };
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "towpath");
    assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    let rules = driver["rules"].as_array().unwrap();
    let levels = [json!("error"), json!("warning"), json!("note")];
    for rule in rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(
                rule[key]["text"].as_str().is_some_and(|text| !text.is_empty()),
                "{rule}"
            );
        }
        assert!(levels.contains(&rule["defaultConfiguration"]["level"]), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(levels.contains(&result["level"]), "{result}");
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            location["artifactLocation"]["uri"],
            "out/demo-1.0-h1234567_0.conda"
        );
        // Without a line, GitHub shows nothing.
        assert_eq!(location["region"]["startLine"], 1);
    }
    let shown = serde_json::to_string_pretty(results).unwrap();
    assert_snapshot!("sarif_results", shown);
    assert_eq!(run["artifacts"].as_array().unwrap().len(), 2);
    assert_eq!(run["artifacts"][1]["location"]["uri"], DEMO);
}

#[test]
fn github_gets_an_annotation_for_each_finding() {
    assert_snapshot!(told(&["--format", "github"]), @"
    exit status: 1
    ----- stdout -----
    ::warning file=out/demo-1.0-h1234567_0.conda,title=B109::demo-1.0-h1234567_0.conda: share/demo/open.txt: it has the mode 666, which lets everybody write
    ::notice file=out/demo-1.0-h1234567_0.conda,title=B119::demo-1.0-h1234567_0.conda: share/demo/a b.txt: it has a space in its path
    ::notice file=out/demo-1.0-h1234567_0.conda,title=D321::demo-1.0-h1234567_0.conda: info/about.json summary: there is no summary
    ::error file=out/demo-1.0-h1234567_0.conda,title=F501::demo-1.0-h1234567_0.conda: conda-meta/history: it is in conda-meta/, which is for clients alone
    ::error file=missing-1-0.conda,title=not read::failed to open file `missing-1-0.conda`: No such file or directory (os error 2)
    ");
}

#[test]
fn github_shows_ten_annotations_so_notes_can_be_left_out() {
    assert_snapshot!(told(&["--format", "github", "-q"]), @"
    exit status: 1
    ----- stdout -----
    ::warning file=out/demo-1.0-h1234567_0.conda,title=B109::demo-1.0-h1234567_0.conda: share/demo/open.txt: it has the mode 666, which lets everybody write
    ::error file=out/demo-1.0-h1234567_0.conda,title=F501::demo-1.0-h1234567_0.conda: conda-meta/history: it is in conda-meta/, which is for clients alone
    ::error file=missing-1-0.conda,title=not read::failed to open file `missing-1-0.conda`: No such file or directory (os error 2)
    ");
}

#[test]
fn a_comment_of_a_pull_request_has_the_verdict_and_what_to_do() {
    assert_snapshot!("markdown", told(&["--format", "markdown"]));
    let quiet = told(&["--format", "markdown", "--quiet"]);
    assert!(!quiet.stdout().contains("note"), "{quiet}");
}

#[test]
fn a_form_is_said_once() {
    let outcome = told(&["--json", "--format", "sarif"]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert_eq!(told(&["--format", "xml"]).status(), 2);
}
