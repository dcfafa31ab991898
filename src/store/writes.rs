//! Gathers the new rows of a transaction. They go to the database in one trip before the next statement: a filed mail is
//! some eight rows in six tables, and a trip costs more than a row.

use std::sync::Arc;

use super::{
    AnyQuery, Dialect,
    schema::{self, TableSchema},
};

/// Most parameters of one trip. The limit of PostgreSQL is 65,535, that of SQLite 32,766.
const VALUES_AT_ONCE: usize = 20_000;

/// Rows of a table for which memory is reserved at once. A filed mail has fewer, and its batch may record attempts.
const ROWS_A_MAIL: usize = 4;

/// How new rows of a table are inserted.
struct Insert {
    table: &'static TableSchema,
    /// Columns for which a new row has no value.
    without: &'static [&'static str],
    /// What to do if the row is there already.
    conflict: &'static str,
}

impl Insert {
    const fn of(table: &'static TableSchema) -> Self {
        Self { table, without: &[], conflict: "" }
    }

    /// The columns of the values of a row, in their order.
    fn columns(&self) -> impl Iterator<Item = &'static str> {
        let names = self.table.columns.iter().map(|(name, _)| *name);
        names.filter(|name| !self.without.contains(name))
    }

    const fn width(&self) -> usize {
        self.table.columns.len() - self.without.len()
    }
}

/// By [`Table`], each before those that refer to it.
const INSERTS: [Insert; 9] = [
    Insert::of(&schema::MESSAGE),
    Insert::of(&schema::UNSETTLED),
    Insert {
        without: &[
            "acknowledged_at",
            "answered_at",
            "closed_at",
            "warned_for",
            "missed_for",
            "reminded",
            "tags",
            "merged_into",
            "erased_at",
            "part_of",
            "thanked_at",
        ],
        ..Insert::of(&schema::TICKET)
    },
    Insert::of(&schema::TURN),
    Insert::of(&schema::ENTRY),
    Insert::of(&schema::ATTACHMENT),
    Insert {
        without: &["claimed_by", "finished_at", "reminded_at"],
        conflict: " ON CONFLICT (message_id) DO NOTHING",
        ..Insert::of(&schema::OUTBOX)
    },
    Insert { conflict: " ON CONFLICT (outbox_id, nth) DO NOTHING", ..Insert::of(&schema::ATTEMPT) },
    Insert::of(&schema::EVENT),
];

/// A table that rows are gathered for.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    Message,
    Unsettled,
    Ticket,
    Turn,
    Entry,
    Attachment,
    Outbox,
    Attempt,
    Event,
}

/// A value of a row.
#[derive(Debug)]
pub enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Arc<Vec<u8>>),
}

/// The gathered rows and changes.
#[derive(Debug, Default)]
pub struct Writes {
    /// By table: the values of all its rows, one after the other.
    rows: [Vec<Value>; INSERTS.len()],
    /// Statements that change rows which the database has, with `?` for each value.
    changes: Vec<(String, Vec<Value>)>,
}

impl Writes {
    /// Adds a row, its values in the order of the table's columns.
    pub fn push<const N: usize>(&mut self, table: Table, row: [Value; N]) {
        debug_assert_eq!(N, INSERTS[table as usize].width(), "{table:?}");
        let rows = &mut self.rows[table as usize];
        if rows.is_empty() {
            rows.reserve(ROWS_A_MAIL * N);
        }
        rows.extend(row);
    }

    /// Adds a statement whose result nobody needs, with `?` for each value. It runs after the gathered rows. PostgreSQL runs
    /// the statements of a trip on one snapshot: no two of them may change the same row.
    pub fn change(&mut self, sql: impl Into<String>, values: Vec<Value>) {
        self.changes.push((sql.into(), values));
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.rows.iter().all(Vec::is_empty)
    }

    /// Whether one trip carries everything.
    pub fn fit_one_trip(&self) -> bool {
        self.rows.iter().map(Vec::len).sum::<usize>() <= VALUES_AT_ONCE
    }

