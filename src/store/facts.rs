//! The facts about the messages of a batch, read in a few queries when its transaction begins. The rows that the batch adds join
//! them, so that each message sees those before it. The transaction holds the desk's row, so the facts cannot age.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::{
    Earlier, LedgerLookup, NewMail, NewMessage, Place, Result, SentTo, Tx, instant_text, query_once,
    read_instant_option,
    recent::Recent,
    writes::{Value, bind},
};
use crate::{desk::triage::EarlierTicket, letter::Purpose, mail::person_of};

/// A ledger row, as far as a message may repeat it.
#[derive(Debug, Clone)]
struct Known {
    id: i64,
    place: Place,
    message_id: String,
    hash: String,
    duplicate_of: Option<i64>,
}

/// Facts about the messages of one batch.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Messages that these facts are about: Message-ID and hash.
    about: HashSet<(String, String)>,
    /// The first row with the same content as one of them, rows with the same place, and those of this batch.
    rows: Vec<Known>,
    /// Message-IDs that the ledger holds, with the ticket that such a message belongs to.
    message_ids: HashMap<String, Option<i64>>,
    /// People whose recent tickets are here, see `mail::person_of`.
    senders: HashSet<String>,
    /// Recent tickets with the people who sent them, newest first.
    tickets: Vec<(String, EarlierTicket)>,
    /// By person, see `mail::person_of`.
    sent: HashMap<String, SentTo>,
}

impl Facts {
    /// As [`Tx::lookup`], from memory. `None` for a message that these facts are not about.
    pub(super) fn lookup(&self, lookup: &LedgerLookup<'_>) -> Option<(Vec<Earlier>, SentTo)> {
        if !self.about.contains(&(lookup.message_id.to_owned(), lookup.hash.to_owned())) {
            return None;
        }
        let mut earlier: Vec<Earlier> = self
            .rows
            .iter()
            .map(|row| {
                let same_message_id = row.message_id == lookup.message_id;
                Earlier {
                    id: row.id,
                    same_content: same_message_id && row.hash == lookup.hash,
                    same_message_id,
                    same_place: matches!(lookup.place, Place::Imap { .. }) && row.place == *lookup.place,
                    duplicate_of: row.duplicate_of,
                    ticket_id: None,
                }
            })
            .filter(|row| row.same_content || row.same_message_id || row.same_place)
            .collect();
        // Of rows that share the Message-ID alone, it counts only that there are some.
        if self.message_ids.contains_key(lookup.message_id) && !earlier.iter().any(|row| row.same_message_id)
        {
            earlier.push(Earlier {
                id: 0,
                same_content: false,
                same_message_id: true,
                same_place: false,
                duplicate_of: None,
                ticket_id: None,
            });
        }
        let ticket_id = self.message_ids.get(lookup.message_id).copied().flatten();
        for row in earlier.iter_mut().filter(|row| row.same_message_id) {
            row.ticket_id = ticket_id;
        }
        earlier.sort_by_key(|row| (!row.same_place, !row.same_content, row.id));
        let sent = self.sent.get(&person_of(lookup.recipient.address)).copied().unwrap_or_default();
        Some((earlier, sent))
    }

    pub(super) fn add_message(&mut self, message: &NewMessage<'_>) {
        let ticket_id = self.message_ids.entry(message.message_id.to_owned()).or_default();
        *ticket_id = message.ticket_id.or(*ticket_id);
        self.rows.push(Known {
            id: message.id,
            place: message.place.clone(),
            message_id: message.message_id.to_owned(),
            hash: message.hash.to_owned(),
            duplicate_of: message.duplicate_of,
        });
    }

    /// As [`Tx::tickets_from`], from memory. `None` for a person that these facts are not about.
    pub(super) fn tickets_from(&self, person: &str, since: DateTime<Utc>) -> Option<Vec<EarlierTicket>> {
        let is_theirs =
            |(from, ticket): &&(String, EarlierTicket)| from == person && ticket.received_at >= since;
        let found = || self.tickets.iter().filter(is_theirs).map(|(_, ticket)| ticket.clone()).collect();
        self.senders.contains(person).then(found)
    }

    pub(super) fn add_ticket(&mut self, sender: &str, ticket: impl FnOnce() -> EarlierTicket) {
        let person = person_of(sender);
        if self.senders.contains(&person) {
            self.tickets.insert(0, (person, ticket()));
        }
    }

    pub(super) fn add_mail(&mut self, mail: &NewMail<'_>) {
        if mail.purpose.is_automatic() {
            let sent = self.sent.entry(person_of(mail.recipient)).or_default();
            sent.today += 1;
            sent.last = sent.last.max(Some(mail.at));
            sent.form |= mail.purpose == Purpose::SendForm;
        }
    }
}

