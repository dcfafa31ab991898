//! Answers of calendar programs to an invitation (RFC 5546, 3.2.3): a program sends them when a person accepts or declines.

use crate::mail::InboundMail;

/// Bytes of the longest answer that is read. An answer repeats one event.
const MOST: usize = 64 * 1024;

/// The UID of the event that the mail answers, as a calendar program has it.
#[must_use]
pub fn answered_event(mail: &InboundMail) -> Option<String> {
    let is_calendar = |media_type: &str| media_type.eq_ignore_ascii_case("text/calendar");
    let files = mail.attachments.iter().filter(|file| is_calendar(&file.media_type));
    files.filter_map(|file| uid(file.bytes.get(..MOST).unwrap_or(&file.bytes))).next()
}

/// The UID of a calendar file that answers something.
fn uid(bytes: &[u8]) -> Option<String> {
    // A line break before a blank folds a line (RFC 5545, 3.1).
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let text = text.replace("\n ", "").replace("\n\t", "");
    let value = |wanted: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let name = name.split(';').next().unwrap_or_default();
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let method = value("METHOD")?;
    let answers = ["REPLY", "COUNTER", "REFRESH"].iter().any(|known| method.eq_ignore_ascii_case(known));
    answers.then(|| value("UID")).flatten().filter(|uid| !uid.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_an_answer_is_found_and_of_an_invitation_not() {
        for (name, text, expected) in [
            ("a reply", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:a@b\r\n", Some("a@b")),
            ("lower case, parameters", "method:reply\nUID;X=1:a@b\n", Some("a@b")),
            ("a folded line", "METHOD:REPLY\r\nUID:long\r\n er@b\r\n", Some("longer@b")),
            ("a counter-proposal", "METHOD:COUNTER\nUID:a@b\n", Some("a@b")),
            ("an invitation", "METHOD:REQUEST\nUID:a@b\n", None),
            ("our own", "METHOD:PUBLISH\nUID:a@b\n", None),
            ("no UID", "METHOD:REPLY\nUID:\n", None),
            ("no calendar", "\u{0}\u{1}:::", None),
            ("nothing", "", None),
        ] {
            assert_eq!(uid(text.as_bytes()).as_deref(), expected, "{name}");
        }
    }
}
