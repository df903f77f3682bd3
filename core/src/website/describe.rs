//! What packages say of themselves to people: summary, description, licence, links, maintainers. The
//! build that was made last speaks for its package.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::catalog::Catalog;
use super::source::Source;
use super::spool::{FinishedSpool, Spool};
use super::{WebsiteError, parallel};
use crate::site::metadata_text::{cut, text, texts, url};
use crate::store::Store;
use crate::web_url::web_url;

/// How many packages are asked for at a time.
const BATCH: usize = 1_000;

/// The most characters of a description, a summary, a name of somebody.
const DESCRIPTION_MAX: usize = 60_000;
const SUMMARY_MAX: usize = 400;
const LINE_MAX: usize = 200;
const MAINTAINERS_MAX: usize = 100;

/// What a package says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Description {
    pub summary: Option<String>,
    pub description: Option<String>,
    pub license: Option<String>,
    /// Field and URL.
    pub links: Vec<(LinkKind, String)>,
    pub maintainers: Vec<String>,
    pub provenance: Option<String>,
}

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LinkKind {
    Home,
    Documentation,
    Development,
    Source,
}

impl LinkKind {
    const FIELDS: [(Self, &'static str); 5] = [
        (Self::Home, "home"),
        (Self::Documentation, "doc_url"),
        (Self::Development, "dev_url"),
        (Self::Source, "source_url"),
        (Self::Source, "source_git_url"),
    ];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Documentation => "documentation",
            Self::Development => "development",
            Self::Source => "source",
        }
    }
}

/// The texts that describe a package, as a store has them.
struct Texts {
    /// The package's, in the catalog.
    position: usize,
    record: String,
    about: Option<String>,
    recipe: Option<String>,
}

/// Reads the descriptions of all packages, and spools them.
pub(super) fn describe(
    source: &Source,
    catalog: &mut Catalog,
    threads: NonZeroUsize,
) -> Result<FinishedSpool, WebsiteError> {
    let mut spool = Spool::new()?;
    let channeldata = &source.channeldata;
    for (number, store) in (0_u16..).zip(&source.stores) {
        let of_subdir: Vec<(usize, String)> = catalog
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.representative.0 == number)
            .map(|(position, entry)| (position, entry.representative.1.to_string()))
            .collect();
        for batch in of_subdir.chunks(BATCH) {
            let texts = texts_of(&**store, batch)?;
            let said = parallel::map(texts, threads, |texts| {
                let name = &catalog.entries[texts.position].name;
                let said = match channeldata.get(&**name) {
                    Some(package) => Description::of_channeldata(package),
                    None => Description::of_build(&texts),
                };
                let bytes = rmp_serde::to_vec(&said).map_err(io::Error::other)?;
                Ok::<_, io::Error>((texts.position, said, bytes))
            })?;
            for (position, said, bytes) in said {
                let entry = &mut catalog.entries[position];
                entry.description = spool.append(&bytes)?;
                entry.summary = said.summary.map(Into::into);
                entry.license = said.license.map(Into::into);
                entry.maintainers = said.maintainers.into_iter().map(Into::into).collect();
            }
        }
    }
    Ok(spool.finish()?)
}

/// The texts of these packages, of which position and file name are given.
fn texts_of(store: &dyn Store, packages: &[(usize, String)]) -> Result<Vec<Texts>, WebsiteError> {
    let positions: HashMap<&str, usize> = packages
        .iter()
        .map(|(position, file_name)| (file_name.as_str(), *position))
        .collect();
    let file_names: Vec<String> = packages.iter().map(|(_, file_name)| file_name.clone()).collect();
    let mut texts = Vec::with_capacity(packages.len());
    store.for_each_description(&file_names, &mut |stored| {
        if let Some(position) = positions.get(stored.file_name) {
            texts.push(Texts {
                position: *position,
                record: stored.record.into_owned(),
                about: stored.about.map(Cow::into_owned),
                recipe: stored.recipe.map(Cow::into_owned),
            });
        }
        Ok(())
    })?;
    Ok(texts)
}

