//! Who is a person: the filled-in form, and mails about the call for applications.

use super::*;
use crate::desk::triage::decision::Step;

/// The code of the refusal, `sent` for a reply, and nothing without one.
fn outcome(decision: &Decision) -> &'static str {
    match &decision.reply {
        None => "",
        Some(Ok(_)) => "sent",
        Some(Err(refusal)) => refusal.code(),
    }
}

#[test]
fn law_15_whoever_fills_in_the_form_is_filed_whatever_the_header_says() {
    let head = |field: &str| format!("{field}\r\nFrom: {INQUIRER}\r\nSubject: 拠点整備・運用に関する照会");
    for field in [
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "List-Id: <news.example.com>",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "X-Loop: yes",
    ] {
        let decision = decide(&head(field), FORM, LATER, &Known::nothing());
        assert!(matches!(decision.filing, Filing::Ticket { .. }), "{field}: {:?}", decision.filing);
        assert_eq!((decision.kind, outcome(&decision)), (Kind::Inquiry, "robot"), "{field}");
        let decision = decide(&head(field), "休んでいます。", LATER, &Known::nothing());
        assert_eq!((decision.kind, outcome(&decision)), (Kind::Automatic, ""), "{field}");
    }
    // Two fields are enough if the inquiry is one of them; a mail of ours that comes back is none of a person.
    for (field, body, kind) in [
        ("X-Autoreply: yes", "1) 自治体・機関名：星川市\r\n4) 照会内容：会議の例\r\n", Kind::Inquiry),
        ("X-Autoreply: yes", "1) 自治体・機関名：星川市\r\n2) 氏名：山田\r\n", Kind::Automatic),
        ("X-Madoguchi-Loop: zaitaku@tohmatu.co.jp", FORM, Kind::Automatic),
    ] {
        assert_eq!(decide(&head(field), body, LATER, &Known::nothing()).kind, kind, "{field} {body}");
    }
}

#[test]
fn law_15_a_responder_that_returns_our_acknowledgement_changes_nothing() {
    let keyed = ids().of_ticket(&number(), "acknowledgement");
    let head = format!(
        "Auto-Submitted: auto-replied\r\nFrom: {INQUIRER}\r\nIn-Reply-To: <{keyed}>\r\nSubject: 不在"
    );
    let mut answered = ticket(Status::Answered);
    answered.fields.inquiry = Some("会議の例".into());
    let decision = decide(&head, FORM, LATER, &known(answered));
    assert!(matches!(decision.filing, Filing::Note { note: Note::Automatic, .. }), "{:?}", decision.filing);
    assert_eq!(outcome(&decision), "");
    // Another inquiry is one.
    let decision = decide(&head, FORM, LATER, &known(ticket(Status::Answered)));
    let Filing::Ticket { mentions, .. } = &decision.filing else { panic!("{:?}", decision.filing) };
    assert_eq!(*mentions, Some(Mention { ticket: number(), why: Apart::AnotherInquiry }));
    assert_eq!(outcome(&decision), "robot");
}

#[test]
fn a_form_of_a_site_is_answered_to_the_person_in_it() {
    for from in ["no-reply@forms.example.com", "zaitaku@tohmatu.co.jp"] {
        let head = format!("From: {from}\r\nReply-To: {INQUIRER}\r\nSubject: 照会フォーム");
        let decision = decide(&head, FORM, LATER, &Known::nothing());
        assert_eq!((decision.to.as_deref(), outcome(&decision)), (Some(INQUIRER), "sent"), "{from}");
        let decision = decide(&head, "教えてください。", LATER, &Known::nothing());
        assert_eq!((decision.kind, outcome(&decision)), (Kind::Automatic, ""), "{from}");
    }
}

#[test]
fn a_list_cannot_give_a_mail_to_a_member() {
    let head = "From: \"'Sato' via Desk\" <zaitaku@tohmatu.co.jp>\r\nX-Original-From: sato@example.jp\r\n\
                List-Id: <zaitaku.tohmatu.co.jp>\r\nSubject: 一覧";
    let toml = "[[staff]]\nname = \"佐藤\"\naddress = \"sato@example.jp\"\n";
    let rules = crate::server::rules(&Settings::from_toml(toml).unwrap());
    let mail = mail::read(format!("{head}\r\n\r\n一覧\r\n").as_bytes());
    let reading = Reading::of(mail, None, at(LATER), &[], &rules, &ids(), &StaffKeys::default());
    assert!(reading.sender_doubt.is_some() && reading.staff.is_none());
}

