use super::*;
use crate::desk::{
    calendar::BusinessTime,
    feedback::{Debt, Written},
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
    let queued = |written, leaves| Done::Queued { number: number(), written, leaves };
    for (done, japanese, english) in [
        (Done::Noted(number()), "ZT-2025-0001 にメモを残しました", "ZT-2025-0001: noted"),
        (
            Done::Tagged { number: number(), tags: vec!["研修".into(), "会議".into()] },
            "ZT-2025-0001 の分類を「研修、会議」にしました",
            "ZT-2025-0001: tagged 研修、会議",
        ),
        (
            Done::Assigned {
                number: number(), name: "佐藤 花子".into(), address: "sato@example.jp".into()
            },
            "ZT-2025-0001 の担当を佐藤 花子さんにしました",
            "ZT-2025-0001: assigned to sato@example.jp",
        ),
        (Done::Closed(number()), "ZT-2025-0001 を完了にしました", "ZT-2025-0001: closed"),
        (
            Done::Reopened { number: number(), deadline: Some("2025-07-03T00:12:04Z".parse().unwrap()) },
            "ZT-2025-0001 を再開しました（回答期限 7月3日（木）9:12）",
            "ZT-2025-0001: open, due 2025-07-03T09:12:04+09:00",
        ),
        (
            Done::Reopened { number: number(), deadline: None },
            "ZT-2025-0001 を再開しました（回答期限 ）",
            "ZT-2025-0001: open, due ",
        ),
        (
            Done::Accepted {
                number: number(),
                deadline: Some("2025-07-03T00:12:00Z".parse().unwrap()),
                told: true,
            },
            "ZT-2025-0001 を、照会者の返信を照会内容として受け付けました（回答期限 7月3日（木）9:12）。照会者に受付のお知らせをお送りします",
            "ZT-2025-0001: the last mail is the inquiry, due 2025-07-03T09:12:00+09:00; the receipt leaves",
        ),
        (
            Done::Held {
                number: number(),
                left: BusinessTime::from_seconds(12_600),
                until: None,
                leaves: None,
            },
            "ZT-2025-0001 を返信待ちにしました（残り3時間30分）",
            "ZT-2025-0001: waiting, 3h30m left",
        ),
        (
            Done::Held {
                number: number(),
                left: BusinessTime::from_seconds(12_600),
                until: Some("2025-07-10".parse().unwrap()),
                leaves: Some(Leaves::At(leaves_at)),
            },
            "ZT-2025-0001 を7月10日（木）まで保留にしました（残り3時間30分）。先方への中間のご連絡は、7月1日（火）10:10に送信します",
            "ZT-2025-0001: held until 2025-07-10, 3h30m left; the inquirer is told: queued for 2025-07-01T10:10:00+09:00",
        ),
        (
            Done::Merged { number: number(), into: into(), debt: Debt::Kept },
            "ZT-2025-0001 を ZT-2025-0002 にまとめました（ZT-2025-0002 への回答は、ZT-2025-0001 の差出人にもお送りします）",
            "ZT-2025-0001: merged into ZT-2025-0002",
        ),
        (
            Done::Merged { number: number(), into: into(), debt: Debt::Reopened },
            "ZT-2025-0001 を ZT-2025-0002 にまとめました（ZT-2025-0002 を未回答に戻しました。ZT-2025-0002 への回答は、ZT-2025-0001 の差出人にもお送りします）",
            "ZT-2025-0001: merged into ZT-2025-0002; ZT-2025-0002 is open again",
        ),
        (
            Done::Merged { number: number(), into: into(), debt: Debt::OtherWaits },
            "ZT-2025-0001 を ZT-2025-0002 にまとめました。ZT-2025-0002 は回答済みですが、ZT-2025-0001 の差出人様にはまだ回答をお送りしていませんので、ZT-2025-0002 を未回答に戻しました。ZT-2025-0002 と同じ回答をお送りする場合は「再送」とご返信ください（まだお送りしていない差出人様にだけ届きます）。別の文は、ZT-2025-0002 のメールへの返信にお書きください（どちらの差出人様にも届きます）",
            "ZT-2025-0001: merged into ZT-2025-0002; ZT-2025-0002 is open again, because the inquirer of ZT-2025-0001 has no answer; `ticket resend ZT-2025-0002` sends them that of ZT-2025-0002",
        ),
        (Done::CalledBack(number()), "ZT-2025-0001 の折り返しを終えました", "ZT-2025-0001: called back"),
        (
            queued(Written::Answer, Leaves::At(leaves_at)),
            "ZT-2025-0001 の回答を承りました（7月1日（火）10:10に送信します）",
            "ZT-2025-0001: queued for 2025-07-01T10:10:00+09:00",
        ),
        (
            queued(Written::Question, Leaves::Approved),
            "ZT-2025-0001 の質問を承りました（責任者の承認後に送信します）",
            "ZT-2025-0001: waits for a lead",
        ),
        (
            queued(Written::Answer, Leaves::Confirmed),
            "ZT-2025-0001 の回答を承りました（「送信」のお返事をいただいてから送信します）",
            "ZT-2025-0001: waits for `ticket send`",
        ),
        (
            queued(Written::Answer, Leaves::Chosen),
            "ZT-2025-0001 の回答を承りました（「送信」のお返事をいただいてから送信します）",
            "ZT-2025-0001: waits for `ticket send`, because somebody else has written to this inquirer",
        ),
        (
            Done::Cancelled {
                number: number(),
                written: Written::Question,
                text: "何年度でしょうか。".into(),
                waiting: 0,
            },
            "ZT-2025-0001 の質問「何年度でしょうか。」を取りやめました。照会者には送られません",
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
            "ZT-2025-0001：7月1日（火）10:10に送信します",
            "ZT-2025-0001: leaves at 2025-07-01T10:10:00+09:00",
        ),
        (
            Done::Approved { number: number(), leaves_at },
            "ZT-2025-0001 を承認しました（7月1日（火）10:10に送信します）",
            "ZT-2025-0001: approved",
        ),
        (Done::Rejected(number()), "ZT-2025-0001 を差し戻しました", "ZT-2025-0001: rejected"),
    ] {
        assert_eq!(to_staff(&done, ZONE, now), japanese);
        assert_eq!(to_operator(&done, ZONE), english);
    }
}

