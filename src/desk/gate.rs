//! The one gate in front of every automatic mail. It refuses robots, ourselves, old mail and whatever is over
//! budget; a refusal is a value that the audit, `inspect` and the log show alike.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::mail::{
    InboundMail,
    automatic::{Automatic, asks_for_silence},
};

/// How many automatic mails may leave.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// A day to one address.
    pub per_sender: u32,
    /// A day to all addresses together.
    pub per_day: u32,
}

/// What the gate is told besides the mail itself.
#[derive(Debug, Clone, Copy)]
pub struct GateFacts {
    /// Automatic mails queued for this recipient today.
    pub sent_to_recipient: u32,
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
            Self::Robot { evidence } | Self::AskedForSilence { evidence } => evidence.clone(),
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
    /// For the audit, which holds no personal data: of a header, its name alone.
    #[must_use]
    pub fn audit(&self) -> String {
        match self {
            Self::Robot { evidence } | Self::AskedForSilence { evidence } => {
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

/// Whether an automatic mail may answer `mail`, received at `received_at`.
///
/// # Errors
/// The reason why not.
pub fn gate(
    mail: &InboundMail,
    automatic: Option<&Automatic>,
    received_at: DateTime<Utc>,
    own_addresses: &[String],
    budgets: Budgets,
    facts: GateFacts,
) -> Result<(), Refusal> {
    let Some(to) = recipient(mail) else { return Err(Refusal::NoSender) };
    if let Some(automatic) = automatic {
        return Err(Refusal::Robot { evidence: automatic.evidence.clone() });
    }
    if mail.bounce.is_some() {
        return Err(Refusal::Robot { evidence: "a delivery report".into() });
    }
    if own_addresses.contains(&to.to_lowercase()) {
        return Err(Refusal::OwnAddress);
    }
    if let Some(evidence) = asks_for_silence(mail) {
        return Err(Refusal::AskedForSilence { evidence });
    }
    if let Some(accept_since) = facts.accept_since.filter(|since| received_at < *since) {
        return Err(Refusal::TooOld { accept_since });
    }
    if facts.sent_to_recipient >= budgets.per_sender {
        return Err(Refusal::SenderBudget { used: facts.sent_to_recipient, limit: budgets.per_sender });
    }
    if facts.sent_today >= budgets.per_day {
        return Err(Refusal::DailyBudget { used: facts.sent_today, limit: budgets.per_day });
    }
    Ok(())
}
