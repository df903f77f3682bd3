//! `towpath db erd`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use towpath_core::channel::{ChannelFolder, Subdir, SubdirFolder};
use towpath_core::provision::Diagram;
use towpath_core::store::postgres::Retry;

use crate::database::ServerArgs;
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath db erd --format svg > tables.svg
      Draw the tables of the PostgreSQL database.
  towpath db erd my-channel --exclude 'towpath_*'
      Draw conda-index's tables in the SQLite files of a channel.";

/// Draw the tables of a database and what leads from one to another
///
/// Without a folder the tables are those of the PostgreSQL database; with one, those of the channel's
/// SQLite files. Drawn are conda-index's tables and towpath's. Dotted lines are no foreign keys: rows
/// belong together because they have the same path.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ErdArgs {
    /// The folder of a channel that is kept in SQLite
    #[arg(value_name = "CHANNEL")]
    channel: Option<PathBuf>,

    #[command(flatten)]
    server: ServerArgs,

    /// In which form
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,

    /// Leave out tables whose names match this pattern (`*` is any text, `?` any character)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Mermaid's language, which GitHub and GitLab show as a picture
    #[default]
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// A picture
    Svg,
    /// A page with the diagram and a list of all columns
    Md,
}

pub(crate) fn run(args: &ErdArgs) -> Result<ExitCode, Failure> {
    let mut diagram = match &args.channel {
        Some(channel) => Diagram::of_sqlite(&sqlite_store(channel)?)?,
        None => Diagram::of_postgres(&args.server.settings()?, &Retry::default())?,
    };
    for pattern in &args.exclude {
        diagram = diagram.without(pattern);
    }
    let text = match args.format {
        Format::Mermaid => diagram.mermaid(),
        Format::Dot => diagram.dot(),
        Format::Svg => diagram.svg(),
        Format::Md => diagram.markdown(),
    };
    report::print(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// The first subdir's file: all of them have the same tables.
fn sqlite_store(channel: &Path) -> Result<PathBuf, Failure> {
    let folder = ChannelFolder::new(channel.to_owned(), None);
    let mut subdirs = folder.detect_subdirs()?;
    subdirs.push(Subdir::noarch());
    let folders: Vec<_> = subdirs.iter().map(|subdir| folder.subdir(subdir)).collect();
    if let Some(store) = folders
        .iter()
        .map(SubdirFolder::sqlite_store)
        .find(|store| store.is_file())
    {
        return Ok(store);
    }
    let channel = channel.display();
    Err(Failure::failed(
        if folders.iter().any(|folder| folder.gluesql_store().is_file()) {
            format!(
                "{channel} is kept in GlueSQL, whose tables cannot be drawn: SQLite's and PostgreSQL's can"
            )
        } else {
            format!("{channel} has no database: `towpath index` makes one")
        },
    ))
}
