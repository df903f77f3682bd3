//! `towpath inspect`

mod comparison;
mod layout;
mod origin;
mod printer;
mod tree;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use towpath_core::inspect::{Inspection, MemberError, write_member};
use towpath_core::package::Limits;

use self::origin::{Opener, Origin};
use self::printer::{Form, Printer};
use crate::failure::{Failure, status};
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath inspect lock-1.0-0.conda
  towpath inspect --files https://conda.anaconda.org/conda-forge/noarch/lock-1.0-0.conda
      Of a .conda on a server, only the directory and the metadata are fetched.
  towpath inspect lock-1.0-0.conda info/recipe/meta.yaml
      One member of the package: text as it is, other content in hexadecimal on a terminal.
  towpath inspect lock-1.1-0.conda --compare https://conda.example/main/noarch/lock-1.0-0.conda
      What is other than in the build that is published.
  towpath inspect --json *.conda | jq -r '[.name, .version, .license] | @tsv'
      One JSON object a line for each package.

Exit status:
  0 if all files were read, 1 if some could not be read: the others are shown, 2 for wrong usage.";

/// Show what is in packages
///
/// Who a package is, what it needs, what it installs, what runs when it is installed, and who built
/// it with what. Packages are files or http and https URLs; nothing is unpacked.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InspectArgs {
    /// Packages, or one package and the path of a member of it
    ///
    /// Of two arguments, the second is a member unless it ends in .conda or .tar.bz2, is a URL, or
    /// is a file that is there; with --member there is no doubt.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<OsString>,

    /// Print the content of this member, such as info/index.json or bin/lock
    #[arg(long, value_name = "PATH", conflicts_with_all = ["list_files", "json"])]
    member: Option<String>,

    /// Print a member in hexadecimal, wherever it is printed to
    #[arg(long, conflicts_with_all = ["list_files", "json"])]
    hex: bool,

    /// List all files, as a tree with their sizes
    #[arg(long = "files", conflicts_with = "json")]
    list_files: bool,

    /// Say what is other in the package than in this one, such as the build that is published: a file or
    /// a URL
    #[arg(long, value_name = "OTHER", conflicts_with_all = ["member", "hex", "list_files"])]
    compare: Option<OsString>,

    /// Print one JSON object for each package, on a line of its own
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &InspectArgs) -> Result<ExitCode, Failure> {
    if let Some(other) = &args.compare {
        let [file] = args.files.as_slice() else {
            return Err(Failure::usage("--compare takes one FILE"));
        };
        return comparison::run(args, file, other);
    }
    let (files, member) = told_apart(args)?;
    let opener = Opener::default();
    if let Some(member) = member {
        let [file] = files else {
            return Err(Failure::usage("--member takes one FILE"));
        };
        return print_member(args, &opener, &Origin::of(file)?, member);
    }
    if args.hex {
        return Err(Failure::usage(
            "--hex is for a member: give its path behind FILE, or with --member",
        ));
    }
    let mut failed = false;
    for (number, file) in files.iter().enumerate() {
        let origin = Origin::of(file);
        let inspected = origin.and_then(|origin| inspect(&opener, &origin));
        let is_last = number + 1 == files.len();
        match inspected {
            Ok((inspection, took)) => {
                show(args, file, &inspection, took.as_ref(), is_last)?;
            }
            Err(failure) => {
                failed = true;
                tell_failure(args, file, &failure)?;
            }
        }
    }
    Ok(if failed {
        ExitCode::from(status::FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Says why a package could not be read.
fn tell_failure(args: &InspectArgs, file: &OsString, failure: &Failure) -> Result<(), Failure> {
    if args.json {
        let file = file.to_string_lossy();
        let object = json!({"file": file, "error": failure.message()});
        written(report::print(&report::shown_json(&object)))?;
    }
    report::say(&format!("{}: {}", report::error("error"), failure.message()));
    Ok(())
}

/// The packages, and the member that is asked for.
fn told_apart(args: &InspectArgs) -> Result<(&[OsString], Option<&str>), Failure> {
    if let Some(member) = &args.member {
        return Ok((&args.files, Some(member)));
    }
    match args.files.as_slice() {
        [file, second] if !origin::is_package(second) => {
            let member = second
                .to_str()
                .ok_or_else(|| Failure::usage("the path of a member is text in UTF-8"))?;
            Ok((std::slice::from_ref(file), Some(member)))
        }
        files => Ok((files, None)),
    }
}

/// What fetching from a server took, in words and for machines.
struct Took {
    words: String,
    json: Value,
}

fn inspect(opener: &Opener, origin: &Origin) -> Result<(Inspection, Option<Took>), Failure> {
    let mut archive = opener.open(origin)?;
    let limits = Limits::default();
    let inspected = Inspection::of(&origin.name, &mut archive, &limits)
        .map_err(Failure::failed)
        .and_then(|inspection| {
            let digests = archive.digests()?;
            Ok(match digests {
                Some(digests) => inspection.with_digests(&digests),
                None => inspection,
            })
        });
    match inspected {
        Ok(inspection) => Ok((inspection, archive.took())),
        Err(failure) => Err(archive.failure(origin, &failure)),
    }
}

fn show(
    args: &InspectArgs,
    file: &OsString,
    inspection: &Inspection,
    took: Option<&Took>,
    is_last: bool,
) -> Result<(), Failure> {
    if args.json {
        let mut object = serde_json::to_value(inspection)?;
        object["file"] = json!(file.to_string_lossy());
        if let Some(took) = took {
            object["fetched"] = took.json.clone();
        }
        written(report::print(&report::shown_json(&object)))?;
    } else {
        let mut text = layout::page(inspection, args.list_files);
        if !is_last {
            text.push('\n');
        }
        written(anstream::stdout().write_all(text.as_bytes()))?;
    }
    if let Some(took) = took {
        let name = report::shown(&inspection.file_name);
        report::say(&format!("{name}: {}", took.words));
    }
    Ok(())
}

fn print_member(
    args: &InspectArgs,
    opener: &Opener,
    origin: &Origin,
    member: &str,
) -> Result<ExitCode, Failure> {
    let mut archive = opener.open(origin)?;
    let stdout = io::stdout();
    let form = match (args.hex, stdout.is_terminal()) {
        (true, _) => Form::Hex,
        (false, true) => Form::ForTerminal,
        (false, false) => Form::AsItIs,
    };
    let mut printer = Printer::new(stdout.lock(), form);
    let found = write_member(
        &origin.name,
        &mut archive,
        member,
        &Limits::default(),
        &mut printer,
    )
    .and_then(|found| printer.finish().map(|()| found).map_err(MemberError::Write));
    match found {
        Ok(found) => {
            if let Some(kind) = found.followed {
                report::say(&format!(
                    "{} is a {kind} to this: {}",
                    report::shown(member),
                    report::shown(&found.path)
                ));
            }
            if let Some(took) = archive.took() {
                report::say(&format!(
                    "{}: {}",
                    report::shown(origin.name.as_str()),
                    took.words
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(MemberError::Write(error)) => written(Err(error)).map(|()| ExitCode::SUCCESS),
        Err(error) => Err(archive.failure(origin, &Failure::failed(error))),
    }
}

/// Nobody is left to read when a pipe is closed, as `head` closes it: that is no failure.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
