//! madoguchi (窓口): a consultation desk that lives in a mailbox.
//!
//! ```text
//! mailbox ──bytes──► InboundMail ──► Decision ──► one transaction a batch ──► outbox ──► SMTP
//!                       mail            desk                store            outbound
//! ```
//! A pure core decides, a thin shell acts. The rooms, in the one direction of their dependencies (`reply` uses `mail` alone):
//! `cli → server → {inbound, schedule, outbound, views} → tickets → notify → service → delivery → mailbox → store → letter → desk → {mail, paper}`
//!
//! - `mail`: bytes to a message as its reader sees it. Pure.
//! - `paper`: office files to rows of cells. Pure.
//! - `desk`: the desk's rules: form, calendar, tickets, threads, the gate, triage. Pure.
//! - `reply`: what a reply says beyond the mails of ours that it quotes. Pure.
//! - `letter`: mails as text: wording and bytes. Pure.
//! - `store`: the database. Only this room writes SQL.
//! - `mailbox`: fetches messages from IMAP, Maildir and files, and settles them there. Knows no ticket.
//! - `delivery`: hands one mail to an SMTP server or a Maildir. Knows no ticket.
//! - `service`: what the rooms above share: the desk, an operation in a transaction, faults, health.
//! - `notify`: every mail that no person wrote.
//! - `tickets`: what a person does to a ticket, by mail or from the shell.
//! - `inbound`: from fetched bytes to a committed decision.
//! - `schedule`: what is due by the clock.
//! - `outbound`: claims, sends and records the outbox.
//! - `views`: the one JSON and CSV shape of a ticket, an application, an outbox mail and a parked mail. Knows no room above
//!   `service`.
//! - `server`: wiring, loops, start and stop, health, maintenance.
//! - `cli`: the commands. Prints, and holds no rules.
//!
//! Beside them: `settings`, which only `server` and `cli` see whole, `net`, the way to the mail servers, `login`,
//! passwords and tokens, and `clock`, the one place that reads time.

// Public is what the program, the benches, the examples and the tests name. rustc reports dead code in the other rooms.
pub mod cli;
pub mod clock;
pub mod delivery;
pub mod desk;
pub mod hex;
pub mod inbound;
pub mod letter;
mod login;
pub mod mail;
pub mod mailbox;
mod net;
mod notify;
mod outbound;
pub mod paper;
mod private_file;
pub mod reply;
mod schedule;
pub mod server;
pub mod service;
pub mod settings;
pub mod store;
pub mod tickets;
mod views;
mod words;
