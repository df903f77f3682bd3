//! The servers that tests connect to: one for each certificate, started when a test needs it.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;

use super::authority::{Authority, Identity, self_signed_server};
use crate::store::postgres::{ClusterOptions, TemporaryCluster};

/// Who may come in how. Users are made by [`Server::start`].
const HBA: &str = "\
local     all  all              trust
hostssl   all  certified   all  cert
hostssl   all  tls_only    all  trust
hostnossl all  plain_only  all  trust
host      all  scram       all  scram-sha-256
host      all  towpath     all  trust
";

/// The name that the servers' certificates are for.
const NAME: &str = "db.example";

pub(super) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("ours"));
pub(super) static OTHER_AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("another"));
pub(super) static SELF_SIGNED: LazyLock<Identity> = LazyLock::new(|| self_signed_server(&[NAME]));

static PLAIN: LazyLock<Server> = LazyLock::new(|| Server::start(None));
static RIGHT: LazyLock<Server> =
    LazyLock::new(|| Server::start(Some(&AUTHORITY.server(&[NAME, "127.0.0.1"]))));
static OTHER_NAME: LazyLock<Server> =
    LazyLock::new(|| Server::start(Some(&AUTHORITY.server(&["other.example"]))));
static EXPIRED: LazyLock<Server> = LazyLock::new(|| Server::start(Some(&AUTHORITY.expired_server(&[NAME]))));
static OWN: LazyLock<Server> = LazyLock::new(|| Server::start(Some(&SELF_SIGNED)));

/// What a server's certificate is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is none: no TLS.
    Plain,
    /// As it has to be.
    Right,
    /// For another host.
    OtherName,
    /// Too old.
    Expired,
    /// Signed by the server itself.
    SelfSigned,
}

/// A server that listens on an address of its own: on a port of its own its socket would not be
/// found.
pub(super) struct Server {
    pub(super) cluster: TemporaryCluster,
    pub(super) address: Ipv4Addr,
}

impl Kind {
    pub(super) fn server(self) -> &'static Server {
        match self {
            Self::Plain => &PLAIN,
            Self::Right => &RIGHT,
            Self::OtherName => &OTHER_NAME,
            Self::Expired => &EXPIRED,
            Self::SelfSigned => &OWN,
        }
    }
}

impl Server {
    fn start(identity: Option<&Identity>) -> Self {
        let address = free_address();
        let mut settings = vec![
            ("listen_addresses".to_owned(), address.to_string()),
            // Relative to the folder that the server starts in.
            ("hba_file".to_owned(), "pg_hba.conf".to_owned()),
        ];
        let mut files = vec![("pg_hba.conf".to_owned(), HBA.as_bytes().to_vec())];
        match identity {
            None => {
                let is_tls = |line: &&str| !line.starts_with("hostssl") && !line.starts_with("hostnossl");
                files[0].1 = HBA
                    .lines()
                    .filter(is_tls)
                    .flat_map(|line| [line, "\n"])
                    .collect::<String>()
                    .into();
            }
            Some(identity) => {
                for (setting, name, content) in [
                    ("ssl_cert_file", "server.crt", &identity.certificate),
                    ("ssl_key_file", "server.key", &identity.key),
                    ("ssl_ca_file", "ca.crt", &AUTHORITY.pem),
                ] {
                    settings.push((setting.to_owned(), format!("../{name}")));
                    files.push((name.to_owned(), content.as_bytes().to_vec()));
                }
                settings.push(("ssl".to_owned(), "on".to_owned()));
            }
        }
        let cluster = TemporaryCluster::start(&ClusterOptions { settings, files }).unwrap();
        let mut client = postgres::Client::connect(&cluster.url(), postgres::NoTls).unwrap();
        client
            .batch_execute(
                "CREATE ROLE certified LOGIN; CREATE ROLE tls_only LOGIN; CREATE ROLE plain_only LOGIN;
                 CREATE ROLE scram LOGIN PASSWORD 'right'; CREATE ROLE stranger LOGIN",
            )
            .unwrap();
        client.batch_execute("CREATE DATABASE second").unwrap();
        Self { cluster, address }
    }

    /// How to reach it over the network.
    pub(super) fn text(&self) -> String {
        format!(
            "host={NAME} hostaddr={} dbname=towpath user=towpath",
            self.address
        )
    }
}

/// An address of this machine where nothing listens.
fn free_address() -> Ipv4Addr {
    let mut addresses = std::iter::repeat_with(|| {
        Ipv4Addr::new(127, fastrand::u8(1..), fastrand::u8(..), fastrand::u8(1..255))
    });
    addresses
        .by_ref()
        .take(100)
        .find(|address| TcpListener::bind((*address, 5432)).is_ok())
        .expect("a free address")
}
