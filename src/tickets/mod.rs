//! What a person does to a ticket, by mail or from the shell.

pub mod absence;
mod accept;
pub mod answer;
pub mod application;
mod colleagues;
pub mod commands;
mod copies;
pub mod draft;
pub mod faq;
mod forward;
pub mod handling;
pub mod hold;
mod letters;
pub mod meetings;
mod merge;
pub mod no_effect;
pub mod phone;
mod phrases;
pub mod recipients;
mod resend;
pub mod results;
mod rewrite;
mod second_look;
pub mod staff_mail;
