//! Explicit lists (CEP 23): the URL of a package on every line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::error::shown;
use super::lock_builder::{LockBuilder, digest};
use super::{Document, DocumentKind, FormatError, package_url, shape};
use crate::channel::Subdir;
use crate::environment::{Lock, LockedPackage};

/// Reads an explicit list. Its platform is the one that it says, else the one that is `told`, else
/// the one of its packages.
pub(super) fn read(text: &str, told: Option<&Subdir>) -> Result<Document, FormatError> {
    let mut said = None;
    let mut packages = Vec::new();
    let mut warnings = Vec::new();
    let mut pip = BTreeSet::new();
    let mut is_explicit = false;
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        let wrong = |what| FormatError::Line { line, what };
        if let Some(comment) = content.strip_prefix('#') {
            let comment = comment.trim();
            if let Some(platform) = comment.strip_prefix("platform:") {
                said = Some(shape::platform(platform.trim()).map_err(wrong)?);
            } else if let Some(requirement) = comment.strip_prefix("pip ") {
                pip.insert(package_url::without_credentials(requirement.trim()));
            }
        } else if content == "@EXPLICIT" {
            is_explicit = true;
        } else if !content.is_empty() {
            packages.push((line, package(content).map_err(wrong)?));
        }
    }
    if !is_explicit {
        return Err(FormatError::Line {
            line: 1,
            what: "is no explicit list: a line of it is @EXPLICIT (CEP 23)".to_owned(),
        });
    }
    let platform = match (said, told) {
        (Some(said), told) => {
            if told.is_some_and(|told| *told != said) {
                warnings.push(format!(
                    "it says that its platform is {said}, and is taken at its word"
                ));
            }
            said
        }
        (None, Some(told)) => told.clone(),
        (None, None) => platform_of(&packages)?.ok_or(FormatError::NoPlatform)?,
    };
    let mut lock = LockBuilder::new(platform);
    for (line, package) in packages {
        lock.add(package)
            .map_err(|what| FormatError::Line { line, what })?;
    }
    if !pip.is_empty() {
        warnings.push(super::left_out(pip.len(), "for pip"));
    }
    Ok(Document::locked(
        DocumentKind::Explicit,
        vec![lock.finish(Vec::new())],
        &pip,
        warnings,
    ))
}

/// The platform of the packages that are not in `noarch`; nothing if all are.
///
/// # Errors
///
/// When they are of several.
fn platform_of(packages: &[(usize, LockedPackage)]) -> Result<Option<Subdir>, FormatError> {
    let noarch = Subdir::noarch();
    let mut of_platforms = packages.iter().filter(|(_, package)| package.subdir != noarch);
    let Some((_, first)) = of_platforms.next() else {
        return Ok(None);
    };
    match of_platforms.find(|(_, package)| package.subdir != first.subdir) {
        Some((line, other)) => Err(FormatError::Line {
            line: *line,
            what: format!(
                "is of {}, where the packages before are of {}: say which platform it is for with \
                 \"# platform: {}\"",
                other.subdir, first.subdir, first.subdir
            ),
        }),
        None => Ok(Some(first.subdir.clone())),
    }
}

/// The package of a line: `URL`, `URL#MD5`, `URL#SHA256` or `URL#sha256:SHA256`.
fn package(line: &str) -> Result<LockedPackage, String> {
    let (url, anchor) = match line.split_once('#') {
        Some((url, anchor)) => (url, Some(anchor)),
        None => (line, None),
    };
    if !url.contains("://") {
        return Err(format!(
            "{} is no URL: a path leads elsewhere on another machine; write it as file:///… or as the URL of the channel",
            shown(url)
        ));
    }
    let mut package = package_url::package(url.trim())?;
    if let Some(anchor) = anchor {
        if let Some(sha256) = anchor.strip_prefix("sha256:") {
            package.sha256 = Some(digest("SHA-256", sha256)?);
        } else if anchor.len() == 64 {
            package.sha256 = Some(digest("SHA-256", anchor)?);
        } else {
            package.md5 = Some(digest("MD5", anchor.strip_prefix("md5:").unwrap_or(anchor))?);
        }
    }
    Ok(package)
}

/// The explicit list of a lock, its packages in their order: with SHA-256 where it is known, else MD5.
pub fn write_explicit(lock: &Lock) -> String {
    let mut text = format!(
        "# This file may be used to create an environment using:\n\
         # $ conda create --name <env> --file <this file>\n\
         # platform: {}\n\
         @EXPLICIT\n",
        lock.platform
    );
    for package in &lock.packages {
        let digest = match (package.sha256, package.md5) {
            (Some(sha256), _) => format!("#sha256:{}", base16ct::lower::encode_string(&sha256)),
            (None, Some(md5)) => format!("#{}", base16ct::lower::encode_string(&md5)),
            (None, None) => String::new(),
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}{digest}", lock.url_of(package));
    }
    text
}
