//! Which databases a command is about: the one of a server, or the stores beside a channel's
//! packages.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};
use towpath_core::channel::{ChannelFolder, Subdir};
use towpath_core::migrate::{self, Migrations, PostgresDatabase};
use towpath_core::store::postgres::{ConnectionSettings, Retry};
use towpath_core::store::{GluesqlFile, SqliteFile};

use crate::database::{DATABASE, Database, ServerArgs};
use crate::failure::Failure;
use crate::report;

/// Which database, or which stores.
#[derive(Debug, Args)]
pub(super) struct PlaceArgs {
    /// A channel's folder, for the stores of its subdirs instead of a server's database
    #[arg(value_name = "DIR")]
    channel: Option<PathBuf>,

    /// Which stores of DIR [default: all that are there]
    #[arg(long, value_enum, requires = "channel", help_heading = DATABASE)]
    db: Option<Database>,

    #[command(flatten)]
    server: ServerArgs,

    /// Answer in JSON on standard output: an object, or with DIR a list of objects
    #[arg(long)]
    json: bool,
}

/// What a command is going to do with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Nothing: it looks.
    Look,
    /// Change it.
    Change,
}

/// Of which database something is said.
#[derive(Debug)]
pub(super) enum Site {
    /// A schema of a server's database.
    Server {
        settings: Box<ConnectionSettings>,
        schema: String,
    },
    /// A store of a channel.
    Store {
        subdir: Subdir,
        kind: Database,
        path: PathBuf,
    },
    /// What is recorded of a channel's environments, beside the stores of its subdirs.
    Environments { kind: Database, path: PathBuf },
}

impl Site {
    fn json(&self) -> Map<String, Value> {
        let value = match self {
            Self::Server { settings, schema } => {
                json!({ "database": settings.to_string(), "schema": schema })
            }
            Self::Store { subdir, kind, path } => {
                json!({ "subdir": subdir.as_str(), "store": word(*kind), "path": path })
            }
            // They are of no subdir.
            Self::Environments { kind, path } => {
                json!({ "subdir": null, "store": word(*kind), "path": path })
            }
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server { settings, schema } if settings.schema().is_none() => {
                write!(f, "{settings} (schema {schema})")
            }
            Self::Server { settings, .. } => write!(f, "{settings}"),
            Self::Store { subdir, kind, .. } => write!(f, "{subdir} ({})", word(*kind)),
            Self::Environments { kind, .. } => write!(f, "environments ({})", word(*kind)),
        }
    }
}

/// What there is to say of a database at the end.
pub(super) struct Report {
    /// For people, on standard output.
    pub(super) text: String,
    /// For machines.
    pub(super) json: Value,
    /// The exit status.
    pub(super) status: u8,
}

