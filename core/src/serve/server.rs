//! The server: listens, lets the site answer, and sends what it says.

use std::future::Future;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;
use tokio_util::io::ReaderStream;

use super::folder::ServedFolder;
use super::hosts::Hosts;
use super::site::{Answer, Content, Site};
use super::{Port, ServeError, ServeOptions};

/// How many ports are tried if the first may be another.
const PORTS: u16 = 100;

/// How long a download may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(1);

/// How many threads wait for the file system.
const FILE_THREADS: usize = 16;

/// What is not larger is read at once, and what is larger in pieces of this size.
const PIECE: usize = 128 << 10;

/// A server that listens, and answers once it is [run](Server::run).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<Site>,
}

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The method, such as `GET`.
    pub method: String,
    /// The path as the client spelled it, with the query; whatever that is.
    pub target: String,
    /// The status of the answer.
    pub status: u16,
}

impl Server {
    /// Listens at the address of the options. Who asks from now on waits until the server runs.
    ///
    /// # Errors
    ///
    /// When the folder is none, and when nobody may listen at the address or somebody else does.
    pub fn bind(options: &ServeOptions) -> Result<Self, ServeError> {
        let folder = ServedFolder::new(&options.folder, options.symlinks).map_err(|reason| {
            let folder = options.folder.clone();
            ServeError::Folder { folder, reason }
        })?;
        let listener = listen(options.address, options.port)?;
        let address = listener.local_addr().map_err(ServeError::Start)?;
        listener.set_nonblocking(true).map_err(ServeError::Start)?;
        let site = Site {
            folder,
            url_path: options.url_path.clone(),
            hosts: Hosts::of(options.address),
        };
        Ok(Self {
            listener,
            address,
            site: Arc::new(site),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of the folder, with a slash at its end, as this machine can ask for it.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, self.address.port());
        format!("http://{address}{}", self.site.url_path)
    }

    /// Answers until `until` is over, and gives what that gave. Downloads that go on then have a second to
    /// end. What was answered is told to `told`.
    ///
    /// # Errors
    ///
    /// When the operating system does not give what a server needs.
    pub fn run<T>(
        self,
        told: impl Fn(&Exchange) + Send + Sync + 'static,
        until: impl Future<Output = T>,
    ) -> Result<T, ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(FILE_THREADS)
            .build()
            .map_err(ServeError::Start)?;
        let result = runtime.block_on(serve(self.listener, self.site, Arc::new(told), until));
        // Whoever still reads a file for somebody is not waited for.
        runtime.shutdown_background();
        result.map_err(ServeError::Start)
    }
}

/// A listener at the port, or at the first free one behind it if that is wanted.
fn listen(address: IpAddr, port: Port) -> Result<TcpListener, ServeError> {
    let (first, last) = match port {
        Port::Exactly(port) => (port, port),
        Port::FreeFrom(first) => (first, first.saturating_add(PORTS - 1)),
    };
    let bind = |port| TcpListener::bind((address, port));
    let is_taken = |error: &io::Error| error.kind() == io::ErrorKind::AddrInUse;
    (first..last)
        .map(bind)
        .find(|bound| !bound.as_ref().is_err_and(is_taken))
        .unwrap_or_else(|| bind(last))
        .map_err(|reason| ServeError::Listen {
            address: SocketAddr::new(address, first),
            reason,
        })
}

async fn serve<T>(
    listener: TcpListener,
    site: Arc<Site>,
    told: Arc<impl Fn(&Exchange) + Send + Sync + 'static>,
    until: impl Future<Output = T>,
) -> io::Result<T> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = Router::new().fallback(move |request: Request| {
        let (site, told) = (Arc::clone(&site), Arc::clone(&told));
        async move {
            let (head, _) = request.into_parts();
            let mut exchange = Exchange {
                method: head.method.to_string(),
                target: head.uri.to_string(),
                status: 500,
            };
            let response = tokio::task::spawn_blocking(move || response(site.answer(&head)));
            let response = response.await.unwrap_or_else(|_| failed());
            exchange.status = response.status().as_u16();
            told(&exchange);
            response
        }
    });
    let (end, ended) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        // Whether it was sent or nobody is left to send it.
        drop(ended.await);
    });
    let serving = tokio::spawn(serving.into_future());
    let result = until.await;
    drop(end);
    drop(tokio::time::timeout(GRACE, serving).await);
    Ok(result)
}

/// The answer as axum sends it; small files are read here, where waiting is allowed.
fn response(answer: Answer) -> Response {
    let body = match answer.content {
        Content::Nothing => Ok(Body::empty()),
        Content::Text(text) => Ok(Body::from(text)),
        Content::File(file, length) => file_body(file, length),
    };
    let Ok(body) = body else {
        return failed();
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

fn file_body(file: fs_err::File, length: u64) -> io::Result<Body> {
    if length <= PIECE as u64 {
        let mut bytes = Vec::with_capacity(PIECE);
        file.take(length).read_to_end(&mut bytes)?;
        // Somebody may have cut it short.
        if bytes.len() as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        return Ok(Body::from(bytes));
    }
    let file = tokio::fs::File::from_std(file.into_file()).take(length);
    Ok(Body::from_stream(ReaderStream::with_capacity(file, PIECE)))
}

fn failed() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}
