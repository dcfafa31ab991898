//! A message that the mail server does not deliver to intake: intake retries it, then parks it, and takes the others.

use std::{
    fs,
    io::{BufRead, BufReader, Write, copy},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    thread,
};

use crate::support::{
    desk::{Desk, On, on_both},
    mail::inquiry,
    rig::rig,
};

on_both!(
    a_message_that_the_server_cannot_read_for_a_while_is_waited_for,
    one_that_it_can_never_read_is_parked_where_it_lies_and_taken_later,
    nothing_before_a_parked_message_is_passed_over_and_a_gone_one_stays_on_record
);

const LEAD: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n";

/// Makes the `nth` message readable for the mail server, or not.
fn readable(desk: &Desk, nth: usize, readable: bool) {
    let mode = if readable { 0o644 } else { 0o000 };
    fs::set_permissions(&desk.mailbox.files("INBOX")[nth - 1], fs::Permissions::from_mode(mode)).unwrap();
}

/// Organizations of all tickets, in order.
fn organizations(desk: &Desk) -> Vec<String> {
    desk.tickets().iter().map(|ticket| ticket["organization"].as_str().unwrap().to_owned()).collect()
}

fn a_message_that_the_server_cannot_read_for_a_while_is_waited_for(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    readable(desk, 1, false);
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.error().contains("no answer about UID 1 "), "{}", done.error());
    readable(desk, 1, true);
    desk.once();
    assert_eq!(organizations(desk), ["第1市 健康福祉部", "第2市 健康福祉部"]);
    assert_eq!(desk.smtp.mails().len(), 2);
}

fn one_that_it_can_never_read_is_parked_where_it_lies_and_taken_later(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("mailbox.max_attempts", 2).set("mailbox.after", "move").set("answers.new_ticket", "none");
    for nth in 1..=4 {
        desk.deliver(inquiry(nth));
    }
    readable(desk, 2, false);
    // Intake first fetches it together with others, then alone.
    for minute in [0, 1, 2, 10] {
        assert!(desk.parked().is_empty(), "it is waited for until 10:{minute:02}");
        desk.starts_at(&format!("2025-07-01T10:{minute:02}:00+09:00"));
        let done = desk.run(&["once"]);
        assert_eq!(done.code, Some(1), "{}", done.stderr);
        assert!(done.error().contains("no answer about UID 2 "), "{}", done.error());
    }
    desk.starts_at("2025-07-01T10:12:00+09:00");
    assert_eq!(desk.run(&["once"]).code, Some(1));
    assert_eq!(organizations(desk), ["第1市 健康福祉部"], "what lies before it is taken");
    assert_eq!(desk.parked(), ["withheld"]);
    desk.once();
    assert_eq!(organizations(desk), ["第1市 健康福祉部", "第3市 健康福祉部", "第4市 健康福祉部"]);
    let digest = desk.run(&["digest", "--preview"]).stdout;
    for line in [
        "　要確認　メールサーバーから取り出せないメール\n",
        "　差出人　：差出人・件名は不明です。運用担当者にご連絡ください\n",
    ] {
        assert!(digest.contains(line), "{digest}");
    }
    assert_eq!(desk.mailbox.messages("処理済").len(), 3);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0), "it is accounted for where it lies");

    let id = desk.json(&["parked", "list"])[0]["id"].to_string();
    let retry = desk.run(&["parked", "retry", &id]);
    assert_eq!(retry.code, Some(1));
    assert!(
        retry.error().contains("stays parked: IMAP UID FETCH failed: no answer about UID 2 "),
        "{}",
        retry.error()
    );
    readable(desk, 1, true);
    let retry = desk.run(&["parked", "retry", &id]);
    assert_eq!(retry.code, Some(0), "{}", retry.error());
    assert!(retry.stdout.contains("ZT-2025-0004"), "{}", retry.stdout);
    let ticket = desk.json(&["ticket", "show", "ZT-2025-0004"]);
    assert_eq!(
        (&ticket["organization"], &ticket["received_at"]),
        (&"第2市 健康福祉部".into(), &"2025-07-01T09:30:00+09:00".into())
    );
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 4);
    assert_eq!((desk.mailbox.messages("INBOX").len(), desk.mailbox.messages("処理済").len()), (0, 4));
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
    assert_eq!(desk.run(&["parked", "retry", &id]).code, Some(1), "it is a ticket now");
}

