//! The settings of a connection, gathered as libpq gathers them: connection string, service file,
//! environment, defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::ChannelBinding;

use super::connection_string;
use super::error::SettingsError;
use super::hosts::{self, Host, encode};
use super::keys::{Key, Parameters};
use super::password_file::{Password, PasswordFile};
use super::service_file;
use super::tls::TlsSettings;
use super::values::{check_unsupported_values, duration, number, word};

/// Everything outside the connection string that libpq looks at.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// The environment's variables; those that begin with PG are looked at.
    pub variables: BTreeMap<String, String>,
    /// The home of the user: `.pgpass`, `.pg_service.conf` and `.postgresql/` are in it.
    pub home: Option<PathBuf>,
    /// The name of the user: as whom to connect if nobody says it.
    pub user: Option<String>,
    /// Where the system's `pg_service.conf` is: PGSYSCONFDIR, or `/etc/postgresql-common`.
    pub system_service_folder: PathBuf,
}

impl fmt::Debug for Surroundings {
    /// Names the variables, whose values may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("variables", &self.variables.keys())
            .field("home", &self.home)
            .field("user", &self.user)
            .field("system_service_folder", &self.system_service_folder)
            .finish()
    }
}

/// Which servers to try in which way, and what a session on them is like.
///
/// `Display` writes a URL without secrets, and `Debug` shows no password.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    pub(super) hosts: Vec<Host>,
    pub(super) order: HostOrder,
    pub(super) target: TargetSession,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) schema: Option<String>,
    pub(super) passwords: Passwords,
    pub(super) channel_binding: ChannelBinding,
    pub(super) options: Option<String>,
    pub(super) application_name: String,
    pub(super) timeouts: Timeouts,
    pub(super) tls: TlsSettings,
    warnings: Vec<String>,
}

/// In which order several servers are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostOrder {
    AsGiven,
    Random,
}

/// What a session has to be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetSession {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// Where passwords come from.
#[derive(Clone, Debug)]
pub(super) enum Passwords {
    Given(Password),
    File(PasswordFile),
}

/// How long to wait for whom.
#[derive(Clone, Debug)]
pub(super) struct Timeouts {
    /// Until there is a session on one host.
    pub(super) connect: Option<Duration>,
    pub(super) tcp_user: Option<Duration>,
    pub(super) keepalives: Option<Keepalives>,
}

/// When a quiet connection is probed; what is not given is the system's choice.
#[derive(Clone, Debug)]
pub(super) struct Keepalives {
    pub(super) idle: Option<Duration>,
    pub(super) interval: Option<Duration>,
    pub(super) count: Option<u32>,
}

impl ConnectionSettings {
    /// Gathers the settings from `text` – a URL (`postgresql://`, `postgres://`, or with a driver
    /// as SQLAlchemy has it, `postgresql+psycopg2://`) or `key=value` –, the service file and the
    /// surroundings. No server is asked.
    ///
    /// Beyond libpq's keys there is `schema`: the one schema in the search path of every session.
    ///
    /// # Errors
    ///
    /// When something of it cannot be read, is not known, or cannot be honoured.
    pub fn resolve(text: Option<&str>, surroundings: &Surroundings) -> Result<Self, SettingsError> {
        let mut parameters = match text {
            Some(text) if !text.trim().is_empty() => connection_string::parse(text)?,
            _ => Parameters::default(),
        };
        service_file::set_defaults(&mut parameters, surroundings)?;
        parameters.set_defaults_from(&surroundings.variables)?;

        let mut warnings = Vec::new();
        check_unsupported_values(&parameters, &mut warnings)?;
        let text = |key| parameters.value(key).map(str::to_owned);
        let user = text(Key::User)
            .or_else(|| surroundings.user.clone())
            .ok_or(SettingsError::NoUser)?;
        let application_name = text(Key::ApplicationName).or_else(|| text(Key::FallbackApplicationName));
        let home = surroundings.home.as_deref();
        Ok(Self {
            hosts: hosts::resolve(&parameters)?,
            order: word(
                &parameters,
                Key::LoadBalanceHosts,
                &[("disable", HostOrder::AsGiven), ("random", HostOrder::Random)],
                HostOrder::AsGiven,
            )?,
            target: target_session(&parameters)?,
            database: text(Key::Database).unwrap_or_else(|| user.clone()),
            user,
            schema: text(Key::Schema),
            passwords: passwords(&parameters, home, &mut warnings)?,
            channel_binding: word(
                &parameters,
                Key::ChannelBinding,
                &[
                    ("disable", ChannelBinding::Disable),
                    ("prefer", ChannelBinding::Prefer),
                    ("require", ChannelBinding::Require),
                ],
                ChannelBinding::Prefer,
            )?,
            options: text(Key::Options),
            application_name: application_name.unwrap_or_else(|| "towpath".to_owned()),
            timeouts: timeouts(&parameters)?,
            tls: TlsSettings::resolve(&parameters, home, &mut warnings)?,
            warnings,
        })
    }

