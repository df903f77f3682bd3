//! What `towpath serve --watch` does again when packages were changed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use towpath_core::serve::PackageWatch;
use towpath_core::website::is_website;

use crate::commands::index::{self, IndexArgs};
use crate::commands::site::{self, SiteArgs};
use crate::config::FILE_NAME;
use crate::failure::Failure;

/// How long it is at least from one look at the packages to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// How much longer the pause is than the look: in a large channel too, looking takes little of a processor.
const PAUSE_TO_LOOK: u32 = 20;

/// What is made of packages, in order.
pub(super) struct Rebuild {
    channel: PathBuf,
    steps: Vec<Step>,
}

/// Reads its options anew at each call: `towpath.toml` may have been changed too.
type Step = Box<dyn Fn() -> Result<ExitCode, Failure> + Send>;

impl Rebuild {
    /// Everything that is made of the packages of this channel.
    pub(super) fn of(channel: &Path) -> Self {
        Self {
            channel: channel.to_owned(),
            steps: vec![index_step(channel), site_step(channel)],
        }
    }

    /// Does it now, and whenever packages or the configuration were changed.
    pub(super) fn keep_up(&self) {
        let configuration = self.channel.join(FILE_NAME);
        let mut watch = PackageWatch::new(self.channel.clone(), vec![configuration]);
        self.run();
        loop {
            let began = Instant::now();
            let has_changed = watch.look();
            let pause = PAUSE.max(began.elapsed() * PAUSE_TO_LOOK);
            if has_changed {
                self.run();
            }
            thread::sleep(pause);
        }
    }

    /// Does the steps until one fails, and says why it did: what is there is served all the same.
    fn run(&self) {
        for step in &self.steps {
            if let Err(failure) = step() {
                failure.report();
                return;
            }
        }
    }
}

/// `towpath index CHANNEL`.
fn index_step(channel: &Path) -> Step {
    let channel = channel.to_owned();
    Box::new(move || index::run(&IndexArgs::of_channel(&channel)?))
}

/// `towpath site CHANNEL`, if a website is kept there.
fn site_step(channel: &Path) -> Step {
    let channel = channel.to_owned();
    Box::new(move || {
        if is_website(&channel) {
            site::run(&SiteArgs::of_channel(&channel)?)
        } else {
            Ok(ExitCode::SUCCESS)
        }
    })
}
