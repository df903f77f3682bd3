//! `towpath db roles`

use std::process::ExitCode;

use clap::Args;
use towpath_core::provision::{self, Login, Roles};
use towpath_core::store::postgres::Retry;

use crate::database::ServerArgs;
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath db roles --indexer channel_indexer --reader channel_reader
      Make two roles and give them their rights; then GRANT channel_indexer TO somebody.
  towpath db roles --indexer ci --login --sql > roles.sql
      Write down what does that, for an administrator.";

/// Make roles that may do no more in the database than they need
///
/// The indexer may read and write the rows of the tables, and the reader may read them. Neither may
/// make, change or drop a table. Run it again after `towpath db upgrade`, for tables that are new.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[group(required = true, multiple = true, args = ["indexer", "reader"])]
pub(crate) struct RolesArgs {
    #[command(flatten)]
    server: ServerArgs,

    /// The role of those who run `towpath index`
    #[arg(long, value_name = "ROLE")]
    indexer: Option<String>,

    /// The role of those who only look
    #[arg(long, value_name = "ROLE")]
    reader: Option<String>,

    /// Let roles that have to be made log in; their passwords are the administrator's business
    #[arg(long)]
    login: bool,

    /// Print the SQL and change nothing
    #[arg(long)]
    sql: bool,
}

pub(crate) fn run(args: &RolesArgs) -> Result<ExitCode, Failure> {
    if args.indexer.is_some() && args.indexer == args.reader {
        return Err(Failure::usage("one role cannot be both indexer and reader"));
    }
    let settings = args.server.settings()?;
    let retry = Retry::default();
    let roles = Roles {
        indexer: args.indexer.clone(),
        reader: args.reader.clone(),
        login: if args.login { Login::Yes } else { Login::No },
    };
    let script = if args.sql {
        let script = provision::roles_script(&settings, &roles, &retry)?;
        report::print(&format!("BEGIN;\n{}\nCOMMIT;", script.statements.join("\n")))?;
        script
    } else {
        let script = provision::make_roles(&settings, &roles, &retry)?;
        let named = [("indexes", &roles.indexer), ("reads", &roles.reader)];
        for (does, role) in named {
            if let Some(role) = role {
                report::say(&format!("{role:?} {does} in {settings}"));
            }
        }
        script
    };
    for warning in &script.warnings {
        report::warn(warning);
    }
    Ok(ExitCode::SUCCESS)
}
