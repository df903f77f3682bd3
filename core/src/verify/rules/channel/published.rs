//! The same file, or the same build, is in the channel already.

use serde_json::{Map, Value};

use crate::record::BuildTime;
use crate::verify::finding::{quoted, shown};
use crate::verify::{
    ChannelView, Check, Claim, Found, Place, PublishedRecord, Readers, Rule, Section, Severity, Source,
};

pub(super) static G601: Rule = Rule {
    code: "G601",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "A file that was published keeps its content",
    sources: &[Source::Cep(36, "sha256"), Source::Other("caches of clients")],
    why: "Clients keep packages by their file names. Who has the old file in a cache keeps it, lock files and \
          attestations name digests that no longer exist, and mirrors take the change for an attack.",
    mend: "Give the new build a higher build number, and so another file name. If the published file is to go, take \
           it out of the channel rather than replace it.",
    bad: "demo-1.0-0.conda is in the channel with sha256 9f86…, the file has 60303…",
    good: "demo-1.0-1.conda is new",
    readers: Readers::Agree,
    check: Check::Channel(content_is_kept),
};

fn content_is_kept(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(published) = published(claim, channel) else {
        return;
    };
    let digest = text(&published.record, "sha256");
    let ours = claim.digests.sha256_hex();
    if let Some(digest) = digest.filter(|digest| !digest.eq_ignore_ascii_case(&ours)) {
        found.at(
            Place::file(),
            format!(
                "{} in {} has it with sha256 {}; this file has {ours}",
                claim.subdir,
                quoted(&channel.channel),
                quoted(digest)
            ),
        );
    }
}

pub(super) static G602: Rule = Rule {
    code: "G602",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "A build says the same in both archive formats",
    sources: &[Source::Cep(36, "packages.conda")],
    why: "A .conda and a .tar.bz2 of one stem are the same build; clients take one of them, and which one differs. If \
          they say different things, what is installed depends on the client.",
    mend: "Make the one file of the other (cph transcode), or give the new build another build string.",
    bad: "demo-1.0-0.tar.bz2 depends on python >=3.8, demo-1.0-0.conda on python >=3.9",
    good: "both have the same index.json",
    readers: Readers::Agree,
    check: Check::Channel(formats_say_the_same),
};

/// Fields in which two formats of a build have to be the same. The first are as the build made
/// them; the others may have been patched since.
const OF_THE_BUILD: [&str; 3] = ["build_number", "noarch", "subdir"];
const PATCHED: [&str; 3] = ["depends", "constrains", "track_features"];

fn formats_say_the_same(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let twin = claim.file.twin();
    let Some(published) = channel.record_of(&claim.subdir, &claim.name, twin.as_str()) else {
        return;
    };
    for key in OF_THE_BUILD.into_iter().chain(PATCHED) {
        let (ours, theirs) = (claim.index.get(key), published.record.get(key));
        if is_same(ours, theirs) {
            continue;
        }
        let what = format!(
            "{} of the published {twin} is {}, here it is {}",
            key,
            shown(theirs),
            shown(ours)
        );
        let place = Place::member("info/index.json").key(key);
        if PATCHED.contains(&key) {
            let what = format!("{what} (unless a patch of the channel changed it)");
            found.no_worse_than(Severity::Warning, place, what);
        } else {
            found.at(place, what);
        }
    }
}

pub(super) static G606: Rule = Rule {
    code: "G606",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "The channel publishes what the package says",
    sources: &[Source::Cep(36, "records")],
    why: "A channel may patch records without touching files. Clients solve with the record; who looks into the \
          file sees something else.",
    mend: "Nothing has to be done. If the patch mends the build, mend the recipe too, so that the next build needs none.",
    bad: "the record has python <3.12, index.json has not",
    good: "record and index.json have the same dependencies",
    readers: Readers::Agree,
    check: Check::Channel(record_is_as_in_the_package),
};

fn record_is_as_in_the_package(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(published) = published(claim, channel).filter(|published| is_this_file(claim, published)) else {
        return;
    };
    for key in [
        "depends",
        "constrains",
        "track_features",
        "license",
        "extra_depends",
        "flags",
    ] {
        let (ours, theirs) = (claim.index.get(key), published.record.get(key));
        if !is_same(ours, theirs) {
            found.at(
                Place::member("info/index.json").key(key),
                format!(
                    "the channel publishes {}, the package says {}",
                    shown(theirs),
                    shown(ours)
                ),
            );
        }
    }
}

