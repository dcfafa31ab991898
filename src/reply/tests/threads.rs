//! Replies that quote several mails of ours, or one several times.

use super::{
    line_of,
    mails::{self, ADDRESS, DESK},
    situations::{EN, quote, read, texts},
};

#[test]
fn older_mails_of_the_thread_are_subtracted_too() {
    let (answer, ask) = (mails::answer().plain, mails::ask_back().plain);
    let own = "先日はありがとうございました。\n記載が漏れておりました。";
    let thread = format!(
        "お世話になっております。\n追加でお尋ねします。\n\n{EN}{}\n{}",
        quote("> ", &answer),
        quote(
            "> ",
            &format!(
                "On Mon, Jun 30, 2025 at 09:00:00AM +0900, {DESK} <{ADDRESS}> wrote:\n{}",
                quote("> ", &ask)
            )
        )
    );
    assert_eq!(texts(&thread, &[&answer, &ask]), ["お世話になっております。\n追加でお尋ねします。"]);
    let through_another = format!(
        "承知しました。\n\nOn 2025/07/02 9:00, 髙橋 真由美 wrote:\n{}",
        quote("> ", &format!("{own}\n\nOn 2025/07/01 10:19, {DESK} wrote:\n{}", quote("> ", &ask)))
    );
    let quoted = format!("«{}»", quote("> ", own).trim_end());
    assert_eq!(texts(&through_another, &[&ask]), ["承知しました。", &quoted]);
    let outlook = format!(
        "承知しました。\n\n差出人: 髙橋 真由美 <m@city.example.jp>\n送信日時: 2025年7月2日 9:00\n宛先: 佐藤 花子\n件名: RE: 照会\n\n{own}\n\n差出人: {DESK} <{ADDRESS}>\n送信日時: 2025年7月1日 11:19\n宛先: 髙橋 真由美\n件名: 照会\n\n{ask}"
    );
    let found = texts(&outlook, &[&ask]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0] == "承知しました。" && found[1].starts_with('«') && found[1].contains(own), "{found:?}");
}

#[test]
fn a_mail_that_is_quoted_twice_is_subtracted_twice() {
    let digest = mails::digest().plain;
    let line = line_of(&digest, "▲ ZT-2025-0002");
    let copy = |text: &str| -> String {
        digest
            .lines()
            .enumerate()
            .map(|(at, ours)| if at == line { format!("{text}\n> {ours}\n") } else { format!("> {ours}\n") })
            .collect()
    };
    let text = format!("{EN}{}\n{EN}{}", copy("一つ目です。"), copy("二つ目です。"));
    assert_eq!(texts(&text, &[&digest]), ["一つ目です。", "二つ目です。"]);
}

#[test]
fn a_mail_that_is_quoted_twice_without_marks_is_subtracted_twice() {
    let digest = mails::digest().plain;
    let outlook =
        format!("差出人: {DESK} <{ADDRESS}>\n送信日時: 2025年7月1日 10:19\n宛先: 佐藤\n件名: 一覧\n\n");
    let copy = |above: &str, text: &str| {
        let line = line_of(&digest, above);
        let lines = digest.lines().enumerate();
        let typed = |(at, ours)| if at == line { format!("{text}\n{ours}\n") } else { format!("{ours}\n") };
        lines.map(typed).collect::<String>()
    };
    let (one, two) = (copy("▲ ZT-2025-0002", "一つ目です。"), copy("▲ ZT-2025-0003", "二つ目です。"));
    for (name, text, typed) in [
        ("attributed", format!("{outlook}{one}\n{outlook}{two}"), vec!["一つ目です。", "二つ目です。"]),
        ("copied", format!("{outlook}{one}\n{two}"), vec!["一つ目です。", "二つ目です。"]),
        ("answered once", format!("{outlook}{digest}\n{outlook}{two}"), vec!["二つ目です。"]),
        ("answered above", format!("了解です。\n\n{outlook}{digest}\n{digest}"), vec!["了解です。"]),
    ] {
        assert_eq!(texts(&text, &[&digest]), typed, "{name}");
    }
}

#[test]
fn a_reply_that_repeats_our_mail_without_end_is_not_subtracted() {
    let mail = mails::notice().plain;
    let text = quote("> ", &mail).repeat(2000);
    assert_eq!(read(&text, &[&mail]), None);
}

#[test]
fn a_thread_of_many_mails_is_subtracted() {
    let ask = mails::ask_back().plain;
    let older: Vec<String> =
        (1..=12).map(|at| ask.replace("ZT-2025-0009", &format!("ZT-2025-00{at:02}"))).collect();
    let mails: Vec<&str> = older.iter().map(String::as_str).collect();
    let thread = mails
        .iter()
        .rev()
        .fold(String::new(), |below, mail| format!("{EN}{}", quote("> ", &format!("{mail}\n{below}"))));
    assert_eq!(
        texts(&format!("承知しました。\n2) 氏名：髙橋 真由美\n\n{thread}"), &mails),
        ["承知しました。\n2) 氏名：髙橋 真由美"]
    );
}
