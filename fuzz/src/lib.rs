//! The rooms that read what strangers write, by themselves: they need no other room, and build in a minute.

#[path = "../../src/desk/mod.rs"]
pub mod desk;
#[path = "../../src/hex.rs"]
mod hex;
#[path = "../../src/mail/mod.rs"]
pub mod mail;
#[path = "../../src/words.rs"]
mod words;
