//! Which processes serve the desk: a process says so for as long as it lives, and its death is noticed.

use std::{
    fs::{File, TryLockError},
    sync::Mutex,
};

use sqlx::AnyConnection;

use super::{Dialect, Result, Store, StoreError, migrate::beside, query};

/// The first key of our advisory locks on PostgreSQL; the second is the process.
const LOCK_CLASS: i32 = 21328;

/// Held by a process that serves the desk (`run`, `once`); given back when it is dropped or the process dies.
#[derive(Debug)]
pub struct Presence {
    /// This process, as `outbox.claimed_by` names it.
    pub process: i64,
    _lock: Option<File>,
    /// The session that holds the advisory lock; nobody locks the mutex, it makes the value shareable.
    _connection: Option<Mutex<AnyConnection>>,
}

impl Store {
    /// Says that this process serves the desk. On SQLite only one may: a second one is refused.
    ///
    /// # Errors
    /// When another process serves the desk, or the database refuses.
    pub async fn enter(&self, url: &str, process: u32) -> Result<Presence> {
        let process = process & 0x7fff_ffff;
        match self.dialect {
            Dialect::Sqlite => {
                let lock = match beside(url, self.dialect, ".lock") {
                    Some(path) => Some(lock(&path)?),
                    None => None,
                };
                Ok(Presence { process: i64::from(process), _lock: lock, _connection: None })
            }
            Dialect::Postgres => {
                // Not the pool's any more: it would wait for it at its end, and give it to others with the lock still held.
                let mut connection = self.pool.acquire().await?.detach();
                query("SELECT CAST(pg_advisory_lock($1, $2) AS TEXT)")
                    .bind(LOCK_CLASS)
                    .bind(i32::try_from(process).unwrap_or(i32::MAX))
                    .fetch_one(&mut connection)
                    .await?;
                Ok(Presence {
                    process: i64::from(process),
                    _lock: None,
                    _connection: Some(Mutex::new(connection)),
                })
            }
        }
    }
}

fn lock(path: &std::path::Path) -> Result<File> {
    let failed = |detail: String| StoreError::Open {
        detail,
        remedy: "see that the folder exists and the service's user may write in it",
    };
    let file = File::create(path).map_err(|error| failed(format!("{}: {error}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Open {
            detail: format!("another process holds {}", path.display()),
            remedy: "one process serves a desk on SQLite: stop the other one first",
        }),
        Err(TryLockError::Error(error)) => Err(failed(format!("{}: {error}", path.display()))),
    }
}
