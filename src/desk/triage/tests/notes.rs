//! One intention, one ticket: copies, recalls, passwords, and forms with another inquiry.

use super::*;

fn earlier(body: &str, same_message_id: bool, received_at: &str) -> EarlierTicket {
    let rules = crate::server::rules(&Settings::from_toml("").unwrap());
    let form = crate::desk::form::read_form("拠点整備・運用に関する照会", body, &rules.form);
    let mut fields = form.fields;
    if !form.has_form {
        fields.inquiry = Some(body.to_owned());
    }
    EarlierTicket {
        id: 7,
        number: number(),
        subject: "拠点整備・運用に関する照会".into(),
        fields,
        received_at: at(received_at),
        same_message_id,
    }
}

fn with(tickets: Vec<EarlierTicket>) -> Known {
    let gate = GateFacts { accept_since: Some(at("2025-06-01T00:00:00Z")), ..GateFacts::default() };
    Known { earlier: tickets, gate, ..Known::nothing() }
}

fn noted(decision: &Decision) -> Option<Note> {
    match &decision.filing {
        Filing::Note { note, ticket } => {
            assert_eq!(*ticket, Some((7, number())));
            assert!(decision.reply.is_none());
            Some(*note)
        }
        _ => None,
    }
}

#[test]
fn the_same_inquiry_once_more_is_a_note() {
    let (now, before) = (LATER, "2025-07-10T00:30:00Z");
    let footer = format!("[EXTERNAL]\r\n{FORM}\r\n--\r\nThis mail came from outside.\r\n");
    let other = FORM.replace("会議の例", "災害時の例");
    let elsewhere = FORM.replace("星川市", "三日月市");
    for (name, body, known, is_copy) in [
        ("the button was pressed twice", FORM, earlier(FORM, false, before), true),
        (
            "in other blanks and widths",
            &FORM.replace("会議の例", "会議の 例"),
            earlier(FORM, false, before),
            true,
        ),
        ("on the next day", FORM, earlier(FORM, false, "2025-07-09T00:30:00Z"), false),
        ("another inquiry", &other, earlier(FORM, false, before), false),
        ("for another municipality", &elsewhere, earlier(FORM, false, before), false),
        ("the same Message-ID, a footer added", &footer, earlier(FORM, true, "2025-07-01T00:30:00Z"), true),
        (
            "the same Message-ID, free text with a banner",
            "[EXTERNAL]\r\n会議の例を教えてください。",
            earlier("会議の例を教えてください。", true, before),
            true,
        ),
        ("the same Message-ID, another inquiry", &other, earlier(FORM, true, before), false),
    ] {
        let head = format!("From: {INQUIRER}\r\nSubject: 拠点整備・運用に関する照会");
        let decision = decide(&head, body, now, &with(vec![known]));
        assert_eq!(noted(&decision), is_copy.then_some(Note::Copy), "{name}: {:?}", decision.filing);
        if !is_copy {
            assert!(matches!(decision.filing, Filing::Ticket { .. }), "{name}");
        }
    }
}

