//! One connection to the SMTP server, used for many mails. lettre writes the commands; the replies are read here, because
//! lettre refuses those that are not UTF-8 or have no text, and the code decides.

mod blame;
mod hello;
mod wire;

use std::{path::PathBuf, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        commands::{Data, Mail, Quit, Rcpt, Rset},
        extension::{MailBodyParameter, MailParameter},
    },
};

use self::{
    blame::{Verb, blame},
    hello::Offers,
    wire::{Limit, Wire},
};
use super::{Failure, SendError};
use crate::{
    letter::envelope_address,
    login::{Login, Proof},
    mail::{RawReply, SmtpReply},
    net::Peer,
    settings::Tls,
};

/// Timeout of QUIT.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the name look-up, the TCP connection and the TLS handshake, each.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);

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
    /// The name that EHLO says; `None`: this machine's.
    pub helo: Option<String>,
    /// Timeout of each reply.
    pub timeout: Duration,
    /// Timeout of the reply to the end of a mail.
    pub end_timeout: Duration,
}

impl SmtpOptions {
    fn peer(&self) -> Peer<'_> {
        Peer {
            protocol: "SMTP",
            section: "delivery",
            host: &self.host,
            port: self.port,
            ca_file: self.ca_file.as_deref(),
            timeout: self.timeout.min(CONNECT_WITHIN),
        }
    }
}

/// An open connection after the login.
pub struct SmtpSession {
    wire: Wire,
    offers: Offers,
    timeout: Duration,
    end_timeout: Duration,
    /// False after an error that leaves the state of the connection unknown.
    usable: bool,
    /// The final dot has left, and its reply has not come.
    awaits_verdict: bool,
}