/// Decides on a mail with a file, which may be an application.
fn decide_with_file(
    subject: &str,
    body: &str,
    file: &str,
    received_at: &str,
    change: impl FnOnce(&mut Reading),
) -> Decision {
    let head = format!("From: {INQUIRER}\r\nSubject: {subject}\r\nMIME-Version: 1.0");
    let rules = crate::server::rules(&Settings::from_toml("").unwrap());
    let file = match file {
        "" => String::new(),
        name => format!(
            "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\nx\r\n"
        ),
    };
    let raw = format!(
        "{head}\r\nTo: zaitaku@tohmatu.co.jp\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n{file}--b--\r\n"
    );
    let mail = mail::read(raw.as_bytes());
    let mut reading = Reading::of(mail, None, at(received_at), &[], &rules, &ids(), &StaffKeys::default());
    change(&mut reading);
    triage(&reading, &rules, &Known::nothing())
}

#[test]
fn nobody_who_writes_about_the_call_gets_the_form() {
    const CALL: &[Step] = &[Step::KeepCall, Step::NotifyStaff, Step::Acknowledge];
    const TICKET: &[Step] = &[Step::FileTicket, Step::Acknowledge];
    const APPLICATION: &[Step] = &[Step::FileApplication, Step::AcknowledgeApplication, Step::NotifyStaff];
    const FORM_SENT: &[Step] = &[Step::Park, Step::SendForm];
    let about_the_call = FORM.replace("会議の例", "伴走支援の公募の要件を教えてください。");
    for (subject, body, file, expected) in [
        ("お尋ね", "モデル地域への伴走\r\n支援に関心があります。", "", CALL),
        ("申込書の提出について", "送付します。", "", CALL),
        ("書類の送付", "申込書（第1圏域）を提出いたします。", "", CALL),
        ("伴走支援について", "公募要領を拝受しました。", "別紙2公募要領.pdf", CALL),
        ("伴走支援について", "応募要件を教えてください。", "", TICKET),
        ("公募の締切", "教えてください。", "", TICKET),
        ("拠点整備・運用に関する照会", "公募要領の応募要件について伺います。", "", CALL),
        ("拠点整備・運用に関する照会", "公募要領の応募要件について伺います。可能でしょうか。", "", TICKET),
        ("伴走支援の応募について（質問）", "1県から複数の地域を\r\n応募できますか。", "", TICKET),
        (
            "伴走支援の公募",
            "公募要領の写しを受け取りました。ご不明な点はお問い合わせくださいとのこと、承知しました。",
            "",
            CALL,
        ),
        ("伴走支援の応募について", "添付の質問票のとおり、ご教示ください。", "質問票.docx", TICKET),
        ("書類の送付", "よろしくお願いします。", "別紙2-②申込書.docx", APPLICATION),
        ("書類の送付", "よろしくお願いします。", "【申込書】第1市.PDF", APPLICATION),
        ("書類の送付", "よろしくお願いします。", "申し込み書一式.zip", APPLICATION),
        ("伴走支援の応募", "添付のとおり提出します。", "scan0001.pdf", APPLICATION),
        ("伴走支援 申込書", "お送りします。届きましたでしょうか。", "第1圏域.doc", APPLICATION),
        ("伴走支援申込書の送付", "パスワードは別途お送りします。", "region.zip", APPLICATION),
        ("拠点整備・運用に関する照会", FORM, "申込書の記入について.docx", TICKET),
        ("拠点整備・運用に関する照会", FORM, "", TICKET),
        ("伴走支援について", FORM, "", TICKET),
        ("拠点整備・運用に関する照会", &about_the_call, "", TICKET),
        ("お尋ね", "会議の議題の例を教えてください。", "議題.docx", FORM_SENT),
        ("お尋ね", "研修の申込書の書き方を教えてください。", "", FORM_SENT),
        ("研修のご案内", "ご案内です。", "研修参加申込書.docx", CALL),
        ("職員募集への応募者が少ない件", "教えてください。", "", FORM_SENT),
        ("お尋ね", "職員の募集に応募がありません。", "", FORM_SENT),
    ] {
        let decision = decide_with_file(subject, body, file, LATER, |_| ());
        assert_eq!(decision.steps(), expected, "{subject} {body} {file}: {:?}", decision.filing);
    }
    // The call has dates of its own, whatever the acceptance window is.
    for received_at in ["2025-06-26T01:00:00Z", "2026-03-10T01:00:00Z"] {
        let steps = |body, file| decide_with_file("伴走支援の応募", body, file, received_at, |_| ()).steps();
        assert_eq!(steps("承知しました。", ""), CALL);
        assert_eq!(steps("提出します。", "申込書.docx"), APPLICATION);
    }
}
