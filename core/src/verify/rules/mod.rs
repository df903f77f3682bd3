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

mod container;

use super::Rule;

/// The rules in order of their codes.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let groups = [container::RULES];
    groups.into_iter().flatten().copied()
}

/// The rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_every_rule_explains_itself() {
        let codes: Vec<&str> = rules().map(|rule| rule.code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]));
        for rule in rules() {
            assert!(!rule.title.ends_with('.'), "{}", rule.code);
            assert!(rule.mirror <= rule.severity, "{}", rule.code);
            for text in [rule.why, rule.mend, rule.bad, rule.good] {
                assert!(!text.is_empty(), "{}", rule.code);
            }
        }
    }
}
