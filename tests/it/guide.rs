//! The pictures of 担当者の手引き: the mails of its example, as the program sends them today.

use std::{fmt::Write as _, fs, path::Path};

use madoguchi::{desk::form::FieldKey, mail::InboundMail};

use crate::support::{
    desk::{Desk, On},
    mail::{Mail, inquiry},
    members::{STAFF, link, mail_to, reply, tapped},
};

const INQUIRER: &str = "m.takahashi@city.hoshikawa.example.jp";
const MEMBER: &str = "ito@example.jp";
const ANSWER: &str = "医師や訪問看護師、薬剤師、ケアマネジャーのほか、消防や保健所に声をかけている地域がございます。\n\
                      ガイドブックの12ページをご覧ください。";

/// Width of a half-width character, height of a line, and the margin, in pixels of the picture.
const CELL: usize = 7;
const LINE: usize = 20;
const MARGIN: usize = 14;
/// Half-width characters in a line. Two pictures fit beside each other on a page.
const CELLS: usize = 72;

/// The example runs through a whole desk. The test replaces a picture that differs, and then fails: look at the new one,
/// and commit it.
#[test]
fn the_pictures_of_the_guide_are_the_mails_of_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide");
    let mut stale = Vec::new();
    for (name, picture) in pictures() {
        let file = folder.join(format!("{name}.svg"));
        if fs::read_to_string(&file).ok().as_deref() != Some(picture.as_str()) {
            fs::write(file, picture).unwrap();
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "redrawn: {stale:?}");
}

/// Each picture of the example with its name.
fn pictures() -> Vec<(&'static str, String)> {
    let mut desk = Desk::on(On::Sqlite);
    desk.add_settings(STAFF);
    let asked = inquiry(1)
        .from(&format!("Takahashi <{INQUIRER}>"))
        .field(FieldKey::Organization, "星川市 健康福祉部")
        .field(FieldKey::Name, "高橋 真由美")
        .field(FieldKey::Contact, &format!("03-0000-1201／{INQUIRER}"))
        .field(
            FieldKey::Inquiry,
            "会議に、医師会のほかにどのような機関が参加しているか、例を教えてください。",
        );
    at(&mut desk, "07-01T09:12:00", asked, "07-01T09:12:30");
    let receipt = mail_to(&desk, INQUIRER, "受付のお知らせ");
    let notice = mail_to(&desk, MEMBER, "新しい照会");
    let answer = reply(MEMBER, &notice, "1", ANSWER);
    at(&mut desk, "07-01T13:30:00", answer, "07-01T13:30:30");
    let echo = mail_to(&desk, MEMBER, "送信前のご確認");
    pass(&mut desk, "07-01T13:45:00");
    let answered = mail_to(&desk, INQUIRER, "（回答）");
    let done = tapped(MEMBER, link(&notice.text, "完了にする"), "2");
    at(&mut desk, "07-02T10:00:00", done, "07-02T10:00:30");
    let closed = mail_to(&desk, MEMBER, "完了にしました");
    let held = inquiry(2).from(&format!("Takahashi <{INQUIRER}>")).field(FieldKey::Name, "高橋 真由美");
    at(&mut desk, "07-02T11:00:00", held, "07-02T11:00:30");
    let second = mail_to(&desk, MEMBER, "ZT-2025-0002] 新しい照会");
    let hold = reply(MEMBER, &second, "3", "保留 7/10 厚労省に確認中");
    at(&mut desk, "07-02T11:10:00", hold, "07-02T11:10:30");
    pass(&mut desk, "07-02T11:25:00");
    let interim = mail_to(&desk, INQUIRER, "お時間");
    vec![
        ("1-receipt", picture("照会者へ", &receipt, &[("下記のとおり", "担当者が")])),
        ("2-notice", picture("担当者へ", &notice, &[("▲", "▲"), ("■", "　　会議に")])),
        ("3-echo", picture("担当者へ", &echo, &[("▲", "▲"), ("次の回答", "次の回答"), ("　宛先", "　添付")])),
        ("4-answer", picture("照会者へ", &answered, &[("令和7年", "ガイドブック")])),
        ("5-closed", picture("担当者へ", &closed, &[("次のとおり", "・")])),
        ("6-interim", picture("照会者へ", &interim, &[("令和7年", "ご回答は")])),
    ]
}

