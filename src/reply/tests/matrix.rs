//! Every style of quoting × every kind of mail × every place of the text.

use super::{
    PEOPLE, Place, Reply, Sent, line_of,
    mails::{self, Ours},
    place,
    styles::{STYLES, Style, Typed},
    subtract,
};

const LONG: &str = "星川市 御中\nお尋ねの件、①医師 ②㈱ホシ ③髙齢者施設～Ⅱ型です。\n\n・訪問看護師（週2回）\n\n以上、よろしくお願いいたします。";
const SHORT: &str = "取消";
const VALUE: &str = "髙橋 真由美";

/// What was typed, and the insertions that must come out: the text, and the line of ours above it.
struct Case {
    name: &'static str,
    typed: Typed,
    expected: Vec<(String, Option<(usize, bool)>)>,
}

fn cases(ours: &str, points: &[&str]) -> Vec<Case> {
    let top = |name, text: &str, spaced| Case {
        name,
        typed: Typed { top: Some((text.to_owned(), spaced)), ..Typed::default() },
        expected: vec![(text.to_owned(), None)],
    };
    let last = ours.lines().count() - 1;
    let mut cases = vec![
        top("at the top, a blank line below", LONG, true),
        top("at the top, no blank line below", LONG, false),
        top("one word at the top", SHORT, true),
        top("one word at the top, no blank line below", SHORT, false),
        Case {
            name: "below",
            typed: Typed { bottom: Some(LONG.to_owned()), ..Typed::default() },
            expected: vec![(LONG.to_owned(), Some((last, false)))],
        },
        Case { name: "nothing", typed: Typed::default(), expected: vec![] },
    ];
    let lines: Vec<usize> = points.iter().map(|point| line_of(ours, point)).collect();
    let places = [
        ("inline", true, VALUE),
        ("under a line", false, VALUE),
        ("several lines under a line", false, LONG),
    ];
    for (name, inline, text) in places {
        cases.push(Case {
            name,
            typed: Typed { at: vec![(lines[0], inline, text.to_owned())], ..Typed::default() },
            expected: vec![(text.to_owned(), Some((lines[0], inline)))],
        });
        let texts: Vec<String> = (1..=lines.len()).map(|at| format!("{text}（{at}）")).collect();
        let at = lines.iter().zip(&texts).map(|(line, text)| (*line, inline, text.clone())).collect();
        let mut expected = vec![("先に書いた文".to_owned(), None)];
        expected.extend(lines.iter().zip(&texts).map(|(line, text)| (text.clone(), Some((*line, inline)))));
        expected.push(("後に書いた文".to_owned(), Some((last, false))));
        cases.push(Case {
            name: "at several places",
            typed: Typed {
                top: Some(("先に書いた文".to_owned(), true)),
                at,
                bottom: Some("後に書いた文".to_owned()),
            },
            expected,
        });
    }
    cases
}

fn found(reply: Option<Reply>) -> Vec<(String, Option<(usize, bool)>)> {
    let insertions = reply.map(|reply| reply.insertions).unwrap_or_default();
    insertions
        .into_iter()
        .map(|insertion| {
            let mut text = insertion.text.clone();
            if let Some(signature) = &insertion.signature {
                text.push_str(&format!("[signature] {signature}"));
            }
            if insertion.quoted {
                text.push_str("[quoted]");
            }
            (text, place(&insertion))
        })
        .collect()
}

fn check(style: &Style, mail: &Ours) -> Vec<String> {
    let html = mail.html.as_deref().map(crate::mail::html::to_text);
    let ours = html.as_deref().filter(|_| style.is_html()).unwrap_or(&mail.plain);
    let sent = [Sent { plain: &mail.plain, html: html.as_deref() }];
    let mut failures = Vec::new();
    for case in cases(ours.trim_end(), mail.points) {
        let text = style.reply(ours, &case.typed);
        let reply = subtract(&text, &sent, &PEOPLE);
        if reply.is_none() {
            failures
                .push(format!("{} / {} / {}: nothing of ours was found", style.name, mail.name, case.name));
            continue;
        }
        let found = found(reply);
        if found != case.expected {
            failures.push(format!(
                "{} / {} / {}:\n  found    {found:?}\n  expected {:?}",
                style.name, mail.name, case.name, case.expected
            ));
        }
    }
    failures
}

#[test]
fn every_style_gives_back_every_text_at_its_place_and_nothing_else() {
    let mut failures = Vec::new();
    let mut count = 0;
    for style in STYLES {
        for mail in mails::all() {
            failures.extend(check(style, &mail));
            count += cases(&mail.plain, mail.points).len();
        }
    }
    for failure in failures.iter().take(12) {
        eprintln!("{failure}");
    }
    assert!(failures.is_empty(), "{} of {count} combinations", failures.len());
}

#[test]
fn text_above_everything_and_below_everything_says_so() {
    let mail = mails::ask_back();
    let typed = Typed { top: Some(("上".into(), true)), at: vec![], bottom: Some("下".into()) };
    let text = STYLES[0].reply(&mail.plain, &typed);
    let reply = subtract(&text, &[Sent::plain(&mail.plain)], &PEOPLE).unwrap();
    let places: Vec<Place> = reply.insertions.iter().map(|insertion| insertion.place).collect();
    assert!(matches!(places[..], [Place::Above, Place::Below(_)]), "{places:?}");
}
