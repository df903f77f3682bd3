//! Characters that can be written as one or as several: é, or an e and an accent (Unicode Standard
//! Annex 15).
//!
//! JavaScript knows them: with the feature `js` it is asked, and the tables need not be brought along.
//! Both say the same of every character that both know, since Unicode never changes that.

#[cfg(all(feature = "js", target_arch = "wasm32", target_os = "unknown"))]
pub(super) use javascript::{composed, decomposed};
#[cfg(not(all(feature = "js", target_arch = "wasm32", target_os = "unknown")))]
pub(super) use tables::{composed, decomposed};

/// Whether every character that can be one is one.
pub(super) fn is_composed(text: &str) -> bool {
    text.is_ascii() || composed(text) == text
}

#[cfg(not(all(feature = "js", target_arch = "wasm32", target_os = "unknown")))]
mod tables {
    use unicode_normalization::UnicodeNormalization;

    /// The text with every character that can be one as one (NFC).
    pub(in super::super) fn composed(text: &str) -> String {
        text.nfc().collect()
    }

    /// The text with every character taken apart (NFD).
    pub(in super::super) fn decomposed(text: &str) -> String {
        text.nfd().collect()
    }
}

#[cfg(all(feature = "js", target_arch = "wasm32", target_os = "unknown"))]
mod javascript {
    use js_sys::JsString;

    /// The text with every character that can be one as one (NFC).
    pub(in super::super) fn composed(text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    /// The text with every character taken apart (NFD).
    pub(in super::super) fn decomposed(text: &str) -> String {
        JsString::from(text).normalize("NFD").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("naive", true)]
    #[case("na\u{ef}ve", true)]
    #[case("nai\u{308}ve", false)]
    // One of those that stand for another character.
    #[case("\u{212b}", false)]
    fn what_is_composed_stays_as_it_is(#[case] text: &str, #[case] is: bool) {
        assert_eq!(is_composed(text), is);
        assert_eq!(composed(&decomposed(text)), composed(text));
    }
}
