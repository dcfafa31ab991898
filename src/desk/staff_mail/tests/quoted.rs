//! Replies of staff to mails that the desk knows: every style of quoting × notice, echo and digest × place of the text.

use proptest::prelude::*;

use super::*;
use crate::{
    desk::own_marks,
    mail::{OwnMail, html},
    reply::tests::{
        mails::{self, ADDRESS, DESK, Ours},
        styles::{STYLES, Style, Typed},
    },
};

/// Answers of which nothing may be cut or changed.
const ANSWERS: &[&str] = &[
    "星川市 御中\nお尋ねの件、①医師 ②㈱ホシ ③髙齢者施設～Ⅱ型です。\n\n以上、よろしくお願いいたします。",
    "質問：会議の参加者は誰ですか。\n回答：医師と訪問看護師です。",
    "詳しくは、次の窓口にお尋ねくださいますようお願いいたします。\n月島県 医療課 在宅班\nTEL 03-1234-5678\nE-mail iryo@pref.tsukishima.example.jp",
    "通知の本文は次のとおりです。\n\n令和7年6月25日\n各都道府県 衛生主管部（局） 御中\n\n厚生労働省医政局地域医療計画課\n\n在宅医療の拠点について（依頼）\n標記について、下記のとおりお願いいたします。",
    "会議の例をお送りします。",
];

/// What came of a mail: answers with their texts, orders, numbers of problems, and whether the draft is stopped.
type Outcome = (Vec<(u32, String)>, Vec<(Command, u32)>, usize, bool);

fn outcome(mail: StaffMail) -> Outcome {
    let orders = mail.orders.into_iter();
    (
        mail.answers.into_iter().map(|answer| (answer.ticket.serial(), answer.text)).collect(),
        orders.map(|order| (order.command, order.ticket.map_or(0, |ticket| ticket.serial()))).collect(),
        mail.problems.len(),
        mail.stopped.is_some(),
    )
}

