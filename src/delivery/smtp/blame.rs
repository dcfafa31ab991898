//! Whose fault a refusal is. A 5xx is the recipient's only where it speaks of the recipient: the enhanced status
//! decides, then the words of the reply, then command and code.

use std::sync::LazyLock;

use regex::RegexSet;

use crate::{delivery::Failure, mail::SmtpReply};

/// The command that got the reply, or the step before the first command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Greeting,
    /// Or HELO.
    Ehlo,
    Starttls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The final dot.
    End,
    Rset,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Ehlo => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::End => "end of DATA",
            Self::Rset => "RSET",
        }
    }

    fn is_before_mails(self) -> bool {
        matches!(self, Self::Greeting | Self::Ehlo | Self::Starttls | Self::Auth)
    }

    /// What it means that no reply came, or one that is none to this command.
    pub fn without_verdict(self) -> Failure {
        match self {
            Self::End => Failure::Unconfirmed,
            _ if self.is_before_mails() => Failure::Server,
            _ => Failure::Retry,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Recipient,
    /// The mail itself: too large, not well-formed.
    Mail,
    /// Our side or the server's: the sender's address, the login, limits, reputation, the server's set-up.
    Sender,
    /// The server refuses the mail, and says not why.
    Unclear,
}
use Whose::{Mail, Recipient, Sender, Unclear};

/// What a refusal (4xx, 5xx) means.
pub(super) fn blame(verb: Verb, reply: &SmtpReply) -> Failure {
    let code = reply.code.unwrap_or_default();
    match whose(verb, code, reply) {
        _ if verb.is_before_mails() => Failure::Server,
        _ if code < 500 => Failure::Retry,
        Mail => Failure::Fail,
        // At MAIL no recipient is known yet, and the sender is the same for all mails.
        _ if verb == Verb::Mail => Failure::Server,
        Recipient => Failure::Fail,
        Sender => Failure::Policy,
        Unclear => Failure::Unclear,
    }
}

fn whose(verb: Verb, code: u16, reply: &SmtpReply) -> Whose {
    let status = reply.status.map_or((0, 0), |status| (status.subject, status.detail));
    let (sure, by_status) = by_status(status);
    if sure {
        return by_status;
    }
    by_words(&reply.text).unwrap_or(match (status, verb, code) {
        ((0, _), Verb::Rcpt, 550..=553 | 556) => Recipient, // RFC 5321, 4.2.3 and RFC 7504
        ((0, _), _, 500..=504 | 521 | 530..=538 | 555) => Sender,
        _ => by_status,
    })
}

/// By the subject and detail of the status (RFC 3463, and the IANA registry of enhanced status codes). Also whether that is
/// sure: servers use some codes for anything.
fn by_status(status: (u16, u16)) -> (bool, Whose) {
    match status {
        (1, 7 | 8) => (true, Sender),          // bad sender address
        (1, 90) => (true, Sender),             // Exchange Online: daily limit of the sender
        (1, 0) => (false, Recipient),          // other address status
        (1, _) => (true, Recipient),           // addressing
        (2, 250..=259) => (true, Sender),      // Exchange Online: 5.2.252 SendAsDenied
        (2, 3) => (true, Mail),                // too long for the mailbox
        (2, 0) => (false, Recipient),          // other mailbox status
        (2, _) => (true, Recipient),           // mailbox
        (3, 4) => (true, Mail),                // too big for the system
        (3, _) => (false, Sender),             // mail system
        (4, 5) => (true, Sender),              // congestion; Gmail: daily sending limit
        (4, _) => (false, Recipient),          // the way to the recipient's domain
        (5, _) => (false, Sender),             // protocol
        (6, _) => (true, Mail),                // content
        (7, 2 | 17 | 18) => (true, Recipient), // list expansion; mailbox or domain changed hands (RFC 7293)
        (7, 0 | 1) => (false, Unclear),        // not authorized: used for every policy
        (7, 512) => (true, Mail),              // Exchange Online: not RFC 5322
        (7, 124 | 129 | 133..=136 | 193 | 504 | 505 | 507) => (true, Recipient), // Exchange Online: restricted recipient
        (7, _) => (true, Sender), // authentication, SPF, DKIM, reputation, encryption
        _ => (false, Unclear),
    }
}

/// Words that speak of the sender's side. They win, because servers wrap them: "Recipient address rejected: SPF fail".
const SENDER: [&str; 8] = [
    r"(?i)relay\w*( access)? (denied|prohibited|not (permitted|allowed))|\bto relay\b|relaying", // Postfix, Exchange, sendmail
    r"(?i)send ?as ?denied|\bsend (as|on behalf)",                                               // Exchange
    r"(?i)\bclient (host|was not)|\bauthenticat|not logged in", // Postfix, Exchange
    r"(?i)\b(sender|envelope.from|mail from|return.path)\b",    // Postfix, Exim
    r"(?i)\b(spf|dkim|dmarc|ptr|r?dns|helo|ehlo)\b",            // all that check origins
    r"(?i)\bblock(ed|list)|black ?list|\bbanned\b|reputation|spamhaus", // reputation lists
    r"(?i)\b(daily|hourly|sending|outgoing|outbound|rate)\b.*\b(limit|quota)", // Gmail and hosting services
    r"(?i)too many (messages|mails|emails|connections|recipients)", // the same
];

/// Words that speak of the recipient.
const RECIPIENT: [&str; 3] = [
    r"(?i)\b(recipients?|addressee|mailbox|over ?quota)\b", // Postfix, Exchange
    r"(?i)\b(unknown|no such|invalid|non-?existent|inactive) (local |virtual )?(user|account|address|domain)\b", // qmail, Exim
    r"(?i)\b(user|account|address|domain) (is )?(unknown|not found|disabled|does ?n[o']t exist)|does(n't| not) (exist|have)", // sendmail
];

fn by_words(text: &str) -> Option<Whose> {
    #[expect(clippy::expect_used, reason = "a test compiles both tables")]
    static TABLES: LazyLock<[RegexSet; 2]> = LazyLock::new(|| {
        [&SENDER[..], &RECIPIENT[..]].map(|table| RegexSet::new(table).expect("a pattern is valid"))
    });
    let [sender, recipient] = &*TABLES;
    if sender.is_match(text) { Some(Sender) } else { recipient.is_match(text).then_some(Recipient) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_the_recipients_only_where_it_speaks_of_the_recipient() {
        use Failure::{Fail, Policy, Retry, Server, Unclear};
        use Verb::{Data, Ehlo, End, Greeting, Mail, Rcpt};
        for (verb, code, text, expected) in [
            (Greeting, 554, "5.3.2 no SMTP service here", Server),
            (Ehlo, 550, "5.7.506 bad HELO", Server),
            (Mail, 451, "4.3.0 later", Retry),
            (Mail, 550, "5.1.8 sender address rejected", Server),
            (Mail, 550, "5.1.1 no such user", Server),
            (Mail, 530, "5.7.57 client was not authenticated", Server),
            (Mail, 552, "5.3.4 message size exceeds fixed limit", Fail),
            (Rcpt, 450, "4.2.1 busy", Retry),
            (Rcpt, 550, "5.1.1 no such user", Fail),
            (Rcpt, 550, "no such user here", Fail),
            (Rcpt, 550, "", Fail),
            (Rcpt, 550, "rejected", Fail),
            (Rcpt, 556, "5.1.10 recipient address has null MX", Fail),
            (Rcpt, 552, "5.2.2 mailbox full", Fail),
            (Rcpt, 550, "5.4.1 Recipient address rejected: Access denied", Fail),
            (Rcpt, 550, "5.7.1 <a@example.jp>: Recipient address rejected: Access denied", Fail),
            (Rcpt, 550, "5.7.133 sender not authenticated for group", Fail),
            (Rcpt, 554, "5.7.1 <a@example.jp>: Relay access denied", Policy),
            (Rcpt, 550, "5.4.1 [a@example.jp]: Relay access denied", Policy),
            (Rcpt, 550, "relay not permitted", Policy),
            (Rcpt, 550, "5.7.1 Unable to relay", Policy),
            (Rcpt, 550, "5.7.1 Client host rejected: cannot find your hostname", Policy),
            (Rcpt, 550, "5.1.8 <desk@example.jp>: Sender address rejected: Domain not found", Policy),
            (Rcpt, 550, "5.7.23 Recipient address rejected: SPF fail", Policy),
            (Rcpt, 550, "5.4.5 Daily user sending limit exceeded", Policy),
            (Rcpt, 550, "5.1.90 your daily limit for message recipients", Policy),
            (Rcpt, 550, "5.7.60 client does not have permissions to send as this sender", Policy),
            (Rcpt, 554, "Service unavailable; blocked using zen.spamhaus.org", Policy),
            (Rcpt, 503, "5.5.1 bad sequence of commands", Policy),
            (Rcpt, 550, "5.7.1 not authorized", Unclear),
            (Data, 554, "5.5.1 no valid recipients", Fail),
            (Data, 554, "5.7.1 no", Unclear),
            (End, 554, "5.2.252 SendAsDenied; not allowed to send as", Policy),
            (End, 550, "5.7.26 unauthenticated mail is not accepted", Policy),
            (End, 550, "5.1.1 no such user", Fail),
            (End, 552, "5.3.4 too big", Fail),
            (End, 554, "5.6.0 malformed", Fail),
            (End, 554, "transaction failed", Unclear),
            (End, 571, "", Unclear),
        ] {
            assert_eq!(blame(verb, &SmtpReply::new(code, text)), expected, "{verb:?} {code} {text}");
        }
    }

    #[test]
    fn no_verdict_after_the_final_dot_may_be_an_acceptance() {
        for (verb, expected) in [
            (Verb::Ehlo, Failure::Server),
            (Verb::Mail, Failure::Retry),
            (Verb::Data, Failure::Retry),
            (Verb::End, Failure::Unconfirmed),
        ] {
            assert_eq!(verb.without_verdict(), expected, "{verb:?}");
        }
    }
}
