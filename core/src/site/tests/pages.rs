//! Every page of a website.

use super::sample::*;
use super::*;

/// Everything between `<` and `>`: what a browser takes for markup.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .map(|rest| &rest[..rest.find('>').unwrap()])
}

/// The values of all attributes of this name.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let values = tags(html).filter_map(|tag| {
        let value = &tag[tag.find(&start)? + start.len()..];
        Some(&value[..value.find('"')?])
    });
    values.collect()
}

fn page_at(path: &str) -> String {
    let page = pages(website()).into_iter().find(|page| page.path == path);
    page.unwrap().html
}

fn main_of(html: &str) -> &str {
    &html[html.find("<main").unwrap()..html.find("</main>").unwrap()]
}

#[test]
fn a_package_page() {
    insta::assert_snapshot!(main_of(&page_at("p/numpy/")));
}

#[test]
fn a_package_of_which_nothing_is_known_says_what_is_missing_and_what_to_do() {
    insta::assert_snapshot!(main_of(&page_at("p/bare/")));
}

#[test]
fn a_build_page() {
    let page = build_page();
    let path = format!("p/numpy/linux-64/{}.html", build_stem(&page.file_name));
    let (_, [style, script]) = templates(website());
    let html = page_at(&path).replace(&style.path, "assets/style.css");
    insta::assert_snapshot!(html.replace(&script.path, "assets/site.js"));
}

#[test]
fn a_page_of_environments() {
    insta::assert_snapshot!(main_of(&page_at("environments/")));
}

#[test]
fn a_page_of_an_environment() {
    insta::assert_snapshot!(main_of(&page_at("environments/team/analysis/")));
}

#[test]
fn environments_are_linked_to_where_there_are_any() {
    let link = "<a href=\"../environments/\">Environments</a>";
    assert!(page_at("health/").contains(link));
    let empty = empty_pages();
    let health = empty.iter().find(|page| page.path == "health/").unwrap();
    assert!(!health.html.contains("environments/"));
}

#[test]
fn nothing_that_a_package_says_is_markup() {
    let pages: Vec<Rendered> = pages(website()).into_iter().chain(empty_pages()).collect();
    assert!(
        pages
            .iter()
            .any(|page| page.html.contains("&lt;script&gt;alert(1)"))
    );
    for Rendered { path, html } in &pages {
        let scripts = tags(html).filter(|tag| tag.starts_with("script"));
        assert_eq!(scripts.count(), 1, "{path}");
        for tag in tags(html) {
            assert!(!tag.starts_with("style"), "{path}");
            // What is left without the values are names: values have no quotes in them.
            let names = tag.split('"').step_by(2).flat_map(str::split_ascii_whitespace);
            for name in names {
                assert!(
                    !name.starts_with("on") && !name.starts_with("style"),
                    "{path}: {tag}"
                );
            }
        }
        for attribute in ["href", "src", "action"] {
            for address in attributes(html, attribute) {
                let scheme = address.split(['/', '?']).next().unwrap().to_ascii_lowercase();
                let is_harmless =
                    matches!(scheme.as_str(), "http:" | "https:" | "data:,") || !scheme.contains(':');
                assert!(is_harmless, "{path}: {address}");
            }
        }
        assert!(!html.contains(" 49 "), "{path}: a template in a name was run");
    }
}

#[test]
fn links_are_relative_wherever_the_website_is() {
    for Rendered { path, html } in pages(website()).into_iter().chain(empty_pages()) {
        let is_anywhere = path == "404.html";
        for address in attributes(&html, "href")
            .into_iter()
            .chain(attributes(&html, "src"))
        {
            let is_out = address.starts_with("http://") || address.starts_with("https://");
            assert_eq!(
                address.starts_with('/'),
                is_anywhere && !is_out && !address.starts_with(['#', 'd']),
                "{path}: {address}"
            );
            assert!(!address.is_empty(), "{path}");
            assert!(!address.ends_with("index.html"), "{path}: {address}");
        }
    }
}

