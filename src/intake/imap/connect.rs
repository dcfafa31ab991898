//! From a host name to a session that is logged in: TCP, TLS, capabilities, login. A refused STARTTLS is an
//! error and never plain text.

use async_imap::{
    Authenticator, Client, Session,
    imap_proto::{Capability, Response},
    types::UnsolicitedResponse,
};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio_util::either::Either;

use super::{ImapError, ImapOptions, ImapSession, Result, Stream, limited, verb};
use crate::settings::{After, Tls};

/// What the server can do, as far as it matters here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Capabilities {
    /// RFC 2177.
    pub idle: bool,
    /// RFC 6851.
    pub r#move: bool,
    /// RFC 4315: UID EXPUNGE.
    pub uidplus: bool,
}

impl ImapSession {
    /// Connects and logs in.
    ///
    /// # Errors
    /// Each step has its own error with its remedy.
    pub async fn connect(options: &ImapOptions) -> Result<Self> {
        let stream = options.peer().connect().await?;
        let client = match options.tls {
            Tls::Implicit => greeted(Either::Left(options.peer().secure(stream).await?), options).await?,
            Tls::None => greeted(Either::Right(stream), options).await?,
            Tls::Starttls => start_tls(stream, options).await?,
        };
        let mut session = log_in(client, options).await?;
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
            listed: std::collections::VecDeque::new(),
        };
        session.open_folder().await?;
        if options.after == After::Move {
            session.make_folders().await?;
        }
        Ok(session)
    }
}

/// Reads the server's greeting.
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

/// AUTHENTICATE PLAIN where it is offered (it carries any password), else LOGIN.
async fn log_in(mut client: Client<Stream>, options: &ImapOptions) -> Result<Session<Stream>> {
    let (user, password) = (&options.credentials.user, options.credentials.password.expose_secret());
    let offered = offered(&mut client, options).await?;
    let refused = |detail: String| ImapError::Login { user: user.clone(), detail };
    let result = tokio::time::timeout(options.timeout, async {
        if offered.plain {
            let plain = Plain(format!("\0{user}\0{password}"));
            client.authenticate("PLAIN", plain).await.map_err(|(error, _)| error)
        } else if offered.login_disabled {
            Err(async_imap::error::Error::No("the server offers neither AUTHENTICATE PLAIN nor LOGIN".into()))
        } else {
            client.login(user, password).await.map_err(|(error, _)| error)
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

/// What the server offers before the login. The library asks only after it, but passes on what it does not expect.
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

/// RFC 4616.
struct Plain(String);

impl Authenticator for Plain {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        std::mem::take(&mut self.0)
    }
}
