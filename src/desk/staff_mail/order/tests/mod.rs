//! Wordings that members write, and what the desk makes of them: laws of "only what is surely meant leaves".

mod answers;
mod entry;
mod handling;
mod on_tickets;
mod properties;
mod support;
mod sure;
mod unclear;

use super::*;
use crate::desk::{
    faq::EntryCommand,
    staff_mail::command::{Away, Whose},
};

pub(super) const WRITER: &str = "佐藤 花子";

/// A reading in one line: orders with their arguments, `?` and the doubt, or `text`.
pub(super) fn shown(text: &str, invitation: Invitation) -> String {
    match read(text, invitation, WRITER) {
        Reading::Text => "text".to_owned(),
        Reading::Unclear(doubt) => format!("?{:?}", doubt.why),
        Reading::Surely { orders, rest, doubts } => {
            let mut all: Vec<String> = orders.iter().map(order_shown).collect();
            all.extend(doubts.iter().map(|doubt| format!("?{:?} {}", doubt.why, doubt.opening)));
            all.extend((!rest.is_empty()).then(|| format!("+ {rest}")));
            all.join("; ")
        }
    }
}

fn order_shown(order: &Order) -> String {
    let command = match &order.command {
        Command::Assign(name) => format!("assign {name}"),
        Command::Note(text) => format!("note {text}"),
        Command::Ask(text) => format!("ask {text}"),
        Command::Close(reason) => format!("close {reason}"),
        Command::Reopen => "reopen".to_owned(),
        Command::Wait => "wait".to_owned(),
        Command::Hold { day, reason } => {
            let today = chrono::NaiveDate::from_ymd_opt(2025, 7, 1).unwrap();
            let day = day
                .map(|day| day.after(today).map_or_else(|fault| format!("{fault:?}"), |day| day.to_string()));
            format!("hold {} {reason}", day.unwrap_or_default())
        }
        Command::Merge(into) => format!("merge into {into}"),
        Command::Tag(tags) => format!("tag {}", tags.join(",")),
        Command::CalledBack(text) => format!("called back {text}"),
        Command::Cancel => "cancel".to_owned(),
        Command::Approve => "approve".to_owned(),
        Command::Reject(reason) => format!("reject {reason}"),
        Command::Send => "send".to_owned(),
        Command::PartOf(case) => format!("part of {case}"),
        Command::Handling(command) => handling::shown(command),
        Command::Support(command) => support::shown(command),
        Command::List(Whose::Own) => "list".to_owned(),
        Command::List(Whose::All) => "list of all".to_owned(),
        Command::List(Whose::Member(name)) => format!("list of {name}"),
        Command::Away(Away { who, substitute, .. }) => {
            format!("away {who} {}", substitute.clone().flatten().unwrap_or_default())
        }
        Command::Back => "back".to_owned(),
        Command::Sheet(format) => format!("list {format}"),
        Command::KeepPhrase { name, text } => format!("keep {name} {}", text.replace('\n', "/")),
        Command::Phrases => "phrases".to_owned(),
        Command::Search(words) => format!("search {words}"),
        Command::Report(month) => format!("report {month}"),
        Command::Issue => "issue".to_owned(),
        Command::Entry(EntryCommand::Propose) => "propose".to_owned(),
        Command::Entry(EntryCommand::Show(entry)) => format!("show {entry}"),
        Command::Entry(_) => "entries".to_owned(),
        Command::Help => "help".to_owned(),
    };
    let ticket = order.ticket.as_ref().map(|ticket| format!("{ticket} ")).unwrap_or_default();
    let remark = if order.remark.is_empty() { String::new() } else { format!(" | {}", order.remark) };
    format!("{ticket}{}{remark}", command.trim())
}

/// Checks a table, and shows all rows that are wrong at once.
pub(super) fn check(table: &[(&str, &str)], invitations: &[Invitation]) {
    let mut wrong = Vec::new();
    for (text, expected) in table {
        for invitation in invitations {
            let found = shown(text, *invitation);
            if found != *expected {
                wrong.push(format!("{invitation:?} {text:?}\n  found    {found}\n  expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

/// Every row of the tables of the guide on 伴走支援 is an order as it is written there, and a text behind it belongs to it.
#[test]
fn the_rows_of_the_guide_on_support_are_orders() {
    let guide = include_str!("../../../../../docs/伴走支援の手引き.md");
    let mut rows = 0;
    let mut in_table = false;
    for line in guide.lines() {
        in_table = line.starts_with('|') && (in_table || line.starts_with("| 書き方 |"));
        let cell = line.split('|').nth(1).unwrap_or_default().trim();
        if !in_table || cell == "書き方" || cell.starts_with("---") {
            continue;
        }
        let order = cell.replace("1 文", "1 課題を確認した。");
        let read = read(&order, Invitation::Answer, WRITER);
        assert!(matches!(read, Reading::Surely { .. }), "{order}: {read:?}");
        rows += 1;
    }
    assert_eq!(rows, 22);
}

pub(super) const BOTH: &[Invitation] = &[Invitation::Answer, Invitation::Decide];
pub(super) const ANSWER: &[Invitation] = &[Invitation::Answer];
pub(super) const DECIDE: &[Invitation] = &[Invitation::Decide];

/// What the guides write as code and in Japanese is an order as it is written there.
#[test]
fn the_orders_in_the_text_of_the_guides_are_orders() {
    let guides = [
        ("担当者の手引き", include_str!("../../../../../docs/担当者の手引き.md")),
        ("命令一覧", include_str!("../../../../../docs/命令一覧.md")),
        ("運用の手引き", include_str!("../../../../../docs/運用の手引き.md")),
        ("伴走支援の手引き", include_str!("../../../../../docs/伴走支援の手引き.md")),
    ];
    for (guide, text) in guides {
        let mut count = 0;
        let is_order =
            |word: &&str| word.starts_with(|c: char| c > '\u{3000}') && !word.starts_with("ホスト:");
        for word in text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).filter(is_order) {
            let readings =
                [Invitation::Answer, Invitation::Decide].map(|invited| read(word, invited, WRITER));
            let is_sure = |reading: &Reading| matches!(reading, Reading::Surely { rest, doubts, .. } if rest.is_empty() && doubts.is_empty());
            assert!(readings.iter().any(is_sure), "{guide}: {word}: {readings:?}");
            count += 1;
        }
        assert!(count > 0, "{guide} has no order");
    }
}

/// Every word of the reference's table is an order as it is written there.
#[test]
fn the_words_of_the_reference_are_orders() {
    let guide = include_str!("../../../../../docs/命令一覧.md");
    let rows = guide.lines().skip_while(|line| !line.starts_with("| 書き方 |")).skip(2);
    let mut count = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cell = row.split('|').nth(1).unwrap_or_default();
        for word in cell.split('／') {
            let (japanese, english) = word.trim().split_once('（').unwrap_or((word.trim(), ""));
            for word in [japanese, english.trim_end_matches('）')].iter().filter(|word| !word.is_empty()) {
                // A word alone lacks the argument that the row shows behind the Japanese one.
                let word = match *word {
                    "merge" => "merge ZT-2025-0002",
                    "tag" => "tag 会議",
                    word => word,
                };
                let read = read(word, Invitation::Answer, WRITER);
                assert!(matches!(read, Reading::Surely { .. }), "{word}: {read:?}");
                count += 1;
            }
        }
    }
    assert!(count >= 28, "{count}");
}
