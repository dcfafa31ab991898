//! One connection to the SMTP server, used for many mails. Every command has a timeout, and every error names its
//! command, because the command decides whether the mail or the server is the cause.

mod stream;

use std::{path::PathBuf, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Ehlo, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::{Response, Severity},
    },
};
use secrecy::ExposeSecret;

use stream::Stream;

use super::{Failure, SendError};
use crate::letter::envelope_address;
use crate::mail::SmtpReply;
use crate::net::{Peer, certificate_remedy};
use crate::{
    login::{Login, Proof},
    settings::Tls,
};

/// Reply codes to MAIL that concern our login and not the mail (RFC 4954, 6).
const LOGIN_CODES: [u16; 4] = [530, 534, 535, 538];

/// Timeout of QUIT.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Settings of an SMTP connection.
#[derive(Debug, Clone)]
pub struct SmtpOptions {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// PEM file of certificate authorities to trust in addition to those of the system.
    pub ca_file: Option<PathBuf>,
    /// `None` if the server requires no login.
    pub login: Option<Login>,
    /// Timeout of each command.
    pub timeout: Duration,
}

impl SmtpOptions {
    fn peer(&self) -> Peer<'_> {
        Peer {
            protocol: "SMTP",
            section: "delivery",
            host: &self.host,
            port: self.port,
            ca_file: self.ca_file.as_deref(),
            timeout: self.timeout,
        }
    }
}

/// An open connection after the login.
pub struct SmtpSession {
    connection: AsyncSmtpConnection,
    timeout: Duration,
    /// The server supports PIPELINING (RFC 2920): several commands in one packet.
    pipelining: bool,
    /// False after an error that leaves the state of the connection unknown.
    usable: bool,
}

impl SmtpSession {
    /// Connects, starts TLS and logs in.
    ///
    /// # Errors
    /// Always [`Failure::Server`], because no mail can be the cause.
    pub async fn connect(options: &SmtpOptions) -> Result<Self, SendError> {
        let Some(login) = &options.login else { return Self::attempt(options, None).await };
        let proof = || async { login.proof().await.map_err(|error| server("AUTH", error.to_string())) };
        let first = proof().await?;
        match (Self::attempt(options, Some((login, &first))).await, &first, login.tokens()) {
            // A provider may revoke a token before it expires, so one retry with a newer token makes sense.
            (Err(error), Proof::Token(access), Some(tokens))
                if error.verb == "AUTH" && tokens.refused(access) =>
            {
                Self::attempt(options, Some((login, &proof().await?))).await
            }
            (result, _, _) => result,
        }
    }

