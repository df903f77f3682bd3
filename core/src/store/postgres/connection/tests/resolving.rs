//! Which settings come out of which texts, files and variables.

use rstest::rstest;

use super::super::hosts::Host;
use super::super::password_file::Password;
use super::super::settings::{ConnectionSettings, TargetSession};
use super::surroundings::User;

fn password(settings: &ConnectionSettings) -> Option<&str> {
    settings.password(&settings.hosts[0]).map(Password::reveal)
}

#[rstest]
#[case::url("postgresql://u@h:1/d", "postgresql://u@h:1/d")]
#[case::short_scheme("postgres://u@h/d", "postgresql://u@h:5432/d")]
#[case::psycopg2("postgresql+psycopg2://u:pw@h/d", "postgresql://u@h:5432/d")]
#[case::psycopg("postgresql+psycopg://u@h/d", "postgresql://u@h:5432/d")]
#[case::another_driver("postgresql+asyncpg://u@h/d", "postgresql://u@h:5432/d")]
#[case::no_host_but_in_query(
    "postgresql+psycopg2://u:pw@/d?host=/run/x",
    "postgresql://u@%2Frun%2Fx:5432/d"
)]
#[case::sqlalchemy_hosts("postgresql+psycopg2://u@/d?host=a:1&host=b:2", "postgresql://u@a:1,b:2/d")]
#[case::libpq_takes_the_last_host("postgresql://u@/d?host=a&host=b", "postgresql://u@b:5432/d")]
#[case::user_and_database_by_default("postgresql://h", "postgresql://me@h:5432/me")]
#[case::database_is_the_user("postgresql://u@h", "postgresql://u@h:5432/u")]
#[case::several_hosts("postgresql://u@a:1,b:2/d", "postgresql://u@a:1,b:2/d")]
#[case::one_port_of_two("postgresql://u@a,b:2/d", "postgresql://u@a:5432,b:2/d")]
#[case::ipv6("postgresql://u@[::1]:7/d", "postgresql://u@[::1]:7/d")]
#[case::socket("postgresql://u@%2Frun%2Fpg:7/d", "postgresql://u@%2Frun%2Fpg:7/d")]
#[case::percent("postgresql://a%40b@h/d%2Fe", "postgresql://a%40b@h:5432/d%2Fe")]
#[case::schema("postgresql://u@h/d?schema=chan_a", "postgresql://u@h:5432/d?schema=chan_a")]
#[case::key_value("host=h port=1 user=u dbname=d", "postgresql://u@h:1/d")]
#[case::key_value_schema("host=h user=u schema=s", "postgresql://u@h:5432/u?schema=s")]
#[case::spaces_and_quotes(r" host = h user='a b' dbname='d\'\\' ", "postgresql://a%20b@h:5432/d%27%5C")]
#[case::hosts_and_ports("host=a,b port=1,2 user=u", "postgresql://u@a:1,b:2/u")]
#[case::one_port_for_all("host=a,b port=7 user=u", "postgresql://u@a:7,b:7/u")]
#[case::address_without_name("hostaddr=127.0.0.9 user=u", "postgresql://u@127.0.0.9:5432/u")]
fn a_connection_string_says_which_server_is_meant(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(User::new().resolve(text).unwrap().to_string(), expected);
}

#[rstest]
#[case::decoded_once("postgresql://u:a%2525b@h", "a%25b")]
#[case::at_and_slash("postgresql://u:a%40b%2Fc@h", "a@b/c")]
#[case::question_mark("postgresql://u:a?b@h", "a?b")]
#[case::colon("postgresql://u:a:b@h", "a:b")]
#[case::plus_is_plus("postgresql+psycopg2://u:a+b@h", "a+b")]
#[case::in_query("postgresql://u@h?password=a%26b", "a&b")]
#[case::quoted(r"host=h user=u password='it''", "it")]
#[case::escaped(r"host=h user=u password=it\'s\\", r"it's\")]
fn a_password_is_what_was_meant(#[case] text: &str, #[case] expected: &str) {
    let text = text.replace("it''", "it'");
    assert_eq!(password(&User::new().resolve(&text).unwrap()), Some(expected));
}