fn nothing_before_a_parked_message_is_passed_over_and_a_gone_one_stays_on_record(desk: &mut Desk) {
    desk.set("mailbox.max_attempts", 1);
    for nth in 1..=3 {
        desk.deliver(inquiry(nth));
    }
    readable(desk, 2, false);
    for minute in [0, 1, 12] {
        desk.starts_at(&format!("2025-07-01T10:{minute:02}:00+09:00"));
        assert_eq!(desk.run(&["once"]).code, Some(1));
    }
    desk.once();
    assert_eq!(organizations(desk), ["第1市 健康福祉部", "第3市 健康福祉部"]);
    assert_eq!(desk.parked(), ["withheld"]);
    fs::remove_file(&desk.mailbox.files("INBOX")[1]).unwrap();
    let id = desk.json(&["parked", "list"])[0]["id"].to_string();
    let retry = desk.run(&["parked", "retry", &id]);
    assert_eq!(retry.code, Some(1));
    assert!(retry.error().contains("there is nothing at INBOX;UIDVALIDITY="), "{}", retry.error());
    assert_eq!(desk.parked(), ["withheld"]);
}

#[test]
fn copies_of_a_withheld_message_never_wait_for_each_other() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("mailbox.max_attempts", 1).set("window.opens", "2025-07-02").set("window.closes", "2026-02-28");
    // The server can read the second copy, which came before the window.
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1));
    readable(&desk, 1, false);
    for minute in [0, 1, 12] {
        desk.starts_at(&format!("2025-07-01T10:{minute:02}:00+09:00"));
        assert_eq!(desk.run(&["once"]).code, Some(1));
    }
    desk.once();
    assert_eq!(desk.parked(), ["withheld", "before_window"]);
    let rows = desk.json(&["parked", "list"]);
    let retry = |desk: &Desk, nth: usize| desk.run(&["parked", "retry", &rows[nth]["id"].to_string()]).stdout;
    readable(&desk, 1, true);
    assert!(retry(&desk, 0).contains("duplicate"));
    // A third copy is a duplicate of the first, which has become a duplicate itself.
    desk.deliver(inquiry(1));
    desk.once();
    desk.set("window.opens", "2025-06-27");
    assert!(retry(&desk, 1).contains("ZT-2025-0001"));
    assert_eq!((desk.numbers().len(), desk.parked().len()), (1, 0));
}

#[test]
fn while_nothing_at_all_is_handed_over_nothing_is_parked() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("mailbox.max_attempts", 2);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    readable(&desk, 1, false);
    readable(&desk, 2, false);
    for hour in 10..16 {
        desk.starts_at(&format!("2025-07-01T{hour}:00:00+09:00"));
        assert_eq!(desk.run(&["once"]).code, Some(1));
    }
    assert!(desk.parked().is_empty(), "it may be the server's fault");
    readable(&desk, 1, true);
    readable(&desk, 2, true);
    desk.once();
    assert_eq!(organizations(&desk), ["第1市 健康福祉部", "第2市 健康福祉部"]);
}

/// The fault when the client fetches the body of the message.
#[derive(Debug, Clone, Copy)]
enum Over {
    HangsUp,
    IsSilent,
    Garbles,
}

/// A proxy before the mail server with a fault at every FETCH of this message, alone or among others.
/// Dovecot itself cannot be made to fail so.
fn breaks_over(uid: u32, over: Over) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect(("127.0.0.1", rig().imap_port())).unwrap();
            let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || copy(&mut from, &mut to).and_then(|_| to.shutdown(Shutdown::Write)));
            thread::spawn(move || pass_on(&client, server, uid, over));
        }
    });
    port
}