/// A mail arrives in July 2025, and a pass follows.
fn at(desk: &mut Desk, received: &str, mail: Mail, now: &str) {
    desk.deliver_at(mail, &format!("2025-{received}+09:00"));
    pass(desk, now);
}

fn pass(desk: &mut Desk, now: &str) {
    desk.starts_at(&format!("2025-{now}+09:00"));
    desk.once();
}

/// Subject and some parts of a mail, each from a line to a line that begin so. A link is shown without its address, a key as
/// 「#…」: it is another one for each desk.
fn picture(reader: &str, mail: &InboundMail, parts: &[(&str, &str)]) -> String {
    let lines: Vec<&str> = mail.text.lines().filter(|line| !line.contains("<mailto:")).collect();
    let mut shown: Vec<String> = Vec::new();
    for (from, to) in parts {
        let first = lines.iter().position(|line| line.starts_with(from));
        let first = first.unwrap_or_else(|| panic!("{from} is not in {}", mail.text));
        let last = lines[first..].iter().position(|line| line.starts_with(to));
        let last = first + last.unwrap_or_else(|| panic!("{to} is not in {}", mail.text));
        if !shown.is_empty() || first > 0 {
            shown.push("…".to_owned());
        }
        shown.extend(lines[first..=last].iter().flat_map(|line| wrapped(line)));
        if last + 1 == lines.len() {
            return svg(reader, &mail.subject, &shown);
        }
    }
    shown.push("…".to_owned());
    svg(reader, &mail.subject, &shown)
}

fn svg(reader: &str, subject: &str, lines: &[String]) -> String {
    let subject = match subject.rsplit_once(" #") {
        Some((words, key)) if !key.contains(' ') => format!("{words} #…"),
        _ => subject.to_owned(),
    };
    let head = wrapped(&format!("件名：{subject}"));
    let (width, top) = (CELLS * CELL + 2 * MARGIN, (head.len() + 1) * LINE + MARGIN);
    let height = top + lines.len() * LINE + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"'Noto Sans Mono CJK JP','MS Gothic','Osaka-Mono',monospace\" font-size=\"{}\" xml:lang=\"ja\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"#fff\" stroke=\"#345\"/>\n\
         <path d=\"M0 {top}H{width}\" stroke=\"#345\"/>\n",
        2 * CELL
    );
    let mut text = |nth: usize, from: usize, weight: &str, line: &str| {
        let (y, line) = (from + nth * LINE, escaped(line));
        writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y}\"{weight} xml:space=\"preserve\">{line}</text>").unwrap();
    };
    text(0, LINE, " fill=\"#777\"", reader);
    head.iter().enumerate().for_each(|(nth, line)| text(nth + 1, LINE, " font-weight=\"bold\"", line));
    lines.iter().enumerate().for_each(|(nth, line)| text(nth, top + LINE, "", line));
    svg + "</svg>\n"
}

/// A line in parts that fit into the picture. Words of Latin letters and digits stay whole, and closing marks do not begin a line.
fn wrapped(line: &str) -> Vec<String> {
    const CLOSING: &str = "）」』】、。▲";
    let cells = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let is_latin = |c: char| c.is_ascii() && c != ' ';
    let mut parts = vec![String::new()];
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = if is_latin(first) { rest.find(|c| !is_latin(c)) } else { Some(first.len_utf8()) };
        let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        if cells(parts.last().unwrap()) + cells(word) > CELLS && !CLOSING.contains(word) {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push_str(word);
    }
    parts
}

fn escaped(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
