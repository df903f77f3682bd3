//! A website of made-up packages, from the plain to the hostile: what tests render and eyes look at.

use std::path::Path;

use super::*;
use crate::site::page::*;

mod builds;
mod environments;
mod lists;
mod packages;

pub(super) use builds::*;
pub(super) use environments::*;
pub(super) use lists::*;
pub(super) use packages::*;

/// Text that would be markup, script, an attribute or a command if anything let it.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"' onclick='x' {{ 7*7 }} &amp; $(rm -rf ~)";

/// A name as long as names get.
pub(super) const LONG: &str = "a-package-with-a-name-of-sixty-characters-that-goes-on-and-on";

/// A page of the website, rendered.
pub(super) struct Rendered {
    pub(super) path: String,
    pub(super) html: String,
}

pub(super) fn website() -> Website {
    Website {
        channel: "demo".to_owned(),
        title: "demo channel".to_owned(),
        tagline: Some("Packages of the example team, for everybody else.".to_owned()),
        channel_url: Some("https://conda.example.org/demo/".to_owned()),
        site_url: Some("https://conda.example.org/demo/".to_owned()),
        url_path: "/".to_owned(),
        links: vec![
            WebsiteLink {
                label: "Docs".to_owned(),
                url: "https://docs.example.org".to_owned(),
            },
            WebsiteLink {
                label: HOSTILE.to_owned(),
                url: "javascript:alert(1)".to_owned(),
            },
        ],
        hue: 250,
        has_environments: true,
        theme: [("accent-chroma".to_owned(), "0.12".to_owned())].into(),
        project_url: "https://github.com/towpath/towpath".to_owned(),
        ..Website::default()
    }
}

/// The website with the addresses of its assets, and the assets.
pub(super) fn templates(mut website: Website) -> (WebsiteTemplates, [Asset; 2]) {
    // From the folder and not from the binary: who works on them need not compile.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let read = |name: &str| {
        (
            name.to_owned(),
            fs_err::read_to_string(folder.join(name)).unwrap(),
        )
    };
    let templates = Templates::with_replaced(Templates::names().map(read)).unwrap();
    let assets = templates.assets(&website).unwrap();
    website.style.clone_from(&assets[0].path);
    website.script.clone_from(&assets[1].path);
    (WebsiteTemplates::new(templates, &website), assets)
}
/// Where the page at this path is.
fn here(website: &Website, path: &str) -> Here {
    match path {
        "404.html" => Here::not_found(website),
        path => Here::at(website, path),
    }
}

/// The pages so far.
struct Pages {
    website: Website,
    templates: WebsiteTemplates,
    rendered: Vec<Rendered>,
}
impl Pages {
    fn add<P: Page>(&mut self, path: &str, page: &P) {
        let mut here = here(&self.website, path);
        let is_twin = path.is_empty() || path.starts_with("p/") && path.ends_with('/');
        here.json = is_twin.then(|| "index.json".to_owned());
        here.has_atom = path.is_empty() || path.matches('/').count() == 2 && here.json.is_some();
        here.has_rss = here.has_atom;
        let mut html = Vec::new();
        self.templates.write(&here, page, &mut html).unwrap();
        self.keep(path, html);
    }

    fn keep(&mut self, path: &str, html: Vec<u8>) {
        let path = path.to_owned();
        let html = String::from_utf8(html).unwrap();
        self.rendered.push(Rendered { path, html });
    }

    fn add_package(&mut self, page: &PackagePage) {
        self.add(&format!("p/{}/", package_folder(&page.name)), page);
    }

    fn add_build(&mut self, page: &BuildPage) {
        let (folder, stem) = (package_folder(&page.name), build_stem(&page.file_name));
        self.add(&format!("p/{folder}/{}/{stem}.html", page.subdir), page);
    }

