//! The desk's closed sets in Japanese words, as mails to staff, `ticket show` and the CSV say them.

use super::{
    Purpose,
    bounds::{Shown, for_letter, for_staff},
};
use crate::{
    desk::{
        form::FieldKey,
        gate::Refusal,
        ticket::{SlaClock, Status},
        triage::ParkReason,
    },
    mail::{EnhancedStatus, Mailbox},
};

/// Stands for a field that the inquirer did not fill in.
pub const ABSENT: &str = "（記載なし）";

pub(super) const fn field_word(key: FieldKey) -> &'static str {
    match key {
        FieldKey::Organization => "自治体・機関名",
        FieldKey::Name => "氏名",
        FieldKey::Contact => "連絡先",
        FieldKey::Inquiry => "照会内容",
    }
}

/// A field with its value: 「氏名：山田 太郎」.
#[must_use]
pub fn field_line(key: FieldKey, value: Option<&str>) -> String {
    format!("{}：{}", field_word(key), value.unwrap_or(ABSENT))
}

/// Names and number of files: 「別紙1.xlsx、別紙2.docx ほか（5件）」. Empty where there are none.
#[must_use]
pub fn attachments_in_words(names: &[String]) -> String {
    files_in_words(names, 3)
}

/// The same for staff, who want to know what came.
#[must_use]
pub fn attachments_for_staff(names: &[String]) -> String {
    files_in_words(names, 12)
}

fn files_in_words(names: &[String], most: usize) -> String {
    let shown = |name: &String| {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        for_letter(&name, Shown::File)
    };
    match names.len() {
        0 => String::new(),
        count => {
            let names: Vec<String> = names.iter().take(most).map(shown).collect();
            let more = if count > most { " ほか" } else { "" };
            format!("{}{more}（{count}件）", names.join("、"))
        }
    }
}

/// The beginning of a text that is not sent, one indented line for each of its lines; how many more there are.
#[must_use]
pub fn left_out_in_words(text: &str) -> String {
    const MOST_LINES: usize = 8;
    const MOST_CHARS: usize = 80;
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut shown: Vec<String> = lines
        .iter()
        .take(MOST_LINES)
        .map(|line| format!("　　{}", line.chars().take(MOST_CHARS).collect::<String>()))
        .collect();
    if lines.len() > MOST_LINES {
        shown.push(format!("　　（ほか{}行）", lines.len() - MOST_LINES));
    }
    shown.join("\n")
}

#[must_use]
pub(super) fn clock_word(clock: &SlaClock) -> &'static str {
    if clock.is_held_by_desk() { "保留中（事務局）" } else { status_word(clock.status()) }
}

#[must_use]
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Open => "未回答",
        Status::Waiting => "返信待ち",
        Status::Answered => "回答済",
        Status::Closed => "完了",
    }
}

/// Why a message is parked. A reason that this version does not know (`None`) has words, too.
#[must_use]
pub fn reason_in_words(reason: Option<ParkReason>) -> &'static str {
    let Some(reason) = reason else { return "そのほか" };
    match reason {
        ParkReason::Unreadable => "読み取れないメール",
        ParkReason::Oversize => "大きすぎるメール",
        ParkReason::Bounce => "配送エラーの通知",
        ParkReason::Automatic => "自動応答・一斉配信など",
        ParkReason::Staff => "担当者からのメール",
        ParkReason::StaffLimit => "担当者からのメール（自動のメールの上限）",
        ParkReason::NoForm => "照会の様式によらないメール",
        ParkReason::Call => "公募に関するメール",
        ParkReason::Contact => "照会先からのメール",
        ParkReason::Adviser => "アドバイザーからのメール",
        ParkReason::BeforeWindow => "受付期間前の照会",
        ParkReason::AfterWindow => "受付期間後の照会",
        ParkReason::Unfetchable => "メールサーバーから取り出せないメール",
        ParkReason::Failed => "処理できなかったメール",
    }
}

/// Who wrote a parked message. The content of a withheld message is not known, so the reader is told what to do.
#[must_use]
pub fn sender_in_words(reason: Option<ParkReason>, from: &str) -> &str {
    match reason {
        Some(ParkReason::Unfetchable) => "差出人・件名は不明です。運用担当者にご連絡ください",
        _ => from,
    }
}

/// Who wrote a mail: 「早川 望（hayakawa@hosp.example.jp）」.
#[must_use]
pub fn writer_in_words(from: &Mailbox) -> String {
    let address = for_staff(&from.address, Shown::Address);
    match from.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => format!("{}（{address}）", for_staff(name, Shown::Line)),
        None => address,
    }
}

/// The state of a mail that waits for somebody's word.
pub const HELD: &str = "送信を止めています";
/// The state of a mail that the desk is sending.
pub const LEAVING: &str = "送信しているところです";

/// Between the items of a list.
pub const AND: &str = "、";

