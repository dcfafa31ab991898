//! What templates of mails to staff may name: one struct a kind of mail, over what all of them share.
//! Every value is text as a person reads it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    DecisionWord, ReportMail, StaffTicket,
    inquirer::{DeskContext, FormContext, Profile, WindowContext},
};
use crate::desk::{form::Fields, japanese_time, staff_mail, triage::Rules};

/// What every mail to staff may name.
#[derive(Debug, Clone, Serialize)]
pub struct StaffCommon {
    /// Name of the reader.
    pub staff: String,
    pub desk: DeskContext,
    /// The form; its items have no values.
    pub form: FormContext,
    pub window: WindowContext,
    /// Opening hours.
    pub hours: String,
    pub now: String,
    /// The line above which a notice of an inquiry is answered.
    pub cut_line: String,
    /// The same of an application.
    pub application_line: String,
    /// The first lines of other mails.
    pub lines: Lines,
    /// The first line of a digest.
    pub top_line: &'static str,
    /// When an answer leaves: 「10分後に」.
    pub leaves: String,
}

impl StaffCommon {
    #[must_use]
    pub fn new(profile: &Profile, rules: &Rules, staff: &str, now: DateTime<Utc>) -> Self {
        Self {
            staff: staff.to_owned(),
            desk: profile.into(),
            form: FormContext::new(profile, rules, &Fields::default()),
            window: rules.into(),
            hours: profile.hours.clone(),
            now: japanese_time::instant(now, rules.calendar.time_zone(), now),
            cut_line: staff_mail::answer_line(&profile.leaves, "照会者"),
            application_line: staff_mail::answer_line(&profile.leaves, "応募者"),
            lines: Lines::default(),
            top_line: staff_mail::TOP_LINE,
            leaves: profile.leaves.clone(),
        }
    }
}

/// The first lines of mails that are not answered with a text for the inquirer.
#[derive(Debug, Clone, Serialize)]
pub struct Lines {
    pub cancel: &'static str,
    pub send: &'static str,
    pub approve: &'static str,
    pub results: &'static str,
    pub nothing: &'static str,
    pub call: &'static str,
    pub report: &'static str,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            cancel: staff_mail::CANCEL_LINE,
            send: staff_mail::SEND_LINE,
            approve: staff_mail::APPROVE_LINE,
            results: staff_mail::RESULTS_LINE,
            nothing: staff_mail::NOTHING_LINE,
            call: staff_mail::CALL_LINE,
            report: staff_mail::REPORT_LINE,
        }
    }
}

/// An inquiry came, or an inquirer wrote again.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub ticket: StaffTicket,
    /// The text of a follow-up; empty for a new ticket.
    pub news: String,
    /// Who wrote; empty for a call.
    pub news_from: String,
    /// The name of the contact who wrote; empty for the inquirer.
    pub contact: String,
    /// When the follow-up came; empty for a new ticket.
    pub news_received: String,
    /// Names and number of the files that came; empty where none did.
    pub attachments: String,
    /// A member has written down a call.
    pub by_telephone: bool,
    /// Who has made the reader the assignee; empty for news.
    pub assigned_by: String,
    /// What staff should know besides the text.
    pub remarks: Vec<String>,
}

/// Tickets whose deadline is near or has passed, or whose inquirer does not answer.
#[derive(Debug, Clone, Serialize)]
pub struct DeadlineContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// 「照会」, 「応募」 or both.
    pub what: &'static str,
    /// The name of their deadlines.
    pub due: &'static str,
    /// Somebody outside was asked, and has not answered.
    pub asked_outside: bool,
    /// At least one.
    pub tickets: Vec<StaffTicket>,
    /// Further tickets.
    pub more: usize,
}

impl DeadlineContext {
    #[must_use]
    pub fn new(common: StaffCommon, tickets: Vec<StaffTicket>, more: usize) -> Self {
        let applications = tickets.iter().filter(|ticket| ticket.application).count();
        let (what, due) = match applications {
            0 => ("照会", "回答期限"),
            all if all == tickets.len() => ("伴走支援の応募", "対応期限"),
            _ => ("照会・伴走支援の応募", "期限"),
        };
        Self { common, what, due, asked_outside: false, tickets, more }
    }
}

/// The acceptance window has closed.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub figures: FiguresContext,
    /// The first of the open tickets.
    pub tickets: Vec<StaffTicket>,
    /// The report of the window, whose files are attached.
    pub report: ReportMail,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct FiguresContext {
    /// All tickets.
    pub total: u64,
    /// Tickets that came by telephone.
    pub telephone: u64,
    pub open: u64,
    pub waiting: u64,
    /// Tickets that are answered or closed.
    pub answered: u64,
    /// Answers and calls back: one for each turn, so a ticket may have several.
    pub answers: u64,
    /// Answers by the deadline.
    pub in_time: u64,
    /// Answers after the deadline.
    pub late: u64,
    /// All parked messages.
    pub parked_total: u64,
    pub parked: Vec<ParkedContext>,
}

/// Parked messages of one reason.
#[derive(Debug, Clone, Serialize)]
pub struct ParkedContext {
    pub reason: &'static str,
    pub count: u64,
}

/// A mail did not arrive, or may not have arrived.
#[derive(Debug, Clone, Serialize)]
pub struct UndeliverableContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub undelivered: UndeliveredContext,
    /// The ticket that the mail belongs to, if there is one.
    pub ticket: Option<StaffTicket>,
}

