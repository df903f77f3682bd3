//! E408, E409, E410 and E412: the prefix of the build, and the old lists.

use serde_json::json;
use towpath_tests::{Kind, PackageBuilder};

use super::{FILE, with_paths};
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [e408(), e409(), e410(), e412()].into_iter().flatten().collect()
}

/// A prefix as build tools make it, 255 characters long.
fn placeholder() -> String {
    let start = "/home/conda/demo_1/_h_env_";
    start.to_owned() + &"placehold_".repeat(30)[..255 - start.len()]
}

/// A package for linux-64 with one more file, for which a placeholder is declared.
fn with_placeholder(content: &[u8], placeholder: &str, mode: &str) -> PackageBuilder {
    let package = sound().subdir("linux-64").payload("lib/demo.conf", content);
    with_paths(package, |paths| {
        paths["paths"][1]["prefix_placeholder"] = json!(placeholder);
        paths["paths"][1]["file_mode"] = json!(mode);
    })
}

fn e408() -> Vec<Case> {
    let placeholder = placeholder();
    let text = format!("prefix={placeholder}/lib\n");
    let binary = format!("\0{placeholder}/lib\0");
    let undeclared = sound().subdir("linux-64").payload("lib/demo.conf", &*text);
    vec![
        breaks(
            "E408",
            "a placeholder that is not in the file",
            &with_placeholder(b"prefix=/opt/other\n", &placeholder, "text"),
            Kind::Conda,
        ),
        breaks(
            "E408",
            "the same, where the list comes behind the payload",
            &with_placeholder(b"prefix=/opt/other\n", &placeholder, "text").order_last(["info/paths.json"]),
            Kind::TarBz2,
        ),
        breaks(
            "E408",
            "no mode",
            &with_paths(undeclared.clone(), |paths| {
                paths["paths"][1]["prefix_placeholder"] = json!(placeholder);
            }),
            Kind::Conda,
        ),
        breaks(
            "E408",
            "an unknown mode",
            &with_placeholder(text.as_bytes(), &placeholder, "utf-8"),
            Kind::Conda,
        ),
        breaks(
            "E408",
            "a binary that is none",
            &with_placeholder(text.as_bytes(), &placeholder, "binary"),
            Kind::Conda,
        ),
        breaks(
            "E408",
            "a text that is none",
            &with_placeholder(binary.as_bytes(), &placeholder, "text"),
            Kind::TarBz2,
        ),
        breaks(
            "E408",
            "backslashes",
            &with_placeholder(br"prefix=C:\build\demo", r"C:\build\demo", "text"),
            Kind::Conda,
        ),
        keeps(
            "E408",
            "text",
            &with_placeholder(text.as_bytes(), &placeholder, "text"),
            Kind::Conda,
        ),
        keeps(
            "E408",
            "binary",
            &with_placeholder(binary.as_bytes(), &placeholder, "binary"),
            Kind::TarBz2,
        ),
        keeps(
            "E408",
            "an old placeholder",
            &with_placeholder(
                b"#!/opt/anaconda1anaconda2anaconda3/bin/sh\n",
                "/opt/anaconda1anaconda2anaconda3",
                "text",
            ),
            Kind::TarBz2,
        ),
        keeps(
            "E408",
            "an empty placeholder",
            &with_placeholder(b"x", "", "text"),
            Kind::Conda,
        ),
    ]
}

fn e409() -> Vec<Case> {
    let placeholder = placeholder();
    let short = &placeholder[..80];
    vec![
        breaks(
            "E409",
            "a short placeholder",
            &with_placeholder(format!("\0{short}\0").as_bytes(), short, "binary"),
            Kind::Conda,
        ),
        keeps(
            "E409",
            "a short one in a text",
            &with_placeholder(short.as_bytes(), short, "text"),
            Kind::Conda,
        ),
        keeps(
            "E409",
            "a short one for Windows",
            &with_placeholder(format!("\0{short}\0").as_bytes(), short, "binary").subdir("win-64"),
            Kind::Conda,
        ),
    ]
}

fn e410() -> Vec<Case> {
    let placeholder = placeholder();
    let text = format!("prefix={placeholder}/lib\n");
    let binary = format!("\0{placeholder}/lib\0");
    let undeclared = sound().subdir("linux-64").payload("lib/demo.conf", &*text);
    vec![
        breaks("E410", "one file", &undeclared, Kind::Conda),
        breaks(
            "E410",
            "two files",
            &undeclared.clone().payload("share/demo/more", &*text),
            Kind::TarBz2,
        ),
        keeps(
            "E410",
            "compiled Python",
            &sound()
                .subdir("linux-64")
                .payload("lib/demo/__pycache__/demo.pyc", &*binary),
            Kind::Conda,
        ),
    ]
}

fn e412() -> Vec<Case> {
    let placeholder = placeholder();
    let text = format!("prefix={placeholder}/lib\n");
    let prefixed = |lines: &str| {
        with_placeholder(text.as_bytes(), &placeholder, "text").member("info/has_prefix", lines)
    };
    vec![
        breaks(
            "E412",
            "other files",
            &sound().member("info/files", "bin/a\nbin/b\n"),
            Kind::TarBz2,
        ),
        breaks(
            "E412",
            "files that are not there, and no paths.json",
            &sound()
                .without("info/paths.json")
                .member("info/files", format!("{FILE}\nbin/a\nshare/demo\n")),
            Kind::TarBz2,
        )
        .also(["E401"]),
        breaks(
            "E412",
            "another mode",
            &prefixed(&format!("{placeholder} binary lib/demo.conf\n")),
            Kind::Conda,
        ),
        breaks("E412", "another file", &prefixed("bin/demo\n"), Kind::Conda),
        breaks(
            "E412",
            "a line that nobody can read",
            &prefixed(&format!("{placeholder} text lib/demo.conf\na b c d\n")),
            Kind::Conda,
        ),
        keeps(
            "E412",
            "the same files",
            &sound().member("info/files", format!("{FILE}\n")),
            Kind::TarBz2,
        ),
        keeps(
            "E412",
            "the same placeholder, in quotation marks",
            &prefixed(&format!("\"{placeholder}\" \"text\" \"lib/demo.conf\"\n")),
            Kind::TarBz2,
        ),
    ]
}
