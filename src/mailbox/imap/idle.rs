//! Waits for new messages with IDLE (RFC 2177), and tells the caller when the server does not want it.

use std::time::{Duration, Instant};

use async_imap::{
    Session,
    error::Error,
    imap_proto::{MailboxDatum, RequestId, Response},
};
use tokio_util::sync::CancellationToken;

use super::{
    ImapError, ImapSession, Result, Stream,
    command::{Trouble, broken, guarded},
};

/// IDLE is restarted after this time, because a server may end it after 30 minutes (RFC 2177).
const LONGEST_IDLE: Duration = Duration::from_secs(28 * 60);
/// A server that ends IDLE or the connection sooner may not want IDLE.
const SHORTEST_IDLE: Duration = Duration::from_secs(60);
/// Wait before a pass for messages that arrived during a pass. A server that always reports some must not cause a busy loop.
const NEWS_AFTER: Duration = Duration::from_secs(1);

/// What ended the wait.
enum Ended {
    /// The folder has more messages.
    News(u32),
    /// The server completed IDLE by itself.
    ByServer,
}

impl ImapSession {
    /// Waits for new messages. Returns after `poll` at the latest.
    ///
    /// # Errors
    /// [`ImapError::Idle`] if the server refuses IDLE or ends it at once, and maybe the connection with it.
    pub async fn wait(&mut self, poll: Duration, idle: bool, stop: &CancellationToken) -> Result<()> {
        if self.session.is_none() {
            return Err(broken());
        }
        if std::mem::take(&mut self.news) {
            // The server reported a message beside the answers of the pass, and does not report it again during IDLE.
            let _ = tokio::time::timeout(NEWS_AFTER.min(poll), stop.cancelled()).await;
            return Ok(());
        }
        if idle && self.options.idle && self.capabilities.idle {
            let began = Instant::now();
            return self.idle(poll.min(LONGEST_IDLE), stop).await.map_err(|error| match error {
                ImapError::Refused { detail, .. } => ImapError::Idle { detail },
                ImapError::Broken { detail, .. } if began.elapsed() < SHORTEST_IDLE => {
                    ImapError::Idle { detail }
                }
                other => other,
            });
        }
        let _ = tokio::time::timeout(poll, stop.cancelled()).await;
        Ok(())
    }

    async fn idle(&mut self, most: Duration, stop: &CancellationToken) -> Result<()> {
        let limit = self.options.timeout;
        let mut session = self.session.take().ok_or_else(broken)?;
        let began = Instant::now();
        let told = |trouble: Trouble, session: &Session<Stream>| trouble.of("IDLE", session.get_ref().said());
        let tag = match guarded(limit, begin(&mut session)).await {
            Ok(tag) => tag,
            Err(trouble) => {
                let error = told(trouble, &session);
                if matches!(error, ImapError::Refused { .. }) {
                    self.session = Some(session);
                }
                return Err(error);
            }
        };
        let exists = self.exists;
        // The timer is ours, so that keep-alives of the server do not prolong the wait.
        let ended = tokio::select! {
            ended = guarded(LONGEST_IDLE, news(&mut session, &tag, exists)) => ended,
            () = tokio::time::sleep(most) => Ok(Ended::News(exists)),
            () = stop.cancelled() => Ok(Ended::News(exists)),
        };
        match ended {
            Ok(Ended::News(count)) => {
                self.exists = count;
                let done = guarded(limit, end(&mut session, &tag)).await;
                done.map_err(|trouble| told(trouble, &session))?;
                self.session = Some(session);
                Ok(())
            }
            Ok(Ended::ByServer) => {
                self.session = Some(session);
                if began.elapsed() >= SHORTEST_IDLE {
                    return Ok(());
                }
                Err(ImapError::Refused { verb: "IDLE", detail: "it ended at once".into() })
            }
            Err(trouble) => Err(told(trouble, &session)),
        }
    }
}

async fn begin(session: &mut Session<Stream>) -> std::result::Result<RequestId, Error> {
    let tag = session.run_command("IDLE").await?;
    while let Some(answer) = session.read_response().await? {
        match answer.parsed() {
            Response::Continue(_) => return Ok(tag),
            Response::Done { tag: of, .. } if *of == tag => {
                return Err(Error::No("the server gives no reason".into()));
            }
            _ => {}
        }
    }
    Err(Error::ConnectionLost)
}

/// Reads until the folder has more messages than `exists`. A server may repeat the number at once, which is no news.
async fn news(
    session: &mut Session<Stream>,
    tag: &RequestId,
    mut exists: u32,
) -> std::result::Result<Ended, Error> {
    while let Some(answer) = session.read_response().await? {
        match answer.parsed() {
            Response::MailboxData(MailboxDatum::Exists(count)) if *count > exists => {
                return Ok(Ended::News(*count));
            }
            Response::MailboxData(MailboxDatum::Exists(count)) => exists = *count,
            Response::Expunge(_) => exists = exists.saturating_sub(1),
            Response::Done { tag: of, .. } if of == tag => return Ok(Ended::ByServer),
            _ => {}
        }
    }
    Err(Error::ConnectionLost)
}

async fn end(session: &mut Session<Stream>, tag: &RequestId) -> std::result::Result<(), Error> {
    session.run_command_untagged("DONE").await?;
    while let Some(answer) = session.read_response().await? {
        if matches!(answer.parsed(), Response::Done { tag: of, .. } if of == tag) {
            return Ok(());
        }
    }
    Err(Error::ConnectionLost)
}
