//! Parses address headers (RFC 5322, 3.4), even malformed ones: `a..b@`, raw 8-bit names, missing quotes and brackets.
//! Does not validate addresses; `desk` decides whether mail may go to one.

use std::{borrow::Cow, str::Chars};

use super::{
    Mailbox,
    charset::Guess,
    clean, encoded_word,
    field::{self, Raw},
};

/// Limits memory; the desk needs no longer lists.
const MAX_MAILBOXES: usize = 1_000;

/// In bytes. A longer text before a colon is not a group name.
const MAX_GROUP_NAME: usize = 200;

/// Parses the mailboxes of a raw address header.
pub(super) fn read(raw: Raw<'_>, guesses: &mut Vec<Guess>) -> Vec<Mailbox> {
    let (text, guess) = field::to_unicode(raw);
    guesses.extend(guess);
    let found = list(&text, guesses);
    if !found.is_empty() {
        return found;
    }
    // Either encoded-words contain the whole value, address included. Or an ISO-2022-JP name has no reset to ASCII,
    // so the address was decoded as part of the name; `salvage` handles that.
    let decoded = encoded_word::decode(&text, guesses).into_owned();
    let found = list(&decoded, guesses);
    if found.is_empty() { salvage(raw, guesses) } else { found }
}

fn list(text: &str, guesses: &mut Vec<Guess>) -> Vec<Mailbox> {
    pieces(text).iter().filter_map(|piece| mailbox(piece, guesses)).take(MAX_MAILBOXES).collect()
}

/// One element of the address list.
#[derive(Default)]
struct Piece {
    /// The text outside the angle address. Quotes are removed.
    phrase: String,
    /// Whether `phrase` contains an `@`. Cached, because a search at every comma would take quadratic time.
    has_at: bool,
    /// The content of the last angle brackets with an `@`, or of the last ones if none has it.
    angle: Option<String>,
    comment: String,
}

impl Piece {
    fn is_blank(&self) -> bool {
        self.angle.is_none() && self.phrase.trim().is_empty() && self.comment.is_empty()
    }

    /// Adds angle brackets. In `部署 <福祉> <a@b>` and `a <3 <a@b>` the first ones belong to the name.
    fn enclose(&mut self, content: String) {
        let (before, content) = match content.rsplit_once('<') {
            Some((before, address)) if address.contains('@') && !before.trim().is_empty() => {
                (format!("<{before}"), address.to_owned())
            }
            _ => (String::new(), content),
        };
        let is_first = self.angle.is_none();
        let (kept, other) = match self.angle.take() {
            Some(earlier) if earlier.contains('@') && !content.contains('@') => (earlier, Some(content)),
            earlier => (content, earlier),
        };
        if let Some(name) = other.filter(|other| !other.contains('@') && !other.trim().is_empty()) {
            self.phrase.truncate(self.phrase.trim_end().len());
            self.phrase.push_str(&format!(" <{name}> "));
        }
        if is_first {
            self.phrase.push_str(&before);
        }
        self.angle = Some(kept);
    }
}

/// Closing characters that are left. An opening character without a closing one does not start a quote or comment.
struct Left {
    quotes: usize,
    closes: usize,
    ends: usize,
}

impl Left {
    fn in_text(text: &str) -> Self {
        let count = |c| text.matches(c).count();
        Self { quotes: count('"'), closes: count(')'), ends: count('>') }
    }

    fn skip(&mut self, text: &str) {
        let skipped = Self::in_text(text);
        self.quotes = self.quotes.saturating_sub(skipped.quotes);
        self.closes = self.closes.saturating_sub(skipped.closes);
        self.ends = self.ends.saturating_sub(skipped.ends);
    }
}

