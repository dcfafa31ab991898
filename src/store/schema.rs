//! The schema after the last migration: every table, its key and its columns. `copy` and `writes` follow from it, and a
//! test compares it with the catalogue of both databases.

/// What a column holds. Other types do not read back alike from SQLite and PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// `BIGINT`, or `INTEGER` for a key of SQLite.
    Integer,
    Text,
    /// `BYTEA` in both: SQLite takes any type name.
    Bytes,
}
use ColumnKind::{Bytes as B, Integer as I, Text as T};

#[derive(Debug, Clone, Copy)]
pub struct TableSchema {
    pub name: &'static str,
    /// Columns of the primary key.
    pub key: &'static [&'static str],
    /// Every column, in the order of the database.
    pub columns: &'static [(&'static str, ColumnKind)],
}

/// Every table, each before those that refer to it.
pub const SCHEMA: [&TableSchema; 19] = [
    &STATE,
    &MESSAGE,
    &UNSETTLED,
    &TICKET,
    &TURN,
    &CC,
    &ENTRY,
    &ATTACHMENT,
    &OUTBOX,
    &ATTEMPT,
    &EVENT,
    &APPLICATION,
    &SUBMISSION,
    &REVIEW,
    &MEETING,
    &EDITION,
    &PHRASE,
    &FAQ,
    &DESK,
];

pub(super) const STATE: TableSchema =
    TableSchema { name: "state", key: &["name"], columns: &[("name", T), ("value", T)] };

pub(super) const MESSAGE: TableSchema = TableSchema {
    name: "message",
    key: &["id"],
    columns: &[
        ("id", I),
        ("folder", T),
        ("uidvalidity", I),
        ("uid", I),
        ("file", T),
        ("message_id", T),
        ("hash", T),
        ("received_at", T),
        ("taken_at", T),
        ("size", I),
        ("raw", B),
        ("outcome", T),
        ("reason", T),
        ("detail", T),
        ("ticket_id", I),
        ("duplicate_of", I),
        ("attempts", I),
    ],
};

pub(super) const UNSETTLED: TableSchema =
    TableSchema { name: "unsettled", key: &["message_ref"], columns: &[("message_ref", I)] };

pub(super) const TICKET: TableSchema = TableSchema {
    name: "ticket",
    key: &["id"],
    columns: &[
        ("id", I),
        ("number", T),
        ("fiscal_year", I),
        ("serial", I),
        ("status", T),
        ("channel", T),
        ("organization", T),
        ("name", T),
        ("contact", T),
        ("inquiry", T),
        ("prefecture", T),
        ("from_name", T),
        ("from_address", T),
        ("subject", T),
        ("received_at", T),
        ("deadline", T),
        ("budget_left", I),
        ("assignee", T),
        ("acknowledged_at", T),
        ("answered_at", T),
        ("closed_at", T),
        ("running_since", T),
        ("warned_for", T),
        ("missed_for", T),
        ("answer_to", T),
        ("asked_at", T),
        ("reminded", I),
        ("tags", T),
        ("merged_into", T),
        ("erased_at", T),
        ("kind", T),
        ("part_of", T),
        ("waiting_for", T),
        ("held_until", T),
        ("promised_on", T),
        ("thanked_at", T),
    ],
};

const CC: TableSchema =
    TableSchema { name: "cc", key: &["ticket_id", "address"], columns: &[("ticket_id", I), ("address", T)] };

pub(super) const TURN: TableSchema = TableSchema {
    name: "turn",
    key: &["ticket_id", "nth"],
    columns: &[
        ("ticket_id", I),
        ("nth", I),
        ("asked_at", T),
        ("due_at", T),
        ("held", I),
        ("held_since", T),
        ("ended_at", T),
        ("ending", T),
        ("ended_by", T),
        ("in_time", I),
    ],
};

pub(super) const ENTRY: TableSchema = TableSchema {
    name: "entry",
    key: &["id"],
    columns: &[
        ("id", I),
        ("ticket_id", I),
        ("message_ref", I),
        ("direction", T),
        ("from_name", T),
        ("from_address", T),
        ("recipients", T),
        ("at", T),
        ("text", T),
    ],
};

pub(super) const ATTACHMENT: TableSchema = TableSchema {
    name: "attachment",
    key: &["id"],
    columns: &[("id", I), ("entry_id", I), ("position", I), ("name", T), ("media_type", T), ("size", I)],
};

