//! Entries for the guidebook: from a ticket to a file, by mail and from the shell.

use madoguchi::{desk::form::FieldKey, mail::InboundMail};
use serde_json::{Value, json};

use super::{STAFF, reply};
use crate::support::{
    desk::{Desk, on_both},
    mail::inquiry,
};

on_both!(
    a_second_member_releases_what_was_redacted,
    nobody_releases_what_they_have_not_seen,
    what_is_not_surely_meant_changes_nothing,
    the_shell_does_what_mails_do,
    an_erased_ticket_leaves_only_what_was_released,
);

const SATO: &str = "sato@example.jp";
const ITO: &str = "ito@example.jp";
const ENTRY: &str = "FAQ-2025-0001";
const QUESTION: &str = "松本市の佐々木 次郎様（82歳、要介護3）の会議に、薬剤師会を加えてもよいでしょうか。\nお電話は03-0000-0001へ。山田 太郎";
const ANSWER: &str = "加えていただけます。あおぞらクリニックの例がございます。";

/// An answered inquiry with personal data.
fn answered(desk: &mut Desk) {
    desk.add_settings(STAFF);
    desk.set("answers.undo", "0s");
    desk.deliver(inquiry(1).field(FieldKey::Inquiry, QUESTION));
    desk.once();
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0001"], ANSWER.as_bytes()).code, Some(0));
    assert_eq!(desk.run(&["ticket", "tag", "ZT-2025-0001", "会議"]).code, Some(0));
    desk.once();
}

/// A member replies to a mail. Returns the newest mail about an entry that they have then.
fn write(desk: &mut Desk, from: &str, to: &InboundMail, nth: usize, text: &str) -> InboundMail {
    let minute = 10 + nth;
    desk.deliver_at(reply(from, to, nth, text), &format!("2025-07-01T10:{minute:02}:00+09:00"));
    desk.once_at(&format!("2025-07-01T10:{minute:02}:30+09:00"));
    newest(desk, from)
}

fn newest(desk: &Desk, to: &str) -> InboundMail {
    desk.mail_to(to, ENTRY)
}

fn entry(desk: &Desk) -> Value {
    desk.json(&["faq", "show", ENTRY])
}

fn exported(desk: &Desk, format: &str) -> String {
    let done = desk.run(&["faq", "export", "--released", "--format", format]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    done.stdout
}

fn a_second_member_releases_what_was_redacted(desk: &mut Desk) {
    answered(desk);
    let notice = desk.mail_to(ITO, "新しい照会");
    let shown = write(desk, ITO, &notice, 1, "FAQ候補");
    for words in [
        "〔1：松本市〕の〔2：佐々木 次郎様〕（〔3：82歳〕、〔4：要介護3〕）の会議に",
        "〔5：あおぞらクリニック〕の例がございます。",
        "お電話は〔削除済〕へ。〔削除済〕",
        "5　回答の施設・団体の名称「あおぞらクリニック」",
    ] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    assert!(shown.subject.contains("未処理5か所"), "{}", shown.subject);
    let shown = write(
        desk,
        ITO,
        &shown,
        2,
        "お疲れ様です。\n3、4 消す\n2を「ある患者」に一般化\n5 そのまま 公表資料の名称\n掲載箇所：第3章 2\nよろしくお願いします。\n伊藤",
    );
    assert!(shown.text.contains("〔1：松本市〕のある患者（〔削除済〕、〔削除済〕）"), "{}", shown.text);
    assert!(desk.mails_to(SATO).iter().all(|mail| !mail.subject.contains(ENTRY)), "it is not ready");
    let ready = write(desk, ITO, &shown, 3, "1 一般化 ある市");
    assert!(ready.text.contains("別の方に、公開の確認をお願いしています"), "{}", ready.text);
    let refused = write(desk, ITO, &ready, 4, "公開");
    assert!(refused.text.contains("別の方が「公開」とご返信ください"), "{}", refused.text);
    assert_eq!(entry(desk)["state"], "draft");
    let asked = newest(desk, SATO);
    assert!(asked.text.contains("このままの文でよろしければ"), "{}", asked.text);
    let released = write(desk, SATO, &asked, 5, "問題ありません。公開でお願いします。");
    assert!(released.text.contains("FAQ-2025-0001 を公開しました"), "{}", released.text);
    let shown = entry(desk);
    assert_eq!(
        (&shown["state"], &shown["created_by"], &shown["released_by"]),
        (&json!("released"), &json!(ITO), &json!(SATO))
    );
    for format in ["md", "csv"] {
        let file = exported(desk, format);
        for words in
            ["ある市のある患者", "第3章 2", "会議", "2025-07", "その他の目的では使用しません", "あおぞら"]
        {
            assert!(file.contains(words), "{format} lacks {words}: {file}");
        }
        for words in ["ZT-2025", "第1市", "健康福祉部", "山田", "03-0000", "yamada", "佐々木", "82歳"]
        {
            assert!(!file.contains(words), "{format} has {words}: {file}");
        }
    }
    let file = desk.dir.path().join("faq.docx");
    let done = desk.run(&["faq", "export", "--released", "--format", "docx", file.to_str().unwrap()]);
    assert_eq!(
        (done.code, done.stdout.trim_end()),
        (Some(0), format!("1 entries are in {}", file.display()).as_str())
    );
    let opened = madoguchi::paper::read("faq.docx", &std::fs::read(file).unwrap());
    let paper = opened.files.into_iter().next().unwrap().paper.unwrap();
    assert!(paper.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.text.contains("ある市のある患者")));
    assert!(desk.run(&["check"]).stdout.contains("the audit chain is whole"));
    let report = desk.json(&["report", "2025-07"]);
    assert_eq!(report["report"]["entries"][0]["place"], "第3章 2");
    assert_eq!(desk.json(&["report", "2025-06"])["report"]["entries"], json!([]));
    // Nothing of it has reached the inquirer.
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 2);
}

