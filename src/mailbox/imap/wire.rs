//! The connection to an IMAP server, as the parser of `async_imap` sees it: `mend` mends its lines, and the words of a refusal are
//! kept. Literals, which hold the mails, pass through unread.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use async_imap::imap_proto::Response;
use memchr::memchr;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::mend::{Kind, announce, continuation, is_needed, kind, literal, mended, spaced, words};

/// Longest line in bytes. A search that finds some five million messages stays below it.
const LONGEST_LINE: usize = 64 * 1024 * 1024;
const CHUNK: usize = 8 * 1024;

/// A connection to an IMAP server, between the socket and the parser.
pub struct Wire<S> {
    inner: S,
    /// Bytes from the server that are not mended yet.
    input: Vec<u8>,
    /// The first bytes of `input` that hold no line end.
    searched: usize,
    /// Mended bytes for the parser, and how many of them it has taken.
    ready: Vec<u8>,
    taken: usize,
    /// Bytes of a literal that have not passed yet.
    literal: usize,
    /// The next line continues a response, after a literal.
    continues: bool,
    said: Option<String>,
    /// The greeting was PREAUTH.
    logged_in: bool,
    /// The beginning of a LOGIN that does not leave.
    login: Vec<u8>,
}

impl<S> Wire<S> {
    pub(super) fn new(inner: S) -> Self {
        Self {
            inner,
            input: Vec::new(),
            searched: 0,
            ready: Vec::new(),
            taken: 0,
            literal: 0,
            continues: false,
            said: None,
            logged_in: false,
            login: Vec::new(),
        }
    }

    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// The text of the last NO, BAD or BYE since the client sent its last command.
    pub(super) fn said(&self) -> Option<&str> {
        self.said.as_deref()
    }

    /// Whether the server greeted the client as one that is logged in (RFC 9051, 7.1.4).
    pub(super) fn is_logged_in(&self) -> bool {
        self.logged_in
    }

    /// Replies to a LOGIN after PREAUTH, which the server would refuse. `async_imap` has no other way to its commands.
    fn reply_to_login(&mut self, bytes: &[u8]) {
        self.login.extend_from_slice(bytes);
        if self.login.ends_with(b"\r\n") {
            let login = std::mem::take(&mut self.login);
            self.ready.extend(login.split(|byte| *byte == b' ').next().unwrap_or_default());
            self.ready.extend_from_slice(b" OK logged in before\r\n");
            self.logged_in = false;
        }
    }

    fn take_line(&mut self, mut line: Vec<u8>) {
        if !line.ends_with(b"\r\n") {
            line.pop();
            line.extend(b"\r\n");
        }
        let begins = !std::mem::take(&mut self.continues);
        match if begins { kind(&line) } else { Kind::Data } {
            Kind::Continuation => self.ready.extend(continuation(&line)),
            Kind::Status { refusal, text } => {
                if let Some(words) = refusal.then(|| words(&line[text..])).filter(|words| !words.is_empty()) {
                    self.said = Some(words);
                }
                self.logged_in |= line[..text].eq_ignore_ascii_case(b"* PREAUTH");
                self.ready.extend(spaced(line, text));
            }
            Kind::Data => {
                let mut line = mended(line);
                if let Some(size) = literal(&line) {
                    (self.literal, self.continues) = (size, true);
                    announce(&mut line, size);
                } else if begins && !is_needed(&line) && Response::parse(&line).is_err() {
                    // A client must accept any response at any time (RFC 9051, 2.2.2).
                    return;
                }
                self.ready.extend(line);
            }
        }
    }
}

