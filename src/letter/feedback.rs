//! What came of an operation on a ticket, in words for staff. `operator` has the English for the shell.

mod meetings;
mod operator;
mod subject;

pub use meetings::span_fault_to_operator;
pub use operator::{refusal_to_operator, to_operator};
pub(super) use subject::done_in_subject;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    AND, Purpose,
    application_words::{field_in_words, stage_in_words, unread_in_words},
    faq, handling, meeting_in_words, purpose_in_words, report, results, span_fault_in_words, status_word,
};
use crate::desk::{
    calendar::{BusinessTime, date_of},
    feedback::{Debt, Done, Leaves, Refused, Written},
    japanese_date::SpanFault,
    japanese_time,
    last_guard::Violation,
};

/// The operator's name, where an operation from the shell shows who did it.
pub const OPERATOR: &str = "運用者";

/// An invitation does not say whether it answers what the region has asked.
const OWED: &str = "。お答えの済んでいないメールがあります。対応が済みましたら「完了」と返信してください";

/// When a mail leaves: 「7月1日（火）10:10に送信します」.
#[must_use]
pub fn leaving_in_words(leaves: Leaves, zone: Tz, now: DateTime<Utc>) -> String {
    match leaves {
        Leaves::At(at) => format!("{}に送信します", japanese_time::instant(at, zone, now)),
        Leaves::Approved => "責任者の承認後に送信します".to_owned(),
        Leaves::Confirmed | Leaves::Chosen | Leaves::Doubted => {
            "「送信」のお返事をいただいてから送信します".to_owned()
        }
    }
}

/// When the inquirer is told the day of a hold.
fn interim_in_words(leaves: Option<Leaves>, zone: Tz, now: DateTime<Utc>) -> String {
    match leaves {
        Some(leaves) => format!("先方への中間のご連絡は、{}", leaving_in_words(leaves, zone, now)),
        None => "先方にメールは送りません".to_owned(),
    }
}

/// When a mail has left: 「7月1日（火）10:10に送信しました」.
#[must_use]
pub fn sent_in_words(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    format!("{}に送信しました", japanese_time::instant(at, zone, now))
}

