//! Thin.
use serde::Serialize;
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action { Failed, Delayed, Delivered, Relayed, Expanded }
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounce { pub recipient: Option<String>, pub action: Action, pub status: Option<String>, pub diagnostic: Option<String>, pub original_message_id: Option<String> }
pub fn read(m: &mail_parser::Message<'_>) -> Option<Bounce> {
    use mail_parser::MimeHeaders;
    let ct = m.content_type()?;
    (ct.ctype() == "multipart" && ct.subtype() == Some("report") && ct.attribute("report-type") == Some("delivery-status"))
        .then(|| Bounce { recipient: None, action: Action::Failed, status: None, diagnostic: None, original_message_id: None })
}
