//! TLS as libpq has it: who has to show what, for each `sslmode`.

mod certificates;
mod verifier;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postgres::config::SslNegotiation;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, SupportedProtocolVersion};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use certificates::TlsFileError;

use super::error::SettingsError;
use super::keys::{Key, Parameters};
use super::values::word;
use verifier::{Check, ServerVerifier};

/// When TLS is used, and what the server's certificate has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    /// Never.
    Disable,
    /// Where the server does not let us in without.
    Allow,
    /// Where the server has it, unless it fails.
    Prefer,
    /// Always.
    Require,
    /// Always, and an authority that is trusted has to vouch for the server.
    VerifyCa,
    /// Always, and an authority that is trusted has to vouch for the server and its name.
    VerifyFull,
}

/// Which authorities are trusted.
#[derive(Clone, Debug)]
enum Roots {
    /// Those of the operating system.
    System,
    /// Those in a file, which `require` and weaker modes do not miss if it is not there.
    File(PathBuf),
    /// There is no home with a file in it.
    Nowhere,
}

/// A certificate of our own.
#[derive(Clone, Debug)]
struct ClientCertificate {
    certificate: PathBuf,
    key: PathBuf,
}

/// How TLS connections are made.
#[derive(Clone, Debug)]
pub(super) struct TlsSettings {
    pub(super) mode: SslMode,
    pub(super) negotiation: SslNegotiation,
    roots: Roots,
    revocations: Option<PathBuf>,
    client: Option<ClientCertificate>,
    versions: Vec<&'static SupportedProtocolVersion>,
    sends_server_name: bool,
}

impl TlsSettings {
    /// Gathers the settings; which files are there is looked up, they are read when connecting.
    ///
    /// # Errors
    ///
    /// When values are not known or contradict each other.
    pub(super) fn resolve(
        parameters: &Parameters,
        home: Option<&Path>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, SettingsError> {
        let in_home = |name: &str| home.map(|home| home.join(".postgresql").join(name));
        let file = |key: Key, name: &str| match parameters.value(key) {
            Some(path) => Some(PathBuf::from(path)),
            None => in_home(name),
        };
        let roots = match parameters.value(Key::SslRootCertificates) {
            Some("system") => Roots::System,
            _ => file(Key::SslRootCertificates, "root.crt").map_or(Roots::Nowhere, Roots::File),
        };
        let mode = mode(parameters, &roots)?;
        for key in [Key::SslRootCertificates, Key::SslCertificate, Key::SslRevocations] {
            if let Some(path) = parameters.value(key)
                && mode > SslMode::Disable
                && !(key == Key::SslRootCertificates && path == "system")
                && !Path::new(path).exists()
            {
                warnings.push(format!("{} names {path}, which is not there", key.name()));
            }
        }
        let uses_client_certificate = word(
            parameters,
            Key::SslCertificateMode,
            &[("disable", false), ("allow", true)],
            true,
        )?;
        let client = file(Key::SslCertificate, "postgresql.crt")
            .filter(|certificate| uses_client_certificate && certificate.exists())
            .zip(file(Key::SslKeyFile, "postgresql.key"))
            .map(|(certificate, key)| ClientCertificate { certificate, key });
        Ok(Self {
            mode,
            negotiation: negotiation(parameters, mode)?,
            roots,
            revocations: file(Key::SslRevocations, "root.crl").filter(|path| path.exists()),
            client,
            versions: versions(parameters)?,
            sends_server_name: word(parameters, Key::SslServerName, &[("0", false), ("1", true)], true)?,
        })
    }

    /// What makes TLS connections.
    ///
    /// # Errors
    ///
    /// When a file that is needed is not there or cannot be used.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, TlsFileError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = self.verifier(&provider)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .map_err(TlsFileError::Setup)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.client {
            None => builder.with_no_client_auth(),
            Some(ClientCertificate { certificate, key }) => builder
                .with_client_auth_cert(
                    certificates::read_certificates(certificate)?,
                    certificates::read_key(key, certificate)?,
                )
                .map_err(|source| TlsFileError::Unusable {
                    path: certificate.clone(),
                    source,
                })?,
        };
        config.enable_sni = self.sends_server_name;
        if self.negotiation == SslNegotiation::Direct {
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(MakeRustlsConnect::new(config))
    }

