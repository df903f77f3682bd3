//! `towpath serve`

mod rebuild;

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use towpath_core::channel::ChannelFolder;
use towpath_core::serve::{Exchange, Port, ServeOptions, Server, Symlinks, UrlPath};

use self::rebuild::Rebuild;
use crate::config::Config;
use crate::failure::Failure;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  towpath serve my-channel
      Serve it at http://127.0.0.1:8000/ until Ctrl-C is pressed.
  towpath serve my-channel --watch
      Index it too, now and whenever packages are added, replaced or removed.
  towpath serve public --url-path /my-repository/
      As GitHub Pages serves the site of a repository.

Exit status: 0 when it was asked to end; 1 if it could not be started; 2 wrong usage.";

/// Serve a channel and its website on this machine, to try them out
///
/// With the headers that a good static host would send. Files and folders whose names begin with a
/// dot are not served.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// The folder: a channel, or where its documents are written to
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The port; 0 is any that is free [default: 8000, or the next that is free]
    #[arg(short, long, value_name = "PORT")]
    port: Option<u16>,

    /// The address to listen at; 0.0.0.0 is for everybody who reaches this machine
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    bind: IpAddr,

    /// Serve the folder below this path, such as /repo/
    #[arg(long, value_name = "PATH", default_value_t)]
    url_path: UrlPath,

    /// Follow symbolic links out of the folder
    #[arg(long)]
    follow_symlinks: bool,

    /// Index the channel as `towpath index DIR` does, now and whenever its packages change
    #[arg(long)]
    watch: bool,

    /// Say where it is served as one JSON object on standard output
    #[arg(long)]
    json: bool,

    /// Tell of each request
    #[arg(short, long)]
    verbose: bool,
}

pub(crate) fn run(args: &ServeArgs) -> Result<ExitCode, Failure> {
    let rebuild = args.watch.then(|| Rebuild::of(&args.folder));
    let server = Server::bind(&options(args))?;
    let address = server.address().ip();
    if !address.is_loopback() {
        report::warn(&format!(
            "everybody who reaches {} can read {}",
            if address.is_unspecified() {
                "this machine".to_owned()
            } else {
                address.to_string()
            },
            report::shown(&args.folder.display().to_string())
        ));
    }
    if rebuild.is_none() {
        hint(args);
    }
    let url = server.url();
    let is_verbose = args.verbose;
    let told = move |exchange: &Exchange| {
        if is_verbose {
            report::say(&line(exchange));
        }
    };
    let ended: Result<(), Failure> = server.run(told, async {
        // Before anybody is told that there is something to end.
        let interruption = interruption()?;
        announce(args, &url)?;
        if let Some(rebuild) = rebuild {
            std::thread::spawn(move || rebuild.keep_up());
        }
        interruption.await;
        Ok(())
    })?;
    ended.map(|()| ExitCode::SUCCESS)
}

fn options(args: &ServeArgs) -> ServeOptions {
    ServeOptions {
        folder: args.folder.clone(),
        address: args.bind,
        port: args.port.map_or_else(Port::default, Port::Exactly),
        url_path: args.url_path.clone(),
        symlinks: if args.follow_symlinks {
            Symlinks::Anywhere
        } else {
            Symlinks::WithinFolder
        },
    }
}

/// Says what is to be done before clients find packages here.
fn hint(args: &ServeArgs) {
    if ChannelFolder::new(args.folder.clone(), None).has_repodata() {
        return;
    }
    let folder = args.folder.display().to_string();
    // A file that is not understood is for `towpath index` to complain about.
    let output = Config::of_channel(&args.folder)
        .ok()
        .and_then(|config| config.index.output);
    let advice = match output {
        Some(output) => format!("documents are written to {}, serve that", output.display()),
        None => format!("run `towpath index {folder}`, or serve it with --watch"),
    };
    report::warn(&report::shown(&format!(
        "no subdir of {folder} has repodata, and clients find no packages: {advice}"
    )));
}

/// Says where the channel is, and how clients are told.
fn announce(args: &ServeArgs, url: &str) -> Result<(), Failure> {
    let folder = args.folder.display().to_string();
    if args.json {
        let object = json!({ "folder": folder, "url": url, "watch": args.watch });
        report::print(&report::shown_json(&object))?;
        return Ok(());
    }
    let channel = url.trim_end_matches('/');
    report::print(&format!("{} is at {url}", report::shown(&folder)))?;
    for client in ["conda install", "mamba install", "pixi exec"] {
        report::print(&format!("  {client} --channel {channel} PACKAGE"))?;
    }
    Ok(())
}

fn line(exchange: &Exchange) -> String {
    let Exchange {
        method,
        target,
        status,
    } = exchange;
    report::shown(&format!("{status} {method} {target}"))
}

/// Is over when Ctrl-C is pressed, or the process asked to end.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use std::task::Poll;

    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    Ok(std::future::poll_fn(move |context| {
        if signals
            .iter_mut()
            .any(|signal| signal.poll_recv(context).is_ready())
        {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }))
}

/// Is over when Ctrl-C is pressed.
#[cfg(not(unix))]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without it, the process is ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
