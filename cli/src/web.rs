//! How servers of the web are asked.

use towpath_core::remote::{Client, ClientOptions, Proxy, RemoteLimits};

/// Whether an argument is a URL rather than a path.
pub(crate) fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// A client with the environment's proxy. The certificates of the operating system are read.
pub(crate) fn client() -> Client {
    Client::new(ClientOptions {
        user_agent: concat!("towpath/", env!("CARGO_PKG_VERSION")).to_owned(),
        proxy: Proxy::try_from_env(),
        scratch_folder: std::env::temp_dir(),
        limits: RemoteLimits::default(),
    })
}
