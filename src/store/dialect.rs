//! The differences between SQLite and PostgreSQL. All other SQL text is the same for both.

use std::{borrow::Cow, fmt::Write as _};

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

    /// Begins a write transaction, takes the lock of all writers, and returns the desk's row.
    ///
    /// SQLite takes its write lock at BEGIN: a transaction that reads first and writes later fails with
    /// SQLITE_BUSY_SNAPSHOT, which the busy timeout does not retry. PostgreSQL locks the desk's row by an UPDATE.
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

    /// Statements for every new connection. With `synchronous=FULL`, a commit in WAL mode survives a power cut.
    #[must_use]
    pub fn on_connect(self) -> &'static [&'static str] {
        match self {
            // Checkpoint at 4000 pages (16 MB): each filed mail changes some twenty pages. The page cache is only 1 MB,
            // because every commit of another connection empties it.
            Self::Sqlite => &[
                "PRAGMA busy_timeout=30000",
                "PRAGMA journal_mode=WAL",
                "PRAGMA synchronous=FULL",
                // Erased data must not remain in free pages.
                "PRAGMA secure_delete=ON",
                "PRAGMA cache_size=-1000",
                "PRAGMA wal_autocheckpoint=4000",
            ],
            Self::Postgres => &["SET client_min_messages = warning"],
        }
    }

    /// Further statements for the connection that writes. No other connection empties its cache.
    #[must_use]
    pub fn on_connect_to_write(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &["PRAGMA cache_size=-4000"],
            Self::Postgres => &[],
        }
    }

    /// Joins several statements into one. SQLite runs them in turn. PostgreSQL runs them as one statement with CTEs, and
    /// checks foreign keys at its end.
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

    /// Writes the placeholder of the `nth` value, from 1. SQLite gets `?`: it looks up numbered parameters slowly.
    pub fn write_parameter(self, sql: &mut String, nth: usize) {
        match self {
            Self::Sqlite => sql.push('?'),
            // Writing into a String cannot fail.
            Self::Postgres => {
                let _ = write!(sql, "${nth}");
            }
        }
    }

    /// A migration in this database's SQL. SQLite stores rows in the order of their key only with `INTEGER PRIMARY KEY`
    /// or `WITHOUT ROWID`; otherwise each write goes to a second B-tree.
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

    /// Condition: the process that claimed a mail is dead. `$2` is this process.
    ///
    /// On SQLite one process serves the desk, so every other claim is dead. On PostgreSQL each process holds an advisory
    /// lock with its number while it lives.
    #[must_use]
    pub fn is_dead_claim(self) -> &'static str {
        match self {
            Self::Sqlite => "claimed_by <> $2",
            Self::Postgres => {
                "claimed_by <> $2
                   AND claimed_by NOT IN (SELECT CAST(objid AS BIGINT) FROM pg_locks
                                          WHERE locktype = 'advisory' AND classid = 21328 AND granted)"
            }
        }
    }
}
