//! A rule: what is asked of a package, why, and the function that looks.

use super::tree::Tree;
use super::{ChannelView, Claim, Evidence, Found, Profile, Severity};
use crate::channel::Subdir;

/// What is asked of a package.
#[derive(Debug)]
pub struct Rule {
    /// Its name in options and reports, for ever: a letter for the group and a number.
    pub code: &'static str,
    /// How bad a breach is for a package that is to be published.
    pub severity: Severity,
    /// How bad it is for a package that was published long ago.
    pub mirror: Severity,
    /// What is asked, as a sentence without its stop.
    pub title: &'static str,
    /// Who asks.
    pub sources: &'static [Source],
    /// What happens to whom if it is not so.
    pub why: &'static str,
    /// What the package's author does about it.
    pub mend: &'static str,
    /// Something that breaks the rule.
    pub bad: &'static str,
    /// The same, as it should be.
    pub good: &'static str,
    /// Whether clients make the same of a package that breaks the rule.
    pub readers: Readers,
    /// Looks, and says what it found.
    pub check: Check,
}

/// How a rule looks.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// At a package on its own.
    Package(fn(&Subject<'_>, &mut Found<'_>)),
    /// At what a package says of itself, and at the channel that it is to be added to.
    Channel(fn(&Claim, &ChannelView, &mut Found<'_>)),
    /// At both, one after the other.
    Both(
        fn(&Subject<'_>, &mut Found<'_>),
        fn(&Claim, &ChannelView, &mut Found<'_>),
    ),
}

/// Who asks for what a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A conda enhancement proposal, and what part of it.
    Cep(u16, &'static str),
    /// Something else, in words.
    Other(&'static str),
}

/// What clients make of a package that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// All the same.
    Agree,
    /// Some install other files, or other metadata, than others.
    Differ,
    /// Some or all refuse it.
    Refuse,
}

/// What rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What was seen of the package.
    pub evidence: &'a Evidence,
    /// The payload by path.
    pub(super) tree: &'a Tree<'a>,
    /// The subdir that it is to be published in, if that is known.
    pub subdir: Option<&'a Subdir>,
    /// The time, in milliseconds since 1970, if that is known.
    pub now: Option<i64>,
    /// The attestation that lies beside it, if there is one.
    pub attestation: Option<&'a [u8]>,
}

impl Rule {
    /// How bad a breach is.
    pub fn severity_in(&self, profile: Profile) -> Severity {
        match profile {
            Profile::Publish => self.severity,
            Profile::Mirror => self.mirror,
        }
    }
}

impl Source {
    /// Where it can be read, if it is on the web.
    pub fn url(self) -> Option<String> {
        match self {
            Self::Cep(number, _) => Some(format!(
                "https://github.com/conda/ceps/blob/main/cep-{number:04}.md"
            )),
            Self::Other(_) => None,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cep(number, "") => write!(formatter, "CEP {number}"),
            Self::Cep(number, part) => write!(formatter, "CEP {number}, {part}"),
            Self::Other(words) => formatter.write_str(words),
        }
    }
}
