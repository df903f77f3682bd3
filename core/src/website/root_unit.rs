//! Everything that is about the channel as a whole: the first page, lists, search, health, feeds, and
//! what programs look for in a website's root.

use super::folder::{UNKNOWN, UnitWriter, WebsiteFolder};
use super::{Frame, WebsiteError, health, list_pages};
use crate::site::Here;
use crate::site::page::NotFoundPage;

/// Writes it.
pub(super) fn write(frame: &Frame<'_>, folder: &WebsiteFolder) -> Result<(), WebsiteError> {
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
            has_feeds: true,
            ..Here::at(website, "")
        };
        frame.put_page(writer, here, "index.html", &list_pages::home(frame.plan))?;
        let here = Here {
            root: website.url_path.clone(),
            ..Here::at(website, "404.html")
        };
        frame.put_page_alone(writer, &here, "404.html", &NotFoundPage {})
    })
}

/// What the script searches in.
fn search_index(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    let _ = (frame, writer);
    Ok(())
}
