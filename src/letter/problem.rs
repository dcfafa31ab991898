//! Why something in a mail of a member of staff could not be done, in words for its writer.

use crate::desk::staff_mail::Problem;

/// As much of a text outside the markers as its writer is shown, in characters.
const SHOWN: usize = 60;

#[must_use]
pub fn problem_in_words(problem: &Problem) -> String {
    match problem {
        Problem::UnknownCommand(line) => {
            format!("「{line}」という操作は読み取れませんでした。使い方は「ヘルプ」と書いてお送りください")
        }
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
        Problem::ExpiredKey(ticket) => {
            format!("{ticket}：古い一覧またはお知らせへの返信のため、扱いませんでした。最新の日次一覧に返信してください")
        }
        Problem::TextBelow(ticket) => format!(
            "{ticket} の回答：線より下にも文があり、どこまでが回答か分かりませんでした。線より上にまとめてお書きください"
        ),
        Problem::FilesForSeveral => {
            "添付ファイル付きの回答：複数の照会への回答に添付があり、どの照会に付けるか分かりませんでした。1件ずつお送りください".to_owned()
        }
        Problem::TextOutside(text) => {
            let shown: String = text.chars().take(SHOWN).collect();
            format!("印の外の文「{}」は、誰にも送っていません", shown.replace('\n', " "))
        }
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
                Problem::UnknownCommand("/消去".into()),
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
