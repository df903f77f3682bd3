//! Whether text is a version (CEP 33).

/// What stands between segments.
const SEPARATORS: [char; 3] = ['.', '-', '_'];

/// Whether clients can read `text` as a version. They take more than CEP 33 allows: hyphens, capital
/// letters, numbers up to 2^64. The rule is rattler's, which is the strictest.
///
/// A version of more than a hundred segments or thousands of components, which rattler refuses too,
/// passes: no version of the length that CEP 26 allows has as many.
pub(crate) fn is_version(text: &str) -> bool {
    let (epoch, rest) = match text.split_once('!') {
        Some((epoch, rest)) => (epoch, rest),
        None => ("0", text),
    };
    if !is_number(epoch.as_bytes()) {
        return false;
    }
    let (main, local) = match rest.split_once('+') {
        Some((main, local)) => (main, Some(local)),
        None => (rest, None),
    };
    // One text has one kind of separator beside the dot.
    let is_mixed = rest.contains('-') && rest.contains('_');
    !is_mixed && is_part(main) && local.is_none_or(is_part)
}

/// Whether `part` is made of segments between separators. The last separator may be followed by
/// nothing if it is no dot (`1.0_` sorts behind `1.0a`), and any may be followed by one such.
fn is_part(part: &str) -> bool {
    let segments = part.trim_end_matches(SEPARATORS);
    let behind = &part.as_bytes()[segments.len()..];
    matches!(behind, [] | [b'-' | b'_'] | [_, b'-' | b'_']) && segments.split(SEPARATORS).all(is_segment)
}

/// Whether a segment is letters and numbers, at least one.
fn is_segment(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    !bytes.is_empty()
        && bytes
            .chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit())
            .all(|run| is_number(run) || run.iter().all(u8::is_ascii_alphabetic))
}

/// Whether digits make a number that clients can hold.
fn is_number(digits: &[u8]) -> bool {
    let number = digits.iter().try_fold(0_u64, |number, digit| {
        let value = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(value)
    });
    !digits.is_empty() && number.is_some()
}
