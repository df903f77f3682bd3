//! In which compressed forms a client takes a file (RFC 9110, section 12.5.3).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// A form in which a file may lie beside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// `x.zst`
    Zstd,
    /// `x.br`
    Brotli,
    /// `x.gz`
    Gzip,
}

impl Coding {
    /// All of them; of what a client likes as well the first is sent.
    pub(super) const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    /// The name in `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// How the compressed file's name ends.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Zstd => ".zst",
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    fn is_called(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name()) || (self == Self::Gzip && name.eq_ignore_ascii_case("x-gzip"))
    }
}

/// The codings that a client takes, the ones that it likes best first.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<Coding> {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let wishes: Vec<(&str, u16)> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(wish)
        .collect();
    let weight = |coding: Coding| {
        let named = wishes.iter().find(|(name, _)| coding.is_called(name));
        let any = || wishes.iter().find(|(name, _)| *name == "*");
        named.or_else(any).map_or(0, |(_, weight)| *weight)
    };
    let mut accepted = Coding::ALL.map(|coding| (weight(coding), coding)).to_vec();
    accepted.retain(|(weight, _)| *weight > 0);
    accepted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    accepted.into_iter().map(|(_, coding)| coding).collect()
}

/// A coding's name and its weight in thousandths; none if it makes no sense.
fn wish(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next()?;
    let Some(parameter) = parts.next() else {
        return Some((name, 1000));
    };
    let (key, weight) = parameter.split_once('=')?;
    if !key.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let weight = thousandths(weight.trim())?;
    Some((name, weight))
}

/// A number from 0 to 1 with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths = format!("{decimals:0<3}").parse::<u16>().ok()?;
    match whole {
        "0" if is_number => Some(thousandths),
        "1" if is_number && thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::Coding::{Brotli, Gzip, Zstd};
    use super::*;

    fn accepted_of(header: &str) -> Vec<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, header.parse().unwrap());
        accepted(&headers)
    }

    #[rstest]
    #[case("gzip, deflate, br, zstd", &[Zstd, Brotli, Gzip])]
    #[case("gzip", &[Gzip])]
    #[case("X-GZip", &[Gzip])]
    #[case("gzip;q=1.0, zstd;q=0.5", &[Gzip, Zstd])]
    #[case("zstd ; q=0.001,br", &[Brotli, Zstd])]
    #[case("zstd;q=0, gzip", &[Gzip])]
    #[case("zstd;q=0.000, *", &[Brotli, Gzip])]
    #[case("*;q=0", &[])]
    #[case("*", &[Zstd, Brotli, Gzip])]
    #[case("identity", &[])]
    #[case("", &[])]
    #[case("zstd;q=2, br;q=0.1234, gzip;level=9", &[])]
    #[case("zstd;q=a.b, br;q=, gzip;q=1.001", &[])]
    fn wishes_are_weighed(#[case] header: &str, #[case] codings: &[Coding]) {
        assert_eq!(accepted_of(header), codings);
    }

    #[test]
    fn a_client_that_says_nothing_gets_files_as_they_are() {
        assert!(accepted(&HeaderMap::new()).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fail(header in r"[ -~]{0,60}") {
            prop_assert!(accepted_of(&header).len() <= 3);
        }
    }
}
