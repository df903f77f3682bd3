//! E401 and E402: whether the list can be read, and how it spells paths.

use serde_json::json;
use towpath_tests::Kind;

use super::{FILE, with_entry, with_paths};
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [e401(), e402()].into_iter().flatten().collect()
}

fn e401() -> Vec<Case> {
    let without = || sound().without("info/paths.json");
    vec![
        breaks("E401", "no list at all", &without(), Kind::Conda),
        breaks(
            "E401",
            "only the old list",
            &without().member("info/files", format!("{FILE}\n")),
            Kind::TarBz2,
        ),
        breaks(
            "E401",
            "not JSON",
            &sound().member("info/paths.json", "{\"paths\": ["),
            Kind::Conda,
        ),
        breaks(
            "E401",
            "not an object",
            &sound().member("info/paths.json", "[]"),
            Kind::Conda,
        ),
        breaks(
            "E401",
            "another version",
            &with_paths(sound(), |paths| paths["paths_version"] = json!(2)),
            Kind::Conda,
        ),
        breaks(
            "E401",
            "no version",
            &with_paths(sound(), |paths| {
                paths.as_object_mut().unwrap().remove("paths_version");
            }),
            Kind::TarBz2,
        ),
        breaks(
            "E401",
            "no list in it",
            &sound().paths_json(json!({"paths_version": 1})),
            Kind::Conda,
        ),
        breaks(
            "E401",
            "entries of other types",
            &with_paths(sound(), |paths| {
                let entries = paths["paths"].as_array_mut().unwrap();
                entries.extend([json!("bin/demo"), json!({}), json!({"_path": 5})]);
            }),
            Kind::Conda,
        ),
        breaks(
            "E401",
            "a size in words",
            &with_entry(|entry| entry["size_in_bytes"] = json!("4")),
            Kind::Conda,
        ),
        breaks(
            "E401",
            "a path that is no text, of a file that is there",
            &with_entry(|entry| entry["_path"] = json!([FILE])),
            Kind::TarBz2,
        ),
        keeps(
            "E401",
            "keys that no CEP knows",
            &with_entry(|entry| entry["inode_paths"] = json!([FILE])),
            Kind::Conda,
        ),
        keeps(
            "E401",
            "the list after the payload",
            &sound().order_last(["info/paths.json"]),
            Kind::TarBz2,
        ),
    ]
}

fn e402() -> Vec<Case> {
    vec![
        breaks(
            "E402",
            "twice the same path",
            &with_paths(sound(), |paths| {
                let entries = paths["paths"].as_array_mut().unwrap();
                entries.push(entries[0].clone());
            }),
            Kind::Conda,
        ),
        breaks(
            "E402",
            "a dot in front",
            &with_entry(|entry| entry["_path"] = json!(format!("./{FILE}"))),
            Kind::Conda,
        ),
        breaks(
            "E402",
            "backslashes",
            &with_entry(|entry| entry["_path"] = json!(r"share\demo\demo.txt")),
            Kind::TarBz2,
        ),
        breaks(
            "E402",
            "an absolute path",
            &with_entry(|entry| entry["_path"] = json!(format!("/{FILE}"))),
            Kind::Conda,
        ),
        breaks(
            "E402",
            "metadata",
            &with_paths(sound(), |paths| {
                let entries = paths["paths"].as_array_mut().unwrap();
                entries.push(json!({"_path": "info/index.json", "path_type": "hardlink"}));
            }),
            Kind::Conda,
        ),
        breaks(
            "E402",
            "the way out of the prefix",
            &with_paths(sound(), |paths| {
                let entries = paths["paths"].as_array_mut().unwrap();
                entries.push(json!({"_path": "../demo", "path_type": "hardlink"}));
            }),
            Kind::Conda,
        )
        .also(["E403"]),
        keeps(
            "E402",
            "two dots in a name, and a name that begins like metadata",
            &sound()
                .payload("share/demo/..txt", "")
                .payload("share/demo/info/a", ""),
            Kind::Conda,
        ),
    ]
}
