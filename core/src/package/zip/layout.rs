//! Whether every byte of a zip archive belongs to one thing.

use std::ops::Range;

use super::{ZipSlip, ZipSlipKind};

/// Tells of bytes that belong to nothing, and of those that belong to two things.
pub(super) fn tell(spans: &mut [Range<u64>], size: u64, slips: &mut Vec<ZipSlip>) {
    sort(spans);
    let mut covered = 0;
    for span in spans.iter().filter(|span| !span.is_empty()) {
        let kind = if span.start > covered && covered == 0 {
            Some((covered, ZipSlipKind::Before(span.start)))
        } else if span.start > covered {
            Some((covered, ZipSlipKind::Between(span.start - covered)))
        } else if span.start < covered {
            let shared = covered.min(span.end) - span.start;
            Some((span.start, ZipSlipKind::Shared(shared)))
        } else {
            None
        };
        slips.extend(kind.map(|(offset, kind)| ZipSlip { offset, kind }));
        covered = covered.max(span.end);
    }
    if covered < size {
        slips.push(ZipSlip {
            offset: covered,
            kind: ZipSlipKind::Behind(size - covered),
        });
    }
}

/// Brings spans into the order of the file.
pub(super) fn sort(spans: &mut [Range<u64>]) {
    spans.sort_by_key(|span| (span.start, span.end));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(spans: &[Range<u64>], size: u64) -> Vec<(u64, ZipSlipKind)> {
        let mut slips = Vec::new();
        tell(&mut spans.to_vec(), size, &mut slips);
        slips.into_iter().map(|slip| (slip.offset, slip.kind)).collect()
    }

    #[rstest::rstest]
    #[case(&[4..9, 0..4], 9, &[])]
    #[case(&[2..4, 4..4], 4, &[(0, ZipSlipKind::Before(2))])]
    #[case(&[0..4, 5..9], 9, &[(4, ZipSlipKind::Between(1))])]
    #[case(&[0..4, 4..4], 9, &[(4, ZipSlipKind::Behind(5))])]
    #[case(&[0..6, 4..9], 9, &[(4, ZipSlipKind::Shared(2))])]
    #[case(&[0..9, 2..4, 3..9], 9, &[(2, ZipSlipKind::Shared(2)), (3, ZipSlipKind::Shared(6))])]
    #[case(&[0..4, 4..4, 4..9], 9, &[])]
    fn every_byte_belongs_to_one_thing(
        #[case] spans: &[Range<u64>],
        #[case] size: u64,
        #[case] expected: &[(u64, ZipSlipKind)],
    ) {
        assert_eq!(told(spans, size), expected);
    }
}
