//! Finds the end of the sender's text: a signature, the footer of a mobile mail program, or quoted lines at the end.
//! `history` finds other mails below it.

use super::{
    Fields,
    fold::{is_blank, squash},
    lines::Lines,
};

/// The end line (exclusive) of the sender's text in the lines `from..to`.
/// `fields` are the fields parsed so far: a closing line that repeats one of them is part of a signature.
pub(super) fn end_of_text(lines: &Lines<'_>, from: usize, to: usize, depth: u8, fields: &Fields) -> usize {
    let mut to = without_blank_lines(lines, from, to);
    // Quoted lines at the end are the mail that the sender replied to.
    while to > from && lines.get(to - 1).depth > depth {
        to = without_blank_lines(lines, from, to - 1);
    }
    for line in from..to {
        if is_delimiter(lines, line, to) {
            return without_blank_lines(lines, from, line);
        }
    }
    without_closing_block(lines, from, to, fields)
}

fn without_blank_lines(lines: &Lines<'_>, from: usize, to: usize) -> usize {
    (from..to).rev().find(|line| !lines.is_empty(*line)).map_or(from, |line| line + 1)
}

/// Whether a line separates the signature from the text.
pub(super) fn is_delimiter(lines: &Lines<'_>, line: usize, to: usize) -> bool {
    let body = lines.body(line);
    if body == "--" || is_mobile_footer(body) {
        return true;
    }
    let heading = body.len() <= 30 && squash(body).trim_matches(|c: char| !c.is_alphanumeric()) == "署名";
    (heading || is_rule(body)) && looks_like_signature(lines, line + 1, to)
}

/// Whether a line has closing words: 「以上、よろしくお願いいたします。」
pub(super) fn is_closing(body: &str) -> bool {
    const MAX_BYTES: usize = 150;
    body.len() <= MAX_BYTES
        && (["以上", "何卒", "どうぞよろしく"].iter().any(|start| body.starts_with(start))
            || ["よろしくお願い", "宜しくお願い", "よろしく御"].iter().any(|words| body.contains(words)))
}

/// Whether a line is a footer such as 「iPhoneから送信」.
fn is_mobile_footer(body: &str) -> bool {
    const MAX_BYTES: usize = 120;
    if body.len() > MAX_BYTES {
        return false;
    }
    let sent = body.ends_with("から送信")
        || body.ends_with("から送信されました")
        || body.ends_with("から送信しました")
        || body.ends_with("から送信。");
    let device = || {
        const DEVICES: [&str; 12] = [
            "iPhone",
            "iPad",
            "Android",
            "Galaxy",
            "Xperia",
            "Outlook",
            "スマート",
            "スマホ",
            "ドコモ",
            "携帯",
            "Gmail",
            "Yahoo",
        ];
        DEVICES.iter().any(|word| body.contains(word))
    };
    (sent && device())
        || body.starts_with("Sent from my ")
        || body.starts_with("Sent from Outlook")
        || body.starts_with("Get Outlook for")
        || (body.ends_with('>') && body.contains("Outlook") && body.contains("を入手"))
        || body.starts_with("Sent via ")
        || body.starts_with("Yahoo!メール - ")
}

/// Whether a line has only dashes, asterisks or other ornaments (a ruled line).
pub(super) fn is_rule(body: &str) -> bool {
    let mut count = 0;
    for c in body.chars().filter(|c| !is_blank(*c)) {
        if (c.is_alphanumeric() && c != 'ー')
            || matches!(c, '。' | '、' | '？' | '?' | '(' | ')' | '（' | '）')
        {
            return false;
        }
        count += 1;
    }
    count >= 4 || (count >= 3 && body.starts_with(['-', '=', '*', '_', '─', '━', '＊', '＝', '―', '－']))
}

/// Whether the lines look like a signature: short, with an address or a telephone, or without a sentence.
fn looks_like_signature(lines: &Lines<'_>, from: usize, to: usize) -> bool {
    /// Longer blocks are text. The check runs for every ruled line, so a second limit includes blank and ruled lines.
    const MAX_LINES: usize = 20;
    if to > from + 3 * MAX_LINES {
        return false;
    }
    let mut seen = 0;
    let mut marked = false;
    let mut sentence = false;
    for line in from..to {
        let body = lines.body(line);
        if body.is_empty() || is_rule(body) {
            continue;
        }
        seen += 1;
        if seen > MAX_LINES {
            return false;
        }
        marked |= has_contact(body);
        sentence |= is_sentence(body) || is_list_item(body);
    }
    seen == 0
        || (!sentence && (marked || seen <= 6))
        || (marked && seen <= 12 && !is_sentence(first_text(lines, from, to)))
}

