//! Certificates of one's own, and revoked ones.

use rstest::rstest;

use super::servers::{AUTHORITY, Kind, OTHER_AUTHORITY};
use super::surroundings::User;

/// The user whom the server lets in with a certificate alone.
fn connect(user: &User, more: &str) -> Result<(), String> {
    let text = format!(
        "{} user=certified sslmode=require {more}",
        Kind::Right.server().text()
    );
    user.resolve(&text)
        .unwrap()
        .connect()
        .map(drop)
        .map_err(|error| error.to_string())
}

fn with_certificate(key_mode: u32) -> User {
    let identity = AUTHORITY.client("certified");
    User::new()
        .file(".postgresql/postgresql.crt", &identity.certificate)
        .file_with_mode(".postgresql/postgresql.key", &identity.key, key_mode)
}

#[test]
fn a_certificate_in_the_home_lets_in() {
    connect(&with_certificate(0o600), "").unwrap();
}

#[test]
fn a_certificate_may_lie_elsewhere() {
    let identity = AUTHORITY.client("certified");
    let user = User::new()
        .file("my.crt", &identity.certificate)
        .file("my.key", &identity.key);
    let (certificate, key) = (user.path("my.crt"), user.path("my.key"));
    let user = user.variable("PGSSLCERT", certificate.to_str().unwrap());
    let error = connect(&user, "").unwrap_err();
    assert!(error.contains("and not its key"), "{error}");
    let user = user.variable("PGSSLKEY", key.to_str().unwrap());
    connect(&user, "").unwrap();
}

#[test]
fn without_a_certificate_or_where_it_is_not_wanted_the_server_refuses() {
    for error in [
        connect(&User::new(), ""),
        connect(&with_certificate(0o600), "sslcertmode=disable"),
    ] {
        let error = error.unwrap_err();
        assert!(error.contains("valid client certificate"), "{error}");
    }
}

#[rstest]
#[case::of_another_user(&*AUTHORITY, "other")]
#[case::of_another_authority(&*OTHER_AUTHORITY, "certified")]
fn the_wrong_certificate_does_not_let_in(
    #[case] authority: &super::authority::Authority,
    #[case] name: &str,
) {
    let identity = authority.client(name);
    let user = User::new()
        .file(".postgresql/postgresql.crt", &identity.certificate)
        .file(".postgresql/postgresql.key", &identity.key);
    connect(&user, "").unwrap_err();
}

#[rstest]
#[case::group_of_a_user(0o660)]
#[case::everybody(0o604)]
fn a_key_that_others_may_use_is_refused(#[case] mode: u32) {
    let error = connect(&with_certificate(mode), "").unwrap_err();
    assert!(error.contains("chmod 0600"), "{error}");
}

#[rstest]
#[case::encrypted(
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    "is encrypted"
)]
#[case::nothing("nothing", "no private key in PEM format")]
fn a_key_that_cannot_be_read_is_told(#[case] content: &str, #[case] expected: &str) {
    let user = with_certificate(0o600).file(".postgresql/postgresql.key", content);
    let error = connect(&user, "").unwrap_err();
    assert!(
        error.contains(expected) && error.contains("postgresql.key"),
        "{error}"
    );
}

#[test]
fn a_certificate_with_the_key_of_another_is_told() {
    let user = with_certificate(0o600).file(".postgresql/postgresql.key", &AUTHORITY.client("other").key);
    let error = connect(&user, "").unwrap_err();
    assert!(error.contains("cannot be used with its key"), "{error}");
}

#[test]
fn a_file_of_authorities_without_any_is_told() {
    let user = User::new().file(".postgresql/root.crt", "nothing");
    let error = connect(&user, "").unwrap_err();
    assert!(
        error.contains("root.crt has no certificate in PEM format"),
        "{error}"
    );
}

#[rstest]
#[case::revoked(true, false)]
#[case::not_revoked(false, true)]
fn revocations_are_honoured(#[case] revokes_servers: bool, #[case] gets_in: bool) {
    let user = User::new()
        .file(".postgresql/root.crt", &AUTHORITY.pem)
        .file(".postgresql/root.crl", &AUTHORITY.revocations(revokes_servers));
    let text = format!("{} sslmode=verify-ca", Kind::Right.server().text());
    let result = user.resolve(&text).unwrap().connect();
    assert_eq!(result.is_ok(), gets_in);
    if let Err(error) = result {
        assert!(error.to_string().contains("sslcrl revokes"), "{error}");
    }
}
