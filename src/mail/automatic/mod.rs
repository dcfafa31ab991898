//! Detects automatic mail (RFC 3834 and older conventions) and names the evidence. `table` has the marks, `own_list` leaves
//! out those that a list of the desk added. `desk::gate` and `desk::triage` decide what happens to such mail.

mod calendar;
mod own_list;
mod table;

use std::{cell::LazyCell, sync::LazyLock};

use regex::Regex;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use self::table::Value;
use super::{Header, InboundMail};

pub use calendar::answered_event;
pub use own_list::{Own, author};

/// The rule by which a mail counts as automatic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The loop header `X-Madoguchi-Loop`: this desk or another instance of the program sent the mail.
    Loop,
    /// The sender is one of the desk's own addresses.
    OwnMail,
    /// Auto-Submitted with a value other than `no` (RFC 3834, 5).
    AutoSubmitted,
    /// A header of an auto-responder that does not follow RFC 3834.
    AutoReplyHeader,
    /// Precedence: bulk, junk, list, auto_reply.
    Precedence,
    /// A mailing list (RFC 2369, 2919).
    List,
    /// The null return path (RFC 5321, 4.5.5).
    NullSender,
    /// A delivery report, read receipt or abuse report (RFC 6522).
    Report,
    /// The sender address is a no-reply address.
    NoReplySender,
    /// A calendar program's answer to an invitation (RFC 5546, 3.2.3).
    Calendar,
    /// The subject is typical of automatic replies, such as out-of-office notices.
    Subject,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Automatic {
    pub reason: Reason,
    /// The header field that matched: `Auto-Submitted: auto-replied`.
    pub evidence: String,
}

/// Returns the first mark that matches, strongest evidence first. `None` if the mail is not automatic. `fills_in_form`: the
/// mail has the filled-in form.
#[must_use]
pub fn detect(mail: &InboundMail, own: &Own<'_>, fills_in_form: bool) -> Option<Automatic> {
    let by_own_list = LazyCell::new(|| own.passed_on(mail));
    let mark = |nth: usize| {
        let (reason, name, value) = &table::FIELDS[nth];
        let evidence = marked(mail, name, *value, &PATTERNS.fields[nth])?;
        // Fields that our own list adds to a person's mail are no marks of a robot.
        let is_of_list = matches!(reason, Reason::List | Reason::Precedence) && *by_own_list;
        (!is_of_list).then(|| found(*reason, name, evidence))
    };
    let own_sender = || {
        let from = mail.from.as_ref()?;
        own.has(&from.address).then(|| found(Reason::OwnMail, "From", &from.address))
    };
    // Our own mark comes first, our own address next.
    mark(0)
        .or_else(own_sender)
        .or_else(|| (1..table::FIELDS.len()).find_map(mark))
        .or_else(|| no_reply(mail))
        .or_else(|| answered_event(mail).map(|uid| found(Reason::Calendar, "UID", &uid)))
        .or_else(|| by_subject(mail, fills_in_form))
}

/// Returns the header field that asks not to send automatic replies.
///
/// It does not prove that the mail is automatic: Outlook sets it on mail from people, too. DR, RN, NRN and OOF ask for the
/// silence of others than us ([MS-OXCMAIL] 2.1.3.4.15). On mail that a list of the desk passed on, the list asks; above the
/// topmost Received our own server does, which writes its fields there (RFC 5321, 4.4).
#[must_use]
pub fn asks_for_silence(mail: &InboundMail, own: &Own<'_>) -> Option<String> {
    let is = |header: &Header, name| header.name.eq_ignore_ascii_case(name);
    let ours = mail.headers.iter().position(|header| is(header, "Received")).unwrap_or(0);
    let suppress = mail.headers.iter().skip(ours).find(|header| {
        is(header, "X-Auto-Response-Suppress")
            && header.value.split(',').any(|word| {
                let word = word.trim();
                word.eq_ignore_ascii_case("all") || word.eq_ignore_ascii_case("autoreply")
            })
    });
    let suppress = suppress.map(|header| format!("X-Auto-Response-Suppress: {}", header.value));
    let ack = || {
        mail.header("X-Ack").find(|value| first_word(value) == "no").map(|value| format!("X-Ack: {value}"))
    };
    suppress.or_else(ack).filter(|_| !own.passed_on(mail))
}

fn found(reason: Reason, name: &str, value: &str) -> Automatic {
    Automatic { reason, evidence: format!("{name}: {value}") }
}