/// Splits the list at commas and semicolons outside quotes, comments, brackets and encoded-words.
///
/// An element without an `@` is not complete, so the unquoted comma in `山田, 太郎 <a@b>` does not end it.
fn pieces(text: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut piece = Piece::default();
    let mut chars = text.chars();
    let mut left = Left::in_text(text);
    let grouped = text.contains(';');
    let mut words = encoded_word::find(text).into_iter().peekable();
    loop {
        let at = text.len() - chars.as_str().len();
        while words.next_if(|word| word.start < at).is_some() {}
        if let Some(word) = words.next_if(|word| word.start == at)
            && let Some((word, after)) = chars.as_str().split_at_checked(word.len())
        {
            left.skip(word);
            if piece.angle.is_none() {
                piece.phrase.push_str(word);
            }
            chars = after.chars();
            continue;
        }
        let Some(c) = chars.next() else { break };
        match c {
            '"' if left.quotes > 1 && piece.angle.is_none() => {
                left.quotes -= 1;
                let quoted = take_until(&mut chars, '"', &mut left.quotes);
                piece.has_at |= quoted.contains('@');
                piece.phrase.push_str(&quote_if_local(&quoted, chars.as_str().starts_with('@')));
            }
            '"' => left.quotes = left.quotes.saturating_sub(1),
            '(' if left.closes > 0 => piece.comment = take_comment(&mut chars, &mut left.closes),
            '<' if left.ends > 0 => piece.enclose(take_until(&mut chars, '>', &mut left.ends)),
            '<' => piece.enclose(chars.by_ref().take_while(|c| !matches!(c, ',' | ';')).collect()),
            ')' => left.closes = left.closes.saturating_sub(1),
            '>' => left.ends = left.ends.saturating_sub(1),
            ',' | ';' | '、' if piece.angle.is_some() || piece.has_at => {
                all.push(std::mem::take(&mut piece));
            }
            ';' => piece = Piece::default(),
            // A group name (RFC 5322, 3.4) or a prefix such as `mailto:` is not part of a mailbox.
            ':' if piece.angle.is_none()
                && piece.phrase.len() < MAX_GROUP_NAME
                && !piece.phrase.contains(['@', '='])
                && (grouped || is_prefix(&piece.phrase)) =>
            {
                piece = Piece::default();
            }
            _ if piece.angle.is_some() && !c.is_whitespace() => {}
            _ => {
                piece.has_at |= c == '@';
                piece.phrase.push(c);
            }
        }
        if all.len() > MAX_MAILBOXES {
            return all;
        }
    }
    all.push(piece);
    all.retain(|piece| !piece.is_blank());
    all
}

fn is_prefix(phrase: &str) -> bool {
    ["mailto", "smtp", "undisclosed-recipients", "undisclosed recipients"]
        .iter()
        .any(|p| phrase.trim().eq_ignore_ascii_case(p))
}

/// Keeps the quotes of a local part that is invalid without them, such as `"a b"@example.jp`. Drops all others.
fn quote_if_local(quoted: &str, local: bool) -> String {
    let plain = quoted.chars().all(|c| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c));
    if local && !plain { format!("\"{quoted}\"") } else { quoted.to_owned() }
}

fn take_until(chars: &mut Chars<'_>, end: char, left: &mut usize) -> String {
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match c {
            _ if c == end => {
                *left = left.saturating_sub(1);
                break;
            }
            '\\' if end != '>' && chars.as_str().starts_with(['"', '\\', '(', ')']) => {
                let escaped = chars.next().unwrap_or_default();
                *left = left.saturating_sub(usize::from(escaped == end));
                out.push(escaped);
            }
            _ => out.push(c),
        }
    }
    out
}

/// The rest of a comment, with the comments inside it (RFC 5322, 3.2.2). `left` counts the closing brackets that are left;
/// an opening one without a closing one is text.
fn take_comment(chars: &mut Chars<'_>, left: &mut usize) -> String {
    let mut out = String::new();
    let mut depth = 1;
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.as_str().starts_with(['"', '\\', '(', ')']) => {
                let escaped = chars.next().unwrap_or_default();
                *left = left.saturating_sub(usize::from(escaped == ')'));
                out.push(escaped);
                continue;
            }
            '(' if *left > depth => depth += 1,
            ')' => {
                *left = left.saturating_sub(1);
                depth -= 1;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        out.push(c);
    }
    out
}

