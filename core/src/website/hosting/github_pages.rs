//! GitHub Pages: what its documentation, `upload-pages-artifact` and `deploy-pages` say they take.

use super::channel::PublishedChannel;
use super::finding::{Check, Findings};
use super::walk::{Entry, EntryKind};
use crate::site::size::human_size;
use crate::verify::Severity;

/// What a published site may have. The documentation says 1 GB, and `deploy-pages` counts it so.
const MOST_BYTES: u64 = 1 << 30;
/// What the inspector fetches of a host that gives no parts of files. Of `.conda` files Pages gives none to
/// browsers: it compresses them.
const LARGEST_FETCHED_WHOLE: u64 = 64 << 20;
/// What is served in a month before GitHub asks for less (a soft limit, in GB).
const MONTHLY_BYTES: u64 = 100_000_000_000;
/// The largest file that git can push to GitHub.
const LARGEST_IN_GIT: u64 = 100 << 20;

const TOO_LARGE: Check = Check {
    name: "site-too-large",
    severity: Severity::Error,
    mend: "publish the packages elsewhere (--base-url of `towpath index`, and `towpath site --copy documents`), \
           remove old ones (`towpath remove`), or write a smaller site (--max-size)",
};
const NEARLY_TOO_LARGE: Check = Check {
    name: "site-nearly-too-large",
    severity: Severity::Warning,
    mend: "think of moving the packages before it is full: to GitHub Releases or to S3",
};
const NO_NOJEKYLL: Check = Check {
    name: "no-nojekyll",
    severity: Severity::Warning,
    mend: "put an empty file .nojekyll in the root (`towpath site` writes one); a deployment from a workflow needs none",
};
const LINK: Check = Check {
    name: "symlink",
    severity: Severity::Warning,
    mend: "put the file itself there: upload-pages-artifact follows links to files, other uploads are refused",
};
const LINK_TO_FOLDER: Check = Check {
    name: "symlink-to-folder",
    severity: Severity::Warning,
    mend: "put the folder itself there: what is behind the link was not checked, and adds to the size",
};
const DANGLING_LINK: Check = Check {
    name: "dangling-symlink",
    severity: Severity::Error,
    mend: "remove the link, or put the file there: the upload fails",
};
const HARD_LINK: Check = Check {
    name: "hard-link",
    severity: Severity::Note,
    mend: "nothing with upload-pages-artifact, which writes a copy for each name; other uploads are refused",
};
const NOT_READABLE: Check = Check {
    name: "not-readable",
    severity: Severity::Error,
    mend: "let everybody read it: `chmod -R +rX FOLDER`; Pages fails with deployment_perms_error",
};
const SPECIAL: Check = Check {
    name: "no-file",
    severity: Severity::Error,
    mend: "remove it: an upload holds files and folders alone",
};
const CASE: Check = Check {
    name: "case-collision",
    severity: Severity::Note,
    mend: "nothing: Pages tells the two apart; a checkout on macOS or Windows does not",
};
const LARGE_FILE: Check = Check {
    name: "large-file",
    severity: Severity::Note,
    mend: "deploy from a workflow, not from a branch: git cannot push it to GitHub",
};
const NO_NOT_FOUND_PAGE: Check = Check {
    name: "no-404",
    severity: Severity::Note,
    mend: "put a 404.html in the root (`towpath site` writes one)",
};
pub(super) const DOT_FOLDER: Check = Check {
    name: "dot-folder",
    severity: Severity::Warning,
    mend: "write the site to a folder of its own, which gets no such folders: `towpath site DIR -o public`",
};
const NO_SHARDS: Check = Check {
    name: "no-shards",
    severity: Severity::Warning,
    mend: "index with --write-shards (CEP 16) and --zst: clients then fetch what they need of it",
};
const NOT_INSPECTED: Check = Check {
    name: "too-large-to-inspect",
    severity: Severity::Note,
    mend: "nothing for conda, mamba and pixi; who inspects such a package in the browser is told to download it first",
};
const FILES: Check = Check {
    name: "size",
    severity: Severity::Note,
    mend: "nothing: a deployment that takes longer than 10 minutes is given up, and many files take longer",
};