#[rstest]
#[case::nothing_known("nonsense", "neither a URL")]
#[case::another_database("mysql://u:pw@h/d", "mysql:// is not PostgreSQL")]
#[case::unknown_key("host=h colour=red", "`colour`, which is no connection parameter")]
#[case::unknown_query("postgresql://h/d?colour=red", "`colour`, which is no connection parameter")]
#[case::unsupported("host=h require_auth=md5", "`require_auth` is not supported")]
#[case::gss("host=h gssencmode=require", "there is no Kerberos")]
#[case::bad_mode(
    "host=h sslmode=on",
    "one of disable, allow, prefer, require, verify-ca, verify-full"
)]
#[case::port("host=h port=0", "`port` is not a number from 1 to 65535")]
#[case::port_word("postgresql://h:http/d", "`port` is not a number")]
#[case::ports_for_hosts("host=a,b port=1,2,3", "has 3 ports for 2 hosts")]
#[case::addresses_for_hosts("host=a,b hostaddr=127.0.0.1", "has 1 addresses for 2 hosts")]
#[case::address("hostaddr=localhost", "is not an IP address")]
#[case::abstract_socket("host=@x", "abstract socket")]
#[case::ipv6("postgresql://[::1/d", "no ]")]
#[case::percent("postgresql://h/%zz", "percent sign")]
#[case::nul("postgresql://h/%00", "%00")]
#[case::not_utf8("postgresql://h/%ff", "UTF-8")]
#[case::two_ats("postgresql://u:p@ss@h/d", "write @ as %40")]
#[case::slash("postgresql://u:p/ss@h/d", "/ as %2F")]
#[case::open_quote("host='h", "no closing '")]
#[case::seconds("host=h connect_timeout=soon", "not a whole number")]
#[case::weak_system("host=h sslrootcert=system sslmode=require", "has to be verify-full")]
#[case::weak_direct("host=h sslnegotiation=direct", "only where sslmode is require")]
#[case::no_tls_left("host=h ssl_max_protocol_version=TLSv1.1", "leaves no version of TLS")]
#[case::crossed(
    "host=h ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
    "leaves no version"
)]
fn what_cannot_be_used_is_told(#[case] text: &str, #[case] expected: &str) {
    let error = User::new().resolve(text).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[rstest]
#[case::require_auth("PGREQUIREAUTH", "scram-sha-256")]
#[case::kerberos("PGGSSENCMODE", "require")]
#[case::mode("PGSSLMODE", "sometimes")]
fn what_the_environment_asks_in_vain_is_told(#[case] variable: &str, #[case] value: &str) {
    let error = User::new()
        .variable(variable, value)
        .resolve("host=h")
        .unwrap_err()
        .to_string();
    assert!(error.contains(variable), "{error}");
}

const SERVICES: &str = "\
# ours
[other]
host=wrong

[chan]
host=from-service
port=1
port=2
user=service-user
";

#[rstest]
#[case::string_first("service=chan host=h user=u", "PGUSER=e", "postgresql://u@h:1/u")]
#[case::then_service(
    "service=chan",
    "PGHOST=e",
    "postgresql://service-user@from-service:1/service-user"
)]
#[case::then_environment("service=chan", "PGDATABASE=e", "postgresql://service-user@from-service:1/e")]
#[case::service_by_variable("dbname=d", "PGSERVICE=chan", "postgresql://service-user@from-service:1/d")]
#[case::string_names_another("service=other", "PGSERVICE=chan", "postgresql://me@wrong:5432/me")]
#[case::environment_alone("", "PGHOST=a,b", "postgresql://me@a:5432,b:5432/me")]
#[case::address_by_environment("", "PGHOSTADDR=127.0.0.1", "postgresql://me@127.0.0.1:5432/me")]
#[case::empty_is_the_default("host=h dbname=''", "PGDATABASE=e", "postgresql://me@h:5432/me")]
#[case::an_empty_variable_is_none("host=h", "PGUSER=", "postgresql://me@h:5432/me")]
fn string_then_service_then_environment_then_defaults(
    #[case] text: &str,
    #[case] variable: &str,
    #[case] expected: &str,
) {
    let (name, value) = variable.split_once('=').unwrap();
    let user = User::new()
        .file(".pg_service.conf", SERVICES)
        .variable(name, value);
    assert_eq!(user.resolve(text).unwrap().to_string(), expected);
}

#[test]
fn services_are_looked_for_in_the_users_then_the_systems_file() {
    let user = User::new()
        .file("system/pg_service.conf", "[chan]\nhost=system\n[here]\nhost=here")
        .file(".pg_service.conf", "[chan]\nhost=home\n");
    assert_eq!(
        user.resolve("service=chan").unwrap().to_string(),
        "postgresql://me@home:5432/me"
    );
    assert_eq!(
        user.resolve("service=here").unwrap().to_string(),
        "postgresql://me@here:5432/me"
    );

    let error = user.resolve("service=gone").unwrap_err().to_string();
    for file in [".pg_service.conf", "system/pg_service.conf"] {
        assert!(error.contains(user.path(file).to_str().unwrap()), "{error}");
    }

    let named = user.file("named", "[chan]\nhost=named\n");
    let path = named.path("named");
    let named = named.variable("PGSERVICEFILE", path.to_str().unwrap());
    assert_eq!(
        named.resolve("service=chan").unwrap().to_string(),
        "postgresql://me@named:5432/me"
    );
}

