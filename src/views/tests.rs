//! The exact JSON text. A script may depend on each key and on the order of the keys.

use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;

use super::*;
use crate::{
    desk::{
        calendar::{BusinessTime, Calendar, HoursRules},
        form::Fields,
        ticket::{Channel, Direction, SlaClock, TicketNumber},
        turn::{Ended, Ending},
    },
    letter::Purpose,
    mail::{Attachment, InboundMail, Mailbox},
    store::{EntryRow, LedgerRow, OutboxRow, OutboxState, Outcome, Place, TicketRow},
};

const ZONE: Tz = chrono_tz::Asia::Tokyo;

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}+09:00").parse::<DateTime<FixedOffset>>().unwrap().to_utc()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn yamada() -> Mailbox {
    Mailbox { name: Some("山田 太郎".into()), address: "yamada@example.jp".into() }
}

fn ticket_row(calendar: &Calendar) -> TicketRow {
    let received_at = at("2025-07-01T10:00:00");
    TicketRow {
        kind: crate::desk::ticket::TicketKind::Inquiry,
        part_of: None,
        id: 1,
        number: TicketNumber::new("ZT", 2025, 1),
        channel: Channel::Email,
        clock: SlaClock::open(calendar, BusinessTime::from_hours(16), received_at).unwrap(),
        fields: Fields {
            organization: Some("=市".into()),
            inquiry: Some("対象は".into()),
            ..Fields::default()
        },
        prefecture: None,
        from: yamada(),
        subject: "照会".into(),
        received_at,
        assignee: None,
        acknowledged_at: Some(received_at),
        answered_at: None,
        closed_at: None,
        tags: vec!["医療".into(), "急".into()],
        merged_into: None,
        answer_to: None,
        asked_at: None,
        promised_on: None,
    }
}

fn entry(direction: Direction, text: &str) -> EntryRow {
    EntryRow {
        direction,
        from: yamada(),
        recipients: vec!["desk@example.jp".into()],
        at: at("2025-07-01T10:00:00"),
        text: text.into(),
        attachments: vec![("表.pdf".into(), "application/pdf".into(), 3)],
    }
}

fn turn(ended: Option<Ended>) -> ticket::Turn {
    let turn = crate::desk::turn::Turn {
        nth: 1,
        asked_at: at("2025-07-01T10:00:00"),
        due_at: Some(at("2025-07-03T10:00:00")),
        held: BusinessTime::from_hours(1),
        held_since: None,
        ended,
    };
    ticket::Turn::new(turn, ZONE)
}

fn ended(ending: Ending, in_time: Option<bool>) -> Option<Ended> {
    Some(Ended { at: at("2025-07-02T10:00:00"), ending, by: "sato@example.jp".into(), in_time })
}

#[test]
fn a_ticket_has_these_keys_in_this_order() {
    let calendar = Calendar::new(HoursRules::default());
    let row = ticket_row(&calendar);
    let view = || ticket::Ticket::new(&row, &calendar, at("2025-07-01T11:00:00"));
    let listed = r#""number":"ZT-2025-0001","status":"open","channel":"email","organization":"=市","name":null,"contact":null,"inquiry":"対象は","missing":["name","contact"],"prefecture":null,"from":{"name":"山田 太郎","address":"yamada@example.jp"},"subject":"照会","received_at":"2025-07-01T10:00:00+09:00","deadline":"2025-07-03T10:00:00+09:00","overdue":false,"left":"15h","assignee":null,"acknowledged_at":"2025-07-01T10:00:00+09:00","answered_at":null,"closed_at":null,"tags":["医療","急"],"merged_into":null,"kind":"inquiry","part_of":null,"waiting_for":null,"held_until":null,"promised_on":null"#;
    assert_eq!(json(&view()), format!("{{{listed}}}"));

    let message = || ticket::Message::new(entry(Direction::In, "本文"), ZONE);
    let event = crate::store::Event {
        at: row.received_at,
        actor: "desk".into(),
        what: crate::store::EventKind::Filed,
        detail: String::new(),
    };
    let shown = ticket::Shown {
        similar: None,
        ticket: view(),
        messages: vec![message()],
        events: vec![ticket::Event::new(event, ZONE)],
        turns: Vec::new(),
    };
    let more = r#""messages":[{"direction":"in","from":{"name":"山田 太郎","address":"yamada@example.jp"},"to":["desk@example.jp"],"at":"2025-07-01T10:00:00+09:00","text":"本文","attachments":[{"name":"表.pdf","media_type":"application/pdf","bytes":3}]}],"events":[{"at":"2025-07-01T10:00:00+09:00","actor":"desk","what":"filed","detail":""}],"turns":[]"#;
    assert_eq!(json(&shown), format!("{{{listed},{more}}}"));

    let exported = ticket::Exported::new(view(), vec![message()], Vec::new(), None);
    let expected = r#"{"number":"ZT-2025-0001","status":"open","channel":"email","received_at":"2025-07-01T10:00:00+09:00","organization":"=市","prefecture":null,"name":null,"contact":null,"inquiry":"対象は","from":{"name":"山田 太郎","address":"yamada@example.jp"},"subject":"照会","assignee":null,"deadline":"2025-07-03T10:00:00+09:00","acknowledged_at":"2025-07-01T10:00:00+09:00","answered_at":null,"closed_at":null,"tags":["医療","急"],"merged_into":null,"messages":[{"direction":"in","at":"2025-07-01T10:00:00+09:00","from":{"name":"山田 太郎","address":"yamada@example.jp"},"to":["desk@example.jp"],"text":"本文","attachments":["表.pdf"]}],"turns":[],"kind":"inquiry","part_of":null,"application":null}"#;
    assert_eq!(json(&exported), expected);
}

