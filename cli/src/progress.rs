//! Progress bars, on a terminal only.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use towpath_core::index::{Progress, Step};

/// Shows how far a run is. Draws nothing where standard error is no terminal.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    fn with_bar(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        // A poisoned bar is still a bar.
        act(&mut self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress for Bars {
    fn begin(&self, step: Step) {
        self.with_bar(|bar| {
            *bar = Some(match step {
                Step::Scan => ProgressBar::new_spinner().with_style(style("scanning {elapsed}")),
                Step::Read { packages, bytes } => ProgressBar::new(bytes)
                    .with_message(format!("0/{packages}"))
                    .with_style(style(
                        "reading {wide_bar} {msg} packages  {bytes}/{total_bytes}  {bytes_per_sec}  {eta}",
                    )),
                Step::Write { subdirs } => ProgressBar::new(subdirs as u64)
                    .with_style(style("writing {wide_bar} {pos}/{len} subdirs  {elapsed}")),
            });
        });
    }

    fn advance(&self, items: u64, bytes: u64) {
        self.with_bar(|bar| {
            let Some(bar) = bar else { return };
            let message = bar.message();
            match message.split_once('/') {
                // Packages are counted in the message, their bytes are the length of the bar.
                Some((done, packages)) => {
                    bar.inc(bytes);
                    if items > 0 {
                        let done = done.parse::<u64>().unwrap_or(0) + items;
                        bar.set_message(format!("{done}/{packages}"));
                    }
                }
                None => bar.inc(items),
            }
        });
    }

    fn end(&self) {
        self.with_bar(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
    }
}
