//! Gathers the new rows of a transaction. They go to the database in one trip before the next statement: a filed mail is
//! some eight rows in six tables, and a trip costs more than a row.

use std::{fmt::Write as _, sync::Arc};

use super::{
    AnyQuery, Dialect,
    schema::{self, ColumnKind, TableSchema},
};

/// Most values of one trip. A statement of SQLite takes 32,766.
const VALUES_AT_ONCE: usize = 32_000;

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
    fn columns(&self) -> impl Iterator<Item = &'static (&'static str, ColumnKind)> {
        self.table.columns.iter().filter(|(name, _)| !self.without.contains(name))
    }

    /// `INSERT INTO t (a, b)`.
    fn head(&self) -> String {
        let columns: Vec<&str> = self.columns().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({})", self.table.name, columns.join(", "))
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

    /// Takes as many rows as one trip can carry: returns its statements, and adds their parameters to `values`.
    pub fn trip(&mut self, dialect: Dialect, values: &mut Vec<Value>) -> Vec<String> {
        let (mut statements, mut room) = (Vec::new(), VALUES_AT_ONCE);
        for (table, rows) in INSERTS.iter().zip(&mut self.rows).filter(|(_, rows)| !rows.is_empty()) {
            let most = room / table.width() * table.width();
            if most == 0 {
                break;
            }
            let rest = rows.split_off(rows.len().min(most));
            room -= rows.len();
            let rows = std::mem::replace(rows, rest);
            statements.push(match dialect {
                Dialect::Sqlite => insert_rows(table, rows, values),
                Dialect::Postgres => insert_arrays(table, &rows, values),
            });
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

/// `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)`.
fn insert_rows(insert: &Insert, rows: Vec<Value>, values: &mut Vec<Value>) -> String {
    let mut sql = insert.head();
    let row = format!("({})", vec!["?"; insert.width()].join(", "));
    sql.push_str(" VALUES ");
    sql.push_str(&vec![row; rows.len() / insert.width()].join(", "));
    sql.push_str(insert.conflict);
    values.extend(rows);
    sql
}

/// `INSERT INTO t (a, b) SELECT r.a, r.b FROM unnest($5::text::bigint[], $6::text::text[]) AS r (a, b)`, after four other values.
///
/// PostgreSQL parses and plans a text once, and this one is the same for every number of rows. `sqlx::Any` has no arrays, so
/// each is bound as text. The bytes of all rows are one value, of which each row takes its part.
fn insert_arrays(insert: &Insert, rows: &[Value], values: &mut Vec<Value>) -> String {
    let (mut taken, mut arrays, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (nth, (name, kind)) in insert.columns().enumerate() {
        let column = || rows.iter().skip(nth).step_by(insert.width());
        let mut unnest = |kind: &str, name: String, array: String| {
            values.push(array.into());
            arrays.push(format!("${}::text::{kind}[]", values.len()));
            names.push(name);
        };
        match kind {
            ColumnKind::Integer => unnest("bigint", (*name).to_owned(), array(column())),
            ColumnKind::Text => unnest("text", (*name).to_owned(), array(column())),
            ColumnKind::Bytes => {
                let (parts, starts) = concatenated(column());
                unnest("integer", format!("{name}_from"), array(starts.iter()));
                unnest("integer", format!("{name}_for"), array(column()));
                values.push(Value::Bytes(parts));
                taken
                    .push(format!("substring(${}::bytea FROM r.{name}_from FOR r.{name}_for)", values.len()));
                continue;
            }
        }
        taken.push(format!("r.{name}"));
    }
    format!(
        "{} SELECT {} FROM unnest({}) AS r ({}){}",
        insert.head(),
        taken.join(", "),
        arrays.join(", "),
        names.join(", "),
        insert.conflict
    )
}

/// The bytes of a column one after the other, and where those of each row begin, from 1. Those of a single row are not copied.
fn concatenated<'a>(column: impl Iterator<Item = &'a Value>) -> (Arc<Vec<u8>>, Vec<Value>) {
    let (mut whole, mut starts) = (Arc::<Vec<u8>>::default(), Vec::new());
    for value in column {
        starts.push(i64::try_from(whole.len() + 1).unwrap_or(i64::MAX).into());
        match value {
            Value::Bytes(bytes) if whole.is_empty() => whole = Arc::clone(bytes),
            Value::Bytes(bytes) => Arc::make_mut(&mut whole).extend_from_slice(bytes),
            Value::Integer(_) | Value::Text(_) => {}
        }
    }
    (whole, starts)
}

/// An array in PostgreSQL's notation, `{1,NULL}` or `{"a","b"}`; of bytes, their lengths.
fn array<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let mut text = String::from("{");
    for value in values {
        // Writing into a String cannot fail.
        match value {
            Value::Integer(Some(number)) => {
                let _ = write!(text, "{number}");
            }
            Value::Text(Some(words)) => {
                let _ = write!(text, r#""{}""#, words.replace('\\', r"\\").replace('"', r#"\""#));
            }
            Value::Integer(None) | Value::Text(None) => text.push_str("NULL"),
            Value::Bytes(bytes) => {
                let _ = write!(text, "{}", bytes.len());
            }
        }
        text.push(',');
    }
    text.truncate(text.trim_end_matches(',').len());
    text.push('}');
    text
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
    fn sqlite_gets_rows_and_postgresql_gets_columns() {
        let attempts = || -> Vec<Value> {
            vec![
                1.into(),
                2.into(),
                "a".into(),
                "250 OK".into(),
                3.into(),
                4.into(),
                "b".into(),
                None::<&str>.into(),
            ]
        };
        let insert = &INSERTS[Table::Attempt as usize];
        let mut values = vec![0.into()];
        assert_eq!(
            insert_rows(insert, attempts(), &mut values),
            "INSERT INTO attempt (outbox_id, nth, at, reply) VALUES (?, ?, ?, ?), (?, ?, ?, ?) ON CONFLICT (outbox_id, nth) DO NOTHING"
        );
        assert_eq!(values.len(), 9);
        values.truncate(1);
        assert_eq!(
            insert_arrays(insert, &attempts(), &mut values),
            "INSERT INTO attempt (outbox_id, nth, at, reply) SELECT r.outbox_id, r.nth, r.at, r.reply \
             FROM unnest($2::text::bigint[], $3::text::bigint[], $4::text::text[], $5::text::text[]) \
             AS r (outbox_id, nth, at, reply) ON CONFLICT (outbox_id, nth) DO NOTHING"
        );
        assert_eq!(array(values[4..].iter()), r#"{"{\"250 OK\",NULL}"}"#);
    }

    #[test]
    fn bytes_of_rows_are_one_value() {
        let column: Vec<Value> =
            [&b"ab"[..], b"", b"cde"].map(|bytes| Arc::new(bytes.to_vec()).into()).into();
        let (whole, starts) = concatenated(column.iter());
        assert_eq!((whole.as_slice(), array(starts.iter())), (&b"abcde"[..], "{1,3,3}".to_owned()));
        assert_eq!(array(column.iter()), "{2,0,3}");
    }

    #[test]
    fn a_text_of_an_array_stays_as_it_is() {
        let words = |words: &str| array([Value::from(words)].iter());
        assert_eq!(words(r#"C:\temp "x"\"#), r#"{"C:\\temp \"x\"\\"}"#);
        assert_eq!(
            (words(""), words("NULL"), words("a,{b}")),
            (r#"{""}"#.into(), r#"{"NULL"}"#.into(), r#"{"a,{b}"}"#.into())
        );
    }

    #[test]
    fn every_column_that_an_insert_leaves_out_is_one_of_its_table() {
        for insert in &INSERTS {
            assert_eq!(insert.columns().count(), insert.width(), "{}", insert.table.name);
        }
    }
}
