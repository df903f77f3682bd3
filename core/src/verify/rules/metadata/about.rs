//! D320, D321, D328: what a package says of itself to people: licence, `info/about.json`, provenance.

use serde_json::{Map, Value};

use super::{document, shown};
use crate::verify::finding::quoted;
use crate::verify::{
    Check, Document, Entry, Evidence, Found, Place, Readers, Rule, Severity, Source, Subject,
};

pub(super) static D320: Rule = Rule {
    code: "D320",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "The package says its licence and brings its text",
    sources: &[
        Source::Cep(34, "./info/licenses/"),
        Source::Cep(34, "./info/about.json"),
    ],
    why: "Nobody may use what has no licence, and most licences demand that their text goes with the files.",
    mend: "In the about section of the recipe, write license (an SPDX expression) and license_file.",
    bad: "info/about.json: {\"summary\": \"A demo\"}",
    good: "info/about.json: {\"license\": \"BSD-3-Clause\"}, info/licenses/LICENSE.txt",
    readers: Readers::Agree,
    check: Check::Package(package_has_a_licence),
};

fn package_has_a_licence(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let Some(index) = evidence.index() else {
        return;
    };
    let about = evidence.object(Document::About);
    // A value of a wrong type is a finding of its own.
    let says = |document: &Map<String, Value>| {
        document
            .get("license")
            .is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
    };
    if !says(index) && !about.is_some_and(says) {
        let what = "there is no license, neither here nor in info/about.json";
        found.at(Place::member(Document::Index.path()).key("license"), what);
    }
    let has_files = evidence.payload().any(Entry::is_file);
    if has_files && evidence.is_complete() && !has_licence_file(evidence) {
        let what = "there is no file with the text of a licence, such as info/licenses/LICENSE";
        found.no_worse_than(Severity::Note, Place::file(), what);
    }
}

fn has_licence_file(evidence: &Evidence) -> bool {
    evidence.entries.iter().any(|entry| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        entry.path.starts_with("info/licenses/") && !name.is_empty()
            || !entry.path.starts_with("info/recipe/") && is_licence_name(name)
    })
}

/// Whether files with the text of a licence are called so.
pub(super) fn is_licence_name(name: &str) -> bool {
    ["licen", "copying", "copyright", "notice", "unlicense"]
        .iter()
        .any(|begin| {
            name.get(..begin.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(begin))
        })
}

pub(super) static D321: Rule = Rule {
    code: "D321",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "info/about.json describes the package",
    sources: &[Source::Cep(34, "./info/about.json")],
    why: "Pages of channels show it. A link that is no URL leads nowhere, and without a summary nobody finds the package.",
    mend: "In the about section of the recipe, write home and summary; text is plain or Markdown, not HTML.",
    bad: "{\"home\": \"example.org\", \"summary\": \"\"}",
    good: "{\"home\": \"https://example.org\", \"summary\": \"Shows how it is done\"}",
    readers: Readers::Agree,
    check: Check::Package(about_describes_the_package),
};

const URLS: [&str; 7] = [
    "dev_url",
    "doc_source_url",
    "doc_url",
    "home",
    "license_url",
    "source_git_url",
    "source_url",
];

fn about_describes_the_package(subject: &Subject<'_>, found: &mut Found<'_>) {
    // Without index.json it is no package that could be described.
    let is_package = subject.evidence.document(Document::Index).is_some();
    if is_package && document::is_missing(Document::About, subject.evidence) {
        let place = Place::member(Document::About.path());
        found.no_worse_than(Severity::Note, place, "the package has no info/about.json");
    }
    let about = match document::look_into(Document::About, subject.evidence, found) {
        None => return,
        Some(Value::Object(about)) => about,
        Some(other) => {
            let place = Place::member(Document::About.path());
            found.at(place, format!("it is {}, not an object", shown(other)));
            return;
        }
    };
    expect_urls(about, found);
    expect_shapes(about, found);
    let text = |key: &str| about.get(key).map(plain_text).unwrap_or_default();
    if text("summary").trim().is_empty() {
        found.no_worse_than(Severity::Note, in_about("summary"), "there is no summary");
    }
    for key in ["summary", "description"] {
        if let Some(tag) = html_tag(&text(key)) {
            let what = format!(
                "it looks like HTML ({}), which pages show as it stands",
                quoted(tag)
            );
            found.no_worse_than(Severity::Note, in_about(key), what);
        }
    }
}

fn expect_urls(about: &Map<String, Value>, found: &mut Found<'_>) {
    for key in URLS {
        let listed = match about.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        for value in listed {
            let is_url = value.as_str().is_some_and(|text| {
                // Where sources are fetched from may be any URL of git.
                text.is_empty() || is_web_url(text) || key == "source_git_url"
            });
            if !is_url {
                let what = format!("{} is no URL of the web (https://…)", shown(value));
                found.no_worse_than(Severity::Warning, in_about(key), what);
            }
        }
    }
}

