//! Drafts and the replies to their echoes: only what is surely meant leaves, and a doubt is asked about.

use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
    members::{INQUIRER, deliver, link, mail_to, mails_to, once_at, reply, tapped, with_notice},
};

on_both!(
    a_doubtful_reply_to_an_echo_stops_the_draft_until_its_author_decides,
    a_cancellation_means_the_draft_that_was_shown,
    an_approval_with_a_condition_is_no_approval,
    an_answer_that_waits_is_told_with_its_deadline,
    a_doubtful_answer_leaves_nothing_and_its_writer_is_asked,
    a_key_of_one_ticket_orders_nothing_on_another_and_a_rotation_revokes_it
);

fn a_doubtful_reply_to_an_echo_stops_the_draft_until_its_author_decides(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    let corrected = "会議の例は、第二町にございます。訂正してお送りします。";
    deliver(desk, reply("ito@example.jp", &echo, "2", corrected), "10:12:00");
    once_at(desk, "10:13:00");
    let asked = mail_to(desk, "ito@example.jp", "送信を止めています");
    assert!(asked.text.contains("第一市にございます") && asked.text.contains("訂正して"), "{}", asked.text);
    once_at(desk, "12:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "the receipt alone: no draft, and no correction");
    deliver(desk, tapped("ito@example.jp", link(&asked.text, "送信"), "3"), "13:00:00");
    once_at(desk, "13:01:00");
    once_at(desk, "13:12:00");
    let sent = mails_to(desk, INQUIRER);
    assert_eq!(sent.len(), 2);
    assert!(
        sent[1].text.contains("第一市にございます") && !sent[1].text.contains("訂正"),
        "{}",
        sent[1].text
    );
}

fn a_cancellation_means_the_draft_that_was_shown(desk: &mut Desk) {
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "一つ目の回答です。"), "10:10:00");
    once_at(desk, "10:11:00");
    let first = mail_to(desk, "ito@example.jp", "送信前のご確認");
    deliver(desk, reply("ito@example.jp", &notice, "2", "二つ目の回答です。"), "10:12:00");
    once_at(desk, "10:13:00");
    // 取消 that names no draft is asked about, and both wait.
    deliver(desk, reply("ito@example.jp", &notice, "3", "取消"), "10:14:00");
    once_at(desk, "10:15:00");
    let asked = mail_to(desk, "ito@example.jp", "送信を止めています");
    assert!(asked.text.contains("一つ目の回答") && asked.text.contains("二つ目の回答"), "{}", asked.text);
    once_at(desk, "11:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1);
    // The reply to the first echo stops the first draft, not the newest.
    deliver(
        desk,
        reply("ito@example.jp", &first, "4", "取り消してください。\nよろしくお願いします。"),
        "11:01:00",
    );
    once_at(desk, "11:02:00");
    let done = mail_to(desk, "ito@example.jp", "を取りやめました");
    assert!(done.text.contains("「一つ目の回答です。」を取りやめました"), "{}", done.text);
    assert!(done.text.contains("このほかに1件が送信を待っています"), "{}", done.text);
    // 取消 again means that draft still, and not the other one.
    deliver(desk, reply("ito@example.jp", &first, "5", "取消"), "11:03:00");
    once_at(desk, "11:04:00");
    let again = mail_to(desk, "ito@example.jp", "できなかった操作");
    assert!(again.text.contains("送信前のメールはありません"), "{}", again.text);
    // A stopped text may be sent again.
    deliver(desk, reply("ito@example.jp", &notice, "6", "一つ目の回答です。"), "11:05:00");
    once_at(desk, "11:06:00");
    once_at(desk, "11:30:00");
    let sent = mails_to(desk, INQUIRER);
    assert_eq!(sent.len(), 2, "the second one still waits for its author");
    assert!(sent[1].text.contains("一つ目の回答です。"));
}