    /// Takes as many rows as one trip can carry: returns its statements, and adds their parameters to `values`. With
    /// parameters, the same few statement texts recur, so each is prepared once.
    pub fn trip(&mut self, dialect: Dialect, values: &mut Vec<Value>) -> Vec<String> {
        let (mut statements, mut room) = (Vec::new(), VALUES_AT_ONCE);
        values.reserve(self.rows.iter().map(Vec::len).sum::<usize>().min(room));
        for (table, rows) in INSERTS.iter().zip(&mut self.rows).filter(|(_, rows)| !rows.is_empty()) {
            let most = room / table.width() * table.width();
            if most == 0 {
                break;
            }
            let rest = rows.split_off(rows.len().min(most));
            room -= rows.len();
            statements.push(insert(dialect, table, values.len(), rows.len()));
            values.extend(std::mem::replace(rows, rest));
        }
        if self.rows.iter().all(Vec::is_empty) {
            for (template, own) in self.changes.drain(..) {
                statements.push(numbered(dialect, &template, values.len()));
                values.extend(own);
            }
        }
        statements
    }
}

/// A statement with `?` for each value, in the database's way to write parameters.
fn numbered(dialect: Dialect, template: &str, before: usize) -> String {
    let mut parts = template.split('?');
    let mut sql = parts.next().unwrap_or_default().to_owned();
    for (nth, part) in (1..).zip(parts) {
        dialect.write_parameter(&mut sql, before + nth);
        sql.push_str(part);
    }
    sql
}

/// Binds values to a query. A text is bound without its `Option`: `sqlx::Any` would copy it otherwise.
pub fn bind(query: AnyQuery, values: impl IntoIterator<Item = Value>) -> AnyQuery {
    values.into_iter().fold(query, |query, value| match value {
        Value::Integer(value) => query.bind(value),
        Value::Text(Some(value)) => query.bind(value),
        Value::Text(None) => query.bind(None::<String>),
        Value::Bytes(value) => query.bind(value.as_slice()),
    })
}

/// `INSERT INTO t (a, b) VALUES ($5, $6), ($7, $8)`, after four other values.
fn insert(dialect: Dialect, insert: &Insert, before: usize, values: usize) -> String {
    // `(?, ?), ` is three bytes a value, and one or two more a row.
    let mut sql = String::with_capacity(512 + 4 * values);
    sql.push_str("INSERT INTO ");
    sql.push_str(insert.table.name);
    for (nth, column) in insert.columns().enumerate() {
        sql.push_str(if nth == 0 { " (" } else { ", " });
        sql.push_str(column);
    }
    sql.push_str(") VALUES ");
    write_rows(dialect, &mut sql, before, values, insert.width());
    sql.push_str(insert.conflict);
    sql
}

/// `($5, $6), ($7, $8)`, after four other values.
fn write_rows(dialect: Dialect, sql: &mut String, before: usize, values: usize, columns: usize) {
    for nth in 0..values {
        sql.push_str(match (nth, nth % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        dialect.write_parameter(sql, before + nth + 1);
    }
    sql.push(')');
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Arc<Vec<u8>>> for Value {
    fn from(value: Arc<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_own_parameters() {
        let sql = |dialect| insert(dialect, &INSERTS[Table::Attempt as usize], 2, 8);
        assert_eq!(
            sql(Dialect::Postgres),
            "INSERT INTO attempt (outbox_id, nth, at, reply) VALUES ($3, $4, $5, $6), ($7, $8, $9, $10) ON CONFLICT (outbox_id, nth) DO NOTHING"
        );
        assert_eq!(
            sql(Dialect::Sqlite),
            "INSERT INTO attempt (outbox_id, nth, at, reply) VALUES (?, ?, ?, ?), (?, ?, ?, ?) ON CONFLICT (outbox_id, nth) DO NOTHING"
        );
    }

    #[test]
    fn every_column_that_an_insert_leaves_out_is_one_of_its_table() {
        for insert in &INSERTS {
            assert_eq!(insert.columns().count(), insert.width(), "{}", insert.table.name);
        }
    }
}
