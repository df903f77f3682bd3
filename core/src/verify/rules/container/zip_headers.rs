//! A005 and A008: what the two headers of a zip member say.

use std::collections::{BTreeMap, BTreeSet};

use super::{counted, zip_directory};
use crate::package::PackageError;
use crate::verify::finding::quoted;
use crate::verify::{
    Check, Descriptor, Found, HeaderField, Place, Readers, Rule, Severity, Source, Subject, ZipDirectory,
    ZipHeader, ZipMember,
};

pub(super) static A005: Rule = Rule {
    code: "A005",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Whatever the zip archive says of a member is the same and true",
    sources: &[
        Source::Cep(35, ".conda"),
        Source::Other("PyPI refuses such zip archives since August 2025"),
    ],
    why: "A zip archive says everything twice: in its directory, where conda looks, and before each member, where \
          rattler looks while a download is under way. If the two differ, so does what they install. If the checksum \
          is not that of the content, the file was damaged after it was made.",
    mend: "Write the package anew with an ordinary tool. If only the checksum is wrong, upload it again from where it \
           was built, and see whether the sizes are the same.",
    bad: "the directory says that info-demo-1.0-0.tar.zst has 2048 bytes, the header before it says 1024",
    good: "both say 2048, and there are 2048",
    readers: Readers::Differ,
    check: Check::Package(headers_agree_and_are_true),
};

fn headers_agree_and_are_true(subject: &Subject<'_>, found: &mut Found<'_>) {
    let (Some(zip), Some(directory)) = (subject.evidence.zip(), zip_directory(subject)) else {
        return;
    };
    // Members of which it is known already why they cannot be read.
    let mut explained = BTreeSet::new();
    for member in &directory.members {
        let place = Place::member(member.name()).offset(member.offset);
        let contradictions = contradictions(member);
        let central = &member.central;
        if !contradictions.is_empty() {
            found.at(place, contradictions.join("; "));
        } else if let Some(local) = &member.local {
            let small = small_differences(central, local);
            if !small.is_empty() {
                let what = format!("{}: {}", DIFFER, small.join(", "));
                found.read_as(Readers::Agree, Severity::Note, place, what);
            }
        }
        if !contradictions.is_empty() || central.is_encrypted() || !matches!(central.method, 0 | 8) {
            explained.insert(member.name());
        }
    }
    let streams = subject.evidence.streams.iter();
    let of_streams = streams.filter_map(|stream| Some((stream.member.as_str(), stream.failure.as_ref()?)));
    let of_metadata = zip.metadata_json.iter().filter_map(|read| read.as_ref().err());
    let failures = of_streams.chain(of_metadata.map(|error| ("metadata.json", error)));
    for (member, failure) in failures.filter(|(member, _)| !explained.contains(*member)) {
        let what = match failure {
            PackageError::ZipContent { source, .. } => {
                format!("its content is not what the zip says of it: {source}")
            }
            PackageError::ZipMember { reason, .. } => format!("it cannot be read: {reason}"),
            _ => continue,
        };
        found.read_as(Readers::Refuse, Severity::Error, Place::member(member), what);
    }
}

const DIFFER: &str = "the directory and the header before its data differ";

/// What is said of a member in two ways, or is impossible.
fn contradictions(member: &ZipMember) -> Vec<String> {
    let central = &member.central;
    let Some(local) = &member.local else {
        return vec!["there is no header where the directory says that it is".to_owned()];
    };
    let mut contradictions = Vec::new();
    let differences = central.differences(local);
    if !differences.is_empty() {
        let differences: Vec<_> = differences
            .into_iter()
            .map(|field| difference(field, central, local))
            .collect();
        contradictions.push(format!("{DIFFER}: {}", differences.join(", ")));
    }
    for (header, where_it_is) in [(central, "in the directory"), (local, "before its data")] {
        if !header.extra_is_whole {
            contradictions.push(format!("its extra fields {where_it_is} are broken"));
        }
        if header.is_renamed() {
            contradictions.push(format!("an extra field {where_it_is} gives it another name"));
        }
    }
    if central.method == 0 && !central.is_encrypted() && central.size != central.compressed_size {
        let sizes = (central.compressed_size, central.size);
        contradictions.push(format!(
            "it is stored as it is, but with {} instead of {}",
            counted(sizes.0, "byte"),
            counted(sizes.1, "byte")
        ));
    }
    if member.descriptor == Descriptor::Wrong {
        contradictions.push("what stands behind its data is not what the directory says".to_owned());
    }
    contradictions
}

