//! Copies a desk from one database to another, whatever kind each is, and proves that nothing is missing or changed.

use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row, any::AnyRow};

use super::{Dialect, Result, Store, StoreError, connect};

/// Rows read and written at a time.
const AT_ONCE: usize = 100;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Bytes,
}
use Kind::{Bytes as B, Integer as I, Text as T};

/// A table's name, what its rows are found by, and every column.
type Table = (&'static str, &'static str, &'static [(&'static str, Kind)]);

/// Every table, each before those that refer to it. A column that is forgotten here makes the copy fail, not the data.
const TABLES: [Table; 11] = [
    ("state", "name", &[("name", T), ("value", T)]),
    (
        "message",
        "id",
        &[
            ("id", I),
            ("folder", T),
            ("uidvalidity", I),
            ("uid", I),
            ("file", T),
            ("message_id", T),
            ("hash", T),
            ("received_at", T),
            ("taken_at", T),
            ("size", I),
            ("raw", B),
            ("outcome", T),
            ("reason", T),
            ("detail", T),
            ("ticket_id", I),
            ("duplicate_of", I),
            ("attempts", I),
        ],
    ),
    ("unsettled", "message_ref", &[("message_ref", I)]),
    (
        "ticket",
        "id",
        &[
            ("id", I),
            ("number", T),
            ("fiscal_year", I),
            ("serial", I),
            ("status", T),
            ("channel", T),
            ("organization", T),
            ("name", T),
            ("contact", T),
            ("inquiry", T),
            ("prefecture", T),
            ("from_name", T),
            ("from_address", T),
            ("subject", T),
            ("received_at", T),
            ("deadline", T),
            ("budget_left", I),
            ("assignee", T),
            ("acknowledged_at", T),
            ("answered_at", T),
            ("closed_at", T),
            ("running_since", T),
            ("warned_for", T),
            ("missed_for", T),
            ("answer_to", T),
            ("asked_at", T),
            ("reminded", I),
            ("tags", T),
            ("merged_into", T),
            ("erased_at", T),
        ],
    ),
    (
        "turn",
        "ticket_id, nth",
        &[
            ("ticket_id", I),
            ("nth", I),
            ("asked_at", T),
            ("due_at", T),
            ("held", I),
            ("held_since", T),
            ("ended_at", T),
            ("ending", T),
            ("ended_by", T),
            ("in_time", I),
        ],
    ),
    (
        "entry",
        "id",
        &[
            ("id", I),
            ("ticket_id", I),
            ("message_ref", I),
            ("direction", T),
            ("from_name", T),
            ("from_address", T),
            ("recipients", T),
            ("at", T),
            ("text", T),
        ],
    ),
    (
        "attachment",
        "id",
        &[("id", I), ("entry_id", I), ("position", I), ("name", T), ("media_type", T), ("size", I)],
    ),
    (
        "outbox",
        "id",
        &[
            ("id", I),
            ("ticket_id", I),
            ("message_ref", I),
            ("purpose", T),
            ("automatic", I),
            ("sender", T),
            ("recipient", T),
            ("message_id", T),
            ("bytes", B),
            ("state", T),
            ("attempts", I),
            ("created_at", T),
            ("next_attempt_at", T),
            ("claimed_by", I),
            ("finished_at", T),
            ("author", T),
            ("entry_id", I),
        ],
    ),
    ("attempt", "outbox_id, nth", &[("outbox_id", I), ("nth", I), ("at", T), ("reply", T)]),
    (
        "event",
        "id",
        &[
            ("id", I),
            ("at", T),
            ("actor", T),
            ("ticket_id", I),
            ("message_ref", I),
            ("what", T),
            ("detail", T),
            ("hash", T),
        ],
    ),
    (
        "desk",
        "one",
        &[
            ("one", I),
            ("next_id", I),
            ("event_hash", T),
            ("automatic_day", T),
            ("automatic_sent", I),
            ("numbers", T),
        ],
    ),
];

/// One table that was copied.
#[derive(Debug, Clone, Serialize)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over all of them, hex; the same on both sides.
    pub digest: String,
}

