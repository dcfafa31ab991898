//! Decides whether an automatic mail may be sent: not to machines, not to the desk itself, not for old mail and not
//! beyond the budgets. The caller records a refusal in the audit, the log or the output of `inspect`.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::mail::{
    InboundMail, authentication,
    automatic::{Automatic, Own, asks_for_silence},
    is_same_person,
};

/// Limits on automatic mails per local day.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// To one person, in whatever spelling of the address.
    pub per_sender: u32,
    /// In one thread.
    pub per_thread: u32,
    /// To all addresses together. Mails beyond it are not refused: they wait.
    pub per_day: u32,
    /// To one domain. Mails beyond it wait, too, so that others get theirs.
    pub per_domain: u32,
}

/// Settings of the gate.
#[derive(Debug, Clone)]
pub struct GateRules {
    /// Address, aliases and lists of the desk, in lower case.
    pub own_addresses: Vec<String>,
    /// The desk's own lists, in lower case.
    pub lists: Vec<String>,
    /// Name of our own mail server in `Authentication-Results` (RFC 8601, authserv-id).
    pub authserv_id: Option<String>,
    pub budgets: Budgets,
}

impl GateRules {
    #[must_use]
    pub fn own(&self) -> Own<'_> {
        Own { addresses: &self.own_addresses, lists: &self.lists }
    }
}

/// An automatic reply that asks to pass the gate.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The mail that the reply answers.
    pub mail: &'a InboundMail,
    /// Evidence that a machine sent that mail.
    pub automatic: Option<&'a Automatic>,
    /// When the mailbox received that mail.
    pub received_at: DateTime<Utc>,
    /// When its first server had received that mail, if that was long before: the mail was moved here from elsewhere.
    pub long_ago: Option<DateTime<Utc>>,
    /// Nothing in that mail shows that a person wants a reply. The sender may be an unmarked responder or another
    /// desk, so the gate refuses a second reply within `QUIET`: two machines could answer each other forever.
    pub unasked: bool,
    /// The reply is the form. It goes to an address once, and only if the mail names the desk in To or Cc.
    pub is_form: bool,
}

/// Minimum time between a mail to an address and an unasked reply to it.
const QUIET: TimeDelta = TimeDelta::hours(24);

/// An address gets the form at most once in this time.
pub const FORM_ONCE_IN: TimeDelta = TimeDelta::days(30);

/// Facts for the gate from the database. "Today" is the local day of the desk.
#[derive(Debug, Clone, Copy, Default)]
pub struct GateFacts {
    /// Automatic mails queued today for this recipient.
    pub sent_to_recipient: u32,
    /// When the desk last queued an automatic mail for this recipient.
    pub last_to_recipient: Option<DateTime<Utc>>,
    /// When the desk last queued a receipt about the call for this recipient.
    pub last_call_receipt: Option<DateTime<Utc>>,
    /// Whether the recipient got the form within [`FORM_ONCE_IN`].
    pub form_sent: bool,
    /// Automatic mails queued today in this thread.
    pub sent_in_thread: u32,
    /// Mail received before this time gets no automatic reply. `None` in `inspect`, which has no first run.
    pub accept_since: Option<DateTime<Utc>>,
}

/// Why the gate refuses an automatic mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The mail has no sender address to reply to.
    NoSender,
    /// A machine sent the mail (RFC 3834 section 2: no automatic response to an automatic response).
    Robot {
        /// The header field that shows it.
        evidence: String,
    },
    /// The reply would go to the desk itself.
    OwnAddress,
    /// A header field of the mail asks for no automatic replies.
    AskedForSilence {
        /// That header field.
        evidence: String,
    },
    /// The mailbox received the mail before the desk started to reply.
    TooOld {
        /// When the desk started to reply.
        accept_since: DateTime<Utc>,
    },
    /// The mail was moved here from another mailbox, where it had come long ago.
    LongAgo {
        /// When it had come there.
        at: DateTime<Utc>,
    },
    /// Our mail server found that the sender's domain did not send the mail (DMARC, RFC 7489).
    NotAuthentic {
        /// The authentication result.
        evidence: String,
    },
    /// The mail does not name the desk in To or Cc.
    NotAddressed,
    /// The desk wrote to the recipient a short time ago, and the mail does not ask for another reply.
    AnsweredRecently { at: DateTime<Utc> },
    /// The desk already sent the form to the recipient.
    FormSentBefore,
    /// The budget of this thread is used up for today.
    ThreadBudget { used: u32, limit: u32 },
    /// The budget of this recipient is used up for today.
    SenderBudget { used: u32, limit: u32 },
    /// The last guard found a fault in the wording; the code of `last_guard::Violation`.
    Guarded(&'static str),
}

