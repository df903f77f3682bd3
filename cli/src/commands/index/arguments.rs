//! The arguments of `towpath index`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::policies::{self, RuleAction};
use super::switches::Switches;
use crate::commands::of_channel;
use crate::database::{DATABASE, Database, ServerArgs};
use crate::failure::Failure;

const READING: &str = "Reading packages";
const DOCUMENTS: &str = "Documents";

const EXAMPLES: &str = "\
Examples:
  towpath index my-channel
      Read the packages in my-channel/noarch, my-channel/linux-64 and so on, and write
      repodata.json for each.
  towpath index my-channel --zst --run-exports --write-shards
      The same, with everything that clients of today make use of.
  towpath index my-channel --output public --base-url https://files.example.org/my-channel
      Metadata in one place, packages in another.

Every option of `python -m conda_index` is here by its own name.
Exit status: 0 all is well; 1 something could not be published; 2 wrong usage;
3 published, but packages were left out (--skip-broken makes it 0).";

/// Index a folder of packages: write the metadata that conda clients read
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct IndexArgs {
    /// The channel: a folder with a subdir for each platform
    #[arg(value_name = "DIR")]
    pub(crate) channel: PathBuf,

    /// Write documents to this folder instead of DIR
    #[arg(long, value_name = "PATH", env = "TOWPATH_OUTPUT", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) output: Option<PathBuf>,

    /// Index this subdir; may be given several times [default: the known ones that are there]
    #[arg(long, value_name = "NAME", help_heading = READING)]
    pub(crate) subdir: Vec<String>,

    /// The channel's name in pages and feeds [default: the folder's]
    #[arg(short = 'n', long, value_name = "NAME", env = "TOWPATH_CHANNEL_NAME", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) channel_name: Option<String>,

    /// The URL that clients are given, which feeds name
    #[arg(long, value_name = "URL", env = "TOWPATH_CHANNEL_URL", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) channel_url: Option<String>,

    /// The URL of the channel's website, to which feeds link
    #[arg(long, value_name = "URL", env = "TOWPATH_SITE_URL", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) site_url: Option<String>,

    /// Take patch instructions from a Python file with a function `_patch_repodata`, or from a package
    #[arg(long, value_name = "PATH", env = "TOWPATH_PATCH_GENERATOR", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) patch_generator: Option<PathBuf>,

    /// The Python that runs a patch generator
    #[arg(long, value_name = "PATH", env = "TOWPATH_PYTHON", hide_env = true, default_value = "python3", help_heading = DOCUMENTS)]
    pub(crate) python: PathBuf,

    /// The URL of the channel's packages, if they are not served beside the documents (CEP 15)
    #[arg(long, value_name = "URL", env = "TOWPATH_BASE_URL", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) base_url: Option<String>,

    /// A channel that clients load with higher priority than this one, as in ../conda-forge (CEP 42)
    #[arg(long, value_name = "REFERENCE", help_heading = DOCUMENTS)]
    pub(crate) base_channel: Option<String>,

    /// A channel that clients load with lower priority than this one (CEP 42)
    #[arg(long, value_name = "REFERENCE", help_heading = DOCUMENTS)]
    pub(crate) overrides_channel: Option<String>,

    /// The level of zstd compression, from 1 to 22 [default: 16]
    #[arg(long, value_name = "LEVEL", env = "TOWPATH_ZST_LEVEL", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) zst_level: Option<u8>,

    /// How long shards stay that no index names any more [default: 7 days]
    #[arg(long, value_name = "TIME", env = "TOWPATH_SHARD_GRACE", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) shard_grace: Option<String>,

    /// A file with versions to keep in `current_repodata.json` beside the newest: package names and lists of versions
    #[arg(short = 'm', long, value_name = "YAML", env = "TOWPATH_CURRENT_INDEX_VERSIONS_FILE", hide_env = true, help_heading = DOCUMENTS)]
    pub(crate) current_index_versions_file: Option<PathBuf>,

    /// How many threads to use [default: one a processor]
    #[arg(long, value_name = "N", env = "TOWPATH_THREADS", hide_env = true, help_heading = READING)]
    pub(crate) threads: Option<usize>,

    /// The stage of the store that says which packages are part of the channel
    #[arg(long, value_name = "NAME", default_value = "fs", help_heading = READING)]
    pub(crate) upstream_stage: String,

    /// A further stage whose packages are part of the channel; may be given several times
    #[arg(long, value_name = "NAME", help_heading = READING)]
    pub(crate) include_stage: Vec<String>,

    /// What to do about records that break a rule; may be given several times [default: warn]
    ///
    /// Rules: subdir, file-name, timestamp, name, record. Actions: allow, warn, reject. See
    /// docs/configuration.md.
    #[arg(long, value_name = "RULE=ACTION", value_delimiter = ',', value_parser = policies::parse, help_heading = READING)]
    pub(crate) policy: Vec<RuleAction>,

    /// Hold new and changed packages to the rules of `towpath verify`, or to those whose codes begin
    /// so; what breaks one at the severity of an error is left out. Reads every payload
    ///
    /// The rest of the choice (profile, ignored codes, severities) is `[verify]` in towpath.toml.
    #[arg(long, value_name = "CODES", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "", help_heading = READING)]
    pub(crate) verify: Option<Vec<String>>,

    /// Where to keep what was read
    #[arg(long, value_enum, default_value_t, env = "TOWPATH_DB", hide_env = true, help_heading = READING)]
    pub(crate) db: Database,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Make or change the database's tables if that is needed; without it only an empty database
    /// gets tables
    #[arg(long, env = "TOWPATH_AUTO_UPGRADE", hide_env = true, help_heading = DATABASE, conflicts_with = "no_ddl")]
    pub(crate) auto_upgrade: bool,

    /// Never make or change the database's tables
    #[arg(long, env = "TOWPATH_NO_DDL", hide_env = true, help_heading = DATABASE)]
    pub(crate) no_ddl: bool,

    /// What to do when another process is indexing a subdir
    #[arg(long, value_enum, default_value_t, env = "TOWPATH_ON_BUSY", hide_env = true, help_heading = READING)]
    pub(crate) on_busy: Busy,

    /// Say what was done as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,

    /// Say nothing unless something is wrong
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Accepted for conda-index's sake: what it would tell is always told
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) switches: Switches,
}

impl IndexArgs {
    /// What `towpath index DIR` is given when it is given nothing else: the environment, and the file in
    /// the channel, still count.
    ///
    /// # Errors
    ///
    /// When the environment says what is not understood.
    pub(crate) fn of_channel(channel: &Path) -> Result<Self, Failure> {
        of_channel("towpath index", channel)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Busy {
    /// Wait for it
    #[default]
    Wait,
    /// Leave the subdir to it
    Skip,
    /// Stop
    Fail,
}
