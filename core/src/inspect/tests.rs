//! What is made of old packages, of odd metadata, and of links.

use std::io::{Cursor, Write};

use bzip2::Compression;
use bzip2::write::BzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use super::*;

/// A `.tar.bz2` of these files.
fn package(members: &[(&str, &str)]) -> Vec<u8> {
    let mut tarball = Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        if let Some(target) = content.strip_prefix("-> ") {
            header.set_size(0);
            header.set_entry_type(EntryType::Symlink);
            tarball.append_link(&mut header, path, target).unwrap();
        } else {
            header.set_size(content.len() as u64);
            tarball
                .append_data(&mut header, path, content.as_bytes())
                .unwrap();
        }
    }
    let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&tarball.into_inner().unwrap()).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn inspected(members: &[(&str, &str)]) -> Result<Inspection, PackageError> {
    let name = ArtifactName::new("lock-1-0.tar.bz2").unwrap();
    Inspection::of(&name, Cursor::new(package(members)), &Limits::default())
}

const INDEX: (&str, &str) = (
    "info/index.json",
    r#"{"name": "lock", "version": "1", "build": "0"}"#,
);

#[test]
fn a_package_of_before_paths_json_is_read_whole() {
    let inspection = inspected(&[
        INDEX,
        ("info/files", "bin/lock\nbin/key\n"),
        ("info/has_prefix", "/opt/built text bin/lock\n"),
        ("info/no_link", "bin/lock\n"),
        ("bin/lock", "#!/opt/built/bin/python"),
        ("bin/key", "-> lock"),
        ("info/recipe/meta.yaml", "package: {name: lock}"),
    ])
    .unwrap();
    assert!(inspection.info_is_complete);
    assert_eq!(inspection.files.files_from, "archive");
    let [lock, key] = &inspection.files.files[..] else {
        panic!("two files: {:?}", inspection.files);
    };
    assert_eq!((lock.size, lock.no_link), (Some(23), true));
    assert_eq!(lock.prefix.as_ref().unwrap().placeholder, "/opt/built");
    assert_eq!(
        (key.path_type, key.target.as_deref()),
        (PathType::Softlink, Some("lock"))
    );
}

#[test]
fn a_list_of_other_files_than_there_are_is_odd() {
    let files = ("info/files", "bin/lock\nbin/gone\nbin/lost\n");
    let inspection = inspected(&[INDEX, files, ("bin/lock", ""), ("bin/more", "")]).unwrap();
    assert_eq!(
        inspection.oddities,
        [
            "the archive lacks 2 of the files in info/files",
            "info/files lacks 1 of the files in the archive",
        ]
    );
}