impl Description {
    /// What a build says: in `info/about.json`, else in its recipe, else in its record.
    fn of_build(stored: &Texts) -> Self {
        let parsed = |text: Option<&str>| match text.map(serde_json::from_str) {
            Some(Ok(Value::Object(members))) => members,
            _ => Map::new(),
        };
        let about = parsed(stored.about.as_deref());
        let recipe = parsed(stored.recipe.as_deref());
        let record = parsed(Some(&stored.record));
        let member = |object: &Map<String, Value>, key: &str| match object.get(key) {
            Some(Value::Object(members)) => members.clone(),
            _ => Map::new(),
        };
        let recipe_about = member(&recipe, "about");
        let extra = member(&about, "extra");
        let recipe_extra = member(&recipe, "extra");
        let recipe_source = source_urls(&member(&recipe, "source"));
        let mut said = Self::of_members(&[&about, &recipe_about, &recipe, &recipe_source, &record]);
        // What is published counts: a patch may have mended it.
        said.license = Some(text(&record, "license"))
            .filter(|license| !license.is_empty())
            .map(|license| cut(&license, LINE_MAX).into_owned())
            .or(said.license);
        let mut maintainers: Vec<String> = [&extra, &recipe_extra]
            .iter()
            .flat_map(|extra| {
                let mut maintainers = texts(extra, "recipe-maintainers");
                maintainers.extend(texts(extra, "maintainers"));
                maintainers
            })
            .map(|maintainer| cut(&maintainer, LINE_MAX).into_owned())
            .collect();
        maintainers.sort_by_cached_key(|maintainer| (maintainer.to_lowercase(), maintainer.clone()));
        maintainers.dedup();
        maintainers.truncate(MAINTAINERS_MAX);
        said.maintainers = maintainers;
        said.provenance = provenance(&extra);
        said
    }

    /// What `channeldata.json` says.
    fn of_channeldata(package: &Map<String, Value>) -> Self {
        Self::of_members(&[package])
    }

    /// The first that says something counts.
    fn of_members(objects: &[&Map<String, Value>]) -> Self {
        let first = |key: &str, limit: usize| {
            objects
                .iter()
                .map(|members| lines(members, key))
                .find(|text| !text.is_empty())
                .map(|text| cut(&text, limit).into_owned())
        };
        let mut links: Vec<(LinkKind, String)> = Vec::new();
        for (kind, field) in LinkKind::FIELDS {
            let found = objects.iter().find_map(|members| web_url(&url(members, field)));
            if let Some(url) = found
                && links.iter().all(|(_, known)| *known != url)
            {
                links.push((kind, url));
            }
        }
        Self {
            summary: first("summary", SUMMARY_MAX).map(|summary| one_line(&summary)),
            description: first("description", DESCRIPTION_MAX),
            license: objects
                .iter()
                .map(|members| text(members, "license"))
                .find(|license| !license.is_empty())
                .map(|license| cut(&one_line(&license), LINE_MAX).into_owned()),
            links,
            maintainers: Vec::new(),
            provenance: None,
        }
    }
}

/// What `source` in a recipe says, by the names that it has in `about.json`. Of several, none is the source.
fn source_urls(source: &Map<String, Value>) -> Map<String, Value> {
    [("url", "source_url"), ("git_url", "source_git_url")]
        .into_iter()
        .filter_map(|(key, field)| Some((field.to_owned(), source.get(key)?.clone())))
        .collect()
}

/// The text of a member. Old recipes have text as a list of its lines.
fn lines(members: &Map<String, Value>, key: &str) -> String {
    match members.get(key) {
        Some(Value::Array(lines)) if lines.iter().all(Value::is_string) && lines.len() > 1 => lines
            .iter()
            .filter_map(Value::as_str)
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n"),
        _ => text(members, key),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The commit that the recipe was built from, as a URL where its host is known to have one (CEP 31).
fn provenance(extra: &Map<String, Value>) -> Option<String> {
    let repository = web_url(&text(extra, "remote_url"))?;
    let repository = repository.trim_end_matches('/').trim_end_matches(".git");
    let commit = text(extra, "sha");
    let is_commit = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_commits = ["https://github.com/", "https://gitlab.com/"]
        .iter()
        .any(|host| repository.starts_with(host));
    Some(match is_commit && has_commits {
        true => format!("{repository}/commit/{commit}"),
        false => repository.to_owned(),
    })
}
