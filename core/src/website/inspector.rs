//! The page on which packages are opened and checked: in a channel's website, and by itself in any folder.

use super::folder::{UNKNOWN, UnitWriter, WebsiteFolder};
use super::frame::{Assets, Frame, put, put_json, with_assets};
use super::options::{ChannelFiles, InspectorOptions};
use super::plan::{Plan, is_relative};
use super::{WebsiteError, WebsiteSummary};
use crate::site::{
    Asset, CheckedFile, Here, InspectorPage, Templates, Website, WebsiteTemplates, channel_hue, folder_url,
    hosts,
};

/// Its folder in a website.
const FOLDER: &str = "inspect/";

/// What it is called where it is by itself.
const UNIT: &str = "inspector";

/// What stands at the top where it is by itself.
const TITLE: &str = "Package inspector";

/// Writes what of it lies in its folder, if the website has one.
pub(super) fn write(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    let Some(assets) = frame.inspector else {
        return Ok(());
    };
    let plan = frame.plan;
    let page = InspectorPage {
        assets: assets.clone(),
        channel: match plan.options.channel_files {
            ChannelFiles::Elsewhere => plan.website.channel_url.clone(),
            ChannelFiles::Beside | ChannelFiles::Copied { .. } => Some("../".to_owned()),
        },
        subdirs: plan.catalog.subdirs.iter().map(|subdir| subdir.name.clone()).collect(),
        hosts: hosts(urls(plan)),
    };
    put_json(writer, &format!("{FOLDER}index.json"), &page)?;
    let here = Here {
        json: Some("index.json".to_owned()),
        ..Here::at(plan.website, FOLDER)
    };
    put_page(frame.templates, frame.assets, writer, &here, &page)
}

/// Where packages of the channel are, and the channel itself, if that is not where the website is.
fn urls<'a>(plan: &'a Plan<'_>) -> impl Iterator<Item = &'a str> {
    let packages = plan.subdirs.iter().filter_map(|subdir| subdir.packages_url.as_deref());
    let is_elsewhere = plan.options.channel_files == ChannelFiles::Elsewhere;
    let channel = plan.website.channel_url.as_deref().filter(|_| is_elsewhere);
    packages.filter(|url| !is_relative(url)).chain(channel)
}

/// Puts the page into its place, and beside it what keeps it for when there is no network.
fn put_page(
    templates: &WebsiteTemplates,
    assets: &[Asset],
    writer: &mut UnitWriter<'_>,
    here: &Here,
    page: &InspectorPage,
) -> Result<(), WebsiteError> {
    let mut html = Vec::new();
    let place = format!("{}index.html", here.path);
    templates
        .write_inspector(here, page, &mut html)
        .map_err(|source| WebsiteError::Page {
            page: place.clone(),
            source,
        })?;
    writer.put(&place, &html)?;
    let kept = assets
        .iter()
        .map(|asset| CheckedFile::new(format!("{}{}", here.root, asset.path), &asset.bytes));
    let kept: Vec<CheckedFile> = std::iter::once(CheckedFile::new("./", &html)).chain(kept).collect();
    put(writer, &format!("{}service-worker.js", here.path), |out| {
        templates.write_service_worker(&kept, out)
    })
}

/// Writes the page by itself, without a channel, or brings it up to date.
///
/// # Errors
///
/// When the folder has another page or website, a template has a mistake, or the folder cannot be
/// written to.
pub fn write_inspector(options: &InspectorOptions) -> Result<WebsiteSummary, WebsiteError> {
    let templates = Templates::with_replaced(options.templates.clone())?;
    let folder = WebsiteFolder::open(&options.folder)?;
    let is_ours = match folder.units_before().as_slice() {
        [] => !options.folder.join("index.html").exists(),
        units => *units == [UNIT],
    };
    if !is_ours {
        return Err(WebsiteError::Occupied {
            folder: options.folder.clone(),
        });
    }
    let (website, Assets { all, inspector }) =
        with_assets(website(options), &templates, None, Some(&options.files))?;
    let inputs = format!(
        "towpath {}; {website:?}; {inspector:?}; {}",
        env!("CARGO_PKG_VERSION"),
        templates.digest()
    );
    if folder.is_current(&inputs) {
        return Ok(WebsiteSummary::unchanged(folder.current_tally()));
    }
    folder.begin()?;
    let templates = WebsiteTemplates::new(templates, &website);
    folder.unit(UNIT, UNKNOWN, |writer| {
        for asset in &all {
            writer.put(&asset.path, &asset.bytes)?;
        }
        let Some(assets) = inspector else {
            return Ok(());
        };
        let page = InspectorPage {
            assets,
            channel: None,
            subdirs: Vec::new(),
            hosts: Vec::new(),
        };
        put_page(&templates, &all, writer, &Here::at(&website, ""), &page)
    })?;
    let tally = folder.finish(Some(inputs))?;
    Ok(WebsiteSummary::of_files(tally))
}

fn website(options: &InspectorOptions) -> Website {
    let title = options.title.clone().unwrap_or_else(|| TITLE.to_owned());
    Website {
        site_url: options.site_url.as_deref().and_then(folder_url),
        hue: channel_hue(&title),
        title,
        theme: options.theme.clone(),
        has_inspector: true,
        is_inspector_alone: true,
        project_url: env!("CARGO_PKG_REPOSITORY").to_owned(),
        ..Website::default()
    }
}
