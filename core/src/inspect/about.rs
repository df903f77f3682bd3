//! What `info/about.json` and the recipe say: what a package is for, under which terms, and who built
//! it with what.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::gather::{ABOUT, Documents, INDEX, InfoMember, RATTLER_RECIPE, RECIPE};
use super::lenient::{Fields, cut, text_of};
use crate::package::recipe::recipe_json;
use crate::web_url::web_url;

/// Under which terms a package may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Legal {
    /// Its licence, an SPDX expression in well-made packages.
    pub license: Option<String>,
    /// The family that the licence belongs to, as conda-build sorts them.
    pub license_family: Option<String>,
    /// The texts of licences that are in the `info/` folder.
    pub license_files: Vec<String>,
}

/// Where there is more about a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Link {
    /// The field that it is from, such as `home` or `dev_url`.
    pub kind: &'static str,
    /// An `http` or `https` URL.
    pub url: String,
}

/// Who built a package, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Build {
    /// The tools, the one that made the package first.
    pub tools: Vec<Tool>,
    /// The platform that it was built on, if the recipe says it.
    pub platform: Option<String>,
    /// The channels that what it was built with came from, each once.
    pub channels: Vec<String>,
    /// How many packages were beside the build tool.
    pub root_packages: Option<usize>,
    /// Whether the conda that built it was a private one.
    pub conda_private: Option<bool>,
    /// Who looks after the recipe.
    pub maintainers: Vec<String>,
    /// What the package was built from.
    pub sources: Vec<Source>,
    /// Where its recipe is kept.
    pub provenance: Option<Provenance>,
}

/// A tool that built a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Tool {
    /// Its name, such as `conda-build`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What a package was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Source {
    /// A URL, or a path beside the recipe.
    pub location: String,
    /// The commit, tag or branch of a repository.
    pub revision: Option<String>,
    /// The digest of what was downloaded, such as `sha256:…`.
    pub digest: Option<String>,
}

/// Where the recipe of a package is kept and which run built it (CEP 31).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Provenance {
    /// The repository.
    pub remote_url: Option<String>,
    /// The commit.
    pub sha: Option<String>,
    /// The run of a CI service.
    pub flow_run_id: Option<String>,
}

/// What was read of about and recipe.
pub(super) struct About {
    pub(super) summary: Option<String>,
    pub(super) description: Option<String>,
    pub(super) links: Vec<Link>,
    pub(super) build: Build,
    license: Option<String>,
    license_family: Option<String>,
    /// The names of licence files in the recipe.
    license_files: Vec<String>,
}

pub(super) fn read(documents: &mut Documents) -> About {
    let about = documents.object(ABOUT);
    let rattler_recipe = recipe(documents, RATTLER_RECIPE);
    let recipe = recipe(documents, RECIPE);
    let mut fields = Fields::new(ABOUT, &about, &mut documents.oddities);
    let mut tools = rattler_tools(rattler_recipe.as_ref());
    tools.extend(
        [("conda-build", "conda_build_version"), ("conda", "conda_version")]
            .into_iter()
            .filter_map(|(name, key)| {
                let version = fields.text(key)?;
                Some(Tool {
                    name: name.to_owned(),
                    version,
                })
            }),
    );
    let mut known = HashSet::new();
    let mut channels = fields.texts("channels");
    channels.retain(|channel| known.insert(channel.clone()));
    About {
        summary: fields.text("summary"),
        description: fields.text("description"),
        links: links(&mut fields),
        license: fields.text("license"),
        license_family: fields.text("license_family"),
        license_files: fields.text_or_texts("license_file"),
        build: Build {
            tools,
            platform: rattler_recipe
                .as_ref()
                .and_then(|recipe| text_at(recipe, &["build_configuration", "build_platform", "platform"])),
            channels,
            root_packages: about.get("root_pkgs").and_then(Value::as_array).map(Vec::len),
            conda_private: fields.flag("conda_private"),
            sources: match (&rattler_recipe, &recipe) {
                (Some(recipe), _) => sources(recipe.get("finalized_sources")),
                (None, Some(recipe)) => sources(recipe.get("source")),
                (None, None) => Vec::new(),
            },
            maintainers: extra(&mut fields, |extra| {
                let mut maintainers = extra.text_or_texts("recipe-maintainers");
                maintainers.extend(extra.text_or_texts("maintainers"));
                maintainers
            }),
            provenance: extra(&mut fields, provenance),
        },
    }
}

