//! What the inspector is made of: what is embedded here, or the files of a folder.

use std::borrow::Cow;
use std::path::Path;

use towpath_core::site::InspectorFiles;
use towpath_core::website::InspectorOptions;

use super::arguments::SiteArgs;
use super::options::read_templates;
use crate::failure::Failure;

/// What to do where there is none.
pub(super) const HOW_TO_HAVE_ONE: &str = "build it with scripts/web of towpath's sources, then build towpath again or name the folder (--inspector web/dist)";

/// Where it is from.
pub(super) enum Inspector {
    /// Here it is.
    Files(InspectorFiles),
    /// Nobody wants it.
    NotWanted,
    /// This towpath was built without it.
    NotEmbedded,
}

impl Inspector {
    pub(super) fn files(self) -> Option<InspectorFiles> {
        match self {
            Self::Files(files) => Some(files),
            Self::NotWanted | Self::NotEmbedded => None,
        }
    }
}

/// What was embedded when towpath was built.
fn embedded() -> Option<InspectorFiles> {
    include!(concat!(env!("OUT_DIR"), "/inspector.rs"))
}

/// What `scripts/web` has left in a folder.
fn in_folder(folder: &Path) -> Result<InspectorFiles, Failure> {
    let read = |name: &str| fs_err::read(folder.join(name)).map(Cow::Owned);
    Ok(InspectorFiles {
        module: read("inspector.wasm")?,
        worker: read("worker.js")?,
        script: read("inspector.js")?,
    })
}

impl SiteArgs {
    /// What the inspector is made of. `is_wanted` is what `towpath.toml` says.
    pub(super) fn inspector(&self, is_wanted: bool) -> Result<Inspector, Failure> {
        // Who names its files wants it.
        if self.inspector.is_none() && (self.no_inspector || !is_wanted) {
            return Ok(Inspector::NotWanted);
        }
        Ok(self
            .inspector_files()?
            .map_or(Inspector::NotEmbedded, Inspector::Files))
    }

    /// The files of the folder that is named, else those that are embedded, if there are some.
    fn inspector_files(&self) -> Result<Option<InspectorFiles>, Failure> {
        match &self.inspector {
            Some(folder) => in_folder(folder).map(Some),
            None => Ok(embedded()),
        }
    }

    /// The inspector by itself, if that is asked for.
    pub(super) fn inspector_alone(&self) -> Result<Option<InspectorOptions>, Failure> {
        let Some(folder) = self.output.as_ref().filter(|_| self.inspector_only) else {
            return Ok(None);
        };
        let Some(files) = self.inspector_files()? else {
            return Err(Failure::usage(format!(
                "there is no inspector in this towpath: {HOW_TO_HAVE_ONE}"
            )));
        };
        Ok(Some(InspectorOptions {
            folder: folder.clone(),
            files,
            title: self.title.clone(),
            site_url: self.site_url.clone(),
            theme: self.theme.iter().cloned().collect(),
            templates: self.templates.as_deref().map_or(Ok(Vec::new()), read_templates)?,
        }))
    }
}
