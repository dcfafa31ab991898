//! Two members on one ticket, and answers that wait for a word: nothing leaves that nobody meant.

use crate::support::{
    desk::{Desk, on_both},
    mail::message,
    members::{INQUIRER, deliver, link, mail_to, mails_to, once_at, reply, tapped, with_notice},
};

on_both!(
    a_colleagues_second_answer_waits_and_both_are_told,
    an_answer_after_a_colleagues_was_sent_waits_until_the_inquirer_writes_again,
    a_member_is_told_of_their_own_first_answer_and_neither_waits,
    with_confirm_an_answer_waits_for_the_word,
    a_question_that_waits_stops_no_clock,
    an_author_hears_what_a_colleague_decides,
    the_shell_waits_for_the_word_as_well
);

fn sato_notice(desk: &Desk) -> madoguchi::mail::InboundMail {
    mail_to(desk, "sato@example.jp", "新しい照会")
}

fn a_colleagues_second_answer_waits_and_both_are_told(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    assert!(echo.text.contains("伊藤 健一さんを担当者としました"), "{}", echo.text);
    assert_eq!(desk.json(&["ticket", "show", "ZT-2025-0001"])["assignee"], "ito@example.jp");
    let second = reply("sato@example.jp", &sato_notice(desk), "2", "会議の例は、第二町にございます。");
    deliver(desk, second, "10:12:00");
    once_at(desk, "10:13:00");
    let asked = mail_to(desk, "sato@example.jp", "送信前のご確認");
    for part in ["「送信」のお返事", "伊藤 健一さんの回答「会議の例は、第一市", "10:21に送信します"]
    {
        assert!(asked.text.contains(part), "{part}: {}", asked.text);
    }
    assert!(!asked.text.contains("担当者としました"), "{}", asked.text);
    let told = mail_to(desk, "ito@example.jp", "佐藤 花子さんも書いています");
    assert!(told.text.contains("第二町にございます") && told.text.contains("第一市に"), "{}", told.text);
    // Ito's answer leaves at its time, Sato's waits.
    once_at(desk, "12:00:00");
    let sent = mails_to(desk, INQUIRER);
    assert_eq!(sent.len(), 2, "the receipt and one answer");
    assert!(sent[1].text.contains("第一市にございます"), "{}", sent[1].text);
    deliver(desk, tapped("sato@example.jp", link(&asked.text, "送信"), "3"), "12:01:00");
    once_at(desk, "12:02:00");
    once_at(desk, "12:13:00");
    assert!(mails_to(desk, INQUIRER)[2].text.contains("第二町にございます"));
}

fn an_answer_after_a_colleagues_was_sent_waits_until_the_inquirer_writes_again(desk: &mut Desk) {
    let notice = with_notice(desk);
    let sato = sato_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:22:00");
    deliver(desk, reply("sato@example.jp", &sato, "2", "会議の例は、第二町にございます。"), "13:00:00");
    once_at(desk, "13:01:00");
    let asked = mail_to(desk, "sato@example.jp", "送信前のご確認");
    assert!(asked.text.contains("10:22に送信しました"), "{}", asked.text);
    assert!(mail_to(desk, "ito@example.jp", "さんも書いています").text.contains("第二町"));
    deliver(desk, reply("sato@example.jp", &asked, "3", "取消"), "13:02:00");
    once_at(desk, "13:03:00");
    // The inquirer asks again: an answer to that crosses no other.
    let sent = mail_to(desk, INQUIRER, "回答");
    let further = message(1, &format!("Re: {}", sent.subject), "費用の例も教えてください。");
    deliver(desk, further.id("further@city.example.jp"), "13:30:00");
    once_at(desk, "13:31:00");
    deliver(desk, reply("sato@example.jp", &sato, "4", "費用の例は、第三村にございます。"), "13:40:00");
    once_at(desk, "13:41:00");
    once_at(desk, "13:52:00");
    let sent = mails_to(desk, INQUIRER);
    assert!(sent.last().unwrap().text.contains("第三村にございます"));
    assert!(!sent.iter().any(|mail| mail.text.contains("第二町")), "what was stopped never leaves");
}

