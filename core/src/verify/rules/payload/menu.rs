//! Entries for the menus of desktops.

use serde_json::{Map, Value};

use super::file_name;
use crate::json;
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static F510: Rule = Rule {
    code: "F510",
    severity: Severity::Error,
    mirror: Severity::Warning,
    title: "Menu/*.json is what menuinst understands",
    sources: &[
        Source::Cep(11, "Menu metadata schema"),
        Source::Cep(11, "Packaging guidelines"),
    ],
    why: "conda and rattler make entries in the menus of desktops from these files. One that cannot be read \
          makes none, and conda ends with a traceback in the user's terminal.",
    mend: "Write the file to the schema that menuinst publishes, and say which in $schema. Each item needs \
           name, description, command (a list) and platforms.",
    bad: r#"{"menu_name": "Demo", "menu_items": {"name": "Demo"}}"#,
    good: r#"{"$schema": "https://schemas.conda.org/menuinst-1-1-3.schema.json", "menu_name": "Demo", "menu_items": [{"name": "Demo", "description": "Shows it", "command": ["demo"], "platforms": {"linux": {}}}]}"#,
    readers: Readers::Agree,
    check: Check::Package(menus_are_understood),
};

fn menus_are_understood(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (entry, content) in subject.evidence.kept() {
        let top = entry.path.split_once('/').map(|(top, _)| top);
        if top.is_some_and(|top| top.eq_ignore_ascii_case("Menu")) {
            menu_is_understood(subject, entry, content, found);
        }
    }
}

fn menu_is_understood(subject: &Subject<'_>, entry: &Entry, content: &[u8], found: &mut Found<'_>) {
    let place = || Place::member(&*entry.path);
    let menu = match json::parse(content) {
        Ok(Value::Object(menu)) => menu,
        Ok(_) => {
            found.at(place(), "it is JSON, but not an object");
            return;
        }
        Err(error) => {
            found.at(place(), format!("it {error}"));
            return;
        }
    };
    if !menu.contains_key("$schema") && !menu.contains_key("$id") {
        old_menu_is_understood(subject, entry, &menu, found);
        return;
    }
    match menu.get("menu_name") {
        Some(Value::String(name)) if !name.is_empty() => {}
        Some(_) => found.at(place().key("menu_name"), "it is not text"),
        None => found.at(place(), "it has no menu_name"),
    }
    match menu.get("menu_items") {
        Some(Value::Array(items)) if items.is_empty() => {
            found.no_worse_than(Severity::Warning, place().key("menu_items"), "there are none");
        }
        Some(Value::Array(items)) => {
            for (number, item) in items.iter().enumerate() {
                item_is_understood(&entry.path, number, item, found);
            }
        }
        Some(_) => found.at(place().key("menu_items"), "it is not a list"),
        None => found.at(place(), "it has no menu_items"),
    }
    if let Some(name) = subject.evidence.index_text("name")
        && file_name(&entry.path).strip_suffix(".json") != Some(name)
    {
        let what = format!("CEP 11 wants it to be named {}", quoted(&format!("{name}.json")));
        found.no_worse_than(Severity::Note, place(), what);
    }
}

/// The form that menuinst had before CEP 11 works on Windows only.
fn old_menu_is_understood(
    subject: &Subject<'_>,
    entry: &Entry,
    menu: &Map<String, Value>,
    found: &mut Found<'_>,
) {
    let place = Place::member(&*entry.path);
    if !matches!(menu.get("menu_items"), Some(Value::Array(_))) {
        found.at(place, "it has no list of menu_items");
        return;
    }
    let is_windows = subject
        .evidence
        .index_text("subdir")
        .is_some_and(|subdir| subdir.starts_with("win-"));
    let what = "it has no $schema: it is of the form before CEP 11, which makes entries on Windows only, and by conda only";
    let most = if is_windows {
        Severity::Note
    } else {
        Severity::Warning
    };
    found.no_worse_than(most, place, what);
}

/// What an item can have beside `platforms`.
const KEYS: [&str; 10] = [
    "name",
    "description",
    "command",
    "icon",
    "precommand",
    "precreate",
    "working_dir",
    "activate",
    "terminal",
    "platforms",
];

fn item_is_understood(path: &str, number: usize, item: &Value, found: &mut Found<'_>) {
    let place = |key: &str| {
        let between = if key.is_empty() { "" } else { "." };
        Place::member(path).key(format!("menu_items[{number}]{between}{key}"))
    };
    let Value::Object(item) = item else {
        found.at(place(""), "it is not an object");
        return;
    };
    match item.get("name") {
        Some(Value::String(name)) if !name.is_empty() => {}
        Some(Value::Object(names)) => {
            let keys = ["target_environment_is_base", "target_environment_is_not_base"];
            let is_there = |key: &&str| {
                names
                    .get(*key)
                    .and_then(Value::as_str)
                    .is_some_and(|name| !name.is_empty())
            };
            if !keys.iter().any(is_there) {
                found.at(
                    place("name"),
                    format!("it has neither {} nor {}", keys[0], keys[1]),
                );
            }
        }
        Some(_) => found.at(place("name"), "it is neither text nor an object"),
        None => found.no_worse_than(
            Severity::Warning,
            place(""),
            "it has no name: menuinst calls it \"REQUIRED\"",
        ),
    }
    if !item.get("description").is_some_and(Value::is_string) {
        found.no_worse_than(Severity::Warning, place(""), "it has no description in words");
    }
    command_is_understood(item, &place, found);
    match item.get("platforms") {
        Some(Value::Object(platforms)) => {
            for (platform, options) in platforms {
                if !matches!(platform.as_str(), "linux" | "osx" | "win") {
                    let what = format!(
                        "{} is no platform: there are linux, osx and win",
                        quoted(platform)
                    );
                    found.no_worse_than(Severity::Warning, place("platforms"), what);
                } else if !options.is_object() && !options.is_null() {
                    let what = format!("what it has for {platform} is not an object");
                    found.at(place("platforms"), what);
                }
            }
        }
        Some(_) => found.at(place("platforms"), "it is not an object"),
        None => {
            let what = "it has no platforms, so that no platform makes an entry";
            found.no_worse_than(Severity::Warning, place(""), what);
        }
    }
    for key in item.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let what = format!(
            "the schema does not know {}, and rattler refuses what it does not know",
            quoted(key)
        );
        found.no_worse_than(Severity::Warning, place(""), what);
    }
}

fn command_is_understood(item: &Map<String, Value>, place: &impl Fn(&str) -> Place, found: &mut Found<'_>) {
    // Each platform can have a command of its own, and then the common one is of no use.
    let platforms = item.get("platforms").and_then(Value::as_object);
    let all_have_one = platforms.is_some_and(|platforms| {
        !platforms.is_empty()
            && platforms
                .values()
                .all(|options| options.get("command").is_some_and(Value::is_array))
    });
    match item.get("command") {
        Some(Value::Array(words)) if !words.is_empty() && words.iter().all(Value::is_string) => {}
        Some(_) => found.at(place("command"), "it is not a list of texts"),
        None if all_have_one => {
            let what = "it has no command but those of its platforms; the schema wants one for all";
            found.no_worse_than(Severity::Note, place(""), what);
        }
        None => found.no_worse_than(
            Severity::Warning,
            place(""),
            "it has no command: menuinst would run \"REQUIRED\"",
        ),
    }
}
