//! What came of an operation on a ticket, in words: Japanese for staff, English for the operator.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::{Purpose, purpose_in_words, status_word};
use crate::desk::{
    feedback::{Done, Refused},
    japanese_time,
};

/// The operator's name, where an operation from the shell shows who did it.
pub const OPERATOR: &str = "運用者";

/// When a mail leaves: 「7月1日（火）10時10分に送信します」; `None` where a lead has to approve it first.
#[must_use]
pub fn leaving_in_words(leaves_at: Option<DateTime<Utc>>, zone: Tz, now: DateTime<Utc>) -> String {
    match leaves_at {
        None => "責任者の承認後に送信します".to_owned(),
        Some(at) => format!("{}に送信します", japanese_time::instant(at, zone, now)),
    }
}

#[must_use]
pub fn to_staff(done: &Done, zone: Tz, now: DateTime<Utc>) -> String {
    match done {
        Done::Noted(number) => format!("{number} にメモを残しました"),
        Done::Tagged { number, tags } => format!("{number} の分類を「{}」にしました", tags.join("、")),
        Done::Assigned { number, name, .. } => format!("{number} の担当を{name}さんにしました"),
        Done::Closed(number) => format!("{number} を完了にしました"),
        Done::Reopened { number, deadline } => {
            let words = deadline.map(|at| japanese_time::instant(at, zone, now)).unwrap_or_default();
            format!("{number} を再開しました（回答期限 {words}）")
        }
        Done::Held { number, left } => {
            format!("{number} を保留にしました（残り{}）", japanese_time::duration(*left))
        }
        Done::Merged { number, into } => format!("{number} を {into} にまとめました"),
        Done::CalledBack(number) => format!("{number} の折り返しを終えました"),
        Done::Queued { number, written, leaves_at, held } => {
            let what = purpose_in_words(Purpose::from(*written));
            let when = leaving_in_words((!held).then_some(*leaves_at), zone, now);
            format!("{number} の{what}を承りました（{when}）")
        }
        Done::Cancelled { number, written, text, waiting } => {
            let what = purpose_in_words(Purpose::from(*written));
            let still = match waiting {
                0 => String::new(),
                count => format!("（このほかに{count}件が送信を待っています）"),
            };
            format!("{number} の{what}「{text}」を取りやめました。照会者には送られません{still}")
        }
        Done::Sending { number, leaves_at } => {
            format!("{number}：{}", leaving_in_words(Some(*leaves_at), zone, now))
        }
        Done::Approved { number, leaves_at } => {
            format!("{number} を承認しました（{}）", leaving_in_words(Some(*leaves_at), zone, now))
        }
        Done::Rejected(number) => format!("{number} を差し戻しました"),
    }
}

#[must_use]
pub fn refusal_to_staff(refused: &Refused) -> String {
    match refused {
        Refused::NoSuchTicket(number) => format!("受付番号 {number} の照会票はありません"),
        Refused::NotOnATicket => "照会票の操作ではありません".to_owned(),
        Refused::EmptyNote(number) => format!("{number} のメモの文がありません"),
        Refused::NoSingleMember { who, known } => {
            format!("「{who}」に当たる担当者が一人に決まりません（登録：{}）", known.join("、"))
        }
        Refused::AlreadyClosed(number) => format!("{number} はすでに完了しています"),
        Refused::AlreadyOpen(number) => format!("{number} はすでに未回答の状態です"),
        Refused::ReopenMerged { number, into } => format!("{number} は {into} にまとめられています"),
        Refused::NotOpen { number, .. } => {
            format!("{number} は未回答の状態ではないため、保留にできません")
        }
        Refused::CannotMerge { number, into } => {
            format!("{number} は {into} にまとめられません（同じ番号か、すでにまとめられています）")
        }
        Refused::AlreadyAnswered { number, status } => {
            format!("{number} はすでに{}です", status_word(*status))
        }
        Refused::NoText(number) => format!("{number} に送る文がありません"),
        Refused::WriteToMerged { number, into } => {
            format!("{number} は {into} にまとめられています。{into} にご回答ください")
        }
        Refused::NoAddress(number) => {
            format!("{number} の照会者にはメールアドレスがありません。お電話でご連絡ください")
        }
        Refused::SameText(number) => {
            format!("{number} には同じ文をすでに承っています。二度は送りません")
        }
        Refused::BadAddress { number, to } => {
            format!("{number} の宛先 {to} には送れません。お電話でご連絡ください")
        }
        Refused::NothingWaits(number) => {
            format!("{number} に送信前のメールはありません（すでに送信されたか、取りやめられています）")
        }
        Refused::WhichDraft(number) => {
            format!("{number} には送信を待つメールが二つ以上あり、どれのことか分かりませんでした")
        }
        Refused::BeingSent(number) => format!("{number} のメールはちょうど送信中です"),
        Refused::OnlyLeads => "承認・差戻は責任者だけができます".to_owned(),
        Refused::NothingToApprove(number) => format!("{number} に承認待ちの回答はありません"),
    }
}