    fn add_lists_of_versions(&mut self) {
        self.add(
            "p/numpy/versions/",
            &VersionsPage {
                name: "numpy".to_owned(),
                version_count: 38,
                build_count: 228,
                versions: package().versions,
                paging: paging(1),
            },
        );
        self.add(
            "p/numpy/used-by.html",
            &UsedByPage {
                name: "numpy".to_owned(),
                used_by_count: 57,
                used_by: package().used_by,
            },
        );
        self.add(
            "p/numpy/changes/",
            &ChangesPage {
                name: "numpy".to_owned(),
                versions: ["2.3.2", "2.3.1", "2.3.0"].map(str::to_owned).into(),
                changes: vec![
                    change(),
                    VersionChange {
                        version: "2.3.1".to_owned(),
                        previous: "2.3.0".to_owned(),
                        ..VersionChange::default()
                    },
                ],
                paging: paging(2),
            },
        );
    }

    fn add_lists_of_packages(&mut self) {
        let names = |letter: Option<&str>, packages| NamesPage {
            letter: letter.map(str::to_owned),
            letters: letters(),
            package_count: 75,
            packages,
            paging: paging(1),
        };
        self.add("names/", &names(None, Vec::new()));
        self.add("names/l.html", &names(Some("l"), lines()));
        let groups = |names: &[&str]| -> Vec<NamedGroup> {
            let group = |name: &&str| NamedGroup {
                name: (*name).to_owned(),
                count: 3,
                page: "x.html".to_owned(),
            };
            names.iter().map(group).collect()
        };
        self.add(
            "maintainers/",
            &MaintainersPage {
                maintainers: groups(&["jakirkham", "msarahan", HOSTILE]),
                without: 5,
            },
        );
        self.add(
            "licenses/",
            &LicensesPage {
                licenses: groups(&["MIT", "BSD-3-Clause", "Apache-2.0 OR MIT", HOSTILE]),
                without: 1,
            },
        );
        self.add(
            "maintainers/x.html",
            &GroupPage {
                kind: "maintainers",
                name: "jakirkham".to_owned(),
                package_count: 75,
                packages: lines(),
                paging: Paging::default(),
            },
        );
        self.add(
            "licenses/x.html",
            &GroupPage {
                kind: "licenses",
                name: "MIT".to_owned(),
                package_count: 75,
                packages: lines(),
                paging: Paging::default(),
            },
        );
    }
}

/// Every page of the sample website.
pub(super) fn pages(website: Website) -> Vec<Rendered> {
    let (templates, _) = templates(website.clone());
    let mut pages = Pages {
        website,
        templates,
        rendered: Vec::new(),
    };
    pages.add("", &home());
    pages.add("404.html", &NotFoundPage {});
    pages.add_package(&package());
    pages.add_package(&bare_package());
    pages.add_package(&hostile_package());
    pages.add_package(&arabic_package());
    pages.add_package(&long_package());
    pages.add_lists_of_versions();
    pages.add_build(&build_page());
    pages.add_build(&full_build_page());
    pages.add_lists_of_packages();
    pages.add("environments/", &environments());
    for page in [environment(), hostile_environment()] {
        let (namespace, name) = (package_folder(&page.namespace), package_folder(&page.name));
        pages.add(&format!("environments/{namespace}/{name}/"), &page);
    }
    pages.add("health/", &health());
    pages.add(
        "search/",
        &SearchPage {
            package_count: 75,
            letters: letters(),
        },
    );
    let here = Here::at(&pages.website, "noarch/");
    let mut html = Vec::new();
    pages
        .templates
        .write_subdir_page(&here, &listing(), files(), &mut html)
        .unwrap();
    pages.keep("noarch/", html);
    pages.rendered
}

/// A website of which nothing is known.
pub(super) fn bare_website() -> Website {
    Website {
        channel: "empty".to_owned(),
        title: "empty".to_owned(),
        url_path: "/repo/".to_owned(),
        project_url: "https://github.com/towpath/towpath".to_owned(),
        ..Website::default()
    }
}

