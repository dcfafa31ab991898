//! How mail programs quote: their attributions, prefixes, folding and HTML, written by us after what each of them sends.

use super::mails::{ADDRESS, DESK};

/// How a program writes a reply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) name: &'static str,
    /// `{desk}` and `{address}` stand for ours. With its line breaks, also those between it and the quotation.
    pub(crate) attribution: &'static str,
    pub(crate) body: Body,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    /// The prefix of a line, the prefix of a blank line, and the column at which quoted lines are folded.
    Text {
        prefix: &'static str,
        blank: &'static str,
        fold: Fold,
    },
    Html(Html),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    No,
    /// Columns; a wide character has two. The rest of a line gets the prefix, too.
    At(usize),
    /// The same, but the rest of a line gets no prefix.
    Broken(usize),
    /// At blanks only.
    Words(usize),
    /// All lines of a paragraph are joined.
    Joined,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Html {
    Gmail,
    Outlook,
    Thunderbird,
    Apple,
    Yahoo,
}

const fn text(
    name: &'static str,
    attribution: &'static str,
    prefix: &'static str,
    blank: &'static str,
    fold: Fold,
) -> Style {
    Style { name, attribution, body: Body::Text { prefix, blank, fold } }
}

const fn html(name: &'static str, attribution: &'static str, html: Html) -> Style {
    Style { name, attribution, body: Body::Html(html) }
}

const EN: &str = "On Tue, Jul 01, 2025 at 02:19:00AM +0000, {desk} wrote:\n";
const OUTLOOK_JA: &str = "________________________________\n差出人: {desk} <{address}>\n送信日時: 2025年7月1日 11:19\n宛先: 佐藤 花子 <hanako@desk.example.jp>\n件名: [ZT-2025-0067] 新しい照会：第67市 健康福祉部 #20250830-e4887f17b3a75616129ff6dfd50f41e7\n\n";
const OUTLOOK_EN: &str = "-----Original Message-----\nFrom: {desk} <{address}> \nSent: Tuesday, July 1, 2025 11:19 AM\nTo: 佐藤 花子 <hanako@desk.example.jp>\nSubject: [ZT-2025-0067] 新しい照会\n\n";
const OUTLOOK_NEW: &str = "差出人: {desk} <{address}>\n日付: 火曜日, 2025年7月1日 11:19\n宛先: 佐藤 花子 <hanako@desk.example.jp>\n件名: [ZT-2025-0067] 新しい照会\n\n";
const MEW: &str = "From: {desk} <{address}>\nSubject: [ZT-2025-0063] 新しい照会：第63市 健康福祉部 #20250830-312d9ced00fee7f1e291cb61b85e0d86\nDate: Tue, 01 Jul 2025 02:14:00 +0000\n\n";
const CLAWS: &str = "On Tue, 01 Jul 2025 02:19:00 +0000\n{desk} <{address}>\nwrote:\n\n";

