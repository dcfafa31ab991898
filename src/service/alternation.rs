//! Filing and sending alternate at the one writer of the database.
//!
//! A mail that the server has accepted is repeated after a kill unless its verdict is committed. While a batch is filed, no
//! verdict can be committed. So no mail is sent while a batch is filed, and between two batches the outbox gets as much time
//! as a batch took. Neither side depends on the other's network: each waits for a bounded time.

use std::time::Duration;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, watch};

/// Filing waits for mails on their way for so long at most: a slow mail server must not hold up intake.
const PATIENCE: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub struct Alternation {
    /// Held shared while a mail is sent and its verdict recorded, and alone while a batch is filed.
    gate: RwLock<()>,
    /// Mails are claimed and not sent yet.
    sending: watch::Sender<bool>,
}

impl Default for Alternation {
    fn default() -> Self {
        Self { gate: RwLock::new(()), sending: watch::Sender::new(false) }
    }
}

impl Alternation {
    /// Before a batch is filed.
    pub async fn file(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        tokio::time::timeout(PATIENCE, self.gate.write()).await.ok()
    }

    /// Between two batches: until the outbox has sent what it claimed, or `at_most`.
    pub async fn let_send(&self, at_most: Duration) {
        let mut sending = self.sending.subscribe();
        // An error means that nothing sends.
        let _ = tokio::time::timeout(at_most, sending.wait_for(|sending| !sending)).await;
    }

    /// Before a mail is sent.
    pub async fn send(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().await
    }

    /// Whether mails are claimed and not sent yet.
    pub fn set_sending(&self, sending: bool) {
        self.sending.send_replace(sending);
    }
}