#[test]
fn what_may_lie_behind_the_payload_is_said_not_to_be_read() {
    let paths = ("info/paths.json", r#"{"paths": [{"_path": "bin/lock"}]}"#);
    let about = ("info/about.json", "{}");
    let recipe = ("info/recipe/meta.yaml", "package: {name: lock}");
    let payload = ("bin/lock", "");
    let inspection = inspected(&[INDEX, paths, about, recipe, payload]).unwrap();
    assert!(!inspection.info_is_complete);
    assert_eq!(inspection.files.files.len(), 1);
    let inspection = inspected(&[INDEX, paths, about, recipe]).unwrap();
    assert!(inspection.info_is_complete);
}

#[rstest::rstest]
#[case("info/run_exports.json", r#"{"weak": ["a"], "strong": ["b"], "noarch": ["c"]}"#, &["a"], &["b"])]
#[case("info/run_exports.json", r#"["a"]"#, &["a"], &[])]
#[case("info/run_exports.yaml", "- a\n", &["a"], &[])]
#[case("info/run_exports.yaml", "strong:\n  - b\n", &[], &["b"])]
fn run_exports_of_all_times(
    #[case] member: &str,
    #[case] content: &str,
    #[case] weak: &[&str],
    #[case] strong: &[&str],
) {
    let exports = inspected(&[INDEX, (member, content)])
        .unwrap()
        .run_exports
        .unwrap();
    assert_eq!(exports.weak, weak);
    assert_eq!(exports.strong, strong);
}

#[rstest::rstest]
#[case("{}")]
#[case("[]")]
#[case("{\"weak\": []}")]
fn no_run_exports_are_none(#[case] content: &str) {
    let inspection = inspected(&[INDEX, ("info/run_exports.json", content)]).unwrap();
    assert_eq!(inspection.run_exports, None);
}

#[test]
fn wrong_types_hide_nothing_else() {
    let index = json!({
        "name": "lock", "version": 1.5, "build": ["x"], "build_number": "3", "depends": "gate >=2",
        "timestamp": "yesterday", "noarch": true, "track_features": "a b", "subdir": "noarch",
    });
    let about = json!({
        "home": ["https://one.example", "javascript:alert(1)"], "summary": {"en": "x"}, "extra": [],
        "channels": ["a", "a", 3], "license": "MIT", "root_pkgs": 7, "description": "kept",
    });
    let inspection = inspected(&[
        ("info/index.json", &index.to_string()),
        ("info/about.json", &about.to_string()),
        ("info/link.json", "[1"),
        ("info/recipe/meta.yaml", "- no mapping"),
    ])
    .unwrap();
    assert_eq!(inspection.identity.version.as_deref(), Some("1.5"));
    assert_eq!(inspection.identity.noarch.as_deref(), Some("generic"));
    assert_eq!(inspection.dependencies.depends, ["gate >=2"]);
    assert_eq!(inspection.dependencies.track_features, ["a", "b"]);
    assert_eq!(inspection.links.len(), 1);
    assert_eq!(inspection.build_info.channels, ["a", "3"]);
    assert_eq!(inspection.legal.license.as_deref(), Some("MIT"));
    assert_eq!(inspection.description.as_deref(), Some("kept"));
    insta::assert_snapshot!(inspection.oddities.join("\n"), @r#"
    info/recipe/meta.yaml is no YAML that can be read
    info/about.json: channels should be a list of texts, and is a list with a number in it
    info/about.json: summary should be text, and is an object
    info/about.json: home is no URL of the web: javascript:alert(1)
    info/about.json: extra should be an object, and is an empty list
    info/index.json: version should be text, and is a number 1.5
    info/index.json: build should be text, and is a list
    info/index.json: timestamp should be milliseconds since 1970, and is a string "yesterday"
    info/index.json: build_number should be a whole number, and is a string "3"
    info/index.json: depends should be a list of texts, and is a string "gate >=2"
    info/link.json is not JSON: EOF while parsing a list at line 1 column 2
    "#);
}

#[test]
fn latin_1_is_read_with_its_letters_replaced() {
    let mut about = br#"{"summary": "M"#.to_vec();
    about.extend(b"\xfcnchen\"}");
    let mut documents = gather::Documents::default();
    documents.put("info/about.json", about);
    let about = about::read(&mut documents);
    assert_eq!(about.summary.as_deref(), Some("M\u{fffd}nchen"));
    assert_eq!(documents.oddities.into_lines().len(), 1);
}

#[rstest::rstest]
#[case(&[], "has no info/index.json: it is not a conda package, or not a whole one")]
#[case(&[("info/index.json", "{")], "info/index.json is not JSON: EOF while parsing an object at line 1 column 1")]
#[case(&[("info/index.json", "[]")], "info/index.json must hold an object, not a list")]
#[case(&[("info/index.json", "-> ../x")], "info/index.json is a symbolic link, not a file")]
fn without_an_index_there_is_nothing_to_tell(#[case] members: &[(&str, &str)], #[case] message: &str) {
    let members = [members, &[("bin/lock", "")]].concat();
    assert_eq!(inspected(&members).unwrap_err().to_string(), message);
}

#[test]
fn what_rattler_build_says_is_read_from_its_recipe() {
    let recipe = "
build_configuration: {build_platform: {platform: linux-64}}
finalized_sources:
- {url: [https://one.example/a.tar.gz, https://two.example/a.tar.gz], sha256: ab}
- {git: https://git.example/a, rev: main}
- {path: ..}
system_tools: {git: 2.40.0, rattler-build: 0.58.2}
";
    let build = inspected(&[INDEX, ("info/recipe/rendered_recipe.yaml", recipe)])
        .unwrap()
        .build_info;
    assert_eq!(build.tools[0].name, "rattler-build");
    assert_eq!(build.tools.len(), 2);
    assert_eq!(build.platform.as_deref(), Some("linux-64"));
    let [first, second, third] = &build.sources[..] else {
        panic!("three sources: {:?}", build.sources);
    };
    assert_eq!(first.location, "https://one.example/a.tar.gz");
    assert_eq!(first.digest.as_deref(), Some("sha256:ab"));
    assert_eq!(second.revision.as_deref(), Some("main"));
    assert_eq!(third.location, "..");
}

#[test]
fn a_link_script_of_another_package_is_odd() {
    let paths = r#"{"paths": [{"_path": "bin/.lock-post-link.sh"}, {"_path": "bin/.gate-pre-link.sh"}]}"#;
    let inspection = inspected(&[INDEX, ("info/paths.json", paths)]).unwrap();
    assert_eq!(inspection.installation.link_scripts.len(), 1);
    assert_eq!(
        inspection.oddities,
        ["bin/.gate-pre-link.sh is named for another package: no client runs it"]
    );
}

#[test]
fn a_large_document_is_not_read() {
    let about = format!("{:?}", " ".repeat(gather::DOCUMENT_BYTES as usize));
    let inspection = inspected(&[INDEX, ("info/about.json", &about)]).unwrap();
    assert_eq!(
        inspection.oddities,
        ["info/about.json is larger than 8388608 bytes, and was not read"]
    );
}

fn written(members: &[(&str, &str)], path: &str) -> Result<(Found, String), MemberError> {
    let name = ArtifactName::new("lock-1-0.tar.bz2").unwrap();
    let mut out = Vec::new();
    let archive = Cursor::new(package(members));
    let found = write_member(&name, archive, path, &Limits::default(), &mut out)?;
    Ok((found, String::from_utf8(out).unwrap()))
}

const LIBRARIES: [(&str, &str); 7] = [
    ("lib/libz.so", "-> libz.so.1"),
    ("lib/libz.so.1", "-> ../lib/libz.so.1.3"),
    ("lib/libz.so.1.3", "content"),
    ("lib/loop", "-> loop"),
    ("lib/out", "-> ../../etc/passwd"),
    ("lib/dead", "-> nowhere"),
    ("lib/libz.so.1.3", "second"),
];

#[test]
fn links_lead_to_content() {
    let (found, content) = written(&LIBRARIES, "./lib/libz.so").unwrap();
    assert_eq!((content.as_str(), found.size), ("content", 7));
    assert_eq!(found.path, "lib/libz.so.1.3");
    assert!(found.followed.is_some());
    let (found, _) = written(&LIBRARIES, "lib/libz.so.1.3").unwrap();
    assert_eq!(found.followed, None);
}

#[rstest::rstest]
#[case(
    "lib/loop",
    "lib/loop is a symbolic link to loop, which leads to no file in the package"
)]
#[case(
    "lib/out",
    "lib/out is a symbolic link to ../../etc/passwd, which leads to no file in the package"
)]
#[case(
    "lib/dead",
    "lib/dead is a symbolic link to nowhere, which leads to no file in the package"
)]
#[case(
    "lib/libz.sp",
    "has no member \"lib/libz.sp\"; there are lib/libz.so and lib/libz.so.1"
)]
#[case("libz.so.1.3", "has no member \"libz.so.1.3\"; there is lib/libz.so.1.3")]
#[case("bin/x", "has no member \"bin/x\"")]
fn what_is_no_file_is_told(#[case] path: &str, #[case] message: &str) {
    assert_eq!(written(&LIBRARIES, path).unwrap_err().to_string(), message);
}

