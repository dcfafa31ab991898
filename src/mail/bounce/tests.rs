use super::Action;
use crate::mail::read;

/// Expected recipient, action, status, and Message-ID of the returned mail.
type Report<'a> = (Option<&'a str>, Action, Option<&'a str>, Option<&'a str>);

fn check(cases: &[(&str, String, Option<Report<'_>>)]) {
    for (name, raw, expected) in cases {
        let bounce = read(raw.replace('\n', "\r\n").as_bytes()).bounce;
        let found = bounce.as_ref().map(|b| {
            (b.recipient.as_deref(), b.action, b.status.as_deref(), b.original_message_id.as_deref())
        });
        assert_eq!(found, *expected, "{name}: {bounce:?}");
    }
}

const RETURNED: &str =
    "From: desk@example.go.jp\nTo: taro@city.example\nMessage-ID: <1@example.go.jp>\nSubject: s\n\nbody\n";

/// A report as specified by RFC 3464, with these recipient fields.
fn report(fields: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\nSubject: Returned mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{fields}\n\n\
         --b\nContent-Type: message/rfc822\n\n{RETURNED}--b--\n"
    )
}

/// A plain-text report.
fn prose(subject: &str, text: &str) -> String {
    format!(
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nReturn-Path: <>\nSubject: {subject}\n\n{text}"
    )
}

#[test]
fn reports_by_rfc_3464() {
    let id = Some("1@example.go.jp");
    check(&[
        (
            "failed",
            report(
                "Final-Recipient: rfc822; taro@city.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown",
            ),
            Some((Some("taro@city.example"), Action::Failed, Some("5.1.1"), id)),
        ),
        (
            "delayed",
            report("Final-Recipient: rfc822; taro@city.example\nAction: delayed\nStatus: 4.4.1"),
            Some((Some("taro@city.example"), Action::Delayed, Some("4.4.1"), id)),
        ),
        (
            "delivered",
            report("Final-Recipient: rfc822; taro@city.example\nAction: delivered\nStatus: 2.0.0"),
            Some((Some("taro@city.example"), Action::Delivered, Some("2.0.0"), id)),
        ),
        (
            "a final recipient that is not an address",
            report(
                "Original-Recipient: rfc822; <a..b@docomo.example>\nFinal-Recipient: X400; /S=x\nAction: failed\nStatus: 5.0.0",
            ),
            Some((Some("a..b@docomo.example"), Action::Failed, Some("5.0.0"), id)),
        ),
    ]);
}

#[test]
fn plain_text_reports() {
    check(&[
        (
            "Exim",
            prose(
                "Mail delivery failed: returning message to sender",
                "This message was created automatically by mail delivery software.\n\n\
                 A message that you sent could not be delivered to one or more of its recipients.\n\n  taro@city.example\n    550 5.1.1 unknown user\n",
            ),
            Some((Some("taro@city.example"), Action::Failed, Some("5.1.1"), None)),
        ),
        (
            "qmail",
            prose(
                "failure notice",
                "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n\
                 <taro@city.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown\n\n\
                 --- Below this line is a copy of the message.\n\nMessage-ID: <1@example.go.jp>\nTo: taro@city.example\n",
            ),
            Some((Some("taro@city.example"), Action::Failed, Some("5.1.1"), Some("1@example.go.jp"))),
        ),
    ]);
}

/// An SNS notification, with or without the JSON that SNS wraps around it.
fn notification(json: &str, wrapped: bool) -> String {
    let json = if wrapped {
        format!("{{\n  \"Message\" : \"{}\"\n}}", json.replace('"', "\\\""))
    } else {
        json.to_owned()
    };
    format!("From: SES <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message\n\n{json}\n")
}

#[test]
fn notifications_of_amazon_sns() {
    let bounce = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"taro@city.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown"}]}}"#;
    let delivery = r#"{"notificationType":"Delivery","delivery":{"recipients":["taro@city.example"],"smtpResponse":"250 2.6.0 queued"}}"#;
    let complaint = r#"{"notificationType":"Complaint","complaint":{}}"#;
    let taro = Some("taro@city.example");
    for wrapped in [false, true] {
        check(&[
            ("a bounce", notification(bounce, wrapped), Some((taro, Action::Failed, Some("5.1.1"), None))),
            (
                "a delivery",
                notification(delivery, wrapped),
                Some((taro, Action::Delivered, Some("2.6.0"), None)),
            ),
            ("a complaint", notification(complaint, wrapped), None),
        ]);
    }
}

#[test]
fn other_mail_is_not_a_delivery_report() {
    check(&[
        (
            "an abuse report",
            "From: abuse@isp.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n\
             --b\n\nx\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b--\n"
                .to_owned(),
            None,
        ),
        (
            "a read receipt",
            "From: a@b.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
             --b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n\n--b--\n"
                .to_owned(),
            None,
        ),
        (
            "a person who asks about a report",
            "From: taro@city.example\nSubject: Mail delivery failed?\n\nI got: 550 5.1.1 <x@y.example> unknown user\n".to_owned(),
            None,
        ),
        (
            "an out-of-office reply",
            "From: taro@city.example\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nI am away.\n".to_owned(),
            None,
        ),
        ("an inquiry", "From: taro@city.example\nSubject: s\n\n1) a\n".to_owned(), None),
    ]);
}
