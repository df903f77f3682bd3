//! Group F: what is installed.

mod documents;
mod machines;
mod python;

use serde_json::json;
use towpath_tests::tarball::Member;
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{Case, breaks, keeps, sound};

pub(crate) fn cases() -> Vec<Case> {
    [
        places(),
        scripts(),
        python::cases(),
        machines::cases(),
        documents::cases(),
        size(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A noarch Python package with one module.
fn noarch_python() -> PackageBuilder {
    sound()
        .index(|index| {
            index.insert("noarch".to_owned(), json!("python"));
        })
        .depends(["python >=3.9"])
        .member(
            "info/link.json",
            r#"{"noarch": {"type": "python"}, "package_metadata_version": 1}"#,
        )
        .payload("site-packages/demo/main.py", "")
}

fn places() -> Vec<Case> {
    vec![
        breaks(
            "F501",
            "records and pins",
            &sound()
                .payload("conda-meta/a.json", "{}")
                .payload("conda-meta/pinned", "a 1\n"),
            Kind::Conda,
        ),
        breaks(
            "F501",
            "in capitals",
            &sound().payload("Conda-Meta/history", ""),
            Kind::TarBz2,
        ),
        keeps(
            "F501",
            "further down",
            &sound().payload("share/conda-meta/a.json", "{}"),
            Kind::Conda,
        ),
        breaks(
            "F502",
            "a cache",
            &sound().payload("pkgs/urls.txt", ""),
            Kind::Conda,
        ),
        breaks(
            "F502",
            "an environment",
            &sound().payload("envs/a/bin/b", ""),
            Kind::TarBz2,
        ),
        keeps(
            "F502",
            "further down",
            &sound().payload("share/pkgs/a", ""),
            Kind::Conda,
        ),
        breaks(
            "F509",
            "files of a repository",
            &sound().payload("README.md", "").payload("tests/a.py", ""),
            Kind::Conda,
        ),
        breaks(
            "F509",
            "modules that are for Python alone",
            &sound().payload("site-packages/a.py", ""),
            Kind::Conda,
        ),
        keeps(
            "F509",
            "those of a compiler",
            &sound()
                .subdir("linux-64")
                .payload("x86_64-conda-linux-gnu/sysroot/usr/a", ""),
            Kind::Conda,
        ),
        keeps(
            "F509",
            "libraries at the top, on Windows",
            &sound()
                .subdir("win-64")
                .payload("Library/bin/a.dll", "")
                .payload("vcruntime140.DLL", ""),
            Kind::Conda,
        ),
    ]
}

fn scripts() -> Vec<Case> {
    let variables = |content: &str| sound().payload("etc/conda/env_vars.d/demo.json", content);
    vec![
        breaks(
            "F503",
            "after the installation",
            &sound().payload("bin/.demo-post-link.sh", ""),
            Kind::Conda,
        ),
        breaks(
            "F503",
            "before the removal, on Windows",
            &sound()
                .subdir("win-64")
                .payload("Scripts/.demo-pre-unlink.bat", ""),
            Kind::TarBz2,
        ),
        breaks(
            "F503",
            "of another package",
            &sound().payload("bin/.other-pre-link.sh", ""),
            Kind::Conda,
        ),
        breaks(
            "F503",
            "in the wrong place",
            &sound().payload("bin/.demo-post-unlink.bat", ""),
            Kind::Conda,
        ),
        keeps(
            "F503",
            "without the dot",
            &sound().payload("bin/demo-post-link.sh", ""),
            Kind::Conda,
        ),
        breaks(
            "F504",
            "scripts",
            &sound()
                .payload("etc/conda/activate.d/demo.sh", "")
                .payload("etc/conda/activate.d/demo.fish", "")
                .payload("etc/conda/deactivate.d/demo.sh", ""),
            Kind::Conda,
        ),
        breaks(
            "F504",
            "variables that are no JSON",
            &variables("DEMO=1\n"),
            Kind::TarBz2,
        ),
        breaks("F504", "variables in a list", &variables("[]"), Kind::Conda),
        breaks(
            "F504",
            "a variable that is a number",
            &variables(r#"{"DEMO": 1}"#),
            Kind::Conda,
        ),
        breaks(
            "F504",
            "a directory of variables",
            &sound().payload("etc/conda/env_vars.d/demo/a.json", "{}"),
            Kind::Conda,
        ),
        keeps("F504", "variables", &variables(r#"{"DEMO": "1"}"#), Kind::Conda),
        keeps(
            "F504",
            "scripts elsewhere",
            &sound().payload("etc/demo/activate.d/demo.sh", ""),
            Kind::Conda,
        ),
    ]
}

fn size() -> Vec<Case> {
    const LARGE: u64 = 50 << 20;
    let large = |size: u64| {
        let package = sound().payload_entry(Member::zeros("share/demo/data", size));
        let mut paths = package.payload_paths();
        paths["paths"].as_array_mut().unwrap().push(json!({
            "_path": "share/demo/data",
            "path_type": "hardlink",
            "sha256": "0".repeat(64),
            "size_in_bytes": size,
        }));
        package.paths_json(paths)
    };
    vec![
        breaks(
            "F513",
            "archives",
            &sound()
                .payload("share/demo/a.zip", "PK")
                .payload("share/demo/b.TAR.GZ", ""),
            Kind::Conda,
        ),
        breaks("F513", "a large file", &large(LARGE + 1), Kind::Conda).also(["E405"]),
        keeps(
            "F513",
            "a file that is just not large",
            &large(LARGE),
            Kind::Conda,
        )
        .also(["E405"]),
        keeps(
            "F513",
            "a name that is only an ending",
            &sound().payload("share/demo/.zip", ""),
            Kind::Conda,
        ),
    ]
}
