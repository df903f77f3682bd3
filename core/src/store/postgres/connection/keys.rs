//! The keys of libpq's connection parameters, the environment variables that stand for them, and
//! what was given for them where.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::error::SettingsError;

/// Defines [`Key`] with libpq's name and variable of each.
macro_rules! keys {
    ($($key:ident $name:literal $variable:expr),+ $(,)?) => {
        /// A connection parameter that is honoured.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Key { $($key),+ }

        impl Key {
            /// All of them.
            pub(super) const ALL: &[Self] = &[$(Self::$key),+];

            /// What it is called in connection strings and service files.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$key => $name),+ }
            }

            /// The environment variable that gives its default.
            pub(super) fn variable(self) -> Option<&'static str> {
                match self { $(Self::$key => $variable),+ }
            }
        }
    };
}

keys! {
    ApplicationName "application_name" Some("PGAPPNAME"),
    ChannelBinding "channel_binding" Some("PGCHANNELBINDING"),
    ClientEncoding "client_encoding" Some("PGCLIENTENCODING"),
    ConnectTimeout "connect_timeout" Some("PGCONNECT_TIMEOUT"),
    Database "dbname" Some("PGDATABASE"),
    FallbackApplicationName "fallback_application_name" None,
    GssEncryption "gssencmode" Some("PGGSSENCMODE"),
    Host "host" Some("PGHOST"),
    HostAddress "hostaddr" Some("PGHOSTADDR"),
    Keepalives "keepalives" None,
    KeepalivesCount "keepalives_count" None,
    KeepalivesIdle "keepalives_idle" None,
    KeepalivesInterval "keepalives_interval" None,
    LoadBalanceHosts "load_balance_hosts" Some("PGLOADBALANCEHOSTS"),
    MaxProtocol "max_protocol_version" Some("PGMAXPROTOCOLVERSION"),
    MinProtocol "min_protocol_version" Some("PGMINPROTOCOLVERSION"),
    Options "options" Some("PGOPTIONS"),
    Password "password" Some("PGPASSWORD"),
    PasswordFile "passfile" Some("PGPASSFILE"),
    Port "port" Some("PGPORT"),
    Schema "schema" None,
    Service "service" Some("PGSERVICE"),
    ServiceFile "servicefile" Some("PGSERVICEFILE"),
    SslCertificate "sslcert" Some("PGSSLCERT"),
    SslCertificateMode "sslcertmode" Some("PGSSLCERTMODE"),
    SslCompression "sslcompression" Some("PGSSLCOMPRESSION"),
    SslKeyFile "sslkey" Some("PGSSLKEY"),
    SslMaxProtocol "ssl_max_protocol_version" Some("PGSSLMAXPROTOCOLVERSION"),
    SslMinProtocol "ssl_min_protocol_version" Some("PGSSLMINPROTOCOLVERSION"),
    SslMode "sslmode" Some("PGSSLMODE"),
    SslNegotiation "sslnegotiation" Some("PGSSLNEGOTIATION"),
    SslRevocations "sslcrl" Some("PGSSLCRL"),
    SslRootCertificates "sslrootcert" Some("PGSSLROOTCERT"),
    SslServerName "sslsni" Some("PGSSLSNI"),
    TargetSession "target_session_attrs" Some("PGTARGETSESSIONATTRS"),
    TcpUserTimeout "tcp_user_timeout" None,
    User "user" Some("PGUSER"),
}

/// What libpq honours and towpath cannot: name, variable, and what to do instead.
const UNSUPPORTED: &[(&str, Option<&str>, &str)] = &[
    (
        "gssdelegation",
        Some("PGGSSDELEGATION"),
        "there is no Kerberos here: leave it out",
    ),
    (
        "gsslib",
        Some("PGGSSLIB"),
        "there is no Kerberos here: leave it out",
    ),
    (
        "krbsrvname",
        Some("PGKRBSRVNAME"),
        "there is no Kerberos here: leave it out",
    ),
    (
        "oauth_client_id",
        None,
        "there is no OAuth here: use a password or a client certificate",
    ),
    (
        "oauth_client_secret",
        None,
        "there is no OAuth here: use a password or a client certificate",
    ),
    (
        "oauth_issuer",
        None,
        "there is no OAuth here: use a password or a client certificate",
    ),
    (
        "oauth_scope",
        None,
        "there is no OAuth here: use a password or a client certificate",
    ),
    (
        "replication",
        None,
        "an index needs an ordinary session: leave it out",
    ),
    (
        "require_auth",
        Some("PGREQUIREAUTH"),
        "use channel_binding=require or sslmode=verify-full",
    ),
    (
        "requirepeer",
        Some("PGREQUIREPEER"),
        "use a socket in a folder that only the server's user can write to",
    ),
    ("requiressl", Some("PGREQUIRESSL"), "use sslmode=require"),
    ("scram_client_key", None, "use the password"),
    ("scram_server_key", None, "use the password"),
    (
        "sslcrldir",
        Some("PGSSLCRLDIR"),
        "put the lists into one file and name it by sslcrl",
    ),
    ("sslkeylogfile", None, "leave it out"),
    (
        "sslpassword",
        None,
        "encrypted keys cannot be read: decrypt the key (openssl pkey -in KEY -out NEW)",
    ),
];

