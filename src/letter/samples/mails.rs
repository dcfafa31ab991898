//! Sample values of parked mail, of mails as files, of a question to a contact, and of an entry for the guidebook.

use chrono::{DateTime, Utc};

use super::{ADDRESS, KEY, number_of};
use crate::{
    desk::{
        calendar::date_of,
        contacts::{Contact, Forwarding},
        faq::{EntryState, Mark, Marked, Piece, Texts},
        marks::MarkKind,
        redact::MARK,
        report::{Beside, Gathering, Period},
        ticket::{ENTRY, TicketNumber},
        triage::{ParkReason, Rules},
    },
    letter::{
        DecisionWord, Facts, ForwardContext, LinkContext, OriginalContext, OtherMailContext, ParkedFacts,
        ParkedMail, Profile, Purpose, StaffCommon, StaffTicket, UndeliveredContext, UnsentMail,
        decision_link,
        faq::EntryContext,
        purpose_in_words,
        report::{ReportMail, file_name},
        status_in_words, undelivered_gathered,
    },
    mail::{Attachment, InboundMail, Mailbox},
};

pub(super) fn forwarded(profile: &Profile, rules: &Rules, facts: &Facts, full: bool) -> ForwardContext {
    let contact = Contact {
        name: if full { "星川大学 研究室".to_owned() } else { "山本 一郎 先生".to_owned() },
        address: "yamamoto@adviser.example.jp".to_owned(),
        aliases: Vec::new(),
    };
    let message = if full { "7月10日までにご教示ください。".to_owned() } else { String::new() };
    let forwarding = Forwarding { contact: &contact, personal: full, day: None, message };
    let received = "令和7年7月1日（火）".to_owned();
    ForwardContext::new(profile, rules, facts.number.clone(), &facts.fields, received, &forwarding)
}

/// The first of the tickets with an answer that waits for its reader.
pub(super) fn with_answer(
    profile: &Profile,
    rules: &Rules,
    mut tickets: Vec<StaffTicket>,
    full: bool,
) -> Vec<StaffTicket> {
    let link = |word: DecisionWord| LinkContext {
        word: word.as_str(),
        link: decision_link(&profile.address, &number_of(rules, 1), "0a1b2c", KEY, word),
    };
    if let Some(first) = tickets.first_mut().filter(|_| full) {
        first.unsent = vec![UnsentMail {
            words: "伊藤 健一さんの回答は、責任者の承認を待っています".to_owned(),
            links: [DecisionWord::Approve, DecisionWord::Reject].map(link).to_vec(),
        }];
    }
    tickets
}

pub(super) fn parked(
    profile: &Profile,
    rules: &Rules,
    reason: ParkReason,
    subject: &str,
    now: DateTime<Utc>,
) -> ParkedMail {
    let file =
        |name: &str| Attachment { name: name.to_owned(), media_type: String::new(), bytes: Vec::new() };
    let mail = InboundMail {
        from: Some(Mailbox { name: None, address: ADDRESS.to_owned() }),
        subject: subject.to_owned(),
        text: "お世話になっております。\n\n会議の進め方について、お尋ねします。\n".to_owned(),
        attachments: vec![file("別紙2-②申込書.docx")],
        ..InboundMail::default()
    };
    let facts = ParkedFacts { message: 120, reason: Some(reason), received_at: now, mail: &mail, size: None };
    let parked = ParkedMail::new(rules, facts, now);
    match facts.number(rules) {
        Some(number) => parked.answerable(&number, KEY.to_owned(), &profile.address, (Some(reason), false)),
        None => parked,
    }
}

pub(super) fn original(common: StaffCommon, rules: &Rules, full: bool) -> OriginalContext {
    let number = number_of(rules, 1).to_string();
    let files = vec![format!("{number}.eml")];
    OriginalContext { common, files, number, key: KEY.to_owned(), left_out: usize::from(full) }
}

