//! What a person does to a ticket, by mail or from the shell.

pub mod absence;
mod accept;
pub mod answer;
pub mod application;
mod colleagues;
pub mod commands;
pub mod draft;
pub mod hold;
pub mod meetings;
pub mod no_effect;
pub mod phone;
pub mod results;
pub mod staff_mail;