pub(crate) const STYLES: &[Style] = &[
    text("neomutt", EN, "> ", "> ", Fold::No),
    text("neomutt, without a blank behind the mark", EN, ">", ">", Fold::No),
    text("mutt with an indent of strokes", EN, "| ", "|", Fold::No),
    text(
        "neomutt, folded name",
        "On Tue, Jul 01, 2025 at 02:19:00AM +0000, 在宅医療の体制整備・運用に\n関する相談窓口 wrote:\n",
        "> ",
        "> ",
        Fold::No,
    ),
    text(
        "s-nail",
        "{desk} <{address}> wrote in\n <20250701021900.1a2b3c@desk.example.jp>:\n",
        "\t",
        "\t",
        Fold::No,
    ),
    text("mailx", "{desk} <{address}> wrote:\n\n", "> ", "> ", Fold::No),
    text(
        "Sylpheed",
        "Tue, 01 Jul 2025 01:56:00 +0000\n{desk} <{address}> さんは書きました:\n\n",
        "> ",
        "> ",
        Fold::No,
    ),
    text(
        "Sylpheed with strokes",
        "Tue, 01 Jul 2025 01:56:00 +0000\n{desk} <{address}> さんは書きました:\n\n",
        "| ",
        "| ",
        Fold::No,
    ),
    text(
        "Sylpheed, folded at 33",
        "On Tue, 01 Jul 2025 01:56:00 +0000\n{desk} <{address}> wrote:\n\n",
        "> ",
        "> ",
        Fold::At(66),
    ),
    text("Claws", CLAWS, "> ", "> ", Fold::Words(72)),
    text("Claws, folded at 72", CLAWS, "> ", "> ", Fold::At(72)),
    text("Claws, the rest without mark", CLAWS, "> ", "> ", Fold::Broken(72)),
    text("Mew", MEW, "> ", "> ", Fold::No),
    text("Mew with user names", MEW, "zaitaku> ", "zaitaku> ", Fold::No),
    text("Mew, さんが書きました", "{desk} さんが書きました\n\n", "> ", "> ", Fold::No),
    text("Wanderlust", "At Tue, 01 Jul 2025 02:14:00 +0000,\n{desk} wrote:\n> \n", "> ", "> ", Fold::No),
    text(
        "Wanderlust with a name",
        "At Tue, 01 Jul 2025 02:14:00 +0000,\n{desk} <{address}> wrote:\n",
        "相談窓口> ",
        "相談窓口>",
        Fold::No,
    ),
    text("Gnus", "{desk} <{address}> writes:\n\n", "> ", ">", Fold::No),
    text("nmh with a colon", "{desk} writes:\n", ": ", ": ", Fold::No),
    text("Alpine", "On Tue, 1 Jul 2025, {desk} wrote:\n\n", "> ", "> ", Fold::No),
    text("Thunderbird", "On 2025/07/01 10:19, {desk} wrote:\n", "> ", ">", Fold::No),
    text("Thunderbird in Japanese", "2025/07/01 10:19 に {desk} さんは書きました:\n", "> ", ">", Fold::No),
    text("Thunderbird, folded", "On 2025/07/01 10:19, {desk} wrote:\n", "> ", ">", Fold::At(76)),
    text("Becky!", "On Tue, 01 Jul 2025 11:19:00 +0900\n{desk} <{address}> wrote:\n\n", "> ", "> ", Fold::No),
    text("Shuriken", "{desk} <{address}> さんは書きました (2025/07/01 11:19):\n\n", "＞", "＞", Fold::No),
    text("Outlook, plain text", OUTLOOK_EN, "", "", Fold::No),
    text("Outlook, plain text with marks", OUTLOOK_EN, "> ", "> ", Fold::No),
    text("Outlook in Japanese", OUTLOOK_JA, "", "", Fold::No),
    text("Outlook, new", OUTLOOK_NEW, "", "", Fold::No),
    text("Outlook in Japanese, joined lines", OUTLOOK_JA, "", "", Fold::Joined),
    text("Outlook in Japanese, folded at 76", OUTLOOK_JA, "", "", Fold::At(76)),
    text("Gmail", "2025年7月1日(火) 11:19 {desk} <{address}>:\n\n", "> ", ">", Fold::No),
    text("Gmail, folded at 76", "2025年7月1日(火) 11:19 {desk} <\n{address}>:\n\n", "> ", ">", Fold::At(76)),
    text(
        "Gmail in English",
        "On Tue, Jul 1, 2025 at 11:19 AM {desk} <\n{address}> wrote:\n\n",
        "> ",
        ">",
        Fold::No,
    ),
    text("Apple Mail", "2025/07/01 11:19、{desk} <{address}>のメール:\n\n", "> ", "> ", Fold::No),
    text("iPhone", "> 2025/07/01 11:19、{desk} <{address}>のメール:\n> \n", "> ", "> ", Fold::No),
    text(
        "Yahoo! JAPAN mail",
        "----- Original Message -----\nFrom: {desk} <{address}>\nTo: hanako@desk.example.jp\nDate: 2025/07/01 火 11:19\nSubject: [ZT-2025-0067] 新しい照会\n\n",
        "> ",
        "> ",
        Fold::No,
    ),
    text("Yahoo! JAPAN mail, phone", "2025年7月1日(火) 11:19 {desk} <{address}>:\n", "", "", Fold::No),
    text(
        "docomo",
        "-----元のメッセージ-----\n差出人: {desk} <{address}>\n送信日時: 2025/07/01 11:19\n宛先: hanako@desk.example.jp\n件名: 新しい照会\n\n",
        "",
        "",
        Fold::No,
    ),
    text("docomo with marks", "2025/07/01 11:19 {desk} <{address}>：\n", ">", ">", Fold::No),
    html(
        "Gmail, HTML",
        "2025年7月1日(火) 11:19 {desk} &lt;<a href=\"mailto:{address}\">{address}</a>&gt;:",
        Html::Gmail,
    ),
    html(
        "Outlook, HTML",
        "<b>差出人:</b> {desk} &lt;{address}&gt;<br><b>送信日時:</b> 2025年7月1日 11:19<br><b>宛先:</b> 佐藤 花子<br><b>件名:</b> [ZT-2025-0067] 新しい照会",
        Html::Outlook,
    ),
    html("Thunderbird, HTML", "On 2025/07/01 10:19, {desk} wrote:", Html::Thunderbird),
    html("Apple Mail, HTML", "2025/07/01 11:19、{desk} &lt;{address}&gt;のメール:", Html::Apple),
    html(
        "Yahoo! JAPAN mail, HTML",
        "2025年7月1日 火曜日 11:19:00 JST, {desk} &lt;{address}&gt; さんは書きました:",
        Html::Yahoo,
    ),
];

