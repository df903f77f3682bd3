//! What is served, where, and to whom.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use super::UrlPath;

/// What is served, where, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// The folder whose files are served.
    pub folder: PathBuf,
    /// The address to listen at. At a loopback address only requests for this machine by name or
    /// number are answered, so that no page of the web can read the folder by a name of its own
    /// (DNS rebinding).
    pub address: IpAddr,
    /// The port to listen at.
    pub port: Port,
    /// Below which path of the URL the folder is.
    pub url_path: UrlPath,
    /// Where symbolic links may lead.
    pub symlinks: Symlinks,
}

impl ServeOptions {
    /// The folder, to this machine only, at port 8000 or the next that is free.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            address: Ipv4Addr::LOCALHOST.into(),
            port: Port::default(),
            url_path: UrlPath::default(),
            symlinks: Symlinks::default(),
        }
    }
}

/// A port to listen at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// This one; 0 is any that is free.
    Exactly(u16),
    /// The first of a hundred from this one on that nobody listens at.
    FreeFrom(u16),
}

impl Default for Port {
    fn default() -> Self {
        Self::FreeFrom(8000)
    }
}

/// Where symbolic links may lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symlinks {
    /// To what is in the folder and could be asked for by itself; others are as if they were not there.
    #[default]
    WithinFolder,
    /// Anywhere, but not to what is hidden in the folder.
    Anywhere,
}
