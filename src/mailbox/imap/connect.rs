//! Connects and logs in to the IMAP server: TCP, TLS, capabilities, login.
//! If the server refuses STARTTLS, the connection fails; it never continues in plain text.

use async_imap::{
    Authenticator, Client, Session,
    imap_proto::{Capability, Response},
    types::UnsolicitedResponse,
};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio_util::either::Either;

use super::{ImapError, ImapOptions, ImapSession, Result, Stream, limited, verb};
use crate::{
    login::Proof,
    settings::{After, Tls},
};

/// Remedy for a refused password.
const PASSWORD: &str = "see mailbox.user and the password in mailbox.password_file";
/// Remedy for a refused access token.
const TOKEN: &str =
    "see mailbox.user, and that the application of mailbox.oauth2 is allowed IMAP for this mailbox";

/// IMAP extensions of the server that the desk uses.
#[derive(Debug, Clone, Copy, Default)]
pub struct Capabilities {
    /// IDLE (RFC 2177).
    pub idle: bool,
    /// MOVE (RFC 6851).
    pub r#move: bool,
    /// UIDPLUS (RFC 4315), for UID EXPUNGE.
    pub uidplus: bool,
}

impl ImapSession {
    /// Connects, logs in and opens the folder. With [`After::Move`], also creates the target folders.
    pub async fn connect(options: &ImapOptions) -> Result<Self> {
        match Self::attempt(options).await {
            // A provider may revoke a token before it expires, so one retry with a newer token makes sense.
            Err(ImapError::Login { again: true, .. }) => Self::attempt(options).await,
            other => other,
        }
    }

    async fn attempt(options: &ImapOptions) -> Result<Self> {
        let proof = options.login.proof().await?;
        let stream = options.peer().connect().await?;
        let client = match options.tls {
            Tls::Implicit => greeted(Either::Left(options.peer().secure(stream).await?), options).await?,
            Tls::None => greeted(Either::Right(stream), options).await?,
            Tls::Starttls => start_tls(stream, options).await?,
        };
        let mut session = log_in(client, options, &proof).await?;
        let found = limited("CAPABILITY", options.timeout, session.capabilities()).await?;
        let capabilities = Capabilities {
            idle: found.has_str("IDLE"),
            r#move: found.has_str("MOVE"),
            uidplus: found.has_str("UIDPLUS"),
        };
        let mut session = Self {
            options: options.clone(),
            session: Some(session),
            capabilities,
            uidvalidity: 0,
            found: std::collections::VecDeque::new(),
            listed: std::collections::VecDeque::new(),
            stuck: None,
        };
        session.open_folder().await?;
        if options.after == After::Move {
            session.make_folders().await?;
        }
        Ok(session)
    }
}

async fn greeted(stream: Stream, options: &ImapOptions) -> Result<Client<Stream>> {
    let mut client = Client::new(stream);
    let greeting =
        limited("its greeting", options.timeout, async { Ok(client.read_response().await?) }).await?;
    let closed = || ImapError::Verb { verb: "greeting", detail: "it closed the connection".into() };
    greeting.map(|_| client).ok_or_else(closed)
}

async fn start_tls(stream: TcpStream, options: &ImapOptions) -> Result<Client<Stream>> {
    let mut client = greeted(Either::Right(stream), options).await?;
    let refused = |detail: String| ImapError::StartTls { host: options.host.clone(), detail };
    match limited("STARTTLS", options.timeout, client.run_command_and_check_ok("STARTTLS", None)).await {
        Err(ImapError::Verb { detail, .. }) => return Err(refused(detail)),
        other => other?,
    }
    match client.into_inner() {
        Either::Right(stream) => Ok(Client::new(Either::Left(options.peer().secure(stream).await?))),
        Either::Left(_) => Err(refused("the connection is encrypted already".into())),
    }
}

/// Logs in. A token uses AUTHENTICATE XOAUTH2. A password uses AUTHENTICATE PLAIN if the server offers it, because
/// PLAIN can carry any password; else LOGIN.
async fn log_in(mut client: Client<Stream>, options: &ImapOptions, proof: &Proof) -> Result<Session<Stream>> {
    let user = &options.login.user;
    let offered = offered(&mut client, options).await?;
    let refused = |detail: String| {
        let (remedy, again) = match (proof, options.login.tokens()) {
            (Proof::Token(access), Some(tokens)) => (TOKEN, tokens.refused(access)),
            _ => (PASSWORD, false),
        };
        ImapError::Login { user: user.clone(), detail, remedy, again }
    };
    let response = InitialResponse(proof.initial_response(user));
    let result = tokio::time::timeout(options.timeout, async {
        match proof {
            Proof::Token(_) => client.authenticate("XOAUTH2", response).await.map_err(|(error, _)| error),
            Proof::Password(_) if offered.plain => {
                client.authenticate("PLAIN", response).await.map_err(|(error, _)| error)
            }
            Proof::Password(_) if offered.login_disabled => Err(async_imap::error::Error::No(
                "the server offers neither AUTHENTICATE PLAIN nor LOGIN".into(),
            )),
            Proof::Password(password) => {
                client.login(user, password.expose_secret()).await.map_err(|(error, _)| error)
            }
        }
    });
    match result.await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(async_imap::error::Error::No(detail) | async_imap::error::Error::Bad(detail))) => {
            Err(refused(super::server_words(&detail).unwrap_or(&detail).to_owned()))
        }
        Ok(Err(error)) => Err(verb("LOGIN", &error)),
        Err(_) => Err(ImapError::Timeout { verb: "LOGIN", limit: options.timeout }),
    }
}

#[derive(Default)]
struct Offered {
    plain: bool,
    login_disabled: bool,
}

/// Asks for the capabilities before the login. `async_imap` has no method for this before a login, but passes responses
/// that it does not expect to the channel.
async fn offered(client: &mut Client<Stream>, options: &ImapOptions) -> Result<Offered> {
    let (sender, answers) = async_channel::bounded(16);
    limited("CAPABILITY", options.timeout, client.run_command_and_check_ok("CAPABILITY", Some(sender)))
        .await?;
    let mut offered = Offered::default();
    while let Ok(answer) = answers.try_recv() {
        let UnsolicitedResponse::Other(answer) = answer else { continue };
        let Response::Capabilities(list) = answer.parsed() else { continue };
        for capability in list {
            match capability {
                Capability::Auth(name) => offered.plain |= name.eq_ignore_ascii_case("PLAIN"),
                Capability::Atom(name) => {
                    offered.login_disabled |= name.eq_ignore_ascii_case("LOGINDISABLED");
                }
                Capability::Imap4rev1 => {}
            }
        }
    }
    Ok(offered)
}

/// Sends the initial response once, and an empty response to every further challenge.
/// XOAUTH2 servers send the reason for a refusal as such a challenge.
struct InitialResponse(String);

impl Authenticator for InitialResponse {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        std::mem::take(&mut self.0)
    }
}
