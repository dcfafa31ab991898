//! Sample values for every letter: [`super::Wording::check`] proves templates with them, and snapshots show them.
//! Persons and places are invented, domains are reserved ones (RFC 2606).

mod application;
mod mails;
mod meetings;
mod results;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Alarm, Arrival, ArrivalContext, ArrivedMail, Content, Counts, DeadlineContext, DecisionWord,
    DigestContext, DraftContext, DraftShownContext, Facts, FiguresContext, FoundContext, Group,
    InquirerContext, LinkContext, NoEffect, NoticeContext, ParkedContext, Profile, Purpose, Remark,
    ReportContext, Resend, SheetContext, StaffCommon, StaffReplyContext, StaffTicket, SummaryContext,
    TicketFacts, Title, UndeliverableContext, UndeliveredMail, UnprovenContext, WaitingContext,
    WrittenContext, attachments_for_staff, concern_in_words, decision_link, left_out_in_words,
    purpose_in_words, reason_in_words, resend_link,
};
use crate::desk::{
    application::decision::Decision,
    calendar::BusinessTime,
    escalation::Notice,
    feedback::Written,
    form::Fields,
    gate::Refusal,
    second_look::Concern,
    ticket::{SlaClock, Status, TicketKind, TicketNumber},
    triage::{ParkReason, Reply, Rules},
};

/// 2025-07-01 09:12:04 in Tokyo, in Unix seconds: a Tuesday in the window of the built-in desk.
const RECEIVED_AT: i64 = 1_751_328_724;

/// A key as [`crate::desk::staff_key`] makes it.
const KEY: &str = "#7k3m9qxt2b4c5d";

/// What a member answers.
const TEXT: &str = "会議の参加者には、次の例がございます。\n・第一市の会議";

const ADDRESS: &str = "m.takahashi@city.hoshikawa.example.jp";

/// Facts of an inquirer who filled in the whole form, or only the inquiry if `full` is false.
#[must_use]
pub fn facts(rules: &Rules, full: bool) -> Facts {
    let fields = Fields {
        organization: full.then(|| "星川市 健康福祉部".to_owned()),
        name: full.then(|| "高橋 真由美".to_owned()),
        contact: full.then(|| format!("03-0000-1201\n{ADDRESS}")),
        inquiry: Some("会議の参加者の例を教えてください。\n・職種\n・機関".to_owned()),
    };
    let received_at = DateTime::UNIX_EPOCH + TimeDelta::seconds(RECEIVED_AT);
    Facts {
        number: number_of(rules, 1).to_string(),
        fields,
        subject: rules.form.subject().to_owned(),
        attachments: if full { vec!["別紙1_協議体の構成案.xlsx".to_owned()] } else { Vec::new() },
        received_at,
        deadline: Some(received_at + TimeDelta::days(2)),
        is_about_call: false,
        now: received_at + TimeDelta::seconds(2876),
    }
}

