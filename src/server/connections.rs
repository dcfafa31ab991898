//! The connections of the health endpoint: few at a time, each for a short time. So no client can take the file
//! descriptors that the desk needs for mail, and idle clients do not keep a health check out.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{Timeout, timeout},
};

/// Connections at a time. A new one takes the place of the oldest.
const CONNECTIONS: usize = 32;
/// Longest time from the connection to the end of the response. The slowest response waits ten seconds for the database.
const LIFETIME: Duration = Duration::from_secs(15);

/// A listener with these limits.
pub(super) struct Limited {
    listener: TcpListener,
    places: Arc<Semaphore>,
    /// Of the open connections, oldest first. Dropping one ends its connection.
    open: VecDeque<oneshot::Sender<()>>,
}

impl Limited {
    pub fn new(listener: TcpListener) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(CONNECTIONS)), open: VecDeque::new() }
    }

    /// A place, if necessary that of the oldest connection, which closes first.
    async fn place(&mut self) -> Option<OwnedSemaphorePermit> {
        self.open.retain(|connection| !connection.is_closed());
        if self.places.available_permits() == 0 {
            self.open.pop_front();
        }
        Arc::clone(&self.places).acquire_owned().await.ok()
    }
}

impl Listener for Limited {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let place = self.place().await;
        let (open, ended) = oneshot::channel();
        self.open.push_back(open);
        (Connection { stream, end: Box::pin(timeout(LIFETIME, ended)), _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that fails after [`LIFETIME`], or when its place is needed.
pub(super) struct Connection {
    stream: TcpStream,
    end: Pin<Box<Timeout<oneshot::Receiver<()>>>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    fn alive(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut TcpStream>> {
        match self.end.as_mut().poll(cx) {
            Poll::Pending => Ok(Pin::new(&mut self.stream)),
            Poll::Ready(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.alive(cx)?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.alive(cx)?.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive(cx)?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
