//! The channel of these tests: a library of several versions and platforms, programs that need it, and
//! some that need what is not there.

use serde_json::{Value, json};
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder};

/// 14 July 2017, in seconds.
const DAY: i64 = 1_500_000_000;

/// A build that was made so many days after that one.
pub(super) fn built(name: &str, version: &str, build: &str, days: i64) -> PackageBuilder {
    PackageBuilder::new(name, version, build).index(|index| {
        index.insert("timestamp".to_owned(), json!((DAY + days * 86_400) * 1000));
    })
}

/// A build of the library.
pub(super) fn quay(version: &str, build: &str, subdir: &str, days: i64) -> PackageBuilder {
    built("libquay", version, build, days)
        .subdir(subdir)
        .about(json!({
            "summary": "Moor ships", "description": "A *quay* is where ships lie.", "license": "MIT",
            "home": "https://quay.example", "doc_url": "https://quay.example/doc", "dev_url": "javascript:alert(1)",
            "extra": {
                "recipe-maintainers": ["zoe", "Adam"], "remote_url": "https://github.com/quay/feedstock.git",
                "sha": "0123456789abcdef0123456789abcdef01234567",
            },
        }))
        .run_exports(json!({"weak": ["libquay >=1.9,<2.0a0"], "strong": ["libtide"], "noarch": []}))
        .index(|index| {
            index.insert("license".to_owned(), "MIT".into());
            index.insert("constrains".to_owned(), json!(["barge >=0.5"]));
        })
}

/// A noarch build of version 1.0 that needs this.
pub(super) fn needing(name: &str, days: i64, depends: &[&str]) -> PackageBuilder {
    built(name, "1.0", "0", days).depends(depends.iter().copied())
}

/// A recipe that says what the package itself does not.
const RECIPE: &str = "\
about:
  home: https://tug.example
  summary: Of the recipe
source:
  url: https://tug.example/tug-1.0.tar.gz
extra:
  recipe-maintainers:
    - Adam
";

/// All of it.
pub(super) fn channel() -> ChannelBuilder {
    let tide = ["libtide >=3", "python >=3.9"];
    let old = quay("1.9", "h1_0", "linux-64", 1)
        .depends(["libtide 2.*"])
        .index(|index| {
            index.insert("license".to_owned(), "GPL-2.0-only".into());
        });
    let old = old
        .payload("lib/gone.so", "gone")
        .payload("lib/libquay.so", "old");
    let new = |build: &str, subdir: &str, days: i64| {
        let package = quay("1.10", build, subdir, days).depends(tide).build_number(1);
        package
            .payload("lib/come.so", "come!")
            .payload("lib/libquay.so", "newer")
    };
    let on_windows = new("h2_1", "win-64", 12).depends(["libtide >=3", "ucrt"]);
    ChannelBuilder::new()
        .package(&old, Kind::Conda)
        .package(&old.clone().subdir("osx-64"), Kind::TarBz2)
        .package(&new("h2_1", "linux-64", 10), Kind::Conda)
        .package(&quay("1.10", "h2_0", "linux-64", 9).depends(tide), Kind::Conda)
        .package(&new("h2_1", "osx-arm64", 11), Kind::Conda)
        .package(&on_windows, Kind::Conda)
        .package(&needing("barge", 3, &["libquay >=1.10", "__unix"]), Kind::Conda)
        .package(&needing("crane", 4, &["libquay >=1.10", "barge"]), Kind::Conda)
        .package(&needing("dredger", 5, &["libquay >=2", "python"]), Kind::Conda)
        .package(&tug(), Kind::Conda)
}

/// A package of which its recipe tells more than itself.
pub(super) fn tug() -> PackageBuilder {
    built("tug", "1.0", "0", 6).about(json!({})).recipe(RECIPE)
}

/// Instructions for `patch_instructions.json` that change these fields of a file.
pub(super) fn patch(file_name: &str, fields: &Value) -> String {
    json!({
        "patch_instructions_version": 1, "packages": {}, "packages.conda": {file_name: fields},
        "remove": [], "revoke": [],
    })
    .to_string()
}