fn nobody_releases_what_they_have_not_seen(desk: &mut Desk) {
    answered(desk);
    let notice = desk.mail_to(ITO, "新しい照会");
    let shown = write(desk, ITO, &notice, 1, "FAQ候補");
    let shown = write(desk, ITO, &shown, 2, "全部 消す");
    let asked = newest(desk, SATO);
    // The text changes after Sato was asked.
    write(desk, ITO, &shown, 3, "回答：加えていただけます。");
    let refused = write(desk, SATO, &asked, 4, "公開");
    assert!(refused.text.contains("ご覧いただいた後に文が変わりました"), "{}", refused.text);
    assert!(refused.text.contains("加えていただけます。\n\n■ 掲載箇所"), "{}", refused.text);
    assert_eq!(entry(desk)["state"], "draft");
    // A reply without the subject of a version, as a link or a new mail may have it.
    let (start, _) = refused.subject.split_once("控え").unwrap();
    let key = refused.subject.split(' ').next_back().unwrap();
    let mut without = refused.clone();
    without.subject = format!("{start}{key}");
    let refused = write(desk, SATO, &without, 5, "公開");
    assert_eq!(entry(desk)["state"], "draft");
    write(desk, SATO, &refused, 6, "公開");
    assert_eq!(entry(desk)["state"], "released");
    // Any change makes it a draft again, and the one who changed it cannot release it.
    let changed = write(desk, SATO, &refused, 7, "掲載箇所：第4章");
    assert_eq!(entry(desk)["state"], "draft");
    write(desk, SATO, &changed, 8, "公開");
    assert_eq!(entry(desk)["state"], "draft");
    assert!(!exported(desk, "md").contains("第4章"));
    let gone = write(desk, ITO, &newest(desk, ITO), 9, "取下");
    assert!(gone.text.contains("取り下げました"), "{}", gone.text);
    assert_eq!(entry(desk)["state"], "withdrawn");
}

fn what_is_not_surely_meant_changes_nothing(desk: &mut Desk) {
    answered(desk);
    let notice = desk.mail_to(ITO, "新しい照会");
    let shown = write(desk, ITO, &notice, 1, "FAQ候補");
    let before = entry(desk);
    for (nth, text) in [
        "9 消す",
        "1 そのまま",
        "薬剤師会を加えることができます。詳しくは要綱をご覧ください。",
        "公開しないでください。",
        "1 消すほうがよいと思います",
        "メモ 確認中",
    ]
    .into_iter()
    .enumerate()
    {
        write(desk, ITO, &shown, nth + 2, text);
        assert_eq!(entry(desk), before, "{text}");
    }
    // A colleague's mail gives no right to work on the entry.
    desk.deliver_at(reply(SATO, &shown, 40, "全部 消す"), "2025-07-01T10:50:00+09:00");
    desk.once_at("2025-07-01T10:50:30+09:00");
    assert_eq!(entry(desk), before);
    // A second time the same entry is shown.
    let again = write(desk, ITO, &notice, 41, "FAQ候補");
    assert!(again.text.contains("すでに候補 FAQ-2025-0001 を作っています"), "{}", again.text);
    let listed = write(desk, ITO, &notice, 42, "FAQ一覧");
    assert_eq!(listed.subject, again.subject);
    let listed = desk.mail_to(ITO, "FAQの候補は1件です");
    assert!(!listed.text.contains("佐々木") && !listed.text.contains("松本市"), "{}", listed.text);
    assert!(listed.text.contains("FAQ-2025-0001（下書き・未処理5か所）"), "{}", listed.text);
    let shown = write(desk, ITO, &notice, 43, "FAQ表示 FAQ-2025-0001");
    assert!(shown.text.contains("FAQ-2025-0001 をお送りします"), "{}", shown.text);
    assert_eq!(desk.mails_to("yamada1@city.example.jp").len(), 2, "nothing reaches the inquirer");
    assert_eq!(desk.ticket(1)["status"], "answered");
}

