//! A file on a server, read in ranges.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use ureq::http::{HeaderMap, Response, StatusCode, header};
use ureq::{Body, Error};

use super::client::{Answer, Ask, Client, unexpected};
use super::content_range::ContentRange;
use super::error::RemoteError;
use crate::ranged::blocks::{BLOCK, Blocks};
use crate::ranged::sought;
use crate::web_url::without_secrets;

/// A file that is larger than this is not fetched as a whole from a server which says that it has
/// ranges, but did not give the last bytes alone.
const WHOLE: u64 = 1 << 20;

/// What reading took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that were made, those that led elsewhere too.
    pub requests: u64,
    /// Bytes of the file that came; headers are not counted.
    pub bytes: u64,
}

/// A file on a server, which can be read and sought like a local one.
///
/// Opening it asks for the last 64 KiB, in which a `.conda` has its directory and most have their
/// info component. What else is read is asked for in blocks that become larger where the file is read
/// on and on; some of it is kept in memory. All of it is of the same file: the server is asked to
/// say so (`If-Range`), and its size, `ETag` and `Last-Modified` must stay.
///
/// A server that knows no ranges gives the whole file, which is kept in a temporary one, up to
/// [`whole_file_bytes`](super::RemoteLimits::whole_file_bytes).
#[derive(Debug)]
pub struct RemoteFile {
    client: Client,
    url: String,
    /// Where the server sent to: asked directly from then on.
    location: String,
    size: u64,
    validators: Validators,
    content: Content,
    position: u64,
    traffic: Traffic,
    failure: Option<RemoteError>,
}

/// Where what was read is kept.
#[derive(Debug)]
enum Content {
    Parts(Blocks),
    Whole(File),
}

/// By what a server tells one file from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name| Some(headers.get(name)?.to_str().ok()?.to_owned());
        Self {
            etag: text(header::ETAG),
            last_modified: text(header::LAST_MODIFIED),
        }
    }

    /// A weak `ETag` cannot be asked for (RFC 9110, section 13.1.5).
    fn if_range(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }
}

