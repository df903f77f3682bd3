//! A package, a rule, and whether the package breaks it.

use std::io::Cursor;

use serde_json::json;
use towpath_core::package::ArtifactName;
use towpath_core::verify::{ChannelView, Report, VerifyOptions, verify};
use towpath_tests::{Kind, PackageBuilder};

/// 2023-11-15, a day after the packages were built.
const NOW: i64 = 1_700_100_000_000;

/// A package, a rule, and whether the package breaks it.
pub(crate) struct Case {
    pub(crate) code: &'static str,
    pub(crate) breaks: bool,
    pub(crate) what: &'static str,
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) options: VerifyOptions,
    /// The channel that it is to be added to.
    pub(crate) channel: Option<ChannelView>,
    /// Other rules that cannot but be broken with this one.
    pub(crate) also: Vec<&'static str>,
}

/// A package that breaks the rule, and no other.
pub(crate) fn breaks(code: &'static str, what: &'static str, package: &PackageBuilder, kind: Kind) -> Case {
    file(code, true, what, &package.file_name(kind), package.bytes(kind))
}

/// A package that comes close to breaking the rule and does not.
pub(crate) fn keeps(code: &'static str, what: &'static str, package: &PackageBuilder, kind: Kind) -> Case {
    file(code, false, what, &package.file_name(kind), package.bytes(kind))
}

/// A file of any kind.
pub(crate) fn file(
    code: &'static str,
    breaks: bool,
    what: &'static str,
    file_name: &str,
    bytes: Vec<u8>,
) -> Case {
    Case {
        code,
        breaks,
        what,
        file_name: file_name.to_owned(),
        bytes,
        options: options(),
        channel: None,
        also: Vec::new(),
    }
}

impl Case {
    /// Says which other rules are broken as well.
    pub(crate) fn also<const COUNT: usize>(mut self, codes: [&'static str; COUNT]) -> Self {
        self.also = codes.to_vec();
        self
    }

    /// Adds the package to a channel.
    pub(crate) fn in_channel(mut self, channel: ChannelView) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Puts an attestation beside the file.
    pub(crate) fn attested(mut self, attestation: impl Into<Vec<u8>>) -> Self {
        self.options.attestation = Some(attestation.into());
        self
    }

    pub(crate) fn report(&self) -> Report {
        let name = ArtifactName::new(&self.file_name).unwrap();
        let mut report = verify(&name, Cursor::new(&self.bytes), &self.options).unwrap();
        if let Some(channel) = &self.channel {
            report.compare(channel, &self.options.selection);
        }
        report
    }
}

fn options() -> VerifyOptions {
    VerifyOptions {
        now: Some(NOW),
        ..VerifyOptions::default()
    }
}

pub(crate) fn report_of(file_name: &str, bytes: Vec<u8>) -> Report {
    let name = ArtifactName::new(file_name).unwrap();
    verify(&name, Cursor::new(bytes), &options()).unwrap()
}

/// A package in which nothing is found.
pub(crate) fn sound() -> PackageBuilder {
    PackageBuilder::new("demo", "1.0", "h1234567_0")
        .about(json!({
            "home": "https://example.org/demo",
            "license": "BSD-3-Clause",
            "summary": "A package for tests",
        }))
        .member("info/licenses/LICENSE", "Do what you like.\n")
}

/// Packages of several kinds in which nothing is found.
pub(crate) fn sound_packages() -> Vec<PackageBuilder> {
    vec![
        sound(),
        sound()
            .subdir("linux-64")
            .depends(["libc >=2.17,<3.0a0", "python_abi 3.12.* *_cp312"]),
    ]
}
