//! The names of subdirs: one folder of a channel for each platform.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The subdirs that conda knows, which are the ones looked for in a channel. Others are indexed
/// when asked for by name.
pub const KNOWN_SUBDIRS: [&str; 19] = [
    "emscripten-wasm32",
    "freebsd-64",
    "linux-32",
    "linux-64",
    "linux-aarch64",
    "linux-armv6l",
    "linux-armv7l",
    "linux-ppc64",
    "linux-ppc64le",
    "linux-riscv64",
    "linux-s390x",
    "noarch",
    "osx-64",
    "osx-arm64",
    "wasi-wasm32",
    "win-32",
    "win-64",
    "win-arm64",
    "zos-z",
];

/// The name of a subdir: one component of a path, such as `linux-64`.
///
/// ```
/// use towpath_core::channel::Subdir;
/// assert!("linux-64".parse::<Subdir>().is_ok());
/// assert!("../evil".parse::<Subdir>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subdir(String);

/// A name that no subdir can have.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} cannot be a subdir: a subdir is one folder of the channel, such as linux-64 or noarch")]
pub struct InvalidSubdir(String);

impl Subdir {
    /// `noarch`, which every channel has (CEP 26).
    pub fn noarch() -> Self {
        Self("noarch".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Subdir {
    type Err = InvalidSubdir;

    fn from_str(name: &str) -> Result<Self, InvalidSubdir> {
        let is_component =
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':']);
        if is_component {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidSubdir(name.to_owned()))
        }
    }
}

impl fmt::Display for Subdir {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("")]
    #[case(".")]
    #[case("..")]
    #[case("../evil")]
    #[case("a/b")]
    #[case("a\\b")]
    #[case("C:")]
    #[case(".cache")]
    fn paths_are_no_subdirs(#[case] name: &str) {
        assert!(name.parse::<Subdir>().is_err());
    }
}
