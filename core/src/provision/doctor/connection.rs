//! The server, and the way there.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use postgres::Client;

use super::{Finding, Findings};

/// The oldest server whose features are enough: it has generated columns.
const OLDEST: i32 = 12_00_00;

/// From how much difference on the dates of packages are noticeably wrong.
const CLOCK_TOLERANCE: f64 = 2.0;

pub(super) fn version(client: &mut Client) -> Findings {
    let query = "SELECT current_setting('server_version_num')::int4, current_setting('server_version')::text";
    let row = one(client, query)?;
    let (number, text): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
    let what = format!("PostgreSQL {text}");
    Ok(vec![if number < OLDEST {
        Finding::error("version", what, "towpath needs PostgreSQL 12 or newer")
    } else {
        Finding::ok("version", what)
    }])
}

pub(super) fn encryption(client: &mut Client) -> Findings {
    let query = "SELECT coalesce(s.ssl, false), s.version, s.cipher,
                        inet_server_addr() IS NULL,
                        coalesce(inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1', false)
                 FROM (SELECT) AS one LEFT JOIN pg_stat_ssl s ON s.pid = pg_backend_pid()";
    let row = one(client, query)?;
    let (is_encrypted, is_socket, is_local): (bool, bool, bool) =
        (row.try_get(0)?, row.try_get(3)?, row.try_get(4)?);
    let finding = |what: &str| Finding::ok("encryption", what);
    Ok(vec![if is_encrypted {
        let text = |column| -> Result<String, postgres::Error> {
            Ok(row.try_get::<_, Option<String>>(column)?.unwrap_or_default())
        };
        finding(&format!("{} ({})", text(1)?, text(2)?))
    } else if is_socket {
        finding("none, over a Unix socket")
    } else if is_local {
        finding("none, within one machine")
    } else {
        Finding::warning(
            "encryption",
            "the connection is not encrypted",
            "sslmode=verify-full in the URL, with TLS set up on the server",
        )
    }])
}

pub(super) fn writable(client: &mut Client) -> Findings {
    let query = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'";
    let row = one(client, query)?;
    let (is_standby, is_read_only): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    Ok(vec![if is_standby {
        Finding::error(
            "writable",
            "the server is a standby, which nobody can write to",
            "connect to the primary; with several hosts in the URL, target_session_attrs=read-write finds it",
        )
    } else if is_read_only {
        Finding::error(
            "writable",
            "transactions are read-only (default_transaction_read_only)",
            "set it off for the role, the database or the server, where it was set",
        )
    } else {
        Finding::ok("writable", "transactions may write")
    }])
}

pub(super) fn connections(client: &mut Client) -> Findings {
    let query = "SELECT current_setting('max_connections')::int4
                        - current_setting('superuser_reserved_connections')::int4,
                        (SELECT count(*)::int4 FROM pg_stat_activity WHERE backend_type = 'client backend')";
    let row = one(client, query)?;
    let (limit, used): (i32, i32) = (row.try_get(0)?, row.try_get(1)?);
    let what = format!("{used} of {limit} are in use");
    Ok(vec![if i64::from(used) * 5 > i64::from(limit) * 4 {
        Finding::warning(
            "connections",
            what,
            "raise max_connections, or have somebody connect less: an index run uses one for every thread and one more",
        )
    } else {
        Finding::ok("connections", what)
    }])
}

pub(super) fn clock(client: &mut Client, clock: &dyn Fn() -> Timestamp) -> Findings {
    let (before, started) = (clock(), Instant::now());
    let row = one(
        client,
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8",
    )?;
    let took = started.elapsed();
    let theirs: i64 = row.try_get(0)?;
    let ahead = (theirs - before.as_microsecond()) as f64 / 1e6 - took.as_secs_f64() / 2.0;
    Ok(vec![compared(ahead, took)])
}

/// What a difference in seconds is, where the question took this long.
fn compared(ahead: f64, took: Duration) -> Finding {
    if ahead.abs() <= CLOCK_TOLERANCE + took.as_secs_f64() / 2.0 {
        return Finding::ok("clock", "the server's and this machine's agree");
    }
    let direction = if ahead > 0.0 { "ahead of" } else { "behind" };
    Finding::warning(
        "clock",
        format!("the server is {:.0} s {direction} this machine", ahead.abs()),
        "set both by NTP: packages are dated by this machine, the history by the server",
    )
}

pub(super) fn jit(client: &mut Client) -> Findings {
    let row = one(client, "SELECT current_setting('jit')::text")?;
    let value: String = row.try_get(0)?;
    Ok(vec![Finding::ok(
        "jit",
        match value.as_str() {
            "on" => "on; where short queries take long, ALTER DATABASE … SET jit = off is worth a try",
            _ => "off",
        },
    )])
}

/// The one row of a query without parameters, asked in one message.
pub(super) fn one(client: &mut Client, query: &str) -> Result<postgres::Row, postgres::Error> {
    let mut rows = client.query_typed(query, &[])?;
    match rows.pop() {
        Some(row) => Ok(row),
        // The driver's own error for this.
        None => client.query_one(query, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[rstest::rstest]
    #[case(0.4, 0, Health::Ok)]
    #[case(-1.9, 0, Health::Ok)]
    #[case(3.0, 0, Health::Warning)]
    #[case(-90.0, 1, Health::Warning)]
    #[case::slow_line(3.0, 4, Health::Ok)]
    fn clocks_agree_as_far_as_can_be_told(#[case] ahead: f64, #[case] took: u64, #[case] health: Health) {
        let finding = compared(ahead, Duration::from_secs(took));
        assert_eq!(finding.health, health, "{finding:?}");
    }

    #[test]
    fn the_direction_is_told() {
        let what = |ahead| compared(ahead, Duration::ZERO).what;
        assert_eq!(what(90.2), "the server is 90 s ahead of this machine");
        assert_eq!(what(-90.2), "the server is 90 s behind this machine");
    }
}
