//! Replies to digests and notices, as mail programs change them.

mod files;
mod quoted;

use super::{order::Doubt, *};
use std::sync::LazyLock;

use crate::desk::{staff::Member, staff_key::Invitation};

const SATO: &str = "sato@example.jp";
const ITO: &str = "ito@example.jp";

static STAFF: LazyLock<Staff> = LazyLock::new(|| {
    let member =
        |name: &str, address: &str| Member { name: name.into(), address: address.into(), lead: false };
    Staff::new(vec![member("佐藤 花子", SATO), member("伊藤 健一", ITO)])
});

fn today() -> NaiveDate {
    "2025-07-01".parse().unwrap()
}

fn keys() -> StaffKeys {
    StaffKeys::new(vec![b"secret".to_vec()])
}

fn number(nth: u32) -> TicketNumber {
    TicketNumber::new("ZT", 2025, nth)
}

fn key(nth: u32) -> String {
    keys().make(SATO, &number(nth), Invitation::Answer, today())
}

/// A digest with two tickets, and the answer under each.
fn digest(one: &str, two: &str) -> String {
    let place = |nth, text: &str| {
        format!(
            "■ {}　星川市\n照会内容：会議の例を教えてください。\n{}\n{text}\n{}\n",
            number(nth),
            begin_marker(&number(nth), &key(nth)),
            end_marker(&number(nth))
        )
    };
    format!("{TOP_LINE}\n佐藤 花子 様\n\n{}\n{}\n以上です。\n", place(1, one), place(2, two))
}

fn quoted(text: &str, mark: &str) -> String {
    text.lines().map(|line| format!("{mark}{line}\n")).collect()
}

fn input<'a>(subject: &'a str, text: &'a str) -> Input<'a> {
    Input {
        subject,
        text,
        address: SATO,
        name: "佐藤 花子",
        staff: &STAFF,
        prefix: "ZT",
        desk: ("窓口", "zaitaku@example.jp"),
        sent: &[],
        files: false,
        today: today(),
    }
}

fn answers(text: &str) -> Vec<(u32, String)> {
    let mail = read(&input("Re: 一覧", text), &keys());
    mail.answers.into_iter().map(|answer| (answer.ticket.serial(), answer.text)).collect()
}

#[test]
fn answers_are_read_under_their_markers_from_any_mail_program() {
    let blank = digest("\n", "\n");
    let written = "市の例をお送りします。\n\n二行目です。";
    let expected = vec![(1, written.to_owned())];
    // Outlook: no quote marks, header fields above, the answer typed between the markers.
    let outlook = format!(
        "お疲れさまです。\n\n-----Original Message-----\nFrom: 窓口 <zaitaku@example.jp>\nSent: Tuesday, July 1, 2025 9:00 AM\nTo: 佐藤\nSubject: 一覧\n\n{}",
        digest(written, "\n")
    );
    assert_eq!(answers(&outlook), expected);
    let japanese = format!(
        "差出人: 窓口 <zaitaku@example.jp>\n送信日時: 2025年7月1日 9:00\n宛先: 佐藤\n件名: 一覧\n\n{}",
        digest(written, "\n")
    );
    assert_eq!(answers(&japanese), expected);
    // Gmail and Thunderbird: quote marks, except on the lines of the writer.
    let marked = quoted(&blank, "> ");
    let place = format!("> {}\n", begin_marker(&number(1), &key(1)));
    let gmail = marked.replace(&place, &format!("{place}{written}\n"));
    assert_eq!(answers(&format!("2025年7月1日(火) 9:00 窓口 <zaitaku@example.jp>:\n{gmail}")), expected);
    // A phone that adds quote marks to typed lines too.
    let phone = quoted(&digest(written, "\n"), "> ");
    assert_eq!(answers(&phone), expected);
    assert_eq!(answers(&quoted(&digest(written, "\n"), ">")), expected);
    // A marker that was folded.
    let folded = digest(written, "\n").replace("回答ここから ", "回答ここから\n");
    assert_eq!(answers(&folded), expected);
    let folded = quoted(&digest(written, "\n"), "> ").replace("回答ここから ", "回答ここから\n> ");
    assert_eq!(answers(&folded), expected);
    // Two answers in one mail.
    assert_eq!(answers(&digest("一つ目", "二つ目")), [(1, "一つ目".to_owned()), (2, "二つ目".to_owned())]);
    assert_eq!(answers(&blank), []);
    // The digest is quoted twice; one copy has the answer.
    assert_eq!(answers(&format!("{}\n{}", digest(written, "\n"), quoted(&blank, "> "))), expected);
}

