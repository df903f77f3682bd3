//! What `solve` and `outdated` have in common: against which channels, and for what machine.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use towpath_core::channel::Subdir;
use towpath_core::environment::Channel;
use towpath_core::environment::formats::Request;
use towpath_core::environment::solve::{SolveChannel, SolveRequest, VirtualPackages};
use towpath_core::verify::ChannelPlace;

use crate::failure::Failure;
use crate::{span, web};

/// Where mere names of channels lead, as conda has it.
const ALIAS: &str = "https://conda.anaconda.org";

/// How environments are solved.
#[derive(Clone, Debug, Args)]
pub(super) struct SolvingArgs {
    /// Another channel to take packages from: a folder or a URL; can be repeated, best first
    ///
    /// The channel itself comes before them unless the specification says otherwise, then those of the
    /// specification.
    #[arg(long = "with", value_name = "CHANNEL", help_heading = SOLVING)]
    others: Vec<String>,

    /// Where a mere name of a channel leads
    #[arg(long, value_name = "URL", default_value = ALIAS, help_heading = SOLVING)]
    channel_alias: String,

    /// A virtual package of the environment's machine, such as `__cuda=12.4`; `__glibc=` for none
    #[arg(long, value_name = "NAME=VERSION", help_heading = SOLVING)]
    virtual_package: Vec<String>,

    /// Assume what this machine has rather than what any of its kind has
    #[arg(long, help_heading = SOLVING)]
    this_machine: bool,

    /// Leave out packages that came later into their channel: a time, or how long ago, as in `7 days`
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = SOLVING)]
    exclude_newer: Option<Timestamp>,

    /// How long the solver may take
    #[arg(long, value_name = "TIME", value_parser = span::value, help_heading = SOLVING)]
    timeout: Option<std::time::Duration>,
}

const SOLVING: &str = "Solving";

fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
            .map_err(|error| error.to_string());
    }
    let ago = span::parse(text).and_then(|ago| Timestamp::now().checked_sub(ago).ok());
    ago.ok_or_else(|| "a time such as 2026-11-21, 2026-11-21T12:00:00Z or \"7 days\" was expected".to_owned())
}

impl SolvingArgs {
    /// Adds channels to take packages from, behind those that are known.
    pub(super) fn add(&mut self, channels: Vec<String>) {
        self.others.extend(channels);
    }

    /// Whether anything is said of the machine.
    pub(super) fn says_virtual_packages(&self) -> bool {
        self.this_machine || !self.virtual_package.is_empty()
    }

    /// What is asked of the solver for one platform. Paths in the request are seen from `folder`.
    pub(super) fn request(
        &self,
        own: &Channel,
        own_name: Option<&str>,
        request: &Request,
        folder: &Path,
        platform: &Subdir,
    ) -> Result<SolveRequest, Failure> {
        let own_channel = SolveChannel::new(own.shown_url(), ChannelPlace::folder(own.folder().output()))
            .map_err(Failure::usage)?;
        let mut channels: Vec<SolveChannel> = Vec::new();
        let is_own = |text: &str| own_name == Some(text) || own.has_url(text);
        if !request.channels.iter().any(|channel| is_own(channel)) {
            channels.push(own_channel.clone());
        }
        let of_request = request.channels.iter().map(|channel| (channel, folder));
        let of_options = self.others.iter().map(|channel| (channel, Path::new(".")));
        for (text, folder) in of_request.chain(of_options) {
            let channel = match is_own(text) {
                true => own_channel.clone(),
                false => self.channel(text, folder)?,
            };
            let channel = match own.has_url(channel.url()) {
                true => own_channel.clone(),
                false => channel,
            };
            if !channels.iter().any(|known| known.url() == channel.url()) {
                channels.push(channel);
            }
        }
        let mut virtual_packages = match self.this_machine {
            true => VirtualPackages::of_this_machine(),
            false => VirtualPackages::default(),
        };
        for text in &self.virtual_package {
            virtual_packages.set(text).map_err(Failure::usage)?;
        }
        Ok(SolveRequest {
            specs: request
                .specs_for(platform)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            platform: platform.clone(),
            channels,
            virtual_packages,
            exclude_newer: self.exclude_newer,
            timeout: self.timeout,
        })
    }

    fn channel(&self, text: &str, folder: &Path) -> Result<SolveChannel, Failure> {
        if let Some(path) = text.strip_prefix("file://") {
            return folder_channel(Path::new(path));
        }
        if web::is_url(text) {
            return SolveChannel::new(text, ChannelPlace::url(web::client(), text)).map_err(Failure::usage);
        }
        let path: PathBuf = folder.join(text);
        if path.is_dir() {
            return folder_channel(&path);
        }
        let is_path = text.starts_with(['.', '/', '~']) || text.contains('\\');
        if is_path {
            return Err(Failure::usage(format!(
                "there is no channel in {}",
                path.display()
            )));
        }
        let url = format!("{}/{text}", self.channel_alias.trim_end_matches('/'));
        SolveChannel::new(&url, ChannelPlace::url(web::client(), &url)).map_err(Failure::usage)
    }
}

fn folder_channel(path: &Path) -> Result<SolveChannel, Failure> {
    let path = fs_err::canonicalize(path)?;
    let url = towpath_core::environment::folder_url(&path);
    SolveChannel::new(&url, ChannelPlace::folder(path)).map_err(Failure::usage)
}
