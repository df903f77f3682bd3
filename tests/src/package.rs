//! One conda package, described by what differs from a plain one.

#[cfg(feature = "native")]
use std::io;
#[cfg(feature = "native")]
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

use crate::conda::CondaContainer;
use crate::tar_bz2::TarBz2Container;
use crate::tarball::{Member, PathFormat, TarEnd};

mod assemble;

use assemble::{Component, Part, Source};

const INDEX: &str = "info/index.json";
const PATHS: &str = "info/paths.json";

/// The two formats of a conda package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `.conda`.
    Conda,
    /// `.tar.bz2`.
    TarBz2,
}

impl Kind {
    /// Returns the end of a file name, dot included.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Conda => ".conda",
            Self::TarBz2 => ".tar.bz2",
        }
    }
}

/// A conda package in the making.
///
/// A new one is sound: `info/index.json`, `info/about.json`, `info/paths.json` that lists the
/// payload with its digests, and one file of payload. Members are set by their path: setting one
/// that is there replaces it in its place, except with [`duplicate`](Self::duplicate).
///
/// ```
/// use towpath_tests::PackageBuilder;
///
/// let package = PackageBuilder::new("lock", "1.0", "0").member("info/about.json", "not JSON");
/// assert!(package.conda().starts_with(b"PK"));
/// assert!(package.tar_bz2().starts_with(b"BZh"));
/// ```
#[derive(Clone, Debug)]
pub struct PackageBuilder {
    stem: String,
    index: Map<String, Value>,
    parts: Vec<Part>,
    first: Vec<String>,
    last: Vec<String>,
    path_prefix: String,
    tar_paths: PathFormat,
    tar_end: TarEnd,
}

impl PackageBuilder {
    /// A sound noarch package whose file name and `index.json` agree.
    pub fn new(name: &str, version: &str, build: &str) -> Self {
        let Value::Object(index) = json!({
            "build": build,
            "build_number": 0,
            "depends": [],
            "license": "BSD-3-Clause",
            "name": name,
            "timestamp": 1_700_000_000_000_u64,
            "version": version,
        }) else {
            unreachable!("the literal is an object");
        };
        Self {
            stem: format!("{name}-{version}-{build}"),
            index,
            parts: vec![
                Source::Index.in_component(Component::Info),
                Source::Paths.in_component(Component::Info),
            ],
            first: Vec::new(),
            last: Vec::new(),
            path_prefix: String::new(),
            tar_paths: PathFormat::default(),
            tar_end: TarEnd::default(),
        }
        .subdir("noarch")
        .about(json!({
            "home": format!("https://example.org/{name}"),
            "license": "BSD-3-Clause",
            "summary": format!("{name} for tests"),
        }))
        .payload(&format!("share/{name}/{name}.txt"), name)
    }

    /// Sets `subdir` in `index.json`, and `noarch`, `platform` and `arch` as they belong to it.
    #[must_use]
    pub fn subdir(self, subdir: &str) -> Self {
        let (platform, arch) = match subdir.split_once('-') {
            Some((platform, "64")) => (json!(platform), json!("x86_64")),
            Some((platform, "32")) => (json!(platform), json!("x86")),
            Some((platform, arch)) => (json!(platform), json!(arch)),
            None => (Value::Null, Value::Null),
        };
        self.index(|index| {
            index.insert("subdir".to_owned(), json!(subdir));
            index.insert("platform".to_owned(), platform);
            index.insert("arch".to_owned(), arch);
            if subdir == "noarch" {
                index.insert("noarch".to_owned(), json!("generic"));
            } else {
                index.remove("noarch");
            }
        })
    }

    /// Sets `depends` in `index.json`.
    #[must_use]
    pub fn depends<S: Into<String>>(self, depends: impl IntoIterator<Item = S>) -> Self {
        let depends: Vec<String> = depends.into_iter().map(Into::into).collect();
        self.index(|index| {
            index.insert("depends".to_owned(), json!(depends));
        })
    }

    /// Sets `build_number` in `index.json`.
    #[must_use]
    pub fn build_number(self, number: u64) -> Self {
        self.index(|index| {
            index.insert("build_number".to_owned(), json!(number));
        })
    }

    /// Edits `index.json`; the file name stays as it is.
    #[must_use]
    pub fn index(mut self, edit: impl FnOnce(&mut Map<String, Value>)) -> Self {
        edit(&mut self.index);
        self
    }

