//! What a failed exchange means, from what the libraries say.
//! Their own words are kept as the cause.

use std::error::Error;
use std::io;

use rustls::CertificateError;
use url::Url;

use super::admission::{address, shown};
use super::error::NetworkError;
use crate::host::http::cause;

/// What went wrong.
pub(super) fn failure(url: &Url, error: Box<dyn Error + Send + Sync>) -> NetworkError {
    match meaning(error.as_ref()) {
        Meaning::Untrusted(flaw) => NetworkError::Untrusted { address: address(url), flaw },
        Meaning::NoTls => NetworkError::NoTls { address: address(url) },
        Meaning::Refused => NetworkError::Refused { address: address(url) },
        Meaning::Proxy => NetworkError::Proxy { address: address(url), source: error },
        Meaning::UnknownName => NetworkError::UnknownName { address: address(url), source: error },
        Meaning::Unreachable => NetworkError::Unreachable { address: address(url), source: error },
        Meaning::Broken => NetworkError::Broken { url: shown(url), source: error },
    }
}

enum Meaning {
    Untrusted(String),
    NoTls,
    Refused,
    Proxy,
    UnknownName,
    Unreachable,
    Broken,
}

/// The innermost cause that is known by its type says what happened.
fn meaning(error: &(dyn Error + 'static)) -> Meaning {
    let links = || std::iter::successors(Some(error), |link| cause(*link));
    if let Some(meaning) = links().find_map(|link| link.downcast_ref().and_then(of_tls)) {
        return meaning;
    }
    let own = links().find_map(|link| link.downcast_ref::<reqwest::Error>());
    let io = links().find_map(|link| link.downcast_ref().map(io::Error::kind));
    // The type of this one cannot be named.
    if links().any(|link| link.to_string().starts_with("tunnel error")) {
        return Meaning::Proxy;
    }
    match (own, io) {
        (_, Some(io::ErrorKind::ConnectionRefused)) => Meaning::Refused,
        (Some(own), _) if own.is_dns() => Meaning::UnknownName,
        (_, Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof)) => Meaning::Broken,
        (Some(own), _) if own.is_connect() => Meaning::Unreachable,
        _ => Meaning::Broken,
    }
}

fn of_tls(error: &rustls::Error) -> Option<Meaning> {
    if let rustls::Error::InvalidCertificate(flaw) = error {
        return Some(Meaning::Untrusted(in_words(flaw)));
    }
    matches!(error, rustls::Error::InvalidMessage(_)).then_some(Meaning::NoTls)
}

fn in_words(flaw: &CertificateError) -> String {
    use CertificateError as Flaw;
    let words = if matches!(flaw, Flaw::UnknownIssuer) {
        "comes from nobody who is trusted here"
    } else if matches!(flaw, Flaw::NotValidForName | Flaw::NotValidForNameContext { .. }) {
        "is for another name"
    } else if matches!(flaw, Flaw::Expired | Flaw::ExpiredContext { .. }) {
        "has expired"
    } else if matches!(flaw, Flaw::NotValidYet | Flaw::NotValidYetContext { .. }) {
        "is not valid yet"
    } else {
        return format!("is not valid: {flaw}");
    };
    words.to_owned()
}
