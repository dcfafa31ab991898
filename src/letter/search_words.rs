//! Why a search cannot be done, in words.

use super::bounds::{Shown, for_staff};
use crate::desk::{own_marks, search::QueryFault, ticket::TicketNumber};

/// Characters of a past inquiry and of its answer that a notice shows.
const INQUIRY: usize = 80;
const ANSWER: usize = 300;

/// A past inquiry that may be like the new one, for the notice to staff. One in three is right.
#[must_use]
pub fn similar_in_words(number: &TicketNumber, inquiry: &str, answer: &str) -> String {
    let short = |text: &str, most: usize| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut: String = line.chars().take(most).collect();
        own_marks::disarmed(&if cut.len() < line.len() { cut + "…" } else { cut })
    };
    format!(
        "似ているかもしれない照会 {number}「{}」　回答：「{}」",
        short(inquiry, INQUIRY),
        short(answer, ANSWER)
    )
}

/// The index is damaged.
pub const NO_SEARCH: &str = "ただいま検索できません。1時間ほどしてから、もう一度お試しください";

#[must_use]
pub fn query_fault_to_operator(fault: &QueryFault) -> String {
    match fault {
        QueryFault::Empty => "nothing to search for: give a word or a filter".to_owned(),
        QueryFault::NoLetters(word) => format!("{word:?} has no letter or digit to search for"),
        QueryFault::UnknownValue { filter, value } => format!("{filter}: {value:?} is not known"),
    }
}

#[must_use]
pub fn query_fault_to_staff(fault: &QueryFault) -> String {
    match fault {
        QueryFault::Empty => {
            "検索する言葉が見当たりませんでした。「検索 会議 名簿」のようにお書きください".to_owned()
        }
        QueryFault::NoLetters(word) => {
            let word = for_staff(word, Shown::Line);
            format!("「{word}」には検索できる文字がありません。漢字・かな・英数字でお書きください")
        }
        QueryFault::UnknownValue { filter, value } => format!(
            "「{filter}:{}」が分かりませんでした。状態は 未回答・返信待ち・回答済・完了、日付は 2025/7/1 のようにお書きください",
            for_staff(value, Shown::Line)
        ),
    }
}

/// A filter that names no single member of staff.
#[must_use]
pub fn no_such_member_to_operator(who: &str) -> String {
    format!("{who:?} is not one member of staff")
}

#[must_use]
pub fn no_such_member_to_staff(who: &str) -> String {
    let who = for_staff(who, Shown::Line);
    format!(
        "「担当:{who}」に当てはまる担当者が、一人に決まりませんでした。姓名またはアドレスでお書きください"
    )
}
