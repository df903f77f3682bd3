//! What the values of connection parameters mean.

use std::time::Duration;

use super::error::SettingsError;
use super::keys::{Key, Parameters};

/// One of the words that a key may have, and what it means.
pub(super) fn word<T: Copy>(
    parameters: &Parameters,
    key: Key,
    words: &[(&str, T)],
    default: T,
) -> Result<T, SettingsError> {
    let Some(value) = parameters.value(key) else {
        return Ok(default);
    };
    match words.iter().find(|(word, _)| *word == value) {
        Some((_, meaning)) => Ok(*meaning),
        None => {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Err(parameters.invalid(key, format!("has to be one of {}", known.join(", "))))
        }
    }
}

/// A number of seconds or milliseconds; none where it is not positive, as libpq has it.
pub(super) fn duration(
    parameters: &Parameters,
    key: Key,
    unit: Duration,
) -> Result<Option<Duration>, SettingsError> {
    Ok(number(parameters, key)?.and_then(|count| unit.checked_mul(count)))
}

/// A positive number; none where it is not positive.
pub(super) fn number(parameters: &Parameters, key: Key) -> Result<Option<u32>, SettingsError> {
    let Some(value) = parameters.value(key) else {
        return Ok(None);
    };
    let Ok(number) = value.trim().parse::<i32>() else {
        return Err(parameters.invalid(key, "is not a whole number"));
    };
    Ok(u32::try_from(number).ok().filter(|number| *number > 0))
}

/// Refuses and warns of what asks for something that is not there.
pub(super) fn check_unsupported_values(
    parameters: &Parameters,
    warnings: &mut Vec<String>,
) -> Result<(), SettingsError> {
    word(
        parameters,
        Key::GssEncryption,
        &[("disable", ()), ("prefer", ())],
        (),
    )
    .map_err(|_| {
        parameters.invalid(
            Key::GssEncryption,
            "has to be disable or prefer: there is no Kerberos here",
        )
    })?;
    word(parameters, Key::SslCompression, &[("0", ())], ())
        .map_err(|_| parameters.invalid(Key::SslCompression, "has to be 0: compressed TLS is not safe"))?;
    word(parameters, Key::MinProtocol, &[("3.0", ())], ())
        .map_err(|_| parameters.invalid(Key::MinProtocol, "has to be 3.0, which is what is spoken here"))?;
    word(
        parameters,
        Key::MaxProtocol,
        &[("3.0", ()), ("3.2", ()), ("latest", ())],
        (),
    )?;
    if let Some(encoding) = parameters.value(Key::ClientEncoding) {
        let plain = encoding.to_ascii_lowercase().replace(['-', '_'], "");
        if !matches!(plain.as_str(), "utf8" | "unicode" | "auto") {
            warnings.push("client_encoding was ignored: text is always exchanged as UTF-8".to_owned());
        }
    }
    Ok(())
}
