//! F505, F507 and F508: Python modules, and what is left over.

use towpath_tests::{Kind, PackageBuilder};

use super::noarch_python;
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [f505(), f507(), f508()].into_iter().flatten().collect()
}

/// A package for linux-64 with a file where Python has its modules.
fn module(path: &str, content: &str) -> PackageBuilder {
    let path = format!("lib/python3.12/site-packages/{path}");
    sound().subdir("linux-64").payload(&path, content)
}

fn f505() -> Vec<Case> {
    vec![
        breaks(
            "F505",
            "a compiled module",
            &noarch_python()
                .payload("site-packages/demo/__pycache__/main.cpython-312.pyc", "")
                .payload("site-packages/demo/main.pyc", ""),
            Kind::Conda,
        ),
        breaks(
            "F505",
            "only compiled modules",
            &noarch_python().payload("site-packages/demo/secret.pyc", ""),
            Kind::TarBz2,
        ),
        keeps(
            "F505",
            "a compiled module of one platform",
            &module("demo.py", "").payload(
                "lib/python3.12/site-packages/__pycache__/demo.cpython-312.pyc",
                "",
            ),
            Kind::Conda,
        ),
    ]
}

fn f507() -> Vec<Case> {
    vec![
        breaks(
            "F507",
            "the directory of one Python",
            &noarch_python().payload("lib/python3.12/site-packages/demo/a.py", ""),
            Kind::Conda,
        ),
        keeps(
            "F507",
            "what only looks like it",
            &noarch_python()
                .payload("lib/python3.12-demo/a.py", "")
                .payload("python-scripts/demo", ""),
            Kind::Conda,
        ),
    ]
}

fn f508() -> Vec<Case> {
    vec![
        breaks(
            "F508",
            "a list of easy_install",
            &module("easy-install.pth", "./a.egg\n"),
            Kind::Conda,
        ),
        breaks(
            "F508",
            "an egg",
            &module("a-1.0-py3.12.egg/EGG-INFO/PKG-INFO", "")
                .payload("lib/python3.12/site-packages/a-1.0-py3.12.egg/a.py", ""),
            Kind::TarBz2,
        ),
        breaks(
            "F508",
            "code in a .pth file",
            &module("demo.pth", "# demo\nimport demo; demo.start()\n"),
            Kind::Conda,
        ),
        breaks(
            "F508",
            "what lies about",
            &sound()
                .subdir("linux-64")
                .payload("lib/libdemo.la", "")
                .payload("lib/lib2to3/Grammar3.12.pickle", "")
                .payload("share/demo/.DS_Store", "")
                .payload("share/demo/.git/config", "")
                .payload("share/demo/demo.conf~", ""),
            Kind::Conda,
        ),
        keeps(
            "F508",
            "what is not that",
            &module("demo.pth", "important\n../demo\n")
                .payload("share/demo/import.pth", "import os\n")
                .payload("lib/python3.12/site-packages/demo-1.0.egg-info/PKG-INFO", "")
                .payload("share/demo/.gitignore", "")
                .payload("share/demo/~", ""),
            Kind::Conda,
        ),
    ]
}