impl Key {
    /// The key of this name.
    ///
    /// # Errors
    ///
    /// When libpq has none such, or it cannot be honoured.
    pub(super) fn named(name: &str, origin: &Origin) -> Result<Self, SettingsError> {
        if let Some(key) = Self::ALL.iter().find(|key| key.name() == name) {
            return Ok(*key);
        }
        match UNSUPPORTED.iter().find(|(unsupported, ..)| *unsupported == name) {
            Some((key, _, instead)) => Err(SettingsError::Unsupported {
                key,
                origin: origin.clone(),
                instead,
            }),
            None => Err(SettingsError::UnknownKey {
                key: name.to_owned(),
                origin: origin.clone(),
            }),
        }
    }
}

/// Whether a text may be a key: what may not is not shown, for it may be a part of a password.
pub(super) fn is_key_like(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the connection string.
    ConnectionString,
    /// In a service file.
    ServiceFile {
        /// Which one.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// In the environment.
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectionString => f.write_str("the connection string"),
            Self::ServiceFile { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
        }
    }
}

/// A value as it was given.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: String,
    pub(super) origin: Origin,
}

/// What was given, for each key by whoever comes first.
#[derive(Clone, Default)]
pub(super) struct Parameters(BTreeMap<Key, Given>);

impl Parameters {
    /// Takes a value that replaces an earlier one.
    pub(super) fn set(&mut self, key: Key, value: String, origin: Origin) {
        self.0.insert(key, Given { value, origin });
    }

    /// Takes a value if there is none yet.
    pub(super) fn set_default(&mut self, key: Key, value: String, origin: Origin) {
        self.0.entry(key).or_insert(Given { value, origin });
    }

    /// Takes from the environment what was not given yet.
    ///
    /// # Errors
    ///
    /// When the environment asks for what cannot be honoured.
    pub(super) fn set_defaults_from(
        &mut self,
        variables: &BTreeMap<String, String>,
    ) -> Result<(), SettingsError> {
        let value_of = |variable: &str| variables.get(variable).filter(|value| !value.is_empty());
        for (key, variable, instead) in UNSUPPORTED {
            if let Some(variable) = variable
                && value_of(variable).is_some()
            {
                let origin = Origin::Variable(variable);
                return Err(SettingsError::Unsupported { key, origin, instead });
            }
        }
        for key in Key::ALL {
            if let Some(variable) = key.variable()
                && let Some(value) = value_of(variable)
            {
                self.set_default(*key, value.clone(), Origin::Variable(variable));
            }
        }
        Ok(())
    }

    /// Takes from another what was not given yet.
    pub(super) fn set_defaults_of(&mut self, other: Self) {
        for (key, given) in other.0 {
            self.0.entry(key).or_insert(given);
        }
    }

    /// What was given, if it is not empty: an empty value asks for the default.
    pub(super) fn get(&self, key: Key) -> Option<&Given> {
        self.0.get(&key).filter(|given| !given.value.is_empty())
    }

    /// The value that was given, if it is not empty.
    pub(super) fn value(&self, key: Key) -> Option<&str> {
        self.get(key).map(|given| given.value.as_str())
    }

    /// That what was given cannot be used.
    pub(super) fn invalid(&self, key: Key, problem: impl Into<String>) -> SettingsError {
        let origin = self
            .0
            .get(&key)
            .map_or(Origin::ConnectionString, |given| given.origin.clone());
        SettingsError::InvalidValue {
            key: key.name(),
            origin,
            problem: problem.into(),
        }
    }
}
