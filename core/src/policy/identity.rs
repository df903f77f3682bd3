//! What a record says of where, as what and when its artifact was published.

use jiff::Timestamp;

use super::Fields;
use crate::channel::Subdir;
use crate::json::{JsonSlice, JsonText};
use crate::package::ArtifactName;
use crate::record::BuildTime;
use crate::record::names::{self, Misnamed};

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
    let said = [fields.name, fields.version, fields.build];
    let texts = said.map(|said| said.and_then(JsonSlice::text));
    let texts = match &texts {
        [Some(name), Some(version), Some(build)] => Some([&**name, &**version, &**build]),
        _ => None,
    };
    match names::misnamed(artifact.stem(), texts)? {
        Misnamed::NoParts => Some(
            "its file name is not made of name, version and build (CEP 26); rattler and pixi read nothing \
             of such a channel"
                .to_owned(),
        ),
        Misnamed::Part(number, part) => {
            let part = JsonText::from_value(&part.into());
            Some(format!(
                "its {} is {}, but {} by its file name (CEP 26)",
                ["name", "version", "build"][number],
                said[number]?.excerpt(),
                part.as_slice().excerpt()
            ))
        }
    }
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
