//! Reports in the forms that other programs read, and the rules as pages.

mod github;
mod markdown;
mod pages;
mod sarif;

pub use github::{github_annotations, github_unreadable};
pub use markdown::markdown;
pub use pages::{explanation, rules_page};
pub use sarif::sarif;

use super::Report;

/// The report of a file, and what the file is called where it was found.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// The file's path, with `/` between folders.
    pub path: String,
    /// What was found in it.
    pub report: Report,
}
