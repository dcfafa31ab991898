//! Answers of staff by mail: on their way to the inquirer, stopped, undeliverable, approved.

use madoguchi::mail::{InboundMail, read};

use super::{STAFF, quoted, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry, message},
    smtp::{Act, At},
};

on_both!(
    an_answer_under_a_ticket_in_the_digest_reaches_the_inquirer_once,
    files_travel_with_an_answer_and_quotes_do_not,
    new_tickets_go_round_and_an_undeliverable_answer_comes_back_to_its_author,
    an_answer_is_stopped_before_it_leaves,
    what_waits_stays_where_a_cancellation_goes_on_with_something_else,
    a_text_below_a_cancellation_is_shown_to_its_writer_as_unsent,
    a_lead_lets_an_answer_leave_or_sends_it_back
);

/// The digest as Gmail quotes it, with the answer below the ticket's marker line.
fn under_marker(digest: &InboundMail, number: &str, answer: &str) -> String {
    let marked = quoted(&digest.text);
    let begin = marked.lines().find(|line| line.contains('▼') && line.contains(number)).unwrap().to_owned();
    marked.replace(&format!("{begin}\n"), &format!("{begin}\n{answer}\n"))
}

fn an_answer_under_a_ticket_in_the_digest_reaches_the_inquirer_once(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.new_ticket", "none");
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    desk.once();
    desk.once_at("2025-07-01T13:00:00+09:00");
    let digest = desk.mail_to("ito@example.jp", "日次一覧");
    assert!(
        digest.text.contains("ZT-2025-0001") && digest.text.contains("7月3日（木）9:30"),
        "{}",
        digest.text
    );
    let answer = "お問い合わせの件、次の例がございます。\n・第一市の会議";
    let mail = reply("ito@example.jp", &digest, 1, &under_marker(&digest, "ZT-2025-0001", answer));
    desk.deliver_at(&mail, "2025-07-01T14:00:00+09:00");
    desk.deliver_at(&mail, "2025-07-01T14:00:00+09:00");
    desk.deliver_at(mail.clone().id("staff-1b@example.jp"), "2025-07-01T14:01:00+09:00");
    desk.once_at("2025-07-01T14:02:00+09:00");
    // The writer gets an echo of the mail at once; the answer itself waits in the outbox.
    let echo = desk.mail_to("ito@example.jp", "送信前のご確認");
    assert!(
        echo.text.contains(answer)
            && echo.text.contains("yamada1@city.example.jp")
            && echo.text.contains("14:12に送信します"),
        "{}",
        echo.text
    );
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1);
    let twice = desk.mail_to("ito@example.jp", "できなかった操作");
    assert!(twice.text.contains("二度は送りません"), "{}", twice.text);
    desk.once_at("2025-07-01T14:13:00+09:00");
    desk.once_at("2025-07-01T15:00:00+09:00");
    let sent = desk.mails_to("yamada1@city.example.jp");
    assert_eq!(sent.len(), 2, "once, though the mail came three times");
    let sent = &sent[1];
    assert_eq!(sent.subject, "[ZT-2025-0001] 拠点整備・運用に関する照会（回答）");
    assert!(
        sent.text.contains(answer) && !sent.text.contains("ito@example.jp") && !sent.text.contains('▼'),
        "{}",
        sent.text
    );
    assert!(sent.header("Auto-Submitted").next().is_none(), "a person wrote it");
    assert_eq!(sent.in_reply_to, ["inquiry-1@city.example.jp"]);
    assert_eq!(desk.mails_to("yamada2@city.example.jp").len(), 1, "nobody else got anything");
    assert_eq!((desk.status(1), desk.status(2)), ("answered".into(), "open".into()));
    assert!(desk.ticket(1)["answered_at"].is_string());
    // A further question from the inquirer opens the ticket again and starts a new deadline.
    let further = message(1, &format!("Re: {}", sent.subject), "もう一点教えてください。")
        .id("further@city.example.jp");
    desk.deliver_at(further, "2025-07-02T09:30:00+09:00");
    desk.once_at("2025-07-02T09:31:00+09:00");
    assert_eq!(desk.ticket(1)["deadline"], "2025-07-04T09:30:00+09:00");
}

