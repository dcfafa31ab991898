//! Write transactions: the only place that begins and ends one. A transaction holds the lock of all writers, on the
//! desk's row; intake files a batch of messages in one transaction, and sets savepoints when one of them has a fault.

use std::{collections::BTreeMap, sync::Arc};

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use tokio::sync::OwnedMutexGuard;

use super::{
    CaseRow, Dialect, Result, Store, StoreError, connect,
    facts::Facts,
    query,
    recent::{CountedToday, Recent, TicketsToday},
    share::Domains,
    writes::{Writes, bind},
};

/// The rows of one filed mail have no more values than this.
const VALUES_OF_A_MAIL: usize = 200;

/// The one row of the table `desk`. It is read at BEGIN and written back at COMMIT.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DeskRow {
    pub(super) next_id: i64,
    pub(super) event_hash: String,
    automatic_day: String,
    automatic_sent: i64,
    /// The last ticket number of each fiscal year.
    pub(super) numbers: BTreeMap<i64, i64>,
}

impl DeskRow {
    /// The row that [`Dialect::begin_write`] returns.
    fn read(row: &AnyRow) -> Result<Self> {
        let numbers: String = row.try_get(4)?;
        let unreadable =
            |_| StoreError::Row { table: "desk", column: "numbers", id: 1, value: numbers.clone() };
        Ok(Self {
            next_id: row.try_get(0)?,
            event_hash: row.try_get(1)?,
            automatic_day: row.try_get(2)?,
            automatic_sent: row.try_get(3)?,
            numbers: serde_json::from_str(&numbers).map_err(unreadable)?,
        })
    }
}

/// Where the connection goes after COMMIT.
type Home = OwnedMutexGuard<Option<AnyConnection>>;

/// A write transaction. It holds the lock on the desk's row, so that only one writer decides at a time, over all
/// processes, and what it has read cannot change. If it is dropped without [`Tx::commit`], its connection closes and the
/// database rolls back.
#[derive(Debug)]
pub struct Tx {
    connection: AnyConnection,
    home: Home,
    pub(super) dialect: Dialect,
    pub(super) desk: DeskRow,
    desk_at_begin: DeskRow,
    /// Rows that are not in the database yet. They are written in one trip before the next statement.
    pub(super) writes: Writes,
    /// Facts about the batch that the transaction files, if it files one.
    pub(super) facts: Option<Facts>,
    /// Automatic mails of today by domain, once they were read, and whether this transaction counted one.
    pub(super) domains: Option<Domains>,
    pub(super) domains_changed: bool,
    /// The recipients that were counted since the savepoint. A copy of all counts at each message would cost more than the message.
    pub(super) counted_since: Vec<String>,
    /// The store's.
    pub(super) counted: CountedToday,
    /// Counts of today's tickets, once they were read.
    pub(super) today: Option<TicketsToday>,
    /// The newest tickets, once they were read. `None` again when one was added.
    pub(super) recent: Option<Arc<[Recent]>>,
    /// Applications that are supported, once they were read. `None` again when one may have changed.
    pub(super) supported: Option<Vec<CaseRow>>,
    /// The desk's row at the savepoint, if there is one.
    pub(super) savepoint: Option<DeskRow>,
}

impl Store {
    /// Begins a write transaction. Waits for other writers.
    pub async fn write(&self) -> Result<Tx> {
        if self.read_only {
            return Err(StoreError::Rehearsal);
        }
        let mut home = Arc::clone(&self.writer).lock_owned().await;
        let kept = home.take();
        let may_be_stale = kept.is_some() && self.dialect == Dialect::Postgres;
        let mut connection = match kept {
            Some(connection) => connection,
            None => connect(&self.url, self.dialect).await?,
        };
        let row = match begin(self.dialect, &mut connection).await {
            Err(_) if may_be_stale => {
                // The server may have been restarted since the last write.
                connection = connect(&self.url, self.dialect).await?;
                begin(self.dialect, &mut connection).await?
            }
            other => other?,
        };
        let desk = DeskRow::read(&row)?;
        Ok(Tx {
            connection,
            home,
            dialect: self.dialect,
            desk_at_begin: desk.clone(),
            desk,
            writes: Writes::default(),
            facts: None,
            domains: None,
            domains_changed: false,
            counted_since: Vec::new(),
            counted: Arc::clone(&self.counted),
            today: None,
            recent: None,
            supported: None,
            savepoint: None,
        })
    }
}

async fn begin(dialect: Dialect, connection: &mut AnyConnection) -> Result<AnyRow, sqlx::Error> {
    let begin = dialect.begin_write();
    // The rows of both statements; BEGIN has none.
    let rows = match dialect {
        // PostgreSQL cannot prepare several statements as one.
        Dialect::Postgres => sqlx::raw_sql(begin).fetch_all(connection).await?,
        Dialect::Sqlite => query(begin).fetch_all(connection).await?,
    };
    rows.into_iter().next().ok_or(sqlx::Error::RowNotFound)
}