fn an_approval_with_a_condition_is_no_approval(desk: &mut Desk) {
    desk.set("answers.approval", "true");
    let notice = with_notice(desk);
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    let request = mail_to(desk, "sato@example.jp", "承認のお願い");
    deliver(
        desk,
        reply("sato@example.jp", &request, "2", "承認します。ただし、例を足してください。"),
        "10:12:00",
    );
    once_at(desk, "10:13:00");
    let asked = mail_to(desk, "sato@example.jp", "送信を止めています");
    assert!(asked.text.contains("承認：<mailto:") && asked.text.contains("差戻：<mailto:"), "{}", asked.text);
    once_at(desk, "10:40:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1);
    deliver(
        desk,
        reply("sato@example.jp", &request, "3", "お疲れ様です。\nこの内容で承認いたします。\n佐藤"),
        "10:41:00",
    );
    once_at(desk, "10:42:00");
    once_at(desk, "10:53:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 2);
}

fn an_answer_that_waits_is_told_with_its_deadline(desk: &mut Desk) {
    let notice = with_notice(desk);
    desk.set("answers.approval", "true");
    deliver(desk, reply("ito@example.jp", &notice, "1", "会議の例は、第一市にございます。"), "10:10:00");
    once_at(desk, "10:11:00");
    desk.starts_at("2025-07-02T13:40:00+09:00");
    desk.once();
    let waits = "送信待ち：伊藤 健一さんの回答は、責任者の承認を待っています";
    let of_author = mail_to(desk, "ito@example.jp", "期限間近");
    assert!(of_author.text.contains(waits) && !of_author.text.contains("承認：<"), "{}", of_author.text);
    let of_lead = mail_to(desk, "sato@example.jp", "期限間近");
    assert!(of_lead.text.contains(waits), "{}", of_lead.text);
    assert_eq!(desk.run(&["digest"]).code, Some(0));
    desk.once();
    assert!(mail_to(desk, "ito@example.jp", "日次一覧").text.contains(waits));
    let approves = tapped("sato@example.jp", link(&of_lead.text, "承認"), "2");
    desk.deliver_at(approves, "2025-07-02T13:50:00+09:00");
    desk.starts_at("2025-07-02T13:51:00+09:00");
    desk.once();
    desk.starts_at("2025-07-02T14:05:00+09:00");
    desk.once();
    assert!(mails_to(desk, INQUIRER)[1].text.contains("第一市にございます"));
}

fn a_doubtful_answer_leaves_nothing_and_its_writer_is_asked(desk: &mut Desk) {
    let notice = with_notice(desk);
    for (nth, text) in ["保留します。厚労省に確認中です。", "了解です。", "OK", "承人"].iter().enumerate()
    {
        deliver(desk, reply("ito@example.jp", &notice, &format!("doubt-{nth}"), text), "10:10:00");
        once_at(desk, &format!("10:1{}:00", nth + 1));
        let asked = mail_to(desk, "ito@example.jp", "できなかった操作");
        let first = text.split('。').next().unwrap();
        assert!(asked.text.contains(first) && asked.text.contains("送るものはありません"), "{}", asked.text);
    }
    once_at(desk, "12:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1);
    assert_eq!(desk.json(&["ticket", "show", "ZT-2025-0001"])["status"], "open");
}

fn a_key_of_one_ticket_orders_nothing_on_another_and_a_rotation_revokes_it(desk: &mut Desk) {
    let notice = with_notice(desk);
    desk.deliver(inquiry(2));
    once_at(desk, "10:05:00");
    deliver(desk, reply("ito@example.jp", &notice, "1", "完了 ZT-2025-0002"), "10:10:00");
    once_at(desk, "10:11:00");
    let told = mail_to(desk, "ito@example.jp", "できなかった操作");
    assert!(told.text.contains("ZT-2025-0002 のものではない"), "{}", told.text);
    let status = |desk: &Desk, number: &str| desk.json(&["ticket", "show", number])["status"].clone();
    assert_eq!(status(desk, "ZT-2025-0002"), "open");
    assert_eq!(desk.run(&["keys", "rotate"]).code, Some(0));
    deliver(desk, reply("ito@example.jp", &notice, "2", "完了"), "10:12:00");
    once_at(desk, "10:13:00");
    assert_eq!(status(desk, "ZT-2025-0001"), "open", "the key was revoked");
}