#[derive(Debug, Clone, Serialize)]
pub struct UndeliveredContext {
    /// What the mail was for.
    pub what: &'static str,
    pub recipient: String,
    /// Why it did not arrive.
    pub reason: &'static str,
    /// The mail may have arrived.
    pub unconfirmed: bool,
    /// It tells a representative of a result, and can be sent again.
    pub is_result: bool,
    /// The mail server's reply; empty where there is none.
    pub diagnostic: String,
    /// Telephone numbers of the inquirer.
    pub telephones: Vec<String>,
    /// This notice stands for several; empty where it does not.
    pub gathered: String,
}

/// A mail to an inquirer is shown before it leaves: to its author (echo), or to a lead (approval).
#[derive(Debug, Clone, Serialize)]
pub struct DraftShownContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub ticket: StaffTicket,
    pub draft: DraftContext,
}

#[derive(Debug, Clone, Serialize)]
pub struct DraftContext {
    /// An answer or a question.
    pub what: &'static str,
    pub author: String,
    pub to: String,
    /// Who else gets it; empty where nobody does.
    pub cc: String,
    pub subject: String,
    /// The exact text.
    pub text: String,
    /// Names of the attached files.
    pub attachments: Vec<String>,
    /// When it leaves: 「7月1日（火）10:10に送信します」.
    pub when: String,
    /// The beginning of what its author wrote with it and is not sent; empty if there is nothing.
    pub left_out: String,
    /// Its author has become the assignee of the ticket.
    pub assigned: bool,
    /// One for each decision that the reader may make.
    pub links: Vec<LinkContext>,
    /// Why it waits for a word, though it would leave by itself otherwise.
    pub concerns: Vec<String>,
    /// What else persons have written to this inquirer and the reader should know.
    pub others: Vec<OtherMailContext>,
    /// The inquirer has written again, which its author could not know.
    pub crossed: bool,
}

/// Another mail of a person to the inquirer of a draft.
#[derive(Debug, Clone, Serialize)]
pub struct OtherMailContext {
    /// 「佐藤 花子さん」
    pub author: String,
    /// An answer or a question.
    pub what: &'static str,
    /// The first words.
    pub text: String,
    /// When it leaves or has left.
    pub when: String,
    /// Who gets it or has got it.
    pub to: String,
    /// Link that stops it; empty where it has left.
    pub cancel: String,
}

/// A link to a new mail whose whole text is an order.
#[derive(Debug, Clone, Serialize)]
pub struct LinkContext {
    pub word: &'static str,
    pub link: String,
}

/// What a mail of the reader's did, and what it could not do.
#[derive(Debug, Clone, Serialize)]
pub struct StaffReplyContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub done: Vec<String>,
    /// What a colleague has decided about the reader's mail.
    pub told: Vec<String>,
    /// The subject where a colleague has decided; empty: it says what was done.
    pub title: String,
    /// What was not done, and why.
    pub problems: Vec<String>,
    /// Drafts that wait for the reader's word.
    pub waiting: Vec<WaitingContext>,
    /// What the reader may order next.
    pub links: Vec<LinkContext>,
    /// Nothing of the reader's mail was queued for an inquirer.
    pub nothing_sent: bool,
    /// Whether the reader asked for the manual.
    pub manual: bool,
    /// Number and key of the one ticket whose drafts wait, so that a reply decides. Empty where there is none.
    pub number: String,
    pub key: String,
}

impl StaffReplyContext {
    #[must_use]
    pub fn new(common: StaffCommon) -> Self {
        Self {
            common,
            done: Vec::new(),
            told: Vec::new(),
            title: String::new(),
            problems: Vec::new(),
            waiting: Vec::new(),
            links: Vec::new(),
            nothing_sent: true,
            manual: false,
            number: String::new(),
            key: String::new(),
        }
    }
}

/// The mails that came in a ticket, or a parked one, as files.
#[derive(Debug, Clone, Serialize)]
pub struct OriginalContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    pub number: String,
    /// The reader's key.
    pub key: String,
    /// Names of the files.
    pub files: Vec<String>,
    /// Mails that are too large for one mail.
    pub left_out: usize,
}

/// The list of all tickets, as a file.
#[derive(Debug, Clone, Serialize)]
pub struct SheetContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// Tickets in the list.
    pub count: usize,
}

/// What a search found.
#[derive(Debug, Clone, Serialize)]
pub struct FoundContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// As the member typed them.
    pub words: String,
    /// The newest first.
    pub tickets: Vec<StaffTicket>,
    /// More tickets were found.
    pub more: bool,
    /// The index did not know all tickets yet.
    pub behind: bool,
}

/// A mail from a staff address had no effect, and its sender is not proved.
#[derive(Debug, Clone, Serialize)]
pub struct UnprovenContext {
    #[serde(flatten)]
    pub common: StaffCommon,
    /// What came, and why nothing was done.
    pub problems: Vec<String>,
}

/// A draft that waits for a member's word.
#[derive(Debug, Clone, Serialize)]
pub struct WaitingContext {
    pub number: String,
    /// An answer or a question.
    pub what: &'static str,
    pub to: String,
    /// The first words.
    pub text: String,
    /// The word that lets it leave; `None` where the reader may not.
    pub yes: Option<DecisionWord>,
    pub yes_link: String,
    /// The word that stops it.
    pub no: DecisionWord,
    pub no_link: String,
}
