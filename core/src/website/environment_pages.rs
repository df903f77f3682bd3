//! The pages of public environments, with the files beside them, and who of them uses a package.

use std::io;

use super::environments::{EnvironmentEntry, Environments};
use super::folder::UnitWriter;
use super::package_pages::{numbered_page, paging};
use super::plan::Plan;
use super::{Frame, WebsiteError};
use crate::site::page::{EnvironmentLine, EnvironmentPage, EnvironmentUse, EnvironmentsPage, Namespace};
use crate::site::{Here, UtcTime, package_folder};

/// How many environments a page of the list has.
const ENVIRONMENTS_ON_PAGE: usize = 500;

/// The folder of all of them.
const FOLDER: &str = "environments/";

/// Writes the list of environments and a page for each; nothing where none is public.
pub(super) fn write(frame: &Frame<'_>, writer: &mut UnitWriter<'_>) -> Result<(), WebsiteError> {
    let environments = frame.plan.environments;
    let Some(spool) = environments
        .spool
        .as_ref()
        .filter(|_| !environments.entries.is_empty())
    else {
        return Ok(());
    };
    for (file, page) in lists(environments) {
        frame.put_page(writer, Here::at(frame.plan.website, FOLDER), &file, &page)?;
    }
    for entry in &environments.entries {
        let mut page: EnvironmentPage =
            rmp_serde::from_slice(&spool.read(entry.page)?).map_err(io::Error::other)?;
        for package in page.builds.iter_mut().flat_map(|build| &mut build.packages) {
            package.has_page = package.is_here && frame.plan.catalog.has(&package.name);
        }
        let path = path(entry);
        for (file, piece) in &entry.files {
            writer.put(&format!("{path}{file}"), &spool.read(*piece)?)?;
        }
        frame.put_page(writer, Here::at(frame.plan.website, path), "index.html", &page)?;
    }
    Ok(())
}

/// `environments/` and those after it, each with its file in that folder.
fn lists(environments: &Environments) -> Vec<(String, EnvironmentsPage)> {
    let entries = &environments.entries;
    let count = entries.len().div_ceil(ENVIRONMENTS_ON_PAGE);
    let numbered = (1..).zip(entries.chunks(ENVIRONMENTS_ON_PAGE));
    numbered
        .map(|(number, part)| {
            let page = EnvironmentsPage {
                namespaces: by_namespace(part),
                environment_count: entries.len(),
                paging: paging(number, count, |number| numbered_page("", number)),
            };
            (numbered_page("", number), page)
        })
        .collect()
}

fn by_namespace(entries: &[EnvironmentEntry]) -> Vec<Namespace> {
    let namespaces = entries.chunk_by(|one, other| one.namespace == other.namespace);
    namespaces
        .map(|entries| Namespace {
            // A chunk has at least one.
            name: entries[0].namespace.to_string(),
            environments: entries
                .iter()
                .map(|entry| EnvironmentLine {
                    name: entry.name.to_string(),
                    platforms: entry.platforms.clone(),
                })
                .collect(),
        })
        .collect()
}

/// Where the page of an environment is.
fn path(entry: &EnvironmentEntry) -> String {
    let (namespace, name) = (package_folder(&entry.namespace), package_folder(&entry.name));
    format!("{FOLDER}{namespace}/{name}/")
}

/// Where all pages are, and when what they show last changed.
pub(super) fn addresses(environments: &Environments) -> impl Iterator<Item = (String, Option<UtcTime>)> {
    let made = |entry: &EnvironmentEntry| entry.platforms.iter().filter_map(|it| it.made).max();
    let newest = environments.entries.iter().filter_map(made).max();
    let list = environments.entries.first().map(|_| (FOLDER.to_owned(), newest));
    let pages = environments.entries.iter();
    list.into_iter()
        .chain(pages.map(move |entry| (path(entry), made(entry))))
}

/// The environments that use a package of the channel, sorted.
pub(super) fn uses(plan: &Plan<'_>, name: &str) -> Vec<EnvironmentUse> {
    let mut builds = plan.environments.uses.get(name).cloned().unwrap_or_default();
    builds.sort_unstable();
    let same = builds.chunk_by(|one, other| {
        (one.environment, &one.version, &one.build) == (other.environment, &other.version, &other.build)
    });
    same.map(|builds| {
        // A chunk has at least one, and positions are those of entries.
        let entry = &plan.environments.entries[builds[0].environment as usize];
        EnvironmentUse {
            namespace: entry.namespace.to_string(),
            name: entry.name.to_string(),
            version: builds[0].version.to_string(),
            build: builds[0].build.to_string(),
            platforms: builds.iter().map(|build| build.platform.to_string()).collect(),
        }
    })
    .collect()
}

/// How many environments there are among these uses, which are sorted.
pub(super) fn count(uses: &[EnvironmentUse]) -> usize {
    uses.chunk_by(|one, other| (&one.namespace, &one.name) == (&other.namespace, &other.name))
        .count()
}
