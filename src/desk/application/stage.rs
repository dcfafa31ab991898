//! Where an application stands, with the legal moves.

use crate::words::closed_set;

closed_set! {
    Stage {
        /// A person has to look at it.
        Received = "received",
        /// It takes part in the selection.
        Accepted = "accepted",
        Withdrawn = "withdrawn",
        /// Its representative knows the result. The end, if another region was selected.
        Notified = "notified",
        /// The region is supported.
        Supported = "supported",
        /// The support has ended.
        Closed = "closed",
    }
}

impl Stage {
    /// 受理: the application counts, late or incomplete as it may be. Again, for a form that came later.
    ///
    /// # Errors
    /// The present stage, which does not allow it.
    pub fn accept(self) -> Result<Self, Self> {
        match self {
            Self::Received | Self::Accepted => Ok(Self::Accepted),
            _ => Err(self),
        }
    }

    /// 取下, until the result is known.
    ///
    /// # Errors
    /// The present stage, which does not allow it.
    pub fn withdraw(self) -> Result<Self, Self> {
        match self {
            Self::Received | Self::Accepted => Ok(Self::Withdrawn),
            _ => Err(self),
        }
    }

    /// Whether another form may still take the place of the one in force.
    #[must_use]
    pub fn takes_forms(self) -> bool {
        matches!(self, Self::Received | Self::Accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_counts_or_is_withdrawn_until_its_result_is_known() {
        for (stage, accepted, withdrawn) in [
            (Stage::Received, Ok(Stage::Accepted), Ok(Stage::Withdrawn)),
            (Stage::Accepted, Ok(Stage::Accepted), Ok(Stage::Withdrawn)),
            (Stage::Withdrawn, Err(Stage::Withdrawn), Err(Stage::Withdrawn)),
            (Stage::Notified, Err(Stage::Notified), Err(Stage::Notified)),
            (Stage::Supported, Err(Stage::Supported), Err(Stage::Supported)),
            (Stage::Closed, Err(Stage::Closed), Err(Stage::Closed)),
        ] {
            assert_eq!((stage.accept(), stage.withdraw()), (accepted, withdrawn), "{stage}");
        }
    }
}
