//! E403, E404 and E405: whether the list is true.

use serde_json::{Value, json};
use towpath_tests::Kind;

use super::{with_entry, with_paths};
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [e403(), e404(), e405()].into_iter().flatten().collect()
}

fn e403() -> Vec<Case> {
    let with_one_more = |entry: Value| {
        with_paths(sound(), |paths| {
            paths["paths"].as_array_mut().unwrap().push(entry);
        })
    };
    vec![
        breaks(
            "E403",
            "a path that is not there",
            &with_one_more(json!({"_path": "bin/demo", "path_type": "hardlink"})),
            Kind::Conda,
        ),
        breaks(
            "E403",
            "a directory that is not there",
            &with_one_more(json!({"_path": "var/demo", "path_type": "directory"})),
            Kind::TarBz2,
        ),
        breaks(
            "E403",
            "a file that is not listed",
            &sound().paths_json(json!({"paths": [], "paths_version": 1})),
            Kind::Conda,
        ),
        keeps(
            "E403",
            "a directory that is not listed",
            &sound().directory("share/empty/"),
            Kind::Conda,
        )
        .also(["B113"]),
        keeps(
            "E403",
            "a directory that has no member of its own",
            &with_one_more(json!({"_path": "share", "path_type": "directory"})),
            Kind::Conda,
        ),
        keeps(
            "E403",
            "a licence in the payload's tarball",
            &sound().payload("info/licenses/LICENSE-2", "Do it.\n"),
            Kind::TarBz2,
        ),
    ]
}

fn e404() -> Vec<Case> {
    vec![
        breaks(
            "E404",
            "an unknown type",
            &with_entry(|entry| entry["path_type"] = json!("symlink")),
            Kind::Conda,
        ),
        breaks(
            "E404",
            "a file that is called a link",
            &with_entry(|entry| entry["path_type"] = json!("softlink")),
            Kind::Conda,
        ),
        breaks(
            "E404",
            "a link that is called a file",
            &with_paths(
                sound().subdir("linux-64").symlink("share/demo/link", "demo.txt"),
                |paths| {
                    paths["paths"][1]["path_type"] = json!("hardlink");
                },
            ),
            Kind::TarBz2,
        ),
        breaks(
            "E404",
            "no types",
            &with_paths(sound().payload("share/demo/more.txt", ""), |paths| {
                for entry in paths["paths"].as_array_mut().unwrap() {
                    entry.as_object_mut().unwrap().remove("path_type");
                }
            }),
            Kind::Conda,
        ),
        keeps(
            "E404",
            "a link, and an empty directory",
            &with_paths(
                sound()
                    .subdir("linux-64")
                    .symlink("share/demo/link", "demo.txt")
                    .directory("share/empty/"),
                |paths| {
                    let entries = paths["paths"].as_array_mut().unwrap();
                    entries.push(json!({"_path": "share/empty", "path_type": "directory"}));
                },
            ),
            Kind::Conda,
        )
        .also(["B113"]),
    ]
}

fn e405() -> Vec<Case> {
    vec![
        breaks(
            "E405",
            "another digest",
            &with_entry(|entry| entry["sha256"] = json!("0".repeat(64))),
            Kind::Conda,
        ),
        breaks(
            "E405",
            "another size",
            &with_entry(|entry| entry["size_in_bytes"] = json!(5)),
            Kind::TarBz2,
        ),
        breaks(
            "E405",
            "a digest in capitals",
            &with_entry(|entry| entry["sha256"] = json!(entry["sha256"].as_str().unwrap().to_uppercase())),
            Kind::Conda,
        ),
        breaks(
            "E405",
            "no digest",
            &with_entry(|entry| {
                entry.as_object_mut().unwrap().remove("sha256");
            }),
            Kind::Conda,
        ),
        keeps(
            "E405",
            "an empty file",
            &sound().payload("share/demo/empty", ""),
            Kind::Conda,
        ),
        keeps(
            "E405",
            "a file that is larger than one piece",
            &sound().payload("share/demo/large", vec![b'x'; 200_000]),
            Kind::TarBz2,
        ),
    ]
}