pub(super) static G608: Rule = Rule {
    code: "G608",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Digests and size in the channel's record are the file's",
    sources: &[Source::Cep(36, "md5, sha256, size")],
    why: "Clients compare what they downloaded with the record, and throw a file away that is not what the record says.",
    mend: "Index the channel again: towpath index DIR --verify-digests.",
    bad: "the record says size 1024, the file has 1025 bytes",
    good: "size, md5 and sha256 are the file's",
    readers: Readers::Agree,
    check: Check::Channel(record_is_of_the_file),
};

fn record_is_of_the_file(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(published) = published(claim, channel).filter(|published| is_this_file(claim, published)) else {
        return;
    };
    let size = published.record.get("size").and_then(Value::as_u64);
    if let Some(size) = size.filter(|size| *size != claim.size) {
        found.at(
            Place::file(),
            format!(
                "its record in the channel says {size} bytes, it has {}",
                claim.size
            ),
        );
    }
    let ours = claim.digests.md5_hex();
    let md5 = text(&published.record, "md5");
    if let Some(md5) = md5.filter(|md5| !md5.eq_ignore_ascii_case(&ours)) {
        found.at(
            Place::file(),
            format!(
                "its record in the channel says md5 {}, it has {ours}",
                quoted(md5)
            ),
        );
    }
}

pub(super) static G609: Rule = Rule {
    code: "G609",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "A package was built before it was indexed",
    sources: &[Source::Cep(47, "indexed_timestamp")],
    why: "Clients that leave out what is newer than a date go by indexed_timestamp. One that lies before the build was \
          not kept as it was, or the build's clock was wrong.",
    mend: "Look at the clock of the machine that built it; index the channel with the store that it was indexed with before.",
    bad: "timestamp 1700000000000, indexed_timestamp 1600000000000",
    good: "timestamp 1700000000000, indexed_timestamp 1700000360000",
    readers: Readers::Agree,
    check: Check::Channel(built_before_indexed),
};

fn built_before_indexed(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(published) = published(claim, channel).filter(|published| is_this_file(claim, published)) else {
        return;
    };
    let time = |record: &Map<String, Value>, key: &str| {
        record
            .get(key)
            .and_then(|value| BuildTime::parse(&value.to_string()))
    };
    let built = time(&claim.index, "timestamp");
    let indexed = time(&published.record, "indexed_timestamp");
    if let (Some(built), Some(indexed)) = (built, indexed)
        && built > indexed
    {
        found.at(
            Place::member("info/index.json").key("timestamp"),
            format!(
                "it was built at {}, and the channel says that it was indexed at {} (milliseconds since 1970)",
                built.milliseconds(),
                indexed.milliseconds()
            ),
        );
    }
}

pub(super) static G610: Rule = Rule {
    code: "G610",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "What needs repodata v3 stands under v3, and nothing else does",
    sources: &[Source::Cep(48, "v3"), Source::Cep(43, "schema_version")],
    why: "Clients that do not know conditions, extras and flags read the older sections, and would install such a \
          package without what it asks for.",
    mend: "Index the channel again with towpath index DIR --repodata-next.",
    bad: "schema_version is 3, and the record stands under packages.conda",
    good: "schema_version is 3, and the record stands under v3",
    readers: Readers::Agree,
    check: Check::Channel(section_is_right),
};

fn section_is_right(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    let Some(published) = published(claim, channel) else {
        return;
    };
    let revision = published
        .record
        .get("schema_version")
        .or(claim.index.get("schema_version"));
    let needs_v3 = revision
        .and_then(Value::as_u64)
        .is_some_and(|revision| revision >= 3);
    let what = match (needs_v3, published.section) {
        (true, Section::Legacy) => "its schema_version is 3 or more, and its record is not under v3",
        (false, Section::V3) => "its record is under v3, and its schema_version is less than 3",
        _ => return,
    };
    found.at(Place::member("info/index.json").key("schema_version"), what);
}

/// The record of the file of this name.
fn published<'a>(claim: &Claim, channel: &'a ChannelView) -> Option<&'a PublishedRecord> {
    channel.record_of(&claim.subdir, &claim.name, claim.file.as_str())
}

/// Whether the record is of these bytes, as far as it says.
fn is_this_file(claim: &Claim, published: &PublishedRecord) -> bool {
    let digest = text(&published.record, "sha256");
    digest.is_none_or(|digest| digest.eq_ignore_ascii_case(&claim.digests.sha256_hex()))
}

fn text<'a>(record: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    record.get(key)?.as_str()
}

/// Whether two fields say the same: what is missing, null or empty are one.
fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    one.filter(|value| !is_nothing(value)) == other.filter(|value| !is_nothing(value))
}
