//! Pages of recorded environments.

use super::packages::*;
use super::*;

fn used(name: &str, channel: Option<&str>) -> EnvironmentPackage {
    EnvironmentPackage {
        name: name.to_owned(),
        version: "2.3.2".to_owned(),
        build: "py313_0".to_owned(),
        subdir: "linux-64".to_owned(),
        file_name: format!("{name}-2.3.2-py313_0.conda"),
        channel: channel.map(str::to_owned),
        ..EnvironmentPackage::default()
    }
}

fn past(build: i64, status: &str, is_current: bool) -> PastBuild {
    PastBuild {
        build,
        platform: "linux-64".to_owned(),
        status: status.to_owned(),
        made: time(3),
        is_current,
    }
}

pub(in crate::site::tests) fn environment_use(namespace: &str, name: &str) -> EnvironmentUse {
    EnvironmentUse {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        version: "2.3.2".to_owned(),
        build: "py313_0".to_owned(),
        platforms: vec!["linux-64".to_owned(), "osx-arm64".to_owned()],
    }
}

pub(in crate::site::tests) fn environment_uses() -> Vec<EnvironmentUse> {
    let names = ["analysis", "web"];
    names.map(|name| environment_use("team", name)).into()
}

pub(in crate::site::tests) fn environments() -> EnvironmentsPage {
    let line = |name: &str| EnvironmentLine {
        name: name.to_owned(),
        platforms: vec![
            EnvironmentPlatform {
                platform: "linux-64".to_owned(),
                made: time(3),
                package_count: 4,
            },
            EnvironmentPlatform {
                platform: "osx-arm64".to_owned(),
                made: None,
                package_count: 1,
            },
        ],
    };
    let unsolved = EnvironmentLine {
        name: "unsolved".to_owned(),
        platforms: Vec::new(),
    };
    let namespace = |name: &str, environments| Namespace {
        name: name.to_owned(),
        environments,
    };
    EnvironmentsPage {
        namespaces: vec![
            namespace(HOSTILE, vec![line(HOSTILE)]),
            namespace("team", vec![line("analysis"), unsolved]),
        ],
        environment_count: 3,
        paging: Paging::default(),
    }
}

pub(in crate::site::tests) fn environment() -> EnvironmentPage {
    let against = |channel: Option<&str>, is_here| SolvedAgainst {
        channel: channel.map(str::to_owned),
        is_here,
        subdir: "linux-64".to_owned(),
        document: Some("repodata.json.zst".to_owned()),
        sha256: Some("0123456789abcdef".repeat(4)),
    };
    let solved = CurrentBuild {
        platform: "linux-64".to_owned(),
        build: 12,
        made: time(3),
        solver: "rattler".to_owned(),
        specification: Some(SpecificationText {
            kind: "environment.yml".to_owned(),
            text: "dependencies:\n  - numpy >=2\n".to_owned(),
            is_whole: true,
        }),
        channels: vec![
            against(None, true),
            against(Some("https://conda.anaconda.org/conda-forge"), false),
            against(None, false),
        ],
        packages: vec![
            EnvironmentPackage {
                is_here: true,
                is_withdrawn: true,
                ..used("gone", None)
            },
            used("lib", None),
            EnvironmentPackage {
                is_here: true,
                has_page: true,
                is_requested: true,
                ..used("numpy", None)
            },
            used("python", Some("https://conda.anaconda.org/conda-forge")),
        ],
        downloads: ["explicit.txt", "conda-lock.yml", "environment.yml"]
            .map(str::to_owned)
            .into(),
        has_local_urls: false,
    };
    let recorded = CurrentBuild {
        platform: "osx-arm64".to_owned(),
        build: 9,
        solver: "explicit".to_owned(),
        packages: vec![used("python", Some("s3://bucket/main"))],
        has_local_urls: true,
        ..CurrentBuild::default()
    };
    EnvironmentPage {
        namespace: "team".to_owned(),
        name: "analysis".to_owned(),
        created: time(1),
        builds: vec![solved, recorded],
        build_count: 60,
        history: vec![past(13, "failed", false), past(12, "solved", true)],
    }
}

/// An environment that means harm with everything it says.
pub(in crate::site::tests) fn hostile_environment() -> EnvironmentPage {
    let hostile = || HOSTILE.to_owned();
    EnvironmentPage {
        namespace: hostile(),
        name: hostile(),
        builds: vec![CurrentBuild {
            platform: hostile(),
            solver: hostile(),
            specification: Some(SpecificationText {
                kind: hostile(),
                text: format!("</code></pre>{HOSTILE}"),
                is_whole: false,
            }),
            channels: vec![SolvedAgainst {
                channel: Some("javascript:alert(1)".to_owned()),
                subdir: hostile(),
                document: Some(hostile()),
                sha256: Some(hostile()),
                ..SolvedAgainst::default()
            }],
            packages: vec![EnvironmentPackage {
                version: hostile(),
                build: hostile(),
                has_page: true,
                is_here: true,
                ..used(HOSTILE, Some("javascript:alert(1)"))
            }],
            downloads: ["explicit.txt", "environment.yml"].map(str::to_owned).into(),
            ..CurrentBuild::default()
        }],
        build_count: 1,
        history: vec![past(1, HOSTILE, true)],
        ..EnvironmentPage::default()
    }
}
