//! A006 and A009: what is where in the zip of a `.conda`.

use super::{component_names, counted, zip_directory};
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject, ZipSlipKind};

pub(super) static A006: Rule = Rule {
    code: "A006",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "Every byte of the zip archive belongs to one member, or to the directory",
    sources: &[
        Source::Cep(35, ".conda"),
        Source::Other("PyPI refuses such zip archives since August 2025"),
    ],
    why: "Readers look for the directory from the end of the file, or read members from its beginning. Bytes that \
          belong to nothing, comments and second directories can show one package to one reader and another to the \
          next, and hide things from whoever scans packages.",
    mend: "Write the package anew with an ordinary tool, and append nothing to the file: signatures and the like are \
           files of their own.",
    bad: "behind the end of the zip archive there are 512 bytes more",
    good: "members, directory, end: one after another, and nothing else",
    readers: Readers::Differ,
    check: Check::Package(every_byte_belongs_somewhere),
};

fn every_byte_belongs_somewhere(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(directory) = zip_directory(subject) else {
        return;
    };
    for slip in &directory.slips {
        let bytes = |count: u64| counted(count, "byte");
        let what = match slip.kind {
            ZipSlipKind::Before(size) => {
                format!(
                    "no part of the archive covers {} before the first member",
                    bytes(size)
                )
            }
            ZipSlipKind::Between(size) => {
                format!("no part of the archive covers {} between two others", bytes(size))
            }
            ZipSlipKind::Behind(size) => {
                format!("the archive ends here, the file goes on for {}", bytes(size))
            }
            ZipSlipKind::Shared(size) => format!("two parts of the archive share {}", bytes(size)),
            ZipSlipKind::Comment(size) => format!("there is a comment of {}", bytes(size)),
            ZipSlipKind::CutComment(size) => {
                format!(
                    "the end announces a comment of {}, of which not all are there",
                    bytes(size)
                )
            }
            ZipSlipKind::SecondEnd => "another record that readers can take for the end".to_owned(),
            ZipSlipKind::Count { said, found } => {
                format!(
                    "the end says that there are {}, the directory has {found}",
                    counted(said, "member")
                )
            }
            ZipSlipKind::Directory {
                said_offset,
                said_size,
                size,
            } => format!(
                "the directory is here and has {}, but the end says that it is at byte {said_offset} and has {}",
                bytes(size),
                bytes(said_size)
            ),
            ZipSlipKind::Disks => "it says that it is part of an archive of several files".to_owned(),
            ZipSlipKind::Zip64(what) => format!("for archives beyond 4 GiB: {what}"),
        };
        found.at(Place::file().offset(slip.offset), what);
    }
}

pub(super) static A009: Rule = Rule {
    code: "A009",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "The info component lies behind the payload",
    sources: &[Source::Other(
        "habits of conda-package-handling and rattler-build",
    )],
    why: "A client that wants to know a package without downloading it asks the server for the end of the file, where \
          the directory is. If the info component is there as well, one request is enough.",
    mend: "Nothing has to be done. cph transmute in a recent version writes it last.",
    bad: "info-demo-1.0-0.tar.zst, pkg-demo-1.0-0.tar.zst, metadata.json",
    good: "metadata.json, pkg-demo-1.0-0.tar.zst, info-demo-1.0-0.tar.zst",
    readers: Readers::Agree,
    check: Check::Package(info_is_last),
};

fn info_is_last(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(directory) = zip_directory(subject) else {
        return;
    };
    let place = |wanted: &str| {
        let mut members = directory.members.iter();
        members.find(|member| member.central.name == wanted.as_bytes())
    };
    let [info, payload] = component_names(subject);
    if let (Some(info), Some(payload)) = (place(&info), place(&payload))
        && info.offset < payload.offset
    {
        let size = counted(payload.central.compressed_size, "byte");
        let what = format!("the payload, {size}, lies between it and the directory");
        found.at(Place::member(info.name()).offset(info.offset), what);
    }
}
