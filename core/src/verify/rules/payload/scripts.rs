//! Scripts that run when a package is installed, and when an environment is activated.

use serde_json::Value;

use super::{Alike, file_name};
use crate::json;
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, EntryKind, Found, Place, Readers, Rule, Severity, Source, Subject};

const ENV_VARS: &str = "etc/conda/env_vars.d/";

pub(super) static F503: Rule = Rule {
    code: "F503",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "Nothing runs when the package is installed or removed",
    sources: &[Source::Cep(34, "Pre- and post-link/unlink scripts")],
    why: "conda runs link scripts with all rights of the user; pixi and other clients of rattler leave them \
          out unless they are told otherwise. What a script changes is in no list of files, so that \
          removing the package leaves it behind.",
    mend: "Do at build time what the script does, or in a script of etc/conda/activate.d. If it cannot be \
           avoided, say in the recipe what it does.",
    bad: "bin/.demo-post-link.sh",
    good: "no such script",
    readers: Readers::Differ,
    check: Check::Package(no_link_scripts),
};

fn no_link_scripts(subject: &Subject<'_>, found: &mut Found<'_>) {
    let package = subject.evidence.index_text("name");
    for entry in subject.evidence.payload() {
        let Some(script) = LinkScript::at(&entry.path) else {
            continue;
        };
        let place = Place::member(&*entry.path);
        if let Some(package) = package.filter(|package| *package != script.package) {
            let what = format!(
                "nobody runs this {} script: it is one of {}, not of {}",
                script.action,
                quoted(script.package),
                quoted(package)
            );
            found.agreed(Severity::Warning, place, what);
        } else if !script.is_where_it_is_run {
            let what = format!(
                "nobody runs this {} script: it is looked for in bin/ as .sh and in Scripts/ as .bat",
                script.action
            );
            found.agreed(Severity::Warning, place, what);
        } else {
            found.at(place, script.told());
        }
    }
}

/// A script that is run when a package is installed or removed, by its name.
struct LinkScript<'a> {
    package: &'a str,
    action: &'static str,
    is_where_it_is_run: bool,
}

impl<'a> LinkScript<'a> {
    fn at(path: &'a str) -> Option<Self> {
        let (directory, name) = path.rsplit_once('/')?;
        if !matches!(directory, "bin" | "Scripts") {
            return None;
        }
        let (stem, extension) = name.strip_prefix('.')?.rsplit_once('.')?;
        if !matches!(extension, "sh" | "bat") {
            return None;
        }
        // "-link" is the end of "-pre-link" and "-post-link" alike, never of an "-unlink".
        ["pre-link", "post-link", "pre-unlink", "post-unlink"]
            .into_iter()
            .find_map(|action| {
                let package = stem.strip_suffix(action)?.strip_suffix('-')?;
                Some(Self {
                    package,
                    action,
                    is_where_it_is_run: (directory, extension) == ("bin", "sh")
                        || (directory, extension) == ("Scripts", "bat"),
                })
            })
    }

    fn told(&self) -> &'static str {
        match self.action {
            "pre-link" => {
                "it is run before the package is installed, and can change files in the cache of packages"
            }
            "post-link" => "it is run after the package is installed",
            "pre-unlink" => "it is run before the package is removed",
            _ => "it is run after the package is removed, by some clients: post-unlink is deprecated",
        }
    }
}

pub(super) static F504: Rule = Rule {
    code: "F504",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "What is read when an environment is activated can be read",
    sources: &[Source::Cep(34, "./etc/conda/*.d/ directories")],
    why: "Scripts of activate.d run in the shell of the user, each time; they are told as a note. Files of \
          env_vars.d are read by conda and rattler before anything else is done: one that is no JSON object \
          of texts breaks the activation of the whole environment.",
    mend: "Keep such scripts short and leave nothing behind in deactivate.d. Write env_vars.d/<name>.json \
           as an object of texts.",
    bad: "etc/conda/env_vars.d/demo.json with DEMO=1 in it",
    good: r#"etc/conda/env_vars.d/demo.json with {"DEMO": "1"} in it"#,
    readers: Readers::Agree,
    check: Check::Package(activation_works),
};

fn activation_works(subject: &Subject<'_>, found: &mut Found<'_>) {
    let evidence = subject.evidence;
    let in_directory = |directory: &'static str| {
        let payload = evidence.payload();
        Alike::of(
            payload
                .filter(move |entry| entry.kind != EntryKind::Directory && entry.path.starts_with(directory)),
        )
    };
    let kinds = [
        ("etc/conda/activate.d/", "activated"),
        ("etc/conda/deactivate.d/", "deactivated"),
    ];
    for (directory, when) in kinds {
        if let Some(scripts) = in_directory(directory) {
            let these = scripts.these("runs", "run");
            let what = format!("{these} whenever an environment with this package is {when}");
            scripts.tell(Severity::Note, what, found);
        }
    }
    for (entry, content) in evidence.kept() {
        if entry.path.starts_with(ENV_VARS) {
            variables_can_be_read(entry, content, found);
        }
    }
    let nested = evidence.payload().filter(|entry| {
        let rest = entry.path.strip_prefix(ENV_VARS);
        rest.is_some_and(|rest| rest.contains('/') || entry.kind == EntryKind::Directory)
    });
    if let Some(nested) = Alike::of(nested) {
        let what = "there is a directory in env_vars.d, which conda tries to read as a file";
        nested.tell(Severity::Error, what, found);
    }
}

fn variables_can_be_read(entry: &Entry, content: &[u8], found: &mut Found<'_>) {
    let place = Place::member(&*entry.path);
    let name = file_name(&entry.path);
    if entry.path.len() != ENV_VARS.len() + name.len() {
        return;
    }
    match json::parse(content) {
        Err(error) => {
            let what = format!("no environment with this package can be activated: it {error}");
            found.at(place, what);
        }
        Ok(Value::Object(variables)) => {
            for (name, _) in variables.iter().filter(|(_, value)| !value.is_string()) {
                let what = format!("the value of the variable {} is not text", quoted(name));
                found.no_worse_than(Severity::Warning, place.clone().key(name.clone()), what);
            }
        }
        Ok(_) => {
            let what = "no environment with this package can be activated: it is JSON, but not an object";
            found.at(place, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bin/.demo-post-link.sh", Some(("demo", "post-link", true)))]
    #[case("Scripts/.a-b-pre-unlink.bat", Some(("a-b", "pre-unlink", true)))]
    #[case("bin/.demo-pre-link.bat", Some(("demo", "pre-link", false)))]
    #[case("bin/.demo-post-unlink.sh", Some(("demo", "post-unlink", true)))]
    #[case("bin/demo-post-link.sh", None)]
    #[case("share/bin/.demo-post-link.sh", None)]
    #[case("bin/.demo-link.sh", None)]
    #[case("bin/.demo-post-link.py", None)]
    fn link_scripts_are_known_by_their_names(#[case] path: &str, #[case] known: Option<(&str, &str, bool)>) {
        let script = LinkScript::at(path);
        let told = script.map(|script| (script.package, script.action, script.is_where_it_is_run));
        assert_eq!(told, known);
    }
}
