//! Opens a session: greeting, EHLO with this host's name, STARTTLS and the login.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_STANDARD};
use lettre::transport::smtp::{
    commands::{Ehlo, Starttls},
    extension::ClientId,
};
use secrecy::ExposeSecret;

use super::{SmtpOptions, SmtpSession, blame::Verb, server, wire::Wire};
use crate::{
    delivery::SendError,
    login::{Login, Proof},
    mail::RawReply,
    settings::Tls,
};

/// What the server offers in its reply to EHLO.
#[derive(Debug, Clone, Default)]
pub(super) struct Offers(Vec<String>);

impl Offers {
    fn new(reply: &RawReply) -> Self {
        Self(reply.offers().collect())
    }

    pub fn has(&self, keyword: &str) -> bool {
        self.0.iter().any(|line| line.split_whitespace().next() == Some(keyword))
    }

    /// `AUTH PLAIN LOGIN`; old servers write `AUTH=PLAIN LOGIN`.
    fn has_mechanism(&self, mechanism: &str) -> bool {
        let mut lines = self.0.iter().filter_map(|line| line.strip_prefix("AUTH"));
        lines.any(|line| line.split([' ', '=']).any(|word| word == mechanism))
    }
}

impl SmtpSession {
    pub(super) async fn open(
        options: &SmtpOptions,
        login: Option<(&Login, &Proof)>,
    ) -> Result<Self, SendError> {
        let wire = Wire::open(options).await.map_err(|error| server("connect", error.to_string()))?;
        let mut session = Self::new(wire, options);
        session.answer(Verb::Greeting, &[2]).await?;
        let name = match &options.helo {
            Some(name) => name.clone(),
            None => host_name(&session.wire),
        };
        session.hello(&name).await?;
        if options.tls == Tls::Starttls {
            session = session.starttls(options, &name).await?;
        }
        if let Some((login, proof)) = login {
            session.login(login, proof).await?;
        }
        Ok(session)
    }

    async fn hello(&mut self, name: &str) -> Result<(), SendError> {
        let ehlo = Ehlo::new(ClientId::Domain(name.to_owned())).to_string();
        self.offers = match self.ask(Verb::Ehlo, &ehlo, &[2]).await {
            Ok(reply) => Offers::new(&reply),
            // A server that does not know EHLO wants HELO (RFC 5321, 3.2 and 4.1.4), and offers nothing.
            Err(error) if self.usable && matches!(error.reply.code, Some(500 | 502 | 504)) => {
                self.ask(Verb::Ehlo, &format!("HELO {name}\r\n"), &[2]).await?;
                Offers::default()
            }
            Err(error) => return Err(error),
        };
        Ok(())
    }

    async fn starttls(mut self, options: &SmtpOptions, name: &str) -> Result<Self, SendError> {
        if !self.offers.has("STARTTLS") {
            self.quit().await;
            return Err(server(
                "TLS",
                format!(
                    "the SMTP server {} offers no STARTTLS, and nothing is sent in clear; use delivery.tls = \"implicit\" (port 465)",
                    options.host
                ),
            ));
        }
        self.ask(Verb::Starttls, &Starttls.to_string(), &[2]).await?;
        let wire = self.wire.secure(options).await.map_err(|trouble| server("TLS", trouble))?;
        let mut session = Self::new(wire, options);
        // Offers in clear text do not count (RFC 3207, 4.2).
        session.hello(name).await?;
        Ok(session)
    }

    async fn login(&mut self, login: &Login, proof: &Proof) -> Result<(), SendError> {
        let encoded = |text: &str| format!("{}\r\n", BASE64_STANDARD.encode(text));
        let response = encoded(&proof.initial_response(&login.user));
        match proof {
            Proof::Token(_) if self.offers.has_mechanism("XOAUTH2") => {
                let reply = self.ask(Verb::Auth, &format!("AUTH XOAUTH2 {response}"), &[2, 3]).await?;
                if reply.code() == Some(334) {
                    // The server explains its refusal in a challenge, and refuses after an empty response.
                    self.ask(Verb::Auth, "\r\n", &[2]).await?;
                }
            }
            Proof::Password(_) if self.offers.has_mechanism("PLAIN") => {
                self.ask(Verb::Auth, &format!("AUTH PLAIN {response}"), &[2]).await?;
            }
            Proof::Password(password) if self.offers.has_mechanism("LOGIN") => {
                self.ask(Verb::Auth, "AUTH LOGIN\r\n", &[3]).await?;
                self.ask(Verb::Auth, &encoded(&login.user), &[3]).await?;
                self.ask(Verb::Auth, &encoded(password.expose_secret()), &[2]).await?;
            }
            _ => return Err(server("AUTH", "the server offers no login that the desk knows".to_owned())),
        }
        Ok(())
    }
}

/// The machine's name if it is a full one, else an address literal (RFC 5321, 4.1.4).
fn host_name(wire: &Wire) -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if is_full_name(name.trim()) {
        return name.trim().to_owned();
    }
    let literal = match wire.local_address() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::default(),
    };
    literal.to_string()
}

/// Whether a host name has a domain that other hosts may know.
fn is_full_name(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let plain = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let local = ["localdomain", "local", "lan", "internal", "home"];
    labels.len() > 1
        && name.len() <= 253
        && labels.iter().all(plain)
        && labels
            .last()
            .is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()) && !local.contains(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_called_by_a_full_name_alone() {
        for (name, expected) in [
            ("desk.example.jp", true),
            ("desk", false),
            ("localhost.localdomain", false),
            ("desk.local", false),
            ("192.0.2.1", false),
            ("a b.example.jp", false),
            ("desk.example.jp.", false),
            ("", false),
        ] {
            assert_eq!(is_full_name(name), expected, "{name}");
        }
    }

    #[test]
    fn offers_are_read_in_any_case() {
        let mut reply = RawReply::default();
        reply.add(b"250-mx.example.jp pipelining\r\n");
        reply.add(b"250-Auth=Login Plain\r\n");
        reply.add(b"250 8bitmime\r\n");
        let offers = Offers::new(&reply);
        assert!(offers.has("8BITMIME") && !offers.has("PIPELINING"));
        assert!(offers.has_mechanism("PLAIN") && !offers.has_mechanism("XOAUTH2"));
    }
}