/// Copies everything from one migrated database into another that is migrated and empty, in one transaction, and reads it
/// back. Nobody may serve the desk meanwhile.
///
/// # Errors
/// When the target is not empty, a database refuses, or what is read back differs; then the target is as it was.
pub async fn copy(from: &Store, to: &Store) -> Result<Vec<Copied>> {
    let (mut source, mut target) =
        (connect(&from.url, from.dialect).await?, connect(&to.url, to.dialect).await?);
    let begin = match from.dialect {
        Dialect::Sqlite => "BEGIN",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
    };
    let mut source = source.begin_with(begin).await?;
    let mut target = target.begin_with(to.dialect.begin_write()).await?;
    let row = sqlx::query("SELECT (SELECT COUNT(*) FROM message) + (SELECT COUNT(*) FROM event) FROM desk")
        .fetch_one(&mut *target)
        .await?;
    if row.try_get::<i64, _>(0)? != 0 {
        return Err(StoreError::Copy(
            "the database to copy to holds a desk already; name an empty one".into(),
        ));
    }
    let mut copied = Vec::with_capacity(TABLES.len());
    for table in &TABLES {
        let delete = AssertSqlSafe(format!("DELETE FROM {}", table.0));
        sqlx::raw_sql(delete).execute(&mut *target).await?;
        let read = walk(&mut source, table, Some(&mut target)).await?;
        let back = walk(&mut target, table, None).await?;
        if read != back {
            return Err(StoreError::Copy(format!(
                "the table {} reads back differently: {} rows, then {}; nothing was copied",
                table.0, read.0, back.0
            )));
        }
        let digest = crate::hex::encode(&read.1);
        copied.push(Copied { table: table.0, rows: read.0, digest });
    }
    target.commit().await?;
    Ok(copied)
}

/// Reads a table in its order and writes it to `into`; the number of rows and a digest that does not depend on their order,
/// which two databases may see differently.
async fn walk(
    connection: &mut AnyConnection,
    &(name, key, columns): &Table,
    mut into: Option<&mut AnyConnection>,
) -> Result<(u64, [u8; 32])> {
    let (mut rows, mut digest) = (0, [0_u8; 32]);
    // By what was read last, since an offset would read everything before it again; text keys are few.
    let mut after: Option<i64> = None;
    loop {
        let by_id = key == "id";
        let sql = match (by_id, after) {
            (true, Some(_)) => format!("SELECT * FROM {name} WHERE id > $1 ORDER BY id LIMIT {AT_ONCE}"),
            (true, None) => format!("SELECT * FROM {name} ORDER BY id LIMIT {AT_ONCE}"),
            (false, _) => format!("SELECT * FROM {name} ORDER BY {key} LIMIT {AT_ONCE} OFFSET {rows}"),
        };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if let Some(after) = after.filter(|_| by_id) {
            query = query.bind(after);
        }
        let batch = query.fetch_all(&mut *connection).await?;
        let Some(last) = batch.last() else { return Ok((rows, digest)) };
        if last.len() != columns.len() {
            return Err(StoreError::Copy(format!("the table {name} has columns that are not known here")));
        }
        if by_id {
            after = Some(last.try_get("id")?);
        }
        for row in &batch {
            for (sum, byte) in digest.iter_mut().zip(hash(row, columns)?) {
                *sum ^= byte;
            }
        }
        rows += batch.len() as u64;
        if let Some(into) = &mut into {
            write(into, name, columns, &batch).await?;
        }
    }
}

fn hash(row: &AnyRow, columns: &[(&str, Kind)]) -> Result<impl IntoIterator<Item = u8>> {
    let mut hasher = Sha256::new();
    for &(column, kind) in columns {
        let value: Option<Vec<u8>> = match kind {
            Kind::Integer => row.try_get::<Option<i64>, _>(column)?.map(|value| value.to_be_bytes().to_vec()),
            Kind::Text => row.try_get::<Option<String>, _>(column)?.map(String::into_bytes),
            Kind::Bytes => row.try_get(column)?,
        };
        hasher.update([u8::from(value.is_some())]);
        let value = value.unwrap_or_default();
        hasher.update((value.len() as u64).to_be_bytes());
        hasher.update(value);
    }
    Ok(hasher.finalize())
}

async fn write(
    into: &mut AnyConnection,
    name: &str,
    columns: &[(&str, Kind)],
    rows: &[AnyRow],
) -> Result<()> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let width = columns.len();
    let places = |row: usize| {
        let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(", "))
    };
    let values: Vec<String> = (0..rows.len()).map(places).collect();
    let sql = format!("INSERT INTO {name} ({}) VALUES {}", names.join(", "), values.join(", "));
    let mut insert = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        for &(column, kind) in columns {
            insert = match kind {
                Kind::Integer => insert.bind(row.try_get::<Option<i64>, _>(column)?),
                Kind::Text => insert.bind(row.try_get::<Option<String>, _>(column)?),
                Kind::Bytes => insert.bind(row.try_get::<Option<Vec<u8>>, _>(column)?),
            };
        }
    }
    insert.execute(into).await?;
    Ok(())
}
