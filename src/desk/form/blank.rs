//! Tells a value from what only stands in its place: なし, ―, 〇〇市, （記入してください）, an empty bracket.
//! What a blank field leads to is decided elsewhere.

use super::{
    FieldKey,
    fold::{fold, squash},
};

/// Why a value counts as blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    /// Nothing is there, or only strokes, dots and brackets.
    Empty,
    /// A word that says that there is nothing: なし.
    None,
    /// It refers to a text above that is not there: 同上.
    Reference,
    /// The template's own words or circles: 〇〇市, （記入してください）.
    Placeholder,
}

/// Whether a trimmed value is blank. Looks at short values only: a placeholder is never long.
pub(super) fn blank(value: &str, key: FieldKey) -> Option<Blank> {
    const MAX_BYTES: usize = 200;
    if value.len() > MAX_BYTES {
        return None;
    }
    let folded = squash(&fold(value));
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
    if is_instruction(bare) || is_circles(&folded) || (key == FieldKey::Contact && is_empty_contact(&folded))
    {
        return Some(Blank::Placeholder);
    }
    None
}

const NOTHING: [&str; 34] = [
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

/// Strokes, dots, brackets and circles, which hold no information.
fn is_filler(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '々' | '〃' | '@' | '+') || matches!(c, 'ー' | '〇')
}

/// The template's own words.
fn is_instruction(bare: &str) -> bool {
    let inner = bare.trim_matches(is_filler);
    let asks = ["記入", "入力", "記載", "お書き"].iter().any(|word| inner.contains(word))
        && ["ください", "下さい", "お願い", "こちら", "ここに", "欄", "してくだ"]
            .iter()
            .any(|word| inner.contains(word));
    asks && inner.chars().count() <= 30
        || ["具体的に", "tel/メールアドレス", "telメールアドレス", "ここに記入", "記入欄", "入力欄", "要記入"]
            .contains(&inner)
}

/// Circles, crosses or x with nothing but the kind of place between them: 〇〇県△△市, xxx, ●●病院.
fn is_circles(folded: &str) -> bool {
    const KINDS: &str = "都道府県市区町村立病医院診療所師会課部局係室名社センター事務機関団体法人株式会社薬訪問看護ステション役場氏先生様太郎花子";
    let circle = |c: char| {
        matches!(
            c,
            '○' | '〇'
                | '◯'
                | '●'
                | '◎'
                | '△'
                | '▲'
                | '□'
                | '■'
                | '×'
                | '✕'
                | '＊'
                | '*'
                | '_'
                | 'x'
        )
    };
    let circles = folded.chars().filter(|c| circle(*c)).count();
    circles >= 2 && folded.chars().all(|c| circle(c) || is_filler(c) || KINDS.contains(c))
        || circles >= 4 && folded.chars().all(|c| circle(c) || is_filler(c) || c.is_ascii_digit())
}

/// Only the words that head a telephone number or an address, or a number of zeros.
fn is_empty_contact(folded: &str) -> bool {
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
    rest.chars().all(|c| is_filler(c) || c == '0') && (zeros == 0 || zeros >= 9)
}
