//! Why something in a mail of a member of staff could not be done, in words for its writer.

use chrono::Datelike as _;

use crate::desk::{
    japanese_date::SpanFault,
    japanese_time,
    staff_mail::{
        Problem,
        order::{Doubt, Doubtful},
    },
};

/// As much of a text outside the markers as its writer is shown, in characters.
const SHOWN: usize = 60;

#[must_use]
pub fn problem_in_words(problem: &Problem) -> String {
    match problem {
        Problem::NoTicket(line) => format!("「{line}」は、どの照会票の操作か分かりません。受付番号を付けてください"),
        Problem::NoEnd(ticket) => format!(
            "{ticket} の回答：終わりの印（▲ … 回答ここまで ▲）が見当たらず、どこまでが回答か分かりませんでした"
        ),
        Problem::TwoAnswers(ticket) => {
            format!("{ticket} の回答：違う文が二つあり、どちらをお送りするか分かりませんでした")
        }
        Problem::WrongKey(ticket) => {
            format!("{ticket}：印の中の記号（#…）が、お送りしたものと違います。最新の日次一覧に返信してください")
        }
        Problem::OthersKey(name) => others_mail(name),
        Problem::ExpiredKey(ticket) => {
            format!("{ticket}：古い一覧またはお知らせへの返信のため、扱いませんでした。最新の日次一覧に返信してください")
        }
        Problem::TextBelow(ticket) => format!(
            "{ticket} の回答：線より下にも文があり、どこまでが回答か分かりませんでした。線より上にまとめてお書きください"
        ),
        Problem::FilesForSeveral => {
            "添付ファイル付きのメール：回答・質問・転送などが2つ以上あり、どれに付けるか分からなかったため、いずれも行っていません。1つずつお送りください".to_owned()
        }
        Problem::TextOutside(text) => format!("印の外の文「{}」は、誰にも送っていません", shown(text)),
        Problem::TextBeside { ticket, text } => format!(
            "{ticket} の終わりの印（▲）の下の文「{}」は、どの照会への回答か判断できないため、送っていません。始まりの印（▼）と終わりの印の間にお書きください",
            shown(text)
        ),
        Problem::OnlyQuoted(text) => format!(
            "引用の印（>）の付いた文「{}」のほかに、回答や操作が見当たりませんでした。引用の印のない行にご記入ください",
            shown(text)
        ),
        Problem::OtherTicket { ticket, line } => format!(
            "「{line}」：このメールの記号（#…）は {ticket} のものではないため、行っていません。{ticket} のお知らせか、{ticket} の載った最新の日次一覧に返信してください"
        ),
        Problem::Unclear { ticket, doubt } => {
            let about = ticket.as_ref().map(|ticket| format!("{ticket}：")).unwrap_or_default();
            format!("{about}{}", doubt_in_words(doubt))
        }
    }
}

/// A reply to a mail that a colleague got and forwarded.
pub(super) fn others_mail(name: &str) -> String {
    format!(
        "{name}さん宛ての一覧またはお知らせへの返信のため、何も行っていません。ご自分宛ての一覧またはお知らせにご返信ください"
    )
}

/// The beginning of a text, on one line.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN).map(|c| if c == '\n' { ' ' } else { c }).collect()
}

