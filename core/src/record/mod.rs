//! Package records: what a channel says about an artifact.

pub use recipe::recipe_json;
pub mod recipe;
