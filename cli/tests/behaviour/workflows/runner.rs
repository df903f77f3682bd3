//! Runs the scripts of a workflow as its service does, in a folder that stands for a checkout. What
//! needs a network is left out: the installation of towpath, and actions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use towpath_tests::{Kind, PackageBuilder};

/// Where the channel is to be.
pub(super) const CHANNEL_URL: &str = "https://owner.github.io/my-channel";

/// The steps of a job.
pub(super) fn steps(job: &Value) -> Vec<Value> {
    job["steps"].as_array().unwrap().clone()
}

/// A checkout that a workflow runs in.
pub(super) struct Workspace {
    folder: TempDir,
    /// What is beside the checkout: a home, and files of the service.
    beside: TempDir,
}

impl Workspace {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let beside = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(folder.path().join("channel/noarch")).unwrap();
        Self { folder, beside }
    }

    pub(super) fn package(self, package: &PackageBuilder, kind: Kind) -> Self {
        let folder = self.folder.path().join("channel/noarch");
        package.write_to(folder, kind).unwrap();
        self
    }

    /// Runs what publishes the channel, which must succeed.
    pub(super) fn run(&self, workflow: &Value) {
        assert!(self.try_run(workflow));
    }

    /// Whether what publishes the channel succeeds.
    pub(super) fn try_run(&self, workflow: &Value) -> bool {
        match workflow.get("jobs") {
            Some(jobs) => self.run_job(workflow, &jobs["build"]),
            None => self.run_script(&workflow["pages"]["script"]),
        }
    }

    /// Steps in order, until one fails.
    fn run_job(&self, workflow: &Value, job: &Value) -> bool {
        let mut outputs = BTreeMap::new();
        let mut has_run = 0;
        for step in steps(job) {
            let id = step["id"].as_str().unwrap_or_default();
            let Some(script) = step["run"].as_str().filter(|_| id != "install") else {
                continue;
            };
            let mut command = self.bash(script);
            for env in [&workflow["env"], &step["env"]] {
                for (name, value) in env.as_object().into_iter().flatten() {
                    command.env(name, resolved(value.as_str().unwrap(), &outputs));
                }
            }
            let output = self.beside.path().join("output");
            fs_err::write(&output, "").unwrap();
            command
                .env("TOWPATH_COMMIT", "0".repeat(40))
                .env("GITHUB_OUTPUT", &output)
                .env("GITHUB_REPOSITORY", "owner/my-channel")
                .env("GITHUB_REPOSITORY_OWNER", "owner");
            if !succeeds(&mut command) {
                return false;
            }
            for line in fs_err::read_to_string(&output).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                outputs.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
            }
            has_run += 1;
        }
        assert!(has_run >= 5, "only {has_run} steps were run");
        true
    }

    /// The lines of GitLab's scripts are run by one shell.
    fn run_script(&self, script: &Value) -> bool {
        let lines = script.as_array().unwrap().iter();
        let lines = lines.map(|line| line.as_str().unwrap());
        let script = lines.collect::<Vec<_>>().join("\n");
        succeeds(self.bash(&script).env("CI_PAGES_URL", CHANNEL_URL))
    }

    /// What the step that finds the channel's address puts out.
    pub(super) fn address(&self, workflow: &Value, repository: &str, channel_url: &str) -> String {
        let build = &workflow["jobs"]["build"];
        let step = steps(build).into_iter().find(|step| step["id"] == "address");
        let step = step.unwrap();
        let output = self.beside.path().join("output");
        let mut command = self.bash(step["run"].as_str().unwrap());
        command
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_REPOSITORY", repository)
            .env("GITHUB_REPOSITORY_OWNER", repository.split('/').next().unwrap())
            .env("CHANNEL_URL", channel_url);
        assert!(succeeds(&mut command));
        fs_err::read_to_string(output).unwrap()
    }

    /// Takes over what the workflow's cache kept of another run.
    pub(super) fn restore(&self, workflow: &Value, other: &Self) {
        let paths = kept_paths(workflow);
        let script = format!("cp --archive --parents {} \"$TO\"", paths.join(" "));
        assert!(succeeds(other.bash(&script).env("TO", self.folder.path())));
    }

    fn bash(&self, script: &str) -> Command {
        let towpath = Path::new(env!("CARGO_BIN_EXE_towpath"));
        let path = std::env::var_os("PATH").unwrap();
        let folders = [towpath.parent().unwrap().to_owned()];
        let folders = folders.into_iter().chain(std::env::split_paths(&path));
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .env_clear()
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("HOME", self.beside.path())
            .current_dir(self.folder.path());
        command
    }

    pub(super) fn text(&self, path: &str) -> String {
        fs_err::read_to_string(self.folder.path().join(path)).unwrap()
    }

    pub(super) fn indexed_timestamp(&self, package: &str) -> u64 {
        let repodata = self.text("public/noarch/repodata.json");
        let repodata: Value = serde_json::from_str(&repodata).unwrap();
        repodata["packages.conda"][package]["indexed_timestamp"]
            .as_u64()
            .unwrap()
    }

    /// The files under a folder, by their paths in it; none if it is not there.
    pub(super) fn files(&self, folder: &str) -> Vec<String> {
        let root = self.folder.path().join(folder);
        let mut found = Vec::new();
        let mut open: Vec<PathBuf> = Vec::from_iter(root.is_dir().then(|| root.clone()));
        while let Some(folder) = open.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let path = path.strip_prefix(&root).unwrap();
                    found.push(path.to_str().unwrap().to_owned());
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// What a workflow's cache keeps of the channel, saved as it is restored.
fn kept_paths(workflow: &Value) -> Vec<String> {
    let paths = |step: &Value| -> Vec<String> {
        let paths = step["with"]["path"].as_str().unwrap();
        paths.lines().map(str::to_owned).collect()
    };
    let Some(jobs) = workflow.get("jobs") else {
        let kept = workflow["pages"]["cache"][1]["paths"].as_array().unwrap();
        return kept
            .iter()
            .map(|path| path.as_str().unwrap().to_owned())
            .collect();
    };
    let of_action = |action: &str| {
        let steps = steps(&jobs["build"]);
        let step = steps.into_iter().find(|step| {
            let uses = step["uses"].as_str();
            uses.is_some_and(|uses| uses.starts_with(action))
        });
        step.unwrap()
    };
    let (restored, saved) = (
        of_action("actions/cache/restore@"),
        of_action("actions/cache/save@"),
    );
    assert_eq!(paths(&restored), paths(&saved));
    assert_eq!(restored["with"]["key"], saved["with"]["key"]);
    let prefix = restored["with"]["restore-keys"].as_str().unwrap();
    assert!(saved["with"]["key"].as_str().unwrap().starts_with(prefix));
    paths(&saved)
}

/// The text with what earlier steps put out in it.
fn resolved(text: &str, outputs: &BTreeMap<String, String>) -> String {
    match text
        .strip_prefix("${{ ")
        .and_then(|text| text.strip_suffix(" }}"))
    {
        Some(name) => outputs[name].clone(),
        None => text.to_owned(),
    }
}

fn succeeds(command: &mut Command) -> bool {
    let output = command.output().unwrap();
    if !output.status.success() {
        println!("{command:?}\n{}", String::from_utf8_lossy(&output.stdout));
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}
