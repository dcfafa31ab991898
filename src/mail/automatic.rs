//! Thin.
use serde::Serialize;
use super::InboundMail;
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason { AutoSubmitted, List, Precedence, OwnMail }
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Automatic { pub reason: Reason, pub evidence: String }
pub struct Own<'a> { pub addresses: &'a [String] }
pub fn detect(mail: &InboundMail, own: &Own<'_>) -> Option<Automatic> {
    for h in &mail.headers {
        if h.name.eq_ignore_ascii_case("auto-submitted") && !h.value.starts_with("no") { return Some(Automatic { reason: Reason::AutoSubmitted, evidence: format!("{}: {}", h.name, h.value) }); }
        if h.name.eq_ignore_ascii_case("list-id") { return Some(Automatic { reason: Reason::List, evidence: format!("{}: {}", h.name, h.value) }); }
    }
    let from = mail.from.as_ref()?;
    own.addresses.contains(&from.address.to_lowercase()).then(|| Automatic { reason: Reason::OwnMail, evidence: format!("From: {}", from.address) })
}
pub fn asks_for_silence(mail: &InboundMail) -> Option<String> {
    mail.headers.iter().find(|h| h.name.eq_ignore_ascii_case("x-auto-response-suppress")).map(|h| format!("{}: {}", h.name, h.value))
}
