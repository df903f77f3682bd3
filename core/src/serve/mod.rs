//! A preview of a channel and of its website on this machine, with the headers that a good static
//! host would send.
//!
//! [`Server::bind`] takes a folder and a port, [`Server::run`] answers until it is told to end. What is
//! answered is decided without a network, as a function of a request and the folder (`site.rs`); HTTP
//! itself is axum's. [`PackageWatch`] notices that packages were changed.
//!
//! Nothing outside the folder is ever served, nor anything whose name begins with a dot.

mod accepted_coding;
mod caching;
mod content_type;
mod error;
mod folder;
mod hosts;
mod options;
mod range;
mod request_path;
mod server;
mod site;
mod url_path;
mod validators;
mod watch;
mod zstd_window;

#[cfg(test)]
mod tests;

pub use error::ServeError;
pub use options::{Port, ServeOptions, Symlinks};
pub use server::{Exchange, Server};
pub use url_path::{InvalidUrlPath, UrlPath};
pub use watch::PackageWatch;
