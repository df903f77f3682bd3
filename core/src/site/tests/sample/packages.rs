//! Packages and what changed in them.

use super::*;

pub(in crate::site::tests) fn time(day: i64) -> Option<UtcTime> {
    UtcTime::from_seconds(1_731_000_000 + day * 86_400)
}

pub(in crate::site::tests) fn dependency(name: &str, requirement: &str, is_here: bool) -> Dependency {
    Dependency {
        spec: format!("{name} {requirement}").trim().to_owned(),
        name: name.to_owned(),
        requirement: requirement.to_owned(),
        is_here,
    }
}

pub(in crate::site::tests) fn dependencies() -> Vec<Dependency> {
    vec![
        dependency("python", ">=3.12,<3.13.0a0", true),
        dependency("python_abi", "3.12.* *_cp312", true),
        dependency("libblas", ">=3.9.0,<4.0a0", true),
        dependency("libcblas", ">=3.9.0,<4.0a0", true),
        dependency("liblapack", ">=3.9.0,<4.0a0", true),
        dependency("libgcc", ">=13", false),
        dependency("libstdcxx", ">=13", false),
        dependency("__glibc", ">=2.17,<3.0.a0", false),
        dependency("numpy-base", "", true),
        dependency("mkl_fft", "", false),
    ]
}

pub(in crate::site::tests) fn build(version: &str, subdir: &str, number: u64) -> BuildLine {
    let build = format!("py312h{:07x}_{number}", version.len() * 7_919 + subdir.len());
    BuildLine {
        subdir: subdir.to_owned(),
        file_name: format!("numpy-{version}-{build}.conda"),
        download: Some(format!("{subdir}/numpy-{version}-{build}.conda")),
        build,
        build_number: number,
        size: Some(7_340_032 + number * 1024),
        updated: time(number.cast_signed()),
        sha256: "5f1b0e4c".repeat(8),
        has_page: true,
        depends: Some(vec![
            format!("python >=3.{}", version.len()),
            format!("b <{version}"),
            "c".to_owned(),
        ]),
        constrains: Some(Vec::new()),
    }
}

pub(in crate::site::tests) fn version(version: &str) -> VersionLine {
    let subdirs = ["linux-64", "osx-arm64", "win-64"];
    let builds: Vec<BuildLine> = subdirs
        .iter()
        .flat_map(|subdir| (0..2).map(|number| build(version, subdir, number)))
        .collect();
    VersionLine {
        version: version.to_owned(),
        released: time(0),
        build_count: builds.len(),
        builds,
    }
}

pub(in crate::site::tests) fn change() -> VersionChange {
    let changed = |name: &str, before: Option<&str>, after: Option<&str>| ChangedDependency {
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        is_here: true,
    };
    VersionChange {
        version: "2.3.2".to_owned(),
        previous: "2.3.1".to_owned(),
        released: time(3),
        subdir: "linux-64".to_owned(),
        file_name: "numpy-2.3.2-py312h0000001_0.conda".to_owned(),
        previous_file_name: "numpy-2.3.1-py312h0000001_0.conda".to_owned(),
        size: Some(7_440_032),
        previous_size: Some(7_340_032),
        depends: vec![
            changed("libgcc", Some(">=12"), Some(">=13")),
            changed("python", Some(">=3.11,<3.12.0a0"), Some(">=3.12,<3.13.0a0")),
            changed("mkl_fft", None, Some("")),
            changed("tbb", Some("2021.*"), None),
        ],
        constrains: vec![changed("numpy-base", Some("<0a0"), None)],
        fields: vec![ChangedField {
            field: "license".to_owned(),
            before: Some("BSD".to_owned()),
            after: Some("BSD-3-Clause".to_owned()),
        }],
        new_subdirs: vec!["linux-aarch64".to_owned()],
        gone_subdirs: vec!["win-32".to_owned()],
        files: Some(FileChanges {
            added: 12,
            removed: 3,
            changed: 450,
            installed_size_change: -52_000,
            files: vec![
                ChangedFile {
                    change: FileChange::Added,
                    path: "lib/python3.12/site-packages/numpy/_core/new.py".to_owned(),
                },
                ChangedFile {
                    change: FileChange::Removed,
                    path: "lib/python3.12/site-packages/numpy/compat/__init__.py".to_owned(),
                },
            ],
        }),
    }
}

