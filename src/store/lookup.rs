//! What intake asks before it decides on a message: whether it repeats another, and what the desk sent its sender.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    AnyQuery, Place, Result, Tx, flag, instant_text, numbered_places, query, query_text, read_instant_option,
    read_word,
    writes::{Value, bind},
};
use crate::{desk::staff_mail::Replies, letter::Purpose, mail::person_of};

/// A ledger row that a message may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Row id in the ledger.
    pub id: i64,
    /// Same content hash and Message-ID.
    pub same_content: bool,
    /// Same Message-ID.
    pub same_message_id: bool,
    /// Same place in the mailbox: it is the same message, fetched again.
    pub same_place: bool,
    /// Row id of the message that it repeats.
    pub duplicate_of: Option<i64>,
    /// Of a row with the same Message-ID: the ticket that it belongs to.
    pub ticket_id: Option<i64>,
}

/// The recipient of an automatic mail, and since when mails to it count.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    pub address: &'a str,
    /// Start of the desk's local day.
    pub midnight: DateTime<Utc>,
    /// A form that was queued before this does not count.
    pub form_since: DateTime<Utc>,
}

/// Automatic mails that were queued for a recipient.
#[derive(Debug, Clone, Copy, Default)]
pub struct SentTo {
    /// Number of mails today.
    pub today: u32,
    /// When the last one was queued.
    pub last: Option<DateTime<Utc>>,
    /// Whether the form was queued since [`Recipient::form_since`].
    pub form: bool,
}

/// A message to look up.
#[derive(Debug, Clone, Copy)]
pub struct LedgerLookup<'a> {
    pub place: &'a Place,
    /// As in [`super::NewMessage`].
    pub message_id: &'a str,
    /// Content hash in hex.
    pub hash: &'a str,
    /// Address in From; empty without one.
    pub sender: &'a str,
    /// Tickets of the sender that were received before this do not count.
    pub sender_since: DateTime<Utc>,
    pub recipient: Recipient<'a>,
}

impl LedgerLookup<'_> {
    /// One query, because each mail needs it. Returns the rows with the same place or the same Message-ID (mails with the
    /// same content have the same one), and with each row the mails queued for the recipient. The same place and the
    /// same content come first, so that LIMIT never cuts them off. Without such a row, it returns one row of NULLs.
    const SQL: &'static str = "
        SELECT message.id AS id, message_id, hash, duplicate_of, ticket_id,
            CASE WHEN folder = $1 AND uidvalidity = $2 AND uid = $3 THEN 1 ELSE 0 END AS same_place,
            (SELECT COUNT(*) FROM outbox WHERE person = $4 AND created_at >= $5 AND automatic = 1) AS sent,
            (SELECT MAX(created_at) FROM outbox WHERE person = $4 AND automatic = 1) AS last_sent,
            (SELECT COUNT(*) FROM outbox WHERE person = $4 AND created_at >= $6 AND purpose = $7) AS forms
        FROM desk LEFT JOIN message ON message_id = $8 OR (folder = $1 AND uidvalidity = $2 AND uid = $3)
        ORDER BY same_place DESC, CASE WHEN hash = $9 THEN 0 ELSE 1 END, message.id LIMIT 20";

    fn values(&self) -> [Value; 9] {
        let (folder, uidvalidity, uid, _) = self.place.columns();
        [
            folder.into(),
            uidvalidity.into(),
            uid.into(),
            person_of(self.recipient.address).into(),
            instant_text(self.recipient.midnight).into(),
            instant_text(self.recipient.form_since).into(),
            Purpose::SendForm.as_str().into(),
            self.message_id.into(),
            self.hash.into(),
        ]
    }

    fn read(&self, rows: &[AnyRow]) -> Result<(Vec<Earlier>, SentTo)> {
        let (mut earlier, mut sent) = (Vec::new(), SentTo::default());
        for row in rows {
            sent = SentTo {
                today: u32::try_from(row.try_get::<i64, _>("sent")?).unwrap_or(u32::MAX),
                last: read_instant_option(row, "outbox", "last_sent", 0)?,
                form: row.try_get::<i64, _>("forms")? > 0,
            };
            let Some(id) = row.try_get("id")? else { continue };
            let same_id = row.try_get::<String, _>("message_id")? == self.message_id;
            let same_hash = row.try_get::<String, _>("hash")? == self.hash;
            earlier.push(Earlier {
                id,
                same_content: same_id && same_hash,
                same_message_id: same_id,
                same_place: flag(row, "same_place")?,
                duplicate_of: row.try_get("duplicate_of")?,
                ticket_id: row.try_get::<Option<i64>, _>("ticket_id")?.filter(|_| same_id),
            });
        }
        Ok((earlier, sent))
    }
}

