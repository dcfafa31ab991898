//! A full disk, a read-only database, a database that cannot be opened: clear errors, and nothing lost.

use std::process::Command;

use crate::support::desk::{Desk, Done, On, inquiry};

#[test]
fn a_full_disk_stops_the_pass_and_loses_nothing() {
    let desk = Desk::on(On::Sqlite);
    desk.once();
    for nth in 1..=30 {
        desk.deliver(format!("{}{}", inquiry(nth), "本文が続きます。".repeat(2000 + nth)));
    }
    // A limit on file size refuses writes as a full disk does; the signal that comes with it is ignored.
    let program = desk.command(&["once"]);
    let mut limited = Command::new("bash");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 250; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args());
    let done = Done::from(limited.output().unwrap());
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
