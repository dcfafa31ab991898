//! 統合: everybody whose ticket became a part of another one gets an answer, and once.

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::{STAFF, deliver, link, mail_to, mails_to, once_at, reply, tapped},
};

on_both!(
    nothing_is_merged_while_an_answer_waits,
    who_is_merged_into_an_answered_ticket_gets_its_answer_by_one_word,
    the_same_text_and_another_text_reach_who_still_waits,
    what_one_of_several_inquirers_writes_is_answered_to_all_on_a_word_alone
);

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

/// The first ticket is answered, and the second one becomes a part of it.
fn merged_into_an_answered_one(desk: &mut Desk) {
    with_two(desk);
    writes(desk, "ZT-2025-0001", ANSWER, 10);
    once_at(desk, "10:30:00");
    writes(desk, "ZT-2025-0002", "統合 ZT-2025-0001", 31);
}

fn status(desk: &Desk) -> serde_json::Value {
    desk.json(&["ticket", "show", "ZT-2025-0001"])["status"].clone()
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

fn who_is_merged_into_an_answered_ticket_gets_its_answer_by_one_word(desk: &mut Desk) {
    merged_into_an_answered_one(desk);
    let told = mails_to(desk, "ito@example.jp").pop().unwrap();
    assert!(
        told.text.contains(
            "ZT-2025-0002 の差出人様にはまだ回答をお送りしていませんので、ZT-2025-0001 を未回答に戻しました"
        ),
        "{}",
        told.text
    );
    let preview = desk.run(&["digest", "--preview"]).stdout;
    assert!(
        preview.contains("未回答　：まとめた ZT-2025-0002（第2市 健康福祉部 山田 太郎）の差出人様には、まだ回答をお送りしていません"),
        "{preview}"
    );
    // Nobody forgets them by 完了.
    writes(desk, "ZT-2025-0001", "完了", 32);
    let asked = mails_to(desk, "ito@example.jp").pop().unwrap();
    assert!(
        asked.text.contains("まとめた ZT-2025-0002 の差出人様には、まだ回答をお送りしていません"),
        "{}",
        asked.text
    );
    assert_eq!(status(desk), "open");
    let tap =
        tapped("ito@example.jp", link(&told.text, "同じ回答を、まだお送りしていない差出人様に送る"), "again");
    deliver(desk, tap, "10:33:00");
    once_at(desk, "10:33:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains(&format!("宛先　　：{SECOND}\n")), "{}", echo.text);
    once_at(desk, "10:45:00");
    assert_eq!((answers_to(desk, FIRST), answers_to(desk, SECOND)), (1, 1));
    let answer = mails_to(desk, SECOND).pop().unwrap();
    assert!(
        answer.subject.starts_with("[ZT-2025-0002]") && !answer.text.contains("第1市"),
        "{}",
        answer.text
    );
    assert_eq!(status(desk), "answered");
    assert!(!desk.run(&["digest", "--preview"]).stdout.contains("まだ回答をお送りしていません"));
    // Nobody is left, and nobody gets it twice.
    assert_eq!(desk.run(&["ticket", "resend", "ZT-2025-0001"]).code, Some(1));
    writes(desk, "ZT-2025-0001", ANSWER, 50);
    let told = mails_to(desk, "ito@example.jp").pop().unwrap();
    assert!(told.text.contains("同じ文をすでに承っています"), "{}", told.text);
    writes(desk, "ZT-2025-0001", "完了", 51);
    assert_eq!(status(desk), "closed");
}

fn the_same_text_and_another_text_reach_who_still_waits(desk: &mut Desk) {
    merged_into_an_answered_one(desk);
    // A colleague sees who has got which text.
    let notice = mail_to(desk, "sato@example.jp", "[ZT-2025-0001] 新しい照会");
    deliver(desk, reply("sato@example.jp", &notice, "too", "別の案です。"), "10:32:00");
    once_at(desk, "10:32:30");
    let echo = mail_to(desk, "sato@example.jp", "送信前のご確認");
    for part in [format!("に送信しました（宛先 {FIRST}）"), format!("宛先　　：{FIRST}、{SECOND}\n")]
    {
        assert!(echo.text.contains(&part), "{part}: {}", echo.text);
    }
    deliver(desk, reply("sato@example.jp", &echo, "not", "取消"), "10:33:00");
    once_at(desk, "10:33:30");
    writes(desk, "ZT-2025-0001", ANSWER, 34);
    once_at(desk, "10:45:00");
    assert_eq!((answers_to(desk, FIRST), answers_to(desk, SECOND)), (1, 1));
    desk.deliver_at(inquiry(3), "2025-07-01T10:46:00+09:00");
    once_at(desk, "10:46:30");
    writes(desk, "ZT-2025-0003", "統合 ZT-2025-0001", 47);
    writes(desk, "ZT-2025-0001", "補足です。別表もご覧ください。", 48);
    once_at(desk, "11:00:00");
    let third = mails_to(desk, "yamada3@city.example.jp").pop().unwrap();
    assert!(third.text.contains("別表もご覧ください"), "{}", third.text);
    assert_eq!(status(desk), "answered");
}

fn what_one_of_several_inquirers_writes_is_answered_to_all_on_a_word_alone(desk: &mut Desk) {
    with_two(desk);
    writes(desk, "ZT-2025-0002", "統合 ZT-2025-0001", 10);
    // Both have asked: nothing is doubtful.
    writes(desk, "ZT-2025-0001", ANSWER, 11);
    once_at(desk, "10:30:00");
    assert_eq!((answers_to(desk, FIRST), answers_to(desk, SECOND)), (1, 1));
    let got = mail_to(desk, SECOND, "回答");
    deliver(desk, reply(SECOND, &got, "secret", "実は、当市の職員が退職いたします。"), "10:31:00");
    once_at(desk, "10:31:30");
    let notice = mail_to(desk, "ito@example.jp", "照会者からの返信");
    for part in [SECOND, "　差出人　：", "　照会元　：第1市", "当市の職員が退職"] {
        assert!(notice.text.contains(part), "{part}: {}", notice.text);
    }
    let text = "ご退職の件、承りました。";
    let texts_to =
        |desk: &Desk, to: &str| mails_to(desk, to).iter().filter(|mail| mail.text.contains(text)).count();
    deliver(desk, reply("ito@example.jp", &notice, "too-wide", text), "10:32:00");
    once_at(desk, "10:32:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    let why = "前の回答の後にお便りをいただいたのは 第2市 健康福祉部 山田 太郎 様 だけです";
    for part in [why, "送信する場合は「送信」", &format!("宛先　　：{FIRST}、{SECOND}\n")] {
        assert!(echo.text.contains(part), "{part}: {}", echo.text);
    }
    once_at(desk, "11:30:00");
    assert_eq!((texts_to(desk, FIRST), texts_to(desk, SECOND)), (0, 0));
    // A text instead of it waits as well: the one before it has not left.
    deliver(desk, reply("ito@example.jp", &notice, "again", "別の文です。"), "11:31:00");
    once_at(desk, "11:31:30");
    assert!(mail_to(desk, "ito@example.jp", "送信前のご確認").text.contains(why));
    deliver(desk, reply("ito@example.jp", &echo, "yes", "送信"), "11:32:00");
    once_at(desk, "11:32:30");
    once_at(desk, "11:50:00");
    assert_eq!((texts_to(desk, FIRST), texts_to(desk, SECOND)), (1, 1));
    // The first one's own words need no name, and are answered to both on a word as well.
    let got = mail_to(desk, FIRST, "回答");
    deliver(desk, reply(FIRST, &got, "own", "もう一点、お尋ねします。"), "11:51:00");
    once_at(desk, "11:51:30");
    let notice = mail_to(desk, "ito@example.jp", "照会者からの返信");
    assert!(notice.text.contains("もう一点") && !notice.text.contains("差出人　："), "{}", notice.text);
    deliver(desk, reply("ito@example.jp", &notice, "more", "一点目の回答です。"), "11:52:00");
    once_at(desk, "11:52:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("のは 第1市 健康福祉部 山田 太郎 様 だけです"), "{}", echo.text);
}
