//! TLS as the desk uses it: the system's certificate authorities, and a private one where a file names it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// A certificate authority that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read certificates from {}: {detail}; name a PEM file in ca_file", path.display())]
pub struct CaError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub detail: String,
}

/// A client configuration that trusts the system's authorities and those in `ca_file`.
///
/// # Errors
/// When `ca_file` cannot be read or holds no certificate.
pub fn client(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, CaError> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // A certificate of the system's that rustls cannot read is one that it will not trust.
        let _ = roots.add(certificate);
    }
    if let Some(path) = ca_file {
        let failed = |detail: String| CaError { path: path.to_path_buf(), detail };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| failed(error.to_string()))?;
        let mut count = 0;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| failed(error.to_string()))?;
            roots.add(certificate).map_err(|error| failed(error.to_string()))?;
            count += 1;
        }
        if count == 0 {
            return Err(failed("it holds no certificate".into()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| CaError { path: ca_file.unwrap_or(Path::new("")).to_path_buf(), detail: error.to_string() })?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// What to do about a failed handshake.
#[must_use]
pub fn remedy(error: &std::io::Error) -> &'static str {
    use rustls::{CertificateError as Bad, Error};
    let Some(Error::InvalidCertificate(why)) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return "see that port and tls in the settings belong together (993 and 465: implicit; 143 and 587: starttls)";
    };
    match why {
        Bad::UnknownIssuer => "its authority is not trusted: name the authority's certificate in ca_file",
        Bad::Expired | Bad::ExpiredContext { .. } => "its certificate has expired: have it renewed on the server",
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => "its certificate is not valid yet: see that this machine's clock is right",
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "its certificate is for another name: put that name into host",
        _ => "its certificate cannot be used: have it replaced on the server",
    }
}