/// An entry with open marks, or one that its reader may release. Its marks are given: to find them would compile the patterns of
/// all marks whenever the program starts.
pub(super) fn entry(common: StaffCommon, full: bool) -> EntryContext {
    let plain = |text: &str| Piece::Plain(text.to_owned());
    let mark = |nth, kind, words: &str, kept: Option<&str>| {
        Piece::Mark(Mark { nth, kind, words: words.to_owned(), kept: kept.map(str::to_owned) })
    };
    let open = |nth, kind, words| if full { mark(nth, kind, words, None) } else { plain(MARK) };
    let question = vec![
        plain("ある市の会議に、"),
        mark(2, MarkKind::Facility, "あおぞらクリニック", Some("公表資料の名称")),
        plain("の"),
        open(3, MarkKind::Name, "佐々木先生"),
        plain("（"),
        open(4, MarkKind::Age, "82歳"),
        plain("）を加えてもよいでしょうか。"),
    ];
    let texts = Texts {
        question: Marked::from(question),
        answer: Marked::from(vec![plain("加えていただけます。\n・第一市の例がございます。")]),
        place: if full { Marked::default() } else { Marked::from(vec![plain("第3章 2 会議の開催")]) },
        topic: Marked::from(vec![plain("会議")]),
        next_mark: 5,
    };
    let number = TicketNumber::new(ENTRY, 2025, 1);
    let done = if full {
        vec![format!("{number} の 1 を「ある市」に置き換えました")]
    } else {
        Vec::new()
    };
    let problems = if full {
        vec!["9 という番号の印は（もう）ありません".to_owned()]
    } else {
        Vec::new()
    };
    EntryContext {
        done,
        problems,
        may_release: !full,
        ..EntryContext::new(common, number.to_string(), KEY.to_owned(), EntryState::Draft, &texts)
    }
}

pub(super) fn undelivered(full: bool) -> UndeliveredContext {
    UndeliveredContext {
        what: purpose_in_words(Purpose::Acknowledgement),
        recipient: ADDRESS.to_owned(),
        reason: status_in_words("5.1.1".parse().ok()),
        unconfirmed: false,
        is_result: false,
        diagnostic: if full { "550 5.1.1 User unknown".to_owned() } else { String::new() },
        telephones: if full { vec!["03-0000-1201".to_owned()] } else { Vec::new() },
        gathered: if full { undelivered_gathered(9, false) } else { String::new() },
    }
}

pub(super) fn other(profile: &Profile, rules: &Rules) -> OtherMailContext {
    OtherMailContext {
        author: "伊藤 健一さん".to_owned(),
        what: purpose_in_words(Purpose::Answer),
        text: "会議の例は、第一市にございます。".to_owned(),
        when: "7月2日（水）13:35に送信します".to_owned(),
        to: "yamada@city.hoshikawa.lg.jp".to_owned(),
        cancel: decision_link(&profile.address, &number_of(rules, 1), "5b1d07", KEY, DecisionWord::Cancel),
    }
}

/// The report of the month before, or of the window.
pub(super) fn report(rules: &Rules, now: DateTime<Utc>, full: bool, monthly: bool) -> ReportMail {
    let today = date_of(now, rules.calendar.time_zone());
    let period = Some(Period::of_window(rules.window)).filter(|_| !monthly);
    let period = period.or_else(|| Period::last_month(today)).unwrap_or(Period::of_window(rules.window));
    let figures = Gathering::new(period, &rules.calendar, now).report(&Beside::default());
    let note =
        if full { "会議の進め方に関する照会が多く寄せられました。" } else { "" };
    let name = file_name(period, None);
    ReportMail {
        files: ["html", "xlsx"].map(|ending| format!("{name}.{ending}")).to_vec(),
        changed: if full { 3 } else { 0 },
        ..ReportMail::new(&figures, note, None, u32::from(full), KEY.to_owned())
    }
}
