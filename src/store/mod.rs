//! The database: SQLite or PostgreSQL, with the same SQL text. Only this room writes SQL, and it holds no rules of the
//! desk.
//!
//! A pass of intake, the outbox or the schedule writes in one transaction for a batch ([`Tx`]). The desk's row is the lock
//! of all writers. New rows are gathered and flushed before the next statement (`writes`). Each message of a batch has a
//! savepoint, so that one bad message does not roll back the others.
//!
//! Rules for `sqlx::Any`, which the tests on both databases cover:
//! - Columns are TEXT, BIGINT and BYTEA (`schema`). Instants are UTC text of fixed width ([`instant_text`]), flags 0 or 1.
//! - A sum is `CAST(SUM(x) AS BIGINT)`, because PostgreSQL's is NUMERIC.
//! - PostgreSQL has no last insert id: row ids come from the desk's row ([`Tx::fresh_id`]).
//! - A write transaction on SQLite begins IMMEDIATE, see [`Dialect::begin_write`].
//! - Words of closed sets are bound parameters; `partial` has the exceptions.

mod application;
mod attempt;
mod audit;
mod backup;
mod cc;
mod claim;
mod copy;
mod decision;
mod deferred;
mod dialect;
mod draft;
mod entry;
mod erase;
mod erase_raw;
mod error;
mod event;
mod facts;
mod faq;
mod figures;
mod instance;
mod ledger;
mod listing;
mod lookup;
mod meeting;
mod merged;
mod migrate;
mod numbers;
mod outbox;
mod parked;
mod partial;
mod phrase;
mod places;
mod proof;
mod recent;
mod report;
mod review;
mod schema;
mod search;
mod share;
mod sheet;
mod state;
mod texts;
mod ticket;
mod transaction;
mod turn;
mod watch;
mod within;
mod writes;

use std::{cell::RefCell, io::Read as _, sync::Arc, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AnyConnection, AnyPool, AssertSqlSafe, Connection, Row,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
    query::Query,
};
use tokio::sync::Mutex;

pub use application::{ApplicationRow, NewSubmission, SubmissionRow};
pub use attempt::{Attempt, Verdict};
pub use audit::{AuditEvent, DeliveryAttempt, Erasure, EventKind};
pub use backup::check_backup;
pub use claim::ClaimedMail;
pub use copy::{Copied, copy};
pub use decision::{DecisionRow, ResultMail};
pub use deferred::DeferredMail;
pub use dialect::Dialect;
pub use draft::{HeldMail, LetterRow, WrittenMail};
pub use entry::{EntryRow, NewEntry, NoteRow, Noted};
pub use erase::{EntryPeople, EntryText};
pub use erase_raw::FIRST_RAW;
use error::open_error;
pub use error::{REHEARSAL, Result, StoreError};
pub use event::{Event, NewEvent};
pub use faq::FaqRow;
pub use figures::Figures;
pub use instance::{InstanceLock, Lead};
pub use ledger::{LedgerKey, LedgerRow, NewMessage, Outcome, Place, Unsettled};
pub use listing::TicketHead;
pub use lookup::{Earlier, LedgerLookup, Recipient, SentTo};
pub use meeting::{CaseRow, MeetingRow};
pub use migrate::{database_files, is_relative, place, unprotected_server, url_of};
pub use outbox::{NewMail, OutboxRow, OutboxState};
pub use phrase::PhraseRow;
pub use proof::{Chain, Contradiction, Proof};
use recent::CountedToday;
pub use schema::{ColumnKind, SCHEMA};
pub use sheet::SheetFacts;
pub use ticket::{Asking, TicketRow};
pub use transaction::Tx;
pub use turn::Course;
pub use watch::Waiting;
pub use within::Within;
use writes::Table;

/// Connections for reading.
const READERS: u32 = 4;

/// A pool of connections for reading, and one connection for writing.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    dialect: Dialect,
    /// The connection that writes. One in each process: SQLite allows one writer, and this queue is fair and does not
    /// poll until the busy timeout. `None` after a transaction that was not committed.
    writer: Arc<Mutex<Option<AnyConnection>>>,
    /// May hold a password.
    url: SecretString,
    /// Whether every write is refused.
    read_only: bool,
    counted: CountedToday,
}

/// Time limit for reaching the database at start.
const CONNECT: Duration = Duration::from_secs(10);

