//! The workflow files that are shipped for users: they may do little, and what they run makes a
//! channel that can be published.

mod runner;

use rstest::rstest;
use serde_json::Value;
use towpath_tests::{Kind, PackageBuilder};

use self::runner::{Workspace, steps};

fn text(name: &str) -> String {
    let path = format!("{}/../docs/deploy/{name}", env!("CARGO_MANIFEST_DIR"));
    fs_err::read_to_string(path).unwrap()
}

fn parsed(name: &str) -> Value {
    serde_saphyr::from_str(&text(name)).unwrap()
}

fn github() -> Value {
    parsed("github-pages.yml")
}

fn jobs() -> Vec<(String, Value)> {
    let jobs = github()["jobs"].take();
    let jobs = jobs.as_object().unwrap().clone();
    jobs.into_iter().collect()
}

fn steps_of_all_jobs() -> Vec<Value> {
    jobs().iter().flat_map(|(_, job)| steps(job)).collect()
}

/// A tag can be moved to other code, a commit cannot.
#[test]
fn actions_are_pinned_by_commit_with_their_version_beside() {
    let text = text("github-pages.yml");
    let uses: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("uses: "))
        .collect();
    assert_eq!(
        uses.len(),
        steps_of_all_jobs()
            .iter()
            .filter(|step| step.get("uses").is_some())
            .count()
    );
    for pinned in uses {
        let (action, version) = pinned.split_once(" # v").unwrap_or_else(|| panic!("{pinned}"));
        let (name, commit) = action.split_once('@').unwrap();
        assert!(name.starts_with("actions/"), "{pinned}");
        assert!(
            commit.len() == 40
                && commit
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            "{pinned}"
        );
        assert_eq!(version.split('.').count(), 3, "{pinned}");
    }
}

#[test]
fn jobs_may_do_no_more_than_they_must() {
    assert_eq!(github()["permissions"], serde_json::json!({}));
    for (name, job) in jobs() {
        let expected = match name.as_str() {
            "deploy" => serde_json::json!({"pages": "write", "id-token": "write"}),
            _ => serde_json::json!({"contents": "read"}),
        };
        assert_eq!(job["permissions"], expected, "{name}");
        assert!(job["timeout-minutes"].is_u64(), "{name}");
    }
    for step in steps_of_all_jobs() {
        let action = step["uses"].as_str().unwrap_or_default();
        if action.starts_with("actions/checkout@") {
            assert_eq!(step["with"]["persist-credentials"], false);
        }
    }
}

/// What others can choose, such as the title of a pull request, would be run as a script.
#[test]
fn scripts_are_put_together_from_nothing_of_others() {
    for step in steps_of_all_jobs() {
        let run = step["run"].as_str().unwrap_or_default();
        assert!(!run.contains("${{"), "{run}");
    }
    assert!(!text("github-pages.yml").contains("pull_request_target"));
    assert!(!text("github-pages.yml").contains("secrets."));
}

#[test]
fn pull_requests_are_verified_and_nothing_more() {
    let jobs = jobs();
    let runs_for_pull_requests = |job: &Value| {
        let condition = job["if"].as_str().unwrap_or_default();
        !condition.contains("github.event_name != 'pull_request'") && job.get("needs").is_none()
    };
    let names: Vec<&str> = jobs
        .iter()
        .filter(|(_, job)| runs_for_pull_requests(job))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["verify"]);
    let verify = &jobs.iter().find(|(name, _)| name == "verify").unwrap().1;
    for step in steps(verify) {
        let action = step["uses"].as_str().unwrap_or_default();
        // A cache that a pull request can write to is read by what is published.
        assert!(
            !action.starts_with("actions/cache@") && !action.contains("/save@"),
            "{action}"
        );
    }
}

#[test]
fn deployments_wait_for_each_other_and_are_not_cut_short() {
    let concurrency = github()["concurrency"].take();
    let group = concurrency["group"].as_str().unwrap();
    assert!(group.ends_with("|| 'deployment' }}"), "{group}");
    let cancel = concurrency["cancel-in-progress"].as_str().unwrap();
    assert_eq!(cancel, "${{ github.event_name == 'pull_request' }}");
}

fn lock(version: &str) -> PackageBuilder {
    PackageBuilder::new("lock", version, "0")
}

