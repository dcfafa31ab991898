//! Flags or moves messages that are in the ledger, one command per batch.
//! No command touches a message that is not in the batch.

use futures_util::TryStreamExt;

use super::{ImapError, ImapSession, Result, fetch::uid_set, limited};
use crate::{settings::After, store::Unsettled};

impl ImapSession {
    /// Flags or moves the messages of one batch, as [`After`] says.
    pub async fn settle(&mut self, rows: &[Unsettled]) -> Result<()> {
        let uids = |parked: bool| {
            let mut uids: Vec<u32> =
                rows.iter().filter(|row| row.parked == parked).filter_map(|row| row.uid).collect();
            uids.sort_unstable();
            uids
        };
        match self.options.after {
            After::Keep => Ok(()),
            After::Seen => {
                let mut all: Vec<u32> = rows.iter().filter_map(|row| row.uid).collect();
                all.sort_unstable();
                self.store_flags(&all, "+FLAGS.SILENT (\\Seen)").await
            }
            After::Move => {
                let (processed, parked) =
                    (self.options.processed_folder.clone(), self.options.parked_folder.clone());
                self.move_to(&uids(false), &processed, "mailbox.processed_folder").await?;
                self.move_to(&uids(true), &parked, "mailbox.parked_folder").await
            }
        }
    }

    /// Creates the target folders of [`After::Move`] that do not exist.
    pub(super) async fn make_folders(&mut self) -> Result<()> {
        let limit = self.options.timeout;
        let folders = [
            (self.options.processed_folder.clone(), "mailbox.processed_folder"),
            (self.options.parked_folder.clone(), "mailbox.parked_folder"),
        ];
        for (folder, key) in folders {
            let name = utf7_imap::encode_utf7_imap(folder.clone());
            if self.has_folder(&name).await? {
                continue;
            }
            match limited("CREATE", limit, self.session()?.create(&name)).await {
                // Another process may have created the folder after our LIST.
                Err(ImapError::Verb { .. }) if self.has_folder(&name).await? => {}
                Err(ImapError::Verb { detail, .. }) => return Err(ImapError::Folder { folder, detail, key }),
                other => other?,
            }
        }
        Ok(())
    }

    /// Whether the folder exists. `name` is in modified UTF-7 (RFC 3501, 5.1.3).
    async fn has_folder(&mut self, name: &str) -> Result<bool> {
        let limit = self.options.timeout;
        let session = self.session()?;
        let listed = async { session.list(None, Some(name)).await?.try_collect::<Vec<_>>().await };
        Ok(!limited("LIST", limit, listed).await?.is_empty())
    }

    async fn move_to(&mut self, uids: &[u32], folder: &str, key: &'static str) -> Result<()> {
        if uids.is_empty() {
            return Ok(());
        }
        let limit = self.options.timeout;
        let (set, name) = (uid_set(uids), utf7_imap::encode_utf7_imap(folder.to_owned()));
        let refused = |error| match error {
            // Another client removed some of the messages (RFC 5530, 3). The folder itself is fine.
            ImapError::Verb { ref detail, .. } if detail.contains("[EXPUNGEISSUED]") => error,
            ImapError::Verb { detail, .. } => ImapError::Folder { folder: folder.to_owned(), detail, key },
            other => other,
        };
        if self.capabilities.r#move {
            return limited("UID MOVE", limit, self.session()?.uid_mv(&set, &name)).await.map_err(refused);
        }
        limited("UID COPY", limit, self.session()?.uid_copy(&set, &name)).await.map_err(refused)?;
        self.store_flags(uids, "+FLAGS.SILENT (\\Deleted)").await?;
        if self.capabilities.uidplus {
            // UID EXPUNGE removes only these messages. EXPUNGE would also remove messages that other clients marked.
            let session = self.session()?;
            let expunged = async { session.uid_expunge(&set).await?.try_collect::<Vec<_>>().await };
            limited("UID EXPUNGE", limit, expunged).await?;
        }
        Ok(())
    }

    async fn store_flags(&mut self, uids: &[u32], flags: &str) -> Result<()> {
        if uids.is_empty() {
            return Ok(());
        }
        let limit = self.options.timeout;
        let session = self.session()?;
        let stored = async { session.uid_store(uid_set(uids), flags).await?.try_collect::<Vec<_>>().await };
        limited("UID STORE", limit, stored).await?;
        Ok(())
    }
}
