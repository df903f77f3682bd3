//! The pages and feeds of a channel: what they show, as plain structs, and the templates that turn
//! it into HTML, RSS and Atom.
//!
//! Nothing here reads a file, a store or a clock: the same structs give the same bytes. Rows are
//! taken one by one and written at once, so a page of half a million rows needs no more memory than
//! a page of ten. All text is hostile and is escaped by the templates; links are of an allowed
//! scheme or are shown as text.
//!
//! ```
//! use towpath_core::channel::Subdir;
//! use towpath_core::site::{ListingRow, SubdirPage, Templates};
//!
//! let page = SubdirPage {
//!     channel: "demo".to_owned(),
//!     subdir: Subdir::noarch(),
//!     root_documents: Vec::new(),
//!     documents: Vec::new(),
//!     packages_url: None,
//!     updated: None,
//! };
//! let packages = ["a-1.0-0.conda", "b-1.0-0.conda"].map(ListingRow::named);
//! let mut html = Vec::new();
//! Templates::embedded()?.write_subdir_page(&page, packages, &mut html)?;
//! # Ok::<(), towpath_core::site::RenderError>(())
//! ```

mod channel_page;
mod feed;
mod frame;
#[cfg(feature = "native")]
pub mod hosting;
mod link;
mod metadata_text;
mod rows;
mod size;
mod subdir_page;
mod templates;
mod utc_time;

pub use channel_page::{ChannelPage, ListedSubdir, PackageRow};
pub use feed::{ChannelFeed, FEED_ITEMS, FeedItem};
pub use frame::RootDocument;
pub use subdir_page::{Dependencies, ListingRow, SubdirPage};
pub use templates::{RenderError, Templates};
pub use utc_time::UtcTime;

#[cfg(test)]
mod tests;
