//! A Dovecot of one test alone, for what the shared one must not be: stopped, without an extension, with a bad certificate.
//! It goes with the process, however that ends.

use std::ops::Deref;

use super::rig::{Servers, script};

/// A private mail server; mailboxes and ports as on [`Servers`].
#[derive(Debug)]
pub struct Dovecot {
    servers: Servers,
}

impl Dovecot {
    /// Starts one with options of `scripts/rig`:
    ///
    /// | option | effect |
    /// |---|---|
    /// | `without=MOVE,IDLE` | IMAP capabilities that are not offered |
    /// | `tls=no` | STARTTLS neither offered nor taken, no TLS ports |
    /// | `cleartext=no` | LOGINDISABLED before TLS |
    /// | `mechanisms=plain` | the SASL mechanisms offered (default: plain login) |
    /// | `certificate=expired` or `other` | a certificate that is over, or another host's |
    /// | `oauth2=PORT` | access tokens alone; asked after at [`super::oauth2::Endpoint`] |
    /// | `quota=KB` | how much a mailbox may hold |
    /// | `relay=PORT` | where submission relays to, e.g. [`super::smtp::SmtpServer::port`] |
    pub fn start(options: &[&str]) -> Self {
        Self { servers: Servers::start("dovecot", options) }
    }

    /// Stops it; every connection breaks.
    pub fn stop(&self) {
        script(&["stop", self.dir().to_str().unwrap()]);
    }

    /// Starts it again with its mail and on its ports.
    pub fn resume(&self) {
        script(&["resume", self.dir().to_str().unwrap()]);
    }
}

impl Deref for Dovecot {
    type Target = Servers;

    fn deref(&self) -> &Servers {
        &self.servers
    }
}
