//! What programs and other websites take from a package's folder: feeds and badges.

use std::io;

use super::folder::UnitWriter;
use super::frame::put;
use super::{Frame, WebsiteError};
use crate::site::page::PackagePage;
use crate::site::{Badge, PackageFeed};

/// Writes them into the folder of the package. Of a lean website the first of each kind are enough.
pub(super) fn write(
    frame: &Frame<'_>,
    writer: &mut UnitWriter<'_>,
    path: &str,
    page: &PackagePage,
) -> Result<(), WebsiteError> {
    let website = frame.plan.website;
    let feed = PackageFeed {
        channel: website.channel.clone(),
        site_url: website.site_url.clone(),
        name: page.name.clone(),
        summary: page.summary.clone(),
        license: page.license.clone(),
        links: page.links.clone(),
        versions: page.versions.clone(),
    };
    let templates = frame.templates.templates();
    let is_lean = frame.plan.extent.is_lean;
    put(writer, &format!("{path}atom.xml"), |out| {
        templates.write_package_atom(&feed, out)
    })?;
    if !is_lean {
        put(writer, &format!("{path}rss.xml"), |out| {
            templates.write_package_rss(&feed, out)
        })?;
    }
    let subdirs: Vec<&str> = page
        .platforms
        .iter()
        .map(|platform| platform.subdir.as_str())
        .collect();
    let version = Badge::version(&website.channel, &page.version);
    let badges = [
        ("platforms", &Badge::platforms(&subdirs)),
        ("license", &Badge::license(page.license.as_deref())),
        ("updated", &Badge::updated(page.updated)),
        ("version", &version),
    ];
    for (name, badge) in badges
        .into_iter()
        .filter(|(name, _)| !is_lean || *name == "version")
    {
        writer.put(&format!("{path}badge/{name}.svg"), badge.to_svg().as_bytes())?;
    }
    if is_lean {
        return Ok(());
    }
    let endpoint = serde_json::to_vec(&version.to_endpoint()).map_err(io::Error::other)?;
    writer.put(&format!("{path}badge/version.json"), &endpoint)?;
    Ok(())
}
