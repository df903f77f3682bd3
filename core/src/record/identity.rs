//! What tells one record from another, read without the rest of it.

use std::borrow::Cow;

use super::BuildTime;
use crate::json::JsonText;

/// Name, version, build and time of a record, as far as they are what they should be: packages say
/// what they like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordIdentity<'a> {
    /// `name`, if it is text.
    pub name: Option<Cow<'a, str>>,
    /// `version`, if it is text.
    pub version: Option<Cow<'a, str>>,
    /// `build`, if it is text.
    pub build: Option<Cow<'a, str>>,
    /// `timestamp`, if it is a number.
    pub timestamp: Option<BuildTime>,
}

impl<'a> RecordIdentity<'a> {
    /// Of a record; nothing if it is no object.
    pub fn of(record: &'a JsonText) -> Self {
        let mut identity = Self::default();
        for (key, value) in record.as_slice().members().into_iter().flatten() {
            match key {
                "name" => identity.name = value.text(),
                "version" => identity.version = value.text(),
                "build" => identity.build = value.text(),
                "timestamp" => identity.timestamp = BuildTime::parse(value.spelling()),
                _ => {}
            }
        }
        identity
    }

    /// The distribution string: name, version and build with hyphens between them (CEP 26).
    pub fn distribution(&self) -> Option<String> {
        let parts = [
            self.name.as_deref()?,
            self.version.as_deref()?,
            self.build.as_deref()?,
        ];
        Some(parts.join("-"))
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
        r#"{"version":"\u0131","timestamp":1500000000.5}"#,
        Some("ı"),
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
        let record = JsonText::from_stored(record.into()).unwrap();
        let identity = RecordIdentity::of(&record);
        assert_eq!(identity.version.as_deref(), version);
        assert_eq!(identity.timestamp.map(BuildTime::seconds), seconds);
        assert_eq!(identity.distribution(), None);
    }
}