fn the_shell_does_what_mails_do(desk: &mut Desk) {
    answered(desk);
    let run = |desk: &Desk, arguments: &[&str]| desk.run(&[&["faq"], arguments].concat());
    let good = |desk: &Desk, arguments: &[&str]| {
        let done = run(desk, arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
        done.stdout
    };
    let bad = |desk: &Desk, arguments: &[&str], error: &str| {
        let done = run(desk, arguments);
        assert!(done.code != Some(0) && done.stderr.contains(error), "{arguments:?}: {}", done.stderr);
    };
    bad(desk, &["candidate", "ZT-2025-0009"], "ZT-2025-0009");
    assert!(good(desk, &["candidate", "ZT-2025-0001"]).contains("5 marks to resolve"));
    bad(desk, &["candidate", "ZT-2025-0001"], "has the entry FAQ-2025-0001 already");
    bad(desk, &["resolve", ENTRY, "9", "--remove"], "there is no mark 9");
    bad(desk, &["resolve", ENTRY, "1"], "required");
    good(desk, &["resolve", ENTRY, "1", "--replace", "ある市"]);
    good(desk, &["resolve", ENTRY, "5", "--keep", "公表資料の名称"]);
    good(desk, &["resolve", ENTRY, "--remove"]);
    good(desk, &["edit", ENTRY, "--place", "第3章", "--topic", "会議の構成"]);
    let version = entry(desk)["version"].as_str().unwrap().to_owned();
    bad(desk, &["release", ENTRY, "--seen", &version], "somebody who neither proposed it");
    bad(desk, &["export"], "--released");
    assert!(exported(desk, "md").contains("収録：0件"));
    desk.once();
    // Two versions were ready, and their mails may arrive in any order.
    let asked = desk.mail_to(SATO, &version);
    write(desk, SATO, &asked, 1, "公開");
    let listed = desk.json(&["faq", "list"]);
    assert_eq!((&listed[0]["state"], &listed[0]["open"]), (&json!("released"), &json!([])));
    let csv = exported(desk, "csv");
    assert!(csv.contains("会議の構成") && csv.contains("第3章"), "{csv}");
    good(desk, &["withdraw", ENTRY]);
    bad(desk, &["withdraw", ENTRY], "is withdrawn");
    assert!(exported(desk, "md").contains("収録：0件"));
    assert!(desk.run(&["check"]).stdout.contains("the audit chain is whole"));
}

fn an_erased_ticket_leaves_only_what_was_released(desk: &mut Desk) {
    answered(desk);
    desk.deliver(inquiry(2).field(FieldKey::Inquiry, QUESTION));
    desk.once();
    assert_eq!(desk.pipe(&["ticket", "answer", "ZT-2025-0002"], ANSWER.as_bytes()).code, Some(0));
    desk.once();
    for number in ["ZT-2025-0001", "ZT-2025-0002"] {
        assert_eq!(desk.run(&["faq", "candidate", number]).code, Some(0));
    }
    assert_eq!(desk.run(&["faq", "resolve", ENTRY, "--remove"]).code, Some(0));
    desk.once();
    let asked = newest(desk, SATO);
    write(desk, SATO, &asked, 1, "公開");
    for nth in 1..=2 {
        let address = format!("yamada{nth}@city.example.jp");
        assert_eq!(desk.run(&["erase", "--address", &address, "--yes"]).code, Some(0));
    }
    let listed = desk.json(&["faq", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["number"], ENTRY);
    assert_eq!(desk.run(&["faq", "show", "FAQ-2025-0002"]).code, Some(1));
    assert!(exported(desk, "md").contains("薬剤師会を加えてもよいでしょうか"));
    // Its number is not given again, and the released entry can be changed without its ticket.
    assert_eq!(desk.run(&["faq", "candidate", "ZT-2025-0002"]).code, Some(0));
    assert_eq!(desk.json(&["faq", "list"])[1]["number"], "FAQ-2025-0003");
    assert_eq!(desk.run(&["faq", "edit", ENTRY, "--place", "第4章"]).code, Some(0));
    assert_eq!(entry(desk)["state"], "draft");
    assert!(desk.run(&["check"]).stdout.contains("the audit chain is whole"));
}
