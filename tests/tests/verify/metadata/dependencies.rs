//! D304 to D310, G611: what a package depends on.

use serde_json::json;
use towpath_tests::Kind;

use super::{bad, good, with, without};
use crate::case::{Case, breaks, keeps, sound};

/// A package that breaks the rule because it depends on these.
fn bad_depends<const COUNT: usize>(code: &'static str, what: &'static str, depends: [&str; COUNT]) -> Case {
    breaks(code, what, &sound().depends(depends), Kind::Conda)
}

/// A package that depends on these and keeps the rule.
fn good_depends<const COUNT: usize>(code: &'static str, what: &'static str, depends: [&str; COUNT]) -> Case {
    keeps(code, what, &sound().depends(depends), Kind::Conda)
}

pub(crate) fn cases() -> Vec<Case> {
    [lists(), specs(), spellings(), virtual_packages()]
        .into_iter()
        .flatten()
        .collect()
}

fn lists() -> Vec<Case> {
    vec![
        breaks("D304", "no list", &without("depends"), Kind::Conda),
        good("D304", "an empty list", "depends", json!([])),
        bad("D305", "text for a list", "depends", json!("python 3.6*")),
        bad("D305", "a number in a list", "depends", json!(["zlib", 3])),
        bad(
            "D305",
            "an object for a list",
            "constrains",
            json!({"zlib": ">=1"}),
        ),
        good("D305", "two lists", "constrains", json!(["zlib >=1"])),
        bad_depends("D309", "the same again", ["zlib >=1", "xz", "zlib >=1"]),
        good_depends("D309", "two conditions on one package", ["zlib >=1", "zlib <2"]),
        bad_depends("D310", "itself", ["demo >=1.0"]),
        good_depends("D310", "a part of itself", ["demo-data >=1.0"]),
        good(
            "D310",
            "not with others of its name",
            "constrains",
            json!(["demo >=1.0"]),
        ),
    ]
}

fn specs() -> Vec<Case> {
    let in_group = with("schema_version", json!(3)).index(|index| {
        index.insert("extra_depends".to_owned(), json!({"plot": ["matplotlib >="]}));
    });
    let brackets = "numpy[version='>=2,<3']";
    let new = with("schema_version", json!(3)).depends([brackets]);
    vec![
        bad_depends("D306", "no comma", ["numpy >=1.26 <3"]),
        bad_depends("D306", "no name", [">=1.26"]),
        bad_depends("D306", "a comma behind the name", ["python, >=3"]),
        bad_depends("D306", "nothing", [""]),
        bad("D306", "what others must be", "constrains", json!(["numpy =>2"])),
        bad_depends("D306", "brackets in an old format", [brackets]),
        breaks("D306", "no version, in a group", &in_group, Kind::Conda),
        keeps("D306", "brackets in a new format", &new, Kind::Conda),
        good_depends(
            "D306",
            "all that is common",
            [
                "python",
                "libc >=2.17,<3.0a0",
                "python_abi 3.12.* *_cp312",
                "blas * openblas",
                "openmp 18.1.8|18.1.8.*",
            ],
        ),
    ]
}

fn spellings() -> Vec<Case> {
    vec![
        bad_depends("D307", "spaces in a version", ["numpy >= 1.26, < 3"]),
        bad_depends("D307", "both separators", ["xz ==5.8.1=*_1"]),
        bad_depends("D307", "a compatible release", ["babel ~=2.10"]),
        bad_depends("D307", "an operator and an asterisk", ["foo ==3*"]),
        bad_depends("D307", "a channel", ["conda-forge::zlib"]),
        bad_depends("D307", "parentheses", ["zlib (>=1,<2)|>3"]),
        bad_depends("D307", "a number that is too large", ["paraview ==9999999999"]),
        bad_depends("D307", "several spaces", ["__cuda  >=12.8"]),
        good_depends(
            "D307",
            "an operator without spaces",
            ["__osx>=10.12", "numpy=1.26", "xz=5.8.1=h0_1"],
        ),
        bad_depends("D308", "a version and no operator", ["ncurses 5.9"]),
        good_depends("D308", "a version and a build", ["libgcc 15.1.0 h767d61c_2"]),
        good_depends("D308", "two equals signs", ["ncurses ==5.9", "clang 18.*"]),
        good("D308", "not with another", "constrains", json!(["ncurses 5.9"])),
    ]
}

fn virtual_packages() -> Vec<Case> {
    vec![
        bad_depends("G611", "a version that no processor has", ["__archspec >=2"]),
        bad_depends(
            "G611",
            "a version that every processor has",
            ["__archspec 1.* x86_64_v3"],
        ),
        bad_depends("G611", "one that no client offers", ["__musl >=1.2"]),
        bad(
            "G611",
            "one that is misspelt",
            "constrains",
            json!(["__gilbc >=2.17"]),
        ),
        good_depends(
            "G611",
            "those that clients offer",
            [
                "__archspec * x86_64_v3",
                "__cuda >=12",
                "__cuda_arch >=8.0",
                "__glibc >=2.17",
                "__linux",
            ],
        ),
        good_depends("G611", "one underscore", ["_openmp_mutex >=4.5"]),
    ]
}
