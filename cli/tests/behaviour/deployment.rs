//! What is shipped to run towpath with: the files in `docs/deploy` promise what they should, and every
//! call of towpath in them and in the documentation is one that towpath understands.

mod commands;

use std::path::{Path, PathBuf};

use rstest::rstest;
use serde_json::Value;
use towpath_tests::{ChannelBuilder, Kind, PackageBuilder, PostgresqlDatabase};

use self::commands::{calls_in_shell, calls_on_page};
use crate::environment::Towpath;
use crate::published::Published;

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn text(path: &str) -> String {
    fs_err::read_to_string(root().join(path)).unwrap()
}

fn compose() -> Value {
    serde_saphyr::from_str(&text("docs/deploy/compose.yaml")).unwrap()
}

fn service(name: &str) -> Value {
    let service = compose()["services"][name].take();
    assert!(service.is_object(), "there is no service {name}");
    service
}

fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The arguments of an instruction of the Dockerfile, in every place where it stands.
fn instructions(name: &str) -> Vec<String> {
    let dockerfile = text("docs/deploy/Dockerfile");
    let lines = dockerfile.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter(|(instruction, _)| *instruction == name)
        .map(|(_, arguments)| arguments.to_owned())
        .collect()
}

/// Whether towpath understands the words, without doing what they say: all of them are parsed before
/// the help that they end with is shown.
fn is_understood(call: &[String]) -> bool {
    let (options, _) = call.split_at(call.iter().position(|word| word == "--").unwrap_or(call.len()));
    let outcome = Towpath::new(options).arg("--help").run();
    outcome.status() == 0 && outcome.stdout().contains("Usage: towpath")
}

fn assert_understood(calls: &[Vec<String>], at_least: usize) {
    assert!(
        calls.len() >= at_least,
        "only {} calls were found: {calls:?}",
        calls.len()
    );
    for call in calls {
        assert!(is_understood(call), "towpath {}", call.join(" "));
    }
}

#[rstest]
#[case(&["index", "my-channel", "--no-such-option"])]
#[case(&["db", "no-such-command"])]
#[case(&["db", "status", "--zst"])]
#[case(&["index", "my-channel", "--db", "oracle"])]
#[case(&["index", "my-channel", "other-channel"])]
fn what_towpath_does_not_know_is_found_out(#[case] call: &[&str]) {
    let call: Vec<String> = call.iter().map(|word| (*word).to_owned()).collect();
    assert!(!is_understood(&call));
}

#[rstest]
#[case("README.md", 3)]
#[case("docs/postgresql.md", 30)]
#[case("docs/moving-and-removing.md", 6)]
#[case("docs/migrating-from-conda-index.md", 3)]
#[case("docs/deploy/README.md", 1)]
fn calls_in_the_documentation_are_understood(#[case] page: &str, #[case] at_least: usize) {
    assert_understood(&calls_on_page(&text(page)), at_least);
}

#[test]
fn calls_about_hosts_are_understood() {
    assert_understood(&calls_on_page(&text("docs/github-pages.md")), 8);
}

