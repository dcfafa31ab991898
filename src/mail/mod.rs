//! Thin.
pub mod automatic;
pub mod bounce;
use chrono::{DateTime, FixedOffset};
use mail_parser::{MessageParser, MimeHeaders};
use serde::Serialize;
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mailbox { pub name: Option<String>, pub address: String }
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment { pub name: String, pub media_type: String, pub bytes: Vec<u8> }
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning { pub code: &'static str, pub detail: String }
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header { pub name: String, pub value: String }
#[derive(Debug, Clone, Default)]
pub struct InboundMail {
    pub message_id: Option<String>, pub in_reply_to: Vec<String>, pub references: Vec<String>,
    pub from: Option<Mailbox>, pub reply_to: Vec<Mailbox>, pub to: Vec<Mailbox>, pub cc: Vec<Mailbox>,
    pub subject: String, pub date: Option<DateTime<FixedOffset>>, pub received: Option<DateTime<FixedOffset>>,
    pub text: String, pub attachments: Vec<Attachment>, pub headers: Vec<Header>, pub bounce: Option<bounce::Bounce>,
    pub unreadable: Option<String>, pub warnings: Vec<Warning>,
}
fn boxes(a: Option<&mail_parser::Address<'_>>) -> Vec<Mailbox> {
    a.map(|a| a.iter().filter_map(|x| Some(Mailbox { name: x.name().map(str::to_owned), address: x.address()?.to_owned() })).collect()).unwrap_or_default()
}
fn ids(v: &mail_parser::HeaderValue<'_>) -> Vec<String> {
    v.as_text_list().map(|l| l.iter().map(|s| s.to_string()).collect()).unwrap_or_default()
}
fn dt(d: &mail_parser::DateTime) -> Option<DateTime<FixedOffset>> { DateTime::parse_from_rfc3339(&d.to_rfc3339()).ok() }
pub fn read(raw: &[u8]) -> InboundMail {
    let Some(m) = MessageParser::default().parse(raw) else { return InboundMail { unreadable: Some("no MIME structure".into()), ..Default::default() } };
    InboundMail {
        message_id: m.message_id().map(str::to_owned), in_reply_to: ids(m.in_reply_to()), references: ids(m.references()),
        from: boxes(m.from()).into_iter().next(), reply_to: boxes(m.reply_to()), to: boxes(m.to()), cc: boxes(m.cc()),
        subject: m.subject().unwrap_or_default().to_owned(), date: m.date().and_then(dt),
        received: m.received().and_then(|r| r.date()).and_then(|d| dt(&d)),
        text: m.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
        attachments: m.attachments().map(|a| Attachment { name: a.attachment_name().unwrap_or("x").to_owned(), media_type: "application/octet-stream".into(), bytes: a.contents().to_vec() }).collect(),
        headers: m.headers_raw().map(|(n, v)| Header { name: n.to_owned(), value: v.trim().to_owned() }).collect(),
        bounce: bounce::read(&m), unreadable: None, warnings: vec![],
    }
}
