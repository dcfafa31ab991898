//! IMAP servers that answer oddly, as servers were seen to do: every mail is taken, once, and what the server said is told.

use std::{thread, time::Duration};

use crate::support::{
    desk::{Desk, On, on_both},
    http::{free_port, get, wait_for_answer},
    imap::{DATE, ImapServer},
    mail::{inquiry, kept},
    wait::wait_until,
};

on_both!(
    a_message_that_one_listing_left_out_is_taken_by_a_later_pass,
    new_uids_without_a_new_uidvalidity_hide_no_message,
    a_uidnext_that_is_too_low_alone_changes_nothing
);

/// Numbers of the inquirers of all tickets.
fn inquirers(desk: &Desk) -> Vec<String> {
    let organization = |ticket: &serde_json::Value| ticket["organization"].as_str().unwrap().to_owned();
    let mut all: Vec<String> = desk.tickets().iter().map(organization).collect();
    all.iter_mut().for_each(|name| *name = name.chars().filter(char::is_ascii_digit).collect());
    all
}

fn a_message_that_one_listing_left_out_is_taken_by_a_later_pass(desk: &mut Desk) {
    let server = ImapServer::of(desk, (1..=3).map(inquiry));
    server.state().left_out.extend([1, 2]);
    desk.once();
    assert_eq!(inquirers(desk), ["3"]);
    server.behaves();
    let compared = desk.run(&["reconcile"]);
    assert_eq!(compared.code, Some(1));
    assert!(compared.stdout.contains("INBOX;UIDVALIDITY=7/;UID=1"), "{}", compared.stdout);
    assert!(
        compared.error().contains("`madoguchi once` takes what is in the folder"),
        "{}",
        compared.error()
    );
    desk.once();
    assert_eq!(inquirers(desk), ["3", "1", "2"]);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
    desk.once();
    assert_eq!(desk.smtp.mails().len(), 3);
}

fn new_uids_without_a_new_uidvalidity_hide_no_message(desk: &mut Desk) {
    let server = ImapServer::of(desk, (1..=4).map(inquiry));
    desk.once();
    for (round, restored) in [&[4, 5][..], &[6]].into_iter().enumerate() {
        server.state().messages = (1..).zip(restored.iter().map(|nth| inquiry(*nth).bytes())).collect();
        let log = desk.once().stderr;
        assert!(log.contains("has assigned new UIDs"), "{round}: {log}");
        let log = desk.once().stderr;
        assert!(!log.contains("accounted for"), "{round}: {log}");
    }
    assert_eq!(inquirers(desk), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(desk.smtp.mails().len(), 6);
    assert_eq!(desk.run(&["reconcile"]).code, Some(0));
}

fn a_uidnext_that_is_too_low_alone_changes_nothing(desk: &mut Desk) {
    let messages: Vec<Vec<u8>> =
        vec![inquiry(1).into(), inquiry(2).without("Message-ID").into(), inquiry(3).into()];
    let server = ImapServer::of(desk, messages);
    desk.once();
    server.state().uid_next = Some(2);
    let log = desk.once().stderr;
    assert!(!log.contains("assigned new UIDs") && !log.contains("accounted for"), "{log}");
    server.state().messages.insert(4, inquiry(4).into());
    desk.once();
    assert_eq!(inquirers(desk), ["1", "2", "3", "4"]);
}

#[test]
fn a_daemon_takes_what_a_listing_left_out_and_asks_no_more_than_it_must() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, (1..=3).map(inquiry));
    desk.set("mailbox.idle", false);
    server.state().left_out.insert(2);
    let _daemon = desk.spawn(&["run"]);
    wait_until("two tickets", || inquirers(&desk).len() == 2);
    server.behaves();
    wait_until("the third ticket", || inquirers(&desk) == ["1", "3", "2"]);
    let before = (server.count("EXAMINE"), server.count("UID SEARCH"));
    wait_until("three passes", || server.count("EXAMINE") > before.0 + 3);
    assert!(server.count("UID SEARCH") <= before.1 + 2, "a pass over an unchanged folder searches nothing");
}

