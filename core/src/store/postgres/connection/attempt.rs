//! Connecting: each server in turn, with and without TLS as the settings say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};

use postgres::config::LoadBalanceHosts;
use postgres::error::SqlState;
use postgres::tls::{MakeTlsConnect, TlsConnect};
use postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{ConnectError, FailedAttempt};
use super::explanation::explain;
use super::hosts::Host;
use super::retry::{is_absence, is_transient};
use super::settings::{ConnectionSettings, HostOrder, TargetSession};
use super::tls::SslMode;

impl ConnectionSettings {
    /// Connects to the first server that lets us in and can do what is asked for, and makes the
    /// schema, if one is set, the session's search path.
    ///
    /// As with libpq, a server that refuses us for good is the last that is tried.
    ///
    /// # Errors
    ///
    /// When there is none such, or files for TLS cannot be used.
    pub fn connect(&self) -> Result<Client, ConnectError> {
        let tls = if self.hosts.iter().any(|host| self.may_use_tls(host)) {
            let connector = self.tls.connector();
            Some(connector.map_err(|source| ConnectError::TlsFile {
                target: self.to_string(),
                source,
            })?)
        } else {
            None
        };
        let mut hosts: Vec<&Host> = self.hosts.iter().collect();
        if self.order == HostOrder::Random {
            fastrand::shuffle(&mut hosts);
        }
        let mut attempts = Vec::new();
        for target in passes(self.target) {
            attempts.clear();
            for host in &hosts {
                let failed = match self.session(host, *target, tls.as_ref()) {
                    Ok(client) => return Ok(client),
                    Err(failed) => failed,
                };
                let is_final = failed.code.is_some() && !failed.transient;
                attempts.push(failed);
                if is_final {
                    break;
                }
            }
        }
        let warnings = self.warnings().to_vec();
        Err(ConnectError::Failed {
            target: self.to_string(),
            attempts,
            warnings,
        })
    }

    /// TLS is for the network alone.
    fn may_use_tls(&self, host: &Host) -> bool {
        matches!(host, Host::Tcp { .. }) && self.tls.mode != SslMode::Disable
    }

    /// A session on this host that is as it has to be.
    fn session(
        &self,
        host: &Host,
        target: TargetSession,
        tls: Option<&MakeRustlsConnect>,
    ) -> Result<Client, FailedAttempt> {
        let mut client = self.open(host, tls)?;
        let failed = |error: &postgres::Error| self.failed(host, error);
        if target != TargetSession::Any {
            let query = "SELECT current_setting('transaction_read_only') = 'on', pg_is_in_recovery()";
            let row = client.query_one(query, &[]).map_err(|error| failed(&error))?;
            if let Some(reason) = mismatch(target, row.get(0), row.get(1)) {
                let reason = reason.to_owned();
                return Err(FailedAttempt {
                    host: host.to_string(),
                    reason,
                    code: None,
                    transient: false,
                    absent: false,
                });
            }
        }
        if let Some(schema) = &self.schema {
            let quoted = schema.replace('"', "\"\"");
            client
                .batch_execute(&format!("SET search_path TO \"{quoted}\""))
                .map_err(|error| failed(&error))?;
        }
        Ok(client)
    }

    /// Opens a connection with or without TLS, and the other way where the mode allows it.
    fn open(&self, host: &Host, tls: Option<&MakeRustlsConnect>) -> Result<Client, FailedAttempt> {
        let Some(tls) = tls.filter(|_| self.may_use_tls(host)) else {
            let plain = self.limited(host, postgres::config::SslMode::Disable, NoTls);
            return plain.map_err(|failure| self.describe(host, &failure));
        };
        let first_mode = match self.tls.mode {
            SslMode::Disable | SslMode::Allow => postgres::config::SslMode::Disable,
            SslMode::Prefer => postgres::config::SslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => postgres::config::SslMode::Require,
        };
        let observed = Observed::new(tls.clone());
        let first = match self.limited(host, first_mode, observed.clone()) {
            Ok(client) => return Ok(client),
            Err(failure) => failure,
        };
        let is_refused = first.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
        // Unlike libpq, a wrong password is not sent again over a line that is not encrypted.
        let (second_mode, name) = match self.tls.mode {
            SslMode::Allow if is_refused => (postgres::config::SslMode::Require, "with TLS"),
            SslMode::Prefer if observed.was_used() && (is_refused || first.code().is_none()) => {
                (postgres::config::SslMode::Disable, "without TLS")
            }
            _ => return Err(self.describe(host, &first)),
        };
        self.limited(host, second_mode, tls.clone()).map_err(|second| {
            let first = self.describe(host, &first);
            let mut failed = self.describe(host, &second);
            failed.reason = format!("{}; {name}: {}", first.reason, failed.reason);
            failed
        })
    }

