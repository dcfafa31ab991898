//! Sentences about a single message in mails to staff: remarks of notices, and lines of staff replies.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::desk::{
    feedback::Leaves, form::Fields, gate::Refusal, japanese_time, own_marks, sender::SenderDoubt,
    ticket::TicketNumber, triage::Note,
};

use super::{
    DecisionWord, Purpose,
    bounds::{Shown, for_staff, shortened},
    feedback::leaving_in_words,
    problem::others_mail,
    purpose_in_words, refusal_in_words,
};

/// As much of a header field as a remark shows, in characters.
const EVIDENCE: usize = 100;

/// What staff should know of a message besides its text.
#[derive(Debug, Clone, Copy)]
pub enum Remark<'a> {
    /// The message names this ticket, but did not become part of it.
    NotJoined(&'a TicketNumber),
    /// The message names this answered ticket and has another inquiry.
    AnotherInquiry(&'a TicketNumber),
    /// The message is a note on the ticket.
    Noted(Note),
    /// The ticket waits for its inquiry, and the message may be it.
    MaybeInquiry,
    /// The message may say in other words what the form leaves blank.
    MaybeFields,
    /// The gate refused the automatic reply.
    NotAnswered(&'a Refusal),
    /// Of a message that is too large, only the header was read.
    HeaderOnly,
}

impl Remark<'_> {
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::NotJoined(other) => format!(
                "件名などに {other} とありますが、差出人がその照会の関係者ではないか、完了から時間がたっているため、新しい照会としました。"
            ),
            Self::AnotherInquiry(other) => format!(
                "件名などに {other} とありますが、{other} は回答済みで、照会内容が異なるため、新しい照会としました。"
            ),
            Self::Noted(Note::Recall) => {
                "差出人が、送ったメールの取り消しを求めています。受け付けたままにしています。"
                    .to_owned()
            }
            Self::Noted(Note::Password) => {
                "添付ファイルのパスワードを知らせるメールとみられるため、この受付番号に添えました。パスワードは使わず、ファイルは開いていません。".to_owned()
            }
            Self::Noted(Note::Thanks) => {
                "お礼とみられるため、この受付番号に添えました（再開していません）。".to_owned()
            }
            Self::Noted(Note::Adviser) => {
                "アドバイザーからの返信です。派遣のご依頼へのお返事でしたら、お引き受けの場合は「派遣確定 1」、ご辞退の場合は「派遣辞退 1」のように、回数を付けてご返信ください。線より上に書いたほかの文は、アドバイザーではなく実施地域の担当者に送られます。"
                    .to_owned()
            }
            Self::Noted(Note::Contact) => {
                "照会先からの返信です。回答に使うときは、先頭に「引用」と書き、続けて前置きを書いてご返信ください（前置きはなくてもかまいません）。照会先の返信が、その後に入ります。"
                    .to_owned()
            }
            Self::Noted(Note::Copy) => {
                "同じ内容のメールが再び届いたため、この受付番号に添えました。添付ファイルをご確認ください。"
                    .to_owned()
            }
            Self::Noted(Note::Automatic) => "この受付番号に添えました。".to_owned(),
            Self::MaybeInquiry => {
                "照会内容の記載を待っている照会です。この文が照会内容でしたら、「再開」とご返信いただくと、これを照会内容として受け付け、回答期限が動き始めます。"
                    .to_owned()
            }
            Self::MaybeFields => {
                "様式で空欄の項目（氏名・連絡先など）が、この文に書かれているかもしれません。".to_owned()
            }
            Self::HeaderOnly => {
                "メールの容量が大きいため、件名などだけを読み取りました。本文と添付ファイルは、メールボックスの原本をご確認ください。".to_owned()
            }
            Self::NotAnswered(refusal) => {
                let evidence = match refusal {
                    Refusal::Robot { evidence } | Refusal::AskedForSilence { evidence } => {
                        format!("（{}）", evidence.chars().take(EVIDENCE).collect::<String>())
                    }
                    _ => String::new(),
                };
                format!("差出人への自動のメールは送っていません：{}{evidence}。", refusal_in_words(refusal))
            }
        }
    }
}

/// Why a mail from a staff address had no effect at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEffect {
    /// Our own mail server does not vouch for the sender.
    NotAuthentic,
    /// The mail has several senders, or a From that parsers read differently.
    UnclearSender,
    /// The mail has the key of a member and comes from another address.
    ForeignAddress,
    /// No key of the member's came with the mail.
    NoKey,
    /// The mail is too large, or damaged.
    Unread,
    /// The key is not the member's, or not the ticket's.
    WrongKey,
    /// The key is that of another member, whose name this is.
    OthersKey(String),
    /// A note of a call without the form, whose labels these are.
    CallWithoutForm(Vec<String>),
}

