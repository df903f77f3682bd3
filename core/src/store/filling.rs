//! A mark on a store that is being filled. Whoever is killed meanwhile leaves it behind: without it the
//! next index run would take what is missing for no part of the channel.

use super::{Stage, StageRow, Store, StoreError, StoreRow};

/// What stage [`Stage::UNFINISHED`] lists.
const MARK: &str = "what towpath db was doing when it was stopped";

/// Marks a store before anything is put into it.
///
/// # Errors
///
/// When the store fails.
pub fn begin_filling(store: &mut dyn Store) -> Result<(), StoreError> {
    let row = StageRow {
        stage: Stage::UNFINISHED,
        file_name: MARK.to_owned(),
        mtime: None,
        size: None,
        sha256: None,
        md5: None,
        last_modified: None,
        etag: None,
    };
    store.restore(&[StoreRow::Stage(row)])?;
    Ok(())
}

/// Takes the mark from a store that has all that it is to have.
///
/// # Errors
///
/// When the store fails.
pub fn end_filling(store: &mut dyn Store) -> Result<(), StoreError> {
    store.unlist(&Stage::UNFINISHED, &[MARK.to_owned()])?;
    Ok(())
}

/// Whether a store was being filled when that was stopped, or still is.
///
/// # Errors
///
/// When the store fails.
pub fn is_unfinished(store: &dyn Store) -> Result<bool, StoreError> {
    let listed = store.listed(&Stage::UNFINISHED, &[MARK.to_owned()])?;
    Ok(!listed.is_empty())
}