/// How both headers have a field: that of the directory first.
fn difference(field: HeaderField, central: &ZipHeader, local: &ZipHeader) -> String {
    let both =
        |what: &str, said: fn(&ZipHeader) -> String| format!("{what} {} and {}", said(central), said(local));
    match field {
        HeaderField::Name => both("name", |header| quoted(&String::from_utf8_lossy(&header.name))),
        HeaderField::Method => both("method", |header| header.method.to_string()),
        HeaderField::Flags => both("flags", |header| format!("0x{:04x}", header.flags)),
        HeaderField::Checksum => both("checksum", |header| format!("0x{:08x}", header.crc)),
        HeaderField::CompressedSize => both("compressed size", |header| header.compressed_size.to_string()),
        HeaderField::Size => both("size", |header| header.size.to_string()),
    }
}

/// What the headers say differently that nobody installs differently for.
fn small_differences(central: &ZipHeader, local: &ZipHeader) -> Vec<String> {
    let mut differences = Vec::new();
    if (central.time, central.date) != (local.time, local.date) {
        differences.push("time of modification".to_owned());
    }
    if central.version != local.version {
        let versions = (central.version, local.version);
        differences.push(format!("version needed {} and {}", versions.0, versions.1));
    }
    differences
}

pub(super) static A008: Rule = Rule {
    code: "A008",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "The zip headers hold nothing that is not needed",
    sources: &[Source::Other("habits of rattler-build and conda-build")],
    why: "Sizes that stand behind the data (data descriptors) are unknown to whoever reads the archive from its \
          beginning: rattler does not unpack such a file from a disk. Extra fields do no harm, and are told as a \
          note; rattler-build always writes the one for sizes beyond 4 GiB.",
    mend: "Write the archive to a file in which the tool can go back, not into a pipe. About extra fields nothing has \
           to be done; Info-ZIP leaves its own out with zip -X.",
    bad: "a .conda that was piped through a program: sizes and checksums stand behind the data",
    good: "sizes and checksums stand in the headers before the data",
    readers: Readers::Agree,
    check: Check::Package(headers_are_plain),
};

fn headers_are_plain(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(directory) = zip_directory(subject) else {
        return;
    };
    for (id, members) in extra_fields(directory) {
        let known = match id {
            0x0001 => " (sizes beyond 4 GiB)",
            0x000a => " (times of NTFS)",
            0x5455 => " (times)",
            0x5855 | 0x7855 | 0x7875 => " (owner)",
            0x6375 => " (comment in Unicode)",
            0x7075 => " (name in Unicode)",
            _ => "",
        };
        let what = format!(
            "{} with the extra field 0x{id:04x}{known}",
            counted(members, "member")
        );
        found.no_worse_than(Severity::Note, Place::file(), what);
    }
    let described = directory.members.iter();
    let described = described
        .filter(|member| member.descriptor == Descriptor::Right)
        .count() as u64;
    if described > 0 {
        let what = format!(
            "{} with sizes and checksum behind its data",
            counted(described, "member")
        );
        found.read_as(Readers::Refuse, Severity::Error, Place::file(), what);
    }
}

/// Which extra fields there are, and in how many members.
fn extra_fields(directory: &ZipDirectory) -> BTreeMap<u16, u64> {
    let mut members = BTreeMap::new();
    for member in &directory.members {
        let ids = |header: &ZipHeader| -> Vec<u16> { header.extra.iter().map(|field| field.id).collect() };
        let local = member.local.iter().flat_map(ids);
        let ids: BTreeSet<u16> = ids(&member.central).into_iter().chain(local).collect();
        for id in ids {
            *members.entry(id).or_default() += 1;
        }
    }
    members
}
