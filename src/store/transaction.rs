//! Write transactions: the only place where one begins and ends.
//!
//! One begins in either of two ways. With the desk's row locked, it reads what it needs ([`Store::write`]). Or it is decided
//! ahead, while the one before is still being made durable, on what that one leaves behind ([`Store::write_ahead`]); then it
//! begins and ends in one trip, and only if the desk's row is as it was left. Any decision takes identifiers from that row, so
//! a row that is the same means that nothing was decided in between.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::TryStreamExt;
use sqlx::{AnyConnection, AssertSqlSafe, Either, Executor, Row, any::AnyRow, error::ErrorKind};
use tokio::sync::{OwnedMutexGuard, oneshot};

use super::{
    Dialect, Due, Earlier, Result, SentTo, Sought, Store, StoreError, connect, query,
    writes::{Value, Writes, bind},
};

/// What the desk's row says.
#[derive(Debug, Clone, Default)]
pub(super) struct DeskRow {
    pub(super) next_id: i64,
    pub(super) event_hash: String,
    automatic_day: String,
    automatic_sent: i64,
    /// Fiscal years, and the last number given out in each.
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

    /// Whether nothing was decided between the two.
    fn is_as(&self, left: &Self) -> bool {
        self.next_id == left.next_id && self.event_hash == left.event_hash
    }
}

/// The connection that writes, between two transactions.
#[derive(Debug)]
pub(super) struct Idle {
    pub(super) connection: AnyConnection,
    /// What this process left; another one may have been there since.
    left: DeskRow,
}

impl Idle {
    pub(super) fn new(connection: AnyConnection) -> Self {
        Self { connection, left: DeskRow::default() }
    }
}

/// What a transaction leaves to the next one: all that is known when a message is decided ahead.
#[derive(Debug)]
pub struct Ahead {
    desk: DeskRow,
    earlier: Vec<Earlier>,
    sent: SentTo,
}

/// Who wants to know what a transaction leaves, and of which message.
#[derive(Debug)]
pub struct Next<'a> {
    /// The message that comes next.
    pub sought: Sought<'a>,
    /// Told as soon as the database has said it, which may be before all is durable.
    pub tell: oneshot::Sender<Ahead>,
}

/// A write transaction. It holds the desk's row, so that no two writers, in any process, decide at the same time; or is
/// decided ahead of its beginning. Dropped without [`Tx::commit`], it takes its connection with it, and the database forgets
/// what was written.
#[derive(Debug)]
pub struct Tx {
    begun: Begun,
    pub(super) desk: DeskRow,
    pub(super) dialect: Dialect,
    pub(super) writes: Writes,
    pub(super) claimed: Vec<Due>,
}

type Home = OwnedMutexGuard<Option<Idle>>;

#[derive(Debug)]
enum Begun {
    /// The desk's row is ours. The connection goes back to where it came from.
    Now(AnyConnection, Home),
    /// Nothing is begun. What it was decided on.
    Ahead { store: Store, on: DeskRow },
}

impl Store {
    /// Begins a write transaction; waits for other writers.
    ///
    /// # Errors
    /// When the database does not answer or is not writable.
    pub async fn write(&self) -> Result<Tx> {
        let (tx, _) = self.begin(None).await?;
        Ok(tx)
    }

