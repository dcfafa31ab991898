//! Prints text for people and JSON for scripts. Removes control characters from values of mails, so that a mail
//! cannot send escape sequences to the operator's terminal.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, IsTerminal as _, Write},
    path::Path,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::json;

use super::Context;
use crate::{desk::feedback::Done, letter::feedback::to_operator, private_file, service::Desk};

/// Prints one line. Ignores write errors, because a closed pipe (`| head`) is not a failure.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", text.as_ref());
}

/// Writes bytes to standard output. A closed pipe is not a failure.
pub(crate) fn bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// As [`bytes`], for a file that is no text: a terminal would show nonsense.
pub(crate) fn binary(content: &[u8]) -> anyhow::Result<()> {
    let stdout = std::io::stdout();
    anyhow::ensure!(!stdout.is_terminal(), "the output is no text: send it into a file, as in `… > FILE`");
    bytes(content)
}

/// Writes a file that only its owner can open, also where a file of that name was open to others: it has what inquirers wrote.
pub(crate) fn file(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    private_file::open(path, OpenOptions::new().truncate(true))
        .and_then(|mut file| file.write_all(content))
        .with_context(|| format!("cannot write {}", path.display()))
}

pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints what an operation has done.
pub(crate) fn done(context: &Context, desk: &Desk, done: &Done) -> anyhow::Result<()> {
    let done = to_operator(done, desk.rules.calendar.time_zone());
    if context.json {
        return json(&json!({"done": done}));
    }
    line(done);
    Ok(())
}

/// Formats a time for people, to the minute.
pub(crate) fn short(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// Text as one line of at most `most` characters, without control characters.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim();
    match clean.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or(clean)),
        None => clean.to_owned(),
    }
}

/// Text without control characters, except line feeds and tabs.
pub(crate) fn text(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
