//! Stories against real servers: given mails, a command of the program, then tickets and mails. One module a promise;
//! every story that touches a database is told on both.
//! (Marked as tests, so that clippy lets them unwrap.)

#[cfg(test)]
mod absences;
#[cfg(test)]
mod accounting;
#[cfg(test)]
mod bad_world;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod daemon;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod imap;
#[cfg(test)]
mod oauth2;
#[cfg(test)]
mod operate;
#[cfg(test)]
mod packaging;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod story;
#[cfg(test)]
mod support;
#[cfg(test)]
mod withheld;
