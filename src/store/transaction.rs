//! Write transactions: the only place where one begins and ends.
//!
//! A transaction holds the desk's row, so that there is one writer over all processes and its facts cannot age. Intake
//! files a batch of messages in one transaction, each behind a savepoint.

use std::{collections::BTreeMap, sync::Arc};

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use tokio::sync::OwnedMutexGuard;

use super::{
    Dialect, Result, Store, StoreError, connect, query,
    writes::{Value, Writes, bind},
};

/// The desk's row.
#[derive(Debug, Clone, Default)]
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

/// Where the connection goes when its transaction has been committed.
type Home = OwnedMutexGuard<Option<AnyConnection>>;

/// A write transaction. It holds the desk's row, so that no two writers, in any process, decide at the same time.
/// Dropped without [`Tx::commit`], it closes its connection, and the database rolls back.
#[derive(Debug)]
pub struct Tx {
    connection: AnyConnection,
    home: Home,
    pub(super) dialect: Dialect,
    pub(super) desk: DeskRow,
    /// Rows that are not in the database yet. They go there in one trip, before the next statement.
    pub(super) writes: Writes,
    /// The desk's row at the savepoint, if there is one.
    savepoint: Option<DeskRow>,
}

impl Store {
    /// Begins a write transaction. Waits for other writers.
    ///
    /// # Errors
    /// When the database does not answer or is not writable.
    pub async fn write(&self) -> Result<Tx> {
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
        Ok(Tx {
            connection,
            home,
            dialect: self.dialect,
            desk: DeskRow::read(&row)?,
            writes: Writes::default(),
            savepoint: None,
        })
    }
}

async fn begin(dialect: Dialect, connection: &mut AnyConnection) -> Result<AnyRow, sqlx::Error> {
    let begin = dialect.begin_write();
    // All rows of all statements: the first statement has none.
    let rows = match dialect {
        // Several statements at once take no parameters here, and are not prepared.
        Dialect::Postgres => sqlx::raw_sql(begin).fetch_all(connection).await?,
        Dialect::Sqlite => query(begin).fetch_all(connection).await?,
    };
    rows.into_iter().next().ok_or(sqlx::Error::RowNotFound)
}

impl Tx {
    /// Where statements run. Rows that wait are written first, so that every statement sees them.
    pub(super) async fn connection(&mut self) -> Result<&mut AnyConnection> {
        self.flush().await?;
        Ok(&mut self.connection)
    }

    /// Writes the rows that wait. A row that the database refuses is refused here.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flush(&mut self) -> Result<()> {
        while !self.writes.is_empty() {
            let mut values = Vec::new();
            let sql = self.dialect.in_one_trip(&self.writes.trip(self.dialect, &mut values));
            bind(sqlx::query(AssertSqlSafe(sql)), values).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Marks the state that [`Tx::roll_back`] returns to. The mark before it is released.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn savepoint(&mut self) -> Result<()> {
        self.flush().await?;
        let sql = match self.savepoint {
            Some(_) => "RELEASE SAVEPOINT message; SAVEPOINT message",
            None => "SAVEPOINT message",
        };
        sqlx::raw_sql(sql).execute(&mut self.connection).await?;
        self.savepoint = Some(self.desk.clone());
        Ok(())
    }

    /// Forgets everything since the savepoint. Without one, everything.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn roll_back(&mut self) -> Result<()> {
        self.writes = Writes::default();
        if let Some(desk) = &self.savepoint {
            sqlx::raw_sql("ROLLBACK TO SAVEPOINT message").execute(&mut self.connection).await?;
            self.desk = desk.clone();
        }
        Ok(())
    }

    /// A fresh identifier, unique over all tables.
    pub fn fresh_id(&mut self) -> i64 {
        self.desk.next_id += 1;
        self.desk.next_id - 1
    }

    /// Automatic mails queued on `day` (the desk's local date) so far.
    #[must_use]
    pub fn automatic_sent_on(&self, day: &str) -> u32 {
        let DeskRow { automatic_day, automatic_sent, .. } = &self.desk;
        if automatic_day == day { u32::try_from(*automatic_sent).unwrap_or(u32::MAX) } else { 0 }
    }

    /// Counts one more automatic mail on `day`.
    pub fn count_automatic(&mut self, day: &str) {
        self.desk.automatic_sent = i64::from(self.automatic_sent_on(day)) + 1;
        day.clone_into(&mut self.desk.automatic_day);
    }

    /// Makes everything written so far durable.
    ///
    /// # Errors
    /// When the database refuses: then nothing was written. When the connection breaks: then the result is unknown.
    pub async fn commit(mut self) -> Result<()> {
        self.flush().await?;
        let Self { mut connection, mut home, desk, .. } = self;
        let DeskRow { next_id, event_hash, automatic_day, automatic_sent, numbers } = desk;
        let values: [Value; 5] = [
            next_id.into(),
            event_hash.into(),
            automatic_day.into(),
            automatic_sent.into(),
            // A map from numbers to numbers is always JSON.
            serde_json::to_string(&numbers).unwrap_or_default().into(),
        ];
        // One row by its key: SQLite keeps no copy of it for a statement that could fail halfway.
        let update = "UPDATE desk SET next_id = $1, event_hash = $2, automatic_day = $3, automatic_sent = $4, numbers = $5
                      WHERE one = 1";
        bind(query(update), values).execute(&mut connection).await?;
        sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
        *home = Some(connection);
        Ok(())
    }
}