fn files_travel_with_an_answer_and_quotes_do_not(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    let body = format!(
        "--b\nContent-Type: text/plain; charset=UTF-8\n\n別添のとおりです。\n\n{}\n--b\nContent-Type: application/pdf\n\
         Content-Disposition: attachment; filename*=UTF-8''%E4%BE%8B.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--b--\n",
        quoted(&notice.text)
    );
    let mail =
        reply("ito@example.jp", &notice, 1, &body).header("Content-Type", "multipart/mixed; boundary=b");
    desk.deliver_at(mail, "2025-07-01T10:30:00+09:00");
    desk.once_at("2025-07-01T10:31:00+09:00");
    assert!(desk.mail_to("ito@example.jp", "送信前のご確認").text.contains("添付　　：例.pdf"));
    desk.once_at("2025-07-01T10:42:00+09:00");
    let sent = desk.mail_to("yamada1@city.example.jp", "回答");
    assert!(
        sent.text.contains("別添のとおりです。") && !sent.text.contains("新しい照会を受け付けました"),
        "{}",
        sent.text
    );
    let files: Vec<_> =
        sent.attachments.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    assert_eq!(files, [("例.pdf", &b"%PDF-1.4\n"[..])]);
    // The mail server accepted the answer and bounces it later: the ticket is open again.
    assert_eq!(desk.status(1), "answered");
    let report = Mail::new()
        .from("MAILER-DAEMON@mx.example.jp")
        .subject("Undelivered Mail Returned to Sender")
        .id("report@mx.example.jp")
        .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=b")
        .body(format!(
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\
             Final-Recipient: rfc822; yamada1@city.example.jp\nAction: failed\nStatus: 5.2.2\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{}>\n\n--b--\n",
            sent.message_id.unwrap()
        ));
    desk.deliver_at(report, "2025-07-01T11:00:00+09:00");
    desk.once_at("2025-07-01T11:01:00+09:00");
    assert_eq!(
        (desk.status(1), desk.ticket(1)["answered_at"].clone()),
        ("open".into(), serde_json::Value::Null)
    );
    assert!(
        desk.mail_to("ito@example.jp", "不達").text.contains("メールボックスがいっぱいです"),
        "its author is told"
    );
}

fn new_tickets_go_round_and_an_undeliverable_answer_comes_back_to_its_author(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.add_settings("[[staff]]\nname = \"田中 実\"\naddress = \"tanaka@example.jp\"\n");
    desk.set("answers.new_ticket", "rotation");
    for nth in 1..=4 {
        desk.deliver(inquiry(nth));
    }
    desk.once();
    let assignees: Vec<String> =
        desk.tickets().iter().map(|ticket| ticket["assignee"].as_str().unwrap().to_owned()).collect();
    assert_eq!(assignees, ["sato@example.jp", "ito@example.jp", "tanaka@example.jp", "sato@example.jp"]);
    let told = |to: &str| desk.mails_to(to).iter().filter(|mail| mail.subject.contains("新しい照会")).count();
    assert_eq!((told("sato@example.jp"), told("ito@example.jp"), told("tanaka@example.jp")), (2, 1, 1));
    // Tanaka answers Ito's ticket with the key from a digest; the mail server refuses the recipient.
    desk.once_at("2025-07-01T13:00:00+09:00");
    desk.run(&["digest"]);
    desk.once();
    desk.run(&["ticket", "assign", "ZT-2025-0002", "田中"]);
    desk.run(&["digest"]);
    desk.once_at("2025-07-01T13:00:30+09:00");
    // Several connections send the digests, so their order is not fixed.
    let digests: String = desk
        .mails_to("tanaka@example.jp")
        .iter()
        .filter(|mail| mail.subject.contains("日次一覧"))
        .map(|mail| mail.text.as_str())
        .collect();
    let key = digests
        .lines()
        .find(|line| line.contains('▼') && line.contains("ZT-2025-0002"))
        .unwrap()
        .split_whitespace()
        .find(|word| word.starts_with('#'))
        .unwrap();
    desk.run(&["ticket", "assign", "ZT-2025-0002", "伊藤"]);
    desk.smtp.on(At::Rcpt.does(Act::Reply("550 5.1.1 no such user")).to("yamada2@city.example.jp"));
    let fresh = Mail::new()
        .from("tanaka@example.jp")
        .subject(&format!("[ZT-2025-0002] 回答 {key}"))
        .id("fresh@example.jp")
        .body("新しいメールからの回答です。\n");
    desk.deliver_at(fresh, "2025-07-01T13:10:00+09:00");
    desk.once_at("2025-07-01T13:11:00+09:00");
    desk.once_at("2025-07-01T13:30:00+09:00");
    desk.once_at("2025-07-01T13:31:00+09:00");
    for to in ["tanaka@example.jp", "ito@example.jp", "sato@example.jp"] {
        assert!(desk.mail_to(to, "不達").text.contains("03-0000-0002"), "{to}");
    }
    assert_eq!(desk.status(2), "open", "what did not arrive is no answer");
}