impl SmtpSession {
    fn new(wire: Wire, options: &SmtpOptions) -> Self {
        let SmtpOptions { timeout, end_timeout, .. } = *options;
        Self { wire, offers: Offers::default(), timeout, end_timeout, usable: true, awaits_verdict: false }
    }

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
        Self::open(options, login).await.map_err(|error| explain(error, options))
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
        if result.is_err() {
            self.reset().await;
        }
        result
    }

    /// The result of a mail whose [`Self::send`] was dropped.
    pub fn abandoned(&mut self) -> SendError {
        let verb = if self.awaits_verdict { Verb::End } else { Verb::Data };
        self.no_verdict(verb, SmtpReply::none("the desk was stopped before the server replied"))
    }

    /// Asks whether the server accepts an envelope, and sends no mail.
    pub async fn probe(&mut self, sender: &str, recipient: &str) -> Result<SmtpReply, SendError> {
        let (mail, rcpt) = self.envelope(sender, recipient, true)?;
        let result = async {
            self.ask(Verb::Mail, &mail, &[2]).await?;
            self.ask(Verb::Rcpt, &rcpt, &[2]).await
        };
        let result = result.await;
        self.reset().await;
        result.map(|reply| reply_of(&reply))
    }

    async fn transaction(
        &mut self,
        sender: &str,
        recipient: &str,
        bytes: &[u8],
    ) -> Result<SmtpReply, SendError> {
        let (mail, rcpt) = self.envelope(sender, recipient, bytes.is_ascii())?;
        if self.wire.has_unread() {
            self.usable = false;
            let trouble = "the server sent a reply to no command".to_owned();
            return Err(SendError { failure: Failure::Retry, verb: "MAIL", reply: SmtpReply::none(trouble) });
        }
        if self.offers.has("PIPELINING") {
            self.send_envelope_pipelined(&format!("{mail}{rcpt}{Data}")).await?;
        } else {
            self.ask(Verb::Mail, &mail, &[2]).await?;
            self.ask(Verb::Rcpt, &rcpt, &[2]).await?;
            self.ask(Verb::Data, &Data.to_string(), &[3]).await?;
        }
        // Until the final dot has left, the server cannot have accepted the mail.
        self.write(Verb::Data, &dotted(bytes)).await?;
        self.awaits_verdict = true;
        let verdict = self.answer(Verb::End, &[2]).await;
        self.awaits_verdict = false;
        Ok(reply_of(&verdict?))
    }

    /// MAIL and RCPT.
    fn envelope(&self, sender: &str, recipient: &str, ascii: bool) -> Result<(String, String), SendError> {
        let (sender, recipient) = (parse(sender)?, parse(recipient)?);
        let mut parameters = Vec::new();
        if !ascii && self.offers.has("8BITMIME") {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let is_ascii = |address: &Address| address.user().is_ascii();
        if !is_ascii(&sender) || !is_ascii(&recipient) {
            if !self.offers.has("SMTPUTF8") {
                return Err(without_smtputf8(is_ascii(&sender)));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        Ok((Mail::new(Some(sender), parameters).to_string(), Rcpt::new(recipient, vec![]).to_string()))
    }

    /// Sends MAIL, RCPT and DATA in one round trip. The server replies to each, even after a refusal; the first
    /// refusal is the result.
    async fn send_envelope_pipelined(&mut self, commands: &str) -> Result<(), SendError> {
        self.write(Verb::Mail, commands.as_bytes()).await?;
        let mut refusal = None;
        for (verb, wanted) in [(Verb::Mail, 2), (Verb::Rcpt, 2)] {
            if let Err(error) = self.answer(verb, &[wanted]).await {
                let refusal = refusal.get_or_insert(error);
                if !self.usable {
                    return Err(refusal.clone());
                }
            }
        }
        let data = self.answer(Verb::Data, &[3]).await;
        let Some(refusal) = refusal else { return data.map(drop) };
        // If the server accepted DATA in spite of the refusal, it would read our next commands as mail text, and a line
        // with only a dot would send it (RFC 2920, 3.1). Such a connection must not be used again.
        self.usable &= data.is_err();
        Err(refusal)
    }

    async fn ask(&mut self, verb: Verb, command: &str, wanted: &[u16]) -> Result<RawReply, SendError> {
        self.write(verb, command.as_bytes()).await?;
        self.answer(verb, wanted).await
    }

    async fn write(&mut self, verb: Verb, bytes: &[u8]) -> Result<(), SendError> {
        let written = self.wire.write(bytes, self.limit(verb)).await;
        written.map_err(|trouble| self.no_verdict(verb, SmtpReply::none(trouble)))
    }

    /// Reads a reply whose first digit must be one of `wanted`.
    async fn answer(&mut self, verb: Verb, wanted: &[u16]) -> Result<RawReply, SendError> {
        let read = match self.wire.read(self.limit(verb)).await {
            Ok(read) => read,
            Err(trouble) => return Err(self.no_verdict(verb, SmtpReply::none(trouble))),
        };
        let mut reply = reply_of(&read);
        // 421 closes the connection (RFC 5321, 4.2.3).
        self.usable &= !self.wire.is_broken() && reply.code != Some(421);
        match reply.code.unwrap_or_default() / 100 {
            kind if wanted.contains(&kind) => Ok(read),
            4 | 5 => Err(SendError { failure: blame(verb, &reply), verb: verb.as_str(), reply }),
            _ => {
                // It belongs to another command.
                reply.text.push_str(", which is not a valid reply to this command");
                Err(self.no_verdict(verb, reply))
            }
        }
    }

    fn no_verdict(&mut self, verb: Verb, reply: SmtpReply) -> SendError {
        self.usable = false;
        SendError { failure: verb.without_verdict(), verb: verb.as_str(), reply }
    }

    fn limit(&self, verb: Verb) -> Limit {
        match verb {
            Verb::End => Limit { time: self.end_timeout, setting: "delivery.end_timeout" },
            _ => Limit { time: self.timeout, setting: "delivery.timeout" },
        }
    }

    /// Makes the connection ready for the next mail, if it can be.
    async fn reset(&mut self) {
        if self.usable {
            self.usable = self.ask(Verb::Rset, &Rset.to_string(), &[2]).await.is_ok();
        }
    }

    /// Sends QUIT and ignores its result.
    pub async fn quit(mut self) {
        let limit = Limit { time: QUIT_TIMEOUT, setting: "" };
        if self.wire.write(Quit.to_string().as_bytes(), limit).await.is_ok() {
            let _ = self.wire.read(limit).await;
        }
    }
}

/// A mail with its lines' first dots doubled (RFC 5321, 4.5.2), and the final dot.
fn dotted(bytes: &[u8]) -> Vec<u8> {
    let mut dotted = Vec::with_capacity(bytes.len() + bytes.len() / 64 + 8);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            dotted.push(b'.');
        }
        dotted.extend_from_slice(line);
    }
    if !dotted.ends_with(b"\r\n") {
        dotted.extend_from_slice(b"\r\n");
    }
    dotted.extend_from_slice(b".\r\n");
    dotted
}

