//! Carries the desk's mail out: by SMTP, or into a Maildir. Moves bytes and knows no ticket; when and how often
//! a mail is tried is decided by [`backoff`] and done by `service::outbox`.

pub mod backoff;
mod smtp;

use std::{
    fmt,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use smtp::{SmtpOptions, SmtpSession};

use crate::{login::Tokens, store::Due};

/// How a failed attempt is to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The server cannot be used at all: every mail waits.
    Server,
    /// This mail may go later. Unknown faults are of this kind.
    Retry,
    /// This mail will never go.
    Fail,
}

/// A mail that was not accepted: the verdict, and what the server said at which verb.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reply} (at {verb})")]
pub struct SendError {
    /// The verdict.
    pub failure: Failure,
    /// SMTP verb, or the step before it.
    pub verb: &'static str,
    /// Code and text of the reply, or what went wrong.
    pub reply: String,
}

/// Where the desk's mail leaves.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// An SMTP server.
    Smtp(Box<SmtpOptions>),
    /// A Maildir on this machine: for rehearsals, demonstrations and tests.
    Maildir(PathBuf),
}

/// An open way out, used for many mails one after the other.
pub enum Session {
    /// A connection to the SMTP server.
    Smtp(Box<SmtpSession>),
    /// The Maildir.
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

impl Carrier {
    /// Opens the way out.
    ///
    /// # Errors
    /// When the server cannot be reached, trusted or logged in to.
    pub async fn open(&self) -> Result<Session, SendError> {
        match self {
            Self::Smtp(options) => Ok(Session::Smtp(Box::new(SmtpSession::connect(options).await?))),
            Self::Maildir(path) => {
                crate::intake::maildir::make_maildir(path).map_err(|error| failed(path, "open", &error))?;
                Ok(Session::Maildir(path.clone()))
            }
        }
    }

    /// Where the tokens for its login come from, if it has any.
    #[must_use]
    pub fn tokens(&self) -> Option<&Arc<Tokens>> {
        match self {
            Self::Smtp(options) => options.login.as_ref()?.tokens(),
            Self::Maildir(_) => None,
        }
    }
}

impl Session {
    /// Hands one mail over; the server's reply on success.
    ///
    /// # Errors
    /// The verdict and what the server said.
    pub async fn send(&mut self, due: &Due) -> Result<String, SendError> {
        match self {
            Self::Smtp(session) => session.send(&due.sender, &due.recipient, &due.bytes).await,
            Self::Maildir(path) => {
                write_durably(path, &due.message_id, &due.bytes)
                    .map_err(|error| failed(path, "write", &error))?;
                Ok("250 written to the Maildir".into())
            }
        }
    }

    /// Whether another mail can be sent through it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        match self {
            Self::Smtp(session) => session.is_usable(),
            Self::Maildir(_) => true,
        }
    }

    /// Says goodbye.
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
        reply: format!("cannot use the Maildir {}: {error}; see delivery.path", path.display()),
    }
}

/// Writes a message as Maildir asks: whole in `tmp/`, then renamed. The name follows from the Message-ID, so that
/// a repeated send replaces and does not double.
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
