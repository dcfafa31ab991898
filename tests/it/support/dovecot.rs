//! A Dovecot for one test, where the shared one does not do: it can be stopped, lack an extension or have a bad
//! certificate. It ends with the test process.

use std::ops::Deref;

use super::rig::{Servers, script};

#[derive(Debug)]
pub struct Dovecot {
    servers: Servers,
}

impl Dovecot {
    /// Options of `scripts/rig`:
    ///
    /// | option | effect |
    /// |---|---|
    /// | `without=MOVE,IDLE` | IMAP capabilities that are not offered |
    /// | `tls=no` | no STARTTLS and no TLS ports |
    /// | `cleartext=no` | LOGINDISABLED before TLS |
    /// | `mechanisms=plain` | the SASL mechanisms offered (default: plain login) |
    /// | `certificate=expired` or `other` | an expired certificate, or one for another host |
    /// | `oauth2=PORT` | access tokens only; Dovecot introspects them at [`super::oauth2::Endpoint`] |
    /// | `quota=KB` | size limit of a mailbox |
    /// | `relay=PORT` | submission relays to this port, e.g. [`super::smtp::SmtpServer::port`] |
    pub fn start(options: &[&str]) -> Self {
        Self { servers: Servers::start("dovecot", options) }
    }

    /// Breaks every connection.
    pub fn stop(&self) {
        script(&["stop", self.dir().to_str().unwrap()]);
    }

    /// The mail and the ports are as before.
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
