//! What the audit records: the kinds of events, and each event with its values. `event` appends them to the chain, with the
//! text that `detail` makes.

mod detail;
mod kind;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    desk::{
        application::{ApplicationField, Stage, Unread, decision::Decision},
        calendar::BusinessTime,
        duty::Absence,
        escalation::Notice,
        feedback::{Leaves, Written},
        gate::Refusal,
        handling::Corrected,
        meeting::{MeetingKind, MeetingStage},
        ticket::TicketNumber,
        triage::{Mention, ParkReason},
    },
    letter::{Purpose, faq::Format},
    words::closed_set,
};

closed_set! {
    EventKind {
        /// A ticket was filed.
        Filed = "filed",
        /// An application was filed, or a further form of one.
        ApplicationFiled = "application_filed",
        /// 受理
        ApplicationAccepted = "application_accepted",
        /// 取下
        ApplicationWithdrawn = "application_withdrawn",
        /// A reviewer gave scores, or has a conflict of interest.
        Reviewed = "reviewed",
        /// A lead decided about an application; pending.
        Decided = "decided",
        /// A lead wrote a text for the letter about the result.
        NoticeWritten = "notice_written",
        /// The letter about the result was queued.
        ResultQueued = "result_queued",
        /// The letter about the result was stopped before it left.
        ResultStopped = "result_stopped",
        /// The mail server accepted the letter about the result.
        ResultSent = "result_sent",
        /// 様式: a member typed a form.
        FormTyped = "form_typed",
        /// 項目: a member changed a field.
        FieldSet = "field_set",
        /// A message was added to an existing ticket.
        Joined = "joined",
        DeliveryReport = "delivery_report",
        StaffMail = "staff_mail",
        Parked = "parked",
        Duplicate = "duplicate",
        /// The gate refused an automatic mail.
        Refused = "refused",
        /// The mail server did not return the message in any of the attempts.
        Withheld = "withheld",
        /// The message was fetched after all.
        HandedOver = "handed_over",
        /// The decision on a message failed.
        Failed = "failed",
        /// A member or the operator discarded a parked message.
        Discarded = "discarded",
        /// A member or the operator made a ticket of a parked message.
        TakenIn = "taken_in",
        /// A member corrected what is known of an inquirer.
        Corrected = "corrected",
        /// A member asked for the mails of a ticket, or for a parked one.
        OriginalSent = "original_sent",
        /// An automatic mail waits, because the daily limit is reached.
        Deferred = "deferred",
        /// The daily limit lets a deferred mail leave.
        Queued = "queued",
        /// The mail server accepted a mail.
        Sent = "sent",
        /// The mail server refused a mail for now.
        Delayed = "delayed",
        /// A mail failed for good.
        Undeliverable = "undeliverable",
        /// The mail server gave no verdict that can be read: the mail may have left.
        Unconfirmed = "unconfirmed",
        /// A delivery report says that an accepted mail did not arrive.
        Bounced = "bounced",
        /// The operator made a mail due.
        MailRetried = "mail_retried",
        /// A mail was cancelled: by the operator, or by the desk while the daily limit deferred it, because its ticket is answered.
        MailCancelled = "mail_cancelled",
        AnswerWritten = "answer_written",
        QuestionWritten = "question_written",
        /// Somebody outside was asked about a question.
        Forwarded = "forwarded",
        /// The answer or question was cancelled before it left.
        Cancelled = "cancelled",
        Approved = "approved",
        /// The author let a stopped draft leave.
        Released = "released",
        /// A reply to the echo was unclear: the draft waits for its author.
        Stopped = "stopped",
        Rejected = "rejected",
        Noted = "noted",
        Assigned = "assigned",
        Tagged = "tagged",
        Closed = "closed",
        Reopened = "reopened",
        /// The clock of the ticket was paused.
        Held = "held",
        /// The day of a hold has come.
        HoldEnded = "hold_ended",
        /// The letter about a hold.
        InterimWritten = "interim_written",
        Merged = "merged",
        CalledBack = "called_back",
        /// The inquirer did not answer the reminders.
        Unanswered = "unanswered",
        DeadlineWarning = "deadline_warning",
        DeadlineMissed = "deadline_missed",
        /// The deadline was calculated again.
        Recounted = "recounted",
        RawErased = "raw_erased",
        PersonalErased = "personal_erased",
        /// The key of our Message-IDs was replaced.
        KeyRotated = "key_rotated",
        /// Ticket numbers were left out, because an older copy of the database was restored.
        NumbersSkipped = "numbers_skipped",
        /// A member is away for some days.
        Absent = "absent",
        /// A member who was away is back.
        Back = "back",
        /// An edition of a report was frozen.
        ReportIssued = "report_issued",
        /// A meeting or a visit was asked for, set, changed, cancelled or held.
        Meeting = "meeting",
        /// Everybody was reminded of a meeting or a visit.
        Reminded = "reminded",
        /// A question belongs to an application.
        PartOf = "part_of",
        /// A ticket became an entry for the guidebook.
        FaqProposed = "faq_proposed",
        /// An entry for the guidebook was changed.
        FaqChanged = "faq_changed",
        /// A second person released an entry for the guidebook.
        FaqReleased = "faq_released",
        FaqWithdrawn = "faq_withdrawn",
        /// Released entries left the desk as a file.
        FaqExported = "faq_exported",
    }
}

