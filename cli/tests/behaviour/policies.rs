//! What records are held to before they are published.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

use crate::environment::{Towpath, index};
use crate::published::Published;

fn sound() -> PackageBuilder {
    PackageBuilder::new("sound", "1.0", "0")
}

fn with(name: &str, changes: &Value) -> PackageBuilder {
    PackageBuilder::new(name, "1.0", "0").index(|index| index.extend(changes.as_object().unwrap().clone()))
}

/// One package for each rule.
fn channel() -> ChannelBuilder {
    let elsewhere = with("elsewhere", &json!({"subdir": "linux-64"}));
    ChannelBuilder::new()
        .package(&sound(), Kind::Conda)
        .file("noarch/elsewhere-1.0-0.conda", elsewhere.conda())
        .package(&with("renamed", &json!({"version": "2.0"})), Kind::Conda)
        .package(
            &with("early", &json!({"timestamp": 32_503_680_000_000_i64})),
            Kind::Conda,
        )
        .package(&PackageBuilder::new("Upper", "1.0", "0"), Kind::Conda)
        .package(&with("odd", &json!({"build_number": "0"})), Kind::Conda)
}

fn noarch(channel: &ChannelBuilder) -> Published {
    Published::of(channel, "noarch")
}

#[test]
fn by_default_every_rule_warns_and_everything_is_published() {
    let channel = channel();
    let outcome = index(&channel, &[]).to_string();
    let (before, rest) = outcome.split_once("first indexed, ").unwrap();
    let (_, after) = rest.split_once(" (CEP 47)").unwrap();
    assert_snapshot!([before, "first indexed, [NOW]", after].concat(), @r#"
    exit status: 0
    ----- stderr -----
    warning: noarch/Upper-1.0-0.conda: its name "Upper" has "U", which a package name does not have (CEP 26)
    warning: noarch/early-1.0-0.conda: its timestamp 32503680000000 is 3000-01-01T00:00:00Z, after it was first indexed, [NOW]
    warning: noarch/elsewhere-1.0-0.conda: its subdir is "linux-64", but it lies in noarch (CEP 34); older mamba reads nothing of such a channel
    warning: noarch/odd-1.0-0.conda: its build_number is "0", not a whole number from 0 on (CEP 34); rattler and pixi refuse it with all builds of the package
    warning: noarch/renamed-1.0-0.conda: its version is "2.0", but "1.0" by its file name (CEP 26)
    [CHANNEL] (noarch): 6 added, 0 changed, 0 removed, 0 left out; 3 documents written in [TIME]
    "#);
    assert_eq!(noarch(&channel).file_names().len(), 6);
    // What is not mended is told again, also by a run that has nothing to do.
    let again = index(&channel, &[]).succeeded();
    assert_eq!(again.stderr().matches("warning: ").count(), 5, "{again}");
    assert!(again.stderr().contains("nothing to write"));
}

#[test]
fn what_is_rejected_is_in_no_document() {
    let channel = channel();
    let all = "subdir=reject,file-name=reject,timestamp=reject,name=reject,record=reject";
    let args = [
        "--policy",
        all,
        "--write-shards",
        "--run-exports",
        "--channeldata",
        "--current-repodata",
    ];
    let outcome = index(&channel, &args);
    assert_eq!(outcome.status(), 3);
    assert_eq!(outcome.stderr().matches("left out: ").count(), 5, "{outcome}");
    assert_eq!(noarch(&channel).file_names(), ["sound-1.0-0.conda"]);
    let shards = noarch(&channel).shards("repodata_shards.msgpack.zst");
    assert_eq!(shards.keys().collect::<Vec<_>>(), ["sound"]);
    let channeldata = fs_err::read_to_string(channel.path().join("channeldata.json")).unwrap();
    for name in ["elsewhere", "renamed", "early", "Upper", "odd"] {
        assert!(!channeldata.contains(name), "{name}");
        for document in [
            "run_exports.json",
            "current_repodata.json",
            "index.html",
            "repodata_from_packages.json",
        ] {
            assert!(
                !noarch(&channel).text(document).contains(name),
                "{name} in {document}"
            );
        }
    }
    // The packages were read; another policy publishes them without reading them again.
    let allowed = index(&channel, &["--policy", &all.replace("reject", "allow")]).succeeded();
    assert!(allowed.stderr().contains("0 added, 0 changed"), "{allowed}");
    assert_eq!(noarch(&channel).file_names().len(), 6);
}

#[test]
fn a_patch_can_mend_what_a_policy_rejects() {
    let channel = channel().file(
        "noarch/patch_instructions.json",
        json!({"packages.conda": {"elsewhere-1.0-0.conda": {"subdir": "noarch"}}, "remove": ["odd-1.0-0.conda"]})
            .to_string(),
    );
    let outcome = index(&channel, &["--policy", "subdir=reject"]).succeeded();
    assert!(
        !outcome.stderr().contains("elsewhere") && !outcome.stderr().contains("odd-1.0"),
        "{outcome}"
    );
    let names = noarch(&channel).file_names();
    assert!(names.contains(&"elsewhere-1.0-0.conda".to_owned()), "{names:?}");
    // As the packages say, it is still rejected.
    let unpatched = noarch(&channel).text("repodata_from_packages.json");
    assert!(!unpatched.contains("elsewhere"));
}

/// The command line, the environment, `towpath.toml`: rule by rule.
#[rstest]
#[case(&[], None, 0)]
#[case(&["--policy", "subdir=reject"], None, 1)]
#[case(&[], Some("subdir=reject,name=reject"), 2)]
#[case(&["--policy", "subdir=allow"], Some("subdir=reject,name=reject"), 1)]
fn a_policy_is_set_in_three_places(
    #[case] args: &[&str],
    #[case] variable: Option<&str>,
    #[case] left_out: usize,
) {
    let channel = channel().file("towpath.toml", "[policy]\nrecord = 'reject'\nsubdir = 'warn'\n");
    let mut towpath = Towpath::index(&channel).args(args);
    if let Some(variable) = variable {
        towpath = towpath.env("TOWPATH_POLICY", variable);
    }
    let outcome = towpath.run();
    assert_eq!(
        outcome.stderr().matches("left out: ").count(),
        1 + left_out,
        "{outcome}"
    );
}
