//! Trying again what may succeed a little later, with growing and jittered waits.

use std::error::Error as _;
use std::io;
use std::num::NonZeroU32;
use std::time::Duration;

use postgres::error::SqlState;

use super::error::ConnectError;
use super::settings::ConnectionSettings;

/// How often to try, and how long to wait in between.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// How often to try altogether.
    pub attempts: NonZeroU32,
    /// How long to wait at most before the second attempt; before each further one it is twice
    /// as long.
    pub first_wait: Duration,
    /// How long to wait at most before any attempt.
    pub longest_wait: Duration,
}

impl Default for Retry {
    /// Eight attempts within about ten seconds: a server restarts in that time.
    fn default() -> Self {
        Self {
            attempts: NonZeroU32::MIN.saturating_add(7),
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(5),
        }
    }
}

impl Retry {
    /// Does it until it succeeds, fails for good, or was tried often enough; `operation` is told
    /// the number of the attempt, from 1.
    ///
    /// # Errors
    ///
    /// What the last attempt failed with.
    pub fn run<T, E>(
        &self,
        mut operation: impl FnMut(u32) -> Result<T, E>,
        is_transient: impl Fn(&E) -> bool,
    ) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            match operation(attempt) {
                Err(error) if attempt < self.attempts.get() && is_transient(&error) => {
                    std::thread::sleep(self.wait_after(attempt));
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// How long to wait after a failed attempt: between a half and the whole of its turn, so that
    /// processes that failed together do not come back together.
    fn wait_after(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let whole = self
            .first_wait
            .saturating_mul(1 << doublings)
            .min(self.longest_wait);
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

impl ConnectionSettings {
    /// Connects as [`connect`](Self::connect) does, again while the reason may pass: a server that
    /// starts, a network that fails, too many sessions. Where nobody listens, the settings are more
    /// likely to be wrong than the server to come.
    ///
    /// # Errors
    ///
    /// What the last attempt failed with.
    pub fn connect_with_retries(&self, retry: &Retry) -> Result<postgres::Client, ConnectError> {
        let may_pass = |error: &ConnectError| error.is_transient() && !error.is_absence();
        retry.run(|_| self.connect(), may_pass)
    }
}

/// Whether the same may succeed a little later: by SQLSTATE, or because the connection failed.
/// After the latter a new connection is needed.
pub fn is_transient(error: &postgres::Error) -> bool {
    match error.code() {
        Some(code) => is_transient_code(code),
        None => error.is_closed() || error.source().is_some_and(is_broken_connection),
    }
}

/// Whether nobody listens where the connection was to go.
pub(super) fn is_absence(error: &postgres::Error) -> bool {
    let source = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound
        )
    })
}

/// 40001 and 40P01: transactions that met; 55P03: a lock; 57P01 to 57P03: a server that stops or
/// starts; 53300: too many sessions; class 08: the connection.
fn is_transient_code(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || matches!(
            code.code(),
            "40001" | "40P01" | "55P03" | "57P01" | "57P02" | "57P03" | "53300"
        )
}

/// Certificates that cannot be trusted and answers that cannot be read are I/O errors, too: they
/// stay as they are. An answer that ends in its middle (of kind "other") does not.
fn is_broken_connection(source: &(dyn std::error::Error + 'static)) -> bool {
    let Some(error) = source.downcast_ref::<io::Error>() else {
        return false;
    };
    let is_tls = error
        .get_ref()
        .is_some_and(|inner| inner.downcast_ref::<rustls::Error>().is_some());
    let stays = matches!(
        error.kind(),
        io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::Unsupported
    );
    !is_tls && !stays
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn quick(attempts: u32) -> Retry {
        Retry {
            attempts: NonZeroU32::new(attempts).unwrap(),
            first_wait: Duration::from_micros(10),
            longest_wait: Duration::from_micros(20),
        }
    }

    #[rstest]
    #[case::first(1, 5, Ok(1))]
    #[case::third(3, 5, Ok(3))]
    #[case::too_often(6, 5, Err("again"))]
    fn it_is_tried_until_it_succeeds(
        #[case] succeeds_at: u32,
        #[case] attempts: u32,
        #[case] expected: Result<u32, &str>,
    ) {
        let run = |attempt| {
            if attempt == succeeds_at {
                Ok(attempt)
            } else {
                Err("again")
            }
        };
        assert_eq!(quick(attempts).run(run, |error| *error == "again"), expected);
    }

    #[test]
    fn what_failed_for_good_is_not_tried_again() {
        let mut count = 0;
        let result: Result<(), &str> = quick(5).run(
            |_| {
                count += 1;
                Err("wrong")
            },
            |error| *error == "again",
        );
        assert_eq!((result, count), (Err("wrong"), 1));
    }

    #[test]
    fn waits_grow_to_the_longest_and_are_jittered() {
        let retry = Retry {
            attempts: NonZeroU32::MAX,
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(1),
        };
        for (attempt, whole) in [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (1000, 1000)] {
            let waits: Vec<Duration> = (0..50).map(|_| retry.wait_after(attempt)).collect();
            let whole = Duration::from_millis(whole);
            assert!(
                waits.iter().all(|wait| (whole / 2..=whole).contains(wait)),
                "{attempt}: {waits:?}"
            );
            assert!(waits.iter().any(|wait| *wait != waits[0]), "not jittered");
        }
    }

    #[rstest]
    #[case("40001", true)]
    #[case("40P01", true)]
    #[case("55P03", true)]
    #[case("57P01", true)]
    #[case("57P02", true)]
    #[case("57P03", true)]
    #[case("57014", false)]
    #[case("08006", true)]
    #[case("08001", true)]
    #[case("53300", true)]
    #[case("53100", false)]
    #[case("25006", false)]
    #[case("28P01", false)]
    #[case("23505", false)]
    fn transient_is_told_by_sqlstate(#[case] code: &str, #[case] expected: bool) {
        assert_eq!(is_transient_code(&SqlState::from_code(code)), expected);
    }
}