/// The subject of a mail about an absence.
pub const ABSENCE: &str = "休暇と代理のお知らせ";

/// A member as a colleague names them.
#[must_use]
pub fn colleague_in_words(name: &str) -> String {
    format!("{name}さん")
}

#[must_use]
pub fn purpose_in_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Acknowledgement => "受付のお知らせ",
        Purpose::AskMissing | Purpose::RemindMissing => "記載事項のご確認のお願い",
        Purpose::SendForm => "記載事項のご案内",
        Purpose::BeforeWindow => "受付開始日のご案内",
        Purpose::AfterWindow => "受付終了のご案内",
        Purpose::CallReceipt => "公募に関するメールの到着のお知らせ",
        Purpose::ApplicationReceived => "申込書の受領のお知らせ",
        Purpose::NewApplication => "応募のお知らせ",
        Purpose::DeadlineWarning | Purpose::DeadlineMissed => "回答期限のお知らせ",
        Purpose::WindowSummary => "受付状況のご報告",
        Purpose::WaitingUnanswered => "返信のない照会のお知らせ",
        Purpose::Undeliverable => "不達のお知らせ",
        Purpose::Answer => "回答",
        Purpose::AnswerCopy => "回答の写し",
        Purpose::Question => "質問",
        Purpose::Forward => "照会先へのお尋ね",
        Purpose::Interim => "中間のご連絡",
        Purpose::HoldOver => "保留の期日のお知らせ",
        Purpose::Digest => "日次一覧",
        Purpose::NewTicket | Purpose::FollowUp => "照会のお知らせ",
        Purpose::Original => "元のメール",
        Purpose::Sheet => "照会の一覧",
        Purpose::Found => "検索の結果",
        Purpose::Report => "照会対応報告",
        Purpose::Faq => "ガイドブックの候補",
        Purpose::Arrival => "届いたメールのお知らせ",
        Purpose::Meeting | Purpose::MeetingReminder => "会議・派遣のご案内",
        Purpose::VisitRequest => "アドバイザー派遣のお願い",
        Purpose::OpenPoints => "伴走支援の終了のお知らせ",
        Purpose::ResultSelected | Purpose::ResultDeclined => "選定結果の通知",
        Purpose::ResultCopy => "選定結果の通知の写し",
        Purpose::ResultsPreview | Purpose::ResultsDue => "選定結果の通知の案",
        Purpose::Echo
        | Purpose::Approval
        | Purpose::SecondDraft
        | Purpose::StaffReply
        | Purpose::StaffDoubt
        | Purpose::Unproven => "担当者へのご連絡",
    }
}

/// Why the gate refused an automatic mail.
#[must_use]
pub fn refusal_in_words(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NoSender => "宛先にできるアドレスがありません",
        Refusal::Robot { .. } => "自動送信のメールと判断しました",
        Refusal::OwnAddress => "差出人が窓口自身のアドレスです",
        Refusal::AskedForSilence { .. } => "差出人のメールが自動返信を断っています",
        Refusal::TooOld { .. } => "窓口の運用を始める前に届いたメールです",
        Refusal::LongAgo { .. } => "以前に別のメールボックスで受信されたメールです",
        Refusal::NotAuthentic { .. } => {
            "差出人のドメインから送られたことを確認できません（なりすましの可能性があります）"
        }
        Refusal::NotAddressed => "窓口のアドレスが宛先にありません",
        Refusal::AnsweredRecently { .. } => "同じアドレスに自動のメールを送ったばかりです",
        Refusal::FormSentBefore => "同じアドレスに様式をお送り済みです",
        Refusal::ThreadBudget { .. } | Refusal::SenderBudget { .. } => {
            "1日に送る自動メールの上限に達しました"
        }
        Refusal::Guarded(_) => "窓口の文面に、照会者に送れない内容があります。運用担当者にご連絡ください",
    }
}

/// Why it is unknown whether a mail arrived.
pub const UNCONFIRMED: &str =
    "送信の最後にメールサーバーの応答を確かめられませんでした（届いている可能性があります）";

/// Why a mail did not arrive, by its enhanced status code (RFC 3463, 3).
#[must_use]
pub fn status_in_words(status: Option<EnhancedStatus>) -> &'static str {
    match status.map_or((0, 0), |status| (status.subject, status.detail)) {
        (1, 2) => "宛先のドメイン（＠より後ろ）が見つかりません",
        (1, _) => "宛先のメールアドレスが見つかりません",
        (2, 2) => "宛先のメールボックスがいっぱいです",
        (2, _) => "宛先のメールボックスが使えません",
        (3, 4) => "メールが大きすぎます",
        (4, _) => "宛先のメールサーバーに接続できません",
        (7, _) => "宛先のメールサーバーに受け取りを拒否されました",
        _ => "宛先のメールサーバーが受け取りませんでした",
    }
}
