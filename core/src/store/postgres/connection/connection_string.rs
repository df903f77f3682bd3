//! Connection strings: URLs as libpq and SQLAlchemy write them, and `key=value`.

use super::error::SettingsError;
use super::keys::{Key, Origin, Parameters, is_key_like};

/// What a connection string gives.
///
/// # Errors
///
/// When it is not one, or has keys that nobody knows.
pub(super) fn parse(text: &str) -> Result<Parameters, SettingsError> {
    let text = text.trim();
    let parameters = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => {
            let dialect = match scheme.split_once('+') {
                None if scheme == "postgresql" || scheme == "postgres" => Dialect::Libpq,
                Some(("postgresql" | "postgres", driver)) if !driver.is_empty() => Dialect::SqlAlchemy,
                _ => {
                    return Err(SettingsError::OtherScheme {
                        scheme: scheme.to_owned(),
                    });
                }
            };
            parse_url(rest, dialect)?
        }
        _ => parse_key_values(text)?,
    };
    Ok(parameters)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
}

/// Whose rules a URL follows where they differ.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    Libpq,
    /// `postgresql+DRIVER://`: `+` in the query is a space, and each of several `host=` may have a
    /// port behind a colon.
    SqlAlchemy,
}

const MALFORMED_AT: SettingsError = SettingsError::Malformed {
    problem: "there is an @ where a host, a port or a database is expected (in a user name or password \
              write @ as %40, / as %2F; in a database's name write @ as %40)",
};

/// Reads what follows `://`: `[user[:password]@][host[:port]][,...][/database][?key=value[&...]]`.
fn parse_url(rest: &str, dialect: Dialect) -> Result<Parameters, SettingsError> {
    let mut parameters = Parameters::default();
    let mut set = |key: Key, encoded: &str| -> Result<(), SettingsError> {
        if !encoded.is_empty() {
            parameters.set(key, decode(encoded)?, Origin::ConnectionString);
        }
        Ok(())
    };
    let user_end = rest.find(['@', '/']).filter(|end| rest[*end..].starts_with('@'));
    let (user_info, rest) = match user_end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => ("", rest),
    };
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    set(Key::User, user)?;
    set(Key::Password, password)?;

    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    if location.contains('@') {
        return Err(MALFORMED_AT);
    }
    let (authority, database) = location.split_once('/').unwrap_or((location, ""));
    let (hosts, ports) = split_hosts(authority)?;
    set(Key::Host, &hosts)?;
    set(Key::Port, &ports)?;
    set(Key::Database, database)?;
    let query = Query {
        text: query,
        dialect,
        may_be_password: (!password.is_empty() && query.contains('@'))
            || ports.contains(|char: char| char != ',' && !char.is_ascii_digit()),
    };
    query.parse(&mut parameters)?;
    Ok(parameters)
}

/// Splits `host:port,host:port` into a list of hosts and one of ports.
fn split_hosts(authority: &str) -> Result<(String, String), SettingsError> {
    let mut hosts: Vec<&str> = Vec::new();
    let mut ports: Vec<&str> = Vec::new();
    for element in authority.split(',') {
        let (host, port) = match element.strip_prefix('[') {
            Some(bracketed) => {
                let Some((address, port)) = bracketed.split_once(']') else {
                    return Err(SettingsError::Malformed {
                        problem: "an IPv6 address has no ]",
                    });
                };
                if address.is_empty() || !(port.is_empty() || port.starts_with(':')) {
                    return Err(SettingsError::Malformed {
                        problem: "an IPv6 address has to be [ADDRESS] or [ADDRESS]:PORT",
                    });
                }
                (address, port.strip_prefix(':').unwrap_or(port))
            }
            None => element.split_once(':').unwrap_or((element, "")),
        };
        hosts.push(host);
        ports.push(port);
    }
    let has_port = ports.iter().any(|port| !port.is_empty());
    Ok((
        hosts.join(","),
        if has_port { ports.join(",") } else { String::new() },
    ))
}

/// What follows the question mark of a URL.
struct Query<'a> {
    text: &'a str,
    dialect: Dialect,
    /// There is an `@` too many, or none and a port that is no number: the query may be what
    /// follows a question mark in a password.
    may_be_password: bool,
}

