//! Packages are found by words.

use super::super::Match;
use super::*;

fn found(words: &str) -> Vec<(String, Match)> {
    let hits = channel().search(words, 100);
    assert_eq!(hits.total, hits.packages.len());
    hits.packages
        .into_iter()
        .map(|hit| (hit.name, hit.matched))
        .collect()
}

#[rstest::rstest]
#[case("NumPy", &[
    ("numpy", Match::Exact), ("numpydoc", Match::Prefix), ("py-numpy-tools", Match::Word), ("mynumpy", Match::Substring),
])]
#[case("psf", &[("python", Match::License)])]
#[case("numpy tools", &[("py-numpy-tools", Match::Word)])]
#[case("python", &[("python", Match::Exact), ("numpy", Match::Dependency)])]
#[case("sphinx", &[("numpydoc", Match::Dependency)])]
#[case("bsd num", &[("numpy", Match::License)])]
#[case("nothing", &[])]
#[case("  ", &[])]
fn the_best_comes_first(#[case] words: &str, #[case] expected: &[(&str, Match)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(name, matched)| ((*name).to_owned(), *matched))
        .collect();
    assert_eq!(found(words), expected);
}

#[test]
fn a_package_is_told_of_by_its_newest_version() {
    let mut channel = channel();
    let hits = channel.search("numpy", 1);
    assert_eq!((hits.total, hits.packages.len()), (4, 1));
    let hit = serde_json::to_value(&hits.packages[0]).unwrap();
    let expected = json!({
        "name": "numpy", "version": "1.10.0", "license": "BSD-3-Clause", "subdirs": ["linux-64"], "builds": 3,
        "timestamp": 1_700_000_000_000_i64, "matched": "exact",
    });
    assert_eq!(hit, expected);
}