fn an_answer_is_stopped_before_it_leaves(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    desk.deliver_at(
        reply("ito@example.jp", &notice, 1, &format!("間違えた回答です。\n\n{}", quoted(&notice.text))),
        "2025-07-01T10:30:00+09:00",
    );
    // A colleague's vacation responder answers the notice.
    let away = reply("sato@example.jp", &notice, 9, "不在にしております。")
        .subject(&format!("自動返信: {}", notice.subject));
    desk.deliver_at(away.header("Auto-Submitted", "auto-replied"), "2025-07-01T10:30:00+09:00");
    desk.once_at("2025-07-01T10:31:00+09:00");
    assert!(!desk.smtp.mails().iter().any(|mail| read(&mail.data).text.contains("不在にしております")));
    let echo = desk.mail_to("ito@example.jp", "送信前のご確認");
    desk.deliver_at(
        reply("ito@example.jp", &echo, 2, &format!("取消\n\n{}", quoted(&echo.text))),
        "2025-07-01T10:35:00+09:00",
    );
    desk.once_at("2025-07-01T10:36:00+09:00");
    assert!(desk.mail_to("ito@example.jp", "[ZT-2025-0001] 回答").text.contains("取りやめました"));
    desk.once_at("2025-07-01T12:00:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1, "the receipt alone");
    assert_eq!(desk.status(1), "open");
    let texts = desk.ticket(1)["messages"].to_string();
    assert!(!texts.contains("間違えた回答"), "what never left is no part of the conversation");
    desk.deliver_at(reply("ito@example.jp", &echo, 3, "取消"), "2025-07-01T12:05:00+09:00");
    desk.once_at("2025-07-01T12:06:00+09:00");
    assert!(desk.mail_to("ito@example.jp", "できなかった操作").text.contains("送信前のメールはありません"));
}

fn what_waits_stays_where_a_cancellation_goes_on_with_something_else(desk: &mut Desk) {
    let new = "会議の参加者につきましては、医師会、歯科医師会、薬剤師会、訪問看護ステーション、介護支援専門員、\
               地域包括支援センター、消防本部、保健所、住民の代表の方々など、地域の実情に合わせてお選びください。\
               人数の目安は10名から20名です。";
    desk.add_settings(STAFF);
    for (nth, opening) in
        [(1, "取消"), (2, "先の回答は取りやめます。"), (3, "先の回答は取り消して、次の文を送ってください。")]
    {
        desk.deliver(inquiry(nth));
        desk.once();
        let notice = desk.mail_to("ito@example.jp", "新しい照会");
        let at = |minute| format!("2025-07-0{nth}T10:{minute}:00+09:00");
        desk.deliver_at(reply("ito@example.jp", &notice, 10 * nth, "間違えた回答です。"), &at(10));
        desk.once_at(&at(11));
        let mail = reply("ito@example.jp", &notice, 10 * nth + 1, &format!("{opening}\n\n{new}"));
        desk.deliver_at(mail, &at(12));
        desk.once_at(&at(13));
        let asked = desk.mail_to("ito@example.jp", "送信を止めています");
        for part in ["次のものは行っていません", "お返事をお待ちしています", "「間違えた回答です。」"]
        {
            assert!(asked.text.contains(part), "{opening}: {part}: {}", asked.text);
        }
        desk.once_at(&at(40));
        let inquirer = format!("yamada{nth}@city.example.jp");
        assert_eq!(desk.mails_to(&inquirer).len(), 1, "{opening}: the receipt alone");
        desk.deliver_at(reply("ito@example.jp", &asked, 10 * nth + 2, "取消"), &at(41));
        desk.once_at(&at(42));
        desk.deliver_at(reply("ito@example.jp", &notice, 10 * nth + 3, new), &at(43));
        desk.once_at(&at(44));
        desk.once_at(&at(59));
        let [_, answer] = desk.mails_to(&inquirer).try_into().unwrap();
        assert!(answer.text.contains(new) && !answer.text.contains("間違えた"), "{}", answer.text);
    }
}

fn a_text_below_a_cancellation_is_shown_to_its_writer_as_unsent(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    let below = [
        "人数の目安は10名、参加者は医師会などです。",
        "伊藤さんに引き継ぎます。",
        "一行目です。\n二行目です。",
    ];
    for (nth, below) in (1..).zip(below) {
        let at = |minute| format!("2025-07-0{nth}T11:{minute}:00+09:00");
        desk.deliver_at(reply("ito@example.jp", &notice, 10 * nth, "間違えた回答です。"), &at(10));
        desk.once_at(&at(11));
        let mail = reply("ito@example.jp", &notice, 10 * nth + 1, &format!("取消\n\n{below}"));
        desk.deliver_at(mail, &at(12));
        desk.once_at(&at(13));
        let told =
            desk.mail_to("ito@example.jp", "[ZT-2025-0001] 回答「間違えた回答です。」を取りやめました");
        let unsent = format!("次の文は、どこにも送っていません：「{}」", below.replace('\n', " "));
        assert!(told.text.contains(&unsent), "{}", told.text);
        desk.once_at(&at(40));
        assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1, "the receipt alone");
    }
    // Where nothing waits, neither is the text sent.
    desk.deliver_at(
        reply("ito@example.jp", &notice, 99, "取消\n\n新しい文です。"),
        "2025-07-04T11:10:00+09:00",
    );
    desk.once_at("2025-07-04T11:11:00+09:00");
    let told = desk.mail_to("ito@example.jp", "できなかった操作");
    for part in ["送信前のメールはありません", "次の文は、どこにも送っていません：「新しい文です。」"]
    {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1);
}

