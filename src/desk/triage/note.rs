//! Messages that add nothing to a ticket that is there: another copy of an inquiry, Outlook's request to recall one, and the
//! password of its encrypted files. They become notes on the ticket. The desk asks no sender for missing fields.
//!
//! This is safe, because a copy has the fields of its ticket: a message with another 照会内容 is a ticket of its own.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use regex::Regex;

use super::{
    EarlierTicket, Kind, Known, Reading,
    call::joined,
    fields_of,
    follow_up::{joinable, joins},
    thanks::is_only_thanks,
};
use crate::desk::{
    form::{FieldKey, Fields, longest, squash},
    thread::TicketFacts,
    ticket::TicketNumber,
};

/// A sender who presses a button twice, or writes to two addresses of the desk, does so within this time.
const TWICE_WITHIN: TimeDelta = TimeDelta::hours(1);
/// The password of an encrypted file follows it within this time. Programs send it at once, people on the same day.
const PASSWORD_WITHIN: TimeDelta = TimeDelta::hours(24);
/// How far back tickets of a sender are looked up: Outlook's recalls concern mails that may be unread.
pub const EARLIER_WITHIN: TimeDelta = TimeDelta::days(7);

/// Why a message becomes a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// A machine sent it in the ticket's thread.
    Automatic,
    /// The same inquiry, or the same mail of a ticket, once more.
    Copy,
    /// The sender asks not to read the inquiry.
    Recall,
    /// The password of the inquiry's files.
    Password,
    /// The inquirer thanks for the answer.
    Thanks,
    /// An adviser writes about a meeting or a visit.
    Adviser,
    /// A contact answers a question of the desk.
    Contact,
}

impl Note {
    /// The code of the warning in `inspect` and in the audit.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Copy => "copy",
            Self::Recall => "recall",
            Self::Password => "password",
            Self::Thanks => "thanks",
            Self::Adviser => "adviser",
            Self::Contact => "contact",
        }
    }
}

/// A note, and the ticket that it belongs to, if there is one.
pub(super) type Noted = (Note, Option<(i64, TicketNumber)>);

/// `None` for a message that is more than a note.
pub(super) fn note(reading: &Reading, known: &Known, kind: Kind) -> Option<Noted> {
    if !matches!(kind, Kind::Inquiry | Kind::FollowUp | Kind::Other | Kind::Automatic) {
        return None;
    }
    let joined = joinable(reading, known).filter(|ticket| joins(reading, ticket));
    if let Some(ticket) = joined.filter(|_| kind == Kind::FollowUp && was_said_before(reading, known)) {
        return Some((Note::Copy, Some((ticket.id, ticket.number.clone()))));
    }
    if let Some(earlier) = copied(reading, known)
        && (kind == Kind::Inquiry || kind == Kind::FollowUp && joined.is_none())
    {
        return Some((Note::Copy, Some((earlier.id, earlier.number.clone()))));
    }
    if reading.form.has_form {
        return None;
    }
    let is_done = |ticket: &&TicketFacts| !ticket.clock.is_owed();
    if let Some(ticket) = joined.filter(is_done)
        && kind == Kind::FollowUp
        && reading.mail.attachments.is_empty()
        && is_only_thanks(reading.written())
    {
        return Some((Note::Thanks, Some((ticket.id, ticket.number.clone()))));
    }
    let threaded = joinable(reading, known);
    if is_recall(reading) {
        let recalled = || recalled(reading, known).map(|earlier| (earlier.id, earlier.number.clone()));
        let threaded = threaded.map(|ticket| (ticket.id, ticket.number.clone()));
        return Some((Note::Recall, threaded.or_else(recalled)));
    }
    // In a thread it may be what a member asked for.
    if threaded.is_none() && is_password(reading) {
        let recent = |earlier: &&EarlierTicket| is_within(reading, earlier.received_at, PASSWORD_WITHIN);
        let followed = known.earlier.iter().find(recent);
        return Some((Note::Password, followed.map(|earlier| (earlier.id, earlier.number.clone()))));
    }
    None
}

/// The ticket of which the message is a copy.
fn copied<'a>(reading: &Reading, known: &'a Known) -> Option<&'a EarlierTicket> {
    if known.earlier.is_empty() {
        return None;
    }
    let fields = fields_of(reading);
    known.earlier.iter().find(|earlier| {
        if earlier.same_message_id {
            let inquiry = |fields| squashed(fields, FieldKey::Inquiry);
            return is_with_addition(&inquiry(&fields), &inquiry(&earlier.fields));
        }
        // A ticket that mentions another one has its fields, too.
        let inherits = reading.reference.is_some();
        let is_same = |key: &FieldKey| match squashed(&fields, *key) {
            field if field.is_empty() && inherits && *key != FieldKey::Inquiry => true,
            field => field == squashed(&earlier.fields, *key),
        };
        is_within(reading, earlier.received_at, TWICE_WITHIN) && FieldKey::ALL.iter().all(is_same)
    })
}

