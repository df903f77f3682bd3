//! Whether what a client has is still what would be sent: `ETag`, `Last-Modified` and the conditions made of
//! them (RFC 9110, sections 8.8 and 13).

use std::fs::Metadata;
use std::time::SystemTime;

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE};
use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

use super::accepted_coding::Coding;

/// What tells one state of a file from another. Who puts a file in the place of another makes a new inode; who
/// writes into one changes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
    inode: u64,
}

/// What an answer says of the state of the file that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Validators {
    /// With its quotes.
    pub(super) etag: String,
    /// None if it is of no year that HTTP has.
    pub(super) last_modified: Option<String>,
    modified: Option<Timestamp>,
}

impl FileStamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self {
            size: metadata.len(),
            modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            inode,
        }
    }

    /// What to say of the file, which is sent in this coding.
    pub(super) fn validators(&self, coding: Option<Coding>) -> Validators {
        let modified = Timestamp::try_from(self.modified).ok();
        let nanoseconds = modified.unwrap_or_default().as_nanosecond();
        let suffix = coding.map_or_else(String::new, |coding| format!("-{}", coding.name()));
        let seconds = modified.and_then(|modified| Timestamp::from_second(modified.as_second()).ok());
        Validators {
            etag: format!("\"{:x}-{nanoseconds:x}-{:x}{suffix}\"", self.size, self.inode),
            last_modified: seconds
                .and_then(|seconds| DateTimePrinter::new().timestamp_to_rfc9110_string(&seconds).ok()),
            modified: seconds,
        }
    }
}

impl Validators {
    /// Whether the client that sends these headers has it already. A date counts only if there is no
    /// `If-None-Match`, and only in the one form that clients of this century send.
    pub(super) fn are_met_by(&self, headers: &HeaderMap) -> bool {
        if headers.contains_key(IF_NONE_MATCH) {
            let mut tags = headers
                .get_all(IF_NONE_MATCH)
                .iter()
                .filter_map(|tags| tags.to_str().ok());
            return tags.any(|tags| tags.trim() == "*" || names(tags, &self.etag));
        }
        let since = date(headers, IF_MODIFIED_SINCE);
        matches!((since, self.modified), (Some(since), Some(modified)) if modified <= since)
    }

    /// Whether a part may be sent to the client that sends these headers: it has another part of the same, or
    /// does not care.
    pub(super) fn allow_part(&self, headers: &HeaderMap) -> bool {
        let Some(condition) = headers.get(IF_RANGE) else {
            return true;
        };
        let is_tag = condition.as_bytes() == self.etag.as_bytes();
        let is_date = || {
            let date = date(headers, IF_RANGE);
            date.is_some() && date == self.modified
        };
        is_tag || is_date()
    }
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<Timestamp> {
    let text = headers.get(name)?.to_str().ok()?;
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Whether the tag is in the list. What proxies made of it (`W/`) counts too.
fn names(list: &str, etag: &str) -> bool {
    // Tags of ours have no comma in them, and pieces of others are none of ours.
    list.split(',')
        .map(str::trim)
        .any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn stamp() -> FileStamp {
        FileStamp {
            size: 255,
            modified: SystemTime::UNIX_EPOCH + Duration::new(784_111_777, 500),
            inode: 16,
        }
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_tag_tells_states_of_a_file_apart() {
        let etag = |stamp: FileStamp, coding| stamp.validators(coding).etag;
        let states = [
            etag(stamp(), None),
            etag(stamp(), Some(Coding::Zstd)),
            etag(stamp(), Some(Coding::Gzip)),
            etag(FileStamp { size: 254, ..stamp() }, None),
            etag(FileStamp { inode: 17, ..stamp() }, None),
            etag(
                FileStamp {
                    modified: stamp().modified + Duration::from_nanos(1),
                    ..stamp()
                },
                None,
            ),
        ];
        assert_eq!(states[0], "\"ff-ae1b981bc490bf4-10\"");
        for (number, state) in states.iter().enumerate() {
            assert!(!states[..number].contains(state), "{state}");
        }
    }

    #[test]
    fn a_date_is_spelled_as_http_does() {
        assert_eq!(stamp().validators(None).last_modified.as_deref(), Some(DATE));
    }

    #[rstest]
    #[case("TAG", true)]
    #[case("W/TAG", true)]
    #[case("*", true)]
    #[case("\"other\", TAG", true)]
    #[case("\"a,b\" ,W/TAG", true)]
    #[case("\"other\"", false)]
    #[case("", false)]
    fn a_tag_is_looked_for_in_a_list(#[case] list: &str, #[case] is_met: bool) {
        let validators = stamp().validators(None);
        let list = list.replace("TAG", &validators.etag);
        assert_eq!(validators.are_met_by(&headers(IF_NONE_MATCH, &list)), is_met);
    }

    #[rstest]
    #[case(DATE, true)]
    #[case("Sun, 06 Nov 1994 08:49:38 GMT", true)]
    #[case("Sun, 06 Nov 1994 08:49:36 GMT", false)]
    #[case("yesterday", false)]
    fn a_date_is_compared(#[case] since: &str, #[case] is_met: bool) {
        let validators = stamp().validators(None);
        assert_eq!(validators.are_met_by(&headers(IF_MODIFIED_SINCE, since)), is_met);
    }

    #[test]
    fn a_tag_counts_more_than_a_date() {
        let mut headers = headers(IF_NONE_MATCH, "\"other\"");
        headers.insert(IF_MODIFIED_SINCE, DATE.parse().unwrap());
        assert!(!stamp().validators(None).are_met_by(&headers));
    }

    #[rstest]
    #[case("TAG", true)]
    #[case("W/TAG", false)]
    #[case("\"other\"", false)]
    #[case(DATE, true)]
    #[case("Sun, 06 Nov 1994 08:49:38 GMT", false)]
    #[case("", false)]
    fn a_part_is_of_the_same_state(#[case] condition: &str, #[case] is_allowed: bool) {
        let validators = stamp().validators(None);
        let condition = condition.replace("TAG", &validators.etag);
        assert_eq!(validators.allow_part(&headers(IF_RANGE, &condition)), is_allowed);
    }

    #[test]
    fn a_part_is_sent_to_whom_it_does_not_matter() {
        assert!(stamp().validators(None).allow_part(&HeaderMap::new()));
    }
}
