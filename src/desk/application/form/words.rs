//! The printed words of the form 別紙2-②, and what people make of them: labels, headings, notes, marks.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use crate::desk::{
    application::{ApplicationField, Issue},
    form::fold,
};

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Label {
    Field(ApplicationField),
    /// 「回答」 before the answer for 応募地域の単位.
    Answer,
    /// A label of nothing that the form asks for: it ends the value before it.
    Other,
}

/// The parts of the form, each under a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Section {
    Area,
    Representative,
    Reason,
    Features,
    Activities,
    Issues,
    Members,
}

const LABELS: &[(Label, &str)] = {
    use ApplicationField as F;
    use Label::{Answer, Field, Other};
    &[
        (
            Field(F::Prefecture),
            "都道府県 都道府県名 都道府県の名称 応募都道府県 応募都道府県名 申込都道府県 府県名 県名",
        ),
        (
            Field(F::Unit),
            "応募地域の単位 応募する地域の単位 応募地域単位 応募単位 応募の単位 地域の単位 単位",
        ),
        (
            Field(F::Area),
            "応募地域名 応募地域 応募地域の名称 応募地域名称 応募する地域 応募する地域名 応募する地域の名称 応募圏域名 応募圏域 \
             応募圏域の名称 応募する圏域名 応募する圏域の名称 地域名 地域の名称 圏域名 圏域の名称 在宅医療圏域名 対象地域名",
        ),
        (
            Field(F::Organization),
            "所属 所属先 所属名 所属機関 所属機関名 所属団体 所属団体名 所属組織 機関名 団体名 所属自治体名",
        ),
        (
            Field(F::Department),
            "部署 部署名 所属部署 所属部署名 担当部署 担当部署名 部局課名 部課名 部局名 課名 課室名",
        ),
        (
            Field(F::Name),
            "氏名 代表者氏名 代表者名 お名前 名前 担当者氏名 担当者名 氏名ふりがな 氏名フリガナ ふりがな氏名 フリガナ氏名",
        ),
        (Field(F::Position), "役職 役職名 職名 役職職名 職 職位 肩書 肩書き 役職等 職名役職"),
        (
            Field(F::Address),
            "住所 所在地 ご住所 住所所在地 連絡先住所 勤務先住所 所属先住所 所属住所 郵便番号住所 〒住所 郵送先",
        ),
        (Field(F::PostalCode), "郵便番号 〒 〒番号"),
        (
            Field(F::Telephone),
            "電話番号 電話 tel telephone phone お電話 お電話番号 連絡先電話番号 連絡先電話 連絡先tel 直通電話 電話番号tel tel電話番号 連絡先",
        ),
        (
            Field(F::Email),
            "email eメール mail メール メールアドレス 電子メール 電子メールアドレス emailアドレス eメールアドレス mailアドレス \
             連絡先メールアドレス 連絡先email アドレス メールアドレスemail emailメールアドレス mailaddress emailaddress",
        ),
        (Answer, "回答 回答欄 ご回答"),
        (Other, "fax fax番号 ファックス ファクス ふりがな フリガナ ﾌﾘｶﾞﾅ url ホームページ"),
    ]
};

const HEADINGS: &[(Section, &str)] = &[
    (Section::Area, "応募地域の基本情報 応募地域情報 応募地域について 基本情報"),
    (
        Section::Representative,
        "代表者の基本情報 代表者情報 代表者 代表者について 代表者の情報 地域の代表者の基本情報",
    ),
    (
        Section::Reason,
        "応募の理由 応募理由 応募した理由 応募する理由 応募の動機 応募動機 申込の理由 申込理由",
    ),
    (Section::Features, "地域の特徴 地域の特性 地域特性 応募地域の特徴 圏域の特徴"),
    (
        Section::Activities,
        "拠点の取組内容 拠点の取り組み内容 拠点の取組 拠点の取り組み 取組内容 取り組み内容 拠点における取組内容 拠点の取組み内容",
    ),
    (Section::Issues, "地域の課題 地域課題 応募地域の課題 圏域の課題"),
    (
        Section::Members,
        "想定される本伴走支援の参加者 想定される伴走支援の参加者 本伴走支援の参加者 伴走支援の参加者 参加者 構成員 参加者構成員 \
         想定される参加者 参加者名簿 構成員名簿 参加者一覧 構成員一覧",
    ),
];

