//! A copy of the SQLite database while it is in use. PostgreSQL has `pg_dump`.

use std::path::Path;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use super::{Dialect, Result, Store, StoreError, migrate::url_of};

impl Store {
    /// Writes a consistent copy to a new file.
    ///
    /// # Errors
    /// When the file exists, cannot be written, or the database is PostgreSQL.
    pub async fn backup(&self, file: &Path) -> Result<()> {
        if self.dialect == Dialect::Postgres {
            return Err(StoreError::Backup("this desk is on PostgreSQL: use pg_dump".into()));
        }
        if file.exists() {
            return Err(StoreError::Backup(format!("{} exists already", file.display())));
        }
        let name = file.display().to_string().replace('\'', "''");
        let written = sqlx::raw_sql(AssertSqlSafe(format!("VACUUM INTO '{name}'"))).execute(&self.pool).await;
        written.map(|_| ()).map_err(|error| {
            // An incomplete copy is useless, and would make the next attempt fail.
            let _ = std::fs::remove_file(file);
            StoreError::Backup(format!(
                "cannot write the copy {}: {error}; see that the disk has room and the folder can be written to",
                file.display()
            ))
        })
    }
}

/// Checks that a file is a whole SQLite database of a desk.
///
/// # Errors
/// What is wrong with the file.
pub async fn check_backup(file: &Path) -> Result<()> {
    sqlx::any::install_default_drivers();
    let failed = |detail: String| StoreError::Backup(format!("{}: {detail}", file.display()));
    if !file.is_file() {
        return Err(failed("no such file".into()));
    }
    let url = format!("{}?mode=ro", url_of(file));
    let mut connection = AnyConnection::connect(&url).await.map_err(|error| failed(error.to_string()))?;
    let row = sqlx::query("PRAGMA integrity_check")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let verdict: String = row.try_get(0)?;
    let desk = sqlx::query("SELECT one FROM desk").fetch_one(&mut connection).await;
    connection.close().await?;
    desk.map_err(|_| failed("it holds no desk".into()))?;
    if verdict == "ok" { Ok(()) } else { Err(failed(verdict)) }
}
