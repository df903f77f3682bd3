//! Runs of towpath, as a user starts them.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run told and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stderr: String,
    report: Value,
}

/// A command that indexes a channel, free of what the environment may say of towpath.
pub(crate) fn command(channel: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("TOWPATH_") || text == "CONDA_INDEX_DBURL" {
            command.env_remove(name);
        }
    }
    command.arg("index").arg(channel).args(options).arg("--json");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Run {
    Run::of(&command.output().unwrap())
}

/// Indexes a channel in which every package is sound.
pub(crate) fn index(channel: &Path, options: &[&str]) -> Run {
    let run = run(&mut command(channel, options));
    assert_eq!(run.status, Some(0), "{}\n{}", run.stderr, run.report);
    run
}

impl Run {
    /// What a finished command told.
    pub(crate) fn of(output: &std::process::Output) -> Self {
        Self {
            status: output.status.code(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            report: serde_json::from_slice(&output.stdout).unwrap_or_default(),
        }
    }

    /// Packages that were read.
    pub(crate) fn read(&self) -> u64 {
        self.sum("added") + self.sum("changed")
    }

    /// The sum of a number over the subdirs.
    pub(crate) fn sum(&self, key: &str) -> u64 {
        self.subdirs()
            .iter()
            .map(|subdir| subdir[key].as_u64().unwrap())
            .sum()
    }

    /// Documents that were written, with their subdirs.
    pub(crate) fn documents_written(&self) -> Vec<String> {
        let of_subdir = |subdir: &Value| {
            let names = subdir["documents_written"].as_array().unwrap();
            let path = |name: &Value| format!("{}/{}", text(&subdir["subdir"]), text(name));
            names.iter().map(path).collect::<Vec<_>>()
        };
        self.subdirs().iter().flat_map(of_subdir).collect()
    }

    /// The subdirs that were left to another process.
    pub(crate) fn skipped(&self) -> Vec<&str> {
        let skipped = self.subdirs().iter().filter(|subdir| subdir["skipped"] == true);
        skipped.map(|subdir| text(&subdir["subdir"])).collect()
    }

    fn subdirs(&self) -> &[Value] {
        self.report["subdirs"].as_array().map_or(&[], Vec::as_slice)
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