/// Every page of that website, over a channel in which nothing is.
pub(super) fn empty_pages() -> Vec<Rendered> {
    let website = bare_website();
    let (templates, _) = templates(website.clone());
    let name = || "x".to_owned();
    let mut rendered = Vec::new();
    macro_rules! add {
        ($($path:literal: $page:expr),* $(,)?) => {
            $({
                let mut html = Vec::new();
                templates.write(&here(&website, $path), &$page, &mut html).unwrap();
                let html = String::from_utf8(html).unwrap();
                rendered.push(Rendered { path: $path.to_owned(), html });
            })*
        };
    }
    add! {
        "": HomePage::default(),
        "404.html": NotFoundPage::default(),
        "p/x/": PackagePage { name: name(), ..PackagePage::default() },
        "p/x/versions/": VersionsPage { name: name(), ..VersionsPage::default() },
        "p/x/used-by.html": UsedByPage { name: name(), ..UsedByPage::default() },
        "p/x/changes/": ChangesPage { name: name(), ..ChangesPage::default() },
        "p/x/noarch/x.html": BuildPage { name: name(), file_name: name(), ..BuildPage::default() },
        "names/": NamesPage::default(),
        "maintainers/": MaintainersPage::default(),
        "licenses/": LicensesPage::default(),
        "licenses/x.html": GroupPage { name: name(), ..GroupPage::default() },
        "environments/": EnvironmentsPage::default(),
        "environments/x/x/": EnvironmentPage { namespace: name(), name: name(), ..EnvironmentPage::default() },
        "health/": HealthPage::default(),
        "search/": SearchPage::default(),
    }
    rendered
}

/// Writes the pages that need no website.
fn write_own_pages(write: &impl Fn(&str, &str)) {
    let subdirs = ["linux-64", "noarch", "osx-arm64"];
    let channel = ChannelPage {
        channel: "demo".to_owned(),
        subdirs: subdirs
            .map(|subdir| ListedSubdir {
                subdir: subdir.parse().unwrap(),
                has_page: true,
            })
            .into(),
        root_documents: listing().root_documents,
        updated: time(3),
    };
    let rows = lines().into_iter().map(move |line| PackageRow {
        name: line.name,
        version: line.version,
        home: "https://h.example".to_owned(),
        license: line.license.unwrap_or_default(),
        summary: line.summary.unwrap_or_default(),
        subdirs: vec!["noarch".to_owned()],
        ..PackageRow::default()
    });
    write(
        "own/",
        &written(|templates, out| templates.write_channel_page(&channel, rows, out)),
    );
    let html = written(|templates, out| templates.write_subdir_page(&listing(), files(), out));
    write("own/noarch/", &html);
}

/// What is in an asset.
pub(super) fn text_of(asset: &Asset) -> &str {
    std::str::from_utf8(&asset.bytes).unwrap()
}

/// Writes the website to look at: `TOWPATH_SAMPLE_SITE=/tmp/site cargo test … sample_site -- --ignored`.
#[test]
#[ignore = "writes files, to be looked at in a browser"]
fn sample_site() {
    let folder = std::env::var("TOWPATH_SAMPLE_SITE").unwrap();
    let write = |path: &str, text: &str| {
        let mut path = Path::new(&folder).join(path);
        if path
            .extension()
            .is_none_or(|_| path.as_os_str().as_encoded_bytes().ends_with(b"/"))
        {
            path.push("index.html");
        }
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    };
    for page in pages(website()) {
        write(&page.path, &page.html);
    }
    for page in empty_pages() {
        write(&format!("empty/{}", page.path), &page.html);
    }
    let (website_templates, assets) = templates(website());
    let (_, bare_assets) = templates(bare_website());
    for asset in assets {
        write(&asset.path, text_of(&asset));
    }
    for asset in bare_assets {
        write(&format!("empty/{}", asset.path), text_of(&asset));
    }
    write_own_pages(&write);
    let mut opensearch = Vec::new();
    website_templates.write_opensearch(&mut opensearch).unwrap();
    write("opensearch.xml", &String::from_utf8(opensearch).unwrap());
    write("p/numpy/index.json", &serde_json::to_string(&package()).unwrap());
}
