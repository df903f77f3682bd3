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
pub enum NotWanted {
    /// It cannot be read.
    #[error("{0:?} is no MatchSpec of one package, such as 'numpy>=2,<3'")]
    NoSpec(String),
    /// It asks for what is not known here.
    #[error(
        "{0:?} asks for {1}, which cannot be answered here: a name, versions and builds can, as in 'numpy>=2,<3'"
    )]
    Unanswered(String, String),
}

impl Wanted {
    /// What a `MatchSpec` asks for.
    ///
    /// # Errors
    ///
    /// When it is none, or is about something else than the builds of one package.
    pub fn parse(spec: &str) -> Result<Self, NotWanted> {
        let no = || NotWanted::NoSpec(spec.to_owned());
        let name = name_and_requirement(spec).0.to_lowercase();
        let requirement = Requirement::of(spec).ok_or_else(no)?;
        match name.is_empty() || name.contains('*') {
            true => Err(no()),
            false => Ok(Self { name, requirement }),
        }
    }

    /// The same of a question: what would count as fulfilled because it cannot be told is no question.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and when it asks for more than a name, versions and builds.
    pub fn question(spec: &str) -> Result<Self, NotWanted> {
        match Requirement::unanswered(spec) {
            Some(what) => Err(NotWanted::Unanswered(spec.to_owned(), what)),
            None => Self::parse(spec),
        }
    }

    /// The same where build numbers are not known.
    ///
    /// # Errors
    ///
    /// As [`question`](Self::question), and when it asks for a build number.
    pub fn question_without_numbers(spec: &str) -> Result<Self, NotWanted> {
        let wanted = Self::question(spec)?;
        match wanted.requirement.asks_build_number() {
            true => Err(NotWanted::Unanswered(
                spec.to_owned(),
                "a build number".to_owned(),
            )),
            false => Ok(wanted),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("numpy[license=GPL]", "asks for \"license\"")]
    #[case("numpy[subdir=linux-64]", "asks for \"subdir\"")]
    #[case("main::numpy", "asks for a channel")]
    #[case("num*", "asks for a pattern of names")]
    #[case("numpy[build_number=7]", "asks for a build number")]
    #[case("numpy =>", "is no MatchSpec")]
    fn what_cannot_be_answered_is_no_question(#[case] spec: &str, #[case] why: &str) {
        let refused = Wanted::question_without_numbers(spec).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }

    #[rstest::rstest]
    #[case("numpy")]
    #[case("numpy >=2,<3")]
    #[case("numpy 2.* py312*")]
    #[case("numpy[version='>=2', build=py312*]")]
    fn names_versions_and_builds_are_asked_for(#[case] spec: &str) {
        assert_eq!(Wanted::question_without_numbers(spec).unwrap().name(), "numpy");
    }
}
