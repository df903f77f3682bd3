//! Recorded environments: those that are public have pages and are named on pages of packages, and of
//! others nothing is told.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind};

use super::harbour::needing;
use super::{Website, site, texts};
use crate::environment::{Outcome, Towpath, index};

const URL: &str = "https://conda.example/harbour";

/// A channel of three packages that says which namespaces are public.
fn channel(public: &str) -> ChannelBuilder {
    let toml = format!("[channel]\nname = 'harbour'\nurl = '{URL}'\n\n[environments]\npublic = {public}\n");
    ["barge", "crane", "tug"]
        .into_iter()
        .fold(ChannelBuilder::new(), |channel, name| {
            channel.package(&needing(name, 3, &[]), Kind::Conda)
        })
        .file("towpath.toml", toml)
}

/// Records an explicit list of these URLs.
fn record(channel: &ChannelBuilder, path: &str, urls: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("explicit.txt");
    fs_err::write(
        &file,
        format!("# platform: linux-64\n@EXPLICIT\n{}\n", urls.join("\n")),
    )
    .unwrap();
    let call = Towpath::new(["env", "record", path]).arg(&file).arg("-C");
    call.arg(channel.path()).run().succeeded()
}

/// The public, and one that is not.
fn recorded(public: &str) -> ChannelBuilder {
    let channel = channel(public);
    let _ = index(&channel, &[]).succeeded();
    let own = |name: &str| format!("{URL}/noarch/{name}-1.0-0.conda");
    let python = "https://user:secret@conda.anaconda.org/conda-forge/linux-64/python-3.13.0-h9_0.conda";
    let _ = record(&channel, "team/analysis", &[&own("barge"), &own("crane"), python]);
    let _ = record(&channel, "Team<ü>/b&w", &[&own("barge")]);
    let _ = record(&channel, "boardroom/salaries", &[&own("barge"), &own("tug")]);
    channel
}

fn page_paths(website: &Website) -> Vec<String> {
    let files = website.files_in("environments/").into_iter();
    files.filter(|path| path.ends_with(".html")).collect()
}

fn users(website: &Website, package: &str) -> Value {
    let page = website.json(&format!("p/{package}/index.json"));
    let text = website.text(&format!("p/{package}/index.html"));
    let uses = page["environments"].as_array().unwrap();
    assert_eq!(text.contains("id=\"environments\""), !uses.is_empty(), "{text}");
    for path in uses.iter().map(|it| (&it["namespace"], &it["name"])) {
        assert!(page["environment_count"].as_u64().unwrap() > 0, "{path:?}");
    }
    texts(&page["environments"], "name").into_iter().collect()
}

/// Names and all else of what is not public are in no file.
fn tells_of(website: &Website, word: &str) -> bool {
    let contents = website.contents().into_values();
    let mut texts = contents.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    texts.any(|text| text.contains(word))
}

#[test]
fn the_public_have_pages_and_of_others_nothing_is_told() {
    let channel = recorded("['team']");
    let website = Website::new();
    let _ = website.make(&channel, &["--copy", "nothing"]).succeeded();
    assert_eq!(page_paths(&website), ["index.html", "team/analysis/index.html"]);
    let list = website.json("environments/index.json");
    assert_eq!(texts(&list["namespaces"], "name"), ["team"]);
    assert_eq!(list["environment_count"], 1);
    let environments = &list["namespaces"][0]["environments"];
    assert_eq!(texts(environments, "name"), ["analysis"]);
    assert_eq!(environments[0]["platforms"][0]["package_count"], 3);
    // Three environments use it.
    assert_eq!(users(&website, "barge"), json!(["analysis"]));
    assert_eq!(website.json("p/barge/index.json")["environment_count"], 1);
    assert_eq!(users(&website, "tug"), json!([]));
    assert!(
        website
            .text("p/tug/index.html")
            .contains("<a href=\"../../environments/\">")
    );
    for private in ["boardroom", "salaries", "b&amp;w", "secret", "/environments.db"] {
        assert!(!tells_of(&website, private), "{private}");
    }
}

