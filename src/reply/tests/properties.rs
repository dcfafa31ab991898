//! Properties: whatever is typed wherever comes back whole, at its place, and nothing else; text of ours never does; no
//! input causes a panic.

use proptest::prelude::*;

use super::{
    PEOPLE, Sent,
    mails::{self, Ours},
    place,
    styles::{STYLES, Style, Typed},
    subtract,
};

/// Words of answers and values: many of them are in our mails, too.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "星川市",
        "健康福祉部",
        "髙橋",
        "真由美",
        "医師会",
        "会議の例",
        "参加者",
        "Smith",
        "A-1",
        "（主任）",
        "3丁目",
        "２号館",
        "訪問看護",
        "ｶﾅ",
        "ひらがな",
        "㈱",
        "髙﨑",
        "10:30",
        "50%",
        "・",
        "と",
        "の",
        "１",
        "12",
        "「拠点」",
        "A＆B",
        "é",
        "🏥",
        "e.g.",
        "100円～",
        "x=1",
        "照会",
        "回答",
        "在宅医療",
        "ZT-2025-0002",
        "2) 氏名：",
        "ガイドブック",
        "よろしくお願いいたします。",
        "取消",
        "①",
        "(1)",
        "in the",
        "meeting",
        "of",
        "お電話",
        "ください。",
        "7月3日",
        "https://example.jp/a",
        "m@city.example.jp",
        "03-1234-5678",
        "、",
        "です。",
        "か？",
        "※",
        "[1]",
        "→",
    ]);
    let gap = prop::sample::select(vec!["", "", " ", "　"]);
    (prop::sample::select(vec!["甲", "乙", "Z", "丙9"]), prop::collection::vec((gap, word), 0..8)).prop_map(
        |(first, rest)| {
            let rest: String = rest.into_iter().flat_map(|(gap, word)| [gap, word]).collect();
            format!("{first}{rest}")
        },
    )
}

/// One to four lines, some with a blank line between them.
fn text() -> impl Strategy<Value = String> {
    let breaks = prop::sample::select(vec!["\n", "\n", "\n\n"]);
    (words(), prop::collection::vec((breaks, words()), 0..4)).prop_map(|(first, rest)| {
        rest.into_iter().fold(first, |text, (line_break, line)| text + line_break + &line)
    })
}

fn styles() -> impl Strategy<Value = Style> {
    (0..STYLES.len()).prop_map(|at| STYLES[at])
}

