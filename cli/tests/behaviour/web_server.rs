//! A server of the web that does what a test wants, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server, until it is dropped.
pub(crate) struct WebServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
    is_over: Arc<AtomicBool>,
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// How many requests were before it.
    pub(crate) number: usize,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Breaks off after so many bytes of content.
    pub(crate) fn cut(&mut self, length: usize) {
        self.body.truncate(length);
    }

    /// The whole file.
    pub(crate) fn whole(file: &[u8]) -> Self {
        Self::new("200 OK", file)
    }

    pub(crate) fn redirect(location: impl Into<String>) -> Self {
        Self::new("302 Found", "").with("Location", location)
    }

    /// What was asked for of the file, as a server does that knows ranges.
    pub(crate) fn part(request: &Request, file: &[u8]) -> Self {
        let size = file.len();
        let Some((start, end)) = request.range(size) else {
            return Self::whole(file);
        };
        Self::new("206 Partial Content", &file[start..end])
            .with("Content-Range", format!("bytes {start}-{}/{size}", end - 1))
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// From where to where was asked for.
    fn range(&self, size: usize) -> Option<(usize, usize)> {
        let (start, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some(match (start.parse::<usize>(), last.parse::<usize>()) {
            (Ok(start), Ok(last)) => (start, size.min(last + 1)),
            (Ok(start), Err(_)) => (start, size),
            (Err(_), Ok(count)) => (size.saturating_sub(count), size),
            (Err(_), Err(_)) => return None,
        })
    }
}

impl WebServer {
    /// Answers every request by this function.
    pub(crate) fn answering(answer: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let server = Self {
            address,
            asked: Arc::clone(&asked),
            is_over: Arc::clone(&is_over),
        };
        thread::spawn(move || {
            for connection in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let connection = connection.unwrap();
                let number = asked.lock().unwrap().len();
                let request = read(&connection, number);
                asked.lock().unwrap().push(request.clone());
                write(&connection, &answer(&request));
            }
        });
        server
    }

    /// Serves one file at every path, in ranges, as a version that does not change.
    pub(crate) fn serving(file: Vec<u8>) -> Self {
        Self::answering(move |request| Answer::part(request, &file).with("ETag", "\"one\""))
    }

    /// Serves the files of a folder, but those whose paths end in one of these names.
    pub(crate) fn of_folder(folder: &Path, but: &'static [&'static str]) -> Self {
        let folder = folder.to_owned();
        Self::answering(move |request| {
            let path = request.path.trim_start_matches('/');
            let is_left_out = but.iter().any(|name| path.ends_with(name));
            match fs_err::read(folder.join(path)) {
                Ok(content) if !is_left_out => Answer::whole(&content),
                _ => Answer::new("404 Not Found", ""),
            }
        })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// What was asked until now.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// The ranges that were asked for.
    pub(crate) fn ranges(&self) -> Vec<String> {
        self.asked()
            .iter()
            .map(|request| request.header("range").unwrap_or("all").to_owned())
            .collect()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes it up.
        drop(TcpStream::connect(self.address));
    }
}

fn read(connection: &TcpStream, number: usize) -> Request {
    let mut lines = BufReader::new(connection).lines().map(Result::unwrap);
    let first = lines.next().unwrap_or_default();
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        })
        .collect();
    Request {
        path: first.split(' ').nth(1).unwrap_or_default().to_owned(),
        headers,
        number,
    }
}

fn write(mut connection: &TcpStream, answer: &Answer) {
    let mut head = format!("HTTP/1.1 {}\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !answer.headers.iter().any(|(name, _)| *name == "Content-Length") {
        head += &format!("Content-Length: {}\r\n", answer.body.len());
    }
    head += "Connection: close\r\n\r\n";
    // Whoever asked may have gone: that is for the test to notice.
    drop(
        connection
            .write_all(head.as_bytes())
            .and_then(|()| connection.write_all(&answer.body)),
    );
}
