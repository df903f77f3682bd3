//! Walks through a package and takes along what an inspection is made of.

use std::collections::BTreeMap;

use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::files::{PackagedFile, PathType};
use super::lenient::Oddities;
use crate::json::{self, JsonError};
use crate::package::tarball::{Member, MemberKind, Tarball};
use crate::package::walk::{ends_whole, walk};
use crate::package::{
    Archive, ArchiveFormat, ArtifactName, Component, Limits, LinkKind, PackageError, kind_of,
};

pub(super) const INDEX: &str = "info/index.json";
pub(super) const ABOUT: &str = "info/about.json";
pub(super) const PATHS: &str = "info/paths.json";
pub(super) const FILES: &str = "info/files";
pub(super) const HAS_PREFIX: &str = "info/has_prefix";
pub(super) const NO_LINK: &str = "info/no_link";
pub(super) const LINK: &str = "info/link.json";
pub(super) const RUN_EXPORTS_JSON: &str = "info/run_exports.json";
pub(super) const RUN_EXPORTS_YAML: &str = "info/run_exports.yaml";
pub(super) const RECIPE: &str = "info/recipe/meta.yaml";
pub(super) const RATTLER_RECIPE: &str = "info/recipe/rendered_recipe.yaml";

/// The members whose content is read.
const DOCUMENTS: [&str; 11] = [
    INDEX,
    ABOUT,
    PATHS,
    FILES,
    HAS_PREFIX,
    NO_LINK,
    LINK,
    RUN_EXPORTS_JSON,
    RUN_EXPORTS_YAML,
    RECIPE,
    RATTLER_RECIPE,
];

/// Bytes of a document that is parsed as a whole: a value in memory takes many times its text. Real
/// ones have less than 1 MB; the lists of files are parsed line by line and may have
/// [`Limits::member_bytes`].
pub(super) const DOCUMENT_BYTES: u64 = 8 << 20;

/// One member of the `info/` folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[non_exhaustive]
pub struct InfoMember {
    /// Its path, beginning with `info/`.
    pub path: String,
    /// Bytes of its content.
    pub size: u64,
    /// What it is.
    pub path_type: PathType,
}

/// What was taken along.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) index: Map<String, Value>,
    pub(super) info: Vec<InfoMember>,
    pub(super) info_is_complete: bool,
    /// The members of the archive that are installed, if all of them were seen.
    pub(super) payload: Option<Vec<PackagedFile>>,
    pub(super) oddities: Oddities,
    contents: BTreeMap<&'static str, Vec<u8>>,
}

impl Documents {
    pub(super) fn has(&self, member: &str) -> bool {
        self.contents.contains_key(member)
    }

    #[cfg(test)]
    pub(super) fn put(&mut self, member: &'static str, bytes: Vec<u8>) {
        self.contents.insert(member, bytes);
    }

    /// The bytes of a member, if the package has it.
    pub(super) fn take(&mut self, member: &str) -> Option<Vec<u8>> {
        self.contents.remove(member)
    }

    /// The member as JSON, if the package has it so.
    pub(super) fn json(&mut self, member: &'static str) -> Option<Value> {
        let bytes = self.take(member)?;
        let parsed = match json::parse(&bytes) {
            // Old packages have descriptions in Latin-1 in an otherwise sound file.
            Err(JsonError::Encoding) => {
                self.oddities.note(format!(
                    "{member} is not UTF-8: the letters that could not be read were replaced"
                ));
                json::parse(String::from_utf8_lossy(&bytes).as_bytes())
            }
            parsed => parsed,
        };
        parsed
            .map_err(|error| self.oddities.note(format!("{member} {error}")))
            .ok()
    }

    /// The member as a JSON object, empty if it is none or not there.
    pub(super) fn object(&mut self, member: &'static str) -> Map<String, Value> {
        match self.json(member) {
            Some(Value::Object(members)) => members,
            Some(other) => {
                let found = kind_of(&other);
                self.oddities
                    .note(format!("{member} should hold an object, and holds {found}"));
                Map::new()
            }
            None => Map::new(),
        }
    }

    /// Whether what may lie behind other members of a `.tar.bz2` was all seen: see
    /// [`read_metadata`](crate::package::read_metadata), which stops there too.
    fn lack_nothing_that_may_come_late(&self) -> bool {
        [INDEX, ABOUT, PATHS].iter().all(|member| self.has(member))
            && (self.has(RECIPE) || self.has(RATTLER_RECIPE))
    }

