//! Every letter that the desk sends, as its snapshot shows it, quoted in every style.

use std::{fs, path::Path};

use super::{
    PEOPLE, Sent, place,
    styles::{STYLES, Typed},
    subtract,
};

/// Name and text of each letter; a snapshot shows the header fields above the text.
fn letters() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/letter/snapshots");
    let mut letters = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Others are of files that go with letters.
        if !name.starts_with("madoguchi__letter__tests__") {
            continue;
        }
        let snapshot = fs::read_to_string(&path).unwrap();
        let (_, shown) = snapshot.split_once("\n---\n").unwrap();
        let text = match shown.split_once("\n\n") {
            _ if name.ends_with("_html") => crate::mail::html::to_text(shown),
            Some((_, text)) => text.to_owned(),
            None => panic!("{name} has no text"),
        };
        letters.push((name, text));
    }
    letters.sort();
    letters
}

#[test]
fn every_letter_is_subtracted_in_every_style() {
    let letters = letters();
    assert!(letters.len() > 20, "{}", letters.len());
    let mut failures = Vec::new();
    for (at, (name, ours)) in letters.iter().enumerate() {
        let ours = ours.trim_end();
        let full: Vec<usize> =
            ours.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, _)| at).collect();
        let last = ours.lines().count() - 1;
        for (style_at, style) in STYLES.iter().enumerate() {
            // Another line for each style.
            let line = full[(at + 7 * style_at) % (full.len() - 1)];
            let (top, middle, bottom) = ("取消", "間に書いた文です。\n二行目です。", "下に書いた文です。");
            let typed = Typed {
                top: Some((top.to_owned(), style_at % 2 == 0)),
                at: vec![(line, false, middle.to_owned())],
                bottom: Some(bottom.to_owned()),
            };
            let reply = style.reply(ours, &typed);
            let found: Vec<_> = subtract(&reply, &[Sent::plain(ours)], &PEOPLE)
                .into_iter()
                .flat_map(|reply| reply.insertions)
                .map(|insertion| (insertion.text.clone(), place(&insertion)))
                .collect();
            let expected = [
                (top.into(), None),
                (middle.into(), Some((line, false))),
                (bottom.into(), Some((last, false))),
            ];
            if found != expected {
                failures.push(format!("{name} / {} / line {line}: {found:?}\n{reply}", style.name));
            }
        }
    }
    for failure in failures.iter().take(5) {
        eprintln!("{failure}");
    }
    assert!(failures.is_empty(), "{} failures", failures.len());
}
