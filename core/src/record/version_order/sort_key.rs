//! Versions as text that sorts as conda sorts them, for databases that know no versions.

use rattler_conda_version::Version;

use super::{Part, Segment, local, release};

// What is missing at the end of a segment or of a version counts as zero (CEP 33), and so may be
// followed in the other version by what is less than that, or by what is more. Each sign therefore
// says of zeros which of these comes next. The order of the signs is that of ASCII.

/// `dev`, which is less than any text.
const DEV: char = '#';
/// Text, which is less than any number.
const TEXT: char = '$';
/// The end of text, which is less than a letter that other text may have in its place.
const TEXT_END: char = ' ';
/// The end of text with an underscore behind it, which ends the version.
const TEXT_END_UNDERSCORE: char = '!';
/// A zero before something that is less than zero.
const ZERO_BEFORE_LESS: char = '(';
/// A segment of nothing but zeros before one that is less than zero.
const NOTHING_BEFORE_LESS: char = ')';
/// The end of a segment, of the release or of the local version.
const END: char = '.';
/// A segment of nothing but zeros before one that is more than zero.
const NOTHING_BEFORE_MORE: char = '/';
/// A zero before something that is more than zero.
const ZERO_BEFORE_MORE: char = '0';
/// A number of one digit; one of two digits begins with the letter that follows.
const ONE_DIGIT: u8 = b'a';
/// `post`, which is more than any number.
const POST: char = '~';

/// A text for the version: of two versions that [compare](super::compare) as equal it is the same, and
/// otherwise the newer one's sorts behind the other's, byte by byte. It has no control characters,
/// quotes or backslashes.
pub(crate) fn sort_key(version: &Version) -> String {
    let mut key = String::new();
    match version.epoch() {
        0 => key.push(ZERO_BEFORE_MORE),
        epoch => push_number(&mut key, epoch),
    }
    push_segments(&mut key, &release(version));
    push_segments(&mut key, &local(version));
    key
}

fn push_segments(key: &mut String, segments: &[Segment<'_>]) {
    let last = segments.iter().rposition(|segment| !is_zero(segment));
    let counting = last.map_or(&[][..], |last| &segments[..=last]);
    for (place, segment) in counting.iter().enumerate() {
        if is_zero(segment) {
            // Segments of zeros at the end do not count, so there is another one.
            let next = counting[place..].iter().find_map(|next| leading(next));
            key.push(match next.is_some_and(is_less) {
                true => NOTHING_BEFORE_LESS,
                false => NOTHING_BEFORE_MORE,
            });
        } else {
            push_parts(key, segment);
        }
    }
    key.push(END);
}

fn push_parts(key: &mut String, segment: &[Part<'_>]) {
    let last = segment.iter().rposition(|part| !is_fill(part));
    let counting = last.map_or(&[][..], |last| &segment[..=last]);
    for (place, part) in counting.iter().enumerate() {
        match part {
            Part::Dev => key.push(DEV),
            Part::Text(text, underscore) => {
                key.push(TEXT);
                key.push_str(text);
                key.push(match underscore {
                    true => TEXT_END_UNDERSCORE,
                    false => TEXT_END,
                });
            }
            Part::Number(0) => key.push(match leading(&counting[place..]).is_some_and(is_less) {
                true => ZERO_BEFORE_LESS,
                false => ZERO_BEFORE_MORE,
            }),
            Part::Number(number) => push_number(key, *number),
            Part::Post => key.push(POST),
        }
    }
    key.push(END);
}

/// A longer number is a larger one.
fn push_number(key: &mut String, number: u64) {
    let digits = number.to_string();
    // A number of 64 bits has 20 digits at most, and there are 26 letters.
    let letter = (ONE_DIGIT..)
        .zip(1..=digits.len())
        .map(|(letter, _)| letter)
        .last();
    key.push(char::from(letter.unwrap_or(ONE_DIGIT)));
    key.push_str(&digits);
}

/// The first part that is not zero.
fn leading<'a, 'b>(segment: &'a [Part<'b>]) -> Option<&'a Part<'b>> {
    segment.iter().find(|part| !is_fill(part))
}

fn is_zero(segment: &Segment<'_>) -> bool {
    leading(segment).is_none()
}

fn is_fill(part: &Part<'_>) -> bool {
    *part == super::FILL
}

fn is_less(part: &Part<'_>) -> bool {
    *part < super::FILL
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{compare, parse};
    use super::*;

    #[test]
    fn a_key_reads_like_the_version() {
        assert_eq!(sort_key(&parse("1.10.0").unwrap()), "0a1.b10...");
        assert_eq!(sort_key(&parse("2!1.0rc1").unwrap()), "a2a1.($rc a1...");
        assert_eq!(sort_key(&parse("1a_").unwrap()), "0a1$a!...");
    }

    fn version() -> impl Strategy<Value = Version> {
        let part = prop::sample::select(vec![
            "0", "1", "2", "10", "a", "aa", "b", "rc", "dev", "post", "00", "a_",
        ]);
        let segment = prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat());
        let segments =
            || prop::collection::vec(segment.clone(), 1..4).prop_map(|segments| segments.join("."));
        (
            prop::option::of(0..3_u8),
            segments(),
            prop::option::of(segments()),
        )
            .prop_filter_map("no version", |(epoch, release, local)| {
                let epoch = epoch.map(|epoch| format!("{epoch}!")).unwrap_or_default();
                let local = local.map(|local| format!("+{local}")).unwrap_or_default();
                parse(&format!("{epoch}{release}{local}")).ok()
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn keys_sort_as_versions(one in version(), other in version()) {
            prop_assert_eq!(sort_key(&one).cmp(&sort_key(&other)), compare(&one, &other), "{} {}", one, other);
        }
    }
}
