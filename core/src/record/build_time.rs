//! The time at which a package was built: `timestamp` in its record.

use crate::json::float;

/// The last second of the year 9999. A larger number counts milliseconds.
const LAST_SECOND: i64 = 253_402_300_799;

/// When a package was built.
///
/// Records say it in milliseconds since 1970 (CEP 34); those of old packages in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuildTime {
    milliseconds: i64,
}

impl BuildTime {
    /// The time that a number in JSON says; `None` for what is no number, or beyond all calendars.
    pub fn parse(json: &str) -> Option<Self> {
        let number = match json.parse::<i64>() {
            Ok(number) => number,
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a fraction of a second does not matter"
            )]
            Err(_) => float::read(json).filter(|float| float.abs() < 1e18)?.floor() as i64,
        };
        let milliseconds = if number > LAST_SECOND {
            number
        } else {
            number.checked_mul(1000)?
        };
        Some(Self { milliseconds })
    }

    /// In milliseconds since 1970.
    pub fn milliseconds(self) -> i64 {
        self.milliseconds
    }

    /// In seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.milliseconds.div_euclid(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("1500000000", Some(1_500_000_000_000))]
    #[case("1500000000123", Some(1_500_000_000_123))]
    #[case("253402300799", Some(253_402_300_799_000))]
    #[case("253402300800", Some(253_402_300_800))]
    #[case("-5", Some(-5000))]
    #[case("1.5e9", Some(1_500_000_000_000))]
    #[case("1e300", None)]
    #[case("\"1500000000\"", None)]
    #[case("null", None)]
    #[case("true", None)]
    #[case("-9223372036854775808", None)]
    fn a_number_is_seconds_or_milliseconds(#[case] json: &str, #[case] milliseconds: Option<i64>) {
        assert_eq!(BuildTime::parse(json).map(BuildTime::milliseconds), milliseconds);
    }
}
