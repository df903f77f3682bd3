//! A website of made-up packages, from the plain to the hostile: what tests render and eyes look at.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::channel::Subdir;
use crate::site::page::*;

/// Text that would be markup, script, an attribute or a command if anything let it.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"' onclick='x' {{ 7*7 }} &amp; $(rm -rf ~)";

/// A name as long as names get.
pub(super) const LONG: &str = "a-package-with-a-name-of-sixty-characters-that-goes-on-and-on";

/// A page of the website, rendered.
pub(super) struct Rendered {
    pub(super) path: String,
    pub(super) html: String,
}

pub(super) fn website() -> Website {
    Website {
        channel: "demo".to_owned(),
        title: "demo channel".to_owned(),
        tagline: Some("Packages of the example team, for everybody else.".to_owned()),
        channel_url: Some("https://conda.example.org/demo/".to_owned()),
        site_url: Some("https://conda.example.org/demo/".to_owned()),
        url_path: "/".to_owned(),
        links: vec![
            WebsiteLink {
                label: "Docs".to_owned(),
                url: "https://docs.example.org".to_owned(),
            },
            WebsiteLink {
                label: HOSTILE.to_owned(),
                url: "javascript:alert(1)".to_owned(),
            },
        ],
        hue: 250,
        theme: [("accent-chroma".to_owned(), "0.12".to_owned())].into(),
        subdirs: ["linux-64", "noarch", "osx-arm64", "win-64"]
            .map(str::to_owned)
            .into(),
        project_url: "https://github.com/towpath/towpath".to_owned(),
        ..Website::default()
    }
}

/// The website with the addresses of its assets, and the assets.
pub(super) fn templates(mut website: Website) -> (WebsiteTemplates, [Asset; 2]) {
    // From the folder and not from the binary: who works on them need not compile.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let read = |name: &str| {
        (
            name.to_owned(),
            fs_err::read_to_string(folder.join(name)).unwrap(),
        )
    };
    let templates = Templates::with_replaced(Templates::names().map(read)).unwrap();
    let assets = templates.assets(&website).unwrap();
    website.style.clone_from(&assets[0].path);
    website.script.clone_from(&assets[1].path);
    (WebsiteTemplates::new(templates, &website), assets)
}

fn time(day: i64) -> Option<UtcTime> {
    UtcTime::from_seconds(1_731_000_000 + day * 86_400)
}

fn dependency(name: &str, requirement: &str, is_here: bool) -> Dependency {
    Dependency {
        spec: format!("{name} {requirement}").trim().to_owned(),
        name: name.to_owned(),
        requirement: requirement.to_owned(),
        is_here,
    }
}

