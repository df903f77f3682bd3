//! Files and documents on a server of the web, read as far as they are needed.
//!
//! A [`Client`] gets whole documents, and opens files as [`RemoteFile`]s, which can be read and sought
//! like local ones: only the ranges that are looked at are asked for. The certificates are those that
//! the operating system trusts; a proxy is used if one is given.

mod client;
mod content_range;
mod error;
mod file;

#[cfg(test)]
mod tests;

pub use client::{Client, ClientOptions, RemoteLimits};
pub use error::RemoteError;
pub use file::{RemoteFile, Traffic};
pub use ureq::Proxy;

pub use crate::web_url::without_secrets;
