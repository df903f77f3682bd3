//! Templates and colours of the channel's owner.

use insta::assert_snapshot;
use rstest::rstest;
use tempfile::TempDir;

use super::Website;
use super::harbour::channel;
use crate::environment::{Outcome, index};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs_err::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The website with these templates.
fn made(files: &[(&str, &str)]) -> (Website, Outcome) {
    let (channel, templates, website) = (channel(), folder(files), Website::new());
    let _ = index(&channel, &[]).succeeded();
    let call = website.call(&channel).naming(templates.path(), "[TEMPLATES]");
    let outcome = call.arg("--templates").arg(templates.path()).run();
    (website, outcome)
}

#[test]
fn a_template_replaces_that_of_its_name() {
    let text = "{{ page.name }} {{ page.version }} of {{ site.channel }}, {{ here.path }}";
    let (website, outcome) = made(&[
        ("package.html", text),
        (".swp", "an editor's"),
        ("site.js", "'mine'"),
    ]);
    let _ = outcome.succeeded();
    let page = website.text("p/libquay/index.html");
    assert!(
        page.starts_with("libquay 1.10 of ") && page.ends_with(", p/libquay/"),
        "{page}"
    );
    // Others are as they were.
    assert!(website.text("names/index.html").contains("<html"));
    let script = website
        .states()
        .into_keys()
        .find(|path| path.starts_with("assets/site."))
        .unwrap();
    assert_eq!(website.text(&script), "'mine'");
}

#[test]
fn a_template_that_changes_makes_new_pages() {
    let channel = channel();
    let website = Website::of(&channel, &[]);
    let before = website.contents();
    let templates = folder(&[("build.html", "one")]);
    let path = templates.path().display().to_string();
    let build = "p/tug/noarch/tug-1.0-0.conda.html";
    for text in ["one", "two"] {
        fs_err::write(templates.path().join("build.html"), text).unwrap();
        let _ = website.make(&channel, &["--templates", &path]).succeeded();
        assert_eq!(website.text(build), text);
        let outcome = website.make(&channel, &["--templates", &path]).succeeded();
        assert!(outcome.stderr().contains("nothing has changed"), "{outcome}");
    }
    let _ = website.make(&channel, &[]).succeeded();
    assert!(website.contents() == before);
}

#[test]
fn an_unknown_name_is_a_mistake() {
    let (website, outcome) = made(&[("pakage.html", "")]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    let said = "[TEMPLATES]/pakage.html: there is no template of this name to replace: the templates are base.html, ";
    assert!(outcome.stderr().contains(said), "{outcome}");
    assert!(website.files().is_empty());
}

#[rstest]
#[case::syntax("package.html", "one\n{% if %}\n", "(in package.html:2)")]
#[case::undefined(
    "package.html",
    "one\ntwo\n{{ page.nothing.at_all }}\n",
    "(in package.html:3)"
)]
#[case::filter("names.html", "{{ page.letters | nonsense }}", "(in names.html:1)")]
#[case::feed("atom.xml", "\n{{ nothing.at_all }}", "(in atom.xml:2)")]
#[case::style("theme.css", "{{ site.nothing.at_all }}", "(in theme.css:1)")]
#[case::listing("subdir.html", "{{ nothing.at_all }}", "(in subdir.html:1)")]
fn a_mistake_is_told_with_file_and_line(#[case] name: &str, #[case] text: &str, #[case] place: &str) {
    let (_, outcome) = made(&[(name, text)]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains(place), "{outcome}");
}

#[test]
fn a_folder_of_templates_that_is_not_there_is_named() {
    let channel = channel();
    let outcome = Website::new().make(&channel, &["--templates", "/nowhere/at-all"]);
    assert_eq!(outcome.status(), 1, "{outcome}");
    assert!(outcome.stderr().contains("/nowhere/at-all"), "{outcome}");
}

fn stylesheet(website: &Website) -> String {
    let path = website
        .states()
        .into_keys()
        .find(|path| path.starts_with("assets/style."))
        .unwrap();
    website.text(&path)
}

#[test]
fn colours_are_in_the_stylesheet() {
    let website = Website::of(
        &channel(),
        &["--theme", "accent=#a3124b", "--theme=--radius = calc(1px + 2px)"],
    );
    let style = stylesheet(&website);
    assert!(style.contains("--accent:#a3124b}"), "{style}");
    assert!(style.contains("--radius:calc(1px + 2px)}"), "{style}");
}

#[rstest]
#[case::nothing("accent")]
#[case::no_name("=red")]
#[case::no_value("accent= ")]
#[case::odd_name("a b=red")]
#[case::end("accent=red; } body { display: none")]
#[case::brace("accent=red}")]
#[case::open("accent={")]
#[case::markup("accent=</style>")]
#[case::escape("accent=\\75rl(x)")]
#[case::url("accent=url(https://evil.example)")]
#[case::capital_url("accent=URL(https://evil.example)")]
#[case::comment("accent=/*")]
#[case::bracket("accent=rgb(1 2 3")]
#[case::closed("accent=rgb)1(")]
#[case::text("accent='")]
#[case::at("accent=@import")]
#[case::double_quotes("accent=\"Fira Sans\"")]
fn a_colour_that_would_be_more_than_one_is_refused(#[case] theme: &str) {
    let outcome = Website::new().make(&channel(), &["--theme", theme]);
    assert_eq!(outcome.status(), 2, "{outcome}");
    assert!(outcome.stderr().contains("--theme <NAME=VALUE>"), "{outcome}");
}

#[test]
fn the_same_in_the_file() {
    let channel = channel().file("towpath.toml", "[site.theme]\naccent = 'url(x)'\n");
    assert_snapshot!(Website::new().make(&channel, &[]), @r#"
    exit status: 2
    ----- stderr -----
    error: towpath.toml: [site.theme]: "url(x)" is no value that a custom property can have here, such as #a3124b
    "#);
}
