//! Pages of many packages.

use super::packages::*;
use super::*;
use crate::channel::Subdir;

pub(in crate::site::tests) fn line(name: &str, summary: Option<&str>) -> PackageLine {
    PackageLine {
        name: name.to_owned(),
        version: "1.2.3".to_owned(),
        summary: summary.map(str::to_owned),
        license: summary.map(|_| "MIT".to_owned()),
    }
}

pub(in crate::site::tests) fn lines() -> Vec<PackageLine> {
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

pub(in crate::site::tests) fn letters() -> Vec<Letter> {
    let letters = ["0", "a", "b", "l", "n", "p", "z"];
    letters
        .map(|letter| Letter {
            letter: letter.to_owned(),
            count: 12,
        })
        .into()
}

pub(in crate::site::tests) fn paging(number: usize) -> Paging {
    Paging {
        number,
        count: 3,
        pages: ["./", "2.html", "3.html"].map(str::to_owned).into(),
    }
}

pub(in crate::site::tests) fn news(name: &str, summary: Option<&str>) -> NewPackage {
    NewPackage {
        name: name.to_owned(),
        version: "2.3.2".to_owned(),
        summary: summary.map(str::to_owned),
        released: time(2),
        subdirs: vec!["linux-64".to_owned()],
        used_by_count: 57,
    }
}

pub(in crate::site::tests) fn home() -> HomePage {
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

pub(in crate::site::tests) fn health() -> HealthPage {
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

pub(in crate::site::tests) fn listing() -> SubdirPage {
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

pub(in crate::site::tests) fn files() -> impl Iterator<Item = ListingRow> + Send + 'static {
    (0..60).map(|number| ListingRow {
        size: Some(12_345),
        modified: time(1),
        sha256: "5f1b0e4c".repeat(8),
        md5: "ab".repeat(16),
        ..ListingRow::named(format!("lib{number}-1.2.3-py312h0000001_0.conda"))
    })
}
