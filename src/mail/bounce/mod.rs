//! Parses delivery reports: the recipient, the reason, and the Message-ID of the returned mail.
//! `desk` checks whether the returned mail was ours; `automatic` detects other kinds of reports.

use serde::Serialize;

use super::{InboundMail, address, clean, field, part::Part};

mod notification;
mod prose;
mod status;

#[cfg(test)]
mod tests;

/// The Action field of a delivery report (RFC 3464, 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A permanent failure.
    Failed,
    /// Not delivered yet; the server may still succeed.
    Delayed,
    Delivered,
    /// Passed on to a system that does not send delivery reports.
    Relayed,
    /// Delivered to a list, which forwards it to its members.
    Expanded,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounce {
    /// The recipient that the report names, else the only recipient of the returned mail.
    pub recipient: Option<String>,
    pub action: Action,
    /// Enhanced status code (RFC 3463), e.g. `5.1.1`.
    pub status: Option<String>,
    /// The reply of the rejecting server: one line, at most 500 characters.
    pub diagnostic: Option<String>,
    /// The Message-ID of the returned mail, without brackets.
    pub original_message_id: Option<String>,
}

/// Returns `None` if the mail is not a delivery report. Abuse reports and read receipts are not.
pub(super) fn read(root: &Part<'_>, mail: &InboundMail) -> Option<Bounce> {
    let parts = root.walk();
    let others = ["message/feedback-report", "message/disposition-notification"];
    if parts.iter().any(|part| others.iter().any(|kind| part.is(kind))) {
        return None;
    }
    let returned: Vec<_> = parts.iter().filter_map(|part| Returned::read(part)).collect();
    let structured = parts.iter().find_map(|part| status::read(part));
    let mut bounce = structured.or_else(|| notification::read(mail)).or_else(|| prose::read(root, mail))?;
    if bounce.recipient.is_none() {
        bounce.recipient = returned.iter().find_map(|returned| returned.recipient.clone());
    }
    bounce.original_message_id = returned
        .into_iter()
        .find_map(|returned| returned.message_id)
        .or(bounce.original_message_id)
        .or_else(|| prose::returned_id(&mail.text))
        .or_else(|| mail.in_reply_to.first().or(mail.references.last()).cloned());
    Some(bounce)
}

/// Data from the returned mail or from its header.
struct Returned {
    message_id: Option<String>,
    recipient: Option<String>,
}

impl Returned {
    fn read(part: &Part<'_>) -> Option<Self> {
        const TYPES: [&str; 7] = [
            "message/rfc822",
            "message/global",
            "text/rfc822-headers",
            "text/rfc822-header",
            "message/rfc822-headers",
            "message/global-headers",
            "message/partial",
        ];
        if !TYPES.iter().any(|kind| part.is(kind)) {
            return None;
        }
        Some(Self::from_header(&part.content().bytes))
    }

    fn from_header(bytes: &[u8]) -> Self {
        let (fields, _) = field::split(bytes.trim_ascii_start());
        let message_id = fields.get("Message-ID").and_then(|raw| message_id(&field::text(raw).0));
        let to = fields.get("To").map(|raw| address::read(raw, &mut Vec::new())).unwrap_or_default();
        // With several recipients we cannot tell which one failed.
        let recipient = <[_; 1]>::try_from(to).ok().map(|[only]| only.address);
        Self { message_id, recipient }
    }
}

fn message_id(value: &str) -> Option<String> {
    let id = value.trim().trim_start_matches('<');
    let id = id.split('>').next().unwrap_or_default();
    Some(clean::one_line(id)).filter(|id| !id.is_empty() && !id.contains(' '))
}
