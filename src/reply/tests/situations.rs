//! What people do with a quotation: remove parts of it, answer inside it, write again what we wrote, quote others.

use super::{
    PEOPLE, Place, Reply, Sent, line_of,
    mails::{self, ADDRESS, DESK},
    subtract,
};

pub(super) const EN: &str =
    "On Tue, Jul 01, 2025 at 02:19:00AM +0000, 在宅医療の体制整備・運用に関する相談窓口 wrote:\n";

pub(super) fn quote(mark: &str, text: &str) -> String {
    text.lines().map(|line| format!("{mark}{line}\n")).collect()
}

pub(super) fn read(text: &str, sent: &[&str]) -> Option<Reply> {
    let sent: Vec<Sent<'_>> = sent.iter().map(|text| Sent::plain(text)).collect();
    subtract(text, &sent, &PEOPLE)
}

/// The texts of a reply; `[…]` is a signature, `«…»` is quoted.
pub(super) fn texts(text: &str, sent: &[&str]) -> Vec<String> {
    let insertions = read(text, sent).expect("ours came back").insertions;
    let shown = |insertion: super::Insertion| {
        let signature = insertion.signature.map(|text| format!("[{text}]")).unwrap_or_default();
        let text = if insertion.quoted { format!("«{}»", insertion.text) } else { insertion.text };
        text + &signature
    };
    insertions.into_iter().map(shown).collect()
}

#[test]
fn a_reply_without_quotation_is_not_subtracted() {
    let (ask, echo) = (mails::ask_back().plain, mails::echo().plain);
    let answer = "お尋ねの件、会議の参加者の例は次のとおりです。\n\n①医師・訪問看護師・薬剤師 ②㈱などの民間事業者 ③髙齢者施設～Ⅱ型\n\n以上、よろしくお願いいたします。\n";
    let form = "星川市 健康福祉部の髙橋です。\n\n1) 自治体・機関名：星川市 健康福祉部\n2) 氏名：髙橋 真由美\n3) 連絡先（TEL/メールアドレス）：03-1234-5678\n4) 照会内容（具体的に）：会議の参加者について、例を教えてください。\n";
    for (name, text, sent) in [
        ("one word", "取消", &echo),
        ("the answer once more", answer, &echo),
        (
            "the answer once more, with an addressee",
            &format!("第2市 健康福祉部\n試験 2郎 様\n\n{answer}"),
            &echo,
        ),
        ("the form filled in again", form, &ask),
        (
            "the form filled in again below its organisation",
            &format!("星川市 健康福祉部\n髙橋\n\n{form}"),
            &ask,
        ),
        ("nothing", "", &ask),
        ("only a foreign quotation", "> 別のメール\n> です。\n", &ask),
    ] {
        assert_eq!(read(text, &[sent]), None, "{name}");
    }
    assert_eq!(read("取消", &[]), None, "no mail of ours");
    assert_eq!(read("取消", &[""]), None, "an empty mail of ours");
}

#[test]
fn an_answer_written_again_above_the_quotation_stays_whole() {
    let echo = mails::echo().plain;
    let answer = "第2市 健康福祉部\n試験 2郎 様\n\nお尋ねの件、会議の参加者の例は次のとおりです。\n\n①医師・訪問看護師・薬剤師 ②㈱などの民間事業者 ③髙齢者施設～Ⅱ型\n④歯科医師\n\n以上、よろしくお願いいたします。";
    for (name, text) in [
        ("marked", format!("{answer}\n\n{EN}{}", quote("> ", &echo))),
        ("tight", format!("{answer}\n{EN}{}", quote("> ", &echo))),
        (
            "unmarked",
            format!(
                "{answer}\n\n差出人: {DESK} <{ADDRESS}>\n送信日時: 2025年7月1日 10:19\n宛先: 佐藤\n件名: 送信前のご確認\n\n{echo}"
            ),
        ),
    ] {
        assert_eq!(texts(&text, &[&echo]), [answer], "{name}");
    }
}