/// Words in a heading that asks: 「■ …をご記入ください」.
const ASKED: &[(Section, &str)] = &[
    (Section::Representative, "代表者"),
    (Section::Reason, "応募の理由"),
    (Section::Reason, "応募理由"),
    (Section::Features, "地域の特徴"),
    (Section::Features, "地域の特性"),
    (Section::Activities, "取組内容"),
    (Section::Activities, "取り組み内容"),
    (Section::Activities, "拠点の取"),
    (Section::Issues, "地域の課題"),
    (Section::Members, "参加者"),
    (Section::Members, "構成員"),
    (Section::Area, "応募地域の基本情報"),
    (Section::Area, "基本情報"),
];

/// Longer headings are sentences of the applicant. The longest of the form has 40 characters.
const MAX_HEADING: usize = 80;

pub(super) const ISSUES: [(Issue, &str, &[&str]); 5] = [
    (
        Issue::Coordination,
        "多職種協働による包括的かつ継続的な在宅医療の提供体制の構築",
        &["多職種協働", "在宅医療の提供体制の構築"],
    ),
    (Issue::Training, "在宅医療に関する人材育成", &["人材育成"]),
    (Issue::Awareness, "在宅医療に関する地域住民への普及啓発", &["普及啓発"]),
    (
        Issue::Disaster,
        "災害時及び災害に備えた体制構築への支援",
        &["災害に備えた", "災害時及び", "災害時の体制"],
    ),
    (Issue::Other, "その他", &[]),
];

/// The spellings of labels: built in, and those of the settings.
#[derive(Debug, Clone)]
pub struct Labels(HashMap<String, Label>);

impl Labels {
    /// `more` are spellings of `[[support.fields]]`.
    #[must_use]
    pub fn new(more: impl IntoIterator<Item = (ApplicationField, String)>) -> Self {
        let built_in =
            LABELS.iter().flat_map(|(label, words)| words.split_whitespace().map(|word| (key(word), *label)));
        let more = more.into_iter().map(|(field, word)| (key(&word), Label::Field(field)));
        Self(built_in.chain(more).collect())
    }

    /// The label that a text is.
    pub(super) fn of(&self, text: &str) -> Option<Label> {
        // Labels are short.
        if text.len() > 120 {
            return None;
        }
        self.0.get(&key(text)).copied()
    }

    /// The label in front of a colon, or of a blank in a line of its own, with what follows.
    pub(super) fn in_front<'a>(&self, text: &'a str) -> Option<(Label, &'a str)> {
        let ends = |separator: fn(char) -> bool| {
            text.char_indices()
                .take(30)
                .filter(move |(_, c)| separator(*c))
                .map(|(at, c)| (at, at + c.len_utf8()))
        };
        let colons = ends(|c| matches!(c, ':' | '：'));
        // The longest, because a label may have blanks itself: 「所　属　灘浜市」.
        let mut blanks: Vec<_> = ends(char::is_whitespace).collect();
        blanks.reverse();
        colons.chain(blanks).find_map(|(at, behind)| {
            let label = self.of(text.get(..at)?)?;
            Some((label, text.get(behind..)?))
        })
    }
}

/// A text for comparison: folded, without blanks, what stands in brackets, marks and the number in front.
pub(super) fn key(text: &str) -> String {
    let folded = fold(text);
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(folded.len());
    let mut inside = String::new();
    for c in folded.chars() {
        match c {
            '(' | '[' | '〔' | '《' | '<' => depth += 1,
            ')' | ']' | '〕' | '》' | '>' => depth = depth.saturating_sub(1),
            _ if is_joint(c) => {}
            _ if depth > 0 => inside.push(c),
            _ => kept.push(c),
        }
    }
    // A label that stands in brackets as a whole.
    let kept = if kept.is_empty() { inside } else { kept };
    kept.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned()
}

fn is_joint(c: char) -> bool {
    c.is_whitespace()
        || is_bullet(c)
        || is_mark(c)
        || matches!(c, ':' | '-' | '.' | ',' | '/' | '、' | '。' | '【' | '】' | '~')
}

