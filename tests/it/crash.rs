//! The desk is killed at any moment and started again: no ticket is lost or doubled, and each acknowledgement keeps
//! one Message-ID.

use std::{collections::BTreeMap, thread, time::Duration};

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
};

on_both!(a_desk_that_is_killed_again_and_again_loses_and_doubles_nothing);

const MAILS: usize = 150;
/// Milliseconds from start to kill, spread over the duration of one pass.
const KILLS: [u64; 8] = [15, 40, 70, 110, 160, 220, 300, 400];

fn a_desk_that_is_killed_again_and_again_loses_and_doubles_nothing(desk: &mut Desk) {
    desk.set("mailbox.after", "move").set("delivery.daily_limit", 100_000);
    for nth in 1..=MAILS {
        desk.deliver(inquiry(nth));
    }
    let mut killed = 0;
    for moment in KILLS {
        let mut child = desk.spawn(&["once"]);
        thread::sleep(Duration::from_millis(moment));
        killed += usize::from(child.is_running());
        child.kill();
    }
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
