//! Finds where another mail begins in a body: after an attribution line, after copied header fields, or at an official
//! document. Callers decide which part of the body counts.

use super::{
    fold::{Folds, is_blank, squash},
    lines::Lines,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Boundary {
    /// The first line that the sender did not write.
    pub(super) line: usize,
}

/// The starts of all other mails in a body, in order.
pub(super) fn boundaries(lines: &Lines<'_>) -> Vec<Boundary> {
    let mut found = Vec::new();
    let mut line = 0;
    let first = lines.first_text();
    let letter = is_document(lines, first);
    while line < lines.len() {
        let document = !letter && line > first && is_document(lines, line);
        match at(lines, line).or(document.then_some(line)) {
            Some(content) => {
                found.push(Boundary { line });
                line = content.max(line + 1);
            }
            None => line += 1,
        }
    }
    found
}

fn at(lines: &Lines<'_>, line: usize) -> Option<usize> {
    let body = lines.body(line);
    let first = body.chars().next()?;
    if is_separator(body, first) {
        let next = (line + 1..line + 4).find(|next| !lines.is_empty(*next)).unwrap_or(line + 1);
        return Some(headers(lines, next).map_or(line + 1, |(end, _)| end));
    }
    if let Some((end, kinds)) = headers(lines, line)
        && kinds >= 3
    {
        return Some(end);
    }
    is_attribution(lines, line, first)
}

/// Whether an official document begins here: 「事務連絡」, or a date with an addressee below it.
pub(super) fn is_document(lines: &Lines<'_>, line: usize) -> bool {
    /// Lines between date and addressee, such as 「日医発第537号」 and blank lines.
    const MAX_LINES: usize = 6;
    let body = lines.body(line);
    if body.len() > 60 || !body.starts_with(['令', '平', '2', '２', '事']) {
        return false;
    }
    let words = squash(body);
    let dated = ["令和", "平成", "20"].iter().any(|start| words.starts_with(start)) && words.ends_with('日');
    words == "事務連絡"
        || (dated
            && (line + 1..line + MAX_LINES).any(|next| {
                let body = lines.body(next);
                ["御中", "各位", "殿"].iter().any(|end| body.ends_with(end))
            }))
}

/// Whether the line is a separator such as `-----Original Message-----`.
fn is_separator(body: &str, first: char) -> bool {
    const WORDS: [&str; 14] = [
        "originalmessage",
        "元のメッセージ",
        "オリジナルメッセージ",
        "元メール",
        "forwardedmessage",
        "転送されたメッセージ",
        "転送メッセージ",
        "転送されたメール",
        "転送メール",
        "beginforwardedmessage",
        "forwardedby",
        "引用",
        "以下引用",
        "原文",
    ];
    let ruled = matches!(
        first,
        '-' | '－' | '─' | '━' | '_' | '＿' | '=' | '＝' | '*' | '＊' | '<' | '＜' | '—' | '―' | '~'
    );
    if body.len() > 200 || !(ruled || matches!(first, 'B' | 'b')) {
        return false;
    }
    let folded = squash(body);
    let word = folded.trim_matches(|c: char| !c.is_alphanumeric());
    let count = WORDS.iter().any(|known| word == *known || (word.starts_with(known) && known.is_ascii()));
    count && (ruled || folded.starts_with("beginforwardedmessage"))
}

/// A block of copied header fields at line `from`: the line after it, and the number of different fields.
/// `None` without a From field.
fn headers(lines: &Lines<'_>, from: usize) -> Option<(usize, u32)> {
    /// Header fields that mail programs copy, some of them folded.
    const MAX_LINES: usize = 12;
    let first = header(lines.body(from))?;
    let mut kinds = first;
    let mut end = from + 1;
    for line in from + 1..(from + MAX_LINES).min(lines.len()) {
        match header(lines.body(line)) {
            Some(kind) => {
                kinds |= kind;
                end = line + 1;
            }
            // A recipient list continues, or Outlook inserted a blank line.
            None if line <= end + 1 => {}
            None => break,
        }
    }
    (kinds & FROM != 0).then_some((end, kinds.count_ones()))
}

const FROM: u8 = 1;
const DATE: u8 = 2;
const TO: u8 = 4;
const SUBJECT: u8 = 8;

/// The header field of a line.
fn header(body: &str) -> Option<u8> {
    const NAMES: [(u8, &[&str]); 4] = [
        (FROM, &["差出人", "送信者", "送信元", "発信者", "from", "von", "från", "fra", "de"]),
        (
            DATE,
            &[
                "送信日時",
                "日時",
                "日付",
                "送信日",
                "受信日時",
                "date",
                "sent",
                "gesendet",
                "skickat",
                "sendt",
                "envoyé",
            ],
        ),
        (TO, &["宛先", "受信者", "送信先", "cc", "to", "an", "till", "til", "à"]),
        (SUBJECT, &["件名", "題名", "subject", "betreff", "ämne", "emne", "objet"]),
    ];
    /// The longest field name, with blanks and asterisks around it.
    const MAX_BYTES: usize = 40;
    const FIRSTS: [char; 32] = [
        '差', '送', '発', '日', '受', '宛', '件', '題', 'f', 'F', 'd', 'D', 's', 'S', 't', 'T', 'c', 'C',
        '＊', '*', '[', 'V', 'G', 'A', 'B', 'E', 'O', 'Ä', 'À', 'v', 'a', 'e',
    ];
    if !body.starts_with(FIRSTS) {
        return None;
    }
    let (end, _) =
        body.char_indices().take_while(|(at, _)| *at <= MAX_BYTES).find(|(_, c)| matches!(c, ':' | '：'))?;
    let name = squash(body.get(..end)?);
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind)
}

