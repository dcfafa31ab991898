//! The byte stream below lettre: ours, since lettre writes the end of DATA by itself, and on its own stream waits for the peer's
//! delayed acknowledgement of what was before it (Nagle's algorithm, some 40 ms a mail). Here what is written leaves together,
//! as soon as a reply is waited for.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use super::SmtpOptions;
use crate::{net::NetError, settings::Tls};

/// Most bytes that wait for a read.
const HELD: usize = 16 * 1024;

/// TCP, or TLS from the first byte.
#[derive(Debug)]
pub struct Stream {
    connection: Either<TlsStream<TcpStream>, TcpStream>,
    /// What is written and has not left.
    held: Vec<u8>,
    /// Whether anything was written since the last reply was waited for.
    asked: bool,
}

impl Stream {
    /// Connects, and secures with implicit TLS. With STARTTLS the connection is still plain.
    ///
    /// # Errors
    /// When the server cannot be reached, or not safely.
    pub async fn open(options: &SmtpOptions) -> Result<Self, NetError> {
        let stream = options.peer().connect().await?;
        let connection = match options.tls {
            Tls::Implicit => Either::Left(options.peer().secure(stream).await?),
            Tls::Starttls | Tls::None => Either::Right(stream),
        };
        Ok(Self { connection, held: Vec::new(), asked: false })
    }

    /// Lets go what is held.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut connection = Pin::new(&mut self.connection);
        while !self.held.is_empty() {
            let written = ready!(connection.as_mut().poll_write(cx, &self.held))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.held.drain(..written);
        }
        ready!(connection.poll_flush(cx))?;
        self.asked = false;
        Poll::Ready(Ok(()))
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.connection {
            Either::Left(stream) => stream.get_ref().0.peer_addr(),
            Either::Right(stream) => stream.peer_addr(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.asked {
            ready!(self.poll_release(cx))?;
        }
        Pin::new(&mut self.connection).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let is_held = self.held.len() + buf.len() <= HELD;
        if !is_held {
            ready!(self.poll_release(cx))?;
        }
        self.asked = true;
        if is_held {
            self.held.extend_from_slice(buf);
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.connection).poll_write(cx, buf)
    }

    /// Who has asked waits for a reply, and a read lets go what is held.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}