fn first_text<'a>(lines: &Lines<'a>, from: usize, to: usize) -> &'a str {
    (from..to)
        .map(|line| lines.body(line))
        .find(|body| !body.is_empty() && !is_rule(body))
        .unwrap_or_default()
}

/// Removes a signature without a line above it: the last lines with 〒, TEL and mail, or the sender's name again.
fn without_closing_block(lines: &Lines<'_>, from: usize, to: usize, fields: &Fields) -> usize {
    /// A longer block is text, not a signature.
    const MAX_LINES: usize = 14;
    let mut end = to;
    let mut cut = to;
    let mut marks = 0;
    let own_names = own_names(fields);
    for line in (from + 1..to).rev().take(MAX_LINES) {
        let body = lines.body(line);
        if body.is_empty() {
            if marks > 0 && cut == end {
                cut = line;
            }
            continue;
        }
        if is_sentence(body) || is_list_item(body) || body.chars().count() > 60 {
            break;
        }
        let squashed = squash(body);
        let contact = has_contact(body);
        let has_name = own_names.iter().any(|name| squashed.contains(name.as_str()));
        if contact || has_name {
            marks += if contact { 2 } else { 1 };
        } else if marks == 0 || !ends_like_place(&squashed) {
            break;
        }
        end = line;
        if marks > 0 {
            cut = line;
        }
    }
    let parted = cut > from && cut < to && (lines.is_empty(cut - 1) || lines.is_empty(cut) || marks >= 3);
    if parted && marks > 0 { without_blank_lines(lines, from, cut) } else { to }
}

/// Organization and name from the fields, which a signature may repeat, squashed.
fn own_names(fields: &Fields) -> Vec<String> {
    const MIN_CHARS: usize = 2;
    let mut names = Vec::new();
    for value in [&fields.organization, &fields.name].into_iter().flatten() {
        let line = value.lines().next().unwrap_or_default();
        names.push(squash(line));
        names.push(squash(line.split(is_blank).next().unwrap_or_default()));
    }
    names.retain(|name| name.chars().count() >= MIN_CHARS);
    names
}

/// Whether a line has a post code, a telephone number, a mail address or a URL, with or without a label.
pub(super) fn has_contact(body: &str) -> bool {
    const MAX_BYTES: usize = 300;
    if body.len() > MAX_BYTES {
        return false;
    }
    let folded = squash(body);
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    let labelled = ["tel", "fax", "電話", "携帯", "ファックス", "ファクス", "内線", "直通"]
        .iter()
        .any(|word| folded.contains(word));
    let address = folded.contains('@') && folded.is_char_boundary(folded.find('@').unwrap_or_default());
    body.contains('〒')
        || (labelled && digits >= 4)
        || address
        || folded.contains("http")
        || folded.contains("www")
        || (digits >= 10 && digits * 10 >= folded.chars().count() * 6)
}

/// Whether a line is a sentence or part of one.
pub(super) fn is_sentence(body: &str) -> bool {
    body.contains('。')
        || body.contains('？')
        || body.ends_with(['?', '、', '，', '」', '!', '！', '：', ':'])
        || [
            "ます",
            "です",
            "ました",
            "ません",
            "ください",
            "下さい",
            "でしょうか",
            "ますか",
            "ですか",
            "たい",
            "以上",
            "か",
            "こと",
            "について",
            "は",
            "を",
            "が",
            "に",
        ]
        .iter()
        .any(|end| body.ends_with(end))
}

/// Whether a line is a list item: 「・会議」, 「(1) 費用」.
fn is_list_item(body: &str) -> bool {
    let Some(first) = body.chars().next() else {
        return false;
    };
    if matches!(first, '・' | '･' | '•' | '●' | '○' | '◎' | '①'..='⑳' | '⑴'..='⒇') {
        return true;
    }
    let rest = body.trim_start_matches(['(', '（', '【']);
    let bare = rest.trim_start_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    bare.len() < rest.len() && bare.starts_with([')', '）', '.', '．', '、', '】'])
}

/// Whether a line ends like the name of an office or an institution.
fn ends_like_place(squashed: &str) -> bool {
    [
        "市",
        "町",
        "村",
        "区",
        "県",
        "都",
        "府",
        "課",
        "部",
        "局",
        "係",
        "室",
        "所",
        "院",
        "会",
        "センター",
        "ステーション",
        "クリニック",
        "薬局",
        "法人",
        "大学",
        "担当",
        "グループ",
    ]
    .iter()
    .any(|end| squashed.ends_with(end))
}