pub(super) const OUTBOX: TableSchema = TableSchema {
    name: "outbox",
    key: &["id"],
    columns: &[
        ("id", I),
        ("ticket_id", I),
        ("message_ref", I),
        ("purpose", T),
        ("automatic", I),
        ("sender", T),
        ("recipient", T),
        ("message_id", T),
        ("bytes", B),
        ("state", T),
        ("attempts", I),
        ("created_at", T),
        ("next_attempt_at", T),
        ("claimed_by", I),
        ("finished_at", T),
        ("author", T),
        ("entry_id", I),
        ("reminded_at", T),
        ("person", T),
    ],
};

pub(super) const ATTEMPT: TableSchema = TableSchema {
    name: "attempt",
    key: &["outbox_id", "nth"],
    columns: &[("outbox_id", I), ("nth", I), ("at", T), ("reply", T)],
};

pub(super) const EVENT: TableSchema = TableSchema {
    name: "event",
    key: &["id"],
    columns: &[
        ("id", I),
        ("at", T),
        ("actor", T),
        ("ticket_id", I),
        ("message_ref", I),
        ("what", T),
        ("detail", T),
        ("hash", T),
    ],
};

pub(super) const APPLICATION: TableSchema = TableSchema {
    name: "application",
    key: &["ticket_id"],
    columns: &[
        ("ticket_id", I),
        ("closes", T),
        ("stage", T),
        ("prefecture", T),
        ("area", T),
        ("area_key", T),
        ("submission_id", I),
        ("decision", T),
        ("reason", T),
        ("notice", T),
        ("decided_at", T),
        ("decided_by", T),
        ("notified_at", T),
    ],
};

pub(super) const SUBMISSION: TableSchema = TableSchema {
    name: "submission",
    key: &["id"],
    columns: &[
        ("id", I),
        ("ticket_id", I),
        ("message_ref", I),
        ("part", I),
        ("file", T),
        ("inner_name", T),
        ("format", T),
        ("received_at", T),
        ("in_time", I),
        ("unread", T),
        ("form", T),
        ("findings", T),
        ("hash", T),
        ("author", T),
    ],
};

pub(super) const REVIEW: TableSchema = TableSchema {
    name: "review",
    key: &["ticket_id", "reviewer"],
    columns: &[("ticket_id", I), ("reviewer", T), ("at", T), ("conflict", I), ("scores", T), ("comment", T)],
};

pub(super) const MEETING: TableSchema = TableSchema {
    name: "meeting",
    key: &["id"],
    columns: &[
        ("id", I),
        ("ticket_id", I),
        ("kind", T),
        ("nth", I),
        ("stage", T),
        ("starts_at", T),
        ("ends_at", T),
        ("place", T),
        ("url", T),
        ("agenda", T),
        ("adviser", T),
        ("sequence", I),
        ("reminded_for", T),
        ("minutes_entry", I),
    ],
};

const PHRASE: TableSchema = TableSchema {
    name: "phrase",
    key: &["name"],
    columns: &[("name", T), ("text", T), ("changed_at", T), ("changed_by", T)],
};

const FAQ: TableSchema = TableSchema {
    name: "faq",
    key: &["id"],
    columns: &[
        ("id", I),
        ("number", T),
        ("ticket_id", I),
        ("month", T),
        ("state", T),
        ("texts", T),
        ("created_by", T),
        ("changed_at", T),
        ("changed_by", T),
        ("released_at", T),
        ("released_by", T),
        ("hash", T),
    ],
};

const EDITION: TableSchema = TableSchema {
    name: "edition",
    key: &["first_day", "last_day", "nth"],
    columns: &[
        ("first_day", T),
        ("last_day", T),
        ("nth", I),
        ("issued_at", T),
        ("issued_by", T),
        ("hash", T),
        ("figures", T),
        ("note", T),
    ],
};

const DESK: TableSchema = TableSchema {
    name: "desk",
    key: &["one"],
    columns: &[
        ("one", I),
        ("next_id", I),
        ("event_hash", T),
        ("automatic_day", T),
        ("automatic_sent", I),
        ("numbers", T),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_of_columns_in_a_query_names_columns_of_its_table() {
        let lists = [
            (&MESSAGE, super::super::ledger::COLUMNS),
            (&TICKET, super::super::ticket::COLUMNS),
            (&TICKET, super::super::listing::HEAD),
            (&TURN, super::super::turn::COLUMNS),
            (&MEETING, super::super::meeting::COLUMNS),
            (&FAQ, super::super::faq::COLUMNS),
        ];
        for (table, columns) in lists {
            for column in columns.split(", ") {
                assert!(table.columns.iter().any(|(name, _)| *name == column), "{} {column}", table.name);
            }
        }
    }

    #[test]
    fn every_key_is_a_column() {
        for table in SCHEMA {
            for key in table.key {
                assert!(table.columns.iter().any(|(name, _)| name == key), "{} {key}", table.name);
            }
        }
    }
}
