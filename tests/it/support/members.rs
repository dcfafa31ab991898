//! Members of staff who work by mail: a lead (Sato) and a member (Ito), what they get, and what they write.

use madoguchi::mail::{InboundMail, read};

use super::{
    desk::Desk,
    mail::{Mail, inquiry},
};

pub const STAFF: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n\
                     [[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n";
pub const INQUIRER: &str = "yamada1@city.example.jp";

pub fn mails_to(desk: &Desk, to: &str) -> Vec<InboundMail> {
    desk.smtp.mails().iter().filter(|mail| mail.to == [to]).map(|mail| read(&mail.data)).collect()
}

/// The newest mail to this address with this word in its subject.
pub fn mail_to(desk: &Desk, to: &str, word: &str) -> InboundMail {
    let mails = mails_to(desk, to);
    let subjects: Vec<String> = mails.iter().map(|mail| mail.subject.clone()).collect();
    let found = mails.into_iter().rev().find(|mail| mail.subject.contains(word));
    found.unwrap_or_else(|| panic!("{word}: {subjects:?}"))
}

pub fn once_at(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("2025-07-01T{now}+09:00"));
    desk.once();
}

pub fn reply(from: &str, to: &InboundMail, id: &str, body: &str) -> Mail {
    Mail::new()
        .from(from)
        .subject(&format!("Re: {}", to.subject))
        .in_reply_to(to.message_id.as_deref().unwrap())
        .id(&format!("{id}@example.jp"))
        .body(format!("{body}\n"))
}

pub fn deliver(desk: &Desk, mail: Mail, at: &str) {
    desk.deliver_at(mail, &format!("2025-07-01T{at}+09:00"));
}

/// One ticket and the notice of it to Ito.
pub fn with_notice(desk: &mut Desk) -> InboundMail {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    mail_to(desk, "ito@example.jp", "新しい照会")
}

/// The mail that a link opens, sent as it is.
pub fn tapped(from: &str, link: &str, id: &str) -> Mail {
    let (_, query) = link.split_once('?').unwrap();
    let value = |name: &str| {
        let part = query.split('&').find_map(|part| part.strip_prefix(&format!("{name}="))).unwrap();
        let bytes = part.as_bytes();
        let mut decoded = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'%' {
                decoded.push(u8::from_str_radix(&part[at + 1..at + 3], 16).unwrap());
                at += 3;
            } else {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
        String::from_utf8(decoded).unwrap()
    };
    Mail::new()
        .from(from)
        .subject(&value("subject"))
        .id(&format!("{id}@example.jp"))
        .body(format!("{}\n", value("body")))
}

pub fn link<'t>(text: &'t str, word: &str) -> &'t str {
    let line = text.lines().find(|line| line.trim().starts_with(&format!("{word}：<mailto:"))).unwrap();
    line.split_once('<').unwrap().1.trim_end_matches('>')
}
