//! Floods: many mails of strangers neither silence the desk nor hide real inquiries.

use madoguchi::mail;

use crate::support::{
    desk::{Desk, on_both},
    docx::{Form, text},
    mail::{inquiry, message},
    smtp::{Act, At},
};

on_both!(
    receipts_beyond_the_daily_limit_leave_on_the_next_days_in_their_order,
    notices_of_a_flood_are_gathered_and_others_stay_visible,
    nobody_gets_the_tickets_of_a_flood_in_turn,
    further_mails_on_one_ticket_are_gathered,
    a_flood_of_hundreds_is_counted_whole,
    mails_without_a_sender_count_as_those_of_one,
    notices_of_every_kind_are_gathered,
    a_flood_hides_nothing_in_lists_and_deadline_mails,
    one_domain_does_not_take_the_receipts_of_all
);

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
    for (number, expected) in [
        ("ZT-2025-0003", ["sent: acknowledgement"].as_slice()),
        ("ZT-2025-0005", &["deferred: acknowledgement", "mail_cancelled: outbox", "sent: answer"]),
        ("ZT-2025-0008", &["deferred: acknowledgement", "queued: acknowledgement", "sent: acknowledgement"]),
    ] {
        let mut events = mail_events(desk, number);
        events.sort();
        assert!(events.iter().map(String::as_str).eq(expected.iter().copied()), "{number}: {events:?}");
    }
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

/// What happened to the mails of a ticket, without row ids.
fn mail_events(desk: &Desk, number: &str) -> Vec<String> {
    let shown = desk.json(&["ticket", "show", number]);
    let events = shown["events"].as_array().unwrap().iter();
    let mails = events.filter_map(|event| {
        let (what, detail) = (event["what"].as_str()?, event["detail"].as_str()?);
        let is_mail = ["deferred", "queued", "sent", "mail_cancelled"].contains(&what);
        is_mail.then(|| format!("{what}: {}", detail.split_whitespace().next().unwrap_or_default()))
    });
    mails.collect()
}

/// Subjects of the mails to the lead, in order.
fn to_lead(desk: &Desk) -> Vec<String> {
    let mails = desk.smtp.mails();
    let own = mails.iter().filter(|sent| sent.to == ["sato@example.jp"]);
    own.map(|sent| mail::read(&sent.data).subject).collect()
}

fn notices_of_a_flood_are_gathered_and_others_stay_visible(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("delivery.connections", 1);
    // In one batch, and in later ones; in several spellings.
    for nth in 1..=12 {
        desk.deliver(inquiry(nth).from(&format!("Flood <flood+{nth}@Flood.example>")));
        if nth == 3 {
            desk.once();
        }
    }
    desk.deliver(inquiry(13));
    desk.once();
    assert_eq!(desk.numbers().len(), 13, "every inquiry is a ticket");
    let noticed = |nth: usize| to_lead(desk).iter().any(|subject| subject.contains(&format!("第{nth}市 ")));
    let told: Vec<usize> = (1..=13).filter(|nth| noticed(*nth)).collect();
    assert_eq!(told, [1, 2, 3, 4, 5, 6, 7, 9, 13]);
    let ninth = desk
        .smtp
        .mails()
        .into_iter()
        .map(|sent| mail::read(&sent.data))
        .find(|read| read.subject.contains("第9市") && read.subject.contains("新しい照会"));
    let text = ninth.unwrap().text;
    assert!(text.contains("同じ差出人から、本日9件目です。5件を超えた分は"), "{text}");

    let list = desk.run(&["digest", "--preview"]).stdout;
    let place = |part: &str| list.find(part).unwrap_or_else(|| panic!("{part} is missing: {list}"));
    let title = place("━━━━ 同じ差出人・ドメインから続けて届いた照会（7件）━━━━");
    assert!(place("■ ZT-2025-0013") < title && place("■ ZT-2025-0005") < title, "{list}");
    assert!(title < place("■ ZT-2025-0006"), "{list}");
    assert!(list.contains("続けて届いた照会7件"), "{list}");
}

