//! What members say of their owners, permissions and times.

use std::collections::BTreeMap;

use super::{Alike, Machines};
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static B108: Rule = Rule {
    code: "B108",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "No member has the bits set-user-id, set-group-id or sticky",
    sources: &[Source::Other(
        "GNU tar and Python's filter \"tar\", which take these bits away",
    )],
    why: "A program with such a bit runs with the rights of its owner, whoever starts it. conda keeps the bits and \
          rattler takes them away: a program that needs them works in one installation and not in the other.",
    mend: "chmod u-s,g-s,-t on the path in the build script; directories get the set-group-id bit from a build folder \
           that has it.",
    bad: "bin/demo with mode 4755",
    good: "bin/demo with mode 755",
    readers: Readers::Differ,
    check: Check::Package(no_special_mode_bits),
};

fn no_special_mode_bits(subject: &Subject<'_>, found: &mut Found<'_>) {
    let bits = [
        (0o4000, "set-user-id"),
        (0o2000, "set-group-id"),
        (0o1000, "sticky"),
    ];
    for entry in &subject.evidence.entries {
        let set = bits.iter().filter(|(bit, _)| entry.mode & bit != 0);
        let set: Vec<&str> = set.map(|(_, name)| *name).collect();
        if !set.is_empty() {
            let bits = if set.len() == 1 { "bit" } else { "bits" };
            let what = format!(
                "its mode {:o} has the {bits} {}",
                entry.mode & 0o7777,
                set.join(" and ")
            );
            found.at(Place::member(entry.path.as_str()), what);
        }
    }
}

pub(super) static B109: Rule = Rule {
    code: "B109",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Members can be read by their owner and written by nobody else",
    sources: &[Source::Other(
        "conda and rattler, which keep permissions when they unpack",
    )],
    why: "Everybody on the machine can change a file that all may write, in the package cache and so in each \
          environment that it is linked into. A file that its owner may not read cannot be installed.",
    mend: "Build with umask 022, or chmod go-w,u+r on the path in the build script.",
    bad: "share/demo.txt with mode 666",
    good: "share/demo.txt with mode 644",
    readers: Readers::Agree,
    check: Check::Package(members_have_common_permissions),
};

fn members_have_common_permissions(subject: &Subject<'_>, found: &mut Found<'_>) {
    // Archives that are made on Windows say the same of all files, and nothing is made of it there.
    let has_permissions = Machines::of(subject) != Machines::Windows;
    let mut faulty: BTreeMap<(u32, &str), Alike<'_>> = BTreeMap::new();
    for entry in &subject.evidence.entries {
        let needed = match entry.kind {
            EntryKind::File => 0o400,
            EntryKind::Directory => 0o700,
            EntryKind::Symlink(_) | EntryKind::Hardlink(_) | EntryKind::Special(_) => continue,
        };
        if entry.not_numbers.contains(&"mode") {
            continue;
        }
        let mode = entry.mode & 0o777;
        let fault = if mode & needed != needed {
            "which keeps the owner out"
        } else if mode & 0o002 != 0 && has_permissions {
            "which lets everybody write"
        } else {
            continue;
        };
        let alike = faulty.entry((mode, fault)).or_insert(Alike {
            first: entry,
            count: 0,
        });
        alike.count += 1;
    }
    for ((mode, fault), alike) in faulty {
        let what = alike.told("has", "have") + &format!(" the mode {mode:o}, {fault}");
        found.at(Place::member(alike.first.path.as_str()), what);
    }
}

pub(super) static B110: Rule = Rule {
    code: "B110",
    severity: Severity::Note,
    mirror: Severity::Note,
    title: "Members belong to nobody in particular",
    sources: &[Source::Other("reproducible-builds.org, archive metadata")],
    why: "The archive tells who built it and has other bytes when somebody else does. Clients ignore owners, unless \
          root unpacks: then the files belong to whoever has that number on the machine.",
    mend: "Use a build tool that leaves owners out, or tar --owner=0 --group=0 --numeric-owner.",
    bad: "all files belong to user 1000, \"alice\"",
    good: "all files belong to user 0",
    readers: Readers::Agree,
    check: Check::Package(members_belong_to_nobody),
};

fn members_belong_to_nobody(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut owners: BTreeMap<(u64, u64, &str), Alike<'_>> = BTreeMap::new();
    for entry in &subject.evidence.entries {
        // A user that has the name of root tells nothing of anybody.
        let user = entry.user.as_deref().filter(|user| *user != "root");
        let owner = (entry.uid, entry.gid, user.unwrap_or_default());
        if owner == (0, 0, "") {
            continue;
        }
        let alike = owners.entry(owner).or_insert(Alike {
            first: entry,
            count: 0,
        });
        alike.count += 1;
    }
    for ((uid, gid, user), alike) in owners {
        let mut what = alike.told("belongs", "belong") + &format!(" to user {uid}");
        if !user.is_empty() {
            what += &format!(", {},", quoted(user));
        }
        what += &format!(" and group {gid}");
        found.at(Place::member(alike.first.path.as_str()), what);
    }
}

/// 1980-01-01 in seconds since 1970: zip archives know no earlier time.
const EARLIEST: u64 = 315_532_800;
/// Clocks of two machines differ by less, in seconds.
const DAY: i64 = 24 * 60 * 60;

pub(super) static B111: Rule = Rule {
    code: "B111",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Times of members are past, and not before 1980",
    sources: &[Source::Other("the zip format, which begins in 1980")],
    why: "Build tools such as make take a file from the future for newer than everything that is made of it. Older \
          times cannot be kept in zip archives, such as wheels that are made of the installed files.",
    mend: "Set the clock of the build machine, or SOURCE_DATE_EPOCH to a time since 1980.",
    bad: "share/demo.txt was written on 1970-01-01",
    good: "share/demo.txt was written on 2024-02-29",
    readers: Readers::Agree,
    check: Check::Package(times_are_past),
};

fn times_are_past(subject: &Subject<'_>, found: &mut Found<'_>) {
    let entries = &subject.evidence.entries;
    let is_early = |entry: &Entry| entry.mtime.is_some_and(|mtime| mtime < EARLIEST);
    let day_after = subject.now.map(|now| (now / 1000).saturating_add(DAY));
    let is_late = |entry: &Entry| {
        let mtime = entry.mtime.map(|mtime| i64::try_from(mtime).unwrap_or(i64::MAX));
        mtime.is_some_and(|mtime| day_after.is_some_and(|day_after| mtime > day_after))
    };
    if let Some(alike) = Alike::of(entries, is_early) {
        let what = alike.told("was", "were") + " written before 1980";
        found.at(Place::member(alike.first.path.as_str()), what);
    }
    if let Some(alike) = Alike::of(entries, is_late) {
        let what = alike.told("is", "are") + " written in the future";
        found.at(Place::member(alike.first.path.as_str()), what);
    }
}
