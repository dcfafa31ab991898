//! The outbox against an SMTP server whose replies are odd, missing, or about something else than the recipient: nobody gets
//! a mail many times, and no address is called bad that is not.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    desk::{Desk, On, on_both},
    http::{free_port, wait_for_answer, wait_for_status},
    mail::inquiry,
    smtp::{Accepted, Act, At},
    wait::wait_until,
};

on_both!(
    a_mail_that_may_have_left_is_sent_again_hours_later,
    a_mail_that_may_have_left_is_sent_three_times_at_most,
    a_server_that_refuses_every_recipient_makes_mails_wait,
);

const STAFF: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n[answers]\nnew_ticket = \"none\"\n";

const INQUIRER: &str = "yamada1@city.example.jp";

fn sent_to<'a>(mails: &'a [Accepted], to: &'a str) -> impl Iterator<Item = &'a Accepted> {
    mails.iter().filter(move |mail| mail.to == [to])
}

/// Subjects of the notices about mails that did not arrive, or may not have.
fn notices(desk: &Desk) -> Vec<String> {
    let mails = desk.smtp.mails();
    let subjects = sent_to(&mails, "sato@example.jp").map(|mail| madoguchi::mail::read(&mail.data).subject);
    subjects.filter(|subject| subject.starts_with("【不達】") || subject.starts_with("【要確認】")).collect()
}

fn states(desk: &Desk) -> Vec<String> {
    let rows = desk.json(&["outbox", "list", "--all"]);
    let of_inquirers =
        |row: &&Value| row["recipient"].as_str().is_some_and(|to| to.ends_with("@city.example.jp"));
    let rows = rows.as_array().unwrap().iter().filter(of_inquirers);
    rows.map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

fn pass(desk: &mut Desk, now: &str) {
    desk.starts_at(now);
    desk.run(&["once"]);
}

fn a_mail_that_may_have_left_is_sent_again_hours_later(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.smtp.on(At::End.does(Act::KeepAndSay(b"kept\r\n")).to(INQUIRER).times(1));
    desk.deliver(inquiry(1));
    pass(desk, "2025-07-01T10:00:00+09:00");
    pass(desk, "2025-07-01T10:10:00+09:00");
    pass(desk, "2025-07-01T15:30:00+09:00");
    assert_eq!(sent_to(&desk.smtp.mails(), INQUIRER).count(), 1);
    assert_eq!(states(desk), ["queued"]);
    let told = notices(desk);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("【要確認】ZT-2025-0001 の「受付のお知らせ」が届いたか確認できません #"),
        "{told:?}"
    );
    let events = desk.json(&["ticket", "show", "ZT-2025-0001"])["events"].clone();
    let why = events.as_array().unwrap().iter().find(|event| event["what"] == "unconfirmed").unwrap();
    assert!(why["detail"].as_str().unwrap().contains("the mail may have left"), "{why}");
    pass(desk, "2025-07-01T16:30:00+09:00");
    let mails = desk.smtp.mails();
    let copies: Vec<&Accepted> = sent_to(&mails, INQUIRER).collect();
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0].data, copies[1].data);
    assert_eq!(states(desk), ["sent"]);
    assert_eq!(notices(desk).len(), 1);
}

fn a_mail_that_may_have_left_is_sent_three_times_at_most(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.smtp.on(At::End.does(Act::KeepAndDrop).to(INQUIRER));
    desk.deliver(inquiry(1));
    for day in 1..=6 {
        for hour in [10, 11, 13, 17, 22] {
            pass(desk, &format!("2025-07-0{day}T{hour:02}:05:00+09:00"));
        }
    }
    assert_eq!(sent_to(&desk.smtp.mails(), INQUIRER).count(), 3);
    assert_eq!(states(desk), ["failed"]);
    assert_eq!(notices(desk).len(), 1, "staff are told once");
}

