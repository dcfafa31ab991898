//! A meeting as a calendar file (RFC 5545). Published (RFC 5546, 3.2.1), not requested: the desk knows no members' addresses
//! and reads no replies.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus, Property};

use crate::mail::Attachment;

/// The values of a meeting's file. Two files of one `uid` are versions of one meeting: the greater `sequence` counts.
#[derive(Debug, Clone)]
pub struct CalendarEvent<'a> {
    pub uid: &'a str,
    pub sequence: u32,
    pub stamp: DateTime<Utc>,
    pub starts: DateTime<Utc>,
    pub ends: DateTime<Utc>,
    pub title: &'a str,
    pub place: &'a str,
    pub url: &'a str,
    /// May have several lines.
    pub description: &'a str,
    pub cancelled: bool,
    /// Name and address of the desk.
    pub organizer: (&'a str, &'a str),
}

/// Name of the file. ASCII, because some mail programs show no other names.
const FILE_NAME: &str = "meeting.ics";

/// The same values always give the same bytes.
#[must_use]
pub fn ics(event: &CalendarEvent<'_>) -> Attachment {
    let (name, address) = event.organizer;
    let name = one_line(name).replace('"', "");
    let organizer = Property::new("ORGANIZER", format!("mailto:{address}")).add_parameter("CN", &name).done();
    let status = if event.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed };
    let mut entry = Event::with_uid(event.uid);
    entry
        .sequence(event.sequence)
        .timestamp(event.stamp)
        .starts(event.starts)
        .ends(event.ends)
        .summary(&one_line(event.title))
        .status(status)
        .append_property(organizer);
    if !event.place.is_empty() {
        entry.location(&one_line(event.place));
    }
    // No address has blanks or control characters, and the value is not escaped.
    let is_address = |c: char| !c.is_whitespace() && !c.is_control();
    if !event.url.is_empty() && event.url.chars().all(is_address) {
        entry.url(event.url);
    }
    if !event.description.is_empty() {
        let lines = event.description.lines().map(one_line).collect::<Vec<_>>();
        entry.description(&lines.join("\n"));
    }
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//madoguchi//madoguchi//JA"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property((key, value));
    }
    calendar.push(entry.done());
    Attachment {
        name: FILE_NAME.to_owned(),
        media_type: "text/calendar; method=PUBLISH; charset=utf-8".to_owned(),
        bytes: calendar.done().to_string().into_bytes(),
    }
}

/// Text without control characters, on one line.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> CalendarEvent<'static> {
        let at = |text: &str| text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        CalendarEvent {
            uid: "zt-2025-0031.meeting-1.0123456789abcdef0123456789abcdef@example.jp",
            sequence: 2,
            stamp: at("2025-08-18T10:00:00+09:00"),
            starts: at("2025-09-02T14:00:00+09:00"),
            ends: at("2025-09-02T16:00:00+09:00"),
            title: "伴走支援 第1回会議（花里県 花里在宅医療圏域）",
            place: "花里県庁 本庁舎10階、第2会議室; 受付は1階, 正面玄関",
            url: "https://meet.example.jp/j/123?pwd=abc",
            description: "議題：\n①現状把握\n②課題の確認",
            cancelled: false,
            organizer: ("在宅医療の体制整備・運用に関する相談窓口", "desk@example.jp"),
        }
    }

    fn text(event: &CalendarEvent<'_>) -> String {
        String::from_utf8(ics(event).bytes).unwrap()
    }

    #[test]
    fn a_meeting_is_published_in_utc_with_a_stable_uid() {
        insta::assert_snapshot!("meeting_ics", text(&event()).replace("\r\n", "\n"));
        assert_eq!(text(&event()), text(&event()), "nothing in it is random or of the clock");
    }

    #[test]
    fn lines_are_folded_at_75_octets_between_characters() {
        let text = text(&event());
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{line}");
        }
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("第1回会議（花里県 花里在宅医療圏域）"), "{unfolded}");
        assert!(unfolded.contains(r"第2会議室\; 受付は1階\, 正面玄関"), "{unfolded}");
    }

    #[test]
    fn a_cancelled_meeting_says_so() {
        let text = text(&CalendarEvent { cancelled: true, sequence: 3, ..event() });
        assert!(text.contains("STATUS:CANCELLED\r\n") && text.contains("SEQUENCE:3\r\n"), "{text}");
        assert!(text.contains("METHOD:PUBLISH\r\n"), "{text}");
    }

    #[test]
    fn no_value_adds_a_line() {
        let hostile = CalendarEvent {
            title: "会議\r\nATTENDEE:mailto:victim@example.jp",
            place: "a\u{85}\u{2028}b\rATTENDEE:x",
            url: "https://example.jp/\r\nATTENDEE:x",
            description: "a\r\nEND:VEVENT",
            organizer: ("窓口\"\r\nATTENDEE:x", "desk@example.jp"),
            ..event()
        };
        let text = text(&hostile).replace("\r\n ", "");
        let begins = |key: &str| text.lines().filter(|line| line.starts_with(key)).count();
        assert_eq!((begins("ATTENDEE"), begins("END:VEVENT"), begins("URL")), (0, 1, 0), "{text}");
    }
}
