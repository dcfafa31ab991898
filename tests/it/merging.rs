//! 統合: everybody whose ticket became a part of another one gets an answer, and once.

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::{STAFF, deliver, mail_to, mails_to, once_at, reply},
};

on_both!(nothing_is_merged_while_an_answer_waits);

const FIRST: &str = "yamada1@city.example.jp";
const SECOND: &str = "yamada2@city.example.jp";
const ANSWER: &str = "会議の例をお送りします。";

fn with_two(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
}

/// A member writes below the notice of a new ticket.
fn writes(desk: &mut Desk, number: &str, text: &str, minutes: u32) {
    let notice = mail_to(desk, "ito@example.jp", &format!("[{number}] 新しい照会"));
    let mail = reply("ito@example.jp", &notice, &format!("at-{minutes}"), text);
    let clock = |second| format!("{:02}:{:02}:{second:02}", 10 + minutes / 60, minutes % 60);
    deliver(desk, mail, &clock(0));
    once_at(desk, &clock(30));
}

fn merged_into(desk: &Desk) -> serde_json::Value {
    desk.json(&["ticket", "show", "ZT-2025-0002"])["merged_into"].clone()
}

fn answers_to(desk: &Desk, to: &str) -> usize {
    mails_to(desk, to).iter().filter(|mail| mail.text.contains(ANSWER)).count()
}

fn nothing_is_merged_while_an_answer_waits(desk: &mut Desk) {
    with_two(desk);
    writes(desk, "ZT-2025-0001", ANSWER, 10);
    // Whichever of the two it is about.
    for (number, into, minutes) in
        [("ZT-2025-0002", "ZT-2025-0001", 11), ("ZT-2025-0001", "ZT-2025-0002", 12)]
    {
        writes(desk, number, &format!("統合 {into}"), minutes);
        let told = mails_to(desk, "ito@example.jp").pop().unwrap();
        assert!(
            told.text.contains(&format!("ZT-2025-0001 の回答「{ANSWER}」が送信を待っています")),
            "{}",
            told.text
        );
    }
    let merge = ["ticket", "merge", "ZT-2025-0002", "ZT-2025-0001"];
    assert_eq!(desk.run(&merge).code, Some(1));
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    deliver(desk, reply("ito@example.jp", &echo, "stop", "取消"), "10:13:00");
    once_at(desk, "10:13:30");
    assert_eq!(desk.run(&merge).code, Some(0));
    assert_eq!(merged_into(desk), "ZT-2025-0001");
    writes(desk, "ZT-2025-0001", ANSWER, 20);
    once_at(desk, "10:40:00");
    assert_eq!((answers_to(desk, FIRST), answers_to(desk, SECOND)), (1, 1));
}