#[must_use]
pub fn to_operator(done: &Done, zone: Tz) -> String {
    match done {
        Done::Noted(number) => format!("{number}: noted"),
        Done::Tagged { number, tags } => format!("{number}: tagged {}", tags.join("、")),
        Done::Assigned { number, address, .. } => format!("{number}: assigned to {address}"),
        Done::Closed(number) => format!("{number}: closed"),
        Done::Reopened { number, deadline } => {
            format!("{number}: open, due {}", deadline.map(|at| local(at, zone)).unwrap_or_default())
        }
        Done::Held { number, left } => format!("{number}: waiting, {left} left"),
        Done::Merged { number, into } => format!("{number}: merged into {into}"),
        Done::CalledBack(number) => format!("{number}: called back"),
        Done::Queued { number, leaves_at, .. } => format!("{number}: queued for {}", local(*leaves_at, zone)),
        Done::Cancelled { number, .. } => format!("{number}: cancelled"),
        Done::Sending { number, leaves_at } => format!("{number}: leaves at {}", local(*leaves_at, zone)),
        Done::Approved { number, .. } => format!("{number}: approved"),
        Done::Rejected(number) => format!("{number}: rejected"),
    }
}

#[must_use]
pub fn refusal_to_operator(refused: &Refused) -> String {
    match refused {
        Refused::NoSuchTicket(number) => format!("there is no ticket {number}"),
        Refused::NotOnATicket => "not an operation on a ticket".to_owned(),
        Refused::EmptyNote(number) => format!("{number}: the note has no text"),
        Refused::NoSingleMember { who, known } => {
            format!("{who:?} names no single member of staff; known: {}", known.join(", "))
        }
        Refused::AlreadyClosed(number) => format!("{number} is closed already"),
        Refused::AlreadyOpen(number) => format!("{number} is open already"),
        Refused::ReopenMerged { number, into } => format!("{number} was merged into {into}"),
        Refused::NotOpen { number, status } => {
            format!("{number} is {status}, and only an open ticket can wait")
        }
        Refused::CannotMerge { number, into } => {
            format!("{number} cannot be merged into {into}: it is the same, or one of them was merged before")
        }
        Refused::AlreadyAnswered { number, status } => format!("{number} is {status} already"),
        Refused::NoText(number) => format!("{number}: there is no text"),
        Refused::WriteToMerged { number, into } => format!("{number} was merged into {into}; answer that"),
        Refused::NoAddress(number) => format!("{number}: the inquirer has no mail address"),
        Refused::SameText(number) => {
            format!("{number}: the very same text was taken before, and is not sent twice")
        }
        Refused::BadAddress { number, to } => {
            format!("{number}: {to} is no address that mail can be sent to")
        }
        Refused::NothingWaits(number) => format!("{number}: nothing is about to leave"),
        Refused::WhichDraft(number) => format!("{number}: several mails wait; name one by its outbox id"),
        Refused::BeingSent(number) => format!("{number}: it is leaving now"),
        Refused::OnlyLeads => "only a lead may let an answer leave".to_owned(),
        Refused::NothingToApprove(number) => format!("{number}: nothing waits for a lead"),
    }
}