impl<S: AsyncRead + Unpin> Wire<S> {
    /// Reads bytes of a literal straight into the parser's buffer.
    fn poll_literal(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = self.literal.min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(most));
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut part))?;
        let count = part.filled().len();
        buf.advance(count);
        self.literal -= count;
        Poll::Ready(Ok(()))
    }

    /// Reads more input. At its end, an unfinished line is ready as it is.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.input.len() > LONGEST_LINE {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long")));
        }
        let mut chunk = [0; CHUNK];
        let mut chunk = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut chunk))?;
        if chunk.filled().is_empty() {
            self.ready.append(&mut self.input);
            self.searched = 0;
        }
        self.input.extend_from_slice(chunk.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        loop {
            if wire.taken < wire.ready.len() {
                let count = buf.remaining().min(wire.ready.len() - wire.taken);
                buf.put_slice(&wire.ready[wire.taken..wire.taken + count]);
                wire.taken += count;
                return Poll::Ready(Ok(()));
            }
            wire.ready.clear();
            wire.taken = 0;
            if wire.literal > 0 {
                if wire.input.is_empty() {
                    return wire.poll_literal(cx, buf);
                }
                let count = wire.literal.min(buf.remaining()).min(wire.input.len());
                buf.put_slice(&wire.input[..count]);
                wire.input.drain(..count);
                wire.literal -= count;
                return Poll::Ready(Ok(()));
            }
            while wire.literal == 0
                && let Some(at) = memchr(b'\n', &wire.input[wire.searched..])
            {
                let line = wire.input.drain(..=wire.searched + at).collect();
                wire.searched = 0;
                wire.take_line(line);
            }
            if wire.literal > 0 || !wire.ready.is_empty() {
                continue;
            }
            wire.searched = wire.input.len();
            ready!(wire.poll_input(cx))?;
            if wire.ready.is_empty() && wire.input.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.said = None;
        if self.logged_in {
            self.reply_to_login(buf);
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Without the buffers, which may hold mails.
impl<S> fmt::Debug for Wire<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use async_imap::imap_proto::Response;
    use tokio::io::AsyncReadExt as _;

    use super::Wire;

    async fn read(bytes: &[u8], at_once: usize) -> (Vec<u8>, Option<String>) {
        let source = in_pieces(bytes, at_once);
        let mut wire = Wire::new(source);
        let mut mended = Vec::new();
        wire.read_to_end(&mut mended).await.unwrap();
        (mended, wire.said().map(str::to_owned))
    }

    /// Gives a few bytes a read.
    fn in_pieces(bytes: &[u8], at_once: usize) -> tokio::io::DuplexStream {
        let (mut server, client) = tokio::io::duplex(at_once);
        let bytes = bytes.to_vec();
        tokio::spawn(async move { tokio::io::AsyncWriteExt::write_all(&mut server, &bytes).await });
        client
    }

    #[tokio::test]
    async fn answers_are_mended_for_the_parser() {
        for (name, input, expected) in [
            ("plain", "* 3 EXISTS\r\n", "* 3 EXISTS\r\n"),
            ("bare line feed", "* 3 EXISTS\n", "* 3 EXISTS\r\n"),
            (
                "blanks among capabilities",
                "* CAPABILITY  IMAP4rev1  IDLE \r\n",
                "* CAPABILITY IMAP4rev1 IDLE\r\n",
            ),
            ("no IMAP4rev1", "* CAPABILITY IDLE\r\n", "* CAPABILITY IMAP4rev1 IDLE\r\n"),
            ("lower case", "* capability imap4rev1 idle\r\n", "* CAPABILITY IMAP4rev1 idle\r\n"),
            (
                "a capability that is no atom",
                "* CAPABILITY X=\"a\" MOVE\r\n",
                "* CAPABILITY IMAP4rev1 MOVE\r\n",
            ),
            ("no date", "* 1 FETCH (UID 4 INTERNALDATE NIL)\r\n", "* 1 FETCH (UID 4 INTERNALDATE \"\")\r\n"),
            ("blanks in a search", "* SEARCH  4  5\r\n", "* SEARCH 4 5\r\n"),
            (
                "blanks in quotes stay",
                "* LIST ()  \"/\" \"a  \\\"  b\"\r\n",
                "* LIST () \"/\" \"a  \\\"  b\"\r\n",
            ),
            ("an unknown response is left out", "* XSTRANGE (1\r\n* 3 EXISTS\r\n", "* 3 EXISTS\r\n"),
            ("one that the desk needs stays", "* SEARCH x\r\n", "* SEARCH x\r\n"),
            ("a code without a blank", "a OK [UIDNEXT 4]次\r\n", "a OK [UIDNEXT 4] 次\r\n"),
            ("a continuation in words", "+ go ahead\r\n", "+ \r\n"),
            ("a challenge", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"),
            (
                "a literal is not touched",
                "* 1 FETCH (BODY[] {27}\r\n* CAPABILITY  X\n\r\na  NO b\r\n  UID 4)\r\n",
                "* 1 FETCH (BODY[] {27}\r\n* CAPABILITY  X\n\r\na  NO b\r\n UID 4)\r\n",
            ),
            (
                "a binary literal",
                "* 1 FETCH (BODY[] ~{2+}\r\nab UID 4)\r\n",
                "* 1 FETCH (BODY[] {2}\r\nab UID 4)\r\n",
            ),
            (
                "an empty literal",
                "* 1 FETCH (BODY[] {0}\r\n UID 4)\r\n",
                "* 1 FETCH (BODY[] {0}\r\n UID 4)\r\n",
            ),
            ("an unfinished line", "* 3 EX", "* 3 EX"),
        ] {
            for at_once in [1, 7, 1000] {
                let (mended, _) = read(input.as_bytes(), at_once).await;
                assert_eq!(String::from_utf8_lossy(&mended), expected, "{name}, {at_once}");
            }
        }
    }

    #[tokio::test]
    async fn the_parser_reads_what_is_mended() {
        for line in [
            "* CAPABILITY  XYZ\r\n",
            "* OK [UIDNEXT 4]次のUID\r\n",
            "a NO [UIDNEXT 4]次\r\n",
            "* 1 FETCH  (UID 4  RFC822.SIZE 10 INTERNALDATE nil)\r\n",
            "* SEARCH  4 5 \r\n",
        ] {
            let (mended, _) = read(line.as_bytes(), 1000).await;
            assert!(Response::parse(&mended).is_ok_and(|(rest, _)| rest.is_empty()), "{line}");
        }
    }

    /// Whatever a server sends, and however it is cut into packets.
    #[test]
    fn every_input_is_read_alike_in_any_pieces() {
        use proptest::prelude::{Strategy, any, prop, proptest};
        let parts =
            ["* ", "a1 ", "+ ", "OK ", "NO [", "]", "{3}\r\n", "{", "\r\n", "\n", "  ", "\"", "\\", "次"];
        let words = ["CAPABILITY", "SEARCH ", "1 FETCH (", "INTERNALDATE NIL", "UID 4", ")", "\0"];
        let part =
            prop::sample::select([&parts[..], &words].concat()).prop_map(|part| part.as_bytes().to_vec());
        let piece = proptest::prop_oneof![4 => part, 1 => prop::collection::vec(any::<u8>(), 0..4)];
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        proptest!(|(pieces in prop::collection::vec(piece, 0..30), at_once in 1..20_usize)| {
            let bytes = pieces.concat();
            let whole = runtime.block_on(read(&bytes, 4096));
            proptest::prop_assert_eq!(runtime.block_on(read(&bytes, at_once)), whole);
        });
    }

    #[tokio::test]
    async fn the_words_of_a_refusal_are_kept() {
        for (input, expected) in [
            ("* BYE Too many connections\r\n", Some("Too many connections")),
            ("a1 NO [LIMIT] \u{7}slow\tdown\r\n", Some("[LIMIT] slow down")),
            ("a1 BAD\r\n", None),
            ("a1 OK fine\r\n", None),
            ("* NOTHING\r\n", None),
        ] {
            assert_eq!(read(input.as_bytes(), 1000).await.1.as_deref(), expected, "{input}");
        }
    }
}