    async fn attempt(options: &SmtpOptions, login: Option<(&Login, &Proof)>) -> Result<Self, SendError> {
        let limit = options.timeout;
        let hello = ClientId::default();
        let stream = Stream::open(options).await.map_err(|error| server("connect", error.to_string()))?;
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
        let mut connection =
            limited("EHLO", limit, greeting).await.map_err(|error| explain(&error, options))?;
        if options.tls == Tls::Starttls {
            if !connection.can_starttls() {
                let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.abort()).await;
                return Err(server(
                    "STARTTLS",
                    format!(
                        "the SMTP server {} offers no STARTTLS, and nothing is sent in clear; use delivery.tls = \"implicit\" (port 465)",
                        options.host
                    ),
                ));
            }
            let upgrade = limited("STARTTLS", limit, connection.starttls(parameters(options)?, &hello)).await;
            upgrade.map_err(|error| explain(&error, options))?;
        }
        if let Some((login, proof)) = login {
            let (secret, mechanisms) = match proof {
                Proof::Password(password) => (password, &[Mechanism::Plain, Mechanism::Login][..]),
                Proof::Token(access) => (&access.token, &[Mechanism::Xoauth2][..]),
            };
            let credentials = Credentials::new(login.user.clone(), secret.expose_secret().to_owned());
            let auth = limited("AUTH", limit, connection.auth(mechanisms, &credentials)).await;
            auth.map_err(|error| explain(&error, options))?;
        }
        // A second EHLO, because lettre does not store extensions that it does not use itself, such as PIPELINING.
        let pipelining = match limited("EHLO", limit, connection.command(Ehlo::new(hello))).await {
            Ok(offers) => offers.message().any(|line| line.trim().eq_ignore_ascii_case("PIPELINING")),
            Err(error) if is_refusal(&error) => false,
            Err(error) => return Err(explain(&error, options)),
        };
        Ok(Self { connection, timeout: limit, pipelining, usable: true })
    }

    /// Whether another mail can be sent over this connection.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Sends one mail and returns the server's reply.
    pub async fn send(
        &mut self,
        sender: &str,
        recipient: &str,
        bytes: &[u8],
    ) -> Result<SmtpReply, SendError> {
        let result = self.transaction(sender, recipient, bytes).await;
        if let Err(error) = &result {
            // After a refusal (4xx, 5xx) and RSET, the connection can send the next mail. After any other error its
            // state is unknown.
            self.usable = self.usable
                && is_refusal(error)
                && limited("RSET", self.timeout, self.connection.command(Rset)).await.is_ok();
        }
        result
    }

    async fn transaction(
        &mut self,
        sender: &str,
        recipient: &str,
        bytes: &[u8],
    ) -> Result<SmtpReply, SendError> {
        let limit = self.timeout;
        let (sender, recipient) = (parse(sender)?, parse(recipient)?);
        let eight_bit =
            !bytes.is_ascii() && self.connection.server_info().supports_feature(Extension::EightBitMime);
        let parameters =
            if eight_bit { vec![MailParameter::Body(MailBodyParameter::EightBitMime)] } else { Vec::new() };
        let (mail, rcpt) = (Mail::new(Some(sender), parameters), Rcpt::new(recipient, vec![]));
        if self.pipelining {
            self.send_envelope_pipelined(&mail, &rcpt).await?;
        } else {
            limited("MAIL", limit, self.connection.command(mail)).await?;
            limited("RCPT", limit, self.connection.command(rcpt)).await?;
            let reply = limited("DATA", limit, self.connection.command(Data)).await?;
            self.expect("DATA", &reply, Severity::PositiveIntermediate)?;
        }
        let reply = limited("end of DATA", limit, self.connection.message(bytes)).await?;
        self.expect("end of DATA", &reply, Severity::PositiveCompletion)?;
        Ok(reply_of(&reply))
    }

    /// Checks that a reply has the expected kind. lettre accepts every 2xx and 3xx reply. A reply of the wrong kind
    /// belongs to another command, so the mail counts as not accepted and the connection is closed.
    fn expect(&mut self, verb: &'static str, reply: &Response, kind: Severity) -> Result<(), SendError> {
        if reply.code().severity == kind {
            return Ok(());
        }
        self.usable = false;
        let mut reply = reply_of(reply);
        reply.text.push_str(", which is not a valid reply to this command");
        Err(SendError { failure: Failure::Retry, verb, reply })
    }

    /// Sends MAIL, RCPT and DATA in one round trip. The server replies to each, even after a refusal; the first
    /// refusal is the result.
    async fn send_envelope_pipelined(&mut self, mail: &Mail, rcpt: &Rcpt) -> Result<(), SendError> {
        let limit = self.timeout;
        let mut reply = limited("MAIL", limit, self.connection.command(format!("{mail}{rcpt}{Data}"))).await;
        let mut refusal = None;
        for verb in ["RCPT", "DATA"] {
            if let Err(error) = reply {
                if !is_refusal(&error) {
                    self.usable = false;
                    return Err(refusal.unwrap_or(error));
                }
                refusal.get_or_insert(error);
            }
            reply = limited(verb, limit, self.connection.read_response()).await;
        }
        let Some(refusal) = refusal else {
            return self.expect("DATA", &reply?, Severity::PositiveIntermediate);
        };
        // If the server accepted DATA in spite of the refusal, it would read our next commands as mail text, and a line
        // with only a dot would send it (RFC 2920, 3.1). Such a connection must not be used again.
        self.usable = reply.is_err_and(|error| is_refusal(&error));
        Err(refusal)
    }

    /// Sends QUIT and ignores its result.
    pub async fn quit(mut self) {
        let _ = tokio::time::timeout(QUIT_TIMEOUT, self.connection.abort()).await;
    }
}