/// A package as most are.
pub(in crate::site::tests) fn package() -> PackagePage {
    PackagePage {
        name: "numpy".to_owned(),
        version: "2.3.2".to_owned(),
        summary: Some("The fundamental package for scientific computing with Python.".to_owned()),
        description: Some(
            "NumPy is the fundamental package needed for scientific computing with Python.\n\n\
             It has an N-dimensional array object, tools for integrating C and Fortran code, linear algebra, \
             Fourier transforms, and random numbers."
                .to_owned(),
        ),
        license: Some("BSD-3-Clause".to_owned()),
        links: vec![
            PackageLink {
                label: "home",
                url: "https://numpy.org/".to_owned(),
            },
            PackageLink {
                label: "documentation",
                url: "https://numpy.org/doc/stable/".to_owned(),
            },
            PackageLink {
                label: "development",
                url: "https://github.com/numpy/numpy".to_owned(),
            },
        ],
        maintainers: ["jakirkham", "msarahan", "rgommers"].map(str::to_owned).into(),
        provenance: Some(
            "https://github.com/conda-forge/numpy-feedstock/tree/0123456789abcdef0123456789abcdef01234567"
                .to_owned(),
        ),
        updated: time(3),
        first: UtcTime::from_seconds(1_483_000_000),
        platforms: vec![
            platform("linux-64", "2.3.2", true),
            platform("linux-aarch64", "2.3.2", true),
            platform("osx-64", "2.1.3", false),
            platform("osx-arm64", "2.3.2", true),
            platform("win-32", "1.14.5", false),
            platform("win-64", "2.3.2", true),
        ],
        dependencies: vec![
            DependencySet {
                subdirs: vec!["linux-64".to_owned(), "linux-aarch64".to_owned()],
                depends: dependencies(),
                constrains: vec![dependency("numpy-base", "<0a0", true)],
            },
            DependencySet {
                subdirs: vec!["osx-arm64".to_owned(), "win-64".to_owned()],
                depends: dependencies().split_off(5),
                constrains: Vec::new(),
            },
        ],
        run_exports: vec![RunExportSet {
            kind: "weak".to_owned(),
            specs: vec![dependency("numpy", ">=1.23,<3", true)],
        }],
        latest_change: Some(change()),
        environment_count: 2,
        environments: environment_uses(),
        used_by_count: 57,
        used_by: vec![
            requirement(">=1.23,<3", &["pandas", "scikit-learn", "scipy", "xarray"], 40),
            requirement("", &["bottleneck", "numexpr", "tables"], 3),
            requirement(">=1.11", &["h5py", LONG], 14),
        ],
        version_count: 38,
        build_count: 228,
        total_size: 1_610_612_736,
        versions: ["2.3.2", "2.3.1", "2.3.0", "2.2.6", "2.2.5", "2.1.3", "1.26.4"]
            .map(version)
            .into(),
        activity: (0..48)
            .map(|month| MonthlyBuilds {
                month: format!("{}-{:02}", 2020 + month / 12, month % 12 + 1),
                builds: (month * 7) % 13,
            })
            .collect(),
        has_changes_page: true,
    }
}

pub(in crate::site::tests) fn platform(subdir: &str, version: &str, is_latest: bool) -> Platform {
    Platform {
        subdir: subdir.to_owned(),
        version: version.to_owned(),
        is_latest,
        updated: time(if is_latest { 3 } else { -600 }),
    }
}