fn a_server_that_refuses_every_recipient_makes_mails_wait(desk: &mut Desk) {
    refused_until_it_is_over(desk, At::Rcpt, "550 5.1.1 no such user");
}

#[test]
fn a_refusal_that_speaks_of_no_recipient_makes_mails_wait() {
    for (at, reply) in [
        (At::Connect, "554 5.3.2 no service"),
        (At::Ehlo, "550 5.7.506 bad name"),
        (At::Mail, "550 5.1.8 sender address rejected"),
        (At::Mail, "530 5.7.57 client was not authenticated"),
        (At::Rcpt, "554 5.7.1 relay access denied"),
        (At::Rcpt, "550 5.4.5 daily user sending limit exceeded"),
        (At::Data, "554 5.7.1 no"),
        (At::End, "554 5.2.252 SendAsDenied"),
        (At::End, "550 rejected"),
    ] {
        refused_until_it_is_over(&mut Desk::on(On::Sqlite), at, reply);
    }
}

/// A server refuses everything for three days; then all mails leave, and nobody was told of an address.
fn refused_until_it_is_over(desk: &mut Desk, at: At, reply: &'static str) {
    desk.add_settings(STAFF);
    desk.smtp.on(at.does(Act::Reply(reply)));
    (1..=4).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.starts_at("2025-07-01T10:00:00+09:00");
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1), "{reply}");
    assert!(done.error().contains(&reply[..3]), "{reply}: {}", done.error());
    for now in ["2025-07-01T10:10:00+09:00", "2025-07-02T10:00:00+09:00", "2025-07-04T11:00:00+09:00"] {
        pass(desk, now);
    }
    assert_eq!(states(desk), ["queued"; 4], "{at:?}: {reply}");
    desk.smtp.behave();
    pass(desk, "2025-07-04T13:00:00+09:00");
    assert_eq!(states(desk), ["sent"; 4], "{at:?}: {reply}");
    assert_eq!(notices(desk), [""; 0], "{at:?}: {reply}");
}

#[test]
fn a_reply_is_read_by_its_code() {
    for (at, bytes) in [
        (At::Connect, &b"220\r\n"[..]),
        (At::Connect, b"220-\x82\xb1\r\n220 ok\r\n"),
        (At::Ehlo, b"250\r\n"),
        (At::Ehlo, b"250-\n250 PIPELINING\n"),
        (At::Mail, b"250\r\n"),
        (At::Rcpt, b"251 the mail will be forwarded\r\n"),
        (At::Rcpt, b"252-\xff\r\n252\r\n"),
        (At::Data, b"354-go\r\n354 on\n"),
        (At::Rcpt, b"250-\xff\r\n250\r\n"),
        (At::Data, b"354\r\n"),
    ] {
        let desk = Desk::on(On::Sqlite);
        desk.smtp.on(at.does(Act::Say(bytes)));
        desk.deliver(inquiry(1));
        desk.once();
        assert_eq!(states(&desk), ["sent"], "{at:?}");
    }
    for bytes in [
        &b"250\r\n"[..],
        b"250\n",
        b"250-2.0.0 kept\r\n250-as 1\r\n250\r\n",
        b"250 2.0.0 \x8e\xf3\x82\xaf\x8e\xe6\x82\xe8\x82\xdc\x82\xb5\x82\xbd\r\n",
        b"250 \xff\xfe\x80\r\n",
    ] {
        let mut desk = Desk::on(On::Sqlite);
        desk.smtp.on(At::End.does(Act::KeepAndSay(bytes)));
        desk.deliver(inquiry(1));
        desk.deliver(inquiry(2));
        desk.once();
        assert_eq!(states(&desk), ["sent"; 2], "{}", bytes.escape_ascii());
        pass(&mut desk, "2025-07-03T12:00:00+09:00");
        assert_eq!(desk.smtp.mails().len(), 2);
    }
}

