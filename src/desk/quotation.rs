//! What a reply says beyond the mails of ours that it quotes, with the text that it was typed next to.

use crate::{
    mail::{InboundMail, OwnMail},
    reply::{self, Insertion, People, Place, Reply, Sent, Source},
};

/// A mail of ours that a reply names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMail {
    /// Envelope recipient.
    pub recipient: String,
    pub mail: OwnMail,
}

/// A reply without our mails.
#[derive(Debug, Clone)]
pub struct Quotation<'a> {
    pub reply: Reply,
    sent: &'a [SentMail],
}

impl<'a> Quotation<'a> {
    /// Subtracts the mails of ours, newest first. `None` if the reply quotes none of them.
    #[must_use]
    pub fn of(text: &str, sent: &'a [SentMail], people: &People<'_>) -> Option<Self> {
        let mails: Vec<Sent<'_>> = sent
            .iter()
            .map(|sent| Sent { plain: &sent.mail.text, html: sent.mail.html.as_deref() })
            .collect();
        let reply = reply::subtract(text, &mails, people)?;
        Some(Self { reply, sent })
    }

    /// The mails that came back, newest in the reply first, with the text that came back.
    pub fn sources(&self) -> impl Iterator<Item = (Source, &'a SentMail, &'a str)> {
        let mut seen = Vec::new();
        self.reply.sources.iter().filter_map(move |source| {
            let new = !seen.contains(source);
            seen.push(*source);
            let sent = self.sent.get(source.mail).filter(|_| new)?;
            Some((*source, sent, text_of(sent, *source)))
        })
    }

    /// The text of ours that a source is.
    #[must_use]
    pub fn text(&self, source: Source) -> &'a str {
        self.sent.get(source.mail).map_or("", |sent| text_of(sent, source))
    }

    /// What the person wrote, as staff read it: a value behind a label of ours is shown with its label. `None` if nothing
    /// was written.
    #[must_use]
    pub fn news(&self) -> Option<String> {
        let texts: Vec<String> = self.reply.insertions.iter().filter_map(|part| self.shown(part)).collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    fn shown(&self, insertion: &Insertion) -> Option<String> {
        if insertion.quoted {
            return None;
        }
        let mut text = match insertion.place {
            Place::At(spot) | Place::Below(spot) if spot.inline => {
                let line = self.text(spot.source).lines().nth(spot.line).unwrap_or_default();
                let label: String = line.chars().take(spot.column).collect();
                format!("{}{}", label.trim_start(), insertion.text)
            }
            _ => insertion.text.clone(),
        };
        if let Some(signature) = &insertion.signature {
            text = format!("{text}\n{signature}");
        }
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// Names that the attributions and the signature of a mail contain. `desk` is the desk's name and address.
#[must_use]
pub fn people<'a>(mail: &'a InboundMail, desk: (&'a str, &'a str)) -> People<'a> {
    let from = mail.from.as_ref();
    People {
        desk_name: desk.0,
        desk_address: desk.1,
        sender_name: from.and_then(|from| from.name.as_deref()).unwrap_or_default(),
        sender_address: from.map_or("", |from| from.address.as_str()),
    }
}

fn text_of(sent: &SentMail, source: Source) -> &str {
    match source.rendering {
        reply::Rendering::Plain => &sent.mail.text,
        reply::Rendering::Html => sent.mail.html.as_deref().unwrap_or_default(),
    }
}
