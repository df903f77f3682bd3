//! The rules, by what they look at.
//!
//! | group | looks at |
//! |---|---|
//! | A | the container: zip, compressed streams, the two components |
//! | B | members of the tarballs |
//! | C | names |
//! | D | metadata under `info/` |
//! | E | `info/paths.json` and whether it tells the truth |
//! | F | the payload |
//! | G | the channel that the package is to be added to |

mod attestation;
mod channel;
mod container;
mod entries;
mod metadata;
mod names;
mod paths;
mod payload;

use std::sync::LazyLock;

pub(super) use attestation::target_channel;

use super::Rule;

/// The rules in order of their codes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    static IN_ORDER: LazyLock<Vec<&Rule>> = LazyLock::new(|| {
        let groups = [
            container::RULES,
            entries::RULES,
            names::RULES,
            metadata::RULES,
            metadata::VIRTUAL_PACKAGES,
            paths::RULES,
            payload::RULES,
            attestation::RULES,
            channel::RULES,
        ];
        let mut rules: Vec<&Rule> = groups.concat();
        rules.sort_by_key(|rule| rule.code);
        rules
    });
    IN_ORDER.iter().copied()
}

/// The rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_code_of_its_own_and_explains_itself() {
        let codes: Vec<&str> = rules().map(|rule| rule.code).collect();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
        for rule in rules() {
            assert!(!rule.title.ends_with('.'), "{}", rule.code);
            assert!(rule.mirror <= rule.severity, "{}", rule.code);
            for text in [rule.why, rule.mend, rule.bad, rule.good] {
                assert!(!text.is_empty(), "{}", rule.code);
            }
        }
    }
}
