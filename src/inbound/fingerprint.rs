//! Identifies copies of a mail by its content and its Message-ID.

use memchr::memchr;
use sha2::{Digest, Sha256};

use crate::{hex, mail::InboundMail};

/// SHA-256 of the sender's header fields and the body. Header fields added in transit and CR are left out, so that all
/// copies of a mail have the same hash.
pub fn content_hash(mail: &InboundMail, raw: &[u8]) -> String {
    const WRITTEN: [&str; 9] =
        ["from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "content-type"];
    let mut hasher = Sha256::new();
    for name in WRITTEN {
        for header in mail.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name)) {
            hasher.update(name);
            hasher.update([0]);
            hasher.update(header.value.trim());
            hasher.update([0]);
        }
    }
    let mut rest = body_of(raw);
    while let Some(at) = memchr(b'\r', rest) {
        hasher.update(&rest[..at]);
        rest = &rest[at + 1..];
    }
    hasher.update(rest);
    hex::encode(&hasher.finalize())
}

/// The mail's own Message-ID, or one derived from its content hash.
pub fn message_id(mail: &InboundMail, hash: &str) -> String {
    mail.message_id.clone().unwrap_or_else(|| format!("sha256-{}", hash.get(..40).unwrap_or(hash)))
}

/// Everything after the first empty line.
fn body_of(raw: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in raw.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    raw.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::content_hash;
    use crate::mail;

    fn hash(raw: &str) -> String {
        content_hash(&mail::read(raw.as_bytes()), raw.as_bytes())
    }

    #[test]
    fn the_same_mail_has_the_same_hash_wherever_it_is_found() {
        let mail = "From: a@example.jp\nSubject: x\nMessage-ID: <1@example.jp>\n\nbody\n";
        let elsewhere =
            format!("Received: from x by y; Tue, 1 Jul 2025 10:00:00 +0900\n{mail}").replace('\n', "\r\n");
        assert_eq!(hash(mail), hash(&elsewhere));
        assert_ne!(hash(mail), hash(&mail.replace("body", "other")));
        assert_ne!(hash(mail), hash(&mail.replace("Subject: x", "Subject: y")));
    }
}