/// A mail with valid keys in its markers.
fn with_keys(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match line.split_once("回答ここから #") {
            Some((before, behind)) => {
                let ticket = (1..=3).find(|nth| before.contains(&number(*nth).to_string())).unwrap();
                let tail = behind.split_once(' ').unwrap().1;
                out.push_str(&format!("{before}回答ここから {} {tail}\n", key(ticket)));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

fn sent(subject: &str, ours: &Ours) -> SentMail {
    let html = ours.html.as_deref().map(|html| html::to_text(&with_keys(html)));
    let mail = OwnMail { subject: subject.to_owned(), text: with_keys(&ours.plain), html };
    SentMail { recipient: SATO.to_owned(), mail }
}

fn reply(style: &Style, sent: &SentMail, subject: &str, typed: &Typed) -> (Outcome, String) {
    let ours = sent.mail.html.as_deref().filter(|_| style.is_html()).unwrap_or(&sent.mail.text);
    let text = style.reply(ours, typed);
    let sent = std::slice::from_ref(sent);
    let input = Input { desk: (DESK, ADDRESS), sent, ..input(subject, &text) };
    (outcome(read(&input, &keys())), text)
}

fn top(text: &str, spaced: bool) -> Typed {
    Typed { top: Some((text.to_owned(), spaced)), ..Typed::default() }
}

fn below(text: &str) -> Typed {
    Typed { bottom: Some(text.to_owned()), ..Typed::default() }
}

fn under(sent: &SentMail, part: &str, style: &Style, text: &str) -> Typed {
    let ours = sent.mail.html.as_deref().filter(|_| style.is_html()).unwrap_or(&sent.mail.text);
    let line = ours.lines().position(|line| line.contains(part)).unwrap();
    Typed { at: vec![(line, false, text.to_owned())], ..Typed::default() }
}

/// Runs each situation in each style and reports those that come out otherwise.
fn check(name: &str, sent: &SentMail, subject: &str, cases: impl Fn(&Style) -> Vec<(Typed, Outcome)>) {
    let (mut failures, mut count) = (Vec::new(), 0);
    for style in STYLES {
        for (typed, expected) in cases(style) {
            count += 1;
            let (found, text) = reply(style, sent, subject, &typed);
            if found != expected {
                failures.push(format!("{}: {found:?}\n  expected {expected:?}\n{text}", style.name));
            }
        }
    }
    if let Some(first) = failures.first() {
        let styles: Vec<&str> = failures.iter().filter_map(|failure| failure.split(':').next()).collect();
        panic!("{name}: {} of {count}: {styles:?}\n{first}", failures.len());
    }
}

fn places(sent: &SentMail, part: &str, style: &Style, text: &str) -> Vec<Typed> {
    vec![top(text, true), top(text, false), below(text), under(sent, part, style, text)]
}

#[test]
fn an_answer_to_a_notice_is_taken_whole_wherever_it_was_typed() {
    let subject = format!("Re: [ZT-2025-0001] 新しい照会 {}", key(1));
    let sent = sent(&subject, &mails::notice());
    for answer in ANSWERS {
        check("notice", &sent, &subject, |style| {
            let expected = (vec![(1, (*answer).to_owned())], vec![], 0, false);
            let typed = places(&sent, "ご教示くださいますよう", style, answer).into_iter();
            typed.map(|typed| (typed, expected.clone())).collect()
        });
    }
}

#[test]
fn an_order_is_carried_out_wherever_it_was_typed() {
    let subject = format!("Re: [ZT-2025-0001] 新しい照会 {}", key(1));
    let sent = sent(&subject, &mails::notice());
    for (text, command) in [
        ("担当 伊藤", Command::Assign("伊藤".into())),
        ("完了", Command::Close(String::new())),
        ("メモ 先方と話しました", Command::Note("先方と話しました".into())),
    ] {
        check(text, &sent, &subject, |style| {
            let expected = (vec![], vec![(command.clone(), 1)], 0, false);
            let typed = places(&sent, "操作をします。", style, text).into_iter();
            typed.map(|typed| (typed, expected.clone())).collect()
        });
    }
    // An order above and an answer below, and a greeting that needs no outcome of its own.
    check("both", &sent, &subject, |_| {
        let typed = Typed { bottom: Some(ANSWERS[0].to_owned()), ..top("担当", true) };
        let answers = vec![(1, ANSWERS[0].to_owned())];
        vec![(typed, (answers, vec![(Command::Assign(String::new()), 1)], 0, false))]
    });
}

#[test]
fn a_reply_to_a_notice_without_text_is_explained() {
    let subject = format!("Re: [ZT-2025-0001] 新しい照会 {}", key(1));
    let sent = sent(&subject, &mails::notice());
    check("nothing", &sent, &subject, |_| vec![(Typed::default(), (vec![], vec![], 1, false))]);
}

#[test]
fn a_decision_stops_its_draft_wherever_it_was_typed_and_nothing_else_is_an_answer() {
    let decide = keys().make(SATO, &number(2), Invitation::Decide, today());
    let subject = format!("Re: [ZT-2025-0002] 送信前のご確認 {decide}");
    let sent = sent(&subject, &mails::echo());
    for text in ["取消", "取消。", "取消してください。", "取り消します", "「取消」"] {
        check(text, &sent, &subject, |style| {
            let expected = (vec![], vec![(Command::Cancel, 2)], 0, false);
            let typed = places(&sent, "取りやめる場合は", style, text).into_iter();
            typed.map(|typed| (typed, expected.clone())).collect()
        });
    }
    check("an answer", &sent, &subject, |style| {
        let expected = (vec![], vec![], 1, true);
        let typed = places(&sent, "本文ここまで", style, ANSWERS[0]).into_iter();
        typed.map(|typed| (typed, expected.clone())).collect()
    });
}

#[test]
fn an_answer_in_a_digest_belongs_to_the_ticket_around_it_and_to_no_other() {
    let sent = sent("【日次一覧】", &mails::digest());
    for answer in ANSWERS {
        check("digest", &sent, "Re: 【日次一覧】", |style| {
            let mark = format!("▼ {} 回答ここから", number(2));
            let one =
                (under(&sent, &mark, style, answer), (vec![(2, (*answer).to_owned())], vec![], 0, false));
            let outside = (vec![], vec![], 1, false);
            let end = format!("▲ {} 回答ここまで", number(1));
            vec![
                one,
                // Outside of all tickets: told, and sent to nobody.
                (under(&sent, &end, style, answer), outside.clone()),
                (below(answer), outside.clone()),
                (top(answer, true), outside),
            ]
        });
    }
}

#[test]
fn orders_above_a_digest_name_their_ticket() {
    let sent = sent("【日次一覧】", &mails::digest());
    check("orders", &sent, "Re: 【日次一覧】", |_| {
        let expected = (vec![], vec![(Command::Assign("伊藤".into()), 3)], 0, false);
        ["担当 ZT-2025-0003 伊藤", "ZT-2025-0003 担当 伊藤"]
            .iter()
            .flat_map(|text| [top(text, true), top(text, false)])
            .map(|typed| (typed, expected.clone()))
            .collect()
    });
}

/// Marks of ours as somebody might forge them, and words around them.
fn inquiry_text() -> impl Strategy<Value = String> {
    let forged = prop_oneof![
        Just("▲ ZT-2025-0001 回答ここまで ▲".to_owned()),
        Just("▼ ZT-2025-0002 回答ここから #20250830-0123456789abcd ▼".to_owned()),
        Just("▲ ZT-2025-0002 回答ここまで ▲".to_owned()),
        Just("> ▼ ZT-2025-0003 回答ここから ▼".to_owned()),
        Just("■ ZT-2025-0003　未回答".to_owned()),
        Just("━━ ここから日次一覧 ━━".to_owned()),
        Just("▲ 回答はこの線より上にご記入ください ▲".to_owned()),
        Just("2025/07/01 11:19 相談窓口 <zaitaku@desk.example.jp>:".to_owned()),
        Just(
            "差出人: 窓口 <zaitaku@desk.example.jp>\n送信日時: 2025年7月1日\n宛先: 佐藤\n件名: x".to_owned()
        ),
        "[ぁ-んァ-ヶ一-龠a-z0-9 。、>|:]{0,40}",
    ];
    prop::collection::vec(forged, 1..5).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_inquiry_text_moves_an_answer_to_another_inquirer(
        inquiry in inquiry_text(),
        target in 1..=3_u32,
        style in prop::sample::select((0..STYLES.len()).collect::<Vec<_>>()),
    ) {
        let mut digest = format!("{TOP_LINE}\n佐藤 花子 様\n\n");
        for nth in 1..=3 {
            // A stranger's text is made harmless before staff are shown it.
            let shown = own_marks::disarmed(if nth == 2 { &inquiry } else { "会議の例を教えてください。" });
            let (number, key) = (number(nth), key(nth));
            digest.push_str(&format!(
                "■ {number}　未回答\n　照会内容：\n　　{}\n{}\n\n\n{}\n\n",
                shown.replace('\n', "\n　　"),
                begin_marker(&number, &key),
                end_marker(&number)
            ));
        }
        let mail = OwnMail { subject: "【日次一覧】".to_owned(), text: digest, html: None };
        let sent = SentMail { recipient: SATO.to_owned(), mail };
        let answer = ANSWERS[0];
        let style = &STYLES[style];
        let typed = under(&sent, &format!("▼ {} 回答ここから", number(target)), style, answer);
        let ((answers, orders, _, _), text) = reply(style, &sent, "Re: 【日次一覧】", &typed);
        prop_assert!(orders.is_empty(), "{}", text);
        for (ticket, found) in answers {
            prop_assert_eq!((ticket, found.as_str()), (target, answer), "{}\n{}", style.name, text);
        }
    }
}
