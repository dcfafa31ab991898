//! The desk's rules. Pure: values in, values out; no I/O, no clock, no text that leaves (that is `letter`).

pub mod calendar;
pub mod deadline;
pub mod escalation;
pub mod feedback;
pub mod form;
pub mod gate;
pub mod japanese_time;
pub mod redact;
pub mod staff;
pub mod staff_key;
pub mod staff_mail;
pub mod thread;
pub mod ticket;
pub mod triage;
pub mod window;
