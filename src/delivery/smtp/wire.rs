//! The byte stream under a session: writes commands and reads replies, each within its time limit. Does not
//! know what a reply means.

use std::{io, net::IpAddr, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use super::SmtpOptions;
use crate::{mail::RawReply, net::NetError, settings::Tls};

/// Bytes of a mail that one write sends. Each write has a time limit of its own (RFC 5321, 4.5.3.2.5).
const BLOCK: usize = 64 * 1024;
/// Bytes read for one line before the next piece is looked at. RFC 5321, 4.5.3.1.5 allows 512.
const LINE: u64 = 4 * 1024;

/// How long to wait, and the setting that says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub time: Duration,
    pub setting: &'static str,
}

pub(super) struct Wire {
    stream: BufReader<Either<TlsStream<TcpStream>, TcpStream>>,
    /// The last reply did not come to its end: no further reply can be read.
    broken: bool,
}

impl Wire {
    /// Connects, with TLS if it is implicit. With STARTTLS the connection is still in plain text.
    pub async fn open(options: &SmtpOptions) -> Result<Self, NetError> {
        let stream = options.peer().connect().await?;
        Ok(Self::new(match options.tls {
            Tls::Implicit => Either::Left(options.peer().secure(stream).await?),
            Tls::Starttls | Tls::None => Either::Right(stream),
        }))
    }

    fn new(stream: Either<TlsStream<TcpStream>, TcpStream>) -> Self {
        Self { stream: BufReader::new(stream), broken: false }
    }

    /// Continues in TLS, after the server's reply to STARTTLS.
    pub async fn secure(self, options: &SmtpOptions) -> Result<Self, String> {
        if self.has_unread() {
            // Somebody in between may have added it, to be taken for a reply inside TLS (RFC 3207, 5).
            return Err("the server sent more than its reply to STARTTLS".to_owned());
        }
        match self.stream.into_inner() {
            Either::Left(_) => Err("the connection uses TLS already".to_owned()),
            Either::Right(stream) => match options.peer().secure(stream).await {
                Ok(stream) => Ok(Self::new(Either::Left(stream))),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    /// This machine's address on the connection.
    pub fn local_address(&self) -> io::Result<IpAddr> {
        let address = match self.stream.get_ref() {
            Either::Left(stream) => stream.get_ref().0.local_addr(),
            Either::Right(stream) => stream.local_addr(),
        };
        Ok(address?.ip().to_canonical())
    }

    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether the server has sent more than the replies that were read.
    pub fn has_unread(&self) -> bool {
        !self.stream.buffer().is_empty()
    }

    pub async fn write(&mut self, bytes: &[u8], limit: Limit) -> Result<(), String> {
        for block in bytes.chunks(BLOCK) {
            within(limit, self.stream.write_all(block)).await?;
        }
        within(limit, self.stream.flush()).await
    }

    /// Reads a whole reply. A code that was read counts even if the connection ends in the middle of its text.
    pub async fn read(&mut self, limit: Limit) -> Result<RawReply, String> {
        let (mut reply, mut line) = (RawReply::default(), Vec::new());
        let ended = async {
            loop {
                if (&mut self.stream).take(LINE).read_until(b'\n', &mut line).await? == 0 {
                    return Err(io::Error::other("the server closed the connection"));
                }
                if reply.add(&line) {
                    return Ok(());
                }
                line.clear();
            }
        };
        let ended = within(limit, ended).await;
        if let Err(trouble) = ended {
            self.broken = true;
            // What came without a line end.
            reply.add(&line);
            if reply.code().is_none() {
                return Err(trouble);
            }
        }
        if reply.code().is_none() {
            self.broken = true;
            return Err(format!("a reply without a code: {}", reply.text()));
        }
        Ok(reply)
    }
}

async fn within<T>(limit: Limit, work: impl Future<Output = io::Result<T>>) -> Result<T, String> {
    match timeout(limit.time, work).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s; see {}", limit.time.as_secs(), limit.setting)),
    }
}
