//! Group A: the container.

mod archive;
mod components;
mod limits;
mod members;
mod metadata_json;
mod streams;
mod zip_headers;
mod zip_layout;

use crate::verify::{Rule, Subject, ZipDirectory};

pub(super) const RULES: &[&Rule] = &[
    &archive::A001,
    &members::A002,
    &members::A003,
    &members::A004,
    &zip_headers::A005,
    &zip_layout::A006,
    &metadata_json::A007,
    &zip_headers::A008,
    &zip_layout::A009,
    &streams::A010,
    &streams::A011,
    &limits::A012,
    &components::A013,
    &components::A014,
    &components::A015,
    &components::A016,
];

/// What the zip of a `.conda` says of itself, if it could be read.
fn zip_directory<'a>(subject: &Subject<'a>) -> Option<&'a ZipDirectory> {
    subject.evidence.zip()?.directory.as_ref()
}

/// The names of the two components: information, then payload.
fn component_names(subject: &Subject<'_>) -> [String; 2] {
    let stem = subject.evidence.name.stem();
    [format!("info-{stem}.tar.zst"), format!("pkg-{stem}.tar.zst")]
}

/// "1 byte", "2 bytes".
fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
