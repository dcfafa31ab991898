//! A mail of the inquirer's that crosses with the answer: it stays owed, whichever of the two the desk reads first.

use crate::support::{
    desk::{Desk, on_both},
    mail::{attached, inquiry, message},
    members::{INQUIRER, STAFF, deliver, link, mail_to, mails_to, once_at, reply, tapped, with_notice},
};

on_both!(
    the_answer_to_a_later_question_repeats_that_question,
    a_mail_that_the_writer_of_an_answer_could_not_know_stays_owed,
    a_mail_that_the_writer_has_read_is_answered,
    who_gets_an_answer_directly_gets_it_from_the_desk_on_a_word_alone,
    a_question_has_its_file_and_waits_for_a_word_like_an_answer,
    who_writes_again_while_an_answer_waits_is_shown_to_staff_with_a_link_that_stops_it
);

const MORE: &str = "人数の目安も教えてください。";

fn status(desk: &Desk, nth: usize) -> String {
    desk.json(&["ticket", "show", &format!("ZT-2025-{nth:04}")])["status"].as_str().unwrap().to_owned()
}

/// The inquirer writes again, in the thread of the receipt.
fn more(desk: &Desk, nth: usize, at: &str) {
    let receipt = mail_to(desk, &format!("yamada{nth}@city.example.jp"), "受付のお知らせ");
    let mail = message(nth, &format!("Re: {}", receipt.subject), MORE).id(&format!("{at}@city.example.jp"));
    deliver(desk, mail.in_reply_to(receipt.message_id.as_deref().unwrap()), at);
}

fn a_mail_that_the_writer_of_an_answer_could_not_know_stays_owed(desk: &mut Desk) {
    desk.add_settings(STAFF);
    (1..=3).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.once();
    // Both are read in one pass, in either order, and after a stop of two hours, too.
    for (nth, heard, answered, read) in [
        (1, "10:31:30", "10:31:10", "10:32:00"),
        (2, "11:30:50", "11:31:10", "11:32:00"),
        (3, "12:31:30", "12:31:10", "14:32:00"),
    ] {
        let notice = mail_to(desk, "ito@example.jp", &format!("[ZT-2025-{nth:04}] 新しい照会"));
        let answer =
            || reply("ito@example.jp", &notice, &format!("a-{nth}"), &format!("会議の例{nth}です。"));
        let is_heard_first = heard < answered;
        if is_heard_first {
            more(desk, nth, heard);
        }
        deliver(desk, answer(), answered);
        if !is_heard_first {
            more(desk, nth, heard);
        }
        once_at(desk, read);
        let echo = mail_to(desk, "ito@example.jp", &format!("[ZT-2025-{nth:04}] 送信前のご確認"));
        assert_eq!(
            echo.text.contains("行き違いで、照会者から返信が届いています"),
            is_heard_first,
            "{}",
            echo.text
        );
        once_at(desk, &read.replace(":32:", ":50:"));
        let answer = mail_to(desk, &format!("yamada{nth}@city.example.jp"), "回答");
        assert!(answer.text.contains(&format!("会議の例{nth}です。")), "{}", answer.text);
        assert_eq!(status(desk, nth), "open", "{heard}");
    }
}

fn a_mail_that_the_writer_has_read_is_answered(desk: &mut Desk) {
    let notice = with_notice(desk);
    more(desk, 1, "10:10:00");
    once_at(desk, "10:10:30");
    // A reply to the older notice may answer both.
    deliver(desk, reply("ito@example.jp", &notice, "both", "会議の例です。人数は10名です。"), "10:12:00");
    once_at(desk, "10:12:30");
    once_at(desk, "10:30:00");
    assert_eq!(status(desk, 1), "answered");
}

fn who_writes_again_while_an_answer_waits_is_shown_to_staff_with_a_link_that_stops_it(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "first", "会議の例です。"), "10:10:00");
    once_at(desk, "10:10:30");
    more(desk, 1, "10:12:00");
    once_at(desk, "10:12:30");
    let news = mail_to(desk, "ito@example.jp", "照会者からの返信");
    assert!(
        news.text.contains("送信待ち：伊藤 健一さんの回答は、7月1日（火）10:20に送信します"),
        "{}",
        news.text
    );
    deliver(desk, tapped("ito@example.jp", link(&news.text, "取消"), "stop"), "10:13:00");
    once_at(desk, "10:13:30");
    once_at(desk, "10:30:00");
    assert_eq!((mails_to(desk, INQUIRER).len(), status(desk, 1).as_str()), (1, "open"));
}

