//! What is answered to a request: a function of its head and of what is in the folder.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use axum::http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LOCATION, RANGE,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::accepted_coding::{Coding, accepted};
use super::folder::{Found, OpenFile, ServedFolder};
use super::hosts::Hosts;
use super::range::{Part, part};
use super::request_path::{PathRefusal, RequestPath};
use super::url_path::Position;
use super::{UrlPath, caching, content_type, zstd_window};

/// The methods that are answered.
const METHODS: &str = "GET, HEAD, OPTIONS";

/// What pages of other origins may read of an answer, beside what they always may.
const EXPOSED: &str = "Accept-Ranges, Content-Length, Content-Range, ETag";

/// The page for what is not there.
const NOT_FOUND_PAGE: &str = "404.html";

/// The file that stands for its folder.
const INDEX: &str = "index.html";

/// A folder, and how it may be asked for.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) folder: ServedFolder,
    pub(super) url_path: UrlPath,
    pub(super) hosts: Hosts,
}

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) content: Content,
}

/// What is sent behind the head.
#[derive(Debug)]
pub(super) enum Content {
    Nothing,
    Text(String),
    /// So many bytes from where the file stands.
    File(fs_err::File, u64),
}

impl Site {
    /// The answer to a request.
    pub(super) fn answer(&self, request: &Parts) -> Answer {
        let mut answer = if self.hosts.allow(request) {
            self.answer_to_method(request)
                .unwrap_or_else(|error| unreadable(&error))
        } else {
            Answer::text(
                StatusCode::MISDIRECTED_REQUEST,
                "This server answers to localhost, 127.0.0.1 and [::1] only.",
            )
        };
        for (name, value) in [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
        ] {
            answer.set(name, value);
        }
        if request.method == Method::HEAD {
            answer.content = Content::Nothing;
        }
        answer
    }

    fn answer_to_method(&self, request: &Parts) -> io::Result<Answer> {
        match request.method {
            Method::GET | Method::HEAD => self.answer_to_path(request),
            Method::OPTIONS => Ok(Answer::new(StatusCode::NO_CONTENT)
                .with(ALLOW, METHODS)
                .with(ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                .with(ACCESS_CONTROL_ALLOW_HEADERS, "*")
                .with(ACCESS_CONTROL_MAX_AGE, "86400")),
            _ => {
                let told = "Files are served here: they can be had (GET, HEAD), not changed.";
                Ok(Answer::text(StatusCode::METHOD_NOT_ALLOWED, told).with(ALLOW, METHODS))
            }
        }
    }

    fn answer_to_path(&self, request: &Parts) -> io::Result<Answer> {
        let rest = match self.url_path.position(request.uri.path()) {
            Position::Below(rest) => rest,
            Position::WithoutSlash => {
                return Ok(redirect(
                    StatusCode::PERMANENT_REDIRECT,
                    self.url_path.as_str(),
                    request,
                ));
            }
            Position::Root => {
                return Ok(redirect(
                    StatusCode::TEMPORARY_REDIRECT,
                    self.url_path.as_str(),
                    request,
                ));
            }
            Position::Elsewhere => {
                let told = format!("Nothing is here: what is served is below {}", self.url_path);
                return Ok(Answer::text(StatusCode::NOT_FOUND, &told));
            }
        };
        let path = match RequestPath::parse(rest) {
            Ok(path) => path,
            Err(PathRefusal::Hidden) => return self.not_found(rest),
            Err(PathRefusal::Malformed) => {
                let told = "A path is made of names, with slashes between them.";
                return Ok(Answer::text(StatusCode::BAD_REQUEST, told));
            }
        };
        match (self.folder.look_at(&path)?, path.asks_for_folder()) {
            (Found::File(file), false) => {
                let name = path.name().unwrap_or_default();
                self.file(request, file, &path.relative(), name)
            }
            (Found::Folder, true) => {
                let index = path.relative().join(INDEX);
                match self.folder.look_at_relative(&index)? {
                    Found::File(file) => self.file(request, file, &index, INDEX),
                    Found::Folder | Found::Nothing => self.not_found(rest),
                }
            }
            // No segment of the path is empty: it cannot be taken for the name of another server.
            (Found::Folder, false) => Ok(redirect(
                StatusCode::PERMANENT_REDIRECT,
                &format!("{}/", request.uri.path()),
                request,
            )),
            (Found::File(_), true) | (Found::Nothing, _) => self.not_found(rest),
        }
    }

    /// A file, or a part of it, or that the client has it.
    fn file(&self, request: &Parts, file: OpenFile, path: &Path, name: &str) -> io::Result<Answer> {
        let is_for_part = request.method == Method::GET && request.headers.contains_key(RANGE);
        let siblings = self.siblings(path, &file);
        let varies = !siblings.is_empty();
        let (file, coding) = if is_for_part {
            (file, None)
        } else {
            chosen(file, siblings, &request.headers)
        };
        let validators = file.stamp.validators(coding);
        let mut answer = Answer::new(StatusCode::OK)
            .with(CACHE_CONTROL, caching::cache_control(name))
            .with(ETAG, &validators.etag)
            .with(ACCEPT_RANGES, "bytes");
        if let Some(date) = &validators.last_modified {
            answer.set(LAST_MODIFIED, date);
        }
        if varies {
            answer.set(VARY, "Accept-Encoding");
        }
        if validators.are_met_by(&request.headers) {
            answer.status = StatusCode::NOT_MODIFIED;
            return Ok(answer);
        }
        answer.set(CONTENT_TYPE, content_type::of(name));
        if let Some(coding) = coding {
            answer.set(CONTENT_ENCODING, coding.name());
        }
        let size = file.stamp.size;
        let wanted = request.headers.get(RANGE).filter(|_| is_for_part);
        let wanted = wanted
            .filter(|_| validators.allow_part(&request.headers))
            .and_then(|range| range.to_str().ok())
            .map_or(Part::Whole, |range| part(range, size));
        match wanted {
            Part::Whole => answer.with_file(file.file, 0, size),
            Part::Bytes(bytes) => {
                answer.status = StatusCode::PARTIAL_CONTENT;
                let (first, last) = (bytes.start, bytes.end - 1);
                answer.set(CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
                answer.with_file(file.file, first, bytes.end - first)
            }
            Part::BehindEnd => {
                let told = format!("The file has {size} bytes.");
                Ok(Answer::text(StatusCode::RANGE_NOT_SATISFIABLE, &told)
                    .with(CONTENT_RANGE, &format!("bytes */{size}")))
            }
        }
    }

    /// The compressed forms of a file that lie beside it, are not older than it and can be read.
    fn siblings(&self, path: &Path, file: &OpenFile) -> Vec<(Coding, OpenFile)> {
        let sibling = |coding: Coding| {
            let mut path = path.as_os_str().to_owned();
            path.push(coding.suffix());
            match self.folder.look_at_relative(Path::new(&path)) {
                Ok(Found::File(mut sibling)) => {
                    let is_current = sibling.stamp.modified >= file.stamp.modified;
                    let is_fit = coding != Coding::Zstd || suits_browsers(&mut sibling.file);
                    (is_current && is_fit).then_some((coding, sibling))
                }
                _ => None,
            }
        };
        Coding::ALL.into_iter().filter_map(sibling).collect()
    }

    /// That nothing is there: as a page of the folder's own if a page was asked for, else in a few words,
    /// because clients have taken HTML for repodata before.
    fn not_found(&self, path: &str) -> io::Result<Answer> {
        let name = path.rsplit('/').next().unwrap_or_default();
        if content_type::is_page(name)
            && let Found::File(page) = self.folder.look_at_relative(Path::new(NOT_FOUND_PAGE))?
        {
            return Answer::new(StatusCode::NOT_FOUND)
                .with(CONTENT_TYPE, content_type::HTML)
                .with(CACHE_CONTROL, caching::REVALIDATED)
                .with_file(page.file, 0, page.stamp.size);
        }
        Ok(Answer::text(StatusCode::NOT_FOUND, "Nothing is here."))
    }
}

impl Answer {
    fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content: Content::Nothing,
        }
    }