#[test]
fn the_page_of_what_is_not_there_works_at_any_address() {
    let pages = empty_pages();
    let page = pages.iter().find(|page| page.path == "404.html").unwrap();
    assert!(page.html.contains("<html lang=\"en\" data-root=\"/repo/\">"));
    assert!(page.html.contains("<a href=\"/repo/names/\">"));
}

#[test]
fn ids_are_there_once_and_headings_are_in_order() {
    for Rendered { path, html } in pages(website()).into_iter().chain(empty_pages()) {
        let mut ids = attributes(&html, "id");
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{path}");
        let mut level = 0;
        for tag in tags(&html) {
            let heading = tag
                .strip_prefix('h')
                .and_then(|rest| rest.get(..1)?.parse::<u32>().ok());
            if let Some(heading) = heading {
                assert!(heading <= level + 1, "{path}: h{heading} after h{level}");
                assert_eq!(heading == 1, level == 0, "{path}");
                level = heading;
            }
        }
        assert!(level > 0, "{path} has no heading");
    }
}

#[test]
fn commands_name_the_channel_and_quote_what_a_shell_would_run() {
    let html = page_at("p/numpy/");
    assert!(html.contains("<code>conda install -c https://conda.example.org/demo/ numpy</code>"));
    let html = page_at(&format!("p/{}/", package_folder(HOSTILE)));
    assert!(html.contains("demo/ &#39;&lt;script&gt;"), "{html}");
    let pages = empty_pages();
    let page = pages.iter().find(|page| page.path == "p/x/").unwrap();
    assert!(
        page.html
            .contains("<span data-channel>https://…/CHANNEL</span> x</code>")
    );
}

#[test]
fn pages_are_small() {
    let size = |path: &str| page_at(path).len();
    assert!(size("p/numpy/") < 30_000, "{}", size("p/numpy/"));
    assert!(size("") < 20_000, "{}", size(""));
    let build = format!("p/numpy/linux-64/{}.html", build_stem(&build_page().file_name));
    assert!(size(&build) < 6_000, "{}", size(&build));
    let frame = page_at("404.html").len();
    assert!(frame < 3_200, "{frame}");
    let (_, [style, script]) = templates(website());
    assert!(style.bytes.len() < 20_000, "{}", style.bytes.len());
    assert!(script.bytes.len() < 25_000, "{}", script.bytes.len());
}

#[test]
fn the_stylesheet_has_the_colours_of_the_website() {
    let mut website = website();
    let own_lines = |website: &Website| {
        let (_, [style, _]) = templates(website.clone());
        let (_, own) = text_of(&style).split_once("\n:root{--hue:").unwrap();
        own.trim_end().to_owned()
    };
    assert_eq!(own_lines(&website), "250}\n:root{--accent-chroma:0.12}");
    website.theme = [
        ("x}body{".to_owned(), "red".to_owned()),
        ("y".to_owned(), "red}*{display:none".to_owned()),
    ]
    .into();
    assert_eq!(own_lines(&website), "250}\n:root{--x~7dbody~7b:red}");
}

#[test]
fn a_listing_in_a_website_has_its_frame_and_no_style_of_its_own() {
    let html = page_at("noarch/");
    assert!(html.contains("<link rel=\"stylesheet\" href=\"../assets/style."));
    assert!(html.contains("<h1><a href=\"../"), "{}", main_of(&html));
    assert!(html.contains("Files: 60"));
}

#[test]
fn browsers_are_told_how_to_search() {
    let (templates, _) = templates(website());
    let mut xml = Vec::new();
    templates.write_opensearch(&mut xml).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    assert!(
        xml.contains("template=\"https://conda.example.org/demo/search/?q={searchTerms}\""),
        "{xml}"
    );
    assert!(page_at("").contains("type=\"application/opensearchdescription+xml\""));
}
