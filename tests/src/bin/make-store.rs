//! Fills the stores of a channel with generated packages, of which no file is written: for measuring
//! what becomes of many records.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use clap::Parser;
use jiff::Timestamp;
use towpath_core::channel::{ChannelFolder, ChannelPrefix, SubdirFolder};
use towpath_core::package::digest::hash_one;
use towpath_core::package::{ArtifactName, Limits, read_metadata};
use towpath_core::store::postgres::{
    ConnectionSettings, PostgresDatabase, PostgresStore, Retry, Surroundings,
};
use towpath_core::store::{ListedArtifact, MissingArtifacts, Mtime, SqliteStore, Store, StoredArtifact};
use towpath_tests::{Generator, VERSIONS_OF_A_NAME};

/// Fill the stores of the channel OUT with what would be read of N realistic packages.
///
/// `towpath index --no-update-cache OUT` makes documents of it.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the channel; made if it is missing
    out: PathBuf,

    /// How many packages
    n: u64,

    /// PostgreSQL database to fill instead of SQLite; it has its tables already
    #[arg(long)]
    db_url: Option<String>,

    /// Versions of each name: 12 is what other generated channels have, and the most there are
    #[arg(long, default_value_t = VERSIONS_OF_A_NAME, value_parser = clap::value_parser!(u64).range(1..=VERSIONS_OF_A_NAME))]
    versions: u64,

    /// Number that all packages depend on
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Packages in one transaction.
const BATCH: usize = 1000;

/// Where the stores of the channel are.
enum Stores {
    Sqlite,
    Postgresql {
        database: Arc<PostgresDatabase>,
        prefix: ChannelPrefix,
    },
}

impl Stores {
    fn of(channel: &ChannelFolder, db_url: Option<&str>) -> io::Result<Self> {
        let Some(url) = db_url else {
            return Ok(Self::Sqlite);
        };
        let settings = ConnectionSettings::resolve(Some(url), &Surroundings::default());
        let settings = settings.map_err(io::Error::other)?;
        Ok(Self::Postgresql {
            database: PostgresDatabase::connect(settings, Retry::default()).map_err(io::Error::other)?,
            prefix: ChannelPrefix::of_channel_or_new(channel.root())?,
        })
    }

    fn open(&self, folder: &SubdirFolder) -> io::Result<Box<dyn Store>> {
        Ok(match self {
            Self::Sqlite => Box::new(SqliteStore::open(&folder.sqlite_store()).map_err(io::Error::other)?),
            Self::Postgresql { database, prefix } => {
                Box::new(PostgresStore::new(Arc::clone(database), prefix, &folder.subdir))
            }
        })
    }
}

/// The store of a subdir that is being filled.
struct Filling {
    store: Box<dyn Store>,
    batch: Vec<StoredArtifact>,
    listing: Vec<ListedArtifact>,
}

impl Filling {
    fn commit(&mut self) -> io::Result<()> {
        let now = Timestamp::now();
        self.store.commit(&self.batch, now).map_err(io::Error::other)?;
        self.batch.clear();
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let generator = Generator::new(arguments.seed);
    let channel = ChannelFolder::new(arguments.out.clone(), None);
    fs_err::create_dir_all(channel.root())?;
    let stores = Stores::of(&channel, arguments.db_url.as_deref())?;
    let next = AtomicU64::new(0);
    let (sender, received) = sync_channel(BATCH);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next, arguments) = (sender.clone(), &next, &arguments);
            scope.spawn(move || read_packages(&generator, arguments, next, &sender));
        }
        drop(sender);
        let mut subdirs = BTreeMap::<&str, Filling>::new();
        for read in received {
            let (subdir, artifact) = read?;
            if !subdirs.contains_key(subdir) {
                let folder = channel.subdir(&subdir.parse().map_err(io::Error::other)?);
                folder.create()?;
                let filling = Filling {
                    store: stores.open(&folder)?,
                    batch: Vec::new(),
                    listing: Vec::new(),
                };
                subdirs.insert(subdir, filling);
            }
            if let Some(filling) = subdirs.get_mut(subdir) {
                filling.listing.push(artifact.listed.clone());
                filling.batch.push(artifact);
                if filling.batch.len() == BATCH {
                    filling.commit()?;
                }
            }
        }
        for (subdir, mut filling) in subdirs {
            filling.commit()?;
            filling
                .listing
                .sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
            filling
                .store
                .replace_listing(&filling.listing, MissingArtifacts::Leave)
                .map_err(io::Error::other)?;
            writeln!(io::stdout(), "{subdir}: {} packages", filling.listing.len())?;
        }
        Ok(())
    })
}

/// Makes packages and reads them, until there are as many as are asked for or nobody wants them.
fn read_packages(
    generator: &Generator,
    arguments: &Arguments,
    next: &AtomicU64,
    read: &SyncSender<io::Result<(&'static str, StoredArtifact)>>,
) {
    loop {
        let k = next.fetch_add(1, Ordering::Relaxed);
        // The first versions of each name, and the next names instead of the others.
        let number = k / arguments.versions * VERSIONS_OF_A_NAME + k % arguments.versions;
        if k >= arguments.n || read.send(read_package(generator, number)).is_err() {
            return;
        }
    }
}

fn read_package(generator: &Generator, k: u64) -> io::Result<(&'static str, StoredArtifact)> {
    let generated = generator.package(k);
    let bytes = generated.bytes();
    let name = ArtifactName::new(generated.file_name()).map_err(io::Error::other)?;
    let metadata = read_metadata(&name, Cursor::new(&bytes), &Limits::default()).map_err(io::Error::other)?;
    let hashed = hash_one(&mut bytes.as_slice())?;
    let listed = ListedArtifact {
        name,
        mtime: Mtime::from_unix(i64::try_from(generated.built).unwrap_or_default(), 0),
        size: hashed.size,
    };
    Ok((
        generated.subdir,
        StoredArtifact::new(listed, hashed.digests, hashed.size, metadata),
    ))
}