#[test]
fn a_server_that_does_not_know_ehlo_is_greeted_by_helo() {
    for reply in ["500 5.5.1 command unrecognized", "502 not implemented", "504 no such parameter"] {
        let mut desk = Desk::on(On::Sqlite);
        desk.set("delivery.helo", "desk.example.jp");
        desk.smtp.one_by_one();
        desk.smtp.on(At::Ehlo.does(Act::Reply(reply)));
        desk.deliver(inquiry(1));
        desk.once();
        assert_eq!(states(&desk), ["sent"], "{reply}");
        assert_eq!(desk.smtp.names(), ["desk.example.jp"; 2], "{reply}");
    }
    let desk = Desk::on(On::Sqlite);
    desk.smtp.on(At::Ehlo.does(Act::Reply("502 not implemented")));
    desk.smtp.on(At::Helo.does(Act::Reply("550 who are you?")));
    desk.deliver(inquiry(1));
    let done = desk.run(&["once"]);
    assert_eq!((done.code, states(&desk)), (Some(1), vec!["queued".to_owned()]));
    assert!(done.error().contains("550 who are you?"), "{}", done.error());
}

#[test]
fn the_end_of_a_mail_has_a_time_limit_of_its_own() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("delivery.timeout", "1s");
    desk.smtp.on(At::End.does(Act::KeepLate(Duration::from_secs(2))));
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(states(&desk), ["sent"]);

    desk.set("delivery.end_timeout", "1s");
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(states(&desk), ["sent", "queued"]);
    let rows = desk.json(&["outbox", "list"]);
    assert!(rows[0]["last_reply"].as_str().unwrap().contains("delivery.end_timeout"), "{rows}");
    assert_eq!(desk.smtp.mails().len(), 2);
}

#[test]
fn a_stop_while_the_server_thinks_repeats_no_mail() {
    let mut desk = Desk::on(On::Sqlite);
    desk.smtp.on(At::End.does(Act::KeepLate(Duration::from_secs(30))).times(1));
    desk.deliver(inquiry(1));
    let mut daemon = desk.spawn(&["run"]);
    desk.smtp.wait_for_mails(1);
    daemon.signal(Signal::TERM);
    assert!(daemon.ended(Duration::from_secs(20)).success());
    pass(&mut desk, "2025-07-01T12:00:00+09:00");
    assert_eq!(states(&desk), ["queued"]);
    assert_eq!(desk.smtp.mails().len(), 1);
}

#[test]
fn a_verdict_that_comes_before_a_stop_must_end_counts() {
    for signal in [Signal::TERM, Signal::HUP] {
        let mut desk = Desk::on(On::Sqlite);
        desk.smtp.on(At::End.does(Act::KeepLate(Duration::from_secs(3))).times(1));
        desk.deliver(inquiry(1));
        let mut daemon = desk.spawn(&["run"]);
        desk.smtp.wait_for_mails(1);
        daemon.signal(signal);
        if signal == Signal::TERM {
            assert!(daemon.ended(Duration::from_secs(20)).success());
        }
        wait_until("the verdict", || states(&desk) == ["sent"]);
        if signal == Signal::HUP {
            desk.deliver(inquiry(2));
            desk.smtp.wait_for_mails(2);
        }
        drop(daemon);
        pass(&mut desk, "2025-07-03T12:00:00+09:00");
        let mails = desk.smtp.mails();
        assert_eq!(sent_to(&mails, INQUIRER).count(), 1, "{signal:?}");
        let events = desk.json(&["ticket", "show", "ZT-2025-0001"])["events"].to_string();
        assert!(!events.contains("unconfirmed"), "{signal:?}: {events}");
    }
}

#[test]
fn a_recipient_is_at_fault_only_if_the_desk_itself_is_accepted() {
    let desk = Desk::on(On::Sqlite);
    desk.add_settings(STAFF);
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to(INQUIRER));
    desk.deliver(inquiry(1));
    desk.once();
    desk.once();
    assert_eq!(states(&desk), ["failed"]);
    assert_eq!(notices(&desk).len(), 1);
}

