//! An SMTP server's reply as values: code (RFC 5321, 4.2), enhanced status (RFC 2034 and 3463) and text.

use std::{fmt, str::FromStr};

use super::charset::decode;

/// Bytes of one reply. The rest of a longer one is not read.
const LONGEST_REPLY: usize = 64 * 1024;

/// An enhanced status code such as `5.1.1` (RFC 3463, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedStatus {
    /// 2, 4 or 5.
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl EnhancedStatus {
    /// The first status in a text. Parts of longer numbers, such as IP addresses, do not count.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let mut words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
        words.find_map(|word| word.trim_matches('.').parse().ok())
    }
}

impl FromStr for EnhancedStatus {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let short = |part: &str| match part.len() {
            1..=3 if part.bytes().all(|byte| byte.is_ascii_digit()) => part.parse::<u16>().map_err(drop),
            _ => Err(()),
        };
        let parts: Vec<&str> = text.split('.').collect();
        let [class @ ("2" | "4" | "5"), subject, detail] = parts.as_slice() else { return Err(()) };
        let class = class.parse().map_err(drop)?;
        Ok(Self { class, subject: short(subject)?, detail: short(detail)? })
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A reply to an SMTP command, or what went wrong instead of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpReply {
    /// `None` where the server gave no reply.
    pub code: Option<u16>,
    pub status: Option<EnhancedStatus>,
    /// One line, without the code.
    pub text: String,
}

impl SmtpReply {
    /// A reply of the server's. Its status is the one in front of the text. A relay may repeat another server's reply there
    /// (`550 mx.example.jp said: 5.1.1 …`), so a later one counts, too, if its class is the code's.
    #[must_use]
    pub fn new(code: u16, text: &str) -> Self {
        let of_class = |status: &EnhancedStatus| u16::from(status.class) == code / 100;
        let status = EnhancedStatus::find(text).filter(of_class);
        Self { code: Some(code), status, text: text.trim().to_owned() }
    }

    /// No reply: what went wrong.
    pub fn none(trouble: impl Into<String>) -> Self {
        Self { code: None, status: None, text: trouble.into() }
    }

