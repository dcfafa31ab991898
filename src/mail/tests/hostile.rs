//! Checks that input which repeats one token takes linear time.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The CPU time of this thread. A machine that stalls does not change it.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// Each case is the start of a mail, and a unit that is repeated up to 300,000 bytes.
fn check(cases: &[(&str, &str)]) {
    for (head, unit) in cases {
        let mut raw = (*head).to_owned();
        while raw.len() < 300_000 {
            raw.push_str(unit);
        }
        let start = cpu_time();
        let mail = crate::mail::read(raw.as_bytes());
        assert!(mail.warnings.len() <= 50 && mail.to.len() <= 1_000, "{head:?} {unit:?}");
        // Linear parsing takes some hundredths of a second even in a debug build; quadratic parsing takes minutes.
        let took = cpu_time() - start;
        assert!(took < Duration::from_secs(5), "{head:?} {unit:?}: {took:?}");
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
        ("From: ", "=?utf-8?Q?a@b,?= "),
        ("From: ", "=?utf-8?Q?<?="),
        ("From: ", "(("),
        ("From: ", "(()"),
        ("From: <", "(a)"),
        ("From: ", "<a> "),
        ("From: ", "<a@b> "),
        ("From: ", "<a<"),
        ("Subject: a\n", " \nTo: b\n"),
        ("Subject: a\n", " \nX-A: b\n"),
        ("Subject: a\n", "b\nc\nX-A: b\n"),
        ("Subject: a\n", "b\nc\nZ: b\n"),
        ("Subject: \u{e9}\nContent-Type: multipart/mixed; boundary=b\n\n", "charset="),
        ("Content-Disposition: attachment", "; filename*=a"),
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
        ("Content-Type: multipart/alternative; boundary=b\n\n", "--b\n\na\n"),
        ("Content-Type: multipart/alternative; boundary=b\n\n", "--b\nContent-Type: text/html\n\na\n"),
        ("Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: message/rfc822\n\na: b\n\nc\n"),
        ("Content-Type: *; boundary=b\n\n", "--b\nContent-Type: *; boundary=b\n\n"),
        ("Content-Type: multipart/related; start=a; boundary=b\n\n", "--b\nContent-ID: b\n\n"),
        ("Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Description: a.b\n\n"),
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
        ("Content-Transfer-Encoding: base64\n\n", "AAAAAA== a\n"),
        ("\n", "begin 644 a\n"),
        ("\n", "begin-base64 644 a\n"),
        ("\n", "begin 644 a\nMAAAA\n"),
        ("\nbegin 644 a\n", "`\n"),
        ("\nbegin 644 a\n", "MAAAA\n"),
        ("\n", "begin 644 a\n#AAAA\nend\n"),
    ]);
}

#[test]
fn containers_of_bytes_take_linear_time() {
    let oid = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let string = [b"0\x80", &oid[..], b"\xa0\x800\x80\x02\x01\x011\x000\x80\x06\x01\x01\xa0\x80"].concat();
    let tnef =
        |attribute: &[u8]| [b"\x78\x9f\x3e\x22\x01\x00\x01", attribute, b"\x00\x00\xff\xff\x04\x00"].concat();
    let cases: [(&str, &[u8], &[u8]); 13] = [
        ("application/pkcs7-mime", b"", b"0\x80"),
        ("application/pkcs7-mime", b"", b"\x30\x84\x00\x00\xff\xff"),
        ("application/pkcs7-mime", &string, b"\x24\x80"),
        ("application/pkcs7-mime", &string, b"\x24\x80\x04\x00\x00\x00"),
        ("application/pkcs7-mime", &[&string[..], b"\x24\x80"].concat(), b"\x04\x01\n"),
        ("application/pkcs7-mime", &[b"0\x80", &oid[..], b"\xa0\x800\x80"].concat(), b"1\x80"),
        ("application/pkcs7-mime", &[b"0\x80", &oid[..], b"\xa0\x800\x80"].concat(), b"\x30\x00"),
        ("application/ms-tnef", b"\x78\x9f\x3e\x22\x01\x00", b"\x02\x02\x90\x00\x00\x00\x00\x00\x00\x00\x00"),
        (
            "application/ms-tnef",
            b"\x78\x9f\x3e\x22\x01\x00",
            b"\x02\x0c\x80\x00\x00\x01\x00\x00\x00\x41\x00\x00",
        ),
        ("application/ms-tnef", &tnef(b"\x03\x90"), b"\xff\xff\xff\x0f"),
        ("application/ms-tnef", &tnef(b"\x03\x90"), b"\x1f\x10\x00\x10\xff\xff\xff\x0f"),
        ("application/ms-tnef", &tnef(b"\x03\x90"), b"\x1e\x00\x00\x10\x01\x00\x00\x00\x01\x00\x00\x00AAAA"),
        ("application/ms-tnef", &tnef(b"\x03\x90"), b"\x03\x00\x00\x80"),
    ];
    for (media_type, start, unit) in cases {
        let mut raw = format!("Content-Type: {media_type}\r\n\r\n").into_bytes();
        raw.extend_from_slice(start);
        while raw.len() < 300_000 {
            raw.extend_from_slice(unit);
        }
        let start = cpu_time();
        let mail = crate::mail::read(&raw);
        assert!(mail.warnings.len() <= 50, "{media_type} {unit:?}");
        let took = cpu_time() - start;
        assert!(took < Duration::from_secs(5), "{media_type} {unit:?}: {took:?}");
    }
}
