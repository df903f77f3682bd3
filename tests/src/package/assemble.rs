//! From what a builder has collected to the members of its tarballs.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tar::EntryType;

use super::{INDEX, PATHS, PackageBuilder};
use crate::tarball::{Member, Tarball};

/// A member in the making.
#[derive(Clone, Debug)]
pub(super) struct Part {
    component: Component,
    source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    Info,
    Pkg,
}

/// Where the bytes of a member come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// The fields collected in the builder.
    Index,
    /// The payload, as it is when the package is built.
    Paths,
    /// A JSON document, by its path.
    Json(&'static str, Value),
    /// A tar member as it stands.
    Member(Member),
}

impl Source {
    pub(super) fn in_component(self, component: Component) -> Part {
        Part {
            component,
            source: self,
        }
    }

    fn path(&self) -> &[u8] {
        match self {
            Self::Index => INDEX.as_bytes(),
            Self::Paths => PATHS.as_bytes(),
            Self::Json(path, _) => path.as_bytes(),
            Self::Member(member) => member.path(),
        }
    }
}

impl Part {
    pub(super) fn path(&self) -> &[u8] {
        self.source.path()
    }

    pub(super) fn is_info(&self) -> bool {
        self.component == Component::Info
    }
}

impl PackageBuilder {
    /// Returns the `paths.json` of the payload, to be edited and given to
    /// [`paths_json`](Self::paths_json).
    pub fn payload_paths(&self) -> Value {
        let members = self.parts.iter().filter(|part| !part.is_info());
        let members = members.filter_map(|part| match &part.source {
            Source::Member(member) => Some(member),
            Source::Index | Source::Paths | Source::Json(..) => None,
        });
        let entries: Vec<Value> = members
            .filter(|member| !member.path().starts_with(b"info/"))
            .filter_map(|member| {
                let path_type = match member.link() {
                    Some((EntryType::Symlink, _)) => "softlink",
                    _ => "hardlink",
                };
                let content = self.content_through_links(member)?;
                Some(json!({
                    "_path": String::from_utf8_lossy(member.path()),
                    "path_type": path_type,
                    "sha256": base16ct::lower::encode_string(&Sha256::digest(content)),
                    "size_in_bytes": content.len(),
                }))
            })
            .collect();
        json!({"paths": entries, "paths_version": 1})
    }

    /// Returns the content that is read at a file or link; nothing where a link leads nowhere, as
    /// conda-build has it.
    fn content_through_links<'a>(&'a self, member: &'a Member) -> Option<&'a [u8]> {
        let Some((kind, target)) = member.link() else {
            return member.content();
        };
        let mut path: Vec<&[u8]> = Vec::new();
        if kind == EntryType::Symlink {
            path = member.path().split(|byte| *byte == b'/').collect();
            path.pop();
        }
        for segment in target.split(|byte| *byte == b'/') {
            match segment {
                b"." | b"" => {}
                b".." => drop(path.pop()),
                _ => path.push(segment),
            }
        }
        let path = path.join(&b'/');
        let there = self.parts.iter().find(|part| part.path() == path);
        let content = there.and_then(|part| match &part.source {
            Source::Member(member) => member.content(),
            Source::Index | Source::Paths | Source::Json(..) => None,
        });
        Some(content.unwrap_or_default())
    }

    pub(super) fn entry(self, path: &str, member: Member) -> Self {
        if path.starts_with("info/") {
            self.info_entry(member)
        } else {
            self.payload_entry(member)
        }
    }

    pub(super) fn set(mut self, component: Component, source: Source) -> Self {
        let there = self
            .parts
            .iter_mut()
            .find(|part| part.component == component && part.path() == source.path());
        match there {
            Some(part) => part.source = source,
            None => self.parts.push(source.in_component(component)),
        }
        self
    }

    pub(super) fn tarball(&self, wanted: impl Fn(&Part) -> bool) -> Tarball {
        let mut parts: Vec<&Part> = self.parts.iter().filter(|part| wanted(part)).collect();
        parts.sort_by_key(|part| self.place(part));
        let members = parts.into_iter().map(|part| {
            let member = match &part.source {
                Source::Index => Member::file(INDEX, pretty(&Value::Object(self.index.clone()))),
                Source::Json(path, value) => Member::file(*path, pretty(value)),
                Source::Paths => Member::file(PATHS, pretty(&self.payload_paths())),
                Source::Member(member) => member.clone(),
            };
            member.with_path_prefix(&self.path_prefix)
        });
        Tarball {
            paths: self.tar_paths,
            end: self.tar_end,
            ..Tarball::new(members)
        }
    }

    /// Returns a number that sorts members: those put first, info, payload, those put last.
    fn place(&self, part: &Part) -> usize {
        let position = |paths: &[String]| paths.iter().position(|p| p.as_bytes() == part.path());
        let middle = self.first.len();
        match (position(&self.first), position(&self.last)) {
            (Some(place), _) => place,
            (None, Some(place)) => middle + 2 + place,
            (None, None) if part.is_info() => middle,
            (None, None) => middle + 1,
        }
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("a JSON value is always writable")
}
