//! Wakes the loops that sleep until something is due.

use tokio::sync::Notify;

/// A loop registers before it looks, so that no wake-up is lost.
#[derive(Debug, Default)]
pub struct Wakeups {
    /// A mail was queued.
    pub outbox: Notify,
    /// A deadline was set or moved.
    pub timetable: Notify,
}

impl Wakeups {
    /// After something was filed.
    pub fn wake(&self) {
        self.outbox.notify_one();
        self.timetable.notify_one();
    }
}