#[test]
fn text_that_may_belong_to_no_ticket_or_to_several_is_refused() {
    let problems = |text: &str| read(&input("Re: 一覧", text), &keys()).problems;
    let without_end = digest("回答です。", "\n").replace(&end_marker(&number(1)), "");
    assert_eq!(problems(&without_end), [Problem::NoEnd(number(1))]);
    assert_eq!(answers(&without_end), []);
    let twice = format!("{}\n{}", digest("一案です。", "\n"), digest("別案です。", "\n"));
    assert_eq!(problems(&twice), [Problem::TwoAnswers(number(1))]);
    assert_eq!(answers(&twice), []);
    let foreign = digest("回答です。", "\n")
        .replace(&key(1), &keys().make("ito@example.jp", &number(1), Invitation::Answer, today()));
    assert_eq!(problems(&foreign), [Problem::OthersKey("伊藤 健一".into())]);
    let unknown = digest("回答です。", "\n")
        .replace(&key(1), &keys().make("x@example.jp", &number(1), Invitation::Answer, today()));
    assert_eq!(problems(&unknown), [Problem::WrongKey(number(1))]);
    let swapped = digest("回答です。", "\n").replace(&key(1), &key(2));
    assert_eq!(problems(&swapped), [Problem::WrongKey(number(1))]);
    let old = keys().make(SATO, &number(1), Invitation::Answer, "2025-04-01".parse().unwrap());
    assert_eq!(
        problems(&digest("回答です。", "\n").replace(&key(1), &old)),
        [Problem::ExpiredKey(number(1))]
    );
    let outside = format!("星川市さんには後で電話します。\n\n{}", quoted(&digest("\n", "\n"), "> "));
    assert_eq!(problems(&outside), [Problem::TextOutside("星川市さんには後で電話します。".into())]);
    assert_eq!(answers(&outside), []);
}

#[test]
fn a_notice_is_answered_above_its_line_without_quotes_and_signature() {
    let subject = format!("RE: [ZT-2025-0001] 新しい照会 {}", key(1));
    let notice = format!("{OLD_LINE}\n佐藤 花子 様\n\n照会内容：会議の例を教えてください。\n");
    let of = |text: &str| read(&input(&subject, text), &keys());
    let of_texts = |mail: StaffMail| -> Vec<(TicketNumber, String)> {
        mail.answers.into_iter().map(|answer| (answer.ticket, answer.text)).collect()
    };
    let expected = [(number(1), "お世話になっております。\n例をお送りします。".to_owned())];
    for text in [
        format!("お世話になっております。\n例をお送りします。\n\n{}", quoted(&notice, "> ")),
        format!(
            "お世話になっております。\n例をお送りします。\n\n2025年7月1日(火) 10:00 窓口 <zaitaku@example.jp>:\n\n{}",
            quoted(&notice, "> ")
        ),
        format!(
            "お世話になっております。\n例をお送りします。\n\n-----Original Message-----\nFrom: 窓口 <zaitaku@example.jp>\nSent: Tuesday, July 1, 2025 9:00 AM\nTo: 佐藤\nSubject: x\n\n{notice}"
        ),
        format!(
            "お世話になっております。\n例をお送りします。\n\n差出人: 窓口 <zaitaku@example.jp>\n送信日時: 2025年7月1日 9:00\n宛先: 佐藤\n件名: x\n\n{notice}"
        ),
        "お世話になっております。\n例をお送りします。\n\niPhoneから送信\n".to_owned(),
        format!(
            "お世話になっております。\n例をお送りします。\n\n-- \n佐藤 花子\nsato@example.jp\n\n{}",
            quoted(&notice, "> ")
        ),
    ] {
        assert_eq!(of_texts(of(&text)), expected, "{text}");
    }
    // Attribution lines in other languages, and a folded one.
    for attribution in [
        "W dniu 1.07.2025 o 09:00, 窓口 pisze:",
        "2025年7月1日(火) 9:00\n在宅医療の体制整備・運用に関する\n相談窓口 <Zaitaku@example.jp>:",
        "Den tis 1 juli 2025 kl 09:00 skrev 窓口 <zaitaku@example.jp>:",
    ] {
        let text = format!(
            "お世話になっております。\n例をお送りします。\n\n{attribution}\n\n{}",
            quoted(&notice, "> ")
        );
        assert_eq!(of_texts(of(&text)), expected, "{text}");
    }
    // Text below all quoted lines is the writer's, as text above them is.
    let below = format!(
        "窓口 <zaitaku@example.jp>:\n{}\nお世話になっております。\n例をお送りします。\n",
        quoted(&notice, "> ")
    );
    assert_eq!(of_texts(of(&below)), expected);
    let between = quoted(&notice, "> ").replace("> 照会内容", "ここに書きました。\n> 照会内容");
    assert_eq!((of(&between).answers, of(&between).problems), (vec![], vec![Problem::TextBelow(number(1))]));
    let mixed = format!("上です。\n{}\nここにも書きました。\n", quoted(&notice, "> "));
    assert_eq!((of(&mixed).answers, of(&mixed).problems), (vec![], vec![Problem::TextBelow(number(1))]));
    let stranger = Input { address: "stranger@other.example", ..input(&subject, "回答です。") };
    let found = read(&stranger, &keys());
    assert!(found.answers.is_empty() && !found.keyed);
}