/// When answers leave, as notices tell beforehand: 「10分後に」.
#[must_use]
pub fn answers_leave_in_words(undo: BusinessTime, confirm: bool, approval: bool) -> String {
    let own = if confirm {
        "確認のメールに「送信」とご返信いただいた後に".to_owned()
    } else {
        format!("{}後に", japanese_time::duration(undo))
    };
    if approval { format!("責任者の承認後（責任者の回答は、{own}）に") } else { own }
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
        Done::Accepted { number, deadline, told } => {
            let words = deadline.map(|at| japanese_time::instant(at, zone, now)).unwrap_or_default();
            let letter = if *told {
                "照会者に受付のお知らせをお送りします"
            } else {
                "照会者への受付のお知らせは、お送りできません"
            };
            format!("{number} を、照会者の返信を照会内容として受け付けました（回答期限 {words}）。{letter}")
        }
        Done::Held { number, left, until, leaves } => {
            let left = japanese_time::duration(*left);
            let Some(until) = until else {
                return format!("{number} を返信待ちにしました（残り{left}）");
            };
            let until = japanese_time::day(*until, date_of(now, zone));
            let letter = interim_in_words(*leaves, zone, now);
            format!("{number} を{until}まで保留にしました（残り{left}）。{letter}")
        }
        Done::Merged { number, into, debt } => {
            let debt = match debt {
                Debt::Kept => format!("（{into} への回答は、{number} の差出人にもお送りします）"),
                Debt::Reopened => format!(
                    "（{into} を未回答に戻しました。{into} への回答は、{number} の差出人にもお送りします）"
                ),
                Debt::OtherWaits => format!(
                    "。{into} は回答済みですが、{number} の差出人様にはまだ回答をお送りしていませんので、{into} を未回答に戻しました。{into} と同じ回答をお送りする場合は「再送」とご返信ください（まだお送りしていない差出人様にだけ届きます）。別の文は、{into} のメールへの返信にお書きください（どちらの差出人様にも届きます）"
                ),
            };
            format!("{number} を {into} にまとめました{debt}")
        }
        Done::Away { name, first, last, substitute } => {
            let today = date_of(now, zone);
            let (first, last) = (japanese_time::day(*first, today), japanese_time::day(*last, today));
            let days = if first == last { first } else { format!("{first}から{last}まで") };
            let substitute = match substitute {
                Some(name) => format!("代理の{name}さん"),
                None => "責任者".to_owned(),
            };
            format!(
                "{name}さんの休暇（{days}）を登録しました。この間、{name}さんへのお知らせと一覧は、{substitute}にお送りします"
            )
        }
        Done::Back(name) => format!("{name}さんの休暇を取り消しました"),
        Done::CalledBack(number) => format!("{number} の折り返しを終えました"),
        Done::Queued { number, written, leaves } => {
            let what = purpose_in_words(Purpose::from(*written));
            let when = leaving_in_words(*leaves, zone, now);
            format!("{number} の{what}を承りました（{when}）")
        }
        Done::Forwarded { number, leaves, until, told } => {
            let what = purpose_in_words(Purpose::Forward);
            let when = leaving_in_words(*leaves, zone, now);
            let until = japanese_time::day(*until, date_of(now, zone));
            let letter = interim_in_words(*told, zone, now);
            format!("{number} の{what}を承り（{when}）、{until}まで保留にしました。{letter}")
        }
        Done::Cancelled { number, written, text, waiting } => {
            let what = purpose_in_words(Purpose::from(*written));
            let still = match waiting {
                0 => String::new(),
                count => format!("（このほかに{count}件が送信を待っています）"),
            };
            if *written == Written::Forward {
                return format!("{number} の{what}「{text}」を取りやめました。どなたにも送られません{still}");
            }
            if matches!(written, Written::Meeting | Written::VisitRequest) {
                return format!(
                    "{number} の{what}を取りやめました。どなたにも送られず、予定は元のままです{still}"
                );
            }
            format!("{number} の{what}「{text}」を取りやめました。照会者には送られません{still}")
        }
        Done::Sending { number, leaves_at } => {
            format!("{number}：{}", leaving_in_words(Leaves::At(*leaves_at), zone, now))
        }
        Done::Approved { number, leaves_at } => {
            format!("{number} を承認しました（{}）", leaving_in_words(Leaves::At(*leaves_at), zone, now))
        }
        Done::Rejected(number) => format!("{number} を差し戻しました"),
        Done::ApplicationAccepted(number) => format!("{number} を応募として受理しました"),
        Done::ApplicationWithdrawn(number) => format!("{number} の応募の取下げを記録しました"),
        Done::FormTyped { number, missing } if missing.is_empty() => {
            format!("{number} を、添付の申込書の内容に置き換えました")
        }
        Done::FormTyped { number, missing } => {
            let missing: Vec<&str> = missing.iter().map(|field| field_in_words(*field)).collect();
            format!(
                "{number} を、添付の申込書の内容に置き換えました（記載のない項目：{}）",
                missing.join("、")
            )
        }
        Done::FieldSet { number, field } => format!("{number} の{}を直しました", field_in_words(*field)),
        Done::Arranged { number, meeting, told, leaves, owed } => {
            let when = leaving_in_words(*leaves, zone, now);
            let done = format!("{number} の{}（{told}名あて。{when}）", meetings::arranged(meeting, zone));
            done + if *owed { OWED } else { "" }
        }
        Done::VisitDeclined { number, nth } => {
            format!("{number} のアドバイザー派遣（{nth}回目）の辞退を記録しました")
        }
        Done::Minutes { number, kind, nth, files } => {
            let files = if *files > 0 { format!("（添付{files}件）") } else { String::new() };
            format!("{number} の{}の議事録を登録しました{files}", meeting_in_words(*kind, *nth))
        }
        Done::Results(done) => results::done_in_words(done, zone, now),
        Done::Handled(done) => handling::done_in_words(done),
        Done::Entry(done) => faq::done_in_words(done),
        Done::PartOf { number, case } => format!("{number} を {case} の伴走支援に関する質問としました"),
    }
}