pub(in crate::site::tests) fn requirement(text: &str, packages: &[&str], count: usize) -> Requirement {
    Requirement {
        requirement: text.to_owned(),
        count,
        packages: packages.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// A package of which nothing is known but a build.
pub(in crate::site::tests) fn bare_package() -> PackagePage {
    PackagePage {
        name: "bare".to_owned(),
        version: "0".to_owned(),
        platforms: vec![platform("noarch", "0", true)],
        version_count: 1,
        build_count: 1,
        versions: vec![VersionLine {
            version: "0".to_owned(),
            build_count: 1,
            builds: vec![BuildLine {
                subdir: "noarch".to_owned(),
                file_name: "bare-0-0.tar.bz2".to_owned(),
                ..BuildLine::default()
            }],
            ..VersionLine::default()
        }],
        ..PackagePage::default()
    }
}

/// A package that means harm with everything it says.
pub(in crate::site::tests) fn hostile_package() -> PackagePage {
    let hostile = || HOSTILE.to_owned();
    PackagePage {
        name: hostile(),
        version: hostile(),
        summary: Some(hostile()),
        description: Some(hostile()),
        license: Some(hostile()),
        links: vec![PackageLink {
            label: "home",
            url: "javascript:alert(1)".to_owned(),
        }],
        maintainers: vec![hostile()],
        provenance: Some("data:text/html,<script>alert(1)</script>".to_owned()),
        platforms: vec![platform(HOSTILE, HOSTILE, false)],
        dependencies: vec![DependencySet {
            subdirs: vec![hostile()],
            depends: vec![dependency(HOSTILE, HOSTILE, true), dependency("", HOSTILE, true)],
            constrains: vec![dependency(HOSTILE, HOSTILE, false)],
        }],
        run_exports: vec![RunExportSet {
            kind: hostile(),
            specs: vec![dependency(HOSTILE, HOSTILE, true)],
        }],
        latest_change: Some(VersionChange {
            version: hostile(),
            previous: hostile(),
            subdir: hostile(),
            depends: vec![ChangedDependency {
                name: hostile(),
                before: Some(hostile()),
                after: Some(hostile()),
                is_here: true,
            }],
            fields: vec![ChangedField {
                field: hostile(),
                before: Some(hostile()),
                after: None,
            }],
            new_subdirs: vec![hostile()],
            ..VersionChange::default()
        }),
        environment_count: 1,
        environments: vec![environment_use(HOSTILE, HOSTILE)],
        used_by_count: 1,
        used_by: vec![requirement(HOSTILE, &[HOSTILE], 1)],
        version_count: 1,
        build_count: 1,
        versions: vec![VersionLine {
            version: hostile(),
            build_count: 1,
            builds: vec![BuildLine {
                subdir: hostile(),
                file_name: hostile(),
                build: hostile(),
                sha256: hostile(),
                download: Some("javascript:alert(1)".to_owned()),
                has_page: true,
                ..BuildLine::default()
            }],
            ..VersionLine::default()
        }],
        ..PackagePage::default()
    }
}

/// A package that speaks of itself from right to left.
pub(in crate::site::tests) fn arabic_package() -> PackagePage {
    PackagePage {
        name: "arabic".to_owned(),
        summary: Some("مكتبة لمعالجة النصوص العربية".to_owned()),
        description: Some("مكتبة لمعالجة النصوص العربية.\n\nتعمل على كل المنصات.".to_owned()),
        ..package()
    }
}

/// A package with the longest of names, and many versions.
pub(in crate::site::tests) fn long_package() -> PackagePage {
    PackagePage {
        name: LONG.to_owned(),
        version: "2026.11.21.123456.post1+a.very.long.local.version".to_owned(),
        version_count: 400,
        versions: (0..50)
            .map(|number| VersionLine {
                version: format!("1.{number}.0+local.build.{number}"),
                build_count: 1,
                builds: vec![build("1.0", "linux-64", number)],
                ..VersionLine::default()
            })
            .collect(),
        ..package()
    }
}