#[test]
fn a_recall_and_a_password_are_notes_and_ask_nobody() {
    for (subject, body, expected) in [
        (
            "Recall: 拠点整備・運用に関する照会",
            "Yamada would like to recall the message, \"拠点整備\".",
            Some(Note::Recall),
        ),
        ("取り消し: 拠点整備・運用に関する照会", "", Some(Note::Recall)),
        (
            "メッセージ",
            "山田 さんがメッセージ「拠点整備・運用に関する照会」を取り消そうとしています。",
            Some(Note::Recall),
        ),
        (
            "【パスワードのお知らせ】拠点整備・運用に関する照会",
            "添付ファイルのパスワード：aB3$xyz9",
            Some(Note::Password),
        ),
        (
            "拠点整備・運用に関する照会",
            "先ほどお送りしたファイルのパスワードは以下の\r\nとおりです。\r\naB3$xyz9",
            Some(Note::Password),
        ),
        ("Re: 添付", "パスワードをお知らせいたします。 aB3$xyz9", Some(Note::Password)),
        ("Password", "Password: aB3$xyz9", Some(Note::Password)),
        ("Re: パスワード", "解凍パスワードは「abcdefgh」です。", Some(Note::Password)),
        ("別紙のパスワードです", "abcdefgh", Some(Note::Password)),
        ("PW", "添付ファイルのPWです。\r\nabcd", Some(Note::Password)),
        ("パスワード", "aB3$xyz9", Some(Note::Password)),
        ("お尋ね", "パスワードはGuidebookのものと同じでしょうか。", None),
        ("パスワードについて", "Excelの保護を外す例はありますか。", None),
        ("拠点整備・運用に関する照会", "ガイドブックのパスワードをお知らせください。", None),
        ("お尋ね", "パスワードがわからず開けません。", None),
        ("拠点整備・運用に関する照会", FORM, None),
        ("取り消し線の使い方", "教えてください。", None),
    ] {
        let head = format!("From: {INQUIRER}\r\nSubject: {subject}");
        let known = earlier("4) 照会内容：会議の例\r\n1) 機関名：星川市\r\n", false, "2025-07-10T00:00:00Z");
        let decision = decide(&head, body, LATER, &with(vec![known]));
        assert_eq!(noted(&decision), expected, "{subject} {body}: {:?}", decision.filing);
        if expected.is_some() {
            let alone = decide(&head, body, LATER, &with(Vec::new()));
            assert!(matches!(alone.filing, Filing::Park { .. }) && alone.reply.is_none(), "{subject} {body}");
        }
    }
}

#[test]
fn a_whole_form_with_another_inquiry_on_an_answered_ticket_is_its_own() {
    let head = format!("From: {INQUIRER}\r\nSubject: Re: [ZT-2025-0001] x");
    let asked = |status| {
        let mut asked = ticket(status);
        asked.fields.inquiry = Some("会議の例".into());
        asked
    };
    let other = FORM.replace("会議の例", "災害時の例");
    let part = "4) 照会内容：災害時の例\r\n2) 氏名：山田\r\n";
    for (name, body, status, own) in [
        ("another inquiry", other.as_str(), Status::Answered, true),
        ("another inquiry on a closed one", &other, Status::Closed, true),
        ("the same once more", FORM, Status::Answered, false),
        ("not the whole form", part, Status::Answered, false),
        ("the first is not answered", &other, Status::Open, false),
    ] {
        let decision = decide(&head, body, LATER, &known(asked(status)));
        match &decision.filing {
            Filing::Ticket { mentions, .. } => {
                let mention = Mention { ticket: number(), why: Apart::AnotherInquiry };
                assert!(own && *mentions == Some(mention), "{name}");
                assert!(matches!(decision.reply, Some(Ok(Reply::Acknowledgement))), "{name}");
            }
            filing => assert!(!own && matches!(filing, Filing::Join { .. }), "{name}: {filing:?}"),
        }
    }
}

#[test]
fn a_mail_that_was_moved_here_long_after_it_came_is_filed_in_silence() {
    for (topmost, code) in [
        ("Thu, 10 Jul 2025 09:59:00 +0900", ""),
        ("Sat, 5 Jul 2025 10:00:00 +0900", ""),
        ("Wed, 25 Jun 2025 10:00:00 +0900", "long_ago"),
        // Before `accept_since`, which is 1 July here.
        ("Mon, 30 Jun 2025 10:00:00 +0900", "long_ago"),
        ("Fri, 11 Jul 2025 10:00:00 +0900", ""),
    ] {
        let gate = GateFacts { accept_since: Some(at("2025-07-01T00:00:00Z")), ..GateFacts::default() };
        let head = format!("Received: from a by b; {topmost}\r\nFrom: {INQUIRER}\r\nSubject: x");
        let decision = decide(&head, FORM, LATER, &Known { gate, ..Known::nothing() });
        assert!(matches!(decision.filing, Filing::Ticket { .. }), "{topmost}");
        let refused = decision.reply.as_ref().and_then(|reply| reply.as_ref().err());
        assert_eq!(refused.map_or("", |refusal| refusal.code()), code, "{topmost}");
    }
}
