//! An SMTP server (RFC 5321) that keeps every mail it accepts, and misbehaves by the rules of a test. It has neither TLS
//! nor AUTH; Dovecot does these, see `dovecot`.

mod session;

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use self::session::Session;
use super::wait::{LIMIT, wait_for};

/// The point in a session at which a rule acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Instead of the greeting.
    Connect,
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    /// After the final dot.
    End,
}

/// The action of a rule, instead of accepting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Replies with this line, such as `"451 4.3.0 try later"`; closes the connection after a 421.
    Reply(&'static str),
    /// Never replies, and keeps the connection open.
    Hang,
    /// At [`At::End`]: keeps the mail, then closes the connection without a reply.
    KeepAndDrop,
    /// At [`At::End`]: keeps the mail, then sends these bytes as they are.
    KeepAndSay(&'static [u8]),
    /// At [`At::End`]: keeps the mail, and accepts it only after this time.
    KeepLate(Duration),
    /// Accepts, and sends these bytes as they are.
    Say(&'static [u8]),
}

/// For example `At::Rcpt.does(Act::Reply("450 4.2.1 busy")).to("a@example.jp").times(1)`.
#[derive(Debug, Clone)]
pub struct Rule {
    at: At,
    act: Act,
    to: Option<String>,
    times: usize,
}

impl At {
    /// A rule for every mail, until [`Rule::to`] or [`Rule::times`] limits it.
    pub fn does(self, act: Act) -> Rule {
        Rule { at: self, act, to: None, times: usize::MAX }
    }
}

impl Rule {
    /// Only for this recipient, from [`At::Rcpt`] on; at [`At::Data`] and [`At::End`] if it is one of several.
    pub fn to(self, recipient: &str) -> Self {
        Self { to: Some(recipient.into()), ..self }
    }

    /// Only this often; then the rule is used up.
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The envelope sender; empty for `<>`.
    pub from: String,
    /// The envelope recipients.
    pub to: Vec<String>,
    /// The bytes with their line ends, without dot-stuffing.
    pub data: Vec<u8>,
}

/// It ends when dropped.
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
    /// The name in each EHLO and HELO.
    names: Vec<String>,
    one_by_one: bool,
    takes_data_for_nobody: bool,
    /// Kept to break them.
    lines: Vec<TcpStream>,
}

impl State {
    /// The action of the first rule that fits.
    fn rule(&mut self, at: At, to: &[String]) -> Option<Act> {
        self.rules.iter_mut().find_map(|rule| rule.acts(at, to).then_some(rule.act))
    }
}

impl SmtpServer {
    /// It offers PIPELINING, 8BITMIME and SMTPUTF8, and accepts everything.
    pub fn start() -> Self {
        let listener = bind_below_ephemeral();
        let address = listener.local_addr().unwrap();
        let state = State {
            listening: true,
            rules: Vec::new(),
            mails: Vec::new(),
            connections: 0,
            names: Vec::new(),
            one_by_one: false,
            takes_data_for_nobody: false,
            lines: Vec::new(),
        };
        let server = Self { address, state: Arc::new(Mutex::new(state)) };
        server.listen(listener);
        server
    }

    /// On 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Adds a rule. Of those that fit, the first added applies.
    pub fn on(&self, rule: Rule) {
        lock(&self.state).rules.push(rule);
    }

    /// Offers no PIPELINING, and disconnects clients that do not wait for each reply.
    pub fn one_by_one(&self) {
        lock(&self.state).one_by_one = true;
    }

    /// Accepts DATA without recipients, which RFC 2920 allows.
    pub fn take_data_for_nobody(&self) {
        lock(&self.state).takes_data_for_nobody = true;
    }

    /// All mails accepted so far, in order.
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

    /// From now on no rule applies.
    pub fn behave(&self) {
        lock(&self.state).rules.clear();
    }

    /// The names that clients said in EHLO and HELO, in order.
    pub fn names(&self) -> Vec<String> {
        lock(&self.state).names.clone()
    }

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

    /// On the same port.
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

/// Below the kernel's ephemeral range (32768): while the server is stopped, a client with a port from that range could
/// connect to itself.
fn bind_below_ephemeral() -> TcpListener {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = || RandomState::new().build_hasher().finish();
    let port = || 10_000 + u16::try_from(random() % 5_000).unwrap();
    std::iter::repeat_with(|| TcpListener::bind((Ipv4Addr::LOCALHOST, port()))).find_map(Result::ok).unwrap()
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