#[test]
fn an_answer_that_replaces_a_removed_part_of_the_quotation_stays_whole() {
    let echo = mails::echo().plain;
    let answer = "お尋ねの件、会議の参加者の例は次のとおりです。\n\n①医師・訪問看護師・薬剤師 ②㈱などの民間事業者 ③髙齢者施設～Ⅱ型\n④歯科医師\n\n以上、よろしくお願いいたします。";
    let (from, to) = (line_of(&echo, "本文ここから"), line_of(&echo, "本文ここまで"));
    let head: String = echo.lines().take(from + 1).map(|line| format!("> {line}\n")).collect();
    let foot: String = echo.lines().skip(to).map(|line| format!("> {line}\n")).collect();
    assert_eq!(texts(&format!("{EN}{head}{answer}\n{foot}"), &[&echo]), [answer]);
}

#[test]
fn a_form_written_again_below_the_quotation_keeps_its_labels_and_values() {
    let ask = mails::ask_back().plain;
    let form = "1) 自治体・機関名：星川市 健康福祉部\n2) 氏名：髙橋 真由美\n3) 連絡先（TEL/メールアドレス）：03-1234-5678\n4) 照会内容（具体的に）：会議の参加者について、例を教えてください。";
    let two = "2) 氏名：髙橋 真由美\n3) 連絡先（TEL/メールアドレス）：03-1234-5678";
    for typed in [form, two] {
        let below = format!("{EN}{}\n{typed}\n", quote("> ", &ask));
        let above = format!("{typed}\n{EN}{}", quote("> ", &ask));
        let outlook = format!(
            "{typed}\n\n差出人: {DESK} <{ADDRESS}>\n日付: 火曜日, 2025年7月1日 11:19\n宛先: a@example.jp\n件名: 照会\n\n{ask}"
        );
        for text in [below, above, outlook] {
            assert_eq!(texts(&text, &[&ask]), [typed]);
        }
    }
}

#[test]
fn a_value_stands_behind_its_label_however_the_quotation_is_cut() {
    let ask = mails::ask_back().plain;
    let line = line_of(&ask, "2) 氏名：");
    let labels = "> 2) 氏名：髙橋 真由美\n> 3) 連絡先（TEL/メールアドレス）：03-1234-5678（内線\n> 2315）\n";
    let texts_and_lines = |text: &str| -> Vec<(String, usize)> {
        let reply = read(text, &[&ask]).expect("ours came back");
        let spot = |insertion: &super::Insertion| insertion.spot().expect("behind a label").line;
        reply.insertions.iter().map(|insertion| (insertion.text.clone(), spot(insertion))).collect()
    };
    let expected = [("髙橋 真由美".to_owned(), line), ("03-1234-5678（内線\n2315）".to_owned(), line + 1)];
    assert_eq!(
        texts_and_lines(&format!("{EN}> 【ご記入いただきたい項目】\n{labels}")),
        expected,
        "all else is removed"
    );
    assert_eq!(
        texts_and_lines(&format!(
            "> お知らせくださいますようお願いいたします。\n> \n{labels}> \n> 【確認できた項目】\n"
        )),
        expected,
        "the attribution and most of it are removed"
    );
}

#[test]
fn a_value_that_a_program_joins_with_the_next_label_is_found() {
    let ask = mails::ask_back().plain;
    let joined = quote("> ", &ask).replace(
        "> 2) 氏名：\n> 3) 連絡先（TEL/メールアドレス）：\n",
        "> 2) 氏名：髙橋 真由美 3) 連絡先（TEL/メー\n> ルアドレス）：03-1234-5678\n",
    );
    assert_eq!(texts(&format!("{EN}{joined}"), &[&ask]), ["髙橋 真由美", "03-1234-5678"]);
}

#[test]
fn text_between_the_halves_of_a_marker_belongs_to_its_ticket() {
    let digest = mails::digest();
    let answer = "第2市 御中\nお尋ねの件、次のとおりです。\n\n・医師\n第2市 御中\nお尋ねの件、次のとおりです。\n\n・医師";
    let text: String = digest
        .plain
        .lines()
        .map(|line| match line.split_once(" #") {
            Some((head, key)) if line.contains("ZT-2025-0002") => format!("> {head}\n{answer}\n> #{key}\n"),
            Some((head, key)) => format!("> {head}\n> #{key}\n"),
            None => format!("> {line}\n"),
        })
        .collect();
    let reply = read(&format!("{EN}{text}"), &[&digest.plain]).expect("ours came back");
    let [insertion] = &reply.insertions[..] else { panic!("{reply:#?}") };
    assert_eq!(insertion.text, answer);
    for ticket in 1..=3 {
        let begin = line_of(&digest.plain, &format!("■ ZT-2025-000{ticket}"));
        let end = line_of(&digest.plain, &format!("▲ ZT-2025-000{ticket}")) + 1;
        let inside = insertion.between(reply.sources[0], &digest.plain, &(begin..end));
        assert_eq!(inside, ticket == 2, "{ticket}");
    }
}

