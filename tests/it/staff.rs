//! Staff work by mail and from the shell: digest, answers, commands, approval, telephone.

use madoguchi::mail::{InboundMail, read};

use crate::support::{
    desk::{Desk, NOW, on_both},
    mail::{Mail, inquiry, message},
    smtp::{Act, At},
};

on_both!(
    an_answer_under_a_ticket_in_the_digest_reaches_the_inquirer_once,
    files_travel_with_an_answer_and_quotes_do_not,
    new_tickets_go_round_and_an_undeliverable_answer_comes_back_to_its_author,
    an_answer_is_stopped_before_it_leaves,
    commands_are_carried_out_and_mistakes_explained_to_their_writer_alone,
    an_address_alone_makes_nobody_staff,
    a_lead_lets_an_answer_leave_or_sends_it_back,
    a_call_is_filed_by_mail_and_from_the_shell_and_closed_when_called_back,
    the_shell_does_the_same,
    a_digest_goes_out_at_its_times_when_there_is_something_to_say,
    every_digest_that_is_asked_for_leaves_though_rehearsals_tell_one_instant_twice,
    a_digest_counts_all_tickets_of_a_full_mailbox_and_shows_a_hundred
);

const STAFF: &str = "[[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\nlead = true\n\
                     [[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n";

impl Desk {
    /// Oldest first.
    fn mails_to(&self, to: &str) -> Vec<InboundMail> {
        self.smtp.mails().iter().filter(|mail| mail.to == [to]).map(|mail| read(&mail.data)).collect()
    }

    /// The newest mail to this address with this word in its subject.
    fn mail_to(&self, to: &str, word: &str) -> InboundMail {
        let mails = self.mails_to(to);
        let subjects: Vec<String> = mails.iter().map(|mail| mail.subject.clone()).collect();
        mails
            .into_iter()
            .rev()
            .find(|mail| mail.subject.contains(word))
            .unwrap_or_else(|| panic!("{word}: {subjects:?}"))
    }

    fn once_at(&mut self, now: &str) {
        self.starts_at(now);
        self.once();
    }

    fn ticket(&self, nth: usize) -> serde_json::Value {
        self.json(&["ticket", "show", &format!("ZT-2025-{nth:04}")])
    }

    fn status(&self, nth: usize) -> String {
        self.ticket(nth)["status"].as_str().unwrap().to_owned()
    }
}

fn reply(from: &str, to: &InboundMail, nth: usize, body: &str) -> Mail {
    Mail::new()
        .from(from)
        .subject(&format!("RE: {}", to.subject))
        .in_reply_to(to.message_id.as_deref().unwrap())
        .id(&format!("staff-{nth}@example.jp"))
        .body(format!("{body}\n"))
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}

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
        digest.text.contains("ZT-2025-0001") && digest.text.contains("7月3日（木）9時30分"),
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
            && echo.text.contains("14時12分に送信します"),
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
    assert!(desk.mail_to("ito@example.jp", "操作の結果").text.contains("取りやめました"));
    desk.once_at("2025-07-01T12:00:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1, "the receipt alone");
    assert_eq!(desk.status(1), "open");
    let texts = desk.ticket(1)["messages"].to_string();
    assert!(!texts.contains("間違えた回答"), "what never left is no part of the conversation");
    desk.deliver_at(reply("ito@example.jp", &echo, 3, "取消"), "2025-07-01T12:05:00+09:00");
    desk.once_at("2025-07-01T12:06:00+09:00");
    assert!(desk.mail_to("ito@example.jp", "できなかった操作").text.contains("送信前のメールはありません"));
}

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
    let question = desk.mail_to("yamada1@city.example.jp", "おたずね");
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

