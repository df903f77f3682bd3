//! What the ledger has of public environments, as their pages show it. Who recorded them is not told.

use std::collections::HashMap;
use std::io;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{EnvironmentEntry, Environments, UsedBuild};
use crate::environment::formats::DocumentKind;
use crate::environment::ledger::{Build, BuildFileKind, Environment, Ledger, LedgerError, UsedPackage};
use crate::environment::{Channel, EnvironmentPath, folder_url};
use crate::site::UtcTime;
use crate::site::page::{
    CurrentBuild, EnvironmentPackage, EnvironmentPage, EnvironmentPlatform, PastBuild, SolvedAgainst,
    SpecificationText,
};
use crate::website::folder::DataDigest;
use crate::website::spool::{Piece, Spool};
use crate::website::{WebsiteError, WebsiteOptions};

mod public_text;

use public_text::{Addresses, cut_to};

/// How many builds the page of an environment lists.
const HISTORY_SHOWN: usize = 50;

/// Bytes of what was asked for that are shown.
const SPECIFICATION_MAX: usize = 20_000;

/// What lies beside a page, by its name there. The log stays where it is: it is of the machine that it was
/// written on.
const FILES: [(BuildFileKind, &str); 3] = [
    (BuildFileKind::Explicit, "explicit.txt"),
    (BuildFileKind::CondaLock, "conda-lock.yml"),
    (BuildFileKind::EnvironmentYml, "environment.yml"),
];

/// Reads what is public, of a channel with this URL; nothing if nobody ever recorded an environment.
pub(super) fn read(
    options: &WebsiteOptions,
    channel_url: Option<&str>,
) -> Result<Option<Environments>, WebsiteError> {
    let index = &options.index;
    let folder = folder_url(&fs_err::canonicalize(index.channel.root())?);
    let urls: Vec<String> = index.identity.url.iter().cloned().collect();
    let channel = Channel::open(&index.store, index.channel.clone(), &urls)?;
    let Some(mut ledger) = channel.known_ledger()? else {
        return Ok(None);
    };
    let addresses = Addresses {
        folder,
        public: channel_url.map(str::to_owned),
    };
    let mut reading = Reading {
        addresses,
        spool: Spool::new()?,
        digest: Sha256::new(),
        entries: Vec::new(),
        uses: HashMap::new(),
    };
    for environment in ledger.environments(None)? {
        if options.environments.has(&environment.path.namespace) {
            reading.take(&mut ledger, &environment)?;
        }
    }
    reading.finish().map(Some)
}

struct Reading {
    addresses: Addresses,
    spool: Spool,
    digest: Sha256,
    entries: Vec<EnvironmentEntry>,
    uses: HashMap<Box<str>, Vec<UsedBuild>>,
}

impl Reading {
    fn take(&mut self, ledger: &mut Ledger, environment: &Environment) -> Result<(), WebsiteError> {
        let path = &environment.path;
        let history = match ledger.history(path) {
            // Somebody has just removed it.
            Err(LedgerError::NoEnvironment(_)) => return Ok(()),
            history => history?,
        };
        let mut page = EnvironmentPage {
            namespace: path.namespace.to_string(),
            name: path.name.to_string(),
            created: time(environment.created_at),
            builds: Vec::new(),
            build_count: history.len(),
            history: history.iter().take(HISTORY_SHOWN).map(past_build).collect(),
        };
        let mut files = Vec::new();
        for build in history.iter().filter(|build| build.is_current) {
            page.builds.push(self.current_build(ledger, build, &mut files)?);
        }
        page.builds
            .sort_by(|one, other| one.platform.cmp(&other.platform));
        let bytes = rmp_serde::to_vec(&page).map_err(io::Error::other)?;
        let piece = self.keep(&bytes)?;
        self.add(path, &page, piece, files);
        Ok(())
    }