/// Bullets, which do not mark.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(
        c,
        '・' | '･'
            | '•'
            | '*'
            | '※'
            | '◆'
            | '◇'
            | '▪'
            | '▫'
            | '▶'
            | '►'
            | '▼'
            | '□'
            | '☐'
            | '❏'
            | '❑'
            | '-'
            | '●'
            | '■'
            | '➢'
    )
}

/// Signs that mark an item.
pub(super) fn is_mark(c: char) -> bool {
    matches!(
        c,
        '○' | '〇'
            | '◯'
            | '⭕'
            | '●'
            | '◎'
            | '☑'
            | '☒'
            | '✓'
            | '✔'
            | '✅'
            | '■'
            | '⚫'
            | '⦿'
            | '◉'
            | '🔘'
            | '✗'
            | '✘'
            | '❍'
    )
}

#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// The end of a printed request.
const PLEASE: &str =
    r"(?:を|に|は)?(?:ご|御)?(?:記入|記載|選択|回答)(?:して)?(?:ください|下さい|願います|お願いします)";
static REQUEST: LazyLock<Regex> = LazyLock::new(|| regex(&format!("{PLEASE}$")));
/// A printed note: 「※右の回答欄に 1 又は 2 をご記入ください」, with or without brackets, also over several lines.
static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x) [(（]? \s* ※ [^※]{0,120}? (?: (?:ご|御)\s*(?:記\s*入|記\s*載)|(?:記入|記載|追加)して|記入|記載) \s* (?: く\s*だ\s*さ\s*い | 下\s*さ\s*い ) [。．]? \s* [)）]?",
    )
});
/// Printed notes between a heading and its frame.
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "^(?:できる限り|可能な限り|なるべく)具体的に.{0,12}(?:ください|下さい)$|^現時点で参加を想定し.{0,40}構いません$|\
         ^行が足りない場合.{0,40}(?:ください|下さい)$|^(?:該当する項目に.{0,20})?詳細を(?:枠|欄)内に.{0,12}(?:ください|下さい)$|^該当する項目に○?を?付け.{0,30}$",
    )
});

/// The section whose heading a text is.
pub(super) fn heading(text: &str) -> Option<Section> {
    if text.chars().nth(MAX_HEADING * 2).is_some() {
        return None;
    }
    let key = key(text);
    let bare = REQUEST.replace(&key, "");
    let bare = bare.strip_suffix("について").unwrap_or(&bare);
    if let Some((section, _)) =
        HEADINGS.iter().find(|(_, words)| words.split_whitespace().any(|word| word == bare))
    {
        return Some(*section);
    }
    // 「地域の課題について、該当する項目に○を付けたうえで、」, cut in two.
    if key.starts_with("地域の課題") && key.contains("該当する項目") {
        return Some(Section::Issues);
    }
    let asks = REQUEST.is_match(&key) && key.chars().count() <= MAX_HEADING;
    ASKED.iter().find(|(_, word)| asks && key.contains(word)).map(|(section, _)| *section)
}

/// Whether a text has the printed request of a heading.
pub(super) fn asks(text: &str) -> bool {
    text.lines().take(3).any(|line| REQUEST.is_match(&key(line)))
}

/// Whether a line is printed on the form and no heading: a note, 「以上」.
pub(super) fn is_printed(line: &str) -> bool {
    if line.chars().nth(120).is_some() {
        return false;
    }
    let key: String = fold(line)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '※' | '(' | ')' | '。' | '.'))
        .collect();
    key == "以上" || PRINTED.is_match(&key)
}

/// The text without printed notes.
pub(super) fn without_notes(text: &str) -> String {
    NOTE.replace_all(text, "\n").into_owned()
}

/// Lines without surrounding blanks, and without blank ones.
pub(super) fn lines(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_matches(is_blank)).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Blanks of all widths, also the ones without any.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Whether a text is the title of the form. `last` year's may be called otherwise.
pub(super) fn is_title(text: &str) -> bool {
    let key = key(text);
    key.chars().count() <= MAX_HEADING
        && (key.ends_with("申込書") || key.ends_with("応募用紙") || key.ends_with("申込書様式"))
}

#[cfg(test)]
mod tests;
