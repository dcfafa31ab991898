//! Reads the texts of a mail that this program composed. `message` reads mail of others.

use mail_parser::{MessageParser, PartType};

use super::html;

/// What the recipient of a mail of ours sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnMail {
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML part, converted to text.
    pub html: Option<String>,
}

impl OwnMail {
    #[must_use]
    pub fn read(raw: &[u8]) -> Self {
        let Some(message) = MessageParser::default().parse(raw) else { return Self::default() };
        let of = |parts: &[u32]| {
            parts
                .iter()
                .find_map(|part| message.parts.get(usize::try_from(*part).ok()?))
                .map(|part| &part.body)
        };
        let text = match of(&message.text_body) {
            Some(PartType::Text(text)) => text.replace("\r\n", "\n"),
            _ => String::new(),
        };
        let html = match of(&message.html_body) {
            Some(PartType::Html(html)) => Some(html::to_text(html)),
            _ => None,
        };
        Self { subject: message.subject().unwrap_or_default().to_owned(), text, html }
    }
}
