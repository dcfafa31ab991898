//! Sentences about a single message in mails to staff: remarks of notices, and lines of staff replies.

use crate::desk::{gate::Refusal, own_marks, ticket::TicketNumber};

use super::refusal_in_words;

/// What staff should know of a message besides its text.
#[derive(Debug, Clone, Copy)]
pub enum Remark<'a> {
    /// The message names this ticket, but did not become part of it.
    NotJoined(&'a TicketNumber),
    /// The gate refused the automatic reply.
    NotAnswered(&'a Refusal),
}

impl Remark<'_> {
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::NotJoined(other) => format!(
                "件名などに {other} とありますが、差出人がその照会の関係者ではないか、完了から時間がたっているため、新しい照会としました。"
            ),
            Self::NotAnswered(refusal) => {
                format!("照会者への自動のメールは送っていません：{}。", refusal_in_words(refusal))
            }
        }
    }
}

/// Why a mail from a staff address had no effect at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEffect {
    /// Our own mail server does not vouch for the sender.
    NotAuthentic,
    /// No key of the member's came with the mail.
    NoKey,
    /// The mail is too large, or damaged.
    Unread,
}

impl NoEffect {
    /// The line of a staff reply about a mail from this address with this subject.
    #[must_use]
    pub fn line(self, from: &str, subject: &str) -> String {
        let why = match self {
            Self::NotAuthentic => {
                "差出人を確認できなかったため、担当者からのメールとして扱いませんでした。操作も送信もしていません"
            }
            Self::NoKey => {
                "日次一覧やお知らせの記号（#…）がないため、何も行っていません。日次一覧かお知らせに返信してください"
            }
            Self::Unread => {
                "大きすぎるか壊れているため、読み取れませんでした。操作も送信もしていません。添付を減らして、もう一度お送りください"
            }
        };
        let (from, subject) = (own_marks::disarmed(from), own_marks::disarmed(subject));
        format!("{from} から届いたメール「{subject}」：{why}")
    }
}

/// The line of a staff reply about a command that was not carried out. `order` is the command as written; its first
/// line is shown.
#[must_use]
pub fn refused_order(order: &str, why: &str) -> String {
    format!("「{}」：{why}", order.lines().next().unwrap_or_default())
}

/// The line of a staff reply to the author of an answer that a lead has rejected.
#[must_use]
pub fn rejected_answer(number: &TicketNumber, lead: &str, reason: &str) -> String {
    let reason = if reason.is_empty() { "理由の記載はありません" } else { reason };
    format!("{number} の回答は{lead}さんが差し戻しました。理由：{reason}")
}

/// The line of a staff reply to the author of a draft about which a colleague has decided.
#[must_use]
pub fn done_by(who: &str, line: &str) -> String {
    format!("{line}（{who}さんの操作です）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_say_why_the_desk_did_otherwise() {
        let number = TicketNumber::new("ZT", 2025, 7);
        for (sentence, expected) in [
            (
                Remark::NotJoined(&number).in_words(),
                "件名などに ZT-2025-0007 とありますが、差出人がその照会の関係者ではないか、完了から時間がたっているため、新しい照会としました。",
            ),
            (
                Remark::NotAnswered(&Refusal::NotAddressed).in_words(),
                "照会者への自動のメールは送っていません：窓口のアドレスが宛先にありません。",
            ),
            (
                NoEffect::NotAuthentic.line("ito@example.jp", "承認"),
                "ito@example.jp から届いたメール「承認」：差出人を確認できなかったため、担当者からのメールとして扱いませんでした。操作も送信もしていません",
            ),
            (
                NoEffect::NoKey.line("ito@example.jp", "一覧"),
                "ito@example.jp から届いたメール「一覧」：日次一覧やお知らせの記号（#…）がないため、何も行っていません。日次一覧かお知らせに返信してください",
            ),
            (
                NoEffect::Unread.line("ito@example.jp", "回答 #7k3m9qxt2b4c5d"),
                "ito@example.jp から届いたメール「回答 ♯7k3m9qxt2b4c5d」：大きすぎるか壊れているため、読み取れませんでした。操作も送信もしていません。添付を減らして、もう一度お送りください",
            ),
            (refused_order("メモ\n二行目", "だめ"), "「メモ」：だめ"),
            (
                done_by("伊藤 健一", "ZT-2025-0007 を承認しました"),
                "ZT-2025-0007 を承認しました（伊藤 健一さんの操作です）",
            ),
            (
                rejected_answer(&number, "伊藤 健一", ""),
                "ZT-2025-0007 の回答は伊藤 健一さんが差し戻しました。理由：理由の記載はありません",
            ),
            (
                rejected_answer(&number, "伊藤 健一", "誤字"),
                "ZT-2025-0007 の回答は伊藤 健一さんが差し戻しました。理由：誤字",
            ),
        ] {
            assert_eq!(sentence, expected);
        }
    }
}