#[test]
fn a_reply_to_a_colleagues_mail_does_nothing_and_names_the_colleague() {
    let subject = format!("Fwd: [ZT-2025-0001] x {}", key(1));
    let expected = [Problem::OthersKey("佐藤 花子".into())];
    for (name, subject, text) in [
        ("an answer to a notice", subject.as_str(), "会議の例をお送りします。".to_owned()),
        ("answers in a digest", "Fwd: 一覧", digest("会議の例をお送りします。", "二つ目です。")),
        ("an order above a digest", "Fwd: 一覧", format!("完了 ZT-2025-0001\n\n{}", digest("", ""))),
    ] {
        let found = read(&Input { address: ITO, name: "伊藤 健一", ..input(subject, &text) }, &keys());
        assert_eq!(found.problems, expected, "{name}");
        assert!(found.answers.is_empty() && !found.keyed, "{name}");
    }
    // Both keys in one mail: the member's own counts.
    let own = keys().make(ITO, &number(3), Invitation::Answer, today());
    let subject = format!("Re: [ZT-2025-0003] x {own}");
    let found = read(&Input { address: ITO, name: "伊藤 健一", ..input(&subject, "完了") }, &keys());
    assert!(found.problems.is_empty() && found.keyed);
}

#[test]
fn commands_stand_at_the_top_in_japanese_and_in_ascii() {
    let subject = format!("Re: [ZT-2025-0001] x {}", key(1));
    let orders = |text: &str| -> Vec<(Command, u32)> {
        let mail = read(&input(&subject, text), &keys());
        assert_eq!((mail.answers.len(), mail.problems.len()), (0, 0), "{text} {mail:?}");
        mail.orders
            .into_iter()
            .map(|order| (order.command, order.ticket.map_or(0, |ticket| ticket.serial())))
            .collect()
    };
    for (text, command, ticket) in [
        ("担当 伊藤", Command::Assign("伊藤".into()), 1),
        ("担当", Command::Assign(String::new()), 1),
        ("assign ZT-2025-0001 ito@example.jp", Command::Assign("ito@example.jp".into()), 1),
        (
            "メモ：先方と電話で話しました。\n来週再度連絡します。",
            Command::Note("先方と電話で話しました。\n来週再度連絡します。".into()),
            1,
        ),
        ("質問\n対象は何年度でしょうか。", Command::Ask("対象は何年度でしょうか。".into()), 1),
        ("完了", Command::Close(String::new()), 1),
        ("ｃｌｏｓｅ", Command::Close(String::new()), 1),
        ("/reopen", Command::Reopen, 1),
        ("保留", Command::Hold { day: None, reason: String::new() }, 1),
        ("分類 会議、研修", Command::Tag(vec!["会議".into(), "研修".into()]), 1),
        ("折返済 10時に説明済み", Command::CalledBack("10時に説明済み".into()), 1),
        ("取消", Command::Cancel, 1),
        ("承認", Command::Approve, 1),
        ("差戻 言い回しを直してください", Command::Reject("言い回しを直してください".into()), 1),
        ("一覧", Command::List(Whose::Own), 1),
        ("ヘルプ", Command::Help, 1),
    ] {
        let found = orders(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0], (command, ticket), "{text}");
    }
    assert_eq!(orders("担当 伊藤\n分類 研修\n").len(), 2);
}

