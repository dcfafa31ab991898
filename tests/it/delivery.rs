//! The outbox against an SMTP server that refuses, hangs, disconnects or is down: mail is late, nothing else suffers.

use crate::support::{
    desk::{Desk, On, on_both},
    dovecot::Dovecot,
    mail::inquiry,
    smtp::{Act, At},
};

on_both!(
    a_mail_that_is_put_off_is_tried_again_with_the_same_message_id,
    a_mail_that_is_refused_for_good_is_shown_and_can_be_retried,
    a_line_dropped_after_data_repeats_the_mail_and_loses_none,
    a_server_that_is_away_delays_acknowledgements_and_nothing_else,
    a_mail_is_given_up_after_two_days,
    a_mail_can_be_stopped_while_it_waits
);

/// State and last reply of every mail in the outbox.
fn outbox(desk: &Desk) -> Vec<(String, String)> {
    let rows = desk.json(&["outbox", "list", "--all"]);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    rows.as_array().unwrap().iter().map(|row| (text(&row["state"]), text(&row["last_reply"]))).collect()
}

fn a_mail_that_is_put_off_is_tried_again_with_the_same_message_id(desk: &mut Desk) {
    desk.smtp.on(At::Rcpt.does(Act::Reply("451 4.7.1 greylisted, try later")).times(1));
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(outbox(desk)[0].0, "queued");
    assert!(outbox(desk)[0].1.starts_with("451 4.7.1 greylisted"), "{:?}", outbox(desk));
    assert!(desk.tickets()[0]["acknowledged_at"].is_null());
    desk.once();
    assert!(desk.smtp.mails().is_empty(), "not before it is due");
    desk.starts_at("2025-07-01T10:05:00+09:00");
    desk.once();
    assert_eq!(outbox(desk)[0].0, "sent");
    assert_eq!(desk.smtp.mails().len(), 1);
    assert!(desk.tickets()[0]["acknowledged_at"].is_string());
}

fn a_mail_that_is_refused_for_good_is_shown_and_can_be_retried(desk: &mut Desk) {
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada1@city.example.jp").times(1));
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 1, "the other mail goes all the same");
    let rows = desk.json(&["outbox", "list"]);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["state"], "failed");
    assert!(rows[0]["last_reply"].as_str().unwrap().starts_with("550 5.1.1 no such user"));
    let id = rows[0]["id"].to_string();
    assert_eq!(desk.run(&["outbox", "retry", &id]).code, Some(0));
    // Later than `outbox retry`, which made the mail due at its own time.
    desk.starts_at("2025-07-01T10:05:00+09:00");
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 2);
}

fn a_line_dropped_after_data_repeats_the_mail_and_loses_none(desk: &mut Desk) {
    desk.smtp.on(At::End.does(Act::KeepAndDrop).times(1));
    desk.deliver(inquiry(1));
    desk.once();
    desk.starts_at("2025-07-01T16:05:00+09:00");
    desk.once();
    let mails = desk.smtp.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].data, mails[1].data, "a repeat is byte-identical");
}

fn a_server_that_is_away_delays_acknowledgements_and_nothing_else(desk: &mut Desk) {
    desk.smtp.stop();
    for nth in 1..=5 {
        desk.deliver(inquiry(nth));
    }
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("delivery.host"), "{}", done.error());
    assert_eq!(desk.tickets().len(), 5);
    desk.smtp.resume();
    desk.starts_at("2025-07-01T10:10:00+09:00");
    desk.once();
    let mut answered: Vec<String> = desk.smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    answered.sort();
    assert_eq!(answered, (1..=5).map(|nth| format!("yamada{nth}@city.example.jp")).collect::<Vec<_>>());
}

fn a_mail_is_given_up_after_two_days(desk: &mut Desk) {
    desk.smtp.on(At::Rcpt.does(Act::Reply("451 4.7.1 try later")));
    desk.deliver(inquiry(1));
    desk.once();
    desk.starts_at("2025-07-03T10:05:00+09:00");
    desk.once();
    assert_eq!(outbox(desk)[0].0, "failed");
}

fn a_mail_can_be_stopped_while_it_waits(desk: &mut Desk) {
    desk.smtp.on(At::Mail.does(Act::Reply("451 4.3.0 not now")).times(1));
    desk.deliver(inquiry(1));
    desk.once();
    let id = desk.json(&["outbox", "list"])[0]["id"].to_string();
    assert_eq!(desk.run(&["outbox", "cancel", &id]).code, Some(0));
    desk.starts_at("2025-07-01T11:00:00+09:00");
    desk.once();
    assert!(desk.smtp.mails().is_empty());
    assert_eq!(desk.run(&["outbox", "cancel", &id]).code, Some(1), "it does not wait any more");
}

#[test]
fn a_server_that_says_nothing_is_left_after_the_time_limit() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("delivery.timeout", "1s");
    desk.smtp.on(At::Data.does(Act::Hang).times(1));
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(outbox(&desk)[0].0, "queued");
    assert!(outbox(&desk)[0].1.contains("no answer within 1 s"), "{:?}", outbox(&desk));
}

#[test]
fn a_server_that_wants_each_command_by_itself_gets_it() {
    let desk = Desk::on(On::Sqlite);
    desk.smtp.one_by_one();
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada1@city.example.jp"));
    (1..=3).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 2);
}