#[test]
fn a_message_without_a_readable_date_is_received_when_its_topmost_received_field_says() {
    let date = format!(" INTERNALDATE {DATE}");
    for odd in ["", " INTERNALDATE NIL", " INTERNALDATE", " INTERNALDATE \"00-Jan-0000 00:00:00 +0000\""] {
        let mut desk = Desk::on(On::Sqlite);
        let server = ImapServer::of(&mut desk, (1..=3).map(kept));
        // Only the second one's.
        server.replaces(
            &format!("(UID 2 RFC822.SIZE {}{date})", kept(2).bytes().len()),
            &format!("(UID 2 RFC822.SIZE {}{odd})", kept(2).bytes().len()),
        );
        desk.once();
        let received: Vec<String> =
            desk.tickets().iter().map(|ticket| ticket["received_at"].as_str().unwrap().to_owned()).collect();
        let [on_the_hour, by_the_field] = ["2025-07-01T09:30:00+09:00", "2025-07-01T09:29:30+09:00"];
        assert_eq!(received, [on_the_hour, by_the_field, on_the_hour], "{odd:?}");
    }
}

#[test]
fn odd_answers_hinder_nothing() {
    for (name, what, by) in [
        ("two blanks", "* CAPABILITY IMAP4rev1 IDLE", "* CAPABILITY  IMAP4rev1  IDLE"),
        ("no IMAP4rev1", "* CAPABILITY IMAP4rev1", "* CAPABILITY IMAP4rev2"),
        ("no capability", "* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS", "* CAPABILITY"),
        ("an unknown response", "* 3 EXISTS", "* XNEW (\r\n* 3 EXISTS"),
        ("a text without a blank", "[UIDVALIDITY 7] valid", "[UIDVALIDITY 7]有効"),
        ("blanks in a search", "* SEARCH 1 2 3", "* SEARCH  1  2 3 "),
        ("an unsolicited FETCH", "* SEARCH 1", "* 1 FETCH (FLAGS (\\Seen))\r\n* SEARCH 1"),
        ("no UIDNEXT", "* OK [UIDNEXT 4] next", "* OK hello"),
        (
            "odd flags and codes",
            "* OK [UIDNEXT 4] next",
            "* OK [UIDNEXT 4] next\r\n* OK [UNSEEN] x\r\n* OK [PERMANENTFLAGS (\\* a]b)] x\r\n* FLAGS (a\"b)\r\n* OK [NOMODSEQ]",
        ),
        ("flags in a FETCH", "(UID ", "(FLAGS (\\Seen $MDNSent NonJunk) UID "),
        ("data of extensions in a FETCH", "(UID ", "(X-GM-MSGID 1278455344230334865 MODSEQ (5) UID "),
        ("another case", "FETCH (UID ", "Fetch (Uid "),
        ("a binary literal", "BODY[] {", "BODY[] ~{"),
        ("no EXISTS", "* 3 EXISTS", "* 0 RECENT"),
        ("an EXISTS that is too low", "* 3 EXISTS", "* 1 EXISTS"),
        ("no text", " OK done", " OK"),
        ("a code in Japanese text", " OK done", " OK [READ-ONLY]完了"),
        ("no blank before a text", " OK done", " OK\tdone"),
        ("an untagged NO", "* 3 EXISTS", "* NO the disk is nearly full\r\n* 3 EXISTS"),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        let server = ImapServer::of(&mut desk, (1..=3).map(inquiry));
        server.replaces(what, by);
        for _ in 0..2 {
            let done = desk.run(&["once"]);
            assert_eq!(done.code, Some(0), "{name}: {}", done.stderr);
        }
        assert_eq!(inquirers(&desk), ["1", "2", "3"], "{name}");
    }
}

