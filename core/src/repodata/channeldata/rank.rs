//! How new a version of a package is.

use std::cmp::Ordering;
use std::sync::Arc;

use rattler_conda_types::Version;

use crate::record::version_order;

/// How new a version of a package is: by version (CEP 33), then by time.
///
/// What is no version is older than everything that is one.
#[derive(Clone, Debug)]
pub(super) struct Rank(Arc<(Option<Version>, i64)>);

impl Rank {
    pub(super) fn new(version: &str, seconds: i64) -> Self {
        Self(Arc::new((version_order::parse(version).ok(), seconds)))
    }

    pub(super) fn cmp_version(&self, other: &Self) -> Ordering {
        match (&self.0.0, &other.0.0) {
            (Some(one), Some(other)) => version_order::compare(one, other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        }
    }

    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        self.cmp_version(other).then(self.0.1.cmp(&other.0.1)) == Ordering::Greater
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(("2.0", 0), ("1.0", 9))]
    #[case(("10.0", 0), ("9.0", 0))]
    #[case(("1.0", 2), ("1.0", 1))]
    #[case(("1.0.0", 2), ("1.0", 1))]
    #[case(("1.0a_", 0), ("1.0a", 9))]
    #[case(("0.1.dev0", 0), ("no version at all", 9))]
    fn the_first_is_newer(#[case] newer: (&str, i64), #[case] older: (&str, i64)) {
        let [newer, older] = [newer, older].map(|(version, seconds)| Rank::new(version, seconds));
        assert!(newer.is_newer_than(&older));
        assert!(!older.is_newer_than(&newer));
    }
}
