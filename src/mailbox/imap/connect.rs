//! Connects and logs in to the IMAP server: TCP, TLS, capabilities, login.
//! If the server refuses STARTTLS, the connection fails; it never continues in plain text.

use std::collections::VecDeque;

use async_imap::{
    Authenticator, Client, Session,
    error::Error,
    imap_proto::{Capability, Response, Status},
    types::UnsolicitedResponse,
};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use super::{
    ImapError, ImapOptions, ImapSession, Result, Stream,
    command::{Trouble, guarded, is_for_now},
    wire::Wire,
};
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
        let mut session = Self {
            options: options.clone(),
            session: Some(log_in(client, options, &proof).await?),
            capabilities: Capabilities::default(),
            uidvalidity: 0,
            exists: 0,
            news: false,
            garbled: false,
            looked: None,
            doubtful: Vec::new(),
            singly: false,
            found: VecDeque::new(),
            listed: VecDeque::new(),
            stuck: None,
        };
        session.ask_capabilities().await?;
        session.open_folder().await?;
        if options.after == After::Move {
            session.make_folders().await?;
        }
        Ok(session)
    }

    async fn ask_capabilities(&mut self) -> Result<()> {
        let mut found = Capabilities::default();
        let asked = self.command("CAPABILITY", "CAPABILITY", self.options.timeout, |answer| {
            let Response::Capabilities(list) = answer else { return };
            for capability in list {
                let Capability::Atom(name) = capability else { continue };
                found.idle |= name.eq_ignore_ascii_case("IDLE");
                found.r#move |= name.eq_ignore_ascii_case("MOVE");
                found.uidplus |= name.eq_ignore_ascii_case("UIDPLUS");
            }
        });
        match asked.await {
            // Without an answer the desk uses no extension.
            Ok(()) | Err(ImapError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        self.capabilities = found;
        Ok(())
    }
}

async fn greeted(
    stream: Either<TlsStream<TcpStream>, TcpStream>,
    options: &ImapOptions,
) -> Result<Client<Stream>> {
    let mut client = Client::new(Wire::new(stream));
    let greeting = guarded(options.timeout, client.read_response()).await;
    let said = client.get_ref().said();
    let greeting = greeting.map_err(|trouble| trouble.of("greeting", said))?;
    let refuses = |answer: &Response<'_>| {
        matches!(answer, Response::Data { status: Status::Bye | Status::No | Status::Bad, .. })
    };
    if greeting.is_none_or(|answer| refuses(answer.parsed())) {
        let detail = said.unwrap_or("it closed the connection").to_owned();
        return Err(ImapError::Broken { verb: "greeting", detail });
    }
    Ok(client)
}

async fn start_tls(stream: TcpStream, options: &ImapOptions) -> Result<Client<Stream>> {
    let mut client = greeted(Either::Right(stream), options).await?;
    let refused = |detail: String| ImapError::StartTls { host: options.host.clone(), detail };
    if client.get_ref().is_logged_in() {
        // STARTTLS is for clients that are not logged in, and somebody in between may have sent PREAUTH (RFC 9051, 11.1).
        return Err(refused("its greeting is PREAUTH".into()));
    }
    let started = guarded(options.timeout, client.run_command_and_check_ok("STARTTLS", None)).await;
    match started.map_err(|trouble| trouble.of("STARTTLS", client.get_ref().said())) {
        Err(ImapError::Refused { detail, .. } | ImapError::Broken { detail, .. }) => {
            return Err(refused(detail));
        }
        other => other?,
    }
    // Plain text that the server sent beyond its answer is dropped with the old connection.
    match client.into_inner().into_inner() {
        Either::Right(stream) => {
            let stream = options.peer().secure(stream).await?;
            Ok(Client::new(Wire::new(Either::Left(stream))))
        }
        Either::Left(_) => Err(refused("the connection is encrypted already".into())),
    }
}

/// Logs in. A token uses AUTHENTICATE XOAUTH2. A password uses AUTHENTICATE PLAIN if the server offers it, because
/// PLAIN can carry any password; else LOGIN.
async fn log_in(mut client: Client<Stream>, options: &ImapOptions, proof: &Proof) -> Result<Session<Stream>> {
    let user = &options.login.user;
    let is_logged_in = client.get_ref().is_logged_in();
    let offered = if is_logged_in { Offered::default() } else { offered(&mut client, options).await? };
    let refused = |detail: String| {
        let (remedy, again) = match (proof, options.login.tokens()) {
            (Proof::Token(access), Some(tokens)) => (TOKEN, tokens.refused(access)),
            _ => (PASSWORD, false),
        };
        ImapError::Login { user: user.clone(), detail, remedy, again }
    };
    let response = InitialResponse(proof.initial_response(user));
    let refusal = "the server offers neither AUTHENTICATE PLAIN nor LOGIN";
    // The client, which comes back with an error, has the server's words.
    let result = guarded(options.timeout, async {
        let result = match proof {
            _ if is_logged_in => client.login("", "").await,
            Proof::Token(_) => client.authenticate("XOAUTH2", response).await,
            Proof::Password(_) if offered.plain => client.authenticate("PLAIN", response).await,
            Proof::Password(_) if offered.login_disabled => Err((Error::No(refusal.into()), client)),
            Proof::Password(password) => client.login(user, password.expose_secret()).await,
        };
        Ok::<_, Error>(
            result.map_err(|(error, client)| Trouble::Library(error).of("LOGIN", client.get_ref().said())),
        )
    });
    match result.await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(ImapError::Refused { detail, .. })) if !is_for_now(&detail) => Err(refused(detail)),
        Ok(Err(error)) => Err(error),
        Err(trouble) => Err(trouble.of("LOGIN", None)),
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
    let asked = client.run_command_and_check_ok("CAPABILITY", Some(sender));
    let asked = guarded(options.timeout, asked).await;
    match asked.map_err(|trouble| trouble.of("CAPABILITY", client.get_ref().said())) {
        Ok(()) | Err(ImapError::Refused { .. }) => {}
        Err(error) => return Err(error),
    }
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