fn rendering(mail: &Ours, style: &Style) -> (String, Option<String>) {
    let html = mail.html.as_deref().map(crate::mail::html::to_text);
    (html.clone().filter(|_| style.is_html()).unwrap_or_else(|| mail.plain.clone()), html)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_insertions_come_back_whole_at_their_place_and_nothing_else(
        style in styles(),
        mail in 0_usize..5,
        top in prop::option::of((text(), any::<bool>())),
        bottom in prop::option::of(text()),
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), text(), words()), 0..5),
    ) {
        let mail = mails::all().remove(mail);
        let (ours, html) = rendering(&mail, &style);
        let ours = ours.trim_end();
        let full: Vec<usize> =
            ours.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, _)| at).collect();
        let mut typed = Typed { top, at: Vec::new(), bottom };
        for (index, inline, text, value) in at {
            let line = full[index.index(full.len() - 1)];
            if typed.at.iter().all(|(other, _, _)| *other != line) {
                typed.at.push((line, inline, if inline { value } else { text }));
            }
        }
        typed.at.sort_by_key(|(line, _, _)| *line);
        let reply = style.reply(ours, &typed);
        let found = subtract(&reply, &[Sent { plain: &mail.plain, html: html.as_deref() }], &PEOPLE);
        prop_assert!(found.is_some(), "nothing of ours was found: {} {}\n{reply}", style.name, mail.name);
        let found: Vec<_> = found
            .into_iter()
            .flat_map(|reply| reply.insertions)
            .map(|insertion| (insertion.text.clone(), place(&insertion)))
            .collect();
        let last = ours.lines().count() - 1;
        let expected: Vec<_> = typed
            .top
            .iter()
            .map(|(text, _)| (text.clone(), None))
            .chain(typed.at.iter().map(|(line, inline, text)| (text.clone(), Some((*line, *inline)))))
            .chain(typed.bottom.iter().map(|text| (text.clone(), Some((last, false)))))
            .collect();
        prop_assert_eq!(&found, &expected, "{} {}\n{}", style.name, mail.name, reply);
    }

    #[test]
    fn text_of_ours_never_comes_back_however_much_of_it_was_removed(
        style in styles(),
        mail in 0_usize..5,
        removed in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..12), 0..3),
        top in prop::option::of((text(), any::<bool>())),
        under in prop::option::of((any::<prop::sample::Index>(), text())),
    ) {
        let mail = mails::all().remove(mail);
        let (ours, html) = rendering(&mail, &style);
        let mut lines: Vec<&str> = ours.lines().collect();
        for (index, count) in removed {
            let from = index.index(lines.len());
            lines.drain(from..(from + count).min(lines.len()));
            if lines.is_empty() {
                break;
            }
        }
        // People cannot remove lines of a paragraph that has become one line.
        prop_assume!(style.name != "Outlook in Japanese, joined lines");
        // Less is not surely a quotation.
        prop_assume!(lines.concat().chars().count() >= 100);
        let full: Vec<usize> = (0..lines.len()).filter(|at| !lines[*at].trim().is_empty()).collect();
        let at = under.map(|(index, text)| (full[index.index(full.len())], false, text));
        let typed = Typed { top, at: at.into_iter().collect(), bottom: None };
        let reply = style.reply(lines.join("\n").trim_end(), &typed);
        let found = subtract(&reply, &[Sent { plain: &mail.plain, html: html.as_deref() }], &PEOPLE);
        let found: Vec<String> =
            found.into_iter().flat_map(|reply| reply.insertions).map(|insertion| insertion.text).collect();
        let under = typed.at.iter().map(|(_, _, text)| text.clone());
        let expected: Vec<String> = typed.top.iter().map(|(text, _)| text.clone()).chain(under).collect();
        prop_assert_eq!(&found, &expected, "{} {}\n{}", style.name, mail.name, reply);
    }

    #[test]
    fn any_text_is_read_without_a_panic(reply in "(?s).{0,400}", ours in "(?s).{0,200}", name in ".{0,8}") {
        let people = super::People { desk_name: &name, ..PEOPLE };
        let found = subtract(&reply, &[Sent { plain: &ours, html: Some(&reply) }], &people);
        for insertion in found.into_iter().flat_map(|reply| reply.insertions) {
            prop_assert!(!insertion.text.is_empty() || insertion.signature.is_some());
        }
    }

    #[test]
    fn any_mixture_of_pieces_is_read_without_a_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "> ", "\n", "\n\n", "| ", "name> ", ">", "\t", "  ", "2) 氏名：", "▲ 回答はこの線より上にご記入ください ▲", "-- \n",
        "On Tue, Jul 01, 2025 at 02:19:00AM +0000, 窓口 wrote:\n", "From: a <a@example.jp>\n", "Subject: x\n", "差出人: 窓口\n",
        "_____________\n", "----------\n", "髙橋", "ﾊﾟ", "㈱", "\u{200B}", "\u{3099}", "wrote:\n", "a", "#20250830-0123456789abcdef", "お知らせくださいますようお願いいたします。", "\r\n", "佐藤 花子\n", "iPhoneから送信",
    ]), 0..60), more in prop::collection::vec(0_usize..60, 0..60)) {
        let text = pieces.concat();
        let ours: String = more.iter().filter_map(|at| pieces.get(*at)).copied().collect();
        let found = subtract(&text, &[Sent::plain(&ours), Sent::plain(&text)], &PEOPLE);
        for insertion in found.into_iter().flat_map(|reply| reply.insertions) {
            let inside = insertion.text.lines().all(|line| text.contains(line));
            prop_assert!(inside, "{:?} is no text of {text:?}", insertion.text);
        }
    }
}
