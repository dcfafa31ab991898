//! The command `run`: start, stop, signals, and a log without personal data.

use std::{thread, time::Duration};

use rustix::process::Signal;

use crate::support::{
    desk::{Desk, On, on_both},
    dovecot::Dovecot,
    mail::inquiry,
    smtp::{Act, At},
    wait::wait_until,
};

on_both!(the_daemon_answers_what_arrives_and_ends_on_sigterm);

/// A stop ends after nine seconds at the latest; the machine may stall for ten more.
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

fn the_daemon_answers_what_arrives_and_ends_on_sigterm(desk: &mut Desk) {
    // With this poll interval only IDLE can bring the mail in time.
    desk.set("mailbox.poll", "10m");
    let mut daemon = desk.spawn(&["run"]);
    desk.wait_for_log("in service");
    // Time to enter IDLE, which is not logged. The first pass finds a mail that arrives earlier.
    thread::sleep(Duration::from_millis(500));
    desk.deliver(inquiry(1));
    desk.smtp.wait_for_mails(1);
    daemon.signal(Signal::TERM);
    assert!(daemon.ended(STOPPED_WITHIN).success());
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    let log = desk.log();
    assert!(log.contains("rehearsing"), "{log}");
    assert!(log.contains("ticket.number=\"ZT-2025-0001\"") && log.contains("outcome=ticket"), "{log}");
    for personal in ["yamada", "山田", "第1市", "03-0000", "secret"] {
        assert!(!log.contains(personal), "{personal} is in the log: {log}");
    }
}

#[test]
fn a_server_without_idle_is_polled() {
    let server = Dovecot::start(&["without=IDLE"]);
    let mut desk = Desk::on(On::Sqlite);
    desk.mailbox = server.mailbox();
    let user = desk.mailbox.user.clone();
    desk.set("mailbox.port", server.imap_port()).set("mailbox.user", user);
    let mut daemon = desk.spawn(&["run"]);
    desk.wait_for_log("in service");
    desk.deliver(inquiry(1));
    desk.smtp.wait_for_mails(1);
    daemon.signal(Signal::INT);
    assert!(daemon.ended(STOPPED_WITHIN).success());
}

#[test]
fn a_mailbox_that_goes_away_and_comes_back_is_read_again() {
    let server = Dovecot::start(&[]);
    let mut desk = Desk::on(On::Sqlite);
    desk.mailbox = server.mailbox();
    let user = desk.mailbox.user.clone();
    desk.set("mailbox.port", server.imap_port()).set("mailbox.user", user);
    server.stop();
    let mut daemon = desk.spawn(&["run"]);
    desk.wait_for_log("cannot connect to the IMAP server");
    server.resume();
    desk.deliver(inquiry(1));
    desk.smtp.wait_for_mails(1);
    server.stop();
    desk.deliver(inquiry(2));
    server.resume();
    desk.smtp.wait_for_mails(2);
    daemon.signal(Signal::TERM);
    assert!(daemon.ended(STOPPED_WITHIN).success());
}

#[test]
fn a_second_process_on_one_sqlite_file_is_refused() {
    let desk = Desk::on(On::Sqlite);
    let mut daemon = desk.spawn(&["run"]);
    desk.wait_for_log("in service");
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("another process"), "{}", done.error());
    daemon.signal(Signal::TERM);
    assert!(daemon.ended(STOPPED_WITHIN).success());
    desk.once();
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("delivery.timeout", "60s");
    desk.smtp.on(At::Data.does(Act::Hang));
    desk.deliver(inquiry(1));
    let mut daemon = desk.spawn(&["run"]);
    wait_until("a mail is on its way", || desk.smtp.connections() > 0);
    thread::sleep(Duration::from_millis(300));
    daemon.signal(Signal::TERM);
    desk.wait_for_log("stopping: the message in hand is finished");
    thread::sleep(Duration::from_millis(300));
    assert!(daemon.is_running(), "the mail in hand is finished first");
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended(STOPPED_WITHIN).code(), Some(1), "after the time limit of a stop it is 0");
    assert!(desk.log().contains("stopped at once by a second signal"), "{}", desk.log());
}

#[test]
fn the_log_can_be_json() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("log.format", "json");
    desk.deliver(inquiry(1));
    let done = desk.once();
    let lines: Vec<serde_json::Value> =
        done.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        lines.iter().any(|line| line["outcome"] == "ticket" && line["ticket.number"] == "ZT-2025-0001"),
        "{}",
        done.stderr
    );
}