impl NoEffect {
    /// The line of a staff reply about a mail from this address with this subject.
    #[must_use]
    pub fn line(&self, from: &str, subject: &str) -> String {
        let why = match self {
            Self::NotAuthentic => {
                "差出人を確認できなかったため、担当者からのメールとして扱いませんでした。操作も送信もしていません"
            }
            Self::UnclearSender => {
                "差出人（From）が一人に定まらないため、担当者からのメールとして扱いませんでした。操作も送信もしていません"
            }
            Self::ForeignAddress => {
                "担当者あてのお知らせへの返信が、登録のないアドレスから届いたため、何も行っていません。担当者のアドレスからお送りください"
            }
            Self::OthersKey(name) => &others_mail(name),
            Self::CallWithoutForm(labels) => {
                let labels = (1..).zip(labels).map(|(number, label)| format!("\n　　{number}) {label}："));
                &format!(
                    "4項目（1)～4)）を読み取れませんでした。次をコピーしてお書きください：{}",
                    labels.collect::<String>()
                )
            }
            Self::WrongKey => {
                "記号（#…）がお送りしたものと違うため、何も行っていません。最新の日次一覧に返信してください"
            }
            Self::NoKey => {
                "日次一覧やお知らせの記号（#…）がないため、何も行っていません。日次一覧かお知らせに返信してください"
            }
            Self::Unread => {
                "大きすぎるか壊れているため、読み取れませんでした。操作も送信もしていません。添付を減らして、もう一度お送りください"
            }
        };
        let (from, subject) = (for_staff(from, Shown::Address), for_staff(subject, Shown::Line));
        format!("{from} から届いたメール「{subject}」：{why}")
    }
}

impl From<SenderDoubt> for NoEffect {
    fn from(doubt: SenderDoubt) -> Self {
        match doubt {
            SenderDoubt::Unclear => Self::UnclearSender,
            SenderDoubt::NotVouchedFor => Self::NotAuthentic,
            SenderDoubt::ForeignAddress => Self::ForeignAddress,
        }
    }
}

/// The last line of the last explanation of a day.
#[must_use]
pub fn no_more_explanations(most: u32) -> String {
    format!(
        "このようなお知らせが{most}通になりました。本日はこれ以上お知らせしません。届いたメールは、日次一覧の要確認メールの欄でご確認ください"
    )
}

/// The line of the last automatic mail of a day to a member and the leads. `tickets` are those that it is about.
#[must_use]
pub fn limit_reached(from: &str, tickets: &[TicketNumber], most: u32) -> String {
    let about: Vec<String> = tickets.iter().map(ToString::to_string).collect();
    let about =
        if about.is_empty() { String::new() } else { format!(" {} についての", about.join("、")) };
    format!(
        "{from} からの{about}メールに、本日は自動のメールを{most}通お送りしました。自動応答とのやり取りになっているおそれがあるため、本日この後に届くものは、「取消」などの操作だけを行って結果はお知らせせず、ほかは何も行わずに要確認メールとします。自動応答の設定をご確認ください。ご本人からのものでしたら、お手数ですが、明日あらためてお送りいただくか、運用担当者にご連絡ください"
    )
}

/// The line of a staff reply about a command that was not carried out. `order` is the command as written; its first
/// line is shown.
#[must_use]
pub fn refused_order(order: &str, why: &str) -> String {
    format!("「{}」：{why}", shortened(order.lines().next().unwrap_or_default(), Shown::Line))
}

/// A note on a ticket in a mail to staff: 「7月1日（火）10:10 佐藤 花子さん：先方に電話済み」.
#[must_use]
pub fn note_in_words(who: &str, at: DateTime<Utc>, text: &str, zone: Tz, now: DateTime<Utc>) -> String {
    /// Characters.
    const LONGEST: usize = 200;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = text.chars().take(LONGEST).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    let note = format!("{} {who}：{shown}{more}", japanese_time::instant(at, zone, now));
    own_marks::disarmed(&note)
}

/// The subject of a reminder of drafts: 「【送信待ち】[ZT-2025-0001] 送信を待つメールがあります」. `number` is empty for several tickets.
#[must_use]
pub fn drafts_wait(number: &str, count: usize) -> String {
    if number.is_empty() {
        format!("【送信待ち】送信を待つメールが{count}件あります")
    } else {
        format!("【送信待ち】[{number}] 送信を待つメールがあります")
    }
}

/// Why a mail of a member's has not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsent {
    /// It waits for a lead.
    Approval,
    /// It waits for a member's word.
    Word,
    /// It leaves at this time.
    At(DateTime<Utc>),
    /// The mail server has not accepted it yet.
    Tried,
}

/// A mail that has not left: 「伊藤 健一さんの回答は、責任者の承認を待っています」.
#[must_use]
pub fn unsent_in_words(author: &str, purpose: Purpose, why: Unsent, zone: Tz, now: DateTime<Utc>) -> String {
    let state = match why {
        Unsent::Approval => "責任者の承認を待っています".to_owned(),
        Unsent::Word => "「送信」のお返事を待っています".to_owned(),
        Unsent::At(at) => leaving_in_words(Leaves::At(at), zone, now),
        Unsent::Tried => "送信を試みています".to_owned(),
    };
    own_marks::disarmed(&format!("{author}さんの{}は、{state}", purpose_in_words(purpose)))
}

