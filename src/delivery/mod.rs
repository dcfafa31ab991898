//! Sends the desk's mail by SMTP or into a Maildir.
//! [`backoff`] computes the retry times; the outbox loop in `outbound` applies them.

pub mod backoff;
mod smtp;

use std::{
    fmt,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use smtp::{SmtpOptions, SmtpSession};

use crate::{login::Tokens, mail::SmtpReply, store::ClaimedMail};

/// What a failed attempt means for this mail and for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The server is not usable: all mails must wait.
    Server,
    /// The server refuses the mail for a reason on our side or its own: the mail waits, and others are tried.
    Policy,
    /// The server refuses the mail and does not say why. If it accepts others, the mail is the cause.
    Unclear,
    /// A temporary failure of this mail. Unknown errors before the final dot count as temporary.
    Retry,
    /// A permanent failure of this mail.
    Fail,
    /// After the final dot no verdict came that can be read: the mail may have left.
    Unconfirmed,
}

/// A failed attempt to send a mail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reply} (at {verb})")]
pub struct SendError {
    pub failure: Failure,
    /// The SMTP command, or the step before the first command, such as `connect`.
    pub verb: &'static str,
    pub reply: SmtpReply,
}

/// The configured way to send mail.
#[derive(Debug, Clone)]
pub enum Transport {
    Smtp(Box<SmtpOptions>),
    /// A local Maildir, for rehearsals, demonstrations and tests.
    Maildir(PathBuf),
}

/// An open transport. Sends any number of mails, one after the other.
pub enum Session {
    Smtp(Box<SmtpSession>),
    Maildir(PathBuf),
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Smtp",
            Self::Maildir(_) => "Maildir",
        })
    }
}

impl Transport {
    /// Connects and logs in to the SMTP server, or creates the Maildir if it does not exist.
    pub async fn open(&self) -> Result<Session, SendError> {
        match self {
            Self::Smtp(options) => Ok(Session::Smtp(Box::new(SmtpSession::connect(options).await?))),
            Self::Maildir(path) => {
                crate::mailbox::maildir::make_maildir(path).map_err(|error| failed(path, "open", &error))?;
                Ok(Session::Maildir(path.clone()))
            }
        }
    }

    /// The longest wait for one reply.
    #[must_use]
    pub fn patience(&self) -> Duration {
        match self {
            Self::Smtp(options) => options.timeout.max(options.end_timeout),
            Self::Maildir(_) => Duration::ZERO,
        }
    }

    /// The source of access tokens for the login; `None` without a login, with a password, or for a Maildir.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<Tokens>> {
        match self {
            Self::Smtp(options) => options.login.as_ref()?.tokens(),
            Self::Maildir(_) => None,
        }
    }
}

impl Session {
    /// Sends one mail and returns the server's reply.
    pub async fn send(&mut self, mail: &ClaimedMail) -> Result<SmtpReply, SendError> {
        match self {
            Self::Smtp(session) => session.send(&mail.sender, &mail.recipient, &mail.bytes).await,
            Self::Maildir(path) => {
                write_durably(path, &mail.message_id, &mail.bytes)
                    .map_err(|error| failed(path, "write", &error))?;
                Ok(SmtpReply::new(250, "written to the Maildir"))
            }
        }
    }

    /// The result of a mail whose [`Self::send`] was dropped.
    pub fn abandoned(&mut self) -> SendError {
        match self {
            Self::Smtp(session) => session.abandoned(),
            Self::Maildir(path) => failed(path, "write", &"the desk was stopped"),
        }
    }

    /// Asks whether the server accepts an envelope, and sends no mail.
    pub async fn probe(&mut self, sender: &str, recipient: &str) -> Result<SmtpReply, SendError> {
        match self {
            Self::Smtp(session) => session.probe(sender, recipient).await,
            Self::Maildir(_) => Ok(SmtpReply::new(250, "a Maildir takes every mail")),
        }
    }

    /// Whether this session can send another mail. If not, the caller opens a new one.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        match self {
            Self::Smtp(session) => session.is_usable(),
            Self::Maildir(_) => true,
        }
    }

    /// Sends QUIT.
    pub async fn close(self) {
        if let Self::Smtp(session) = self {
            session.quit().await;
        }
    }
}

fn failed(path: &Path, verb: &'static str, error: &dyn fmt::Display) -> SendError {
    SendError {
        failure: Failure::Server,
        verb,
        reply: SmtpReply::none(format!(
            "cannot use the Maildir {}: {error}; see delivery.path",
            path.display()
        )),
    }
}

/// Writes a message to `tmp/` and renames it into `new/`, as the Maildir format requires. The file name is derived from
/// the Message-ID, so a repeated send replaces the file instead of adding a second one.
fn write_durably(path: &Path, message_id: &str, bytes: &[u8]) -> std::io::Result<()> {
    let name: String = message_id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.@".contains(c) { c } else { '_' })
        .collect();
    let tmp = path.join("tmp").join(&name);
    let mut file = File::create(&tmp)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&tmp, path.join("new").join(&name))?;
    File::open(path.join("new"))?.sync_all()
}
