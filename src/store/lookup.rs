//! What is asked about a message before it is decided: whether it was here before, and what its sender has had from us. One

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{
    Place, Result, Tx, flag, instant_text, query, read_instant_option,
    writes::{Value, bind},
};
use crate::letter::Purpose;

/// A ledger row that a message in hand may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its identifier.
    pub id: i64,
    /// Same content hash and Message-ID.
    pub same_content: bool,
    /// Same Message-ID.
    pub same_message_id: bool,
    /// Same place in the mailbox: it is this very message.
    pub same_place: bool,
    /// The ticket it became.
    pub ticket_id: Option<i64>,
    /// The row that it repeats itself.
    pub duplicate_of: Option<i64>,
}

/// Whom a mail would answer, and since when to look.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The address.
    pub address: &'a str,
    /// When today began.
    pub midnight: DateTime<Utc>,
    /// Since when a form counts as sent.
    pub form_since: DateTime<Utc>,
}

/// What automatic mails were queued for a recipient.
#[derive(Debug, Clone, Copy, Default)]
pub struct SentTo {
    /// How many today.
    pub today: u32,
    /// When the last one was.
    pub last: Option<DateTime<Utc>>,
    /// Whether the form was among them.
    pub form: bool,
}

/// A message that the ledger is asked about.
#[derive(Debug, Clone, Copy)]
pub struct LedgerLookup<'a> {
    /// Where it lies.
    pub place: &'a Place,
    /// Message-ID without brackets, or one made from the hash.
    pub message_id: &'a str,
    /// Content hash, hex.
    pub hash: &'a str,
    /// Whom a mail would answer.
    pub recipient: Recipient<'a>,
}

impl LedgerLookup<'_> {
    /// Rows with the same place or the same Message-ID (mails with the same content have the same one), and the automatic
    /// mails queued for the recipient. The same place and the same content come first, however often the Message-ID came
    /// before. One row without a message where there is none.
    const SQL: &'static str = "
        SELECT message.id AS id, message_id, hash, ticket_id, duplicate_of,
            CASE WHEN folder = $1 AND uidvalidity = $2 AND uid = $3 THEN 1 ELSE 0 END AS same_place,
            (SELECT COUNT(*) FROM outbox WHERE recipient = $4 AND created_at >= $5 AND automatic = 1) AS sent,
            (SELECT MAX(created_at) FROM outbox WHERE recipient = $4 AND automatic = 1) AS last_sent,
            (SELECT COUNT(*) FROM outbox WHERE recipient = $4 AND created_at >= $6 AND purpose = $7) AS forms
        FROM desk LEFT JOIN message ON message_id = $8 OR (folder = $1 AND uidvalidity = $2 AND uid = $3)
        ORDER BY same_place DESC, CASE WHEN hash = $9 THEN 0 ELSE 1 END, message.id LIMIT 20";

    fn values(&self) -> [Value; 9] {
        let (folder, uidvalidity, uid, _) = self.place.columns();
        [
            folder.into(),
            uidvalidity.into(),
            uid.into(),
            self.recipient.address.into(),
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
                ticket_id: row.try_get("ticket_id")?,
                duplicate_of: row.try_get("duplicate_of")?,
            });
        }
        Ok((earlier, sent))
    }
}

impl Tx {
    /// What the ledger and the outbox know about a message and its sender.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lookup(&mut self, lookup: &LedgerLookup<'_>) -> Result<(Vec<Earlier>, SentTo)> {
        let query = bind(query(LedgerLookup::SQL), lookup.values());
        let rows = query.fetch_all(self.connection().await?).await?;
        lookup.read(&rows)
    }
}
