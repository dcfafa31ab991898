//! Rows that wait for the end of their transaction, and go to the database in one trip: a filed mail is some eight
//! rows in six tables, and a trip costs more than a row.

use std::sync::Arc;

use super::{AnyQuery, Dialect};

/// Most parameters of one trip: PostgreSQL takes 65,535, SQLite 32,766.
const VALUES_AT_ONCE: usize = 20_000;

/// Room for so many rows of a table is made at once: a filed mail has fewer, with the verdicts that it takes along.
const ROWS_A_MAIL: usize = 4;

/// The tables that rows are gathered for, each before those that refer to it; and what a row that is there already means.
const TABLES: [(&str, &str); 9] = [
    (
        "message (id, folder, uidvalidity, uid, file, message_id, hash, received_at, taken_at, size, raw, outcome, reason, detail, \
         ticket_id, duplicate_of, attempts)",
        "",
    ),
    ("unsettled (message_ref)", ""),
    (
        "ticket (id, number, fiscal_year, serial, status, channel, organization, name, contact, inquiry, prefecture, from_name, \
         from_address, subject, received_at, deadline, budget_left, running_since, answer_to, asked_at, assignee)",
        "",
    ),
    ("turn (ticket_id, nth, asked_at, due_at, held, held_since, ended_at, ending, ended_by, in_time)", ""),
    ("entry (id, ticket_id, message_ref, direction, from_name, from_address, recipients, at, text)", ""),
    ("attachment (id, entry_id, position, name, media_type, size)", ""),
    (
        "outbox (id, ticket_id, message_ref, purpose, automatic, sender, recipient, message_id, bytes, state, attempts, created_at, \
         next_attempt_at, author, entry_id)",
        " ON CONFLICT (message_id) DO NOTHING",
    ),
    ("attempt (outbox_id, nth, at, reply)", " ON CONFLICT (outbox_id, nth) DO NOTHING"),
    ("event (id, at, actor, ticket_id, message_ref, what, detail, hash)", ""),
];

/// A table of [`TABLES`].
#[derive(Debug, Clone, Copy)]
pub enum Table {
    /// The ledger.
    Message,
    /// What the mailbox still shows as new.
    Unsettled,
    /// Tickets.
    Ticket,
    Turn,
    /// Steps of a conversation.
    Entry,
    /// Names of attachments.
    Attachment,
    /// Mails that leave.
    Outbox,
    /// Attempts at delivery.
    Attempt,
    /// The audit.
    Event,
}

/// A value of a row.
#[derive(Debug)]
pub enum Value {
    /// BIGINT.
    Integer(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BYTEA.
    Bytes(Arc<Vec<u8>>),
}

/// Rows by table.
#[derive(Debug, Default)]
pub struct Writes {
    rows: [Vec<Value>; TABLES.len()],
}

impl Writes {
    /// Adds a row, its values in the order of the table's columns.
    pub fn push<const N: usize>(&mut self, table: Table, row: [Value; N]) {
        debug_assert_eq!(N, COLUMNS[table as usize], "{table:?}");
        let rows = &mut self.rows[table as usize];
        if rows.is_empty() {
            rows.reserve(ROWS_A_MAIL * N);
        }
        rows.extend(row);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(Vec::is_empty)
    }

    /// As much as one trip takes: the statements, and their values. Values are parameters, so that the same few
    /// statements come again and again, and are prepared once.
    pub fn trip(&mut self, dialect: Dialect, values: &mut Vec<Value>) -> Vec<String> {
        let (mut statements, mut room) = (Vec::new(), VALUES_AT_ONCE);
        values.reserve(self.rows.iter().map(Vec::len).sum::<usize>().min(room));
        for (nth, rows) in self.rows.iter_mut().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let most = room / COLUMNS[nth] * COLUMNS[nth];
            if most == 0 {
                break;
            }
            let rest = rows.split_off(rows.len().min(most));
            room -= rows.len();
            statements.push(insert(dialect, nth, values.len(), rows.len()));
            values.extend(std::mem::replace(rows, rest));
        }
        statements
    }
}

/// A query with its parameters. A text is given away: `sqlx::Any` would copy one in an `Option`.
pub fn bind(query: AnyQuery, values: impl IntoIterator<Item = Value>) -> AnyQuery {
    values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(Some(value)) => query.bind(value),
        Value::Text(None) => query.bind(None::<String>),
        Value::Bytes(value) => query.bind(value.as_slice()),
    })
}

/// How many columns each of [`TABLES`] names.
const COLUMNS: [usize; TABLES.len()] = {
    let mut columns = [1; TABLES.len()];
    let mut table = 0;
    while table < TABLES.len() {
        let names = TABLES[table].0.as_bytes();
        let mut at = 0;
        while at < names.len() {
            columns[table] += (names[at] == b',') as usize;
            at += 1;
        }
        table += 1;
    }
    columns
};

/// `INSERT INTO t (a, b) VALUES ($5, $6), ($7, $8)`, after four other values.
fn insert(dialect: Dialect, table: usize, before: usize, values: usize) -> String {
    let (into, conflict) = TABLES[table];
    // `(?, ?), ` is three bytes a value and one or two more a row.
    let mut sql = String::with_capacity(into.len() + conflict.len() + 32 + 4 * values);
    for words in ["INSERT INTO ", into, " VALUES "] {
        sql.push_str(words);
    }
    write_rows(dialect, &mut sql, before, values, COLUMNS[table]);
    sql.push_str(conflict);
    sql
}

/// `($5, $6), ($7, $8)`, after four other values.
fn write_rows(dialect: Dialect, sql: &mut String, before: usize, values: usize, columns: usize) {
    for nth in 0..values {
        sql.push_str(match (nth, nth % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        dialect.write_parameter(sql, before + nth + 1);
    }
    sql.push(')');
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Arc<Vec<u8>>> for Value {
    fn from(value: Arc<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Table, insert};

    #[test]
    fn every_row_has_its_own_parameters() {
        let sql = |dialect| insert(dialect, Table::Attempt as usize, 2, 8);
        assert_eq!(
            sql(Dialect::Postgres),
            "INSERT INTO attempt (outbox_id, nth, at, reply) VALUES ($3, $4, $5, $6), ($7, $8, $9, $10) ON CONFLICT (outbox_id, nth) DO NOTHING"
        );
        assert_eq!(
            sql(Dialect::Sqlite),
            "INSERT INTO attempt (outbox_id, nth, at, reply) VALUES (?, ?, ?, ?), (?, ?, ?, ?) ON CONFLICT (outbox_id, nth) DO NOTHING"
        );
    }
}
