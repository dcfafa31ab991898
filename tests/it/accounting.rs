//! Every message is accounted for exactly once, and one bad message stops nothing.

use std::sync::Arc;

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, kept, message},
};
use chrono::{DateTime, Utc};
use madoguchi::{
    desk::form::FieldKey,
    letter::Purpose,
    mail::SmtpReply,
    store::{
        Attempt, AuditEvent, Chain, LedgerLookup, NewEvent, NewMail, NewMessage, OutboxState, Outcome, Place,
        Recipient, Store, Verdict,
    },
};

on_both!(
    the_same_mail_twice_is_a_duplicate_and_is_answered_once,
    the_same_message_id_with_other_content_is_a_message_of_its_own,
    a_message_is_known_by_place_and_content_however_often_its_message_id_came,
    odd_messages_are_filed_or_parked_and_stop_nothing,
    a_parked_mail_that_several_operators_retry_at_once_becomes_one_ticket,
    a_parked_mail_that_came_twice_becomes_one_ticket_when_it_is_retried,
    a_parked_mail_can_be_shown_retried_and_put_aside,
    a_new_uidvalidity_is_a_rescan_that_files_nothing_twice,
    numbers_have_no_gap_and_no_double_under_two_writers,
    a_savepoint_takes_back_what_follows_it_and_nothing_else,
    the_next_of_a_batch_sees_what_was_filed_before_it,
    a_verdict_is_recorded_with_its_attempt,
    keep_changes_nothing_in_the_mailbox,
    seen_flags_what_is_accounted_for,
    move_sorts_accounted_and_parked_mail_into_their_folders
);

fn the_same_mail_twice_is_a_duplicate_and_is_answered_once(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1));
    // The same mail by another route has other Received fields.
    desk.deliver(inquiry(1).header("Received", "from a by b; Tue, 1 Jul 2025 09:29:30 +0900"));
    desk.once();
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
    assert_eq!(desk.smtp.mails().len(), 1);
}

fn the_same_message_id_with_other_content_is_a_message_of_its_own(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1).field(FieldKey::Inquiry, "災害時の連携の例を教えてください。"));
    desk.once();
    assert_eq!(desk.tickets().len(), 2);
    let shown = desk.json(&["ticket", "show", "ZT-2025-0002"]);
    assert!(
        shown["events"][0]["detail"].as_str().unwrap().contains("message_id_reused"),
        "{}",
        shown["events"]
    );
}

fn a_message_is_known_by_place_and_content_however_often_its_message_id_came(desk: &Desk) {
    desk.once();
    let url = desk.database_url();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (store, now, raw) =
            (Store::open(&url).await.unwrap(), DateTime::<Utc>::UNIX_EPOCH, Arc::default());
        let places: Vec<Place> =
            (1..=30).map(|uid| Place::Imap { folder: "f".into(), uidvalidity: 1, uid }).collect();
        let mut tx = store.write().await.unwrap();
        let hashes: Vec<String> = (1..=30).map(|nth| format!("h{nth}")).collect();
        for (place, hash) in places.iter().zip(&hashes) {
            let id = tx.fresh_id();
            tx.add_message(&NewMessage {
                id,
                place,
                message_id: "m@example.jp",
                hash,
                received_at: now,
                taken_at: now,
                size: 0,
                raw: &raw,
                outcome: Outcome::Parked,
                reason: None,
                detail: None,
                ticket_id: None,
                duplicate_of: None,
                attempts: 1,
                settled: true,
            });
        }
        tx.commit().await.unwrap();
        let elsewhere = Place::Imap { folder: "elsewhere".into(), uidvalidity: 1, uid: 1 };
        let recipient = Recipient { address: "a@example.jp", midnight: now, form_since: now };
        let mut tx = store.write().await.unwrap();
        for (place, hash) in places.iter().zip(&hashes) {
            let here = LedgerLookup {
                place,
                message_id: "m@example.jp",
                hash: "another",
                sender: "",
                sender_since: now,
                recipient,
            };
            let (earlier, _) = tx.lookup(&here).await.unwrap();
            assert!(earlier.iter().any(|row| row.same_place), "{place:?}");
            let there = LedgerLookup {
                place: &elsewhere,
                message_id: "m@example.jp",
                hash,
                sender: "",
                sender_since: now,
                recipient,
            };
            let (earlier, _) = tx.lookup(&there).await.unwrap();
            assert!(earlier.iter().any(|row| row.same_content), "{hash}");
        }
    });
}