/// TLS parameters for STARTTLS, which lettre performs itself. With implicit TLS, lettre gets a [`Stream`] that
/// already uses TLS.
fn parameters(options: &SmtpOptions) -> Result<TlsParameters, SendError> {
    let failed = |reply: String| server("TLS", reply);
    let mut builder = TlsParameters::builder(options.host.clone());
    if let Some(path) = &options.ca_file {
        let unreadable = |detail: String| {
            failed(format!(
                "cannot read certificates from {}: {detail}; see delivery.ca_file",
                path.display()
            ))
        };
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        builder = builder.add_root_certificate(
            Certificate::from_pem(&pem).map_err(|error| unreadable(error.to_string()))?,
        );
    }
    builder.build_rustls().map_err(|error| failed(error.to_string()))
}

/// An error before the first mail, so no mail is the cause.
fn server(verb: &'static str, trouble: String) -> SendError {
    SendError { failure: Failure::Server, verb, reply: SmtpReply::none(trouble) }
}

fn parse(address: &str) -> Result<Address, SendError> {
    envelope_address(address).ok_or_else(|| SendError {
        failure: Failure::Fail,
        verb: "envelope",
        reply: SmtpReply::none(format!("{address:?} is not an address")),
    })
}

/// Whether the server refused the command and still accepts others. 421 closes the connection (RFC 5321, 4.2.3).
fn is_refusal(error: &SendError) -> bool {
    error.reply.code.is_some_and(|code| code >= 400 && code != 421)
}

/// The server's reply, its lines as one.
fn reply_of(reply: &Response) -> SmtpReply {
    let lines: Vec<&str> = reply.message().collect();
    SmtpReply::new(u16::from(reply.code()), &lines.join(" "))
}

/// Runs a command with a timeout and classifies its error.
async fn limited<T>(
    verb: &'static str,
    limit: Duration,
    future: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, SendError> {
    let error = match tokio::time::timeout(limit, future).await {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(_) => {
            let trouble = format!("no answer within {} s; see delivery.timeout", limit.as_secs());
            return Err(SendError { failure: Failure::Retry, verb, reply: SmtpReply::none(trouble) });
        }
    };
    let code = error.status().map(u16::from);
    let session = matches!(verb, "EHLO" | "STARTTLS" | "AUTH");
    let failure = match code {
        _ if session => Failure::Server,
        Some(code) if verb == "MAIL" && LOGIN_CODES.contains(&code) => Failure::Server,
        Some(421) => Failure::Retry,
        Some(500..) => Failure::Fail,
        _ => Failure::Retry,
    };
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let reply = match (code, certificate_remedy(&error)) {
        (Some(code), _) => SmtpReply::new(code, &source),
        (None, Some(remedy)) => SmtpReply::none(format!("{source}: {remedy}")),
        (None, None) if source.is_empty() => SmtpReply::none(error.to_string()),
        (None, None) => SmtpReply::none(source),
    };
    Err(SendError { failure, verb, reply })
}

/// Adds the remedy to an error before the first mail.
fn explain(error: &SendError, options: &SmtpOptions) -> SendError {
    let SmtpOptions { host, port, .. } = options;
    let reply = &error.reply;
    let reply = match error.verb {
        "AUTH" if options.login.as_ref().is_some_and(|login| login.tokens().is_some()) => format!(
            "{reply}: the SMTP server {host} refused the access token; see delivery.user, and that the application of delivery.oauth2 is allowed to send for this mailbox"
        ),
        "AUTH" => format!(
            "{reply}: the SMTP server {host} refused the login; see delivery.user and the password in delivery.password_file"
        ),
        _ => format!(
            "{reply}: cannot use the SMTP server {host}:{port}; see that it runs, and delivery.host, delivery.port and delivery.tls"
        ),
    };
    server(error.verb, reply)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn quoted_local_parts_are_addresses_of_an_envelope() {
        assert!(parse("\"a..b\"@docomo.example").is_ok());
        assert!(parse("no address").is_err());
    }
}
