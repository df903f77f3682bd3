//! What is made of the arguments of `towpath site` and of `towpath.toml`.

use std::path::{Path, PathBuf};

use towpath_core::index::IndexOptions;
use towpath_core::site::{Templates, WebsiteLink};
use towpath_core::website::{BuildPages, ChannelFiles, PublicEnvironments, WebsiteIdentity, WebsiteOptions};

use super::arguments::{Copied, SiteArgs, theme_property};
use super::config::SiteConfig;
use super::inspector::Inspector;
use super::size;
use crate::commands::index::IndexArgs;
use crate::config::Config;
use crate::failure::Failure;

/// About how large a website may be: GitHub takes 1 GB, with the channel.
const SIZE_MAX: u64 = 700_000_000;

impl SiteArgs {
    /// What core is asked to do for the channel, and whether its website lacks the inspector because this
    /// towpath does.
    pub(super) fn options(&self, channel: &Path) -> Result<(WebsiteOptions, bool), Failure> {
        let config = Config::of_channel(channel)?;
        let site = &config.site;
        let index = self.index_options(channel)?;
        let folder = self.folder_of(site, &index);
        let channel_files = self.channel_files(&folder, &index, site)?;
        let identity = WebsiteIdentity {
            title: self.title.clone().or_else(|| site.title.clone()),
            description: site.description.clone(),
            logo: site.logo.clone(),
            links: site
                .links
                .iter()
                .map(|link| WebsiteLink {
                    label: link.label.clone(),
                    url: link.url.clone(),
                })
                .collect(),
            hue: site.hue,
            theme: self.theme(site)?,
        };
        let size_max = match (self.max_size, &site.max_size) {
            (Some(size), _) => size,
            (None, Some(text)) => size::parse(text)
                .map_err(|why| Failure::usage(format!("towpath.toml: max-size in [site]: {why}")))?,
            (None, None) => SIZE_MAX,
        };
        let templates = self.templates.as_ref().or(site.templates.as_ref());
        let inspector = self.inspector(site.inspector.unwrap_or(true))?;
        let lacks_inspector = matches!(inspector, Inspector::NotEmbedded);
        let options = WebsiteOptions {
            index,
            folder,
            channel_files,
            identity,
            url_path: self.url_path.clone().or_else(|| site.url_path.clone()),
            templates: templates.map_or(Ok(Vec::new()), |folder| read_templates(folder))?,
            build_pages: self
                .build_pages
                .or(site.build_pages)
                .map_or(BuildPages::Auto, BuildPages::from),
            size_max,
            file_lists: !self.no_files && site.files.unwrap_or(true),
            inspector: inspector.files(),
            environments: self.public_environments(&config)?,
            verify_report: self.verify_report.clone(),
        };
        Ok((options, lacks_inspector))
    }

    /// The environments that are shown.
    fn public_environments(&self, config: &Config) -> Result<PublicEnvironments, Failure> {
        if !self.public_environments.is_empty() {
            let names = self.public_environments.iter().cloned();
            return Ok(PublicEnvironments::Of(names.collect()));
        }
        let public = config.environments.public();
        public.map_err(|why| Failure::usage(format!("towpath.toml: public in [environments]: {why}")))
    }

    /// The folder that the website is in.
    pub(super) fn folder(&self, channel: &Path) -> Result<PathBuf, Failure> {
        let config = Config::of_channel(channel)?;
        Ok(self.folder_of(&config.site, &self.index_options(channel)?))
    }

    fn folder_of(&self, site: &SiteConfig, index: &IndexOptions) -> PathBuf {
        let named = self.output.as_deref().or(site.folder());
        named.unwrap_or(index.channel.output()).to_owned()
    }

    /// The channel as `towpath index` indexes it.
    fn index_options(&self, channel: &Path) -> Result<IndexOptions, Failure> {
        let mut args = IndexArgs::of_channel(channel)?;
        args.db = self.db;
        args.server = self.server.clone();
        args.channel_name = self.channel_name.clone().or(args.channel_name);
        args.channel_url = self.channel_url.clone().or(args.channel_url);
        args.site_url = self.site_url.clone().or(args.site_url);
        args.base_url = self.base_url.clone().or(args.base_url);
        args.threads = self.threads.or(args.threads);
        let mut options = args.channel_options()?;
        // From now on there is one, so that its first run is told from the next by nothing.
        options.documents.website = true;
        Ok(options)
    }

    /// Where the channel is, seen from the website.
    fn channel_files(
        &self,
        folder: &Path,
        index: &IndexOptions,
        site: &SiteConfig,
    ) -> Result<ChannelFiles, Failure> {
        let real = |path: &Path| fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_beside = real(folder) == real(index.channel.output());
        match self.copy.or(site.copy) {
            Some(Copied::Nothing) if index.identity.url.is_none() => Err(Failure::usage(
                "with --copy nothing the website links to a channel elsewhere: say where with --channel-url",
            )),
            Some(Copied::Nothing) => Ok(ChannelFiles::Elsewhere),
            Some(Copied::Documents) if !is_beside => Ok(ChannelFiles::Copied { packages: false }),
            Some(Copied::All) if !is_beside => Ok(ChannelFiles::Copied { packages: true }),
            // Packages that are served from elsewhere are not needed here.
            None if !is_beside => Ok(ChannelFiles::Copied {
                packages: index.documents.base_url.is_none(),
            }),
            _ => Ok(ChannelFiles::Beside),
        }
    }

    fn theme(&self, site: &SiteConfig) -> Result<std::collections::BTreeMap<String, String>, Failure> {
        let mut theme = std::collections::BTreeMap::new();
        for (name, value) in &site.theme {
            let (name, value) = theme_property(&format!("{name}={value}"))
                .map_err(|why| Failure::usage(format!("towpath.toml: [site.theme]: {why}")))?;
            theme.insert(name, value);
        }
        theme.extend(self.theme.iter().cloned());
        Ok(theme)
    }
}

/// The files of a folder that have names of templates. Any other is a mistake, most likely in its name.
pub(super) fn read_templates(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut templates = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !entry.file_type()?.is_file() {
            continue;
        }
        if !Templates::names().any(|known| known == name) {
            let known: Vec<&str> = Templates::names().collect();
            return Err(Failure::usage(format!(
                "{}: there is no template of this name to replace: the templates are {}",
                entry.path().display(),
                known.join(", ")
            )));
        }
        templates.push((name, fs_err::read_to_string(entry.path())?));
    }
    templates.sort_unstable();
    Ok(templates)
}
