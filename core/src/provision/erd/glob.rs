//! Patterns of names.

/// Whether a name matches a pattern in which `*` is any text and `?` any character.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where to go on after the last star, if what followed it did not match.
    let mut retry: Option<(usize, usize)> = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, read + 1));
                at += 1;
            }
            Some(expected) if *expected == '?' || *expected == name[read] => {
                at += 1;
                read += 1;
            }
            _ => match retry {
                Some((after_star, next)) => {
                    at = after_star;
                    read = next;
                    retry = Some((after_star, next + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("stat", "stat", true)]
    #[case("stat", "stats", false)]
    #[case("towpath_*", "towpath_run", true)]
    #[case("*_*t", "towpath_artifact", true)]
    #[case("*a*b", "aab", true)]
    #[case("*a*b", "aabc", false)]
    #[case("i?on", "icon", true)]
    #[case("i?on", "ion", false)]
    #[case("*", "", true)]
    #[case("", "a", false)]
    fn patterns(#[case] pattern: &str, #[case] name: &str, #[case] expected: bool) {
        assert_eq!(matches(pattern, name), expected);
    }
}
