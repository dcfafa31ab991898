//! The few words that SQLite and PostgreSQL do not share. Everything else is one SQL text.

use std::{borrow::Cow, fmt::Write as _};

/// Which database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite in WAL mode.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

impl Dialect {
    /// From the scheme of a database URL.
    #[must_use]
    pub fn of(url: &str) -> Self {
        if url.starts_with("postgres") { Self::Postgres } else { Self::Sqlite }
    }

    /// Opens a write transaction, and returns the desk's row. SQLite takes the write lock at once: a transaction
    /// that reads first and writes later fails with SQLITE_BUSY_SNAPSHOT, which the busy timeout does not retry.
    /// PostgreSQL takes the lock of the desk's row.
    #[must_use]
    pub fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "BEGIN IMMEDIATE; SELECT next_id, event_hash, automatic_day, automatic_sent, numbers FROM desk"
            }
            Self::Postgres => {
                "BEGIN; UPDATE desk SET one = 1 RETURNING next_id, event_hash, automatic_day, automatic_sent, numbers"
            }
        }
    }

    /// Said once on every new connection. `synchronous=FULL` makes a commit survive a power cut in WAL mode.
    #[must_use]
    pub fn on_connect(self) -> &'static [&'static str] {
        match self {
            // A log of 16 MB before it is folded back: each filed mail touches some twenty pages. A page cache of 1 MB, which
            // every commit of another connection empties.
            Self::Sqlite => &[
                "PRAGMA busy_timeout=30000",
                "PRAGMA journal_mode=WAL",
                "PRAGMA synchronous=FULL",
                // What is erased must not live on in pages that happen to be free.
                "PRAGMA secure_delete=ON",
                "PRAGMA cache_size=-1000",
                "PRAGMA wal_autocheckpoint=4000",
            ],
            Self::Postgres => &["SET client_min_messages = warning"],
        }
    }

    /// Said after that on the connection that writes, whose cache stays.
    #[must_use]
    pub fn on_connect_to_write(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &["PRAGMA cache_size=-4000"],
            Self::Postgres => &[],
        }
    }

    /// Several statements as one: SQLite runs them one after the other, PostgreSQL all at once, and checks references
    /// between their rows at the end.
    #[must_use]
    pub fn in_one_trip(self, statements: &[String]) -> String {
        match (self, statements) {
            (Self::Postgres, [first @ .., last]) if !first.is_empty() => {
                let named: Vec<String> = first
                    .iter()
                    .enumerate()
                    .map(|(nth, statement)| format!("w{nth} AS ({statement})"))
                    .collect();
                format!("WITH {} {last}", named.join(", "))
            }
            _ => statements.join("; "),
        }
    }

    /// The place of a value, counted from 1. SQLite takes values in turn, and looks long for one that has a number.
    pub fn write_parameter(self, sql: &mut String, nth: usize) {
        match self {
            Self::Sqlite => sql.push('?'),
            // Writing into a String cannot fail.
            Self::Postgres => {
                let _ = write!(sql, "${nth}");
            }
        }
    }

    /// A migration in this database's words. SQLite keeps rows in the order of their key only where it is called
    /// INTEGER, or where it is told so; else it costs a second tree to write.
    #[must_use]
    pub fn schema(self, sql: &'static str) -> Cow<'static, str> {
        match self {
            Self::Sqlite => sql
                .replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
                .replace("/* WITHOUT ROWID */", "WITHOUT ROWID")
                .into(),
            Self::Postgres => sql.into(),
        }
    }

    /// Makes mails due again whose process died while it was sending them; `$1` is now, `$2` this process.
    /// On SQLite one process serves the desk, so every other claim is a dead one; on PostgreSQL each process
    /// holds an advisory lock under its number for as long as it lives.
    #[must_use]
    pub fn release_dead_claims(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "UPDATE outbox SET next_attempt_at = $1, claimed_by = NULL
                 WHERE state = 'queued' AND claimed_by IS NOT NULL AND claimed_by <> $2"
            }
            Self::Postgres => {
                "UPDATE outbox SET next_attempt_at = $1, claimed_by = NULL
                 WHERE state = 'queued' AND claimed_by IS NOT NULL AND claimed_by <> $2
                   AND claimed_by NOT IN (SELECT CAST(objid AS BIGINT) FROM pg_locks
                                          WHERE locktype = 'advisory' AND classid = 21328 AND granted)"
            }
        }
    }
}
