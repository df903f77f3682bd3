//! Group C: the names of file, package, version, build and subdir.

use serde_json::json;
use towpath_tests::Kind::{Conda, TarBz2};
use towpath_tests::PackageBuilder;

use crate::case::{Case, breaks, file, keeps, sound};

pub(crate) fn cases() -> Vec<Case> {
    [files(), packages(), versions(), builds(), subdirs()]
        .into_iter()
        .flatten()
        .collect()
}

/// A package with this name, version and build, in its metadata and in the file's name.
fn named(name: &str, version: &str, build: &str) -> PackageBuilder {
    PackageBuilder::new(name, version, build).member("info/licenses/LICENSE", "Do what you like.\n")
}

fn package(name: &str) -> PackageBuilder {
    named(name, "1.0", "h1234567_0")
}

fn version(version: &str) -> PackageBuilder {
    named("demo", version, "h1234567_0")
}

fn build(build: &str) -> PackageBuilder {
    named("demo", "1.0", build)
}

/// A package whose metadata says something else than its file's name.
fn said(key: &str, value: &str) -> PackageBuilder {
    sound().index(|index| {
        index.insert(key.to_owned(), json!(value));
    })
}

fn files() -> Vec<Case> {
    vec![
        breaks("C201", "another name", &said("name", "demo2"), Conda),
        breaks("C201", "another version", &said("version", "1.0.0"), TarBz2),
        breaks("C201", "another build", &said("build", "h7654321_0"), Conda),
        file("C201", true, "no parts", "demo-1.tar.bz2", sound().tar_bz2()),
        keeps(
            "C201",
            "metadata that says nothing of it",
            &sound().index(|index| {
                index.remove("version");
            }),
            TarBz2,
        )
        .also(["D302"]),
        keeps("C201", "hyphens in the name", &package("demo-tools-extra"), Conda),
        breaks(
            "C209",
            "a long file name",
            &named(&"n".repeat(70), &"1".repeat(70), &format!("{}_0", "b".repeat(70))),
            TarBz2,
        )
        .also(["C202", "C204", "C207"]),
        breaks("C211", "an epoch", &version("1!1.0"), Conda),
        keeps("C211", "a local part", &version("1.0+1_a"), Conda),
    ]
}

fn packages() -> Vec<Case> {
    vec![
        breaks("C202", "capital letters", &package("Demo"), Conda),
        breaks("C202", "two separators", &package("demo._tools"), TarBz2),
        breaks("C202", "a virtual package", &package("__demo"), Conda),
        breaks("C202", "a separator first", &package(".demo"), Conda),
        breaks("C202", "65 characters", &package(&"n".repeat(65)), Conda),
        keeps("C202", "an underscore first", &package("_demo"), Conda),
        keeps("C202", "64 characters", &package(&"n".repeat(64)), Conda),
        breaks("C203", "a separator at the end", &package("demo_"), Conda),
        breaks("C203", "nothing else", &package("_"), Conda),
        keeps("C203", "a digit at the end", &package("demo-2"), Conda),
    ]
}

fn versions() -> Vec<Case> {
    vec![
        breaks("C204", "a tilde", &version("1.0~rc1"), Conda).also(["C211"]),
        breaks("C204", "capital letters", &version("Release_2017_09"), Conda),
        breaks("C204", "65 characters", &version(&"1.".repeat(33)[..65]), TarBz2),
        breaks("C204", "nothing", &version(""), TarBz2),
        keeps(
            "C204",
            "all that is allowed",
            &version("1.0rc1_a.post2+b.3"),
            Conda,
        ),
        breaks("C205", "a time", &version("1.20240229123456"), Conda),
        breaks("C205", "two local parts", &version("1+2+3"), Conda),
        breaks("C205", "an epoch in letters", &version("a!1"), Conda).also(["C211"]),
        keeps("C205", "the largest number", &version("1.2147483647"), Conda),
        breaks("C206", "an empty segment", &version("1..2"), Conda),
        breaks("C206", "a dot at the end", &version("1.2."), TarBz2),
        breaks("C206", "an empty local part", &version("1.2+"), TarBz2),
        breaks("C206", "a hyphen", &version("1-2"), Conda),
        breaks("C206", "a hyphen and an underscore", &version("1-2_3"), Conda),
        keeps("C206", "an underscore at the end", &version("1.0.1_"), Conda),
    ]
}

fn builds() -> Vec<Case> {
    vec![
        breaks("C207", "a hyphen", &build("py312-h1_0"), Conda),
        breaks(
            "C207",
            "65 characters",
            &build(&format!("{}_0", "b".repeat(63))),
            Conda,
        ),
        breaks("C207", "nothing", &build(""), TarBz2),
        keeps("C207", "all that is allowed", &build("Py3.12+h_0"), Conda),
        breaks("C208", "another number", &build("h1234567_1"), Conda),
        breaks("C208", "no number", &build("custom10"), TarBz2),
        keeps("C208", "only the number", &build("0"), Conda),
        keeps(
            "C208",
            "more behind the number",
            &build("h1234567_0_cpython"),
            Conda,
        ),
    ]
}

fn subdirs() -> Vec<Case> {
    let published = |subdir: &str, breaks: bool, what| {
        let package = sound().subdir("linux-64");
        let mut case = file("C210", breaks, what, &package.file_name(Conda), package.conda());
        case.options.subdir = Some(subdir.parse().unwrap());
        case
    };
    let of_subdir = |subdir: &str| {
        sound().subdir("linux-64").index(|index| {
            index.insert("subdir".to_owned(), json!(subdir));
        })
    };
    vec![
        breaks("C209", "an odd subdir", &of_subdir("Linux_64"), Conda),
        breaks(
            "C209",
            "a long subdir",
            &of_subdir("linux-012345678901234567890123456"),
            Conda,
        ),
        keeps("C209", "a new subdir", &of_subdir("plan9-mips"), Conda),
        published("noarch", true, "in another subdir"),
        published("linux-64", false, "in its subdir"),
        keeps(
            "C210",
            "in a subdir that nobody knows",
            &of_subdir("linux-64"),
            Conda,
        ),
    ]
}