/// A merged ticket whose inquirer still waits for an answer: 「ZT-2025-0002（星川市　高橋 真由美様）の差出人様には、…」.
#[must_use]
pub fn unanswered_in_words(number: &TicketNumber, fields: &Fields, from: &str) -> String {
    let who = who_in_words(Some(fields), from);
    format!("まとめた {number}（{who}）の差出人様には、まだ回答をお送りしていません")
}

/// Organization and name on one line, else the address.
pub(super) fn who_in_words(fields: Option<&Fields>, from: &str) -> String {
    let known = fields.map(|fields| [fields.organization.as_deref(), fields.name.as_deref()]);
    let known = known.into_iter().flatten().flatten().filter(|known| !known.trim().is_empty());
    let known = known.collect::<Vec<_>>().join("　");
    let who = if known.is_empty() { from } else { &known };
    for_staff(&who.split_whitespace().collect::<Vec<_>>().join(" "), Shown::Line)
}

/// The line of a staff reply to the author of an answer that a lead has rejected.
#[must_use]
pub fn rejected_answer(number: &TicketNumber, lead: &str, reason: &str) -> String {
    let reason = if reason.is_empty() { "理由の記載はありません" } else { reason };
    format!("{number} の回答は{lead}さんが差し戻しました。理由：{reason}")
}

/// The line of a staff reply about a text behind 取消, which nobody gets.
#[must_use]
pub fn not_sent_in_words(text: &str) -> String {
    format!(
        "次の文は、どこにも送っていません：「{}」。照会者への回答でしたら、「取消」を書かずに、もう一度お送りください",
        own_marks::disarmed(text)
    )
}

/// The subject of a staff reply to the author of a draft about which a colleague has decided: 「[ZT-2025-0001] 差戻：佐藤さん」.
#[must_use]
pub fn decided_by(number: &TicketNumber, word: DecisionWord, who: &str) -> String {
    format!("[{number}] {word}：{who}さん")
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
                Remark::AnotherInquiry(&number).in_words(),
                "件名などに ZT-2025-0007 とありますが、ZT-2025-0007 は回答済みで、照会内容が異なるため、新しい照会としました。",
            ),
            (
                Remark::NotAnswered(&Refusal::Robot { evidence: "Auto-Submitted: auto-generated".into() })
                    .in_words(),
                "差出人への自動のメールは送っていません：自動送信のメールと判断しました（Auto-Submitted: auto-generated）。",
            ),
            (
                Remark::NotAnswered(&Refusal::NotAddressed).in_words(),
                "差出人への自動のメールは送っていません：窓口のアドレスが宛先にありません。",
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
            (
                NoEffect::from(SenderDoubt::Unclear).line("ito@example.jp", "完了"),
                "ito@example.jp から届いたメール「完了」：差出人（From）が一人に定まらないため、担当者からのメールとして扱いませんでした。操作も送信もしていません",
            ),
            (
                NoEffect::from(SenderDoubt::ForeignAddress).line("home@x.example", "完了"),
                "home@x.example から届いたメール「完了」：担当者あてのお知らせへの返信が、登録のないアドレスから届いたため、何も行っていません。担当者のアドレスからお送りください",
            ),
            (
                NoEffect::OthersKey("佐藤 花子".into()).line("ito@example.jp", "Fwd: 一覧"),
                "ito@example.jp から届いたメール「Fwd: 一覧」：佐藤 花子さん宛ての一覧またはお知らせへの返信のため、何も行っていません。ご自分宛ての一覧またはお知らせにご返信ください",
            ),
            (
                NoEffect::CallWithoutForm(vec!["自治体・機関名".into(), "氏名".into()])
                    .line("ito@example.jp", "電話照会"),
                "ito@example.jp から届いたメール「電話照会」：4項目（1)～4)）を読み取れませんでした。次をコピーしてお書きください：\n　　1) 自治体・機関名：\n　　2) 氏名：",
            ),
            (
                NoEffect::WrongKey.line("ito@example.jp", "完了"),
                "ito@example.jp から届いたメール「完了」：記号（#…）がお送りしたものと違うため、何も行っていません。最新の日次一覧に返信してください",
            ),
            (
                no_more_explanations(10),
                "このようなお知らせが10通になりました。本日はこれ以上お知らせしません。届いたメールは、日次一覧の要確認メールの欄でご確認ください",
            ),
            (
                limit_reached("ito@example.jp", std::slice::from_ref(&number), 20),
                "ito@example.jp からの ZT-2025-0007 についてのメールに、本日は自動のメールを20通お送りしました。自動応答とのやり取りになっているおそれがあるため、本日この後に届くものは、「取消」などの操作だけを行って結果はお知らせせず、ほかは何も行わずに要確認メールとします。自動応答の設定をご確認ください。ご本人からのものでしたら、お手数ですが、明日あらためてお送りいただくか、運用担当者にご連絡ください",
            ),
            (decided_by(&number, DecisionWord::Reject, "佐藤 花子"), "[ZT-2025-0007] 差戻：佐藤 花子さん"),
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
