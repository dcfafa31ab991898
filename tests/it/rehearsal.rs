//! `--as-of` on a desk whose mail reaches people: commands that write are refused and change nothing.

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::INQUIRER,
};

on_both!(a_rehearsal_changes_nothing_on_a_desk_that_sends_mail_to_people);

fn a_rehearsal_changes_nothing_on_a_desk_that_sends_mail_to_people(desk: &mut Desk) {
    desk.deliver(inquiry(1));
    desk.once();
    let events = desk.ask("SELECT COUNT(*) FROM event");
    let sent = desk.smtp.mails().len();
    desk.deliver(inquiry(2));
    desk.set("delivery.host", "smtp.example.jp").set("delivery.tls", "starttls");
    for (arguments, code) in [
        (&["run"][..], 2),
        (&["once"], 2),
        (&["ingest"], 75),
        (&["ticket", "close", "ZT-2025-0001"], 1),
        (&["phone", "--contact", "03-0000-0000"], 1),
        (&["digest"], 1),
        (&["erase", "--address", INQUIRER, "--open-too", "--yes"], 1),
        (&["keys", "rotate"], 1),
        (&["numbers", "skip"], 1),
        (&["search", "--rebuild"], 1),
    ] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(code), "{arguments:?}: {}", done.stderr);
        assert!(done.error().contains("rehearse on a copy"), "{arguments:?}: {}", done.stderr);
    }
    for arguments in [&["calendar", "show"][..], &["ticket", "list"], &["digest", "--preview"], &["export"]] {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
    }
    assert_eq!(desk.ask("SELECT COUNT(*) FROM event"), events);
    assert_eq!(desk.smtp.mails().len(), sent);

    // A copy of it, with mails that go into a folder.
    let folder = desk.dir.path().join("sent").display().to_string();
    desk.set("delivery.kind", "maildir").set("delivery.path", folder);
    desk.once();
    assert_eq!(desk.numbers().len(), 2);
}
