//! The modules that read untrusted bytes, without the rest of the desk: they need no other module, and build in a minute.

#[path = "../../src/desk/mod.rs"]
pub mod desk;
#[path = "../../src/hex.rs"]
mod hex;
#[path = "../../src/mail/mod.rs"]
pub mod mail;
#[path = "../../src/paper/mod.rs"]
pub mod paper;
#[path = "../../src/reply/mod.rs"]
pub mod reply;
#[path = "../../src/words.rs"]
mod words;
