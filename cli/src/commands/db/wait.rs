//! `towpath db wait`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use towpath_core::provision::{self, Until};

use crate::database::ServerArgs;
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath db wait && towpath db upgrade
      Upgrade as soon as the server lets anybody in.
  towpath db wait --ready --timeout 5m && towpath index my-channel --db postgresql --no-ddl
      Index as soon as somebody else has upgraded the database.";

/// Wait until a PostgreSQL server can be used
///
/// Ends with status 1 and the reason of the last attempt when the time is over.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    server: ServerArgs,

    /// How long to wait at most, such as `90s` or `5m`
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = timeout)]
    timeout: Duration,

    /// Wait until the tables have the version that this towpath needs, too
    #[arg(long)]
    ready: bool,
}

fn timeout(text: &str) -> Result<Duration, String> {
    let text = match text.parse::<u32>() {
        Ok(seconds) => format!("{seconds}s"),
        Err(_) => text.to_owned(),
    };
    let duration: SignedDuration = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    Duration::try_from(duration).map_err(|_| "it has to be positive".to_owned())
}

pub(crate) fn run(args: &WaitArgs) -> Result<ExitCode, Failure> {
    let settings = args.server.settings()?;
    let until = if args.ready {
        Until::Ready
    } else {
        Until::Connected
    };
    match provision::wait(&settings, until, args.timeout) {
        Ok(took) => {
            report::say(&format!("{settings} is ready after {:.1} s", took.as_secs_f64()));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(Failure::failed(format!(
            "not ready within {} s: {error}",
            args.timeout.as_secs_f64()
        ))),
    }
}
