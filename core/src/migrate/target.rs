//! Which version to go to, as people write it.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where to go: `head`, `base`, `+N`, `-N` or `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The newest version that this towpath knows.
    Head,
    /// Before the first step.
    Base,
    /// So many steps up.
    Up(u32),
    /// So many steps down.
    Down(u32),
    /// This version.
    Version(u32),
}

/// What was written is not a target, or not one of this database.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// It is none of the forms.
    #[error("`{0}` is not a version: write `head`, `base`, a number, or a number of steps as `+1` or `-1`")]
    Malformed(String),
    /// There is no such version.
    #[error("there is no version {asked}: this towpath knows versions up to {head}")]
    Unknown {
        /// What was asked for.
        asked: u64,
        /// The newest.
        head: u32,
    },
    /// There are not so many steps back.
    #[error("the database has version {version}: it cannot go back by {steps}")]
    BelowBase {
        /// Its version.
        version: u32,
        /// What was asked for.
        steps: u32,
    },
}

impl Target {
    /// The version that is meant in a database of this version. Versions above `head` are known
    /// only if the database has them.
    ///
    /// # Errors
    ///
    /// When there is no such version.
    pub fn resolve(self, version: u32, head: u32) -> Result<u32, TargetError> {
        let newest = version.max(head);
        match self {
            Self::Head => Ok(head),
            Self::Base => Ok(0),
            Self::Up(steps) => match version.checked_add(steps) {
                Some(wanted) if wanted <= head => Ok(wanted),
                _ => Err(TargetError::Unknown {
                    asked: u64::from(version) + u64::from(steps),
                    head,
                }),
            },
            Self::Down(steps) => version
                .checked_sub(steps)
                .ok_or(TargetError::BelowBase { version, steps }),
            Self::Version(wanted) if wanted <= newest => Ok(wanted),
            Self::Version(wanted) => Err(TargetError::Unknown {
                asked: wanted.into(),
                head,
            }),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let number = |digits: &str| {
            // `u32` would parse a sign of its own.
            if digits.starts_with(|c: char| c.is_ascii_digit()) {
                digits.parse().ok()
            } else {
                None
            }
        };
        let target = match text {
            "head" => Some(Self::Head),
            "base" => Some(Self::Base),
            _ => match (text.strip_prefix('+'), text.strip_prefix('-')) {
                (Some(steps), _) => number(steps).map(Self::Up),
                (_, Some(steps)) => number(steps).map(Self::Down),
                _ => number(text).map(Self::Version),
            },
        };
        target.ok_or_else(|| TargetError::Malformed(text.to_owned()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str("head"),
            Self::Base => f.write_str("base"),
            Self::Up(steps) => write!(f, "+{steps}"),
            Self::Down(steps) => write!(f, "-{steps}"),
            Self::Version(version) => write!(f, "{version}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("head", Target::Head, Ok(3))]
    #[case("base", Target::Base, Ok(0))]
    #[case("+1", Target::Up(1), Ok(3))]
    #[case("-2", Target::Down(2), Ok(0))]
    #[case("1", Target::Version(1), Ok(1))]
    #[case("+2", Target::Up(2), Err(TargetError::Unknown { asked: 4, head: 3 }))]
    #[case("-3", Target::Down(3), Err(TargetError::BelowBase { version: 2, steps: 3 }))]
    #[case("4", Target::Version(4), Err(TargetError::Unknown { asked: 4, head: 3 }))]
    fn a_target_is_parsed_and_means_a_version(
        #[case] text: &str,
        #[case] target: Target,
        #[case] version: Result<u32, TargetError>,
    ) {
        assert_eq!(text.parse(), Ok(target));
        assert_eq!(target.to_string(), text);
        assert_eq!(target.resolve(2, 3), version);
    }

    #[rstest::rstest]
    fn other_words_are_no_targets(
        #[values("", "tail", "+", "-", "++1", "+-1", "1.0", "99999999999")] text: &str,
    ) {
        assert_eq!(
            text.parse::<Target>(),
            Err(TargetError::Malformed(text.to_owned()))
        );
    }
}