#[test]
fn an_answer_that_begins_like_a_command_is_not_sent_in_part() {
    let subject = format!("Re: [ZT-2025-0001] x {}", key(1));
    for first in ["完了 しました。", "Wait for our guidebook.", "/消去"] {
        let text = format!("{first}\n詳しくは別添のとおりです。\n");
        let mail = read(&input(&subject, &text), &keys());
        assert!(mail.answers.is_empty(), "{first}");
        assert!(matches!(mail.problems[..], [Problem::Unclear { .. }]), "{first}: {:?}", mail.problems);
    }
}

#[test]
fn a_merge_names_both_tickets_or_the_other_one() {
    let subject = format!("Re: [ZT-2025-0001] x {}", key(1));
    for text in ["統合 ZT-2025-0001 ZT-2025-0002", "統合 ZT-2025-0002"] {
        let mail = read(&input(&subject, text), &keys());
        assert_eq!(mail.orders[0].command, Command::Merge(number(2)), "{text}");
        assert_eq!(mail.orders[0].ticket, Some(number(1)), "{text}");
    }
}

#[test]
fn an_unknown_command_does_nothing_and_is_explained() {
    let problems = |text: &str| {
        let mail = read(&input("一覧", text), &keys());
        assert!(mail.orders.is_empty() && mail.answers.is_empty(), "{text}");
        mail.problems
    };
    let unclear = |opening: &str, why| {
        [Problem::Unclear { ticket: None, doubt: Doubtful { opening: opening.into(), why } }]
    };
    assert_eq!(problems("/消去 ZT-2025-0001"), unclear("/消去 ZT-2025-0001", Doubt::UnknownOrder));
    assert_eq!(problems("統合 ZT-2025-0001 あれ"), unclear("統合 ZT-2025-0001 あれ", Doubt::TextBehind));
    assert_eq!(problems("完了"), [Problem::NoTicket("完了".into())]);
}

#[test]
fn only_what_is_surely_meant_leaves_in_an_answer_thread() {
    let subject = format!("Re: [ZT-2025-0001] x {}", key(1));
    for text in [
        "保留します。厚労省に確認中です。",
        "了解です。",
        "OK",
        "承人",
        "完了ｄす",
        "お世話になっております。",
    ] {
        let mail = read(&input(&subject, text), &keys());
        assert!(mail.answers.is_empty() && mail.orders.is_empty() && mail.stopped.is_none(), "{text}");
        assert!(matches!(mail.problems[..], [Problem::Unclear { .. }]), "{text}: {:?}", mail.problems);
    }
    // The same between the markers of a digest, where an order is an order.
    let mail = read(&input("Re: 一覧", &digest("了解です。", "保留します。")), &keys());
    assert!(mail.answers.is_empty());
    assert_eq!(
        (&mail.orders[0].command, &mail.orders[0].ticket),
        (&Command::Hold { day: None, reason: String::new() }, &Some(number(2)))
    );
    assert!(matches!(mail.problems[..], [Problem::Unclear { ticket: Some(_), .. }]), "{:?}", mail.problems);
}