#[test]
fn a_server_that_has_logged_the_desk_in_gets_no_login() {
    for greeting in ["* PREAUTH", "* preauth [CAPABILITY IMAP4rev1 AUTH=PLAIN] welcome", "* PREAUTH ようこそ"]
    {
        let mut desk = Desk::on(On::Sqlite);
        let server = ImapServer::of(&mut desk, (1..=3).map(inquiry));
        server.state().greeting = greeting.into();
        server.answers("LOGIN", "{tag} BAD already").answers("AUTHENTICATE", "{tag} BAD already");
        desk.once();
        assert_eq!(inquirers(&desk), ["1", "2", "3"], "{greeting}");
        assert_eq!(server.count("LOGIN") + server.count("AUTHENTICATE"), 0, "{greeting}");
        // Before TLS nobody knows the greeting to be the server's own.
        desk.set("mailbox.tls", "starttls");
        let done = desk.run(&["once"]);
        assert!(done.error().contains("refused STARTTLS: its greeting is PREAUTH"), "{}", done.error());
    }
}

#[test]
fn folders_may_have_any_name() {
    for (folder, quoted) in [
        ("受付 2025", "\"&U9dO2A- 2025\""),
        ("[Gmail]/Done mail", "\"[Gmail]/Done mail\""),
        ("a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""),
        ("(R&D) {1}", "\"(R&-D) {1}\""),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        let server = ImapServer::of(&mut desk, [inquiry(1)]);
        desk.set("mailbox.after", "move").set("mailbox.processed_folder", folder);
        server.state().folders.push(quoted.to_owned());
        desk.once();
        desk.once();
        assert_eq!(server.count(&format!("LIST \"\" {quoted}")), 2, "{folder}");
        assert_eq!(server.count(&format!("CREATE {quoted}")), 0, "{folder}");
        assert_eq!(server.count(&format!("UID MOVE 1 {quoted}")), 1, "{folder}");
        assert_eq!(inquirers(&desk), ["1"]);
    }
}

#[test]
fn a_server_that_does_not_want_idle_is_polled_over_few_connections() {
    for (name, answer) in [
        ("NO", "{tag} NO not now"),
        ("NO, and the end", "{tag} NO not now\n* BYE"),
        ("BAD", "{tag} BAD what?"),
        ("BYE", "* BYE idle is not allowed"),
        ("dropped", ""),
        ("accepted and dropped", "+ idling\n* BYE idle is not allowed"),
        ("completed at once", "+ idling\n{tag} OK done"),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        let server = ImapServer::of(&mut desk, [inquiry(1)]);
        server.answers("IDLE", answer);
        let _daemon = desk.spawn(&["run"]);
        // A slow machine needs more passes until it has tried IDLE twice.
        wait_until(name, || server.count("EXAMINE") >= 6 && server.count("IDLE") >= 2);
        server.state().messages.insert(2, inquiry(2).into());
        wait_until(name, || inquirers(&desk) == ["1", "2"]);
        assert!(server.count("LOGIN") <= 3, "{name}: {} logins", server.count("LOGIN"));
        assert_eq!(server.count("IDLE"), 2, "{name}: {}", desk.log());
    }
}

#[test]
fn a_number_of_messages_that_idle_repeats_is_no_news() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, [inquiry(1)]);
    desk.set("mailbox.poll", "10m");
    server.replaces("+ idling", "+ idling\r\n* 1 EXISTS\r\n* OK still here");
    let _daemon = desk.spawn(&["run"]);
    wait_until("a ticket", || inquirers(&desk).len() == 1);
    thread::sleep(Duration::from_secs(2));
    assert!(server.count("EXAMINE") <= 4, "{} passes", server.count("EXAMINE"));
    server.state().messages.insert(2, inquiry(2).into());
    wait_until("news", || inquirers(&desk).len() == 2);
}

