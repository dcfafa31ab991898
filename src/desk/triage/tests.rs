//! Messages that refer to a ticket, and messages that must not get an automatic reply.

mod notes;
mod persons;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::{
    desk::{
        calendar::BusinessTime, form::FieldKey, staff_key::StaffKeys, thread::MessageIds, ticket::Status,
    },
    mail,
    settings::Settings,
};

const INQUIRER: &str = "yamada@city.example.jp";
const FORM: &str =
    "1) 自治体・機関名：星川市\r\n2) 氏名：山田\r\n3) 連絡先：03-0000-1201\r\n4) 照会内容：会議の例\r\n";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn ids() -> MessageIds {
    MessageIds::new(vec![b"key".to_vec()], "zaitaku@tohmatu.co.jp", "ZT")
}

fn number() -> TicketNumber {
    "ZT-2025-0001".parse().unwrap()
}

/// A ticket of the inquirer, with all fields filled in.
fn ticket(status: Status) -> TicketFacts {
    let deadline = (status == Status::Open).then(|| at("2025-07-03T00:00:00Z"));
    let mut fields = Fields::default();
    for &key in FieldKey::ALL {
        fields.set(key, Some("…".into()));
    }
    TicketFacts {
        id: 7,
        number: number(),
        clock: SlaClock::stored(status, deadline, BusinessTime::from_hours(16), None, None),
        fields,
        closed_at: None,
        waits_for_form: true,
        address: Some(INQUIRER.into()),
        participants: vec![INQUIRER.into(), "colleague@city.example.jp".into()],
    }
}

fn known(ticket: TicketFacts) -> Known {
    let gate = GateFacts { accept_since: Some(at("2025-06-01T00:00:00Z")), ..GateFacts::default() };
    Known { ticket: Some(ticket), gate, ..Known::nothing() }
}

fn decide(head: &str, body: &str, received_at: &str, known: &Known) -> Decision {
    decide_by(&crate::server::rules(&Settings::from_toml("").unwrap()), head, body, received_at, known)
}