fn a_lead_lets_an_answer_leave_or_sends_it_back(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.approval", "true");
    desk.deliver(inquiry(1));
    desk.once();
    let notice = desk.mail_to("ito@example.jp", "新しい照会");
    desk.deliver_at(reply("ito@example.jp", &notice, 1, "一案です。"), "2025-07-01T10:10:00+09:00");
    desk.once_at("2025-07-01T10:11:00+09:00");
    let draft = desk.mail_to("sato@example.jp", "承認のお願い");
    assert!(draft.text.contains("一案です。"));
    desk.once_at("2025-07-01T12:00:00+09:00");
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 1, "nothing leaves without a lead");
    desk.deliver_at(
        reply("sato@example.jp", &draft, 2, "差戻 例を足してください"),
        "2025-07-01T12:05:00+09:00",
    );
    desk.once_at("2025-07-01T12:06:00+09:00");
    assert!(desk.mail_to("ito@example.jp", "できなかった操作").text.contains("例を足してください"));
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
    run(&["ticket", "merge", "ZT-2025-0002", "ZT-2025-0001"]);
    assert_eq!(desk.run(&["ticket", "close", "ZT-2025-0099"]).code, Some(1));
    let preview = run(&["digest", "--preview"]);
    assert!(preview.contains("佐藤 花子") && preview.contains("ZT-2025-0001"), "{preview}");
    desk.once_at("2025-07-01T10:00:10+09:00");
    assert!(desk.mail_to("yamada1@city.example.jp", "回答").text.contains("殻からの回答です。"));
    assert_eq!(desk.status(1), "answered");
    assert_eq!(desk.run(&["check"]).code, Some(0));
}

fn a_digest_goes_out_at_its_times_when_there_is_something_to_say(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.new_ticket", "none");
    desk.deliver(inquiry(1));
    let digests = |desk: &Desk| {
        desk.smtp.mails().iter().filter(|mail| read(&mail.data).subject.contains("日次一覧")).count()
    };
    // (now, digests sent so far)
    for (now, count) in [
        ("2025-07-01T10:00:00+09:00", 2),
        ("2025-07-01T10:05:00+09:00", 2),
        ("2025-07-01T13:00:00+09:00", 2), // nothing new, nothing due
        ("2025-07-02T03:00:00+09:00", 2),
        ("2025-07-02T09:00:00+09:00", 2),
        ("2025-07-03T09:00:00+09:00", 4), // due today
        ("2025-07-03T13:00:01+09:00", 6), // and late
        ("2025-07-05T13:00:00+09:00", 6), // Saturday
        ("2025-07-07T16:59:00+09:00", 8), // both of Monday were missed
        ("2025-07-07T17:30:00+09:00", 8),
    ] {
        desk.once_at(now);
        assert_eq!(digests(desk), count, "{now}");
    }
    let lead = desk.mail_to("sato@example.jp", "日次一覧");
    assert!(lead.subject.contains("超過1件") && lead.text.contains("これまでの件数"), "{}", lead.text);
    assert!(
        !desk.mail_to("ito@example.jp", "日次一覧").text.contains("これまでの件数"),
        "figures are for leads"
    );
}

fn every_digest_that_is_asked_for_leaves_though_rehearsals_tell_one_instant_twice(desk: &mut Desk) {
    desk.add_settings("[[staff]]\nname = \"田中 実\"\naddress = \"tanaka@example.jp\"\n");
    // Each process starts at the same rehearsed instant, and queues its digest some milliseconds later.
    for _ in 0..20 {
        desk.starts_at(NOW);
        assert_eq!(desk.run(&["digest"]).code, Some(0));
    }
    // The first process creates the database, and so may queue its digest seconds after the start.
    desk.once_at("2025-07-01T10:05:00+09:00");
    let asked: Vec<_> = desk
        .mails_to("tanaka@example.jp")
        .into_iter()
        .filter(|mail| mail.subject.contains("日次一覧"))
        .collect();
    assert_eq!(asked.len(), 20);
}

fn a_digest_counts_all_tickets_of_a_full_mailbox_and_shows_a_hundred(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.new_ticket", "none");
    (1..=260).for_each(|nth| desk.deliver(inquiry(nth)));
    desk.once();
    assert_eq!(desk.tickets().len(), 260);
    desk.run(&["digest"]);
    desk.once();
    let digest = desk.mail_to("ito@example.jp", "日次一覧");
    assert!(digest.subject.contains("担当未定260件"), "{}", digest.subject);
    let shown: Vec<&str> =
        digest.text.lines().filter(|line| line.contains('▼') && line.contains("ZT-")).collect();
    assert!(
        digest.text.contains("（260件）") && digest.text.contains("このほかに160件あります。"),
        "{}",
        digest.text
    );
    assert_eq!(shown.len(), 100);
    assert!(shown[0].contains("ZT-2025-0001") && shown[99].contains("ZT-2025-0100"), "{shown:?}");
}
