//! A parked mail in a list, as far as its beginning says: a list must not read what may be many large files.

use chrono::{DateTime, Utc};

use crate::{
    desk::staff::Member,
    letter::{ParkedFacts, ParkedMail},
    mail,
    notify::staff_notice::parked_for_member,
    service::Desk,
    store::LedgerRow,
};

pub(super) struct Parked {
    row: LedgerRow,
    mail: mail::InboundMail,
    /// Only the beginning was read.
    is_cut: bool,
}

impl Parked {
    pub(super) fn new(row: LedgerRow, beginning: &[u8], is_cut: bool) -> Self {
        let mut mail = mail::read(beginning);
        for file in &mut mail.attachments {
            file.bytes = Vec::new();
        }
        Self { row, mail, is_cut }
    }

    /// The sender's address; empty without one.
    pub(super) fn from(&self) -> &str {
        self.mail.from_address()
    }

    pub(super) fn shown(&self, desk: &Desk, member: &Member, now: DateTime<Utc>) -> ParkedMail {
        let Self { row, mail, is_cut } = self;
        let reason = row.reason.as_deref().and_then(|reason| reason.parse().ok());
        let size = is_cut.then_some(row.size);
        let facts = ParkedFacts { message: row.id, reason, received_at: row.received_at, mail, size };
        parked_for_member(desk, facts, member, now)
    }
}
