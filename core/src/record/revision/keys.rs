//! The keys in the brackets of a dependency, found without reading the rest of it.

/// The keys that older clients do not know: `when` (CEP 43), `extras` (CEP 44), `flags` (CEP 45).
const NEW_KEYS: [&str; 3] = ["when", "extras", "flags"];

/// Whether `spec` has one of these keys in its brackets. `build='when=1'` is not one of them, being
/// quoted, and neither is the name of a feature.
pub(super) fn uses_new_keys(spec: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    // Where the text begins that ends with a key if `=` comes next.
    let mut start = 0;
    let mut bytes = spec.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(open), _) if byte == open => {
                quote = None;
                start = at + 1;
            }
            (None, b'"' | b'\'') if depth > 0 => quote = Some(byte),
            (None, b'[') => {
                depth += 1;
                start = at + 1;
            }
            (None, b']') => {
                depth = depth.saturating_sub(1);
                start = at + 1;
            }
            (None, b',') => start = at + 1,
            (None, b'=') if depth == 1 => {
                // Keys were once separated by spaces, too (CEP 29).
                let key = spec.get(start..at).unwrap_or_default().split_whitespace().last();
                if key.is_some_and(|key| NEW_KEYS.contains(&key)) {
                    return true;
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    false
}
