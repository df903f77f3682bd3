//! The files of certificates, keys and revocations.

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use thiserror::Error;

/// Why a file for TLS cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TlsFileError {
    /// The file of trusted authorities is not there.
    #[error(
        "the root certificate file {} is not there: put the authority's certificate there, name it by \
         sslrootcert, or use sslrootcert=system", .path.display()
    )]
    NoRoots {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is no home to look for the file in.
    #[error("no root certificates are named: name them by sslrootcert, or use sslrootcert=system")]
    NoRootsNamed,
    /// The operating system has no trusted authorities.
    #[error(
        "the operating system's root certificates cannot be read{reason} (on Debian: apt install ca-certificates)"
    )]
    NoSystemRoots {
        /// What was said.
        reason: String,
    },
    /// There is a certificate, and no key.
    #[error("there is the certificate {}, and not its key {} (sslkey)", .certificate.display(), .key.display())]
    NoKey {
        /// The certificate.
        certificate: PathBuf,
        /// Where its key was looked for.
        key: PathBuf,
    },
    /// Others may read the key.
    #[error(
        "others may use the key {path}: it needs the permissions 0600, or 0640 where it belongs to root \
         (chmod 0600 {path})", path = .path.display()
    )]
    KeyOpenToOthers {
        /// The key.
        path: PathBuf,
    },
    /// The key is encrypted.
    #[error(
        "the key {path} is encrypted, which is not supported (openssl pkey -in {path} -out NEW decrypts it)",
        path = .path.display()
    )]
    EncryptedKey {
        /// The key.
        path: PathBuf,
    },
    /// The file is not what it should be.
    #[error("{} has no {expected} in PEM format{detail}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        expected: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// The certificate and its key do not fit, or are of an unknown kind.
    #[error("the certificate {} cannot be used with its key: {source}", .path.display())]
    Unusable {
        /// The certificate.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// Authorities and revocations do not make a verifier.
    #[error("the root certificates or revocations cannot be used: {0}")]
    Verifier(rustls::client::VerifierBuilderError),
    /// TLS cannot be set up as asked for.
    #[error(transparent)]
    Setup(rustls::Error),
    /// A file could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The certificates in a file, at least one.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    read_all(path, "certificate")
}

/// The revocation lists in a file, at least one.
pub(super) fn read_revocations(
    path: &Path,
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsFileError> {
    read_all(path, "revocation list")
}

fn read_all<T: PemObject>(path: &Path, expected: &'static str) -> Result<Vec<T>, TlsFileError> {
    let malformed = |detail| TlsFileError::Malformed {
        path: path.to_owned(),
        expected,
        detail,
    };
    let text = fs_err::read(path)?;
    let items: Result<Vec<T>, pem::Error> = T::pem_slice_iter(&text).collect();
    match items {
        Ok(items) if items.is_empty() => Err(malformed(String::new())),
        Ok(items) => Ok(items),
        Err(error) => Err(malformed(format!(": {error}"))),
    }
}

/// The authorities in a file, to trust and as they are written there.
pub(super) fn read_roots(path: &Path) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), TlsFileError> {
    let certificates = read_certificates(path)?;
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|error| TlsFileError::Malformed {
                path: path.to_owned(),
                expected: "usable certificate",
                detail: format!(": {error}"),
            })?;
    }
    Ok((roots, certificates))
}

/// The authorities that the operating system trusts.
pub(super) fn system_roots() -> Result<RootCertStore, TlsFileError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reason = found
            .errors
            .first()
            .map_or_else(String::new, |error| format!(": {error}"));
        return Err(TlsFileError::NoSystemRoots { reason });
    }
    Ok(roots)
}

/// The key of a certificate of our own, if nobody else may use it.
pub(super) fn read_key(path: &Path, certificate: &Path) -> Result<PrivateKeyDer<'static>, TlsFileError> {
    let metadata = match fs_err::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (certificate, key) = (certificate.to_owned(), path.to_owned());
            return Err(TlsFileError::NoKey { certificate, key });
        }
        Err(error) => return Err(error.into()),
    };
    // What belongs to root may be readable by a group that root chose.
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    if metadata.permissions().mode() & forbidden != 0 {
        return Err(TlsFileError::KeyOpenToOthers {
            path: path.to_owned(),
        });
    }
    let text = fs_err::read(path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        if String::from_utf8_lossy(&text).contains("ENCRYPTED") {
            return TlsFileError::EncryptedKey {
                path: path.to_owned(),
            };
        }
        let detail = match error {
            pem::Error::NoItemsFound => String::new(),
            error => format!(": {error}"),
        };
        TlsFileError::Malformed {
            path: path.to_owned(),
            expected: "private key",
            detail,
        }
    })
}