fn decide_by(rules: &Rules, head: &str, body: &str, received_at: &str, known: &Known) -> Decision {
    let raw = format!(
        "{head}\r\nTo: zaitaku@tohmatu.co.jp\r\nMessage-ID: <1@x.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    );
    let reading = Reading::of(
        mail::read(raw.as_bytes()),
        None,
        at(received_at),
        &[],
        rules,
        &ids(),
        &StaffKeys::default(),
    );
    triage(&reading, rules, known)
}

#[test]
fn a_desk_that_never_opens_again_asks_only_for_what_is_missing() {
    let settings = Settings::from_toml("").unwrap();
    let mut hours = settings.hours.rules();
    hours.days.clear();
    let rules = Rules { calendar: Calendar::new(hours), ..crate::server::rules(&settings) };
    let gate = GateFacts { accept_since: Some(at("2025-06-01T00:00:00Z")), ..GateFacts::default() };
    let known = Known { gate, ..Known::nothing() };
    let without = FORM.replace("会議の例", "");
    for (form, expected) in [(FORM, Reply::Acknowledgement), (without.as_str(), Reply::AskMissing)] {
        let head = format!("From: {INQUIRER}\r\nSubject: 拠点整備・運用に関する照会");
        let decision = decide_by(&rules, &head, form, "2025-07-01T01:00:00Z", &known);
        assert_eq!((decision.reply, decision.deadline), (Some(Ok(expected)), None), "{form}");
    }
}

const LATER: &str = "2025-07-10T01:00:00Z";

fn status_after(decision: &Decision) -> Option<Status> {
    match &decision.filing {
        Filing::Join { change: Some(change), .. } => Some(change.0.status()),
        _ => None,
    }
}

#[test]
fn a_thread_is_joined_by_our_message_id_or_by_number_and_a_sender_who_takes_part() {
    let keyed = ids().of_ticket(&number(), "acknowledgement");
    let foreign = keyed.replace("acknowledgement", "forged");
    for (head, joins) in [
        (format!("From: {INQUIRER}\r\nSubject: Re: x\r\nIn-Reply-To: <{keyed}>"), true),
        (format!("From: stranger@other.example\r\nSubject: x\r\nReferences: <a@b> <{keyed}>"), true),
        (format!("From: {INQUIRER}\r\nSubject: [ZT-2025-0001] x"), true),
        ("From: Colleague@City.example.jp\r\nSubject: Re: [ZT-2025-0001] x".to_owned(), true),
        ("From: stranger@other.example\r\nSubject: [ZT-2025-0001] x".to_owned(), false),
        (format!("From: {INQUIRER}\r\nSubject: x\r\nIn-Reply-To: <{foreign}>"), false),
        (format!("From: {INQUIRER}\r\nSubject: x\r\nIn-Reply-To: <>\r\nReferences: "), false),
        (format!("From: {INQUIRER}\r\nSubject: x\r\nIn-Reply-To: <other@desk.example>"), false),
    ] {
        let decision = decide(&head, "追記です。", LATER, &known(ticket(Status::Open)));
        assert_eq!(matches!(decision.filing, Filing::Join { .. }), joins, "{head}");
        if decision.kind == Kind::FollowUp && !joins {
            let Filing::Ticket { mentions, .. } = decision.filing else { panic!("{head}: nothing is lost") };
            assert_eq!(mentions, Some(Mention { ticket: number(), why: Apart::NotJoined }));
        }
    }
}

#[test]
fn a_follow_up_opens_an_answered_ticket_and_one_closed_within_fourteen_days() {
    let head = format!("From: {INQUIRER}\r\nSubject: [ZT-2025-0001] x");
    let closed =
        |days| TicketFacts { closed_at: Some(at(LATER) - TimeDelta::days(days)), ..ticket(Status::Closed) };
    for (facts, expected) in [
        (ticket(Status::Answered), Some(Status::Open)),
        (ticket(Status::Open), Some(Status::Open)),
        (closed(14), Some(Status::Open)),
        (closed(15), None),
    ] {
        let decision = decide(&head, "もう一点です。", LATER, &known(facts));
        assert_eq!(status_after(&decision), expected);
    }
    // A later message becomes a new ticket; its inquirer is known.
    let decision = decide(&head, "来年度の件です。", LATER, &known(closed(15)));
    let Filing::Ticket { ticket, mentions } = decision.filing else { panic!("a ticket of its own") };
    assert_eq!(mentions, Some(Mention { ticket: number(), why: Apart::NotJoined }));
    assert_eq!(
        (ticket.fields.missing().len(), ticket.fields.inquiry.as_deref()),
        (0, Some("来年度の件です。"))
    );
    assert!(matches!(decision.reply, Some(Ok(Reply::Acknowledgement))));
}

#[test]
fn no_robot_opens_a_ticket() {
    let keyed = ids().of_ticket(&number(), "acknowledgement");
    for head in [
        "Subject: Re: [ZT-2025-0001] x\r\nAuto-Submitted: auto-replied (vacation)",
        "Subject: 自動返信: [ZT-2025-0001] x",
        "Subject: 【不在通知】 [ZT-2025-0001]",
        "Subject: お問い合わせありがとうございました [ZT-2025-0001]",
        "Subject: Automatic reply: [ZT-2025-0001] x",
    ] {
        let head = format!("From: {INQUIRER}\r\nIn-Reply-To: <{keyed}>\r\n{head}");
        let decision = decide(&head, "休んでいます。", LATER, &known(ticket(Status::Answered)));
        assert!(
            matches!(decision.filing, Filing::Note { note: Note::Automatic, .. }),
            "{head}: {:?}",
            decision.filing
        );
        assert!(decision.reply.is_none());
    }
}

#[test]
fn a_ticket_waits_until_its_form_is_complete_and_then_its_inquirer_gets_the_acknowledgement() {
    let head = format!("From: {INQUIRER}\r\nSubject: Re: [ZT-2025-0001] x");
    let mut waiting = ticket(Status::Waiting);
    waiting.fields.set(FieldKey::Name, None);
    waiting.fields.set(FieldKey::Inquiry, None);
    let partly = decide(&head, "2) 氏名：山田\r\n4) 照会内容：\r\n", LATER, &known(waiting.clone()));
    assert_eq!(status_after(&partly), Some(Status::Waiting));
    assert!(partly.reply.is_none());
    let whole = decide(
        &head,
        "2) 氏名：山田\r\n4) 照会内容：会議の例を知りたい。\r\n",
        LATER,
        &known(waiting.clone()),
    );
    assert_eq!(status_after(&whole), Some(Status::Open));
    assert!(matches!(whole.reply, Some(Ok(Reply::Acknowledgement))));
    assert_eq!(whole.deadline, Some(at("2025-07-14T01:00:00Z")), "16 business hours from the answer");
    let thanks = decide(&head, "ご連絡ありがとうございます。後ほど送ります。", LATER, &known(waiting));
    assert_eq!(status_after(&thanks), Some(Status::Waiting));
}

#[test]
fn a_sender_who_did_not_ask_for_a_reply_gets_one_and_no_second() {
    let now = at(LATER);
    let known = |last: Option<DateTime<Utc>>| {
        let gate = GateFacts {
            accept_since: Some(now - TimeDelta::days(9)),
            last_to_recipient: last,
            ..GateFacts::default()
        };
        Known { gate, ..Known::nothing() }
    };
    let recently = Some(now - TimeDelta::hours(1));
    for (subject, body, last, code) in [
        // A vacation responder without an `Auto-Submitted` field replies to our form, then to our acknowledgement
        // under another subject.
        ("休みます", "休んでいます。", None, ""),
        ("休みます", "休んでいます。", recently, "answered_recently"),
        (
            "Re: 拠点整備・運用に関する照会（記載事項のご案内）",
            "休んでいます。",
            recently,
            "answered_recently",
        ),
        // A filled-in form is proof of a person.
        ("拠点整備・運用に関する照会", FORM, recently, ""),
    ] {
        let head = format!("From: {INQUIRER}\r\nSubject: {subject}");
        let decision = decide(&head, body, LATER, &known(last));
        let refused = decision.reply.as_ref().and_then(|reply| reply.as_ref().err());
        assert_eq!(refused.map_or("", |refusal| refusal.code()), code, "{subject}");
        assert!(decision.reply.is_some());
    }
}

#[test]
fn a_delivery_report_counts_only_on_a_mail_of_ours() {
    let head =
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\nReturn-Path: <>";
    let body = "This is the mail system. I'm sorry to have to inform you that your message could not be delivered.\r\n\
                <yamada@city.example.jp>: host mx said: 550 5.1.1 User unknown\r\n";
    let unknown = decide(head, body, LATER, &known(ticket(Status::Open)));
    assert_eq!(unknown.kind, Kind::Bounce);
    assert!(matches!(unknown.filing, Filing::Park { reason: ParkReason::Bounce, .. }));
    let reported = Reported { outbox: 3, ticket: Some((7, number())) };
    let known = Known { reported: Some(reported), ..known(ticket(Status::Open)) };
    let ours = decide(head, body, LATER, &known);
    assert!(matches!(ours.filing, Filing::Report { failed: true, .. }), "{:?}", ours.filing);
    assert!(ours.reply.is_none());
    let delayed = decide(
        &head.replace("Undelivered Mail Returned to Sender", "Delayed Mail (still being retried)"),
        "This is the mail system. Your message could not be delivered yet. It will be retried until it is 5 days old. You do not need to resend.\r\n",
        LATER,
        &known,
    );
    assert!(matches!(delayed.filing, Filing::Report { failed: false, .. }), "{:?}", delayed.filing);
}
