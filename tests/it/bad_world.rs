//! Failures of disk, database, mailbox and clock: the errors are clear, and nothing is lost.

use std::{fs, path::Path, process::Command};

use crate::support::{
    desk::{Desk, Done, On},
    dovecot::Dovecot,
    http::{free_port, get, wait_for_answer, wait_for_status},
    mail::inquiry,
    rig::{Servers, rig},
    wait::{LIMIT, wait_for, wait_until},
};

#[test]
fn a_full_disk_stops_the_pass_and_loses_nothing() {
    let desk = Desk::on(On::Sqlite);
    desk.once();
    for nth in 1..=30 {
        desk.deliver(inquiry(nth).body("本文が続きます。".repeat(2000 + nth)));
    }
    // ulimit -f fails writes as a full disk does; the shell ignores the signal SIGXFSZ that comes with it.
    let done = Done::from(desk.limited("trap '' XFSZ; ulimit -f 250", &["once"]).output().unwrap());
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.error().contains("database"), "{}", done.error());
    let filed = desk.tickets().len();
    assert!(filed < 30, "the limit was not met");
    desk.once();
    assert_eq!(desk.numbers(), (1..=30).map(|nth| format!("ZT-2025-{nth:04}")).collect::<Vec<_>>());
    let mut answered: Vec<String> = desk.smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    answered.sort();
    answered.dedup();
    assert_eq!(answered.len(), 30);
}

#[test]
fn a_read_only_database_is_said_so() {
    let mut desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1));
    desk.once();
    let url = format!("sqlite:{}?mode=ro", desk.dir.path().join("desk.db").display());
    desk.set("database.url", url);
    desk.deliver(inquiry(2));
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("readonly"), "{}", done.error());
    let check = desk.run(&["check"]);
    assert!(
        check.stdout.lines().any(|line| line.starts_with("FAILED database") && line.contains("writable")),
        "{}",
        check.stdout
    );
}

#[test]
fn a_database_that_cannot_be_opened_says_what_to_do() {
    for (url, part) in [
        ("sqlite:/nowhere/desk.db", "folder exists"),
        ("postgres://nobody@127.0.0.1:1/none", "PostgreSQL runs"),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        desk.set("database.url", url);
        let done = desk.run(&["once"]);
        assert_eq!(done.code, Some(1), "{url}");
        assert!(done.error().contains(part), "{url}: {}", done.error());
    }
}

#[test]
fn a_password_of_the_database_is_not_printed() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("database.url", "postgres://nobody:hunter2@127.0.0.1:1/none").set("log.level", "trace");
    for arguments in [&["once"][..], &["check"], &["ticket", "list"]] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(1));
        assert!(
            !done.stdout.contains("hunter2") && !done.stderr.contains("hunter2"),
            "{}{}",
            done.stdout,
            done.stderr
        );
    }
}

#[test]
fn a_backup_for_which_there_is_no_room_leaves_no_half_copy() {
    let desk = Desk::on(On::Sqlite);
    for nth in 1..=20 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    let copy = desk.dir.path().join("copy.db");
    let backup = ["backup", copy.to_str().unwrap()];
    let done = Done::from(desk.limited("trap '' XFSZ; ulimit -f 60", &backup).output().unwrap());
    assert_eq!(done.code, Some(1));
    assert!(
        done.error().contains("cannot write the copy") && done.error().contains("room"),
        "{}",
        done.error()
    );
    assert!(!copy.exists());
    assert_eq!(desk.numbers().len(), 20);
    assert_eq!(desk.run(&["backup", copy.to_str().unwrap()]).code, Some(0));
}

#[test]
fn a_clock_that_is_hours_behind_the_mail_server_is_told() {
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    desk.deliver_at(inquiry(1), "2025-07-01T15:00:00+09:00");
    let _daemon = desk.spawn(&["run"]);
    wait_for_answer(port, "/readyz", 200, "clock: the mail server is 299 min ahead of this machine");
    // The deadline still counts from the mail server's INTERNALDATE.
    wait_until("a ticket", || desk.numbers().len() == 1);
    assert_eq!(desk.tickets()[0]["deadline"], "2025-07-03T15:00:00+09:00");
    desk.deliver(inquiry(2));
    wait_until("the end of the warning", || {
        let (status, body) = get(port, "/readyz");
        status == 200 && !body.contains("clock:")
    });
}

