//! Which servers are meant: names, addresses, sockets and ports.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::error::SettingsError;
use super::keys::{Key, Parameters};

const DEFAULT_PORT: u16 = 5432;

/// Where servers put their socket: Debian's and upstream's choice.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// Behind a socket in this folder.
    Unix { folder: PathBuf, port: u16 },
    /// In a network.
    Tcp {
        /// Its name for certificates and the password file; without one, its address.
        name: String,
        /// Its address, if the name shall not be looked up.
        address: Option<IpAddr>,
        port: u16,
    },
}

impl Host {
    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Unix { port, .. } | Self::Tcp { port, .. } => *port,
        }
    }

    /// What a line of the password file has to name.
    pub(super) fn name_in_password_file(&self) -> &str {
        match self {
            Self::Unix { folder, .. } if is_default_folder(folder) => "localhost",
            // Folders come from connection strings and variables, which are UTF-8.
            Self::Unix { folder, .. } => folder.to_str().unwrap_or_default(),
            Self::Tcp { name, .. } => name,
        }
    }

    /// The host of a URL, and its port.
    pub(super) fn url_part(&self) -> String {
        match self {
            Self::Unix { folder, port } => format!("{}:{port}", encode(&folder.to_string_lossy())),
            Self::Tcp { name, port, .. } if name.contains(':') => format!("[{name}]:{port}"),
            Self::Tcp { name, port, .. } => format!("{}:{port}", encode(name)),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix { folder, port } => write!(f, "{}/.s.PGSQL.{port}", folder.display()),
            Self::Tcp {
                name, address: None, ..
            } if name.contains(':') => {
                write!(f, "[{name}]:{}", self.port())
            }
            Self::Tcp {
                name,
                address: Some(address),
                port,
            } if *name != address.to_string() => {
                write!(f, "{name}:{port} ({address})")
            }
            Self::Tcp { name, port, .. } => write!(f, "{name}:{port}"),
        }
    }
}

fn is_default_folder(folder: &Path) -> bool {
    SOCKET_FOLDERS.iter().any(|default| folder == Path::new(default))
}

/// Writes percent signs for what has a meaning in URLs.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The servers to try, in order.
///
/// # Errors
///
/// When the lists of hosts, addresses and ports do not fit together.
pub(super) fn resolve(parameters: &Parameters) -> Result<Vec<Host>, SettingsError> {
    let list = |key| -> Vec<String> {
        let value = parameters.value(key);
        value.map_or_else(Vec::new, |value| {
            value.split(',').map(|part| part.trim().to_owned()).collect()
        })
    };
    let (names, addresses) = (list(Key::Host), list(Key::HostAddress));
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        let problem = format!("has {} addresses for {} hosts", addresses.len(), names.len());
        return Err(parameters.invalid(Key::HostAddress, problem));
    }
    let count = names.len().max(addresses.len()).max(1);
    let ports = ports(parameters, &list(Key::Port), count)?;
    let mut hosts = Vec::with_capacity(count);
    for (index, port) in ports.into_iter().enumerate() {
        let name = names.get(index).map_or("", String::as_str);
        let address = addresses.get(index).map_or("", String::as_str);
        hosts.push(host(parameters, name, address, port)?);
    }
    Ok(hosts)
}

/// As many ports as hosts.
fn ports(parameters: &Parameters, given: &[String], count: usize) -> Result<Vec<u16>, SettingsError> {
    let mut ports = Vec::with_capacity(count);
    for text in given {
        match text.parse() {
            _ if text.is_empty() => ports.push(DEFAULT_PORT),
            Ok(0) | Err(_) => {
                // The value is not shown: in a URL without @ it is what was meant as the password.
                let problem = "is not a number from 1 to 65535 (in a URL, a password is followed by @HOST)";
                return Err(parameters.invalid(Key::Port, problem));
            }
            Ok(port) => ports.push(port),
        }
    }
    match *ports {
        [] => Ok(vec![DEFAULT_PORT; count]),
        [port] => Ok(vec![port; count]),
        _ if ports.len() == count => Ok(ports),
        _ => {
            let problem = format!("has {} ports for {count} hosts", ports.len());
            Err(parameters.invalid(Key::Port, problem))
        }
    }
}

fn host(parameters: &Parameters, name: &str, address: &str, port: u16) -> Result<Host, SettingsError> {
    if name.starts_with('@') {
        let problem = "is an abstract socket (@...), which is not supported: use a socket in a folder";
        return Err(parameters.invalid(Key::Host, problem));
    }
    if !address.is_empty() {
        let Ok(parsed) = address.parse() else {
            return Err(parameters.invalid(Key::HostAddress, "is not an IP address (names go into `host`)"));
        };
        let name = if name.is_empty() { address } else { name };
        return Ok(Host::Tcp {
            name: name.to_owned(),
            address: Some(parsed),
            port,
        });
    }
    if name.starts_with('/') {
        return Ok(Host::Unix {
            folder: PathBuf::from(name),
            port,
        });
    }
    if name.is_empty() {
        let has_socket = |folder: &&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
        return Ok(match SOCKET_FOLDERS.iter().find(|folder| has_socket(folder)) {
            Some(folder) => Host::Unix {
                folder: PathBuf::from(folder),
                port,
            },
            None => Host::Tcp {
                name: "localhost".to_owned(),
                address: None,
                port,
            },
        });
    }
    Ok(Host::Tcp {
        name: name.to_owned(),
        address: None,
        port,
    })
}
