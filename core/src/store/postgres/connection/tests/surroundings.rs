//! A user with a home of their own.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::store::postgres::{ConnectionSettings, SettingsError, Surroundings};

/// A user whose environment and files are those of the test alone.
pub(super) struct User {
    home: TempDir,
    surroundings: Surroundings,
}

impl User {
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let surroundings = Surroundings {
            home: Some(home.path().to_owned()),
            user: Some("me".to_owned()),
            system_service_folder: home.path().join("system"),
            ..Surroundings::default()
        };
        Self { home, surroundings }
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.surroundings
            .variables
            .insert(name.to_owned(), value.to_owned());
        self
    }

    /// Writes a file in the home that nobody else may read.
    pub(super) fn file(self, name: &str, content: &str) -> Self {
        self.file_with_mode(name, content, 0o600)
    }

    pub(super) fn file_with_mode(self, name: &str, content: &str, mode: u32) -> Self {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, content).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(super) fn resolve(&self, text: &str) -> Result<ConnectionSettings, SettingsError> {
        ConnectionSettings::resolve(Some(text), &self.surroundings)
    }
}
