//! Selects the parts that a person reads and joins them into one text; all others become attachments.
//! `desk` checks whether the text contains a form.

use std::borrow::Cow;

use super::{
    AttachedMail, Attachment, Warning, address,
    alternative::{self, Alternative},
    attachment,
    charset::{self, Guess},
    clean, field, flowed, html,
    message::guess_warnings,
    part::Part,
    smime, tnef, transfer, uuencode,
};

/// Limits how deep mails forwarded as attachments are read.
const MAX_FORWARDS: usize = 3;

/// Limits how many mails forwarded as attachments are read.
const MAX_ATTACHED: usize = 5;
/// Limits how deep signed data inside signed data is opened.
const MAX_SIGNATURES: usize = 3;

#[derive(Debug, Default)]
pub(super) struct Contents {
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub attached: Vec<AttachedMail>,
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
    let mut text = clean::body(joined(gather.texts));
    if text.is_empty() {
        text = clean::body(joined(gather.tnef_texts));
    }
    let mut contents = Contents {
        text,
        attachments: gather.attachments,
        attached: Vec::new(),
        unreadable: gather.opaque,
        warnings: gather.warnings,
    };
    if forwards < MAX_FORWARDS {
        forwarded(&mut contents, forwards);
    }
    if let (true, None, Some(name)) = (contents.text.is_empty(), &contents.unreadable, gather.unnamed) {
        contents.warnings.push(Warning { code: "body_missing", detail: format!("beside {name}") });
    }
    contents
}

/// Joins the texts with a line break. Nearly every mail has only one, which is not copied.
fn joined(mut texts: Vec<String>) -> String {
    if texts.len() == 1 { texts.swap_remove(0) } else { texts.join("\n") }
}

/// Reads the mails forwarded as attachments. If they are the only content, the first one's text becomes the text.
fn forwarded(contents: &mut Contents, forwards: usize) {
    let mut attached = Vec::new();
    for mail in contents.attachments.iter().filter(|a| is_mail(a)).take(MAX_ATTACHED) {
        let part = Part::read(&mail.bytes);
        let mut read = read_message(&part, forwards + 1);
        if contents.text.is_empty() && contents.unreadable.is_none() {
            contents.text.clone_from(&read.text);
            contents.unreadable = read.unreadable;
            contents.warnings.append(&mut read.warnings);
        }
        attached.push(AttachedMail::of(&part, read.text));
        attached.append(&mut read.attached);
    }
    contents.attached = attached;
}

/// Whether an attachment is a mail.
#[must_use]
pub fn is_mail(attachment: &Attachment) -> bool {
    let is_file = attachment.name.get(attachment.name.len().saturating_sub(4)..);
    ["message/rfc822", "message/global"].contains(&attachment.media_type.as_str())
        || is_file.is_some_and(|extension| extension.eq_ignore_ascii_case(".eml"))
}

impl AttachedMail {
    fn of(part: &Part<'_>, text: String) -> Self {
        let subject = part.fields.get("Subject").map(|raw| field::text(raw).0);
        let from = part.fields.get("From").map(|raw| address::read(raw, &mut Vec::new()));
        let from = from.and_then(|senders| senders.into_iter().next());
        Self { from: from.map(|from| from.address), subject: subject.unwrap_or_default(), text }
    }
}

#[derive(Default)]
struct Gather {
    texts: Vec<String>,
    /// Texts in winmail.dat, which repeat the text beside it if there is one.
    tnef_texts: Vec<String>,
    attachments: Vec<Attachment>,
    warnings: Vec<Warning>,
    /// Why a part that may contain the body cannot be read.
    opaque: Option<String>,
    /// The first attachment without a file name, which may be the body.
    unnamed: Option<String>,
    /// Signatures that were opened around the current part.
    signatures: usize,
}

impl Gather {
    fn visit(&mut self, part: &Part<'_>, first: bool) {
        if part.cut {
            self.warn("too_many_parts", part.media_type().to_owned());
        }
        if part.is("multipart/alternative") {
            self.alternative(part);
        } else if part.is("multipart/related") {
            let root = related_root(part);
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
        } else if let Some(signed) = self.signed(part) {
            self.signatures += 1;
            self.visit(&Part::read(&signed), first);
            self.signatures -= 1;
        } else {
            self.attach(part);
        }
    }

    fn signed(&self, part: &Part<'_>) -> Option<Vec<u8>> {
        let may_be = self.signatures < MAX_SIGNATURES
            && (is_smime(part) || part.file_name(&mut Vec::new()).is_some_and(|name| is_p7m(&name)));
        may_be.then(|| smime::signed_content(&part.content().bytes)).flatten()
    }