#[test]
fn a_refusal_among_commands_sent_at_once_is_of_the_right_mail() {
    let mut desk = Desk::on(On::Sqlite);
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada1@city.example.jp"));
    desk.smtp.on(At::Data.does(Act::Reply("554 5.7.1 no")).to("yamada2@city.example.jp"));
    (1..=3).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.once();
    assert_eq!(outbox(&desk)[1].0, "queued", "not known yet whether the server refuses all mails");
    desk.deliver(inquiry(4));
    desk.once();
    desk.starts_at("2025-07-01T10:05:00+09:00");
    desk.once();
    let said = outbox(&desk);
    let said: Vec<(&str, &str)> = said.iter().map(|(state, reply)| (state.as_str(), &reply[..9])).collect();
    assert_eq!(
        said,
        [("failed", "550 5.1.1"), ("failed", "554 5.7.1"), ("sent", "250 2.0.0"), ("sent", "250 2.0.0")]
    );
}

#[test]
fn a_reply_that_is_no_answer_accepts_no_mail() {
    for (at, reply) in [(At::Data, "250 2.1.5 Ok"), (At::End, "354 go on")] {
        let mut desk = Desk::on(On::Sqlite);
        desk.smtp.on(at.does(Act::Reply(reply)).times(1));
        desk.deliver(inquiry(1));
        desk.once();
        assert_eq!(outbox(&desk)[0].0, "queued", "{reply}");
        assert!(outbox(&desk)[0].1.starts_with(reply), "{:?}", outbox(&desk));
        desk.starts_at("2025-07-01T16:05:00+09:00");
        desk.once();
        assert_eq!(desk.smtp.mails().len(), 1, "{reply}");
    }
}

#[test]
fn nothing_is_sent_to_nobody() {
    let desk = Desk::on(On::Sqlite);
    desk.smtp.take_data_for_nobody();
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada1@city.example.jp"));
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    assert!(outbox(&desk)[0].1.starts_with("550 5.1.1"), "{:?}", outbox(&desk));
    let mails = desk.smtp.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, ["yamada2@city.example.jp"]);
}

#[test]
fn many_mails_go_over_few_connections() {
    let desk = Desk::on(On::Sqlite);
    for nth in 1..=40 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 40);
    assert!(desk.smtp.connections() <= 4, "{} connections", desk.smtp.connections());
}

#[test]
fn a_login_that_is_refused_says_which_setting() {
    let mut desk = Desk::on(On::Sqlite);
    let server = Dovecot::start(&[&format!("relay={}", desk.smtp.port())]);
    std::fs::write(desk.dir.path().join("wrong"), "wrong\n").unwrap();
    let wrong = desk.dir.path().join("wrong").display().to_string();
    desk.set("delivery.host", "localhost")
        .set("delivery.port", server.submission_port())
        .set("delivery.tls", "starttls");
    desk.set("delivery.ca_file", server.ca_file().display())
        .set("delivery.user", "anybody")
        .set("delivery.password_file", wrong);
    desk.deliver(inquiry(1));
    let done = desk.run(&["once"]);
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("delivery.password_file"), "{}", done.error());
    assert_eq!(desk.tickets().len(), 1);
    let check = desk.run(&["check"]);
    assert!(
        check.stdout.lines().any(|line| line.starts_with("FAILED delivery") && line.contains("password")),
        "{}",
        check.stdout
    );
}

#[test]
fn mail_short_and_long_leaves_over_starttls_and_over_implicit_tls_with_a_login() {
    // A receipt quotes the beginning of a long inquiry.
    let long = inquiry(2).body("会議の参加者の例を教えてください。\n".repeat(1_000));
    for tls in ["starttls", "implicit"] {
        for mechanism in ["plain", "login"] {
            let mut desk = Desk::on(On::Sqlite);
            let server =
                Dovecot::start(&[&format!("relay={}", desk.smtp.port()), &format!("mechanisms={mechanism}")]);
            let port = if tls == "starttls" { server.submission_port() } else { server.submissions_port() };
            let password = desk.dir.path().join("password").display().to_string();
            desk.set("delivery.host", "localhost").set("delivery.port", port).set("delivery.tls", tls);
            desk.set("delivery.ca_file", server.ca_file().display())
                .set("delivery.user", "desk")
                .set("delivery.password_file", password);
            desk.deliver(inquiry(1));
            desk.deliver(&long);
            desk.once();
            let mails = desk.smtp.mails();
            assert_eq!(mails.len(), 2, "{tls}, {mechanism}");
            let texts: Vec<String> =
                mails.iter().map(|mail| madoguchi::mail::read(&mail.data).text).collect();
            let is_long = |text: &&String| text.chars().count() > 4_000;
            assert_eq!(texts.iter().filter(is_long).count(), 1, "{tls}, {mechanism}");
            assert!(texts.iter().all(|text| text.contains("受付時間：")), "{tls}, {mechanism}: {texts:?}");
        }
    }
}

#[test]
fn a_server_without_starttls_gets_no_mail() {
    let mut desk = Desk::on(On::Sqlite);
    desk.set("delivery.tls", "starttls").set("delivery.host", "localhost");
    desk.deliver(inquiry(1));
    let done = desk.run(&["once"]);
    assert!(done.error().contains("no STARTTLS"), "{}", done.error());
    assert!(desk.smtp.mails().is_empty());
}

#[test]
fn once_tells_what_waits_and_the_outbox_names_the_ticket_of_a_notice() {
    let desk = Desk::on(On::Sqlite);
    desk.add_settings("[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\n");
    desk.smtp.on(At::Rcpt.does(Act::Reply("450 4.2.1 busy")));
    desk.deliver(inquiry(1));
    let done = desk.once();
    assert!(done.stdout.contains("3 mails were not accepted and are tried again"), "{}", done.stdout);
    assert!(done.stdout.contains("450 4.2.1 busy"), "{}", done.stdout);
    assert_eq!(desk.json(&["once"])["delayed"], 3);
    let listed = desk.run(&["outbox", "list"]).stdout;
    let notice = listed.lines().find(|line| line.contains("new_ticket")).unwrap();
    assert!(notice.contains("ZT-2025-0001"), "{listed}");
}
