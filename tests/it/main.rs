//! Stories against real servers: given mails, a command of the program, then tickets and mails. One module a promise;
//! every story that touches a database is told on both.

mod absences;
mod accounting;
mod bad_world;
mod commands;
mod crash;
mod daemon;
mod delivery;
mod imap;
mod story;
mod support;