#[test]
fn only_an_answer_gives_a_turn_the_time_of_its_answer() {
    let asked = r#""nth":1,"asked":"2025-07-01T10:00:00+09:00","due":"2025-07-03T10:00:00+09:00","held_seconds":3600"#;
    for (ended, rest) in [
        (None, r#""answered":null,"ended":null,"ending":null,"by":null,"in_time":null"#),
        (
            ended(Ending::CalledBack, Some(true)),
            r#""answered":"2025-07-02T10:00:00+09:00","ended":"2025-07-02T10:00:00+09:00","ending":"called_back","by":"sato@example.jp","in_time":true"#,
        ),
        (
            ended(Ending::Closed, None),
            r#""answered":null,"ended":"2025-07-02T10:00:00+09:00","ending":"closed","by":"sato@example.jp","in_time":null"#,
        ),
    ] {
        assert_eq!(json(&turn(ended)), format!("{{{asked},{rest}}}"));
    }
}

#[test]
fn a_row_of_the_sheet_has_a_cell_for_each_column_and_no_formula() {
    let calendar = Calendar::new(HoursRules::default());
    let row = ticket_row(&calendar);
    let messages = [
        entry(Direction::In, "質問"),
        entry(Direction::Out, "回答1\n"),
        entry(Direction::Note, "メモ"),
        entry(Direction::Out, "回答2"),
    ]
    .map(|entry| ticket::Message::new(entry, ZONE));
    let view = ticket::Ticket::new(&row, &calendar, at("2025-07-01T11:00:00"));
    let cells = sheet::row(&view, &messages);
    let cell = |column: &str| {
        let nth = sheet::COLUMNS.iter().position(|name| *name == column).unwrap();
        cells[nth].as_str()
    };
    assert_eq!(cell("受付番号"), "ZT-2025-0001");
    assert_eq!(cell("受付方法"), "email");
    assert_eq!(cell("自治体・機関名"), "'=市");
    assert_eq!(cell("分類"), "医療、急");
    assert_eq!(cell("回答日時"), "");
    assert_eq!(cell("回答"), "回答1 ／ ―――― ／ 回答2");
}

#[test]
fn an_outbox_mail_has_these_keys_in_this_order() {
    let row = OutboxRow {
        id: 7,
        ticket: Some("ZT-2025-0001".into()),
        purpose: Purpose::Answer,
        recipient: "yamada@example.jp".into(),
        message_id: "a@example.jp".into(),
        state: OutboxState::Queued,
        attempts: 1,
        created_at: at("2025-07-01T10:00:00"),
        next_attempt_at: Some(at("2025-07-01T10:05:00")),
        finished_at: None,
        last_reply: Some("451 4.3.0".into()),
    };
    let expected = r#"{"id":7,"ticket":"ZT-2025-0001","purpose":"answer","recipient":"yamada@example.jp","message_id":"a@example.jp","state":"queued","attempts":1,"created_at":"2025-07-01T10:00:00+09:00","next_attempt_at":"2025-07-01T10:05:00+09:00","finished_at":null,"last_reply":"451 4.3.0"}"#;
    assert_eq!(json(&outbox::Mail::new(&row, ZONE)), expected);
}

#[test]
fn a_parked_mail_has_these_keys_in_this_order() {
    let row = |place| LedgerRow {
        id: 7,
        place,
        message_id: "a@example.jp".into(),
        received_at: at("2025-07-01T10:00:00"),
        size: 120,
        outcome: Outcome::Parked,
        reason: Some("automatic".into()),
        detail: None,
        ticket_id: None,
        attempts: 1,
    };
    let file = row(Place::File { folder: "in".into(), name: "1.host".into() });
    let imap = row(Place::Imap { folder: "INBOX".into(), uidvalidity: 9, uid: 4 });
    let common = r#""id":7,"outcome":"parked","reason":"automatic","detail":null,"attempts":1,"message_id":"a@example.jp","received_at":"2025-07-01T10:00:00+09:00","bytes":120,"place":"#;
    let listed = format!(r#"{common}{{"folder":"in","file":"1.host"}},"number":"MAIL-2025-0007""#);
    assert_eq!(json(&parked::Parked::new(&file, ZONE)), format!("{{{listed}}}"));
    assert_eq!(
        json(&parked::Parked::new(&imap, ZONE)),
        format!(r#"{{{common}{{"folder":"INBOX","uidvalidity":9,"uid":4}},"number":"MAIL-2025-0007"}}"#)
    );
    let mail = InboundMail {
        from: Some(yamada()),
        subject: "不在".into(),
        text: "本文".into(),
        attachments: vec![Attachment {
            name: "表.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: Vec::new(),
        }],
        ..InboundMail::default()
    };
    let content = r#""from":{"name":"山田 太郎","address":"yamada@example.jp"},"subject":"不在","text":"本文","attachments":["表.pdf"]"#;
    assert_eq!(
        json(&parked::Parked::new(&file, ZONE).with_content(&mail)),
        format!("{{{listed},{content}}}")
    );
}
