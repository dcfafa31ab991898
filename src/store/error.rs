//! What can go wrong with the database, and what the operator can do about it.

use secrecy::{ExposeSecret, SecretString};

use super::{Dialect, place};

/// An error of the database. Nothing was changed, so the caller may try again.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the database: {detail}; {remedy}")]
    Open {
        /// The driver's error without the URL, which may hold a password.
        detail: String,
        remedy: &'static str,
    },
    #[error("{REHEARSAL}")]
    Rehearsal,
    #[error(
        "a newer version of madoguchi made the database (schema {theirs}, this version knows {ours}): nothing was changed; \
         install that version again, or restore a copy from before the update"
    )]
    Newer { theirs: i64, ours: i64 },
    #[error("cannot bring the database schema up to date: {0}")]
    Migrate(String),
    #[error("{0}")]
    Backup(String),
    #[error("cannot copy the desk: {0}")]
    Copy(String),
    #[error("cannot compress a message for the ledger: {0}")]
    Pack(std::io::Error),
    #[error("the database refused: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row holds a value that this program never writes.
    #[error("row {id} of table {table} has an unreadable {column}: {value:?}")]
    Row { table: &'static str, column: &'static str, id: i64, value: String },
}

/// What the operator hears who rehearses with the settings of a desk that serves people.
pub const REHEARSAL: &str = "--as-of rehearses, and this desk sends mail to people: nothing was changed; rehearse on a copy of \
     the database, with delivery.kind = \"maildir\"";

impl StoreError {
    /// Whether the database refused the values of one row (a constraint, a size, an encoding) and works otherwise.
    #[must_use]
    pub fn is_of_a_row(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        let Some(error) = error.as_database_error() else { return false };
        let code = error.code().unwrap_or_default();
        // PostgreSQL: SQLSTATE classes of data exceptions, integrity constraints and program limits. SQLite: TOOBIG,
        // CONSTRAINT and its extended codes, MISMATCH.
        let is_sqlite = |code: u32| matches!(code & 0xff, 18..=20);
        match code.len() {
            5 => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
            _ => code.parse().is_ok_and(is_sqlite),
        }
    }
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// SQLITE_CORRUPT and SQLITE_NOTADB.
fn is_damaged(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 11 | 26))
}

pub(super) fn open_error(url: &SecretString, error: &sqlx::Error) -> StoreError {
    let dialect = Dialect::of(url.expose_secret());
    let remedy = match (dialect, error) {
        (Dialect::Sqlite, error) if is_damaged(error) => {
            "it is no SQLite database, or it is damaged: move it away and restore a copy with `madoguchi restore`"
        }
        (Dialect::Sqlite, _) => "see that the folder exists and the service's user may write in it",
        (Dialect::Postgres, sqlx::Error::Io(_)) => {
            "see that PostgreSQL runs and that host and port in database.url are right"
        }
        (Dialect::Postgres, sqlx::Error::Tls(_)) => {
            "see that the server's certificate is trusted, or set sslmode in database.url"
        }
        (Dialect::Postgres, _) => "see that user, password and database name in database.url are right",
    };
    StoreError::Open { detail: format!("{}: {error}", place(url.expose_secret())), remedy }
}
