//! What every room of the running desk shares: the desk itself, one write transaction with its actor, and the values that
//! one room hands to another. Knows no loop and sends nothing.

mod absences;
pub mod alarms;
mod alternation;
pub mod fault;
pub mod figures;
pub mod health;
mod history;
pub mod metrics;
mod notice_counts;
pub mod operation;
mod people;
pub mod prepared;
pub mod report;
pub mod search;
mod staff_keys;
mod wakeups;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use std::{
    sync::{PoisonError, RwLock},
    time::Duration,
};

pub use absences::{ABSENCES, Absences, stored as stored_absences};
pub use alternation::Alternation;
pub use fault::{Fault, PassError, Unsent};
pub use health::Health;
pub use notice_counts::{Counted, NoticeCounts};
pub use operation::{Actor, Operation, Outcome};
pub use prepared::{PreparedMail, Processed};
pub use staff_keys::{STAFF_KEY, staff_keys};
pub use wakeups::Wakeups;

use crate::{
    clock::Clock,
    desk::{
        calendar::BusinessTime, flood::NoticeLimits, staff_key::StaffKeys, thread::MessageIds, triage::Rules,
    },
    letter::{Profile, Wording},
    settings::NewTicketTo,
    store::{Store, StoreError},
};

/// Everything a desk is made of, put together once at the start.
#[derive(Debug)]
pub struct Desk {
    pub rules: Rules,
    /// How the desk presents itself in letters.
    pub profile: Profile,
    pub wording: Wording,
    pub ids: MessageIds,
    /// Read by [`Desk::staff_keys`].
    pub staff_keys: RwLock<StaffKeys>,
    /// Read by [`Desk::duty`].
    pub absences: Absences,
    pub store: Store,
    pub clock: Clock,
    /// Older mail is filed without any automatic mail.
    pub accept_since: DateTime<Utc>,
    pub first_run: DateTime<Utc>,
    /// Attempts after which a message that cannot be processed is parked.
    pub max_attempts: u32,
    /// How long a mail that meets temporary failures is tried.
    pub retry_for: Duration,
    /// In bytes. Larger messages are parked unread.
    pub max_message_size: u64,
    /// `delivery.max_mail_size`
    pub max_mail_size: usize,
    /// Nothing has to be flagged or moved in the mailbox.
    pub settled_at_once: bool,
    pub answers: Answers,
    /// Who gets the notice of a new ticket.
    pub new_ticket: NewTicketTo,
    /// `answers.notices_per_sender` and `answers.notices_per_domain`
    pub notices: NoticeLimits,
    /// Times of day at which staff get the digest.
    pub digest_at: Vec<NaiveTime>,
    /// Business time without any mail after which health warns, within the window. Zero: never.
    pub silence_alarm: BusinessTime,
    pub retention: Retention,
    /// Reports do not show counts below three of single prefectures and kinds of organizations.
    pub suppress_small_counts: bool,
    /// Filing and sending alternate.
    pub alternation: Alternation,
    pub notice_counts: NoticeCounts,
    /// What the loops report of themselves.
    pub health: Health,
}

impl Desk {
    /// Whether no mail has come for so long that somebody should look.
    pub fn is_too_silent(&self, silence: BusinessTime) -> bool {
        self.silence_alarm != BusinessTime::ZERO && silence > self.silence_alarm
    }

    /// Takes over the staff keys and the absences that the database has now.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let [secret, absences] = self.store.states([STAFF_KEY, ABSENCES]).await?;
        if let Some(secret) = secret {
            *self.staff_keys.write().unwrap_or_else(PoisonError::into_inner) = staff_keys(&secret)?;
        }
        self.absences.take(&stored_absences(&absences.unwrap_or_default()));
        Ok(())
    }
}

/// How staff answer.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    /// How long an answer waits before it leaves.
    pub undo: TimeDelta,
    /// A lead has to approve each answer.
    pub approval: bool,
    /// Each answer waits until a member lets it leave.
    pub confirm: bool,
    /// The signature names the author.
    pub sign_with_name: bool,
    /// Answers also go to the people in Cc of the inquiry.
    pub copy_to_cc: bool,
}

/// How long personal data is kept. `None`: for good.
#[derive(Debug, Clone, Copy, Default)]
pub struct Retention {
    /// Raw mails, both ways, from when they came or went.
    pub raw: Option<TimeDelta>,
    /// The inquirer's data, from when the ticket was closed or, if it never was, answered.
    pub personal: Option<TimeDelta>,
    /// Erasure also removes from texts what may be personal of others.
    pub third_persons: bool,
}