impl Refusal {
    /// The identifier in JSON and in the audit.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSender => "no_sender",
            Self::Robot { .. } => "robot",
            Self::OwnAddress => "own_address",
            Self::AskedForSilence { .. } => "asked_for_silence",
            Self::TooOld { .. } => "too_old",
            Self::LongAgo { .. } => "long_ago",
            Self::NotAuthentic { .. } => "not_authentic",
            Self::NotAddressed => "not_addressed",
            Self::AnsweredRecently { .. } => "answered_recently",
            Self::FormSentBefore => "form_sent_before",
            Self::ThreadBudget { .. } => "thread_budget",
            Self::SenderBudget { .. } => "sender_budget",
            Self::Guarded(_) => "guarded",
        }
    }

    /// Explanation for people. It may quote a header field; the audit uses [`Refusal::audit`] instead.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::NoSender => "the mail has no sender address".into(),
            Self::OwnAddress => "the sender is this desk".into(),
            Self::Robot { evidence }
            | Self::AskedForSilence { evidence }
            | Self::NotAuthentic { evidence } => evidence.clone(),
            Self::NotAddressed => "the mail names the desk neither in To nor in Cc".into(),
            Self::AnsweredRecently { at } => {
                format!("the desk wrote to this address at {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::FormSentBefore => "the desk already sent the form to this address".into(),
            Self::ThreadBudget { used, limit } => {
                format!("{used} of {limit} automatic mails in this thread today")
            }
            Self::TooOld { accept_since } => {
                format!("received before {}", accept_since.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::LongAgo { at } => {
                format!("its topmost Received says {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::SenderBudget { used, limit } => {
                format!("{used} of {limit} automatic mails to this address today")
            }
            Self::Guarded(code) => format!("the wording of the mail is at fault: {code}"),
        }
    }
}

impl Refusal {
    /// Whether the refusal is temporary. A reminder may then be tried again later.
    #[must_use]
    pub fn is_of_today(&self) -> bool {
        matches!(self, Self::AnsweredRecently { .. } | Self::ThreadBudget { .. } | Self::SenderBudget { .. })
    }

    /// The text for the audit, which must not contain personal data: of a header field, only its name.
    #[must_use]
    pub fn audit(&self) -> String {
        match self {
            Self::Robot { evidence }
            | Self::AskedForSilence { evidence }
            | Self::NotAuthentic { evidence } => {
                format!("{}: {}", self.code(), evidence.split(':').next().unwrap_or_default())
            }
            _ => format!("{}: {}", self.code(), self.detail()),
        }
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Refusal", 2)?;
        object.serialize_field("code", self.code())?;
        object.serialize_field("detail", &self.detail())?;
        object.end()
    }
}

/// The address for an automatic reply: the sender. Reply-To counts only if it is in the sender's domain; otherwise a
/// sender could make the desk write to a third party.
#[must_use]
pub fn recipient(mail: &InboundMail) -> Option<&str> {
    let from = &mail.from.as_ref()?.address;
    let domain = |address: &str| address.rsplit('@').next().unwrap_or_default().to_lowercase();
    let reply_to = mail.reply_to.first().map(|mailbox| &mailbox.address);
    Some(reply_to.filter(|address| domain(address) == domain(from)).unwrap_or(from))
}

pub fn gate(asking: Asking<'_>, rules: &GateRules, facts: GateFacts) -> Result<(), Refusal> {
    let Asking { mail, automatic, received_at, long_ago, unasked, is_form } = asking;
    let Some(to) = recipient(mail) else { return Err(Refusal::NoSender) };
    if let Some(automatic) = automatic {
        return Err(Refusal::Robot { evidence: automatic.evidence.clone() });
    }
    if mail.bounce.is_some() {
        return Err(Refusal::Robot { evidence: "a delivery report".into() });
    }
    if rules.own_addresses.iter().any(|own| is_same_person(own, to)) {
        return Err(Refusal::OwnAddress);
    }
    if let Some(evidence) = asks_for_silence(mail, &rules.own()) {
        return Err(Refusal::AskedForSilence { evidence });
    }
    let results = rules.authserv_id.as_deref().and_then(|id| authentication::results(mail, id));
    if results.is_some_and(|results| results.is_disowned()) {
        return Err(Refusal::NotAuthentic { evidence: "Authentication-Results: dmarc=fail".into() });
    }
    if let Some(accept_since) = facts.accept_since.filter(|since| received_at < *since) {
        return Err(Refusal::TooOld { accept_since });
    }
    if let Some(at) = long_ago {
        return Err(Refusal::LongAgo { at });
    }
    if is_form && !names_desk(mail, rules) {
        return Err(Refusal::NotAddressed);
    }
    if is_form && facts.form_sent {
        return Err(Refusal::FormSentBefore);
    }
    if let Some(at) = facts.last_to_recipient.filter(|at| unasked && received_at - *at < QUIET) {
        return Err(Refusal::AnsweredRecently { at });
    }
    within(facts, rules.budgets)
}

/// Checks only the budgets. Reminders use this directly, because they do not answer a mail of today.
pub fn within(facts: GateFacts, budgets: Budgets) -> Result<(), Refusal> {
    if facts.sent_in_thread >= budgets.per_thread {
        return Err(Refusal::ThreadBudget { used: facts.sent_in_thread, limit: budgets.per_thread });
    }
    if facts.sent_to_recipient >= budgets.per_sender {
        return Err(Refusal::SenderBudget { used: facts.sent_to_recipient, limit: budgets.per_sender });
    }
    Ok(())
}

fn names_desk(mail: &InboundMail, rules: &GateRules) -> bool {
    let mut named = mail.to.iter().chain(&mail.cc).map(|mailbox| mailbox.address.to_lowercase());
    named.any(|address| rules.own_addresses.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "From: yamada@city.example.jp\r\nTo: desk@example.jp\r\nSubject: x\r\n\r\nx\r\n";

    fn rules() -> GateRules {
        GateRules {
            own_addresses: vec!["desk@example.jp".into(), "old-desk@example.jp".into()],
            lists: Vec::new(),
            authserv_id: Some("mx.example.jp".into()),
            budgets: Budgets { per_sender: 5, per_thread: 3, per_day: 100, per_domain: 50 },
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The code of the refusal; empty if the gate lets the mail pass.
    fn refused(raw: &str, asked: (bool, bool), facts: GateFacts) -> &'static str {
        let mail = crate::mail::read(raw.as_bytes());
        let (unasked, is_form) = asked;
        let asking = Asking {
            mail: &mail,
            automatic: None,
            received_at: at("2025-07-01T00:00:00Z"),
            long_ago: None,
            unasked,
            is_form,
        };
        gate(asking, &rules(), facts).err().map_or("", |refusal| refusal.code())
    }

    #[test]
    fn each_refusal_has_its_own_reason() {
        let none = GateFacts::default();
        let (acknowledgement, form) = ((false, false), (true, true));
        let with = |header: &str| format!("{header}\r\n{FORM}");
        let recently = GateFacts { last_to_recipient: Some(at("2025-06-30T01:00:00Z")), ..none };
        for (raw, asked, facts, code) in [
            (FORM.to_owned(), acknowledgement, none, ""),
            (FORM.to_owned(), form, none, ""),
            (FORM.replace("From: yamada@city.example.jp\r\n", ""), acknowledgement, none, "no_sender"),
            (
                FORM.replace("yamada@city.example.jp", "Old-Desk@example.jp"),
                acknowledgement,
                none,
                "own_address",
            ),
            (
                FORM.replace("yamada@city.example.jp", "\"old-desk+x\"@example.jp"),
                acknowledgement,
                none,
                "own_address",
            ),
            (with("X-Auto-Response-Suppress: All"), acknowledgement, none, "asked_for_silence"),
            (
                with("Authentication-Results: mx.example.jp; dmarc=fail"),
                acknowledgement,
                none,
                "not_authentic",
            ),
            (with("Authentication-Results: mx.other.example; dmarc=fail"), acknowledgement, none, ""),
            (
                FORM.to_owned(),
                acknowledgement,
                GateFacts { accept_since: Some(at("2025-07-01T00:00:01Z")), ..none },
                "too_old",
            ),
            // Bcc, or an unmarked mailing list: the mail does not name the desk in To or Cc.
            (FORM.replace("To: desk@", "To: someone@"), form, none, "not_addressed"),
            (FORM.replace("To: desk@", "To: someone@"), acknowledgement, none, ""),
            (FORM.replace("To: desk@", "To: a@example.jp\r\nCc: OLD-desk@"), form, none, ""),
            (FORM.to_owned(), form, GateFacts { form_sent: true, ..none }, "form_sent_before"),
            (FORM.to_owned(), form, recently, "answered_recently"),
            (FORM.to_owned(), acknowledgement, recently, ""),
            (
                FORM.to_owned(),
                form,
                GateFacts { last_to_recipient: Some(at("2025-06-29T00:00:00Z")), ..none },
                "",
            ),
            (FORM.to_owned(), acknowledgement, GateFacts { sent_in_thread: 3, ..none }, "thread_budget"),
            (FORM.to_owned(), acknowledgement, GateFacts { sent_to_recipient: 5, ..none }, "sender_budget"),
        ] {
            assert_eq!(refused(&raw, asked, facts), code, "{raw}");
        }
    }

    #[test]
    fn a_reply_goes_to_the_sender_and_to_reply_to_only_in_the_same_domain() {
        for (reply_to, expected) in [
            ("office@city.example.jp", "office@city.example.jp"),
            ("office@CITY.example.jp", "office@CITY.example.jp"),
            ("victim@elsewhere.example", "yamada@city.example.jp"),
            ("a@sub.city.example.jp", "yamada@city.example.jp"),
        ] {
            let mail = crate::mail::read(format!("Reply-To: {reply_to}\r\n{FORM}").as_bytes());
            assert_eq!(recipient(&mail), Some(expected));
        }
    }
}