/// Whether the ticket that the message refers to has another copy of it.
fn was_said_before(reading: &Reading, known: &Known) -> bool {
    let repeats = |before: &String| is_with_addition(&squash(&reading.mail.text), &squash(before));
    known.said_before.iter().any(repeats)
}

/// Whether two forms have the same 照会内容, apart from blanks and from what one of them has behind it.
pub(super) fn is_same_inquiry(one: &Fields, other: &Fields) -> bool {
    let (one, other) = (squashed(one, FieldKey::Inquiry), squashed(other, FieldKey::Inquiry));
    if one.is_empty() || other.is_empty() {
        return one == other;
    }
    one.starts_with(&other) || other.starts_with(&one)
}

/// Whether one of two squashed texts is the other with the banner or the footer of a gateway.
fn is_with_addition(one: &str, other: &str) -> bool {
    if one.is_empty() || other.is_empty() {
        return one == other;
    }
    one.contains(other) || other.contains(one)
}

fn squashed(fields: &Fields, key: FieldKey) -> String {
    // A ticket keeps no more.
    let text: String = fields.get(key).unwrap_or_default().chars().take(longest(key)).collect();
    squash(&text)
}

fn is_within(reading: &Reading, earlier: DateTime<Utc>, time: TimeDelta) -> bool {
    (reading.received_at - earlier).abs() <= time
}

/// The subject of a recall: Outlook (取り消し, 回収, Recall), or a person's own words.
const RECALL_SUBJECT: &str = r"^(?:取り?消し|回収|リコール|recall|送信取り?消し)[:\]】]";
/// The text of a recall: Outlook in Japanese and in English.
const RECALL_TEXT: &str = "を取り消そうと|wouldliketorecallthemessage";
/// A mail that brings a password: what programs for encrypted files write (PPAP), and people.
const PASSWORD: &str = "(?:パスワード|パスフレーズ|解凍(?:キー|パス)|復号(?:キー|鍵)|password|passcode|(?:^|[^a-z])pw)(?:\
     (?:[^。]{0,40})?(?:以下|下記|次の(?:とおり|通り)|お知らせ(?:いた|し|です|致)|お送り|送付|ご連絡(?:いた|し|です|致)|ご案内|通知|:[!-~]{4})\
     |(?:です|になります)[。:]*[「『]?[!-~]{4}|は(?:[「『][!-~]{4}|:?(?:[!-~]{3,20}[0-9]|[0-9][!-~]{3}))|は?[。:]+[!-~]{4,40}$)";
/// Questions about a password.
const ASKS: &str = "教え|わから|分から|忘れ|届いて(?:いない|おりません|いません)|不明|ください";

/// Longer mails are about more than a password.
const PASSWORD_TEXT: usize = 1_500;

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

static IS_RECALL_SUBJECT: LazyLock<Regex> = LazyLock::new(|| regex(RECALL_SUBJECT));
static IS_RECALL_TEXT: LazyLock<Regex> = LazyLock::new(|| regex(RECALL_TEXT));
static IS_PASSWORD: LazyLock<Regex> = LazyLock::new(|| regex(PASSWORD));
static ASKS_FOR_IT: LazyLock<Regex> = LazyLock::new(|| regex(ASKS));

fn is_recall(reading: &Reading) -> bool {
    IS_RECALL_SUBJECT.is_match(&joined(&reading.mail.subject))
        || IS_RECALL_TEXT.is_match(&joined(reading.written()))
}

/// The ticket of the mail that the recall names by its subject; else the sender's newest one.
fn recalled<'a>(reading: &Reading, known: &'a Known) -> Option<&'a EarlierTicket> {
    let text = squash(&format!("{}\n{}", reading.mail.subject, reading.written()));
    let names = |earlier: &&EarlierTicket| {
        let subject = squash(&earlier.subject);
        !subject.is_empty() && text.contains(&subject)
    };
    known.earlier.iter().find(names).or_else(|| known.earlier.first())
}

fn is_password(reading: &Reading) -> bool {
    let text = reading.written();
    if text.len() > PASSWORD_TEXT * 3 {
        return false;
    }
    let text = joined(text);
    IS_PASSWORD.is_match(&format!("{}。{text}", joined(&reading.mail.subject))) && !asks(&text)
}

/// Whether a sentence of the text asks for a password.
fn asks(text: &str) -> bool {
    text.split('。').any(|sentence| sentence.contains("パスワード") && ASKS_FOR_IT.is_match(sentence))
}
