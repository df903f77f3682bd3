//! Embeds the inspector, if `scripts/web` has built it: everything else is made without it as well.

use std::env;
use std::path::{Path, PathBuf};

/// What `scripts/web` leaves in `web/dist`, and what it is in `InspectorFiles`.
const FILES: [(&str, &str); 3] = [
    ("module", "inspector.wasm"),
    ("worker", "worker.js"),
    ("script", "inspector.js"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let [manifest, out] = ["CARGO_MANIFEST_DIR", "OUT_DIR"].map(|name| {
        let folder = env::var_os(name).unwrap_or_else(|| panic!("cargo sets {name}"));
        PathBuf::from(folder)
    });
    let web = manifest.join("../web");
    let dist = web.join("dist");
    // Of what is not there cargo thinks that it changes all the time.
    if let Some(watched) = [&dist, &web].into_iter().find(|folder| folder.is_dir()) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let place = out.join("inspector.rs");
    fs_err::write(place, embedded(&dist)).unwrap_or_else(|error| panic!("{error}"));
}

/// An expression: the files, or `None` if they are not all there.
fn embedded(dist: &Path) -> String {
    let fields: Option<Vec<String>> = FILES
        .into_iter()
        .map(|(field, name)| {
            let path = dist.join(name);
            let bytes = format!("{field}: Cow::Borrowed(include_bytes!({path:?}))");
            path.is_file().then_some(bytes)
        })
        .collect();
    match fields {
        Some(fields) => format!("Some(InspectorFiles {{ {} }})", fields.join(", ")),
        None => "None".to_owned(),
    }
}
