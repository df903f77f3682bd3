//! Writes what fuzzing begins with: packages of the tests' builder, sound and odd, in the forms of
//! the targets. The only argument is the folder of corpora.

use std::path::Path;

use serde_json::json;
use towpath_tests::tarball::Member;
use towpath_tests::{CondaContainer, EntryMethod, Kind, PackageBuilder, ZipFormat};

fn main() {
    let folder = std::env::args_os().nth(1).expect("the folder of corpora");
    let folder = Path::new(&folder);
    for (number, package) in packages().iter().enumerate() {
        let tarball = zstd::decode_all(component(package).as_slice()).expect("it was compressed");
        write(folder, "zip", number, &package.conda());
        write(folder, "bzip2", number, &package.bytes(Kind::TarBz2));
        write(folder, "zstd", number, &component(package));
        write(folder, "tar", number, &tarball);
    }
    let base = packages().swap_remove(0);
    let containers = [
        CondaContainer {
            zip: ZipFormat::Zip64,
            ..CondaContainer::default()
        },
        CondaContainer {
            method: EntryMethod::Deflated,
            ..CondaContainer::default()
        },
        CondaContainer {
            extra: vec![("evil".to_owned(), b"x".to_vec())],
            ..CondaContainer::default()
        },
    ];
    for (number, container) in containers.into_iter().enumerate() {
        write(folder, "zip", 100 + number, &base.conda_with(container));
    }
    for (number, documents) in documents().iter().enumerate() {
        write(folder, "metadata", number, &documents.join("\0").into_bytes());
    }
}

fn write(folder: &Path, target: &str, number: usize, content: &[u8]) {
    let folder = folder.join(target);
    fs_err::create_dir_all(&folder).expect("a folder that can be written");
    fs_err::write(folder.join(format!("seed-{number}")), content).expect("a folder that can be written");
}

/// The compressed info component: the last of a `.conda`'s members.
fn component(package: &PackageBuilder) -> Vec<u8> {
    let conda = package.conda();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(conda)).expect("a sound zip");
    let mut content = Vec::new();
    let mut member = zip.by_index(2).expect("three members");
    std::io::copy(&mut member, &mut content).expect("a sound zip");
    content
}

fn packages() -> Vec<PackageBuilder> {
    let base = || PackageBuilder::new("demo", "1.0", "h1234567_0");
    vec![
        base(),
        base()
            .subdir("linux-64")
            .depends(["python >=3.8,<4.0a0", "libfoo 1.2.* *_cpython"]),
        base()
            .run_exports(json!({ "weak": ["libdemo >=1.0,<2"], "strong": ["demo"] }))
            .recipe("package: {name: demo}\nabout: {home: /home/eric}\n"),
        base()
            .symlink("lib/libdemo.so", "libdemo.so.1")
            .payload("lib/libdemo.so.1", "\x7fELF\x02\x01\x01")
            .directory("share/empty")
            .hardlink("lib/again.so", "lib/libdemo.so.1"),
        base()
            .payload_entry(Member::file("../evil", "x"))
            .payload_entry(Member::fifo("pipe")),
        base()
            .payload(&"long/".repeat(60), "x")
            .payload(
                "Menu/demo_menu.json",
                r#"{"menu_name": "demo", "menu_items": []}"#,
            )
            .payload("etc/conda/activate.d/demo.sh", "export A=1\n")
            .payload("bin/.demo-post-link.sh", "true\n"),
    ]
}

/// Index, paths, about, run exports, link, recipes, menu and list of files.
fn documents() -> Vec<Vec<String>> {
    let index = json!({
        "name": "demo", "version": "1.0", "build": "h1234567_0", "build_number": 0, "subdir": "noarch",
        "noarch": "python", "depends": ["python >=3.8", "foo[version='>=1',build=*_0]", "a ~=1.2|>3 b"],
        "constrains": ["bar !=1.*"], "timestamp": 1_600_000_000_000_u64, "license": "MIT",
        "track_features": "x y", "schema_version": 3, "extra_depends": { "gui": ["qt >=5; if __linux"] },
    });
    let paths = json!({ "paths_version": 1, "paths": [
        { "_path": "Menu/demo_menu.json", "path_type": "hardlink", "sha256": "00", "size_in_bytes": 3,
          "prefix_placeholder": "/opt/anaconda1anaconda2anaconda3", "file_mode": "text" },
        { "_path": "lib/a", "path_type": "softlink" },
    ]});
    let about = json!({ "home": "https://example.org", "summary": "<b>x</b>", "extra": { "sha": "0" } });
    let run_exports = json!({ "weak": ["demo >=1"], "schema_version": 2 });
    let link = json!({
        "noarch": { "type": "python", "entry_points": ["demo = demo.cli:main"] }, "package_metadata_version": 1,
    });
    let recipe = "package:\n  name: demo\n  version: '1.0'\nsource: {url: https://u:p@example.org/x}\n";
    let menu = json!({
        "$schema": "https://json-schema.org/draft-07/schema", "$id": "1", "menu_name": "demo",
        "menu_items": [{ "name": "demo", "command": ["demo"], "platforms": { "linux": {}, "win": {} } }],
    });
    let texts = vec![
        index.to_string(),
        paths.to_string(),
        about.to_string(),
        run_exports.to_string(),
        link.to_string(),
        recipe.to_owned(),
        recipe.to_owned(),
        menu.to_string(),
        "Menu/demo_menu.json\n".to_owned(),
    ];
    vec![texts, vec!["{}".to_owned(); 9], vec!["[]".to_owned()]]
}