    /// Opens a connection within the time that a host has. Where the time is over the attempt is
    /// left to itself: its thread ends when the server or the network does something.
    fn limited<T>(&self, host: &Host, mode: postgres::config::SslMode, tls: T) -> Result<Client, Failure>
    where
        T: MakeTlsConnect<postgres::Socket> + Send + 'static,
        T::TlsConnect: Send,
        T::Stream: Send,
        <T::TlsConnect as TlsConnect<postgres::Socket>>::Future: Send,
    {
        let config = self.config(host, mode);
        let Some(timeout) = self.timeouts.connect else {
            return config.connect(tls).map_err(Failure::Server);
        };
        let (sender, receiver) = mpsc::sync_channel(1);
        std::thread::spawn(move || {
            // Nobody waits for it any more if this fails.
            let _ = sender.send(config.connect(tls));
        });
        match receiver.recv_timeout(timeout) {
            Ok(result) => result.map_err(Failure::Server),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(Failure::Timeout(timeout.as_secs()))
            }
        }
    }

    fn config(&self, host: &Host, mode: postgres::config::SslMode) -> Config {
        let mut config = Config::new();
        match host {
            Host::Unix { folder, port } => config.host_path(folder).port(*port),
            Host::Tcp { name, address, port } => {
                if let Some(address) = address {
                    config.hostaddr(*address);
                }
                config.host(name).port(*port)
            }
        };
        config
            .user(&self.user)
            .dbname(&self.database)
            .application_name(&self.application_name)
            .ssl_mode(mode)
            .ssl_negotiation(self.tls.negotiation)
            .channel_binding(self.channel_binding);
        if let Some(password) = self.password(host) {
            config.password(password.reveal());
        }
        if let Some(options) = &self.options {
            config.options(options);
        }
        if self.order == HostOrder::Random {
            config.load_balance_hosts(LoadBalanceHosts::Random);
        }
        if let Some(timeout) = self.timeouts.connect {
            config.connect_timeout(timeout);
        }
        if let Some(timeout) = self.timeouts.tcp_user {
            config.tcp_user_timeout(timeout);
        }
        config.keepalives(self.timeouts.keepalives.is_some());
        if let Some(keepalives) = &self.timeouts.keepalives {
            if let Some(idle) = keepalives.idle {
                config.keepalives_idle(idle);
            }
            if let Some(interval) = keepalives.interval {
                config.keepalives_interval(interval);
            }
            if let Some(count) = keepalives.count {
                config.keepalives_retries(count);
            }
        }
        config
    }

    fn describe(&self, host: &Host, failure: &Failure) -> FailedAttempt {
        match failure {
            Failure::Server(error) => self.failed(host, error),
            Failure::Timeout(seconds) => FailedAttempt {
                host: host.to_string(),
                reason: format!("no answer within {seconds} s (connect_timeout)"),
                code: None,
                transient: true,
                absent: false,
            },
        }
    }

    fn failed(&self, host: &Host, error: &postgres::Error) -> FailedAttempt {
        FailedAttempt {
            host: host.to_string(),
            reason: explain(self, host, error),
            code: error.code().cloned(),
            transient: is_transient(error),
            absent: is_absence(error),
        }
    }
}

/// Why a connection could not be opened.
enum Failure {
    Server(postgres::Error),
    Timeout(u64),
}

impl Failure {
    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Server(error) => error.code(),
            Self::Timeout(_) => None,
        }
    }
}

/// What is asked for, and what where no server can do it.
fn passes(target: TargetSession) -> &'static [TargetSession] {
    match target {
        TargetSession::Any => &[TargetSession::Any],
        TargetSession::ReadWrite => &[TargetSession::ReadWrite],
        TargetSession::ReadOnly => &[TargetSession::ReadOnly],
        TargetSession::Primary => &[TargetSession::Primary],
        TargetSession::Standby => &[TargetSession::Standby],
        TargetSession::PreferStandby => &[TargetSession::Standby, TargetSession::Any],
    }
}

/// Why a session is not as it has to be.
fn mismatch(target: TargetSession, is_read_only: bool, is_standby: bool) -> Option<&'static str> {
    match target {
        TargetSession::Any | TargetSession::PreferStandby => None,
        TargetSession::ReadWrite => is_read_only.then_some("the session is read-only"),
        TargetSession::ReadOnly => (!is_read_only).then_some("the session is not read-only"),
        TargetSession::Primary => is_standby.then_some("the server is a standby"),
        TargetSession::Standby => (!is_standby).then_some("the server is not a standby"),
    }
}

/// Tells whether a handshake was begun: whether the server said that it has TLS.
#[derive(Clone)]
struct Observed<T> {
    tls: T,
    used: Arc<AtomicBool>,
}

impl<T> Observed<T> {
    fn new(tls: T) -> Self {
        Self {
            tls,
            used: Arc::new(AtomicBool::new(false)),
        }
    }

    fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }
}

impl<S, T: MakeTlsConnect<S>> MakeTlsConnect<S> for Observed<T> {
    type Stream = T::Stream;
    type TlsConnect = Observed<T::TlsConnect>;
    type Error = T::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Self::TlsConnect, Self::Error> {
        let tls = self.tls.make_tls_connect(domain)?;
        Ok(Observed {
            tls,
            used: Arc::clone(&self.used),
        })
    }
}

impl<S, T: TlsConnect<S>> TlsConnect<S> for Observed<T> {
    type Stream = T::Stream;
    type Error = T::Error;
    type Future = T::Future;

    fn connect(self, stream: S) -> Self::Future {
        self.used.store(true, Ordering::Relaxed);
        self.tls.connect(stream)
    }
}
