//! A program's lines above its quotation go, and a person's line next to them stays.

use super::{
    PEOPLE, Sent,
    mails::{self, ADDRESS, DESK},
    styles::{STYLES, Typed},
    subtract,
};

fn written(text: &str, ours: &str) -> Vec<String> {
    let reply = subtract(text, &[Sent::plain(ours)], &PEOPLE).expect("ours came back");
    reply.insertions.into_iter().map(|insertion| insertion.text).collect()
}

#[test]
fn a_line_directly_above_the_attribution_stays_whatever_it_says() {
    let ours = mails::notice().plain;
    for line in [
        "取消",
        "OK",
        "はい",
        "了解です。",
        "7月1日（火）",
        "2025年7月1日",
        "2025/07/01",
        "10:30",
        "次のとおりです：",
        "On behalf of the team:",
        "a@example.jp",
        "<a@example.jp>",
        "https://example.jp/",
        "佐藤",
        "担当 ZT-2025-0069 伊藤",
        "参加者：医師",
        "件名：次のとおり",
        "宛先：各市町村",
        "以上",
        "（記載なし）",
        "電話 03-1234-5678",
        "wrote",
        "1",
    ] {
        for style in STYLES {
            for spaced in [true, false] {
                let typed = Typed { top: Some((format!("一行目\n{line}"), spaced)), ..Typed::default() };
                let text = style.reply(&ours, &typed);
                assert_eq!(
                    written(&text, &ours),
                    [format!("一行目\n{line}")],
                    "{} {spaced}:\n{text}",
                    style.name
                );
            }
        }
    }
}

#[test]
fn attributions_are_known_by_their_parts() {
    let ours = mails::notice().plain;
    let quotation: String = ours.lines().map(|line| format!("> {line}\n")).collect();
    for attribution in [
        format!("On 2025/07/01 10:19, {DESK} wrote:"),
        format!("On Tue, 1 Jul 2025 02:19:00 +0000\n\"{DESK}\" <{ADDRESS}> wrote:"),
        format!("On Tue, 1 Jul 2025 02:19:00 +0000\n\"{DESK}\"\n<{ADDRESS}>\nwrote:"),
        format!("2025年7月1日(火) 9:00 {DESK} <{ADDRESS}>:"),
        format!("2025年7月1日(火) 9:00 {DESK}\n<{ADDRESS}>:"),
        format!("2025年7月1日(火) 9:00 相談窓口（国） <{ADDRESS}>:"),
        "On Tue, Jul 1, 2025 at 9:00 AM 相談窓口 wrote:".to_owned(),
        format!("{DESK} さんは書きました:"),
        "相談窓口 さんが書きました".to_owned(),
        format!("In message <20250701021900.1a2b3c@desk.example.jp>\n{DESK} wrote:"),
        format!("{DESK} <{ADDRESS}> wrote in\n <20250701021900.1a2b3c@desk.example.jp>:"),
        format!("At Tue, 1 Jul 2025 02:14:00 +0000,\n{DESK} wrote:"),
        format!("2025/07/01 9:00、{DESK} <{ADDRESS}>のメール:"),
        format!("2025/07/01（火）9:00、{DESK}のメール："),
        format!("令和7年7月1日 9時00分 {DESK} <{ADDRESS}>："),
        format!("Am 01.07.25 um 09:00 schrieb {DESK}:"),
        format!("--- {DESK} <{ADDRESS}> wrote:"),
        format!(
            "-----Original Message-----\nFrom: {DESK} <{ADDRESS}>\nSent: Tuesday, July 1, 2025 9:00 AM\nTo: 佐藤\nSubject: 照会"
        ),
        format!(
            "-----Original Message-----\nFrom: {DESK} [mailto:{ADDRESS}]\nSent: Tuesday, July 1, 2025 9:00 AM\nTo: 佐藤 <a@example.jp>;\n 伊藤 <b@example.jp>\nCc: 係 <c@example.jp>\nSubject: 照会\nImportance: High"
        ),
        format!(
            "________________________________\n差出人: {DESK} <{ADDRESS}>\n送信日時: 2025年7月1日 9:00\n宛先: 佐藤 <a@example.jp>; 伊藤\n<b@example.jp>\nCC: 係\n件名: 照会"
        ),
        format!("差出人: {DESK} <{ADDRESS}>\n日付: 火曜日, 2025年7月1日 9:00\n宛先: 佐藤\n件名: 照会"),
        format!("*差出人:* {DESK} <{ADDRESS}>\n*送信日時:* 2025年7月1日 9:00\n*宛先:* 佐藤\n*件名:* 照会"),
        format!("差出人: {DESK} <{ADDRESS}>\n\n送信日時: 2025年7月1日 9:00\n\n宛先: 佐藤\n\n件名: 照会"),
        format!(
            "From: {DESK} <{ADDRESS}>\nSubject: [ZT-2025-0063] 新しい照会：第63市 健康福祉部\n #20250830-312d9ced00fee7f1e291cb61b85e0d86\nDate: Tue, 01 Jul 2025 02:14:00 +0000"
        ),
        format!(
            "From: {DESK} <{ADDRESS}>\nSubject: [ZT-2025-0063] 新しい照会：第63市 健康福祉部\n\t#20250830-312d9ced00fee7f1e291cb61b85e0d86"
        ),
        format!("----- 元のメッセージ -----\n差出人: {DESK}\n送信日時: 2025/07/01 9:00"),
        "-----Original Message-----".to_owned(),
        "________________________________".to_owned(),
    ] {
        for (name, typed) in
            [("a word", "取消"), ("a paragraph", "お世話になっております。\n\n可能です。\n以上です。")]
        {
            for break_ in ["\n", "\n\n"] {
                for below in ["\n", "\n\n"] {
                    let text = format!("{typed}{break_}{attribution}{below}{quotation}");
                    assert_eq!(written(&text, &ours), [typed], "{name}:\n{attribution}");
                    let unmarked = format!("{typed}{break_}{attribution}{below}{ours}");
                    assert_eq!(written(&unmarked, &ours), [typed], "{name}, unmarked:\n{attribution}");
                }
            }
        }
        let between = format!("{attribution}\n\n取消\n\n{quotation}");
        if attribution.contains(ADDRESS) && attribution.contains("2025") {
            assert_eq!(written(&between, &ours), ["取消"], "below the attribution:\n{attribution}");
        }
    }
}

