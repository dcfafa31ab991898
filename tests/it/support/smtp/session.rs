//! One connection to the scripted SMTP server: commands in, replies out, rules asked before each.

use std::{
    io::{self, BufRead, BufReader, ErrorKind, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use super::{Act, At, Mail, State, lock};

/// A connection and the mail that is under way on it.
pub(super) struct Session {
    reader: BufReader<TcpStream>,
    line: TcpStream,
    state: Arc<Mutex<State>>,
    from: String,
    to: Vec<String>,
}

impl Session {
    pub(super) fn new(line: TcpStream, state: Arc<Mutex<State>>) -> Self {
        let reader = BufReader::new(line.try_clone().unwrap());
        Self { reader, line, state, from: String::new(), to: Vec::new() }
    }

    /// Serves until either side closes.
    pub(super) fn serve(mut self) {
        // An error is the client's going, or a rule's dropping the line.
        let _ = self.greet();
        let _ = self.line.shutdown(std::net::Shutdown::Both);
    }

    fn greet(&mut self) -> io::Result<()> {
        if !self.misbehave(At::Connect, &[])? {
            self.reply("220 localhost ESMTP")?;
        }
        let mut command = Vec::new();
        while self.reader.read_until(b'\n', &mut command)? > 0 {
            let text = String::from_utf8_lossy(&command).trim_end().to_owned();
            self.obey(&text)?;
            command.clear();
        }
        Ok(())
    }

    fn obey(&mut self, command: &str) -> io::Result<()> {
        let verb = command.get(..4).unwrap_or(command).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => self.ehlo(),
            "MAIL" => {
                if self.misbehave(At::Mail, &[])? {
                    return Ok(());
                }
                self.from = path(command);
                self.to.clear();
                self.reply("250 2.1.0 ok")
            }
            "RCPT" => {
                let recipient = path(command);
                if self.misbehave(At::Rcpt, std::slice::from_ref(&recipient))? {
                    return Ok(());
                }
                self.to.push(recipient);
                self.reply("250 2.1.5 ok")
            }
            "DATA" => self.data(),
            "RSET" => {
                self.to.clear();
                self.reply("250 2.0.0 ok")
            }
            "HELO" | "NOOP" => self.reply("250 localhost"),
            "QUIT" => {
                self.reply("221 2.0.0 bye")?;
                Err(ErrorKind::ConnectionAborted.into())
            }
            _ => self.reply("500 5.5.1 no such command"),
        }
    }

    fn ehlo(&mut self) -> io::Result<()> {
        self.reply(
            "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES",
        )
    }

    fn data(&mut self) -> io::Result<()> {
        let to = self.to.clone();
        if to.is_empty() {
            return self.reply("503 5.5.1 no recipients");
        }
        if self.misbehave(At::Data, &to)? {
            return Ok(());
        }
        self.reply("354 go on")?;
        let data = self.read_data()?;
        self.to.clear();
        let mail = Mail { from: self.from.clone(), to: to.clone(), data };
        let rule = lock(&self.state).rule(At::End, &to);
        if matches!(rule, None | Some(Act::KeepAndDrop)) {
            lock(&self.state).mails.push(mail);
        }
        match rule {
            Some(act) => self.act(act),
            None => self.reply("250 2.0.0 kept"),
        }
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

    /// Obeys the rule that fits, if one does.
    fn misbehave(&mut self, at: At, to: &[String]) -> io::Result<bool> {
        let rule = lock(&self.state).rule(at, to);
        match rule {
            Some(act) => self.act(act).map(|()| true),
            None => Ok(false),
        }
    }

    fn act(&mut self, act: Act) -> io::Result<()> {
        match act {
            Act::Reply(line) => {
                self.reply(line)?;
                if line.starts_with("421") { Err(ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
            }
            Act::Hang => io::copy(&mut self.reader, &mut io::sink()).map(|_| ()),
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