fn odd_messages_are_filed_or_parked_and_stop_nothing(desk: &Desk) {
    desk.deliver("");
    desk.deliver(inquiry(1).without("From"));
    desk.deliver(inquiry(2).without("Message-ID"));
    desk.deliver(inquiry(2).without("Message-ID"));
    desk.deliver(inquiry(3).without("Date"));
    desk.deliver([0_u8, 159, 146, 150, 10, 10, 255, 254]);
    desk.deliver(inquiry(4).body("長い本文です。\n".repeat(1_500_000)));
    desk.deliver(inquiry(5));
    desk.once();
    let organizations: Vec<String> =
        desk.tickets().iter().map(|t| t["organization"].as_str().unwrap_or_default().to_owned()).collect();
    for nth in [1, 2, 3, 5] {
        let expected = format!("第{nth}市 健康福祉部");
        assert_eq!(
            organizations.iter().filter(|organization| **organization == expected).count(),
            1,
            "{organizations:?}"
        );
    }
    let parked = desk.parked();
    assert_eq!(parked.iter().filter(|reason| *reason == "oversize").count(), 1, "{parked:?}");
    assert!(parked.iter().any(|reason| reason == "unreadable"), "{parked:?}");
    let answered: Vec<String> = desk.smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(answered.len(), 3, "nobody to answer without From: {answered:?}");
}

fn a_parked_mail_that_several_operators_retry_at_once_becomes_one_ticket(desk: &mut Desk) {
    // The mail came before the window opened; the opening date is corrected below.
    desk.deliver(inquiry(1));
    desk.set("window.opens", "2025-07-02").set("window.closes", "2026-02-28");
    desk.once();
    assert_eq!(desk.parked(), ["before_window"]);
    let id = desk.json(&["parked", "list"])[0]["id"].to_string();
    desk.set("window.opens", "2025-06-27");
    let retries: Vec<_> = (0..6).map(|_| desk.spawn(&["parked", "retry", &id])).collect();
    for mut retry in retries {
        retry.0.wait().unwrap();
    }
    assert_eq!(desk.numbers(), ["ZT-2025-0001"]);
}

fn a_parked_mail_that_came_twice_becomes_one_ticket_when_it_is_retried(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1));
    desk.set("window.opens", "2025-07-02").set("window.closes", "2026-02-28");
    desk.once();
    assert_eq!(desk.parked(), ["before_window"], "its copy is known as one");
    let id = desk.json(&["parked", "list"])[0]["id"].to_string();
    desk.set("window.opens", "2025-06-27");
    let retry = desk.run(&["parked", "retry", &id]);
    assert!(retry.stdout.contains("ticket ZT-2025-0001"), "{}", retry.stdout);
    assert_eq!((desk.numbers().len(), desk.parked().len()), (1, 0));
}

fn a_parked_mail_can_be_shown_retried_and_put_aside(desk: &mut Desk) {
    desk.deliver(inquiry(1).body("長い本文です。\n".repeat(100)));
    desk.set("mailbox.max_message_size", "1KB");
    desk.once();
    let rows = desk.json(&["parked", "list"]);
    assert_eq!(rows[0]["reason"], "oversize");
    let id = rows[0]["id"].to_string();
    assert_eq!(desk.json(&["parked", "show", &id])["from"]["address"], "yamada1@city.example.jp");
    let done = desk.run(&["parked", "retry", &id]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(desk.parked(), ["oversize"], "its body was never fetched");
    assert_eq!(desk.run(&["parked", "discard", &id]).code, Some(0));
    assert!(desk.parked().is_empty());
    let again = desk.run(&["parked", "discard", &id]);
    assert_eq!(again.code, Some(1));
    assert!(again.error().contains("parked list"), "{}", again.stderr);
}

fn a_new_uidvalidity_is_a_rescan_that_files_nothing_twice(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    desk.forget_uids();
    desk.deliver(inquiry(3));
    let log = desk.once().stderr;
    assert_eq!(log.matches("a new UIDVALIDITY").count(), 1, "{log}");
    assert!(!desk.once().stderr.contains("UIDVALIDITY"), "it is told once");
    assert_eq!(desk.numbers(), ["ZT-2025-0001", "ZT-2025-0002", "ZT-2025-0003"]);
    assert_eq!(desk.smtp.mails().len(), 3);
}

fn numbers_have_no_gap_and_no_double_under_two_writers(desk: &Desk) {
    desk.once();
    let folder = |half: usize| {
        let path = desk.dir.path().join(format!("half{half}"));
        std::fs::create_dir(&path).unwrap();
        for nth in 1..=25 {
            std::fs::write(path.join(format!("{nth}.eml")), kept(half * 100 + nth).bytes()).unwrap();
        }
        path.display().to_string()
    };
    let (one, two) = (folder(1), folder(2));
    let mut writers: Vec<_> =
        [&one, &two].iter().map(|folder| desk.command(&["ingest", folder]).spawn().unwrap()).collect();
    for writer in &mut writers {
        assert!(writer.wait().unwrap().success());
    }
    let expected: Vec<String> = (1..=50).map(|nth| format!("ZT-2025-{nth:04}")).collect();
    assert_eq!(desk.numbers(), expected);
}

fn a_savepoint_takes_back_what_follows_it_and_nothing_else(desk: &Desk) {
    desk.once();
    let url = desk.database_url();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (store, at) = (Store::open(&url).await.unwrap(), DateTime::<Utc>::UNIX_EPOCH);
        let mut tx = store.write().await.unwrap();
        let event = |to: &str| NewEvent::by_desk(AuditEvent::Assigned { to: to.to_owned() }).on_ticket(0);
        for (what, is_kept) in [("kept", true), ("undone", false), ("also_kept", true), ("undone", false)] {
            tx.savepoint().await.unwrap();
            let id = tx.fresh_id();
            tx.append_event(at, event(what));
            tx.set_state(&format!("test:{what}"), "set").await.unwrap();
            if !is_kept {
                // Rows that are not in the database yet are taken back as well.
                tx.append_event(at, event(what));
                tx.roll_back().await.unwrap();
                assert_eq!(tx.fresh_id(), id, "an identifier comes back");
            }
        }
        tx.commit().await.unwrap();
        let kept: Vec<String> =
            store.events_of(0).await.unwrap().into_iter().map(|event| event.detail).collect();
        assert_eq!(kept, ["kept", "also_kept"]);
        assert_eq!(store.state("test:undone").await.unwrap(), None);
        assert_eq!(store.state("test:also_kept").await.unwrap().as_deref(), Some("set"));
        assert_eq!(store.prove_audit().await.unwrap().chain, Chain::Whole);
    });
}