/// A letter of this purpose. Mails to staff are full when the form is, else they show as little as they ever do.
#[must_use]
pub fn content(purpose: Purpose, profile: &Profile, rules: &Rules, facts: &Facts) -> Content {
    let full = facts.fields.missing().is_empty();
    let inquirer = || InquirerContext::new(profile, rules, facts);
    let reply = |reply| Content::Reply(reply, inquirer());
    let written = |written| {
        let author = if full { String::new() } else { "佐藤 花子".to_owned() };
        let text = if written == Written::Question {
            "何年度の会議についてのお尋ねでしょうか。"
        } else {
            TEXT
        };
        let letter = WrittenContext::new(inquirer(), facts, text, author);
        let is_support = !full && rules.support.is_some();
        Content::Written(
            written,
            if is_support { letter.about_application("岩手県 星川圏域") } else { letter },
        )
    };
    let now = facts.now + TimeDelta::minutes(27 * 60 + 30);
    let common = StaffCommon::new(profile, rules, "伊藤 健一", now);
    let tickets = Tickets { profile, rules, facts, now };
    let not_joined = Remark::NotJoined(&number_of(rules, 7)).in_words();
    let not_answered = Remark::NotAnswered(&Refusal::NotAddressed).in_words();
    let listed = || mails::with_answer(profile, rules, tickets.listed(full), full);
    let deadline = |common| DeadlineContext::new(common, listed(), 3 * usize::from(full));
    match purpose {
        Purpose::Acknowledgement => reply(Reply::Acknowledgement),
        Purpose::AskMissing => reply(Reply::AskMissing),
        Purpose::SendForm => reply(Reply::SendForm),
        Purpose::BeforeWindow => reply(Reply::BeforeWindow),
        Purpose::AfterWindow => reply(Reply::AfterWindow),
        Purpose::CallReceipt => reply(Reply::CallReceipt),
        Purpose::ApplicationReceived => application::receipt(profile, rules, full),
        Purpose::NewApplication => application::notice(common, rules, tickets.known(), full),
        Purpose::RemindMissing => Content::Reminder(inquirer()),
        // The copy is the answer, byte for byte but for its Message-ID.
        Purpose::Answer | Purpose::AnswerCopy => written(Written::Answer),
        Purpose::Question => written(Written::Question),
        Purpose::Interim => Content::Written(
            Written::Interim,
            WrittenContext::new(inquirer(), facts, "7月10日（木）", String::new()),
        ),
        Purpose::HoldOver => Content::HoldOver(DeadlineContext { asked_outside: !full, ..deadline(common) }),
        Purpose::DeadlineWarning => Content::Deadline(Notice::Warning, deadline(common)),
        Purpose::DeadlineMissed => Content::Deadline(Notice::Miss, deadline(common)),
        Purpose::WaitingUnanswered => Content::WaitingUnanswered(deadline(common)),
        Purpose::WindowSummary => Content::WindowSummary(SummaryContext {
            common,
            figures: figures(full),
            tickets: if full { tickets.listed(full) } else { Vec::new() },
            report: mails::report(rules, now, full, false),
        }),
        Purpose::Undeliverable => Content::Undeliverable(UndeliverableContext {
            common,
            undelivered: mails::undelivered(full),
            ticket: full.then(|| tickets.known()),
        }),
        Purpose::Digest => Content::Digest(digest(common, &tickets, full)),
        Purpose::NewTicket => Content::NewTicket(NoticeContext {
            common,
            ticket: tickets.known(),
            news: String::new(),
            news_from: String::new(),
            contact: String::new(),
            news_received: String::new(),
            attachments: attachments_for_staff(&facts.attachments),
            assigned_by: String::new(),
            by_telephone: !full,
            remarks: if full { vec![not_joined, not_answered] } else { Vec::new() },
        }),
        Purpose::FollowUp => Content::FollowUp(NoticeContext {
            common,
            ticket: if full || rules.support.is_none() { tickets.known() } else { tickets.application() },
            news_from: ADDRESS.to_owned(),
            contact: String::new(),
            news_received: "7月2日（水）10:15".to_owned(),
            attachments: attachments_for_staff(&facts.attachments),
            assigned_by: String::new(),
            by_telephone: false,
            news: if full { "追記です。\n参加者は20名です。".to_owned() } else { String::new() },
            remarks: if full { vec![not_answered] } else { Vec::new() },
        }),
        Purpose::Echo => {
            let draft = draft(profile, rules, full, &[DecisionWord::Cancel]);
            Content::Echo(DraftShownContext { common, ticket: tickets.known(), draft })
        }
        Purpose::Approval => {
            let draft = draft(profile, rules, full, &[DecisionWord::Approve, DecisionWord::Reject]);
            Content::Approval(DraftShownContext { common, ticket: tickets.known(), draft })
        }
        Purpose::SecondDraft => {
            let draft = draft(profile, rules, full, &[]);
            Content::SecondDraft(DraftShownContext { common, ticket: tickets.known(), draft })
        }
        Purpose::Forward => Content::Forward(mails::forwarded(profile, rules, facts, full)),
        Purpose::Sheet => Content::Sheet(SheetContext { common, count: 42 }),
        Purpose::Found => Content::Found(FoundContext {
            common,
            words: "会議 名簿".to_owned(),
            tickets: if full { tickets.listed(full) } else { Vec::new() },
            more: full,
            behind: full,
        }),
        Purpose::Report => {
            Content::Report(ReportContext { common, report: mails::report(rules, now, full, true) })
        }
        Purpose::Faq => Content::Faq(mails::entry(common, full)),
        Purpose::Original => Content::Original(mails::original(common, rules, full)),
        Purpose::StaffReply => Content::StaffReply(StaffReplyContext {
            done: vec![format!("{} の担当を佐藤 花子さんにしました", number_of(rules, 1))],
            problems: if full {
                vec!["「/消去」という操作はありません".to_owned()]
            } else {
                Vec::new()
            },
            waiting: full.then(|| waiting(profile, rules)).into_iter().collect(),
            manual: full,
            links: full
                .then(|| resend_link(&profile.address, &number_of(rules, 1), KEY, Resend::Bounced))
                .into_iter()
                .collect(),
            // Only a mail about waiting drafts is answered by a word.
            number: if full { number_of(rules, 1).to_string() } else { String::new() },
            key: if full { KEY.to_owned() } else { String::new() },
            ..StaffReplyContext::new(common)
        }),
        Purpose::StaffDoubt => Content::StaffDoubt(StaffReplyContext {
            problems: vec!["「/消去」という操作はありません".to_owned()],
            waiting: full.then(|| waiting(profile, rules)).into_iter().collect(),
            number: number_of(rules, 1).to_string(),
            key: KEY.to_owned(),
            ..StaffReplyContext::new(common)
        }),
        Purpose::Unproven => Content::Unproven(UnprovenContext {
            common,
            problems: vec![NoEffect::NotAuthentic.line("sato@example.jp", "承認")],
        }),
        Purpose::Arrival => {
            let arrived = ArrivedMail {
                from: ADDRESS.to_owned(),
                subject: "申込書の提出について".to_owned(),
                received: "7月2日（水）13:30".to_owned(),
                attachments: if full { vec!["別紙2-②申込書.docx".to_owned()] } else { Vec::new() },
                oversize: false,
            };
            let arrival = if full { Arrival::Call { receipt: true } } else { Arrival::LongAgo };
            let subject = arrived.subject.clone();
            let parked = full.then(|| mails::parked(profile, rules, ParkReason::Call, &subject, now));
            Content::Arrival(ArrivalContext::new(common, arrival, arrived, Vec::new(), parked))
        }
        Purpose::Meeting => Content::Meeting(meetings::meeting(profile, full)),
        Purpose::VisitRequest => Content::VisitRequest(meetings::request(profile, full)),
        Purpose::MeetingReminder => Content::MeetingReminder(meetings::meeting(profile, full)),
        Purpose::OpenPoints => Content::OpenPoints(meetings::open_points(common)),
        Purpose::ResultSelected => {
            Content::Result(Decision::Selected, results::letter(profile, rules, Decision::Selected, full))
        }
        Purpose::ResultDeclined => {
            Content::Result(Decision::Declined, results::letter(profile, rules, Decision::Declined, full))
        }
        Purpose::ResultCopy => Content::ResultCopy(results::letter(profile, rules, Decision::Declined, full)),
        Purpose::ResultsPreview => Content::ResultsPreview(results::preview(common, profile, full)),
        Purpose::ResultsDue => Content::ResultsDue(results::due(common, full)),
    }
}

