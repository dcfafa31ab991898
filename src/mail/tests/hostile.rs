//! Checks that input which repeats one token takes linear time.

use std::time::{Duration, Instant};

/// Each case is the start of a mail, and a unit that is repeated up to 300,000 bytes.
fn check(cases: &[(&str, &str)]) {
    for (head, unit) in cases {
        let mut raw = (*head).to_owned();
        while raw.len() < 300_000 {
            raw.push_str(unit);
        }
        let start = Instant::now();
        let mail = crate::mail::read(raw.as_bytes());
        assert!(mail.warnings.len() <= 50 && mail.to.len() <= 1_000, "{head:?} {unit:?}");
        // Linear parsing takes some hundredths of a second even in a debug build; quadratic parsing takes minutes.
        assert!(start.elapsed() < Duration::from_secs(5), "{head:?} {unit:?}: {:?}", start.elapsed());
    }
}

#[test]
fn header_fields_take_linear_time() {
    check(&[
        ("Subject: ", "=?"),
        ("Subject: ", "=?utf-8?Q?a?= "),
        ("Subject: ", "=?x?Q?=?="),
        ("Subject: =?x?q?", "?=ab"),
        ("From: ", "("),
        ("From: ", "()"),
        ("From: ", "<"),
        ("From: ", "\""),
        ("From: ", "a@b,"),
        ("From: ", ","),
        ("From: ", " a@"),
        ("Content-Type: ", " (a)b"),
        ("Content-Type: text/plain", "; a*0=b"),
        ("Content-Disposition: attachment", "; filename*1*=%41"),
        ("Content-Type: ", "\"\\"),
        ("", "a:\n"),
        ("Subject: a", "\n "),
        ("Subject: a", "\nb"),
        ("", "\n \n"),
        ("References: ", "<a@b>"),
        ("References: ", "<"),
        ("From: ", ":"),
        ("From: a", ":@"),
        ("To: ", "a@b, "),
        ("To: ", "a;"),
        ("From: ", "\\"),
        ("From: ", "@ "),
        ("From: ", "=?utf-8?B?,"),
    ]);
}

#[test]
fn jis_and_other_charsets_take_linear_time() {
    check(&[
        ("Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B>H2q\n"),
        ("\n\x1b$B", ">H2q\n"),
        ("\n", "\x1b"),
        ("\n\x1b$B", "\x1bx"),
        ("\n\x1b(I", "\x0eA\x0f"),
        ("\n\x1b$B!!", "\u{e9}"),
        ("Content-Type: text/plain; charset=utf-7\n\n", "+A-+"),
        ("Content-Type: text/plain; charset=euc-jp\n\n", "\u{f3}\u{f3}"),
    ]);
}

#[test]
fn parts_and_reports_take_linear_time() {
    check(&[
        ("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n"),
        ("", "Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
        ("Content-Type: multipart/mixed\n\n", "--b\n"),
        ("Subject: \u{3042}\nContent-Type: multipart/mixed; boundary=b\n\n", "--b\na: \u{e9}\n\n"),
        ("", "Content-Type: message/rfc822\n\n"),
        (
            "Content-Type: multipart/report; boundary=b\n\n",
            "--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n\n",
        ),
        ("Content-Type: message/delivery-status\n\n", "a: b\n\n"),
        ("From: MAILER-DAEMON@x\nSubject: Returned mail\n\n", "a@b.c said: 550 5.1.1 "),
        ("From: MAILER-DAEMON@x\nSubject: Returned mail\n\n", "Status: \n"),
        ("From: MAILER-DAEMON@x\nSubject: Returned mail\n\n", "5.1.1\n"),
    ]);
}

#[test]
fn tags_of_html_take_linear_time() {
    check(&[
        ("Content-Type: text/html\n\n", "<div>"),
        ("Content-Type: text/html\n\n", "<table><tr><td>"),
        ("Content-Type: text/html\n\n", "<"),
        ("Content-Type: text/html\n\n", "<!--"),
        ("Content-Type: text/html\n\n", "&"),
        ("Content-Type: text/html\n\n", "<style>"),
        ("Content-Type: text/html\n\n", "<blockquote type=cite>a"),
        ("Content-Type: text/html\n\n<a ", "b='"),
        ("Content-Type: text/html\n\n", "<b></i>"),
        ("Content-Type: text/html\n\n", "<p style='display:none'>"),
        ("Content-Type: text/html\n\n<script>", "</scrip"),
        ("Content-Type: text/html\n\n", "<ol><li>"),
        ("Content-Type: text/html\n\n", "<meta charset"),
    ]);
}

#[test]
fn transfer_encodings_and_text_take_linear_time() {
    check(&[
        ("Content-Transfer-Encoding: base64\n\n", "AAAA\n-\n"),
        ("Content-Transfer-Encoding: quoted-printable\n\n", "=\n"),
        ("\n", "=E6=8B"),
        ("\n", "か\u{3099}"),
        ("Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n", "M\n"),
        ("Content-Type: text/plain; format=flowed\n\n", "> \n"),
    ]);
}