#[test]
fn a_text_belongs_to_a_ticket_only_if_no_other_could_be_meant() {
    let digest = mails::digest().plain;
    let lines: Vec<&str> = digest.lines().collect();
    let begin = |ticket: usize| line_of(&digest, &format!("■ ZT-2025-000{ticket}"));
    let end = |ticket: usize| line_of(&digest, &format!("▲ ZT-2025-000{ticket}"));
    let part = |from: usize, to: usize| quote("> ", &lines[from..to].join("\n"));
    let tickets = |text: &str| -> Vec<usize> {
        let reply = read(text, &[&digest]).expect("ours came back");
        let [insertion] = &reply.insertions[..] else { panic!("{reply:#?}") };
        assert_eq!(insertion.text, "回答です。");
        (1..=3)
            .filter(|ticket| {
                let last = if *ticket == 3 { end(3) + 1 } else { begin(ticket + 1) };
                insertion.between(reply.sources[0], &digest, &(begin(*ticket)..last))
            })
            .collect()
    };
    let all = lines.len();
    for (name, text, expected) in [
        ("inside", format!("{}回答です。\n{}", part(0, end(2)), part(end(2), all)), vec![2]),
        (
            "just below the end marker",
            format!("{}回答です。\n{}", part(0, end(2) + 1), part(end(2) + 1, all)),
            vec![2],
        ),
        ("the rest is removed", format!("{}回答です。\n", part(0, end(2))), vec![2]),
        (
            "only one ticket is left",
            format!("{}回答です。\n{}", part(begin(2), end(2)), part(end(2), end(2) + 1)),
            vec![2],
        ),
        (
            "another ticket was removed below",
            format!("{}回答です。\n{}", part(0, end(1)), part(end(2), all)),
            vec![],
        ),
        ("above everything", format!("回答です。\n{}", part(0, all)), vec![]),
        ("below everything", format!("{}回答です。\n", part(0, all)), vec![]),
        (
            "above the first ticket",
            format!("{}回答です。\n{}", part(0, begin(1)), part(begin(1), all)),
            vec![],
        ),
    ] {
        assert_eq!(tickets(&text), expected, "{name}");
    }
}

#[test]
fn the_rendering_that_came_back_is_named() {
    let digest = mails::digest();
    let html = crate::mail::html::to_text(digest.html.as_deref().unwrap());
    let sent = [Sent { plain: &digest.plain, html: Some(&html) }];
    for (text, rendering) in
        [(&digest.plain, super::super::Rendering::Plain), (&html, super::super::Rendering::Html)]
    {
        let reply = subtract(&format!("回答です。\n\n{EN}{}", quote("> ", text)), &sent, &PEOPLE).unwrap();
        assert_eq!(reply.sources.iter().map(|source| source.rendering).collect::<Vec<_>>(), [rendering]);
        assert_eq!(reply.insertions.len(), 1, "{reply:#?}");
        assert!(matches!(reply.insertions[0].place, Place::Above));
    }
}

#[test]
fn what_charsets_and_programs_change_in_our_text_is_no_text_of_the_person() {
    let ask = mails::ask_back().plain.replace("ご担当者 様", "髙橋 真由美 様");
    let top = "承知しました。";
    for (name, ours) in [
        ("a character that ISO-2022-JP does not have", ask.replace('髙', "?")),
        ("geta", ask.replace('髙', "〓")),
        ("wave dashes and minus signs", ask.replace('～', "〜").replace('－', "−")),
        ("half-width kana and digits", ask.replace("メール", "ﾒｰﾙ").replace("(", "（")),
        ("links behind addresses", ask.replace(ADDRESS, &format!("{ADDRESS}<mailto:{ADDRESS}>"))),
        (
            "a shorter rule",
            ask.replace("------------------------------------------------------------", "-----"),
        ),
        ("no blanks at the start of lines", ask.replace("　受付", "受付")),
        ("zero-width characters", ask.replace("：", "：\u{200B}")),
        ("macOS", ask.replace("ガ", "カ\u{3099}").replace("で", "て\u{3099}")),
    ] {
        let text = format!("{top}\n\n{EN}{}", quote("> ", &ours));
        assert_eq!(texts(&text, &[&ask]), [top], "{name}");
    }
}

