//! A change of the database past the program is found: by the chain, by the desk's row, and by the rows that the
//! events are about.

use crate::support::{
    desk::{Desk, On, on_both},
    mail::inquiry,
};

on_both!(a_change_past_the_program_is_told, a_hash_in_a_list_for_leads_shows_that_the_end_was_cut);

/// What an attacker does who can write to the database, and what `check` then says.
const ATTACKS: [(&str, &[&str], &str); 15] = [
    ("an event is changed", &["UPDATE event SET actor = 'nobody' WHERE what = 'filed'"], "is broken at event"),
    (
        "an event is taken out",
        &["DELETE FROM event WHERE id = (SELECT MIN(id) FROM event WHERE what = 'sent')"],
        "is broken at event",
    ),
    (
        "the tail is cut",
        &["DELETE FROM event WHERE id = (SELECT MAX(id) FROM event)"],
        "the end of the audit chain is missing",
    ),
    ("the chain is emptied", &["DELETE FROM event"], "the end of the audit chain is missing, after event 0"),
    (
        "the tail is cut, and the desk's row with it",
        &[
            "DELETE FROM event WHERE id >= (SELECT MAX(id) FROM event WHERE what = 'sent')",
            "UPDATE desk SET event_hash = (SELECT hash FROM event ORDER BY id DESC LIMIT 1)",
        ],
        "mails that are sent without an event: 1",
    ),
    (
        "the chain is emptied, and the desk's row with it",
        &["DELETE FROM event", "UPDATE desk SET event_hash = ''"],
        "tickets that no event filed: 2",
    ),
    (
        "a ticket is taken away",
        &[
            "UPDATE outbox SET ticket_id = NULL",
            "DELETE FROM attachment",
            "DELETE FROM entry",
            "DELETE FROM turn",
            "DELETE FROM ticket WHERE number = 'ZT-2025-0002'",
        ],
        "tickets that are missing and have events: 1",
    ),
    ("a message says another ticket", &["UPDATE message SET ticket_id = 999999"], "messages whose ticket is missing: 2"),
    (
        "a message is put in",
        &["INSERT INTO message (id, folder, uidvalidity, uid, message_id, hash, received_at, taken_at, size, raw, outcome, attempts)
           SELECT 999999, folder, uidvalidity, 4711, message_id, hash, received_at, taken_at, size, raw, 'parked', attempts
           FROM message LIMIT 1"],
        "messages without an event: 1",
    ),
    (
        "a mail is put in",
        &["INSERT INTO outbox (id, purpose, automatic, sender, recipient, message_id, bytes, state, attempts, created_at)
           SELECT 999999, purpose, automatic, sender, recipient, 'other@example.jp', bytes, state, attempts, created_at
           FROM outbox LIMIT 1"],
        "mails that are sent without an event: 1",
    ),
    ("a mail is to leave again", &["UPDATE outbox SET state = 'queued'"], "mails in another state than the last event says: 2"),
    ("a mail is said to have failed", &["UPDATE outbox SET state = 'failed'"], "mails in another state than the last event says: 2"),
    (
        "a message goes to another ticket",
        &["UPDATE message SET ticket_id = (SELECT MIN(id) FROM ticket)"],
        "messages that no event put into their ticket: 1",
    ),
    ("a message is hidden", &["UPDATE message SET outcome = 'discarded'"], "messages that no event discarded: 2"),
    ("a message is called a duplicate", &["UPDATE message SET outcome = 'duplicate'"], "duplicates that no event found: 2"),
];

fn a_change_past_the_program_is_told(desk: &mut Desk) {
    let on = if desk.database_url().starts_with("postgres") { On::Postgres } else { On::Sqlite };
    for (name, statements, told) in ATTACKS {
        let desk = Desk::on(on);
        desk.deliver(inquiry(1));
        desk.deliver(inquiry(2));
        desk.once();
        for statement in statements {
            desk.sql(statement);
        }
        let audit = audit(&desk);
        let detail = audit["detail"].as_str().unwrap();
        assert!(audit["ok"] == false && detail.contains(told), "{name}: {detail}");
    }
}

/// What `check` says of the audit.
fn audit(desk: &Desk) -> serde_json::Value {
    let done = desk.run(&["check", "--json"]);
    let findings: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let audit = findings.as_array().unwrap().iter().find(|finding| finding["what"] == "audit").unwrap();
    assert_eq!(audit["ok"] == true, done.code == Some(0), "{}", done.stdout);
    audit.clone()
}

#[test]
fn the_newest_hash_moves_with_every_event() {
    let desk = Desk::on(On::Sqlite);
    let mut seen = Vec::new();
    for nth in 1..=3 {
        desk.deliver(inquiry(nth));
        desk.once();
        let audit = audit(&desk);
        assert!(
            audit["ok"] == true && audit["detail"].as_str().unwrap().contains("is whole and agrees"),
            "{audit}"
        );
        seen.push(audit["event_hash"].as_str().unwrap().to_owned());
    }
    seen.dedup();
    assert!(seen.len() == 3 && seen.iter().all(|hash| hash.len() == 64), "{seen:?}");
}

fn a_hash_in_a_list_for_leads_shows_that_the_end_was_cut(desk: &Desk) {
    desk.add_settings(
        "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n\
         [[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n",
    );
    desk.deliver(inquiry(1));
    desk.once();
    assert_eq!(desk.pipe(&["ticket", "note", "ZT-2025-0001"], "先方に電話済み".as_bytes()).code, Some(0));
    let lists = desk.run(&["digest", "--preview"]).stdout;
    let hashes: Vec<&str> = lists.lines().filter_map(|line| line.strip_prefix("記録の照合値：")).collect();
    assert_eq!(hashes.len(), 1, "leads alone get it: {lists}");
    assert_eq!(desk.pipe(&["ticket", "note", "ZT-2025-0001"], "折り返しを待つ".as_bytes()).code, Some(0));
    // As a person copies it from the list.
    let shouted = format!(" {} ", hashes[0].to_uppercase());
    assert!(desk.run(&["check", "--event-hash", &shouted]).stdout.contains("is there"));
    let short = desk.run(&["check", "--event-hash", &hashes[0][..20]]);
    assert!(short.stdout.contains("is no hash: it has 64 hexadecimal digits"), "{}", short.stdout);
    let check = desk.run(&["check", "--event-hash", hashes[0]]);
    assert_eq!(check.code, Some(0), "{}", check.stdout);
    assert!(check.stdout.contains("is there"), "{}", check.stdout);
    // A program that can write to the database cuts the end, and makes the desk's row fit.
    for _ in 0..2 {
        desk.sql("DELETE FROM event WHERE id = (SELECT MAX(id) FROM event)");
    }
    desk.sql("UPDATE desk SET event_hash = (SELECT hash FROM event ORDER BY id DESC LIMIT 1)");
    let check = desk.run(&["check", "--event-hash", hashes[0]]);
    assert_eq!(check.code, Some(1), "{}", check.stdout);
    assert!(check.stdout.contains("the end of the audit was cut"), "{}", check.stdout);
}
