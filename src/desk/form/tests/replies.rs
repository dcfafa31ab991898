//! Replies of inquirers to our question for missing fields, quoted in every style: a value is what they typed.

use crate::{
    desk::{
        form::{Form, FormRules, PLACEHOLDER, read_form_in_reply},
        quotation::{Quotation, SentMail},
    },
    mail::OwnMail,
    reply::{
        People,
        tests::{
            mails::{self, ADDRESS, DESK},
            styles::{STYLES, Style, Typed},
        },
    },
};

const SUBJECT: &str = "Re: [ZT-2025-0009] 拠点整備・運用に関する照会（記載事項のご確認のお願い）";

/// The form as it is read, and what staff read.
fn read(style: &Style, ours: &str, typed: &Typed) -> (Form, String) {
    read_as(style, ours, ours, typed)
}

/// The same where the reply quotes our text changed.
fn read_as(style: &Style, ours: &str, quoted: &str, typed: &Typed) -> (Form, String) {
    let text = style.reply(quoted, typed);
    let mail = OwnMail { subject: SUBJECT.to_owned(), text: ours.to_owned(), html: None };
    let sent = [SentMail { recipient: "takahashi@city.example.jp".to_owned(), mail }];
    let people = People {
        desk_name: DESK,
        desk_address: ADDRESS,
        sender_name: "髙橋 真由美",
        sender_address: "takahashi@city.example.jp",
    };
    let quotation = Quotation::of(&text, &sent, &people).unwrap_or_else(|| panic!("{}:\n{text}", style.name));
    let news = quotation.news().unwrap_or_default();
    (read_form_in_reply(SUBJECT, &quotation, &FormRules::default()), news)
}

fn line(ours: &str, part: &str) -> usize {
    ours.lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn what_was_typed_is_the_value_and_our_words_never_are() {
    let ours = mails::ask_back().plain;
    let (name, contact) = (line(&ours, "2) 氏名："), line(&ours, "3) 連絡先"));
    let at = |inline, name_text: &str, contact_text: &str| Typed {
        at: vec![(name, inline, name_text.to_owned()), (contact, inline, contact_text.to_owned())],
        ..Typed::default()
    };
    let (who, tel) = (Some("髙橋 真由美"), Some("03-0000-1201"));
    let labelled = "2) 氏名：髙橋 真由美\n3) 連絡先：03-0000-1201";
    let (top, below) = (
        |text: &str| Typed { top: Some((text.to_owned(), true)), ..Typed::default() },
        |text: &str| Typed { bottom: Some(text.to_owned()), ..Typed::default() },
    );
    let mut failures = Vec::new();
    for (situation, typed, expected) in [
        ("behind the labels", at(true, "髙橋 真由美", "03-0000-1201"), (who, tel)),
        ("under the labels", at(false, "髙橋 真由美", "03-0000-1201"), (who, tel)),
        ("labelled above", top(labelled), (who, tel)),
        (
            "labelled above, with a greeting",
            top(&format!("お世話になっております。\n\n{labelled}\n\nよろしくお願いいたします。")),
            (who, tel),
        ),
        ("labelled below", below(labelled), (who, tel)),
        (
            "one of two",
            Typed { at: vec![(name, true, "髙橋 真由美".to_owned())], ..Typed::default() },
            (who, None),
        ),
        (
            "a greeting and values",
            Typed {
                at: at(true, "髙橋 真由美", "03-0000-1201").at,
                ..top("お世話になっております。記入しました。")
            },
            (who, tel),
        ),
        ("no value", top("後ほどお送りします。\n髙橋"), (None, None)),
        ("no value, below", below("後ほどお送りします。"), (None, None)),
        ("nothing", Typed::default(), (None, None)),
        ("a word that means none", at(true, "なし", "03-0000-1201"), (None, tel)),
    ] {
        for style in STYLES {
            let (form, news) = read(style, &ours, &typed);
            let fields = &form.fields;
            let found = (fields.name.as_deref(), fields.contact.as_deref());
            if found != expected || fields.organization.is_some() || fields.inquiry.is_some() {
                failures.push(format!("{situation} / {}: {fields:?}", style.name));
            }
            if news.contains("お知らせくださいますよう") || news.contains("wrote") {
                failures.push(format!("{situation} / {}: news {news}", style.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}

/// Our question with a place for each value.
fn with_places() -> String {
    let ours = mails::ask_back().plain;
    ["2) 氏名：", "3) 連絡先（TEL/メールアドレス）："]
        .iter()
        .fold(ours, |text, label| text.replace(&format!("{label}\n"), &format!("{label}{PLACEHOLDER}\n")))
}

#[test]
fn a_value_at_its_place_is_read_and_the_place_alone_is_blank() {
    let ours = with_places();
    assert_eq!(ours.matches(PLACEHOLDER).count(), 2, "{ours}");
    let (name, contact) = (line(&ours, "2) 氏名："), line(&ours, "3) 連絡先"));
    let filled = |name: &str, contact: &str| {
        let parts: [&str; 3] = ours.split(PLACEHOLDER).collect::<Vec<_>>().try_into().unwrap();
        [parts[0], name, parts[1], contact, parts[2]].concat()
    };
    let below = Typed {
        at: vec![(name, false, "髙橋 真由美".to_owned()), (contact, false, "03-0000-1201".to_owned())],
        ..Typed::default()
    };
    let (who, tel) = (Some("髙橋 真由美"), Some("03-0000-1201"));
    let mut failures = Vec::new();
    for (situation, quoted, typed, expected) in [
        ("in its place", filled("髙橋 真由美", "03-0000-1201"), Typed::default(), (who, tel)),
        ("in the brackets", filled("〔髙橋 真由美〕", "〔03-0000-1201〕"), Typed::default(), (who, tel)),
        (
            "behind it",
            filled(&format!("{PLACEHOLDER}髙橋 真由美"), &format!("{PLACEHOLDER} 03-0000-1201")),
            Typed::default(),
            (who, tel),
        ),
        (
            "before it",
            filled(&format!("髙橋 真由美{PLACEHOLDER}"), &format!("03-0000-1201 {PLACEHOLDER}")),
            Typed::default(),
            (who, tel),
        ),
        ("below it", ours.clone(), below, (who, tel)),
        ("nothing", ours.clone(), Typed::default(), (None, None)),
        (
            "a greeting alone",
            ours.clone(),
            Typed { top: Some(("後ほどお送りします。".to_owned(), true)), ..Typed::default() },
            (None, None),
        ),
    ] {
        for style in STYLES {
            let (form, _) = read_as(style, &ours, &quoted, &typed);
            let fields = &form.fields;
            // The programs that fold lines fold this value with the line.
            let whole = |value: &Option<String>| value.as_ref().map(|value| value.replace('\n', ""));
            let (name, contact) = (whole(&fields.name), whole(&fields.contact));
            let found = (name.as_deref(), contact.as_deref());
            if found != expected || fields.organization.is_some() || fields.inquiry.is_some() {
                failures.push(format!("{situation} / {}: {fields:?}", style.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn staff_read_a_value_with_its_label_and_no_words_of_ours() {
    let ours = mails::ask_back().plain;
    let name = line(&ours, "2) 氏名：");
    let typed = Typed {
        at: vec![(name, true, "髙橋 真由美".to_owned())],
        ..Typed { top: Some(("お世話になっております。".to_owned(), true)), ..Typed::default() }
    };
    for style in STYLES {
        let (_, news) = read(style, &ours, &typed);
        assert_eq!(news, "お世話になっております。\n\n2) 氏名：髙橋 真由美", "{}", style.name);
    }
}
