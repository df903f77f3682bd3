//! What can be wrong with the JSON documents of a package.

use insta::assert_snapshot;
use serde_json::{Value, json};
use towpath_tests::PackageBuilder;

use super::{Case, both, outcomes};

/// A package with these bytes for a member.
fn member(title: &'static str, path: &'static str, bytes: impl Into<Vec<u8>>) -> Case {
    let bytes = bytes.into();
    both(title, |package| package.member(path, bytes))
}

fn index(title: &'static str, bytes: impl Into<Vec<u8>>) -> Case {
    member(title, "info/index.json", bytes)
}

/// A package with this text in the middle of its `index.json`, before a `}`.
fn index_with(title: &'static str, members: &str) -> Case {
    let index = index_text(&super::package(title));
    index_of(title, index.replacen('}', &format!(",{members}}}"), 1))
}

fn index_of(title: &'static str, text: String) -> Case {
    index(title, text)
}

fn index_text(package: &PackageBuilder) -> String {
    serde_json::to_string(package.index_json()).unwrap()
}

/// A package with one key of its `index.json` set, or removed by null.
fn key(title: &'static str, key: &str, value: Value) -> Case {
    both(title, |package| {
        package.index(|index| {
            index.insert(key.to_owned(), value);
        })
    })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn index_json() {
    let package = |title| index_text(&super::package(title));
    let nested = |depth: usize| format!("\"deep\": {}{}", "[".repeat(depth), "]".repeat(depth));
    let outcomes = outcomes(&[
        index("E29 no JSON", "name: lock"),
        index("E29b nothing", ""),
        index("E29c cut", "{\"name\": \"e29c\""),
        index("E29d a comment behind it", package("E29d") + " // x"),
        index("E30 a list", "[]"),
        index("E30b a text", "\"lock\""),
        index("E30c null", "null"),
        index("E31 an empty object", "{}"),
        index("E32 a byte order mark", format!("\u{feff}{}", package("E32"))),
        index("E32b UTF-16", utf16(&package("E32b"))),
        index("E33 Latin-1", b"{\"name\": \"e33\", \"summary\": \"\xfc\"}"),
        index_with("E34 a key twice", r#""version": "2.0""#),
        index_with("E35 NaN", r#""odd": NaN"#),
        index_with("E35b 1e999", r#""odd": 1e999"#),
        index_with(
            "E36 numbers",
            r#""n": [123456789012345678901234567890, 1e5, -0.0, 1E-7, 1.50, 0.1, 1e22]"#,
        ),
        index_with("E37 a NUL in a text", r#""odd": "\u0000""#),
        index_with("E37b half of a surrogate pair", r#""odd": "\ud800""#),
        index_with("E37c a whole surrogate pair", r#""odd": "\ud83d\udc0d""#),
        both("E38 30,000 depends", |package| {
            package.depends((0..30_000).map(|number| format!("d{number} >=1")))
        }),
        index_with("E38b nested 100 deep", &nested(100)),
        index_with("E38c nested 100,000 deep", &nested(100_000)),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn fields_of_index_json() {
    let no_name = |package: PackageBuilder| {
        package.index(|index| {
            index.remove("name");
        })
    };
    let outcomes = outcomes(&[
        key("E69 another subdir", "subdir", json!("linux-64")),
        key("E70 another name", "name", json!("other")),
        key("E71 a build number of null", "build_number", json!(null)),
        key("E71b a build number in text", "build_number", json!("1")),
        key("E72 a version of a number", "version", json!(1.1)),
        key("E73 a version that is none", "version", json!("1.0 beta")),
        both("E74 no name", no_name),
        key("E74b a name of null", "name", json!(null)),
        key("E75 a name of a number", "name", json!(5)),
        key("E75b a name of a list", "name", json!(["x"])),
        key("E75c an empty name", "name", json!("")),
        key("E76 a name in upper case", "name", json!("ABC")),
        key("E77 a timestamp in seconds", "timestamp", json!(1_500_000_000)),
        key(
            "E77b a timestamp with a fraction",
            "timestamp",
            json!(1_500_000_000.5),
        ),
        key("E78 a timestamp in text", "timestamp", json!("yesterday")),
        key("E79 a timestamp of null", "timestamp", json!(null)),
        key("E80 a timestamp of zero", "timestamp", json!(0)),
        key("E80b a timestamp before 1970", "timestamp", json!(-5)),
        key(
            "E81 a timestamp of the last second",
            "timestamp",
            json!(253_402_300_799_i64),
        ),
        key(
            "E82 a timestamp beyond all years",
            "timestamp",
            json!(10_u64.pow(18)),
        ),
        key("E83 a list of licences", "license", json!(["MIT", "BSD"])),
        key("E84 digests and a size", "md5", json!("of another file")),
        key("E85 a file name", "fn", json!("another-1-0.conda")),
        key("E85b a time of indexing", "indexed_timestamp", json!(5)),
        key("E86 run exports", "run_exports", json!({"weak": ["x"]})),
        key("E87 depends of null", "depends", json!(null)),
        key("E87b depends in text", "depends", json!("x")),
        key(
            "E88 track features in a list",
            "track_features",
            json!(["a", "b"]),
        ),
        key("E88b track features in text", "track_features", json!("a b")),
        key("E89 keys of the build", "has_prefix", json!(true)),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn about_json() {
    let about = |title, bytes: &[u8]| member(title, "info/about.json", bytes);
    let outcomes = outcomes(&[
        about("E39 no JSON", b"summary: x"),
        about("E39b nothing", b""),
        about("E39c a byte order mark", b"\xef\xbb\xbf{}"),
        about("E39d NaN", b"{\"odd\": NaN}"),
        about("E39e JSON5", b"{odd: 1,}"),
        about("E40 a list", b"[]"),
        about("E40b a text", b"\"about\""),
        about("E40c null", b"null"),
        about("E41 Latin-1", b"{\"summary\": \"caf\xe9\"}"),
        both("E41b none", |package| package.without("info/about.json")),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn run_exports_json() {
    let run_exports = |title, bytes: &str| member(title, "info/run_exports.json", bytes);
    let outcomes = outcomes(&[
        run_exports("E42 no JSON", "weak: [x]"),
        run_exports("E42b nothing", ""),
        run_exports("E43 a list", "[\"x\"]"),
        run_exports("E43b a text", "\"x\""),
        run_exports("E43c null", "null"),
        member("E44 YAML beside it", "info/run_exports.yaml", "weak: ["),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn paths_json() {
    let paths = |title, bytes: &[u8]| member(title, "info/paths.json", bytes);
    let outcomes = outcomes(&[
        paths("E45 no JSON", b"bin/lock"),
        paths("E45b Latin-1", b"{\"paths\": [{\"_path\": \"\xfc\"}]}"),
        paths("E46 nothing", b""),
        paths("E46b an empty object", b"{}"),
        paths(
            "E47 an entry without a path",
            b"{\"paths\": [{\"sha256\": \"0\"}]}",
        ),
        paths("E48 paths of null", b"{\"paths\": null}"),
        paths("E48b a list", b"[]"),
        paths(
            "E49 paths that look like scripts",
            b"{\"paths\": [{\"_path\": \".e49-post-link.sh\"}]}",
        ),
        both("E49b none", |package| package.without("info/paths.json")),
    ]);
    assert_snapshot!(outcomes);
}

#[test]
fn icons() {
    let icon = |package: PackageBuilder| package.member("info/icon.png", "no picture");
    let outcomes = outcomes(&[
        both("E57 an icon that index.json does not name", icon),
        both("E57b an icon before index.json", |package| {
            icon(package).order(["info/icon.png"])
        }),
        both("E57c an icon", |package| package.icon("no picture")),
        member("E58 an icon in the recipe", "info/recipe/icon.png", "no picture"),
    ]);
    assert_snapshot!(outcomes);
}
