//! The one gate in front of every automatic mail. It refuses robots, ourselves, old mail and whatever is over
//! budget; a refusal is a value that the audit, `inspect` and the log show alike.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::mail::{
    InboundMail, authentication,
    automatic::{Automatic, asks_for_silence},
};

/// How many automatic mails may leave.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// A day to one address.
    pub per_sender: u32,
    /// A day in one thread.
    pub per_thread: u32,
    /// A day to all addresses together.
    pub per_day: u32,
}

/// What the gate knows of the desk.
#[derive(Debug, Clone)]
pub struct GateRules {
    /// The desk's address and aliases, lower-cased.
    pub own_addresses: Vec<String>,
    /// Our own mail server's name in `Authentication-Results`.
    pub authserv_id: Option<String>,
    /// How many automatic mails may leave.
    pub budgets: Budgets,
}

/// What asks to be let out.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The mail that it answers.
    pub mail: &'a InboundMail,
    /// What shows that a robot wrote that.
    pub automatic: Option<&'a Automatic>,
    /// When that was received.
    pub received_at: DateTime<Utc>,
    /// Nothing in that mail shows that a person wants it, so that it goes to nobody who was just written to:
    /// a robot without any mark, or another desk, would answer it again.
    pub unasked: bool,
    /// It is the form, which goes once, and only to who wrote to the desk.
    pub is_form: bool,
}

/// An address that was just written to gets nothing unasked for so long.
const QUIET: TimeDelta = TimeDelta::hours(24);

/// The form goes to one address once in this time.
pub const FORM_ONCE_IN: TimeDelta = TimeDelta::days(30);

/// What the gate is told besides the mail itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct GateFacts {
    /// Automatic mails queued for this recipient today.
    pub sent_to_recipient: u32,
    /// When the last one was.
    pub last_to_recipient: Option<DateTime<Utc>>,
    /// Whether it got the form within [`FORM_ONCE_IN`].
    pub form_sent: bool,
    /// Automatic mails queued today in this thread.
    pub sent_in_thread: u32,
    /// Automatic mails queued today.
    pub sent_today: u32,
    /// Older mail gets no automatic mail; `None` for `inspect`, which knows no first run.
    pub accept_since: Option<DateTime<Utc>>,
}

/// Why an automatic mail does not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is nobody to send it to.
    NoSender,
    /// A robot wrote (RFC 3834, 2: no answer to an answer).
    Robot {
        /// The header that shows it.
        evidence: String,
    },
    /// It would come back to ourselves.
    OwnAddress,
    /// The sender's program asks not to be answered automatically.
    AskedForSilence {
        /// The header that asks.
        evidence: String,
    },
    /// The mail is older than the desk.
    TooOld {
        /// When the desk began to answer.
        accept_since: DateTime<Utc>,
    },
    /// Our own mail server says that the sender's domain did not send it (RFC 7489).
    NotAuthentic {
        /// What it says.
        evidence: String,
    },
    /// The mail names the desk neither in To nor in Cc.
    NotAddressed,
    /// The recipient was written to just before, and did not ask again.
    AnsweredRecently {
        /// When.
        at: DateTime<Utc>,
    },
    /// The recipient has had the form before.
    FormSentBefore,
    /// This thread has had enough for today.
    ThreadBudget {
        /// Sent today.
        used: u32,
        /// Allowed.
        limit: u32,
    },
    /// This recipient has had enough for today.
    SenderBudget {
        /// Sent today.
        used: u32,
        /// Allowed.
        limit: u32,
    },
    /// The desk has sent enough for today.
    DailyBudget {
        /// Sent today.
        used: u32,
        /// Allowed.
        limit: u32,
    },
}

impl Refusal {
    /// The word in JSON and in the audit.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSender => "no_sender",
            Self::Robot { .. } => "robot",
            Self::OwnAddress => "own_address",
            Self::AskedForSilence { .. } => "asked_for_silence",
            Self::TooOld { .. } => "too_old",
            Self::NotAuthentic { .. } => "not_authentic",
            Self::NotAddressed => "not_addressed",
            Self::AnsweredRecently { .. } => "answered_recently",
            Self::FormSentBefore => "form_sent_before",
            Self::ThreadBudget { .. } => "thread_budget",
            Self::SenderBudget { .. } => "sender_budget",
            Self::DailyBudget { .. } => "daily_budget",
        }
    }

    /// More, without personal data.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::NoSender => "the message names no sender".into(),
            Self::OwnAddress => "the sender is this desk".into(),
            Self::Robot { evidence }
            | Self::AskedForSilence { evidence }
            | Self::NotAuthentic { evidence } => evidence.clone(),
            Self::NotAddressed => "the mail names the desk neither in To nor in Cc".into(),
            Self::AnsweredRecently { at } => {
                format!(
                    "the same address was written to at {}",
                    at.to_rfc3339_opts(SecondsFormat::Secs, true)
                )
            }
            Self::FormSentBefore => "the same address has had the form before".into(),
            Self::ThreadBudget { used, limit } => {
                format!("{used} of {limit} automatic mails in this thread today")
            }
            Self::TooOld { accept_since } => {
                format!("received before {}", accept_since.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::SenderBudget { used, limit } => {
                format!("{used} of {limit} automatic mails to this address today")
            }
            Self::DailyBudget { used, limit } => format!("{used} of {limit} automatic mails today"),
        }
    }
}

impl Refusal {
    /// Whether another time may be better, so that a reminder may follow.
    #[must_use]
    pub fn is_of_today(&self) -> bool {
        matches!(
            self,
            Self::AnsweredRecently { .. }
                | Self::ThreadBudget { .. }
                | Self::SenderBudget { .. }
                | Self::DailyBudget { .. }
        )
    }