/// Text typed into a reply.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    /// Above the attribution, and whether a blank line follows.
    pub(crate) top: Option<(String, bool)>,
    /// Behind the last character of a line of ours, or on a line of its own below it.
    pub(crate) at: Vec<(usize, bool, String)>,
    pub(crate) bottom: Option<String>,
}

impl Style {
    /// The text of a reply as its reader sees it. `ours` is the rendering that the program quotes.
    pub(crate) fn reply(&self, ours: &str, typed: &Typed) -> String {
        let attribution = self.attribution.replace("{desk}", DESK).replace("{address}", ADDRESS);
        match self.body {
            Body::Text { prefix, blank, fold } => {
                let mut out = String::new();
                if let Some((top, spaced)) = &typed.top {
                    out.push_str(top);
                    out.push_str(if *spaced { "\n\n" } else { "\n" });
                }
                out.push_str(&attribution);
                out.push_str(&quoted(ours, prefix, blank, fold, &typed.at));
                if let Some(bottom) = &typed.bottom {
                    out.push('\n');
                    out.push_str(bottom);
                    out.push('\n');
                }
                // What `mail` does with every body.
                out.trim_end().to_owned()
            }
            Body::Html(html) => crate::mail::html::to_text(&document(html, &attribution, ours, typed)),
        }
    }

    pub(crate) fn is_html(&self) -> bool {
        matches!(self.body, Body::Html(_))
    }
}

fn quoted(ours: &str, prefix: &str, blank: &str, fold: Fold, typed: &[(usize, bool, String)]) -> String {
    let mut out = String::new();
    let lines: Vec<&str> = ours.lines().collect();
    let mut open = false;
    for (index, line) in lines.iter().enumerate() {
        if line.trim().is_empty() {
            if open {
                out.push('\n');
            }
            open = false;
            out.push_str(blank);
            out.push('\n');
        } else {
            let parts = folded(line, fold);
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push('\n');
                }
                if !open && (at == 0 || !matches!(fold, Fold::Broken(_))) {
                    out.push_str(prefix);
                }
                out.push_str(part);
            }
            open = true;
        }
        for (_, inline, text) in typed.iter().filter(|(line, _, _)| *line == index) {
            if !inline && open {
                out.push('\n');
            }
            out.push_str(text);
            open = true;
        }
        let here = typed.iter().any(|(line, _, _)| *line == index);
        if open
            && (here
                || fold != Fold::Joined
                || lines.get(index + 1).is_none_or(|next| next.trim().is_empty()))
        {
            out.push('\n');
            open = false;
        }
    }
    out
}

