//! Locks of the processes that serve the desk. The system releases them when a process dies.

use std::{
    fs::{File, TryLockError},
    sync::Mutex,
};

use sqlx::AnyConnection;

use super::{Dialect, Result, Store, StoreError, migrate::beside, query};

/// The first key of our advisory locks on PostgreSQL; the second is the process.
const LOCK_CLASS: i32 = 21328;

/// The first key of the lock of the lead: the one process that fetches mail.
const LEAD_CLASS: i32 = 21329;

/// The lock of a process that serves the desk (`run`, `once`). It is released when it is dropped or the process dies.
#[derive(Debug)]
pub struct InstanceLock {
    /// This process, as in `outbox.claimed_by`.
    pub process: i64,
    _lock: Option<File>,
    /// The session that holds the advisory lock. The mutex makes the value `Sync`, and is never locked.
    _connection: Option<Mutex<AnyConnection>>,
}

/// The lock of the one process of a desk that fetches mail from the mailbox.
#[derive(Debug)]
pub struct Lead {
    /// The session that holds the lock; `None` on SQLite, where only one process serves the desk.
    connection: Option<AnyConnection>,
}

impl Lead {
    /// Whether this process still holds the lock. A session that broke has lost it, and another process may have it now.
    pub async fn holds(&mut self) -> bool {
        match &mut self.connection {
            None => true,
            Some(connection) => query("SELECT 1").fetch_one(connection).await.is_ok(),
        }
    }
}

impl Store {
    /// Takes the lead if no other process has it. It is released when it is dropped or the process dies.
    pub async fn take_lead(&self) -> Result<Option<Lead>> {
        if self.dialect == Dialect::Sqlite {
            return Ok(Some(Lead { connection: None }));
        }
        let mut connection = self.pool.acquire().await?.detach();
        let row = query("SELECT CAST(pg_try_advisory_lock($1, $2) AS TEXT)")
            .bind(LEAD_CLASS)
            .bind(1_i32)
            .fetch_one(&mut connection)
            .await?;
        let taken: String = sqlx::Row::try_get(&row, 0)?;
        Ok((taken == "true").then_some(Lead { connection: Some(connection) }))
    }

    /// Registers this process as one that serves the desk.
    ///
    /// # Errors
    /// On SQLite, when another process serves the desk.
    pub async fn enter(&self, url: &str, process: u32) -> Result<InstanceLock> {
        let process = process & 0x7fff_ffff;
        match self.dialect {
            Dialect::Sqlite => {
                let lock = match beside(url, self.dialect, ".lock") {
                    Some(path) => Some(lock(&path)?),
                    None => None,
                };
                Ok(InstanceLock { process: i64::from(process), _lock: lock, _connection: None })
            }
            Dialect::Postgres => {
                // Detached: the pool would wait for this connection at close, and lend it with the lock still held.
                let mut connection = self.pool.acquire().await?.detach();
                query("SELECT CAST(pg_advisory_lock($1, $2) AS TEXT)")
                    .bind(LOCK_CLASS)
                    .bind(i32::try_from(process).unwrap_or(i32::MAX))
                    .fetch_one(&mut connection)
                    .await?;
                Ok(InstanceLock {
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
