//! madoguchi (窓口): a consultation desk that lives in a mailbox.
//!
//! ```text
//! mailbox ──bytes──► InboundMail ──► Decision ──► one transaction ──► outbox ──► SMTP
//!   intake            mail            desk          store                delivery
//! ```
//! A pure core decides, a thin shell acts. The rooms, in the one direction of their dependencies:
//!
//! - [`mail`]: bytes to a message as its reader sees it. Pure.
//! - [`desk`]: the desk's rules: form, calendar, tickets, threads, the gate, triage. Pure.
//! - [`letter`]: what leaves: wording and bytes. Pure.
//! - [`store`]: what is remembered. Only this room writes SQL.
//! - [`intake`]: takes messages from IMAP, Maildir and files. Knows no ticket.
//! - [`delivery`]: sends the outbox by SMTP or into a Maildir. Knows no ticket.
//! - [`service`]: the loops; `service::process` alone calls rules and store together.
//! - [`cli`]: the commands; prints, and holds no rules.
//!
//! Beside them: [`settings`], which only `service` and `cli` see whole, [`net`], the way to the mail servers, [`login`], what
//! proves who we are there, and [`clock`], the one place that reads time.

pub mod cli;
pub mod clock;
pub mod delivery;
pub mod desk;
pub mod hex;
pub mod intake;
pub mod letter;
pub mod login;
pub mod mail;
pub mod net;
pub mod service;
pub mod settings;
pub mod store;
mod words;
