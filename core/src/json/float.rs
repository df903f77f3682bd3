//! Floats as text. JavaScript reads them as Rust does: with the feature `js` it is asked, and the tables
//! for reading them need not be brought along.

#[cfg(all(feature = "js", target_arch = "wasm32", target_os = "unknown"))]
pub(crate) use javascript::read;
#[cfg(not(all(feature = "js", target_arch = "wasm32", target_os = "unknown")))]
pub(crate) use rust::read;

/// `repr(value)` of a finite Python float: the shortest digits that read back as the same double,
/// in positional notation for exponents from -4 to 15.
pub(crate) fn python_repr(value: f64) -> String {
    // `{:e}` gives the shortest digits as `d.ddde-7`.
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(not(all(feature = "js", target_arch = "wasm32", target_os = "unknown")))]
mod rust {
    /// The double that is nearest to a decimal number, `None` if this is none.
    pub(crate) fn read(number: &str) -> Option<f64> {
        number.parse().ok()
    }
}

#[cfg(all(feature = "js", target_arch = "wasm32", target_os = "unknown"))]
mod javascript {
    use js_sys::wasm_bindgen::JsValue;

    /// The double that is nearest to a decimal number, `None` if this is none.
    pub(crate) fn read(number: &str) -> Option<f64> {
        let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
        let is = |word: &str| unsigned.eq_ignore_ascii_case(word);
        if is("nan") {
            return Some(f64::NAN);
        }
        if is("inf") || is("infinity") {
            let is_negative = number.starts_with('-');
            return Some(if is_negative {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            });
        }
        // JavaScript takes also nothing, gaps and what has another base for numbers.
        let is_decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        if number.is_empty() || !number.bytes().all(is_decimal) {
            return None;
        }
        let value = JsValue::from_str(number).unchecked_into_f64();
        (!value.is_nan()).then_some(value)
    }
}
