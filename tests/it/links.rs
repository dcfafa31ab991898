//! Links in mails to staff: one tap and sending are enough, and every mail of a member's has an outcome that they hear of.

use crate::support::{
    desk::{Desk, on_both},
    mail::{Mail, inquiry},
    members::{deliver, link, mail_to, mails_to, once_at, reply, tapped, with_notice},
};

on_both!(
    a_tap_on_a_link_of_a_notice_is_an_order,
    the_digest_and_deadline_mails_have_links_for_each_ticket,
    silence_is_never_an_outcome,
    a_member_who_writes_down_a_call_hears_of_its_ticket
);

fn a_tap_on_a_link_of_a_notice_is_an_order(desk: &mut Desk) {
    let notice = with_notice(desk);
    let ticket = |desk: &Desk| desk.json(&["ticket", "show", "ZT-2025-0001"]);
    // The phone adds its own line.
    let tap = tapped("ito@example.jp", link(&notice.text, "担当する"), "1");
    deliver(desk, tap.body("担当\n\niPhoneから送信\n"), "10:10:00");
    once_at(desk, "10:11:00");
    assert_eq!(ticket(desk)["assignee"], "ito@example.jp");
    assert!(
        mail_to(desk, "ito@example.jp", "[ZT-2025-0001] 担当を")
            .text
            .contains("担当を伊藤 健一さんにしました")
    );
    let hold = tapped("ito@example.jp", link(&notice.text, "保留にする"), "2").body("保留 7/10 県に確認中\n");
    deliver(desk, hold, "10:12:00");
    once_at(desk, "10:13:00");
    assert_eq!(ticket(desk)["status"], "waiting");
    let note = tapped("ito@example.jp", link(&notice.text, "メモを書く"), "3");
    deliver(desk, note.clone().id("3b@example.jp").body("メモ 県に確認しました。\n"), "10:14:00");
    deliver(desk, note, "10:14:00");
    once_at(desk, "10:15:00");
    assert!(ticket(desk)["messages"].to_string().contains("県に確認しました。"));
    assert!(mail_to(desk, "ito@example.jp", "できなかった操作").text.contains("メモの文がありません"));
    let close =
        tapped("ito@example.jp", link(&notice.text, "完了にする"), "4").body("完了 お電話で回答済み\n");
    deliver(desk, close, "10:16:00");
    once_at(desk, "10:17:00");
    assert_eq!(ticket(desk)["status"], "closed");
    // A link is for its reader alone.
    deliver(desk, tapped("sato@example.jp", link(&notice.text, "担当する"), "5"), "10:18:00");
    once_at(desk, "10:19:00");
    assert_eq!(ticket(desk)["assignee"], "ito@example.jp");
}

fn the_digest_and_deadline_mails_have_links_for_each_ticket(desk: &mut Desk) {
    let notice = with_notice(desk);
    desk.deliver(inquiry(2));
    deliver(desk, tapped("ito@example.jp", link(&notice.text, "担当する"), "1"), "10:10:00");
    once_at(desk, "10:11:00");
    desk.run(&["digest"]);
    once_at(desk, "10:12:00");
    let digest = mail_to(desk, "ito@example.jp", "日次一覧").text;
    // The assignee is likeliest to end a ticket; a ticket without an assignee needs one first.
    let of_ticket = |number: &str| digest.split("■ ").find(|part| part.starts_with(number)).unwrap();
    let close = tapped("ito@example.jp", link(of_ticket("ZT-2025-0001"), "完了にする"), "2");
    deliver(desk, close.body("完了 お電話で回答済み\n"), "10:13:00");
    deliver(desk, tapped("ito@example.jp", link(of_ticket("ZT-2025-0002"), "担当する"), "3"), "10:13:00");
    once_at(desk, "10:14:00");
    let shown = |desk: &Desk, number: &str| desk.json(&["ticket", "show", number]);
    assert_eq!(shown(desk, "ZT-2025-0001")["status"], "closed");
    assert_eq!(shown(desk, "ZT-2025-0002")["assignee"], "ito@example.jp");
    desk.starts_at("2025-07-03T09:00:00+09:00");
    desk.once();
    let warning = mail_to(desk, "sato@example.jp", "期限間近");
    let tap = tapped("sato@example.jp", link(&warning.text, "担当する"), "4");
    desk.deliver_at(tap, "2025-07-03T09:01:00+09:00");
    desk.starts_at("2025-07-03T09:02:00+09:00");
    desk.once();
    assert_eq!(shown(desk, "ZT-2025-0002")["assignee"], "sato@example.jp");
}

fn silence_is_never_an_outcome(desk: &mut Desk) {
    let notice = with_notice(desk);
    let told = |desk: &Desk| {
        mails_to(desk, "ito@example.jp").iter().filter(|mail| mail.subject.contains("ご確認ください")).count()
    };
    for (nth, text) in ["", "お世話になっております。", "　\n\n-- \n伊藤 健一"].iter().enumerate()
    {
        deliver(desk, reply("ito@example.jp", &notice, &format!("empty-{nth}"), text), "10:10:00");
        once_at(desk, &format!("10:1{}:00", nth + 1));
        assert_eq!(told(desk), nth + 1, "{text:?}");
    }
    // A mail that is too large to be read is explained, too.
    desk.set("mailbox.max_message_size", "2kB");
    let large = reply("sato@example.jp", &notice, "large", &"長い文です。\n".repeat(500));
    deliver(desk, large, "10:22:00");
    once_at(desk, "10:23:00");
    assert!(mail_to(desk, "sato@example.jp", "できなかった操作").text.contains("読み取れませんでした"));
}

fn a_member_who_writes_down_a_call_hears_of_its_ticket(desk: &mut Desk) {
    with_notice(desk);
    desk.set("answers.new_ticket", "leads");
    let call = Mail::new().from("ito@example.jp").subject("電話照会").id("call@example.jp").body(
        "1) 自治体・機関名：白樺台村\n2) 氏名：藤井\n3) 連絡先：03-0000-5566\n4) 照会内容：研修の例を知りたい。\n",
    );
    deliver(desk, call, "10:10:00");
    once_at(desk, "10:11:00");
    assert!(mail_to(desk, "ito@example.jp", "[ZT-2025-0002] 新しい照会").text.contains("白樺台村"));
}