/// What there is to say of an entry alone.
pub(super) fn look_at(entry: &Entry, findings: &mut Findings) {
    let path = entry.path.as_str();
    match entry.kind {
        EntryKind::File(stat) => {
            if stat.names > 1 {
                let what = format!("has {} names, hard links to each other", stat.names);
                findings.add_of(&HARD_LINK, path, what);
            }
            expect_readable(path, stat.is_open_to_all, findings);
        }
        EntryKind::LinkToFile(stat) => {
            findings.add_of(&LINK, path, "is a symbolic link to a file");
            expect_readable(path, stat.is_open_to_all, findings);
        }
        EntryKind::Folder(stat) => expect_readable(path, stat.is_open_to_all, findings),
        EntryKind::LinkToFolder => {
            findings.add_of(&LINK_TO_FOLDER, path, "is a symbolic link to a folder");
        }
        EntryKind::DanglingLink => {
            findings.add_of(
                &DANGLING_LINK,
                path,
                "is a symbolic link to nothing that can be read",
            );
        }
        EntryKind::Special => findings.add_of(&SPECIAL, path, "is neither a file nor a folder"),
        EntryKind::NotText => findings.add_of(&SPECIAL, path, "has a name that is not UTF-8"),
        EntryKind::DotFolder => look_at_dot_folder(entry, findings),
    }
    if let Some(stat) = entry.published_file().filter(|stat| stat.size > LARGEST_IN_GIT) {
        let what = format!("has {}, and git takes 100 MB", human_size(stat.size));
        findings.add_of(&LARGE_FILE, path, what);
    }
    if let Some(twin) = &entry.twin {
        findings.add_of(&CASE, path, format!("differs from {twin} in nothing but case"));
    }
}

fn expect_readable(path: &str, is_open_to_all: bool, findings: &mut Findings) {
    if !is_open_to_all {
        findings.add_of(&NOT_READABLE, path, "cannot be read by everybody");
    }
}

/// A folder that no client needs. Git's own, and that of workflows, are never uploaded; what is
/// well-known (RFC 8615) is meant to be.
pub(super) fn look_at_dot_folder(entry: &Entry, findings: &mut Findings) {
    let what = match entry.name() {
        ".git" | ".github" | ".well-known" => return,
        ".cache" => "is what towpath remembers of the channel, and no client needs it",
        _ => "is a folder with a dot before its name, and no client needs it",
    };
    findings.add_of(&DOT_FOLDER, &entry.path, what);
}

/// What there is to say of the channel as a whole.
pub(super) fn look_at_all(channel: &PublishedChannel, findings: &mut Findings) {
    let size = format!("{} files, {}", channel.files, human_size(channel.bytes));
    findings.add(&FILES, size.clone());
    if channel.bytes > MOST_BYTES {
        findings.add(&TOO_LARGE, format!("{size}, and a site may have 1 GB"));
    } else if channel.bytes > MOST_BYTES / 5 * 4 {
        let percent = channel.bytes * 100 / MOST_BYTES;
        findings.add(
            &NEARLY_TOO_LARGE,
            format!("{size}: {percent} % of what a site may have"),
        );
    }
    if let Some((first, count)) = channel.not_for_jekyll.as_ref().filter(|_| !channel.has_nojekyll) {
        let what = format!(
            "{count} names begin with _, the first is {first}: Jekyll, which a deployment from a branch runs, \
             leaves them out"
        );
        findings.add(&NO_NOJEKYLL, what);
    }
    if !channel.has_not_found_page {
        findings.add(
            &NO_NOT_FOUND_PAGE,
            "there is no 404.html: visitors who are lost see GitHub's own page".to_owned(),
        );
    }
    look_at_inspected(channel, findings);
    look_at_traffic(channel, findings);
}

/// Packages that readers of `inspect/` cannot open from this host.
fn look_at_inspected(channel: &PublishedChannel, findings: &mut Findings) {
    let packages = channel.subdirs.values().flat_map(|subdir| &subdir.packages);
    let count = packages
        .filter(|(name, size)| name.ends_with(".conda") && **size > LARGEST_FETCHED_WHOLE)
        .count();
    if channel.has_inspector && count > 0 {
        let what = format!(
            "{count} .conda files are larger than {}: Pages gives browsers the whole of a file only, which the page at \
             inspect/ does not fetch then",
            human_size(LARGEST_FETCHED_WHOLE)
        );
        findings.add(&NOT_INSPECTED, what);
    }
}

/// Without shards every client fetches all records of its platform and of noarch.
fn look_at_traffic(channel: &PublishedChannel, findings: &mut Findings) {
    let transferred = |name: &str| {
        let subdir = channel.subdirs.get(name)?;
        subdir.compressed_repodata.or(subdir.repodata)
    };
    let unsharded: Vec<&str> = channel
        .subdirs
        .iter()
        .filter(|(_, subdir)| subdir.repodata.is_some() && !subdir.has_shards)
        .map(|(name, _)| name.as_str())
        .collect();
    if unsharded.is_empty() {
        return;
    }
    let noarch = transferred("noarch").unwrap_or_default();
    let platforms = channel.subdirs.keys().filter(|name| *name != "noarch");
    let largest = platforms.filter_map(|name| transferred(name)).max();
    let bytes = (noarch + largest.unwrap_or_default()).max(1);
    let what = format!(
        "no shards in {}: a client fetches {} of repodata at a time, and the 100 GB that Pages serves in a month \
         are {} times that",
        unsharded.join(", "),
        human_size(bytes),
        MONTHLY_BYTES / bytes
    );
    findings.add(&NO_SHARDS, what);
}
