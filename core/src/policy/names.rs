//! Names as CEP 26 allows them.

use super::Fields;
use crate::json::JsonSlice;
use crate::package::ArtifactName;
use crate::record::names;

/// Why the record's name cannot be that of a package.
pub(super) fn package_name_fault(fields: &Fields<'_>) -> Option<String> {
    fault("name", fields.name?, names::package_name_fault)
}

/// Why the record's version has characters or a length that versions do not have. What else CEP 33
/// demands is a matter of the fields' types.
pub(super) fn version_fault(fields: &Fields<'_>) -> Option<String> {
    fault("version", fields.version?, names::version_fault)
}

/// Why the record's build string cannot be one.
pub(super) fn build_fault(fields: &Fields<'_>) -> Option<String> {
    fault("build", fields.build?, names::build_fault)
}

/// Why the file name is none. Its characters are those of name, version and build.
pub(super) fn file_name_fault(artifact: &ArtifactName) -> Option<String> {
    let why = names::file_name_fault(artifact.as_str())?;
    Some(format!("its file name {why} (CEP 26)"))
}

fn fault(field: &str, said: JsonSlice<'_>, why: impl Fn(&str) -> Option<String>) -> Option<String> {
    let why = why(&said.text()?)?;
    Some(format!("its {field} {} {why} (CEP 26)", said.excerpt()))
}
