//! The desk is killed at any moment and started again: no ticket is lost or doubled, and each acknowledgement keeps
//! one Message-ID.

use std::{collections::BTreeMap, thread, time::Duration};

use crate::support::{
    call::{application, representative},
    desk::{Desk, on_both},
    mail::inquiry,
    members::STAFF,
};

on_both!(
    a_desk_that_is_killed_again_and_again_loses_and_doubles_nothing,
    deferred_mails_leave_once_and_within_the_limit_whenever_the_desk_is_killed,
    each_representative_gets_one_letter_whenever_the_desk_is_killed,
);

const MAILS: usize = 150;
/// Milliseconds from start to kill, spread over the duration of one pass.
const KILLS: [u64; 8] = [15, 40, 70, 110, 160, 220, 300, 400];

/// Starts a command and kills it after each of these milliseconds. Returns how often it was still running.
fn kill(desk: &Desk, command: &[&str], moments: &[u64]) -> usize {
    let mut killed = 0;
    for &moment in moments {
        let mut child = desk.spawn(command);
        thread::sleep(Duration::from_millis(moment));
        killed += usize::from(child.is_running());
        child.kill();
    }
    killed
}

fn a_desk_that_is_killed_again_and_again_loses_and_doubles_nothing(desk: &mut Desk) {
    desk.set("mailbox.after", "move").set("delivery.daily_limit", 100_000);
    for nth in 1..=MAILS {
        desk.deliver(inquiry(nth));
    }
    let killed = kill(desk, &["once"], &KILLS);
    assert!(killed >= 3, "it was killed {killed} times on its way");
    // The rehearsed clock must not go back behind what the killed processes wrote.
    desk.starts_at("2025-07-01T10:05:00+09:00");
    desk.once();
    assert_eq!(desk.numbers(), (1..=MAILS).map(|nth| format!("ZT-2025-{nth:04}")).collect::<Vec<_>>());
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in desk.smtp.mails() {
        let id = madoguchi::mail::read(&mail.data).message_id.unwrap();
        ids.entry(mail.to[0].clone()).or_default().push(id);
    }
    assert_eq!(ids.len(), MAILS, "every inquirer is answered");
    for (inquirer, mut sent) in ids {
        sent.dedup();
        assert_eq!(sent.len(), 1, "{inquirer} got more than one Message-ID");
    }
    assert!(desk.mailbox.messages("INBOX").is_empty());
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn deferred_mails_leave_once_and_within_the_limit_whenever_the_desk_is_killed(desk: &mut Desk) {
    const FIRST_DAY: usize = 10;
    const SECOND_DAY: usize = 100;
    desk.set("delivery.daily_limit", FIRST_DAY).set("answers.new_ticket", "none");
    for nth in 1..=MAILS {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    // Each inquirer, with the bytes of the mails.
    let sent = |desk: &Desk| {
        let mut sent: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for mail in desk.smtp.mails() {
            sent.entry(mail.to[0].clone()).or_default().push(mail.data);
        }
        sent
    };
    assert_eq!(sent(desk).len(), FIRST_DAY);
    desk.set("delivery.daily_limit", SECOND_DAY);
    desk.starts_at("2025-07-02T10:00:00+09:00");
    let killed = kill(desk, &["once"], &KILLS);
    assert!(killed >= 3, "it was killed {killed} times on its way");
    for (day, expected) in [("02", FIRST_DAY + SECOND_DAY), ("03", MAILS), ("04", MAILS)] {
        desk.starts_at(&format!("2025-07-{day}T10:05:00+09:00"));
        desk.once();
        assert_eq!(sent(desk).len(), expected, "{day} July");
    }
    for (inquirer, mut mails) in sent(desk) {
        mails.dedup();
        assert_eq!(mails.len(), 1, "{inquirer}: each repeat has the same bytes");
    }
    for count in [
        "SELECT COUNT(*) FROM event WHERE what = 'deferred'",
        "SELECT COUNT(*) FROM event WHERE what = 'queued'",
        "SELECT COUNT(DISTINCT ticket_id) FROM event WHERE what = 'queued'",
    ] {
        assert_eq!(desk.ask(count), i64::try_from(MAILS - FIRST_DAY).unwrap(), "{count}");
    }
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

/// Applications of the call that is killed between 結果送信 and its last letter.
const APPLICATIONS: usize = 20;

fn each_representative_gets_one_letter_whenever_the_desk_is_killed(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.undo", "0s");
    for nth in 1..=APPLICATIONS {
        desk.deliver_at(application(nth), "2025-07-10T10:00:00+09:00");
    }
    desk.starts_at("2025-08-01T09:30:00+09:00");
    desk.once();
    for nth in 1..=APPLICATIONS {
        let order = if nth == 1 { "select" } else { "decline" };
        let decided = desk.run(&["application", order, &format!("ZT-2025-{nth:04}"), "理由"]);
        assert_eq!(decided.code, Some(0), "{}", decided.stderr);
    }
    let shown = desk.json(&["application", "results"]);
    let send = ["application", "results", "--send", shown["code"].as_str().unwrap()];
    let mut killed = kill(desk, &send, &[20, 45, 70]);
    // All letters are there once now, whether or not a killed process has queued them.
    desk.run(&send);
    desk.starts_at("2025-08-01T09:45:00+09:00");
    killed += kill(desk, &["once"], &KILLS);
    assert!(killed >= 3, "it was killed {killed} times on its way");
    desk.starts_at("2025-08-01T18:00:00+09:00");
    desk.once();
    for nth in 1..=APPLICATIONS {
        let to = representative(nth);
        let mut letters: Vec<Vec<u8>> = desk
            .smtp
            .mails()
            .into_iter()
            .filter(|mail| mail.to == [to.as_str()])
            .map(|mail| mail.data)
            .collect();
        letters.dedup();
        assert_eq!(letters.len(), 1, "{to}: one letter, and each repeat of it has the same bytes");
        let text = madoguchi::mail::read(&letters[0]).text;
        assert_eq!(text.contains("実施地域として選定"), nth == 1, "{text}");
    }
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}
