//! Attacks by other users of the machine, by strangers on the network and by a man in the middle, and what stops them.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::support::{
    desk::{Desk, Done, On, on_both},
    dovecot::Dovecot,
    http::{free_port, wait_for_status},
    mail::inquiry,
};

on_both!(
    spellings_of_one_mailbox_share_one_budget,
    an_identifier_that_looks_like_an_encoded_word_goes_to_nobody
);

fn spellings_of_one_mailbox_share_one_budget(desk: &mut Desk) {
    const SPELLINGS: [&str; 12] = [
        "a..b@docomo.example",
        "A..B@docomo.example",
        "\"a..b\"@docomo.example",
        "a..b+1@DOCOMO.example",
        "a..b+2@docomo.example",
        "\"a..b+x\"@docomo.example",
        "a..b@Docomo.Example",
        "a..b+3@docomo.example",
        "a..B@docomo.example",
        "a..b+4@docomo.example",
        "A..b@docomo.example",
        "a..b+5@docomo.example",
    ];
    // In one batch, and in later ones.
    for (nth, spelling) in SPELLINGS.iter().enumerate() {
        desk.deliver(inquiry(nth + 1).from(spelling));
        if nth == 2 || nth == 7 {
            desk.once();
        }
    }
    desk.deliver(inquiry(20).from("a.b@docomo.example"));
    desk.once();
    assert_eq!(desk.numbers().len(), SPELLINGS.len() + 1, "every inquiry is a ticket");
    let to: Vec<String> = desk.smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    let other = to.iter().filter(|to| *to == "a.b@docomo.example").count();
    assert_eq!((other, to.len() - other), (1, 5), "{to:?}");
}

fn an_identifier_that_looks_like_an_encoded_word_goes_to_nobody(desk: &mut Desk) {
    // Decoded, it is a line end and `Bcc: evil@x.example`.
    const WORD: &str = "=?utf-8?B?DQpCY2M6IGV2aWxAeC5leGFtcGxlDQpYOiA=?=";
    let mail = inquiry(1).id(&format!("{WORD}@x.example"));
    desk.deliver(mail.header("References", &format!("<{WORD}@y.example> <plain@y.example>")));
    desk.once();
    let receipt = desk.smtp.mails().pop().unwrap();
    let text = String::from_utf8(receipt.data).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = |name: &str| unfolded.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert_eq!(
        (field("In-Reply-To:"), field("References:")),
        ("", "References: <plain@y.example>"),
        "{head}"
    );
}

/// Every file below a folder that its group or others have rights to.
fn open_to_others(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let rights = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        if path.is_dir() {
            found.extend(open_to_others(&path));
        } else if rights & 0o077 != 0 {
            found.push(format!("{} {rights:o}", path.display()));
        }
    }
    found
}