#[test]
fn the_servers_own_words_are_told() {
    for (name, command, answer, part) in [
        (
            "LOGIN",
            "LOGIN",
            "{tag} NO [LIMIT] Too many simultaneous connections.",
            "IMAP LOGIN failed: [LIMIT] Too many",
        ),
        (
            "LOGIN, BYE",
            "LOGIN",
            "* BYE Too many login attempts",
            "IMAP LOGIN failed: Too many login attempts",
        ),
        (
            "EXAMINE",
            "EXAMINE",
            "{tag} NO [UNAVAILABLE] Backend is down",
            "EXAMINE failed: [UNAVAILABLE] Backend",
        ),
        ("SEARCH", "UID SEARCH", "{tag} NO Request is throttled", "UID SEARCH failed: Request is throttled"),
        ("FETCH", "UID FETCH", "{tag} NO [LIMIT] bandwidth exceeded", "([LIMIT] bandwidth exceeded)"),
        ("FETCH, BYE", "UID FETCH", "* BYE going down", "(going down)"),
    ] {
        let mut desk = Desk::on(On::Sqlite);
        let server = ImapServer::of(&mut desk, [inquiry(1)]);
        server.answers(command, answer);
        let done = desk.run(&["once"]);
        assert_eq!(done.code, Some(1), "{name}");
        assert!(done.error().contains(part), "{name}: {}", done.error());
        assert!(!done.error().contains("mailbox.folder") && !done.error().contains("password"), "{name}");
        server.behaves();
        desk.once();
        assert_eq!(inquirers(&desk), ["1"], "{name}");
    }
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, [inquiry(1)]);
    server.state().greeting = "* BYE [UNAVAILABLE] Come back in an hour".into();
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    let _daemon = desk.spawn(&["run"]);
    wait_for_answer(port, "/readyz", 503, "IMAP greeting failed: [UNAVAILABLE] Come back in an hour");
}

#[test]
fn one_connection_at_a_time_is_enough() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, (1..=3).map(inquiry));
    server.state().most_connections = 1;
    desk.set("mailbox.poll", "1h");
    let port = free_port();
    desk.set("http.listen", format!("127.0.0.1:{port}"));
    let daemon = desk.spawn(&["run"]);
    wait_until("the daily comparison", || {
        get(port, "/metrics").1.contains("madoguchi_messages_unexplained 0")
    });
    assert_eq!(server.count("LOGIN"), 1);
    assert!(!desk.log().contains("Too many"), "{}", desk.log());
    drop(daemon);

    // That another message is delivered can be seen without a second connection, too.
    server.state().messages.extend([(4, inquiry(4).bytes()), (5, inquiry(5).bytes())]);
    server
        .answers("UID FETCH 4 (UID BODY", "{tag} NO it is damaged")
        .answers("UID FETCH 4:5 (UID BODY", "{tag} NO one is damaged");
    desk.set("mailbox.max_attempts", 1);
    wait_until("the end of the connection", || {
        let hour = 11 + server.count("LOGIN");
        desk.starts_at(&format!("2025-07-01T{hour}:00:00+09:00"));
        desk.run(&["once"]).code == Some(0)
    });
    assert_eq!((inquirers(&desk).len(), desk.parked()), (4, vec!["withheld".to_owned()]));
}

#[test]
fn a_refused_flag_is_told_and_set_later() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, [inquiry(1)]);
    let port = free_port();
    desk.set("mailbox.after", "seen").set("http.listen", format!("127.0.0.1:{port}"));
    server.answers("UID STORE", "{tag} NO [SERVERBUG] the index is locked");
    let _daemon = desk.spawn(&["run"]);
    wait_for_answer(port, "/readyz", 200, "IMAP UID STORE failed: [SERVERBUG] the index is locked");
    server.behaves();
    wait_until("the end of the warning", || !get(port, "/readyz").1.contains("the index is locked"));
    let stored = server.count("UID STORE 1 +FLAGS.SILENT (\\Seen)");
    wait_until("more passes", || server.count("SELECT") > 12);
    assert_eq!(server.count("UID STORE"), stored, "it is set once");
}