fn dependencies() -> Vec<Dependency> {
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

fn build(version: &str, subdir: &str, number: u64) -> BuildLine {
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

fn version(version: &str) -> VersionLine {
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

pub(super) fn change() -> VersionChange {
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
pub(super) fn package() -> PackagePage {
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

fn platform(subdir: &str, version: &str, is_latest: bool) -> Platform {
    Platform {
        subdir: subdir.to_owned(),
        version: version.to_owned(),
        is_latest,
        updated: time(if is_latest { 3 } else { -600 }),
    }
}

fn requirement(text: &str, packages: &[&str], count: usize) -> Requirement {
    Requirement {
        requirement: text.to_owned(),
        count,
        packages: packages.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// A package of which nothing is known but a build.
pub(super) fn bare_package() -> PackagePage {
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
pub(super) fn hostile_package() -> PackagePage {
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

/// A build as most are.
pub(super) fn build_page() -> BuildPage {
    let line = build("2.3.2", "linux-64", 1);
    let specs: Vec<String> = dependencies().into_iter().map(|it| it.spec).collect();
    BuildPage {
        name: "numpy".to_owned(),
        version: "2.3.2".to_owned(),
        record: PlainJson(json!({
            "arch": "x86_64", "build": line.build, "build_number": 1, "constrains": ["numpy-base <0a0"],
            "depends": specs, "license": "BSD-3-Clause", "license_family": "BSD", "md5": "ab".repeat(16),
            "name": "numpy", "platform": "linux", "sha256": line.sha256, "size": 7_341_056, "subdir": "linux-64",
            "timestamp": 1_731_000_000_000_i64, "version": "2.3.2",
        })),
        build: line.build,
        build_number: 1,
        subdir: line.subdir,
        file_name: line.file_name,
        summary: Some("The fundamental package for scientific computing with Python.".to_owned()),
        is_latest: true,
        size: line.size,
        sha256: line.sha256,
        md5: "ab".repeat(16),
        built: time(0),
        indexed: time(1),
        download: line.download,
        depends: dependencies(),
        constrains: vec![dependency("numpy-base", "<0a0", true)],
        ..BuildPage::default()
    }
}

/// A build with all that can be known of one.
pub(super) fn full_build_page() -> BuildPage {
    let file = |number: usize| ListedFile {
        path: format!("lib/python3.12/site-packages/numpy/_core/tests/test_{number:03}.py"),
        size: (number % 9 != 0).then_some(number as u64 * 531),
        sha256: None,
    };
    BuildPage {
        file_name: "numpy-2.3.2-py312h0000002_7.conda".to_owned(),
        patched: vec![
            PatchedField {
                field: "depends".to_owned(),
                in_package: Some(PlainJson(json!(["python >=3.12", "libgcc"]))),
                published: Some(PlainJson(json!(["python >=3.12,<3.13.0a0", "libgcc >=13"]))),
            },
            PatchedField {
                field: "license_family".to_owned(),
                in_package: None,
                published: Some(PlainJson(json!("BSD"))),
            },
        ],
        run_exports: Some(PlainJson(json!({"weak": ["numpy >=1.23,<3"]}))),
        files: Some(FileListing {
            count: 1_294,
            installed_size: 39_000_000,
            files: (0..120).map(file).collect(),
        }),
        ..build_page()
    }
}

fn line(name: &str, summary: Option<&str>) -> PackageLine {
    PackageLine {
        name: name.to_owned(),
        version: "1.2.3".to_owned(),
        summary: summary.map(str::to_owned),
        license: summary.map(|_| "MIT".to_owned()),
    }
}

fn lines() -> Vec<PackageLine> {
    let mut lines = vec![
        line("arabic", Some("مكتبة لمعالجة النصوص العربية")),
        line("bare", None),
        line(
            "numpy",
            Some("The fundamental package for scientific computing with Python."),
        ),
        line(HOSTILE, Some(HOSTILE)),
        line(LONG, Some(&"A summary that does not end. ".repeat(20))),
    ];
    lines.extend((0..70).map(|number| line(&format!("lib{number}"), Some("One of many libraries."))));
    lines
}

fn letters() -> Vec<Letter> {
    let letters = ["0", "a", "b", "l", "n", "p", "z"];
    letters
        .map(|letter| Letter {
            letter: letter.to_owned(),
            count: 12,
        })
        .into()
}

fn paging(number: usize) -> Paging {
    Paging {
        number,
        count: 3,
        pages: ["./", "2.html", "3.html"].map(str::to_owned).into(),
    }
}

fn news(name: &str, summary: Option<&str>) -> NewPackage {
    NewPackage {
        name: name.to_owned(),
        version: "2.3.2".to_owned(),
        summary: summary.map(str::to_owned),
        released: time(2),
        subdirs: vec!["linux-64".to_owned()],
        used_by_count: 57,
    }
}

pub(super) fn home() -> HomePage {
    let totals = ChannelTotals {
        packages: 28_013,
        builds: 812_004,
        size: 6_012_954_214_000,
    };
    let list = || {
        let mut list = vec![
            news(
                "numpy",
                Some("The fundamental package for scientific computing with Python."),
            ),
            news("arabic", Some("مكتبة لمعالجة النصوص العربية")),
            news(LONG, None),
            news(HOSTILE, Some(HOSTILE)),
        ];
        list.extend((0..8).map(|number| news(&format!("lib{number}"), Some("One of many libraries."))));
        list
    };
    HomePage {
        channel: "demo".to_owned(),
        description: Some("Packages that the example team needs.\n\nAsk before you rely on them.".to_owned()),
        channel_url: website().channel_url,
        totals,
        subdirs: ["linux-64", "noarch", "osx-arm64", "win-64"]
            .map(|subdir| SubdirFacts {
                subdir: subdir.to_owned(),
                totals,
                updated: time(3),
                has_page: true,
            })
            .into(),
        newest: list(),
        most_used: list(),
        updated: time(3),
        base_channel: Some("https://conda.example.org/base/".to_owned()),
        overrides_channel: None,
    }
}

pub(super) fn health() -> HealthPage {
    let finding = |severity: &str, what: &str| HealthFinding {
        severity: severity.to_owned(),
        rule: "E401".to_owned(),
        subdir: "noarch".to_owned(),
        file_name: "bare-0-0.tar.bz2".to_owned(),
        name: Some("bare".to_owned()),
        what: what.to_owned(),
    };
    HealthPage {
        totals: home().totals,
        findings: vec![
            finding("error", "info/paths.json names a file that is not in the package"),
            finding("warning", HOSTILE),
            finding("note", "no licence file"),
        ],
        finding_count: 3,
        is_verified: false,
        unmet: vec![UnmetDependency {
            name: "bare".to_owned(),
            version: "0".to_owned(),
            subdir: "noarch".to_owned(),
            spec: "numpy >=9".to_owned(),
            on: "numpy".to_owned(),
        }],
        unmet_count: 1,
        missing: vec![MissingDependency {
            name: "libgcc".to_owned(),
            count: 57,
            packages: vec!["numpy".to_owned(), "bare".to_owned()],
        }],
        missing_count: 1,
        largest: vec![LargeFile {
            name: "numpy".to_owned(),
            subdir: "linux-64".to_owned(),
            file_name: "numpy-2.3.2-py312h0000001_0.conda".to_owned(),
            size: 1_234_567_890,
        }],
    }
}

fn listing() -> SubdirPage {
    SubdirPage {
        channel: "demo".to_owned(),
        subdir: Subdir::noarch(),
        root_documents: vec![RootDocument::Page, RootDocument::Rss],
        documents: vec![ListingRow::named("repodata.json")],
        packages_url: None,
        updated: time(3),
        paging: Paging::default(),
    }
}

fn files() -> impl Iterator<Item = ListingRow> + Send + 'static {
    (0..60).map(|number| ListingRow {
        size: Some(12_345),
        modified: time(1),
        sha256: "5f1b0e4c".repeat(8),
        md5: "ab".repeat(16),
        ..ListingRow::named(format!("lib{number}-1.2.3-py312h0000001_0.conda"))
    })
}

/// Every page of the sample website.
pub(super) fn pages(website: Website) -> Vec<Rendered> {
    struct Pages {
        website: Website,
        templates: WebsiteTemplates,
        rendered: Vec<Rendered>,
    }
    impl Pages {
        fn add<P: Page>(&mut self, path: &str, page: &P) {
            let mut here = Here::at(&self.website, path);
            let is_twin = path.is_empty() || path.starts_with("p/") && path.ends_with('/');
            here.json = is_twin.then(|| "index.json".to_owned());
            here.has_feeds = path.is_empty() || path.matches('/').count() == 2 && here.json.is_some();
            let mut html = Vec::new();
            self.templates.write(&here, page, &mut html).unwrap();
            self.keep(path, html);
        }

        fn keep(&mut self, path: &str, html: Vec<u8>) {
            let path = path.to_owned();
            let html = String::from_utf8(html).unwrap();
            self.rendered.push(Rendered { path, html });
        }

        fn add_package(&mut self, page: &PackagePage) {
            self.add(&format!("p/{}/", package_folder(&page.name)), page);
        }

        fn add_build(&mut self, page: &BuildPage) {
            let (folder, stem) = (package_folder(&page.name), build_stem(&page.file_name));
            self.add(&format!("p/{folder}/{}/{stem}.html", page.subdir), page);
        }
    }
    let (templates, _) = templates(website.clone());
    let mut pages = Pages {
        website,
        templates,
        rendered: Vec::new(),
    };
    pages.add("", &home());
    pages.add("404.html", &NotFoundPage {});
    pages.add_package(&package());
    pages.add_package(&bare_package());
    pages.add_package(&hostile_package());
    pages.add_package(&PackagePage {
        name: "arabic".to_owned(),
        summary: Some("مكتبة لمعالجة النصوص العربية".to_owned()),
        description: Some("مكتبة لمعالجة النصوص العربية.\n\nتعمل على كل المنصات.".to_owned()),
        ..package()
    });
    pages.add_package(&PackagePage {
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
    });
    pages.add(
        "p/numpy/versions/",
        &VersionsPage {
            name: "numpy".to_owned(),
            version_count: 38,
            build_count: 228,
            versions: package().versions,
            paging: paging(1),
        },
    );
    pages.add(
        "p/numpy/used-by.html",
        &UsedByPage {
            name: "numpy".to_owned(),
            used_by_count: 57,
            used_by: package().used_by,
        },
    );
    pages.add(
        "p/numpy/changes/",
        &ChangesPage {
            name: "numpy".to_owned(),
            versions: ["2.3.2", "2.3.1", "2.3.0"].map(str::to_owned).into(),
            changes: vec![
                change(),
                VersionChange {
                    version: "2.3.1".to_owned(),
                    previous: "2.3.0".to_owned(),
                    ..VersionChange::default()
                },
            ],
            paging: paging(2),
        },
    );
    pages.add_build(&build_page());
    pages.add_build(&full_build_page());
    let names = |letter: Option<&str>, packages| NamesPage {
        letter: letter.map(str::to_owned),
        letters: letters(),
        package_count: 75,
        packages,
        paging: paging(1),
    };
    pages.add("names/", &names(None, Vec::new()));
    pages.add("names/l.html", &names(Some("l"), lines()));
    let groups = |names: &[&str]| -> Vec<NamedGroup> {
        let group = |name: &&str| NamedGroup {
            name: (*name).to_owned(),
            count: 3,
            page: "x.html".to_owned(),
        };
        names.iter().map(group).collect()
    };
    pages.add(
        "maintainers/",
        &MaintainersPage {
            maintainers: groups(&["jakirkham", "msarahan", HOSTILE]),
            without: 5,
        },
    );
    pages.add(
        "licenses/",
        &LicensesPage {
            licenses: groups(&["MIT", "BSD-3-Clause", "Apache-2.0 OR MIT", HOSTILE]),
            without: 1,
        },
    );
    pages.add(
        "maintainers/x.html",
        &GroupPage {
            kind: "maintainers",
            name: "jakirkham".to_owned(),
            package_count: 75,
            packages: lines(),
            paging: Paging::default(),
        },
    );
    pages.add(
        "licenses/x.html",
        &GroupPage {
            kind: "licenses",
            name: "MIT".to_owned(),
            package_count: 75,
            packages: lines(),
            paging: Paging::default(),
        },
    );
    pages.add("health/", &health());
    pages.add(
        "search/",
        &SearchPage {
            package_count: 75,
            letters: letters(),
        },
    );
    let here = Here::at(&pages.website, "noarch/");
    let mut html = Vec::new();
    pages
        .templates
        .write_subdir_page(&here, &listing(), files(), &mut html)
        .unwrap();
    pages.keep("noarch/", html);
    pages.rendered
}

/// A website of which nothing is known.
pub(super) fn bare_website() -> Website {
    Website {
        channel: "empty".to_owned(),
        title: "empty".to_owned(),
        url_path: "/repo/".to_owned(),
        project_url: "https://github.com/towpath/towpath".to_owned(),
        ..Website::default()
    }
}

/// Every page of that website, over a channel in which nothing is.
pub(super) fn empty_pages() -> Vec<Rendered> {
    let website = bare_website();
    let (templates, _) = templates(website.clone());
    let name = || "x".to_owned();
    let mut rendered = Vec::new();
    macro_rules! add {
        ($($path:literal: $page:expr),* $(,)?) => {
            $({
                let mut html = Vec::new();
                templates.write(&Here::at(&website, $path), &$page, &mut html).unwrap();
                let html = String::from_utf8(html).unwrap();
                rendered.push(Rendered { path: $path.to_owned(), html });
            })*
        };
    }
    add! {
        "": HomePage::default(),
        "404.html": NotFoundPage::default(),
        "p/x/": PackagePage { name: name(), ..PackagePage::default() },
        "p/x/versions/": VersionsPage { name: name(), ..VersionsPage::default() },
        "p/x/used-by.html": UsedByPage { name: name(), ..UsedByPage::default() },
        "p/x/changes/": ChangesPage { name: name(), ..ChangesPage::default() },
        "p/x/noarch/x.html": BuildPage { name: name(), file_name: name(), ..BuildPage::default() },
        "names/": NamesPage::default(),
        "maintainers/": MaintainersPage::default(),
        "licenses/": LicensesPage::default(),
        "licenses/x.html": GroupPage { name: name(), ..GroupPage::default() },
        "health/": HealthPage::default(),
        "search/": SearchPage::default(),
    }
    rendered
}

/// Writes the pages that need no website.
fn write_own_pages(write: &impl Fn(&str, &str)) {
    let subdirs = ["linux-64", "noarch", "osx-arm64"];
    let channel = ChannelPage {
        channel: "demo".to_owned(),
        subdirs: subdirs
            .map(|subdir| ListedSubdir {
                subdir: subdir.parse().unwrap(),
                has_page: true,
            })
            .into(),
        root_documents: listing().root_documents,
        updated: time(3),
    };
    let rows = lines().into_iter().map(move |line| PackageRow {
        name: line.name,
        version: line.version,
        home: "https://h.example".to_owned(),
        license: line.license.unwrap_or_default(),
        summary: line.summary.unwrap_or_default(),
        subdirs: vec!["noarch".to_owned()],
        ..PackageRow::default()
    });
    write(
        "own/",
        &written(|templates, out| templates.write_channel_page(&channel, rows, out)),
    );
    let html = written(|templates, out| templates.write_subdir_page(&listing(), files(), out));
    write("own/noarch/", &html);
}

/// What is in an asset.
pub(super) fn text_of(asset: &Asset) -> &str {
    std::str::from_utf8(&asset.bytes).unwrap()
}

/// Writes the website to look at: `TOWPATH_SAMPLE_SITE=/tmp/site cargo test … sample_site -- --ignored`.
#[test]
#[ignore = "writes files, to be looked at in a browser"]
fn sample_site() {
    let folder = std::env::var("TOWPATH_SAMPLE_SITE").unwrap();
    let write = |path: &str, text: &str| {
        let mut path = Path::new(&folder).join(path);
        if path
            .extension()
            .is_none_or(|_| path.as_os_str().as_encoded_bytes().ends_with(b"/"))
        {
            path.push("index.html");
        }
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    };
    for page in pages(website()) {
        write(&page.path, &page.html);
    }
    for page in empty_pages() {
        write(&format!("empty/{}", page.path), &page.html);
    }
    let (website_templates, assets) = templates(website());
    let (_, bare_assets) = templates(bare_website());
    for asset in assets {
        write(&asset.path, text_of(&asset));
    }
    for asset in bare_assets {
        write(&format!("empty/{}", asset.path), text_of(&asset));
    }
    write_own_pages(&write);
    let mut opensearch = Vec::new();
    website_templates.write_opensearch(&mut opensearch).unwrap();
    write("opensearch.xml", &String::from_utf8(opensearch).unwrap());
    write("p/numpy/index.json", &serde_json::to_string(&package()).unwrap());
}
