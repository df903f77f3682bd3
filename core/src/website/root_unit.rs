//! Everything that is about the channel as a whole: the first page, lists, search, health, feeds, and
//! what programs look for in a website's root.

use super::folder::{UNKNOWN, UnitWriter, WebsiteFolder};
use super::package_unit::put;
use super::spool::FinishedSpool;
use super::{Frame, WebsiteError, channel_feed, health, list_pages};
use crate::site::page::NotFoundPage;
use crate::site::{
    Here, NAMES_FILE, SUMMARIES_FILE, package_folder, robots_txt, write_search_index, write_sitemaps,
};

/// Writes it.
pub(super) fn write(
    frame: &Frame<'_>,
    folder: &WebsiteFolder,
    descriptions: &FinishedSpool,
) -> Result<(), WebsiteError> {
    let catalog = frame.plan.catalog;
    let website = frame.plan.website;
    // The order matters to nobody who reads, but a page comes after what it loads.
    folder.unit("assets", UNKNOWN, |writer| {
        for asset in frame.assets {
            writer.put(&asset.path, &asset.bytes)?;
        }
        // GitHub's own generator would leave out what begins with an underscore.
        writer.put(".nojekyll", b"")?;
        Ok::<_, WebsiteError>(())
    })?;
    folder.unit("search", UNKNOWN, |writer| {
        let here = Here::at(website, "search/");
        frame.put_page(writer, here, "index.html", &list_pages::search(catalog))?;
        search_index(frame, writer)
    })?;
    folder.unit("names", UNKNOWN, |writer| {
        for (file, page) in list_pages::names(catalog) {
            frame.put_page(writer, Here::at(website, "names/"), &file, &page)?;
        }
        Ok::<_, WebsiteError>(())
    })?;
    folder.unit("maintainers", UNKNOWN, |writer| {
        let (page, groups) = list_pages::maintainers(catalog);
        let here = || Here::at(website, "maintainers/");
        frame.put_page(writer, here(), "index.html", &page)?;
        groups
            .into_iter()
            .try_for_each(|(file, page)| frame.put_page(writer, here(), &file, &page))
    })?;
    folder.unit("licenses", UNKNOWN, |writer| {
        let (page, groups) = list_pages::licenses(catalog);
        let here = || Here::at(website, "licenses/");
        frame.put_page(writer, here(), "index.html", &page)?;
        groups
            .into_iter()
            .try_for_each(|(file, page)| frame.put_page(writer, here(), &file, &page))
    })?;
    folder.unit("health", UNKNOWN, |writer| {
        let page = health::health(frame.plan)?;
        frame.put_page(writer, Here::at(website, "health/"), "index.html", &page)
    })?;
    folder.unit("root", UNKNOWN, |writer| {
        let here = Here {
            has_atom: true,
            has_rss: true,
            ..Here::at(website, "")
        };
        frame.put_page(writer, here, "index.html", &list_pages::home(frame.plan))?;
        let here = Here {
            root: website.url_path.clone(),
            ..Here::at(website, "404.html")
        };
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
    })
}

/// The pages that people may look for: not those of single builds.
fn sitemaps(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    let Some(site_url) = &frame.plan.website.site_url else {
        return Ok(());
    };
    let entries = &frame.plan.catalog.entries;
    let newest = entries.iter().filter_map(|entry| entry.updated).max();
    let lists = ["", "names/", "maintainers/", "licenses/", "health/"];
    let lists = lists.into_iter().map(|path| (path.to_owned(), newest));
    let packages = entries
        .iter()
        .map(|entry| (format!("p/{}/", package_folder(&entry.name)), entry.updated));
    write_sitemaps(site_url, lists.chain(packages), |name, text| {
        writer.put(name, text.as_bytes())
    })?;
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
