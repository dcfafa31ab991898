//! What the desk remembers, in SQLite or PostgreSQL through one SQL text. Only this room writes SQL, and only `transaction`
//! begins and ends what is written; rules live in `desk`, never here.
//!
//! Traps of `sqlx::Any` that this room keeps to (each is covered by the tests that run on both databases):
//! - columns are TEXT, BIGINT and BYTEA; instants are fixed-width UTC text ([`instant_text`]), flags 0 or 1;
//! - a sum is `CAST(SUM(x) AS BIGINT)`, since PostgreSQL's is NUMERIC;
//! - there is no last insert id on PostgreSQL: identifiers are made by us, from the desk's row;
//! - a write transaction on SQLite begins IMMEDIATE, see [`Dialect::begin_write`].

mod backup;
mod claim;
mod copy;
mod deadline;
mod dialect;
mod draft;
mod erase;
mod event;
mod instance;
mod ledger;
mod listing;
mod lookup;
mod migrate;
mod outbox;
mod state;
mod ticket;
mod transaction;
mod turn;
mod writes;

use std::{cell::RefCell, sync::Arc, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AnyConnection, AnyPool, Connection, Row,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
    query::Query,
};
use tokio::sync::Mutex;

pub use backup::check_backup;
pub use claim::ClaimedMail;
pub use copy::{Copied, copy};
pub use deadline::{Counts, Figures, Waiting};
pub use dialect::Dialect;
pub use draft::QueuedDraft;
pub use erase::EntryText;
pub use event::{Event, NewEvent};
pub use instance::{InstanceLock, Lead};
pub use ledger::{LedgerKey, LedgerRow, NewMessage, Outcome, Place, Unsettled};
pub use listing::TicketHead;
pub use lookup::{Earlier, LedgerLookup, Recipient, SentTo};
pub use outbox::{Attempt, NewMail, OutboxRow, OutboxState, Verdict, reply_code};
pub use ticket::{Asking, EntryRow, NewEntry, TicketRow};
pub use transaction::Tx;
pub use turn::Course;
use writes::Table;

/// A fault of the database. Always temporary for the mail in hand: nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("cannot open the database: {detail}; {remedy}")]
    Open {
        /// What the driver said, without the URL (it may hold a password).
        detail: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The schema is from another version.
    #[error("cannot bring the database schema up to date: {0}")]
    Migrate(String),
    /// A copy cannot be made or used.
    #[error("{0}")]
    Backup(String),
    /// A desk cannot be moved to another database.
    #[error("cannot copy the desk: {0}")]
    Copy(String),
    /// A message cannot be compressed.
    #[error("cannot compress a message for the ledger: {0}")]
    Pack(std::io::Error),
    /// A statement failed.
    #[error("the database refused: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row holds what this program never wrote.
    #[error("row {id} of table {table} has an unreadable {column}: {value:?}")]
    Row {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Identifier.
        id: i64,
        /// What stands there.
        value: String,
    },
}

impl StoreError {
    /// Whether the database refused one row's values (a constraint, a size, an encoding), and itself is well.
    #[must_use]
    pub fn is_of_a_row(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        let Some(error) = error.as_database_error() else { return false };
        let code = error.code().unwrap_or_default();
        // PostgreSQL: data exception, integrity constraint, program limit (SQLSTATE classes). SQLite: TOOBIG, CONSTRAINT and
        // its extended codes, MISMATCH.
        let is_sqlite = |code: u32| matches!(code & 0xff, 18..=20);
        match code.len() {
            5 => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
            _ => code.parse().is_ok_and(is_sqlite),
        }
    }
}

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The desk's memory: a pool of connections to one database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    dialect: Dialect,
    /// The connection that writes. One a process: SQLite has one writer, and queueing here is fair and does not spin
    /// on the busy timeout. `None` after a transaction that was given up.
    writer: Arc<Mutex<Option<AnyConnection>>>,
    /// It may hold a password.
    url: SecretString,
}

/// Time limit for reaching the database at start.
const CONNECT: Duration = Duration::from_secs(10);

impl Store {
    /// Connects to `sqlite:FILE` or `postgres://…`. The schema is the caller's business: see [`Store::migrate`].
    ///
    /// # Errors
    /// When the database cannot be reached or opened; says what to do.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url);
        let url = match dialect {
            // Made when absent; a directory that is absent stays an error.
            Dialect::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        let url = SecretString::from(url);
        // The pool would repeat a refused connection until its time limit, and hide why it was refused.
        let writer = connect(&url, dialect).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| Box::pin(prepare(connection, dialect.on_connect())))
            .connect(url.expose_secret())
            .await
            .map_err(|error| open_error(dialect, &error))?;
        Ok(Self { pool, dialect, writer: Arc::new(Mutex::new(Some(writer))), url })
    }

    /// As [`Store::open`], but makes no database: `None` when the SQLite file does not exist.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_existing(url: &str) -> Result<Option<Self>> {
        match migrate::beside(url, Dialect::of(url), "") {
            Some(path) if !path.exists() => Ok(None),
            _ => Self::open(url).await.map(Some),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        query("SELECT one FROM desk").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Closes all connections; on SQLite this folds the write-ahead log back into the file.
    pub async fn close(&self) {
        if let Some(writer) = self.writer.lock().await.take() {
            // It is going away either way.
            let _ = writer.close().await;
        }
        self.pool.close().await;
    }
}

