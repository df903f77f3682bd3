//! A010 and A011: the compressed streams.

use super::counted;
use crate::package::PackageError;
use crate::package::zstd_frames::is_wrong_checksum;
use crate::verify::{Check, Container, Found, Place, Readers, Rule, Severity, Source, Stream, Subject, Zstd};

/// The largest window that decompressors keep unless they are told to keep more.
const WINDOW_MAX: u64 = 128 << 20;

pub(super) static A010: Rule = Rule {
    code: "A010",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The components are zstd that every decompressor takes",
    sources: &[
        Source::Cep(35, ".conda"),
        Source::Other("RFC 8878, and the limits of the zstd library"),
    ],
    why: "A window beyond 128 MiB is refused by decompressors unless they are told otherwise, and a stream that needs \
          a dictionary or is damaged by all. Where there are several frames, older versions of conda and of rattler \
          stop after the first, others read them all.",
    mend: "Compress with one call and without dictionary: zstd -19 --long=27 at most, and not pzstd. If the stream is \
           damaged, build or download the package again.",
    bad: "pkg-demo-1.0-0.tar.zst was made with zstd --ultra -22 --long=31",
    good: "pkg-demo-1.0-0.tar.zst was made with zstd -19",
    readers: Readers::Refuse,
    check: Check::Package(components_are_sound_zstd),
};

fn components_are_sound_zstd(subject: &Subject<'_>, found: &mut Found<'_>) {
    for stream in &subject.evidence.streams {
        let Some(zstd) = &stream.zstd else {
            continue;
        };
        // What a damaged member says of itself says nothing.
        if matches!(stream.failure, Some(PackageError::ZipContent { .. })) {
            continue;
        }
        judge_zstd(stream, zstd, found);
    }
}

fn judge_zstd(stream: &Stream, zstd: &Zstd, found: &mut Found<'_>) {
    let place = || Place::member(&stream.member);
    let mut is_explained = false;
    let mut refuse = |found: &mut Found<'_>, what: String| {
        is_explained = true;
        found.at(place(), what);
    };
    if zstd.window > WINDOW_MAX {
        let window = zstd.window;
        refuse(
            found,
            format!("it asks for a window of {window} bytes; decompressors keep {WINDOW_MAX} at most"),
        );
    }
    if let Some(dictionary) = zstd.dictionary {
        refuse(
            found,
            format!("it needs the dictionary {dictionary}, which nobody has"),
        );
    }
    if let Some(offset) = zstd.reserved {
        refuse(
            found,
            format!("the frame at its byte {offset} uses what the format reserves"),
        );
    }
    match zstd.no_frame {
        Some(0) => refuse(found, "it does not begin as zstd does".to_owned()),
        Some(offset) => refuse(found, format!("from its byte {offset} on it is no zstd any more")),
        None if zstd.is_cut => refuse(found, "it ends in the middle of a zstd frame".to_owned()),
        None => {}
    }
    if let Some(PackageError::Decompress { source, .. }) = &stream.failure
        && !is_explained
    {
        // Not in the words of the decompressor, which is another one in browsers.
        let what = if is_wrong_checksum(source) {
            "its content is not what the checksum of its zstd frame was made of"
        } else {
            "it cannot be decompressed: its zstd blocks are damaged"
        };
        found.at(place(), what);
    }
    if zstd.frames > 1 {
        let what = format!(
            "it has {}, of which some clients read only the first",
            counted(zstd.frames, "zstd frame")
        );
        found.read_as(Readers::Differ, Severity::Warning, place(), what);
    }
    if zstd.skippable > 0 {
        let frames = counted(zstd.skippable, "zstd frame");
        let what = format!("it has {frames} to be skipped, at which some clients stop reading");
        found.read_as(Readers::Differ, Severity::Warning, place(), what);
    }
}

pub(super) static A011: Rule = Rule {
    code: "A011",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "A .tar.bz2 is one whole bzip2 stream",
    sources: &[
        Source::Cep(35, ".tar.bz2"),
        Source::Other("how Python and rattler decompress bzip2"),
    ],
    why: "A stream that ends early or is damaged cannot be installed. Of several streams rattler reads only the first, \
          conda all; what follows the last one neither reads, but whoever keeps or scans the file does.",
    mend: "Upload the file again if it was cut. Compress with bzip2 or Python, not with pbzip2 or lbzip2, and append \
           nothing.",
    bad: "7 bytes of something else follow the bzip2 stream",
    good: "the file begins with \"BZh9\" and ends with the stream",
    readers: Readers::Refuse,
    check: Check::Package(file_is_one_whole_stream),
};

fn file_is_one_whole_stream(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Container::TarBz2(bzip2) = &subject.evidence.container else {
        return;
    };
    let failures = subject
        .evidence
        .streams
        .iter()
        .filter_map(|stream| stream.failure.as_ref());
    for failure in failures {
        if let PackageError::Decompress { source, .. } = failure {
            found.at(Place::file(), format!("it cannot be decompressed: {source}"));
        }
    }
    if let Some(offset) = bzip2.no_stream {
        let size = counted(subject.evidence.size.saturating_sub(offset), "byte");
        let what = format!("{size} behind the bzip2 stream are no bzip2");
        found.read_as(
            Readers::Agree,
            Severity::Error,
            Place::file().offset(offset),
            what,
        );
    }
    if bzip2.streams > 1 && subject.evidence.is_complete() {
        let streams = counted(bzip2.streams, "bzip2 stream");
        let what = format!("it is made of {streams}, of which rattler reads only the first");
        found.read_as(Readers::Differ, Severity::Warning, Place::file(), what);
    }
}
