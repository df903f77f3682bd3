//! Everything that is about the channel as a whole: the first page, lists, search, health, feeds, and
//! what programs look for in a website's root.

use super::folder::{UNKNOWN, UnitWriter, WebsiteFolder};
use super::frame::put;
use super::spool::FinishedSpool;
use super::{Frame, WebsiteError, channel_feed, environment_pages, health, inspector, list_pages};
use crate::site::page::{GroupPage, NotFoundPage};
use crate::site::{
    Here, NAMES_FILE, Page, SUMMARIES_FILE, package_folder, robots_txt, write_search_index, write_sitemaps,
};

/// A part of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Assets,
    Environments,
    Health,
    Inspector,
    Licenses,
    Maintainers,
    Names,
    Root,
    Search,
}

impl Part {
    pub(super) const ALL: [Self; 9] = [
        Self::Assets,
        Self::Environments,
        Self::Health,
        Self::Inspector,
        Self::Licenses,
        Self::Maintainers,
        Self::Names,
        Self::Root,
        Self::Search,
    ];

    /// Writes it.
    pub(super) fn write(
        self,
        frame: &Frame<'_>,
        folder: &WebsiteFolder,
        descriptions: &FinishedSpool,
    ) -> Result<(), WebsiteError> {
        match self {
            Self::Assets => folder.unit("assets", UNKNOWN, |writer| assets(frame, writer)),
            Self::Environments => folder.unit("environments", UNKNOWN, |writer| {
                environment_pages::write(frame, writer)
            }),
            Self::Health => folder.unit("health", UNKNOWN, |writer| {
                let page = health::health(frame.plan)?;
                frame.put_page(
                    writer,
                    Here::at(frame.plan.website, "health/"),
                    "index.html",
                    &page,
                )
            }),
            Self::Inspector => folder.unit("inspect", UNKNOWN, |writer| inspector::write(frame, writer)),
            Self::Licenses => folder.unit("licenses", UNKNOWN, |writer| {
                let (page, groups) = list_pages::licenses(frame.plan.catalog);
                groups_with_list(frame, writer, "licenses/", &page, groups)
            }),
            Self::Maintainers => folder.unit("maintainers", UNKNOWN, |writer| {
                let (page, groups) = list_pages::maintainers(frame.plan.catalog);
                groups_with_list(frame, writer, "maintainers/", &page, groups)
            }),
            Self::Names => folder.unit("names", UNKNOWN, |writer| {
                let pages = list_pages::names(frame.plan.catalog);
                pages.into_iter().try_for_each(|(file, page)| {
                    frame.put_page(writer, Here::at(frame.plan.website, "names/"), &file, &page)
                })
            }),
            Self::Root => folder.unit("root", UNKNOWN, |writer| root(frame, writer, descriptions)),
            Self::Search => folder.unit("search", UNKNOWN, |writer| {
                let page = list_pages::search(frame.plan.catalog);
                let here = Here::at(frame.plan.website, "search/");
                frame.put_page(writer, here, "index.html", &page)?;
                search_index(frame, writer)
            }),
        }
    }
}

fn assets(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    for asset in frame.assets {
        writer.put(&asset.path, &asset.bytes)?;
    }
    // GitHub's own generator would leave out what begins with an underscore.
    writer.put(".nojekyll", b"")?;
    Ok(())
}

/// A list of groups, and the pages of the groups.
fn groups_with_list(
    frame: &Frame<'_>,
    writer: &mut UnitWriter<'_>,
    path: &str,
    list: &impl Page,
    groups: Vec<(String, GroupPage)>,
) -> Result<(), WebsiteError> {
    let here = || Here::at(frame.plan.website, path);
    frame.put_page(writer, here(), "index.html", list)?;
    groups
        .into_iter()
        .try_for_each(|(file, page)| frame.put_page(writer, here(), &file, &page))
}

fn root(
    frame: &Frame<'_>,
    writer: &mut UnitWriter<'_>,
    descriptions: &FinishedSpool,
) -> Result<(), WebsiteError> {
    let website = frame.plan.website;
    let here = Here {
        has_atom: true,
        has_rss: true,
        ..Here::at(website, "")
    };
    frame.put_page(writer, here, "index.html", &list_pages::home(frame.plan))?;
    let here = Here::not_found(website);
    frame.put_page_alone(writer, &here, "404.html", &NotFoundPage {})?;
    let feed = channel_feed::feed(frame, descriptions)?;
    let templates = frame.templates.templates();
    put(writer, "atom.xml", |out| templates.write_atom(&feed, out))?;
    put(writer, "rss.xml", |out| templates.write_rss(&feed, out))?;
    put(writer, "opensearch.xml", |out| {
        frame.templates.write_opensearch(out)
    })?;
    let robots = robots_txt(&website.url_path, website.site_url.as_deref());
    writer.put("robots.txt", robots.as_bytes())?;
    sitemaps(frame, writer)
}

/// The pages that people may look for: not those of single builds.
fn sitemaps(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    let Some(site_url) = &frame.plan.website.site_url else {
        return Ok(());
    };
    let entries = &frame.plan.catalog.entries;
    let newest = entries.iter().filter_map(|entry| entry.updated).max();
    let lists = ["", "names/", "maintainers/", "licenses/", "health/"];
    let inspector = frame.inspector.map(|_| "inspect/");
    let lists = lists
        .into_iter()
        .chain(inspector)
        .map(|path| (path.to_owned(), newest));
    let packages = entries
        .iter()
        .map(|entry| (format!("p/{}/", package_folder(&entry.name)), entry.updated));
    let environments = environment_pages::addresses(frame.plan.environments);
    write_sitemaps(
        site_url,
        lists.chain(packages).chain(environments),
        |name, text| writer.put(name, text.as_bytes()),
    )?;
    Ok(())
}

/// What the script searches in.
fn search_index(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    let entries = frame.plan.catalog.entries.iter();
    let packages = entries.map(|entry| {
        (
            &*entry.name,
            &*entry.version,
            entry.summary.as_deref().unwrap_or_default(),
        )
    });
    let (mut names, mut summaries) = (Vec::new(), Vec::new());
    write_search_index(packages, &mut names, &mut summaries)?;
    writer.put(&format!("search/{NAMES_FILE}"), &names)?;
    writer.put(&format!("search/{SUMMARIES_FILE}"), &summaries)?;
    Ok(())
}