    /// Begins a write transaction about a message, with what the ledger knows of it and of whom it would be answered to.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_about(&self, sought: &Sought<'_>) -> Result<(Tx, Vec<Earlier>, SentTo)> {
        let (mut tx, mut known) = self.begin(Some(sought)).await?;
        if self.dialect == Dialect::Postgres {
            known = sought.query("").fetch_all(tx.connection()?).await?;
        }
        let (earlier, sent) = sought.read(&known)?;
        Ok((tx, earlier, sent))
    }

    /// A write transaction about a message, decided on what the one before leaves. It can read nothing, and fails with
    /// [`StoreError::Outrun`] where it would have to, or where another transaction came in between.
    #[must_use]
    pub fn write_ahead(&self, ahead: Ahead) -> (Tx, Vec<Earlier>, SentTo) {
        let Ahead { desk, earlier, sent } = ahead;
        let begun = Begun::Ahead { store: self.clone(), on: desk.clone() };
        (Tx::new(begun, desk, self.dialect), earlier, sent)
    }

    /// Returns what is known of a message as well on SQLite, which says it in the same trip.
    async fn begin(&self, sought: Option<&Sought<'_>>) -> Result<(Tx, Vec<AnyRow>)> {
        let mut home = self.home().await;
        let kept = home.take();
        let may_be_stale = kept.is_some() && self.dialect == Dialect::Postgres;
        let mut connection = match kept {
            Some(kept) => kept.connection,
            None => connect(&self.url, self.dialect).await?,
        };
        let rows = match self.first_trip(&mut connection, sought).await {
            Err(_) if may_be_stale => {
                // The server may have been restarted since the last write.
                connection = connect(&self.url, self.dialect).await?;
                self.first_trip(&mut connection, sought).await?
            }
            other => other?,
        };
        let mut rows = rows.into_iter();
        let desk = DeskRow::read(&rows.next().ok_or(sqlx::Error::RowNotFound)?)?;
        Ok((Tx::new(Begun::Now(connection, home), desk, self.dialect), rows.collect()))
    }

    async fn home(&self) -> Home {
        Arc::clone(&self.writer).lock_owned().await
    }

    /// The desk's row, and on SQLite also what is known of a message, in one trip.
    async fn first_trip(
        &self,
        connection: &mut AnyConnection,
        sought: Option<&Sought<'_>>,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        let begin = self.dialect.begin_write();
        match (self.dialect, sought) {
            // Several statements at once take no parameters here, and are not prepared.
            (Dialect::Postgres, _) => sqlx::raw_sql(begin).fetch_all(connection).await,
            (Dialect::Sqlite, None) => query(begin).fetch_all(connection).await,
            (Dialect::Sqlite, Some(sought)) => {
                sought.query(&format!("{begin}; ")).fetch_all(connection).await
            }
        }
    }
}

impl Tx {
    fn new(begun: Begun, desk: DeskRow, dialect: Dialect) -> Self {
        Self { begun, desk, dialect, writes: Writes::default(), claimed: Vec::new() }
    }

    /// Where the transaction reads, and writes what does not wait for its end.
    pub(super) fn connection(&mut self) -> Result<&mut AnyConnection> {
        match &mut self.begun {
            Begun::Now(connection, _) => Ok(connection),
            Begun::Ahead { .. } => Err(StoreError::Outrun),
        }
    }

