//! The modules that parse untrusted mail, compiled alone. They need no other module, so the fuzz targets build in a
//! minute.

#[path = "../../src/desk/mod.rs"]
pub mod desk;
#[path = "../../src/hex.rs"]
mod hex;
#[path = "../../src/mail/mod.rs"]
pub mod mail;
#[path = "../../src/words.rs"]
mod words;