#[test]
fn a_page_has_what_the_environment_is_made_of_and_its_files() {
    let channel = recorded("['team']");
    let website = Website::new();
    let _ = website
        .make(
            &channel,
            &["--copy", "nothing", "--site-url", "https://h.example/"],
        )
        .succeeded();
    let page = website.json("environments/team/analysis/index.json");
    let build = &page["builds"][0];
    assert_eq!(
        build["packages"][0],
        json!({
            "name": "barge", "version": "1.0", "build": "0", "subdir": "noarch", "file_name": "barge-1.0-0.conda",
            "channel": null, "is_here": true, "has_page": true, "is_requested": false, "is_withdrawn": false,
        })
    );
    assert_eq!(texts(&build["packages"], "name"), ["barge", "crane", "python"]);
    assert_eq!(
        build["packages"][2]["channel"],
        "https://conda.anaconda.org/conda-forge"
    );
    assert_eq!(
        (&build["solver"], &build["specification"]),
        (&json!("explicit"), &Value::Null)
    );
    assert_eq!(page["history"][0]["status"], "solved");
    let html = website.text("environments/team/analysis/index.html");
    for link in [
        "../../../p/barge/",
        "linux-64/explicit.txt",
        "https://conda.anaconda.org/conda-forge",
    ] {
        assert!(html.contains(&format!("href=\"{link}\"")), "{link}: {html}");
    }
    assert_snapshot!(website.text("environments/team/analysis/linux-64/explicit.txt"), @"
    # This file may be used to create an environment using:
    # $ conda create --name <env> --file <this file>
    # platform: linux-64
    @EXPLICIT
    https://conda.example/harbour/noarch/barge-1.0-0.conda#sha256:3575845c8f8504532f24d8d0fa86486c088f1b6d11a20343f7d98723980a8c67
    https://conda.example/harbour/noarch/crane-1.0-0.conda#sha256:01bd2699522396dbdcbee3f3dae6fc59156befbf45391384e1d4f6093af8b5ff
    https://conda.anaconda.org/conda-forge/linux-64/python-3.13.0-h9_0.conda
    ");
    assert_eq!(
        website.files_in("environments/team/analysis/linux-64/"),
        ["conda-lock.yml", "environment.yml", "explicit.txt"]
    );
    let sitemap = website.text("sitemap.xml");
    assert!(sitemap.contains("<loc>https://h.example/environments/team/analysis/</loc>"));
}

#[test]
fn all_can_be_public_whatever_their_names() {
    let channel = recorded("true");
    let website = Website::new();
    let _ = website.make(&channel, &["--copy", "nothing"]).succeeded();
    let pages = [
        "boardroom/salaries/index.html",
        "index.html",
        "team/analysis/index.html",
        "~54eam~3c~c3~bc~3e/b~26w/index.html",
    ];
    assert_eq!(page_paths(&website), pages);
    assert_eq!(users(&website, "barge"), json!(["b&w", "salaries", "analysis"]));
    let html = website.text("environments/~54eam~3c~c3~bc~3e/b~26w/index.html");
    assert!(html.contains("<h1 class=\"name\">b&amp;w</h1>"), "{html}");
    assert!(html.contains("--name &#39;b&amp;w&#39; --file"), "{html}");
}

#[rstest]
#[case::nobody_says("[]")]
#[case::no("false")]
#[case::others("['other']")]
fn unless_somebody_says_so_nothing_is_public(#[case] public: &str) {
    let website = Website::new();
    let channel = recorded(public);
    let _ = website.make(&channel, &["--copy", "nothing"]).succeeded();
    assert_eq!(page_paths(&website), [""; 0]);
    assert_eq!(users(&website, "barge"), json!([]));
    for private in ["environments/", "analysis", "salaries"] {
        assert!(!tells_of(&website, private), "{private}");
    }
    // The command line counts before the file.
    let args = ["--copy", "nothing", "--public-environments", "team"];
    let _ = website.make(&channel, &args).succeeded();
    assert_eq!(page_paths(&website).len(), 2);
}

#[test]
fn pages_follow_what_is_recorded_and_what_is_public() {
    let channel = recorded("['team']");
    let website = Website::new();
    let make = |public: &str| {
        let args = ["--copy", "nothing", "--public-environments", public];
        website.make(&channel, &args).succeeded()
    };
    let _ = make("team");
    assert!(make("team").stderr().contains("nothing has changed"));
    // Of what is private a website does not change.
    let _ = record(
        &channel,
        "boardroom/other",
        &[&format!("{URL}/noarch/tug-1.0-0.conda")],
    );
    assert!(make("team").stderr().contains("nothing has changed"));
    let before = website.states();
    let _ = record(
        &channel,
        "team/analysis",
        &[&format!("{URL}/noarch/tug-1.0-0.conda")],
    );
    let _ = make("team");
    let touched = super::Touched::between(&before, &website.states());
    assert_eq!(
        touched.packages().into_iter().collect::<Vec<_>>(),
        ["barge", "crane", "tug"]
    );
    assert_eq!(users(&website, "barge"), json!([]));
    assert_eq!(users(&website, "tug"), json!(["analysis"]));
    let page = website.json("environments/team/analysis/index.json");
    assert_eq!(page["build_count"], 2);
    let _ = make("nobody");
    assert_eq!(website.files_in("environments/"), [""; 0]);
}

#[test]
fn what_was_asked_for_is_shown_and_what_it_was_solved_against() {
    let channel = channel("true").file(
        "environment.yml",
        "# <b> https://me:secret@h.example/x\ndependencies:\n  - tug >=1\n",
    );
    let _ = index(&channel, &[]).succeeded();
    let call = Towpath::new(["env", "solve", "team/analysis"]);
    let call = call.arg(channel.path().join("environment.yml"));
    let call = call.args(&["--platform", "linux-64", "-C"]).arg(channel.path());
    let _ = call.run().succeeded();
    let website = Website::new();
    let _ = website.make(&channel, &["--copy", "nothing"]).succeeded();
    let page = website.json("environments/team/analysis/index.json");
    let build = &page["builds"][0];
    assert_eq!(
        build["specification"],
        json!({
            "kind": "environment.yml", "text": "# <b> https://h.example/x\ndependencies:\n  - tug >=1\n", "is_whole": true,
        })
    );
    assert_eq!(build["packages"][0]["is_requested"], true);
    let against = &build["channels"];
    assert!(texts(against, "subdir").contains(&"noarch"), "{against}");
    assert_eq!(
        (&against[0]["is_here"], &against[0]["channel"]),
        (&json!(true), &Value::Null)
    );
    let html = website.text("environments/team/analysis/index.html");
    assert!(
        html.contains("># &lt;b&gt; https://h.example/x\ndependencies:\n  - tug &gt;=1\n</code></pre>"),
        "{html}"
    );
    assert!(!tells_of(&website, "secret"));
}

/// Whose folder it is, is nobody's business.
#[test]
fn what_is_recorded_by_folder_is_shown_by_url_or_not_at_all() {
    let channel = channel("true").file("towpath.toml", "[environments]\npublic = true\n");
    let _ = index(&channel, &[]).succeeded();
    let folder = fs_err::canonicalize(channel.path()).unwrap();
    let folder = folder.to_str().unwrap();
    let _ = record(
        &channel,
        "team/analysis",
        &[&format!("file://{folder}/noarch/tug-1.0-0.conda")],
    );
    let website = Website::new();
    let args = ["--copy", "nothing", "--channel-url", URL];
    let _ = website.make(&channel, &args).succeeded();
    let list = "environments/team/analysis/linux-64/explicit.txt";
    assert!(
        website
            .text(list)
            .contains(&format!("\n{URL}/noarch/tug-1.0-0.conda"))
    );
    assert_eq!(users(&website, "tug"), json!(["analysis"]));
    assert!(!tells_of(&website, folder));
    let _ = website.make(&channel, &[]).succeeded();
    assert!(!website.has(list));
    let page = website.json("environments/team/analysis/index.json");
    assert_eq!(
        (
            &page["builds"][0]["downloads"],
            &page["builds"][0]["has_local_urls"]
        ),
        (&json!([]), &json!(true))
    );
    assert!(!tells_of(&website, folder));
}

#[test]
fn no_database_is_made_where_there_is_none() {
    let channel = channel("true");
    let website = Website::of(&channel, &[]);
    assert_eq!(page_paths(&website), [""; 0]);
    assert!(!channel.path().join(".towpath").exists());
}

#[test]
fn templates_of_environments_can_be_replaced() {
    let channel = recorded("['team']").file(
        "own/environment.html",
        "{{ page.namespace }}/{{ page.name }} of {{ site.channel }}",
    );
    let website = Website::new();
    let own = channel.path().join("own").display().to_string();
    let _ = website
        .make(&channel, &["--copy", "nothing", "--templates", &own])
        .succeeded();
    assert_eq!(
        website.text("environments/team/analysis/index.html"),
        "team/analysis of harbour"
    );
}

#[rstest]
#[case("'team'")]
#[case("['a/b']")]
#[case("['..']")]
fn what_is_no_namespace_is_refused(#[case] public: &str) {
    let outcome = site(&channel(public), &[]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains("towpath.toml: "), "{outcome}");
    assert!(outcome.stderr().contains("[environments]"), "{outcome}");
}
