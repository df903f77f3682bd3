//! Where the headers of a tar member say different things.
//!
//! A member can have its path, its link's target and its size in its own header, in extensions of
//! GNU tar and in the records of a PAX header. Readers that believe different ones unpack different
//! files. Honest tools use an extension where the header has no room, and nothing of that is told.

use tar::{EntryType, Header, PaxExtensions};

use crate::package::tarball::{MemberKind, Spelling};
use crate::verify::finding::quoted;

/// Bytes of a path that every header has room for.
const ALWAYS_FITS: usize = 99;
/// The sizes that every header has room for are below this.
const SIZE_FITS: u64 = 1 << 33;
/// The keys of records that decide what is unpacked, and where.
const DECISIVE: [&[u8]; 3] = [b"path", b"linkpath", b"size"];

/// Numbers in a header, by what they are and where they stand. Readers in Python look at all.
const NUMBERS: [(&str, std::ops::Range<usize>); 6] = [
    ("mode", 100..108),
    ("owner's number", 108..116),
    ("group's number", 116..124),
    ("time", 136..148),
    ("major device number", 329..337),
    ("minor device number", 337..345),
];

/// A record of a PAX header: key and value.
type Record<'a> = (&'a [u8], &'a [u8]);

/// What the headers of a member say that does not go together, in words.
pub(super) fn contradictions(spelling: &Spelling, kind: MemberKind) -> Vec<String> {
    let mut told = Vec::new();
    let pax = records(&spelling.pax);
    let records = pax.as_deref().unwrap_or_default();
    if is_sparse(spelling, records) {
        // Such a file has another path, and another size, in each of its headers.
        told.push("it is stored as a file with holes (GNU sparse)".to_owned());
        return told;
    }
    if spelling.is_extended_twice {
        told.push("two extended headers of one kind precede it".to_owned());
    }
    match &pax {
        None => told.push("its extended header is garbled".to_owned()),
        Some(records) if is_read_otherwise_by_lines(&spelling.pax, records) => {
            told.push("its extended header has a line break within a value".to_owned());
        }
        Some(_) => {}
    }
    for key in DECISIVE {
        let mut values = records.iter().filter(|record| record.0 == key);
        let first = values.next();
        if values.any(|other| Some(other) != first) {
            let key = String::from_utf8_lossy(key);
            told.push(format!("its extended header has several values of {key}"));
        }
    }
    told.extend(global(&spelling.global_pax));
    let header = &spelling.header;
    let last = |key: &[u8]| {
        records
            .iter()
            .rfind(|record| record.0 == key)
            .map(|record| record.1)
    };
    let own = header.path_bytes();
    told.extend(text("path", &own, last(b"path"), spelling.long_path.as_deref()));
    if let MemberKind::Link(_) = kind {
        let own = header.link_name_bytes().unwrap_or_default();
        told.extend(text(
            "target",
            &own,
            last(b"linkpath"),
            spelling.long_link.as_deref(),
        ));
    }
    told.extend(size(header, last(b"size")));
    let has_other_path = last(b"path").is_some() || spelling.long_path.is_some();
    told.extend(shape(spelling, kind, has_other_path));
    told
}

/// Which fields of a header should be numbers and are not.
pub(super) fn not_numbers(header: &Header) -> Vec<&'static str> {
    let block = header.as_bytes();
    let wrong = NUMBERS.into_iter().filter(|(_, place)| {
        let field = &block[place.clone()];
        // A first byte that is no ASCII begins a binary number.
        let is_binary = field[0] >= 0x80;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        let digits = field[..end].trim_ascii();
        !is_binary && !digits.iter().all(|byte| matches!(byte, b'0'..=b'7'))
    });
    wrong.map(|(name, _)| name).collect()
}

/// The records of a PAX header, by the lengths that they say of themselves; `None` if that is not
/// what they are.
fn records(mut bytes: &[u8]) -> Option<Vec<Record<'_>>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        if bytes[0] == 0 && bytes.iter().all(|byte| *byte == 0) {
            break;
        }
        let digits = bytes.iter().position(|byte| !byte.is_ascii_digit())?;
        let length: usize = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
        let record = bytes.get(digits..length)?;
        let record = record.strip_prefix(b" ")?.strip_suffix(b"\n")?;
        let equals = memchr::memchr(b'=', record)?;
        records.push((&record[..equals], &record[equals + 1..]));
        bytes = &bytes[length..];
    }
    Some(records)
}

