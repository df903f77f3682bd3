//! The arguments of `towpath site`.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use towpath_core::environment::Name;
use towpath_core::site::css_value;
use towpath_core::website::BuildPages;
use towpath_core::website::hosting::Host;

use super::size;
use crate::commands::of_channel;
use crate::database::{Database, ServerArgs};
use crate::failure::Failure;

const PAGES: &str = "Pages";
const PLACE: &str = "Where it is published";

const EXAMPLES: &str = "\
Examples:
  towpath index my-channel && towpath site my-channel
      A website in the channel's own folder: any web server can serve the two.
  towpath site my-channel -o public --site-url https://me.github.io/my-channel/
      Channel and website in public, ready to be uploaded.
  towpath site my-channel -o public --copy nothing --channel-url https://conda.example.org/main
      The website alone, of a channel that is served elsewhere.

  towpath site --inspector-only -o checker
      The page on which packages are opened and checked, without a channel.

  towpath site my-channel -o public --check --host github-pages
      What of public would break there?

What is said every time may stand in my-channel/towpath.toml, in [site] and [channel].
Exit status: 0 the website is up to date, or nothing of it would break; 1 it could not be made, or
something would break; 2 wrong usage.";

/// Make a website of a channel, for any static host
///
/// It shows what `towpath index` has published. Of a folder that has documents and nothing else
/// (repodata.json, perhaps compressed), it shows these.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct SiteArgs {
    /// The channel
    #[arg(value_name = "DIR", required_unless_present = "inspector_only")]
    pub(super) channel: Option<PathBuf>,

    /// The folder to write the website to [default: where the channel's documents are]
    #[arg(short, long, value_name = "OUT", env = "TOWPATH_SITE_OUTPUT", hide_env = true)]
    pub(super) output: Option<PathBuf>,

    /// What of the channel to copy to OUT, if that is not where the channel is [default: all, and with
    /// --base-url documents]
    #[arg(long, value_enum, value_name = "WHAT", help_heading = PLACE)]
    pub(super) copy: Option<Copied>,

    /// The URL that the website will have: for links in feeds, and for search engines
    #[arg(long, value_name = "URL", env = "TOWPATH_SITE_URL", hide_env = true, help_heading = PLACE)]
    pub(super) site_url: Option<String>,

    /// The path of that URL, if it alone is known: /REPOSITORY/ for a GitHub project's pages
    #[arg(long, value_name = "PATH", env = "TOWPATH_URL_PATH", hide_env = true, help_heading = PLACE)]
    pub(super) url_path: Option<String>,

    /// The URL that clients are given [default: that of the website, if the channel is in it]
    #[arg(long, value_name = "URL", env = "TOWPATH_CHANNEL_URL", hide_env = true, help_heading = PLACE)]
    pub(super) channel_url: Option<String>,

    /// The URL of the channel's packages, if they are not served beside the documents (CEP 15)
    #[arg(long, value_name = "URL", env = "TOWPATH_BASE_URL", hide_env = true, help_heading = PLACE)]
    pub(super) base_url: Option<String>,

    /// The channel's name [default: the folder's]
    #[arg(short = 'n', long, value_name = "NAME", env = "TOWPATH_CHANNEL_NAME", hide_env = true, help_heading = PAGES)]
    pub(super) channel_name: Option<String>,

    /// What stands at the top of every page [default: the channel's name]
    #[arg(long, value_name = "TEXT", help_heading = PAGES)]
    pub(super) title: Option<String>,

    /// Which builds have pages of their own [default: as many as --max-size has room for]
    #[arg(long, value_enum, value_name = "WHICH", help_heading = PAGES)]
    pub(super) build_pages: Option<Builds>,

    /// About how large the website may be, without the channel itself [default: 700MB]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, help_heading = PAGES)]
    pub(super) max_size: Option<u64>,

    /// Do not open packages for the lists of their files
    #[arg(long, help_heading = PAGES)]
    pub(super) no_files: bool,

    /// Show what `towpath verify --json` found: the file that it was written to
    #[arg(long, value_name = "FILE", help_heading = PAGES)]
    pub(super) verify_report: Option<PathBuf>,

    /// A namespace whose environments have pages; may be given several times [default: those that
    /// towpath.toml names]
    #[arg(long, value_name = "NS", help_heading = PAGES)]
    pub(super) public_environments: Vec<Name>,

    /// A folder with templates that replace those of the same names
    #[arg(long, value_name = "DIR", help_heading = PAGES)]
    pub(super) templates: Option<PathBuf>,

    /// A custom property of the stylesheet, such as accent=#a3124b; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = theme_property, help_heading = PAGES)]
    pub(super) theme: Vec<(String, String)>,

    /// Leave out the page on which packages are opened and checked in the browser
    #[arg(
        long,
        env = "TOWPATH_NO_INSPECTOR",
        hide_env = true,
        value_parser = FalseyValueParser::new(),
        help_heading = PAGES
    )]
    pub(super) no_inspector: bool,

    /// The folder with the files of that page, as scripts/web builds them [default: what this towpath was
    /// built with]
    #[arg(long, value_name = "DIR", help_heading = PAGES)]
    pub(super) inspector: Option<PathBuf>,

    /// Write that page alone to OUT, without a channel
    #[arg(
        long,
        requires = "output",
        conflicts_with_all = ["channel", "copy", "build_pages", "max_size", "no_files", "verify_report", "public_environments", "check"],
        help_heading = PAGES
    )]
    pub(super) inspector_only: bool,

    /// Write nothing; say what of OUT would break on the host, and what to do about it
    #[arg(long, requires = "host", help_heading = PLACE)]
    check: bool,

    /// The host: github-pages, github-releases or s3
    #[arg(long, value_name = "HOST", requires = "check", value_parser = |name: &str| name.parse::<Host>(), help_heading = PLACE)]
    pub(super) host: Option<Host>,

    /// How many threads to use [default: one a processor]
    #[arg(long, value_name = "N", env = "TOWPATH_THREADS", hide_env = true)]
    pub(super) threads: Option<usize>,

    /// Where what was read is kept
    #[arg(long, value_enum, default_value_t, env = "TOWPATH_DB", hide_env = true)]
    pub(super) db: Database,

    #[command(flatten)]
    pub(super) server: ServerArgs,

    /// Say what was done as one JSON object on standard output
    #[arg(long)]
    pub(super) json: bool,

    /// Say nothing unless something is wrong
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl SiteArgs {
    /// The channel.
    ///
    /// # Errors
    ///
    /// When there is none, which the command line refuses unless there need not be one.
    pub(super) fn channel(&self) -> Result<&Path, Failure> {
        self.channel
            .as_deref()
            .ok_or_else(|| Failure::usage("no channel is named"))
    }

    /// What `towpath site DIR` is given when it is given nothing else.
    ///
    /// # Errors
    ///
    /// When the environment says what is not understood.
    pub(crate) fn of_channel(channel: &Path) -> Result<Self, Failure> {
        of_channel("towpath site", channel)
    }
}

/// What of the channel is copied beside its website.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Copied {
    /// Documents and packages
    All,
    /// Documents; the packages are served from elsewhere (--base-url)
    Documents,
    /// Nothing: the channel is at --channel-url
    Nothing,
}

/// Which builds have pages of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Builds {
    /// As many as there is room for
    Auto,
    /// All
    All,
    /// Those of the newest version of each package
    Latest,
    /// None
    None,
}

impl From<Builds> for BuildPages {
    fn from(builds: Builds) -> Self {
        match builds {
            Builds::Auto => Self::Auto,
            Builds::All => Self::All,
            Builds::Latest => Self::Latest,
            Builds::None => Self::None,
        }
    }
}

/// A property and its value. What would end a declaration is in neither.
pub(super) fn theme_property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    let name = name.trim().trim_start_matches("--");
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name {
        return Err(format!(
            "{name:?} is no name of a custom property: letters, digits and hyphens are"
        ));
    }
    let value = value.trim();
    let value = css_value(value).ok_or_else(|| {
        format!("{value:?} is no value that a custom property can have here, such as #a3124b")
    })?;
    Ok((name.to_owned(), value))
}
