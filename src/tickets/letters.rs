//! The letters to inquirers with a person's text: one to each reader, under their own number, and never the same text twice.

use sha2::{Digest, Sha256};

use super::{
    accept::open_question,
    answer::Draft,
    recipients::{Reader, reader_of, told_by_inquirer},
};
use crate::{
    desk::{feedback::Written, ticket::TicketNumber},
    hex,
    letter::{self, Content, InquirerContext, Purpose, Rendered, WrittenContext, own_text},
    mail::Attachment,
    service::{Fault, Operation},
    store::{OutboxState, TicketRow},
};

/// Hexadecimal digits of a fingerprint.
pub(super) const FINGERPRINT: usize = 16;

/// The letters with one text.
#[derive(Clone, Copy)]
pub(super) struct Letters<'a> {
    pub(super) first: &'a Letter,
    /// To the inquirers of merged tickets.
    pub(super) others: &'a [Letter],
    /// Why they wait for one more word.
    pub(super) concerns: &'a [String],
}

/// A letter to one reader.
pub(super) struct Letter {
    pub(super) number: TicketNumber,
    pub(super) to: String,
    /// What the reader has told of themselves.
    pub(super) theirs: String,
    pub(super) rendered: Rendered,
    pub(super) message_id: String,
}

/// `None` if the same text was sent about the ticket before.
pub(super) async fn letter(
    operation: &mut Operation<'_>,
    ticket: &TicketRow,
    reader: Reader,
    written: Written,
    draft: &Draft<'_>,
) -> Result<Option<Letter>, Fault> {
    let event = format!("{}-{}", Purpose::from(written), fingerprint(draft.text, draft.files));
    let Some(message_id) = fresh_id(operation, &ticket.number, &event).await? else { return Ok(None) };
    let mut theirs = told_by_inquirer(ticket, &reader.address);
    let mut reader = reader;
    if let Some(question) = open_question(operation, ticket).await? {
        theirs = [theirs, question.clone()].join("\n");
        reader.fields.inquiry = Some(question);
    }
    let rendered = rendered(operation, ticket, &reader, written, draft.text)?;
    // Of an application, the reader may be another than the sender.
    for own in [&reader.fields.organization, &reader.fields.name].into_iter().flatten() {
        theirs.push('\n');
        theirs.push_str(own);
    }
    Ok(Some(Letter { number: ticket.number.clone(), to: reader.address, theirs, rendered, message_id }))
}

/// An answer goes to the inquirers of merged tickets as well: each of them was promised a day. Each gets a mail of their own
/// under their own number, so that nobody learns of the other.
pub(super) async fn to_absorbed(
    operation: &mut Operation<'_>,
    absorbed: &[TicketRow],
    written: Written,
    draft: &Draft<'_>,
    first: &str,
) -> Result<Vec<Letter>, Fault> {
    let mut letters: Vec<Letter> = Vec::new();
    if !matches!(written, Written::Answer | Written::Interim) {
        return Ok(letters);
    }
    for absorbed in absorbed {
        let Some(reader) = reader_of(operation.tx, absorbed).await? else { continue };
        let is_known = |known: &str| known.eq_ignore_ascii_case(&reader.address);
        if is_known(first) || letters.iter().any(|letter| is_known(&letter.to)) {
            continue;
        }
        letters.extend(letter(operation, absorbed, reader, written, draft).await?);
    }
    Ok(letters)
}

fn rendered(
    operation: &Operation<'_>,
    ticket: &TicketRow,
    reader: &Reader,
    written: Written,
    text: &str,
) -> Result<Rendered, Fault> {
    let desk = operation.desk;
    let facts = letter::Facts {
        number: ticket.number.to_string(),
        fields: reader.fields.clone(),
        subject: String::new(),
        attachments: Vec::new(),
        received_at: ticket.received_at,
        deadline: ticket.clock.deadline(),
        is_about_call: false,
        now: operation.now,
    };
    let author = if desk.answers.sign_with_name { operation.actor.name() } else { String::new() };
    let inquirer = InquirerContext::new(&desk.profile, &desk.rules, &facts);
    let context = WrittenContext::new(inquirer, &facts, text, author);
    let context = match &reader.region {
        Some(region) => context.about_application(region),
        None => context,
    };
    Ok(desk.wording.render(&Content::Written(written, context))?)
}

/// The Message-ID of a text that no inquirer has got yet. A text that was stopped or did not arrive may be sent again, under
/// another one.
pub(super) async fn fresh_id(
    operation: &mut Operation<'_>,
    number: &TicketNumber,
    event: &str,
) -> Result<Option<String>, Fault> {
    /// Times that one text may be stopped or bounce.
    const MOST: u32 = 20;
    for time in 1..=MOST {
        let event = if time == 1 { event.to_owned() } else { format!("{event}-{time}") };
        let message_id = operation.desk.ids.of_ticket(number, &event);
        match operation.tx.mail_state(&message_id).await? {
            None => return Ok(Some(message_id)),
            // Nobody has read a mail that was stopped or did not arrive.
            Some(OutboxState::Cancelled | OutboxState::Bounced | OutboxState::Failed) => {}
            Some(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// The exact text that a letter was written with: the paragraphs of it whose fingerprint its Message-ID has. The person may have
/// written the address line or the greeting themselves. `None` if the letter has changed the text.
pub(super) fn exact_text(message_id: &str, letter: &str, files: &[Attachment]) -> Option<String> {
    /// Paragraphs of a longest letter in which each part is tried.
    const MOST: usize = 80;
    let is_it = |text: &String| message_id.contains(&format!("-{}", fingerprint(text, files)));
    let paragraphs: Vec<&str> = letter.split("\n\n").collect();
    let parts = (0..paragraphs.len().min(MOST))
        .flat_map(|first| (first + 1..=paragraphs.len().min(MOST)).map(move |end| first..end))
        .filter_map(|part| paragraphs.get(part).map(|part| part.join("\n\n")));
    std::iter::once(own_text(letter)).chain(parts).find(is_it)
}

/// The same text with the same files is never sent twice for a ticket: its Message-ID follows from both.
fn fingerprint(text: &str, files: &[Attachment]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(text.trim());
    for file in files {
        hasher.update(&file.name);
        hasher.update(&file.bytes);
    }
    hex::encode(&hasher.finalize()).chars().take(FINGERPRINT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_text_is_found_in_its_letter() {
        let file = Attachment {
            name: "例.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: b"%PDF".to_vec(),
        };
        let frame = |text: &str| {
            format!(
                "平素より大変お世話になっております。\n\n{text}\n\nご不明な点がございましたら\n\n----\n窓口\n"
            )
        };
        for text in [
            "例です。",
            "山田 一郎 様\n\n例です。",
            "山田様\n\nお世話になっております。\n\n例です。\n\n\n・第一市\n\n以上",
        ] {
            let id = format!(
                "zt-2025-0001.answer-{}.abc@example.jp",
                fingerprint(text, std::slice::from_ref(&file))
            );
            let found = exact_text(&id, &frame(text), std::slice::from_ref(&file));
            assert_eq!(found.as_deref(), Some(text));
            assert_eq!(exact_text(&id, &frame(text), &[]), None, "other files");
            assert_eq!(exact_text(&id, &frame("別の文です。"), std::slice::from_ref(&file)), None);
        }
    }
}