/// An event with its values. `Display` gives its detail text.
///
/// No value may hold personal data of an inquirer, because the hash chain covers the detail text and erasure must not
/// break the chain.
#[derive(Debug, Clone)]
pub enum AuditEvent {
    Filed {
        /// Another ticket that the message refers to.
        mentions: Option<Mention>,
        warnings: WarningCodes,
    },
    ApplicationFiled {
        /// Row id of the form.
        submission: i64,
        /// From 1.
        version: usize,
        in_time: bool,
        unread: Option<Unread>,
        stage: Stage,
        warnings: WarningCodes,
    },
    ApplicationAccepted {
        /// The form that counts.
        submission: i64,
    },
    ApplicationWithdrawn,
    Reviewed {
        conflict: bool,
    },
    Decided {
        decision: Decision,
    },
    NoticeWritten,
    ResultQueued {
        decision: Decision,
    },
    ResultStopped,
    ResultSent,
    FormTyped {
        submission: i64,
    },
    FieldSet {
        submission: i64,
        field: ApplicationField,
    },
    /// The operator filed a telephone inquiry.
    FiledByTelephone,
    Joined {
        warnings: WarningCodes,
    },
    DeliveryReport {
        /// Delivery failed for good. `false` for a delay or a success report.
        failed: bool,
        warnings: WarningCodes,
    },
    StaffMail {
        warnings: WarningCodes,
    },
    Parked {
        reason: ParkReason,
        warnings: WarningCodes,
    },
    Duplicate {
        /// Row id in the ledger.
        of: i64,
        warnings: WarningCodes,
    },
    Refused(Refusal),
    Withheld {
        attempts: u32,
    },
    HandedOver,
    Failed {
        attempts: u32,
    },
    Discarded,
    TakenIn,
    Corrected(Vec<Corrected>),
    OriginalSent,
    Deferred {
        purpose: Purpose,
        outbox: i64,
    },
    Queued {
        purpose: Purpose,
        outbox: i64,
    },
    Sent(DeliveryAttempt),
    Delayed(DeliveryAttempt),
    Undeliverable(DeliveryAttempt),
    Unconfirmed(DeliveryAttempt),
    Bounced {
        purpose: Purpose,
        /// Row id in the outbox.
        outbox: i64,
        /// Enhanced status code (RFC 3463).
        status: Option<String>,
    },
    MailRetried {
        outbox: i64,
    },
    MailCancelled {
        outbox: i64,
    },
    Written {
        written: Written,
        leaves: Leaves,
    },
    Cancelled {
        outbox: i64,
    },
    Released {
        outbox: i64,
    },
    Stopped {
        outbox: i64,
    },
    Approved {
        outbox: i64,
    },
    Rejected {
        outbox: i64,
    },
    Noted,
    Assigned {
        /// Address of the member.
        to: String,
    },
    Tagged {
        /// All tags that the ticket now has.
        tags: Vec<String>,
    },
    Closed,
    Reopened {
        /// `None` when the desk never opens again.
        deadline: Option<DateTime<Tz>>,
    },
    Held {
        /// Business time that remains.
        left: BusinessTime,
        /// `None` when the ticket waits for its inquirer.
        until: Option<NaiveDate>,
    },
    /// The day of a hold has come, and the clock runs again.
    HoldEnded {
        deadline: Option<DateTime<Tz>>,
    },
    MergedInto(TicketNumber),
    /// The other side of [`AuditEvent::MergedInto`]: a ticket became part of this one.
    Absorbed(TicketNumber),
    CalledBack,
    Unanswered,
    Deadline(Notice),
    Recounted {
        before: Option<DateTime<Tz>>,
        after: Option<DateTime<Tz>>,
    },
    RawErased {
        mails: u64,
        /// The mails are older than this.
        before: DateTime<Utc>,
    },
    PersonalErased(Erasure),
    KeyRotated,
    NumbersSkipped {
        count: u32,
        next: TicketNumber,
    },
    Absent(Absence),
    Back {
        member: String,
    },
    ReportIssued {
        first: NaiveDate,
        last: NaiveDate,
        nth: u32,
        hash: String,
    },
    Meeting {
        kind: MeetingKind,
        nth: u32,
        stage: MeetingStage,
        sequence: u32,
    },
    Reminded {
        kind: MeetingKind,
        nth: u32,
    },
    PartOf(TicketNumber),
    FaqProposed(TicketNumber),
    FaqChanged(TicketNumber),
    FaqReleased {
        entry: TicketNumber,
        /// Of the texts.
        hash: String,
    },
    FaqWithdrawn(TicketNumber),
    FaqExported {
        entries: usize,
        format: Format,
        /// Of the file.
        hash: String,
    },
}

/// Codes of the warnings about a message.
pub type WarningCodes = Vec<&'static str>;

/// An attempt to send a mail.
#[derive(Debug, Clone)]
pub struct DeliveryAttempt {
    pub purpose: Purpose,
    /// Row id in the outbox.
    pub outbox: i64,
    /// From 1.
    pub attempt: u32,
    /// From `SmtpReply::codes`: the text of the reply may name the recipient.
    pub codes: String,
}

/// Why personal data was erased.
#[derive(Debug, Clone, Copy)]
pub enum Erasure {
    /// The retention period of a ticket is over.
    Retention,
    /// The inquirer or a participant of a ticket requested it.
    OnRequest,
    /// The summary of a request: data that belongs to no ticket.
    OnRequestElsewhere { messages: usize, mails: u64 },
}
