use super::{codes, mail};

/// Name, header lines of the attached part, expected file name.
fn check(cases: &[(&str, &str, &str)]) {
    for (name, lines, expected) in cases {
        let body = format!(
            "--b\r\n\r\ntext\r\n--b\r\n{lines}\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC/w==\r\n--b--\r\n"
        );
        let read = mail(b"Content-Type: multipart/mixed; boundary=b", body.as_bytes());
        let [attachment] = &read.attachments[..] else { panic!("{name}: {:?}", read.attachments) };
        assert_eq!(attachment.name, *expected, "{name}");
        assert_eq!(attachment.bytes, [0, 1, 2, 255], "{name}");
    }
}

#[test]
fn names_are_safe() {
    let long = format!("Content-Disposition: attachment; filename=\"{}.xlsx\"", "あ".repeat(300));
    check(&[
        (
            "a path of Windows",
            "Content-Disposition: attachment; filename=\"C:\\\\Users\\\\y\\\\a.exe\"",
            "a.exe",
        ),
        (
            "a path of Windows, unescaped",
            "Content-Disposition: attachment; filename=\"C:\\temp\\a.doc\"",
            "a.doc",
        ),
        ("a path of Unix", "Content-Disposition: attachment; filename=\"../../etc/passwd\"", "passwd"),
        ("nothing but a path", "Content-Disposition: attachment; filename=\"../..\"", "attachment-1.txt"),
        ("a hidden file", "Content-Disposition: attachment; filename=\".bashrc\"", "bashrc"),
        (
            "an override",
            "Content-Disposition: attachment; filename=\"=?utf-8?Q?a=E2=80=AExcod.exe?=\"",
            "axcod.exe",
        ),
        (
            "line breaks and NUL",
            "Content-Disposition: attachment; filename=\"=?utf-8?Q?a=0D=0Ab=00c.txt?=\"",
            "a  bc.txt",
        ),
        (
            "what file systems forbid",
            "Content-Disposition: attachment; filename=\"a:b*c?.txt\"",
            "a_b_c_.txt",
        ),
        ("too long, extension kept", &long, &format!("{}.xlsx", "あ".repeat(115))),
        ("none", "Content-Type: application/pdf", "attachment-1.pdf"),
        ("none, a type of pictures", "Content-Type: image/heic", "attachment-1.heic"),
        ("none, a type of sound", "Content-Type: audio/x-wav", "attachment-1.wav"),
        (
            "none, a type of Office",
            "Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment-1.xlsx",
        ),
        ("none, an unknown type", "Content-Type: application/x-unheard-of", "attachment-1.bin"),
        ("a description", "Content-Type: application/pdf\r\nContent-Description: besshi.xlsx", "besshi.xlsx"),
        (
            "a description without an extension",
            "Content-Type: application/pdf\r\nContent-Description: =?utf-8?B?5Yil57SZ?=",
            "別紙.pdf",
        ),
        (
            "a name before a description",
            "Content-Type: application/pdf; name=a.pdf\r\nContent-Description: b.pdf",
            "a.pdf",
        ),
        (
            "an intact name before a filename* that is cut off",
            "Content-Type: application/pdf; name=\"=?utf-8?B?5Yil57SZLnBkZg==?=\"\r\nContent-Disposition: attachment; filename*=utf-8''%E5%88%A5%E7%B4",
            "別紙.pdf",
        ),
        (
            "an intact name before a filename* with a broken escape",
            "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename*=utf-8''%E5%88%A5%E",
            "a.pdf",
        ),
        (
            "an intact name before a filename* that lacks a piece",
            "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename*0*=utf-8''%E5%88%A5; filename*2*=.pdf",
            "a.pdf",
        ),
        (
            "an intact filename before a broken filename*",
            "Content-Type: application/pdf; name=b.pdf\r\nContent-Disposition: attachment; filename=a.pdf; filename*=utf-8''%E5%88%A",
            "a.pdf",
        ),
        ("an inline picture", "Content-Type: image/png; name=a.png\r\nContent-Disposition: inline", "a.png"),
        (
            "a text file is not the body",
            "Content-Type: text/plain; name=\"=?utf-8?B?5Yil57SZLnR4dA==?=\"",
            "別紙.txt",
        ),
    ]);
}

#[test]
fn a_forwarded_mail_is_kept_and_readable() {
    let inner = b"From: c@d.example\r\nSubject: =?utf-8?B?54Wn5Lya44Gu5Lu2?=\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$BFbB&$NK\\J8\x1b(B";
    let forward = |note: &str| {
        let head = format!(
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{note}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        );
        mail(
            b"Content-Type: multipart/mixed; boundary=b",
            &[head.as_bytes(), inner, b"\r\n--b--\r\n"].concat(),
        )
    };
    for (name, note, text) in
        [("with a note", "転送します。", "転送します。"), ("without one", "", "内側の本文")]
    {
        let read = forward(note);
        assert_eq!(read.text, text, "{name}");
        assert_eq!(read.attachments[0].name, "照会の件.eml", "{name}");
        assert_eq!(read.attachments[0].bytes, inner, "{name}");
        assert_eq!(crate::mail::read(&read.attachments[0].bytes).text, "内側の本文", "{name}");
    }
}

#[test]
fn unreadable_content_is_reported() {
    let cases: [(&str, &str, &str); 5] = [
        ("winmail.dat alone", "Content-Type: application/ms-tnef; name=winmail.dat", "winmail_dat"),
        (
            "winmail.dat by its name",
            "Content-Type: application/octet-stream; name=WINMAIL.DAT",
            "winmail_dat",
        ),
        (
            "encrypted",
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
            "opaque_smime",
        ),
        (
            "signed and opaque",
            "Content-Type: application/x-pkcs7-mime; smime-type=signed-data",
            "opaque_smime",
        ),
        ("by its name", "Content-Type: application/octet-stream; name=smime.p7m", "opaque_smime"),
    ];
    for (name, header, code) in cases {
        let alone = mail(format!("{header}\r\nContent-Transfer-Encoding: base64").as_bytes(), b"eJ8+Ig==");
        assert!(alone.unreadable.is_some() && codes(&alone).contains(&code), "{name}");
        assert_eq!(alone.attachments[0].bytes, b"\x78\x9f\x3e\x22", "{name}");
        let body = format!("--b\r\n\r\nhello\r\n--b\r\n{header}\r\n\r\nx\r\n--b--\r\n");
        let beside = mail(b"Content-Type: multipart/mixed; boundary=b", body.as_bytes());
        assert_eq!((beside.text.as_str(), &beside.unreadable), ("hello", &None), "{name}");
        assert!(codes(&beside).contains(&code), "{name}");
    }
}

#[test]
fn a_clear_signature_is_only_an_attachment() {
    let read = mail(
        b"Content-Type: multipart/signed; boundary=b",
        b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--b--\r\n",
    );
    assert_eq!((read.text.as_str(), read.unreadable.as_deref()), ("hello", None));
    assert_eq!(read.attachments[0].name, "smime.p7s");
}
