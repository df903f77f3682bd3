//! Sizes on the command line: `700MB`, `1.5 GB`.

/// The bytes that a text means: a number, perhaps with KB, MB or GB (of 1000, as hosts count).
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let name = &text[digits.len()..];
    let unit: f64 = match name.to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "K" | "KB" => 1e3,
        "M" | "MB" => 1e6,
        "G" | "GB" => 1e9,
        _ => return Err(format!("{name} is no unit: B, KB, MB and GB are")),
    };
    let number: f64 = digits
        .trim()
        .parse()
        .map_err(|_| format!("{text:?} is no size, such as 700MB"))?;
    let bytes = number * unit;
    if (0.0..1e18).contains(&bytes) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is in the range, and of a byte nobody asks"
        )]
        Ok(bytes as u64)
    } else {
        Err(format!("{text:?} is no size, such as 700MB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("700MB", 700_000_000)]
    #[case("1.5 GB", 1_500_000_000)]
    #[case("12", 12)]
    #[case("3kb", 3_000)]
    fn sizes_have_units(#[case] text: &str, #[case] bytes: u64) {
        assert_eq!(parse(text), Ok(bytes));
    }

    #[rstest::rstest]
    #[case("")]
    #[case("much")]
    #[case("-1")]
    #[case("3 MiB")]
    #[case("nan")]
    fn other_text_is_no_size(#[case] text: &str) {
        assert!(parse(text).is_err());
    }
}
