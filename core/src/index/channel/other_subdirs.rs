//! What is known of the channel's subdirs that a run does not index.

use crate::channel::{Subdir, SubdirFolder};
use crate::index::documents::{FROM_PACKAGES, Output, PATCH_INSTRUCTIONS, PublishedSubdir, Unpatched};
use crate::index::stores::ChannelStores;
use crate::index::{IndexError, IndexOptions};
use crate::publish::PublishedState;
use crate::repodata::PatchInstructions;
use crate::repodata::patch::PatchSource;
use crate::store::{Store, is_unfinished};

/// The channel's subdirs that are not indexed in this run and of which something is known.
///
/// # Errors
///
/// When there is one with packages of which nothing can be known, because nothing is kept.
pub(super) fn known(
    indexed: &[PublishedSubdir],
    stores: &ChannelStores,
    options: &IndexOptions,
    output: &Output<'_>,
) -> Result<Vec<PublishedSubdir>, IndexError> {
    let mut others = Vec::new();
    for entry in fs_err::read_dir(options.channel.root())? {
        let name = entry?.file_name();
        let Some(subdir) = name.to_str().and_then(|name| name.parse::<Subdir>().ok()) else {
            continue;
        };
        let folder = options.channel.subdir(&subdir);
        if indexed.iter().any(|indexed| indexed.folder.subdir == subdir) {
            continue;
        }
        if let Some(store) = stores.open_known(&folder)? {
            if is_unfinished(&*store)? {
                return Err(IndexError::Unfinished { subdir });
            }
            let patch = last_patch(&folder, &*store, options, output)?;
            others.push(PublishedSubdir { folder, store, patch });
        }
    }
    Ok(others)
}

/// The patch instructions that a subdir was last published with, which the channel's documents are
/// to agree with. Where they are not kept, those that it would be published with now.
fn last_patch(
    folder: &SubdirFolder,
    store: &dyn Store,
    options: &IndexOptions,
    output: &Output<'_>,
) -> Result<Option<PatchInstructions>, IndexError> {
    let state = PublishedState::load(&folder.published_state());
    if !state.inputs.is_empty() {
        let Some(digest) = state.patch else {
            return Ok(None);
        };
        let generated = folder.output.join(PATCH_INSTRUCTIONS);
        for kept in [generated, folder.patch_instructions()] {
            let patch = crate::repodata::patch::from_file(&kept)?;
            if patch.as_ref().is_some_and(|patch| patch.digest() == digest) {
                return Ok(patch);
            }
        }
    }
    let published = folder.output.join(FROM_PACKAGES);
    // A generator wants repodata, and an output may be younger than what is known of a subdir.
    let wants_repodata = matches!(options.patches, PatchSource::Generator { .. });
    let made = match wants_repodata && !published.is_file() {
        true => {
            let document_options = options.document_options(&folder.subdir);
            Some(Unpatched::build(store, &document_options, options, output)?)
        }
        false => None,
    };
    let repodata = made
        .as_ref()
        .map_or(published.as_path(), |made| made.document.path());
    let sourced = options
        .patches
        .instructions(&folder.subdir, repodata, &folder.patch_instructions())?;
    Ok(sourced.instructions)
}