    fn add(
        &mut self,
        path: &EnvironmentPath,
        page: &EnvironmentPage,
        piece: Piece,
        files: Vec<(Box<str>, Piece)>,
    ) {
        // More than four billion environments no disk has.
        let position = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        for build in &page.builds {
            for package in build.packages.iter().filter(|package| package.is_here) {
                let uses = self.uses.entry(package.name.as_str().into()).or_default();
                uses.push(UsedBuild {
                    environment: position,
                    version: package.version.as_str().into(),
                    build: package.build.as_str().into(),
                    platform: build.platform.as_str().into(),
                });
            }
        }
        let platforms = page.builds.iter().map(|build| EnvironmentPlatform {
            platform: build.platform.clone(),
            made: build.made,
            package_count: build.packages.len(),
        });
        self.entries.push(EnvironmentEntry {
            namespace: path.namespace.as_str().into(),
            name: path.name.as_str().into(),
            platforms: platforms.collect(),
            page: piece,
            files,
        });
    }

    fn current_build(
        &mut self,
        ledger: &mut Ledger,
        build: &Build,
        files: &mut Vec<(Box<str>, Piece)>,
    ) -> Result<CurrentBuild, WebsiteError> {
        let (mut downloads, mut has_local_urls) = (Vec::new(), false);
        for (kind, name) in FILES {
            let Some(text) = ledger.file(build.id, kind)? else {
                continue;
            };
            match self.addresses.published(&text) {
                None => has_local_urls = true,
                Some(text) => {
                    let piece = self.keep(text.as_bytes())?;
                    files.push((format!("{}/{name}", build.platform).into(), piece));
                    downloads.push(name.to_owned());
                }
            }
        }
        let packages = ledger.packages(build.id)?;
        let channels = ledger.channels(build.id)?;
        Ok(CurrentBuild {
            platform: build.platform.to_string(),
            build: build.id,
            made: made(build),
            solver: build.solver.clone(),
            specification: self.specification(ledger, build)?,
            channels: channels
                .into_iter()
                .map(|state| SolvedAgainst {
                    channel: Addresses::of_channel(&state.channel, state.is_own),
                    is_here: state.is_own,
                    subdir: state.subdir,
                    document: state.document,
                    sha256: state.sha256,
                })
                .collect(),
            packages: packages.into_iter().map(package).collect(),
            downloads,
            has_local_urls,
        })
    }

    /// What was asked for. A lock file asks for its packages, which are told otherwise.
    fn specification(
        &self,
        ledger: &mut Ledger,
        build: &Build,
    ) -> Result<Option<SpecificationText>, WebsiteError> {
        if !matches!(
            build.specification_kind,
            DocumentKind::EnvironmentYml | DocumentKind::MatchSpecs
        ) {
            return Ok(None);
        }
        let text = ledger.specification(&build.specification)?;
        Ok(text.map(|text| {
            let shown = cut_to(&text, SPECIFICATION_MAX);
            SpecificationText {
                kind: build.specification_kind.as_str().to_owned(),
                is_whole: shown.len() == text.len(),
                text: self.addresses.shown(shown),
            }
        }))
    }

    fn keep(&mut self, bytes: &[u8]) -> io::Result<Piece> {
        self.digest.update((bytes.len() as u64).to_le_bytes());
        self.digest.update(bytes);
        self.spool.append(bytes)
    }

    fn finish(self) -> Result<Environments, WebsiteError> {
        let mut digest = DataDigest::default();
        digest.copy_from_slice(&self.digest.finalize()[..16]);
        Ok(Environments {
            entries: self.entries,
            uses: self.uses,
            digest,
            spool: Some(self.spool.finish()?),
        })
    }
}

fn package(package: UsedPackage) -> EnvironmentPackage {
    EnvironmentPackage {
        channel: Addresses::of_channel(&package.channel, package.is_own),
        name: package.name,
        version: package.version,
        build: package.build,
        subdir: package.subdir,
        file_name: package.file_name,
        is_here: package.is_own,
        // What packages have pages is not known yet.
        has_page: false,
        is_requested: package.is_requested,
        is_withdrawn: package.withdrawn_at.is_some(),
    }
}

fn past_build(build: &Build) -> PastBuild {
    PastBuild {
        build: build.id,
        platform: build.platform.to_string(),
        status: build.status.as_str().to_owned(),
        made: made(build),
        is_current: build.is_current,
    }
}

fn made(build: &Build) -> Option<UtcTime> {
    time(build.ended_at.unwrap_or(build.started_at))
}

fn time(timestamp: Timestamp) -> Option<UtcTime> {
    UtcTime::from_seconds(timestamp.as_second())
}
