//! `Content-Range`: which part of a file an answer is (RFC 9110, section 14.4).

/// Which bytes an answer has, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) start: u64,
    /// The number of bytes; never 0.
    pub(super) length: u64,
    /// Bytes of the whole file.
    pub(super) total: u64,
}

impl ContentRange {
    /// `bytes 0-99/1234`. Nothing if it is spelled otherwise, makes no sense, or does not say how
    /// large the file is.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (range, total) = header.strip_prefix("bytes ")?.trim().split_once('/')?;
        let (start, last) = range.split_once('-')?;
        let (start, last, total): (u64, u64, u64) =
            (start.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
        (start <= last && last < total).then(|| Self {
            start,
            length: last - start + 1,
            total,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("bytes 0-99/1234", Some((0, 100, 1234)))]
    #[case("bytes 5-5/6", Some((5, 1, 6)))]
    #[case("bytes 5-6/6", None)]
    #[case("bytes 5-4/6", None)]
    #[case("bytes 0-99/*", None)]
    #[case("bytes */1234", None)]
    #[case("items 0-1/2", None)]
    #[case("", None)]
    #[case("bytes 0-18446744073709551615/18446744073709551615", None)]
    fn ranges_are_read(#[case] header: &str, #[case] expected: Option<(u64, u64, u64)>) {
        let read = ContentRange::parse(header).map(|range| (range.start, range.length, range.total));
        assert_eq!(read, expected);
    }
}
