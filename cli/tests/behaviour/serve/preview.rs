//! A server that is running, and requests to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;

use serde_json::Value;
use towpath_tests::ChannelBuilder;

use crate::environment::{Outcome, Running, Towpath};

/// `towpath serve` at a port of its own, until it is dropped.
pub(super) struct Preview {
    /// None when its end was waited for.
    running: Option<Running>,
    address: String,
    path: String,
}

/// What the server sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// By name in lower case.
    headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Preview {
    /// Serves a channel with these further arguments.
    pub(super) fn of(channel: &ChannelBuilder, args: &[&str]) -> Self {
        Self::of_folder(channel.path(), args)
    }

    pub(super) fn of_folder(folder: &Path, args: &[&str]) -> Self {
        let mut running = Towpath::new(["serve", "--json", "--port", "0"])
            .args(args)
            .arg(folder)
            .naming(folder, "[CHANNEL]")
            .start();
        let line = running.next_line();
        if line.is_empty() {
            panic!("{}", running.wait());
        }
        let object: Value = serde_json::from_str(&line).unwrap();
        let url = object["url"].as_str().unwrap();
        let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        Self {
            address: address.to_owned(),
            path: format!("/{path}"),
            running: Some(running),
        }
    }

    /// The path of the URL that it told.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask("GET", path, headers)
    }

    /// Asks with these headers; the path is sent as it is.
    pub(super) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut connection = self.connection();
        send(&mut connection, &self.address, method, path, headers);
        read(&mut BufReader::new(connection), method)
    }

    /// Sends these bytes alone.
    pub(super) fn send(&self, request: &str) -> Reply {
        let mut connection = self.connection();
        connection.write_all(request.as_bytes()).unwrap();
        read(&mut BufReader::new(connection), "GET")
    }

    /// Asks for these paths over one connection, each after the answer to the one before.
    pub(super) fn get_in_turn(&self, paths: &[&str]) -> Vec<Reply> {
        let mut connection = self.connection();
        let mut reader = BufReader::new(connection.try_clone().unwrap());
        let mut ask = |path| {
            send(&mut connection, &self.address, "GET", path, &[]);
            read(&mut reader, "GET")
        };
        paths.iter().map(|path| ask(path)).collect()
    }

    /// Asks for a path, and reads no answer.
    pub(super) fn begin(&self, path: &str) -> TcpStream {
        let mut connection = self.connection();
        send(&mut connection, &self.address, "GET", path, &[]);
        connection
    }

    /// Ends it as Ctrl-C does.
    #[cfg(unix)]
    pub(super) fn interrupt(mut self) -> Outcome {
        let running = self.running.take().unwrap();
        running.interrupt();
        running.wait()
    }

    fn connection(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
            let _ = running.wait();
        }
    }
}

impl Reply {
    /// The value of a header; empty if it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Its head, without what differs from run to run.
    pub(super) fn head(&self) -> String {
        let headers = self.headers.iter().filter(|(name, _)| *name != "date");
        let lines = headers.map(|(name, value)| match name.as_str() {
            "etag" | "last-modified" => format!("{name}: [{name}]\n"),
            _ => format!("{name}: {value}\n"),
        });
        format!("{}\n{}", self.status, lines.collect::<String>())
    }
}

fn send(connection: &mut TcpStream, address: &str, method: &str, path: &str, headers: &[(&str, &str)]) {
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request += &format!("Host: {address}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    connection.write_all((request + "\r\n").as_bytes()).unwrap();
}

fn read(connection: &mut impl BufRead, method: &str) -> Reply {
    let mut lines = connection.lines().map(Result::unwrap);
    let status = lines.next().unwrap();
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<_, _> = lines
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        })
        .collect();
    assert!(!headers.contains_key("transfer-encoding"), "{headers:?}");
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; if method == "HEAD" { 0 } else { length }];
    connection.read_exact(&mut body).unwrap();
    Reply {
        status,
        headers,
        body,
    }
}
