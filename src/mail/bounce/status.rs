//! Parses message/delivery-status (RFC 3464, RFC 6533), the machine-readable part of a delivery report.
//! `notification` and `prose` read reports without this part.

use super::{Action, Bounce};
use crate::mail::{
    EnhancedStatus,
    field::{self, Fields},
    part::Part,
};

/// In characters. No server reply is longer; limits what a report can write into the ticket.
const MAX_DIAGNOSTIC: usize = 500;

/// Returns the first recipient that failed, else the first recipient.
pub(super) fn read(part: &Part<'_>) -> Option<Bounce> {
    if !part.is("message/delivery-status") && !part.is("message/global-delivery-status") {
        return None;
    }
    read_fields(&part.content().bytes)
}

/// Reads the same fields from any bytes, because some systems put them into the text.
pub(super) fn read_fields(bytes: &[u8]) -> Option<Bounce> {
    let groups = groups(bytes);
    let bounces = || groups.iter().filter_map(recipient_group);
    bounces().find(|bounce| bounce.action == Action::Failed).or_else(|| bounces().next())
}

/// Returns the field groups, which blank lines separate. The first one is about the message (RFC 3464, 2.1).
fn groups(bytes: &[u8]) -> Vec<Fields<'_>> {
    let mut groups = Vec::new();
    let mut rest = bytes.trim_ascii_start();
    while !rest.is_empty() && groups.len() < 100 {
        let (fields, after) = field::split(rest);
        if fields.0.is_empty() && after.len() == rest.len() {
            break;
        }
        groups.push(fields);
        rest = after.trim_ascii_start();
    }
    groups
}

fn recipient_group(fields: &Fields<'_>) -> Option<Bounce> {
    let get = |name: &str| fields.get(name).map(|raw| field::text(raw).0).filter(|value| !value.is_empty());
    let names = ["Final-Recipient", "Original-Recipient", "X-Actual-Recipient"];
    let named: Vec<String> =
        names.iter().filter_map(|name| get(name)).map(|value| recipient(&value)).collect();
    let recipient = named.iter().find(|r| r.contains('@')).or(named.first()).cloned();
    let status = get("Status").and_then(|value| enhanced_status(&value));
    let action =
        get("Action").and_then(|value| action(&value)).or_else(|| status.as_deref().map(action_of_status));
    if recipient.is_none() && action.is_none() {
        return None;
    }
    let diagnostic = get("Diagnostic-Code").map(|value| diagnostic(&value));
    let status = status.or_else(|| diagnostic.as_deref().and_then(enhanced_status));
    Some(Bounce {
        recipient,
        action: action.unwrap_or(Action::Failed),
        status,
        diagnostic,
        original_message_id: None,
    })
}

/// Removes type and brackets from `rfc822; <user@example.jp>`.
fn recipient(value: &str) -> String {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    address.trim().trim_start_matches('<').trim_end_matches('>').trim().to_owned()
}

fn action(value: &str) -> Option<Action> {
    let word: String = value.chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_lowercase().as_str() {
        "failed" | "failure" | "fail" => Some(Action::Failed),
        "delayed" | "delay" => Some(Action::Delayed),
        "delivered" | "deliverable" => Some(Action::Delivered),
        "relayed" => Some(Action::Relayed),
        "expanded" => Some(Action::Expanded),
        _ => None,
    }
}

/// Derives the action from the class, the first digit of the status (RFC 3463, 3.1).
pub(super) fn action_of_status(status: &str) -> Action {
    match status.as_bytes().first() {
        Some(b'2') => Action::Delivered,
        Some(b'4') => Action::Delayed,
        _ => Action::Failed,
    }
}

/// Removes the type from `smtp; 550 5.1.1 …` and cuts the text to `MAX_DIAGNOSTIC` characters.
pub(super) fn diagnostic(value: &str) -> String {
    let text = match value.split_once(';') {
        Some((kind, text))
            if kind.trim().chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) =>
        {
            text
        }
        _ => value,
    };
    text.trim().chars().take(MAX_DIAGNOSTIC).collect()
}

/// The first enhanced status code in a text.
pub(super) fn enhanced_status(text: &str) -> Option<String> {
    EnhancedStatus::find(text).map(|status| status.to_string())
}
