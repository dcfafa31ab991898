//! Selects the parts that a person reads and joins them into one text; all others become attachments.
//! `desk` checks whether the text contains a form.

use std::borrow::Cow;

use super::{
    Attachment, Warning, attachment, charset, charset::Guess, clean, flowed, html, message::guess_warnings,
    part::Part, transfer,
};

/// Limits how deep mails forwarded as attachments are read.
const MAX_FORWARDS: usize = 3;

#[derive(Debug, Default)]
pub(super) struct Contents {
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub unreadable: Option<String>,
    pub warnings: Vec<Warning>,
}

/// Reads all parts of a message. `unreadable` is set only if there is no text.
pub(super) fn read(root: &Part<'_>) -> Contents {
    let mut contents = read_message(root, 0);
    if !contents.text.is_empty() {
        contents.unreadable = None;
    }
    contents
}

fn read_message(root: &Part<'_>, forwards: usize) -> Contents {
    let mut gather = Gather::default();
    gather.visit(root, true);
    let text = clean::body(joined(gather.texts));
    let mut contents = Contents {
        text,
        attachments: gather.attachments,
        unreadable: gather.opaque,
        warnings: gather.warnings,
    };
    if contents.text.is_empty() && contents.unreadable.is_none() && forwards < MAX_FORWARDS {
        forwarded(&mut contents, forwards);
    }
    contents
}

/// Joins the texts with a line break. Nearly every mail has only one, which is not copied.
fn joined(mut texts: Vec<String>) -> String {
    if texts.len() == 1 { texts.swap_remove(0) } else { texts.join("\n") }
}

/// If the only content is a mail forwarded as an attachment, uses the text of that mail.
fn forwarded(contents: &mut Contents, forwards: usize) {
    let Some(inner) = contents.attachments.iter().find(|a| a.media_type == "message/rfc822") else {
        return;
    };
    let mut read = read_message(&Part::read(&inner.bytes), forwards + 1);
    contents.text = std::mem::take(&mut read.text);
    contents.unreadable = read.unreadable;
    contents.warnings.append(&mut read.warnings);
}

#[derive(Default)]
struct Gather {
    texts: Vec<String>,
    attachments: Vec<Attachment>,
    warnings: Vec<Warning>,
    /// Why a part that may contain the body cannot be read.
    opaque: Option<String>,
}

impl Gather {
    fn visit(&mut self, part: &Part<'_>, first: bool) {
        if part.cut {
            self.warn("too_many_parts", part.media_type().to_owned());
        }
        if part.is("multipart/alternative") {
            self.alternative(part);
        } else if part.is("multipart/related") {
            let root = part.param("start").and_then(|id| related_root(part, &id)).unwrap_or(0);
            for (i, child) in part.children.iter().enumerate() {
                if i == root {
                    self.visit(child, first);
                } else {
                    self.attach(child);
                }
            }
        } else if !part.children.is_empty() {
            if part.is("multipart/encrypted") {
                self.opaque = Some("encrypted with PGP/MIME".to_owned());
            }
            for (i, child) in part.children.iter().enumerate() {
                self.visit(child, first && i == 0);
            }
        } else if is_body(part, first) {
            let text = self.text(part);
            self.texts.push(text);
        } else {
            self.attach(part);
        }
    }

    /// Prefers plain text if it has the content of the other alternatives, because our forms are plain text.
    ///
    /// RFC 2046, 5.1.4 prefers the last alternative.
    fn alternative(&mut self, part: &Part<'_>) {
        let mut choice: Option<(String, bool)> = None;
        for child in &part.children {
            let mut read = Self::default();
            read.visit(child, true);
            self.attachments.append(&mut read.attachments);
            self.opaque = self.opaque.take().or(read.opaque);
            let is_plain = child.is("text/plain");
            let text = read.texts.join("\n");
            let better = match &choice {
                None => !read.texts.is_empty(),
                Some((chosen, true)) => {
                    !read.texts.is_empty()
                        && (is_stub(chosen, &text) || (is_damaged(chosen) && !is_damaged(&text)))
                }
                Some((chosen, false)) => is_plain && !is_stub(&text, chosen),
            };
            if better {
                choice = Some((text, is_plain));
                for warning in read.warnings {
                    self.warn(warning.code, warning.detail);
                }
            }
        }
        self.texts.extend(choice.map(|(text, _)| text));
    }

    fn attach(&mut self, part: &Part<'_>) {
        if !part.children.is_empty() {
            part.children.iter().for_each(|child| self.attach(child));
            return;
        }
        let mut guesses = Vec::new();
        let attachment = attachment::read(part, self.attachments.len() + 1, &mut guesses);
        self.warnings.extend(guess_warnings("attachment name", &guesses));
        if let Some(reason) = opaque(part, &attachment) {
            self.warn(reason.0, attachment.name.clone());
            self.opaque = Some(reason.1.to_owned());
        }
        self.attachments.push(attachment);
    }

