//! Commands of staff by mail and from the shell, telephone inquiries, and mails that only claim to be from staff.

use super::{STAFF, quoted, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
};

on_both!(
    commands_are_carried_out_and_mistakes_explained_to_their_writer_alone,
    an_address_alone_makes_nobody_staff,
    a_call_is_filed_by_mail_and_from_the_shell_and_closed_when_called_back,
    who_is_made_the_assignee_gets_the_ticket_with_a_key,
    the_shell_does_the_same
);

fn commands_are_carried_out_and_mistakes_explained_to_their_writer_alone(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "ZT-2025-0001");
    let order = |nth, body: &str| {
        reply("sato@example.jp", &notice, nth, &format!("{body}\n\n{}", quoted(&notice.text)))
    };
    desk.deliver_at(
        order(1, "担当 伊藤\n分類 会議、研修\nメモ 先方と電話で話しました。"),
        "2025-07-01T10:10:00+09:00",
    );
    desk.deliver_at(order(2, "担当 田中\n/消去"), "2025-07-01T10:11:00+09:00");
    desk.once_at("2025-07-01T10:12:00+09:00");
    let ticket = desk.ticket(1);
    assert_eq!(
        (&ticket["assignee"], &ticket["tags"]),
        (&"ito@example.jp".into(), &serde_json::json!(["会議", "研修"]))
    );
    assert!(
        ticket["messages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|message| message["direction"] == "note" && message["text"] == "先方と電話で話しました。")
    );
    let explained = desk.mail_to("sato@example.jp", "できなかった操作");
    assert!(
        explained.text.contains("「田中」に当たる担当者が一人に決まりません")
            && explained.text.contains("/消去"),
        "{}",
        explained.text
    );
    desk.deliver_at(order(3, "質問\n対象は何年度でしょうか。"), "2025-07-01T11:30:00+09:00");
    desk.once_at("2025-07-01T11:31:00+09:00");
    assert_eq!(
        (desk.status(1), desk.ticket(1)["deadline"].clone()),
        ("waiting".into(), serde_json::Value::Null)
    );
    desk.once_at("2025-07-01T11:45:00+09:00");
    let question = desk.mail_to("yamada1@city.example.jp", "ご確認のお願い");
    assert!(question.text.contains("対象は何年度でしょうか。"));
    // The question stopped the clock after two of sixteen hours; the inquirer answers a day later.
    desk.deliver_at(
        message(1, &format!("Re: {}", question.subject), "令和7年度です。").id("answer@city.example.jp"),
        "2025-07-02T11:31:00+09:00",
    );
    desk.once_at("2025-07-02T11:32:00+09:00");
    assert_eq!(desk.status(1), "open");
    assert!(
        desk.ticket(1)["deadline"].as_str().unwrap().starts_with("2025-07-04T09:"),
        "{}",
        desk.ticket(1)["deadline"]
    );
    assert!(
        desk.mail_to("ito@example.jp", "照会者からの返信").text.contains("令和7年度です。"),
        "the assignee is told"
    );
    desk.deliver_at(order(4, "統合 ZT-2025-0002"), "2025-07-02T12:00:00+09:00");
    desk.deliver_at(order(5, "ヘルプ"), "2025-07-02T12:00:00+09:00");
    let stranger = inquiry(9).subject("[ZT-2025-0002] 便乗").header("X-Auto-Response-Suppress", "All");
    desk.deliver_at(stranger, "2025-07-02T11:59:00+09:00");
    desk.once_at("2025-07-02T12:01:00+09:00");
    assert_eq!(
        (desk.status(1), desk.ticket(1)["merged_into"].clone()),
        ("closed".into(), "ZT-2025-0002".into())
    );
    let own = desk.mail_to("sato@example.jp", "[ZT-2025-0003] 新しい照会").text;
    assert!(own.contains("ZT-2025-0002 とありますが") && own.contains("自動返信を断っています"), "{own}");
    assert!(desk.mail_to("sato@example.jp", "使い方").text.contains("日次一覧に返信し"));
    desk.deliver_at(
        message(1, "[ZT-2025-0001] 追加", "追記です。").id("more@city.example.jp"),
        "2025-07-02T13:00:00+09:00",
    );
    desk.once_at("2025-07-02T13:01:00+09:00");
    assert_eq!(desk.numbers().len(), 3);
    assert!(
        desk.ticket(2)["messages"].to_string().contains("追記です。"),
        "a follow-up goes where the matter went on"
    );
    assert_eq!(desk.run(&["check"]).code, Some(0), "the audit chain is whole");
}

