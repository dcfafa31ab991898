//! Parses delivery reports of Amazon SES, which Amazon SNS mails as JSON in the text.
//! Complaints are not delivery reports and are ignored.

use super::{Action, Bounce, status};
use crate::mail::{InboundMail, clean};

/// Returns `None` if the mail is not such a report. SNS may wrap it in its own JSON, with all quotes escaped.
pub(super) fn read(mail: &InboundMail) -> Option<Bounce> {
    let from = mail.from.as_ref()?;
    if !from.address.to_ascii_lowercase().ends_with("@sns.amazonaws.com") {
        return None;
    }
    let json = mail.text.replace(['\\', '\n'], "");
    let bounced = match value(&json, "notificationType")?.as_str() {
        "Bounce" => true,
        "Delivery" => false,
        _ => return None,
    };
    let transient = value(&json, "bounceType").is_some_and(|kind| kind == "Transient");
    let action = match (bounced, transient) {
        (true, true) => Action::Delayed,
        (true, false) => Action::Failed,
        (false, _) => Action::Delivered,
    };
    let recipient = if bounced { value(&json, "emailAddress") } else { value(&json, "recipients") };
    let diagnostic = value(&json, "diagnosticCode").or_else(|| value(&json, "smtpResponse"));
    let diagnostic = diagnostic.map(|text| status::diagnostic(&text));
    let status = value(&json, "status").or_else(|| diagnostic.as_deref().and_then(status::enhanced_status));
    Some(Bounce { recipient, action, status, diagnostic, original_message_id: None })
}

/// Returns the value of the first key with this name: a string, or the first string of a list.
fn value(json: &str, key: &str) -> Option<String> {
    let (_, after) = json.split_once(&format!("\"{key}\""))?;
    let after = after.trim_start().strip_prefix(':')?.trim_start_matches(['[', ' ']);
    let (value, _) = after.strip_prefix('"')?.split_once('"')?;
    Some(clean::one_line(value)).filter(|value| !value.is_empty())
}