fn a_member_is_told_of_their_own_first_answer_and_neither_waits(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    deliver(desk, reply("ito@example.jp", &notice, "2", "会議の例は、第二町にもございます。"), "10:12:00");
    once_at(desk, "10:13:00");
    let echo = mail_to(desk, "ito@example.jp", "10:23に送信します");
    assert!(echo.text.contains("伊藤 健一さんの回答「会議の例は、第一市"), "{}", echo.text);
    // The link under the first answer stops that one.
    deliver(desk, tapped("ito@example.jp", link(&echo.text, "これを取りやめる"), "3"), "10:14:00");
    once_at(desk, "10:15:00");
    let done = mail_to(desk, "ito@example.jp", "取りやめました").text;
    assert!(done.contains("第一市") && done.contains("ほかに1件が送信を待っています"), "{done}");
    once_at(desk, "10:30:00");
    let sent = mails_to(desk, INQUIRER);
    assert_eq!(sent.len(), 2);
    assert!(sent[1].text.contains("第二町にもございます"));
}

fn with_confirm_an_answer_waits_for_the_word(desk: &mut Desk) {
    desk.set("answers.confirm", "true");
    let notice = with_notice(desk);
    assert!(notice.text.contains("「送信」とご返信いただいた後に"), "{}", notice.text);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    once_at(desk, "16:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "the receipt alone");
    deliver(desk, tapped("ito@example.jp", link(&echo.text, "取消"), "2"), "16:01:00");
    once_at(desk, "16:02:00");
    // A stopped text may be sent again, by a typed word as well as by a link.
    deliver(desk, reply("ito@example.jp", &notice, "3", "会議の例は、第一市にございます。"), "16:03:00");
    once_at(desk, "16:04:00");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    deliver(desk, reply("ito@example.jp", &echo, "4", "送信してください。"), "16:05:00");
    once_at(desk, "16:06:00");
    assert!(
        mail_to(desk, "ito@example.jp", "16:16に送信します").subject.starts_with("[ZT-2025-0001] 7月1日")
    );
    once_at(desk, "16:17:00");
    assert!(mails_to(desk, INQUIRER)[1].text.contains("第一市にございます"));
}

fn a_question_that_waits_stops_no_clock(desk: &mut Desk) {
    desk.set("answers.confirm", "true");
    let notice = with_notice(desk);
    let status = |desk: &Desk| desk.json(&["ticket", "show", "ZT-2025-0001"])["status"].clone();
    deliver(desk, reply("ito@example.jp", &notice, "1", "質問\n対象は何年度でしょうか。"), "10:10:00");
    once_at(desk, "10:11:00");
    assert_eq!(status(desk), "open", "the inquirer was not asked yet");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    deliver(desk, tapped("ito@example.jp", link(&echo.text, "送信"), "2"), "10:12:00");
    once_at(desk, "10:13:00");
    once_at(desk, "10:24:00");
    assert_eq!(status(desk), "waiting");
    assert!(mail_to(desk, INQUIRER, "ご確認のお願い").text.contains("対象は何年度でしょうか。"));
}

fn an_author_hears_what_a_colleague_decides(desk: &mut Desk) {
    desk.set("answers.approval", "true");
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    let request = mail_to(desk, "sato@example.jp", "承認のお願い");
    deliver(desk, tapped("sato@example.jp", link(&request.text, "承認"), "2"), "10:12:00");
    once_at(desk, "10:13:00");
    let told = mail_to(desk, "ito@example.jp", "[ZT-2025-0001] 承認：佐藤 花子さん").text;
    assert!(told.contains("承認しました") && told.contains("佐藤 花子さんの操作"), "{told}");
    deliver(desk, reply("sato@example.jp", &request, "3", "やはり取り消してください。"), "10:14:00");
    once_at(desk, "10:15:00");
    let told = mail_to(desk, "ito@example.jp", "[ZT-2025-0001] 取消：佐藤 花子さん").text;
    assert!(told.contains("を取りやめました") && told.contains("佐藤 花子さんの操作"), "{told}");
    once_at(desk, "11:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1);
}

fn the_shell_waits_for_the_word_as_well(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    let done = desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "会議の例は、第二町です。".as_bytes());
    assert!(done.stdout.contains("waits for `ticket send`"), "{}{}", done.stdout, done.stderr);
    once_at(desk, "10:30:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 2);
    assert!(mail_to(desk, "ito@example.jp", "運用者さんも書いています").text.contains("第二町"));
    assert_eq!(desk.run(&["ticket", "send", "ZT-2025-0001"]).code, Some(0));
    once_at(desk, "10:50:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 3);
}
