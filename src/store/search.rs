//! The full-text index: each database's own engine over the grams of a ticket. It is derived data: `copy` leaves it out, and
//! it can be built again from the tickets. The newest event that it has seen is its progress.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use sqlx::{Row, any::AnyRow};

use super::{AnyQuery, Dialect, Result, Store, Tx, list, query, query_text, texts::documents};
use crate::desk::ticket::Status;

/// Longest gram that is kept. PostgreSQL takes no lexeme of two kilobytes.
const LONGEST_GRAM: usize = 500;
/// Most grams that one question has. A proposed ticket is compared with the words themselves.
const MOST_GRAMS: usize = 64;

/// Restricts the tickets that the index proposes.
#[derive(Debug, Clone, Default)]
pub struct Within {
    pub status: Option<Status>,
    /// Received in `[from, until)`, as stored text.
    pub from: Option<chrono::DateTime<chrono::Utc>>,
    pub until: Option<chrono::DateTime<chrono::Utc>>,
    pub prefecture: Option<String>,
    /// Address of a member.
    pub assignee: Option<String>,
    /// Only tickets with a smaller row id.
    pub below: Option<i64>,
}

impl Dialect {
    /// Makes the index, if there is none. FTS5 keeps no text and no positions; its tokenizer takes the grams as they are.
    fn search_schema(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "CREATE VIRTUAL TABLE IF NOT EXISTS search_index
                     USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii');
                 CREATE TABLE IF NOT EXISTS search_progress (one INTEGER PRIMARY KEY, event_id BIGINT NOT NULL)"
            }
            Self::Postgres => {
                "CREATE TABLE IF NOT EXISTS search_index (rowid BIGINT PRIMARY KEY, grams TSVECTOR NOT NULL);
                 CREATE INDEX IF NOT EXISTS search_grams ON search_index USING GIN (grams);
                 CREATE TABLE IF NOT EXISTS search_progress (one BIGINT PRIMARY KEY, event_id BIGINT NOT NULL)"
            }
        }
    }

    /// Removes the index in any state. SQLite cannot drop a virtual table whose own tables are lost or damaged.
    fn drop_search(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "PRAGMA writable_schema = ON;
                 DELETE FROM sqlite_schema WHERE name = 'search_index';
                 PRAGMA writable_schema = RESET;
                 DROP TABLE IF EXISTS search_index_data;
                 DROP TABLE IF EXISTS search_index_idx;
                 DROP TABLE IF EXISTS search_index_docsize;
                 DROP TABLE IF EXISTS search_index_config;
                 DROP TABLE IF EXISTS search_progress"
            }
            Self::Postgres => "DROP TABLE IF EXISTS search_index; DROP TABLE IF EXISTS search_progress",
        }
    }

    fn insert_grams(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO search_index (rowid, grams) VALUES ($1, $2)",
            Self::Postgres => {
                "INSERT INTO search_index (rowid, grams) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))"
            }
        }
    }

    /// Condition: the index has all grams of the query that is bound at `$nth`.
    fn matches_grams(self, nth: usize) -> String {
        match self {
            Self::Sqlite => format!("search_index MATCH ${nth}"),
            Self::Postgres => format!("grams @@ CAST(${nth} AS tsquery)"),
        }
    }

    /// The order of proposed tickets, the newest first. Where PostgreSQL could read its rows in this order, it would often
    /// compare one by one, and it takes no account of the long texts that it must fetch for that.
    fn newest_first(self) -> &'static str {
        match self {
            Self::Sqlite => "search_index.rowid DESC",
            Self::Postgres => "search_index.rowid + 0 DESC",
        }
    }

    /// The query of an engine for documents with all these grams. Grams have letters and digits only.
    fn all_of<'a>(self, grams: impl IntoIterator<Item = &'a String>) -> String {
        let (quote, and) = match self {
            Self::Sqlite => ('"', " AND "),
            Self::Postgres => ('\'', " & "),
        };
        let kept = grams.into_iter().filter(|gram| is_kept(gram)).take(MOST_GRAMS);
        kept.map(|gram| format!("{quote}{gram}{quote}")).collect::<Vec<_>>().join(and)
    }
}

fn is_kept(gram: &str) -> bool {
    gram.len() <= LONGEST_GRAM
}

impl Store {
    /// Makes the index unless it is there.
    pub(super) async fn prepare_search(&self) -> Result<()> {
        if query("SELECT event_id FROM search_progress").fetch_optional(&self.pool).await.is_ok() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        sqlx::raw_sql(self.dialect.search_schema()).execute(tx.connection().await?).await?;
        tx.commit().await
    }

