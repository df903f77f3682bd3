//! Writes `environment.yml`.

use std::fmt::Write as _;

use crate::environment::Lock;
use crate::environment::formats::FormatError;
use crate::environment::formats::yaml_text::scalar;

/// The `environment.yml` that asks for exactly the packages of a lock: `name=version=build` of each.
/// The channels are `channels` as they are given; those of the lock if there are none.
///
/// # Errors
///
/// When the name of a file does not say which package it is.
pub fn write_environment_yml(
    name: Option<&str>,
    channels: &[String],
    lock: &Lock,
) -> Result<String, FormatError> {
    let mut text = format!("# platform: {}\n", lock.platform);
    // Writing to a string does not fail.
    if let Some(name) = name {
        let _ = writeln!(text, "name: {}", scalar(name));
    }
    let mut names: Vec<&str> = channels.iter().map(String::as_str).collect();
    if names.is_empty() {
        let used = lock.packages.iter().map(|package| &package.channel);
        for channel in lock.channels.iter().chain(used) {
            if !names.contains(&channel.as_str()) {
                names.push(channel);
            }
        }
    }
    if !names.is_empty() {
        text.push_str("channels:\n");
    }
    for channel in names {
        let _ = writeln!(text, "  - {}", scalar(channel));
    }
    text.push_str(if lock.packages.is_empty() {
        "dependencies: []\n"
    } else {
        "dependencies:\n"
    });
    for package in &lock.packages {
        let unnamed = || FormatError::UnnamedPackage(package.file.to_string());
        let identity = package.identity().ok_or_else(unnamed)?;
        let pin = format!("{}={}={}", identity.name, identity.version, identity.build);
        let _ = writeln!(text, "  - {}", scalar(&pin));
    }
    Ok(text)
}