#[test]
fn a_full_disk_is_told_from_a_broken_package() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let name = ArtifactName::new("lock-1-0.tar.bz2").unwrap();
    let archive = Cursor::new(package(&[INDEX]));
    let result = write_member(&name, archive, "info/index.json", &Limits::default(), &mut Full);
    assert!(matches!(result, Err(MemberError::Write(_))));
}

/// JSON of any shape, with the keys that are looked for.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = "name|version|depends|extra|channels|home|paths|_path|size_in_bytes|noarch|entry_points|weak|timestamp";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}|https://[a-z/:@]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_documents_say_the_rest_is_told(
        index in prop::collection::btree_map("name|build|depends|timestamp|extra_depends|noarch", any_json(), 0..6),
        documents in prop::collection::vec(any_json(), 5),
    ) {
        let index = Value::Object(index.into_iter().collect()).to_string();
        let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
        let inspection = inspected(&[
            ("info/index.json", &index),
            ("info/about.json", &texts[0]),
            ("info/paths.json", &texts[1]),
            ("info/link.json", &texts[2]),
            ("info/run_exports.json", &texts[3]),
            ("info/recipe/rendered_recipe.yaml", &texts[4]),
            ("bin/lock", ""),
        ]);
        prop_assert_eq!(inspection.unwrap().info.len(), 6);
    }
}