#[test]
fn a_mail_that_is_refused_alone_holds_up_no_other() {
    let mut desk = Desk::on(On::Sqlite);
    desk.smtp.on(At::Rcpt.does(Act::Reply("554 5.7.1 relay access denied")).to(INQUIRER));
    (1..=6).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.run(&["once"]);
    assert_eq!(states(&desk).iter().filter(|state| *state == "sent").count(), 5);
    desk.deliver(inquiry(7));
    pass(&mut desk, "2025-07-01T10:20:00+09:00");
    pass(&mut desk, "2025-07-03T12:00:00+09:00");
    assert_eq!(states(&desk)[0], "failed", "given up after two days, because others were accepted");
    assert_eq!(states(&desk).iter().filter(|state| *state == "sent").count(), 6);
}

#[test]
fn health_says_that_the_server_refuses_mails() {
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.7.60 not allowed to send as this sender")));
    desk.deliver(inquiry(1));
    let _daemon = desk.spawn(&["run"]);
    wait_for_answer(port, "/readyz", 503, "the server refuses mails: 550 5.7.60 (at RCPT)");
    desk.smtp.behave();
    desk.deliver(inquiry(2));
    desk.smtp.wait_for_mails(1);
    wait_for_status(port, "/readyz", 200);
}

#[test]
fn the_desk_says_the_name_of_its_host() {
    let mut desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1));
    desk.once();
    let name = desk.smtp.names().remove(0);
    assert!(name == "[127.0.0.1]" || name.contains('.'), "{name}");
    desk.set("delivery.helo", "desk.example.jp");
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(desk.smtp.names().pop().unwrap(), "desk.example.jp");
    desk.set("delivery.helo", "no host");
    assert_eq!(desk.run(&["check"]).code, Some(2));
}

#[test]
fn check_sends_an_envelope_and_reports_what_the_server_says() {
    let desk = Desk::on(On::Sqlite);
    let line = |desk: &Desk| {
        let done = desk.run(&["check"]);
        done.stdout.lines().find(|line| line.contains("delivery: ")).unwrap().to_owned()
    };
    let said = line(&desk);
    assert!(said.starts_with("ok") && said.contains("250 2.1.5 ok"), "{said}");
    for (at, reply) in [(At::Mail, "550 5.7.60 not allowed to send as"), (At::Rcpt, "550 5.1.1 no such user")]
    {
        desk.smtp.on(at.does(Act::Reply(reply)).times(1));
        let said = line(&desk);
        assert!(
            said.starts_with("FAILED") && said.contains(reply) && said.contains("desk.address"),
            "{said}"
        );
    }
    assert!(desk.smtp.mails().is_empty());
}

#[test]
fn a_mail_is_dated_in_the_time_zone_of_the_desk() {
    let desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1));
    desk.once();
    let mail = String::from_utf8(desk.smtp.mails().remove(0).data).unwrap();
    let date = mail.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap();
    assert!(date.starts_with("Tue, 1 Jul 2025 10:00:") && date.ends_with(" +0900"), "{date}");
}

#[test]
fn an_address_that_needs_smtputf8_fails_at_once_where_the_server_lacks_it() {
    let mut desk = Desk::on(On::Sqlite);
    desk.add_settings(STAFF);
    desk.smtp.on(At::Ehlo.does(Act::Reply("250 localhost")));
    desk.deliver(inquiry(1).from("Yamada <山田@city.example.jp>"));
    desk.deliver(inquiry(2));
    pass(&mut desk, "2025-07-01T10:00:00+09:00");
    pass(&mut desk, "2025-07-01T10:01:00+09:00");
    assert_eq!(states(&desk), ["failed", "sent"]);
    let told = notices(&desk);
    assert!(told.len() == 1 && told[0].starts_with("【不達】ZT-2025-0001"), "{told:?}");
    assert!(desk.run(&["outbox", "list"]).stdout.contains("5.6.7 the address needs SMTPUTF8"));
}