/// The terms, of which index and about both speak, and the texts of licences in `info`.
pub(super) fn legal(index: &Map<String, Value>, about: &About, documents: &mut Documents) -> Legal {
    let mut fields = Fields::new(INDEX, index, &mut documents.oddities);
    let license = fields.text("license");
    let license_family = fields.text("license_family");
    if let (Some(of_index), Some(of_about)) = (&license, &about.license)
        && of_index != of_about
    {
        documents.oddities.note(format!(
            "{INDEX} has the license {of_index:?}, and {ABOUT} {of_about:?}"
        ));
    }
    Legal {
        license: license.or_else(|| about.license.clone()),
        license_family: license_family.or_else(|| about.license_family.clone()),
        license_files: license_files(&documents.info, &about.license_files),
    }
}

fn license_files(info: &[InfoMember], named: &[String]) -> Vec<String> {
    let named: HashSet<&str> = named.iter().map(String::as_str).collect();
    let is_license = |path: &str| {
        let Some(path) = path.strip_prefix("info/") else {
            return false;
        };
        let lower = path.to_ascii_lowercase();
        path.starts_with("licenses/")
            || (!path.contains('/') && (lower.starts_with("license") || lower.starts_with("copying")))
            || named.contains(path)
    };
    info.iter()
        .filter(|member| is_license(&member.path))
        .map(|member| member.path.clone())
        .collect()
}

fn links(fields: &mut Fields<'_>) -> Vec<Link> {
    let kinds = [
        "home",
        "dev_url",
        "doc_url",
        "doc_source_url",
        "source_url",
        "license_url",
    ];
    let mut links = Vec::new();
    for kind in kinds {
        for text in fields.text_or_texts(kind) {
            match web_url(&text) {
                Some(url) => links.push(Link { kind, url }),
                None => fields
                    .oddities
                    .note(format!("{ABOUT}: {kind} is no URL of the web: {}", cut(&text))),
            }
        }
    }
    links
}

fn extra<T: Default>(fields: &mut Fields<'_>, read: impl FnOnce(&mut Fields<'_>) -> T) -> T {
    match fields.object("extra") {
        Some(extra) => read(&mut Fields::new("info/about.json, extra", extra, fields.oddities)),
        None => T::default(),
    }
}

fn provenance(extra: &mut Fields<'_>) -> Option<Provenance> {
    let provenance = Provenance {
        remote_url: extra.text("remote_url"),
        sha: extra.text("sha"),
        flow_run_id: extra.text("flow_run_id"),
    };
    let says_something =
        provenance.remote_url.is_some() || provenance.sha.is_some() || provenance.flow_run_id.is_some();
    says_something.then_some(provenance)
}

/// The member as a YAML document, if it is one.
fn recipe(documents: &mut Documents, member: &str) -> Option<Map<String, Value>> {
    match recipe_json(&documents.take(member)?) {
        Value::Object(members) if !members.is_empty() => Some(members),
        _ => {
            documents
                .oddities
                .note(format!("{member} is no YAML that can be read"));
            None
        }
    }
}

/// What rattler-build says of itself and of the programs that it called.
fn rattler_tools(recipe: Option<&Map<String, Value>>) -> Vec<Tool> {
    let tools = recipe.and_then(|recipe| recipe.get("system_tools")?.as_object());
    let mut tools: Vec<Tool> = tools
        .into_iter()
        .flatten()
        .filter_map(|(name, version)| {
            Some(Tool {
                name: name.clone(),
                version: text_of(version)?,
            })
        })
        .collect();
    if let Some(at) = tools.iter().position(|tool| tool.name == "rattler-build") {
        tools[..=at].rotate_right(1);
    }
    tools
}

fn text_at(members: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    let (first, rest) = keys.split_first()?;
    text_of(
        rest.iter()
            .try_fold(members.get(*first)?, |value, key| value.get(key))?,
    )
}

/// Both tools have one source or a list of them, with fields of almost the same names.
fn sources(value: Option<&Value>) -> Vec<Source> {
    let items = match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    items.iter().filter_map(source).collect()
}

fn source(value: &Value) -> Option<Source> {
    let members = value.as_object()?;
    let field = |keys: &[&str]| {
        keys.iter().find_map(|key| match members.get(*key)? {
            // Mirrors of the same file.
            Value::Array(items) => items.first().and_then(text_of),
            single => text_of(single),
        })
    };
    Some(Source {
        location: field(&["url", "git_url", "git", "hg_url", "svn_url", "path"])?,
        revision: field(&["git_rev", "git_tag", "rev", "tag", "branch", "hg_tag", "svn_rev"]),
        digest: ["sha256", "sha1", "md5"]
            .into_iter()
            .find_map(|kind| Some(format!("{kind}:{}", field(&[kind])?))),
    })
}
