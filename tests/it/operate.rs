//! Operation: health, metrics, reload, backup, export, move between databases, completions and manual pages.

use madoguchi::desk::form::FieldKey;
use rustix::process::Signal;

use crate::support::{
    desk::{Desk, On, on_both, program},
    http::{free_port, get, wait_for_answer, wait_for_status},
    mail::inquiry,
    wait::{LIMIT, wait_for},
};

on_both!(
    a_desk_at_work_is_ready_and_tells_its_figures,
    a_mailbox_that_refuses_makes_the_desk_alive_and_not_ready,
    settings_are_read_again_at_a_hangup_and_bad_ones_are_refused,
    silence_in_business_hours_is_an_alarm_that_needs_no_mail_server
);

fn a_desk_at_work_is_ready_and_tells_its_figures(desk: &mut Desk) {
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    desk.deliver(inquiry(1));
    let _daemon = desk.spawn(&["run"]);
    wait_for_status(port, "/readyz", 200);
    assert_eq!(get(port, "/healthz"), (200, "alive\n".to_owned()));
    let expected = [
        "madoguchi_messages_total{outcome=\"ticket\"} 1",
        "madoguchi_tickets{status=\"open\"} 1",
        "madoguchi_ready 1",
        "madoguchi_outbox_queued 0",
        "madoguchi_delivery_attempts_total{verdict=\"sent\"} 1",
    ];
    // A counter is updated at once, a gauge at the next measurement: they need not change together.
    wait_for("the figures", LIMIT, || {
        let figures = get(port, "/metrics").1;
        match expected.iter().find(|line| !figures.contains(**line)) {
            None => Ok(()),
            Some(line) => Err(format!("{line} is not among them: {figures}")),
        }
    });
    assert_eq!(desk.run(&["health"]).code, Some(0));
    assert_eq!(get(port, "/").0, 404);
}

fn a_mailbox_that_refuses_makes_the_desk_alive_and_not_ready(desk: &mut Desk) {
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    std::fs::write(desk.dir.path().join("password"), "wrong").unwrap();
    let _daemon = desk.spawn(&["run"]);
    wait_for_status(port, "/healthz", 200);
    let body = wait_for_answer(port, "/readyz", 503, "refused the login");
    let report: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(
        report["reasons"][0].as_str().unwrap().starts_with("mailbox: the IMAP server refused the login"),
        "{body}"
    );
    let health = desk.run(&["health"]);
    assert_eq!(health.code, Some(1));
    assert!(health.stdout.contains("refused the login"), "{}", health.stdout);
}

#[test]
fn of_two_processes_on_postgresql_one_takes_the_mail_and_the_other_takes_over() {
    let mut desk = Desk::on(On::Postgres);
    let (one, two) = (free_port(), free_port());
    desk.set("http.listen", format!("127.0.0.1:{one}"));
    let mut first = desk.spawn(&["run"]);
    wait_for_status(one, "/readyz", 200);
    desk.set("http.listen", format!("127.0.0.1:{two}"));
    let _second = desk.spawn(&["run"]);
    let standby = |port, expected: bool| {
        wait_for_answer(port, "/readyz", 200, &format!("\"standby\":{expected}"));
    };
    standby(two, true);
    standby(one, false);
    // SIGKILL: the first process cannot give its lead back, and the other must notice.
    first.kill();
    standby(two, false);
    desk.deliver(inquiry(1));
    desk.smtp.wait_for_mails(1);
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
}

#[test]
fn health_without_an_endpoint_says_what_to_set() {
    let desk = Desk::on(On::Sqlite);
    let done = desk.run(&["health"]);
    assert_eq!(done.code, Some(2));
    assert!(done.error().contains("http.listen"), "{}", done.stderr);
}

