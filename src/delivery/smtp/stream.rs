//! The byte stream under lettre. lettre writes the end of DATA separately; on its own stream, Nagle's algorithm would
//! delay that write until the peer's delayed ACK, some 40 ms per mail. This stream collects writes until the next read.

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

/// Limit of buffered bytes.
const BUFFER_SIZE: usize = 16 * 1024;

/// A TCP or implicit-TLS connection with a write buffer.
#[derive(Debug)]
pub struct Stream {
    connection: Either<TlsStream<TcpStream>, TcpStream>,
    /// Bytes written by lettre and not yet sent.
    buffer: Vec<u8>,
    /// Whether lettre has written anything since the last flush, so that the next read must flush first.
    dirty: bool,
}

impl Stream {
    /// Connects, with TLS if it is implicit. With STARTTLS the connection is still in plain text.
    pub async fn open(options: &SmtpOptions) -> Result<Self, NetError> {
        let stream = options.peer().connect().await?;
        let connection = match options.tls {
            Tls::Implicit => Either::Left(options.peer().secure(stream).await?),
            Tls::Starttls | Tls::None => Either::Right(stream),
        };
        Ok(Self { connection, buffer: Vec::new(), dirty: false })
    }

    /// Sends the buffered bytes and flushes the connection.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut connection = Pin::new(&mut self.connection);
        while !self.buffer.is_empty() {
            let written = ready!(connection.as_mut().poll_write(cx, &self.buffer))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.buffer.drain(..written);
        }
        ready!(connection.poll_flush(cx))?;
        self.dirty = false;
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
        if self.dirty {
            ready!(self.poll_send(cx))?;
        }
        Pin::new(&mut self.connection).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let fits = self.buffer.len() + buf.len() <= BUFFER_SIZE;
        if !fits {
            ready!(self.poll_send(cx))?;
        }
        self.dirty = true;
        if fits {
            self.buffer.extend_from_slice(buf);
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.connection).poll_write(cx, buf)
    }

    /// Does nothing: after its commands lettre reads the reply, and that read sends the buffer.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}