    /// The same for another database of the server.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        Self {
            database: name.to_owned(),
            ..self.clone()
        }
    }

    /// The same with another schema as search path, or with the server's search path.
    #[must_use]
    pub fn with_schema(&self, name: Option<&str>) -> Self {
        Self {
            schema: name.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The same as another user, whose password is the given one or the password file's. A password
    /// that was given for the first user is not kept; the file is not read then either.
    #[must_use]
    pub fn with_user(&self, name: &str, password: Option<&str>) -> Self {
        let passwords = match (password, &self.passwords) {
            (Some(password), _) => Passwords::Given(Password::new(password)),
            (None, Passwords::File(file)) => Passwords::File(file.clone()),
            (None, Passwords::Given(_)) => Passwords::File(PasswordFile::default()),
        };
        Self {
            user: name.to_owned(),
            passwords,
            ..self.clone()
        }
    }

    /// The same with at most this much time for each host.
    #[must_use]
    pub fn with_connect_timeout(&self, limit: Duration) -> Self {
        let mut settings = self.clone();
        let given = settings.timeouts.connect.unwrap_or(limit);
        settings.timeouts.connect = Some(given.min(limit));
        settings
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// As whom to connect.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The schema that is the search path of every session, if it is not the server's choice.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// What was passed over and may surprise: a password file that others may read, files that
    /// are named and not there.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The password for a host.
    pub(super) fn password(&self, host: &Host) -> Option<&Password> {
        match &self.passwords {
            Passwords::Given(password) => Some(password),
            Passwords::File(file) => file.password(host, &self.database, &self.user),
        }
    }
}

impl fmt::Display for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.hosts.iter().map(Host::url_part).collect();
        let (user, database) = (encode(&self.user), encode(&self.database));
        write!(f, "postgresql://{user}@{}/{database}", hosts.join(","))?;
        match &self.schema {
            Some(schema) => write!(f, "?schema={}", encode(schema)),
            None => Ok(()),
        }
    }
}

fn target_session(parameters: &Parameters) -> Result<TargetSession, SettingsError> {
    let words = [
        ("any", TargetSession::Any),
        ("read-write", TargetSession::ReadWrite),
        ("read-only", TargetSession::ReadOnly),
        ("primary", TargetSession::Primary),
        ("standby", TargetSession::Standby),
        ("prefer-standby", TargetSession::PreferStandby),
    ];
    word(parameters, Key::TargetSession, &words, TargetSession::Any)
}

fn passwords(
    parameters: &Parameters,
    home: Option<&Path>,
    warnings: &mut Vec<String>,
) -> Result<Passwords, SettingsError> {
    if let Some(password) = parameters.value(Key::Password) {
        return Ok(Passwords::Given(Password::new(password)));
    }
    let named = parameters.value(Key::PasswordFile).map(PathBuf::from);
    if let Some(path) = named.as_ref().filter(|path| !path.exists()) {
        warnings.push(format!("the password file {} is not there", path.display()));
    }
    match named.or_else(|| home.map(|home| home.join(".pgpass"))) {
        Some(path) => Ok(Passwords::File(PasswordFile::read(&path, warnings)?)),
        None => Ok(Passwords::File(PasswordFile::default())),
    }
}

fn timeouts(parameters: &Parameters) -> Result<Timeouts, SettingsError> {
    let second = Duration::from_secs(1);
    let are_kept_alive = match parameters.value(Key::Keepalives) {
        None => true,
        Some(_) => number(parameters, Key::Keepalives)?.is_some(),
    };
    let keepalives = Keepalives {
        idle: duration(parameters, Key::KeepalivesIdle, second)?,
        interval: duration(parameters, Key::KeepalivesInterval, second)?,
        count: number(parameters, Key::KeepalivesCount)?,
    };
    Ok(Timeouts {
        connect: duration(parameters, Key::ConnectTimeout, second)?,
        tcp_user: duration(parameters, Key::TcpUserTimeout, Duration::from_millis(1))?,
        keepalives: are_kept_alive.then_some(keepalives),
    })
}