#[test]
fn whatever_the_desk_writes_is_for_its_user_alone() {
    let desk = Desk::on(On::Sqlite);
    let dir = desk.dir.path();
    for file in ["madoguchi.toml", "password"] {
        fs::set_permissions(dir.join(file), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let path = |name: &str| dir.join(name).display().to_string();
    let run = |arguments: &[&str]| {
        let done = Done::from(desk.limited("umask 000", arguments).output().unwrap());
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
    };
    desk.deliver(inquiry(1));
    let daemon = desk.start(desk.limited("umask 000", &["run"]));
    desk.smtp.wait_for_mails(1);
    // The log is of the test, which redirects it.
    fs::set_permissions(dir.join("log"), fs::Permissions::from_mode(0o600)).unwrap();
    run(&["backup", &path("copy.db")]);
    assert!(dir.join("desk.db-wal").exists() && dir.join("desk.db.lock").exists());
    assert_eq!(open_to_others(dir), [] as [String; 0]);
    drop(daemon);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(path(&format!("desk.db{suffix}")));
    }
    // The rights of the copy do not matter, nor those of what was there before.
    fs::set_permissions(path("copy.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let exported = ["report.docx", "report.xlsx", "faq.md", "list.csv", "all.json", "list.xlsx"];
    let unfinished = ["desk.db.restoring", "desk.db.restoring-wal"];
    for name in exported.iter().chain(&unfinished) {
        fs::write(path(name), "left").unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    run(&["restore", &path("copy.db")]);
    fs::remove_file(path("copy.db")).unwrap();
    run(&["application", "report", "--out", &path("report.docx")]);
    run(&["report", "2025-07", "--xlsx", &path("report.xlsx")]);
    run(&["faq", "export", "--released", &path("faq.md")]);
    run(&["ticket", "original", "ZT-2025-0001", &path("mails")]);
    run(&["export", "--format", "csv", "--out", &path("list.csv")]);
    run(&["export", "--out", &path("all.json")]);
    run(&["export", "--format", "xlsx", "--out", &path("list.xlsx")]);
    for name in exported {
        assert_ne!(fs::read(path(name)).unwrap(), b"left", "{name}");
    }
    run(&["demo", &path("demo")]);
    run(&["once"]);
    assert!(!desk.run(&["check"]).stdout.contains("WARN   files"));
    assert_eq!(open_to_others(dir), [] as [String; 0]);

    run(&["man", &path("man")]);
    let page = fs::metadata(dir.join("man").join("madoguchi.1")).unwrap();
    assert_eq!(page.permissions().mode() & 0o777, 0o666, "a page has the rights that its maker wants");
}

#[test]
fn files_that_others_can_open_are_told_with_the_remedy() {
    let desk = Desk::on(On::Sqlite);
    desk.once();
    let path = |name: &str| desk.dir.path().join(name).display().to_string();
    for (name, rights, told) in [
        ("password", 0o600, None),
        ("password", 0o640, None),
        ("password", 0o644, Some(format!("`chmod o= {}`", path("password")))),
        ("desk.db", 0o600, None),
        ("desk.db", 0o640, Some(format!("`chmod go= {}`", path("desk.db")))),
        ("desk.db", 0o644, Some(format!("`chmod go= {}`", path("desk.db")))),
    ] {
        for file in ["password", "desk.db"] {
            fs::set_permissions(path(file), fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::set_permissions(path(name), fs::Permissions::from_mode(rights)).unwrap();
        let done = desk.run(&["check", "--offline"]);
        let line = done.stdout.lines().find(|line| line.contains(" files: ")).unwrap();
        match told {
            Some(remedy) => {
                assert!(line.starts_with("WARN") && line.contains(&remedy), "{name} {rights:o}: {line}");
            }
            None => assert!(line.starts_with("ok"), "{name} {rights:o}: {line}"),
        }
    }
    let daemon = desk.spawn(&["run"]);
    desk.wait_for_log("other users of this machine can open files with passwords or mail: `chmod go=");
    drop(daemon);
}

#[test]
fn idle_connections_keep_neither_mail_nor_health_checks_out() {
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    let _daemon = desk.start(desk.limited("ulimit -n 96", &["run"]));
    wait_for_status(port, "/readyz", 200);
    let idle: Vec<TcpStream> = (0..300)
        .map(|nth| {
            let mut line = TcpStream::connect(("127.0.0.1", port)).unwrap();
            if nth % 2 == 0 {
                // A head that never ends.
                let _ = line.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            }
            line
        })
        .collect();
    desk.deliver(inquiry(1));
    desk.smtp.wait_for_mails(1);
    wait_for_status(port, "/readyz", 200);
    wait_for_status(port, "/metrics", 200);
    assert!(!desk.log().contains("Too many open files"), "{}", desk.log());
    for mut line in idle {
        line.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let ended = line.read(&mut [0; 256]);
        let still_open = ended.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!still_open, "a connection that says nothing is closed");
    }
}

/// A man in the middle: replies to each line of a client with the next of these, and passes on what came after the last.
fn in_the_middle(replies: &'static [&'static [&'static str]]) -> (u16, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, after) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((mut line, _)) = listener.accept() {
            let mut reader = BufReader::new(line.try_clone().unwrap());
            for segments in replies {
                for segment in *segments {
                    let _ = line.write_all(segment.as_bytes());
                    thread::sleep(Duration::from_millis(100));
                }
                let last = segments.last().is_some_and(|segment| segment.contains("250 2.0.0"));
                if !last {
                    let _ = reader.read_line(&mut String::new());
                }
            }
            let _ = line.set_read_timeout(Some(Duration::from_secs(1)));
            let mut rest = Vec::new();
            let _ = reader.read_to_end(&mut rest);
            let _ = told.send(rest);
        }
    });
    (port, after)
}

#[test]
fn replies_that_came_before_tls_make_no_mail_sent() {
    const HELLO: &[&str] = &["250-mail.example.jp\r\n250 STARTTLS\r\n"];
    const ONE_SEGMENT: &str = "220 go\r\n250-mail.example.jp\r\n250 PIPELINING\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 2.0.0 ok\r\n";
    const FAKE: &str =
        "250-mail.example.jp\r\n250 PIPELINING\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 2.0.0 ok\r\n";
    let cases: [(&str, &'static [&'static [&'static str]], bool); 3] = [
        ("in the same segment", &[&["220 hi\r\n"], HELLO, &[ONE_SEGMENT]], true),
        ("in the next segment", &[&["220 hi\r\n"], HELLO, &["220 go\r\n", FAKE]], false),
        (
            "before STARTTLS",
            &[&["220 hi\r\n"], &["250-mail.example.jp\r\n250 STARTTLS\r\n220 go\r\n250 2.0.0 ok\r\n"]],
            true,
        ),
    ];
    for (name, replies, refused_first) in cases {
        let mut desk = Desk::on(On::Sqlite);
        let (port, after) = in_the_middle(replies);
        desk.set("delivery.port", port).set("delivery.tls", "starttls");
        desk.deliver(inquiry(1));
        desk.run(&["once"]);
        let rest = after.recv_timeout(Duration::from_secs(20)).unwrap();
        let rest = String::from_utf8_lossy(&rest);
        assert!(!rest.contains("MAIL FROM") && !rest.contains("EHLO"), "{name}: {rest}");
        let outbox = desk.json(&["outbox", "list"]);
        assert_eq!(outbox[0]["state"], "queued", "{name}: {outbox}");
        assert!(desk.tickets()[0]["acknowledged_at"].is_null(), "{name}");
        let check = desk.run(&["check"]);
        let line = check.stdout.lines().find(|line| line.contains(" delivery: ")).unwrap();
        assert!(line.starts_with("FAILED"), "{name}: {line}");
        assert_eq!(line.contains("more than its reply to STARTTLS"), refused_first, "{name}: {line}");
    }
}

#[test]
fn check_logs_in_before_it_says_that_mail_can_be_sent() {
    let mut desk = Desk::on(On::Sqlite);
    let server = Dovecot::start(&[&format!("relay={}", desk.smtp.port())]);
    let user = desk.mailbox.user.clone();
    desk.set("delivery.port", server.submission_port())
        .set("delivery.host", "localhost")
        .set("delivery.tls", "starttls")
        .set("delivery.ca_file", server.ca_file().display());
    let line = |desk: &Desk| {
        let done = desk.run(&["check"]);
        done.stdout.lines().find(|line| line.contains(" delivery: ")).unwrap().to_owned()
    };
    let right = desk.dir.path().join("password").display().to_string();
    let wrong = desk.dir.path().join("wrong").display().to_string();
    fs::write(&wrong, "wrong").unwrap();
    desk.set("delivery.user", &user).set("delivery.password_file", wrong);
    assert!(
        line(&desk).starts_with("FAILED") && line(&desk).contains("refused the login"),
        "{}",
        line(&desk)
    );
    desk.set("delivery.password_file", &right);
    assert!(
        line(&desk).starts_with("ok") && line(&desk).contains(&format!("logged in as {user}")),
        "{}",
        line(&desk)
    );

    let mut desk = Desk::on(On::Sqlite);
    assert!(line(&desk).contains("without a login"), "{}", line(&desk));
    desk.set("delivery.password_file", right);
    let told = line(&desk);
    assert!(told.starts_with("WARN") && told.contains("delivery.user is not set"), "{told}");
}