#[test]
fn a_copy_made_at_work_can_take_the_place_of_a_lost_database() {
    let desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1));
    desk.once();
    let copy = desk.dir.path().join("copy.db").display().to_string();
    let done = desk.run(&["backup", &copy]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(desk.run(&["backup", &copy]).code, Some(1), "no copy is overwritten");
    assert_eq!(desk.run(&["restore", &copy]).code, Some(1), "nor a database");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(desk.dir.path().join(format!("desk.db{suffix}")));
    }
    assert_eq!(
        desk.run(&["restore", desk.config().to_str().unwrap()]).code,
        Some(1),
        "a settings file is no copy"
    );
    let done = desk.run(&["restore", &copy]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.run(&["check"]).code, Some(0));
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 1, "nothing is done twice after a restore");
    assert!(done.stdout.contains("the next one is ZT-2025-1002"), "{}", done.stdout);
}

#[test]
fn tickets_are_exported_for_people_and_for_programs() {
    let desk = Desk::on(On::Sqlite);
    desk.deliver(inquiry(1).field(FieldKey::Name, "=1+1"));
    desk.deliver(inquiry(2));
    desk.once();
    let json = desk.json(&["export"]);
    assert_eq!((json.as_array().unwrap().len(), &json[1]["organization"]), (2, &"第2市 健康福祉部".into()));
    assert_eq!(json[1]["messages"].as_array().unwrap().len(), 2, "what came and what left");
    assert_eq!(desk.json(&["export", "--from", "2025-07-02"]).as_array().unwrap().len(), 0);
    let csv = desk.run(&["export", "--format", "csv"]).stdout;
    assert!(csv.starts_with("\u{feff}受付番号,状態,") && csv.contains("ZT-2025-0002,未回答,email,"), "{csv}");
    assert!(csv.contains("'=1+1"), "a stranger's formula is text");
    assert_eq!(csv.lines().count(), 3, "a record is a line: {csv}");
    let cp932 = desk.command(&["export", "--format", "csv", "--encoding", "cp932"]).output().unwrap().stdout;
    let (text, _, lost) = encoding_rs::SHIFT_JIS.decode(&cp932);
    assert!(!lost && text.contains("第2市 健康福祉部"));
}

#[test]
fn completions_and_manual_pages_are_made() {
    let done = program().args(["completions", "bash"]).output().unwrap();
    assert!(String::from_utf8(done.stdout).unwrap().contains("reconcile"));
    let dir = tempfile::tempdir().unwrap();
    let done = program().arg("man").arg(dir.path()).output().unwrap();
    assert!(done.status.success());
    assert!(
        dir.path().join("madoguchi-ticket-answer.1").is_file()
            || dir.path().join("madoguchi-ticket.1").is_file()
    );
}

fn settings_are_read_again_at_a_hangup_and_bad_ones_are_refused(desk: &mut Desk) {
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    let daemon = desk.spawn(&["run"]);
    wait_for_status(port, "/readyz", 200);
    let good = std::fs::read_to_string(desk.config()).unwrap();

    std::fs::write(desk.config(), format!("{good}[window]\ncloses = \"2025-06-28\"\nopened = 1\n")).unwrap();
    daemon.signal(Signal::HUP);
    desk.wait_for_log(
        "the settings are refused, the old ones stay in force: window.opened: is not a known key",
    );
    desk.deliver(inquiry(1));
    desk.wait_for_log("outcome=ticket");

    std::fs::write(desk.config(), format!("{good}[window]\ncloses = \"2025-06-28\"\n")).unwrap();
    daemon.signal(Signal::HUP);
    desk.wait_for_log("settings: window.closes: (not set) → \"2025-06-28\"");
    desk.wait_for_log("the new settings are in force");
    desk.deliver(inquiry(2));
    desk.wait_for_log("outcome=parked");
    let figures = get(port, "/metrics").1;
    assert!(
        figures.contains("madoguchi_messages_total{outcome=\"ticket\"} 1"),
        "counting goes on: {figures}"
    );
    assert_eq!(get(port, "/readyz").0, 200);

    std::fs::write(desk.config(), good.replace("url = \"", "url = \"sqlite:/elsewhere-")).unwrap();
    daemon.signal(Signal::HUP);
    desk.wait_for_log("database.url: has changed; restart the desk");
    std::fs::write(desk.config(), &good).unwrap();
    daemon.signal(Signal::HUP);
    desk.wait_for_log("settings: window.closes: \"2025-06-28\" → (not set)");
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
}

