//! The last guard before an inquirer, and strangers' text that looks like ours: only what is surely meant leaves.

use std::fs;

use madoguchi::desk::{form::FieldKey, staff_key::find_key};

use crate::support::{
    desk::{Desk, on_both},
    mail::{inquiry, message},
    members::{INQUIRER, STAFF, deliver, link, mail_to, mails_to, once_at, reply, tapped, with_notice},
};

on_both!(
    what_must_not_reach_an_inquirer_is_shown_to_its_writer_and_never_leaves,
    a_text_that_seems_meant_for_somebody_else_waits_for_one_more_word,
    an_inquiry_with_our_marks_ends_nobodys_section_and_gets_its_receipt,
    an_inquirer_with_the_address_of_a_member_is_answered,
    a_template_with_our_marks_is_refused_before_it_is_used,
    our_own_wording_is_stopped_and_the_ticket_tells_why
);

fn what_must_not_reach_an_inquirer_is_shown_to_its_writer_and_never_leaves(desk: &mut Desk) {
    let notice = with_notice(desk);
    let key = find_key(&notice.subject).unwrap();
    let order = link(&notice.text, "完了にする");
    for (nth, (text, shown)) in [
        (format!("ご照会の件、記号は {key} です。"), "記号は ♯"),
        (format!("ご照会の件、次のリンクをご覧ください。\n{order}"), "mailto:"),
        ("ご照会の件、下記のとおりです。\n▲ ZT-2025-0001　回答ここまで▲".to_owned(), "回答ここまで"),
        ("ご照会の件は、担当の sato@example.jp までお尋ねください。".to_owned(), "sato@example.jp"),
        ("ご照会の件は、担当の佐藤花子がお答えします。".to_owned(), "佐藤花子"),
        ("………………".to_owned(), ""),
    ]
    .iter()
    .enumerate()
    {
        let minute = 10 + 2 * nth;
        let id = format!("guarded-{nth}");
        deliver(desk, reply("ito@example.jp", &notice, &id, text), &format!("10:{minute}:00"));
        once_at(desk, &format!("10:{}:00", minute + 1));
        let told = mail_to(desk, "ito@example.jp", "できなかった操作");
        assert!(told.text.contains(shown) && told.text.contains("送るものはありません"), "{}", told.text);
        assert!(find_key(&told.text).is_none_or(|found| found != key), "{}", told.text);
    }
    once_at(desk, "12:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "the receipt alone");
    // From the shell, too.
    let done = desk.pipe(&["ticket", "answer", "ZT-2025-0001"], format!("記号は {key} です。").as_bytes());
    assert_eq!(done.code, Some(1));
    assert!(done.error().contains("must not reach an inquirer"), "{}", done.stderr);
    // A desk that shows names may name its members, and another office's address is no member's.
    deliver(
        desk,
        reply("ito@example.jp", &notice, "other", "県（iryo@pref.example.jp）にお尋ねください。"),
        "12:10:00",
    );
    once_at(desk, "12:11:00");
    once_at(desk, "12:22:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 2);
    desk.set("answers.sign_with_name", "true");
    let named = "ご照会の件は、担当の佐藤花子がお答えします。";
    deliver(desk, reply("ito@example.jp", &notice, "named", named), "12:30:00");
    once_at(desk, "12:31:00");
    once_at(desk, "12:42:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 3);
}

fn a_text_that_seems_meant_for_somebody_else_waits_for_one_more_word(desk: &mut Desk) {
    let notice = with_notice(desk);
    for (nth, (text, shown)) in [
        (
            "松本市　鈴木様\n\n会議の例は、次のとおりです。",
            "「松本市 鈴木様」は、宛先の方のお名前と異なるようです。",
        ),
        ("ZT-2025-0008の件、お尋ねの会議の例は、第一市にございます。", "ほかの照会の番号があります。"),
        (
            "佐藤さん、この件どう思いますか？先方は会議の例をお尋ねです。",
            "事務局の方に宛てたことばのようです。",
        ),
        ("下記の通り回答お願いします。\n会議の例がございます。", "事務局の中でのご連絡のようです。"),
        ("厚生労働省の鈴木です。\n会議の例がございます。", "お名前または署名のようです。"),
    ]
    .iter()
    .enumerate()
    {
        let hour = 10 + nth;
        deliver(
            desk,
            reply("ito@example.jp", &notice, &format!("held-{nth}"), text),
            &format!("{hour}:00:00"),
        );
        once_at(desk, &format!("{hour}:01:00"));
        let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
        let asks = "「送信」のお返事をいただいてから送信します";
        assert!(echo.subject.contains(asks) && echo.text.contains(shown), "{}\n{}", echo.subject, echo.text);
        once_at(desk, &format!("{hour}:30:00"));
        assert_eq!(mails_to(desk, INQUIRER).len(), 1, "the receipt alone: {text}");
        let word = link(&echo.text, "取消");
        deliver(desk, tapped("ito@example.jp", word, &format!("stop-{nth}")), &format!("{hour}:31:00"));
        once_at(desk, &format!("{hour}:32:00"));
    }
    // One word sends it.
    let meant = "鈴木様\n\nお電話でのお尋ねの件、会議の例は、第一市にございます。";
    deliver(desk, reply("ito@example.jp", &notice, "meant", meant), "15:10:00");
    once_at(desk, "15:11:00");
    let echo = mail_to(desk, "ito@example.jp", "送信前のご確認");
    deliver(desk, tapped("ito@example.jp", link(&echo.text, "送信"), "send"), "15:12:00");
    once_at(desk, "15:13:00");
    once_at(desk, "15:24:00");
    assert!(mail_to(desk, INQUIRER, "（回答）").text.contains(meant));
}

fn an_inquiry_with_our_marks_ends_nobodys_section_and_gets_its_receipt(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let end = "▲ ZT-2025-0001 回答ここまで ▲";
    let begin = "▼ ZT-2025-0001 回答ここから #7k3m9qxt2b4c5d ▼";
    let cut = "▲ この線より上に書いた文は、10分後に照会者へ回答として送られます（宛名・署名は自動で付きます）▲\n━━ ここから日次一覧 ━━";
    desk.deliver(inquiry(1));
    desk.deliver(
        inquiry(2)
            .field(FieldKey::Organization, "▲ ZT-2025-0001 ▲ #aaaaaaaaaaaaaa")
            .field(FieldKey::Inquiry, &format!("次の線は何ですか。\n{end}\n{begin}\n{cut}\n内緒の文です。")),
    );
    desk.once();
    // The receipt is not stopped by the inquirer's words.
    let receipt = mail_to(desk, "yamada2@city.example.jp", "受付のお知らせ");
    assert!(receipt.text.contains("内緒の文です。") && find_key(&receipt.text).is_none(), "{}", receipt.text);
    // The notice of it can be answered: the first key in its subject is ours.
    let notice = mail_to(desk, "ito@example.jp", "[ZT-2025-0002] 新しい照会");
    deliver(desk, tapped("ito@example.jp", link(&notice.text, "担当する"), "1"), "10:10:00");
    let quoted: String = notice.text.lines().map(|line| format!("> {line}\n")).collect();
    let answer = reply("ito@example.jp", &notice, "2", &format!("その線は、窓口の印です。\n\n{quoted}"));
    deliver(desk, answer, "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:22:00");
    assert!(mail_to(desk, "yamada2@city.example.jp", "（回答）").text.contains("その線は、窓口の印です。"));
    // In the digest, the end marker of the first ticket is lost: the stranger's line does not replace it.
    let further = message(2, "Re: [ZT-2025-0002]", &format!("追記です。\n{end}\n"));
    deliver(desk, further.id("further@city.example.jp"), "10:30:00");
    once_at(desk, "10:31:00");
    desk.run(&["digest"]);
    once_at(desk, "10:32:00");
    let digest = mail_to(desk, "ito@example.jp", "日次一覧");
    let written = digest.text.replacen(end, "第一の回答です。会議の例は別途お送りします。", 1);
    assert_ne!(written, digest.text);
    let quoted: String = written.lines().map(|line| format!("> {line}\n")).collect();
    deliver(desk, reply("ito@example.jp", &digest, "3", &quoted), "10:33:00");
    once_at(desk, "10:34:00");
    let told = mail_to(desk, "ito@example.jp", "できなかった操作").text;
    assert!(told.contains("第一の回答です。") && told.contains("送るものはありません"), "{told}");
    once_at(desk, "11:00:00");
    assert_eq!(mails_to(desk, INQUIRER).len(), 1, "the receipt alone");
}

fn an_inquirer_with_the_address_of_a_member_is_answered(desk: &mut Desk) {
    desk.add_settings(STAFF);
    let own = inquiry(1).field(FieldKey::Contact, "03-0000-0001 / sato@example.jp");
    desk.deliver(own.field(FieldKey::Name, "佐藤 花子"));
    desk.once();
    assert!(mail_to(desk, INQUIRER, "受付のお知らせ").text.contains("sato@example.jp"));
    let notice = mail_to(desk, "ito@example.jp", "新しい照会");
    let text = "佐藤花子様には、sato@example.jp あてに資料をお送りします。";
    deliver(desk, reply("ito@example.jp", &notice, "1", text), "10:10:00");
    once_at(desk, "10:11:00");
    once_at(desk, "10:22:00");
    assert!(mail_to(desk, INQUIRER, "（回答）").text.contains(text));
}

fn a_template_with_our_marks_is_refused_before_it_is_used(desk: &mut Desk) {
    let folder = desk.dir.path().join("templates/acknowledgement");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("body.txt.j2"), "受け付けました。#7k3m9qxt2b4c5d\n").unwrap();
    desk.add_settings(&format!("[templates]\ndir = {:?}\n", desk.dir.path().join("templates")));
    let done = desk.run(&["once"]);
    assert_ne!(done.code, Some(0));
    assert!(done.stderr.contains("must not reach an inquirer"), "{}", done.stderr);
}

fn our_own_wording_is_stopped_and_the_ticket_tells_why(desk: &mut Desk) {
    let folder = desk.dir.path().join("templates/acknowledgement");
    fs::create_dir_all(&folder).unwrap();
    // The fault shows for one ticket only, and so not when the templates are checked.
    let template = "受け付けました。{% if ticket.number == 'ZT-2025-0002' %}#7k3m9qxt2b4c5d{% endif %}\n";
    fs::write(folder.join("body.txt.j2"), template).unwrap();
    desk.add_settings(&format!("[templates]\ndir = {:?}\n", desk.dir.path().join("templates")));
    desk.deliver(inquiry(1));
    desk.deliver(inquiry(2));
    let done = desk.once();
    assert!(done.stderr.contains("the last guard stopped our own wording"), "{}", done.stderr);
    assert_eq!(mails_to(desk, INQUIRER).len(), 1);
    assert_eq!(mails_to(desk, "yamada2@city.example.jp").len(), 0);
    let events = desk.json(&["ticket", "show", "ZT-2025-0002"])["events"].to_string();
    assert!(events.contains("guarded: the wording of the mail is at fault: mark"), "{events}");
}