    fn alternative(&mut self, part: &Part<'_>) {
        let mut found = Vec::new();
        for child in &part.children {
            let mut read = Self { signatures: self.signatures, ..Self::default() };
            read.visit(child, true);
            self.attachments.append(&mut read.attachments);
            self.tnef_texts.append(&mut read.tnef_texts);
            self.opaque = self.opaque.take().or(read.opaque);
            self.unnamed = self.unnamed.take().or(read.unnamed);
            if read.texts.is_empty() {
                self.warnings.append(&mut read.warnings);
            } else {
                let media_type = child.media_type().to_owned();
                found.push(Alternative { media_type, text: joined(read.texts), warnings: read.warnings });
            }
        }
        for mut chosen in alternative::choose(found) {
            self.warnings.append(&mut chosen.warnings);
            self.texts.push(chosen.text);
        }
    }

    fn attach(&mut self, part: &Part<'_>) {
        if !part.children.is_empty() {
            part.children.iter().for_each(|child| self.attach(child));
            return;
        }
        let mut guesses = Vec::new();
        let attachment = attachment::read(part, self.attachments.len() + 1, &mut guesses);
        self.warnings.extend(guess_warnings("attachment name", &guesses));
        if is_tnef(part, &attachment) && self.open_tnef(&attachment.bytes) {
            return;
        }
        if let Some(reason) = opaque(part, &attachment) {
            self.warn(reason.0, attachment.name.clone());
            self.opaque = Some(reason.1.to_owned());
        }
        if self.unnamed.is_none() && part.file_name(&mut Vec::new()).is_none() {
            self.unnamed = Some(attachment.name.clone());
        }
        self.attachments.push(attachment);
    }

    /// Takes text and files out of a winmail.dat. False if it holds a text that we cannot read.
    fn open_tnef(&mut self, bytes: &[u8]) -> bool {
        let Some(tnef) = tnef::read(bytes) else { return false };
        let whole = tnef.text.is_some() || !tnef.has_rtf;
        self.tnef_texts.extend(tnef.text);
        for (name, bytes) in tnef.files {
            self.attachments.push(attachment::file(&name, self.attachments.len() + 1, bytes));
        }
        whole
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
        let is_html = part.is("text/html") || (!part.type_is_clear && looks_like_html(&bytes));
        let declared = part.charset();
        let bytes = match uuencode::split(&bytes).filter(|_| !is_html) {
            Some((text, files)) => {
                for file in files {
                    let name = charset::decode(declared.as_deref(), file.name).text;
                    self.attachments.push(attachment::file(&name, self.attachments.len() + 1, file.bytes));
                }
                Cow::Owned(text)
            }
            None => bytes,
        };
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

/// The child that a person reads: the one that `start` names, else the first (RFC 2387, 3.2), unless a text follows that.
fn related_root(part: &Part<'_>) -> usize {
    let named = |id: String| {
        let id = id.trim_matches(['<', '>', ' ']).to_owned();
        part.children.iter().position(|child| {
            let raw = child.fields.get("Content-ID").map(|raw| String::from_utf8_lossy(raw.bytes));
            raw.is_some_and(|raw| raw.trim().trim_matches(['<', '>']) == id)
        })
    };
    let is_text = |child: &Part<'_>| {
        child.is("multipart/")
            || ((child.is("text/plain") || child.is("text/html")) && !child.is_attachment())
    };
    let first = || part.children.iter().position(is_text);
    part.param("start").and_then(named).or_else(first).unwrap_or(0)
}

fn is_smime(part: &Part<'_>) -> bool {
    part.is("application/pkcs7-mime") || part.is("application/x-pkcs7-mime")
}

fn is_p7m(name: &str) -> bool {
    name.get(name.len().saturating_sub(4)..).is_some_and(|extension| extension.eq_ignore_ascii_case(".p7m"))
}

fn is_tnef(part: &Part<'_>, attachment: &Attachment) -> bool {
    part.is("application/ms-tnef")
        || part.is("application/vnd.ms-tnef")
        || attachment.name.eq_ignore_ascii_case("winmail.dat")
}

/// Detects content that needs special software. Returns the code of the warning and the reason for staff.
fn opaque(part: &Part<'_>, attachment: &Attachment) -> Option<(&'static str, &'static str)> {
    if is_tnef(part, attachment) {
        return Some(("winmail_dat", "only winmail.dat (Outlook TNEF)"));
    }
    let smime = is_smime(part) || attachment.name.eq_ignore_ascii_case("smime.p7m");
    if smime && part.param("smime-type").is_some_and(|kind| kind.eq_ignore_ascii_case("signed-data")) {
        return Some(("opaque_smime", "opaque S/MIME signature"));
    }
    smime.then_some(("opaque_smime", "encrypted or opaque S/MIME"))
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
