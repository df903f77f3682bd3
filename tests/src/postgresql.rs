//! Databases on a PostgreSQL server that the tests have started.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};

use postgres::{Client, NoTls};
use towpath_core::store::postgres::{ClusterOptions, TemporaryCluster};

/// Where whoever runs the tests has started a server for all of them.
const SERVER: &str = "TOWPATH_TEST_POSTGRESQL";

/// A new and empty database.
#[derive(Debug)]
pub struct PostgresqlDatabase {
    name: String,
}

impl PostgresqlDatabase {
    /// A database whose order of texts is not by bytes.
    pub fn new() -> Self {
        let Self { name } = Self::to_be_made();
        let mut client = Client::connect(server(), NoTls).expect("the server answers");
        client
            .batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE template0
                 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
            ))
            .expect("the database is made");
        Self { name }
    }

    /// The name of a database that nobody has made yet.
    pub fn to_be_made() -> Self {
        Self { name: unique("test") }
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is reached, as superuser.
    pub fn url(&self) -> String {
        let (server, _) = server().rsplit_once('/').expect("the URL ends with a database");
        format!("{server}/{}", self.name)
    }

    /// How it is reached as another role, with a password that the server does not ask for.
    pub fn url_as(&self, role: &str) -> String {
        let url = self.url();
        let (_, host) = url.split_once('@').expect("the URL names a user");
        format!("postgresql://{role}:{PASSWORD}@{host}")
    }

    /// The same in the spelling that SQLAlchemy wants, for conda-index.
    pub fn sqlalchemy_url(&self) -> String {
        let (_, server) = server().split_once("://").expect("the server's URL has a scheme");
        let (user, host) = server.split_once('@').expect("the URL names a user");
        let host = host.split('/').next().unwrap_or_default().replace("%2F", "/");
        format!("postgresql+psycopg2://{user}@/{}?host={host}", self.name)
    }

    /// A connection such as another tool has.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub fn connect(&self) -> Client {
        Client::connect(&self.url(), NoTls).expect("the server answers")
    }
}

/// Adds a row to each table of environments. They take packages from the channel `a`.
pub const ENVIRONMENTS: &str = include_str!("../../core/src/migrate/postgres/tests/environments.sql");

/// The password in [`PostgresqlDatabase::url_as`], which is to be shown nowhere.
pub const PASSWORD: &str = "hunter2-of-the-tests";

/// Makes a role with these options, and gives its name.
///
/// # Panics
///
/// When the server refuses.
pub fn new_role(options: &str) -> String {
    let name = unique("role");
    let mut client = Client::connect(server(), NoTls).expect("the server answers");
    client
        .batch_execute(&format!("CREATE ROLE {name} {options}"))
        .expect("the role is made");
    name
}

/// A name that nothing else on the server has: not the number of the process, which a long run of many
/// tests comes back to.
pub fn unique(what: &str) -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{what}_{:x}_{number}", *PROCESS)
}

impl Default for PostgresqlDatabase {
    fn default() -> Self {
        Self::new()
    }
}

/// The server, which is there until this process ends.
fn server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    URL.get_or_init(|| {
        std::env::var(SERVER).unwrap_or_else(|_| {
            let start = || TemporaryCluster::start(&ClusterOptions::default()).expect("PostgreSQL starts");
            CLUSTER.get_or_init(start).url()
        })
    })
}
