//! The inspector: the page on which somebody opens and checks a package in the browser, what it loads,
//! and what keeps all of it for when there is no network.
//!
//! The page takes nothing on trust: it names the digest of everything that it runs, and so does its
//! service worker of everything that it keeps.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use minijinja::value::{Serde, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::templates::{Asset, RenderError, Templates};
use super::website::{Here, WebsiteTemplates};
use crate::web_url::web_url;

const INSPECTOR_TEMPLATE: &str = "inspect.html";
const SERVICE_WORKER_TEMPLATE: &str = "service-worker.js";

/// What of the inspector is compiled from other sources than this crate's, as `scripts/web` builds it.
#[derive(Clone, PartialEq, Eq)]
pub struct InspectorFiles {
    /// The core, as WebAssembly.
    pub module: Cow<'static, [u8]>,
    /// The script of the worker that runs the module.
    pub worker: Cow<'static, [u8]>,
    /// The page's own script.
    pub script: Cow<'static, [u8]>,
}

impl fmt::Debug for InspectorFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("InspectorFiles")
            .field("module", &integrity(&self.module))
            .field("worker", &integrity(&self.worker))
            .field("script", &integrity(&self.script))
            .finish()
    }
}

/// A file that is loaded only if it has the bytes that it should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckedFile {
    /// Its address, relative to the website's root.
    pub url: String,
    /// What its bytes must be: `sha256-` and the digest in base64, as Subresource Integrity writes it.
    pub integrity: String,
}

impl CheckedFile {
    /// A file of these bytes at this address.
    pub fn new(url: impl Into<String>, bytes: &[u8]) -> Self {
        Self {
            url: url.into(),
            integrity: integrity(bytes),
        }
    }

    fn of(asset: &Asset) -> Self {
        Self::new(asset.path.clone(), &asset.bytes)
    }
}

/// The digest as Subresource Integrity writes it.
fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

/// What the inspector's page loads beside what all pages do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InspectorAssets {
    /// The core, as WebAssembly.
    pub module: CheckedFile,
    /// The script of the worker that runs the module.
    pub worker: CheckedFile,
    /// The page's own script.
    pub script: CheckedFile,
    /// The address of the page's own stylesheet, relative to the website's root.
    pub style: String,
}

impl InspectorAssets {
    /// What is to be loaded of these files, and the assets that they become.
    ///
    /// # Errors
    ///
    /// When there is no stylesheet among the templates.
    pub fn new(files: &InspectorFiles, templates: &Templates) -> Result<(Self, [Asset; 4]), RenderError> {
        let module = Asset::new("inspector.wasm", files.module.to_vec());
        let worker = Asset::new("inspector-worker.js", files.worker.to_vec());
        let script = Asset::new("inspector.js", files.script.to_vec());
        let style = templates.inspector_style()?;
        let loaded = Self {
            module: CheckedFile::of(&module),
            worker: CheckedFile::of(&worker),
            script: CheckedFile::of(&script),
            style: style.path.clone(),
        };
        Ok((loaded, [module, worker, script, style]))
    }
}

/// `inspect/`: the inspector. Its template gets it as `inspector`.
#[derive(Clone, Debug, Serialize)]
pub struct InspectorPage {
    /// What it loads.
    #[serde(flatten)]
    pub assets: InspectorAssets,
    /// Where the channel is that packages are compared with: relative to the page, or a URL of the web.
    /// None if the page is alone.
    pub channel: Option<String>,
    /// The channel's subdirs, sorted.
    pub subdirs: Vec<String>,
    /// The hosts that packages of the channel are served from, beside the page's own: all that the page
    /// may talk to. Sorted.
    pub hosts: Vec<String>,
}

impl WebsiteTemplates {
    /// Writes the page of the inspector.
    ///
    /// # Errors
    ///
    /// When a template has a mistake, or `out` fails.
    pub fn write_inspector(
        &self,
        here: &Here,
        inspector: &InspectorPage,
        out: impl Write,
    ) -> Result<(), RenderError> {
        let values = minijinja::context! {
            site => self.site(),
            here => Value::from(Serde(here)),
            inspector => Value::from(Serde(inspector)),
        };
        self.templates().write(INSPECTOR_TEMPLATE, values, out)
    }

    /// Writes the script that keeps these files, addresses being relative to it, so that the page beside
    /// it opens without a network too. Other files make another script, which takes its place.
    ///
    /// # Errors
    ///
    /// When the template has a mistake, or `out` fails.
    pub fn write_service_worker(&self, files: &[CheckedFile], out: impl Write) -> Result<(), RenderError> {
        let mut digest = Sha256::new();
        for file in files {
            digest.update(format!("{} {}\n", file.url, file.integrity));
        }
        let values = minijinja::context! {
            version => base16ct::lower::encode_string(&digest.finalize()[..6]),
            files => Value::from(Serde(files)),
        };
        self.templates().write(SERVICE_WORKER_TEMPLATE, values, out)
    }
}

/// The hosts of these URLs, sorted, as a Content-Security-Policy names sources: scheme, host, port.
/// What is no URL of the web, and hosts that a policy cannot name (IPv6, and names that are not ASCII),
/// are left out.
///
/// ```
/// use towpath_core::site::hosts;
/// let urls = ["https://H.example/a/", "http://h.example:80/b", "../packages", "https://x; img-src *"];
/// assert_eq!(hosts(urls), ["http://h.example", "https://h.example"]);
/// ```
pub fn hosts<'a>(urls: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let hosts: BTreeSet<String> = urls.into_iter().filter_map(host).collect();
    hosts.into_iter().collect()
}

fn host(url: &str) -> Option<String> {
    let url = web_url(url)?;
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_name = name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    });
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_name && is_port).then(|| format!("{scheme}://{host}"))
}