/// Whether a reader that takes each line for a record finds other decisive ones.
fn is_read_otherwise_by_lines(bytes: &[u8], records: &[Record<'_>]) -> bool {
    let by_length = records.iter().copied();
    let by_line = PaxExtensions::new(bytes).flatten();
    let by_line = by_line.map(|record| (record.key_bytes(), record.value_bytes()));
    let is_decisive = |record: &Record<'_>| DECISIVE.contains(&record.0);
    !by_length.filter(is_decisive).eq(by_line.filter(is_decisive))
}

fn is_sparse(spelling: &Spelling, records: &[Record<'_>]) -> bool {
    spelling.header.entry_type() == EntryType::GNUSparse
        || records.iter().any(|record| record.0.starts_with(b"GNU.sparse."))
}

/// What headers that hold for all members must not say.
fn global(bytes: &[u8]) -> Option<String> {
    let Some(records) = records(bytes) else {
        return Some("an extended header for all members is garbled".to_owned());
    };
    let mut keys = records.iter().map(|record| record.0);
    let key = keys.find(|key| DECISIVE.contains(key) || key.starts_with(b"GNU.sparse."))?;
    let key = quoted(&String::from_utf8_lossy(key));
    Some(format!(
        "an extended header gives all members from here on one {key}"
    ))
}

/// Where a text stands differently in the header, in PAX records and in an extension of GNU tar.
fn text(what: &str, own: &[u8], pax: Option<&[u8]>, long: Option<&[u8]>) -> Option<String> {
    let told = |place: &str, text: &[u8], other_place: &str, other: &[u8]| {
        let [text, other] = [text, other].map(|text| quoted(&String::from_utf8_lossy(text)));
        Some(format!(
            "its {what} is {text} in {place} and {other} in {other_place}"
        ))
    };
    if let (Some(pax), Some(long)) = (pax, long)
        && pax != long
    {
        return told("its PAX header", pax, "its GNU long name", long);
    }
    let extended = pax.or(long)?;
    let would_fit = extended.len() <= ALWAYS_FITS && extended.is_ascii();
    let differs = without_slash(extended) != without_slash(own);
    if would_fit && differs {
        return told("its header", own, "its extended header", extended);
    }
    None
}

fn size(header: &Header, pax: Option<&[u8]>) -> Option<String> {
    let pax = pax?;
    let shown = quoted(&String::from_utf8_lossy(pax));
    let number = std::str::from_utf8(pax)
        .ok()
        .filter(|text| !text.starts_with('+'));
    let Some(said) = number.and_then(|text| text.parse::<u64>().ok()) else {
        return Some(format!("its extended header gives it {shown} bytes"));
    };
    let own = header.entry_size().ok()?;
    (said < SIZE_FITS && said != own)
        .then(|| format!("it has {own} bytes by its header and {said} by its extended header"))
}

/// What a header says of itself that not all readers look at.
fn shape(spelling: &Spelling, kind: MemberKind, has_other_path: bool) -> Option<String> {
    let header = &spelling.header;
    let block = header.as_bytes();
    let thing = match kind {
        MemberKind::Directory => "directory",
        MemberKind::Link(_) => "link",
        MemberKind::File | MemberKind::Special => "",
    };
    if !thing.is_empty() && spelling.size > 0 {
        let size = spelling.size;
        return Some(format!(
            "it is a {thing}, yet its header gives it {size} bytes of content"
        ));
    }
    if matches!(block[156], b'0' | b'7') && spelling.path.ends_with(b"/") {
        return Some("it is a file by its type and a directory by the slash at its path's end".to_owned());
    }
    let has_prefix = header.as_ustar().is_none() && block[345] != 0;
    (has_prefix && !has_other_path).then(|| {
        "its header has something where only headers of the ustar format have the begin of a path".to_owned()
    })
}

/// Directories are spelled with a slash at their ends and without.
fn without_slash(path: &[u8]) -> &[u8] {
    path.strip_suffix(b"/").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[rstest::rstest]
    #[case(b"", Some(vec![]))]
    #[case(b"9 path=a\n", Some(vec![(&b"path"[..], &b"a"[..])]))]
    #[case(b"9 path=a\n\0\0", Some(vec![(&b"path"[..], &b"a"[..])]))]
    #[case(b"12 path=a\nb\n", Some(vec![(&b"path"[..], &b"a\nb"[..])]))]
    #[case(b"8 path=a\n", None)]
    #[case(b"99 path=a\n", None)]
    #[case(b"99999999999999999999 path=a\n", None)]
    #[case(b"0 path=a\n", None)]
    #[case(b"+9 path=a\n", None)]
    #[case(b"7 patha\n", None)]
    fn records_are_as_long_as_they_say(#[case] bytes: &[u8], #[case] expected: Option<Vec<Record<'_>>>) {
        assert_eq!(records(bytes), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_are_records_or_not(bytes in "[0-9]{0,2}[ =a-c\n\0]{0,6}([0-9]{1,2} [a-c]=[a-c\n]{0,3}\n){0,3}") {
            let read = records(bytes.as_bytes());
            let length: usize = read.iter().flatten().map(|(key, value)| key.len() + value.len()).sum();
            prop_assert!(length <= bytes.len());
        }
    }

    #[rstest::rstest]
    #[case::octal(b"0000644\0", true)]
    #[case::with_spaces(b"   644 \0", true)]
    #[case::nothing(b"\0\0\0\0\0\0\0\0", true)]
    #[case::binary(b"\x80\0\0\0\0\x10\0\0", true)]
    #[case::other_digits(b"0000689\0", false)]
    #[case::a_sign(b"-000644\0", false)]
    fn numbers_are_octal_or_binary(#[case] mode: &[u8; 8], #[case] is_number: bool) {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[100..108].copy_from_slice(mode);
        // What is not set in a new header is zeros: no digits at all.
        assert_eq!(not_numbers(&header).is_empty(), is_number);
    }
}
