//! Rows that wait for the end of their transaction, so that a table costs one statement however many rows it gets:
//! each statement is a trip to the database.

use std::fmt::Write as _;

use sqlx::{AnyConnection, AssertSqlSafe};

/// Rows in one statement; SQLite takes 32,766 parameters, and no row here has more than ten.
const ROWS_AT_ONCE: usize = 500;

/// A value of a row.
#[derive(Debug)]
pub enum Value {
    /// BIGINT.
    Integer(Option<i64>),
    /// TEXT.
    Text(Option<String>),
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

/// Rows for one table.
#[derive(Debug)]
pub struct Batch {
    into: &'static str,
    columns: usize,
    values: Vec<Value>,
}

impl Batch {
    /// No rows yet; `into` is a table and its columns: `attempt (outbox_id, nth)`.
    pub fn into(into: &'static str) -> Self {
        Self { into, columns: into.split(',').count(), values: Vec::new() }
    }

    /// Adds a row.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns, "{}", self.into);
        self.values.extend(row);
    }

    /// Writes the rows.
    pub async fn flush(&mut self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let mut values = std::mem::take(&mut self.values).into_iter().peekable();
        while values.peek().is_some() {
            let chunk: Vec<Value> = values.by_ref().take(self.columns * ROWS_AT_ONCE).collect();
            let mut query = sqlx::query(AssertSqlSafe(self.sql(chunk.len())));
            for value in chunk {
                query = match value {
                    Value::Integer(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                };
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// `INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)`.
    fn sql(&self, values: usize) -> String {
        let mut sql = format!("INSERT INTO {} VALUES ", self.into);
        for nth in 0..values {
            let before = match (nth, nth % self.columns) {
                (0, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            };
            // Writing into a String cannot fail.
            let _ = write!(sql, "{before}${}", nth + 1);
        }
        sql + ")"
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn every_row_has_its_own_parameters() {
        assert_eq!(Batch::into("t (a, b)").sql(4), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)");
    }
}
