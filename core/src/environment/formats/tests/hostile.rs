//! Documents that are wrong, or mean harm.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[test]
fn messages_say_where_and_what_and_what_to_do() {
    let documents = [
        ("e.yml", "dependencies: [a, 'numpy >=']"),
        ("e.yml", "dependencies: numpy"),
        ("e.yml", "dependencies: [[a]]"),
        ("e.yml", "dependencies: [npm: [a]]"),
        ("e.yml", "dependencies: [sel(bsd): a]"),
        ("e.yml", "dependencies:\n- a # [py39]\n"),
        (
            "e.yml",
            "name: a # [linux]\nname: b # [not linux]\ndependencies: []\n",
        ),
        ("e.yml", "name: a b\ndependencies: []"),
        ("e.yml", "name: a"),
        ("e.yml", "name: a\nname: b\n"),
        ("e.yml", "a: [\n"),
        ("e.yml", "- a"),
        (
            "e.yml",
            "channels: [ftp://me:secret@h.example/c]\ndependencies: []",
        ),
        ("e.yml", "channels: ['']\ndependencies: []"),
        ("e.yml", "platforms: [noarch]\ndependencies: []"),
        ("e.yml", "platforms: [linux]\ndependencies: []"),
        ("specs.txt", "numpy\n\nscipy >=\n"),
        ("list.txt", "@EXPLICIT\nnumpy\n"),
        (
            "list.txt",
            "@EXPLICIT\nhttps://h.example/c/noarch/a-1-0.conda#12\n",
        ),
        ("list.txt", "@EXPLICIT\n"),
        ("pixi.lock", "version: 6"),
        ("conda-lock.yml", "package: []\nversion: 1"),
    ];
    let messages = documents.map(|(name, text)| format!("{name}: {}", error(name, text)));
    insta::assert_snapshot!(messages.join("\n"), @r##"
    e.yml: dependencies[1]: "numpy >=" cannot be read as a MatchSpec: a version is missing
    e.yml: dependencies: is text, and should be a list: put "- " before each of its items
    e.yml: dependencies[0]: is a list, and should be text
    e.yml: dependencies[0].npm: is for an installer that is not known: there is pip, and a spec is text (CEP 24)
    e.yml: dependencies[0].sel(bsd): its expression has no variable "bsd" (such as linux, osx, win or unix)
    e.yml: line 2: the selector [py39] has no variable "py39" (such as linux, osx, win or unix); if it is a comment, write it without square brackets
    e.yml: selectors are read in dependencies only: what else there is is one for all platforms
    e.yml: name: "a b" has spaces, `/`, `:` or `#`, or is empty (CEP 24)
    e.yml: dependencies: is missing: it is the list of what is wanted (CEP 24)
    e.yml: is not YAML: the key "name" stands twice in one mapping
    e.yml: line 1: is not YAML at column 4: look there, and at the line before
    e.yml: is a list, and should be a mapping of keys to values
    e.yml: channels[0]: "ftp://h.example/c" is no URL of a kind that is read: they begin with https://, http:// or file://
    e.yml: channels[0]: names no channel
    e.yml: platforms[0]: noarch is no platform: its packages are for all of them; name those (CEP 24)
    e.yml: platforms[0]: "linux" is no platform: they are called like linux-64 or osx-arm64
    specs.txt: line 3: "scipy >=" cannot be read as a MatchSpec: a version is missing
    list.txt: line 2: "numpy" is no URL: a path leads elsewhere on another machine; write it as file:///… or as the URL of the channel
    list.txt: line 2: "12" is no MD5, which has 32 hexadecimal digits
    list.txt: does not tell its platform: put "# platform: linux-64" in front of @EXPLICIT, or name the platform when it is read
    pixi.lock: has no environment "default": it has none
    conda-lock.yml: metadata: is missing: it says which platforms there are
    "##);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let text = vec![b'#'; (16 << 20) + 1];
    assert_eq!(read("x", &text), Err(FormatError::TooLarge { limit: 16 }));
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(read("x", b"\xff\xff\x00"), Err(FormatError::NotText));
    assert_eq!(read("x", b"a\x00b"), Err(FormatError::NotText));
}

#[rstest]
#[case::nested(format!("dependencies: {}", "[".repeat(100_000)))]
#[case::aliases(format!(
    "a0: &a0 [x, x, x, x, x, x, x, x, x]\n{}dependencies: *a9\n",
    (1..10).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect::<String>()
))]
#[case::cycle("dependencies: &a [*a]".to_owned())]
#[case::documents("dependencies: []\n---\ndependencies: []\n".to_owned())]
fn yaml_is_bounded(#[case] text: String) {
    assert!(matches!(
        read("e.yml", text.as_bytes()),
        Err(FormatError::Yaml(_))
    ));
}

#[test]
fn messages_are_short_and_keep_secrets() {
    let text = format!("https://me:secret@h.example/t/token/{}", "x".repeat(100_000));
    let explicit = error("x", &format!("@EXPLICIT\n{text}\n"));
    let spec = error("x", &text);
    for message in [explicit, spec] {
        assert!(
            message.len() < 500 && !message.contains("secret") && !message.contains("token"),
            "{message}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), kind in 0..5_usize) {
        let options = ReadOptions { kind: Some(DocumentKind::ALL[kind]), ..ReadOptions::default() };
        let _ = read_with("x", text.as_bytes(), &options);
        let _ = read("environment.yml", text.as_bytes());
    }

    #[test]
    fn no_yaml_makes_it_panic(
        key in "(version|environments|default|packages|package|metadata|platforms|channels|dependencies|pip)",
        inner in "(\\{|\\[|url|conda|:|,| |linux-64|\\]|\\}|#|&a|\\*a|-|\n){0,20}",
        kind in 0..5_usize,
    ) {
        let options = ReadOptions { kind: Some(DocumentKind::ALL[kind]), ..ReadOptions::default() };
        let _ = read_with("x", format!("version: 6\nmetadata: {{platforms: [linux-64]}}\n{key}: {inner}").as_bytes(), &options);
    }
}