/// If an attribution line begins at `line`, the line after it. It has one or two lines:
/// `2025年7月1日(火) 10:00 山田 <a@b>:` or `On … wrote:`.
fn is_attribution(lines: &Lines<'_>, line: usize, first: char) -> Option<usize> {
    const MAX_BYTES: usize = 400;
    let dated = first.is_ascii_digit()
        || ('０'..='９').contains(&first)
        || matches!(first, '令' | '(' | '（' | '[' | '<');
    let body = lines.body(line);
    let worded = ["On ", "Am ", "Le ", "At ", "El ", "Em ", "Den ", "Il ", "Op "]
        .iter()
        .any(|word| body.starts_with(word));
    if body.len() > MAX_BYTES || !(dated || worded || ends_like_attribution(body) || says_wrote(body)) {
        return None;
    }
    for extra in 0..2 {
        let last = lines.body(line + extra);
        if last.is_empty() || last.len() > MAX_BYTES {
            return None;
        }
        if !last.ends_with([':', '：']) {
            continue;
        }
        let address = body.contains('@') || last.contains('@');
        let wrote = says_wrote(body) || says_wrote(last);
        if ends_like_attribution(last) || wrote || (address && has_date(body)) {
            return Some(line + extra + 1);
        }
    }
    None
}

fn ends_like_attribution(body: &str) -> bool {
    let bare = body.trim_end_matches([':', '：']).trim_end_matches(is_blank);
    bare.len() < body.len()
        && ["wrote", "writes", "schrieb", "écrit", "書きました", "書いた", "のメール", "のメッセージ"]
            .iter()
            .any(|end| bare.ends_with(end))
}

/// Whether the line contains the verb "wrote" of some language, anywhere: `Am 3.2.2016 schrieb Max <a@b>:`.
fn says_wrote(body: &str) -> bool {
    const VERBS: [&str; 10] = [
        " schrieb",
        " skrev",
        "escribió",
        "escreveu",
        "napisał",
        " a écrit",
        "ha scritto",
        " schreef",
        " wrote",
        "さんは書きました",
    ];
    VERBS.iter().any(|verb| body.contains(verb))
}

/// Whether the line begins with a date and a time: `2025年7月1日(火) 10:00`, `(2025/07/01 10:00)`.
fn has_date(body: &str) -> bool {
    /// Length of a date with weekday and time.
    const MAX_CHARS: usize = 60;
    let folded: String = Folds::from(body, 0).map(|(c, _)| c).take(MAX_CHARS).collect();
    let date = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    let year = date.trim_start_matches(|c: char| c.is_ascii_digit());
    let dated =
        (date.len() - year.len() == 4 && year.starts_with(['年', '/', '-', '.'])) || date.starts_with("令和");
    dated && [':', '時'].iter().any(|mark| year.trim_end_matches(':').contains(*mark))
}