impl Store {
    /// Connects to `sqlite:FILE` or `postgres://…`. Applies no migrations: see [`Store::migrate`].
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url);
        let url = match dialect {
            // Create a missing file. A missing folder stays an error.
            Dialect::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        let url = SecretString::from(url);
        // The pool would retry a refused connection until its timeout, and hide the reason.
        let writer = connect(&url, dialect).await?;
        // One for each loop that reads at the same time, and one more for what reads while it lists. Each costs memory: SQLite's
        // cache and its thread, or a process of PostgreSQL.
        let pool = AnyPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| Box::pin(prepare(connection, dialect.on_connect())))
            .connect(url.expose_secret())
            .await
            .map_err(|error| open_error(&url, &error))?;
        Ok(Self {
            pool,
            dialect,
            writer: Arc::new(Mutex::new(Some(writer))),
            url,
            read_only: false,
            counted: CountedToday::default(),
        })
    }

    /// As [`Store::open`], but creates no database: `None` if the SQLite file does not exist or the database is empty.
    pub async fn open_existing(url: &str) -> Result<Option<Self>> {
        if migrate::beside(url, Dialect::of(url), "").is_some_and(|path| !path.exists()) {
            return Ok(None);
        }
        let store = Self::open(url).await?;
        Ok(store.newest_migration().await?.is_some().then_some(store))
    }

    /// The same store for a rehearsal that must change nothing: every write is refused.
    #[must_use]
    pub fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    /// Fails if the database does not answer.
    pub async fn ping(&self) -> Result<()> {
        query("SELECT one FROM desk").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections. SQLite then writes the WAL back into the file.
    pub async fn close(&self) {
        if let Some(writer) = self.writer.lock().await.take() {
            // The connection is dropped in any case.
            let _ = writer.close().await;
        }
        self.pool.close().await;
    }
}

/// A connection for writing, outside the pool.
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
    connected.map_err(|error| open_error(url, &error))
}

/// SQLITE_BUSY.
fn is_locked(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("database is locked"))
}

async fn prepare(connection: &mut AnyConnection, statements: &[&'static str]) -> Result<(), sqlx::Error> {
    for statement in statements {
        let mut tries = 0;
        // The busy timeout does not cover a change of the journal mode, and two processes may start together.
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

type AnyQuery = Query<'static, sqlx::Any, AnyArguments>;

fn query(sql: &'static str) -> AnyQuery {
    sqlx::query(sql)
}

/// A query whose text is built from column lists and words of this program. Values from outside are bound.
fn query_text(sql: String) -> AnyQuery {
    sqlx::query(AssertSqlSafe(sql))
}

/// As [`query_text`], for a text that names ids, numbers or places of a batch. It is another one each time, and not worth a place among
/// the prepared statements of a connection.
fn query_once(sql: String) -> AnyQuery {
    query_text(sql).persistent(false)
}

/// Largest mail in bytes that is stored uncompressed: to compress it costs more time than to write it, and the
/// acknowledgement waits for both.
const KEPT_PLAIN: usize = 8 * 1024;

/// Magic number of a zstd frame (RFC 8878, 3.1.1).
const PACKED: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// Bytes of a mail as they are stored. In an `Arc`, because a message may be decided twice.
pub fn pack(bytes: &[u8]) -> Result<Arc<Vec<u8>>> {
    thread_local! {
        /// Kept, because to create a compressor costs more than to compress a mail.
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

/// A column of bytes from [`pack`]; empty if they are erased.
fn unpack(row: &AnyRow, table: &'static str, column: &'static str, id: i64) -> Result<Vec<u8>> {
    let stored: Vec<u8> = row.try_get(column)?;
    if !stored.starts_with(&PACKED) {
        return Ok(stored);
    }
    // The frame header has the size, because `pack` compresses all bytes at once.
    let size = zstd::zstd_safe::get_frame_content_size(&stored).ok().flatten();
    let unpacked = match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) => zstd::bulk::decompress(&stored, size),
        None => zstd::decode_all(stored.as_slice()),
    };
    unpacked.map_err(|error| StoreError::Row { table, column, id, value: error.to_string() })
}

/// At most so many bytes of what [`pack`] has made, from the first of the stored ones.
fn unpack_beginning(stored: Vec<u8>, most: usize) -> Vec<u8> {
    if !stored.starts_with(&PACKED) {
        return stored;
    }
    let mut beginning = Vec::new();
    let read = zstd::Decoder::new(stored.as_slice())
        .map(|decoder| decoder.take(most as u64).read_to_end(&mut beginning));
    // The frame ends where the stored bytes were cut; what stands before is there.
    drop(read);
    beginning
}

/// `?, ?, ?` for an `IN (…)` of a gathered change with three values.
fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// `$3, $4, $5` for an `IN (…)` of three values, the first one at `$first`.
fn numbered_places(first: usize, count: usize) -> String {
    (first..).take(count).map(|nth| format!("${nth}")).collect::<Vec<_>>().join(", ")
}

/// Row ids for an `IN (…)`.
fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn flag(row: &AnyRow, column: &str) -> Result<bool> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

/// An instant as it is stored: UTC text of fixed width, so that text order is time order.
fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn read_instant(row: &AnyRow, table: &'static str, column: &'static str, id: i64) -> Result<DateTime<Utc>> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Row { table, column, id, value: text })
}

fn read_instant_option(
    row: &AnyRow,
    table: &'static str,
    column: &'static str,
    id: i64,
) -> Result<Option<DateTime<Utc>>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Row { table, column, id, value: text })).transpose()
}

/// A word of a closed set, or another value with a text form.
fn read_word<T: std::str::FromStr>(
    row: &AnyRow,
    table: &'static str,
    column: &'static str,
    id: i64,
) -> Result<T> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Row { table, column, id, value: text })
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
