//! The rules of the desk, as pure functions: no I/O and no system clock. `letter` writes the mail texts.

pub mod application;
pub mod calendar;
pub mod deadline;
pub mod duty;
pub mod escalation;
pub mod feedback;
pub mod form;
pub mod gate;
pub mod japanese_date;
pub mod japanese_time;
pub mod last_guard;
pub mod meeting;
pub mod own_marks;
pub mod quotation;
pub mod redact;
pub mod sender;
pub mod staff;
pub mod staff_key;
pub mod staff_mail;
pub mod thread;
pub mod ticket;
pub mod triage;
pub mod turn;
pub mod window;