    /// Replaces the bytes of `index.json`.
    #[must_use]
    pub fn index_bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.member(INDEX, bytes)
    }

    /// Sets `about.json`.
    #[must_use]
    pub fn about(self, about: Value) -> Self {
        self.set(Component::Info, Source::Json("info/about.json", about))
    }

    /// Sets `paths.json`, which otherwise lists the payload.
    #[must_use]
    pub fn paths_json(self, paths: Value) -> Self {
        self.set(Component::Info, Source::Json(PATHS, paths))
    }

    /// Sets `run_exports.json`.
    #[must_use]
    pub fn run_exports(self, run_exports: Value) -> Self {
        self.set(
            Component::Info,
            Source::Json("info/run_exports.json", run_exports),
        )
    }

    /// Sets the recipe as conda-build leaves it in a package.
    #[must_use]
    pub fn recipe(self, text: &str) -> Self {
        self.member("info/recipe/meta.yaml", text)
    }

    /// Sets the recipe as rattler-build leaves it in a package.
    #[must_use]
    pub fn rattler_recipe(self, text: &str) -> Self {
        self.member("info/recipe/recipe.yaml", text)
            .member("info/recipe/rendered_recipe.yaml", text)
    }

    /// Sets `icon.png` and `icon` in `index.json`.
    #[must_use]
    pub fn icon(self, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let md5 = base16ct::lower::encode_string(&Md5::digest(&bytes));
        self.index(|index| {
            index.insert("icon".to_owned(), json!(format!("{md5}.png")));
        })
        .member("info/icon.png", bytes)
    }

    /// Sets a file of the info component, wherever its path points.
    #[must_use]
    pub fn member(self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.info_entry(Member::file(path, bytes))
    }

    /// Sets a file of the payload, wherever its path points.
    #[must_use]
    pub fn payload(self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.payload_entry(Member::file(path, bytes))
    }

    /// Sets a symbolic link; under `info/` it belongs to the info component.
    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.entry(path, Member::symlink(path, target))
    }

    /// Sets a hard link; under `info/` it belongs to the info component.
    #[must_use]
    pub fn hardlink(self, path: &str, target: &str) -> Self {
        self.entry(path, Member::hardlink(path, target))
    }

    /// Sets a directory; under `info/` it belongs to the info component.
    #[must_use]
    pub fn directory(self, path: &str) -> Self {
        self.entry(path, Member::directory(path))
    }

    /// Sets a named pipe; under `info/` it belongs to the info component.
    #[must_use]
    pub fn fifo(self, path: &str) -> Self {
        self.entry(path, Member::fifo(path))
    }

    /// Sets a tar member of the info component.
    #[must_use]
    pub fn info_entry(self, member: Member) -> Self {
        self.set(Component::Info, Source::Member(member))
    }

    /// Sets a tar member of the payload.
    #[must_use]
    pub fn payload_entry(self, member: Member) -> Self {
        self.set(Component::Pkg, Source::Member(member))
    }

    /// Adds a file to the info component even if there is one with its path; it comes later.
    #[must_use]
    pub fn duplicate(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let source = Source::Member(Member::file(path, bytes));
        self.parts.push(source.in_component(Component::Info));
        self
    }

    /// Leaves out every member with this path.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.parts.retain(|part| part.path() != path.as_bytes());
        self
    }

    /// Puts these members first, in this order.
    #[must_use]
    pub fn order<S: Into<String>>(mut self, first: impl IntoIterator<Item = S>) -> Self {
        self.first = first.into_iter().map(Into::into).collect();
        self
    }

    /// Puts these members last, in this order.
    #[must_use]
    pub fn order_last<S: Into<String>>(mut self, last: impl IntoIterator<Item = S>) -> Self {
        self.last = last.into_iter().map(Into::into).collect();
        self
    }

    /// Writes every member's path with something before it, such as `./`.
    #[must_use]
    pub fn members_prefixed(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.path_prefix);
        self
    }

    /// Sets how the tarballs write paths.
    #[must_use]
    pub fn tar_paths(mut self, paths: PathFormat) -> Self {
        self.tar_paths = paths;
        self
    }

    /// Sets what ends the tarballs.
    #[must_use]
    pub fn tar_end(mut self, end: TarEnd) -> Self {
        self.tar_end = end;
        self
    }

    /// Returns the file name of this package.
    pub fn file_name(&self, kind: Kind) -> String {
        format!("{}{}", self.stem, kind.extension())
    }

    /// Returns the package in one of the two formats.
    pub fn bytes(&self, kind: Kind) -> Vec<u8> {
        match kind {
            Kind::Conda => self.conda(),
            Kind::TarBz2 => self.tar_bz2(),
        }
    }

    /// Returns the package as a `.conda` file.
    pub fn conda(&self) -> Vec<u8> {
        self.conda_with(CondaContainer::default())
    }

    /// Returns the package as a `.conda` file put together like this.
    pub fn conda_with(&self, container: CondaContainer) -> Vec<u8> {
        let info = self.tarball(Part::is_info);
        let pkg = self.tarball(|part| !part.is_info());
        container.pack(&self.stem, &info, &pkg)
    }

    /// Returns the package as a `.tar.bz2` file; its info members come first.
    pub fn tar_bz2(&self) -> Vec<u8> {
        self.tar_bz2_with(TarBz2Container::default())
    }

    /// Returns the package as a `.tar.bz2` file put together like this.
    pub fn tar_bz2_with(&self, container: TarBz2Container) -> Vec<u8> {
        container.pack(&self.tarball(|_| true))
    }

    /// Writes the package into a subdir's folder, which must exist, and returns its path.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    #[cfg(feature = "native")]
    pub fn write_to(&self, folder: impl AsRef<Path>, kind: Kind) -> io::Result<PathBuf> {
        let path = folder.as_ref().join(self.file_name(kind));
        fs_err::write(&path, self.bytes(kind))?;
        Ok(path)
    }

    /// Returns whether a member has this path.
    pub fn has_member(&self, path: &str) -> bool {
        self.parts.iter().any(|part| part.path() == path.as_bytes())
    }

    /// Returns the `index.json` that the setters have made so far.
    pub fn index_json(&self) -> &Map<String, Value> {
        &self.index
    }
}

#[cfg(test)]
#[cfg(feature = "native")]
mod tests;
