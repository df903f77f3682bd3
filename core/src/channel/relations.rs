//! What a channel says of its relation to other channels (CEP 42).

use thiserror::Error;

/// The other channels that clients shall load with this one (CEP 42).
///
/// References are relative to the channel's own URL and begin with `../`.
///
/// ```
/// use towpath_core::channel::ChannelRelations;
/// let relations = ChannelRelations::new(Some("../conda-forge".into()), None).unwrap();
/// assert_eq!(relations.base(), Some("../conda-forge"));
/// assert!(ChannelRelations::new(Some("https://example.org/x".into()), None).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelRelations {
    base: Option<String>,
    overrides: Option<String>,
}

/// A relation that CEP 42 forbids.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InvalidRelation {
    /// The reference is no relative path upwards.
    #[error(
        "a related channel is given relative to this one and begins with ../ (CEP 42), as in ../conda-forge; this is {0:?}"
    )]
    NotRelative(String),
    /// Both references are of one channel.
    #[error("a channel cannot be based on and override the same channel {0:?} (CEP 42)")]
    Same(String),
}

impl ChannelRelations {
    /// Takes the two references.
    ///
    /// # Errors
    ///
    /// When one does not begin with `../`, or both name the same channel.
    pub fn new(base: Option<String>, overrides: Option<String>) -> Result<Self, InvalidRelation> {
        for reference in [&base, &overrides].into_iter().flatten() {
            if reference != ".." && !reference.starts_with("../") {
                return Err(InvalidRelation::NotRelative(reference.clone()));
            }
        }
        let normalized =
            |reference: &Option<String>| reference.as_ref().map(|it| it.trim_end_matches('/').to_owned());
        match normalized(&base) {
            Some(base) if normalized(&overrides).as_ref() == Some(&base) => Err(InvalidRelation::Same(base)),
            _ => Ok(Self { base, overrides }),
        }
    }

    /// The channel that is loaded with higher priority than this one.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The channel that is loaded with lower priority than this one.
    pub fn overrides(&self) -> Option<&str> {
        self.overrides.as_deref()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.overrides.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_channel_cannot_be_both() {
        let same = ChannelRelations::new(Some("../a".into()), Some("../a/".into()));
        assert_eq!(same, Err(InvalidRelation::Same("../a".into())));
        assert!(ChannelRelations::new(Some("../a".into()), Some("../b".into())).is_ok());
        assert!(ChannelRelations::new(None, Some("../..".into())).is_ok());
    }
}
