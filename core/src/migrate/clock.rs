//! How long something took or may still take, where there is a clock.

use std::time::Duration;

/// Runs from its making on. In a browser without a clock it stands still.
pub(super) struct Stopwatch {
    #[cfg(not(target_family = "wasm"))]
    started: std::time::Instant,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            #[cfg(not(target_family = "wasm"))]
            started: std::time::Instant::now(),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        #[cfg(not(target_family = "wasm"))]
        return self.started.elapsed();
        #[cfg(target_family = "wasm")]
        return Duration::ZERO;
    }
}

/// Pauses that grow, until a limit is reached.
pub(super) struct Patience {
    stopwatch: Stopwatch,
    limit: Duration,
    pause: Duration,
}

/// The first pause, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            stopwatch: Stopwatch::start(),
            limit,
            pause: PAUSES.0,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.stopwatch.elapsed() >= self.limit
    }

    pub(super) fn waited(&self) -> Duration {
        self.stopwatch.elapsed()
    }

    pub(super) fn pause(&mut self) {
        std::thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSES.1);
    }
}
