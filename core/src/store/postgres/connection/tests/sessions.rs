//! Sessions on servers: which one, as whom, with what, and what happens where it fails.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use rstest::rstest;

use super::servers::Kind;
use super::surroundings::User;
use crate::store::postgres::{ConnectError, Retry, is_transient};

fn value(client: &mut postgres::Client, expression: &str) -> String {
    client
        .query_one(&format!("SELECT ({expression})::text"), &[])
        .unwrap()
        .get(0)
}

/// How to reach the server without TLS by its socket.
fn socket() -> String {
    format!(
        "host={} user=towpath dbname=towpath",
        Kind::Plain.server().cluster.socket_folder().display()
    )
}

#[test]
fn a_session_is_on_the_database_and_has_the_schema() {
    let settings = User::new().resolve(&socket()).unwrap();
    let mut client = settings
        .with_database("second")
        .with_schema(Some("a \"quoted\" one"))
        .connect()
        .unwrap();
    assert_eq!(value(&mut client, "current_database()"), "second");
    assert_eq!(
        value(&mut client, "current_setting('application_name')"),
        "towpath"
    );
    client
        .batch_execute("CREATE SCHEMA \"a \"\"quoted\"\" one\"; CREATE TABLE t()")
        .unwrap();
    assert_eq!(
        value(
            &mut client,
            "'t'::regclass::oid = '\"a \"\"quoted\"\" one\".t'::regclass::oid"
        ),
        "true"
    );
    assert_eq!(value(&mut client, "current_schema()"), "a \"quoted\" one");

    let mut client = settings.connect().unwrap();
    assert_eq!(value(&mut client, "current_database()"), "towpath");
    assert_eq!(value(&mut client, "current_schema()"), "public");
}

#[test]
fn options_are_handed_to_the_server() {
    let folder = Kind::Plain
        .server()
        .cluster
        .socket_folder()
        .display()
        .to_string()
        .replace('/', "%2F");
    let url = format!(
        "postgresql+psycopg2://towpath@{folder}/towpath?options=-csearch_path%3Dchan_a&application_name=me"
    );
    let mut client = User::new().resolve(&url).unwrap().connect().unwrap();
    assert_eq!(value(&mut client, "current_setting('search_path')"), "chan_a");
    assert_eq!(value(&mut client, "current_setting('application_name')"), "me");
}

#[test]
fn a_service_is_a_server() {
    let folder = Kind::Plain.server().cluster.socket_folder().display();
    let content = format!("[chan]\nhost={folder}\nuser=towpath\ndbname=second\nschema=chan_a\n");
    let user = User::new()
        .file(".pg_service.conf", &content)
        .variable("PGSERVICE", "chan");
    let mut client = user.resolve("").unwrap().connect().unwrap();
    assert_eq!(value(&mut client, "current_database()"), "second");
    assert_eq!(value(&mut client, "current_setting('search_path')"), "chan_a");
}

#[test]
fn passwords_are_given_by_string_and_file() {
    let text = Kind::Plain.server().text() + " user=scram";
    let failure = |user: &User, more: &str| {
        user.resolve(&format!("{text} {more}"))
            .unwrap()
            .connect()
            .err()
            .unwrap()
            .to_string()
    };
    let user = User::new();
    drop(
        user.resolve(&format!("{text} password=right"))
            .unwrap()
            .connect()
            .unwrap(),
    );
    let wrong = failure(&user, "password=wrong");
    assert!(wrong.contains("28P01: the password is wrong"), "{wrong}");
    let none = failure(&user, "");
    assert!(
        none.contains("asks for the password of scram, and none is known"),
        "{none}"
    );

    let line = "db.example:5432:towpath:scram:right\n";
    let user = user.file(".pgpass", line);
    drop(user.resolve(&text).unwrap().connect().unwrap());
    let other_database = failure(&user, "dbname=second");
    assert!(other_database.contains("none is known"), "{other_database}");
    let open = failure(&User::new().file_with_mode(".pgpass", line, 0o644), "");
    assert!(
        open.contains("was ignored: others may read it (chmod 0600"),
        "{open}"
    );
}

#[test]
fn several_hosts_are_tried_in_turn() {
    let server = Kind::Plain.server();
    // Nothing listens on port 1.
    let text = |last: &str, more: &str| {
        format!("host=127.0.0.1,/nowhere,{last} port=1,5432,5432 user=towpath dbname=towpath {more}")
    };
    let address = server.address.to_string();
    let user = User::new();
    for more in ["", "load_balance_hosts=random", "target_session_attrs=primary"] {
        let mut client = user.resolve(&text(&address, more)).unwrap().connect().unwrap();
        assert_eq!(value(&mut client, "host(inet_server_addr())"), address);
    }
    let error = user
        .resolve(&text("/nowhere2", ""))
        .unwrap()
        .connect()
        .err()
        .unwrap();
    let shown = error.to_string();
    for host in [
        "127.0.0.1:1: ",
        "no server listens there",
        "/nowhere/.s.PGSQL.5432: ",
        "/nowhere2/.s.PGSQL.5432: ",
        "no server has its socket there",
    ] {
        assert!(shown.contains(host), "{shown}");
    }
    assert!(error.is_transient());
}

