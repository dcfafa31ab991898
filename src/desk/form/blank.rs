//! Recognises values that count as blank: なし, ―, 〇〇市, （記入してください）, an empty bracket.
//! Callers decide what to do about a blank field.

use super::{FieldKey, fold::squash};

/// Why a value counts as blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    /// Empty, or only strokes, dots and brackets.
    Empty,
    /// A word that means "none": なし.
    None,
    /// A reference to another field: 同上.
    Reference,
    /// The template's own words, or circles: 〇〇市, （記入してください）.
    Placeholder,
}

impl Blank {
    /// Text for a finding.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Empty => "a mark",
            Self::None => "a word that means none",
            Self::Reference => "a reference to another field",
            Self::Placeholder => "a placeholder",
        }
    }
}

/// Whether a trimmed value counts as blank, and why. Values longer than `MAX_BYTES` never do.
pub(super) fn blank(value: &str, key: FieldKey) -> Option<Blank> {
    const MAX_BYTES: usize = 200;
    if value.len() > MAX_BYTES {
        return None;
    }
    let folded = squash(value);
    let bare = folded.trim_matches(is_filler);
    if bare.is_empty() {
        return Some(if folded.contains(['○', '〇', '◯', '●', '△', '□', '×', '*']) {
            Blank::Placeholder
        } else {
            Blank::Empty
        });
    }
    if NOTHING.contains(&bare) {
        return Some(Blank::None);
    }
    if SAME.contains(&bare) {
        return Some(Blank::Reference);
    }
    if is_instruction(bare, key)
        || is_circles(&folded)
        || (key == FieldKey::Contact && is_empty_contact(&folded))
    {
        return Some(Blank::Placeholder);
    }
    None
}

const NOTHING: [&str; 42] = [
    "なし",
    "無し",
    "無",
    "ナシ",
    "無し(なし)",
    "なしです",
    "無しです",
    "ありません",
    "特になし",
    "特に無し",
    "とくになし",
    "特にありません",
    "特になしです",
    "とくにありません",
    "特にございません",
    "該当なし",
    "該当無し",
    "該当ありません",
    "記載なし",
    "記入なし",
    "回答なし",
    "未記入",
    "未記載",
    "未入力",
    "空欄",
    "空白",
    "未定",
    "不明",
    "n/a",
    "na",
    "none",
    "null",
    "nil",
    "blank",
    // Closing words of a mail, after an empty last field.
    "以上",
    "以上です",
    "よろしくお願いします",
    "よろしくお願いいたします",
    "宜しくお願いします",
    "宜しくお願いいたします",
    "以上よろしくお願いします",
    "以上よろしくお願いいたします",
];

const SAME: [&str; 13] = [
    "同上",
    "同前",
    "〃",
    "々",
    "上記と同じ",
    "上記に同じ",
    "上と同じ",
    "上に同じ",
    "前記と同じ",
    "上記同様",
    "同じ",
    "上記同",
    "仝",
];

/// Strokes, dots, brackets and circles, which carry no information.
fn is_filler(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '々' | '〃' | '@' | '+') || matches!(c, 'ー' | '〇')
}

/// Whether a value consists of the template's own words: an instruction, a label or an example.
fn is_instruction(bare: &str, key: FieldKey) -> bool {
    const LABELS: [&str; 12] = [
        "氏名",
        "お名前",
        "都道府県名",
        "自治体名",
        "機関名",
        "自治体機関名",
        "連絡先",
        "照会内容",
        "具体的に",
        "tel/メールアドレス",
        "telメールアドレス",
        "要記入",
    ];
    let is_request = ["記入", "入力", "記載", "お書き"].iter().any(|word| bare.contains(word))
        && [
            "ください",
            "下さい",
            "願います",
            "お願いします",
            "お願いいたします",
            "こちら",
            "ここに記入",
            "欄",
            "のこと",
        ]
        .iter()
        .any(|end| bare.ends_with(end))
        && !bare.contains("教え");
    let example = bare.strip_prefix(['例']).is_some_and(|rest| rest.starts_with([':', ')', ']', '】']))
        || bare.starts_with("記入例");
    (is_request && bare.chars().count() <= 30)
        || LABELS.contains(&bare)
        || (example && key != FieldKey::Inquiry)
}

/// Whether a value has only circles, crosses or x, and words for the kind of place: 〇〇県△△市, xxx, ●●病院.
fn is_circles(folded: &str) -> bool {
    const KINDS: &str = "都道府県市区町村立病医院診療所師会課部局係室名社センター事務機関団体法人株式会社薬訪問看護ステション役場氏先生様太郎花子";
    let folded = folded.strip_suffix("について").unwrap_or(folded);
    let circles = folded.chars().filter(|c| is_circle(*c)).count();
    circles >= 2 && folded.chars().all(|c| is_circle(c) || is_filler(c) || KINDS.contains(c))
        || circles >= 4 && folded.chars().all(|c| is_circle(c) || is_filler(c) || c.is_ascii_digit())
}

fn is_circle(c: char) -> bool {
    matches!(c, '○' | '〇' | '◯' | '●' | '◎' | '△' | '▲' | '□' | '■' | '×' | '✕' | '＊' | '*' | '_' | 'x')
}

/// Whether a contact has only words such as 電話 or メール, or a telephone number of zeros.
fn is_empty_contact(folded: &str) -> bool {
    if folded.contains(|c: char| ('1'..='9').contains(&c)) {
        return false;
    }
    let mut rest = folded.to_owned();
    for word in [
        "メールアドレス",
        "eメール",
        "電話番号",
        "携帯電話",
        "電子メール",
        "email",
        "e-mail",
        "mail",
        "メール",
        "アドレス",
        "電話",
        "携帯",
        "tel",
        "fax",
        "内線",
        "なし",
        "無し",
    ] {
        rest = rest.replace(word, "");
    }
    let zeros = rest.chars().filter(|c| *c == '0').count();
    // 〇〇@〇〇.jp or xxx@example.jp
    let circled =
        rest.split('@').next().is_some_and(|local| local.ends_with(is_circle)) && rest.contains('@');
    rest.chars().all(|c| is_filler(c) || c == '0' || (circled && (c == '@' || c.is_ascii_alphabetic())))
        && (zeros == 0 || zeros >= 9)
}