/// A ticket of the 伴走支援, which the built-in desk alone has.
fn number(serial: u32) -> TicketNumber {
    TicketNumber::new("ZT", 2025, serial)
}

fn number_of(rules: &Rules, serial: u32) -> TicketNumber {
    TicketNumber::new(&rules.ticket_prefix, 2025, serial)
}

fn waiting(profile: &Profile, rules: &Rules) -> WaitingContext {
    let link = |word| decision_link(&profile.address, &number_of(rules, 1), "3f9a2c", KEY, word);
    WaitingContext {
        number: number_of(rules, 1).to_string(),
        what: "回答",
        to: ADDRESS.to_owned(),
        text: TEXT.replace('\n', " "),
        yes: Some(DecisionWord::Send),
        yes_link: link(DecisionWord::Send),
        no: DecisionWord::Cancel,
        no_link: link(DecisionWord::Cancel),
    }
}

struct Tickets<'a> {
    profile: &'a Profile,
    rules: &'a Rules,
    facts: &'a Facts,
    now: DateTime<Utc>,
}

impl Tickets<'_> {
    fn ticket(&self, kind: TicketKind, serial: u32, fields: &Fields, assignee: Option<&str>) -> StaffTicket {
        let number = number_of(self.rules, serial);
        let facts = TicketFacts {
            kind,
            number: number.to_string(),
            fields,
            received_at: self.facts.received_at,
            clock: &SlaClock::stored(Status::Open, self.facts.deadline, BusinessTime::ZERO, None, None),
            assignee,
        };
        StaffTicket::new(self.rules, &facts, self.now).answerable(
            &number,
            KEY.to_owned(),
            &self.profile.address,
            "伊藤 健一",
        )
    }

    /// The ticket of the facts.
    fn known(&self) -> StaffTicket {
        self.ticket(TicketKind::Inquiry, 1, &self.facts.fields, Some("佐藤 花子"))
    }

    /// An application of which nothing is known.
    fn application(&self) -> StaffTicket {
        self.ticket(TicketKind::Application, 2, &Fields::default(), None)
    }

    /// That ticket; and a second one that has no assignee and no fields.
    fn listed(&self, both: bool) -> Vec<StaffTicket> {
        let unknown = both.then(|| self.ticket(TicketKind::Inquiry, 2, &Fields::default(), None));
        std::iter::once(self.known()).chain(unknown).collect()
    }
}

