//! Reviews, decisions, and the letters about them.

use madoguchi::mail::InboundMail;

use super::{ITO, SATO, Year, answers};
use crate::support::{mail::Mail, members::mail_to};

pub(super) fn the_results_are_told(year: &mut Year<'_>) {
    let notice = |nth: usize| {
        let what = if [3, 6].contains(&nth) { "申込書の差し替え" } else { "応募：" };
        format!("[ZT-2025-{nth:04}] 伴走支援の{what}")
    };
    // The lead worked in one of the regions.
    let orders = vec![
        year.order(ITO, &notice(3), "審査 5 4 4 5 課題が具体的で、拠点の体制も整っている。"),
        year.order(ITO, &notice(4), "審査 3 4 3 3 課題の整理がこれからである。"),
        year.order(SATO, &notice(3), "審査 4 5 4 4 関係者の参加が得られている。"),
        year.order(SATO, &notice(6), "審査 利害関係 前職のため"),
    ];
    year.arrive("2025-08-05T10:00", orders);
    let asked = year.order(SATO, &notice(3), "結果案");
    year.arrive("2025-08-05T10:10", vec![asked]);
    year.pass("2025-08-06T09:01");
    let mut orders = vec![year.order(SATO, &notice(3), "採択 課題が具体的で、体制が整っているため")];
    for nth in [4, 6, 7, 8] {
        orders.push(year.order(SATO, &notice(nth), "不採択 採択は1地域程度のため"));
    }
    orders.push(year.order(
        SATO,
        &notice(7),
        "通知文 ご応募の内容は、広島県のご担当者様とも共有のうえ、今後の参考とさせていただきます。",
    ));
    year.arrive("2025-08-06T10:00", orders);
    let send = |year: &mut Year<'_>, asked: &str, sent: &str, left: &str| {
        let order = year.order(SATO, &notice(3), "結果案");
        year.arrive(asked, vec![order]);
        let preview = mail_to(year.desk, SATO, "承認のお願い");
        let (_, behind) = preview.text.split_once("結果送信 ").unwrap();
        let code: String = behind.chars().take(8).collect();
        let order = year.order(SATO, "承認のお願い", &format!("結果送信 {code}"));
        year.arrive(sent, vec![order]);
        year.pass(left);
    };
    send(year, "2025-08-07T10:00", "2025-08-07T10:05", "2025-08-07T10:16");
    // One letter does not arrive, and is sent again alone.
    let lost = mail_to(year.desk, "kubo@mitani.example.jp", "選定結果");
    year.arrive("2025-08-07T10:30", vec![bounce(&lost, "kubo@mitani.example.jp")]);
    year.orders("2025-08-07T10:40", "", &[(SATO, &notice(7), "項目 E-mail s-kubo@mitani.example.jp")]);
    send(year, "2025-08-07T10:45", "2025-08-07T10:50", "2025-08-07T11:01");
    // A representative asks back, and gets the answer.
    let asks = answers(
        year.desk,
        ("Onishi", "onishi@yoshino.example.jp"),
        "選定結果",
        "onishi@yoshino.example.jp",
        "来年度も公募の予定はありますか。",
    );
    year.arrive("2025-08-08T09:30", vec![asks]);
    year.orders(
        "2025-08-08T10:00",
        "2025-08-08T10:11",
        &[(
            SATO,
            "[ZT-2025-0008] 伴走支援の応募への返信",
            "来年度の公募は未定です。決まりましたら、都道府県を通じてお知らせします。",
        )],
    );
}

fn bounce(letter: &InboundMail, to: &str) -> Mail {
    Mail::new()
        .from("MAILER-DAEMON@mx.example.jp")
        .subject("Undelivered Mail Returned to Sender")
        .id("bounce@mx.example.jp")
        .header("Content-Type", "multipart/report; report-type=delivery-status; boundary=b")
        .body(format!(
            "--b\nContent-Type: text/plain\n\nThis is the mail system.\n\n<{to}>: host mx said: 550 5.1.1 User unknown\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{}>\n\n--b--\n",
            letter.message_id.as_deref().unwrap(),
        ))
}