impl Tx {
    /// The connection, for a statement. Flushes the gathered rows first, so that every statement sees them.
    pub(super) async fn connection(&mut self) -> Result<&mut AnyConnection> {
        self.flush().await?;
        Ok(&mut self.connection)
    }

    /// Writes the gathered rows. An error of a row shows here, and not when it is added.
    pub async fn flush(&mut self) -> Result<()> {
        while !self.writes.is_empty() {
            self.trip(None).await?;
        }
        Ok(())
    }

    /// One trip of what is gathered, and `last` in the same trip where the database allows it.
    async fn trip(&mut self, last: Option<&'static str>) -> Result<()> {
        let mut values = Vec::new();
        let mut statements = self.writes.trip(self.dialect, &mut values);
        let (inside, behind) = match self.dialect {
            Dialect::Sqlite => (last, None),
            // PostgreSQL takes a statement with parameters only alone.
            Dialect::Postgres => (None, last),
        };
        statements.extend(inside.map(str::to_owned));
        if !statements.is_empty() {
            let sql = self.dialect.in_one_trip(&statements);
            // SQLite's text for a whole batch is another one each time: it is not worth a place among the prepared statements.
            let recurs = values.len() <= VALUES_OF_A_MAIL;
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(recurs);
            bind(query, values).execute(&mut self.connection).await?;
        }
        if let Some(last) = behind {
            sqlx::raw_sql(last).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Sets the savepoint for [`Tx::roll_back`], and releases the one before.
    pub async fn savepoint(&mut self) -> Result<()> {
        self.flush().await?;
        let sql = match self.savepoint {
            Some(_) => "RELEASE SAVEPOINT message; SAVEPOINT message",
            None => "SAVEPOINT message",
        };
        sqlx::raw_sql(sql).execute(&mut self.connection).await?;
        self.savepoint = Some(self.desk.clone());
        self.counted_since.clear();
        Ok(())
    }

    /// Rolls back to the savepoint. Without one, it only drops the gathered rows.
    pub async fn roll_back(&mut self) -> Result<()> {
        self.writes = Writes::default();
        (self.supported, self.today, self.recent) = (None, None, None);
        if let Some(desk) = self.savepoint.clone() {
            sqlx::raw_sql("ROLLBACK TO SAVEPOINT message").execute(&mut self.connection).await?;
            self.desk = desk;
            if let Some(domains) = &mut self.domains {
                self.counted_since.drain(..).for_each(|recipient| domains.discount(&recipient));
            }
        }
        Ok(())
    }

    /// Number of automatic mails queued on `day`, the desk's local date.
    #[must_use]
    pub fn automatic_sent_on(&self, day: &str) -> u32 {
        let DeskRow { automatic_day, automatic_sent, .. } = &self.desk;
        if automatic_day == day { u32::try_from(*automatic_sent).unwrap_or(u32::MAX) } else { 0 }
    }

    /// Counts one more automatic mail on `day`.
    pub fn count_automatic(&mut self, day: &str, recipient: &str) {
        if let Some(domains) = &mut self.domains {
            domains.count(day, recipient);
            self.domains_changed = true;
            if self.savepoint.is_some() {
                self.counted_since.push(recipient.to_owned());
            }
        }
        self.desk.automatic_sent = i64::from(self.automatic_sent_on(day)) + 1;
        day.clone_into(&mut self.desk.automatic_day);
    }

    /// Flushes the gathered rows, writes the desk's row and commits.
    ///
    /// # Errors
    /// If the database refuses, nothing was written. If the connection breaks, the result is unknown.
    pub async fn commit(mut self) -> Result<()> {
        self.write_domains();
        while !self.writes.fit_one_trip() {
            self.trip(None).await?;
        }
        // PostgreSQL has written the row at BEGIN. For SQLite it is no further trip, and shows whether the database can be written.
        if self.dialect == Dialect::Sqlite || self.desk != self.desk_at_begin {
            let DeskRow { next_id, event_hash, automatic_day, automatic_sent, numbers } = self.desk.clone();
            // With the key in WHERE, SQLite knows that one row changes and needs no statement journal.
            self.writes.change(
                "UPDATE desk SET next_id = ?, event_hash = ?, automatic_day = ?, automatic_sent = ?, numbers = ? WHERE one = 1",
                vec![
                    next_id.into(),
                    event_hash.into(),
                    automatic_day.into(),
                    automatic_sent.into(),
                    // A map from numbers to numbers is always JSON.
                    serde_json::to_string(&numbers).unwrap_or_default().into(),
                ],
            );
        }
        self.trip(Some("COMMIT")).await?;
        let Self { connection, mut home, .. } = self;
        *home = Some(connection);
        Ok(())
    }
}
