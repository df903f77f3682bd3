//! Amazon S3 and what speaks its language.

use std::path::Path;

use super::channel::PublishedChannel;
use super::finding::{Check, Findings};
use super::github_pages::look_at_dot_folder;
use super::shell::quoted;
use super::walk::{Entry, EntryKind};
use crate::verify::Severity;

const PLUS: Check = Check {
    name: "plus-in-name",
    severity: Severity::Warning,
    mend: "upload it a second time under the key with a space: `aws s3 cp 'a+b' 's3://BUCKET/SUBDIR/a b'`, or \
           build it without a + in its version; try it on other stores than Amazon's",
};
const KEY_CHARACTERS: Check = Check {
    name: "key-characters",
    severity: Severity::Warning,
    mend: "use letters, digits and ! - _ . * ' ( ) alone: Amazon calls others unsafe in keys",
};
const DANGLING_LINK: Check = Check {
    name: "dangling-symlink",
    severity: Severity::Warning,
    mend: "remove the link, or put the file there: `aws s3 sync` leaves it out and ends with status 2",
};
const INDEX_DOCUMENT: Check = Check {
    name: "index-document",
    severity: Severity::Note,
    mend: "serve the bucket through its website endpoint with the index document index.html (http alone; \
           CloudFront in front of it gives https); the bucket's REST endpoint answers pages like /p/NAME/ with an \
           error. Conda's clients need neither",
};

/// What there is to say of an entry alone.
pub(super) fn look_at(entry: &Entry, findings: &mut Findings) {
    let path = entry.path.as_str();
    match entry.kind {
        EntryKind::DotFolder => return look_at_dot_folder(entry, findings),
        EntryKind::DanglingLink => {
            findings.add_of(
                &DANGLING_LINK,
                path,
                "is a symbolic link to nothing that can be read",
            );
        }
        _ => {}
    }
    if entry.published_file().is_none() {
        return;
    }
    if path.contains('+') {
        let what = "has a + in its name: S3 reads it as a space in a URL, where conda and pixi leave it as it is, \
                    and answers 403 or 404";
        findings.add_of(&PLUS, path, what);
    }
    let unsafe_letters: String = path.chars().filter(|letter| !is_safe(*letter)).collect();
    if !unsafe_letters.is_empty() {
        findings.add_of(
            &KEY_CHARACTERS,
            path,
            format!("has {unsafe_letters:?} in its path"),
        );
    }
}

/// What there is to say of the channel as a whole.
pub(super) fn look_at_all(channel: &PublishedChannel, findings: &mut Findings) {
    if channel.folder_pages > 0 {
        let what = format!("{} pages are linked to as folders", channel.folder_pages);
        findings.add(&INDEX_DOCUMENT, what);
    }
}

/// The characters that Amazon's naming guidelines call safe, the separator, and `+`, which has a
/// finding of its own.
fn is_safe(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!-_.*'()/+".contains(letter)
}

/// What uploads the folder: what is named before what names it, and last goes what is not here any
/// more. No line sets a content encoding: clients would unpack twice.
pub(super) fn advice(folder: &Path) -> Vec<String> {
    let folder = quoted(folder);
    let lines = [
        "--exclude '*' --include '*/shards/*.msgpack.zst' --include 'assets/*' --size-only \
         --cache-control 'public, max-age=31536000, immutable'",
        "--exclude '*' --include '*.conda' --include '*.tar.bz2' --content-type application/octet-stream \
         --cache-control 'public, max-age=86400'",
        "--exclude '*' --include '*.zst' --exclude '*/shards/*' --content-type application/zstd \
         --cache-control 'public, max-age=60'",
        "--exclude '*.zst' --exclude '*.conda' --exclude '*.tar.bz2' --exclude 'assets/*' \
         --cache-control 'public, max-age=60'",
        // Everything is there by now: only what is not here differs in size.
        "--size-only --delete",
    ];
    let sync =
        |options| format!("aws s3 sync {folder} s3://BUCKET {options} --exclude '.*' --exclude '*/.*'");
    lines.map(sync).into()
}