fn a_lead_lets_an_answer_leave_or_sends_it_back(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.approval", "true");
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    desk.pipe(&["ticket", "note", "ZT-2025-0001"], "医師会に確認済み".as_bytes());
    desk.deliver_at(reply("ito@example.jp", &notice, 1, "一案です。"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    let draft = desk.mail_to("sato@example.jp", "承認のお願い");
    assert!(draft.text.contains("一案です。") && draft.text.contains("医師会に確認済み"), "{}", draft.text);
    desk.once_at("2025-07-01T12:00:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1, "nothing leaves without a lead");
    desk.deliver_at(
        reply("sato@example.jp", &draft, 2, "差戻 例を足してください"),
        "2025-07-01T12:05:00+09:00",
    );
    desk.once_at("2025-07-01T12:06:00+09:00");
    assert!(
        desk.mail_to("ito@example.jp", "[ZT-2025-0001] 差戻：佐藤 花子さん")
            .text
            .contains("例を足してください")
    );
    desk.deliver_at(reply("ito@example.jp", &notice, 3, "二案です。例：第一市"), "2025-07-01T13:05:00+09:00");
    desk.once_at("2025-07-01T13:06:00+09:00");
    // An author who is no lead cannot approve.
    let echo = desk.mail_to("ito@example.jp", "送信前のご確認");
    desk.deliver_at(reply("ito@example.jp", &echo, 4, "承認"), "2025-07-01T13:07:00+09:00");
    desk.once_at("2025-07-01T13:08:00+09:00");
    assert!(desk.mail_to("ito@example.jp", "できなかった操作").text.contains("責任者だけ"));
    let draft = desk.mail_to("sato@example.jp", "承認のお願い");
    desk.deliver_at(reply("sato@example.jp", &draft, 5, "承認"), "2025-07-01T13:10:00+09:00");
    desk.once_at("2025-07-01T13:11:00+09:00");
    desk.once_at("2025-07-01T13:30:00+09:00");
    let sent = desk.mails_to("yamada1@city.example.jp");
    assert_eq!(sent.len(), 2);
    assert!(sent[1].text.contains("二案です。"));
    let events: Vec<String> = desk.ticket(1)["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| format!("{} {}", event["actor"].as_str().unwrap(), event["what"].as_str().unwrap()))
        .collect();
    for wanted in
        ["ito@example.jp answer_written", "sato@example.jp rejected", "sato@example.jp approved", "desk sent"]
    {
        assert!(events.contains(&wanted.to_owned()), "{wanted}: {events:?}");
    }
}
