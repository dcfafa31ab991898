//! An IMAP server (RFC 3501) with one user and a few messages, which misbehaves as a test says. Dovecot does the rest, see
//! `dovecot`. It knows the commands that the desk sends, and no more.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::desk::Desk;

/// What it sends for INTERNALDATE.
pub const DATE: &str = "\" 1-Jul-2025 09:30:00 +0900\"";

#[derive(Debug, Clone)]
pub struct ImapServer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
pub struct State {
    pub greeting: String,
    pub capabilities: String,
    pub uidvalidity: u32,
    /// Instead of one above the highest UID.
    pub uid_next: Option<u32>,
    pub messages: BTreeMap<u32, Vec<u8>>,
    /// UIDs that searches leave out.
    pub left_out: BTreeSet<u32>,
    pub folders: Vec<String>,
    /// More connections at a time get a BYE.
    pub most_connections: usize,
    /// Replaced in every line that the server sends: what, and by what.
    pub replaced: Vec<(String, String)>,
    /// Answers to commands that begin so, `{tag}` filled in; how often; an answer without text ends the connection.
    rules: Vec<(String, String, usize)>,
    open: usize,
    /// The commands so far, without tags.
    pub commands: Vec<String>,
}

impl ImapServer {
    /// A server for the mailbox of this desk, with these messages from UID 1 on.
    pub fn of(desk: &mut Desk, messages: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State {
            greeting: "* OK ready".into(),
            capabilities: "IMAP4rev1 IDLE MOVE UIDPLUS".into(),
            uidvalidity: 7,
            uid_next: None,
            messages: (1..).zip(messages.into_iter().map(Into::into)).collect(),
            left_out: BTreeSet::new(),
            folders: vec!["\"INBOX\"".into()],
            most_connections: usize::MAX,
            replaced: Vec::new(),
            rules: Vec::new(),
            open: 0,
            commands: Vec::new(),
        };
        let server = Self { state: Arc::new(Mutex::new(state)) };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(stream.unwrap()));
            }
        });
        desk.set("mailbox.port", port);
        server
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers commands that begin so with these lines instead.
    pub fn answers(&self, command: &str, answer: &str) -> &Self {
        self.answers_times(command, answer, usize::MAX)
    }

    pub fn answers_times(&self, command: &str, answer: &str, times: usize) -> &Self {
        self.state().rules.push((command.to_owned(), answer.to_owned(), times));
        self
    }

    pub fn replaces(&self, what: &str, by: &str) -> &Self {
        self.state().replaced.push((what.to_owned(), by.to_owned()));
        self
    }

    /// Forgets every rule.
    pub fn behaves(&self) {
        let mut state = self.state();
        state.rules.clear();
        state.replaced.clear();
        state.left_out.clear();
    }

    /// How many commands began so.
    pub fn count(&self, command: &str) -> usize {
        self.state().commands.iter().filter(|line| line.starts_with(command)).count()
    }

    fn serve(&self, stream: TcpStream) {
        let line = {
            let mut state = self.state();
            state.open += 1;
            let full = state.open > state.most_connections;
            if full { "* BYE Too many connections".into() } else { state.greeting.clone() }
        };
        let mut session = Session { server: self, stream, line_ends: true };
        session.send(&line);
        if !line.starts_with("* BYE") {
            session.run();
        }
        self.state().open -= 1;
    }
}

struct Session<'a> {
    server: &'a ImapServer,
    stream: TcpStream,
    line_ends: bool,
}

