//! Files and documents on a server of the web, read as far as they are needed.
//!
//! A [`Client`] gets whole documents, and opens files as [`RemoteFile`]s, which can be read and sought
//! like local ones: only the ranges that are looked at are asked for. The certificates are those that
//! the operating system trusts; a proxy is used if one is given.

mod client;
mod content_range;
mod error;
mod file;
mod redirect;

#[cfg(test)]
mod tests;

pub use client::{Client, ClientOptions, RemoteLimits};
pub use error::{RemoteError, without_secrets};
pub use file::{RemoteFile, Traffic};
#[cfg(feature = "native")]
pub(crate) use redirect::resolve;
pub use ureq::Proxy;
