//! The full-text index: each database's own engine over the grams of a ticket. It is derived data: `copy` leaves it out, and
//! it can be rebuilt from the tickets. The newest event that it has seen is its progress.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    AnyQuery, Dialect, Result, Store, Tx, Within, list, query, query_once, query_text, texts::documents,
    within::properties,
};

/// Longest gram that is kept. PostgreSQL takes no lexeme of two kilobytes.
const LONGEST_GRAM: usize = 500;
/// Most grams that one question has. A proposed ticket is compared with the words themselves.
const MOST_GRAMS: usize = 64;

impl Dialect {
    /// Makes an empty index. FTS5 keeps no text and no positions; its tokenizer takes the grams as they are.
    fn search_schema(self) -> String {
        let index = match self {
            Self::Sqlite => {
                "CREATE VIRTUAL TABLE search_index
                     USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii')"
            }
            Self::Postgres => {
                "CREATE TABLE search_index (rowid BIGINT PRIMARY KEY, grams TSVECTOR NOT NULL);
                 CREATE INDEX search_grams ON search_index USING GIN (grams)"
            }
        };
        // The first and the last receipt of all tickets that it has seen: empty before it has seen one.
        format!(
            "{index};
             CREATE TABLE search_progress
                 (one BIGINT PRIMARY KEY, event_id BIGINT NOT NULL, oldest TEXT NOT NULL, newest TEXT NOT NULL)"
        )
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

    /// The row id by which proposed tickets are ordered and restricted. `+ 0` keeps PostgreSQL from reading rows in its order
    /// and comparing them one by one: the planner ignores the cost of fetching their long texts.
    fn row_id(self) -> &'static str {
        match self {
            Self::Sqlite => "rowid",
            Self::Postgres => "rowid + 0",
        }
    }

    /// The query of an engine for documents with all these grams. Grams have no quotes and no blanks.
    fn all_of<'a>(self, grams: impl IntoIterator<Item = &'a String>) -> String {
        self.joined(grams.into_iter().take(MOST_GRAMS), self.and())
    }

    fn and(self) -> &'static str {
        if self == Self::Sqlite { " AND " } else { " & " }
    }

    /// The same for documents with one of these grams.
    fn one_of(self, grams: &BTreeSet<String>) -> String {
        self.joined(grams, if self == Self::Sqlite { " OR " } else { " | " })
    }

    fn joined<'a>(self, grams: impl IntoIterator<Item = &'a String>, word: &str) -> String {
        let quote = if self == Self::Sqlite { '"' } else { '\'' };
        let kept = grams.into_iter().filter(|gram| is_kept(gram));
        kept.map(|gram| format!("{quote}{gram}{quote}")).collect::<Vec<_>>().join(word)
    }
}

fn is_kept(gram: &str) -> bool {
    gram.len() <= LONGEST_GRAM
}

impl Store {
    /// Makes the index unless it is there, in today's form.
    pub(super) async fn prepare_search(&self) -> Result<()> {
        let progress = query("SELECT event_id, oldest, newest FROM search_progress");
        if progress.fetch_optional(&self.pool).await.is_ok() { Ok(()) } else { self.empty_search().await }
    }

    /// Removes the index and makes an empty one.
    pub async fn empty_search(&self) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::raw_sql(self.dialect.drop_search()).execute(tx.connection().await?).await?;
        let schema = AssertSqlSafe(self.dialect.search_schema());
        sqlx::raw_sql(schema).execute(tx.connection().await?).await?;
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

    /// What the index should have of tickets.
    pub async fn indexed_grams(&self, ids: &[i64]) -> Result<BTreeMap<i64, Vec<String>>> {
        indexed_grams(&mut *self.pool.acquire().await?, ids).await
    }

