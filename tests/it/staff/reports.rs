//! The monthly report by mail: a draft to leads, the paragraph and 発行 by reply, and what 月次報告 asks for.

use madoguchi::mail::InboundMail;

use super::{STAFF, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
};

on_both!(
    leads_get_the_draft_of_a_month_and_issue_it_by_reply,
    a_month_without_mail_has_a_report_while_the_desk_is_at_work,
    the_summary_of_the_window_brings_the_report_of_the_year,
    last_year_stands_beside_this_year
);

const SATO: &str = "sato@example.jp";
const ITO: &str = "ito@example.jp";

/// The mails of reports, oldest first.
fn reports(desk: &Desk, to: &str) -> Vec<InboundMail> {
    desk.mails_to(to).into_iter().filter(|mail| mail.subject.contains("[REPORT-")).collect()
}

fn last(desk: &Desk, to: &str) -> InboundMail {
    reports(desk, to).pop().unwrap()
}

fn page(mail: &InboundMail) -> String {
    let file = mail.attachments.iter().find(|file| file.name.ends_with(".html")).unwrap();
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn leads_get_the_draft_of_a_month_and_issue_it_by_reply(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    // Friday, 1 August: the desk opens at nine.
    desk.once_at("2025-08-01T08:59:00+09:00");
    assert_eq!(reports(desk, SATO).len(), 0);
    desk.once_at("2025-08-01T09:00:30+09:00");
    desk.once_at("2025-08-01T09:05:00+09:00");
    assert_eq!((reports(desk, SATO).len(), reports(desk, ITO).len()), (1, 0), "once, to leads");
    let draft = last(desk, SATO);
    assert!(
        draft.subject.starts_with("[REPORT-2025-0007] 【月次報告の案】令和7年7月分 #"),
        "{}",
        draft.subject
    );
    let names: Vec<&str> = draft.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["照会対応報告_2025-07_案.html", "照会対応報告_2025-07_案.xlsx"]);
    assert!(draft.text.contains("照会1件（メール1件、電話0件）"), "{}", draft.text);
    let mut nth = 0;
    let mut write = |desk: &mut Desk, from: &str, to: &InboundMail, text: &str| {
        nth += 1;
        desk.deliver_at(reply(from, to, nth, text), &format!("2025-08-01T10:{nth:02}:00+09:00"));
        desk.once_at(&format!("2025-08-01T10:{nth:02}:30+09:00"));
    };
    // The paragraph, which a later reply replaces.
    write(desk, SATO, &draft, "様式の質問が寄せられました。");
    assert!(last(desk, SATO).text.contains("\n様式の質問が寄せられました。"));
    let paragraph = "会議の進め方に関する照会が寄せられました。\n来月は説明会を予定しています。";
    write(desk, SATO, &draft, paragraph);
    let echo = last(desk, SATO);
    assert!(echo.text.contains(paragraph) && !echo.text.contains("様式の質問"), "{}", echo.text);
    assert!(page(&echo).contains("来月は説明会を予定しています。"));
    assert_eq!(desk.json(&["report", "2025-07"])["note"], paragraph);
    // A doubt changes nothing.
    write(desk, SATO, &draft, "了解です。");
    assert_eq!(desk.json(&["report", "2025-07"])["note"], paragraph);
    assert!(desk.mail_to(SATO, "【ご確認ください】").text.contains("了解です"));
    // Only a lead issues; the key of another is none.
    let asked = desk.mails_to(ITO).len();
    write(desk, ITO, &draft, "発行");
    assert_eq!(desk.json(&["report", "2025-07"])["editions"], serde_json::json!([]));
    assert!(desk.mails_to(ITO).len() > asked);
    // The echo is answered like the draft.
    write(desk, SATO, &echo, "発行");
    let issued = last(desk, SATO);
    assert!(issued.subject.contains("【月次報告（第1版）】"), "{}", issued.subject);
    assert!(page(&issued).contains("第1版　8月1日"), "{}", page(&issued));
    let edition = desk.json(&["report", "2025-07", "--edition", "1"]);
    assert_eq!((&edition["edition"]["issued_by"], &edition["note"]), (&SATO.into(), &paragraph.into()));
    write(desk, SATO, &issued, "発行お願いします");
    assert!(desk.mail_to(SATO, "【ご確認ください】").text.contains("第1版から変わっていない"));
    // Another paragraph is another edition.
    write(desk, SATO, &issued, "会議の進め方に関する照会が1件寄せられました。");
    write(desk, SATO, &last(desk, SATO), "発行してください。");
    assert!(last(desk, SATO).subject.contains("第2版"));
    // Any member may ask for a report, but not issue it.
    let notice = desk.mail_to(ITO, "ZT-2025-0001");
    write(desk, ITO, &notice, "月次報告 8月");
    let august = last(desk, ITO);
    assert!(august.subject.contains("[REPORT-2025-0008]"), "{}", august.subject);
    assert!(august.text.contains("期間の途中までの集計です"), "{}", august.text);
    write(desk, ITO, &august, "発行");
    assert!(desk.mail_to(ITO, "【ご確認ください】").text.contains("責任者だけ"));
    write(desk, SATO, &desk.mail_to(SATO, "ZT-2025-0001"), "月次報告 8月");
    write(desk, SATO, &last(desk, SATO), "発行");
    assert!(desk.mail_to(SATO, "【ご確認ください】").text.contains("期間が終わっていない"));
    write(desk, ITO, &notice, "月次報告 先々月");
    assert!(desk.mail_to(ITO, "【ご確認ください】").text.contains("「先々月」の報告が分かりませんでした"));
    write(desk, ITO, &notice, "発行");
    assert!(desk.mail_to(ITO, "【ご確認ください】").text.contains("報告のメールへの返信"));
    assert!(desk.run(&["check"]).stdout.contains("the audit chain is whole"));
    // Nothing of it has left for the inquirer.
    let to_inquirer = desk.mails_to("yamada1@city.example.jp");
    assert!(to_inquirer.iter().all(|mail| !mail.text.contains("説明会")), "{to_inquirer:?}");
}