fn silence_in_business_hours_is_an_alarm_that_needs_no_mail_server(desk: &mut Desk) {
    desk.add_settings("[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n");
    desk.deliver(inquiry(1));
    desk.once();
    // Eight days later: 48 business hours, without the weekend.
    desk.starts_at("2025-07-09T10:00:30+09:00");
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    let daemon = desk.spawn(&["run"]);
    wait_for_status(port, "/readyz", 200);
    let strict = wait_for("an alarm", LIMIT, || {
        let done = desk.run(&["health", "--strict"]);
        if done.code == Some(1) { Ok(done) } else { Err(done.stdout) }
    });
    assert!(strict.stdout.contains("silence: no mail for 48 h of business time"), "{}", strict.stdout);
    assert_eq!(desk.run(&["health"]).code, Some(0), "mail is taken and sent");
    assert!(
        get(port, "/metrics").1.contains("madoguchi_silence_business_seconds 1728"),
        "{}",
        get(port, "/metrics").1
    );
    drop(daemon);
    let digest = desk.run(&["digest", "--preview"]).stdout;
    assert!(digest.contains("受付時間で48時間のあいだ、メールが1通も届いていません"), "{digest}");
}

#[test]
fn a_desk_moves_from_sqlite_to_postgresql_and_back_whole() {
    let desk = Desk::on(On::Sqlite);
    for nth in 1..=130 {
        desk.deliver(inquiry(nth));
    }
    desk.deliver("garbage");
    desk.once();
    desk.pipe(&["ticket", "answer", "ZT-2025-0002"], "お答えします。".as_bytes());
    let url = |file: &str| format!("sqlite:{}", desk.dir.path().join(file).display());
    let (old, back) = (url("desk.db"), url("back.db"));
    let mut moved = Desk::on(On::Postgres);
    let new = moved.database_url();
    let copied = desk.json(&["migrate", "--from", &old, "--to", &new]);
    let rows = |table: &str| {
        copied.as_array().unwrap().iter().find(|row| row["table"] == table).unwrap()["rows"].clone()
    };
    assert_eq!((rows("message"), rows("ticket"), rows("desk")), (131.into(), 130.into(), 1.into()));
    let again = desk.run(&["migrate", "--from", &old, "--to", &new]);
    assert_eq!(again.code, Some(1));
    assert!(again.error().contains("holds a desk already"), "{}", again.error());
    // The moved desk continues where the other stopped.
    moved.set("mailbox.user", &desk.mailbox.user);
    let shown = |desk: &Desk| {
        let mut ticket = desk.json(&["ticket", "show", "ZT-2025-0002"]);
        // `left` differs: each desk's clock runs on while the other answers.
        ticket.as_object_mut().unwrap().remove("left").unwrap();
        ticket
    };
    assert_eq!(shown(&moved), shown(&desk));
    desk.deliver(inquiry(131));
    moved.once();
    assert_eq!(moved.numbers().len(), 131);
    assert!(moved.run(&["check"]).stdout.contains("the audit chain is whole"));
    assert_eq!(moved.run(&["reconcile"]).code, Some(0));
    let returned = desk.run(&["migrate", "--from", &new, "--to", &back]);
    assert_eq!(returned.code, Some(0), "{}", returned.stderr);
    assert!(returned.stdout.contains("every row was read back"), "{}", returned.stdout);
}

#[test]
fn a_desk_that_is_served_does_not_move() {
    let mut desk = Desk::on(On::Sqlite);
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    let _daemon = desk.spawn(&["run"]);
    wait_for_status(port, "/readyz", 200);
    let url = |file: &str| format!("sqlite:{}", desk.dir.path().join(file).display());
    let done = desk.run(&["migrate", "--from", &url("desk.db"), "--to", &url("new.db")]);
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("stop the other one first"), "{}", done.error());
}
