//! The daily digest: when it is sent, and what it shows.

use madoguchi::mail::read;

use super::STAFF;
use crate::support::{
    desk::{Desk, NOW, on_both},
    mail::inquiry,
};

on_both!(
    a_digest_goes_out_at_its_times_when_there_is_something_to_say,
    every_digest_that_is_asked_for_leaves_though_rehearsals_tell_one_instant_twice,
    a_digest_counts_all_tickets_of_a_full_mailbox_and_shows_the_first
);

fn a_digest_goes_out_at_its_times_when_there_is_something_to_say(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.new_ticket", "none");
    desk.deliver(inquiry(1));
    let digests = |desk: &Desk| {
        desk.smtp.mails().iter().filter(|mail| read(&mail.data).subject.contains("日次一覧")).count()
    };
    // (now, digests sent so far)
    for (now, count) in [
        ("2025-07-01T10:00:00+09:00", 2),
        ("2025-07-01T10:05:00+09:00", 2),
        ("2025-07-01T13:00:00+09:00", 2), // nothing new, nothing due
        ("2025-07-02T03:00:00+09:00", 2),
        ("2025-07-02T09:00:00+09:00", 2),
        ("2025-07-03T09:00:00+09:00", 4), // due today
        ("2025-07-03T13:00:01+09:00", 6), // and late
        ("2025-07-05T13:00:00+09:00", 6), // Saturday
        ("2025-07-07T16:59:00+09:00", 8), // both of Monday were missed
        ("2025-07-07T17:30:00+09:00", 8),
    ] {
        desk.once_at(now);
        assert_eq!(digests(desk), count, "{now}");
    }
    let lead = desk.mail_to("sato@example.jp", "日次一覧");
    assert!(lead.subject.contains("超過1件") && lead.text.contains("これまでの件数"), "{}", lead.text);
    assert!(
        !desk.mail_to("ito@example.jp", "日次一覧").text.contains("これまでの件数"),
        "figures are for leads"
    );
}

fn every_digest_that_is_asked_for_leaves_though_rehearsals_tell_one_instant_twice(desk: &mut Desk) {
    desk.add_settings("[[staff]]\nname = \"田中 実\"\naddress = \"tanaka@example.jp\"\n");
    desk.once();
    // Each process starts at the same rehearsed instant, and queues its digest some milliseconds later.
    for _ in 0..20 {
        desk.starts_at(NOW);
        assert_eq!(desk.run(&["digest"]).code, Some(0));
    }
    desk.once_at("2025-07-01T10:05:00+09:00");
    let asked: Vec<_> = desk
        .mails_to("tanaka@example.jp")
        .into_iter()
        .filter(|mail| mail.subject.contains("日次一覧"))
        .collect();
    assert_eq!(asked.len(), 20);
}

fn a_digest_counts_all_tickets_of_a_full_mailbox_and_shows_the_first(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.new_ticket", "none").set("answers.notices_per_domain", 1_000);
    (1..=260).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.once();
    assert_eq!(desk.tickets().len(), 260);
    desk.run(&["digest"]);
    desk.once();
    let digest = desk.mail_to("ito@example.jp", "日次一覧");
    assert!(digest.subject.contains("担当未定260件"), "{}", digest.subject);
    let shown: Vec<&str> =
        digest.text.lines().filter(|line| line.contains('▼') && line.contains("ZT-")).collect();
    assert!(
        digest.text.contains("（260件）") && digest.text.contains("このほかに20件あります。"),
        "{}",
        digest.text
    );
    assert_eq!(shown.len(), 40);
    assert!(shown[0].contains("ZT-2025-0001") && shown[39].contains("ZT-2025-0040"), "{shown:?}");
    let lines: Vec<&str> = digest.text.lines().filter(|line| line.starts_with("　ZT-")).collect();
    assert_eq!(lines.len(), 200);
    assert!(lines[0].contains("ZT-2025-0041") && lines[199].contains("ZT-2025-0240"), "{lines:?}");
}