fn figures(full: bool) -> FiguresContext {
    if !full {
        return FiguresContext::default();
    }
    FiguresContext {
        total: 42,
        telephone: 3,
        open: 2,
        waiting: 1,
        answered: 39,
        answers: 43,
        in_time: 41,
        late: 2,
        parked_total: 7,
        parked: vec![ParkedContext { reason: reason_in_words(Some(ParkReason::Automatic)), count: 7 }],
    }
}

fn digest(common: StaffCommon, tickets: &Tickets<'_>, full: bool) -> DigestContext {
    if !full {
        return DigestContext {
            common,
            of: String::new(),
            drafts: Vec::new(),
            summary: Counts::default().summary(),
            groups: Vec::new(),
            meetings: Vec::new(),
            parked: Vec::new(),
            parked_count: 0,
            undelivered_mails: Vec::new(),
            undelivered_count: 0,
            figures: figures(full),
            audit: String::new(),
            support: String::new(),
            alarm: Alarm::HolidaysUnpublished.in_words(),
        };
    }
    let listed = tickets.listed(true);
    let parked = mails::parked(tickets.profile, tickets.rules, ParkReason::NoForm, "お尋ね <b>", tickets.now);
    let undelivered =
        UndeliveredMail::new(number_of(tickets.rules, 3).to_string(), Purpose::Answer, "x@example.jp");
    DigestContext {
        common,
        of: String::new(),
        drafts: vec![super::HeldDraft::new(
            waiting(tickets.profile, tickets.rules),
            "伊藤 健一",
            tickets.facts.received_at,
            tickets.rules.calendar.time_zone(),
            tickets.now,
        )],
        summary: "未回答2件".to_owned(),
        groups: vec![Group {
            title: Title::Own,
            count: 2 * listed.len() + 2,
            tickets: listed.clone(),
            listed,
        }],
        meetings: tickets.rules.support.as_ref().map_or_else(Vec::new, |_| meetings::digest()),
        parked: vec![parked],
        parked_count: 3,
        undelivered_mails: vec![undelivered],
        undelivered_count: 3,
        figures: figures(full),
        audit: "0123456789abcdef".repeat(4),
        support: tickets.rules.support.as_ref().map_or_else(String::new, |_| {
            "応募は受理2件・要確認1件。申込締切は令和7年7月31日（木）（あと29日）です。".to_owned()
        }),
        alarm: String::new(),
    }
}

fn draft(profile: &Profile, rules: &Rules, full: bool, words: &[DecisionWord]) -> DraftContext {
    let link = |word| decision_link(&profile.address, &number_of(rules, 1), "3f9a2c", KEY, word);
    let links = words.iter().map(|&word| LinkContext { word: word.as_str(), link: link(word) });
    DraftContext {
        crossed: full,
        what: purpose_in_words(Purpose::Answer),
        author: "佐藤 花子".to_owned(),
        to: ADDRESS.to_owned(),
        cc: if full { "kacho@city.hoshikawa.example.jp".to_owned() } else { String::new() },
        subject: format!("[{}] {}（回答）", number_of(rules, 1), rules.form.subject()),
        text: TEXT.to_owned(),
        attachments: if full { vec!["例.pdf".to_owned()] } else { Vec::new() },
        when: "7月2日（水）13:40に送信します".to_owned(),
        left_out: if full {
            left_out_in_words("佐藤 花子\n相談窓口 TEL 03-0000-0001")
        } else {
            String::new()
        },
        assigned: full,
        links: links.collect(),
        concerns: if full {
            vec![concern_in_words(&Concern::Addressee("鈴木 様".to_owned()))]
        } else {
            Vec::new()
        },
        others: full.then(|| mails::other(profile, rules)).into_iter().collect(),
    }
}