fn an_address_alone_makes_nobody_staff(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let before = desk.smtp.mails().len();
    let forged = Mail::new()
        .from("ito@example.jp")
        .subject("[ZT-2025-0001] 回答")
        .id("forged@example.jp")
        .body("偽の回答です。\n");
    desk.deliver_at(&forged, "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:30:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1);
    assert_eq!(desk.parked(), ["staff"]);
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("記号"), "leads are told");
    assert!(desk.smtp.mails().len() > before);
    // With `mailbox.authserv_id` set, the verdict of our own mail server counts, too.
    desk.set("mailbox.authserv_id", "mx.example.jp");
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    let answer = reply("ito@example.jp", &notice, 1, "回答です。");
    desk.deliver_at(
        answer.clone().header("Authentication-Results", "mx.example.jp; dmarc=fail"),
        "2025-07-01T10:40:00+09:00",
    );
    desk.deliver_at(answer.clone().id("staff-2@example.jp"), "2025-07-01T10:40:00+09:00");
    desk.once_at("2025-07-01T11:00:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1);
    assert!(desk.mail_to("sato@example.jp", "できなかった操作").text.contains("差出人を確認できなかった"));
    desk.deliver_at(
        answer.id("staff-3@example.jp").header("Authentication-Results", "mx.example.jp; dmarc=pass"),
        "2025-07-01T11:10:00+09:00",
    );
    desk.once_at("2025-07-01T11:11:00+09:00");
    desk.once_at("2025-07-01T11:30:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 2);
    // A mail rule that returns every explanation must not loop without end.
    for nth in 0..14 {
        desk.deliver_at(forged.clone().id(&format!("loop-{nth}@example.jp")), "2025-07-01T11:31:00+09:00");
    }
    desk.once_at("2025-07-01T11:32:00+09:00");
    assert_eq!(
        desk.mails_to("ito@example.jp")
            .iter()
            .filter(|mail| mail.subject.contains("できなかった操作"))
            .count(),
        10
    );
}

fn a_call_is_filed_by_mail_and_from_the_shell_and_closed_when_called_back(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let call = Mail::new().from("sato@example.jp").subject("電話照会").id("call@example.jp").body(
        "1) 自治体・機関名：白樺台村\n2) 氏名：藤井\n3) 連絡先：03-0000-5566\n\
         4) 照会内容：研修の例を知りたい。\n",
    );
    desk.deliver(call);
    desk.once();
    let ticket = desk.ticket(1);
    assert_eq!(
        (&ticket["channel"], &ticket["deadline"], &ticket["name"]),
        (&"telephone".into(), &"2025-07-03T09:30:00+09:00".into(), &"藤井".into())
    );
    let done =
        desk.pipe(&["phone", "--name", "高橋", "--contact", "03-0000-7788", "--json"], "費用の件".as_bytes());
    assert!(done.stdout.contains("ZT-2025-0002"), "{}", done.stderr);
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    desk.deliver_at(
        reply("ito@example.jp", &notice, 1, "折返済 10時に説明しました。"),
        "2025-07-01T11:00:00+09:00",
    );
    desk.once_at("2025-07-01T11:01:00+09:00");
    assert_eq!(desk.status(1), "answered");
    // A ticket by telephone has no mail address.
    let done = desk.pipe(&["ticket", "answer", "ZT-2025-0002"], "回答です。".as_bytes());
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("no mail address"), "{}", done.stderr);
}

fn who_is_made_the_assignee_gets_the_ticket_with_a_key(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("sato@example.jp", "新しい照会");
    desk.deliver_at(reply("sato@example.jp", &notice, 1, "担当 伊藤"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:10:30+09:00");
    let told = desk.mail_to("ito@example.jp", "担当になった照会");
    assert!(
        told.text.contains("佐藤 花子さんが、伊藤 健一さんを次の照会の担当者にしました"),
        "{}",
        told.text
    );
    // Their own word and the same one again need no mail.
    let count = desk.mails_to("ito@example.jp").len();
    desk.deliver_at(reply("sato@example.jp", &notice, 2, "担当 伊藤"), "2025-07-01T10:11:00+09:00");
    desk.once_at("2025-07-01T10:11:30+09:00");
    assert_eq!(desk.mails_to("ito@example.jp").len(), count);
    desk.deliver_at(
        reply("ito@example.jp", &told, 3, "手引きの12ページをご覧ください。"),
        "2025-07-01T10:12:00+09:00",
    );
    desk.once_at("2025-07-01T10:12:30+09:00");
    assert!(desk.mail_to("ito@example.jp", "ご確認").text.contains("手引きの12ページ"));
}

fn the_shell_does_the_same(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.undo", "1s");
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    let run = |arguments: &[&str]| {
        let done = desk.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
        done.stdout
    };
    run(&["ticket", "assign", "ZT-2025-0001", "伊藤"]);
    assert_eq!(desk.pipe(&["ticket", "note", "ZT-2025-0001"], "メモです。".as_bytes()).code, Some(0));
    assert_eq!(
        desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "殻からの回答です。".as_bytes()).code,
        Some(0)
    );
    assert_eq!(
        desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "殻からの回答です。".as_bytes()).code,
        Some(1),
        "the same text is not sent twice"
    );
    run(&["ticket", "close", "ZT-2025-0002"]);
    run(&["ticket", "reopen", "ZT-2025-0002"]);
    run(&["ticket", "wait", "ZT-2025-0002"]);
    assert_eq!(desk.status(2), "waiting");
    assert_eq!(desk.run(&["ticket", "close", "ZT-2025-0099"]).code, Some(1));
    let preview = run(&["digest", "--preview"]);
    assert!(preview.contains("佐藤 花子") && preview.contains("ZT-2025-0001"), "{preview}");
    desk.once_at("2025-07-01T10:00:10+09:00");
    assert!(desk.mail_to("yamada1@city.example.jp", "回答").text.contains("殻からの回答です。"));
    assert_eq!(desk.status(1), "answered");
    let merged = desk.run(&["ticket", "merge", "ZT-2025-0002", "ZT-2025-0001"]);
    assert!(merged.stdout.contains("ZT-2025-0001 is open again"), "{}", merged.stderr);
    assert_eq!(desk.run(&["check"]).code, Some(0));
}