/// The table's patterns, compiled.
struct Patterns {
    /// In the order of [`table::FIELDS`].
    fields: Vec<Regex>,
    /// In the order of [`table::SECOND_SIGNS`].
    second_signs: Vec<Regex>,
    no_reply: Regex,
    /// What may stand before the words of a subject. The other patterns of subjects begin behind it.
    before: Regex,
    subject: Regex,
    beginning: Regex,
    bracketed: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let of = |value: &Value| {
        let (Value::Is(pattern) | Value::IsNot(pattern)) = value;
        regex(pattern)
    };
    let any = |patterns: &[&str]| format!("(?:{})", patterns.join("|"));
    let subject = format!("^(?:{}{}|{})", any(table::WHOLE), table::AFTER, any(table::SENTENCES));
    Patterns {
        fields: table::FIELDS.iter().map(|(_, _, value)| of(value)).collect(),
        second_signs: table::SECOND_SIGNS.iter().map(|(_, value)| of(value)).collect(),
        no_reply: regex(table::NO_REPLY),
        before: regex(table::BEFORE),
        subject: regex(&subject),
        beginning: regex(table::BEGINNING),
        bracketed: regex(table::BRACKETED),
    }
});

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// The value of the field that is a mark. Of Return-Path and Content-Type only the topmost counts.
fn marked<'a>(mail: &'a InboundMail, name: &'a str, value: Value, pattern: &Regex) -> Option<&'a str> {
    let most = if matches!(name, "Return-Path" | "Content-Type") { 1 } else { usize::MAX };
    mail.header(name).take(most).find(|text| {
        let word = first_word(text);
        match value {
            Value::Is(_) => pattern.is_match(&word),
            Value::IsNot(_) => !word.is_empty() && !pattern.is_match(&word),
        }
    })
}

/// The value without comments and parameters, lower case (RFC 3834, 5.1: `no (really); x=y`).
fn first_word(value: &str) -> String {
    let mut depth = 0_usize;
    let mut word = String::new();
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => break,
            c if depth == 0 && !c.is_whitespace() => word.extend(c.to_lowercase()),
            _ => {}
        }
    }
    word
}

fn no_reply(mail: &InboundMail) -> Option<Automatic> {
    let from = mail.from.as_ref()?;
    is_no_reply(&from.address).then(|| found(Reason::NoReplySender, "From", &from.address))
}

/// Whether nobody reads what comes to an address: one of a robot, or one that a list program makes of a list's own.
#[must_use]
pub fn is_unattended(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local).to_ascii_lowercase();
    is_no_reply(address) || own_list::ROLES.iter().any(|role| local.ends_with(role))
}

fn is_no_reply(address: &str) -> bool {
    let (local, _) = address.rsplit_once('@').unwrap_or((address, ""));
    let squeezed: String =
        local.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    PATTERNS.no_reply.is_match(&squeezed)
}

fn by_subject(mail: &InboundMail, fills_in_form: bool) -> Option<Automatic> {
    let has_second_sign = || {
        let mut signs = table::SECOND_SIGNS.iter().zip(&PATTERNS.second_signs);
        signs.any(|((name, value), pattern)| marked(mail, name, *value, pattern).is_some())
    };
    let begins_so = || {
        let folded = folded(&mail.subject);
        !is_answer(&folded) && PATTERNS.beginning.is_match(words(&folded))
    };
    // The form outweighs a subject that people write as well.
    (is_reply_subject(&mail.subject) || !fills_in_form && begins_so() && has_second_sign())
        .then(|| found(Reason::Subject, "Subject", &mail.subject))
}

/// Whether the subject is that of an automatic reply. `Re: 【自動返信】…` is not: a person answered one.
pub(super) fn is_reply_subject(subject: &str) -> bool {
    let folded = folded(subject);
    !is_answer(&folded) && (PATTERNS.subject.is_match(words(&folded)) || PATTERNS.bracketed.is_match(&folded))
}

/// The subject behind tags in brackets, and signs.
fn words(folded: &str) -> &str {
    let end = PATTERNS.before.find(folded).map_or(0, |found| found.end());
    folded.get(end..).unwrap_or_default()
}

fn folded(subject: &str) -> String {
    if subject.is_ascii() {
        return subject.to_ascii_lowercase();
    }
    subject.nfkc().flat_map(char::to_lowercase).collect()
}

fn is_answer(folded: &str) -> bool {
    let bare = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    ["re:", "fw:", "fwd:", "返信:", "転送:"].iter().any(|prefix| bare.starts_with(prefix))
}
