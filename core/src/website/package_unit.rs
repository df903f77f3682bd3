//! Everything in the folder of a package: its pages, the JSON beside them, feeds and badges.

use std::io;

use super::builds::{GatheredBuild, releases};
use super::catalog::Entry;
use super::describe::Description;
use super::folder::{UnitWriter, WebsiteFolder, digest};
use super::package_pages::{Package, numbered_page};
use super::spool::{FinishedSpool, Piece};
use super::{Frame, WebsiteError, build_pages, environment_pages, package_files};
use crate::site::{Here, build_stem, package_folder};

/// Writes the pages of a package, if anything changed of what they are made from.
pub(super) fn write(
    frame: &Frame<'_>,
    folder: &WebsiteFolder,
    entry: &Entry,
    builds: &FinishedSpool,
    descriptions: &FinishedSpool,
) -> Result<(), WebsiteError> {
    let builds = builds.read(entry.builds)?;
    // Nothing was said of it.
    let description = match entry.description {
        piece if piece == Piece::default() => Vec::new(),
        piece => descriptions.read(piece)?,
    };
    let surroundings = surroundings(frame, entry);
    let data = digest([&frame.digest, &builds[..], &description, surroundings.as_bytes()]);
    let path = format!("p/{}/", package_folder(&entry.name));
    folder.unit(&path, data, |writer| {
        let builds: Vec<GatheredBuild> = rmp_serde::from_slice(&builds).map_err(io::Error::other)?;
        let said = match description.is_empty() {
            true => Description::default(),
            false => rmp_serde::from_slice(&description).map_err(io::Error::other)?,
        };
        let package = Package {
            plan: frame.plan,
            entry,
            releases: releases(builds),
            said,
        };
        write_pages(frame, writer, &path, &package)
    })
}

/// What its pages show of other packages.
fn surroundings(frame: &Frame<'_>, entry: &Entry) -> String {
    let catalog = frame.plan.catalog;
    let mut surroundings: String = entry
        .mentioned
        .iter()
        .map(|name| if catalog.has(name) { '1' } else { '0' })
        .collect();
    for (position, requirement) in &entry.used_by {
        surroundings.push('\n');
        surroundings.push_str(&catalog.entries[*position as usize].name);
        surroundings.push(' ');
        surroundings.push_str(requirement);
    }
    let environments = environment_pages::uses(frame.plan, &entry.name);
    if !environments.is_empty() {
        surroundings.push_str(&format!("\n{environments:?}"));
    }
    surroundings
}

fn write_pages(
    frame: &Frame<'_>,
    writer: &mut UnitWriter<'_>,
    path: &str,
    package: &Package<'_>,
) -> Result<(), WebsiteError> {
    let changes = package.changes();
    let page = package.page(changes.first().cloned());
    let here = Here {
        has_atom: true,
        has_rss: !frame.plan.extent.is_lean,
        ..Here::at(frame.plan.website, path)
    };
    frame.put_page(writer, here, "index.html", &page)?;
    package_files::write(frame, writer, path, &page)?;
    if package.has_versions_pages() {
        let folder = format!("{path}versions/");
        for (number, page) in (1..).zip(package.versions_pages()) {
            let here = Here::at(frame.plan.website, &folder);
            frame.put_page(writer, here, &numbered_page("", number), &page)?;
        }
    }
    if page.has_changes_page {
        let folder = format!("{path}changes/");
        for (number, page) in (1..).zip(package.changes_pages(changes)) {
            let here = Here::at(frame.plan.website, &folder);
            frame.put_page(writer, here, &numbered_page("", number), &page)?;
        }
    }
    if let Some(page) = package.used_by_page() {
        frame.put_page(writer, Here::at(frame.plan.website, path), "used-by.html", &page)?;
    }
    for build in package.releases.iter().flat_map(|release| &release.builds) {
        if frame.plan.has_page(package.entry, build) {
            let files = frame.plan.packages(build.subdir);
            let files = files.and_then(|folder| build_pages::file_listing(folder, build));
            let folder = format!("{path}{}/", frame.plan.subdir(build.subdir));
            let here = Here::at(frame.plan.website, folder);
            let file = format!("{}.html", build_stem(&build.file_name));
            frame.put_page(writer, here, &file, &package.build_page(build, files))?;
        }
    }
    Ok(())
}
