//! The connection service file: named sets of parameters.

use std::path::{Path, PathBuf};

use super::error::SettingsError;
use super::keys::{Key, Origin, Parameters, is_key_like};
use super::settings::Surroundings;

/// Takes from the service that was asked for what was not given yet.
///
/// # Errors
///
/// When the service is in no file, or its file cannot be read or understood.
pub(super) fn set_defaults(
    parameters: &mut Parameters,
    surroundings: &Surroundings,
) -> Result<(), SettingsError> {
    let variable = |name: &str| surroundings.variables.get(name).filter(|value| !value.is_empty());
    let service = match parameters.value(Key::Service) {
        Some(service) => service.to_owned(),
        None => match variable("PGSERVICE") {
            Some(service) => service.clone(),
            None => return Ok(()),
        },
    };
    let named = parameters.value(Key::ServiceFile).map(PathBuf::from);
    let named = named.or_else(|| variable("PGSERVICEFILE").map(PathBuf::from));
    let is_named = named.is_some();
    let of_user = named.or_else(|| {
        surroundings
            .home
            .as_ref()
            .map(|home| home.join(".pg_service.conf"))
    });
    let of_system = surroundings.system_service_folder.join("pg_service.conf");
    let mut files = Vec::new();
    for (path, must_exist) in of_user
        .into_iter()
        .map(|path| (path, is_named))
        .chain([(of_system, false)])
    {
        if !must_exist && !path.exists() {
            files.push(path);
            continue;
        }
        let text = fs_err::read_to_string(&path)?;
        if let Some(found) = find(&text, &path, &service)? {
            parameters.set_defaults_of(found);
            return Ok(());
        }
        files.push(path);
    }
    Err(SettingsError::ServiceNotFound { service, files })
}

/// What a service file says of a service. Of a key that is there twice the first counts.
fn find(text: &str, path: &Path, service: &str) -> Result<Option<Parameters>, SettingsError> {
    let mut found = None;
    for (index, content) in text.lines().enumerate() {
        let line = index + 1;
        let wrong = |problem| SettingsError::ServiceFile {
            path: path.to_owned(),
            line,
            problem,
        };
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Some(header) = content.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            let Some((name, _)) = header.split_once(']') else {
                return Err(wrong("the name of a service has no ]"));
            };
            if name == service {
                found = Some(Parameters::default());
            }
            continue;
        }
        let Some(values) = &mut found else {
            continue;
        };
        if content.starts_with("ldap") {
            return Err(wrong(
                "services from LDAP are not supported: write the parameters here",
            ));
        }
        let Some((key, value)) = content.split_once('=').filter(|(key, _)| is_key_like(key)) else {
            return Err(wrong("this is not KEY=VALUE"));
        };
        if value.contains('\0') {
            return Err(wrong("a value has a NUL in it"));
        }
        let origin = Origin::ServiceFile {
            path: path.to_owned(),
            line,
        };
        let key = Key::named(key, &origin)?;
        if matches!(key, Key::Service | Key::ServiceFile) {
            return Err(wrong("a service cannot name another"));
        }
        values.set_default(key, value.to_owned(), origin);
    }
    Ok(found)
}
