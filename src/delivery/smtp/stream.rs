//! The byte stream below lettre: ours, since lettre's own waits for the peer's delayed acknowledgement after each
//! mail (it writes the end of DATA by itself and leaves Nagle's algorithm on, some 40 ms a mail).

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
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

/// TCP, or TLS from the first byte.
#[derive(Debug)]
pub struct Stream(Either<TlsStream<TcpStream>, TcpStream>);

impl Stream {
    /// Connects, and secures with implicit TLS. With STARTTLS the connection is still plain.
    ///
    /// # Errors
    /// When the server cannot be reached, or not safely.
    pub async fn open(options: &SmtpOptions) -> Result<Self, NetError> {
        let stream = options.peer().connect().await?;
        Ok(Self(match options.tls {
            Tls::Implicit => Either::Left(options.peer().secure(stream).await?),
            Tls::Starttls | Tls::None => Either::Right(stream),
        }))
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.0 {
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
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
