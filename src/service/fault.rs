//! What can go wrong while the desk works, by whose fault it is.

use crate::{
    desk::last_guard::Violation, letter, mailbox::IntakeError, paper::SheetError, store::StoreError,
};

/// Why a rendered mail was not queued.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    #[error(transparent)]
    Compose(#[from] letter::ComposeError),
    /// It must not reach an inquirer.
    #[error("the last guard stopped it ({})", .0.code())]
    Guarded(Violation),
    /// A person wrote it, and a person's text is not shortened.
    #[error("its text is larger than delivery.max_mail_size")]
    TooLarge,
}

/// Why a message or a ticket could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database failed. No single message is to blame, and the pass ends.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A letter could not be written.
    #[error(transparent)]
    Wording(#[from] letter::WordingError),
    /// A list of tickets could not be written.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A mail to staff could not be composed.
    #[error("staff cannot be written to: {0}; see [[staff]]")]
    Staff(Unsent),
}

impl Fault {
    /// Whether one message is at fault, and the database well.
    pub fn is_of_a_message(&self) -> bool {
        match self {
            Self::Store(error) => error.is_of_a_row(),
            Self::Wording(_) | Self::Sheet(_) | Self::Staff(_) => true,
        }
    }
}

/// A pass that could not be finished. Its commits stay.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Messages could not be filed.
    #[error(transparent)]
    Filing(#[from] Fault),
    /// What is due by the clock.
    #[error("what is due by the clock could not be done: {0}")]
    Timetable(String),
    /// The health endpoint cannot be opened.
    #[error("cannot listen on {0}")]
    Listen(String),
    /// A loop ended by itself.
    #[error("a loop of the service ended by itself: {0}")]
    Loop(String),
}
