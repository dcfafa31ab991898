//! One connection to the scripted SMTP server. Before each reply it looks for a rule that fits.

use std::{
    io::{self, BufRead, BufReader, ErrorKind, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use super::{Accepted, Act, At, State, lock};

/// A connection and its current mail.
pub(super) struct Session {
    reader: BufReader<TcpStream>,
    line: TcpStream,
    state: Arc<Mutex<State>>,
    /// Set once MAIL was accepted.
    from: Option<String>,
    to: Vec<String>,
}

impl Session {
    pub(super) fn new(line: TcpStream, state: Arc<Mutex<State>>) -> Self {
        let reader = BufReader::new(line.try_clone().unwrap());
        Self { reader, line, state, from: None, to: Vec::new() }
    }

    pub(super) fn serve(mut self) {
        // An error means that the client or a rule closed the connection.
        let _ = self.greet();
        let _ = self.line.shutdown(std::net::Shutdown::Both);
    }

    fn greet(&mut self) -> io::Result<()> {
        self.accepts(At::Connect, &[], "220 localhost ESMTP")?;
        let mut command = Vec::new();
        while self.reader.read_until(b'\n', &mut command)? > 0 {
            let text = String::from_utf8_lossy(&command).trim_end().to_owned();
            // Without PIPELINING a client must wait for each reply (RFC 2920, 3.1).
            if lock(&self.state).one_by_one && !self.reader.buffer().is_empty() {
                return self.reply("421 4.7.0 one after the other, please");
            }
            self.obey(&text)?;
            command.clear();
        }
        Ok(())
    }

    fn obey(&mut self, command: &str) -> io::Result<()> {
        let verb = command.get(..4).unwrap_or(command).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" | "HELO" => {
                lock(&self.state).names.push(command.get(5..).unwrap_or_default().to_owned());
                if verb == "EHLO" {
                    self.ehlo()
                } else {
                    self.accepts(At::Helo, &[], "250 localhost").map(drop)
                }
            }
            "MAIL" => {
                self.forget();
                if self.accepts(At::Mail, &[], "250 2.1.0 ok")? {
                    self.from = Some(path(command));
                }
                Ok(())
            }
            "RCPT" if self.from.is_none() => self.reply("503 5.5.1 no sender"),
            "RCPT" => {
                let recipient = path(command);
                if self.accepts(At::Rcpt, std::slice::from_ref(&recipient), "250 2.1.5 ok")? {
                    self.to.push(recipient);
                }
                Ok(())
            }
            "DATA" => self.data(),
            "RSET" => {
                self.forget();
                self.reply("250 2.0.0 ok")
            }
            "NOOP" => self.reply("250 localhost"),
            "QUIT" => {
                self.reply("221 2.0.0 bye")?;
                Err(ErrorKind::ConnectionAborted.into())
            }
            _ => self.reply("500 5.5.1 no such command"),
        }
    }

    fn ehlo(&mut self) -> io::Result<()> {
        let one_by_one = lock(&self.state).one_by_one;
        let pipelining = if one_by_one { "" } else { "250-PIPELINING\r\n" };
        let offers =
            format!("250-localhost\r\n{pipelining}250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES");
        self.accepts(At::Ehlo, &[], &offers).map(drop)
    }

    fn data(&mut self) -> io::Result<()> {
        let to = self.to.clone();
        if to.is_empty() && !lock(&self.state).takes_data_for_nobody {
            return self.reply("503 5.5.1 no recipients");
        }
        if !self.accepts(At::Data, &to, "354 go on")? {
            return Ok(());
        }
        let data = self.read_data()?;
        let mail = Accepted { from: self.from.take().unwrap_or_default(), to: to.clone(), data };
        self.forget();
        let rule = lock(&self.state).rule(At::End, &to);
        if matches!(rule, None | Some(Act::KeepAndDrop | Act::KeepAndSay(_) | Act::KeepLate(_))) {
            lock(&self.state).mails.push(mail);
        }
        match rule {
            Some(act) => self.act(act),
            None => self.reply("250 2.0.0 kept"),
        }
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn read_data(&mut self) -> io::Result<Vec<u8>> {
        let (mut data, mut line) = (Vec::new(), Vec::new());
        loop {
            line.clear();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok(data);
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    /// Sends this reply, or applies the rule that fits. Returns whether the command was accepted.
    fn accepts(&mut self, at: At, to: &[String], reply: &str) -> io::Result<bool> {
        let rule = lock(&self.state).rule(at, to);
        match rule {
            None => self.reply(reply).map(|()| true),
            Some(act) => self.act(act).map(|()| matches!(act, Act::Say(_))),
        }
    }

    fn act(&mut self, act: Act) -> io::Result<()> {
        match act {
            Act::Reply(line) => {
                self.reply(line)?;
                if line.starts_with("421") { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
            }
            Act::Hang => io::copy(&mut self.reader, &mut io::sink()).map(|_| ()),
            Act::Say(bytes) | Act::KeepAndSay(bytes) => self.line.write_all(bytes),
            Act::KeepLate(time) => {
                std::thread::sleep(time);
                self.reply("250 2.0.0 kept")
            }
            Act::KeepAndDrop => Err(ErrorKind::ConnectionAborted.into()),
        }
    }

    fn reply(&mut self, line: &str) -> io::Result<()> {
        self.line.write_all(format!("{line}\r\n").as_bytes())
    }
}

/// The address in `MAIL FROM:<…>` and `RCPT TO:<…>`.
fn path(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
