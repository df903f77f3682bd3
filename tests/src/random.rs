//! Numbers that look random and are a function of a seed alone, on every platform and for ever.

/// A `SplitMix64` sequence.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Starts the sequence that belongs to `seed`, a purpose and a number; sequences of different
    /// purposes or numbers have nothing to do with each other.
    pub(crate) fn new(seed: u64, purpose: &str, number: u64) -> Self {
        let mut mixed = Self(seed);
        for byte in purpose.bytes() {
            mixed.0 = mixed.next() ^ u64::from(byte);
        }
        mixed.0 = mixed.next() ^ number;
        Self(mixed.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `bound`, which must not be 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Returns a number of `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Returns a number in `low..=high` that is small far more often than large, as sizes are.
    pub(crate) fn mostly_small(&mut self, low: u64, high: u64) -> u64 {
        let unit = self.unit();
        low + ((high - low + 1) as f64 * unit * unit * unit * unit) as u64
    }

    /// Returns true with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns one of `choices`, which must not be empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Returns one of `choices`, which must not be empty.
    pub(crate) fn pick_number(&mut self, choices: &[u64]) -> u64 {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Returns `length` bytes that do not compress.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    /// Returns `length` bytes as lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        base16ct::lower::encode_string(&self.bytes(length))
    }
}

/// Returns `length` bytes that are no archive and do not compress, always the same ones.
///
/// ```
/// assert_eq!(towpath_tests::noise(3), towpath_tests::noise(3));
/// assert_eq!(towpath_tests::noise(1000).len(), 1000);
/// ```
pub fn noise(length: usize) -> Vec<u8> {
    Random::new(0, "noise", 0).bytes(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_depend_on_seed_purpose_and_number() {
        let first = |seed, purpose, number| Random::new(seed, purpose, number).next();
        assert_eq!(first(1, "name", 2), first(1, "name", 2));
        assert_ne!(first(1, "name", 2), first(2, "name", 2));
        assert_ne!(first(1, "name", 2), first(1, "nama", 2));
        assert_ne!(first(1, "name", 2), first(1, "name", 3));
    }

    #[test]
    fn bounds_are_kept_and_reached() {
        let mut random = Random::new(1, "bounds", 0);
        let drawn: Vec<u64> = (0..20_000).map(|_| random.mostly_small(3, 6)).collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&6));
        let drawn: Vec<u64> = (0..1000).map(|_| random.between(1, 3)).collect();
        assert_eq!(drawn.iter().min(), Some(&1));
        assert_eq!(drawn.iter().max(), Some(&3));
    }
}