/// What a command does with one database. All of them are `dyn`, for a command is written once.
pub(super) type Work<'w> =
    dyn FnMut(&Site, &mut (dyn migrate::Database + '_), &Migrations) -> Result<Report, Failure> + 'w;

impl PlaceArgs {
    /// The server, unless a channel's stores are meant.
    pub(super) fn server(&self) -> Result<Option<ConnectionSettings>, Failure> {
        match (&self.channel, self.db) {
            (None, _) | (Some(_), Some(Database::Postgresql)) => self.server.settings().map(Some),
            (Some(_), _) => Ok(None),
        }
    }

    /// Does `work` with each database and prints what it reports. The status is the first that is
    /// not 0.
    pub(super) fn each(&self, purpose: Purpose, work: &mut Work<'_>) -> Result<u8, Failure> {
        if let Some(settings) = self.server()? {
            let report = on_server(settings, purpose, work)?;
            self.print(&report.text, &report.json)?;
            return Ok(report.status);
        }
        let mut status = 0;
        let mut values = Vec::new();
        for site in self.stores()? {
            let mut value = site.json();
            let of_this_one = match on_store(&site, purpose, work) {
                Ok(report) => {
                    if !self.json {
                        self.print(&report.text, &Value::Null)?;
                    }
                    value.extend(object(report.json));
                    report.status
                }
                // The others may be sound.
                Err(failure) => {
                    let message = failure.message();
                    report::say(&format!("{}: {site}: {message}", report::error("error")));
                    value.insert("failure".to_owned(), message.into());
                    failure.status()
                }
            };
            status = if status == 0 { of_this_one } else { status };
            values.push(Value::Object(value));
        }
        if self.json {
            self.print("", &Value::Array(values))?;
        }
        Ok(status)
    }

    fn print(&self, text: &str, json: &Value) -> Result<(), Failure> {
        if self.json {
            report::print(&json.to_string())?;
        } else if !text.is_empty() {
            report::print(text)?;
        }
        Ok(())
    }

    /// The stores that are there, by subdir, and then what is recorded of environments.
    fn stores(&self) -> Result<Vec<Site>, Failure> {
        let root = self.channel.as_deref().unwrap_or(Path::new("."));
        let channel = ChannelFolder::new(root.to_owned(), None);
        let mut subdirs: Vec<Subdir> = Vec::new();
        for entry in fs_err::read_dir(root)? {
            let name = entry?.file_name();
            subdirs.extend(name.to_str().and_then(|name| name.parse().ok()));
        }
        subdirs.sort_unstable();
        let mut sites = Vec::new();
        for subdir in subdirs {
            let folder = channel.subdir(&subdir);
            for (kind, path) in [
                (Database::Sqlite3, folder.sqlite_store()),
                (Database::Gluesql, folder.gluesql_store()),
            ] {
                if self.means(kind) && path.is_file() {
                    sites.push(Site::Store {
                        subdir: subdir.clone(),
                        kind,
                        path,
                    });
                }
            }
        }
        for (kind, path) in [
            (Database::Sqlite3, channel.environments_in_sqlite()),
            (Database::Gluesql, channel.environments_in_gluesql()),
        ] {
            if self.means(kind) && path.is_file() {
                sites.push(Site::Environments { kind, path });
            }
        }
        if sites.is_empty() {
            return Err(Failure::failed(format!(
                "{}: no subdir has such a store (`towpath index` makes them)",
                root.display()
            )));
        }
        Ok(sites)
    }

    fn means(&self, kind: Database) -> bool {
        self.db.is_none_or(|meant| meant == kind)
    }
}

fn on_server(settings: ConnectionSettings, purpose: Purpose, work: &mut Work<'_>) -> Result<Report, Failure> {
    let mut client = match purpose {
        Purpose::Look => settings.connect()?,
        Purpose::Change => settings.connect_with_retries(&Retry::default())?,
    };
    let at = settings.to_string();
    let mut database =
        PostgresDatabase::new(&mut client).map_err(|error| Failure::failed(format!("{at}: {error}")))?;
    let site = Site::Server {
        schema: database.schema().to_owned(),
        settings: Box::new(settings),
    };
    let report = work(&site, &mut database, &Migrations::postgres())?;
    let mut json = site.json();
    json.extend(object(report.json));
    Ok(Report {
        json: Value::Object(json),
        ..report
    })
}

fn on_store(site: &Site, purpose: Purpose, work: &mut Work<'_>) -> Result<Report, Failure> {
    let (kind, path, is_of_subdir) = match site {
        Site::Store { kind, path, .. } => (*kind, path, true),
        Site::Environments { kind, path } => (*kind, path, false),
        Site::Server { .. } => return Err(no_store(site)),
    };
    match kind {
        Database::Sqlite3 => {
            let file = match (is_of_subdir, purpose) {
                (true, Purpose::Look) => SqliteFile::open_to_look(path)?,
                (true, Purpose::Change) => SqliteFile::open_to_change(path)?,
                (false, Purpose::Look) => SqliteFile::open_environments_to_look(path)?,
                (false, Purpose::Change) => SqliteFile::open_environments_to_change(path)?,
            };
            let migrations = match is_of_subdir {
                true => Migrations::sqlite(),
                false => Migrations::sqlite_environments(),
            };
            work(site, &mut file.database(), &migrations)
        }
        Database::Gluesql => {
            let mut file = match purpose {
                Purpose::Look => GluesqlFile::open_to_look(path)?,
                Purpose::Change => GluesqlFile::open_to_change(path)?,
            };
            let migrations = match is_of_subdir {
                true => Migrations::gluesql(),
                false => Migrations::gluesql_environments(),
            };
            work(site, &mut file.database(), &migrations)
        }
        Database::Memory | Database::Postgresql => Err(no_store(site)),
    }
}

fn no_store(site: &Site) -> Failure {
    Failure::failed(format!("{site} is no store beside packages"))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The word for it in `--db`.
fn word(kind: Database) -> &'static str {
    match kind {
        Database::Sqlite3 => "sqlite3",
        Database::Memory => "memory",
        Database::Gluesql => "gluesql",
        Database::Postgresql => "postgresql",
    }
}