#[rstest]
#[case::ldap("[s]\nldap://x/y\n", "LDAP")]
#[case::nested("[s]\nservice=t\n", "cannot name another")]
#[case::no_value("[s]\nhost\n", "not KEY=VALUE")]
#[case::unknown("[s]\nhots=h\n", "`hots`")]
#[case::open_name("[s\n", "no ]")]
#[case::bad_value("[s]\nsslmode=x\n", "sslmode")]
fn what_is_wrong_in_a_service_file_is_told_with_its_line(#[case] content: &str, #[case] expected: &str) {
    let user = User::new().file(".pg_service.conf", content);
    let error = user.resolve("service=s").unwrap_err().to_string();
    let line = if content.starts_with("[s]") { 2 } else { 1 };
    assert!(error.contains(expected), "{error}");
    assert!(
        error.contains(&format!(".pg_service.conf line {line}")),
        "{error}"
    );
}

#[test]
fn passwords_come_from_string_environment_or_file() {
    let user = User::new().file(".pgpass", "h:*:*:me:from file\n*:*:db2:*:of db2\n");
    let from_file = user.resolve("host=h").unwrap();
    assert_eq!(password(&from_file), Some("from file"));
    assert_eq!(password(&from_file.with_user("other", None)), None);
    assert_eq!(
        password(&from_file.with_user("other", None).with_database("db2")),
        Some("of db2")
    );
    assert_eq!(
        password(&user.resolve("host=h password=given").unwrap()),
        Some("given")
    );

    let user = user.file("elsewhere", "*:*:*:*:elsewhere");
    let path = user.path("elsewhere");
    let user = user.variable("PGPASSFILE", path.to_str().unwrap());
    assert_eq!(password(&user.resolve("host=h").unwrap()), Some("elsewhere"));

    let given = user
        .variable("PGPASSWORD", "by variable")
        .resolve("host=h")
        .unwrap();
    assert_eq!(password(&given), Some("by variable"));
    assert_eq!(password(&given.with_user("other", None)), None);
    assert_eq!(password(&given.with_user("other", Some("pw"))), Some("pw"));
}

#[rstest]
#[case::password_file("passfile=/nowhere/pgpass", "/nowhere/pgpass is not there")]
#[case::certificate("sslcert=/nowhere/crt", "sslcert names /nowhere/crt")]
#[case::encoding("client_encoding=latin1", "always exchanged as UTF-8")]
fn what_is_passed_over_is_a_warning(#[case] text: &str, #[case] expected: &str) {
    let settings = User::new().resolve(&format!("host=h {text}")).unwrap();
    assert!(
        settings.warnings().concat().contains(expected),
        "{:?}",
        settings.warnings()
    );
    assert_eq!(
        User::new()
            .resolve("host=h client_encoding=UTF-8")
            .unwrap()
            .warnings(),
        [""; 0]
    );
}

#[test]
fn settings_change_one_at_a_time() {
    let first = User::new().resolve("postgresql://u@h/d?schema=a").unwrap();
    let second = first.with_database("e").with_schema(None);
    assert_eq!(
        (first.database(), first.schema(), first.user()),
        ("d", Some("a"), "u")
    );
    assert_eq!(
        (second.database(), second.schema(), second.user()),
        ("e", None, "u")
    );
}

#[test]
fn times_and_requirements_are_read() {
    let text = "host=h connect_timeout=3 tcp_user_timeout=1500 keepalives_idle=4 keepalives_count=5 \
                target_session_attrs=prefer-standby application_name=mine";
    let settings = User::new().resolve(text).unwrap();
    assert_eq!(settings.timeouts.connect.unwrap().as_secs(), 3);
    assert_eq!(settings.timeouts.tcp_user.unwrap().as_millis(), 1500);
    let keepalives = settings.timeouts.keepalives.unwrap();
    assert_eq!(
        (keepalives.idle.unwrap().as_secs(), keepalives.count),
        (4, Some(5))
    );
    assert_eq!(settings.target, TargetSession::PreferStandby);
    assert_eq!(settings.application_name, "mine");

    let plain = User::new()
        .resolve("host=h connect_timeout=0 keepalives=0")
        .unwrap();
    assert!(plain.timeouts.connect.is_none() && plain.timeouts.keepalives.is_none());
    assert_eq!(plain.application_name, "towpath");
}

#[test]
fn the_default_host_is_a_socket_or_localhost() {
    // Nobody has a server on this port.
    let settings = User::new().resolve("port=1").unwrap();
    let localhost = Host::Tcp {
        name: "localhost".to_owned(),
        address: None,
        port: 1,
    };
    assert_eq!(settings.hosts, [localhost]);
}
