//! The name of the file.

use super::{index, text};
use crate::record::names::{self, Misnamed};
use crate::verify::finding::quoted;
use crate::verify::{Check, Found, Place, Readers, Rule, Severity, Source, Subject};

const FIELDS: [&str; 3] = ["name", "version", "build"];

pub(super) static C201: Rule = Rule {
    code: "C201",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "The file is named by the name, version and build in info/index.json",
    sources: &[Source::Cep(26, "Filenames"), Source::Cep(35, "Specification")],
    why: "Clients take name, version and build from the file's name in some places and from the metadata in others: \
          the package is found under one name and installed under another. rattler and pixi read nothing of a \
          channel with a file whose name does not have the three parts.",
    mend: "Give the file the name that the build tool gave it. To rename a package, build it anew.",
    bad: "demo-1.1-0.conda with the version 1.0 in info/index.json",
    good: "demo-1.0-0.conda with the version 1.0 in info/index.json",
    readers: Readers::Refuse,
    check: Check::Package(file_is_named_by_its_metadata),
};

fn file_is_named_by_its_metadata(subject: &Subject<'_>, found: &mut Found<'_>) {
    let said = FIELDS.map(|key| text(subject, key));
    let all = match said {
        [Some(name), Some(version), Some(build)] => Some([name, version, build]),
        _ => None,
    };
    let stem = subject.evidence.name.stem();
    match names::misnamed(stem, all) {
        None => {}
        Some(Misnamed::NoParts) => {
            let what = format!(
                "the file name {} is not made of name, version and build",
                quoted(subject.evidence.name.as_str())
            );
            found.at(Place::file(), what);
        }
        Some(Misnamed::Part(number, part)) => {
            let key = FIELDS[number];
            let said = quoted(said[number].unwrap_or_default());
            let what = format!("the {key} is {said}, but {} by the file name", quoted(part));
            found.agreed(Severity::Error, index(key), what);
        }
    }
}

pub(super) static C209: Rule = Rule {
    code: "C209",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "File name and subdir have the length and form that CEP 26 allows",
    sources: &[Source::Cep(26, "Filenames"), Source::Cep(26, "Subdir names")],
    why: "File systems allow 255 bytes for a name, and clients add something to it. A subdir of another form is \
          looked for by no client.",
    mend: "Shorten name, version or build string; build with a subdir such as linux-64, or noarch.",
    bad: "\"subdir\": \"Linux_64\"",
    good: "\"subdir\": \"linux-64\"",
    readers: Readers::Agree,
    check: Check::Package(file_name_and_subdir_have_their_form),
};

fn file_name_and_subdir_have_their_form(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(why) = names::file_name_fault(subject.evidence.name.as_str()) {
        found.at(Place::file(), format!("the file name {why}"));
    }
    if let Some(subdir) = text(subject, "subdir")
        && let Some(why) = names::subdir_fault(subdir)
    {
        found.at(index("subdir"), format!("the subdir {} {why}", quoted(subdir)));
    }
}

pub(super) static C211: Rule = Rule {
    code: "C211",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "The file keeps its name wherever it is stored",
    sources: &[Source::Other(
        "GitHub Releases, which store such files under other names",
    )],
    why: "GitHub Releases put a dot for each character that they do not allow: clients that ask for the name in the \
          repodata get nothing. Other places are not concerned.",
    mend: "Do not publish this file as an asset of a GitHub Release, or compare the name there with this one after \
           the upload.",
    bad: "demo-1!1.0-0.conda",
    good: "demo-1.0-0.conda",
    readers: Readers::Agree,
    check: Check::Package(file_keeps_its_name),
};

fn file_keeps_its_name(subject: &Subject<'_>, found: &mut Found<'_>) {
    let name = subject.evidence.name.as_str();
    let is_kept = |character: &char| character.is_ascii_alphanumeric() || "._-+".contains(*character);
    if let Some(changed) = name.chars().find(|character| !is_kept(character)) {
        let what = format!(
            "GitHub Releases put a dot for the {} in the file name {}",
            quoted(&changed.to_string()),
            quoted(name)
        );
        found.at(Place::file(), what);
    }
}