fn mailbox(piece: &Piece, guesses: &mut Vec<Guess>) -> Option<Mailbox> {
    let mut name = |text: &str| {
        let decoded = encoded_word::decode(text.trim(), guesses);
        let line = clean::one_line(&decoded);
        let bare = ['"', '\''].iter().find_map(|&quote| line.strip_prefix(quote)?.strip_suffix(quote));
        Some(bare.unwrap_or(&line).trim().to_owned()).filter(|name| !name.is_empty())
    };
    if let Some(address) = piece.angle.as_deref().and_then(address) {
        let shown = name(&piece.phrase).or_else(|| name(&piece.comment));
        return Some(Mailbox { name: shown.filter(|shown| *shown != address), address });
    }
    // Either `address (name)`, or a name and an address without brackets.
    let phrase = piece.phrase.replace(" @", "@").replace("@ ", "@");
    let word = phrase.split_whitespace().find(|word| word.contains('@') && !word.starts_with("=?"))?;
    let address = address(word)?;
    let rest = phrase.replacen(word, "", 1);
    Some(Mailbox { name: name(&rest).or_else(|| name(&piece.comment)), address })
}

/// Returns the address without whitespace, comments, route (RFC 5322, 4.4), `mailto:` and stray punctuation.
///
/// `None` if the text has no local part or no domain.
fn address(text: &str) -> Option<String> {
    let text = without_comments(text);
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let text = text.trim_start_matches('<').trim_end_matches('>');
    let text = if text.starts_with('@') { text.split_once(':').map_or(text, |(_, rest)| rest) } else { text };
    let quoted = text.starts_with('"');
    let kept: String = text.chars().filter(|&c| !c.is_control() && (quoted || !c.is_whitespace())).collect();
    let kept = clean::one_line(&kept);
    let kept = kept.trim_matches(|c| matches!(c, '\'' | ',' | ';')).trim_end_matches('.');
    let kept = match kept.strip_prefix('"').and_then(|rest| rest.split_once("\"@")) {
        Some((local, domain)) => format!("{}@{domain}", quote_if_local(local, true)),
        None => kept.to_owned(),
    };
    let (local, domain) = kept.rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty() && !domain.contains(['<', '>', ' '])).then_some(kept)
}

/// Removes comments, which may stand around each part of an address: `a(desk)@b.example(host)`.
fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains('(') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut depth, mut quoted) = (String::with_capacity(text.len()), 0_usize, false);
    for c in text.chars() {
        match c {
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            _ => {
                quoted ^= c == '"';
                out.push(c);
            }
        }
    }
    // An unclosed bracket does not start a comment.
    if depth > 0 { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// Last resort for a header that cannot be parsed otherwise: takes its last `<…@…>`.
fn salvage(field: Raw<'_>, guesses: &mut Vec<Guess>) -> Vec<Mailbox> {
    let raw = field.bytes;
    let Some(end) = raw.iter().rposition(|&b| b == b'>') else {
        return Vec::new();
    };
    let Some(start) = raw[..end].iter().rposition(|&b| b == b'<') else {
        return Vec::new();
    };
    let inner = String::from_utf8_lossy(&raw[start + 1..end]);
    let Some(address) = address(&inner).filter(|address| address.is_ascii()) else {
        return Vec::new();
    };
    // The quotes are ASCII even if the ISO-2022-JP name between them has no reset to ASCII.
    let phrase = raw[..start].trim_ascii();
    let quoted = phrase.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let (name, more) = field::text(Raw { bytes: quoted.unwrap_or(phrase), ..field });
    guesses.extend(more);
    let name = name.trim_matches(|c: char| c == '"' || c.is_whitespace()).to_owned();
    vec![Mailbox { name: Some(name).filter(|name| !name.is_empty()), address }]
}