    fn text(status: StatusCode, text: &str) -> Self {
        let mut answer = Self::new(status)
            .with(CONTENT_TYPE, "text/plain; charset=utf-8")
            .with(CACHE_CONTROL, caching::REVALIDATED);
        let text = format!("{}: {text}\n", status.as_u16());
        answer.set(CONTENT_LENGTH, &text.len().to_string());
        answer.content = Content::Text(text);
        answer
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.set(name, value);
        self
    }

    fn with_file(mut self, mut file: fs_err::File, start: u64, length: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(start))?;
        self.set(CONTENT_LENGTH, &length.to_string());
        self.content = Content::File(file, length);
        Ok(self)
    }

    /// What cannot stand in a header is left out.
    fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }
}

/// The form of the file that the client likes best.
fn chosen(
    file: OpenFile,
    mut siblings: Vec<(Coding, OpenFile)>,
    headers: &HeaderMap,
) -> (OpenFile, Option<Coding>) {
    for wanted in accepted(headers) {
        if let Some(at) = siblings.iter().position(|(coding, _)| *coding == wanted) {
            return (siblings.swap_remove(at).1, Some(wanted));
        }
    }
    (file, None)
}

fn suits_browsers(file: &mut fs_err::File) -> bool {
    let mut beginning = Vec::with_capacity(zstd_window::FRAME_HEADER);
    let read = file
        .take(zstd_window::FRAME_HEADER as u64)
        .read_to_end(&mut beginning);
    read.is_ok() && zstd_window::suits_browsers(&beginning)
}

/// To another path of this server, with the query of the request. Browsers keep permanent redirects for good
/// unless told otherwise, and another channel may be served here tomorrow.
fn redirect(status: StatusCode, path: &str, request: &Parts) -> Answer {
    let query = request
        .uri
        .query()
        .map_or_else(String::new, |query| format!("?{query}"));
    let location = in_ascii(&format!("{path}{query}"));
    Answer::text(status, &format!("It is at {location}")).with(LOCATION, &location)
}

/// The URL with everything escaped that a header cannot hold.
fn in_ascii(url: &str) -> String {
    url.bytes()
        .map(|byte| match byte {
            b'!'..=b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// What the file system refuses is not told in its own words: they would name paths of this machine.
fn unreadable(error: &io::Error) -> Answer {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Answer::text(StatusCode::FORBIDDEN, "The file may not be read by the server.")
        }
        _ => Answer::text(StatusCode::INTERNAL_SERVER_ERROR, "The file cannot be read."),
    }
}
