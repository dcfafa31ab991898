//! What came of an order about a meeting or a visit, in words.

use chrono_tz::Tz;

use crate::{
    desk::{
        japanese_date::SpanFault,
        japanese_time::official_span,
        meeting::{Meeting, MeetingKind, MeetingStage, Unarranged},
    },
    letter::meeting_in_words,
};

/// 「第1回会議（令和7年9月2日（火）14:00～16:00）をご案内します」
pub(super) fn arranged(meeting: &Meeting, zone: Tz) -> String {
    let title = meeting_in_words(meeting.kind, meeting.nth);
    let span = official_span(meeting.starts, meeting.ends, zone);
    match meeting.stage {
        MeetingStage::Asked => format!("{title}（{span}）をアドバイザーに依頼します"),
        MeetingStage::Set | MeetingStage::Held => format!("{title}（{span}）をご案内します"),
        MeetingStage::Cancelled => format!("{title}（{span}）の中止をご連絡します"),
    }
}

pub(super) fn to_staff(why: Unarranged) -> String {
    match why {
        Unarranged::TooMany { kind: MeetingKind::Meeting, count } => {
            format!("会議は、第1回から第{count}回までです")
        }
        Unarranged::TooMany { kind: MeetingKind::Visit, count } => {
            format!("アドバイザーの派遣は、取りやめたものを除いてすでに{count}回あり、これ以上はできません")
        }
        Unarranged::NoSuch { kind, nth } => format!("{}の予定はありません", meeting_in_words(kind, nth)),
        Unarranged::NoDay => "日時を「9月2日 14:00-16:00」のようにお書きください".to_owned(),
        Unarranged::NoAdviser => "アドバイザーのお名前を「アドバイザー：…」の行にお書きください".to_owned(),
        Unarranged::InPast => "開始の日時を過ぎています".to_owned(),
        Unarranged::AlreadyHeld => "すでに開催済みで、議事録が登録されています".to_owned(),
        Unarranged::AlreadySet => "すでに確定しています".to_owned(),
        Unarranged::NotSet => {
            "まだ確定していません。アドバイザーのお返事の後に「派遣確定」とお書きください".to_owned()
        }
        Unarranged::NotAsked => {
            "すでに確定しています。取りやめる場合は「派遣中止」とお書きください".to_owned()
        }
        Unarranged::OtherAdviser => {
            "別のアドバイザーへの依頼は、「派遣中止」または「派遣辞退」の後に、改めて「派遣」とお書きください"
                .to_owned()
        }
        Unarranged::NothingChanges => "ご案内済みの内容から変わるところがありません".to_owned(),
        Unarranged::NotYet => "まだ開催の日時になっていません".to_owned(),
    }
}

pub(super) fn to_operator(why: Unarranged) -> String {
    match why {
        Unarranged::TooMany { kind: MeetingKind::Meeting, count } => {
            format!("meetings are numbered from 1 to {count}")
        }
        Unarranged::TooMany { kind: MeetingKind::Visit, count } => {
            format!("{count} visits are not cancelled, and there can be no more")
        }
        Unarranged::NoSuch { kind, nth } => format!("there is no {kind} {nth}"),
        Unarranged::NoDay => "give the day and the hours, such as \"9/2 14:00-16:00\"".to_owned(),
        Unarranged::NoAdviser => "name the adviser".to_owned(),
        Unarranged::InPast => "it has begun already".to_owned(),
        Unarranged::AlreadyHeld => "it took place, and has minutes".to_owned(),
        Unarranged::AlreadySet => "it is set already".to_owned(),
        Unarranged::NotSet => "its adviser has not been confirmed".to_owned(),
        Unarranged::NotAsked => "it is set already; cancel it".to_owned(),
        Unarranged::OtherAdviser => "cancel it before another adviser is asked".to_owned(),
        Unarranged::NothingChanges => "nothing changes".to_owned(),
        Unarranged::NotYet => "it has not begun yet".to_owned(),
    }
}

/// Why the day or the hours of a meeting cannot be taken.
#[must_use]
pub fn span_fault_to_operator(fault: SpanFault) -> String {
    match fault {
        SpanFault::NoDate => "there is no day that can be read, such as 9/2".to_owned(),
        SpanFault::NoHours => "there are no hours that can be read, such as 14:00-16:00".to_owned(),
        SpanFault::NoSuchDay => "there is no such day".to_owned(),
        SpanFault::NoSuchTime => "there is no such time".to_owned(),
        SpanFault::HalfOfDay => "morning or afternoon? write 14:00".to_owned(),
        SpanFault::EndBeforeStart => "it does not end after its beginning".to_owned(),
        SpanFault::OtherWeekday(date) => format!("{date} is a {}", date.format("%A")),
        SpanFault::OutsidePeriod => "the day is outside support.starts to support.ends".to_owned(),
        SpanFault::NoYear => "write the year".to_owned(),
    }
}
