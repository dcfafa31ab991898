use super::*;
use crate::desk::triage::Apart;

#[test]
fn every_event_keeps_its_kind_and_its_detail_text() {
    let number = || "ZT-2025-0001".parse::<TicketNumber>().unwrap();
    let entry = || "FAQ-2025-0001".parse::<TicketNumber>().unwrap();
    let at = DateTime::<Utc>::from_timestamp(1_751_331_600, 0).unwrap();
    let local = || Some(at.with_timezone(&Tz::Asia__Tokyo));
    let attempt =
        || DeliveryAttempt { purpose: Purpose::Answer, outbox: 7, attempt: 2, codes: "250 2.0.0".into() };
    let none = WarningCodes::new;
    let warned = || vec!["charset_guessed", "message_id_reused"];
    let written = |written, leaves| AuditEvent::Written { written, leaves };
    for (event, expected) in [
        (AuditEvent::Filed { mentions: None, warnings: none() }, "filed: "),
        (
            AuditEvent::Filed { mentions: None, warnings: warned() },
            "filed: [charset_guessed, message_id_reused]",
        ),
        (
            AuditEvent::Filed {
                mentions: Some(Mention { ticket: number(), why: Apart::NotJoined }),
                warnings: none(),
            },
            "filed: mentions ZT-2025-0001, whose thread it could not join",
        ),
        (
            AuditEvent::Filed {
                mentions: Some(Mention { ticket: number(), why: Apart::AnotherInquiry }),
                warnings: none(),
            },
            "filed: mentions ZT-2025-0001, which is answered, and has another inquiry",
        ),
        (
            AuditEvent::ApplicationFiled {
                submission: 9,
                version: 2,
                in_time: false,
                unread: Some(Unread::Password),
                stage: Stage::Received,
                warnings: none(),
            },
            "application_filed: form 9, version 2, late, unread: password: received",
        ),
        (AuditEvent::ApplicationAccepted { submission: 9 }, "application_accepted: form 9"),
        (AuditEvent::ApplicationWithdrawn, "application_withdrawn: "),
        (AuditEvent::FormTyped { submission: 9 }, "form_typed: form 9"),
        (
            AuditEvent::FieldSet { submission: 9, field: ApplicationField::Telephone },
            "field_set: telephone, form 9",
        ),
        (AuditEvent::FiledByTelephone, "filed: by telephone"),
        (AuditEvent::Joined { warnings: none() }, "joined: "),
        (AuditEvent::DeliveryReport { failed: true, warnings: none() }, "delivery_report: failed"),
        (AuditEvent::DeliveryReport { failed: false, warnings: none() }, "delivery_report: nothing changes"),
        (AuditEvent::StaffMail { warnings: none() }, "staff_mail: "),
        (
            AuditEvent::Parked { reason: ParkReason::NoForm, warnings: warned() },
            "parked: no_form [charset_guessed, message_id_reused]",
        ),
        (AuditEvent::Duplicate { of: 3, warnings: none() }, "duplicate: of message 3"),
        (AuditEvent::Refused(Refusal::NoSender), "refused: no_sender: the mail has no sender address"),
        (AuditEvent::Withheld { attempts: 5 }, "withheld: attempt 5"),
        (AuditEvent::HandedOver, "handed_over: "),
        (AuditEvent::Failed { attempts: 1 }, "failed: attempt 1"),
        (AuditEvent::Discarded, "discarded: "),
        (
            AuditEvent::Deferred { purpose: Purpose::Acknowledgement, outbox: 7 },
            "deferred: acknowledgement (outbox 7)",
        ),
        (AuditEvent::Queued { purpose: Purpose::SendForm, outbox: 7 }, "queued: send_form (outbox 7)"),
        (AuditEvent::Sent(attempt()), "sent: answer (outbox 7, attempt 2): 250 2.0.0"),
        (AuditEvent::Delayed(attempt()), "delayed: answer (outbox 7, attempt 2): 250 2.0.0"),
        (AuditEvent::Undeliverable(attempt()), "undeliverable: answer (outbox 7, attempt 2): 250 2.0.0"),
        (
            AuditEvent::Unconfirmed(DeliveryAttempt { codes: "no reply".into(), ..attempt() }),
            "unconfirmed: answer (outbox 7, attempt 2): no reply after the final dot: the mail may have left",
        ),
        (
            AuditEvent::Bounced { purpose: Purpose::Answer, outbox: 7, status: Some("5.1.1".into()) },
            "bounced: answer (outbox 7): 5.1.1",
        ),
        (
            AuditEvent::Bounced { purpose: Purpose::Answer, outbox: 7, status: None },
            "bounced: answer (outbox 7): ",
        ),
        (AuditEvent::MailRetried { outbox: 7 }, "mail_retried: outbox 7"),
        (AuditEvent::MailCancelled { outbox: 7 }, "mail_cancelled: outbox 7"),
        (written(Written::Answer, Leaves::Approved), "answer_written: waits for a lead"),
        (written(Written::Answer, Leaves::Confirmed), "answer_written: waits for its author"),
        (
            written(Written::Question, Leaves::Chosen),
            "question_written: waits for a member, because a colleague wrote too",
        ),
        (
            written(Written::Answer, Leaves::Doubted),
            "answer_written: waits for a member, because it may be meant for somebody else",
        ),
        (written(Written::Question, Leaves::At(at)), "question_written: "),
        (AuditEvent::Cancelled { outbox: 7 }, "cancelled: outbox 7"),
        (AuditEvent::Approved { outbox: 7 }, "approved: outbox 7"),
        (AuditEvent::Released { outbox: 7 }, "released: outbox 7"),
        (AuditEvent::Stopped { outbox: 7 }, "stopped: outbox 7"),
        (AuditEvent::Rejected { outbox: 7 }, "rejected: outbox 7"),
        (AuditEvent::Noted, "noted: "),
        (AuditEvent::Assigned { to: "sato@example.jp".into() }, "assigned: sato@example.jp"),
        (AuditEvent::Tagged { tags: vec!["医療".into(), "急".into()] }, "tagged: 医療, 急"),
        (AuditEvent::Closed, "closed: "),
        (AuditEvent::Reopened { deadline: local() }, "reopened: 2025-07-01T10:00:00+09:00"),
        (AuditEvent::Reopened { deadline: None }, "reopened: "),
        (AuditEvent::Held { left: BusinessTime::from_hours(16), until: None }, "held: 16h"),
        (AuditEvent::MergedInto(number()), "merged: into ZT-2025-0001"),
        (AuditEvent::Absorbed(number()), "merged: ZT-2025-0001 became part of this"),
        (AuditEvent::CalledBack, "called_back: "),
        (AuditEvent::Unanswered, "unanswered: no answer yet; staff decide"),
        (AuditEvent::Deadline(Notice::Warning), "deadline_warning: "),
        (AuditEvent::Deadline(Notice::Miss), "deadline_missed: "),
        (
            AuditEvent::Recounted { before: local(), after: None },
            "recounted: the calendar has changed: 2025-07-01T10:00:00+09:00 → ",
        ),
        (AuditEvent::RawErased { mails: 3, before: at }, "raw_erased: 3 mails from before 2025-07-01"),
        (AuditEvent::PersonalErased(Erasure::Retention), "personal_erased: retention"),
        (AuditEvent::PersonalErased(Erasure::OnRequest), "personal_erased: on request"),
        (
            AuditEvent::PersonalErased(Erasure::OnRequestElsewhere { messages: 2, mails: 3 }),
            "personal_erased: on request: 2 messages without a ticket, 3 mails",
        ),
        (AuditEvent::KeyRotated, "key_rotated: "),
        (
            AuditEvent::NumbersSkipped { count: 1000, next: number() },
            "numbers_skipped: 1000 ticket numbers; the next is ZT-2025-0001",
        ),
        (
            AuditEvent::Absent("2025-07-10..2025-07-15 ito@example.jp sato@example.jp".parse().unwrap()),
            "absent: 2025-07-10..2025-07-15 ito@example.jp sato@example.jp",
        ),
        (AuditEvent::Back { member: "ito@example.jp".into() }, "back: ito@example.jp"),
        (
            AuditEvent::ReportIssued {
                first: "2025-07-01".parse().unwrap(),
                last: "2025-07-31".parse().unwrap(),
                nth: 2,
                hash: "ab".into(),
            },
            "report_issued: 2025-07-01 to 2025-07-31, edition 2, SHA-256 ab",
        ),
        (
            AuditEvent::Meeting { kind: MeetingKind::Visit, nth: 2, stage: MeetingStage::Asked, sequence: 1 },
            "meeting: visit 2 asked, version 1",
        ),
        (AuditEvent::Reminded { kind: MeetingKind::Meeting, nth: 1 }, "reminded: meeting 1"),
        (AuditEvent::PartOf(number()), "part_of: of ZT-2025-0001"),
        (AuditEvent::FaqProposed(entry()), "faq_proposed: FAQ-2025-0001"),
        (AuditEvent::FaqChanged(entry()), "faq_changed: FAQ-2025-0001"),
        (
            AuditEvent::FaqReleased { entry: entry(), hash: "ab".into() },
            "faq_released: FAQ-2025-0001, SHA-256 ab",
        ),
        (AuditEvent::FaqWithdrawn(entry()), "faq_withdrawn: FAQ-2025-0001"),
        (
            AuditEvent::FaqExported { entries: 3, format: Format::Docx, hash: "ab".into() },
            "faq_exported: 3 entries as docx, SHA-256 ab",
        ),
    ] {
        assert_eq!(format!("{}: {event}", event.kind()), expected);
    }
}