#[must_use]
pub fn refusal_to_staff(refused: &Refused) -> String {
    match refused {
        Refused::AbsenceDays(SpanFault::OutsidePeriod) => {
            "休暇の日付は、今日から半年以内の日をお書きください".to_owned()
        }
        Refused::AbsenceDays(fault) => format!("休暇の日付：{}", span_fault_in_words(*fault)),
        Refused::NoSubstitute => {
            "「休暇 7/10-7/15 代理 佐藤」のように、代理をする方のお名前を添えてください（責任者がお受けする場合は「代理 なし」）".to_owned()
        }
        Refused::SubstituteAway(name) => {
            format!("{name}さんもこの間に休暇がありますので、別の方のお名前をお書きください")
        }
        Refused::NotAway(name) => format!("{name}さんの休暇は登録されていません"),
        Refused::NoSuchTicket(number) => format!("受付番号 {number} の照会票はありません"),
        Refused::NotOnATicket => "照会票の操作ではありません".to_owned(),
        Refused::NoApplication(number) => format!(
            "{number} は照会のため、伴走支援の操作（受理、採択、会議など）は行えません。応募のお知らせに返信するか、応募の受付番号を付けてください"
        ),
        Refused::Results(refused) => results::refused_in_words(refused),
        Refused::Unhandled(refused) => handling::refused_in_words(refused),
        Refused::Unreported(refused) => report::refused_in_words(refused),
        Refused::Entry(refused) => faq::refused_in_words(refused),
        Refused::NotSupported(number) => {
            format!("{number} は伴走支援の実施地域ではないか、選定結果をまだお知らせしていません")
        }
        Refused::Span { number, fault } => format!("{number}：{}", span_fault_in_words(*fault)),
        Refused::Unarranged { number, why } => format!("{number}：{}", meetings::to_staff(*why)),
        Refused::NoSingleAdviser { who, known } => format!(
            "「{who}」に当たる、アドレスの登録のあるアドバイザーが一人に決まりません（登録：{}）",
            known.join(AND)
        ),
        Refused::LettersWait(number) => format!(
            "{number} の先の案内が送信を待っています。先に「取消」とご返信いただくか、送信された後に、もう一度お書きください"
        ),
        Refused::NoMinutes(number) => format!("{number} の議事録の文も添付ファイルもありません"),
        Refused::CannotBePart { number, case } => {
            format!(
                "{number} を {case} の質問とすることはできません（照会と、伴走支援の応募をご指定ください）"
            )
        }
        Refused::Stage { number, stage } => {
            format!("{number} は「{}」の状態のため、この操作はできません", stage_in_words(*stage))
        }
        Refused::NoSingleForm { number, forms: 0, why } => {
            let why = why.map(unread_in_words).unwrap_or("添付ファイルに申込書（Word）がありません。");
            format!(
                "{number} の申込書を置き換えていません。{why}Word形式（.docx）の申込書を1つ添付してください"
            )
        }
        Refused::NoSingleForm { number, .. } => {
            format!("{number} の申込書を置き換えていません。申込書が2つ以上あります。1つだけ添付してください")
        }
        Refused::NoField { number, name } => {
            format!("{number}：「{name}」という項目は申込書にありません")
        }
        Refused::BadValue { number, field } => {
            format!("{number}：{}に、この内容は書けません", field_in_words(*field))
        }
        Refused::EmptyNote(number) => format!("{number} のメモの文がありません"),
        Refused::NoSingleMember { who, known } => {
            format!("「{who}」に当たる担当者が一人に決まりません（登録：{}）", known.join("、"))
        }
        Refused::CloseWithoutReason(number) => format!(
            "{number} は一度も回答していないため、完了にしていません。「完了 お電話で回答済み」のように、理由を添えてください"
        ),
        Refused::CloseUnanswered { number, waiting } => {
            let waiting = waiting.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
            format!(
                "{number} は完了にしていません。{number} にまとめた {waiting} の差出人様には、まだ回答をお送りしていません。{number} と同じ回答をお送りする場合は「再送」と、お電話などで回答済みの場合は「完了 お電話で回答済み」のように理由を添えてお書きください"
            )
        }
        Refused::AlreadyClosed(number) => format!("{number} はすでに完了しています"),
        Refused::AlreadyOpen(number) => format!("{number} はすでに未回答の状態です"),
        Refused::ReopenMerged { number, into } => format!("{number} は {into} にまとめられています"),
        Refused::HoldWithoutDay(number) => format!(
            "{number} は保留にしていません。「保留 7/10 厚労省に確認中」のように、回答を予定する日付と理由を添えてください（照会者にその日をお知らせします）"
        ),
        Refused::HoldDay { number, fault: SpanFault::OutsidePeriod } => {
            format!("{number} は保留にしていません。保留の日付は、明日から半年以内の日をお書きください")
        }
        Refused::HoldDay { number, fault } => {
            format!("{number} は保留にしていません：{}", span_fault_in_words(*fault))
        }
        Refused::HoldOnClosedDay { number, day } => format!(
            "{number} は保留にしていません。{}は窓口を休む日ですので、別の日をお書きください",
            japanese_time::day(*day, *day)
        ),
        Refused::HeldAlready { number, day } => {
            format!("{number} はすでに{}まで保留にしています", japanese_time::day(*day, *day))
        }
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
        Refused::Guarded { number, violation } => {
            format!(
                "{number} の文は、照会者に送れない内容があるため送っていません。{}",
                violation_in_words(violation)
            )
        }
        Refused::TooLarge(number) => {
            format!("{number} の文は長すぎるため送っていません。短くするか、添付ファイルにしてお送りください")
        }
        Refused::BadAddress { number, to } => {
            format!("{number} の宛先 {to} には送れません。お電話でご連絡ください")
        }
        Refused::MailWaits { number, written, text } => format!(
            "{number} の{}「{text}」が送信を待っています。その確認のメールに「取消」とご返信いただくか、送信された後に、もう一度お書きください",
            purpose_in_words(Purpose::from(*written))
        ),
        Refused::NothingWaits(number) => {
            format!("{number} に送信前のメールはありません（すでに送信を始めたか、取りやめたものです）")
        }
        Refused::WhichDraft(number) => {
            format!("{number} には送信を待つメールが二つ以上あり、どれのことか分かりませんでした")
        }
        Refused::BeingSent(number) => format!("{number} のメールはちょうど送信中です"),
        Refused::OnlyLeads => "この操作は、責任者だけができます".to_owned(),
        Refused::NothingToApprove(number) => format!("{number} に承認待ちの回答はありません"),
    }
}

/// What is wrong with a text, and how to mend it.
fn violation_in_words(violation: &Violation) -> String {
    let line = violation.line();
    match violation {
        Violation::Mark(_) => {
            format!("窓口の印または記号（#…）が入っています：「{line}」。取り除いて、もう一度お送りください")
        }
        Violation::Member(_) => {
            format!(
                "担当者のお名前またはアドレスが入っています：「{line}」。取り除いて、もう一度お送りください"
            )
        }
        Violation::Header(_) => {
            format!(
                "ほかのメールの差出人や日時の行が入っています：「{line}」。取り除いて、もう一度お送りください"
            )
        }
        Violation::File(_) => {
            format!("添付の「{line}」は、窓口から担当者へのメールです。外して、もう一度お送りください")
        }
        Violation::Empty => "文の中に言葉がありません".to_owned(),
    }
}

#[cfg(test)]
mod tests;