impl RemoteFile {
    pub(super) fn open(client: Client, url: &str) -> Result<Self, RemoteError> {
        let range = format!("bytes=-{BLOCK}");
        let ask = Ask {
            range: Some(&range),
            if_range: None,
        };
        let Answer {
            response,
            location,
            requests,
        } = client.ask(url, url, ask)?;
        let mut file = Self {
            client,
            url: url.to_owned(),
            location,
            size: 0,
            validators: Validators::of(response.headers()),
            content: Content::Parts(Blocks::default()),
            position: 0,
            traffic: Traffic { requests, bytes: 0 },
            failure: None,
        };
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = file.range_of(&response)?;
                if range.start + range.length != range.total || range.length > BLOCK {
                    return Err(file.other_range());
                }
                file.size = range.total;
                let end = file.body(response, range.length)?;
                file.content = Content::Parts(Blocks::default().with_end(range.start, end));
            }
            StatusCode::OK => match response.body().content_length() {
                Some(size) if size > WHOLE && has_ranges(response.headers()) => file.size = size,
                _ => file.fetch_whole(response)?,
            },
            // The end of nothing.
            StatusCode::RANGE_NOT_SATISFIABLE if is_empty(response.headers()) => {}
            status => return Err(unexpected(url, status)),
        }
        Ok(file)
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What reading took until now.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Whether all of it was fetched, so that reading it takes no request.
    pub fn is_whole(&self) -> bool {
        match &self.content {
            Content::Parts(blocks) => self.size == 0 || blocks.are_whole(),
            Content::Whole(_) => true,
        }
    }

    /// Why reading failed: an [`io::Error`] says it too, in the words of whoever read.
    pub fn into_failure(self) -> Option<RemoteError> {
        self.failure
    }

    /// Gets some of the file from the current position on.
    fn fetch(&mut self) -> Result<(), RemoteError> {
        let Content::Parts(blocks) = &self.content else {
            return Ok(());
        };
        let start = self.position;
        let wanted = blocks.wanted(start, self.size);
        let range = format!("bytes={start}-{}", start + wanted - 1);
        let ask = Ask {
            range: Some(&range),
            if_range: self.validators.if_range(),
        };
        let mut answer = self.client.ask(&self.url, &self.location, ask)?;
        self.traffic.requests += answer.requests;
        // Where a server sends to is often signed for some minutes only.
        if answer.response.status().is_client_error() && self.location != self.url {
            answer = self.client.ask(&self.url, &self.url, ask)?;
            self.traffic.requests += answer.requests;
            self.location = answer.location;
        }
        let response = answer.response;
        let validators = Validators::of(response.headers());
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let range = self.range_of(&response)?;
                if range.total != self.size || validators != self.validators {
                    return Err(self.changed());
                }
                if range.start != start || range.length > wanted {
                    return Err(self.other_range());
                }
                let bytes = self.body(response, range.length)?;
                if let Content::Parts(blocks) = &mut self.content {
                    blocks.keep(start, bytes);
                }
                Ok(())
            }
            StatusCode::OK if validators == self.validators => {
                let size = self.size;
                self.fetch_whole(response)?;
                if self.size == size {
                    Ok(())
                } else {
                    Err(self.changed())
                }
            }
            StatusCode::OK | StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PRECONDITION_FAILED => {
                Err(self.changed())
            }
            status => Err(unexpected(&self.url, status)),
        }
    }

    fn fetch_whole(&mut self, response: Response<Body>) -> Result<(), RemoteError> {
        let limit = self.client.options.limits.whole_file_bytes;
        let no_ranges = || RemoteError::NoRanges {
            url: without_secrets(&self.url),
            limit,
        };
        let promised = response.body().content_length();
        if promised.is_some_and(|promised| promised > limit) {
            return Err(no_ranges());
        }
        let scratch = |source| RemoteError::Scratch {
            url: without_secrets(&self.url),
            source,
        };
        let mut file = tempfile::tempfile_in(&self.client.options.scratch_folder).map_err(scratch)?;
        let mut body = response.into_body().into_reader().take(limit.saturating_add(1));
        let mut buffer = vec![0; 64 << 10];
        let mut size = 0;
        loop {
            let count = body
                .read(&mut buffer)
                .map_err(|error| self.client.failed(&self.url, &Error::from(error)))?;
            if count == 0 {
                break;
            }
            io::Write::write_all(&mut file, &buffer[..count]).map_err(scratch)?;
            size += count as u64;
        }
        if size > limit {
            return Err(no_ranges());
        }
        self.traffic.bytes += size;
        self.size = size;
        self.content = Content::Whole(file);
        Ok(())
    }

    /// The bytes of an answer, exactly as many as it promised.
    fn body(&mut self, response: Response<Body>, length: u64) -> Result<Vec<u8>, RemoteError> {
        let mut bytes = Vec::new();
        let mut body = response.into_body().into_reader().take(length.saturating_add(1));
        let read = body.read_to_end(&mut bytes);
        self.traffic.bytes += bytes.len() as u64;
        read.map_err(|error| self.client.failed(&self.url, &Error::from(error)))?;
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(self.other_range())
        }
    }

    fn range_of(&self, response: &Response<Body>) -> Result<ContentRange, RemoteError> {
        let header = response.headers().get(header::CONTENT_RANGE);
        header
            .and_then(|range| ContentRange::parse(range.to_str().ok()?))
            .ok_or_else(|| self.other_range())
    }

    fn other_range(&self) -> RemoteError {
        RemoteError::Nonsense {
            url: without_secrets(&self.url),
            what: "gave another part of the file than was asked for".to_owned(),
        }
    }

    fn changed(&self) -> RemoteError {
        RemoteError::Changed {
            url: without_secrets(&self.url),
        }
    }
}

fn has_ranges(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_RANGES)
        .is_some_and(|ranges| ranges == "bytes")
}

fn is_empty(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_RANGE)
        .is_some_and(|range| range == "bytes */0")
}

impl Read for RemoteFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let is_here = match &self.content {
            Content::Parts(blocks) => blocks.at(self.position).is_some(),
            Content::Whole(_) => true,
        };
        // What failed once is not asked for again, whoever looks at another place for a reason.
        if !is_here && self.failure.is_none() {
            self.failure = self.fetch().err();
        }
        if !is_here && let Some(failure) = &self.failure {
            return Err(io::Error::other(failure.to_string()));
        }
        let count = match &mut self.content {
            Content::Parts(blocks) => blocks.at(self.position).unwrap_or_default().read(buffer)?,
            Content::Whole(file) => {
                file.seek(SeekFrom::Start(self.position))?;
                file.read(buffer)?
            }
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for RemoteFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.position = sought(position, self.position, self.size)?;
        Ok(self.position)
    }
}
