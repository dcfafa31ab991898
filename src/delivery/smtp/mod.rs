//! One connection to the SMTP server, used for many mails. Each verb has a time limit, and each failure says at
//! which verb it happened, since that decides whether the mail or the server is at fault.

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
use crate::net::Peer;
use crate::{
    login::{Login, Proof},
    settings::Tls,
};

/// Replies to MAIL that speak of our login and not of the mail (RFC 4954, 6).
const LOGIN_CODES: [u16; 4] = [530, 534, 535, 538];

/// How long a server may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a connection needs to know.
#[derive(Debug, Clone)]
pub struct SmtpOptions {
    /// Server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Transport security.
    pub tls: Tls,
    /// A private certificate authority.
    pub ca_file: Option<PathBuf>,
    /// Login, where the server asks for one.
    pub login: Option<Login>,
    /// Time limit of each verb.
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

/// An open connection, logged in.
pub struct SmtpSession {
    connection: AsyncSmtpConnection,
    timeout: Duration,
    /// Whether the server takes several commands at once (RFC 2920).
    pipelining: bool,
    usable: bool,
}

impl SmtpSession {
    /// Connects, secures and logs in.
    ///
    /// # Errors
    /// Always of the kind [`Failure::Server`]: no mail is at fault.
    pub async fn connect(options: &SmtpOptions) -> Result<Self, SendError> {
        let Some(login) = &options.login else { return Self::attempt(options, None).await };
        let proof = || async { login.proof().await.map_err(|error| server("AUTH", error.to_string())) };
        let first = proof().await?;
        match (Self::attempt(options, Some((login, &first))).await, &first, login.tokens()) {
            // A token may end early; a newer one is worth one attempt.
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
                let _ = tokio::time::timeout(FAREWELL, connection.abort()).await;
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
        // Asked once more, since the library keeps no extension that it does not use itself.
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

    /// Hands one mail over; the server's reply on success.
    ///
    /// # Errors
    /// The verdict, the verb and the reply.
    pub async fn send(&mut self, sender: &str, recipient: &str, bytes: &[u8]) -> Result<String, SendError> {
        let result = self.transaction(sender, recipient, bytes).await;
        if let Err(error) = &result {
            // After a refusal the connection is good for the next mail; after anything else it is not.
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
    ) -> Result<String, SendError> {
        let limit = self.timeout;
        let (sender, recipient) = (parse(sender)?, parse(recipient)?);
        let eight_bit =
            !bytes.is_ascii() && self.connection.server_info().supports_feature(Extension::EightBitMime);
        let parameters =
            if eight_bit { vec![MailParameter::Body(MailBodyParameter::EightBitMime)] } else { Vec::new() };
        let (mail, rcpt) = (Mail::new(Some(sender), parameters), Rcpt::new(recipient, vec![]));
        if self.pipelining {
            self.announce_at_once(&mail, &rcpt).await?;
        } else {
            limited("MAIL", limit, self.connection.command(mail)).await?;
            limited("RCPT", limit, self.connection.command(rcpt)).await?;
            let reply = limited("DATA", limit, self.connection.command(Data)).await?;
            self.expect("DATA", &reply, Severity::PositiveIntermediate)?;
        }
        let reply = limited("end of DATA", limit, self.connection.message(bytes)).await?;
        self.expect("end of DATA", &reply, Severity::PositiveCompletion)?;
        Ok(text(&reply))
    }

    /// The library takes any reply that is no refusal. One of another kind answers something else: whatever it says, the mail is
    /// not accepted, and the connection is left.
    fn expect(&mut self, verb: &'static str, reply: &Response, kind: Severity) -> Result<(), SendError> {
        if reply.code().severity == kind {
            return Ok(());
        }
        self.usable = false;
        let reply = format!("{}, which is no answer to it", text(reply));
        Err(SendError { failure: Failure::Retry, verb, reply })
    }

    /// Three commands in one round trip. Each has its reply, also after one that was refused; the first refusal counts.
    async fn announce_at_once(&mut self, mail: &Mail, rcpt: &Rcpt) -> Result<(), SendError> {
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
        // Were DATA accepted all the same, whatever is said would be the mail's text, and a dot would send it (RFC 2920, 3.1).
        self.usable = reply.is_err_and(|error| is_refusal(&error));
        Err(refusal)
    }

    /// Says goodbye.
    pub async fn quit(mut self) {
        let _ = tokio::time::timeout(FAREWELL, self.connection.abort()).await;
    }
}

/// What lettre needs to upgrade a connection itself; with implicit TLS it gets a [`Stream`] that is secured already.
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

/// A failure before the first mail: no mail is at fault.
fn server(verb: &'static str, reply: String) -> SendError {
    SendError { failure: Failure::Server, verb, reply }
}

fn parse(address: &str) -> Result<Address, SendError> {
    envelope_address(address).ok_or_else(|| SendError {
        failure: Failure::Fail,
        verb: "envelope",
        reply: format!("{address:?} is not an address"),
    })
}

/// Whether the server refused, and goes on listening.
fn is_refusal(error: &SendError) -> bool {
    error.reply.starts_with(['4', '5']) && !error.reply.starts_with("421")
}

/// The reply as the server wrote it.
fn text(reply: &Response) -> String {
    let lines: Vec<&str> = reply.message().collect();
    format!("{} {}", reply.code(), lines.join(" ")).trim().to_owned()
}

/// Runs a verb within its time limit and judges its failure.
async fn limited<T>(
    verb: &'static str,
    limit: Duration,
    future: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, SendError> {
    let error = match tokio::time::timeout(limit, future).await {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(_) => {
            let reply = format!("no answer within {} s; see delivery.timeout", limit.as_secs());
            return Err(SendError { failure: Failure::Retry, verb, reply });
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
    let reply = match code {
        Some(code) => format!("{code} {source}"),
        None if source.is_empty() => error.to_string(),
        None => source,
    };
    Err(SendError { failure, verb, reply: reply.trim().to_owned() })
}

/// Adds what to do to a failure before the first mail.
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
        _ if reply.contains("UnknownIssuer") => format!(
            "{reply}: the certificate of {host} is not trusted; name its authority in delivery.ca_file"
        ),
        _ if reply.contains("NotValidForName") => format!(
            "{reply}: the certificate of {host} is for another name; put that name into delivery.host"
        ),
        _ if reply.contains("xpired") => {
            format!("{reply}: the certificate of {host} has expired; have it renewed on the server")
        }
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
