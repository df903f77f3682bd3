//! `towpath db create`

use std::process::ExitCode;

use clap::Args;
use towpath_core::migrate::Event;
use towpath_core::provision::{self, Created, IfExists, NewDatabase};
use towpath_core::store::postgres::Retry;

use crate::database::ServerArgs;
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath db create --db-url postgresql://me@host/channels --upgrade
      Make the database and its tables. The role needs CREATEDB for this, and never again.
  towpath db create --db-url postgresql://me@host/shared --db-schema channels
      Make a schema in a database that is there. The role needs CREATE on that database.";

/// Make a PostgreSQL database, or a schema in one
///
/// Without a schema the database that the URL names is made, in UTF-8. With one (`--db-schema`, or
/// `?schema=` in the URL) only that is made, inside the database, which has to be there. Whoever lacks
/// the rights is told what to have an administrator run.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    server: ServerArgs,

    /// The database that the new one is a copy of; if template1 is not in UTF-8, template0 by default
    #[arg(long, value_name = "DATABASE")]
    template: Option<String>,

    /// The role that it is to belong to, instead of the one that connects
    #[arg(long, value_name = "ROLE")]
    owner: Option<String>,

    /// Be content if it is there already
    #[arg(long)]
    if_not_exists: bool,

    /// Make or upgrade the tables too, as `towpath db upgrade` does
    #[arg(long)]
    upgrade: bool,
}

pub(crate) fn run(args: &CreateArgs) -> Result<ExitCode, Failure> {
    let settings = args.server.settings()?;
    let retry = Retry::default();
    let new = NewDatabase {
        template: args.template.clone(),
        owner: args.owner.clone(),
        if_exists: if args.if_not_exists {
            IfExists::Accept
        } else {
            IfExists::Refuse
        },
    };
    let (what, created) = match settings.schema() {
        None => (
            format!("the database {:?}", settings.database()),
            provision::create_database(&settings, &new, &retry)?,
        ),
        Some(_) if args.template.is_some() => {
            return Err(Failure::usage(
                "--template is for a new database, and with a schema the database is there already",
            ));
        }
        Some(schema) => (
            format!("the schema {schema:?} in the database {:?}", settings.database()),
            provision::create_schema(&settings, schema, &new, &retry)?,
        ),
    };
    report::say(&match created {
        Created::Made => format!("made {what}"),
        Created::WasThere => format!("{what} was there already"),
    });
    if args.upgrade {
        let moved = provision::upgrade(&settings, args.owner.as_deref(), &retry, &mut |event| {
            if let Event::Finished { step, took } = event {
                report::say(&format!(
                    "step {} ({}) done in {:.2} s",
                    step.version,
                    step.name,
                    took.as_secs_f64()
                ));
            }
        })?;
        report::say(&format!("the tables have version {}", moved.to));
    }
    Ok(ExitCode::SUCCESS)
}