fn the_next_of_a_batch_sees_what_was_filed_before_it(desk: &Desk) {
    // One pass takes all of them in one batch: the copy, and mails that are too many for their sender.
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(1));
    for nth in 2..=8 {
        desk.deliver(inquiry(nth).from("busy@city.example.jp"));
    }
    desk.once();
    assert_eq!(desk.numbers().len(), 8);
    let busy = "busy@city.example.jp".to_owned();
    let answered = desk.smtp.mails().into_iter().filter(|mail| mail.to.contains(&busy)).count();
    assert_eq!(answered, 5, "the sender's daily limit holds within a batch");
}

fn a_verdict_is_recorded_with_its_attempt(desk: &Desk) {
    desk.once();
    let url = desk.database_url();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (store, at) = (Store::open(&url).await.unwrap(), DateTime::<Utc>::UNIX_EPOCH);
        let mut tx = store.write().await.unwrap();
        for message_id in ["one@example.jp", "two@example.jp"] {
            tx.add_mail(&NewMail {
                ticket_id: None,
                message_ref: None,
                purpose: Purpose::Acknowledgement,
                sender: "desk@example.jp",
                recipient: "a@example.jp",
                message_id,
                bytes: b"text",
                at,
                leaves_at: Some(at),
                deferred: false,
                author: None,
                entry: None,
            })
            .unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.write().await.unwrap();
        let claimed = tx.claim_due(at, at, 1, 10).await.unwrap();
        let attempt =
            |due| Attempt { due, at, reply: SmtpReply::new(250, "2.0.0 Ok"), verdict: Verdict::Sent };
        let attempts: Vec<Attempt> = claimed.into_iter().map(attempt).collect();
        tx.record_attempts(&attempts).await.unwrap();
        tx.commit().await.unwrap();
        let mails = store.outbox(true).await.unwrap();
        assert_eq!(mails.len(), 2);
        for mail in mails {
            assert_eq!((mail.state, mail.attempts, mail.finished_at), (OutboxState::Sent, 1, Some(at)));
            assert_eq!(mail.last_reply.as_deref(), Some("250 2.0.0 Ok"));
        }
        assert_eq!(store.prove_audit().await.unwrap().chain, Chain::Whole);
    });
}

fn keep_changes_nothing_in_the_mailbox(desk: &Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    let messages = desk.mailbox.messages("INBOX");
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].flags, "");
    assert_eq!(desk.mailbox.folders(), ["INBOX"]);
}

fn seen_flags_what_is_accounted_for(desk: &mut Desk) {
    desk.set("mailbox.after", "seen");
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    assert!(desk.mailbox.messages("INBOX").iter().all(|message| message.flags == "S"));
}

fn move_sorts_accounted_and_parked_mail_into_their_folders(desk: &mut Desk) {
    desk.set("mailbox.after", "move");
    desk.deliver(inquiry(1));
    desk.deliver(message(2, "お知らせ", "x").header("List-Id", "<l.example.jp>"));
    desk.once();
    assert!(desk.mailbox.messages("INBOX").is_empty());
    let folder = |name: &str| desk.mailbox.messages(name).len();
    assert_eq!((folder("処理済"), folder("保留")), (1, 1));
}