fn nobody_gets_the_tickets_of_a_flood_in_turn(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.add_settings("[[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n");
    desk.set("answers.new_ticket", "rotation");
    for nth in 1..=12 {
        desk.deliver(inquiry(nth).from(&format!("Flood <flood+{nth}@Flood.example>")));
    }
    desk.deliver(inquiry(13));
    desk.deliver(inquiry(14));
    desk.once();
    let tickets = desk.tickets();
    let assignees: Vec<&str> = tickets
        .iter()
        .map(|ticket| ticket["assignee"].as_str().unwrap_or("-").split('@').next().unwrap())
        .collect();
    let expected = ["sato", "ito", "sato", "ito", "sato", "-", "-", "-", "-", "-", "-", "-", "ito", "sato"];
    assert_eq!(assignees, expected);
    let noticed = |nth: usize| to_lead(desk).iter().any(|subject| subject.contains(&format!("第{nth}市 ")));
    let told: Vec<usize> = (1..=14).filter(|nth| noticed(*nth)).collect();
    assert_eq!(told, [1, 3, 5, 6, 7, 9, 14], "leads get fewer and fewer notices of the flood");
    let list = desk.run(&["digest", "--preview"]).stdout;
    let place = |part: &str| list.find(part).unwrap_or_else(|| panic!("{part} is missing: {list}"));
    // As without turns: the first ones that nobody works on are shown among the others.
    let title = place("━━━━ 同じ差出人・ドメインから続けて届いた照会（2件）━━━━");
    assert!(place("■ ZT-2025-0014") < title && place("■ ZT-2025-0010") < title, "{list}");
    assert!(title < place("■ ZT-2025-0011"), "{list}");
}

fn mails_without_a_sender_count_as_those_of_one(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("answers.new_ticket", "rotation");
    for nth in 1..=12 {
        desk.deliver(inquiry(nth).without("From"));
    }
    desk.deliver(inquiry(13));
    desk.once();
    let noticed = |nth: usize| to_lead(desk).iter().any(|subject| subject.contains(&format!("第{nth}市 ")));
    let told: Vec<usize> = (1..=13).filter(|nth| noticed(*nth)).collect();
    assert_eq!(told, [1, 2, 3, 4, 5, 6, 7, 9, 13]);
    let tickets = desk.tickets();
    let assigned = tickets.iter().filter(|ticket| ticket["assignee"].is_string()).count();
    assert_eq!(assigned, 6, "nobody gets the flood in turn");
    let list = desk.run(&["digest", "--preview"]).stdout;
    assert!(list.contains("続けて届いた照会2件"), "{list}");
}

fn notices_of_every_kind_are_gathered(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.add_settings("[digest]\nat = []\n");
    desk.set("answers.notices_per_domain", 6);
    for nth in 1..=12 {
        let from = format!("a{nth}@flood.example");
        desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to(&from));
        let mail = message(nth, "伴走支援の申込書の提出について", "申込書を提出いたします。");
        desk.deliver(mail.from(&from).id(&format!("{nth}@flood.example")));
    }
    // One mail with thirty forms, each of another area.
    let forms: Vec<(String, Vec<u8>)> = (1..=30)
        .map(|nth| {
            let area = format!("第{nth}在宅医療圏域");
            (format!("申込書{nth}.docx"), Form { area: text(&area), ..Form::filled() }.docx())
        })
        .collect();
    let forms: Vec<(&str, &[u8])> =
        forms.iter().map(|(name, form)| (name.as_str(), form.as_slice())).collect();
    let mail = message(1, "伴走支援の申込書", "申込書を提出いたします。").files(&forms);
    desk.deliver(mail.from("many@other.example").id("many@other.example"));
    desk.once();
    desk.once();
    let told = to_lead(desk);
    let count = |part: &str| told.iter().filter(|subject| subject.contains(part)).count();
    assert_eq!((desk.parked().len(), desk.numbers().len()), (12, 30));
    // The first six, and then the first, second and fourth.
    assert_eq!((count("公募に関するメールが届きました"), count("【不達】")), (9, 9), "{told:#?}");
    // The first twenty, and then the first, second, fourth and eighth.
    assert_eq!(count("在宅医療圏域"), 24, "{told:#?}");
}

