//! Which part of a file a client asks for (RFC 9110, section 14).

use std::ops::Range;

/// What is to be sent of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes, at least one.
    Bytes(Range<u64>),
    /// Nothing: what was asked for begins behind the end.
    BehindEnd,
}

/// What the header `Range` asks for of a file of `size` bytes. Several ranges, other units and what makes
/// no sense ask for the whole, as the RFC lets a server have it.
pub(super) fn part(header: &str, size: u64) -> Part {
    let Some((unit, range)) = header.split_once('=') else {
        return Part::Whole;
    };
    let Some((first, last)) = range.trim().split_once('-') else {
        return Part::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Part::Whole;
    }
    let bytes = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(count)) if first.is_empty() => size.saturating_sub(count)..size,
        _ => return Part::Whole,
    };
    if bytes.is_empty() {
        Part::BehindEnd
    } else {
        Part::Bytes(bytes)
    }
}

/// Digits, and nothing else. What is too large to be a place in a file is the largest number.
fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("bytes=0-0", 0..1)]
    #[case("bytes=0-9", 0..10)]
    #[case("bytes=2-4", 2..5)]
    #[case("bytes=5-", 5..10)]
    #[case("bytes=9-", 9..10)]
    #[case("bytes=5-100", 5..10)]
    #[case("bytes=-3", 7..10)]
    #[case("bytes=-10", 0..10)]
    #[case("bytes=-99", 0..10)]
    #[case("bytes=0-99999999999999999999999999", 0..10)]
    #[case("bytes=0-18446744073709551615", 0..10)]
    #[case("Bytes=0-1", 0..2)]
    fn one_range_is_understood(#[case] header: &str, #[case] bytes: Range<u64>) {
        assert_eq!(part(header, 10), Part::Bytes(bytes));
    }

    #[rstest]
    #[case("bytes=10-", 10)]
    #[case("bytes=10-20", 10)]
    #[case("bytes=99999999999999999999999999-", 10)]
    #[case("bytes=-0", 10)]
    #[case("bytes=0-", 0)]
    #[case("bytes=-1", 0)]
    fn nothing_is_behind_the_end(#[case] header: &str, #[case] size: u64) {
        assert_eq!(part(header, size), Part::BehindEnd);
    }

    #[rstest]
    #[case("bytes=0-1,3-4")]
    #[case("bytes=4-2")]
    #[case("bytes=-")]
    #[case("bytes=")]
    #[case("bytes")]
    #[case("lines=0-1")]
    #[case("bytes=a-b")]
    #[case("bytes=+1-2")]
    #[case("bytes=1--2")]
    #[case("bytes=1-2-3")]
    fn anything_else_asks_for_the_whole(#[case] header: &str) {
        assert_eq!(part(header, 10), Part::Whole);
    }

    proptest! {
        #[test]
        fn a_part_is_within_the_file(header in r"bytes=[0-9]{0,21}-[0-9]{0,21}", size in any::<u64>()) {
            if let Part::Bytes(bytes) = part(&header, size) {
                prop_assert!(bytes.start < bytes.end && bytes.end <= size);
            }
        }
    }
}
