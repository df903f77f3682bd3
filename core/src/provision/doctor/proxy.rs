//! Whether a connection is a session. A proxy that pools transactions gives each of them any of its
//! sessions: locks, prepared statements and settings are not where they were left then.

use std::sync::mpsc;
use std::time::Duration;

use postgres::{Client, SimpleQueryMessage};

use super::Finding;
use crate::migrate::DatabaseError;
use crate::store::postgres::{ConnectError, ConnectionSettings};

/// How often it is tried.
const ROUNDS: usize = 5;

/// How long the second connection is busy, so that the first cannot have its session meanwhile.
const BUSY: Duration = Duration::from_millis(60);

/// How long the second connection is waited for. A proxy may have one session only.
const PATIENCE: Duration = Duration::from_secs(10);

const SUBJECT: &str = "sessions";

const ADVICE: &str = "connect to the server itself, or to a proxy that pools sessions (PgBouncer: \
                      pool_mode=session): indexing needs locks that stay";

pub(super) fn sessions(settings: &ConnectionSettings) -> Finding {
    match observe(&settings.with_connect_timeout(PATIENCE)) {
        Ok(Observed::OneSession) => Finding::ok(
            SUBJECT,
            format!("two connections kept a session and a lock each over {ROUNDS} transactions"),
        ),
        Ok(Observed::Several(proof)) => Finding::error(
            SUBJECT,
            format!("a proxy that pools transactions is in between: {proof}"),
            ADVICE,
        ),
        Ok(Observed::NoSecond) => Finding::warning(
            SUBJECT,
            "a second connection got no session in time",
            "give the proxy or the role more than one: an index run needs several",
        ),
        Err(what) => Finding::warning(
            SUBJECT,
            format!("could not be found out: {what}"),
            "look at the server's log",
        ),
    }
}

enum Observed {
    OneSession,
    /// And how that shows.
    Several(String),
    NoSecond,
}

fn observe(settings: &ConnectionSettings) -> Result<Observed, String> {
    let connect = || {
        settings
            .connect()
            .map_err(|error: ConnectError| error.to_string())
    };
    let told = |error: postgres::Error| DatabaseError::from(error).to_string();
    let (mut first, mut second) = (connect()?, connect()?);
    // A number that nobody else's lock has.
    let key = i64::from(fastrand::i32(..)) << 31 | i64::from(fastrand::u32(..) >> 1);
    let [pid, _] = pair(
        &mut first,
        &format!("SELECT pg_backend_pid(), pg_try_advisory_lock({key})"),
    )
    .map_err(told)?;
    let mut observed = Observed::OneSession;
    for _ in 0..ROUNDS {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let query = format!("SELECT pg_backend_pid(), pg_sleep({})", BUSY.as_secs_f64());
            let pair = pair(&mut second, &query);
            // Nobody waits for it any more if this fails.
            let _ = sender.send((second, pair));
        });
        std::thread::sleep(BUSY / 3);
        let ours = pair(&mut first, &lock_held(key)).map_err(told)?;
        let Ok((client, others)) = receiver.recv_timeout(PATIENCE) else {
            return Ok(Observed::NoSecond);
        };
        second = client;
        let [others, _] = others.map_err(told)?;
        if let Some(proof) = proof(&pid, &ours, &others) {
            observed = Observed::Several(proof);
            break;
        }
    }
    // The lock goes with its session, which a proxy may keep.
    let unlock = format!(
        "SELECT pg_backend_pid(), CASE WHEN pg_backend_pid() = {pid} THEN pg_advisory_unlock({key}) END"
    );
    for _ in 0..ROUNDS {
        let [here, _] = pair(&mut first, &unlock).map_err(told)?;
        if here == pid {
            break;
        }
    }
    Ok(observed)
}

/// Asks for the session's process and whether it has the lock.
fn lock_held(key: i64) -> String {
    format!(
        "SELECT pg_backend_pid(), EXISTS (
             SELECT FROM pg_locks
             WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_backend_pid()
               AND ((classid::bigint << 32) | objid::bigint) = {key}
         )"
    )
}

/// What shows that the connections are no sessions, if anything does.
fn proof(pid: &str, [here, has_lock]: &[String; 2], others: &str) -> Option<String> {
    if here != pid {
        Some(format!(
            "one connection was served by process {pid} first and by {here} later"
        ))
    } else if others == here {
        Some(format!("two connections were served by one process, {here}"))
    } else if has_lock != "t" {
        Some(format!("process {pid} has lost the lock that it took"))
    } else {
        None
    }
}

/// The first two columns of a query's only row, as text. Nothing is prepared.
fn pair(client: &mut Client, query: &str) -> Result<[String; 2], postgres::Error> {
    let messages = client.simple_query(query)?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let column = |index| row.and_then(|row| row.get(index)).unwrap_or_default().to_owned();
    Ok([column(0), column(1)])
}
