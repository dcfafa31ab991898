//! An SMTP server (RFC 5321) that keeps every mail it accepts, and misbehaves where a test tells it to.
//! It runs on threads of its own, so that any test can use it, async or not; TLS and AUTH are Dovecot's, see `dovecot`.

mod session;

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use self::session::Session;
use super::wait::{LIMIT, wait_for};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers this line, such as `"451 4.3.0 try later"`; closes the line after a 421.
    Reply(&'static str),
    /// Says nothing more, and keeps the line open.
    Hang,
    /// At [`At::End`]: keeps the mail, then closes the line without a word.
    KeepAndDrop,
}

/// One departure from good behaviour: `At::Rcpt.does(Act::Reply("450 4.2.1 busy")).to("a@example.jp").times(1)`.
#[derive(Debug, Clone)]
pub struct Rule {
    at: At,
    act: Act,
    to: Option<String>,
    times: usize,
}

impl At {
    /// A rule that holds here, always and for everybody.
    pub fn does(self, act: Act) -> Rule {
        Rule { at: self, act, to: None, times: usize::MAX }
    }
}

impl Rule {
    /// Only for this recipient, from [`At::Rcpt`] on. (At [`At::Data`] and [`At::End`]: where it is one of them.)
    pub fn to(self, recipient: &str) -> Self {
        Self { to: Some(recipient.into()), ..self }
    }

    /// Only this often; then the server behaves.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    fn acts(&mut self, at: At, to: &[String]) -> bool {
        let meant = self.at == at && self.to.as_ref().is_none_or(|wanted| to.contains(wanted));
        if !meant || self.times == 0 {
            return false;
        }
        self.times -= 1;
        true
    }
}

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The envelope's sender; empty for `<>`.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The bytes, line ends as they came, dots unstuffed.
    pub data: Vec<u8>,
}

/// The server; it ends when dropped.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    listening: bool,
    rules: Vec<Rule>,
    mails: Vec<Accepted>,
    connections: usize,
    one_by_one: bool,
    takes_data_for_nobody: bool,
    /// Every connection, to break it.
    lines: Vec<TcpStream>,
}

impl State {
    /// What the first rule that fits wants done.
    fn rule(&mut self, at: At, to: &[String]) -> Option<Act> {
        self.rules.iter_mut().find_map(|rule| rule.acts(at, to).then_some(rule.act))
    }
}

impl SmtpServer {
    /// A server that offers PIPELINING, 8BITMIME and SMTPUTF8, and accepts everything.
    pub fn start() -> Self {
        let listener = bind_below_ephemeral();
        let address = listener.local_addr().unwrap();
        let state = State {
            listening: true,
            rules: Vec::new(),
            mails: Vec::new(),
            connections: 0,
            one_by_one: false,
            takes_data_for_nobody: false,
            lines: Vec::new(),
        };
        let server = Self { address, state: Arc::new(Mutex::new(state)) };
        server.listen(listener);
        server
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Adds a rule; the first added that fits is obeyed.
    pub fn on(&self, rule: Rule) {
        lock(&self.state).rules.push(rule);
    }

    /// Offers no PIPELINING, and breaks with whoever does not wait for each reply.
    pub fn one_by_one(&self) {
        lock(&self.state).one_by_one = true;
    }

    /// Takes DATA although nobody is to have it, which RFC 2920 allows.
    pub fn take_data_for_nobody(&self) {
        lock(&self.state).takes_data_for_nobody = true;
    }

    /// Everything accepted so far, in order.
    pub fn mails(&self) -> Vec<Accepted> {
        lock(&self.state).mails.clone()
    }

    /// Waits for this many mails, and returns them; fails the test if there are more.
    #[track_caller]
    pub fn wait_for_mails(&self, count: usize) -> Vec<Accepted> {
        let mails = wait_for(&format!("{count} mails"), LIMIT, || {
            let mails = self.mails();
            if mails.len() >= count { Ok(mails) } else { Err(format!("There were {}.", mails.len())) }
        });
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// Breaks every connection, and refuses new ones until [`SmtpServer::resume`].
    pub fn stop(&self) {
        if std::mem::replace(&mut lock(&self.state).listening, false) {
            // Wakes the listener, which closes its socket before this connection ends.
            let _ = TcpStream::connect(self.address).and_then(|line| io::copy(&mut &line, &mut io::sink()));
        }
        for line in lock(&self.state).lines.drain(..) {
            let _ = line.shutdown(Shutdown::Both);
        }
    }

    /// Listens again, on the same port.
    pub fn resume(&self) {
        lock(&self.state).listening = true;
        self.listen(TcpListener::bind(self.address).unwrap());
    }

    fn listen(&self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        thread::spawn(move || {
            while let Ok((line, _)) = listener.accept() {
                let mut now = lock(&state);
                if !now.listening {
                    drop(listener);
                    return;
                }
                now.connections += 1;
                now.lines.push(line.try_clone().unwrap());
                let session = Session::new(line, Arc::clone(&state));
                thread::spawn(move || session.serve());
            }
        });
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Below the kernel's ephemeral range (32768): a client that knocks while the server is stopped must not meet itself.
fn bind_below_ephemeral() -> TcpListener {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = || RandomState::new().build_hasher().finish();
    let port = || 10_000 + u16::try_from(random() % 5_000).unwrap();
    std::iter::repeat_with(|| TcpListener::bind((Ipv4Addr::LOCALHOST, port()))).find_map(Result::ok).unwrap()
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
