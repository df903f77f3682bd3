//! How a PostgreSQL server is reached: what libpq reads is read here in the same order and with
//! the same meaning, so that who can use `psql` needs to configure nothing.
//!
//! The rules are those of PostgreSQL's documentation: "Database Connection Control Functions",
//! "Environment Variables", "The Password File", "The Connection Service File" and "SSL Support".

mod attempt;
mod connection_string;
mod error;
mod explanation;
mod hosts;
mod keys;
mod password_file;
mod retry;
mod service_file;
mod settings;
mod tls;
mod values;

#[cfg(test)]
mod tests;

pub use error::{ConnectError, FailedAttempt, SettingsError};
pub use keys::Origin as SettingOrigin;
pub use retry::{Retry, is_transient};
pub use settings::{ConnectionSettings, Surroundings};
pub use tls::TlsFileError;
