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
//!     paging: Default::default(),
//! };
//! let packages = ["a-1.0-0.conda", "b-1.0-0.conda"].map(ListingRow::named);
//! let mut html = Vec::new();
//! Templates::embedded()?.write_subdir_page(&page, packages, &mut html)?;
//! # Ok::<(), towpath_core::site::RenderError>(())
//! ```

mod address;
mod badge;
mod channel_page;
pub(crate) mod comparison;
mod feed;
mod filters;
mod frame;
mod inspector;
pub(crate) mod link;
mod markdown;
pub(crate) mod metadata_text;
mod one_line;
mod package_feed;
pub mod page;
mod plain_json;
mod rows;
mod search_index;
mod sitemap;
pub(crate) mod size;
mod subdir_page;
mod templates;
mod utc_time;
mod website;

pub use address::{build_stem, group_stem, package_folder};
pub use badge::{Badge, Endpoint, Tone};
pub use channel_page::{ChannelPage, ListedSubdir, PackageRow};
pub use comparison::{changed_dependencies, changed_fields, changed_files};
pub use feed::{ChannelFeed, FEED_ITEMS, FeedItem};
pub use filters::css_value;
pub use frame::{RootDocument, channel_hue};
pub use inspector::{CheckedFile, InspectorAssets, InspectorFiles, InspectorPage, hosts};
pub use package_feed::{PACKAGE_FEED_VERSIONS, PackageFeed};
pub use plain_json::PlainJson;
pub use search_index::{NAMES_FILE, SUMMARIES_FILE, write_search_index};
pub use sitemap::{SITEMAP_FILE, robots_txt, write_sitemaps};
pub use subdir_page::{Dependencies, ListingRow, SubdirPage};
pub use templates::{Asset, RenderError, Templates};
pub use utc_time::UtcTime;
pub use website::{Here, Page, Website, WebsiteLink, WebsiteTemplates, folder_url};

#[cfg(test)]
mod tests;
