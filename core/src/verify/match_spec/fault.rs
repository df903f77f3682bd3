//! What can be wrong with a `MatchSpec`.

use std::fmt;

use thiserror::Error;

/// Why clients cannot read a `MatchSpec`. Each ends a sentence: "… cannot be read: it names no package".
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing there, or only a channel.
    #[error("it names no package")]
    Empty,
    /// A character that has no meaning where it is.
    #[error("it has a {} where none can be", shown(*.0))]
    Character(char),
    /// Something that names no package.
    #[error("no package can have this name")]
    Name,
    /// `; if`, which was proposed and then became `[when=…]`.
    #[error("\"; if\" is no part of it any more; a condition is [when=\"…\"] (CEP 43)")]
    OldCondition,
    /// An operator such as `=>` or `<>`.
    #[error("\"{0}\" is no operator: they are ==, !=, <=, >=, <, >, = and ~=")]
    Operator(String),
    /// An operator, comma or bar with no version behind it.
    #[error("a version is missing")]
    NoVersion,
    /// Parentheses that are not closed, or not opened.
    #[error("its parentheses do not match")]
    Parentheses,
    /// Two comparisons side by side.
    #[error("a comma is missing before \"{0}\"")]
    NoComma(char),
    /// Something that cannot be a version, and why.
    #[error("its version {0}")]
    Version(&'static str),
    /// `name=1.0=`.
    #[error("a build is missing behind the last \"=\"")]
    NoBuild,
    /// A character that no build string has (CEP 26).
    #[error("its build string has a {}, which no build string can have", shown(*.0))]
    BuildCharacter(char),
    /// More than name, version and build.
    #[error("it has more than a name, a version and a build string")]
    TooManyParts,
    /// Something about the square brackets.
    #[error("in its square brackets, {0}")]
    Brackets(&'static str),
    /// A key that no record can be asked for.
    #[error("in its square brackets, there is no key {0}")]
    Key(String),
    /// A condition that cannot be read.
    #[error("its condition {0}")]
    Condition(String),
}

/// What can be read and should be written otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slip {
    /// `name >= 1.0` or `name >=1.0, <2.0`.
    SpaceInVersion,
    /// `name=1.0 build` or `name 1.0=build`.
    MixedSeparators,
    /// `~=1.0`.
    CompatibleRelease,
    /// `>=1.0.*` or `==1.0.*`.
    GlobWithOperator,
    /// A regular expression, or an asterisk that is not at the end.
    VersionPattern,
    /// A number that does not fit into 31 bits.
    LargeNumber,
    /// `(>=1,<2)|>3`, or in a regular expression.
    Parentheses,
    /// `channel::name`.
    Channel,
    /// `name*`.
    NamePattern,
    /// `name # why`.
    Comment,
    /// `[version=1 build=2]`.
    SpaceBetweenKeys,
    /// ` name`.
    LeadingSpace,
    /// `name  1.0`.
    SeveralSpaces,
}

impl fmt::Display for Slip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SpaceInVersion => "there are spaces within the version expression, where CEP 29 has none",
            Self::MixedSeparators => {
                "name, version and build are separated by a space here and by \"=\" there"
            }
            Self::CompatibleRelease => "~= is deprecated: ~=1.2.3 is >=1.2.3,1.2.*",
            Self::GlobWithOperator => "an operator and an asterisk do not go together",
            Self::VersionPattern => "its version is a pattern of text, which some clients refuse",
            Self::LargeNumber => "a number is larger than 2147483647",
            Self::Parentheses => "it has parentheses, which conda drops with all that is in them",
            Self::Channel => "it names a channel, which a mirror of the package does not have",
            Self::NamePattern => "its name is a pattern, which some clients refuse",
            Self::Comment => "it ends in a comment",
            Self::SpaceBetweenKeys => "its keys are separated by spaces; it should be commas",
            Self::LeadingSpace => "it begins with a space, with which conda finds no name in it",
            Self::SeveralSpaces => "there are several spaces in a row",
        })
    }
}

fn shown(character: char) -> String {
    match character {
        ' ' => "space".to_owned(),
        '"' => "quotation mark".to_owned(),
        _ if character.is_ascii_graphic() => format!("\"{character}\""),
        _ => format!("U+{:04X}", u32::from(character)),
    }
}
