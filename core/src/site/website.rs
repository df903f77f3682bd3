//! What stands around every page of a website: its title, its links, its colours, and where the page
//! is in it.

use std::collections::BTreeMap;
use std::io::Write;

use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::page;
use super::subdir_page::{ListingRow, SUBDIR_TEMPLATE, SubdirPage};
use super::templates::{RenderError, Templates};
use crate::web_url::web_url;

/// What all pages of a website have in common. Templates get it as `site`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Website {
    /// The channel's name, as clients and commands use it.
    pub channel: String,
    /// What stands at the top of every page: the channel's name if nothing else.
    pub title: String,
    /// What the channel is, in a sentence, as plain text.
    pub tagline: Option<String>,
    /// Where clients find the channel; none if nobody has said.
    pub channel_url: Option<String>,
    /// Where people find the website, with a slash at its end; none if nobody has said.
    pub site_url: Option<String>,
    /// The path of the website's root on its host, as in `/repo/`; `/` if nothing else. Only pages that
    /// are shown at any address need it.
    pub url_path: String,
    /// An image at the top of every page: its address relative to the root.
    pub logo: Option<String>,
    /// Links at the top of every page, after those of the website itself.
    pub links: Vec<WebsiteLink>,
    /// The colour of links, as a hue in degrees.
    pub hue: u16,
    /// Custom properties of the stylesheet that the theme sets, without the two hyphens.
    pub theme: BTreeMap<String, String>,
    /// The stylesheet's address, relative to the root.
    pub style: String,
    /// The script's address, relative to the root.
    pub script: String,
    /// Whether packages can be opened and checked at `inspect/`.
    pub has_inspector: bool,
    /// Whether there are pages of environments.
    pub has_environments: bool,
    /// Whether the inspector is all that there is: no website of a channel.
    pub is_inspector_alone: bool,
    /// Where the project is that made the website.
    pub project_url: String,
}

/// A link at the top of every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebsiteLink {
    /// What it says.
    pub label: String,
    /// Where it leads: a URL of the web.
    pub url: String,
}

/// Where a page is in the website. Templates get it as `here`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Here {
    /// The page's path from the root, without `index.html`: `p/numpy/`, empty for the first page.
    pub path: String,
    /// What leads from the page to the root: `../../`, empty on pages that are in the root.
    pub root: String,
    /// The address of what the page was made from, as JSON, relative to the page.
    pub json: Option<String>,
    /// Whether `atom.xml` is beside the page.
    pub has_atom: bool,
    /// Whether `rss.xml` is beside the page.
    pub has_rss: bool,
    /// The full URL of the page, if it is known where the website is.
    pub url: Option<String>,
}

impl Here {
    /// The page at this path of the website, `index.html` being left out of it.
    pub fn at(website: &Website, path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            root: "../".repeat(path.matches('/').count()),
            url: website.site_url.as_ref().map(|site| format!("{site}{path}")),
            path,
            json: None,
            has_atom: false,
            has_rss: false,
        }
    }

    /// The page for what is not found. It is shown at any address, so its links begin with the path of the
    /// website's root.
    pub fn not_found(website: &Website) -> Self {
        Self {
            root: website.url_path.clone(),
            ..Self::at(website, "404.html")
        }
    }
}

/// The URL of a folder on the web, with the slash at its end; none if it is no URL of the web.
pub fn folder_url(url: &str) -> Option<String> {
    Some(format!("{}/", web_url(url)?.trim_end_matches('/')))
}

/// A page of a website: what it shows, and the template that shows it.
pub trait Page: Serialize {
    /// The template's file name.
    const TEMPLATE: &'static str;
}

macro_rules! pages {
    ($($page:ident: $template:literal),* $(,)?) => {
        $(impl Page for page::$page { const TEMPLATE: &'static str = $template; })*
    };
}

pages! {
    HomePage: "home.html",
    PackagePage: "package.html",
    VersionsPage: "versions.html",
    UsedByPage: "used-by.html",
    ChangesPage: "changes.html",
    BuildPage: "build.html",
    EnvironmentsPage: "environments.html",
    EnvironmentPage: "environment.html",
    NamesPage: "names.html",
    MaintainersPage: "maintainers.html",
    LicensesPage: "licenses.html",
    GroupPage: "group.html",
    HealthPage: "health.html",
    SearchPage: "search.html",
    NotFoundPage: "not-found.html",
}

/// Templates with the values that all pages of a website have in common.
pub struct WebsiteTemplates {
    templates: Templates,
    site: Value,
}

impl WebsiteTemplates {
    /// The pages of this website.
    pub fn new(templates: Templates, website: &Website) -> Self {
        Self {
            templates,
            site: Value::from(Serde(website)),
        }
    }

    /// Writes a page.
    ///
    /// # Errors
    ///
    /// When a template has a mistake, or `out` fails.
    pub fn write<P: Page>(&self, here: &Here, page: &P, out: impl Write) -> Result<(), RenderError> {
        let values = minijinja::context! {
            site => self.site.clone(),
            here => Value::from(Serde(here)),
            page => Value::from(Serde(page)),
        };
        self.templates.write(P::TEMPLATE, values, out)
    }

    /// Writes the listing of a subdir, in the frame of the website's pages. Packages are taken as by
    /// [`Templates::write_subdir_page`].
    ///
    /// # Errors
    ///
    /// When a template has a mistake, or `out` fails.
    pub fn write_subdir_page<Packages>(
        &self,
        here: &Here,
        page: &SubdirPage,
        packages: Packages,
        out: impl Write,
    ) -> Result<(), RenderError>
    where
        Packages: IntoIterator<Item = ListingRow>,
        Packages::IntoIter: Send + 'static,
    {
        let values = minijinja::context! {
            site => self.site.clone(),
            here => Value::from(Serde(here)),
            ..page.values(packages),
        };
        self.templates.write(SUBDIR_TEMPLATE, values, out)
    }

    /// Writes `opensearch.xml`, by which browsers search the website from their address bar. It needs to
    /// be known where the website is.
    ///
    /// # Errors
    ///
    /// When the template has a mistake, or `out` fails.
    pub fn write_opensearch(&self, out: impl Write) -> Result<(), RenderError> {
        let values = minijinja::context! { site => self.site.clone() };
        self.templates.write("opensearch.xml", values, out)
    }

    /// What all pages have in common.
    pub(super) fn site(&self) -> Value {
        self.site.clone()
    }

    /// The templates.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }
}
