//! One difference between a live catalogue and the one that a version should have.

use std::fmt;

use super::Object;

/// One difference, and what mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The object, as it is or as it should be.
    pub object: Object,
    /// What is wrong, for people.
    pub sentence: String,
    /// Statements that mend it, to be run in this order, each outside of a transaction. None where
    /// it takes a person to say what should become of the data.
    pub repair: Vec<String>,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        for statement in &self.repair {
            write!(f, "\n    {statement};")?;
        }
        Ok(())
    }
}