#[rstest]
fn a_run_makes_what_can_be_published(#[values("github-pages.yml", "gitlab-ci.yml")] file: &str) {
    let workspace = Workspace::new().package(&lock("1.0"), Kind::Conda);
    workspace.run(&parsed(file));
    let published = workspace.files("public");
    for path in [
        ".nojekyll",
        "404.html",
        "index.html",
        "channeldata.json",
        "noarch/lock-1.0-0.conda",
        "noarch/repodata.json",
        "noarch/repodata.json.zst",
        "noarch/repodata_shards.msgpack.zst",
        "noarch/run_exports.json",
    ] {
        assert!(
            published.iter().any(|published| published == path),
            "{path}: {published:?}"
        );
    }
    assert!(
        !published.iter().any(|path| path.contains(".cache")),
        "{published:?}"
    );
    assert!(
        workspace.text("public/rss.xml").contains(runner::CHANNEL_URL),
        "feeds say where the channel is"
    );
}

/// Of a run nothing is left but what is published and what its cache keeps.
#[rstest]
fn the_next_run_knows_what_the_last_one_did(#[values("github-pages.yml", "gitlab-ci.yml")] file: &str) {
    let workflow = parsed(file);
    let first = Workspace::new().package(&lock("1.0"), Kind::Conda);
    first.run(&workflow);
    let since = first.indexed_timestamp("lock-1.0-0.conda");
    let shards = first.files("public/noarch/shards");
    assert_eq!(shards.len(), 1);

    let second = Workspace::new()
        .package(&lock("1.0"), Kind::Conda)
        .package(&lock("2.0"), Kind::Conda);
    second.restore(&workflow, &first);
    second.run(&workflow);
    assert_eq!(second.indexed_timestamp("lock-1.0-0.conda"), since);
    assert!(second.indexed_timestamp("lock-2.0-0.conda") > since);
    let later = second.files("public/noarch/shards");
    assert_eq!(later.len(), 2, "clients may still ask for the old shard");
    assert!(later.contains(&shards[0]));
}

/// The package can be indexed: it is verification that stops it.
#[rstest]
fn what_is_not_fit_is_not_published(#[values("github-pages.yml", "gitlab-ci.yml")] file: &str) {
    let evil = PackageBuilder::new("evil", "1.0", "0").payload("../outside", "x");
    let workspace = Workspace::new().package(&evil, Kind::Conda);
    assert!(!workspace.try_run(&parsed(file)));
    assert_eq!(workspace.files("public"), [""; 0]);
    assert_eq!(
        workspace.files("channel"),
        ["noarch/evil-1.0-0.conda"],
        "nothing was indexed"
    );
}

#[test]
fn the_website_is_checked_when_it_is_written_and_before_it_is_uploaded() {
    let check = "towpath site channel -o public --check --host github-pages";
    let pipeline = parsed("gitlab-ci.yml");
    let script = pipeline["pages"]["script"].as_array().unwrap();
    assert_eq!(script.last().unwrap(), check);

    let steps = steps(&github()["jobs"]["build"]);
    let place = |is_it: &dyn Fn(&Value) -> bool| steps.iter().position(is_it).unwrap();
    let written = place(&|step| step["id"] == "site");
    let checked = place(&|step| step["run"] == check);
    let uploaded = place(&|step| {
        let action = step["uses"].as_str();
        action.is_some_and(|action| action.starts_with("actions/upload-pages-artifact@"))
    });
    assert!(written < checked && checked < uploaded);
    assert_eq!(steps[uploaded]["with"]["path"], "public");
}

#[rstest]
#[case("OWNER/my-channel", "", "https://OWNER.github.io/my-channel", "/my-channel/")]
#[case("OWNER/OWNER.github.io", "", "https://OWNER.github.io", "/")]
#[case("OWNER/x", "https://conda.example.org", "https://conda.example.org", "/")]
#[case("OWNER/x", "https://example.org/a/b/", "https://example.org/a/b", "/a/b/")]
fn the_address_is_that_of_the_repository_or_what_one_says(
    #[case] repository: &str,
    #[case] channel_url: &str,
    #[case] url: &str,
    #[case] path: &str,
) {
    let found = Workspace::new().address(&github(), repository, channel_url);
    assert_eq!(found, format!("url={url}\npath={path}\n"));
}

#[test]
fn gitlab_publishes_from_the_default_branch_alone() {
    let pipeline = parsed("gitlab-ci.yml");
    let rules = pipeline["pages"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["if"], "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH");
    assert_eq!(
        pipeline["pages"]["artifacts"]["paths"],
        serde_json::json!(["public"])
    );
    let caches = pipeline["pages"]["cache"].as_array().unwrap();
    assert_eq!(
        caches[0]["paths"],
        serde_json::json!([".towpath"]),
        "an alias is resolved"
    );
}