    /// What checks the server's certificate. As with libpq, an authority that is there is asked
    /// whatever the mode.
    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<ServerVerifier, TlsFileError> {
        let algorithms = provider.signature_verification_algorithms;
        let (roots, pinned) = match &self.roots {
            Roots::System => (certificates::system_roots()?, Vec::new()),
            Roots::File(path) if path.exists() => certificates::read_roots(path)?,
            Roots::File(path) if self.mode >= SslMode::VerifyCa => {
                return Err(TlsFileError::NoRoots { path: path.clone() });
            }
            Roots::Nowhere if self.mode >= SslMode::VerifyCa => return Err(TlsFileError::NoRootsNamed),
            Roots::File(_) | Roots::Nowhere => {
                return Ok(ServerVerifier {
                    algorithms,
                    check: Check::Nothing,
                });
            }
        };
        let mut builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        if let Some(path) = &self.revocations {
            builder = builder
                .with_crls(certificates::read_revocations(path)?)
                .enforce_revocation_expiration();
        }
        let chain = builder.build().map_err(TlsFileError::Verifier)?;
        let check = match self.mode {
            SslMode::VerifyFull => Check::ChainAndName { chain, pinned },
            _ => Check::Chain { chain, pinned },
        };
        Ok(ServerVerifier { algorithms, check })
    }
}

fn mode(parameters: &Parameters, roots: &Roots) -> Result<SslMode, SettingsError> {
    let words = [
        ("disable", SslMode::Disable),
        ("allow", SslMode::Allow),
        ("prefer", SslMode::Prefer),
        ("require", SslMode::Require),
        ("verify-ca", SslMode::VerifyCa),
        ("verify-full", SslMode::VerifyFull),
    ];
    let default = match roots {
        Roots::System => SslMode::VerifyFull,
        Roots::File(_) | Roots::Nowhere => SslMode::Prefer,
    };
    let mode = word(parameters, Key::SslMode, &words, default)?;
    if matches!(roots, Roots::System) && mode != SslMode::VerifyFull {
        // Anybody can have a certificate of a public authority for some name.
        let problem = "has to be verify-full where sslrootcert=system";
        return Err(parameters.invalid(Key::SslMode, problem));
    }
    Ok(mode)
}

fn negotiation(parameters: &Parameters, mode: SslMode) -> Result<SslNegotiation, SettingsError> {
    let words = [
        ("postgres", SslNegotiation::Postgres),
        ("direct", SslNegotiation::Direct),
    ];
    let negotiation = word(parameters, Key::SslNegotiation, &words, SslNegotiation::Postgres)?;
    if negotiation == SslNegotiation::Direct && mode < SslMode::Require {
        let problem = "can be direct only where sslmode is require, verify-ca or verify-full";
        return Err(parameters.invalid(Key::SslNegotiation, problem));
    }
    Ok(negotiation)
}

/// The versions of TLS between the bounds; 1.2 and 1.3 are there.
fn versions(parameters: &Parameters) -> Result<Vec<&'static SupportedProtocolVersion>, SettingsError> {
    let words = [("TLSv1", 10), ("TLSv1.1", 11), ("TLSv1.2", 12), ("TLSv1.3", 13)];
    let lowest = word(parameters, Key::SslMinProtocol, &words, 12)?;
    let highest = word(parameters, Key::SslMaxProtocol, &words, 13)?;
    let known = [(12, &rustls::version::TLS12), (13, &rustls::version::TLS13)];
    let chosen: Vec<_> = known
        .into_iter()
        .filter(|(number, _)| (lowest..=highest).contains(number))
        .map(|(_, version)| version)
        .collect();
    if chosen.is_empty() {
        let problem = "leaves no version of TLS: 1.2 and 1.3 are supported";
        return Err(parameters.invalid(Key::SslMaxProtocol, problem));
    }
    Ok(chosen)
}