fn is_web_url(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let begin = text.get(..scheme.len())?;
        begin.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// The types that CEP 34 has for the keys, where they are there.
fn expect_shapes(about: &Map<String, Value>, found: &mut Found<'_>) {
    let is_text_or_lines = |value: &Value| value.is_string() || is_list_of_text(value);
    /// A key, what fits to it, and what that is.
    type Shape = (&'static str, fn(&Value) -> bool, &'static str);
    let shapes: [Shape; 6] = [
        ("channels", is_list_of_text, "a list of text"),
        ("env_vars", is_map_of_text, "an object of text"),
        ("extra", Value::is_object, "an object"),
        ("license", Value::is_string, "text"),
        ("description", is_text_or_lines, "text"),
        ("summary", is_text_or_lines, "text"),
    ];
    for (key, fits, shape) in shapes {
        if let Some(value) = about.get(key).filter(|value| !value.is_null() && !fits(value)) {
            let what = format!("it is {}, not {shape}", shown(value));
            found.no_worse_than(Severity::Warning, in_about(key), what);
        }
    }
}

fn is_list_of_text(value: &Value) -> bool {
    let items = value.as_array();
    items.is_some_and(|items| items.iter().all(Value::is_string))
}

fn is_map_of_text(value: &Value) -> bool {
    let members = value.as_object();
    members.is_some_and(|members| members.values().all(Value::is_string))
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    }
}

/// The first tag of HTML in a text, if there is one.
fn html_tag(text: &str) -> Option<&str> {
    const TAGS: [&str; 18] = [
        "a", "b", "br", "code", "div", "em", "h1", "h2", "h3", "i", "img", "li", "ol", "p", "pre", "span",
        "table", "ul",
    ];
    text.match_indices('<').find_map(|(start, _)| {
        let inner = text.get(start + 1..)?;
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let length = inner
            .bytes()
            .take(4)
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        let (name, behind) = inner.split_at_checked(length)?;
        let is_tag =
            TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name)) && behind.starts_with(['>', ' ', '/']);
        let end = text.len() - behind.len();
        is_tag.then(|| text.get(start..end)).flatten()
    })
}

pub(super) static D328: Rule = Rule {
    code: "D328",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Provenance in info/about.json can be followed",
    sources: &[Source::Cep(31, "Specification")],
    why: "sha, remote_url and flow_run_id tell from which commit of which recipe, and in which run, a package was built. \
          A shortened commit or a path on somebody's disk leads nowhere.",
    mend: "Build with --extra-meta sha=$(git rev-parse HEAD) remote_url=https://… flow_run_id=github_$GITHUB_RUN_ID.",
    bad: "\"extra\": {\"sha\": \"50a4e2d\"}",
    good: "\"extra\": {\"sha\": \"50a4e2d4203f05082fcbb93e14541180de3aa8ac\"}",
    readers: Readers::Agree,
    check: Check::Package(provenance_can_be_followed),
};

fn provenance_can_be_followed(subject: &Subject<'_>, found: &mut Found<'_>) {
    let about = subject.evidence.object(Document::About);
    let Some(extra) = about.and_then(|about| about.get("extra")?.as_object()) else {
        return;
    };
    /// A key, what fits to it, and what that is.
    type Wanted = (&'static str, fn(&str) -> bool, &'static str);
    let wanted: [Wanted; 3] = [
        (
            "sha",
            is_commit,
            "the full hash of a commit (40 or 64 hexadecimal digits)",
        ),
        ("remote_url", is_remote, "the URL of a repository"),
        ("flow_run_id", is_run, "the name of a run"),
    ];
    for (key, fits, what) in wanted {
        let Some(value) = extra.get(key) else {
            continue;
        };
        // Empty: the recipe is not under version control.
        if !value.as_str().is_some_and(|text| text.is_empty() || fits(text)) {
            let what = format!("{} is not {what}", shown(value));
            found.at(in_about(&format!("extra.{key}")), what);
        }
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `https://host/path`, `ssh://git@host/path` or `git@host:path`.
fn is_remote(text: &str) -> bool {
    let is_url = text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
            && scheme != "file"
            && !rest.starts_with('/')
            && !rest.is_empty()
    });
    let is_scp = text
        .split_once('@')
        .is_some_and(|(user, rest)| !user.is_empty() && rest.contains(':'));
    (is_url || is_scp) && !text.contains(char::is_whitespace)
}

fn is_run(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
}

fn in_about(key: &str) -> Place {
    Place::member(Document::About.path()).key(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("a <p>text</p>", Some("<p"))]
    #[case("see <a href='x'>", Some("<a"))]
    #[case("line</br>", Some("</br"))]
    #[case("JSON <http://json.org> encoder", None)]
    #[case("a < b and b > c", None)]
    #[case("<email@example.org>", None)]
    #[case("x <é", None)]
    fn tags_are_told_from_angle_brackets(#[case] text: &str, #[case] tag: Option<&str>) {
        assert_eq!(html_tag(text), tag);
    }

    #[rstest::rstest]
    #[case("https://github.com/conda-forge/python-feedstock", true)]
    #[case("git@github.com:AnacondaRecipes/zlib-feedstock.git", true)]
    #[case("ssh://git@example.org/x", true)]
    #[case("/home/me/recipes", false)]
    #[case("file:///recipes", false)]
    #[case("origin", false)]
    fn remotes_are_elsewhere(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(is_remote(text), is_one);
    }

    #[rstest::rstest]
    #[case("https://example.org", true)]
    #[case("HTTP://example.org/a", true)]
    #[case("https://", false)]
    #[case("example.org", false)]
    #[case("https://a b", false)]
    #[case("étés://", false)]
    fn urls_begin_with_http(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(is_web_url(text), is_one);
    }
}
