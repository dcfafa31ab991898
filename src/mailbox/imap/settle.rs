//! Flags or moves messages that are in the ledger, one command per batch.
//! No command touches a message that is not in the batch.

use async_imap::imap_proto::{MailboxDatum, Response};
use tracing::warn;

use super::{
    ImapError, ImapSession, Result,
    command::{folder_name, is_for_now},
    fetch::uid_set,
};
use crate::{settings::After, store::Unsettled};

impl ImapSession {
    /// Flags or moves the messages of one batch, as [`After`] says.
    pub async fn settle(&mut self, rows: &[Unsettled]) -> Result<()> {
        let uids = |parked: Option<bool>| {
            let rows = rows.iter().filter(|row| parked.is_none_or(|parked| row.parked == parked));
            let mut uids: Vec<u32> = rows.filter_map(|row| row.uid).collect();
            uids.sort_unstable();
            uids
        };
        match self.options.after {
            After::Keep => Ok(()),
            After::Seen => self.store_flags(&uids(None), "+FLAGS.SILENT (\\Seen)").await,
            After::Move => {
                let (processed, parked) =
                    (self.options.processed_folder.clone(), self.options.parked_folder.clone());
                self.move_to(&uids(Some(false)), &processed, "mailbox.processed_folder").await?;
                self.move_to(&uids(Some(true)), &parked, "mailbox.parked_folder").await
            }
        }
    }

    /// Creates the target folders of [`After::Move`] that do not exist.
    pub(super) async fn make_folders(&mut self) -> Result<()> {
        let folders = [
            (self.options.processed_folder.clone(), "mailbox.processed_folder"),
            (self.options.parked_folder.clone(), "mailbox.parked_folder"),
        ];
        for (folder, key) in folders {
            if self.has_folder(&folder).await? {
                continue;
            }
            let line = format!("CREATE {}", folder_name(&folder));
            match self.command("CREATE", &line, self.options.timeout, |_| {}).await {
                // Another process may have created the folder after our LIST, or we cannot read its name in the answer.
                Err(ImapError::Refused { detail, .. }) if detail.to_lowercase().contains("exists") => {}
                Err(ImapError::Refused { .. }) if self.has_folder(&folder).await? => {}
                Err(error) => return Err(blame(error, folder, key)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn has_folder(&mut self, folder: &str) -> Result<bool> {
        let mut listed = false;
        let line = format!("LIST \"\" {}", folder_name(folder));
        self.command("LIST", &line, self.options.timeout, |answer| {
            listed |= matches!(answer, Response::MailboxData(MailboxDatum::List(_)));
        })
        .await?;
        Ok(listed)
    }

    async fn move_to(&mut self, uids: &[u32], folder: &str, key: &'static str) -> Result<()> {
        let name = folder_name(folder);
        let verb = if self.capabilities.r#move { "UID MOVE" } else { "UID COPY" };
        self.change(verb, uids, |set| format!("{verb} {set} {name}"))
            .await
            .map_err(|error| blame(error, folder.to_owned(), key))?;
        if self.capabilities.r#move {
            return Ok(());
        }
        match self.remove(uids).await {
            // The copies exist, and another attempt would copy the messages again.
            Err(ImapError::Refused { verb, detail }) => {
                warn!(
                    "messages are copied to {folder:?}, and stay in the folder, too: IMAP {verb} failed: {detail}"
                );
                Ok(())
            }
            other => other,
        }
    }

    async fn remove(&mut self, uids: &[u32]) -> Result<()> {
        self.store_flags(uids, "+FLAGS.SILENT (\\Deleted)").await?;
        if self.capabilities.uidplus {
            // UID EXPUNGE removes only these messages. EXPUNGE would also remove messages that other clients marked.
            self.change("UID EXPUNGE", uids, |set| format!("UID EXPUNGE {set}")).await?;
        }
        Ok(())
    }

    async fn store_flags(&mut self, uids: &[u32], flags: &str) -> Result<()> {
        self.change("UID STORE", uids, |set| format!("UID STORE {set} {flags}")).await
    }

    /// Sends a command about messages. Some servers refuse it because one of the messages is gone; then the others are tried
    /// without it.
    async fn change(
        &mut self,
        verb: &'static str,
        uids: &[u32],
        line: impl Fn(&str) -> String,
    ) -> Result<()> {
        if uids.is_empty() {
            return Ok(());
        }
        let (limit, set) = (self.options.timeout, uid_set(uids));
        let refused = match self.command(verb, &line(&set), limit, |_| {}).await {
            Err(error @ ImapError::Refused { .. }) => error,
            other => return other,
        };
        let mut there = self.search(&format!("UID {set}")).await?;
        there.retain(|uid| uids.binary_search(uid).is_ok());
        let there: Vec<u32> = there.into_iter().collect();
        match there.len() {
            0 => Ok(()),
            count if count == uids.len() => Err(refused),
            _ => self.command(verb, &line(&uid_set(&there)), limit, |_| {}).await,
        }
    }
}

/// A refusal that a setting may be the cause of names the folder and the setting.
fn blame(error: ImapError, folder: String, key: &'static str) -> ImapError {
    match error {
        ImapError::Refused { detail, .. } if !is_for_now(&detail) => {
            ImapError::Folder { folder, detail, key }
        }
        other => other,
    }
}