#[test]
fn an_insertion_says_something() {
    let ask = mails::ask_back().plain;
    let line = line_of(&ask, "2) 氏名：");
    let with = |text: &str| -> String {
        ask.lines()
            .enumerate()
            .map(|(at, ours)| if at == line { format!("| {ours}\n{text}\n") } else { format!("| {ours}\n") })
            .collect()
    };
    for noise in [
        "|",
        "||",
        "| |",
        ">",
        "＞",
        "\u{200B}",
        "\u{FEFF}",
        "-----",
        "。",
        "・",
        "<mailto:a@example.jp>",
        "[cid:image001.png@01DB]",
    ] {
        assert_eq!(texts(&with(noise), &[&ask]), Vec::<String>::new(), "{noise:?}");
    }
    for text in ["○", "×", "1", "a", "〇", "㊞", "👍"] {
        assert_eq!(texts(&with(text), &[&ask]), [text]);
    }
}

#[test]
fn a_signature_is_named_and_another_office_is_none() {
    let notice = mails::notice().plain;
    let block = "佐藤 花子\n在宅医療事務局\nTEL 03-9999-0000";
    let office = "参考となる窓口は次のとおりです。\n\n（参考）星川市医師会 在宅医療相談室\nTEL：03-1111-2222\nE-mail：soudan@hoshikawa.example.jp";
    let quotation = format!("{EN}{}", quote("> ", &notice));
    for (name, typed, expected) in [
        ("without delimiter", format!("可能です。\n\n\n{block}"), format!("可能です。[{block}]")),
        ("with delimiter", format!("可能です。\n-- \n{block}"), format!("可能です。[-- \n{block}]")),
        ("with a trimmed delimiter", format!("可能です。\n--\n{block}"), format!("可能です。[--\n{block}]")),
        (
            "under a rule",
            format!("可能です。\n\n----------\n{block}\n----------"),
            format!("可能です。[----------\n{block}\n----------]"),
        ),
        (
            "office first, under a rule",
            "可能です。\n\n==========\n在宅医療事務局\n佐藤花子\nTEL 03-9999-0000".into(),
            "可能です。[==========\n在宅医療事務局\n佐藤花子\nTEL 03-9999-0000]".into(),
        ),
        ("of a telephone", "可能です。\n\niPhoneから送信".into(), "可能です。[iPhoneから送信]".into()),
        ("only the name", "可能です。\n\n佐藤 花子".into(), "可能です。\n\n佐藤 花子".into()),
        ("the name first", "佐藤 花子です。可能です。".into(), "佐藤 花子です。可能です。".into()),
        ("another office", office.into(), office.into()),
        ("another office and a signature", format!("{office}\n\n{block}"), format!("{office}[{block}]")),
        (
            "a list below a rule",
            "次のとおりです。\n----\n・医師会\n・薬剤師会".into(),
            "次のとおりです。\n----\n・医師会\n・薬剤師会".into(),
        ),
        (
            "two parts",
            "前半です。\n--\n後半です。お願いします。".into(),
            "前半です。\n--\n後半です。お願いします。".into(),
        ),
    ] {
        assert_eq!(
            texts(&format!("{typed}\n\n{quotation}"), &[&notice]),
            std::slice::from_ref(&expected),
            "{name}, above"
        );
        assert_eq!(texts(&format!("{quotation}\n{typed}"), &[&notice]), [expected], "{name}, below");
    }
    let below = texts(&format!("可能です。\n\n{quotation}\n-- \n{block}"), &[&notice]);
    assert_eq!(below, ["可能です。".to_owned(), format!("[-- \n{block}]")], "alone below the quotation");
}
