//! Asks servers for documents and parts of files.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Error, Proxy};

use super::error::RemoteError;
use super::file::RemoteFile;
use crate::web_url::{reference, without_secrets};

/// How many other places a server may send to.
const REDIRECTS: u64 = 5;

/// How a client asks.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// What it calls itself, such as `towpath/1.0`.
    pub user_agent: String,
    /// What stands between it and the web. Nothing is taken from the environment: a program calls
    /// [`Proxy::try_from_env`] if that is to count.
    pub proxy: Option<Proxy>,
    /// The folder for a file that its server gives only as a whole.
    pub scratch_folder: PathBuf,
    /// How much it reads and waits.
    pub limits: RemoteLimits,
}

/// How much is read from a server, and how long it is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteLimits {
    /// Bytes of a file that is fetched as a whole because its server gives no parts.
    pub whole_file_bytes: u64,
    /// How long making a connection may take.
    pub connect: Duration,
    /// How long nothing may come.
    pub silence: Duration,
    /// How long one answer may take.
    pub answer: Duration,
}

impl Default for RemoteLimits {
    fn default() -> Self {
        Self {
            whole_file_bytes: 1 << 30,
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            answer: Duration::from_secs(1800),
        }
    }
}

/// Asks servers of the web.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    pub(super) options: Arc<ClientOptions>,
    /// Why there are no certificates to trust, if there are none.
    no_roots: Option<String>,
}

/// What a request asks for.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) range: Option<&'a str>,
    /// Only of the file that this was said of, as `If-Range` has it.
    pub(super) if_range: Option<&'a str>,
}

/// An answer, and what it took.
pub(super) struct Answer {
    pub(super) response: Response<Body>,
    /// Where it came from in the end.
    pub(super) location: String,
    pub(super) requests: u64,
}

impl Client {
    /// A client with these options. The certificates of the operating system are read.
    pub fn new(options: ClientOptions) -> Self {
        let found = rustls_native_certs::load_native_certs();
        let no_roots = found.certs.is_empty().then(|| {
            let reason = found.errors.first().map(|error| format!(": {error}"));
            format!(
                "the operating system's root certificates cannot be read{}",
                reason.unwrap_or_default()
            )
        });
        let roots = found
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .build();
        let limits = options.limits;
        let config = Agent::config_builder()
            .user_agent(options.user_agent.as_str())
            .proxy(options.proxy.clone())
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_per_read(Some(limits.silence))
            .timeout_per_write(Some(limits.silence))
            .timeout_recv_response(Some(limits.silence))
            .timeout_recv_body(Some(limits.answer))
            .build();
        Self {
            agent: config.new_agent(),
            options: Arc::new(options),
            no_roots,
        }
    }

    /// Opens a file: asks for its end.
    ///
    /// # Errors
    ///
    /// When the server does not answer with the file, or with less than it promised.
    pub fn open(&self, url: &str) -> Result<RemoteFile, RemoteError> {
        RemoteFile::open(self.clone(), url)
    }

    /// Gets a whole document of at most `limit` bytes; `None` if the server has no such document.
    ///
    /// # Errors
    ///
    /// When the server answers neither with the document nor that there is none (404), or when it
    /// is larger.
    pub fn get(&self, url: &str, limit: u64) -> Result<Option<Vec<u8>>, RemoteError> {
        let Some(response) = self.document(url)? else {
            return Ok(None);
        };
        let too_large = || RemoteError::TooLarge {
            url: without_secrets(url),
            limit,
        };
        let promised = response.body().content_length();
        if promised.is_some_and(|promised| promised > limit) {
            return Err(too_large());
        }
        let mut document = Vec::new();
        response
            .into_body()
            .into_reader()
            .take(limit.saturating_add(1))
            .read_to_end(&mut document)
            .map_err(|error| self.failed(url, &Error::from(error)))?;
        if document.len() as u64 > limit {
            return Err(too_large());
        }
        Ok(Some(document))
    }

