//! Floods: many mails of strangers neither silence the desk nor hide real inquiries.

use madoguchi::mail;

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
};

on_both!(receipts_beyond_the_daily_limit_leave_on_the_next_days_in_their_order);

const LEAD: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n";

/// Numbers of the inquirers that got a receipt, in order.
fn acknowledged(desk: &Desk) -> Vec<usize> {
    let mails = desk.smtp.mails();
    let recipients = mails.iter().filter_map(|mail| mail.to[0].strip_prefix("yamada"));
    recipients.map(|rest| rest.split('@').next().unwrap().parse().unwrap()).collect()
}

fn states(desk: &Desk, state: &str) -> usize {
    let mails = desk.json(&["outbox", "list"]);
    mails.as_array().unwrap().iter().filter(|mail| mail["state"] == state).count()
}

fn receipts_beyond_the_daily_limit_leave_on_the_next_days_in_their_order(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("delivery.daily_limit", 3).set("answers.new_ticket", "none").set("answers.undo", "0s");
    desk.set("delivery.connections", 1);
    for nth in 1..=5 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    for nth in 6..=9 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    desk.once();
    assert_eq!(desk.numbers().len(), 9, "every inquiry is a ticket");
    assert_eq!(acknowledged(desk), [1, 2, 3]);
    assert_eq!(states(desk, "deferred"), 6);
    let told: Vec<String> = desk
        .smtp
        .mails()
        .iter()
        .filter(|sent| sent.to == ["sato@example.jp"])
        .map(|sent| mail::read(&sent.data).subject)
        .filter(|subject| subject.contains("自動メールの上限"))
        .collect();
    assert_eq!(told.len(), 1, "leads are told once a day: {told:?}");
    // Nobody acknowledges an inquiry that is answered.
    assert_eq!(
        desk.pipe(&["ticket", "answer", "ZT-2025-0005"], "例をお送りします。\n".as_bytes()).code,
        Some(0)
    );
    desk.once();
    let answered: Vec<usize> = acknowledged(desk).into_iter().filter(|nth| *nth == 5).collect();
    assert_eq!(answered, [5], "the answer leaves in spite of the limit");
    for (day, expected) in [
        ("2025-07-01T23:59:00+09:00", vec![1, 2, 3, 5]),
        ("2025-07-02T00:01:00+09:00", vec![1, 2, 3, 5, 4, 6, 7]),
        ("2025-07-02T10:00:00+09:00", vec![1, 2, 3, 5, 4, 6, 7]),
        ("2025-07-03T10:00:00+09:00", vec![1, 2, 3, 5, 4, 6, 7, 8, 9]),
        ("2025-07-04T10:00:00+09:00", vec![1, 2, 3, 5, 4, 6, 7, 8, 9]),
    ] {
        desk.starts_at(day);
        desk.once();
        desk.once();
        assert_eq!(acknowledged(desk), expected, "{day}");
    }
    assert_eq!(states(desk, "deferred"), 0);
}