fn a_month_without_mail_has_a_report_while_the_desk_is_at_work(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.once();
    assert_eq!(reports(desk, SATO).len(), 0, "none of the month before the first run");
    desk.once_at("2025-08-01T09:30:00+09:00");
    assert!(last(desk, SATO).text.contains("照会はありません"));
    // A stop over three ends of months. 1 November is a Saturday, and 3 November a holiday.
    desk.once_at("2025-11-03T10:00:00+09:00");
    desk.once_at("2025-11-04T09:30:00+09:00");
    desk.once_at("2025-11-04T09:40:00+09:00");
    let number = |mail: InboundMail| mail.subject.get(1..17).unwrap().to_owned();
    let mut numbers: Vec<String> = reports(desk, SATO).into_iter().map(number).collect();
    // They leave over several connections.
    numbers.sort();
    assert_eq!(
        numbers,
        ["REPORT-2025-0007", "REPORT-2025-0008", "REPORT-2025-0009", "REPORT-2025-0010"],
        "each once"
    );
    // The window is over, and nothing is open: no report.
    desk.once_at("2026-03-02T09:30:00+09:00");
    let before = reports(desk, SATO).len();
    desk.once_at("2026-06-01T09:30:00+09:00");
    assert_eq!(reports(desk, SATO).len(), before);
}

fn the_summary_of_the_window_brings_the_report_of_the_year(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.deliver(inquiry(1));
    desk.once();
    desk.once_at("2026-03-02T09:30:00+09:00");
    let summary = desk.mail_to(SATO, "【受付終了】");
    assert!(summary.subject.starts_with("[REPORT-2025-0000]"), "{}", summary.subject);
    assert_eq!(summary.attachments[0].name, "照会対応報告_2025年度_案.html");
    let text = "今年度は、会議の進め方に関する照会が寄せられました。";
    desk.deliver_at(reply(SATO, &summary, 1, text), "2026-03-02T10:00:00+09:00");
    desk.once_at("2026-03-02T10:01:00+09:00");
    let echo = last(desk, SATO);
    assert!(echo.subject.contains("【年度のまとめの案】") && echo.text.contains(text), "{}", echo.text);
    desk.deliver_at(reply(SATO, &echo, 2, "発行"), "2026-03-02T10:02:00+09:00");
    desk.once_at("2026-03-02T10:03:00+09:00");
    let year = desk.json(&["report", "--window", "--edition", "1"]);
    assert_eq!((&year["note"], &year["report"]["received"]["total"]), (&text.into(), &1.into()));
    // Next year's desk does not have this window any more.
    desk.set("window.opens", "2026-06-26");
    desk.set("window.closes", "2027-02-26");
    desk.deliver_at(reply(SATO, &echo, 3, "発行"), "2026-04-01T10:02:00+09:00");
    desk.once_at("2026-04-01T10:03:00+09:00");
    let refused = desk.mail_to(SATO, "【ご確認ください】");
    assert!(refused.text.contains("「REPORT-2025-0000」の報告が分かりませんでした"), "{}", refused.text);
}

fn last_year_stands_beside_this_year(desk: &mut Desk) {
    // The edges of fiscal year 2024: the first two are outside, the next three in it.
    for (nth, received) in [
        (1, "2024-03-31T23:59:59+09:00"),
        (2, "2025-04-01T00:00:00+09:00"),
        (3, "2024-04-01T00:00:00+09:00"),
        (4, "2025-03-31T23:59:59+09:00"),
        (5, "2024-12-02T10:00:00+09:00"),
        (6, "2025-07-01T09:30:00+09:00"),
    ] {
        desk.deliver_at(inquiry(nth), received);
    }
    desk.set("window.opens", "2024-01-01");
    desk.once();
    desk.set("window.opens", "2025-06-27");
    let year = desk.json(&["report", "--window"]);
    assert_eq!(year["report"]["received"]["total"], 1);
    assert_eq!(year["report"]["received"]["cumulative"], 2, "from 1 April on");
    let before = &year["report"]["last_year"];
    assert_eq!((&before["fiscal_year"], &before["received"]), (&2024.into(), &3.into()));
    let text = desk.run(&["report", "--window"]).stdout;
    assert!(text.contains("[前年度との比較]\n  照会の受付  3  1\n"), "{text}");
    let month = desk.json(&["report", "2025-07"]);
    assert_eq!(month["report"]["last_year"], serde_json::Value::Null);
}
