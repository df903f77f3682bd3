//! What all pages of a website are made with, and how a page is put into its place.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::WebsiteError;
use super::folder::{DataDigest, UnitWriter, digest};
use super::options::{ChannelFiles, WebsiteOptions};
use super::plan::Plan;
use crate::site::{
    Asset, Here, InspectorAssets, InspectorFiles, Page, RenderError, Templates, Website, WebsiteTemplates,
    channel_hue, folder_url,
};

/// What all pages are made with.
pub(super) struct Frame<'a> {
    pub plan: &'a Plan<'a>,
    pub templates: &'a WebsiteTemplates,
    /// Of everything that is the same for all pages.
    pub digest: DataDigest,
    pub assets: &'a [Asset],
    /// What of them the inspector loads, if there is one.
    pub inspector: Option<&'a InspectorAssets>,
}

impl Frame<'_> {
    /// Puts a page into the folder that it is said to be in, and beside it the JSON that it is made from.
    pub(super) fn put_page<P: Page>(
        &self,
        writer: &mut UnitWriter<'_>,
        folder: Here,
        file: &str,
        page: &P,
    ) -> Result<(), WebsiteError> {
        let json = format!("{}.json", file.strip_suffix(".html").unwrap_or(file));
        let place = format!("{}{file}", folder.path);
        put_json(writer, &format!("{}{json}", folder.path), page)?;
        let in_folder = |mut here: Here| {
            if file != "index.html" {
                here.path.push_str(file);
                here.url = here.url.map(|url| format!("{url}{file}"));
            }
            here
        };
        let here = Here {
            json: Some(json),
            ..in_folder(folder)
        };
        self.put_page_alone(writer, &here, &place, page)
    }

    /// Puts a page into its place.
    pub(super) fn put_page_alone<P: Page>(
        &self,
        writer: &mut UnitWriter<'_>,
        here: &Here,
        place: &str,
        page: &P,
    ) -> Result<(), WebsiteError> {
        put(writer, place, |out| self.templates.write(here, page, out))
    }
}

/// Puts what `write` makes into its place.
pub(super) fn put(
    writer: &mut UnitWriter<'_>,
    place: &str,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), RenderError>,
) -> Result<(), WebsiteError> {
    let mut bytes = Vec::with_capacity(1 << 14);
    write(&mut bytes).map_err(|source| WebsiteError::Page {
        page: place.to_owned(),
        source,
    })?;
    writer.put(place, &bytes)?;
    Ok(())
}

/// Puts what a page is made from beside it, as JSON.
pub(super) fn put_json(
    writer: &mut UnitWriter<'_>,
    place: &str,
    page: &impl Serialize,
) -> Result<(), WebsiteError> {
    let mut json = serde_json::to_vec(page).map_err(io::Error::other)?;
    json.push(b'\n');
    writer.put(place, &json)?;
    Ok(())
}

/// What all pages have in common.
pub(super) fn website(options: &WebsiteOptions) -> Website {
    let identity = &options.identity;
    let channel = &options.index.identity;
    let site_url = channel.site_url.as_deref().and_then(folder_url);
    let url_path = options
        .url_path
        .clone()
        .or_else(|| {
            let site = site_url.as_deref()?;
            let (_, behind_scheme) = site.split_once("://")?;
            Some(behind_scheme[behind_scheme.find('/')?..].to_owned())
        })
        .unwrap_or_default();
    let beside = options.channel_files != ChannelFiles::Elsewhere;
    Website {
        channel: channel.name.clone(),
        title: identity.title.clone().unwrap_or_else(|| channel.name.clone()),
        tagline: identity
            .description
            .as_deref()
            .and_then(|description| description.lines().map(str::trim).find(|line| !line.is_empty()))
            .map(str::to_owned),
        channel_url: channel
            .url
            .as_deref()
            .and_then(folder_url)
            .or_else(|| site_url.clone().filter(|_| beside)),
        site_url,
        url_path: format!("/{}/", url_path.trim_matches('/')).replace("//", "/"),
        logo: None,
        links: identity.links.clone(),
        hue: identity.hue.unwrap_or_else(|| channel_hue(&channel.name)),
        theme: identity.theme.clone(),
        style: String::new(),
        script: String::new(),
        has_inspector: options.inspector.is_some(),
        has_environments: false,
        is_inspector_alone: false,
        project_url: env!("CARGO_PKG_REPOSITORY").to_owned(),
    }
}

/// What pages load.
pub(super) struct Assets {
    pub all: Vec<Asset>,
    /// What of them the inspector loads, if there is one.
    pub inspector: Option<InspectorAssets>,
    /// Bytes of what the inspector loads.
    pub inspector_size: u64,
}

/// The same with where its assets are, which are named by what is in them.
pub(super) fn with_assets(
    mut website: Website,
    templates: &Templates,
    logo: Option<&Path>,
    inspector: Option<&InspectorFiles>,
) -> Result<(Website, Assets), WebsiteError> {
    let [style, script] = templates.assets(&website)?;
    website.style.clone_from(&style.path);
    website.script.clone_from(&script.path);
    let mut all = vec![style, script];
    if let Some(path) = logo {
        let bytes = fs_err::read(path)?;
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or("png");
        let logo = Asset::new(&format!("logo.{extension}"), bytes);
        website.logo = Some(logo.path.clone());
        all.push(logo);
    }
    let mut inspector_size = 0;
    let inspector = match inspector {
        Some(files) => {
            let (inspector, assets) = InspectorAssets::new(files, templates)?;
            inspector_size = assets.iter().map(|asset| asset.bytes.len() as u64).sum();
            all.extend(assets);
            Some(inspector)
        }
        None => None,
    };
    Ok((
        website,
        Assets {
            all,
            inspector,
            inspector_size,
        },
    ))
}

/// The digest of everything that is the same for all pages of packages.
pub(super) fn frame_digest(plan: &Plan<'_>, templates: &Templates) -> DataDigest {
    let common = format!(
        "towpath {}; {:?}; {:?}; {:?}; {}; {}",
        env!("CARGO_PKG_VERSION"),
        plan.website,
        plan.extent,
        plan.options.channel_files,
        plan.options.file_lists,
        templates.digest(),
    );
    let urls = plan.subdirs.iter().map(|subdir| {
        let url = subdir.packages_url.as_deref().unwrap_or_default();
        format!("{} {url}", subdir.subdir)
    });
    let urls: Vec<String> = urls.collect();
    digest([common.as_bytes(), urls.join("\n").as_bytes()])
}
