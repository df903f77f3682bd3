//! `towpath.toml`: what a channel's owner has written down, so as not to say it at every run.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::commands::index::{RuleAction, Switches, policies_in_file};
use crate::commands::site::{EnvironmentsConfig, SiteConfig};
use crate::commands::verify::VerifyConfig;
use crate::failure::Failure;

/// The file's name, in the channel's folder.
pub(crate) const FILE_NAME: &str = "towpath.toml";

/// What `towpath.toml` says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    #[serde(default)]
    pub(crate) channel: ChannelConfig,
    #[serde(default)]
    pub(crate) environments: EnvironmentsConfig,
    #[serde(default)]
    pub(crate) index: IndexConfig,
    /// `[policy]`: what is to be done about records that break rules, by the rules' names.
    #[serde(default, deserialize_with = "policies_in_file")]
    pub(crate) policy: Vec<RuleAction>,
    #[serde(default)]
    pub(crate) site: SiteConfig,
    #[serde(default)]
    pub(crate) verify: VerifyConfig,
}

/// `[channel]`: what the channel is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ChannelConfig {
    /// The channel that is loaded with higher priority (CEP 42).
    pub(crate) base: Option<String>,
    /// What it is called.
    pub(crate) name: Option<String>,
    /// The channel that is loaded with lower priority (CEP 42).
    pub(crate) overrides: Option<String>,
    /// Where its website is.
    pub(crate) site_url: Option<String>,
    /// Where clients find it.
    pub(crate) url: Option<String>,
}

/// `[index]`: options of `towpath index`, by their names.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct IndexConfig {
    pub(crate) base_url: Option<String>,
    pub(crate) current_index_versions_file: Option<PathBuf>,
    pub(crate) include_stage: Option<Vec<String>>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) patch_generator: Option<PathBuf>,
    pub(crate) shard_grace: Option<String>,
    pub(crate) subdir: Option<Vec<String>>,
    pub(crate) threads: Option<usize>,
    pub(crate) zst_level: Option<u8>,
    /// Options that are on or off. Whatever else stands there comes here too, to be refused.
    #[serde(flatten)]
    switches: BTreeMap<String, toml::Value>,
}

impl IndexConfig {
    /// What the file says of a switch, if anything.
    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        self.switches.get(name).and_then(toml::Value::as_bool)
    }
}

impl Config {
    /// Reads the channel's file, if there is one. Paths in it are relative to the channel, unless
    /// they are in the home folder.
    pub(crate) fn of_channel(channel: &Path) -> Result<Self, Failure> {
        let path = channel.join(FILE_NAME);
        let text = match fs_err::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            // A channel that is no folder is told of where it is listed.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Ok(Self::default());
            }
            Err(error) => return Err(error.into()),
        };
        Self::read(&path, &text)
    }

    /// Whether this is a folder with such a file.
    pub(crate) fn is_in(folder: &Path) -> bool {
        folder.join(FILE_NAME).is_file()
    }

    /// Reads a file that was asked for by name.
    pub(crate) fn of_file(path: &Path) -> Result<Self, Failure> {
        Self::read(path, &fs_err::read_to_string(path)?)
    }

    fn read(path: &Path, text: &str) -> Result<Self, Failure> {
        let folder = path.parent().unwrap_or(path);
        let mut config =
            Self::parse(text).map_err(|why| Failure::usage(format!("{}: {why}", path.display())))?;
        let files = [
            &mut config.index.current_index_versions_file,
            &mut config.index.output,
            &mut config.index.patch_generator,
        ];
        for file in files.into_iter().flatten().chain(config.site.paths()) {
            if !file.starts_with("~") {
                *file = folder.join(&*file);
            }
        }
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (name, value) in &config.index.switches {
            if !Switches::is_name(name) {
                return Err(format!("[index] has no option {name:?}"));
            }
            if !value.is_bool() {
                return Err(format!("{name} in [index] takes true or false"));
            }
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use towpath_core::policy::{Action, Rule};

    use super::*;

    #[test]
    fn options_have_the_names_of_the_command_line() {
        let config =
            Config::parse("[channel]\nbase = '../conda-forge'\n[index]\nzst = true\nzst-level = 9\n")
                .unwrap();
        assert_eq!(config.index.switch("zst"), Some(true));
        assert_eq!(config.index.switch("bz2"), None);
        assert_eq!(config.index.zst_level, Some(9));
        assert_eq!(config.channel.base.as_deref(), Some("../conda-forge"));
    }

    #[test]
    fn policies_are_read_by_rule() {
        let config = Config::parse("[policy]\nsubdir = 'reject'\nfile-name = 'allow'\n").unwrap();
        assert_eq!(
            config.policy,
            [(Rule::FileName, Action::Allow), (Rule::Subdir, Action::Reject)]
        );
    }

    #[rstest::rstest]
    #[case("[index]\nzts = true\n", "[index] has no option \"zts\"")]
    #[case("[index]\nzst = 'yes'\n", "zst in [index] takes true or false")]
    #[case("[index]\nzts-level = 9\n", "[index] has no option \"zts-level\"")]
    #[case("[chanel]\n", "unknown field `chanel`")]
    #[case(
        "[policy]\nsubdri = 'warn'\n",
        "there is no rule \"subdri\": the rules are subdir, file-name,"
    )]
    #[case(
        "[policy]\nsubdir = 'deny'\n",
        "there is no action \"deny\": the actions are allow, warn and"
    )]
    #[case(
        "[policy]\nsubdir = true\n",
        "invalid type: boolean `true`, expected a string"
    )]
    fn what_is_not_understood_is_an_error(#[case] text: &str, #[case] message: &str) {
        let error = Config::parse(text).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}