    /// For the audit, which holds no personal data: of a header, its name alone.
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

/// Whom an automatic answer goes to: the sender. Reply-To counts only within the sender's own domain, so that
/// nobody can have the desk write to a third person.
#[must_use]
pub fn recipient(mail: &InboundMail) -> Option<&str> {
    let from = &mail.from.as_ref()?.address;
    let domain = |address: &str| address.rsplit('@').next().unwrap_or_default().to_lowercase();
    let reply_to = mail.reply_to.first().map(|mailbox| &mailbox.address);
    Some(reply_to.filter(|address| domain(address) == domain(from)).unwrap_or(from))
}

/// Whether an automatic mail may leave.
///
/// # Errors
/// The reason why not.
pub fn gate(asking: Asking<'_>, rules: &GateRules, facts: GateFacts) -> Result<(), Refusal> {
    let Asking { mail, automatic, received_at, unasked, is_form } = asking;
    let Some(to) = recipient(mail) else { return Err(Refusal::NoSender) };
    if let Some(automatic) = automatic {
        return Err(Refusal::Robot { evidence: automatic.evidence.clone() });
    }
    if mail.bounce.is_some() {
        return Err(Refusal::Robot { evidence: "a delivery report".into() });
    }
    if rules.own_addresses.contains(&to.to_lowercase()) {
        return Err(Refusal::OwnAddress);
    }
    if let Some(evidence) = asks_for_silence(mail) {
        return Err(Refusal::AskedForSilence { evidence });
    }
    let results = rules.authserv_id.as_deref().and_then(|id| authentication::results(mail, id));
    if results.is_some_and(|results| results.dmarc.as_deref() == Some("fail")) {
        return Err(Refusal::NotAuthentic { evidence: "Authentication-Results: dmarc=fail".into() });
    }
    if let Some(accept_since) = facts.accept_since.filter(|since| received_at < *since) {
        return Err(Refusal::TooOld { accept_since });
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

/// Whether the budgets let one more automatic mail out; for reminders, which answer no mail of today.
///
/// # Errors
/// Which budget is used up.
pub fn within(facts: GateFacts, budgets: Budgets) -> Result<(), Refusal> {
    if facts.sent_in_thread >= budgets.per_thread {
        return Err(Refusal::ThreadBudget { used: facts.sent_in_thread, limit: budgets.per_thread });
    }
    if facts.sent_to_recipient >= budgets.per_sender {
        return Err(Refusal::SenderBudget { used: facts.sent_to_recipient, limit: budgets.per_sender });
    }
    if facts.sent_today >= budgets.per_day {
        return Err(Refusal::DailyBudget { used: facts.sent_today, limit: budgets.per_day });
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
            authserv_id: Some("mx.example.jp".into()),
            budgets: Budgets { per_sender: 5, per_thread: 3, per_day: 100 },
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The code of the refusal, or nothing.
    fn refused(raw: &str, asked: (bool, bool), facts: GateFacts) -> &'static str {
        let mail = crate::mail::read(raw.as_bytes());
        let (unasked, is_form) = asked;
        let asking = Asking {
            mail: &mail,
            automatic: None,
            received_at: at("2025-07-01T00:00:00Z"),
            unasked,
            is_form,
        };
        gate(asking, &rules(), facts).err().map_or("", |refusal| refusal.code())
    }

    #[test]
    fn each_refusal_has_its_own_reason() {
        let none = GateFacts::default();
        let (receipt, form) = ((false, false), (true, true));
        let with = |header: &str| format!("{header}\r\n{FORM}");
        let recently = GateFacts { last_to_recipient: Some(at("2025-06-30T01:00:00Z")), ..none };
        for (raw, asked, facts, code) in [
            (FORM.to_owned(), receipt, none, ""),
            (FORM.to_owned(), form, none, ""),
            (FORM.replace("From: yamada@city.example.jp\r\n", ""), receipt, none, "no_sender"),
            (FORM.replace("yamada@city.example.jp", "Old-Desk@example.jp"), receipt, none, "own_address"),
            (with("X-Auto-Response-Suppress: All"), receipt, none, "asked_for_silence"),
            (with("Authentication-Results: mx.example.jp; dmarc=fail"), receipt, none, "not_authentic"),
            (with("Authentication-Results: mx.other.example; dmarc=fail"), receipt, none, ""),
            (
                FORM.to_owned(),
                receipt,
                GateFacts { accept_since: Some(at("2025-07-01T00:00:01Z")), ..none },
                "too_old",
            ),
            // Bcc, or a list that is no list: whoever names the desk nowhere did not ask it.
            (FORM.replace("To: desk@", "To: someone@"), form, none, "not_addressed"),
            (FORM.replace("To: desk@", "To: someone@"), receipt, none, ""),
            (FORM.replace("To: desk@", "To: a@example.jp\r\nCc: OLD-desk@"), form, none, ""),
            (FORM.to_owned(), form, GateFacts { form_sent: true, ..none }, "form_sent_before"),
            (FORM.to_owned(), form, recently, "answered_recently"),
            (FORM.to_owned(), receipt, recently, ""),
            (
                FORM.to_owned(),
                form,
                GateFacts { last_to_recipient: Some(at("2025-06-29T00:00:00Z")), ..none },
                "",
            ),
            (FORM.to_owned(), receipt, GateFacts { sent_in_thread: 3, ..none }, "thread_budget"),
            (FORM.to_owned(), receipt, GateFacts { sent_to_recipient: 5, ..none }, "sender_budget"),
            (FORM.to_owned(), receipt, GateFacts { sent_today: 100, ..none }, "daily_budget"),
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
