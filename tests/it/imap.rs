//! The mailbox over IMAP: ways to connect, errors with their remedies, and servers without extensions.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    thread,
};

use crate::support::{
    desk::{Desk, On, on_both},
    dovecot::Dovecot,
    mail::inquiry,
    rig::{Servers, rig},
};

on_both!(mail_is_taken_over_implicit_tls);

/// Moves the desk to a new mailbox on these servers.
fn point_at(desk: &mut Desk, servers: &Servers) {
    desk.mailbox = servers.mailbox();
    let (host, port, user) = (servers.host().to_owned(), servers.imap_port(), desk.mailbox.user.clone());
    desk.set("mailbox.host", host).set("mailbox.port", port).set("mailbox.user", user);
}

fn mail_is_taken_over_implicit_tls(desk: &mut Desk) {
    desk.set("mailbox.tls", "implicit")
        .set("mailbox.port", rig().imaps_port())
        .set("mailbox.host", "localhost");
    desk.set("mailbox.ca_file", rig().ca_file().display());
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
}

#[test]
fn mail_is_taken_over_starttls() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("mailbox.tls", "starttls")
        .set("mailbox.host", "localhost")
        .set("mailbox.ca_file", rig().ca_file().display());
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let ca = rig().ca_file().display().to_string();
    let (imap, imaps) = (rig().imap_port().to_string(), rig().imaps_port().to_string());
    let wrong = "/dev/null";
    for (name, settings, parts) in [
        (
            "wrong password",
            vec![("mailbox.password_file", "@wrong")],
            vec!["refused the login", "mailbox.password_file"],
        ),
        ("no such folder", vec![("mailbox.folder", "NoSuchFolder")], vec!["NoSuchFolder", "mailbox.folder"]),
        ("nobody listens", vec![("mailbox.port", "1")], vec!["cannot connect", "mailbox.port"]),
        (
            "unknown host",
            vec![("mailbox.host", "no-such-host.invalid"), ("mailbox.tls", "implicit")],
            vec!["no-such-host.invalid", "mailbox.host"],
        ),
        (
            "authority not trusted",
            vec![("mailbox.host", "localhost"), ("mailbox.port", &imaps), ("mailbox.tls", "implicit")],
            vec!["not trusted", "ca_file"],
        ),
        (
            "plain port taken for TLS",
            vec![
                ("mailbox.host", "localhost"),
                ("mailbox.port", &imap),
                ("mailbox.tls", "implicit"),
                ("mailbox.ca_file", &ca),
            ],
            vec!["no TLS", "143"],
        ),
        (
            "no certificate in the file",
            vec![
                ("mailbox.host", "localhost"),
                ("mailbox.port", &imaps),
                ("mailbox.tls", "implicit"),
                ("mailbox.ca_file", wrong),
            ],
            vec!["/dev/null", "PEM"],
        ),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        fs::write(desk.dir.path().join("wrong"), "wrong\n").unwrap();
        for (key, value) in settings {
            let value = value.replace("@wrong", &desk.dir.path().join("wrong").display().to_string());
            desk.set(key, value);
        }
        let done = desk.run(&["once"]);
        assert_eq!(done.code, Some(1), "{name}: {}", done.stderr);
        for part in parts {
            assert!(done.error().contains(part), "{name}: {}", done.error());
        }
        assert!(!done.stderr.contains("secret"), "{name}: the password is in the log");
        let check = desk.run(&["check"]);
        assert_eq!(check.code, Some(1), "{name}");
        assert!(
            check.stdout.lines().any(|line| line.starts_with("FAILED mailbox")),
            "{name}: {}",
            check.stdout
        );
    }
}

#[test]
fn a_server_without_starttls_gets_no_password() {
    let server = Dovecot::start(&["tls=no"]);
    let mut desk = Desk::on(On::Sqlite);
    point_at(&mut desk, &server);
    desk.set("mailbox.tls", "starttls").set("mailbox.host", "localhost");
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1));
    assert!(
        done.error().contains("refused STARTTLS") && done.error().contains("not sent in clear"),
        "{}",
        done.error()
    );
}

