//! The words of the CSV that `export` writes. `views::sheet` fills in the cells.

use super::words::field_word;
use crate::desk::{form::FieldKey, ticket::TicketKind};

/// The columns, in the order of the cells.
pub const COLUMNS: [&str; 18] = [
    "受付番号",
    "状態",
    "受付方法",
    "受付日時",
    field_word(FieldKey::Organization),
    "都道府県",
    field_word(FieldKey::Name),
    field_word(FieldKey::Contact),
    field_word(FieldKey::Inquiry),
    "送信者",
    "件名",
    "担当者",
    "回答期限",
    "回答日時",
    "完了日時",
    "分類",
    "回答",
    "種別",
];

/// 種別
#[must_use]
pub fn kind_in_words(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Inquiry => "照会",
        TicketKind::Application => "応募",
    }
}

/// 受付方法 of a telephone inquiry.
pub const BY_TELEPHONE: &str = "電話";

/// Stands between two words of 分類.
pub const BETWEEN_TAGS: &str = "、";

/// Stands between two answers.
pub const BETWEEN_ANSWERS: &str = "\n\n――――\n\n";
