//! Integration tests against real servers: mails in, a command of the program, then tickets and mails out.
//! The tests that a file lists in `on_both!` run on SQLite and on PostgreSQL.

// Clippy allows unwrap only below cfg(test).
#[cfg(test)]
mod absences;
#[cfg(test)]
mod accounting;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bad_world;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod crossed;
#[cfg(test)]
mod daemon;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod floods;
#[cfg(test)]
mod guide;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod imap;
#[cfg(test)]
mod last_guard;
#[cfg(test)]
mod links;
#[cfg(test)]
mod meetings;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod oauth2;
#[cfg(test)]
mod odd_mailboxes;
#[cfg(test)]
mod once_only;
#[cfg(test)]
mod operate;
#[cfg(test)]
mod packaging;
#[cfg(test)]
mod persons;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod quoted;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod replies;
#[cfg(test)]
mod report;
#[cfg(test)]
mod restored;
#[cfg(test)]
mod results;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod search;
mod search_filters;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod staff_trust;
#[cfg(test)]
mod story;
#[cfg(test)]
mod substitutes;
#[cfg(test)]
mod support;
#[cfg(test)]
mod support_call;
#[cfg(test)]
mod teamwork;
#[cfg(test)]
mod two_members;
#[cfg(test)]
mod whole_call;
#[cfg(test)]
mod withheld;
#[cfg(test)]
mod workbook;