    /// Code and status alone, for audit and log: the text may name the recipient.
    #[must_use]
    pub fn codes(&self) -> String {
        match (self.code, self.status) {
            (None, _) => "no reply".to_owned(),
            (Some(code), None) => code.to_string(),
            (Some(code), Some(status)) => format!("{code} {status}"),
        }
    }
}

impl fmt::Display for SmtpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) if self.text.is_empty() => write!(f, "{code}"),
            Some(code) => write!(f, "{code} {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// A reply while its lines come in (RFC 5321, 4.2.1). The code decides: the text may be in any charset, be missing, or be
/// broken over lines without a code.
#[derive(Debug, Default)]
pub struct RawReply {
    /// The code of the newest line that has one.
    code: Option<u16>,
    /// Texts of the lines.
    lines: Vec<Vec<u8>>,
    size: usize,
    /// More lines follow the newest one.
    goes_on: bool,
    /// The newest line has not come to its end.
    in_line: bool,
}

impl RawReply {
    /// Adds a line, or a piece of a long one. Returns whether the reply is complete.
    pub fn add(&mut self, piece: &[u8]) -> bool {
        self.size += piece.len();
        let ends = piece.ends_with(b"\n");
        let text = piece.trim_ascii();
        if self.in_line {
            self.lines.last_mut().into_iter().for_each(|line| line.extend_from_slice(piece.trim_ascii_end()));
        } else if let Some((code, rest)) = split_code(text) {
            self.code = Some(code);
            self.goes_on = rest.first() == Some(&b'-');
            self.lines.push(rest.get(1..).unwrap_or_default().trim_ascii().to_vec());
        } else {
            // A text that a server broke belongs to the line before. In front of a reply, only blank lines are skipped.
            self.goes_on = text.is_empty() || (self.goes_on && self.code.is_some());
            self.lines.extend((!text.is_empty()).then(|| text.to_vec()));
        }
        self.in_line = !ends;
        (ends && !self.goes_on) || self.size > LONGEST_REPLY
    }

    #[must_use]
    pub fn code(&self) -> Option<u16> {
        self.code
    }

    /// The lines as one, without line ends and control characters. A status that each line repeats is there once.
    #[must_use]
    pub fn text(&self) -> String {
        let joined = decode(None, &self.lines.join(&b'\n')).text;
        let mut lines = joined.lines();
        let mut text = lines.next().unwrap_or_default().to_owned();
        let first = text.split(' ').next().filter(|word| word.parse::<EnhancedStatus>().is_ok());
        let first = first.map(str::to_owned);
        for line in lines {
            let repeated = first.as_deref().and_then(|status| line.strip_prefix(status));
            text.push(' ');
            text.push_str(repeated.filter(|rest| rest.starts_with(' ')).unwrap_or(line).trim());
        }
        text.replace(char::is_control, " ").trim().to_owned()
    }

    /// `None` without a code.
    #[must_use]
    pub fn reply(&self) -> Option<SmtpReply> {
        self.code.map(|code| SmtpReply::new(code, &self.text()))
    }

    /// The lines of a reply to EHLO behind the first, which has the server's name: keywords and parameters, upper case.
    pub fn offers(&self) -> impl Iterator<Item = String> {
        self.lines.iter().skip(1).map(|line| String::from_utf8_lossy(line).to_ascii_uppercase())
    }
}

/// The code at the beginning of a line, and the rest.
fn split_code(line: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let is_code = matches!(digits, [b'2'..=b'5', b, c] if b.is_ascii_digit() && c.is_ascii_digit());
    let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (is_code && !rest.first().is_some_and(u8::is_ascii_digit)).then_some((code, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_by_its_grammar_and_belongs_to_its_code() {
        for (code, text, codes) in [
            (250, "2.0.0 Ok: queued as 4bX", "250 2.0.0"),
            (550, "5.1.1 <a@example.jp>: Recipient address rejected", "550 5.1.1"),
            (550, "mx.example.jp said: 5.1.1 user unknown", "550 5.1.1"),
            (550, "host mail.example.jp[192.0.2.25] refused", "550"),
            (550, "4.2.2 is no status of a 550", "550"),
            (450, "try again", "450"),
            (554, "5.7.1.2 is no status", "554"),
            (554, "5.1234.1 is none either", "554"),
            (554, "", "554"),
        ] {
            assert_eq!(SmtpReply::new(code, text).codes(), codes, "{text}");
        }
        assert_eq!(SmtpReply::none("no answer within 5 s").codes(), "no reply");
    }

    #[test]
    fn a_reply_is_written_as_the_server_wrote_it() {
        assert_eq!(SmtpReply::new(550, "5.1.1 no such user").to_string(), "550 5.1.1 no such user");
        assert_eq!(SmtpReply::new(250, "").to_string(), "250");
        assert_eq!(SmtpReply::none("broken pipe").to_string(), "broken pipe");
    }

    fn raw(pieces: &[&[u8]]) -> (Option<String>, bool) {
        let mut reply = RawReply::default();
        let complete = pieces.iter().map(|piece| reply.add(piece)).last().unwrap_or(false);
        (reply.reply().map(|reply| reply.to_string()), complete)
    }

    #[test]
    fn a_reply_is_read_by_its_code() {
        for (name, pieces, expected) in [
            ("one line", &[&b"250 2.0.0 ok\r\n"[..]][..], Some("250 2.0.0 ok")),
            ("bare", &[b"250\r\n"], Some("250")),
            ("bare, without CR", &[b"250\n"], Some("250")),
            ("a code of no known kind", &[b"571 5.7.1 blocked\r\n"], Some("571 5.7.1 blocked")),
            (
                "several lines",
                &[b"250-first\r\n", b"250-second\r\n", b"250 third\r\n"],
                Some("250 first second third"),
            ),
            ("a bare last line", &[b"250-queued\r\n", b"250\r\n"], Some("250 queued")),
            ("the last code counts", &[b"250-queued\r\n", b"550 or not\r\n"], Some("550 queued or not")),
            (
                "a status on each line",
                &[b"550-5.7.25 no PTR\r\n", b"550 5.7.25 record\r\n"],
                Some("550 5.7.25 no PTR record"),
            ),
            (
                "a line broken by the server",
                &[b"550-no\r\n", b"such user\r\n", b"550 here\r\n"],
                Some("550 no such user here"),
            ),
            ("a blank line in front", &[b"\r\n", b"250 ok\r\n"], Some("250 ok")),
            ("a tab", &[b"250\tok\r\n"], Some("250 ok")),
            (
                "Shift_JIS",
                &[b"550 5.1.1 \x82\xa0\x82\xc4\x90\xe6\x82\xaa\x82\xa0\x82\xe8\x82\xdc\x82\xb9\x82\xf1\r\n"],
                Some("550 5.1.1 \u{3042}\u{3066}\u{5148}\u{304c}\u{3042}\u{308a}\u{307e}\u{305b}\u{3093}"),
            ),
            ("a control character", &[b"250 a\x07b\r\n"], Some("250 a b")),
            ("no code", &[b"OK\r\n"], None),
            ("a longer number", &[b"2500 ok\r\n"], None),
            ("a reply of no kind", &[b"150 wait\r\n"], None),
        ] {
            assert_eq!(raw(pieces), (expected.map(str::to_owned), true), "{name}");
        }
        assert_eq!(raw(&[b"250-more\r\n"]), (Some("250 more".to_owned()), false), "incomplete");
        assert_eq!(raw(&[b"250 cut"]), (Some("250 cut".to_owned()), false), "without a line end");
        let long = [b"250 ".to_vec(), vec![b'x'; 5000]].concat();
        assert!(raw(&[&long, b"y\r\n"]).0.is_some_and(|text| text.ends_with("xy")), "a long line");
    }

    #[test]
    fn non_ascii_bytes_that_fit_no_charset_do_not_hide_the_code() {
        let (reply, complete) = raw(&[b"250 \xff\xfe\x80 ok\r\n"]);
        assert!(complete && reply.is_some_and(|text| text.starts_with("250 ")));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_one_clean_line_at_most(
            lines in proptest::collection::vec("[245]?[0-9]{0,3}[- \t]?\\PC{0,9}\r?\n", 0..9),
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
        ) {
            let mut reply = RawReply::default();
            let pieces = lines.iter().map(String::as_bytes).chain([&bytes[..], b"\n"]);
            for piece in pieces {
                if reply.add(piece) {
                    break;
                }
            }
            proptest::prop_assert!(!reply.text().contains(char::is_control));
            proptest::prop_assert_eq!(reply.reply().is_some(), reply.code().is_some());
        }
    }
}