/// A connection of our own, ready to use.
async fn connect(url: &SecretString, dialect: Dialect) -> Result<AnyConnection> {
    let late = || StoreError::Open {
        detail: format!("no answer within {} s", CONNECT.as_secs()),
        remedy: "see that PostgreSQL runs and that host and port in database.url are right",
    };
    let connecting = async {
        let mut connection = AnyConnection::connect(url.expose_secret()).await?;
        prepare(&mut connection, dialect.on_connect()).await?;
        prepare(&mut connection, dialect.on_connect_to_write()).await?;
        Ok(connection)
    };
    let connected = tokio::time::timeout(CONNECT, connecting).await.map_err(|_| late())?;
    connected.map_err(|error| open_error(dialect, &error))
}

/// SQLITE_BUSY.
fn is_locked(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("database is locked"))
}

async fn prepare(connection: &mut AnyConnection, statements: &[&'static str]) -> Result<(), sqlx::Error> {
    for statement in statements {
        let mut tries = 0;
        // SQLite does not wait for a change of the journal's mode, which two processes that start together both make.
        while let Err(error) = sqlx::raw_sql(*statement).execute(&mut *connection).await {
            tries += 1;
            if tries > 100 || !is_locked(&error) {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// A query on either database.
type AnyQuery = Query<'static, sqlx::Any, AnyArguments>;

fn query(sql: &'static str) -> AnyQuery {
    sqlx::query(sql)
}

/// Largest mail that is kept as it is, in bytes: packing it costs more than writing it, and the receipt waits for both.
const KEPT_PLAIN: usize = 8 * 1024;

/// How packed bytes begin (RFC 8878, 3.1.1).
const PACKED: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// Bytes of a mail as they are stored; shared, since a message may be decided twice.
///
/// # Errors
/// When memory runs out.
pub fn pack(bytes: &[u8]) -> Result<Arc<Vec<u8>>> {
    thread_local! {
        /// Making a compressor costs more than a mail does.
        static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    if bytes.len() <= KEPT_PLAIN && !bytes.starts_with(&PACKED) {
        return Ok(Arc::new(bytes.to_vec()));
    }
    let packed = COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(zstd::bulk::Compressor::new(1)?),
        };
        compressor.compress(bytes)
    });
    packed.map(Arc::new).map_err(StoreError::Pack)
}

/// A column of stored bytes; empty when they are erased.
fn unpack(row: &AnyRow, table: &'static str, column: &'static str, id: i64) -> Result<Vec<u8>> {
    let stored: Vec<u8> = row.try_get(column)?;
    if !stored.starts_with(&PACKED) {
        return Ok(stored);
    }
    // The size stands in front of what `pack` made.
    let size = zstd::zstd_safe::get_frame_content_size(&stored).ok().flatten();
    let unpacked = match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) => zstd::bulk::decompress(&stored, size),
        None => zstd::decode_all(stored.as_slice()),
    };
    unpacked.map_err(|error| StoreError::Row { table, column, id, value: error.to_string() })
}

/// Identifiers for an `IN (…)`.
fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// A stored flag.
fn flag(row: &AnyRow, column: &str) -> Result<bool> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

/// An instant as it is stored: fixed width, so that text order is time order.
fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A stored instant; what is wrong names its place.
fn read_instant(row: &AnyRow, table: &'static str, column: &'static str, id: i64) -> Result<DateTime<Utc>> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Row { table, column, id, value: text })
}

/// A stored instant that may be absent.
fn read_instant_option(
    row: &AnyRow,
    table: &'static str,
    column: &'static str,
    id: i64,
) -> Result<Option<DateTime<Utc>>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Row { table, column, id, value: text })).transpose()
}

/// A stored word of a closed set.
fn read_word<T: std::str::FromStr>(
    row: &AnyRow,
    table: &'static str,
    column: &'static str,
    id: i64,
) -> Result<T> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Row { table, column, id, value: text })
}

fn open_error(dialect: Dialect, error: &sqlx::Error) -> StoreError {
    let remedy = match (dialect, error) {
        (Dialect::Sqlite, _) => "see that the folder exists and the service's user may write in it",
        (Dialect::Postgres, sqlx::Error::Io(_)) => {
            "see that PostgreSQL runs and that host and port in database.url are right"
        }
        (Dialect::Postgres, sqlx::Error::Tls(_)) => {
            "see that the server's certificate is trusted, or set sslmode in database.url"
        }
        (Dialect::Postgres, _) => "see that user, password and database name in database.url are right",
    };
    StoreError::Open { detail: error.to_string(), remedy }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_PLAIN, PACKED, pack};

    #[test]
    fn what_looks_packed_is_packed() {
        for bytes in [PACKED.to_vec(), vec![b'a'; KEPT_PLAIN + 1]] {
            let packed = pack(&bytes).unwrap();
            assert_ne!(*packed, bytes);
            assert_eq!(zstd::decode_all(packed.as_slice()).unwrap(), bytes);
        }
        let small = vec![b'a'; KEPT_PLAIN];
        assert_eq!(*pack(&small).unwrap(), small);
    }
}