/// An instant for the operator: RFC 3339, in the desk's time zone.
fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{
        calendar::BusinessTime,
        feedback::Written,
        ticket::{Status, TicketNumber},
    };

    const ZONE: Tz = Tz::Asia__Tokyo;

    fn number() -> TicketNumber {
        TicketNumber::new("ZT", 2025, 1)
    }

    fn into() -> TicketNumber {
        TicketNumber::new("ZT", 2025, 2)
    }

    #[test]
    fn what_was_done_is_told_to_staff_and_to_the_operator() {
        let now: DateTime<Utc> = "2025-07-01T01:00:00Z".parse().unwrap();
        let leaves_at: DateTime<Utc> = "2025-07-01T01:10:00Z".parse().unwrap();
        let queued = |written, held| Done::Queued { number: number(), written, leaves_at, held };
        for (done, japanese, english) in [
            (Done::Noted(number()), "ZT-2025-0001 にメモを残しました", "ZT-2025-0001: noted"),
            (
                Done::Tagged { number: number(), tags: vec!["研修".into(), "会議".into()] },
                "ZT-2025-0001 の分類を「研修、会議」にしました",
                "ZT-2025-0001: tagged 研修、会議",
            ),
            (
                Done::Assigned {
                    number: number(),
                    name: "佐藤 花子".into(),
                    address: "sato@example.jp".into(),
                },
                "ZT-2025-0001 の担当を佐藤 花子さんにしました",
                "ZT-2025-0001: assigned to sato@example.jp",
            ),
            (Done::Closed(number()), "ZT-2025-0001 を完了にしました", "ZT-2025-0001: closed"),
            (
                Done::Reopened { number: number(), deadline: Some("2025-07-03T00:12:04Z".parse().unwrap()) },
                "ZT-2025-0001 を再開しました（回答期限 7月3日（木）9時12分）",
                "ZT-2025-0001: open, due 2025-07-03T09:12:04+09:00",
            ),
            (
                Done::Reopened { number: number(), deadline: None },
                "ZT-2025-0001 を再開しました（回答期限 ）",
                "ZT-2025-0001: open, due ",
            ),
            (
                Done::Held { number: number(), left: BusinessTime::from_seconds(12_600) },
                "ZT-2025-0001 を保留にしました（残り3時間30分）",
                "ZT-2025-0001: waiting, 3h30m left",
            ),
            (
                Done::Merged { number: number(), into: into() },
                "ZT-2025-0001 を ZT-2025-0002 にまとめました",
                "ZT-2025-0001: merged into ZT-2025-0002",
            ),
            (Done::CalledBack(number()), "ZT-2025-0001 の折り返しを終えました", "ZT-2025-0001: called back"),
            (
                queued(Written::Answer, false),
                "ZT-2025-0001 の回答を承りました（7月1日（火）10時10分に送信します）",
                "ZT-2025-0001: queued for 2025-07-01T10:10:00+09:00",
            ),
            (
                queued(Written::Question, true),
                "ZT-2025-0001 のおたずねを承りました（責任者の承認後に送信します）",
                "ZT-2025-0001: queued for 2025-07-01T10:10:00+09:00",
            ),
            (
                Done::Cancelled {
                    number: number(),
                    written: Written::Question,
                    text: "何年度でしょうか。".into(),
                    waiting: 0,
                },
                "ZT-2025-0001 のおたずね「何年度でしょうか。」を取りやめました。照会者には送られません",
                "ZT-2025-0001: cancelled",
            ),
            (
                Done::Cancelled {
                    number: number(),
                    written: Written::Answer,
                    text: "一案です。".into(),
                    waiting: 1,
                },
                "ZT-2025-0001 の回答「一案です。」を取りやめました。照会者には送られません（このほかに1件が送信を待っています）",
                "ZT-2025-0001: cancelled",
            ),
            (
                Done::Sending { number: number(), leaves_at },
                "ZT-2025-0001：7月1日（火）10時10分に送信します",
                "ZT-2025-0001: leaves at 2025-07-01T10:10:00+09:00",
            ),
            (
                Done::Approved { number: number(), leaves_at },
                "ZT-2025-0001 を承認しました（7月1日（火）10時10分に送信します）",
                "ZT-2025-0001: approved",
            ),
            (Done::Rejected(number()), "ZT-2025-0001 を差し戻しました", "ZT-2025-0001: rejected"),
        ] {
            assert_eq!(to_staff(&done, ZONE, now), japanese);
            assert_eq!(to_operator(&done, ZONE), english);
        }
    }

    #[test]
    fn why_something_was_not_done_is_told_to_staff_and_to_the_operator() {
        for (refused, japanese, english) in [
            (
                Refused::NoSuchTicket(number()),
                "受付番号 ZT-2025-0001 の照会票はありません",
                "there is no ticket ZT-2025-0001",
            ),
            (Refused::NotOnATicket, "照会票の操作ではありません", "not an operation on a ticket"),
            (
                Refused::EmptyNote(number()),
                "ZT-2025-0001 のメモの文がありません",
                "ZT-2025-0001: the note has no text",
            ),
            (
                Refused::NoSingleMember { who: "佐".into(), known: vec!["佐藤".into(), "佐野".into()] },
                "「佐」に当たる担当者が一人に決まりません（登録：佐藤、佐野）",
                "\"佐\" names no single member of staff; known: 佐藤, 佐野",
            ),
            (
                Refused::AlreadyClosed(number()),
                "ZT-2025-0001 はすでに完了しています",
                "ZT-2025-0001 is closed already",
            ),
            (
                Refused::AlreadyOpen(number()),
                "ZT-2025-0001 はすでに未回答の状態です",
                "ZT-2025-0001 is open already",
            ),
            (
                Refused::ReopenMerged { number: number(), into: into() },
                "ZT-2025-0001 は ZT-2025-0002 にまとめられています",
                "ZT-2025-0001 was merged into ZT-2025-0002",
            ),
            (
                Refused::NotOpen { number: number(), status: Status::Waiting },
                "ZT-2025-0001 は未回答の状態ではないため、保留にできません",
                "ZT-2025-0001 is waiting, and only an open ticket can wait",
            ),
            (
                Refused::CannotMerge { number: number(), into: into() },
                "ZT-2025-0001 は ZT-2025-0002 にまとめられません（同じ番号か、すでにまとめられています）",
                "ZT-2025-0001 cannot be merged into ZT-2025-0002: it is the same, or one of them was merged before",
            ),
            (
                Refused::AlreadyAnswered { number: number(), status: Status::Answered },
                "ZT-2025-0001 はすでに回答済です",
                "ZT-2025-0001 is answered already",
            ),
            (
                Refused::NoText(number()),
                "ZT-2025-0001 に送る文がありません",
                "ZT-2025-0001: there is no text",
            ),
            (
                Refused::WriteToMerged { number: number(), into: into() },
                "ZT-2025-0001 は ZT-2025-0002 にまとめられています。ZT-2025-0002 にご回答ください",
                "ZT-2025-0001 was merged into ZT-2025-0002; answer that",
            ),
            (
                Refused::NoAddress(number()),
                "ZT-2025-0001 の照会者にはメールアドレスがありません。お電話でご連絡ください",
                "ZT-2025-0001: the inquirer has no mail address",
            ),
            (
                Refused::SameText(number()),
                "ZT-2025-0001 には同じ文をすでに承っています。二度は送りません",
                "ZT-2025-0001: the very same text was taken before, and is not sent twice",
            ),
            (
                Refused::BadAddress { number: number(), to: "a b@example.jp".into() },
                "ZT-2025-0001 の宛先 a b@example.jp には送れません。お電話でご連絡ください",
                "ZT-2025-0001: a b@example.jp is no address that mail can be sent to",
            ),
            (
                Refused::NothingWaits(number()),
                "ZT-2025-0001 に送信前のメールはありません（すでに送信されたか、取りやめられています）",
                "ZT-2025-0001: nothing is about to leave",
            ),
            (
                Refused::BeingSent(number()),
                "ZT-2025-0001 のメールはちょうど送信中です",
                "ZT-2025-0001: it is leaving now",
            ),
            (Refused::OnlyLeads, "承認・差戻は責任者だけができます", "only a lead may let an answer leave"),
            (
                Refused::NothingToApprove(number()),
                "ZT-2025-0001 に承認待ちの回答はありません",
                "ZT-2025-0001: nothing waits for a lead",
            ),
        ] {
            assert_eq!(refusal_to_staff(&refused), japanese);
            assert_eq!(refusal_to_operator(&refused), english);
        }
    }
}
