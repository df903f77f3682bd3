//! F510 and F511: JSON that other programs read.

use serde_json::{Value, json};
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [f510(), f511()].into_iter().flatten().collect()
}

fn menu(edit: impl FnOnce(&mut Value)) -> PackageBuilder {
    let mut menu = json!({
        "$schema": "https://schemas.conda.org/menuinst-1-1-3.schema.json",
        "menu_name": "Demo",
        "menu_items": [{
            "name": "Demo",
            "description": "Shows it",
            "command": ["{{ PREFIX }}/bin/demo"],
            "platforms": {"linux": {"Categories": ["Science"]}, "win": null},
        }],
    });
    edit(&mut menu);
    sound().payload("Menu/demo.json", menu.to_string())
}

fn f510() -> Vec<Case> {
    vec![
        breaks(
            "F510",
            "no JSON",
            &sound().payload("Menu/demo.json", "{"),
            Kind::Conda,
        ),
        breaks(
            "F510",
            "no object",
            &sound().payload("Menu/demo.json", "[]"),
            Kind::TarBz2,
        ),
        breaks(
            "F510",
            "nothing in it",
            &menu(|menu| *menu = json!({"$id": "1"})),
            Kind::Conda,
        ),
        breaks(
            "F510",
            "other types",
            &menu(|menu| {
                menu["menu_name"] = json!(5);
                menu["menu_items"] = json!({"name": "Demo"});
            }),
            Kind::Conda,
        ),
        breaks(
            "F510",
            "an item without anything",
            &menu(|menu| menu["menu_items"] = json!([{}, 7])),
            Kind::Conda,
        ),
        breaks(
            "F510",
            "an item with other types",
            &menu(|menu| {
                menu["menu_items"][0]["name"] = json!({"base": "Demo"});
                menu["menu_items"][0]["command"] = json!("demo --now");
                menu["menu_items"][0]["platforms"] = json!({"linux": true, "macos": {}});
                menu["menu_items"][0]["colour"] = json!("red");
            }),
            Kind::Conda,
        ),
        breaks(
            "F510",
            "the old form",
            &menu(|menu| {
                menu.as_object_mut().unwrap().remove("$schema");
            }),
            Kind::TarBz2,
        ),
        breaks(
            "F510",
            "another name",
            &menu(|_| {}).payload("Menu/demo_menu.json", {
                json!({"$schema": "1", "menu_name": "Demo", "menu_items": [
                    {"name": "Demo", "description": "", "command": ["demo"], "platforms": {}},
                ]})
                .to_string()
            }),
            Kind::Conda,
        ),
        keeps("F510", "a menu", &menu(|_| {}), Kind::Conda),
        keeps(
            "F510",
            "an item with two names",
            &menu(|menu| {
                menu["menu_items"][0]["name"] = json!({
                    "target_environment_is_base": "Demo",
                    "target_environment_is_not_base": "Demo ({{ ENV_NAME }})",
                });
            }),
            Kind::TarBz2,
        ),
    ]
}

fn f511() -> Vec<Case> {
    let list = |list: Value| {
        sound()
            .subdir("win-64")
            .payload("etc/conda-build/dsolists.d/demo.json", list.to_string())
    };
    vec![
        breaks(
            "F511",
            "no JSON",
            &sound().payload("etc/conda-build/dsolists.d/demo.json", "allow: []"),
            Kind::Conda,
        ),
        breaks(
            "F511",
            "another version",
            &list(json!({"version": 2})),
            Kind::Conda,
        ),
        breaks("F511", "no version", &list(json!({"allow": []})), Kind::TarBz2),
        breaks(
            "F511",
            "paths that are not absolute",
            &list(json!({"version": 1, "allow": ["R.dll", r"C:\Windows\*.dll", 5], "deny": "**/a.dll"})),
            Kind::Conda,
        ),
        keeps(
            "F511",
            "lists",
            &list(json!({"version": 1, "allow": ["C:/Windows/*.dll", "**/R.dll"], "subdir": "win-64"})),
            Kind::Conda,
        ),
        keeps(
            "F511",
            "other files",
            &sound().payload("etc/conda-build/dsolists.d/README", ""),
            Kind::Conda,
        ),
    ]
}