impl Tx {
    /// Reads the facts about the messages of a batch, which [`Tx::lookup`] then gives from memory. All have the same
    /// `midnight` and `form_since`.
    pub async fn gather_facts(&mut self, lookups: &[LedgerLookup<'_>]) -> Result<()> {
        let Some(first) = lookups.first() else { return Ok(()) };
        let mut facts = Facts::default();
        facts.about.extend(lookups.iter().map(|of| (of.message_id.to_owned(), of.hash.to_owned())));
        let ids = || lookups.iter().map(|of| Value::from(of.message_id));
        let hashes = lookups.iter().map(|of| Value::from(of.hash));
        // A mail that came a thousand times repeats the first of them: the others are not read.
        let firsts = "id IN (SELECT MIN(id) FROM message WHERE message_id IN (?) AND hash IN (?) GROUP BY message_id, hash)";
        facts.rows = self.known(firsts, vec![ids().collect(), hashes.collect()]).await?;
        if let Place::Imap { folder, uidvalidity, .. } = first.place {
            let uids = lookups.iter().filter_map(|of| of.place.columns().2).map(Value::from);
            let place = vec![folder.as_str().into()];
            let values = vec![place, vec![i64::from(*uidvalidity).into()], uids.collect()];
            let here = self.known("folder IN (?) AND uidvalidity IN (?) AND uid IN (?)", values).await?;
            let new = |row: &Known| facts.rows.iter().all(|known| known.id != row.id);
            let here: Vec<Known> = here.into_iter().filter(new).collect();
            facts.rows.extend(here);
        }
        let sql = format!(
            "SELECT message_id, MAX(ticket_id) FROM message WHERE message_id IN ({}) GROUP BY message_id",
            self.parameters(1, lookups.len())
        );
        for row in self.fetch_once(sql, ids().collect()).await? {
            facts.message_ids.insert(row.try_get(0)?, row.try_get(1)?);
        }
        facts.senders = lookups.iter().map(|of| person_of(of.sender)).collect();
        facts.senders.remove("");
        let recent = self.recent().await?;
        let people: HashMap<i64, &String> = recent.iter().map(|ticket| (ticket.id, &ticket.person)).collect();
        let is_theirs = |ticket: &&Recent| facts.senders.contains(&ticket.person);
        let theirs: Vec<i64> = recent.iter().filter(is_theirs).map(|ticket| ticket.id).collect();
        let earlier = self.earlier(&theirs).await?.into_iter();
        facts.tickets =
            earlier.filter_map(|ticket| Some(((*people.get(&ticket.id)?).clone(), ticket))).collect();
        self.read_domains().await?;
        self.read_today(first.recipient.midnight).await?;
        facts.sent = self.sent_to_all(lookups, first.recipient.midnight, first.recipient.form_since).await?;
        self.facts = Some(facts);
        Ok(())
    }

    /// Ledger rows by a condition with one `IN (?)` for each list of values.
    async fn known(&mut self, condition: &str, lists: Vec<Vec<Value>>) -> Result<Vec<Known>> {
        if lists.iter().any(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let mut sql =
            "SELECT id, folder, uidvalidity, uid, file, message_id, hash, duplicate_of FROM message WHERE "
                .to_owned();
        let (mut first, mut parts) = (1, condition.split('?'));
        sql.push_str(parts.next().unwrap_or_default());
        for (list, part) in lists.iter().zip(parts) {
            sql.push_str(&self.parameters(first, list.len()));
            sql.push_str(part);
            first += list.len();
        }
        let rows = self.fetch_once(sql, lists.into_iter().flatten().collect()).await?;
        rows.iter()
            .map(|row| {
                Ok(Known {
                    id: row.try_get("id")?,
                    place: super::ledger::read_place(row)?,
                    message_id: row.try_get("message_id")?,
                    hash: row.try_get("hash")?,
                    duplicate_of: row.try_get("duplicate_of")?,
                })
            })
            .collect()
    }

    async fn sent_to_all(
        &mut self,
        lookups: &[LedgerLookup<'_>],
        midnight: DateTime<Utc>,
        form_since: DateTime<Utc>,
    ) -> Result<HashMap<String, SentTo>> {
        let people: HashSet<String> = lookups.iter().map(|of| person_of(of.recipient.address)).collect();
        let sql = format!(
            "SELECT person, COUNT(CASE WHEN created_at >= {} THEN 1 END) AS today, MAX(created_at) AS last_sent,
                    COUNT(CASE WHEN created_at >= {} AND purpose = {} THEN 1 END) AS forms
             FROM outbox WHERE automatic = 1 AND person IN ({}) GROUP BY person",
            self.parameters(1, 1),
            self.parameters(2, 1),
            self.parameters(3, 1),
            self.parameters(4, people.len())
        );
        let mut values: Vec<Value> = vec![
            instant_text(midnight).into(),
            instant_text(form_since).into(),
            Purpose::SendForm.as_str().into(),
        ];
        values.extend(people.into_iter().map(Value::from));
        let rows = self.fetch_once(sql, values).await?;
        rows.iter()
            .map(|row| {
                let sent = SentTo {
                    today: u32::try_from(row.try_get::<i64, _>("today")?).unwrap_or(u32::MAX),
                    last: read_instant_option(row, "outbox", "last_sent", 0)?,
                    form: row.try_get::<i64, _>("forms")? > 0,
                };
                Ok((row.try_get("person")?, sent))
            })
            .collect()
    }

    /// A query whose text depends on the batch, and is not prepared for another one.
    async fn fetch_once(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<sqlx::any::AnyRow>> {
        let query = bind(query_once(sql), values);
        Ok(query.fetch_all(self.connection().await?).await?)
    }

    /// `$4, $5, $6`: three parameters from the fourth on.
    fn parameters(&self, first: usize, count: usize) -> String {
        let mut text = String::new();
        for nth in first..first + count {
            if nth > first {
                text.push_str(", ");
            }
            self.dialect.write_parameter(&mut text, nth);
        }
        text
    }
}
