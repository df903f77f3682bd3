//! `MatchSpec`s (CEP 29) as questions about packages that are known by name, version and build.

use rattler_conda_version::Version;
use thiserror::Error;

use crate::verify::{Requirement, name_and_requirement};

/// What somebody asks for: a name, and which versions and builds of it.
///
/// What cannot be told without the package's record, such as a regular expression, counts as fulfilled.
///
/// ```
/// use towpath_core::environment::Wanted;
/// let wanted = Wanted::parse("numpy>=2,<3").unwrap();
/// assert_eq!(wanted.name(), "numpy");
/// assert!(wanted.is("2.1.0", "py312_0", None));
/// assert!(!wanted.is("3.0", "py312_0", None));
/// ```
#[derive(Clone, Debug)]
pub struct Wanted {
    name: String,
    requirement: Requirement,
}

/// What asks for no package.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no MatchSpec of one package, such as 'numpy>=2,<3'")]
pub struct NotWanted(String);

impl Wanted {
    /// What a `MatchSpec` asks for.
    ///
    /// # Errors
    ///
    /// When it is none, or is about something else than the builds of one package.
    pub fn parse(spec: &str) -> Result<Self, NotWanted> {
        let no = || NotWanted(spec.to_owned());
        let name = name_and_requirement(spec).0.to_lowercase();
        let requirement = Requirement::of(spec).ok_or_else(no)?;
        match name.is_empty() || name.contains('*') {
            true => Err(no()),
            false => Ok(Self { name, requirement }),
        }
    }

    /// The name, in lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a package of the name is what is asked for.
    pub fn is(&self, version: &str, build: &str, build_number: Option<u64>) -> bool {
        let version = version.parse::<Version>();
        // Of a version that cannot be read nothing can be said against it.
        let has_version = version.map_or(true, |version| self.requirement.finds_version(&version));
        has_version && self.requirement.finds_build(build, build_number)
    }
}
