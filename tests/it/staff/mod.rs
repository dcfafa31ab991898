//! Staff work by mail and from the shell.

mod answers;
mod commands;
mod copies;
mod corrections;
mod digest;
mod faq;
mod forwards;
mod parked;
mod phrases;
mod reports;
mod sheets;

use madoguchi::mail::{InboundMail, read};

use crate::support::{desk::Desk, mail::Mail};

const STAFF: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n\
                     [[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n";

impl Desk {
    /// Oldest first.
    fn mails_to(&self, to: &str) -> Vec<InboundMail> {
        self.smtp.mails().iter().filter(|mail| mail.to == [to]).map(|mail| read(&mail.data)).collect()
    }

    /// The newest mail to this address with this word in its subject.
    fn mail_to(&self, to: &str, word: &str) -> InboundMail {
        let mails = self.mails_to(to);
        let subjects: Vec<String> = mails.iter().map(|mail| mail.subject.clone()).collect();
        mails
            .into_iter()
            .rev()
            .find(|mail| mail.subject.contains(word))
            .unwrap_or_else(|| panic!("{word}: {subjects:?}"))
    }

    fn once_at(&mut self, now: &str) {
        self.starts_at(now);
        self.once();
    }

    fn ticket(&self, nth: usize) -> serde_json::Value {
        self.json(&["ticket", "show", &format!("ZT-2025-{nth:04}")])
    }

    fn status(&self, nth: usize) -> String {
        self.ticket(nth)["status"].as_str().unwrap().to_owned()
    }
}

fn reply(from: &str, to: &InboundMail, nth: usize, body: &str) -> Mail {
    Mail::new()
        .from(from)
        .subject(&format!("RE: {}", to.subject))
        .in_reply_to(to.message_id.as_deref().unwrap())
        .id(&format!("staff-{nth}@example.jp"))
        .body(format!("{body}\n"))
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}
