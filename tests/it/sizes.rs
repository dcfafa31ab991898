//! Strangers may write as much as they like: no mail of the desk grows with it.

use madoguchi::{desk::form::FieldKey, mail};

use crate::support::{
    desk::{Desk, Done, on_both},
    mail::{inquiry, message},
    smtp::Accepted,
};

on_both!(
    a_large_inquiry_makes_no_large_mail,
    long_values_are_shortened_with_a_count,
    many_tickets_make_no_large_list,
    what_a_member_asks_for_is_not_as_large_as_strangers_like,
    of_large_parked_mails_a_list_reads_the_beginning,
    many_large_parked_mails_make_no_large_process,
    an_answer_that_is_too_large_is_refused_and_said,
    an_automatic_mail_is_never_larger_than_the_setting
);

const LEAD: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n";
/// The default of `delivery.max_mail_size`.
const MOST: usize = 1_000_000;

/// One pass, the digest, and the pass that sends it. The mails of all that.
fn mails_with_digest(desk: &Desk) -> Vec<Accepted> {
    desk.once();
    assert_eq!(desk.run(&["digest"]).code, Some(0));
    desk.once();
    desk.smtp.mails()
}

fn to<'a>(mails: &'a [Accepted], address: &str) -> Vec<&'a Accepted> {
    mails.iter().filter(|mail| mail.to == [address]).collect()
}

fn a_large_inquiry_makes_no_large_mail(desk: &Desk) {
    desk.add_settings(LEAD);
    for (nth, bytes) in [(1, 4_000_000), (2, 20_000_000)] {
        desk.deliver(
            inquiry(nth).field(FieldKey::Inquiry, &"会議の例を教えてください。\n".repeat(bytes / 40)),
        );
    }
    let mails = mails_with_digest(desk);
    assert_eq!(to(&mails, "sato@example.jp").len(), 4, "two notices and two lists");
    for mail in &mails {
        assert!(mail.data.len() < MOST / 10, "{:?}: {} bytes", mail.to, mail.data.len());
    }
    for nth in [1, 2] {
        let receipt = mail::read(&to(&mails, &format!("yamada{nth}@city.example.jp"))[0].data).text;
        assert!(receipt.contains("…（ほか"), "{receipt}");
    }
}

fn long_values_are_shortened_with_a_count(desk: &Desk) {
    desk.add_settings(LEAD);
    let long = |c: &str| c.repeat(100_000);
    let folded = |text: &str| text.repeat(1_000);
    desk.deliver(
        inquiry(1)
            .from(&format!("\"{}\" <yamada1@city.example.jp>", folded("Yamada\n ")))
            .subject(&format!("拠点整備・運用に関する照会{}", folded("長い件名長い件名長い件名長い件名\n ")))
            .header("References", &format!("<{}@x.example>", "a".repeat(100_000)))
            .field(FieldKey::Organization, &long("市"))
            .field(FieldKey::Name, &long("山"))
            .field(FieldKey::Contact, &format!("03-0000-0001 {}", long("連")))
            .field(FieldKey::Inquiry, &long("問")),
    );
    desk.deliver(
        message(2, &folded("お尋ねお尋ねお尋ねお尋ね\n "), "教えてください。")
            .files(&[(&format!("{}.xlsx", "長".repeat(10_000)), b"x")]),
    );
    let mails = mails_with_digest(desk);
    assert!(mails.len() >= 4, "{}", mails.len());
    for sent in &mails {
        let read = mail::read(&sent.data);
        assert!(sent.data.len() < 60_000, "{}: {} bytes", read.subject, sent.data.len());
        assert!(read.subject.chars().count() < 250, "{}", read.subject);
    }
    let notice = mail::read(&to(&mails, "sato@example.jp")[0].data);
    assert!(notice.text.contains(&format!("{}…（ほか99900字）", "市".repeat(100))), "{}", notice.text);
    assert!(notice.text.contains("（ほか92000字。「全文」とご返信いただくと"), "{}", notice.text);
    let receipt = mail::read(&to(&mails, "yamada1@city.example.jp")[0].data);
    assert!(receipt.text.contains(&format!("{}…（ほか96000字）", "問".repeat(4_000))), "{}", receipt.text);
}

fn many_tickets_make_no_large_list(desk: &mut Desk) {
    const TICKETS: usize = 76;
    desk.add_settings(LEAD);
    desk.set("answers.new_ticket", "none");
    for nth in 1..=TICKETS {
        desk.deliver(inquiry(nth).field(FieldKey::Inquiry, &"会議の例を教えてください。".repeat(300)));
    }
    let mails = mails_with_digest(desk);
    let list = to(&mails, "sato@example.jp")[0];
    let text = mail::read(&list.data).text;
    for nth in 1..=TICKETS {
        assert!(text.contains(&format!("ZT-2025-{nth:04}")), "every ticket is named");
    }
    assert_eq!(text.matches("回答ここから").count(), 41, "40 can be answered here, and one line explains it");
    assert_eq!(text.matches("回答する：<mailto:").count(), TICKETS - 40);
}