#[test]
fn a_folder_that_is_deleted_is_told_and_read_again_when_it_is_back() {
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    let folder = Path::new(&rig().dir()).join("mail").join(&desk.mailbox.user).join(".照会");
    let make = || {
        let done = Command::new("bash")
            .args(["-c", "mkdir -p \"$1\"/{cur,new,tmp} && chown -R --reference=\"$2\" \"$1\"", "-"])
            .arg(&folder)
            .arg(folder.parent().unwrap())
            .status();
        assert!(done.unwrap().success());
    };
    let deliver = |nth: usize| {
        fs::write(folder.join("new").join(format!("{nth}.mail")), inquiry(nth).bytes()).unwrap();
    };
    make();
    deliver(1);
    // INTERNALDATE is the file's time, which is today and not the rehearsed date.
    desk.set("window.closes", "2099-12-31")
        .set("mailbox.folder", "照会")
        .set("http.listen", format!("127.0.0.1:{port}"));
    let _daemon = desk.spawn(&["run"]);
    wait_until("the first ticket", || desk.numbers().len() == 1);
    fs::remove_dir_all(&folder).unwrap();
    let reason = wait_for("a fault of the mailbox", LIMIT, || {
        let (_, body) = get(port, "/readyz");
        if body.contains("mailbox") { Ok(body) } else { Err(body) }
    });
    make();
    deliver(2);
    wait_until("the second ticket", || desk.numbers().len() == 2);
    wait_for_status(port, "/readyz", 200);
    assert!(reason.contains("照会") || reason.contains("IMAP"), "{reason}");
    // The ticket is committed before its receipt is sent.
    desk.smtp.wait_for_mails(2);
}

#[test]
fn a_mailbox_that_is_full_refuses_the_move_and_is_told_and_nothing_is_lost() {
    // Without the MOVE extension the desk copies first, and a full mailbox refuses the copy.
    let server = Dovecot::start(&["quota=12", "without=MOVE"]);
    let mut desk = Desk::on(On::Sqlite);
    desk.mailbox = server.mailbox();
    let (port, user) = (free_port(), desk.mailbox.user.clone());
    desk.set("mailbox.port", server.imap_port()).set("mailbox.user", user).set("mailbox.after", "move");
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    desk.deliver(inquiry(1).body("本文が続きます。\n".repeat(400)));
    let _daemon = desk.spawn(&["run"]);
    wait_for_answer(port, "/readyz", 200, "uota");
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.mailbox.messages("INBOX").len(), 1);
    desk.smtp.wait_for_mails(1);
    let log = desk.log();
    assert!(log.contains("accounted for, but could not be flagged or moved"), "{log}");
}

#[test]
fn a_greylisting_server_gets_the_mail_a_little_later() {
    use crate::support::smtp::{Act, At};
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    desk.smtp.on(At::Rcpt.does(Act::Reply("450 4.2.0 Greylisted, see https://postgrey.example/")).times(1));
    desk.deliver(inquiry(1));
    let daemon = desk.spawn(&["run"]);
    desk.wait_for_log("mail delayed");
    assert_eq!(get(port, "/readyz").0, 200, "greylisting is nothing to worry about");
    drop(daemon);
    desk.starts_at("2025-07-01T10:15:00+09:00");
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 1);
}

#[test]
fn a_database_server_that_is_restarted_under_load_loses_and_doubles_nothing() {
    // Servers of its own: other tests must keep their connections.
    let servers = Servers::start("start", &[]);
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    desk.set("database.url", servers.value("RIG_POSTGRES_URL"));
    const COUNT: usize = 400;
    for nth in 1..=COUNT {
        desk.deliver(inquiry(nth));
    }
    let _daemon = desk.spawn(&["run"]);
    for wanted in [20, 150] {
        wait_until("some tickets", || desk.log().matches("outcome=ticket").count() >= wanted);
        servers.control("kill", "postgres");
        if wanted == 20 {
            wait_for_answer(port, "/readyz", 503, "database");
        }
        servers.control("resume", "postgres");
    }
    wait_until("all answers", || {
        let mut to: Vec<String> = desk.smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
        to.sort();
        to.dedup();
        to.len() == COUNT
    });
    assert_eq!(desk.numbers(), (1..=COUNT).map(|nth| format!("ZT-2025-{nth:04}")).collect::<Vec<_>>());
    wait_for_status(port, "/readyz", 200);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
    assert!(desk.run(&["check"]).stdout.contains("the audit chain is whole"));
}
