//! No password is ever shown, also where a connection string is not written as it should be.

use proptest::prelude::*;

use super::super::hosts::encode;
use super::surroundings::User;

/// What is found again in any text, and is in no name of a temporary folder.
fn secret() -> impl Strategy<Value = String> {
    "Zq_zq[a-z0-9]{4}"
}

/// A password of two parts, with what confuses connection strings in between.
fn password() -> impl Strategy<Value = String> {
    (secret(), "[-@/?#:=&%+ '\\\\\"a,\\[\\]]{0,3}", secret())
        .prop_map(|(a, between, b)| format!("{a}{between}{b}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn settings_and_failures_never_show_the_password(password in password(), form in 0..5) {
        let quoted = password.replace('\\', "\\\\").replace('\'', "\\'");
        let user = User::new().file(".pgpass", "*:*:*:*:other");
        let (user, text) = match form {
            // Nothing listens on port 1.
            0 => (user, format!("postgresql://u:{}@127.0.0.1:1/d", encode(&password))),
            1 => (user, format!("postgresql+psycopg2://u@127.0.0.1:1/d?password={}", encode(&password))),
            2 => (user, format!("host=127.0.0.1 port=1 password='{quoted}' user=u")),
            3 => (user.variable("PGPASSWORD", &password), "host=127.0.0.1 port=1".to_owned()),
            _ => (
                user.file(".pg_service.conf", &format!("[s]\npassword={password}\nhost=127.0.0.1\nport=1")),
                "service=s".to_owned(),
            ),
        };
        let settings = user.resolve(&text).unwrap();
        let shown = settings.password(&settings.hosts[0]).unwrap().reveal().to_owned();
        prop_assert_eq!(&shown, &password);
        let error = settings.connect().err().unwrap();
        let all = format!("{settings} {settings:?} {error} {error:?} {:?}", settings.warnings());
        prop_assert!(!all.contains("Zq_zq"), "{all}");
    }

    #[test]
    fn connection_strings_that_cannot_be_read_are_not_shown(password in password(), form in 0..8) {
        let text = match form {
            0 => format!("postgresql://u:{password}@h/d"),
            1 => format!("postgresql://u:{password}@h/d?colour=red"),
            2 => format!("postgresql://u:{password}"),
            3 => format!("host=h password={password} user=u"),
            4 => format!("host=h password={password}"),
            5 => format!("u:{password}@h/d"),
            6 => format!("password='{password}' user=u"),
            _ => format!("postgresql://u:{password}@h:port/d"),
        };
        if let Err(error) = User::new().resolve(&text) {
            let all = format!("{error} {error:?}");
            prop_assert!(!all.contains("Zq_zq"), "{text}: {all}");
        }
    }
}

#[test]
fn surroundings_do_not_show_the_values_of_variables() {
    let mut surroundings = crate::store::postgres::Surroundings::default();
    surroundings
        .variables
        .insert("PGPASSWORD".to_owned(), "Zq_zqsecret".to_owned());
    let text = format!("{surroundings:?}");
    assert!(
        text.contains("PGPASSWORD") && !text.contains("Zq_zqsecret"),
        "{text}"
    );
}