impl Session<'_> {
    fn run(&mut self) {
        let mut lines = BufReader::new(self.stream.try_clone().unwrap());
        let mut line = String::new();
        while self.line_ends && lines.read_line(&mut line).is_ok_and(|length| length > 0) {
            if let Some((tag, command)) = line.trim_end().split_once(' ') {
                self.answer(tag, command, &mut lines);
            }
            line.clear();
        }
    }

    fn answer(&mut self, tag: &str, command: &str, lines: &mut impl BufRead) {
        let ruled = {
            let mut state = self.server.state();
            state.commands.push(command.to_owned());
            let rule =
                state.rules.iter_mut().find(|(begin, _, times)| command.starts_with(begin) && *times > 0);
            rule.map(|(_, answer, times)| {
                *times -= 1;
                answer.replace("{tag}", tag)
            })
        };
        if let Some(answer) = ruled {
            self.line_ends = !(answer.is_empty() || answer.contains("* BYE"));
            return answer.lines().for_each(|line| self.send(line));
        }
        let words: Vec<&str> = command.split(' ').collect();
        match words[..] {
            ["CAPABILITY"] => {
                let capabilities = self.server.state().capabilities.clone();
                self.send(&format!("* CAPABILITY {capabilities}"));
            }
            ["SELECT" | "EXAMINE", ..] => self.select(),
            ["UID", "SEARCH", ..] => self.search(command.trim_start_matches("UID SEARCH ")),
            ["UID", "FETCH", set, ..] => self.fetch(set, command),
            ["UID", "MOVE", set, ..] => {
                let mut state = self.server.state();
                uids(set, &state).iter().for_each(|uid| drop(state.messages.remove(uid)));
            }
            ["LIST", ..] => {
                let folders = self.server.state().folders.clone();
                for folder in folders.iter().filter(|folder| command.ends_with(*folder)) {
                    self.send(&format!("* LIST () \"/\" {folder}"));
                }
            }
            ["CREATE", ..] => {
                let name = command.trim_start_matches("CREATE ").to_owned();
                self.server.state().folders.push(name);
            }
            ["IDLE"] => {
                self.send("+ idling");
                self.idle(lines);
            }
            ["LOGOUT"] => self.line_ends = false,
            _ => {}
        }
        self.send(&format!("{tag} OK done"));
    }

    fn select(&mut self) {
        let (exists, validity, next) = {
            let state = self.server.state();
            let above = state.messages.last_key_value().map_or(1, |(uid, _)| uid + 1);
            (state.messages.len(), state.uidvalidity, state.uid_next.unwrap_or(above))
        };
        self.send(&format!("* {exists} EXISTS"));
        self.send(&format!("* OK [UIDVALIDITY {validity}] valid"));
        self.send(&format!("* OK [UIDNEXT {next}] next"));
    }

    fn search(&mut self, query: &str) {
        let found: Vec<String> = {
            let state = self.server.state();
            let found = uids(query.strip_prefix("UID ").unwrap_or("1:*"), &state);
            found.difference(&state.left_out).map(u32::to_string).collect()
        };
        self.send(&format!("* SEARCH {}", found.join(" ")));
    }

    fn fetch(&mut self, set: &str, command: &str) {
        let messages: Vec<(usize, u32, Vec<u8>)> = {
            let state = self.server.state();
            let wanted = uids(set, &state);
            let numbered = state.messages.iter().enumerate();
            let wanted = numbered.filter(|(_, (uid, _))| wanted.contains(uid));
            wanted.map(|(nth, (uid, bytes))| (nth + 1, *uid, bytes.clone())).collect()
        };
        for (nth, uid, bytes) in messages {
            let size = bytes.len();
            if !command.contains("BODY") {
                let date = if command.contains("INTERNALDATE") {
                    format!(" INTERNALDATE {DATE}")
                } else {
                    String::new()
                };
                self.send(&format!("* {nth} FETCH (UID {uid} RFC822.SIZE {size}{date})"));
                continue;
            }
            let header = command.contains("HEADER");
            let end = bytes.windows(2).position(|part| part == b"\n\n").map_or(size, |at| at + 2);
            let (section, bytes) = if header { ("HEADER", &bytes[..end]) } else { ("", &bytes[..]) };
            self.send(&format!("* {nth} FETCH (UID {uid} BODY[{section}] {{{}}}", bytes.len()));
            let _ = self.stream.write_all(bytes);
            self.send(")");
        }
    }

    /// Reports new messages until DONE.
    fn idle(&mut self, lines: &mut impl BufRead) {
        let (stream, state) = (self.stream.try_clone().unwrap(), Arc::clone(&self.server.state));
        let before = self.server.state().messages.len();
        let done = Arc::new(());
        let idling = Arc::downgrade(&done);
        thread::spawn(move || {
            let mut stream = stream;
            while idling.upgrade().is_some() {
                let now = state.lock().unwrap_or_else(PoisonError::into_inner).messages.len();
                if now > before {
                    let _ = stream.write_all(format!("* {now} EXISTS\r\n").as_bytes());
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        let _ = lines.read_line(&mut String::new());
    }

    fn send(&mut self, line: &str) {
        let mut line = line.to_owned();
        for (what, by) in &self.server.state().replaced {
            line = line.replace(what, by);
        }
        // The client may be gone.
        let _ = self.stream.write_all((line + "\r\n").as_bytes());
    }
}

/// The UIDs of a sequence set that exist.
fn uids(set: &str, state: &State) -> BTreeSet<u32> {
    let last = state.messages.last_key_value().map_or(0, |(uid, _)| *uid);
    let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
    let runs = set.split(',').flat_map(|run| {
        let (first, last) = run.split_once(':').unwrap_or((run, run));
        let (first, last) = (number(first), number(last));
        first.min(last)..=first.max(last)
    });
    runs.filter(|uid| state.messages.contains_key(uid)).collect()
}