#[test]
fn a_subject_says_what_was_done() {
    for (lines, subject) in [
        (&["ZT-2025-0005 を保留にしました（残り3時間30分）"][..], "[ZT-2025-0005] 保留にしました"),
        (&["ZT-2025-0001 にメモを残しました"], "[ZT-2025-0001] メモを残しました"),
        (&["ZT-2025-0001 の担当を佐藤 花子さんにしました"], "[ZT-2025-0001] 担当を佐藤 花子さんにしました"),
        (&["ZT-2025-0001 の分類を「研修、会議」にしました"], "[ZT-2025-0001] 分類を「研修、会議」にしました"),
        (&["ZT-2025-0001 を ZT-2025-0002 にまとめました"], "[ZT-2025-0001] ZT-2025-0002 にまとめました"),
        (&["ZT-2025-0001：7月1日（火）10:10に送信します"], "[ZT-2025-0001] 7月1日（火）10:10に送信します"),
        (&["ZT-2025-0001 の折り返しを終えました"], "[ZT-2025-0001] 折り返しを終えました"),
        (
            &[
                "ZT-2025-0001 の回答「会議の例は、第一市にございます。ほかに第二市の例もございます。」を取りやめました。照会者には送られません",
            ],
            "[ZT-2025-0001] 回答を取りやめました",
        ),
        (
            &["ZT-2025-0001 を完了にしました", "ZT-2025-0002 を完了にしました"],
            "[ZT-2025-0001] 完了にしました（ほか1件）",
        ),
        (
            &["ZT-2025-0006 の質問を承りました（7月14日（月）10:10に送信します）"],
            "[ZT-2025-0006] 質問を承りました",
        ),
        (
            &[
                "ZT-2025-0003 のアドバイザー派遣（1回目）（令和7年9月2日（火）14:00～16:00）をご案内します（3名あて。8月18日（月）10:15に送信します）。お答えの済んでいないメールがあります",
            ],
            "[ZT-2025-0003] アドバイザー派遣（1回目）をご案内します",
        ),
        (&["要確認メールを破棄しました"], "要確認メールを破棄しました"),
        (&[], ""),
    ] {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(done_in_subject(&lines), subject);
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
            Refused::NoApplication(number()),
            "ZT-2025-0001 は照会のため、伴走支援の操作（受理、採択、会議など）は行えません。応募のお知らせに返信するか、応募の受付番号を付けてください",
            "ZT-2025-0001: is an inquiry, not an application",
        ),
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
            Refused::CloseUnanswered { number: number(), waiting: vec![into()] },
            "ZT-2025-0001 は完了にしていません。ZT-2025-0001 にまとめた ZT-2025-0002 の差出人様には、まだ回答をお送りしていません。ZT-2025-0001 と同じ回答をお送りする場合は「再送」と、お電話などで回答済みの場合は「完了 お電話で回答済み」のように理由を添えてお書きください",
            "ZT-2025-0001: the inquirers of ZT-2025-0002 have no answer; `ticket resend ZT-2025-0001`, or say why it is closed",
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
        (Refused::NoText(number()), "ZT-2025-0001 に送る文がありません", "ZT-2025-0001: there is no text"),
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
            Refused::Guarded { number: number(), violation: Violation::Member("sato@example.jp".into()) },
            "ZT-2025-0001 の文は、照会者に送れない内容があるため送っていません。担当者のお名前またはアドレスが入っています：「sato@example.jp」。取り除いて、もう一度お送りください",
            "ZT-2025-0001: the text must not reach an inquirer: member \"sato@example.jp\"",
        ),
        (
            Refused::Guarded { number: number(), violation: Violation::Empty },
            "ZT-2025-0001 の文は、照会者に送れない内容があるため送っていません。文の中に言葉がありません",
            "ZT-2025-0001: the text must not reach an inquirer: empty \"\"",
        ),
        (
            Refused::TooLarge(number()),
            "ZT-2025-0001 の文は長すぎるため送っていません。短くするか、添付ファイルにしてお送りください",
            "ZT-2025-0001: the text is larger than delivery.max_mail_size; shorten or attach it",
        ),
        (
            Refused::BadAddress { number: number(), to: "a b@example.jp".into() },
            "ZT-2025-0001 の宛先 a b@example.jp には送れません。お電話でご連絡ください",
            "ZT-2025-0001: a b@example.jp is no address that mail can be sent to",
        ),
        (
            Refused::MailWaits { number: number(), written: Written::Answer, text: "一案です。".into() },
            "ZT-2025-0001 の回答「一案です。」が送信を待っています。その確認のメールに「取消」とご返信いただくか、送信された後に、もう一度お書きください",
            "ZT-2025-0001: its answer waits in the outbox; cancel it, or wait until it has left",
        ),
        (
            Refused::NothingWaits(number()),
            "ZT-2025-0001 に送信前のメールはありません（すでに送信を始めたか、取りやめたものです）",
            "ZT-2025-0001: nothing is about to leave",
        ),
        (
            Refused::BeingSent(number()),
            "ZT-2025-0001 のメールはちょうど送信中です",
            "ZT-2025-0001: it is leaving now",
        ),
        (Refused::OnlyLeads, "この操作は、責任者だけができます", "only a lead may do this"),
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
