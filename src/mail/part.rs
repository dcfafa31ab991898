//! Splits a message into its MIME parts (RFC 2046). Handles missing boundaries, deep nesting, and boundaries that are
//! prefixes of one another; `text` and `attachment` decode the parts.

use memchr::memmem;

use super::{
    charset::{self, Guess},
    field::{self, Charset, Fields},
    param::{self, Structured},
    transfer::{self, Content, Encoding},
};

/// Limits recursion; no mail program nests deeper.
const MAX_DEPTH: usize = 20;
/// Limits memory; further parts stay in the last one.
const MAX_PARTS: usize = 1_000;

/// A message or one of its parts.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub fields: Fields<'a>,
    pub body: &'a [u8],
    content_type: Structured,
    disposition: Structured,
    /// The name of a charset that stands where the media type should be.
    misplaced_charset: Option<String>,
    /// Content-Type names a media type; otherwise `media_type` is a guess.
    pub type_is_clear: bool,
    pub children: Vec<Part<'a>>,
    /// The multipart had more parts or levels than the limits allow.
    pub cut: bool,
}

impl<'a> Part<'a> {
    /// Parses a whole message.
    ///
    /// We do not use the parser of mail-parser: it overflows the stack on deep nesting, takes quadratic time on
    /// boundaries that never occur, and accepts a boundary in the middle of a line.
    pub fn read(raw: &'a [u8]) -> Self {
        let mut left = MAX_PARTS;
        Self::parse(raw, "text/plain", None, 0, &mut left)
    }

    fn parse(raw: &'a [u8], default_type: &str, charset: Charset, depth: usize, left: &mut usize) -> Self {
        let (mut fields, body) = field::split(raw);
        let mut content_type = fields.get("Content-Type").map(Structured::read).unwrap_or_default();
        let charset =
            fields.share_charset(charset, || content_type.get("charset").or_else(|| charset_below(body)));
        let disposition = fields.get("Content-Disposition").map(Structured::read).unwrap_or_default();
        let given = content_type.value.trim_end_matches(['/', ':', '*']).to_owned();
        let type_is_clear = is_media_type(&given);
        content_type.value = match given.as_str() {
            _ if type_is_clear => given.clone(),
            "" if has_declared_boundary(&content_type, body) => "multipart/mixed".to_owned(),
            "" | "text" | "plain" | "plain/text" => default_type.to_owned(),
            _ if has_boundary(&content_type, body) => "multipart/mixed".to_owned(),
            _ if disposition.value == "attachment" || is_named(&content_type, &disposition) => {
                "application/octet-stream".to_owned()
            }
            // RFC 2045, 5.2: a Content-Type that cannot be read means text/plain.
            _ => default_type.to_owned(),
        };
        let misplaced_charset = Some(given).filter(|given| !type_is_clear && charset::is_known(given));
        let mut part = Self {
            fields,
            body,
            content_type,
            disposition,
            misplaced_charset,
            type_is_clear,
            children: Vec::new(),
            cut: false,
        };
        if part.is("multipart/") {
            part.split(charset, depth, left);
        }
        part
    }

    fn split(&mut self, charset: Charset, depth: usize, left: &mut usize) {
        let declared = self.content_type.get("boundary").map(|b| b.trim_end().to_owned().into_bytes());
        let mut pieces = declared.map(|boundary| cut(self.body, &boundary, *left)).unwrap_or_default();
        if pieces.is_empty()
            && let Some(boundary) = undeclared_boundary(self.body)
        {
            pieces = cut(self.body, boundary, *left);
        }
        if pieces.is_empty() {
            // No parts found: treat the whole body as text.
            "text/plain".clone_into(&mut self.content_type.value);
            return;
        }
        self.cut = depth >= MAX_DEPTH || *left <= pieces.len();
        if depth >= MAX_DEPTH {
            "text/plain".clone_into(&mut self.content_type.value);
            return;
        }
        *left = left.saturating_sub(pieces.len());
        let default_type = if self.is("multipart/digest") { "message/rfc822" } else { "text/plain" };
        self.children = pieces
            .into_iter()
            .map(|piece| Self::parse(piece, default_type, charset, depth + 1, left))
            .collect();
        if !self.type_is_clear && self.children.iter().map(Part::media_type).eq(["text/plain", "text/html"]) {
            "multipart/alternative".clone_into(&mut self.content_type.value);
        }
    }

    /// The media type in lower case.
    pub fn media_type(&self) -> &str {
        &self.content_type.value
    }