    /// For what reads the database past the transaction: nobody else may write meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Outrun`] when it is decided ahead.
    pub fn require_begun(&mut self) -> Result<()> {
        self.connection().map(drop)
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
    /// When the database refuses; then nothing was written. When it does not answer; then nobody knows.
    pub async fn commit(self) -> Result<()> {
        self.commit_before(None).await
    }

    /// As [`Tx::commit`], and tells what it leaves to the message that comes next.
    ///
    /// # Errors
    /// As [`Tx::commit`]; [`StoreError::Outrun`] when it was decided ahead, and another transaction came in between.
    pub async fn commit_before(self, next: Option<Next<'_>>) -> Result<()> {
        let Self { begun, desk, dialect, mut writes, .. } = self;
        let (mut connection, mut home, on) = match begun {
            Begun::Now(connection, home) => (connection, home, None),
            Begun::Ahead { store, on } => {
                let mut home = store.home().await;
                let kept = home.take_if(|kept| kept.left.is_as(&on)).ok_or(StoreError::Outrun)?;
                (kept.connection, home, Some(on))
            }
        };
        let committed = commit(dialect, &mut connection, &mut writes, &desk, on.as_ref(), next).await;
        committed.map_err(|error| match error {
            // Another process came in between.
            StoreError::Sql(error) if on.is_some() && breaks_rule(&error) => StoreError::Outrun,
            other => other,
        })?;
        *home = Some(Idle { connection, left: desk });
        Ok(())
    }
}

/// What was written, and the desk's row, in as few trips as possible; then the commit. `on`: what the desk's row has to be,
/// where nothing is begun yet.
async fn commit(
    dialect: Dialect,
    connection: &mut AnyConnection,
    writes: &mut Writes,
    desk: &DeskRow,
    on: Option<&DeskRow>,
    mut next: Option<Next<'_>>,
) -> Result<()> {
    while !writes.fit_one_trip() {
        if on.is_some() {
            return Err(StoreError::Outrun);
        }
        let mut values = Vec::new();
        let sql = dialect.in_one_trip(&writes.trip(dialect, &mut values));
        bind(sqlx::query(AssertSqlSafe(sql)), values).execute(&mut *connection).await?;
    }
    let in_same_trip = dialect == Dialect::Sqlite;
    let (mut values, mut statements) = (Vec::new(), Vec::new());
    if in_same_trip && on.is_some() {
        statements.push("BEGIN IMMEDIATE".to_owned());
    }
    statements.extend(writes.trip(dialect, &mut values));
    statements.push(update_desk(dialect, &mut values, desk, on));
    if let Some(sought) = next.as_ref().filter(|_| in_same_trip).map(|next| next.sought) {
        statements.push(Sought::earlier(values.len()));
        values.extend(sought.values());
    }
    if in_same_trip {
        statements.push("COMMIT".to_owned());
    }
    let sql = dialect.in_one_trip(&statements);
    let mut known = Vec::new();
    let mut results = (&mut *connection).fetch_many(bind(sqlx::query(AssertSqlSafe(sql)), values));
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Right(row) => known.push(row),
            // The end of a statement; of the one that has rows, if there are any.
            Either::Left(_) if !known.is_empty() => tell(&mut next, desk, &std::mem::take(&mut known)),
            Either::Left(_) => {}
        }
    }
    drop(results);
    if !in_same_trip {
        if on.is_none() {
            sqlx::raw_sql("COMMIT").execute(&mut *connection).await?;
        }
        // This transaction is durable, whatever comes of the question about the next message.
        if let Some(sought) = next.as_ref().map(|next| next.sought)
            && let Ok(known) = sought.query("").fetch_all(connection).await
        {
            tell(&mut next, desk, &known);
        }
    }
    Ok(())
}

/// The desk's new row. Where it is not what it has to be, its identifier becomes NULL, which it may not be.
fn update_desk(dialect: Dialect, values: &mut Vec<Value>, desk: &DeskRow, on: Option<&DeskRow>) -> String {
    let DeskRow { next_id, event_hash, automatic_day, automatic_sent, numbers } = desk;
    let mut sql = "UPDATE desk SET next_id = ".to_owned();
    let mut then = |words: &str, value: Value| {
        sql.push_str(words);
        values.push(value);
        dialect.write_parameter(&mut sql, values.len());
    };
    if let Some(on) = on {
        then("CASE WHEN next_id = ", on.next_id.into());
        then(" AND event_hash = ", on.event_hash.as_str().into());
        then(" THEN ", (*next_id).into());
    } else {
        then("", (*next_id).into());
    }
    then(if on.is_some() { " END, event_hash = " } else { ", event_hash = " }, event_hash.as_str().into());
    then(", automatic_day = ", automatic_day.as_str().into());
    then(", automatic_sent = ", (*automatic_sent).into());
    // A map from numbers to numbers is always JSON.
    then(", numbers = ", serde_json::to_string(numbers).unwrap_or_default().into());
    // One row by its key: SQLite keeps no copy of it for a statement that could fail halfway.
    sql + " WHERE one = 1"
}

/// Whoever is not told, or does not listen any more, decides in his turn.
fn tell(next: &mut Option<Next<'_>>, desk: &DeskRow, known: &[AnyRow]) {
    if let Some(Next { sought, tell }) = next.take()
        && let Ok((earlier, sent)) = sought.read(known)
    {
        let _ = tell.send(Ahead { desk: desk.clone(), earlier, sent });
    }
}

/// Whether a row is there twice, or the desk's row is not as it was left.
fn breaks_rule(error: &sqlx::Error) -> bool {
    let kind = error.as_database_error().map(sqlx::error::DatabaseError::kind);
    matches!(kind, Some(ErrorKind::UniqueViolation | ErrorKind::NotNullViolation))
}
