//! Checks of a package: is it fit to be uploaded, and will every client install the same from it?
//!
//! A package is read once, as a stream ([`Evidence`]); then each [`Rule`] looks at what was seen and
//! says what it has against it. The rules are one table ([`rules`]), which the command line, the
//! browser and the documentation share. A broken package is never an error here: what is wrong with
//! it is what was asked for.

pub(crate) mod against;
mod evidence;
#[cfg(feature = "native")]
mod files;
mod finding;
mod match_spec;
mod output;
mod report;
mod rule;
mod rules;
mod selection;
mod severity;
mod tree;

use std::io::{self, Read, Seek};

pub(crate) use against::name_and_requirement;
pub use against::{
    ChannelDocuments, ChannelError, ChannelPlace, ChannelView, Claim, DocumentError, PublishedBuilds,
    PublishedRecord, Section, Wanted, published_builds, read_channels,
};
pub use evidence::{
    BinaryFormat, Bzip2, Component, Container, Content, Descriptor, Document, Entry, EntryKind, Evidence,
    ExtraField, HeaderField, JsonDocument, PathEntry, PathsJson, Stream, TarEnd, Zip, ZipDirectory,
    ZipHeader, ZipMember, ZipSlip, ZipSlipKind, Zstd,
};
#[cfg(feature = "native")]
pub use files::{LocalPackage, verify_files};
pub use finding::{Finding, Found, Place};
#[cfg(feature = "native")]
pub(crate) use match_spec::Requirement;
pub(crate) use match_spec::check as check_match_spec;
pub use output::{
    CheckedFile, explanation, github_annotations, github_unreadable, markdown, rules_page, sarif,
};
pub use report::{Attestation, Installs, Report};
pub use rule::{Check, Readers, Rule, Source, Subject};
pub use rules::{rule, rules};
pub use selection::{Selection, UnknownCode};
pub use severity::{Profile, Severity, UnknownSeverity};

use crate::channel::Subdir;
use crate::package::{ArtifactName, Limits};

/// How a package is checked.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// Which rules are looked at, and how severe they are.
    pub selection: Selection,
    /// How much a package may make the reader do.
    pub limits: Limits,
    /// The subdir that the package is to be published in, if that is known.
    pub subdir: Option<Subdir>,
    /// The time, in milliseconds since 1970, if that is known: no package is built later.
    pub now: Option<i64>,
    /// The attestation that lies beside the package (CEP 27), if there is one.
    pub attestation: Option<Vec<u8>>,
}

/// Checks the package `name`.
///
/// ```
/// use std::io::Cursor;
///
/// use towpath_core::package::ArtifactName;
/// use towpath_core::verify::{Severity, VerifyOptions, verify};
///
/// let name = ArtifactName::new("lock-1.0-0.conda").unwrap();
/// let report = verify(&name, Cursor::new(b"no zip"), &VerifyOptions::default()).unwrap();
/// assert_eq!(report.findings[0].code, "A001");
/// assert_eq!(report.worst(), Some(Severity::Error));
/// ```
///
/// # Errors
///
/// When the file itself cannot be read. Whatever is wrong with its content is a finding.
pub fn verify<R: Read + Seek>(
    name: &ArtifactName,
    archive: R,
    options: &VerifyOptions,
) -> io::Result<Report> {
    let evidence = Evidence::of(name, archive, &options.limits)?;
    Ok(judge(&evidence, options))
}

/// What the rules say of a package that was read.
pub fn judge(evidence: &Evidence, options: &VerifyOptions) -> Report {
    let tree = tree::Tree::of(evidence);
    let subject = Subject {
        evidence,
        tree: &tree,
        subdir: options.subdir.as_ref(),
        now: options.now,
        attestation: options.attestation.as_deref(),
    };
    Report::of(&subject, &options.selection)
}
