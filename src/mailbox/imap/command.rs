//! Sends one command and reads its answers. The methods of `async_imap` hide refusals and unquoted names; here every NO, BAD,
//! BYE, lost connection, timeout and panic of the library becomes an error with the server's own words.

use std::{panic::AssertUnwindSafe, time::Duration};

use async_imap::{
    Session,
    error::Error,
    imap_proto::{MailboxDatum, Response, Status},
};
use futures_util::FutureExt as _;

use super::{ImapError, ImapSession, Result, Stream};

/// Limit of server text that an error repeats, in characters.
const LONGEST_DETAIL: usize = 300;

/// Words by which servers say that they refuse for now: response codes of RFC 5530 and RFC 9051, and what Gmail, Exchange and
/// Dovecot write. In lower case.
const FOR_NOW: [&str; 10] = [
    "[unavailable]",
    "[inuse]",
    "[limit]",
    "[serverbug]",
    "[throttled]",
    "too many",
    "throttl",
    "simultaneous",
    "temporar",
    "try again",
];

/// Why a command has no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server refused it, or the library did.
    Library(Error),
    /// The library panicked at an answer. The connection cannot be used any more.
    Panic,
    Timeout(Duration),
}

impl Trouble {
    /// `said`: the server's words, from [`super::wire::Wire::said`].
    pub(super) fn of(self, verb: &'static str, said: Option<&str>) -> ImapError {
        let in_short = |text: &str| text.chars().take(LONGEST_DETAIL).collect();
        match self {
            Self::Timeout(limit) => ImapError::Timeout { verb, limit },
            Self::Panic => ImapError::Garbled { verb },
            Self::Library(Error::No(text) | Error::Bad(text)) => {
                ImapError::Refused { verb, detail: in_short(said.unwrap_or(&text)) }
            }
            // The message of a parse error includes all received bytes. They may be mails, which must not be logged.
            Self::Library(error) if error.to_string().contains(" during parsing of ") => {
                ImapError::Garbled { verb }
            }
            Self::Library(error) => {
                let text = error.to_string();
                ImapError::Broken { verb, detail: in_short(said.unwrap_or(&text)) }
            }
        }
    }
}

/// Whether the words of a refusal say that it is for now, and not because of a setting.
pub(super) fn is_for_now(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    FOR_NOW.iter().any(|words| detail.contains(words))
}

/// Runs a step of the library with a timeout, and survives its panic.
pub(super) async fn guarded<T, E: Into<Error>>(
    limit: Duration,
    step: impl Future<Output = std::result::Result<T, E>>,
) -> std::result::Result<T, Trouble> {
    match tokio::time::timeout(limit, AssertUnwindSafe(step).catch_unwind()).await {
        Ok(Ok(result)) => result.map_err(|error| Trouble::Library(error.into())),
        Ok(Err(_)) => Err(Trouble::Panic),
        Err(_) => Err(Trouble::Timeout(limit)),
    }
}

impl ImapSession {
    /// Sends a command, and passes each untagged response to `each`. `verb` names the command in errors.
    ///
    /// # Errors
    /// After [`ImapError::Refused`] the session goes on. Any other error ends it.
    pub(super) async fn command(
        &mut self,
        verb: &'static str,
        line: &str,
        limit: Duration,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<()> {
        let mut session = self.session.take().ok_or_else(broken)?;
        let (exists, news) = (&mut self.exists, &mut self.news);
        let answered = guarded(
            limit,
            exchange(&mut session, line, |answer| {
                match answer {
                    Response::MailboxData(MailboxDatum::Exists(count)) => {
                        *news |= *count > *exists;
                        *exists = *count;
                    }
                    Response::Expunge(_) => *exists = exists.saturating_sub(1),
                    _ => {}
                }
                each(answer);
            }),
        )
        .await;
        let answered = answered.map_err(|trouble| trouble.of(verb, session.get_ref().said()));
        self.garbled = matches!(answered, Err(ImapError::Garbled { .. }));
        if matches!(answered, Ok(()) | Err(ImapError::Refused { .. })) {
            self.session = Some(session);
        }
        answered
    }
}

async fn exchange(
    session: &mut Session<Stream>,
    line: &str,
    mut each: impl FnMut(&Response<'_>),
) -> std::result::Result<(), Error> {
    let tag = session.run_command(line).await?;
    while let Some(answer) = session.read_response().await? {
        match answer.parsed() {
            Response::Done { tag: of, status, .. } if *of == tag => {
                return match status {
                    Status::Ok => Ok(()),
                    _ => Err(Error::No("the server gives no reason".into())),
                };
            }
            untagged => each(untagged),
        }
    }
    Err(Error::ConnectionLost)
}

/// The error of a command on a connection that an earlier error has ended.
pub(super) fn broken() -> ImapError {
    ImapError::Broken { verb: "session", detail: "the connection broke".into() }
}

/// A quoted string (RFC 9051, 4.3). Line ends, which it cannot hold, become blanks.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\r' | '\n' | '\0' => quoted.push(' '),
            _ => quoted.push(c),
        }
    }
    quoted + "\""
}

/// The name of a folder in a command: modified UTF-7 (RFC 3501, 5.1.3), quoted.
pub(super) fn folder_name(folder: &str) -> String {
    quoted(&utf7_imap::encode_utf7_imap(folder.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_imap::error::Error;

    use super::{ImapError, folder_name, guarded, is_for_now};

    #[tokio::test]
    async fn a_panic_of_the_library_is_an_error_of_the_command() {
        let step = async { Ok::<_, Error>(["a date"].into_iter().nth(1).unwrap()) };
        let trouble = guarded(Duration::from_secs(1), step).await.unwrap_err();
        assert!(matches!(trouble.of("UID FETCH", None), ImapError::Garbled { verb: "UID FETCH" }));
    }

    #[test]
    fn names_of_folders_are_quoted() {
        for (folder, expected) in [
            ("INBOX", r#""INBOX""#),
            ("照会", r#""&cWdPGg-""#),
            ("受付 2025", r#""&U9dO2A- 2025""#),
            ("[Gmail]/すべて", r#""[Gmail]/&MFkweTBm-""#),
            (r#"a "b" \c"#, r#""a \"b\" \\c""#),
            ("R&D", r#""R&-D""#),
        ] {
            assert_eq!(folder_name(folder), expected);
        }
    }

    #[test]
    fn a_refusal_for_now_is_known_by_its_words() {
        for (detail, expected) in [
            ("[LIMIT] Too many simultaneous connections", true),
            ("[THROTTLED] Account exceeded command or bandwidth limits", true),
            ("[UNAVAILABLE] Temporary authentication failure.", true),
            ("Request is throttled. Suggested Backoff Time: 9000 milliseconds", true),
            ("[AUTHENTICATIONFAILED] Invalid credentials", false),
            ("Mailbox does not exist", false),
        ] {
            assert_eq!(is_for_now(detail), expected, "{detail}");
        }
    }
}
