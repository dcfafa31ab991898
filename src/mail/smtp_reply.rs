//! An SMTP server's reply as values: code (RFC 5321, 4.2), enhanced status (RFC 2034 and 3463) and text.

use std::{fmt, str::FromStr};

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
    /// A reply of the server's. Its status is the one in front of the text; a relay may repeat another server's reply there
    /// (`550 mx.example.jp said: 5.1.1 …`), so that a later one counts if its class is the code's.
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
}