impl Tx {
    /// What is known about a message: from the facts of the batch, or by a query.
    pub async fn lookup(&mut self, lookup: &LedgerLookup<'_>) -> Result<(Vec<Earlier>, SentTo)> {
        if let Some(known) = self.facts.as_ref().and_then(|facts| facts.lookup(lookup)) {
            return Ok(known);
        }
        // A message alone is the first of its transaction. One with a savepoint may stand behind others.
        if self.today.is_none() && self.savepoint.is_none() {
            self.read_today(lookup.recipient.midnight).await?;
        }
        let query = bind(query(LedgerLookup::SQL), lookup.values());
        let rows = query.fetch_all(self.connection().await?).await?;
        lookup.read(&rows)
    }

    /// Number of automatic mails queued for an address since an instant.
    pub async fn sent_to(&mut self, address: &str, since: DateTime<Utc>) -> Result<u32> {
        let count =
            query("SELECT COUNT(*) FROM outbox WHERE person = $1 AND created_at >= $2 AND automatic = 1");
        self.count(count.bind(person_of(address)).bind(instant_text(since))).await
    }

    /// Number of automatic mails queued in a ticket since an instant.
    pub async fn sent_in_thread(&mut self, ticket_id: i64, since: DateTime<Utc>) -> Result<u32> {
        let count =
            query("SELECT COUNT(*) FROM outbox WHERE ticket_id = $1 AND automatic = 1 AND created_at >= $2");
        self.count(count.bind(ticket_id).bind(instant_text(since))).await
    }

    /// Number of mails of a purpose that were queued for an address since an instant.
    pub async fn queued_for(
        &mut self,
        recipient: &str,
        purpose: Purpose,
        since: DateTime<Utc>,
    ) -> Result<u32> {
        let count =
            query("SELECT COUNT(*) FROM outbox WHERE person = $1 AND created_at >= $2 AND purpose = $3");
        let count = count.bind(person_of(recipient)).bind(instant_text(since));
        self.count(count.bind(purpose.as_str())).await
    }

    /// When a mail of a purpose was last queued for an address.
    pub async fn last_queued(&mut self, recipient: &str, purpose: Purpose) -> Result<Option<DateTime<Utc>>> {
        let row = query("SELECT MAX(created_at) AS last_sent FROM outbox WHERE person = $1 AND purpose = $2")
            .bind(person_of(recipient))
            .bind(purpose.as_str())
            .fetch_one(self.connection().await?)
            .await?;
        read_instant_option(&row, "outbox", "last_sent", 0)
    }

    /// How many replies to their own mails were queued for a member of staff since an instant, by ticket.
    pub async fn replied_to(&mut self, recipient: &str, since: DateTime<Utc>) -> Result<Vec<Replies>> {
        let doubt = Purpose::StaffDoubt;
        let others = [
            Purpose::StaffReply,
            Purpose::Echo,
            Purpose::Digest,
            Purpose::Original,
            Purpose::Sheet,
            Purpose::Found,
            Purpose::Report,
            Purpose::Faq,
        ];
        let rows = query_text(format!(
            "SELECT ticket.number AS number, COALESCE(ticket.id, 0) AS id, COUNT(*) AS replies,
                 SUM(CASE WHEN purpose = $3 THEN 1 ELSE 0 END) AS doubts
             FROM outbox LEFT JOIN ticket ON ticket.id = outbox.ticket_id
             WHERE person = $1 AND created_at >= $2 AND purpose IN ({})
             GROUP BY ticket.id, ticket.number",
            numbered_places(3, 1 + others.len())
        ));
        let rows = rows.bind(person_of(recipient)).bind(instant_text(since)).bind(doubt.as_str());
        let rows = others.iter().fold(rows, |rows, purpose| rows.bind(purpose.as_str()));
        let rows = rows.fetch_all(self.connection().await?).await?;
        let read = |row: &AnyRow| {
            let ticket = match row.try_get("id")? {
                0 => None,
                id => Some(read_word(row, "ticket", "number", id)?),
            };
            let count = |column: &str| -> Result<u32> {
                Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
            };
            Ok(Replies { ticket, all: count("replies")?, to_doubts: count("doubts")? })
        };
        rows.iter().map(read).collect()
    }

    async fn count(&mut self, query: AnyQuery) -> Result<u32> {
        let row = query.fetch_one(self.connection().await?).await?;
        Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX))
    }
}