#[test]
fn a_message_that_cannot_be_removed_is_copied_once_and_a_gone_one_hinders_no_other() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, (1..=2).map(inquiry));
    server.state().capabilities = "IMAP4rev1 UIDPLUS".into();
    desk.set("mailbox.after", "move");
    server.answers("UID EXPUNGE", "{tag} NO [NOPERM] you must not");
    let log = desk.once().stderr;
    assert!(log.contains("stay in the folder, too: IMAP UID EXPUNGE failed: [NOPERM] you must not"), "{log}");
    desk.once();
    assert_eq!(server.count("UID COPY"), 1);

    let server = ImapServer::of(&mut desk, (1..=3).map(|nth| inquiry(nth + 2)));
    server.state().uidvalidity = 8;
    desk.set("mailbox.after", "seen");
    server.answers("UID STORE 1:3", "{tag} NO some of them do not exist");
    server.answers_times("UID SEARCH UID 1:3", "* SEARCH 1 3\n{tag} OK done", 1);
    desk.once();
    assert_eq!(server.count("UID STORE 1,3 "), 1);
}

#[test]
fn a_resting_connection_that_the_server_closes_is_no_fault() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, [inquiry(1)]);
    desk.set("mailbox.idle", false);
    let _daemon = desk.spawn(&["run"]);
    wait_until("some passes", || server.count("EXAMINE") >= 5);
    server.answers_times("EXAMINE", "* BYE you rested for too long", 1);
    server.state().messages.insert(2, inquiry(2).into());
    wait_until("the second ticket", || inquirers(&desk) == ["1", "2"]);
    assert_eq!(server.count("LOGIN"), 2);
    assert!(!desk.log().contains("ERROR"), "{}", desk.log());
}

#[test]
fn a_large_folder_is_listed_once_and_then_asked_for_new_messages_only() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, (1..=510).map(inquiry));
    desk.set("mailbox.idle", false).set("mailbox.accept_since", "2025-12-01T00:00:00+09:00");
    let _daemon = desk.spawn(&["run"]);
    // The second listing is that of the comparison.
    wait_until("the comparison", || server.count("UID SEARCH ALL") == 2);
    server.state().messages.insert(511, inquiry(511).into());
    wait_until("the new one", || inquirers(&desk).last().is_some_and(|nth| nth == "511"));
    let before = server.count("EXAMINE");
    wait_until("more passes", || server.count("EXAMINE") > before + 2);
    assert_eq!(server.count("UID SEARCH ALL"), 2);
    assert_eq!(server.count("UID SEARCH UID 511:*"), 1);
}

#[test]
fn a_large_folder_is_listed_again_within_minutes_if_a_listing_left_one_out() {
    let mut desk = Desk::on(On::Sqlite);
    let server = ImapServer::of(&mut desk, (1..=510).map(inquiry));
    desk.set("mailbox.idle", false).set("mailbox.accept_since", "2025-12-01T00:00:00+09:00");
    desk.once();
    server.state().messages.extend([(511, inquiry(511).into()), (512, inquiry(512).into())]);
    server.state().left_out.insert(511);
    let once = server.count("UID SEARCH ALL");
    // Five minutes of the desk are six seconds.
    let _daemon = desk.spawn(&["--pace", "50", "run"]);
    let listings = || server.count("UID SEARCH ALL") - once;
    wait_until("the comparison", || listings() == 2);
    server.behaves();
    let before = server.count("EXAMINE");
    let last = || inquirers(&desk).pop().unwrap();
    wait_until("the one that was left out", || last() == "511");
    assert_eq!(listings(), 3);
    assert!(server.count("EXAMINE") > before + 5, "{} passes", server.count("EXAMINE") - before);
    let before = server.count("EXAMINE");
    wait_until("more passes", || server.count("EXAMINE") > before + 5);
    assert_eq!((listings(), desk.tickets().len()), (3, 512));
}
