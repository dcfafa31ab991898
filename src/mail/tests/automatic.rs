use super::mail;
use crate::mail::automatic::{Own, Reason, asks_for_silence, detect};

fn check(cases: &[(&str, &str, Option<Reason>)]) {
    let addresses = ["desk@example.go.jp".to_owned()];
    for (name, header, expected) in cases {
        let read = mail(header.as_bytes(), b"x");
        let found = detect(&read, &Own { addresses: &addresses });
        assert_eq!(found.as_ref().map(|a| a.reason), *expected, "{name}: {found:?}");
    }
}

#[test]
fn headers_of_automatic_mail() {
    check(&[
        ("our own loop header", "X-Madoguchi-Loop: 1", Some(Reason::Loop)),
        ("our own address", "From: Desk <DESK@example.go.jp>", Some(Reason::OwnMail)),
        ("RFC 3834", "Auto-Submitted: auto-replied (vacation)", Some(Reason::AutoSubmitted)),
        ("an older responder", "X-Autoreply: yes", Some(Reason::AutoReplyHeader)),
        ("bulk", "Precedence: bulk", Some(Reason::Precedence)),
        ("a mailing list", "List-Id: <ml.example.jp>", Some(Reason::List)),
        ("the null return path", "Return-Path: <>", Some(Reason::NullSender)),
        (
            "a report",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            Some(Reason::Report),
        ),
        ("a read receipt", "Content-Type: message/disposition-notification", Some(Reason::Report)),
        ("a no-reply address", "From: no-reply@example.jp", Some(Reason::NoReplySender)),
        ("the postmaster", "From: MAILER-DAEMON@example.jp", Some(Reason::NoReplySender)),
    ]);
}

#[test]
fn headers_of_mail_from_people() {
    check(&[
        ("nothing", "Subject: s", None),
        ("explicitly not automatic", "Auto-Submitted: no; owner-email=a@b", None),
        ("a responder that says no", "X-Autoreply: no", None),
        ("first-class", "Precedence: first-class", None),
        ("Outlook's request for no automatic reply proves nothing", "X-Auto-Response-Suppress: All", None),
        ("an ordinary return path", "Return-Path: <a@b.example>", None),
        ("newsletter tools set it on individual mail", "List-Unsubscribe: <mailto:a@b>", None),
        ("a name that contains it", "From: tonoreplya@example.jp", None),
    ]);
}

#[test]
fn subjects_of_automatic_replies() {
    let subject = |text: &str| format!("From: a@b.example\r\nSubject: {text}");
    for text in [
        "自動返信：ご連絡ありがとうございます",
        "【自動返信】お問い合わせ",
        "不在通知",
        "【不在通知】7月まで",
        "不在のお知らせ: 照会",
        "Automatic reply: 照会",
        "Auto: hello",
        "Out of Office: Re: hello",
        "自動応答: Re: 照会",
        "Automatische Antwort: Anfrage",
    ] {
        check(&[(text, &subject(text), Some(Reason::Subject))]);
    }
    for text in [
        "拠点整備・運用に関する照会",
        "Re: 【自動返信】お問い合わせ",
        "自動返信の設定について",
        "不在者投票について",
        "自動車の照会",
        "Automatic doors",
        "automobile",
    ] {
        check(&[(text, &subject(text), None)]);
    }
}

#[test]
fn a_request_for_no_automatic_reply_is_detected() {
    let cases = [
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", true),
        ("X-Auto-Response-Suppress: All", true),
        ("X-Ack: no", true),
        ("X-Auto-Response-Suppress: None", false),
        ("Subject: s", false),
    ];
    for (header, silent) in cases {
        assert_eq!(asks_for_silence(&mail(header.as_bytes(), b"x")).is_some(), silent, "{header}");
    }
}
