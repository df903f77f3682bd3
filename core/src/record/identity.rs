//! What tells one record from another, read without the rest of it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::BuildTime;

/// Version and time of a record, as far as they are what they should be: packages say what they
/// like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordIdentity<'a> {
    /// `version`, if it is text.
    pub version: Option<Cow<'a, str>>,
    /// `timestamp`, if it is a number.
    pub timestamp: Option<BuildTime>,
}

impl<'a> RecordIdentity<'a> {
    /// Reads the text of a record; nothing if it is no object.
    pub fn of(record: &'a str) -> Self {
        #[derive(Deserialize)]
        struct Members<'a> {
            #[serde(borrow)]
            version: Option<&'a RawValue>,
            #[serde(borrow)]
            timestamp: Option<&'a RawValue>,
        }
        let Ok(members) = serde_json::from_str::<Members<'_>>(record) else {
            return Self::default();
        };
        Self {
            version: members.version.and_then(text),
            timestamp: members.timestamp.and_then(|raw| BuildTime::parse(raw.get())),
        }
    }
}

fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    // Text without escapes is borrowed; serde does not say so by itself.
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(raw.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(
        r#"{"version":"1.0","timestamp":1500000000000}"#,
        Some("1.0"),
        Some(1_500_000_000)
    )]
    #[case(
        r#"{"version":"\u0031","timestamp":1500000000.5}"#,
        Some("1"),
        Some(1_500_000_000)
    )]
    #[case(r#"{"version":1,"timestamp":"now"}"#, None, None)]
    #[case(r#"{"version":null}"#, None, None)]
    #[case("[]", None, None)]
    fn what_is_not_as_it_should_be_is_not_known(
        #[case] record: &str,
        #[case] version: Option<&str>,
        #[case] seconds: Option<i64>,
    ) {
        let identity = RecordIdentity::of(record);
        assert_eq!(identity.version.as_deref(), version);
        assert_eq!(identity.timestamp.map(BuildTime::seconds), seconds);
    }
}
