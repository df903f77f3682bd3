//! The names of namespaces and environments.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The longest name, in bytes: more than anybody types, and less than any file system refuses.
const LONGEST: usize = 200;

/// The name of a namespace or of an environment: without `/`, spaces, `:` and `#` (CEP 24), and no
/// part of a path that leads elsewhere.
///
/// ```
/// use towpath_core::environment::Name;
/// assert!("analysis-2026".parse::<Name>().is_ok());
/// assert!("..".parse::<Name>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A name that neither a namespace nor an environment can have.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidName {
    /// It has characters that it may not have, or none at all.
    #[error(
        "{0:?} cannot be the name of a namespace or an environment: it takes up to {LONGEST} letters, digits and \
         signs, without spaces, `/`, `\\`, `:` and `#` (CEP 24), and does not begin with a dot or a hyphen"
    )]
    Name(String),
    /// There are not two names.
    #[error("{0:?} names no environment: that is NAMESPACE/NAME, such as team/analysis")]
    Path(String),
}

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let is_allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"/\\:#".contains(c);
        let is_name = (1..=LONGEST).contains(&name.len())
            && !name.starts_with(['.', '-'])
            && name.chars().all(is_allowed);
        match is_name {
            true => Ok(Self(name.to_owned())),
            false => Err(InvalidName::Name(name.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// What an environment is called: its namespace, and its name in that.
///
/// ```
/// use towpath_core::environment::EnvironmentPath;
/// let path: EnvironmentPath = "team/analysis".parse().unwrap();
/// assert_eq!(path.namespace.as_str(), "team");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentPath {
    /// Whose it is.
    pub namespace: Name,
    /// Which one it is.
    pub name: Name,
}

impl FromStr for EnvironmentPath {
    type Err = InvalidName;

    fn from_str(path: &str) -> Result<Self, InvalidName> {
        let (namespace, name) = path
            .split_once('/')
            .ok_or_else(|| InvalidName::Path(path.to_owned()))?;
        Ok(Self {
            namespace: namespace.parse()?,
            name: name.parse()?,
        })
    }
}

impl fmt::Display for EnvironmentPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("team/analysis", true)]
    #[case("é/x.y_z", true)]
    #[case("team", false)]
    #[case("team/", false)]
    #[case("/analysis", false)]
    #[case("a/b/c", false)]
    #[case("../x", false)]
    #[case("a b/c", false)]
    #[case("a/-c", false)]
    fn two_names_are_an_environment(#[case] path: &str, #[case] is_one: bool) {
        assert_eq!(path.parse::<EnvironmentPath>().is_ok(), is_one);
    }
}
