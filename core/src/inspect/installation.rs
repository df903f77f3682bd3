//! What installing a package does beside linking its files: scripts that run, commands that are made,
//! and what an activated environment gets.

use serde::Serialize;

use super::files::FileList;
use super::gather::{Documents, LINK};
use super::lenient::Fields;

/// What installing a package does beside linking its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Installation {
    /// Scripts that run when it is installed or removed.
    pub link_scripts: Vec<LinkScript>,
    /// Commands that are made for a noarch Python package, such as `lock = lock.cli:main`.
    pub entry_points: Vec<String>,
    /// What happens when an environment is activated.
    pub activation: Vec<Activation>,
    /// Descriptions of entries in the desktop's menus.
    pub menus: Vec<String>,
}

/// A script that runs when a package is installed or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct LinkScript {
    /// When it runs.
    pub kind: LinkScriptKind,
    /// Where it is in the package.
    pub path: String,
}

/// When a link script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum LinkScriptKind {
    /// Before the files are linked.
    PreLink,
    /// After that.
    PostLink,
    /// Before the files are removed.
    PreUnlink,
}

impl LinkScriptKind {
    /// The word in the script's file name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreLink => "pre-link",
            Self::PostLink => "post-link",
            Self::PreUnlink => "pre-unlink",
        }
    }
}

/// Something that happens when an environment is activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct Activation {
    /// What happens.
    pub kind: ActivationKind,
    /// The file that says it.
    pub path: String,
}

/// What happens when an environment is activated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ActivationKind {
    /// A script runs on activation.
    Activate,
    /// A script runs on deactivation.
    Deactivate,
    /// Variables are set.
    Variables,
}

impl ActivationKind {
    /// The folder that such files are in.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Activate => "etc/conda/activate.d/",
            Self::Deactivate => "etc/conda/deactivate.d/",
            Self::Variables => "etc/conda/env_vars.d/",
        }
    }
}

pub(super) fn read(name: Option<&str>, files: &FileList, documents: &mut Documents) -> Installation {
    let mut installation = Installation {
        entry_points: entry_points(documents),
        ..Installation::default()
    };
    for file in &files.files {
        let path = &file.path;
        if let Some((kind, of)) = link_script(path) {
            if name == Some(of) {
                installation.link_scripts.push(LinkScript {
                    kind,
                    path: path.clone(),
                });
            } else {
                documents
                    .oddities
                    .note(format!("{path} is named for another package: no client runs it"));
            }
        }
        let kinds = [
            ActivationKind::Activate,
            ActivationKind::Deactivate,
            ActivationKind::Variables,
        ];
        if let Some(kind) = kinds.into_iter().find(|kind| path.starts_with(kind.folder())) {
            installation.activation.push(Activation {
                kind,
                path: path.clone(),
            });
        }
        if path.starts_with("Menu/") && path.ends_with(".json") {
            installation.menus.push(path.clone());
        }
    }
    installation
}

fn entry_points(documents: &mut Documents) -> Vec<String> {
    let link = documents.object(LINK);
    let mut fields = Fields::new(LINK, &link, &mut documents.oddities);
    match fields.object("noarch") {
        Some(noarch) => Fields::new("info/link.json, noarch", noarch, fields.oddities).texts("entry_points"),
        None => Vec::new(),
    }
}

/// Which script a path is, and of which package: clients run `bin/.NAME-post-link.sh` and
/// `Scripts/.NAME-post-link.bat`.
fn link_script(path: &str) -> Option<(LinkScriptKind, &str)> {
    let (file, extension) = match path.strip_prefix("bin/.") {
        Some(file) => (file, ".sh"),
        None => (path.strip_prefix("Scripts/.")?, ".bat"),
    };
    let stem = file.strip_suffix(extension)?;
    [
        LinkScriptKind::PreLink,
        LinkScriptKind::PostLink,
        LinkScriptKind::PreUnlink,
    ]
    .into_iter()
    .find_map(|kind| Some((kind, stem.strip_suffix(kind.as_str())?.strip_suffix('-')?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bin/.lock-post-link.sh", Some((LinkScriptKind::PostLink, "lock")))]
    #[case("bin/.a-b-pre-unlink.sh", Some((LinkScriptKind::PreUnlink, "a-b")))]
    #[case("Scripts/.lock-pre-link.bat", Some((LinkScriptKind::PreLink, "lock")))]
    #[case("bin/.lock-post-link.bat", None)]
    #[case("Scripts/.lock-post-link.sh", None)]
    #[case("lib/bin/.lock-post-link.sh", None)]
    #[case("bin/lock-post-link.sh", None)]
    #[case("bin/.post-link.sh", None)]
    fn scripts_are_told_by_their_paths(#[case] path: &str, #[case] script: Option<(LinkScriptKind, &str)>) {
        assert_eq!(link_script(path), script);
    }
}
