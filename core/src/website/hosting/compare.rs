//! Whether the documents of a channel and the packages that are published with them agree.

use std::io;
use std::path::Path;

use super::channel::{PublishedChannel, PublishedSubdir};
use super::finding::{Check, Findings};
use super::index_document;
use crate::verify::Severity;

const NO_CHANNEL: Check = Check {
    name: "no-channel",
    severity: Severity::Error,
    mend: "index the channel first: `towpath index DIR`",
};
const NOT_INDEXED: Check = Check {
    name: "not-indexed",
    severity: Severity::Warning,
    mend: "index the channel again; what `towpath index` leaves out, it gives the reason for",
};
const MISSING_PACKAGE: Check = Check {
    name: "missing-package",
    severity: Severity::Error,
    mend: "publish the package too, or index the channel again without it",
};
const OTHER_SIZE: Check = Check {
    name: "other-size",
    severity: Severity::Error,
    mend: "index the channel again: the package was replaced since, and clients refuse it",
};
const BAD_REPODATA: Check = Check {
    name: "bad-repodata",
    severity: Severity::Error,
    mend: "index the channel again",
};
const BASE_URL_AND_PACKAGES: Check = Check {
    name: "base-url-and-packages",
    severity: Severity::Warning,
    mend: "leave the packages out (`towpath site --copy documents`), or index without --base-url",
};

/// CEP 26: where there is no `noarch/repodata.json`, there is no channel.
pub(super) fn expect_channel(channel: &PublishedChannel, findings: &mut Findings) {
    let noarch = channel.subdirs.get("noarch");
    if noarch.and_then(|noarch| noarch.repodata).is_none() {
        findings.add(
            &NO_CHANNEL,
            "there is no noarch/repodata.json, without which nothing is a channel (CEP 26)".to_owned(),
        );
    }
}

/// Compares the documents with the packages beside them. Times are not compared: a checkout and a
/// copy make packages new that are not, and documents that need no change stay old.
pub(super) fn with_packages(
    folder: &Path,
    channel: PublishedChannel,
    findings: &mut Findings,
) -> io::Result<()> {
    for (name, mut subdir) in channel.subdirs {
        if subdir.repodata.is_some() {
            subdir_with_packages(folder, &name, &mut subdir, findings)?;
        }
        // Shards were written in the same run as repodata, and are not read here.
        let is_sharded_only = subdir.repodata.is_none() && subdir.has_shards;
        for package in subdir.packages.keys().filter(|_| !is_sharded_only) {
            findings.add_of(
                &NOT_INDEXED,
                &format!("{name}/{package}"),
                "is in no repodata.json: no client finds it",
            );
        }
    }
    Ok(())
}

/// Takes from the subdir's packages those that its `repodata.json` accounts for.
fn subdir_with_packages(
    folder: &Path,
    name: &str,
    subdir: &mut PublishedSubdir,
    findings: &mut Findings,
) -> io::Result<()> {
    let document = format!("{name}/repodata.json");
    let lying = subdir.packages.len();
    let mut missing = Findings::default();
    let read = index_document::read(&folder.join(&document), &mut |package, promised| {
        let path = format!("{name}/{package}");
        match (subdir.packages.remove(&package), promised) {
            (None, _) => missing.add_of(&MISSING_PACKAGE, &path, "is in repodata.json and not here"),
            (Some(size), Some(promised)) if size != promised => {
                let what = format!("has {size} bytes, and repodata.json says {promised}");
                findings.add_of(&OTHER_SIZE, &path, what);
            }
            (Some(_), _) => {}
        }
    })?;
    match read {
        Err(error) => {
            // Nothing can be said of the packages.
            subdir.packages.clear();
            bad_repodata(&document, &error, findings);
        }
        Ok(info) => match info.base_url {
            None => findings.append(missing),
            Some(url) if lying > 0 && url.contains("://") => {
                let what = format!(
                    "sends clients to {url}, and {lying} packages lie beside it that nobody will fetch"
                );
                findings.add_of(&BASE_URL_AND_PACKAGES, &document, what);
            }
            Some(_) => {}
        },
    }
    Ok(())
}

/// Says that a document could not be understood.
pub(super) fn bad_repodata(document: &str, error: &serde_json::Error, findings: &mut Findings) {
    findings.add_of(&BAD_REPODATA, document, format!("cannot be understood: {error}"));
}