#[test]
fn a_server_that_refuses_for_good_is_the_last_that_is_tried() {
    let folder = Kind::Plain.server().cluster.socket_folder().display();
    let text = format!("host=127.0.0.1,{folder},{folder} port=1,5432,5432 user=towpath dbname=gone");
    let error = User::new().resolve(&text).unwrap().connect().err().unwrap();
    assert!(!error.is_transient());
    assert_eq!(error.code().unwrap().code(), "3D000");
    assert!(
        error
            .to_string()
            .contains("`towpath db create`, or createdb gone"),
        "{error}"
    );
    let ConnectError::Failed { attempts, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(attempts.len(), 2);
}

#[rstest]
#[case("any", None)]
#[case("read-write", None)]
#[case("primary", None)]
#[case("prefer-standby", None)]
#[case("standby", Some("the server is not a standby"))]
#[case("read-only", Some("the session is not read-only"))]
#[case("read-only options=-cdefault_transaction_read_only=on", None)]
#[case(
    "read-write options=-cdefault_transaction_read_only=on",
    Some("the session is read-only")
)]
fn a_session_can_do_what_was_asked_for(#[case] target: &str, #[case] expected: Option<&str>) {
    let text = format!("{} target_session_attrs={target}", socket());
    let error = User::new()
        .resolve(&text)
        .unwrap()
        .connect()
        .err()
        .map(|error| error.to_string());
    match (&error, expected) {
        (None, None) => {}
        (Some(error), Some(expected)) if error.contains(expected) => {}
        _ => panic!("{error:?}"),
    }
}

#[test]
fn a_silent_server_is_left_when_the_time_is_over() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let started = Instant::now();
    let settings = User::new().resolve(&format!(
        "host=127.0.0.1 port={port} connect_timeout=1 sslmode=disable"
    ));
    let error = settings.unwrap().connect().err().unwrap();
    assert!(error.to_string().contains("no answer within 1 s"), "{error}");
    assert!(error.is_transient());
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// Hands connections on to the server, but for the first few, which it closes. Says how many there
/// were when `connect` is done.
fn through_a_bad_line(closes: usize, connect: impl FnOnce(u16)) -> usize {
    let line = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = line.local_addr().unwrap();
    let server = Kind::Plain.server().address;
    let counter = std::thread::spawn(move || {
        let mut count = 0;
        loop {
            let (client, _) = line.accept().unwrap();
            let mut first = [0];
            // The test says by one letter that it is done.
            if client.peek(&mut first).is_ok() && first == [b'.'] {
                return count;
            }
            count += 1;
            if count > closes {
                let server = TcpStream::connect((server, 5432)).unwrap();
                pipe(client.try_clone().unwrap(), server.try_clone().unwrap());
                pipe(server, client);
            }
        }
    });
    connect(address.port());
    TcpStream::connect(address).unwrap().write_all(b".").unwrap();
    counter.join().unwrap()
}

fn pipe(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

const QUICK: Retry = Retry {
    attempts: NonZeroU32::MIN.saturating_add(3),
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(5),
};

#[rstest]
#[case::comes_back("towpath", 2, 3, true)]
#[case::stays_away("towpath", 9, 4, false)]
#[case::refuses("scram password=wrong", 2, 3, false)]
fn connections_are_tried_again(
    #[case] user: &str,
    #[case] closes: usize,
    #[case] expected: usize,
    #[case] gets_in: bool,
) {
    let count = through_a_bad_line(closes, |port| {
        let text = format!("host=127.0.0.1 port={port} dbname=towpath sslmode=disable user={user}");
        let result = User::new().resolve(&text).unwrap().connect_with_retries(&QUICK);
        assert_eq!(result.is_ok(), gets_in, "{:?}", result.err());
    });
    assert_eq!(count, expected);
}

#[test]
fn what_ends_a_session_is_transient_and_what_a_statement_did_is_not() {
    let settings = User::new().resolve(&socket()).unwrap();
    let mut client = settings.connect().unwrap();
    let wrong = client.batch_execute("SELECT no_such_column").unwrap_err();
    assert!(!is_transient(&wrong));
    let read_only = client
        .batch_execute("BEGIN READ ONLY; CREATE TABLE t()")
        .unwrap_err();
    assert_eq!(read_only.code().unwrap().code(), "25006");
    assert!(!is_transient(&read_only));

    let mut victim = settings.connect().unwrap();
    let process: i32 = victim.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    client.batch_execute("ROLLBACK").unwrap();
    client
        .execute("SELECT pg_terminate_backend($1, 10000)", &[&process])
        .unwrap();
    let killed = victim.batch_execute("SELECT 1").unwrap_err();
    assert!(is_transient(&killed), "{killed:?}");
    let closed = victim.batch_execute("SELECT 1").unwrap_err();
    assert!(is_transient(&closed), "{closed:?}");
}