/// What the writer of a doubtful text is asked.
fn doubt_in_words(Doubtful { opening, why }: &Doubtful) -> String {
    match why {
        Doubt::Nothing => {
            "本文に、回答や操作が見当たりませんでした。回答または操作をご記入ください".to_owned()
        }
        Doubt::Almost => format!(
            "「{opening}」は、操作のご依頼か照会者への回答か判断できませんでした。操作は「完了」「担当 伊藤」のように1行でお書きください。回答の場合は、文の書き出しを変えてお送りください"
        ),
        Doubt::UnknownOrder => {
            format!("「{opening}」という操作は読み取れませんでした。使い方は「ヘルプ」と書いてお送りください")
        }
        Doubt::TextBehind => format!(
            "「{opening}」は、操作の後に文が続いており、その文をどうするか判断できませんでした。操作だけをお書きになるか、文は「メモ」としてお送りください"
        ),
        Doubt::Incomplete => {
            format!(
                "「{opening}」は、番号や言葉が足りません（例：「統合 ZT-2025-0002」「分類 会議」「会議 1 9月2日 14:00-16:00」「転送 厚生労働省」）"
            )
        }
        Doubt::NoField => format!(
            "「{opening}」は、どの項目をどう直すか読み取れませんでした。「訂正 氏名 山田 太郎」「訂正 アドレス yamada@example.jp」のように、項目（氏名、機関名、連絡先、照会内容、アドレス）と内容をお書きください"
        ),
        Doubt::Span(fault) => format!("「{opening}」：{}", span_fault_in_words(*fault)),
        Doubt::TwiceSaid => {
            format!("「{opening}」：場所や議題などが2回書かれています。一つにまとめてお書きください")
        }
        Doubt::SeveralTickets => {
            format!("「{opening}」に受付番号が二つ以上あります。1行に一つずつお書きください")
        }
        Doubt::Contradiction => {
            format!("「{opening}」は、送るのか取りやめるのか判断できませんでした")
        }
        Doubt::Mixed => format!(
            "「{opening}」は、照会者への文と担当者どうしの文が混じっているようです。別々のメールでお送りください"
        ),
        Doubt::Talk | Doubt::Short => format!(
            "「{opening}」は、照会者への回答かどうか判断できませんでした。照会者に送る場合は、文を補ってお送りください"
        ),
        Doubt::Away => format!("「{opening}」は、不在のお知らせのようです"),
        Doubt::NotOnEntry => format!(
            "「{opening}」は、FAQの候補への操作と読み取れなかったため、行っていません。1行に一つ、「3 消す」「2 一般化 県内の機関」「1 そのまま 公表資料の名称」「質問：文」「公開」のようにお書きください"
        ),
        Doubt::NoDecision => format!(
            "「{opening}」は、送信のご確認へのお返事（「取消」など）と読み取れませんでした。回答を書き直す場合は、いったん「取消」とお返事のうえ、照会のお知らせに返信してください"
        ),
    }
}

/// Why the day or the hours of a meeting were not taken, and how to write them.
#[must_use]
pub fn span_fault_in_words(fault: SpanFault) -> String {
    match fault {
        SpanFault::NoDate => "日付を読み取れませんでした（例：「9月2日 14:00-16:00」）".to_owned(),
        SpanFault::NoHours => {
            "開始と終了の時刻を読み取れませんでした（例：「9月2日 14:00-16:00」）".to_owned()
        }
        SpanFault::NoSuchDay => "暦にない日付です".to_owned(),
        SpanFault::NoSuchTime => "時刻が正しくありません".to_owned(),
        SpanFault::HalfOfDay => {
            "午前か午後か判断できませんでした。「14:00」または「午後2時」のようにお書きください".to_owned()
        }
        SpanFault::EndBeforeStart => "終了の時刻が開始より後になっていません".to_owned(),
        SpanFault::OtherWeekday(date) => format!(
            "{}月{}日は{}曜日です。日付か曜日をご確認ください",
            date.month(),
            date.day(),
            japanese_time::weekday(date.weekday())
        ),
        SpanFault::OutsidePeriod => "伴走支援の実施期間の外の日付です".to_owned(),
        SpanFault::NoYear => "どの年の日付か判断できませんでした。年を付けてお書きください".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_what_its_writer_wrote_and_what_to_do() {
        let ticket = "ZT-2025-0001".parse::<crate::desk::ticket::TicketNumber>().unwrap();
        for (problem, expected) in [
            (
                Problem::Unclear {
                    ticket: None,
                    doubt: Doubtful { opening: "/消去".into(), why: Doubt::UnknownOrder },
                },
                "「/消去」という操作は読み取れませんでした。使い方は「ヘルプ」と書いてお送りください",
            ),
            (
                Problem::NoTicket("完了".into()),
                "「完了」は、どの照会票の操作か分かりません。受付番号を付けてください",
            ),
            (
                Problem::WrongKey(ticket),
                "ZT-2025-0001：印の中の記号（#…）が、お送りしたものと違います。最新の日次一覧に返信してください",
            ),
            (
                Problem::TextOutside("よろしく\nお願いします".into()),
                "印の外の文「よろしく お願いします」は、誰にも送っていません",
            ),
        ] {
            assert_eq!(problem_in_words(&problem), expected);
        }
        let long = problem_in_words(&Problem::TextOutside("あ".repeat(100)));
        assert_eq!(long, format!("印の外の文「{}」は、誰にも送っていません", "あ".repeat(60)));
    }
}
