//! A letter before it is rendered: its purpose, together with the values that this purpose's template may name.

use minijinja::{Value, value::Serde};

use super::{
    Purpose,
    application::{ApplicationNoticeContext, ReceiptContext},
    arrival::ArrivalContext,
    digest::DigestContext,
    faq::EntryContext,
    forward::ForwardContext,
    inquirer::{InquirerContext, WrittenContext},
    meeting::{MeetingContext, OpenPointsContext},
    report::ReportContext,
    results::{ResultContext, ResultsDueContext, ResultsPreviewContext},
    staff::{
        DeadlineContext, DraftShownContext, FoundContext, NoticeContext, OriginalContext, SheetContext,
        StaffReplyContext, SummaryContext, UndeliverableContext, UnprovenContext,
    },
};
use crate::desk::{application::decision::Decision, escalation::Notice, feedback::Written, triage::Reply};

#[derive(Debug, Clone)]
pub enum Content {
    /// The automatic reply to a message.
    Reply(Reply, InquirerContext),
    /// The receipt of applications.
    ApplicationReceived(ReceiptContext),
    NewApplication(Box<ApplicationNoticeContext>),
    /// The missing fields are asked for again.
    Reminder(InquirerContext),
    /// What a person wrote to an inquirer.
    Written(Written, WrittenContext),
    NewTicket(NoticeContext),
    FollowUp(NoticeContext),
    Deadline(Notice, DeadlineContext),
    HoldOver(DeadlineContext),
    WaitingUnanswered(DeadlineContext),
    WindowSummary(SummaryContext),
    Undeliverable(UndeliverableContext),
    Digest(DigestContext),
    Echo(DraftShownContext),
    Approval(DraftShownContext),
    SecondDraft(DraftShownContext),
    Forward(ForwardContext),
    Original(OriginalContext),
    Sheet(SheetContext),
    Found(FoundContext),
    Report(ReportContext),
    Faq(EntryContext),
    StaffReply(StaffReplyContext),
    /// A reply to a mail in which nothing was surely meant.
    StaffDoubt(StaffReplyContext),
    Unproven(UnprovenContext),
    Arrival(ArrivalContext),
    Meeting(MeetingContext),
    VisitRequest(MeetingContext),
    MeetingReminder(MeetingContext),
    OpenPoints(OpenPointsContext),
    Result(Decision, ResultContext),
    ResultCopy(ResultContext),
    ResultsPreview(ResultsPreviewContext),
    ResultsDue(ResultsDueContext),
}

impl Content {
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::Reply(reply, _) => (*reply).into(),
            Self::ApplicationReceived(_) => Purpose::ApplicationReceived,
            Self::NewApplication(_) => Purpose::NewApplication,
            Self::Reminder(_) => Purpose::RemindMissing,
            Self::Written(written, _) => (*written).into(),
            Self::NewTicket(_) => Purpose::NewTicket,
            Self::FollowUp(_) => Purpose::FollowUp,
            Self::Deadline(notice, _) => (*notice).into(),
            Self::WaitingUnanswered(_) => Purpose::WaitingUnanswered,
            Self::HoldOver(_) => Purpose::HoldOver,
            Self::WindowSummary(_) => Purpose::WindowSummary,
            Self::Undeliverable(_) => Purpose::Undeliverable,
            Self::Digest(_) => Purpose::Digest,
            Self::Echo(_) => Purpose::Echo,
            Self::Approval(_) => Purpose::Approval,
            Self::SecondDraft(_) => Purpose::SecondDraft,
            Self::Forward(_) => Purpose::Forward,
            Self::Original(_) => Purpose::Original,
            Self::Sheet(_) => Purpose::Sheet,
            Self::Found(_) => Purpose::Found,
            Self::Report(_) => Purpose::Report,
            Self::Faq(_) => Purpose::Faq,
            Self::StaffReply(_) => Purpose::StaffReply,
            Self::StaffDoubt(_) => Purpose::StaffDoubt,
            Self::Unproven(_) => Purpose::Unproven,
            Self::Arrival(_) => Purpose::Arrival,
            Self::Meeting(_) => Purpose::Meeting,
            Self::VisitRequest(_) => Purpose::VisitRequest,
            Self::MeetingReminder(_) => Purpose::MeetingReminder,
            Self::OpenPoints(_) => Purpose::OpenPoints,
            Self::Result(Decision::Selected, _) => Purpose::ResultSelected,
            Self::Result(Decision::Declined, _) => Purpose::ResultDeclined,
            Self::ResultCopy(_) => Purpose::ResultCopy,
            Self::ResultsPreview(_) => Purpose::ResultsPreview,
            Self::ResultsDue(_) => Purpose::ResultsDue,
        }
    }

    pub(super) fn values(&self) -> Value {
        match self {
            Self::Reply(_, context) | Self::Reminder(context) => Value::from(Serde(context)),
            Self::ApplicationReceived(context) => Value::from(Serde(context)),
            Self::NewApplication(context) => Value::from(Serde(context.as_ref())),
            Self::Written(_, context) => Value::from(Serde(context)),
            Self::NewTicket(context) | Self::FollowUp(context) => Value::from(Serde(context)),
            Self::Deadline(_, context) | Self::WaitingUnanswered(context) | Self::HoldOver(context) => {
                Value::from(Serde(context))
            }
            Self::WindowSummary(context) => Value::from(Serde(context)),
            Self::Undeliverable(context) => Value::from(Serde(context)),
            Self::Digest(context) => Value::from(Serde(context)),
            Self::Echo(context) | Self::Approval(context) | Self::SecondDraft(context) => {
                Value::from(Serde(context))
            }
            Self::Forward(context) => Value::from(Serde(context)),
            Self::Original(context) => Value::from(Serde(context)),
            Self::Sheet(context) => Value::from(Serde(context)),
            Self::Found(context) => Value::from(Serde(context)),
            Self::Report(context) => Value::from(Serde(context)),
            Self::Faq(context) => Value::from(Serde(context)),
            Self::StaffReply(context) | Self::StaffDoubt(context) => Value::from(Serde(context)),
            Self::Unproven(context) => Value::from(Serde(context)),
            Self::Arrival(context) => Value::from(Serde(context)),
            Self::Meeting(context) | Self::VisitRequest(context) | Self::MeetingReminder(context) => {
                Value::from(Serde(context))
            }
            Self::OpenPoints(context) => Value::from(Serde(context)),
            Self::Result(_, context) | Self::ResultCopy(context) => Value::from(Serde(context)),
            Self::ResultsPreview(context) => Value::from(Serde(context)),
            Self::ResultsDue(context) => Value::from(Serde(context)),
        }
    }
}