    fn text(&mut self, part: &Part<'_>) -> String {
        let content = part.content();
        if content.wrong {
            self.warn("transfer_encoding_wrong", "body: taken as it is".to_owned());
        }
        let bytes = match undeclared(&content.bytes) {
            Some((bytes, found)) => {
                self.warn("transfer_encoding_missing", format!("body: {found}"));
                Cow::Owned(bytes)
            }
            None => content.bytes,
        };
        let is_html =
            part.is("text/html") || (part.fields.get("Content-Type").is_none() && looks_like_html(&bytes));
        let declared = part.param("charset");
        let label = declared.or_else(|| is_html.then(|| html::declared_charset(&bytes)).flatten());
        let decoded = charset::decode(label.as_deref(), &bytes);
        self.warnings.extend(guess_warnings("body", &decoded.guess().into_iter().collect::<Vec<_>>()));
        let mut text = decoded.text;
        if is_html {
            text = html::to_text(&text);
        } else if part.param("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
            let delsp = part.param("delsp").is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
            text = flowed::join(&text, delsp);
        }
        if !content.footer.is_empty() {
            let footer = charset::decode(None, content.footer);
            text = format!("{}\n{}", text.trim_end(), footer.text);
        }
        text
    }

    fn warn(&mut self, code: &'static str, detail: String) {
        self.warnings.push(Warning { code, detail });
    }
}

/// Text types that programs exchange; people do not read them.
const MACHINE_TYPES: [&str; 7] = [
    "text/calendar",
    "text/csv",
    "text/vcard",
    "text/x-vcard",
    "text/rfc822-headers",
    "text/x-amp-html",
    "text/xml",
];

/// Whether the part is body text. The first part is, unless it is an attachment with a file name.
///
/// Later parts are only if they have no file name and are not declared as attachments.
fn is_body(part: &Part<'_>, first: bool) -> bool {
    let plain = part.is("text/plain") || part.is("text/html");
    // Unknown text subtypes are treated as plain text (RFC 2046, 4.1.4), except those for programs.
    let readable = first && part.is("text/") && !MACHINE_TYPES.contains(&part.media_type());
    if !plain && !readable {
        return false;
    }
    let named = part.file_name(&mut Vec::<Guess>::new()).is_some();
    if part.is_attachment() { first && !named } else { first || !named }
}

fn related_root(part: &Part<'_>, id: &str) -> Option<usize> {
    part.children.iter().position(|child| {
        child.fields.get("Content-ID").is_some_and(|raw| raw.bytes.trim_ascii() == id.as_bytes())
    })
}

/// Detects content that needs special software. Returns the code of the warning and the reason for staff.
fn opaque(part: &Part<'_>, attachment: &Attachment) -> Option<(&'static str, &'static str)> {
    let name = attachment.name.to_ascii_lowercase();
    let is = |types: &[&str]| types.iter().any(|media_type| part.is(media_type));
    if is(&["application/ms-tnef", "application/vnd.ms-tnef"]) || name == "winmail.dat" {
        return Some(("winmail_dat", "only winmail.dat (Outlook TNEF)"));
    }
    let smime = is(&["application/pkcs7-mime", "application/x-pkcs7-mime"]) || name == "smime.p7m";
    if smime && part.param("smime-type").is_some_and(|kind| kind.eq_ignore_ascii_case("signed-data")) {
        return Some(("opaque_smime", "opaque S/MIME signature"));
    }
    smime.then_some(("opaque_smime", "encrypted or opaque S/MIME"))
}

/// Whether the plain text only refers to the HTML: it is empty, or short and different from the HTML.
fn is_stub(plain: &str, other: &str) -> bool {
    let (plain, other) = (letters(plain), letters(other));
    if plain.is_empty() {
        return !other.is_empty();
    }
    let length = plain.chars().count();
    let points_to_html = plain.contains("HTML") && !other.contains("HTML");
    length < 200 && (points_to_html || length * 2 < other.chars().count()) && !other.starts_with(&plain)
}

/// Whether characters were lost. Outlook fills the plain text with question marks if its charset lacks the characters.
fn is_damaged(text: &str) -> bool {
    let marks = text.matches('?').count();
    text.contains('\u{fffd}') || (marks > 8 && marks > text.chars().filter(|c| c.is_alphanumeric()).count())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    ["<html", "<!doctype html"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag.as_bytes())))
}

/// Decodes base64 or quoted-printable that no header declares: ASCII that decodes to Japanese.
///
/// Returns the bytes and the name of the encoding.
fn undeclared(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    if bytes.len() < 8 || !bytes.iter().all(|b| b.is_ascii() && *b != 0x1b) {
        return None;
    }
    let japanese = |bytes: &[u8]| {
        std::str::from_utf8(bytes).map_or_else(
            |_| charset::is_clean_japanese(bytes),
            |text| !text.is_ascii() || bytes.windows(2).any(|w| w == b"\x1b$"),
        )
    };
    if is_base64(bytes) {
        let decoded = transfer::decode(bytes, transfer::Encoding::Base64).bytes.into_owned();
        return japanese(&decoded).then_some((decoded, "base64"));
    }
    let is_escape = |w: &&[u8]| matches!(w, [b'=', b'1' | b'8'..=b'9' | b'A'..=b'F' | b'a'..=b'f', low] if low.is_ascii_hexdigit());
    let escapes = bytes.windows(3).filter(is_escape).count();
    if escapes >= 2 {
        let decoded = transfer::quoted_printable(bytes);
        return japanese(&decoded).then_some((decoded, "quoted-printable"));
    }
    None
}

/// Whether all lines consist of base64 digits, padded or not.
///
/// Base64 wrongly declared as quoted-printable lost its padding: the decoder took `=` for a soft line break.
fn is_base64(bytes: &[u8]) -> bool {
    let digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let bytes = bytes.trim_ascii_end();
    let bytes = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    let digits = bytes.iter().filter(|b| digit(b)).count();
    let mut lines = bytes.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    digits % 4 != 1 && lines.all(|line| line.iter().all(digit))
}
