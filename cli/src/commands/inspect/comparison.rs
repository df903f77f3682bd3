//! `towpath inspect --compare`: what differs between two packages, as a page of text or as JSON.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use towpath_core::inspect::{
    ChangedDependency, ChangedField, ChangedFile, Comparison, FileChange, FileChanges, Inspection,
};

use super::layout::Page;
use super::{InspectArgs, Opener, Origin, Took, inspect, tell_failure, written};
use crate::failure::{Failure, status};
use crate::report::{self, bold, shown, size};

/// How long both texts of a field may be to stand in one line.
const ONE_LINE: usize = 70;

/// Prints what is other in the package `file` than in `other`.
pub(super) fn run(args: &InspectArgs, file: &OsString, other: &OsString) -> Result<ExitCode, Failure> {
    let opener = Opener::default();
    let read = |argument| match Side::of(&opener, argument) {
        Ok(side) => Ok(Some(side)),
        Err(failure) => tell_failure(args, argument, &failure).map(|()| None),
    };
    let (Some(after), Some(before)) = (read(file)?, read(other)?) else {
        return Ok(ExitCode::from(status::FAILED));
    };
    let comparison = Comparison::of(&before.inspection, &after.inspection);
    if args.json {
        let mut object = serde_json::to_value(&comparison)?;
        for (key, argument, side) in [("before", other, &before), ("after", file, &after)] {
            object[key]["file"] = json!(argument.to_string_lossy());
            if let Some(took) = &side.took {
                object[key]["fetched"] = took.json.clone();
            }
        }
        written(report::print(&report::shown_json(&object)))?;
    } else {
        let title = format!("{} compared with {}", after.place, before.place);
        written(anstream::stdout().write_all(page(&title, &comparison).as_bytes()))?;
    }
    for side in [after, before] {
        if let Some(took) = side.took {
            report::say(&format!("{}: {}", side.place, took.words));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One of the packages.
struct Side {
    /// Where it is, for people.
    place: String,
    inspection: Inspection,
    took: Option<Took>,
}

impl Side {
    fn of(opener: &Opener, argument: &OsString) -> Result<Self, Failure> {
        let origin = Origin::of(argument)?;
        let (inspection, took) = inspect(opener, &origin)?;
        Ok(Self {
            place: origin.shown(),
            inspection,
            took,
        })
    }
}

fn page(title: &str, comparison: &Comparison) -> String {
    let mut page = Page::default();
    page.text += &format!("{}\n\n", bold(title));
    let (before, after) = (&comparison.before, &comparison.after);
    page.fact("size", &changed_size(Some(before.size), Some(after.size)));
    match (&before.sha256, &after.sha256) {
        (Some(before), Some(after)) if before == after => page.line("They are the same, byte for byte."),
        _ if comparison.is_empty() => page.line("They say, need and install the same."),
        _ => {}
    }
    if !comparison.fields.is_empty() {
        page.section("Says");
        for change in &comparison.fields {
            field(&mut page, change);
        }
    }
    dependencies(&mut page, "Depends on", &comparison.depends);
    dependencies(&mut page, "Constrains", &comparison.constrains);
    for (extra, changes) in &comparison.extra_depends {
        dependencies(&mut page, &format!("Extra {}", shown(extra)), changes);
    }
    for (kind, changes) in &comparison.run_exports {
        let title = format!("Run exports: {}", kind.replace('_', " "));
        dependencies(&mut page, &title, changes);
    }
    files(&mut page, &comparison.files);
    page.text
}

fn field(page: &mut Page, change: &ChangedField) {
    let label = change.field.replace('_', " ");
    if let (Some(before), Some(after)) = (&change.before, &change.after)
        && before.len() + after.len() <= ONE_LINE
        && !(before.contains('\n') || after.contains('\n'))
    {
        page.fact(&label, &format!("{before} -> {after}"));
        return;
    }
    let lines = |sign: char, text: &Option<String>| -> Vec<String> {
        let lines = text.iter().flat_map(|text| text.lines());
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    let lines = [lines('-', &change.before), lines('+', &change.after)].concat();
    page.facts(&label, &lines);
}

fn dependencies(page: &mut Page, title: &str, changes: &[ChangedDependency]) {
    let lines = changes.iter().map(|ChangedDependency { name, before, after }| {
        let asked = |requirement: &str| match requirement {
            "" => "any".to_owned(),
            requirement => requirement.to_owned(),
        };
        match (before, after) {
            (Some(before), Some(after)) => format!("~ {name}  {} -> {}", asked(before), asked(after)),
            (Some(before), None) => format!("- {name} {before}"),
            (None, after) => format!("+ {name} {}", after.as_deref().unwrap_or_default()),
        }
    });
    page.list(title, &lines.collect::<Vec<_>>());
}

fn files(page: &mut Page, changes: &FileChanges) {
    if changes.is_empty() && changes.unknown == 0 {
        return;
    }
    let all = changes.added + changes.removed + changes.changed;
    let counts = [
        (changes.added, "added"),
        (changes.removed, "removed"),
        (changes.changed, "changed"),
        (changes.unknown, "known by name only"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut said: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
    let grown = size(changes.installed_size_change.unsigned_abs());
    match changes.installed_size_change {
        0 => {}
        1.. => said.push(format!("{grown} more")),
        _ => said.push(format!("{grown} less")),
    }
    page.section(&format!("Files: {}", said.join(", ")));
    page.some_entries(changes.files.iter().map(file), all);
}

fn file(change: &ChangedFile) -> String {
    let sign = match change.change {
        FileChange::Added => '+',
        FileChange::Removed => '-',
        FileChange::Changed => '~',
    };
    let sizes = changed_size(change.size_before, change.size_after);
    format!("{sign} {}  {sizes}", change.path)
}

/// A size that was another before.
fn changed_size(before: Option<u64>, after: Option<u64>) -> String {
    match (before.map(size), after.map(size)) {
        (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
        (before, after) => after.or(before).unwrap_or_default(),
    }
}
