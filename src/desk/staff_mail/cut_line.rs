//! The first lines of mails to staff: each says what a reply does. A member writes above it; the desk reads nothing below it
//! as the member's. Readers know the lines of earlier versions, too: such mails are still in mailboxes.

use crate::desk::form::fold;

/// First line of a digest. Text above it is the member's own.
pub const TOP_LINE: &str = "━━ ここから日次一覧 ━━";

/// Of an echo whose mail leaves by itself.
pub const CANCEL_LINE: &str =
    "▲ 取りやめるときは、ここに 取消 と書いてご返信ください（ほかの文はどこにも送られません）▲";
/// Of an echo whose mail waits for a word.
pub const SEND_LINE: &str =
    "▲ ここに 送信 または 取消 と書いてご返信ください（ほかの文はどこにも送られません）▲";
/// Of a request for approval.
pub const APPROVE_LINE: &str = "▲ ここに 承認 または 差戻（続けて理由）と書いてご返信ください ▲";
/// Of the letters about results, as a lead is shown them.
pub const RESULTS_LINE: &str =
    "▲ 送るときは、ここに「結果送信」と番号を書いてご返信ください（ほかの文はどこにも送られません）▲";
/// Of a mail about colleagues' drafts.
pub const NOTHING_LINE: &str = "▲ このメールへの返信は、照会者には送られません ▲";
/// Of a notice of a call that somebody returns.
pub const CALL_LINE: &str = "▲ ここに 折返済（続けて説明した内容）と書いてご返信ください ▲";
/// Of a report, whose paragraph staff write.
pub const REPORT_LINE: &str =
    "▲ ここに書いた文を、報告の「1　概要」に載せます（発行 と書くと、この内容で版を確定します）▲";
/// Of an entry for the guidebook.
pub const ENTRY_LINE: &str =
    "▲ ここに番号と 消す・一般化・そのまま などを書いてご返信ください（照会者には何も送られません）▲";
/// Of all notices of earlier versions.
#[cfg(test)]
pub const OLD_LINE: &str = "▲ 回答はこの線より上にご記入ください ▲";

/// Of a notice that is answered by reply. `leaves` is when: 「10分後に」; `to` is the reader: 「照会者」.
#[must_use]
pub fn answer_line(leaves: &str, to: &str) -> String {
    format!("▲ この線より上に書いた文は、{leaves}{to}へ回答として送られます（宛名・署名は自動で付きます）▲")
}

/// How the lines begin behind their mark, without blanks. Mail programs may fold the rest away.
pub(in crate::desk) const BEGINNINGS: [&str; 10] = [
    "この線より上に書いた文",
    "取りやめるときは、ここに取消",
    "ここに送信または取消",
    "ここに承認または差戻",
    "ここに折返済",
    "ここに書いた文を、報告の",
    "ここに番号と消す",
    "送るときは、ここに「結果送信」と番号",
    "このメールへの返信は、照会者には",
    "回答はこの線より上",
];

/// Whether a line is a cut line of ours, quoted or not, or its first piece.
#[must_use]
pub(super) fn is_cut_line(line: &str) -> bool {
    let Some((_, behind)) = line.split_once('▲') else { return false };
    let behind = without_blanks(behind);
    BEGINNINGS.iter().any(|beginning| behind.starts_with(&without_blanks(beginning)))
}

fn without_blanks(text: &str) -> String {
    fold(text).split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::own_marks;

    #[test]
    fn each_line_is_known_quoted_and_folded_and_no_stranger_writes_it() {
        for line in [
            answer_line("10分後に", "照会者"),
            answer_line("責任者の承認後（責任者の回答は、10分後に）に", "応募者"),
            CANCEL_LINE.to_owned(),
            SEND_LINE.to_owned(),
            APPROVE_LINE.to_owned(),
            RESULTS_LINE.to_owned(),
            NOTHING_LINE.to_owned(),
            CALL_LINE.to_owned(),
            REPORT_LINE.to_owned(),
            ENTRY_LINE.to_owned(),
            OLD_LINE.to_owned(),
        ] {
            let first: String = line.chars().take(24).collect();
            for shown in [line.clone(), format!("> {line}"), format!("　＞ {line}"), first.replace('、', "､")]
            {
                assert!(is_cut_line(&shown), "{shown}");
            }
            assert!(own_marks::find(&line).is_some(), "{line}");
            assert_eq!(own_marks::find(&own_marks::disarmed(&line)), None);
        }
        for line in ["前年度比▲3％", "▲ ZT-2025-0001 回答ここまで ▲", "この線より上に書いた文です", ""]
        {
            assert!(!is_cut_line(line), "{line}");
        }
    }
}