fn what_a_member_asks_for_is_not_as_large_as_strangers_like(desk: &Desk) {
    desk.add_settings(LEAD);
    for nth in 1..=3 {
        desk.deliver(inquiry(nth).field(FieldKey::Inquiry, &"会議の例を教えてください。\n".repeat(100_000)));
    }
    desk.once();
    let known = desk.smtp.mails().len();
    let long = "会議".repeat(25_000);
    for (nth, text) in [
        "一覧 csv".to_owned(),
        format!("検索 {long}"),
        format!("検索 担当:{long}"),
        format!("月次報告 {long}"),
    ]
    .iter()
    .enumerate()
    {
        desk.deliver(
            message(nth + 1, text, text).from("sato@example.jp").id(&format!("order-{nth}@example.jp")),
        );
    }
    desk.once();
    let mails = &desk.smtp.mails()[known..];
    assert_eq!(to(mails, "sato@example.jp").len(), 4);
    for sent in mails {
        let read = mail::read(&sent.data);
        assert!(sent.data.len() < MOST, "{}: {} bytes", read.subject, sent.data.len());
        assert!(read.subject.chars().count() < 350 && read.text.chars().count() < 20_000, "{}", read.subject);
    }
    let list = mails.iter().flat_map(|sent| mail::read(&sent.data).attachments).next().unwrap();
    let text = String::from_utf8(list.bytes).unwrap();
    assert!(text.lines().count() == 4 && text.contains("…（ほか1"), "a count says what is left out");
}

fn of_large_parked_mails_a_list_reads_the_beginning(desk: &Desk) {
    desk.add_settings(LEAD);
    let random: Vec<u8> = (0..17_500_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for nth in 1..=3 {
        desk.deliver(message(nth, "お尋ね", "教えてください。").files(&[("別紙.bin", &random)]));
    }
    desk.once();
    assert_eq!(desk.parked(), ["no_form"; 3]);
    let list = desk.run(&["digest", "--preview"]).stdout;
    assert_eq!(list.matches("　　教えてください。\n").count(), 3, "{list}");
    assert_eq!(list.matches("　添付　　：別紙.bin（1件）（メール全体で24.0 MB").count(), 3, "{list}");
}

fn many_large_parked_mails_make_no_large_process(desk: &Desk) {
    desk.add_settings(LEAD);
    // 24 MB in the mailbox, and some kilobytes where they are stored.
    desk.deliver(message(1, "お尋ね", "教えてください。").files(&[("別紙.bin", &vec![0; 17_500_000])]));
    desk.once();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49)
         INSERT INTO message (id, folder, uidvalidity, uid, file, message_id, hash, received_at, taken_at, size, raw, outcome,
                              reason, detail, attempts)
         SELECT 1000000 + i, 'file', 0, NULL, 'copy', message_id, hash, received_at, taken_at, size, raw, outcome,
                reason, detail, attempts
         FROM message, n",
    );
    assert_eq!(desk.parked(), ["no_form"; 50]);
    // A quarter of the 1.2 GB that the mails have together, and less than twelve of them need.
    let small = "ulimit -v 300000; export MALLOC_ARENA_MAX=2";
    let list = Done::from(desk.limited(small, &["digest", "--preview"]).output().unwrap());
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    assert_eq!(list.stdout.matches("　　教えてください。\n").count(), 50, "{}", list.stdout);
}

fn an_answer_that_is_too_large_is_refused_and_said(desk: &mut Desk) {
    desk.set("delivery.max_mail_size", "100kB");
    desk.deliver(inquiry(1));
    desk.once();
    let text = "会議には薬剤師会も参加しています。\n".repeat(3_000);
    let done = desk.pipe(&["ticket", "answer", "ZT-2025-0001"], text.as_bytes());
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("larger than delivery.max_mail_size"), "{}", done.error());
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "短い回答です。\n".as_bytes()).code, Some(0));
}

fn an_automatic_mail_is_never_larger_than_the_setting(desk: &mut Desk) {
    desk.add_settings(LEAD);
    desk.set("delivery.max_mail_size", "100kB").set("answers.new_ticket", "none");
    for nth in 1..=60 {
        let long = |c: &str, count: usize| c.repeat(count);
        desk.deliver(
            inquiry(nth)
                .field(FieldKey::Organization, &long("市", 200))
                .field(FieldKey::Contact, &long("連", 400))
                .field(FieldKey::Inquiry, &long("問", 400)),
        );
    }
    let mails = mails_with_digest(desk);
    let list = to(&mails, "sato@example.jp")[0];
    let text = mail::read(&list.data).text;
    assert!(list.data.len() <= 100_000, "{} bytes", list.data.len());
    assert!(text.contains("字を省略しました。"), "{text}");
}
