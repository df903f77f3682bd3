//! Progress bars, on a terminal only.

use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use towpath_core::index::{Progress, Step};

const SCAN: &str = "scanning {spinner} {elapsed}";
const READ: &str = "reading {wide_bar} {msg}, {bytes} of {total_bytes} ({bytes_per_sec}), {eta} to go";
const WRITE: &str = "writing {wide_bar} {pos} of {len} subdirs, {elapsed}";
const CHANNEL: &str = "summing up {wide_bar} {pos} of {len} subdirs, {elapsed}";
const GATHER: &str = "gathering {spinner} {elapsed}";
const PAGES: &str = "making pages {wide_bar} {pos} of {len} packages, {eta} to go";

/// Shows how far a run is. Draws nothing where standard error is no terminal.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    shown: Mutex<Option<Shown>>,
}

/// The bar of the step that is going on.
#[derive(Debug)]
struct Shown {
    bar: ProgressBar,
    step: Step,
    items_done: u64,
}

impl Shown {
    fn begin(step: Step) -> Self {
        let (bar, template) = match step {
            Step::Scan => (ProgressBar::new_spinner(), SCAN),
            Step::Read { bytes, .. } => (ProgressBar::new(bytes), READ),
            Step::Write { subdirs } => (ProgressBar::new(subdirs as u64), WRITE),
            Step::Channel { subdirs } => (ProgressBar::new(subdirs as u64), CHANNEL),
            Step::Gather { .. } => (ProgressBar::new_spinner(), GATHER),
            Step::Pages { packages } => (ProgressBar::new(packages as u64), PAGES),
        };
        // The templates are constants; a test shows that they are sound.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: bar.with_style(style),
            step,
            items_done: 0,
        }
    }

    fn advance(&mut self, items: u64, bytes: u64) {
        match self.step {
            // Packages differ in size: the bar is of bytes.
            Step::Read { packages, .. } => {
                self.items_done += items;
                self.bar.inc(bytes);
                if items > 0 {
                    #[expect(clippy::cast_precision_loss, reason = "for show")]
                    let a_second = self.items_done as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
                    self.bar.set_message(format!(
                        "{} of {packages} packages ({a_second:.0}/s)",
                        self.items_done
                    ));
                }
            }
            Step::Scan
            | Step::Write { .. }
            | Step::Channel { .. }
            | Step::Gather { .. }
            | Step::Pages { .. } => self.bar.inc(items),
        }
    }
}

impl Bars {
    fn with_shown(&self, act: impl FnOnce(&mut Option<Shown>)) {
        // A poisoned bar is still a bar.
        act(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Bars {
    fn begin(&self, step: Step) {
        self.with_shown(|shown| *shown = Some(Shown::begin(step)));
    }

    fn advance(&self, items: u64, bytes: u64) {
        self.with_shown(|shown| shown.iter_mut().for_each(|shown| shown.advance(items, bytes)));
    }

    fn end(&self) {
        self.with_shown(|shown| shown.take().iter().for_each(|shown| shown.bar.finish_and_clear()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_sound() {
        for template in [SCAN, READ, WRITE, CHANNEL, GATHER, PAGES] {
            ProgressStyle::with_template(template).unwrap();
        }
    }
}
