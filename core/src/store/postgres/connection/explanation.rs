//! What a failed connection means, and what to do about it.

use std::error::Error as _;
use std::io;

use postgres::error::{DbError, SqlState};
use rustls::CertificateError;

use super::hosts::Host;
use super::settings::ConnectionSettings;

/// Why a server could not be used, in words.
pub(super) fn explain(settings: &ConnectionSettings, host: &Host, error: &postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return explain_answer(settings, answer);
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    // The driver has no type for this.
    if settings.password(host).is_none() && text.ends_with("password missing") {
        let user = settings.user();
        return format!(
            "the server asks for the password of {user}, and none is known: set PGPASSWORD, or add a line to \
             ~/.pgpass"
        );
    }
    let failure = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    match failure.and_then(|failure| advice(failure, host)) {
        Some(advice) => format!("{text} ({advice})"),
        None => text,
    }
}

/// What the server said, with its SQLSTATE.
fn explain_answer(settings: &ConnectionSettings, answer: &DbError) -> String {
    let code = answer.code();
    let advice = if *code == SqlState::INVALID_PASSWORD {
        "the password is wrong".to_owned()
    } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        "the role does not exist, or pg_hba.conf does not let it in from here".to_owned()
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        format!(
            "make the database first: `towpath db create`, or createdb {}",
            settings.database()
        )
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        "the server has too many sessions: end some, or raise max_connections".to_owned()
    } else if *code == SqlState::CANNOT_CONNECT_NOW {
        "the server starts or stops: try again later".to_owned()
    } else {
        return format!("{} (SQLSTATE {})", answer.message(), code.code());
    };
    format!("{} (SQLSTATE {}: {advice})", answer.message(), code.code())
}

/// What to do about a line or a certificate.
fn advice(failure: &io::Error, host: &Host) -> Option<&'static str> {
    let tls = failure
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (tls, host) {
        (Some(rustls::Error::InvalidCertificate(problem)), _) => advice_on_certificate(problem),
        (Some(_), _) => None,
        (None, Host::Unix { .. }) => match failure.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                Some("no server has its socket there")
            }
            io::ErrorKind::PermissionDenied => Some("you may not use this socket"),
            _ => None,
        },
        (None, Host::Tcp { .. }) => match failure.kind() {
            io::ErrorKind::ConnectionRefused => Some("no server listens there"),
            _ => None,
        },
    }
}

fn advice_on_certificate(problem: &CertificateError) -> Option<&'static str> {
    match problem {
        CertificateError::UnknownIssuer => Some(
            "nobody in the root certificate file vouches for the server: name the right one by sslrootcert",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Some("the server needs a new certificate")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Some("give the host as the certificate names it, and the address by hostaddr")
        }
        CertificateError::Revoked => Some("sslcrl revokes the server's certificate"),
        CertificateError::UnknownRevocationStatus => {
            Some("sslcrl has no list of the authority that signed the server's certificate")
        }
        CertificateError::ExpiredRevocationList | CertificateError::ExpiredRevocationListContext { .. } => {
            Some("sslcrl needs a new list")
        }
        CertificateError::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => {
            Some("the server signed its certificate itself: sslrootcert has to be this certificate")
        }
        _ => None,
    }
}
