//! Which `sslmode` gets along with which server: the matrix.

use rstest::rstest;

use super::servers::{AUTHORITY, Kind, OTHER_AUTHORITY, SELF_SIGNED};
use super::surroundings::User;
use crate::store::postgres::ConnectionSettings;

/// How a connection turned out.
#[derive(Debug, PartialEq)]
enum Outcome {
    Plain,
    Tls,
    Refused(String),
}

fn connect(settings: &ConnectionSettings) -> Outcome {
    match settings.connect() {
        Ok(mut client) => {
            let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            if client.query_one(query, &[]).unwrap().get(0) {
                Outcome::Tls
            } else {
                Outcome::Plain
            }
        }
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

/// Asserts an outcome written as `plain`, `tls` or a piece of the refusal.
fn assert_outcome(settings: &ConnectionSettings, expected: &str) {
    match (connect(settings), expected) {
        (Outcome::Plain, "plain") | (Outcome::Tls, "tls") => {}
        (Outcome::Refused(error), piece) if error.contains(piece) => {}
        (outcome, _) => panic!("{settings}: {outcome:?}, expected {expected}"),
    }
}

/// Whom the user trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Nobody,
    Authority,
    AnotherAuthority,
    TheServerItself,
}

fn user(trust: Trust) -> User {
    let file = |content: &str| User::new().file(".postgresql/root.crt", content);
    match trust {
        Trust::Nobody => User::new(),
        Trust::Authority => file(&format!("{}{}", OTHER_AUTHORITY.pem, AUTHORITY.pem)),
        Trust::AnotherAuthority => file(&OTHER_AUTHORITY.pem),
        Trust::TheServerItself => file(&SELF_SIGNED.certificate),
    }
}

const NAME: &str = "give the host as the certificate names it";
const UNKNOWN: &str = "sslrootcert";
const EXPIRED: &str = "needs a new certificate";
const OWN: &str = "signed its certificate itself";
const NO_ROOT: &str = ".postgresql/root.crt is not there";
const NO_TLS: &str = "server does not support TLS";

#[rstest]
// server, trust: disable, allow, prefer, require, verify-ca, verify-full
#[case(Kind::Plain, Trust::Authority, ["plain", "plain", "plain", NO_TLS, NO_TLS, NO_TLS])]
#[case(Kind::Right, Trust::Nobody, ["plain", "plain", "tls", "tls", NO_ROOT, NO_ROOT])]
#[case(Kind::Right, Trust::Authority, ["plain", "plain", "tls", "tls", "tls", "tls"])]
#[case(Kind::Right, Trust::AnotherAuthority, ["plain", "plain", "plain", UNKNOWN, UNKNOWN, UNKNOWN])]
#[case(Kind::OtherName, Trust::Nobody, ["plain", "plain", "tls", "tls", NO_ROOT, NO_ROOT])]
#[case(Kind::OtherName, Trust::Authority, ["plain", "plain", "tls", "tls", "tls", NAME])]
#[case(Kind::OtherName, Trust::AnotherAuthority, ["plain", "plain", "plain", UNKNOWN, UNKNOWN, UNKNOWN])]
#[case(Kind::Expired, Trust::Nobody, ["plain", "plain", "tls", "tls", NO_ROOT, NO_ROOT])]
#[case(Kind::Expired, Trust::Authority, ["plain", "plain", "plain", EXPIRED, EXPIRED, EXPIRED])]
#[case(Kind::SelfSigned, Trust::Nobody, ["plain", "plain", "tls", "tls", NO_ROOT, NO_ROOT])]
#[case(Kind::SelfSigned, Trust::TheServerItself, ["plain", "plain", "tls", "tls", "tls", "tls"])]
#[case(Kind::SelfSigned, Trust::Authority, ["plain", "plain", "plain", OWN, OWN, OWN])]
#[case(Kind::Right, Trust::TheServerItself, ["plain", "plain", "plain", UNKNOWN, UNKNOWN, UNKNOWN])]
fn a_mode_checks_what_it_promises(#[case] server: Kind, #[case] trust: Trust, #[case] expected: [&str; 6]) {
    let user = user(trust);
    let modes = [
        "disable",
        "allow",
        "prefer",
        "require",
        "verify-ca",
        "verify-full",
    ];
    for (mode, expected) in modes.into_iter().zip(expected) {
        let text = format!("{} sslmode={mode}", server.server().text());
        assert_outcome(&user.resolve(&text).unwrap(), expected);
    }
}

#[rstest]
#[case::needs_tls("tls_only", ["no encryption", "tls", "tls", "tls"])]
#[case::needs_none("plain_only", ["plain", "plain", "plain", "SSL encryption"])]
#[case::may_not("stranger", ["28000", "with TLS: ", "without TLS: ", "28000"])]
fn what_the_server_demands_is_tried_where_the_mode_allows_it(
    #[case] role: &str,
    #[case] expected: [&str; 4],
) {
    for (mode, expected) in ["disable", "allow", "prefer", "require"]
        .into_iter()
        .zip(expected)
    {
        let text = format!("{} sslmode={mode} user={role}", Kind::Right.server().text());
        assert_outcome(&User::new().resolve(&text).unwrap(), expected);
    }
}

#[rstest]
#[case::self_signed_for_another_host(Kind::SelfSigned, "host=wrong.example", NAME)]
#[case::address_in_the_certificate(Kind::Right, "host=127.0.0.1", "tls")]
#[case::address_that_is_not(Kind::Right, "host=127.0.0.2", NAME)]
#[case::tls_1_2(Kind::Right, "ssl_max_protocol_version=TLSv1.2", "tls")]
#[case::tls_1_3(Kind::Right, "ssl_min_protocol_version=TLSv1.3", "tls")]
#[case::no_server_name(Kind::Right, "sslsni=0", "tls")]
#[case::roots_of_the_system(Kind::Right, "sslrootcert=system", "cannot connect")]
fn verify_full_is_about_the_name(#[case] server: Kind, #[case] more: &str, #[case] expected: &str) {
    let trust = if server == Kind::SelfSigned {
        Trust::TheServerItself
    } else {
        Trust::Authority
    };
    let text = format!("{} sslmode=verify-full {more}", server.server().text());
    assert_outcome(&user(trust).resolve(&text).unwrap(), expected);
}

#[rstest]
#[case::required_and_there("require", "sslmode=require", "tls")]
#[case::not_wanted("disable", "sslmode=require", "tls")]
#[case::not_without_tls("require", "sslmode=disable", "channel binding")]
fn channel_binding_is_honoured(#[case] binding: &str, #[case] mode: &str, #[case] expected: &str) {
    let server = Kind::Right.server().text();
    let text = format!("{server} user=scram password=right channel_binding={binding} {mode}");
    assert_outcome(&User::new().resolve(&text).unwrap(), expected);
}

#[test]
fn a_wrong_password_is_not_sent_again_over_a_line_that_is_not_encrypted() {
    let text = format!(
        "{} user=scram password=wrong sslmode=prefer",
        Kind::Right.server().text()
    );
    let error = User::new()
        .resolve(&text)
        .unwrap()
        .connect()
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("28P01") && !error.contains("without TLS"),
        "{error}"
    );
}

#[test]
fn there_is_no_tls_over_a_socket() {
    let folder = Kind::Right.server().cluster.socket_folder().display();
    let text = format!("host={folder} user=towpath sslmode=verify-full");
    assert_outcome(&User::new().resolve(&text).unwrap(), "plain");
}
