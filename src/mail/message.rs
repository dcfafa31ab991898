//! Builds an [`InboundMail`] from the header fields and the parts of a message.
//! `part` and `text` read the parts; `automatic` and `bounce` detect automatic mail and delivery reports.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    Header, InboundMail, Warning, address, bounce,
    charset::Guess,
    clean,
    field::{self, Fields},
    part::Part,
    text,
};

/// Limits memory; no real thread has a thousand mails.
const MAX_IDS: usize = 1_000;

pub(super) fn read(raw: &[u8]) -> InboundMail {
    let unix;
    let mut raw = without_mbox_prefix(raw);
    if !raw.contains(&b'\n') && raw.contains(&b'\r') {
        // Lines end in CR only, as on old Macs.
        unix = raw.iter().map(|&b| if b == b'\r' { b'\n' } else { b }).collect::<Vec<u8>>();
        raw = &unix;
    }
    let root = Part::read(raw);
    let mut mail = InboundMail::default();
    let head = raw.get(..raw.len() - root.body.len()).unwrap_or_default();
    mail.head = head.to_vec();
    read_fields(&root.fields, &mut mail);
    let contents = text::read(&root);
    mail.text = contents.text;
    mail.attachments = contents.attachments;
    mail.attached = contents.attached;
    mail.unreadable = contents.unreadable;
    for warning in contents.warnings {
        mail.warn(warning.code, warning.detail);
    }
    if root.fields.0.is_empty() {
        mail.unreadable = Some("no header fields".to_owned());
    }
    mail.bounce = bounce::read(&root, &mail);
    mail
}

/// Removes what mbox files and some servers add before the header: a `From ` line, blank lines, a byte order mark.
fn without_mbox_prefix(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    after_mbox_line(raw.strip_prefix(b">").unwrap_or(raw)).unwrap_or(raw)
}

/// The bytes after the `From ` line of an mbox, if they begin with one. `From : a@b` is a field (RFC 5322, 4.5).
pub fn after_mbox_line(raw: &[u8]) -> Option<&[u8]> {
    let sender = raw.strip_prefix(b"From ")?;
    (!sender.trim_ascii_start().starts_with(b":")).then(|| field::cut_line(sender).1)
}

fn read_fields(fields: &Fields<'_>, mail: &mut InboundMail) {
    for field in &fields.0 {
        let is = |name: &&str| field.name.eq_ignore_ascii_case(name);
        let as_written = || field::undecoded_text(field.value);
        let (value, guesses) = if is(&"Authentication-Results") {
            // Decoded encoded-words could end a quoted string or a comment of our server's.
            as_written()
        } else if ["Message-ID", "In-Reply-To", "References"].iter().any(is) && as_written().0.contains('<') {
            // No identifier has encoded words (RFC 2047, 5), but some programs encode a long field as a whole.
            as_written()
        } else {
            field::text(field.value)
        };
        mail.headers.push(Header { name: field.name.to_owned(), value });
        for warning in guess_warnings(&field.name.to_ascii_lowercase(), &guesses) {
            mail.warn(warning.code, warning.detail);
        }
    }
    let all = |name: &'static str| {
        let named = move |header: &&Header| header.name.eq_ignore_ascii_case(name);
        mail.headers.iter().filter(named).map(|header| header.value.as_str())
    };
    let ids = |name| all(name).flat_map(bracketed).take(MAX_IDS).collect();
    mail.subject = all("Subject").next().unwrap_or_default().to_owned();
    mail.message_id = all("Message-ID").next().and_then(message_id);
    mail.in_reply_to = ids("In-Reply-To");
    mail.references = ids("References");
    mail.date = all("Date").next().and_then(date);
    mail.received = all("Received").next().and_then(|value| date(value.rsplit_once(';')?.1));
    let mailboxes = |name: &str| -> Vec<_> {
        fields.all(name).flat_map(|raw| address::read(raw, &mut Vec::new())).collect()
    };
    let mut senders = mailboxes("From");
    mail.has_one_sender = senders.len() == 1 && fields.all("From").count() == 1;
    if senders.len() > 1 {
        mail.warn("several_senders", senders.len().to_string());
    }
    mail.from = (!senders.is_empty()).then(|| senders.swap_remove(0));
    mail.reply_to = mailboxes("Reply-To");
    mail.to = mailboxes("To");
    mail.cc = mailboxes("Cc");
    if mail.from.is_none() {
        mail.warn("no_sender", "no address in From");
    }
}

/// Returns a warning for each guessed or lossy charset. `place` names the header field or the part.
pub(super) fn guess_warnings(place: &str, guesses: &[Guess]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for guess in guesses {
        let detail = format!("{place}: {}", guess.charset);
        if guess.guessed {
            warnings.push(Warning { code: "charset_guessed", detail: detail.clone() });
        }
        if guess.lossy {
            warnings.push(Warning { code: "charset_damaged", detail });
        }
    }
    warnings
}

fn message_id(value: &str) -> Option<String> {
    bracketed(value).next().or_else(|| {
        let bare = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
        (!bare.is_empty() && !bare.contains(char::is_whitespace)).then(|| bare.to_owned())
    })
}

/// The non-empty Message-IDs in angle brackets, without the whitespace that folding left inside them.
fn bracketed(value: &str) -> impl Iterator<Item = String> {
    let mut rest = value;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('<')?;
            let (id, after) = after.split_once('>')?;
            rest = after;
            let id: String = clean::one_line(id).chars().filter(|c| !c.is_whitespace()).collect();
            if !id.is_empty() {
                return Some(id);
            }
        }
    })
    .take(MAX_IDS)
}

/// Parses a date (RFC 5322, 3.3 and 4.3). chrono is tried first; mail-parser also knows the obsolete zones.
fn date(value: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(date) = DateTime::parse_from_rfc2822(value.trim()) {
        return Some(date);
    }
    let value: String = value.chars().take(100).collect();
    let d = mail_parser::DateTime::parse_rfc822(&value)?;
    let seconds = i32::from(d.tz_hour) * 3600 + i32::from(d.tz_minute) * 60;
    let zone = FixedOffset::east_opt(if d.tz_before_gmt { -seconds } else { seconds })?;
    let day = NaiveDate::from_ymd_opt(d.year.into(), d.month.into(), d.day.into())?;
    day.and_hms_opt(d.hour.into(), d.minute.into(), d.second.min(59).into())?
        .and_local_timezone(zone)
        .single()
}
