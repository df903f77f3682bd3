//! The channel whose owner records environments, in its folder: its ledger, and what it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::channel::{ChannelFolder, Subdir};
use crate::environment::formats::without_credentials;
use crate::environment::ledger::{ChannelContent, ChannelFile, Ledger, OwnChannel};
use crate::environment::{Lock, LockedPackage};
use crate::index::{ChannelStores, IndexError, StoreKind};
use crate::store::{Order, RecordQuery, Stage, Store};
use crate::web_url::spelling::compared;
use crate::web_url::{percent_encoded, reference};

/// A channel in its folder.
pub struct Channel {
    folder: ChannelFolder,
    stores: ChannelStores,
    urls: Vec<String>,
}

impl Channel {
    /// The channel in a folder, whose stores are of this kind, and which is also known by these URLs:
    /// the first is the one that is shown.
    ///
    /// # Errors
    ///
    /// When the folder is none, or the database cannot be reached.
    pub fn open(kind: &StoreKind, folder: ChannelFolder, urls: &[String]) -> Result<Self, IndexError> {
        fs_err::read_dir(folder.root())?;
        let mut urls: Vec<String> = urls
            .iter()
            .map(|url| url.trim_end_matches('/').to_owned())
            .collect();
        urls.push(folder_url(&fs_err::canonicalize(folder.root())?));
        Ok(Self {
            stores: ChannelStores::open_channel(kind, &folder)?,
            folder,
            urls,
        })
    }

    /// The same, whose packages clients fetch from the subdirs of another URL (CEP 15), which may be
    /// relative to the channel's documents.
    #[must_use]
    pub fn with_packages_at(mut self, base_url: &str) -> Self {
        let base_url = base_url.trim_end_matches('/');
        let document = format!("{}/noarch/repodata.json", self.shown_url());
        let folder = reference::resolve(&document, &format!("{base_url}/noarch/"));
        let resolved = folder
            .as_deref()
            .and_then(|folder| folder.strip_suffix("/noarch/"));
        self.urls.push(without_credentials(resolved.unwrap_or(base_url)));
        self
    }

    /// The folder.
    pub fn folder(&self) -> &ChannelFolder {
        &self.folder
    }

    /// The URL that is shown.
    pub fn shown_url(&self) -> &str {
        self.urls.first().map_or(".", String::as_str)
    }

    /// Whether a URL is one of this channel.
    pub fn has_url(&self, url: &str) -> bool {
        let url = compared(url);
        self.urls.iter().any(|own| compared(own) == url)
    }

    /// Its environments; the tables for them are made if they are missing.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened, or nothing is kept.
    pub fn ledger(&self) -> Result<Ledger, IndexError> {
        let (database, address) = self.stores.database(&self.folder)?;
        let own = OwnChannel {
            address,
            urls: self.urls.clone(),
        };
        Ok(Ledger::new(database, own))
    }

    /// Its environments, if anybody ever recorded one.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub fn known_ledger(&self) -> Result<Option<Ledger>, IndexError> {
        match self.stores.has_database(&self.folder) {
            true => self.ledger().map(Some),
            false => Ok(None),
        }
    }

    /// The state of a subdir's store, if it tells.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn revision(&self, subdir: &Subdir) -> Result<Option<String>, IndexError> {
        let Some(store) = self.store(subdir)? else {
            return Ok(None);
        };
        Ok(store.change_mark()?.map(|mark| mark.0))
    }

    /// The records of the packages of some names, as the subdir's store has them: file names and JSON.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn records(
        &self,
        subdir: &Subdir,
        is_meant: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<(String, Value)>, IndexError> {
        let Some(store) = self.store(subdir)? else {
            return Ok(Vec::new());
        };
        let query = RecordQuery {
            stages: vec![Stage::FS],
            format: None,
            order: Order::PackageName,
            run_exports: false,
        };
        let mut records = Vec::new();
        store.for_each_record(&query, &mut |record| {
            if record.package_name.as_deref().is_some_and(is_meant)
                && let Ok(json) = serde_json::from_str(&record.record)
            {
                records.push((record.file_name.to_owned(), json));
            }
            Ok(())
        })?;
        Ok(records)
    }

    /// Adds to a lock what the channel knows of its own packages, digests and sizes, and leaves each of them
    /// once. Those of which the lock says something else than the channel: it cannot be installed from it.
    ///
    /// # Errors
    ///
    /// When a store fails.
    pub fn complete(&self, lock: &mut Lock) -> Result<Vec<ChannelFile>, IndexError> {
        let mut known = BTreeSet::new();
        lock.packages
            .retain(|package| !self.has_url(&package.channel) || known.insert(ChannelFile::of(package)));
        let mut others = Vec::new();
        let subdirs: BTreeSet<&Subdir> = known.iter().map(|file| &file.subdir).collect();
        for subdir in subdirs {
            let mut of_subdir: BTreeMap<String, &mut LockedPackage> = lock
                .packages
                .iter_mut()
                .filter(|package| package.subdir == *subdir && self.has_url(&package.channel))
                .map(|package| (package.file.as_str().to_owned(), package))
                .collect();
            let names: BTreeSet<String> = of_subdir
                .values()
                .filter_map(|package| Some(package.identity()?.name.to_lowercase()))
                .collect();
            for (file_name, record) in self.records(subdir, &|name| names.contains(name))? {
                let Some(package) = of_subdir.get_mut(&file_name) else {
                    continue;
                };
                let size = record.get("size").and_then(Value::as_u64);
                if !package.learn(digest(&record, "sha256"), digest(&record, "md5"), size) {
                    others.push(ChannelFile::of(package));
                }
            }
        }
        Ok(others)
    }

    fn store(&self, subdir: &Subdir) -> Result<Option<Box<dyn Store + Send>>, IndexError> {
        self.stores.open_known(&self.folder.subdir(subdir))
    }
}

impl ChannelContent for Channel {
    fn listed(&self, subdir: &Subdir, file_names: &[String]) -> Result<Vec<String>, IndexError> {
        match self.store(subdir)? {
            Some(store) => Ok(store.listed(&Stage::FS, file_names)?),
            None => Ok(Vec::new()),
        }
    }
}

/// A digest of a record, if it has one.
fn digest<const N: usize>(record: &Value, key: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let decoded = base16ct::mixed::decode(record.get(key)?.as_str()?, &mut bytes).ok()?;
    (decoded.len() == N).then_some(bytes)
}

/// The `file:` URL of a folder whose path is whole.
pub fn folder_url(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let is_of_paths = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    let path = percent_encoded(path.trim_start_matches('/'), is_of_paths);
    format!("file:///{path}")
}