#[test]
fn a_person_may_name_the_desk() {
    let ours = mails::notice().plain;
    let quotation: String = ours.lines().map(|line| format!("> {line}\n")).collect();
    for typed in [
        format!("お問い合わせは{DESK}（{ADDRESS}）までお願いします。"),
        format!("お問い合わせ先：\n{DESK}\n{ADDRESS}"),
        format!("7月1日に {DESK} へお送りしました。"),
        format!("{DESK}\n佐藤"),
        format!("下記の窓口です。\nE-mail：{ADDRESS}"),
    ] {
        for break_ in ["\n", "\n\n"] {
            let text = format!("{typed}{break_}On 2025/07/01 10:19, {DESK} wrote:\n{quotation}");
            assert_eq!(written(&text, &ours), [typed.as_str()]);
            let below = format!("On 2025/07/01 10:19, {DESK} wrote:\n{quotation}\n{typed}");
            assert_eq!(written(&below, &ours), [typed.as_str()], "below");
        }
    }
}

#[test]
fn labels_of_parts_that_a_program_does_not_show_are_no_text() {
    let ours = mails::notice().plain;
    let quoted: String = ours.lines().map(|line| format!("> {line}\n")).collect();
    for (label, is_label) in [
        ("[1  <text/plain; utf-8 (base64)>]", true),
        ("[2 地図.png <image/png (base64)>]", true),
        ("[-- Attachment #1 --]", true),
        ("[-- Type: text/plain, Encoding: base64, Size: 1.2K --]", true),
        ("[2. text/html]", true),
        ("[1] <https://example.jp/>", false),
        ("[別添1]", false),
        ("[text/plain と text/html の違い]", false),
    ] {
        let typed = if is_label { vec![] } else { vec![label.to_owned()] };
        assert_eq!(written(&format!("{quoted}> {label}\n"), &ours), typed, "below: {label}");
        let answer = [typed, vec!["例です。".to_owned()]].concat().join("\n");
        assert_eq!(
            written(&format!("{quoted}> {label}\n例です。\n"), &ours),
            [answer],
            "next to it: {label}"
        );
    }
}

#[test]
fn every_pattern_compiles() {
    use super::super::patterns::{
        DATE, FOOTER, HEADER, LINK, MAILBOX, OPENER, PART_LABEL, RULE, SEPARATOR, TIME, VERB,
    };
    for pattern in [&DATE, &LINK, &MAILBOX, &OPENER, &RULE, &TIME, &VERB] {
        assert!(!pattern.is_match("甲"));
    }
    for set in [&FOOTER, &HEADER, &PART_LABEL, &SEPARATOR] {
        assert!(!set.is_match("甲"));
    }
}
