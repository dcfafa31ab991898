//! `ingest`: processes messages from files, folders and standard input as if they came from the mailbox.

use std::path::PathBuf;

use super::{Context, Exit, print, temporary};
use crate::{
    inbound::process,
    mailbox::{FetchedMessage, FileError, from_reader, read_paths},
    store::Outcome,
};

/// With input from a pipe, a database error ends the program with 75, so that the MTA keeps the mail and retries.
pub(super) async fn run(context: &Context, mut paths: Vec<PathBuf>) -> anyhow::Result<()> {
    if paths.is_empty() {
        paths.push(PathBuf::from("-"));
    }
    let piped = paths.iter().any(|path| path.as_os_str() == "-");
    let desk = context.desk_or_new().await.map_err(|error| if piped { retryable(error) } else { error })?;
    let max_size = desk.max_message_size;
    let mut counts = [
        (Outcome::Ticket, 0_u32),
        (Outcome::FollowUp, 0),
        (Outcome::Parked, 0),
        (Outcome::Duplicate, 0),
        (Outcome::Pending, 0),
    ];
    for path in paths {
        let mut queue: Vec<FetchedMessage> = Vec::new();
        // One message at a time, so that memory use depends on the largest message and not on the size of the folder.
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<FetchedMessage>(1);
        let reading = tokio::task::spawn_blocking(move || -> Result<(), FileError> {
            if path.as_os_str() == "-" {
                let _ = sender.blocking_send(from_reader(std::io::stdin().lock(), max_size)?);
                return Ok(());
            }
            read_paths::<FileError>(&[path], max_size, &mut |taken| {
                let _ = sender.blocking_send(taken);
                Ok(())
            })
        });
        while receiver.recv_many(&mut queue, 1).await > 0 {
            for taken in queue.drain(..) {
                let processed = process(&desk, taken)
                    .await
                    .map_err(|error| if piped { temporary(error) } else { error.into() })?;
                for (_, count) in counts.iter_mut().filter(|(outcome, _)| *outcome == processed.outcome) {
                    *count += 1;
                }
            }
        }
        reading.await??;
    }
    desk.store.close().await;
    if context.json {
        let object: serde_json::Map<_, _> =
            counts.iter().map(|(outcome, count)| (outcome.to_string(), (*count).into())).collect();
        return print::json(&object);
    }
    let words: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    print::line(if words.is_empty() { "no messages".to_owned() } else { words.join(", ") });
    Ok(())
}

/// Wrong settings are permanent. Every other error may be temporary, so the MTA should retry.
fn retryable(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<crate::server::WiringError>() {
        Some(known) if !known.is_settings() => Exit::Temporary(error).into(),
        _ => error,
    }
}
