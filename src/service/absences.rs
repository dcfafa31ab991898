//! The absences of a running desk: those that members and the operator have registered, and those of the settings. The store
//! keeps the first in one value, and every pass looks there.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use super::Desk;
use crate::desk::{
    calendar::date_of,
    duty::{Absence, Duty},
};

/// Where the store keeps them.
pub const ABSENCES: &str = "absences";

#[derive(Debug, Default)]
pub struct Absences {
    planned: Vec<Absence>,
    all: RwLock<Arc<Vec<Absence>>>,
}

impl Absences {
    /// With the absences of the settings.
    #[must_use]
    pub fn new(planned: Vec<Absence>) -> Self {
        let all = RwLock::new(Arc::new(planned.clone()));
        Self { planned, all }
    }

    /// Takes over what was registered. It counts before the settings.
    pub fn take(&self, registered: &[Absence]) {
        let all = registered.iter().chain(&self.planned).cloned().collect();
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
    }

    #[must_use]
    pub fn all(&self) -> Arc<Vec<Absence>> {
        Arc::clone(&self.all.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The absences of a stored value. A value that this version cannot read counts as none.
#[must_use]
pub fn stored(value: &str) -> Vec<Absence> {
    value.lines().filter_map(|line| line.parse().ok()).collect()
}

impl Desk {
    /// Who works on the day of `now`.
    #[must_use]
    pub fn duty(&self, now: DateTime<Utc>) -> Duty<'_> {
        Duty::new(&self.rules.staff, self.absences.all(), date_of(now, self.rules.calendar.time_zone()))
    }
}