fn a_flood_hides_nothing_in_lists_and_deadline_mails(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.deliver(message(1, "お尋ね", "実在する照会者からのお尋ねです。"));
    for nth in 1..=60 {
        let flood = message(nth, "お知らせ", "お得な情報です。").from(&format!("flood+{nth}@flood.example"));
        desk.deliver(flood.id(&format!("flood-{nth}@flood.example")));
    }
    for nth in 1..=60 {
        desk.deliver(inquiry(nth).from(&format!("flood+{nth}@flood.example")));
    }
    desk.deliver(inquiry(61));
    desk.once();
    let list = desk.run(&["digest", "--preview"]).stdout;
    assert!(list.contains("実在する照会者からのお尋ねです。"), "{list}");
    let known = desk.smtp.mails().len();
    desk.starts_at("2025-07-03T14:00:00+09:00");
    desk.once();
    let mails: Vec<_> = desk.smtp.mails()[known..].iter().map(|sent| mail::read(&sent.data)).collect();
    let missed = mails.iter().find(|mail| mail.subject.contains("期限超過")).unwrap();
    assert!(
        missed.text.contains("■ ZT-2025-0061") && missed.text.contains("このほかに41件あります"),
        "{}",
        missed.text
    );
}

fn further_mails_on_one_ticket_are_gathered(desk: &Desk) {
    desk.add_settings(LEAD);
    desk.deliver(inquiry(1));
    desk.once();
    for nth in 2..=10 {
        let text = format!("追記です。{nth}番目の質問があります。");
        desk.deliver(message(1, "Re: [ZT-2025-0001] 照会", &text).id(&format!("more-{nth}@city.example.jp")));
    }
    desk.once();
    assert_eq!(desk.numbers().len(), 1);
    let notices = to_lead(desk).iter().filter(|subject| subject.contains("照会者からの返信")).count();
    // The inquiry is the first mail of the day: the second to the fifth, and the sixth, seventh and ninth.
    assert_eq!(notices, 7, "{:?}", to_lead(desk));
}

fn a_flood_of_hundreds_is_counted_whole(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("answers.notices_per_domain", 215).set("delivery.daily_limit", 0);
    // In several passes, with mails among them that came the day before.
    for nth in 1..=230 {
        desk.deliver(inquiry(nth).from(&format!("flood{nth}@flood.example")));
        if nth % 10 == 0 {
            let late = inquiry(1000 + nth).from(&format!("late{nth}@flood.example"));
            desk.deliver_at(late, "2025-06-30T16:00:00+09:00");
        }
        if nth % 70 == 0 {
            desk.once();
        }
    }
    desk.once();
    let noticed = |nth: usize| to_lead(desk).iter().any(|subject| subject.contains(&format!("第{nth}市 ")));
    let told: Vec<usize> = (200..=230).filter(|nth| noticed(*nth)).collect();
    let expected: Vec<usize> = (200..=215).chain([216, 217, 219, 223]).collect();
    assert_eq!(told, expected);
    let mails = desk.smtp.mails();
    let last = mails.iter().map(|sent| mail::read(&sent.data)).find(|read| read.subject.contains("第223市"));
    let text = last.unwrap().text;
    assert!(text.contains("本日223件目"), "{text}");
}

fn one_domain_does_not_take_the_receipts_of_all(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("delivery.daily_limit", 8).set("delivery.per_domain_daily_limit", 4);
    desk.set("answers.new_ticket", "none").set("delivery.connections", 1);
    // In one batch, and in later ones.
    for nth in 1..=10 {
        desk.deliver(inquiry(nth).from(&format!("yamada{nth}@flood.example")));
        if nth == 3 || nth == 7 {
            desk.once();
        }
    }
    desk.deliver(inquiry(11));
    desk.once();
    desk.deliver(inquiry(12));
    desk.once();
    for (day, expected) in [
        ("2025-07-01T23:59:00+09:00", vec![1, 2, 3, 4, 11, 12]),
        ("2025-07-02T00:01:00+09:00", vec![1, 2, 3, 4, 5, 6, 7, 8, 11, 12]),
        ("2025-07-02T10:00:00+09:00", vec![1, 2, 3, 4, 5, 6, 7, 8, 11, 12]),
        ("2025-07-03T10:00:00+09:00", (1..=12).collect()),
    ] {
        desk.starts_at(day);
        desk.once();
        desk.once();
        let mut told = acknowledged(desk);
        told.sort_unstable();
        assert_eq!(told, expected, "{day}");
    }
    assert_eq!(states(desk, "deferred"), 0);
}