fn folded(line: &str, fold: Fold) -> Vec<String> {
    let (most, words) = match fold {
        Fold::No | Fold::Joined => return vec![line.to_owned()],
        Fold::At(most) | Fold::Broken(most) => (most, false),
        Fold::Words(most) => (most, true),
    };
    let mut parts = vec![String::new()];
    let mut columns = 0;
    for c in line.chars() {
        let width = if c.is_ascii() { 1 } else { 2 };
        if columns + width > most {
            let last = parts.last_mut().unwrap();
            match last.rfind(' ').filter(|at| words && *at > 0) {
                Some(at) => {
                    let rest = last.split_off(at);
                    columns = rest.trim().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                    parts.push(rest.trim_start().to_owned());
                }
                None if !words => {
                    parts.push(String::new());
                    columns = 0;
                }
                None => {}
            }
        }
        parts.last_mut().unwrap().push(c);
        columns += width;
    }
    parts
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("  ", "&nbsp; ")
}

/// The document that a program makes. Text that is typed into a quotation is inside its `blockquote`.
fn document(html: Html, attribution: &str, ours: &str, typed: &Typed) -> String {
    let lines = |text: &str| escaped(text).replace('\n', "<br>\n");
    let top = typed.top.as_ref().map(|(top, spaced)| {
        let space = if *spaced { "<div><br></div>" } else { "" };
        format!("<div>{}</div>{space}", lines(top))
    });
    let bottom = typed.bottom.as_ref().map(|bottom| format!("<div><br></div><div>{}</div>", lines(bottom)));
    let mut quote = String::new();
    for (index, line) in ours.lines().enumerate() {
        let here = typed.at.iter().filter(|(line, _, _)| *line == index);
        let cells: Vec<String> = line.split('\t').map(escaped).collect();
        let mut line = cells.join("</td><td>");
        for (_, inline, text) in here {
            line.push_str(if *inline { "" } else { "<br>" });
            line.push_str(&lines(text));
        }
        if cells.len() > 1 {
            line = format!("<table><tr><td>{line}</td></tr></table>");
        }
        match html {
            Html::Outlook => quote.push_str(&format!("<p class=\"MsoNormal\">{line}<o:p></o:p></p>\n")),
            _ => quote.push_str(&format!("{line}<br>\n")),
        }
    }
    let (top, bottom) = (top.unwrap_or_default(), bottom.unwrap_or_default());
    match html {
        Html::Gmail => format!(
            "<div dir=\"ltr\">{top}</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{attribution}<br></div><blockquote class=\"gmail_quote\" style=\"margin:0\">{quote}</blockquote></div>{bottom}"
        ),
        Html::Outlook => format!(
            "<html><body><div class=\"WordSection1\">{top}<div style=\"border:none;border-top:solid #E1E1E1 1.0pt\"><p class=\"MsoNormal\">{attribution}</p></div>{quote}</div>{bottom}</body></html>"
        ),
        Html::Thunderbird => format!(
            "<body>{top}<div class=\"moz-cite-prefix\">{attribution}<br></div><blockquote type=\"cite\" cite=\"mid:1@desk\">{quote}</blockquote>{bottom}</body>"
        ),
        Html::Apple => format!(
            "<body>{top}<div><br><blockquote type=\"cite\"><div>{attribution}</div><br class=\"Apple-interchange-newline\"><div>{quote}</div></blockquote></div>{bottom}</body>"
        ),
        Html::Yahoo => format!("<div>{top}</div><div><br>{attribution}</div><div>{quote}</div>{bottom}"),
    }
}
