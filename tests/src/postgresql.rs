//! Databases on a PostgreSQL server that the tests have started.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

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
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut client = Client::connect(server(), NoTls).expect("the server answers");
        client
            .batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE template0
                 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
            ))
            .expect("the database is made");
        Self { name }
    }

    /// How it is reached, as superuser.
    pub fn url(&self) -> String {
        let (server, _) = server().rsplit_once('/').expect("the URL ends with a database");
        format!("{server}/{}", self.name)
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