    /// Whether the index has these grams of a ticket.
    pub async fn index_has(&self, ticket: i64, grams: &[String]) -> Result<bool> {
        let matches = self.dialect.matches_grams(1);
        // A row id is a number of this program.
        let sql = format!("SELECT rowid FROM search_index WHERE {matches} AND rowid = {ticket}");
        let found = self.ask_index(query_text(sql).bind(self.dialect.all_of(grams))).await?;
        Ok(!found.is_empty())
    }

    /// Asks the index. PostgreSQL's planner takes the rows for small, because their grams are stored apart, and would read all
    /// of them. Compiling a query of many grams takes longer than answering it, so JIT is off.
    async fn ask_index(&self, query: AnyQuery) -> Result<Vec<AnyRow>> {
        if self.dialect == Dialect::Sqlite {
            return Ok(query.fetch_all(&self.pool).await?);
        }
        let mut tx =
            self.pool.begin_with("BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL jit = off").await?;
        let rows = query.fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        Ok(rows)
    }

    /// Row ids of tickets that the index proposes, the newest first. If nothing is asked of the index, of all tickets.
    pub async fn propose(&self, grams: &BTreeSet<String>, within: &Within, most: usize) -> Result<Vec<i64>> {
        let mut matching = self.dialect.all_of(within.grams().iter().chain(grams));
        if let Some(periods) = self.periods(within).await? {
            if periods.is_empty() {
                return Ok(Vec::new());
            }
            let and = if matching.is_empty() { "" } else { self.dialect.and() };
            matching = format!("{matching}{and}({})", self.dialect.one_of(&periods));
        }
        // A row id is a number of this program.
        let below = within.below.unwrap_or(i64::MAX);
        let query = if matching.is_empty() {
            query_once(format!("SELECT id FROM ticket WHERE id < {below} ORDER BY id DESC LIMIT {most}"))
        } else {
            let (matches, id) = (self.dialect.matches_grams(1), self.dialect.row_id());
            let of_index = format!("SELECT rowid FROM search_index WHERE {matches}");
            query_once(format!("{of_index} AND {id} < {below} ORDER BY {id} DESC LIMIT {most}"))
                .bind(matching)
        };
        let rows = self.ask_index(query).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// In how many tickets each gram is, at most `most`.
    pub async fn gram_counts(&self, grams: &BTreeSet<String>, most: u32) -> Result<BTreeMap<String, u64>> {
        let mut counts = self.known_to_be_common(grams, most).await?;
        let unknown: Vec<&String> = grams.iter().filter(|gram| !counts.contains_key(*gram)).collect();
        let sql = |matches: &str| {
            format!(
                "COUNT(*) AS found FROM (SELECT rowid FROM search_index WHERE {matches} LIMIT {most}) AS hits"
            )
        };
        for (gram, count) in self.ask_for_each(&unknown, sql).await? {
            counts.insert(gram.clone(), u64::try_from(count).unwrap_or(0));
        }
        Ok(counts)
    }

    /// The newest tickets that have a gram, at most `most` of each gram.
    pub async fn newest_with<'a>(&self, grams: &[&'a String], most: u32) -> Result<Vec<(&'a String, i64)>> {
        let id = self.dialect.row_id();
        let sql = |matches: &str| {
            format!(
                "found FROM (SELECT rowid AS found FROM search_index WHERE {matches} ORDER BY {id} DESC LIMIT {most}) AS newest"
            )
        };
        self.ask_for_each(grams, sql).await
    }

    /// Selects a number, `found`, for each gram, in few trips: an inquiry has some hundred grams.
    async fn ask_for_each<'a>(
        &self,
        grams: &[&'a String],
        sql: impl Fn(&str) -> String,
    ) -> Result<Vec<(&'a String, i64)>> {
        /// SQLite joins at most 500 SELECTs.
        const AT_ONCE: usize = 100;
        let mut all = Vec::new();
        let kept: Vec<&String> = grams.iter().copied().filter(|gram| is_kept(gram)).collect();
        for some in kept.chunks(AT_ONCE) {
            let one =
                |nth: usize| format!("SELECT {nth} AS nth, {}", sql(&self.dialect.matches_grams(nth + 1)));
            let selects: Vec<String> = (0..some.len()).map(one).collect();
            let query = query_once(selects.join(" UNION ALL "));
            let query = some.iter().map(|gram| self.dialect.all_of([*gram])).fold(query, AnyQuery::bind);
            for row in &self.ask_index(query).await? {
                let nth = usize::try_from(row.try_get::<i64, _>("nth")?).unwrap_or(usize::MAX);
                if let Some(gram) = some.get(nth) {
                    all.push((*gram, row.try_get("found")?));
                }
            }
        }
        Ok(all)
    }

    /// The grams that are in `most` tickets or more by PostgreSQL's statistics: to count them would take it longest, because it
    /// reads a list as a whole. SQLite stops at `most`.
    async fn known_to_be_common(&self, grams: &BTreeSet<String>, most: u32) -> Result<BTreeMap<String, u64>> {
        if self.dialect == Dialect::Sqlite {
            return Ok(BTreeMap::new());
        }
        let rows = query(
            "SELECT gram FROM pg_stats, unnest(CAST(CAST(most_common_elems AS TEXT) AS TEXT[]), most_common_elem_freqs)
                 AS common (gram, frequency)
             WHERE schemaname = current_schema() AND tablename = 'search_index' AND attname = 'grams'
                 AND gram = ANY (string_to_array($1, ' '))
                 AND frequency * (SELECT reltuples FROM pg_class WHERE oid = to_regclass('search_index')) >= $2",
        )
        .bind(grams.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
        .bind(f64::from(most))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("gram")?, u64::from(most)))).collect()
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
        for (id, grams) in indexed_grams(&mut *connection, &ids).await? {
            query(dialect.insert_grams()).bind(id).bind(grams.join(" ")).execute(&mut *connection).await?;
        }
        // A list has at least one member, and some events are about no ticket.
        let some = if ids.is_empty() { "0".to_owned() } else { list(&ids) };
        let sql = format!(
            "INSERT INTO search_progress (one, event_id, oldest, newest)
             SELECT 1, $1, COALESCE(MIN(received_at), ''), COALESCE(MAX(received_at), '') FROM ticket WHERE id IN ({some})
             ON CONFLICT (one) DO UPDATE SET event_id = excluded.event_id,
                 oldest = CASE WHEN excluded.oldest = '' OR search_progress.oldest <> '' AND search_progress.oldest < excluded.oldest
                     THEN search_progress.oldest ELSE excluded.oldest END,
                 newest = CASE WHEN excluded.newest > search_progress.newest
                     THEN excluded.newest ELSE search_progress.newest END"
        );
        query_once(sql).bind(until).execute(&mut *connection).await?;
        Ok(events.len() == most as usize)
    }

    /// Removes tickets from the index.
    pub async fn forget_in_search(&mut self, tickets: &[i64]) -> Result<()> {
        forget(self.connection().await?, tickets).await
    }
}

/// What the index has of tickets: the grams of their words, then those of what they are.
async fn indexed_grams(
    connection: &mut sqlx::AnyConnection,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<String>>> {
    let mut all = BTreeMap::new();
    let mut properties = properties(&mut *connection, ids).await?;
    for (id, document) in documents(connection, ids).await? {
        let of_words = document.grams().into_iter();
        let grams = of_words.chain(properties.remove(&id).unwrap_or_default());
        all.insert(id, grams.filter(|gram| is_kept(gram)).collect());
    }
    Ok(all)
}

async fn forget(connection: &mut sqlx::AnyConnection, tickets: &[i64]) -> Result<()> {
    if !tickets.is_empty() {
        let sql = format!("DELETE FROM search_index WHERE rowid IN ({})", list(tickets));
        query_once(sql).execute(connection).await?;
    }
    Ok(())
}