/// [`Wire::read`] returns no reply without a code.
fn reply_of(reply: &RawReply) -> SmtpReply {
    reply.reply().unwrap_or_else(|| SmtpReply::none(reply.text()))
}

/// An error before the first mail, so no mail is the cause.
fn server(verb: &'static str, trouble: String) -> SendError {
    SendError { failure: Failure::Server, verb, reply: SmtpReply::none(trouble) }
}

/// The verdict on an address that the server cannot be told of (RFC 6531, 3.2 and 3.5). Of the recipient's it is final; the
/// desk's own address is the same for all mails.
fn without_smtputf8(of_recipient: bool) -> SendError {
    let text = "5.6.7 the address needs SMTPUTF8, which the mail server does not offer";
    let failure = if of_recipient { Failure::Fail } else { Failure::Server };
    SendError { failure, verb: "envelope", reply: SmtpReply::new(553, text) }
}

fn parse(address: &str) -> Result<Address, SendError> {
    envelope_address(address).ok_or_else(|| SendError {
        failure: Failure::Fail,
        verb: "envelope",
        reply: SmtpReply::none(format!("{address:?} is not an address")),
    })
}

/// Adds the remedy to an error before the first mail.
fn explain(error: SendError, options: &SmtpOptions) -> SendError {
    let SmtpOptions { host, port, .. } = options;
    let reply = &error.reply;
    let reply = match error.verb {
        // `net` and STARTTLS have said what to do.
        "connect" | "TLS" => return error,
        "AUTH" if options.login.as_ref().is_some_and(|login| login.tokens().is_some()) => format!(
            "{reply}: the SMTP server {host} refused the access token; see delivery.user, and that the application of delivery.oauth2 is allowed to send for this mailbox"
        ),
        "AUTH" => format!(
            "{reply}: the SMTP server {host} refused the login; see delivery.user and the password in delivery.password_file"
        ),
        "EHLO" if reply.code.is_some() => {
            format!("{reply}: the SMTP server {host} refused the name of this host; see delivery.helo")
        }
        _ => format!(
            "{reply}: cannot use the SMTP server {host}:{port}; see that it runs, and delivery.host, delivery.port and delivery.tls"
        ),
    };
    server(error.verb, reply)
}

#[cfg(test)]
mod tests {
    use super::{dotted, parse};

    #[test]
    fn quoted_local_parts_are_addresses_of_an_envelope() {
        assert!(parse("\"a..b\"@docomo.example").is_ok());
        assert!(parse("no address").is_err());
    }

    #[test]
    fn a_dot_at_the_beginning_of_a_line_is_doubled() {
        for (name, mail, expected) in [
            ("no dot", "a\r\nb\r\n", "a\r\nb\r\n.\r\n"),
            ("a dot", ".a\r\n.\r\nb.c\r\n", "..a\r\n..\r\nb.c\r\n.\r\n"),
            ("no line end", "a", "a\r\n.\r\n"),
            ("nothing", "", "\r\n.\r\n"),
        ] {
            assert_eq!(String::from_utf8(dotted(mail.as_bytes())).unwrap(), expected, "{name}");
        }
    }
}
