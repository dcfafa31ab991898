use super::mail;
use crate::mail::automatic::{Own, Reason, asks_for_silence, author, detect};

const DESK: [&str; 2] = ["desk@example.go.jp", "all@groups.example.jp"];

fn with_own<T>(look: impl FnOnce(&Own<'_>) -> T) -> T {
    let addresses = DESK.map(str::to_owned);
    look(&Own { addresses: &addresses, lists: &addresses[1..] })
}

fn check(cases: &[(&str, &str, Option<Reason>)]) {
    for (name, header, expected) in cases {
        let read = mail(header.as_bytes(), b"x");
        let found = with_own(|own| detect(&read, own, false));
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
        ("X-Loop with yes", "X-Loop: yes", Some(Reason::AutoReplyHeader)),
        (
            "the beginning of a subject and a second sign",
            "X-MS-Exchange-Inbox-Rules-Loop: a@b.example\r\nSubject: 不在、折り返しについて",
            Some(Reason::Subject),
        ),
        (
            "the same with Outlook's request",
            "X-Auto-Response-Suppress: All\r\nSubject: 休暇中 7/1～7/5",
            Some(Reason::Subject),
        ),
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
        ("an inbox rule redirected it", "X-MS-Exchange-Inbox-Rules-Loop: a@b.example", None),
        ("an inbox rule made it", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", None),
        ("procmail passed it on", "X-Loop: a@b.example", None),
        ("RFC 2156 denies it", "Autosubmitted: not-auto-submitted", None),
        ("a rule forwarded it", "Auto-Submitted: auto-forwarded", None),
        ("it denies it in other words", "X-Auto-Generated: False", None),
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
        "自動返信",
        "[ZT-2025-0001] 自動応答: Re: 照会",
        "不在のお知らせ（7月1日～7月3日）",
        "休暇中のお知らせ",
        "ただいま外出中です。",
        "お問い合わせありがとうございます（第1市）",
        "Out of office until 5 July",
        "I am out of the office",
        "Auto-Reply: 照会",
    ] {
        check(&[(text, &subject(text), Some(Reason::Subject))]);
    }
    for text in [
        "拠点整備・運用に関する照会",
        "Re: 【自動返信】お問い合わせ",
        "自動返信の設定について",
        "不在者投票について",
        "自動車の照会",
        "休暇中・休日の往診体制について",
        "不在（学会等）の際の代診医について",
        "外出中、呼吸器が止まった場合の連絡",
        "「自動返信」が届かない件",
        "自動返信が届きません",
        "【自動返信】が届かない",
        "出張中の医師の代診",
        "休業中の診療所について",
        "受付完了後の変更について",
        "お問い合わせありがとうございましたの件",
        "Out of office hours care",
        "Vacation care for patients",
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
        ("X-Auto-Response-Suppress: DR, NDR, RN, NRN, OOF", false),
        ("X-Ack: no", true),
        ("X-Auto-Response-Suppress: All\r\nReceived: from a by b; Tue, 1 Jul 2025 09:29:30 +0900", false),
        ("Received: from a by b; Tue, 1 Jul 2025 09:29:30 +0900\r\nX-Auto-Response-Suppress: All", true),
        ("X-Auto-Response-Suppress: None", false),
        ("Subject: s", false),
    ];
    for (header, silent) in cases {
        let read = mail(header.as_bytes(), b"x");
        assert_eq!(with_own(|own| asks_for_silence(&read, own)).is_some(), silent, "{header}");
    }
}

/// What Google Groups adds to a mail to the group whose address is the desk's.
const GOOGLE: &str = "Return-Path: <desk+bncBCX@example.go.jp>\r\nSender: desk@example.go.jp\r\n\
    X-Original-Sender: yamada@city.example.jp\r\nPrecedence: list\r\n\
    Mailing-list: list desk@example.go.jp; contact desk+owners@example.go.jp\r\nList-ID: <desk.example.go.jp>\r\n\
    X-Google-Group-Id: 1\r\n\
    List-Post: <https://groups.google.com/a/example.go.jp/group/desk/post>, <mailto:desk@example.go.jp>\r\n\
    List-Help: <https://support.google.com/a/example.go.jp/bin/topic.py>, <mailto:desk+help@example.go.jp>\r\n\
    List-Unsubscribe: <mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>";

#[test]
fn what_a_list_of_the_desk_adds_marks_no_robot_and_asks_for_no_silence() {
    let via = "From: \"'Yamada' via Desk\" <desk@example.go.jp>";
    let person = "From: Yamada <yamada@city.example.jp>";
    for (name, header, reason) in [
        ("Google Groups, From kept", format!("{GOOGLE}\r\n{person}"), None),
        (
            "a list by its List-Id alone",
            format!("List-Id: \"Desk\" <desk.example.go.jp>\r\nPrecedence: bulk\r\n{person}"),
            None,
        ),
        (
            "Mailman",
            format!(
                "X-BeenThere: desk@example.go.jp\r\nX-Mailman-Version: 2\r\nPrecedence: list\r\n{person}"
            ),
            None,
        ),
        (
            "a list of the settings",
            format!("Precedence: list\r\nTo: All@Groups.example.jp\r\n{person}"),
            None,
        ),
        (
            "silence that the list asks for",
            format!("X-Auto-Response-Suppress: All\r\nX-Original-To: all@groups.example.jp\r\n{person}"),
            None,
        ),
        ("another list", format!("List-Id: <news.example.com>\r\n{person}"), Some(Reason::List)),
        (
            "another list through ours",
            format!("List-Id: <news.example.com>\r\n{GOOGLE}\r\n{person}"),
            Some(Reason::Precedence),
        ),
        (
            "a list with a like name",
            format!("List-Id: <my-desk.example.go.jp>\r\n{person}"),
            Some(Reason::List),
        ),
        (
            "Precedence alone",
            format!("Precedence: list\r\nTo: desk@example.go.jp\r\n{person}"),
            Some(Reason::Precedence),
        ),
        (
            "a robot that writes to our list",
            format!("Auto-Submitted: auto-replied\r\n{GOOGLE}\r\n{person}"),
            Some(Reason::AutoSubmitted),
        ),
        ("our own address without an author", via.to_owned(), Some(Reason::OwnMail)),
    ] {
        let read = mail(header.as_bytes(), b"x");
        let found = with_own(|own| detect(&read, own, false));
        assert_eq!(found.as_ref().map(|found| found.reason), reason, "{name}: {found:?}");
        if reason.is_none() {
            assert_eq!(with_own(|own| asks_for_silence(&read, own)), None, "{name}");
        }
    }
}

#[test]
fn the_author_of_a_mail_that_a_list_or_a_form_sent_on_is_found() {
    let via = "From: \"'Yamada' via Desk\" <desk@example.go.jp>";
    let original = "X-Original-From: \"Yamada, Taro\" <yamada@city.example.jp>";
    let reply_to = "Reply-To: Yamada <yamada@city.example.jp>";
    let no_reply = "From: Site <no-reply@forms.example.jp>";
    for (name, header, form, expected) in [
        (
            "an ordinary mail",
            "From: yamada@city.example.jp\r\nReply-To: x@other.example".to_owned(),
            true,
            None,
        ),
        (
            "Google Groups, From rewritten",
            format!("{original}\r\n{GOOGLE}\r\n{via}\r\nReply-To: desk@example.go.jp"),
            false,
            Some("yamada@city.example.jp"),
        ),
        ("X-Original-From alone", format!("{original}\r\n{via}"), false, Some("yamada@city.example.jp")),
        (
            "Reply-To of an Exchange list",
            format!("X-Original-To: all@groups.example.jp\r\n{reply_to}\r\n{via}"),
            false,
            Some("yamada@city.example.jp"),
        ),
        ("From rewritten by Exchange", format!("{reply_to}\r\n{via}"), false, Some("yamada@city.example.jp")),
        ("Google's X-Original-Sender", format!("{GOOGLE}\r\n{via}"), false, Some("yamada@city.example.jp")),
        (
            "a form on the desk's own site",
            format!("{reply_to}\r\nFrom: desk@example.go.jp"),
            true,
            Some("yamada@city.example.jp"),
        ),
        (
            "a form with a no-reply sender",
            format!("{reply_to}\r\n{no_reply}"),
            true,
            Some("yamada@city.example.jp"),
        ),
        ("without the filled-in form nobody is believed", format!("{reply_to}\r\n{no_reply}"), false, None),
        ("a no-reply sender without anybody", no_reply.to_owned(), true, None),
    ] {
        let found = with_own(|own| author(&mail(header.as_bytes(), b"x"), own, form));
        assert_eq!(found.map(|found| found.address).as_deref(), expected, "{name}");
    }
}

#[test]
fn the_form_outweighs_a_subject_that_people_write_as_well() {
    let head =
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.example\r\nFrom: a@b.example\r\nSubject: 休暇中の在宅患者の対応";
    let read = mail(head.as_bytes(), b"x");
    assert!(with_own(|own| detect(&read, own, false)).is_some());
    assert_eq!(with_own(|own| detect(&read, own, true)), None);
}