#[test]
fn calls_in_compose_and_dockerfile_are_understood() {
    assert_eq!(instructions("ENTRYPOINT"), [r#"["towpath"]"#]);
    let default: Value = serde_json::from_str(&instructions("CMD")[0]).unwrap();
    let calls = [
        words(&service("migrations")["command"]),
        words(&service("indexer")["command"]),
        words(&default),
    ];
    assert_understood(&calls, 3);
}

#[test]
fn calls_in_the_unit_are_understood() {
    let unit = Unit::of("docs/deploy/towpath-index.service");
    let commands = [
        unit.values("Service", "ExecStartPre"),
        unit.values("Service", "ExecStart"),
    ];
    assert_understood(&calls_in_shell(&commands.concat().join("\n")), 2);
}

#[test]
fn the_database_is_healthy_when_it_answers() {
    let db = service("db");
    let test = words(&db["healthcheck"]["test"]);
    assert_eq!((test[0].as_str(), test[1].as_str()), ("CMD", "pg_isready"));
    // The image's server answers on its socket before the database is made.
    assert!(test.contains(&"--host=127.0.0.1".to_owned()));
    assert!(db.get("ports").is_none(), "nobody outside reaches the database");
}

#[test]
fn migrations_run_once_and_the_indexer_waits_for_them() {
    let (migrations, indexer) = (service("migrations"), service("indexer"));
    assert_eq!(migrations["depends_on"]["db"]["condition"], "service_healthy");
    assert_eq!(migrations["restart"], "no");
    assert_eq!(words(&migrations["command"]), ["db", "upgrade"]);
    assert_eq!(
        indexer["depends_on"]["migrations"]["condition"],
        "service_completed_successfully"
    );
    assert!(words(&indexer["command"]).contains(&"--no-ddl".to_owned()));
    assert!(migrations["image"].is_string());
    for shared in ["image", "build", "environment", "secrets", "user"] {
        assert_eq!(migrations[shared], indexer[shared], "{shared}");
    }
}

/// `docker inspect` shows variables, commands and labels to everybody who may use Docker.
#[test]
fn no_password_stands_where_docker_shows_it() {
    let compose = compose();
    for (name, service) in compose["services"].as_object().unwrap() {
        assert!(service.get("env_file").is_none(), "{name}");
        let variables = service["environment"].as_object();
        for (variable, value) in variables.into_iter().flatten() {
            let value = value.as_str().unwrap();
            if let Ok(url) = url::Url::parse(value) {
                assert_eq!(url.password(), None, "{name}: {variable}");
            } else if variable.contains("PASS") {
                let secret = value.strip_prefix("/run/secrets/").unwrap();
                assert!(
                    words(&service["secrets"]).contains(&secret.to_owned()),
                    "{name}: {variable}"
                );
                assert!(compose["secrets"][secret]["file"].is_string(), "{secret}");
            }
        }
    }
    assert_eq!(
        service("db")["environment"]["POSTGRES_PASSWORD_FILE"],
        "/run/secrets/db_password"
    );
    assert_eq!(
        service("indexer")["environment"]["PGPASSFILE"],
        "/run/secrets/pgpass"
    );
}

#[test]
fn containers_have_no_rights_to_spare() {
    for (name, service) in compose()["services"].as_object().unwrap() {
        assert!(service.get("privileged").is_none(), "{name}");
        assert!(service.get("cap_add").is_none(), "{name}");
        assert!(service.get("network_mode").is_none(), "{name}");
    }
    for name in ["migrations", "indexer"] {
        let service = service(name);
        assert_eq!(service["read_only"], true);
        assert_eq!(words(&service["cap_drop"]), ["ALL"]);
        assert_eq!(words(&service["security_opt"]), ["no-new-privileges:true"]);
    }
    let web = service("web");
    assert!(
        words(&web["volumes"])
            .iter()
            .all(|volume| volume.ends_with(":ro"))
    );
    assert_eq!(words(&web["profiles"]), ["web"]);
    assert_eq!(instructions("USER"), ["towpath"]);
}

/// The image is built from nothing but what it copies.
#[test]
fn the_dockerfile_copies_what_the_build_needs() {
    let copied: Vec<String> = instructions("COPY")
        .iter()
        .filter(|arguments| !arguments.starts_with("--from="))
        .flat_map(|arguments| {
            let (sources, _) = arguments.rsplit_once(' ').unwrap();
            sources.split(' ').map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    for path in &copied {
        assert!(root().join(path).exists(), "{path}");
    }
    let workspace: toml::Table = text("Cargo.toml").parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let members = members.iter().map(|member| member.as_str().unwrap());
    for needed in members.chain(["Cargo.toml", "Cargo.lock", "templates"]) {
        let is_copied = copied.iter().any(|path| Path::new(needed).starts_with(path));
        assert!(is_copied, "{needed}");
    }
}

/// What the services run, on a server: the tables are made by one and left alone by the other.
#[test]
fn the_services_make_a_channel() {
    let lock = PackageBuilder::new("lock", "1.0", "0");
    let channel = ChannelBuilder::new().package(&lock, Kind::Conda);
    let database = PostgresqlDatabase::new();
    for name in ["migrations", "indexer"] {
        let command = words(&service(name)["command"]);
        let command = command.iter().map(|word| match word.as_str() {
            "/channel" => channel.path().as_os_str(),
            word => word.as_ref(),
        });
        let call = Towpath::new(command).env("CONDA_INDEX_DBURL", database.url());
        let _ = call.run().succeeded();
    }
    let repodata = Published::of(&channel, "noarch").json("repodata.json");
    assert!(repodata["packages.conda"]["lock-1.0-0.conda"].is_object());
}

/// A unit file of systemd.
struct Unit {
    /// Section, key and value, in order.
    settings: Vec<[String; 3]>,
}

impl Unit {
    fn of(path: &str) -> Self {
        let mut section = String::new();
        let mut settings = Vec::new();
        for line in text(path).lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                name.trim_end_matches(']').clone_into(&mut section);
            } else if let Some((key, value)) = line.split_once('=') {
                settings.push([section.clone(), key.to_owned(), value.to_owned()]);
            }
        }
        Self { settings }
    }

    fn values(&self, section: &str, key: &str) -> Vec<String> {
        let settings = self.settings.iter();
        settings
            .filter(|[its_section, its_key, _]| its_section == section && its_key == key)
            .map(|[_, _, value]| value.clone())
            .collect()
    }
}

#[rstest]
#[case("Type", "oneshot")]
#[case("User", "towpath")]
#[case("EnvironmentFile", "/etc/towpath/environment")]
#[case("Environment", "PGPASSFILE=/etc/towpath/pgpass")]
#[case("ProtectSystem", "strict")]
#[case("ReadWritePaths", "/srv/channel")]
#[case("ProtectHome", "yes")]
#[case("PrivateTmp", "yes")]
#[case("PrivateDevices", "yes")]
#[case("NoNewPrivileges", "yes")]
#[case("CapabilityBoundingSet", "")]
#[case("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6")]
#[case("MemoryDenyWriteExecute", "yes")]
#[case("SystemCallFilter", "@system-service")]
fn the_unit_may_do_little(#[case] key: &str, #[case] value: &str) {
    let unit = Unit::of("docs/deploy/towpath-index.service");
    assert_eq!(unit.values("Service", key), [value]);
}

#[test]
fn the_timer_starts_the_unit_again_and_again() {
    let timer = Unit::of("docs/deploy/towpath-index.timer");
    assert_eq!(timer.values("Timer", "OnUnitActiveSec").len(), 1);
    assert_eq!(timer.values("Timer", "OnBootSec").len(), 1);
    assert_eq!(timer.values("Install", "WantedBy"), ["timers.target"]);
}