fn pass_on(client: &TcpStream, mut server: TcpStream, uid: u32, over: Over) {
    let mut lines = BufReader::new(client);
    let mut line = String::new();
    while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let asked =
            matches!(words[..], [_, "UID", "FETCH", set, ..] if line.contains("BODY") && holds(set, uid));
        match over {
            // An orderly close: the proxy still reads what the client sends.
            Over::HangsUp if asked => server.shutdown(Shutdown::Both).unwrap(),
            Over::IsSilent if asked => {}
            Over::Garbles if asked => {
                let mut client = client;
                client.write_all(b"yamada3@city.example.jp 3 FETCH\r\n").unwrap();
            }
            _ => drop(server.write_all(line.as_bytes())),
        }
        line.clear();
    }
    let _ = server.shutdown(Shutdown::Both);
}

/// For sequence sets such as `1:3,5`.
fn holds(set: &str, uid: u32) -> bool {
    set.split(',').any(|run| {
        let (first, last) = run.split_once(':').unwrap_or((run, run));
        (first.parse().unwrap()..=last.parse().unwrap()).contains(&uid)
    })
}

/// Runs passes, four minutes apart, until one succeeds; returns their logs.
fn passes(desk: &mut Desk) -> String {
    let mut said = String::new();
    for pass in 0..12 {
        desk.starts_at(&format!("2025-07-01T10:{:02}:00+09:00", 4 * pass));
        let done = desk.run(&["once"]);
        said += &done.stderr;
        if done.code == Some(0) {
            return said;
        }
    }
    panic!("it does not get on: {said}");
}

#[test]
fn a_message_over_which_the_connection_breaks_is_parked_and_the_others_are_taken() {
    for (over, why) in [
        (Over::HangsUp, "(connection lost)"),
        (Over::IsSilent, "(the IMAP server did not answer UID FETCH within 1 s; see mailbox.timeout)"),
        (Over::Garbles, "(the server's answer is not IMAP)"),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        desk.set("mailbox.port", breaks_over(3, over))
            .set("mailbox.max_attempts", 3)
            .set("mailbox.timeout", "1s");
        for nth in 1..=5 {
            desk.deliver(inquiry(nth));
        }
        let said = passes(&mut desk);
        assert!(said.contains(&format!("no answer about UID 3 {why}; ")), "{over:?}: {said}");
        assert!(!said.contains("yamada"), "{over:?}: nobody is named in the log: {said}");
        let expected: Vec<String> = [1, 2, 4, 5].map(|nth| format!("第{nth}市 健康福祉部")).into();
        assert_eq!(organizations(&desk), expected, "{over:?}");
        assert_eq!(desk.parked(), ["withheld"], "{over:?}");
        assert_eq!(desk.json(&["parked", "list"])[0]["place"]["uid"], 3, "{over:?}");
    }
}

#[test]
fn the_newest_message_being_the_bad_one_keeps_no_older_one_waiting() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("mailbox.port", breaks_over(4, Over::HangsUp)).set("mailbox.max_attempts", 2);
    for nth in 1..=4 {
        desk.deliver(inquiry(nth));
    }
    for minute in [0, 1, 2, 3, 20] {
        desk.starts_at(&format!("2025-07-01T10:{minute:02}:00+09:00"));
        assert_eq!(desk.run(&["once"]).code, Some(1));
    }
    assert_eq!(organizations(&desk).len(), 3);
    assert!(desk.parked().is_empty(), "it keeps nobody waiting, and nothing shows that it is its own fault");
    desk.deliver(inquiry(5));
    passes(&mut desk);
    assert_eq!((organizations(&desk).len(), desk.parked()), (4, vec!["withheld".to_owned()]));
}
