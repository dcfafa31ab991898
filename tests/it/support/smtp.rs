//! An SMTP server (RFC 5321) that keeps every mail it accepts, and misbehaves where a test tells it to.
//! It runs on threads of its own, so that any test can use it, async or not; TLS and AUTH are Dovecot's, see `dovecot`.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Duration,
};

/// Where in a mail's delivery a rule acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Instead of the greeting.
    Connect,
    /// At MAIL FROM.
    Mail,
    /// At RCPT TO.
    Rcpt,
    /// At DATA.
    Data,
    /// After the final dot.
    End,
}

/// What a rule does instead of accepting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Answers this line, such as `"451 4.3.0 try later"`.
    Reply(&'static str),
    /// Says nothing more, and keeps the line open.
    Hang,
    /// Closes the line without a word.
    Drop,
    /// At [`At::End`]: keeps the mail, then closes the line without a word.
    KeepAndDrop,
}

/// One departure from good behaviour; made by [`SmtpServer::on`].
#[derive(Debug, Clone)]
pub struct Rule {
    at: At,
    act: Act,
    to: Option<String>,
    times: usize,
}

impl Rule {
    /// Only for this recipient. (At [`At::Data`] and [`At::End`]: where it is one of them.)
    pub fn to(mut self, recipient: &str) -> Self {
        self.to = Some(recipient.into());
        self
    }

    /// Only this often; then the server behaves.
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }
}

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender; empty for `<>`.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The bytes, CRLF line ends as they came, dots unstuffed.
    pub data: Vec<u8>,
}

/// The server; it ends when dropped.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Extensions in the answer to EHLO.
    extensions: Vec<&'static str>,
    rules: Vec<Rule>,
    mails: Vec<Mail>,
    connections: usize,
    open: Vec<TcpStream>,
    /// Which run of the listener is valid; 0 when stopped.
    run: usize,
    runs: usize,
}

impl SmtpServer {
    /// A server on a free port that offers PIPELINING, 8BITMIME and SMTPUTF8, and accepts everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let state = State { extensions: vec!["PIPELINING", "8BITMIME", "SMTPUTF8"], ..State::default() };
        let server = Self { address: listener.local_addr().unwrap(), state: Arc::new(Mutex::new(state)) };
        server.listen(listener);
        server
    }
}
