//! Builds.

use serde_json::json;

use super::packages::*;
use super::*;

/// A build as most are.
pub(in crate::site::tests) fn build_page() -> BuildPage {
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
pub(in crate::site::tests) fn full_build_page() -> BuildPage {
    let file = |number: usize| ListedFile {
        path: format!("lib/python3.12/site-packages/numpy/_core/tests/test_{number:03}.py"),
        size: (!number.is_multiple_of(9)).then_some(number as u64 * 531),
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