    /// Whether the media type equals `media_type`, or begins with it if it ends in `/`.
    pub fn is(&self, media_type: &str) -> bool {
        self.content_type
            .value
            .strip_prefix(media_type)
            .is_some_and(|rest| rest.is_empty() || media_type.ends_with('/'))
    }

    /// The declared charset of the content.
    pub fn charset(&self) -> Option<String> {
        self.param("charset").or_else(|| self.misplaced_charset.clone())
    }

    /// A parameter of Content-Type.
    pub fn param(&self, name: &str) -> Option<String> {
        self.content_type.get(name)
    }

    /// Whether Content-Disposition is `attachment`.
    pub fn is_attachment(&self) -> bool {
        self.disposition.value == "attachment"
    }

    /// The file name from Content-Disposition, else from Content-Type. An intact one comes before a broken one.
    pub fn file_name(&self, guesses: &mut Vec<Guess>) -> Option<String> {
        let names = self.disposition.texts("filename").chain(self.content_type.texts("name"));
        param::best(names).map(|name| name.take(guesses))
    }

    /// The content after transfer decoding.
    pub fn content(&self) -> Content<'a> {
        let label = self.fields.get("Content-Transfer-Encoding").map(|raw| field::to_unicode(raw).0);
        transfer::decode(self.body, label.map_or(Encoding::Identity, |label| Encoding::from_label(&label)))
    }

    /// This part and all its descendants, in document order.
    pub fn walk(&self) -> Vec<&Part<'a>> {
        let mut all = vec![self];
        for child in &self.children {
            all.extend(child.walk());
        }
        all
    }
}

/// `type/subtype` of RFC 2045, 5.1. `multipart/*` and the like name no subtype.
fn is_media_type(given: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=*".contains(&b))
    };
    given != "plain/text"
        && given.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// Whether the boundary of a multipart occurs: the declared one, or one that the body shows.
fn has_boundary(content_type: &Structured, body: &[u8]) -> bool {
    has_declared_boundary(content_type, body) || undeclared_boundary(body).is_some()
}

fn has_declared_boundary(content_type: &Structured, body: &[u8]) -> bool {
    let declared = content_type.get("boundary");
    declared.is_some_and(|boundary| !cut(body, boundary.trim_end().as_bytes(), 1).is_empty())
}

fn is_named(content_type: &Structured, disposition: &Structured) -> bool {
    content_type.get("name").or_else(|| disposition.get("filename")).is_some()
}

/// The first charset that a part of a multipart declares near its start.
fn charset_below(body: &[u8]) -> Option<String> {
    /// In bytes. The header of the first part is expected within.
    const NEAR: usize = 2_000;
    let near = String::from_utf8_lossy(body.get(..NEAR).unwrap_or(body)).to_ascii_lowercase();
    let (_, after) = near.split_once("charset=")?;
    let after = after.trim_start_matches('"');
    let end = after.find(|c: char| matches!(c, '"' | ';') || c.is_whitespace()).unwrap_or(after.len());
    Some(after[..end].to_owned())
}

/// Splits the body at the lines `--boundary`, up to `--boundary--` or the end.
///
/// The line break before a boundary belongs to the boundary.
fn cut<'a>(body: &'a [u8], boundary: &[u8], limit: usize) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut start = None;
    if boundary.is_empty() {
        return pieces;
    }
    let delimiter = [b"--", boundary].concat();
    for at in memmem::find_iter(body, &delimiter).filter(|&at| at == 0 || body[at - 1] == b'\n') {
        let (line, after) = field::cut_line(&body[at..]);
        let tail = line.get(delimiter.len()..).unwrap_or_default().trim_ascii_end();
        if matches!(tail, b"" | b"--") {
            pieces.extend(start.map(|from| without_line_end(&body[from..at])));
            start = tail.is_empty().then_some(body.len() - after.len());
            if !tail.is_empty() || pieces.len() >= limit {
                break;
            }
        }
    }
    // The closing boundary is missing, or the limit is reached.
    pieces.extend(start.map(|from| &body[from..]));
    pieces
}

fn without_line_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

/// Finds the boundary in the body itself: a line `--x` before a line `Content-…`.
fn undeclared_boundary(body: &[u8]) -> Option<&[u8]> {
    let mut before: &[u8] = b"";
    for line in body.split(|&b| b == b'\n') {
        if line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
            let boundary = before.strip_prefix(b"--").map(<[u8]>::trim_ascii_end);
            if boundary.is_some_and(|boundary| !boundary.is_empty()) {
                return boundary;
            }
        }
        before = line;
    }
    None
}
