//! What a record says of where, as what and when its artifact was published.

use jiff::Timestamp;

use super::Fields;
use crate::channel::Subdir;
use crate::json::JsonText;
use crate::package::ArtifactName;
use crate::record::BuildTime;

/// Why the record's subdir is not this one.
pub(super) fn subdir_fault(subdir: &Subdir, fields: &Fields<'_>) -> Option<String> {
    let said = fields.subdir?;
    if said.text()? == subdir.as_str() {
        return None;
    }
    Some(format!(
        "its subdir is {}, but it lies in {subdir} (CEP 34); older mamba reads nothing of such a channel",
        said.excerpt()
    ))
}

/// Why the file name is not the one that the record would have.
pub(super) fn file_name_fault(artifact: &ArtifactName, fields: &Fields<'_>) -> Option<String> {
    let Some([name, version, build]) = parts(artifact.stem()) else {
        return Some(
            "its file name is not made of name, version and build (CEP 26); rattler and pixi read nothing \
             of such a channel"
                .to_owned(),
        );
    };
    let said = [fields.name?, fields.version?, fields.build?];
    let texts = [said[0].text()?, said[1].text()?, said[2].text()?];
    let length: usize = texts.iter().map(|text| text.len()).sum();
    let stem = artifact.stem();
    // A build with a hyphen is of the same file name, but divides it differently.
    if stem.len() == length + 2 && stem == texts.join("-") {
        return None;
    }
    let differs = ["name", "version", "build"]
        .into_iter()
        .zip([name, version, build])
        .zip(said.into_iter().zip(texts))
        .find(|((_, part), (_, text))| part != text);
    let ((field, part), (said, _)) = differs?;
    let part = JsonText::from_value(&part.into());
    Some(format!(
        "its {field} is {}, but {} by its file name (CEP 26)",
        said.excerpt(),
        part.as_slice().excerpt()
    ))
}

/// Name, version and build, as clients take a file name apart.
fn parts(stem: &str) -> Option<[&str; 3]> {
    let (rest, build) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some([name, version, build])
}

/// Why the build cannot have begun before the artifact was indexed.
pub(super) fn timestamp_fault(fields: &Fields<'_>, indexed_timestamp: i64) -> Option<String> {
    let said = fields.timestamp?.spelling();
    let built = BuildTime::parse(said)?.milliseconds();
    if built <= indexed_timestamp {
        return None;
    }
    let date = |milliseconds| match Timestamp::from_millisecond(milliseconds) {
        Ok(date) => date.to_string(),
        Err(_) => "beyond all calendars".to_owned(),
    };
    Some(format!(
        "its timestamp {said} is {}, after it was first indexed, {} (CEP 47)",
        date(built),
        date(indexed_timestamp)
    ))
}