    /// Begins to get a document, of whatever size; nothing if the server has no such document.
    ///
    /// # Errors
    ///
    /// When the server answers neither with the document nor that there is none (404).
    pub fn stream(&self, url: &str) -> Result<Option<impl Read + use<>>, RemoteError> {
        let response = self.document(url)?;
        Ok(response.map(|response| response.into_body().into_reader()))
    }

    /// The answer with a whole document, if there is one.
    fn document(&self, url: &str) -> Result<Option<Response<Body>>, RemoteError> {
        let whole = Ask {
            range: None,
            if_range: None,
        };
        let response = self.ask(url, url, whole)?.response;
        match response.status() {
            StatusCode::OK => Ok(Some(response)),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(unexpected(url, status)),
        }
    }

    /// Asks for what is at `location`; `url` is what the caller calls it. An answer in another encoding
    /// than the file's own is refused: its ranges would be those of something else.
    pub(super) fn ask(&self, url: &str, location: &str, ask: Ask<'_>) -> Result<Answer, RemoteError> {
        let mut location = location.to_owned();
        for requests in 1..=1 + REDIRECTS {
            let response = self.ask_once(url, &location, ask)?;
            let target = match response.status().as_u16() {
                301 | 302 | 303 | 307 | 308 => response.headers().get(header::LOCATION),
                _ => None,
            };
            let Some(target) = target else {
                return Ok(Answer {
                    response,
                    location,
                    requests,
                });
            };
            let target = String::from_utf8_lossy(target.as_bytes());
            location = reference::target(&location, &target).ok_or_else(|| RemoteError::Nonsense {
                url: without_secrets(url),
                what: format!("sent to {}, where nobody is to be led", without_secrets(&target)),
            })?;
        }
        Err(RemoteError::Nonsense {
            url: without_secrets(url),
            what: format!("sent to more than {REDIRECTS} other places"),
        })
    }

    fn ask_once(&self, url: &str, location: &str, ask: Ask<'_>) -> Result<Response<Body>, RemoteError> {
        if !["https://", "http://"]
            .iter()
            .any(|scheme| starts_with_ignoring_case(location, scheme))
        {
            return Err(RemoteError::NotWeb {
                url: without_secrets(url),
            });
        }
        let mut request = self
            .agent
            .get(location)
            .header(header::ACCEPT_ENCODING, "identity");
        for (name, value) in [(header::RANGE, ask.range), (header::IF_RANGE, ask.if_range)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = request.call().map_err(|error| self.failed(url, &error))?;
        match response.headers().get(header::CONTENT_ENCODING) {
            Some(encoding) if encoding != "identity" => Err(RemoteError::Nonsense {
                url: without_secrets(url),
                what: format!(
                    "encodes what was asked for as it is ({})",
                    String::from_utf8_lossy(encoding.as_bytes())
                ),
            }),
            _ => Ok(response),
        }
    }

    /// What a failure of the connection is called.
    pub(super) fn failed(&self, url: &str, error: &Error) -> RemoteError {
        let reason = match error {
            Error::Timeout(_) => "the server did not answer in time".to_owned(),
            Error::HostNotFound => "there is no such host".to_owned(),
            Error::ConnectionFailed => "no connection could be made".to_owned(),
            Error::BadUri(_) | Error::Http(_) => "it is no URL".to_owned(),
            Error::Io(error) => error.to_string(),
            other => match &self.no_roots {
                Some(reason) => format!("{other} ({reason})"),
                None => other.to_string(),
            },
        };
        RemoteError::Request {
            url: without_secrets(url),
            reason,
        }
    }
}

/// What an answer with another status than the wanted one is called.
pub(super) fn unexpected(url: &str, status: StatusCode) -> RemoteError {
    RemoteError::Status {
        url: without_secrets(url),
        status: status.to_string(),
    }
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}
