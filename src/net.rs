//! TCP and TLS connections to the mail servers: timeouts, certificate authorities, and errors that name the wrong
//! setting. `mailbox` and `delivery` implement the protocols on top.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Remedy if the server does not seem to use TLS.
const TLS_REMEDY: &str =
    "see that port and tls in the settings belong together (993 and 465: implicit; 143 and 587: starttls)";

/// A mail server, as set in one section of the settings.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// `IMAP` or `SMTP`.
    pub protocol: &'static str,
    /// Section of the settings file: `mailbox` or `delivery`.
    pub section: &'static str,
    /// Host name, which must also be the name in the certificate.
    pub host: &'a str,
    pub port: u16,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<&'a Path>,
    /// Timeout of each step: name look-up, TCP connect, TLS handshake.
    pub timeout: Duration,
}

/// An error while connecting to a server.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The name look-up failed.
    #[error("cannot find the {protocol} server {host}: {detail}; see {section}.host")]
    Host { protocol: &'static str, section: &'static str, host: String, detail: String },
    #[error(
        "cannot connect to the {protocol} server {host}:{port}: {detail}; see that it runs and that {section}.host and {section}.port are right"
    )]
    Connect { protocol: &'static str, section: &'static str, host: String, port: u16, detail: String },
    #[error("no TLS with the {protocol} server {host}: {detail}; {remedy}")]
    Tls { protocol: &'static str, host: String, detail: String, remedy: &'static str },
    #[error("cannot read certificates from {}: {detail}; name a PEM file in {section}.ca_file", path.display())]
    Ca { section: &'static str, path: PathBuf, detail: String },
}

impl Peer<'_> {
    /// Connects by TCP, with Nagle's algorithm disabled, because both protocols wait for replies to short commands.
    pub async fn connect(&self) -> Result<TcpStream, NetError> {
        let &Self { protocol, section, host, port, .. } = self;
        let unknown = |detail: String| NetError::Host { protocol, section, host: host.to_owned(), detail };
        let refused =
            |detail: String| NetError::Connect { protocol, section, host: host.to_owned(), port, detail };
        let late = || format!("no answer within {} s", self.timeout.as_secs());
        let addresses: Vec<_> = timeout(self.timeout, tokio::net::lookup_host((host, port)))
            .await
            .map_err(|_| unknown(late()))?
            .map_err(|error| unknown(error.to_string()))?
            .collect();
        let stream = timeout(self.timeout, TcpStream::connect(addresses.as_slice()))
            .await
            .map_err(|_| refused(late()))?
            .map_err(|error| refused(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| refused(error.to_string()))?;
        Ok(stream)
    }

    /// Performs the TLS handshake on an open connection.
    pub async fn secure(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, NetError> {
        let failed = |detail: String, remedy| NetError::Tls {
            protocol: self.protocol,
            host: self.host.to_owned(),
            detail,
            remedy,
        };
        let name = ServerName::try_from(self.host.to_owned()).map_err(|error| {
            failed(error.to_string(), "the host in the settings must be the name in the server's certificate")
        })?;
        match timeout(self.timeout, TlsConnector::from(self.client()?).connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(failed(error.to_string(), remedy(&error))),
            Err(_) => Err(failed(format!("no handshake within {} s", self.timeout.as_secs()), TLS_REMEDY)),
        }
    }

    fn client(&self) -> Result<Arc<ClientConfig>, NetError> {
        tls_client(self.ca_file).map(Arc::new).map_err(|detail| NetError::Ca {
            section: self.section,
            path: self.ca_file.map(Path::to_path_buf).unwrap_or_default(),
            detail,
        })
    }
}

/// A TLS configuration that trusts the certificate authorities of the system and those in `ca_file`.
///
/// # Errors
/// A text without the file name, which the caller adds.
pub fn tls_client(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // Skip system certificates that rustls cannot parse; it does not trust them then.
        let _ = roots.add(certificate);
    }
    if let Some(path) = ca_file {
        let mut count = 0;
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())? {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
            count += 1;
        }
        if count == 0 {
            return Err("it holds no certificate".into());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Remedy for a failed handshake.
fn remedy(error: &std::io::Error) -> &'static str {
    certificate_remedy(error).unwrap_or(TLS_REMEDY)
}

/// The remedy for a server certificate that TLS refused, if that is what an error is about.
fn certificate_remedy(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    use rustls::{CertificateError as Bad, Error};
    let mut cause = Some(error);
    let why = loop {
        let error = cause?;
        // An I/O error gives the error inside it by a method of its own.
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = error.downcast_ref().or_else(|| inside.and_then(|inside| inside.downcast_ref()));
        match tls {
            Some(Error::InvalidCertificate(why)) => break why,
            Some(_) => return None,
            None => cause = error.source(),
        }
    };
    Some(match why {
        Bad::UnknownIssuer => "its authority is not trusted: name the authority's certificate in ca_file",
        Bad::Expired | Bad::ExpiredContext { .. } => {
            "its certificate has expired: have it renewed on the server"
        }
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "its certificate is not valid yet: see that this machine's clock is right"
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "its certificate is for another name: put that name into host"
        }
        _ => "its certificate cannot be used: have it replaced on the server",
    })
}
