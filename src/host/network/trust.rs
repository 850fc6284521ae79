//! Whose certificates are trusted, and which cryptography checks them.
//! The system's own certificates are found by the library.

use std::path::Path;
use std::sync::Arc;

use reqwest::Certificate;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::error::NetworkError;
use crate::host::outside::read_outside;

/// The bundles of whole distributions take a quarter of a megabyte.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Gives the process a provider of cryptography unless it has one.
pub(super) fn install_provider() {
    if CryptoProvider::get_default().is_none() {
        // Whoever was faster has installed one, and any will do.
        drop(ring::default_provider().install_default());
    }
}

/// The certificates in a file.
pub(super) fn certificates(path: &Path) -> Result<Vec<Certificate>, NetworkError> {
    let unusable = || NetworkError::NoCertificate { path: path.to_owned() };
    let content = read_outside(path, LARGEST)?;
    let mut certificates = Vec::new();
    for der in CertificateDer::pem_slice_iter(&content) {
        let der = der.map_err(|_| unusable())?;
        certificates.push(Certificate::from_der(&der).map_err(|_| unusable())?);
        RootCertStore::empty().add(der).map_err(|_| unusable())?;
    }
    if certificates.is_empty() { Err(unusable()) } else { Ok(certificates) }
}

/// For a client that never speaks TLS: it trusts nobody, and needs nothing to be installed for the process.
pub(in crate::host) fn unused_tls() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows the versions that are the default")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
