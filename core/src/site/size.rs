//! How listings spell the size of a file: as conda does.

/// `n B`, `n KB`, `x.x MB` or `x.xx GB`, in units of 1024; ties are rounded to even.
pub(crate) fn human_size(bytes: u64) -> String {
    const UNIT: f64 = 1024.0;
    let in_kb = bytes as f64 / UNIT;
    if bytes < 1024 {
        format!("{bytes} B")
    } else if in_kb < UNIT {
        format!("{} KB", in_kb.round_ties_even())
    } else if in_kb < UNIT * UNIT {
        format!("{:.1} MB", in_kb / UNIT)
    } else {
        format!("{:.2} GB", in_kb / (UNIT * UNIT))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0 B")]
    #[case(1, "1 B")]
    #[case(1023, "1023 B")]
    #[case(1024, "1 KB")]
    #[case(1024 + 512, "2 KB")]
    #[case(2 * 1024 + 512, "2 KB")]
    #[case(2 * 1024 + 513, "3 KB")]
    #[case(3414, "3 KB")]
    #[case(1024 * 1024 - 1, "1024 KB")]
    #[case(1024 * 1024, "1.0 MB")]
    #[case(1024 * 1024 * 5 / 4, "1.2 MB")]
    #[case(1024 * 1024 * 27 / 20 + 1, "1.4 MB")]
    #[case(1024 * 1024 * 1024 - 1, "1024.0 MB")]
    #[case(1024 * 1024 * 1024, "1.00 GB")]
    #[case(6_012_954_214, "5.60 GB")]
    #[case(1 << 50, "1048576.00 GB")]
    fn sizes_are_spelled_as_conda_does(#[case] bytes: u64, #[case] spelled: &str) {
        assert_eq!(human_size(bytes), spelled);
    }
}
