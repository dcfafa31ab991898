//! Reads what Amazon SES tells by Amazon SNS: a delivery report as JSON in the text of a mail.
//! A complaint is no report of delivery.

use super::{Action, Bounce, status};
use crate::mail::{InboundMail, clean};

/// Reads such a notification, or nothing if the mail is none. SNS wraps it in JSON of its own, all quotes escaped.
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

/// The string, or the first string of the list, under the first key of that name.
fn value(json: &str, key: &str) -> Option<String> {
    let (_, after) = json.split_once(&format!("\"{key}\""))?;
    let after = after.trim_start().strip_prefix(':')?.trim_start_matches(['[', ' ']);
    let (value, _) = after.strip_prefix('"')?.split_once('"')?;
    Some(clean::one_line(value)).filter(|value| !value.is_empty())
}
