//! Points in time as pages and feeds spell them: in UTC, to the second.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::record::BuildTime;

/// A second between the years 1 and 9999.
///
/// ```
/// use towpath_core::site::UtcTime;
/// let time = UtcTime::from_seconds(1_561_127_261).unwrap();
/// assert_eq!(time.to_string(), "2019-06-21 14:27:41 +0000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(DateTime);

impl UtcTime {
    /// The start of 1970.
    pub(super) const EPOCH: Self = Self(date(1970, 1, 1).at(0, 0, 0, 0));

    /// The time so many seconds after the start of 1970, if it is in the years 1 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let time = Self::EPOCH
            .0
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()?;
        (time.year() >= 1).then_some(Self(time))
    }

    /// The time of a file, unless it is before 1970.
    pub fn of_system_time(time: SystemTime) -> Option<Self> {
        let since = time.duration_since(UNIX_EPOCH).ok()?;
        Self::from_seconds(since.as_secs().try_into().ok()?)
    }

    /// The `timestamp` of a record: milliseconds if it would be after the year 9999 otherwise, else
    /// seconds. Nothing if it is absent, null, zero, no number, or no time.
    pub fn from_record_timestamp(timestamp: Option<&Value>) -> Option<Self> {
        let Value::Number(number) = timestamp? else {
            return None;
        };
        let seconds = BuildTime::parse(&number.to_string())?.seconds();
        (seconds != 0).then(|| Self::from_seconds(seconds))?
    }

    /// As RSS spells it: `Fri, 21 Jun 2019 14:27:41 GMT`.
    pub(super) fn rfc822(self) -> String {
        self.0.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// As Atom spells it: `2019-06-21T14:27:41Z`.
    pub(crate) fn rfc3339(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The month, counted from the year 0: one more is the next month.
    #[cfg(feature = "native")]
    pub(crate) fn month(self) -> i32 {
        i32::from(self.0.year()) * 12 + i32::from(self.0.month()) - 1
    }
}

/// `2019-06-21 14:27:41 +0000`.
impl fmt::Display for UtcTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S +0000"))
    }
}

/// As Atom spells it.
impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = DateTime::strptime("%Y-%m-%dT%H:%M:%SZ", &text).map_err(serde::de::Error::custom)?;
        Ok(Self(time))
    }
}

/// As Atom spells it.
impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!(1_561_127_261), "2019-06-21 14:27:41 +0000")]
    #[case(json!(1_561_127_261_999_i64), "2019-06-21 14:27:41 +0000")]
    #[case(json!(1_561_127_261.75), "2019-06-21 14:27:41 +0000")]
    #[case(json!(1_561_127_261_999.5), "2019-06-21 14:27:41 +0000")]
    #[case(json!(1), "1970-01-01 00:00:01 +0000")]
    #[case(json!(-1), "1969-12-31 23:59:59 +0000")]
    #[case(json!(-0.5), "1969-12-31 23:59:59 +0000")]
    #[case(json!(-62_135_596_800_i64), "0001-01-01 00:00:00 +0000")]
    #[case(json!(253_402_300_799_i64), "9999-12-31 23:59:59 +0000")]
    #[case(json!(253_402_300_800_i64), "1978-01-11 21:31:40 +0000")]
    #[case(json!(253_402_300_799_999_i64), "9999-12-31 23:59:59 +0000")]
    fn timestamps_are_seconds_or_milliseconds(#[case] timestamp: Value, #[case] spelled: &str) {
        let time = UtcTime::from_record_timestamp(Some(&timestamp)).unwrap();
        assert_eq!(time.to_string(), spelled);
    }

    #[rstest]
    #[case::zero(json!(0))]
    #[case::zero_with_fraction(json!(0.0))]
    #[case::null(json!(null))]
    #[case::bool(json!(true))]
    #[case::text(json!("1561127261"))]
    #[case::list(json!([1_561_127_261]))]
    #[case::before_the_year_1(json!(-62_135_596_801_i64))]
    #[case::after_the_year_9999(json!(253_402_300_800_000_i64))]
    #[case::large(json!(1_000_000_000_000_000_000_i64))]
    #[case::larger(json!(u64::MAX))]
    #[case::smallest(json!(i64::MIN))]
    #[case::huge(serde_json::from_str("1e400").unwrap())]
    fn other_timestamps_are_no_time(#[case] timestamp: Value) {
        assert_eq!(UtcTime::from_record_timestamp(Some(&timestamp)), None);
        assert_eq!(UtcTime::from_record_timestamp(None), None);
    }

    #[test]
    fn feeds_spell_time_by_their_standards() {
        let time = UtcTime::from_seconds(1_561_127_261).unwrap();
        assert_eq!(time.rfc822(), "Fri, 21 Jun 2019 14:27:41 GMT");
        assert_eq!(time.rfc3339(), "2019-06-21T14:27:41Z");
        let early = UtcTime::from_seconds(-62_135_596_800).unwrap();
        assert_eq!(early.rfc3339(), "0001-01-01T00:00:00Z");
    }
}