    fn take_along(
        &mut self,
        member: &Member,
        tarball: &mut Tarball<'_>,
        limits: &Limits,
    ) -> Result<(), PackageError> {
        self.info.push(InfoMember {
            path: member.path.clone(),
            size: size_of(member),
            path_type: PathType::of(member.kind),
        });
        let Some(document) = DOCUMENTS.into_iter().find(|document| *document == member.path) else {
            return Ok(());
        };
        if self.has(document) {
            self.oddities
                .note(format!("{document} is there twice: the first was read"));
            return Ok(());
        }
        let odd = match member.kind {
            MemberKind::File => None,
            MemberKind::Link(kind) => Some(format!("{document} is a {kind}, and was not read")),
            MemberKind::Directory | MemberKind::Special => {
                Some(format!("{document} is no regular file, and was not read"))
            }
        };
        let limit = match document {
            PATHS | FILES | HAS_PREFIX | NO_LINK => limits.member_bytes,
            _ => DOCUMENT_BYTES.min(limits.member_bytes),
        };
        let odd = odd.or_else(|| {
            (member.spelling.size > limit)
                .then(|| format!("{document} is larger than {limit} bytes, and was not read"))
        });
        match odd {
            // Without it there is no inspection.
            Some(_) if document == INDEX => return Err(unreadable_index(member, limit)),
            Some(odd) => self.oddities.note(odd),
            None => {
                self.contents.insert(document, tarball.read_content()?);
            }
        }
        Ok(())
    }
}

/// Reads the `info/` folder, and the rest of the archive if only that says which files are installed.
pub(super) fn gather(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    limits: &Limits,
) -> Result<Documents, PackageError> {
    let may_stop = ends_whole(name, archive)?;
    let mut documents = Documents {
        info_is_complete: true,
        ..Documents::default()
    };
    let mut payload = Vec::new();
    walk(name, archive, Component::Info, limits, &mut |member, tarball| {
        if is_info(&member.path) {
            if member.kind != MemberKind::Directory {
                documents.take_along(member, tarball, limits)?;
            }
            return Ok(ControlFlow::Continue(()));
        }
        if may_stop && name.format() == ArchiveFormat::TarBz2 && documents.lack_nothing_that_may_come_late() {
            documents.info_is_complete = false;
            return Ok(ControlFlow::Break(()));
        }
        payload.extend(PackagedFile::of_member(member));
        Ok(ControlFlow::Continue(()))
    })?;
    match name.format() {
        ArchiveFormat::TarBz2 if documents.info_is_complete => documents.payload = Some(payload),
        ArchiveFormat::Conda if !documents.has(PATHS) && !documents.has(FILES) => {
            let mut payload = Vec::new();
            let walked = walk(name, archive, Component::Payload, limits, &mut |member, _| {
                if !is_info(&member.path) {
                    payload.extend(PackagedFile::of_member(member));
                }
                Ok(ControlFlow::Continue(()))
            });
            match walked {
                Ok(()) => documents.payload = Some(payload),
                Err(error @ PackageError::NoComponent { .. }) => documents.oddities.note(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        _ => {}
    }
    documents.index = index(&mut documents)?;
    Ok(documents)
}

fn index(documents: &mut Documents) -> Result<Map<String, Value>, PackageError> {
    let bytes = documents.take(INDEX).ok_or(PackageError::NoIndexJson)?;
    match json::parse(&bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(PackageError::Shape {
            member: INDEX,
            what: format!("must hold an object, not {}", kind_of(&other)),
        }),
        Err(source) => Err(PackageError::Json {
            member: INDEX,
            source,
        }),
    }
}

fn unreadable_index(member: &Member, limit: u64) -> PackageError {
    match member.kind {
        MemberKind::Link(kind) => PackageError::Link { member: INDEX, kind },
        MemberKind::File => PackageError::MemberTooLarge {
            member: INDEX.to_owned(),
            limit,
        },
        MemberKind::Directory | MemberKind::Special => PackageError::NoIndexJson,
    }
}

fn is_info(path: &str) -> bool {
    path == "info" || path.starts_with("info/")
}

/// Bytes of content. A link has none, whatever its header says.
pub(super) fn size_of(member: &Member) -> u64 {
    match member.kind {
        MemberKind::File | MemberKind::Special => member.spelling.size,
        MemberKind::Directory | MemberKind::Link(LinkKind::Hard | LinkKind::Symbolic) => 0,
    }
}