    /// Removes the index and makes an empty one.
    pub async fn empty_search(&self) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::raw_sql(self.dialect.drop_search()).execute(tx.connection().await?).await?;
        sqlx::raw_sql(self.dialect.search_schema()).execute(tx.connection().await?).await?;
        tx.commit().await
    }

    /// How many events the index has not seen, at most `most`.
    pub async fn unindexed_events(&self, most: u32) -> Result<u64> {
        let row = query(
            "SELECT COUNT(*) FROM (SELECT id FROM event
                WHERE id > COALESCE((SELECT event_id FROM search_progress), 0) LIMIT $1) AS behind",
        )
        .bind(i64::from(most))
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }

    /// The tickets of the oldest and of the newest event that the index has seen, of those that have not changed since.
    pub async fn indexed_ends(&self) -> Result<Vec<i64>> {
        let seen = "ticket_id IS NOT NULL AND id <= (SELECT event_id FROM search_progress)
             AND NOT EXISTS (SELECT 1 FROM event AS later WHERE later.ticket_id = event.ticket_id
                 AND later.id > (SELECT event_id FROM search_progress))";
        let rows = query_text(format!(
            "SELECT ticket_id FROM (SELECT ticket_id FROM event WHERE {seen} ORDER BY id LIMIT 1) AS oldest
             UNION SELECT ticket_id FROM (SELECT ticket_id FROM event WHERE {seen} ORDER BY id DESC LIMIT 1) AS newest"
        ))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Whether the index has these grams of a ticket.
    pub async fn index_has(&self, ticket: i64, grams: &[String]) -> Result<bool> {
        let matches = self.dialect.matches_grams(1);
        // A row id is a number of this program.
        let sql = format!("SELECT rowid FROM search_index WHERE {matches} AND rowid = {ticket}");
        let found = self.ask_index(query_text(sql).bind(self.dialect.all_of(grams))).await?;
        Ok(!found.is_empty())
    }

    /// Asks the index. PostgreSQL takes the tickets for small, because their grams lie elsewhere, and would rather read all.
    async fn ask_index(&self, query: AnyQuery) -> Result<Vec<AnyRow>> {
        if self.dialect == Dialect::Sqlite {
            return Ok(query.fetch_all(&self.pool).await?);
        }
        let mut tx = self.pool.begin().await?;
        sqlx::raw_sql("SET LOCAL enable_seqscan = off").execute(&mut *tx).await?;
        let rows = query.fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        Ok(rows)
    }

    /// Row ids of tickets that the index proposes, the newest first. Without grams, of all tickets.
    pub async fn propose(&self, grams: &BTreeSet<String>, within: &Within, most: u32) -> Result<Vec<i64>> {
        let mut values: Vec<String> = Vec::new();
        let mut conditions = String::new();
        let matching = self.dialect.all_of(grams);
        let has_grams = !matching.is_empty();
        if has_grams {
            values.push(matching);
            let _ = write!(conditions, " AND {}", self.dialect.matches_grams(1));
        }
        let id = if has_grams { "search_index.rowid" } else { "ticket.id" };
        if let Some(below) = within.below {
            // A row id is a number of this program.
            let _ = write!(conditions, " AND {id} < {below}");
        }
        // Few tickets are not done yet, so the database looks for those first.
        let status = within.status.filter(|status| matches!(status, Status::Open | Status::Waiting));
        if let Some(status) = status {
            values.push(status.as_str().to_owned());
            let nth = values.len();
            let _ = write!(conditions, " AND {id} IN (SELECT id FROM ticket WHERE status = ${nth})");
        }
        let unfiltered = values.len();
        for (column, comparison, value) in [
            (
                "status",
                "=",
                within.status.filter(|_| status.is_none()).map(|status| status.as_str().to_owned()),
            ),
            ("received_at", ">=", within.from.map(super::instant_text)),
            ("received_at", "<", within.until.map(super::instant_text)),
            ("prefecture", "=", within.prefecture.clone()),
            ("assignee", "=", within.assignee.clone()),
        ] {
            if let Some(value) = value {
                values.push(value);
                let _ = write!(conditions, " AND ticket.{column} {comparison} ${}", values.len());
            }
        }
        let tables = match (has_grams, values.len() > unfiltered) {
            (false, _) => "ticket",
            (true, false) => "search_index",
            (true, true) => "search_index JOIN ticket ON ticket.id = search_index.rowid",
        };
        let order = if has_grams { self.dialect.newest_first() } else { "ticket.id DESC" };
        let sql =
            format!("SELECT {id} AS id FROM {tables} WHERE 1 = 1{conditions} ORDER BY {order} LIMIT {most}");
        let rows = self.ask_index(values.into_iter().fold(query_text(sql), AnyQuery::bind)).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// In how many tickets each gram is, at most `most`. In few trips: an inquiry has some hundred grams.
    pub async fn gram_counts(&self, grams: &BTreeSet<String>, most: u32) -> Result<BTreeMap<String, u64>> {
        /// SQLite joins at most 500 SELECTs.
        const AT_ONCE: usize = 100;
        let mut counts = BTreeMap::new();
        let kept: Vec<&String> = grams.iter().filter(|gram| is_kept(gram)).collect();
        for some in kept.chunks(AT_ONCE) {
            let one = |nth: usize| {
                let matches = self.dialect.matches_grams(nth + 1);
                format!(
                    "SELECT {nth} AS nth, COUNT(*) AS count FROM (SELECT rowid FROM search_index WHERE {matches} LIMIT {most}) AS hits"
                )
            };
            let sql: Vec<String> = (0..some.len()).map(one).collect();
            let asked = some.iter().map(|gram| self.dialect.all_of([*gram]));
            let query = asked.fold(query_text(sql.join(" UNION ALL ")).persistent(false), AnyQuery::bind);
            for row in &self.ask_index(query).await? {
                let (nth, count) = (row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?);
                let gram = usize::try_from(nth).ok().and_then(|nth| some.get(nth));
                counts.extend(gram.map(|gram| ((*gram).clone(), u64::try_from(count).unwrap_or(0))));
            }
        }
        Ok(counts)
    }

    pub async fn ticket_count(&self) -> Result<u64> {
        let row = query("SELECT COUNT(*) FROM ticket").fetch_one(&self.pool).await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
    }

    /// Merges the parts of SQLite's index in steps, so that nothing of an erased ticket remains in it. Others may write
    /// between two steps.
    pub async fn tidy_search(&self) -> Result<()> {
        /// Pages that one step writes, some two megabytes.
        const STEP: i64 = 500;
        if self.dialect == Dialect::Postgres {
            return Ok(());
        }
        // The first step, with a negative number, begins a merge of everything.
        let mut pages = -STEP;
        loop {
            let mut tx = self.write().await?;
            let connection = tx.connection().await?;
            let before = total_changes(connection).await?;
            query("INSERT INTO search_index (search_index, rank) VALUES ('merge', $1)")
                .bind(pages)
                .execute(&mut *connection)
                .await?;
            let changed = total_changes(connection).await? - before;
            tx.commit().await?;
            // The documentation of FTS5 says so: a step that had nothing to do changes fewer than two rows.
            if changed < 2 {
                return Ok(());
            }
            pages = STEP;
        }
    }
}

async fn total_changes(connection: &mut sqlx::AnyConnection) -> Result<i64> {
    Ok(query("SELECT total_changes()").fetch_one(connection).await?.try_get(0)?)
}

impl Tx {
    /// Brings the index up to date with at most `most` events that it has not seen. `false` if it was, or now is, up to date.
    pub async fn index_changed(&mut self, most: u32) -> Result<bool> {
        let dialect = self.dialect;
        let connection = self.connection().await?;
        let events = query(
            "SELECT id, ticket_id FROM event WHERE id > COALESCE((SELECT event_id FROM search_progress), 0)
             ORDER BY id LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = events.last() else { return Ok(false) };
        let until: i64 = last.try_get(0)?;
        let mut changed = BTreeSet::new();
        for event in &events {
            changed.extend(event.try_get::<Option<i64>, _>(1)?);
        }
        let ids: Vec<i64> = changed.into_iter().collect();
        forget(connection, &ids).await?;
        for (id, document) in documents(&mut *connection, &ids).await? {
            let grams: Vec<String> = document.grams().into_iter().filter(|gram| is_kept(gram)).collect();
            query(dialect.insert_grams()).bind(id).bind(grams.join(" ")).execute(&mut *connection).await?;
        }
        query(
            "INSERT INTO search_progress (one, event_id) VALUES (1, $1)
             ON CONFLICT (one) DO UPDATE SET event_id = excluded.event_id",
        )
        .bind(until)
        .execute(&mut *connection)
        .await?;
        Ok(events.len() == most as usize)
    }

    /// Removes tickets from the index.
    pub async fn forget_in_search(&mut self, tickets: &[i64]) -> Result<()> {
        forget(self.connection().await?, tickets).await
    }
}

async fn forget(connection: &mut sqlx::AnyConnection, tickets: &[i64]) -> Result<()> {
    if !tickets.is_empty() {
        let sql = format!("DELETE FROM search_index WHERE rowid IN ({})", list(tickets));
        query_text(sql).persistent(false).execute(connection).await?;
    }
    Ok(())
}
