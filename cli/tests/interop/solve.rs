//! What the core solves over real records is what py-rattler solves.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rstest::rstest;
use serde::Serialize;
use tempfile::TempDir;
use towpath_core::environment::solve::{SolveChannel, SolveError, SolveRequest, VirtualPackages, solve};
use towpath_core::verify::ChannelPlace;

use crate::python;
use crate::shared::Shared;

const COLLECTION: &str = "conda-forge-2026";

/// Stacks that people have, of what the collection has.
const STACKS: [&[&str]; 12] = [
    &["python"],
    &["python 3.11.*", "numpy"],
    &["python >=3.12,<3.14", "numpy >=2", "pillow"],
    &["numpy", "polars", "pydantic"],
    &["python=3.10", "jupyterlab", "ipykernel", "requests"],
    &["conda", "conda-libmamba-solver"],
    &["cmake", "git", "ruff", "uv"],
    &["pre-commit", "mypy", "pytest"],
    &["nodejs", "python <3.12", "cryptography"],
    &["numpy 1.26.*", "python 3.13.*"],
    &["ffmpeg", "libcurl", "openssl 3.5.*"],
    &["mkdocs-material", "rust", "libxml2 <2.14"],
];

/// How many of the collection's names are solved alone.
const ALONE: usize = 10;

/// What both are asked.
#[derive(Debug, Serialize)]
struct Case {
    platform: &'static str,
    specs: Vec<String>,
    virtual_packages: Vec<String>,
    exclude_newer: Option<&'static str>,
}

impl Case {
    fn new(platform: &'static str, specs: &[&str], exclude_newer: Option<&'static str>) -> Self {
        let packages = VirtualPackages::default();
        Self {
            platform,
            specs: specs.iter().map(|spec| (*spec).to_owned()).collect(),
            virtual_packages: packages.listed(&platform.parse().unwrap()),
            exclude_newer,
        }
    }

    /// The files that the core chooses; nothing if there is no solution.
    fn solved(&self, channel: &Path) -> Option<BTreeSet<String>> {
        let place = ChannelPlace::folder(channel);
        let request = SolveRequest {
            specs: self.specs.clone(),
            platform: self.platform.parse().unwrap(),
            channels: vec![SolveChannel::new("https://conda.example/conda-forge", place).unwrap()],
            virtual_packages: VirtualPackages::default(),
            exclude_newer: self.exclude_newer.map(|latest| latest.parse().unwrap()),
            timeout: None,
        };
        match solve(&request) {
            Ok(solution) => {
                let packages = solution.lock.packages.iter();
                Some(
                    packages
                        .map(|package| format!("{}/{}", package.subdir, package.file.as_str()))
                        .collect(),
                )
            }
            Err(SolveError::Unsolvable(_)) => None,
            Err(error) => panic!("{self:?}: {error}"),
        }
    }
}

/// What py-rattler chooses in each case.
fn solved_by_rattler(python: &Path, folder: &Path, cases: &[Case]) -> Vec<Option<BTreeSet<String>>> {
    let mut process = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/solve.py"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let cases = serde_json::to_vec(cases).unwrap();
    process.stdin.take().unwrap().write_all(&cases).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The names that a document has, some of them.
fn some_names(document: &[u8]) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_slice(document).unwrap();
    let records = document["packages.conda"].as_object().unwrap().values();
    let names: BTreeSet<&str> = records.map(|record| record["name"].as_str().unwrap()).collect();
    let step = names.len() / ALONE;
    names.into_iter().step_by(step).map(ToOwned::to_owned).collect()
}

#[rstest]
fn environments_are_those_that_rattler_solves(
    #[values("linux-64", "linux-aarch64", "osx-arm64", "win-64")] platform: &'static str,
) {
    let (Some(shared), Some(python)) = (Shared::found(), python::with_rattler()) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut names = Vec::new();
    for subdir in [platform, "noarch"] {
        let compressed = fs_err::read(shared.repodata(COLLECTION, subdir)).unwrap();
        let document = zstd::decode_all(&compressed[..]).unwrap();
        fs_err::create_dir(folder.path().join(subdir)).unwrap();
        fs_err::write(folder.path().join(subdir).join("repodata.json"), &document).unwrap();
        names.extend(some_names(&document));
    }
    let mut cases: Vec<Case> = STACKS
        .iter()
        .map(|specs| Case::new(platform, specs, None))
        .collect();
    cases.extend(
        STACKS
            .iter()
            .map(|specs| Case::new(platform, specs, Some("2025-10-01T00:00:00Z"))),
    );
    cases.extend(names.iter().map(|name| Case::new(platform, &[name], None)));
    let expected = solved_by_rattler(&python, folder.path(), &cases);
    let channel = shared.repodata(COLLECTION, platform);
    let channel = channel.parent().and_then(Path::parent).unwrap();
    let mut solved = 0;
    for (case, expected) in cases.iter().zip(expected) {
        assert_eq!(case.solved(channel), expected, "{case:?}");
        solved += usize::from(expected.is_some());
    }
    println!("{platform}: {solved} of {} have a solution", cases.len());
    assert!(solved > cases.len() / 2, "{solved}");
}
