//! Copies a desk from one database to another of either kind, and proves that nothing is missing or changed.

use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row, any::AnyRow};

use super::{
    ColumnKind, Dialect, Result, Store, StoreError, connect,
    schema::{SCHEMA, TableSchema},
};

/// Rows read and written at a time.
const AT_ONCE: usize = 100;

/// One table that was copied.
#[derive(Debug, Clone, Serialize)]
pub struct Copied {
    pub table: &'static str,
    pub rows: u64,
    /// Hash over all rows, hex; the same for both databases.
    pub digest: String,
}

/// Copies all rows from one migrated database into another that is migrated and empty, in one transaction, and reads
/// them back. No process may serve the desk during the copy.
///
/// # Errors
/// When the target is not empty, a database refuses, or the rows read back differ. The target is then unchanged.
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
    let mut copied = Vec::with_capacity(SCHEMA.len());
    for table in SCHEMA {
        let delete = AssertSqlSafe(format!("DELETE FROM {}", table.name));
        sqlx::raw_sql(delete).execute(&mut *target).await?;
        let read = walk(&mut source, table, Some(&mut target)).await?;
        let back = walk(&mut target, table, None).await?;
        if read != back {
            return Err(StoreError::Copy(format!(
                "the table {} reads back differently: {} rows, then {}; nothing was copied",
                table.name, read.0, back.0
            )));
        }
        let digest = crate::hex::encode(&read.1);
        copied.push(Copied { table: table.name, rows: read.0, digest });
    }
    target.commit().await?;
    Ok(copied)
}

/// Reads a table in the order of its key, and writes its rows to `into`. Returns the number of rows, and a digest that
/// does not depend on their order: two databases may sort text differently.
async fn walk(
    connection: &mut AnyConnection,
    table: &TableSchema,
    mut into: Option<&mut AnyConnection>,
) -> Result<(u64, [u8; 32])> {
    let &TableSchema { name, key, columns } = table;
    let (mut rows, mut digest) = (0, [0_u8; 32]);
    // By id, a batch begins after the last row of the one before: with OFFSET, the database reads all earlier rows again.
    // Other keys have no single number to begin after.
    let mut after: Option<i64> = None;
    loop {
        let by_id = key == ["id"];
        let sql = match (by_id, after) {
            (true, Some(_)) => format!("SELECT * FROM {name} WHERE id > $1 ORDER BY id LIMIT {AT_ONCE}"),
            (true, None) => format!("SELECT * FROM {name} ORDER BY id LIMIT {AT_ONCE}"),
            (false, _) => {
                format!("SELECT * FROM {name} ORDER BY {} LIMIT {AT_ONCE} OFFSET {rows}", key.join(", "))
            }
        };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if let Some(after) = after.filter(|_| by_id) {
            query = query.bind(after);
        }
        let batch = query.fetch_all(&mut *connection).await?;
        let Some(last) = batch.last() else { return Ok((rows, digest)) };
        // A column that the schema lacks makes the copy fail, and is not lost.
        if last.len() != columns.len() {
            return Err(StoreError::Copy(format!(
                "the table {name} has other columns than this program knows"
            )));
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

fn hash(row: &AnyRow, columns: &[(&str, ColumnKind)]) -> Result<impl IntoIterator<Item = u8>> {
    let mut hasher = Sha256::new();
    for &(column, kind) in columns {
        let value: Option<Vec<u8>> = match kind {
            ColumnKind::Integer => {
                row.try_get::<Option<i64>, _>(column)?.map(|value| value.to_be_bytes().to_vec())
            }
            ColumnKind::Text => row.try_get::<Option<String>, _>(column)?.map(String::into_bytes),
            ColumnKind::Bytes => row.try_get(column)?,
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
    columns: &[(&str, ColumnKind)],
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
                ColumnKind::Integer => insert.bind(row.try_get::<Option<i64>, _>(column)?),
                ColumnKind::Text => insert.bind(row.try_get::<Option<String>, _>(column)?),
                ColumnKind::Bytes => insert.bind(row.try_get::<Option<Vec<u8>>, _>(column)?),
            };
        }
    }
    insert.execute(into).await?;
    Ok(())
}
