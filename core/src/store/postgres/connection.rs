//! stand-in
use std::fmt;
#[derive(Clone, Debug)]
pub struct ConnectionSettings(postgres::Config);
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(postgres::Error);
impl ConnectError {
    pub fn is_transient(&self) -> bool {
        false
    }
}
pub struct SettingsError;
pub struct Surroundings;
#[derive(Clone, Debug, Default)]
pub struct Retry;
impl Retry {
    pub fn run<T, E>(&self, f: &mut dyn FnMut(u32) -> Result<T, E>, t: impl Fn(&E) -> bool) -> Result<T, E> {
        let mut n = 0;
        loop {
            n += 1;
            match f(n) {
                Err(e) if t(&e) && n < 5 => {}
                r => return r,
            }
        }
    }
}
impl ConnectionSettings {
    pub fn parse(url: &str) -> Self {
        Self(url.parse().unwrap())
    }
    pub fn connect(&self) -> Result<postgres::Client, ConnectError> {
        self.0.connect(postgres::NoTls).map_err(ConnectError)
    }
}
impl fmt::Display for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgresql")
    }
}
pub(super) fn is_transient(error: &postgres::Error) -> bool {
    error.is_closed()
}