#[test]
fn bad_certificates_are_refused_with_their_reason() {
    for (certificate, reason) in [("expired", "has expired"), ("other", "for another name")] {
        let server = Dovecot::start(&[&format!("certificate={certificate}")]);
        let mut desk = Desk::on(On::Sqlite);
        point_at(&mut desk, &server);
        desk.set("mailbox.tls", "implicit")
            .set("mailbox.host", "localhost")
            .set("mailbox.port", server.imaps_port());
        desk.set("mailbox.ca_file", server.ca_file().display());
        let done = desk.run(&["once"]);
        assert!(done.error().contains(reason), "{certificate}: {}", done.error());
    }
}

#[test]
fn a_server_without_authenticate_plain_gets_login() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("mailbox.port", login_only());
    let done = desk.run(&["check"]);
    assert!(done.stdout.contains("ok     mailbox"), "{}", done.stdout);
}

/// A server that has LOGIN but not AUTHENTICATE PLAIN. Dovecot always has both.
fn login_only() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"* OK ready\r\n").unwrap();
        for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
            let (tag, command) = line.split_once(' ').unwrap();
            let verb = command.split(' ').next().unwrap_or_default();
            let (data, reply) = match verb {
                "CAPABILITY" => ("* CAPABILITY IMAP4rev1\r\n", "OK done"),
                "LOGIN" if command.ends_with(" \"secret\"") => ("", "OK welcome"),
                "EXAMINE" => ("* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n", "OK [READ-ONLY] examined"),
                "LOGOUT" => ("* BYE\r\n", "OK bye"),
                _ => ("", "BAD unknown"),
            };
            stream.write_all(format!("{data}{tag} {reply}\r\n").as_bytes()).unwrap();
        }
    });
    port
}

#[test]
fn without_move_messages_are_copied_and_only_they_are_expunged() {
    let server = Dovecot::start(&["without=MOVE"]);
    let mut desk = Desk::on(On::Sqlite);
    point_at(&mut desk, &server);
    desk.set("mailbox.after", "move");
    desk.deliver(inquiry(1));
    desk.once();
    // A person marks a mail as deleted; our EXPUNGE must leave it alone.
    desk.deliver(inquiry(2));
    desk.set("mailbox.after", "keep");
    desk.once();
    mark_deleted(&server, &desk);
    desk.set("mailbox.after", "move");
    desk.deliver(inquiry(3));
    desk.once();
    assert_eq!(desk.tickets().len(), 3);
    let left = desk.mailbox.messages("INBOX");
    assert_eq!(left.len(), 1, "the mail that a person marked stays");
    assert!(left[0].flags.contains('T'));
    assert_eq!(desk.mailbox.messages("処理済").len(), 2);
}

/// Sets `\Deleted` on every message of INBOX.
fn mark_deleted(server: &Servers, desk: &Desk) {
    let folder = Path::new(&server.dir()).join("mail").join(&desk.mailbox.user);
    for part in ["new", "cur"] {
        for file in fs::read_dir(folder.join(part)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().split(":2,").next().unwrap().to_owned();
            fs::rename(&path, folder.join("cur").join(format!("{name}:2,T"))).unwrap();
        }
    }
}

#[test]
fn a_move_that_the_server_refuses_is_tried_again_alone() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("mailbox.after", "move");
    desk.once();
    // A file in place of the folder makes the move fail.
    let folder = Path::new(&rig().dir()).join("mail").join(&desk.mailbox.user);
    let target = folder.join(".処理済");
    let aside = desk.dir.path().join("aside");
    fs::rename(&target, &aside).unwrap();
    fs::write(&target, "in the way").unwrap();
    desk.deliver(inquiry(1));
    let done = desk.run(&["once"]);
    fs::remove_file(&target).unwrap();
    assert_eq!(desk.tickets().len(), usize::from(done.code == Some(0)), "{}", done.stderr);
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.smtp.mails().len(), 1);
    assert!(desk.mailbox.messages("INBOX").is_empty());
}