fn who_gets_an_answer_directly_gets_it_from_the_desk_on_a_word_alone(desk: &mut Desk) {
    let notice = with_notice(desk);
    let answer = reply("ito@example.jp", &notice, "all", "会議の例です。");
    deliver(desk, answer.header("Cc", &format!("山田 <{INQUIRER}>")), "10:10:00");
    once_at(desk, "10:10:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("照会者には直接届いています"), "{}", echo.text);
    once_at(desk, "10:30:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "only the receipt");
    // The subject of the member's mail has their key, and it makes nobody a member.
    let more = message(1, &format!("Re: {}", notice.subject), MORE).id("direct@city.example.jp");
    deliver(desk, more.in_reply_to("all@example.jp"), "10:40:00");
    once_at(desk, "10:40:30");
    let news = mail_to(desk, "ito@example.jp", "照会者からの返信");
    assert!(news.text.contains(MORE), "{}", news.text);
    let foreign = message(2, &format!("Re: {}", notice.subject), "完了").id("foreign@city.example.jp");
    deliver(desk, foreign.in_reply_to("all@example.jp"), "10:41:00");
    once_at(desk, "10:41:30");
    assert_eq!((status(desk, 1).as_str(), desk.numbers().len()), ("open", 1));
    deliver(desk, reply("ito@example.jp", &echo, "send", "送信"), "10:42:00");
    once_at(desk, "10:42:30");
    once_at(desk, "10:55:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 2);
}

fn a_question_has_its_file_and_waits_for_a_word_like_an_answer(desk: &mut Desk) {
    let notice = with_notice(desk);
    let question = "質問 様式はこちらでしょうか。";
    let direct = reply("ito@example.jp", &notice, "all", question).header("Cc", INQUIRER);
    deliver(desk, direct, "10:10:00");
    once_at(desk, "10:10:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("照会者には直接届いています"), "{}", echo.text);
    once_at(desk, "10:30:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "only the receipt");
    deliver(desk, reply("ito@example.jp", &echo, "stop", "取消"), "10:31:00");
    let with_file = attached(reply("ito@example.jp", &notice, "file", ""), question, "様式.docx", b"form");
    deliver(desk, with_file, "10:32:00");
    once_at(desk, "10:32:30");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("添付　　：様式.docx"), "{}", echo.text);
    once_at(desk, "10:50:00");
    let sent = mails_to(desk, INQUIRER).pop().unwrap();
    let files: Vec<_> = sent.attachments.iter().map(|file| (file.name.as_str(), &*file.bytes)).collect();
    assert_eq!(
        (sent.text.contains("様式はこちらでしょうか。"), files),
        (true, vec![("様式.docx", &b"form"[..])])
    );
}

fn the_answer_to_a_later_question_repeats_that_question(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "first", "会議の例です。"), "10:10:00");
    once_at(desk, "10:10:30");
    once_at(desk, "10:30:00");
    let answer = mail_to(desk, INQUIRER, "回答");
    assert!(answer.text.contains("【ご照会内容】\n会議の参加者の例を教えてください。"), "{}", answer.text);
    let quoted: String = answer.text.lines().map(|line| format!("> {line}\n")).collect();
    let question = format!("佐藤様\n{MORE}\n\n{quoted}");
    deliver(desk, reply(INQUIRER, &answer, "second", &question), "10:40:00");
    once_at(desk, "10:40:30");
    let notice = mail_to(desk, "ito@example.jp", "照会者からの返信");
    deliver(desk, reply("ito@example.jp", &notice, "third", "10名程度です。"), "10:50:00");
    once_at(desk, "10:50:30");
    once_at(desk, "11:10:00");
    let answer = mails_to(desk, INQUIRER).pop().unwrap();
    assert!(answer.text.contains("10名程度です。"), "{}", answer.text);
    let (_, repeated) = answer.text.split_once("【ご照会内容】\n").unwrap();
    assert!(repeated.contains(MORE) && !repeated.contains("会議の参加者の例"), "{}", answer.text);
}
