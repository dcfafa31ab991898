//! The staff keys of a running desk. `keys rotate` replaces their secret in the database, and every pass looks there, so
//! that a rotation revokes all keys at once and in every process.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};

use super::Desk;
use crate::{
    desk::{
        calendar::date_of,
        staff::Member,
        staff_key::{Invitation, StaffKeys},
        ticket::TicketNumber,
    },
    hex,
    store::StoreError,
};

/// Where the store keeps the secret.
pub const STAFF_KEY: &str = "key:staff";

/// The keys of a stored secret.
///
/// # Errors
/// When it is not hexadecimal.
pub fn staff_keys(stored: &str) -> Result<StaffKeys, StoreError> {
    let wrong =
        || StoreError::Row { table: "state", column: STAFF_KEY, id: 0, value: "[redacted]".to_owned() };
    let secrets: Option<Vec<Vec<u8>>> = stored.split_whitespace().map(hex::decode).collect();
    Ok(StaffKeys::new(secrets.filter(|secrets| !secrets.is_empty()).ok_or_else(wrong)?))
}

impl Desk {
    #[must_use]
    pub fn staff_keys(&self) -> StaffKeys {
        self.staff_keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key that lets a member work on a ticket by mail, as this mail invites them to.
    pub fn key(
        &self,
        member: &Member,
        ticket: &TicketNumber,
        invitation: Invitation,
        now: DateTime<Utc>,
    ) -> String {
        let today = date_of(now, self.rules.calendar.time_zone());
        self.staff_keys().make(&member.address, ticket, invitation, today)
    }
}