#[test]
fn in_a_decision_thread_nothing_is_an_answer() {
    let decide = keys().make(SATO, &number(1), Invitation::Decide, today());
    let subject = format!("Re: [ZT-2025-0001] 送信前のご確認 {decide}");
    let notice = format!("{OLD_LINE}\n佐藤 花子 様\n\n次の内容を送信します。\n");
    for text in [
        "直した回答です。\n会議の例は、第一市にございます。".to_owned(),
        "了解です".to_owned(),
        String::new(),
        format!("少し待って\n{}", quoted(&notice, "> ")),
        format!("{}\n会議の例は、第一市にございます。\n", quoted(&notice, "> ")),
        format!("上です。\n{}\n下にもあります。\n", quoted(&notice, "> ")),
    ] {
        let mail = read(&input(&subject, &text), &keys());
        assert_eq!(
            (mail.answers.len(), mail.orders.len(), &mail.stopped),
            (0, 0, &Some(number(1))),
            "{text}"
        );
        assert_eq!(mail.problems.len(), 1, "{text}");
    }
    for text in
        ["取消".to_owned(), format!("{}\n取消\n", quoted(&notice, "> ")), "取り消してください。".to_owned()]
    {
        let mail = read(&input(&subject, &text), &keys());
        assert_eq!(mail.orders[0].command, Command::Cancel, "{text}");
        assert!(mail.stopped.is_none() && mail.problems.is_empty(), "{text}");
    }
    let link = format!("[ZT-2025-0001] 取消 控え3f9a2c {decide}");
    assert_eq!(read(&input(&link, "取消"), &keys()).mark.as_deref(), Some("3f9a2c"));
}

#[test]
fn a_doubtful_text_that_begins_with_a_cancellation_stops_what_waits() {
    let long = "会議の参加者につきましては、医師会、歯科医師会、薬剤師会、訪問看護ステーション、介護支援専門員、\
                地域包括支援センター、消防本部、保健所、住民の代表の方々など、地域の実情に合わせてお選びください。\
                人数の目安は10名から20名です。開催の回数は、年に3回を目安としてください。";
    let subject = format!("Re: [ZT-2025-0001] x {}", key(1));
    for (opening, stops) in [
        ("取消", true),
        ("お疲れ様です。佐藤です。\n取り消します。", true),
        ("先の回答は取りやめます。", true),
        ("先の回答は取り消して、次の文を送ってください。", true),
        ("先ほどの回答を撤回し、次の文に差し替えます。", true),
        ("前の返信は、送らないでください。", true),
        ("送信はまだ待ってください。", true),
        ("保留します。", false),
        ("取消しの要件は、要綱第12条に定めるとおりです。", false),
        ("先の回答のとおり、別表をご覧ください。", false),
    ] {
        for text in [opening.to_owned(), format!("{opening}\n\n{long}")] {
            let mail = read(&input(&subject, &text), &keys());
            let is_order = mail.orders.iter().any(|order| order.command == Command::Cancel);
            assert_eq!(is_order || mail.stopped == Some(number(1)), stops, "{text}: {mail:?}");
            assert!(!stops || mail.answers.is_empty(), "{text}: {mail:?}");
            assert_eq!(mail.stopped.is_some(), stops && !mail.problems.is_empty(), "{text}: {mail:?}");
        }
    }
}

#[test]
fn a_key_opens_its_own_ticket_alone() {
    let subject = format!("Re: [ZT-2025-0001] x {}", key(1));
    let mail = read(&input(&subject, "完了 ZT-2025-0002"), &keys());
    assert!(mail.orders.is_empty());
    let other = Problem::OtherTicket { ticket: number(2), line: "完了 ZT-2025-0002".into() };
    assert_eq!(mail.problems, [other]);
    // A digest allows the tickets that it lists.
    let text = format!("完了 ZT-2025-0002\n\n{}", quoted(&digest("\n", "\n"), "> "));
    assert_eq!(read(&input("Re: 一覧", &text), &keys()).orders.len(), 1);
    // With an expired key nothing is done, and the member is told.
    let old = keys().make(SATO, &number(1), Invitation::Answer, "2025-04-01".parse().unwrap());
    let subject = format!("Re: [ZT-2025-0001] x {old}");
    let mail = read(&input(&subject, "質問 対象は何年度でしょうか。"), &keys());
    assert!(mail.orders.is_empty() && mail.answers.is_empty() && mail.keyed);
    assert_eq!(mail.problems, [Problem::ExpiredKey(number(1))]);
}