impl Query<'_> {
    fn parse(&self, parameters: &mut Parameters) -> Result<(), SettingsError> {
        let mut hosts: Vec<String> = Vec::new();
        for pair in self.text.split('&').filter(|pair| !pair.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(SettingsError::Malformed {
                    problem: "the URL's query has a key without a value",
                });
            };
            let (key, value) = (self.decode(key)?, self.decode(value)?);
            if !is_key_like(&key) {
                return Err(SettingsError::Malformed {
                    problem: "the URL's query has a key that is not made of letters",
                });
            }
            // JDBC's way to say it, which libpq understands.
            if key == "ssl" && value == "true" {
                parameters.set(Key::SslMode, "require".to_owned(), Origin::ConnectionString);
                continue;
            }
            let key = Key::named(&key, &Origin::ConnectionString).map_err(|error| match error {
                SettingsError::UnknownKey { .. } if self.may_be_password => {
                    SettingsError::UnknownKeyAfterPassword
                }
                error => error,
            })?;
            if key == Key::Host && self.dialect == Dialect::SqlAlchemy {
                hosts.push(value);
            } else {
                parameters.set(key, value, Origin::ConnectionString);
            }
        }
        if !hosts.is_empty() {
            set_sqlalchemy_hosts(&hosts, parameters);
        }
        Ok(())
    }

    fn decode(&self, encoded: &str) -> Result<String, SettingsError> {
        match self.dialect {
            Dialect::Libpq => decode(encoded),
            Dialect::SqlAlchemy => decode(&encoded.replace('+', " ")),
        }
    }
}

/// Takes `host=a:1&host=b:2` as SQLAlchemy does.
fn set_sqlalchemy_hosts(hosts: &[String], parameters: &mut Parameters) {
    let elements: Vec<(&str, &str)> = hosts
        .iter()
        .flat_map(|host| host.split(','))
        .map(|host| match host.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') && !host.starts_with('/') => (name, port),
            _ => (host, ""),
        })
        .collect();
    let joined = |part: fn(&(&str, &str)) -> String| elements.iter().map(part).collect::<Vec<_>>().join(",");
    parameters.set(
        Key::Host,
        joined(|(name, _)| (*name).to_owned()),
        Origin::ConnectionString,
    );
    if elements.iter().any(|(_, port)| !port.is_empty()) {
        parameters.set(
            Key::Port,
            joined(|(_, port)| (*port).to_owned()),
            Origin::ConnectionString,
        );
    }
}

/// Decodes percent signs, once.
fn decode(encoded: &str) -> Result<String, SettingsError> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = after.first_chunk::<2>().and_then(|[high, low]| {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        });
        match digits {
            Some(0) => {
                return Err(SettingsError::Malformed {
                    problem: "%00 is not allowed",
                });
            }
            Some(byte) => decoded.push(byte),
            None => {
                return Err(SettingsError::Malformed {
                    problem: "a percent sign is not followed by two hexadecimal digits (% itself is written %25)",
                });
            }
        }
        rest = &after[2..];
    }
    String::from_utf8(decoded).map_err(|_| SettingsError::Malformed {
        problem: "what is behind percent signs is not UTF-8",
    })
}

/// Reads `key = value key='value'`; in a value a backslash takes the next character as it is.
fn parse_key_values(text: &str) -> Result<Parameters, SettingsError> {
    let mut parameters = Parameters::default();
    let mut rest = text;
    let mut is_after_password = false;
    while !rest.is_empty() {
        let key_end = rest
            .find(|char: char| char == '=' || char.is_whitespace())
            .unwrap_or(rest.len());
        let value = rest[key_end..].trim_start().strip_prefix('=');
        let Some(value) = value.filter(|_| is_key_like(&rest[..key_end])) else {
            return Err(if rest.len() == text.len() {
                SettingsError::NotAConnectionString
            } else {
                SettingsError::Malformed {
                    problem: "a word is no key, or not followed by = (a value with spaces has to stand between ' and ')",
                }
            });
        };
        let key = Key::named(&rest[..key_end], &Origin::ConnectionString).map_err(|error| match error {
            SettingsError::UnknownKey { .. } if is_after_password => SettingsError::UnknownKeyAfterPassword,
            error => error,
        })?;
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('\'') {
            Some(quoted) => {
                let (value, after) = take_value(quoted, |char| char == '\'');
                let Some(after) = after.strip_prefix('\'') else {
                    return Err(SettingsError::Malformed {
                        problem: "a value has no closing '",
                    });
                };
                (value, after)
            }
            None => take_value(value, char::is_whitespace),
        };
        if value.contains('\0') {
            return Err(SettingsError::Malformed {
                problem: "a value has a NUL in it",
            });
        }
        is_after_password = key == Key::Password;
        parameters.set(key, value, Origin::ConnectionString);
        rest = after.trim_start();
    }
    Ok(parameters)
}

/// Reads a value, and says what follows it, beginning with its end.
fn take_value(text: &str, is_end: impl Fn(char) -> bool) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            char if is_end(char) => return (value, &text[index..]),
            char => value.push(char),
        }
    }
    (value, "")
}
