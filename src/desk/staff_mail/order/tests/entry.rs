//! Orders in the thread of an entry for the guidebook, and those that begin one.

use super::*;
use crate::desk::faq::{Part, Resolution, Which};

#[test]
fn a_ticket_becomes_an_entry_anywhere() {
    for (text, expected) in [
        ("FAQ候補", "propose"),
        ("ＦＡＱ候補 ZT-2025-0001", "propose"),
        ("ガイドブック候補にしてください。", "propose"),
        ("この照会をFAQの候補にします", "propose"),
        ("FAQ一覧", "entries"),
        ("FAQ表示 FAQ-2025-0001", "show FAQ-2025-0001"),
        ("FAQ-2025-0001 のFAQ表示", "show FAQ-2025-0001"),
    ] {
        for invitation in [Invitation::Answer, Invitation::Decide] {
            let shown = shown(text, invitation);
            assert!(shown.ends_with(expected), "{text}: {shown}");
        }
    }
    let text = "FAQ候補となる質問は、次のとおりです。";
    assert_eq!(shown(text, Invitation::Answer), "text");
}

fn commands(text: &str) -> Result<Vec<EntryCommand>, Doubt> {
    match read(text, Invitation::Entry, "佐藤 花子") {
        Reading::Surely { orders, doubts, .. } => {
            assert!(doubts.is_empty(), "{text}: {doubts:?}");
            let own = |order: Order| match order.command {
                Command::Entry(command) => command,
                other => panic!("{text}: {other:?}"),
            };
            Ok(orders.into_iter().map(own).collect())
        }
        Reading::Unclear(doubt) => Err(doubt.why),
        Reading::Text => panic!("{text} is an answer"),
    }
}

fn resolve(marks: &[u32], how: Resolution) -> EntryCommand {
    EntryCommand::Resolve { which: Which::These(marks.to_vec()), how }
}

#[test]
fn marks_are_resolved_in_many_wordings() {
    let erase = |marks: &[u32]| vec![resolve(marks, Resolution::Erase)];
    let keep = |mark, reason: &str| vec![resolve(&[mark], Resolution::Keep(reason.into()))];
    let general = |mark, text: &str| vec![resolve(&[mark], Resolution::Generalize(text.into()))];
    for (text, expected) in [
        ("3 消す", erase(&[3])),
        ("３　消す", erase(&[3])),
        ("③を消してください。", erase(&[3])),
        ("3は削除でお願いします。", erase(&[3])),
        ("・3番 削除します", erase(&[3])),
        ("3: 消す", erase(&[3])),
        ("消す 3", erase(&[3])),
        ("1、3 消す", erase(&[1, 3])),
        ("1と3は消してください", erase(&[1, 3])),
        ("1〜3を削除", erase(&[1, 2, 3])),
        ("1から3まで消す", erase(&[1, 2, 3])),
        ("1 2 5 消す", erase(&[1, 2, 5])),
        ("全部 消す", vec![EntryCommand::Resolve { which: Which::Open, how: Resolution::Erase }]),
        (
            "残りはすべて消してください。",
            vec![EntryCommand::Resolve { which: Which::Open, how: Resolution::Erase }],
        ),
        ("2 一般化 県内の診療所", general(2, "県内の診療所")),
        ("2：一般化：県内の診療所", general(2, "県内の診療所")),
        ("2は「県内の診療所」に一般化してください。", general(2, "県内の診療所")),
        ("2を県内の診療所に置き換え", general(2, "県内の診療所")),
        ("2 → 県内の診療所", general(2, "県内の診療所")),
        ("2 一般化「県内の診療所」", general(2, "県内の診療所")),
        ("2 一般化", general(2, "")),
        ("1 そのまま 公表資料の名称", keep(1, "公表資料の名称")),
        ("1 そのまま（公表資料の名称）", keep(1, "公表資料の名称")),
        ("1はそのまま。公表資料の名称です。", keep(1, "公表資料の名称です")),
        ("1は公表資料の名称なのでそのままでお願いします。", keep(1, "公表資料の名称")),
        ("1 そのまま", keep(1, "")),
        ("1 そのまま残す：ＱＡの①にある", keep(1, "ＱＡの①にある")),
        ("公開", vec![EntryCommand::Release]),
        ("このまま公開してください。", vec![EntryCommand::Release]),
        ("問題ありません。公開でお願いします。", vec![EntryCommand::Release]),
        ("承認します。", vec![EntryCommand::Release]),
        ("取下", vec![EntryCommand::Withdraw]),
        ("公開を取り下げます。", vec![EntryCommand::Withdraw]),
    ] {
        assert_eq!(commands(text), Ok(expected), "{text}");
    }
}

#[test]
fn texts_go_on_over_lines() {
    let write = |part, text: &str| EntryCommand::Write(part, text.into());
    for (text, expected) in [
        ("質問：会議の例は。", vec![write(Part::Question, "会議の例は。")]),
        (
            "お疲れ様です。\n回答：次のとおりです。\n・第一の例\n\n・第二の例\n\n掲載箇所：第3章 2\n分類：会議\n1 消す\nよろしくお願いします。\n佐藤 花子",
            vec![
                write(Part::Answer, "次のとおりです。\n・第一の例\n\n・第二の例"),
                write(Part::Place, "第3章 2"),
                write(Part::Topic, "会議"),
                resolve(&[1], Resolution::Erase),
            ],
        ),
        (
            "質問を次のとおり修正します。\n会議の例は。\n以上です。",
            vec![write(Part::Question, "会議の例は。")],
        ),
        ("【回答】\n例です。", vec![write(Part::Answer, "例です。")]),
    ] {
        assert_eq!(commands(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_surely_meant_is_asked_about() {
    for (text, expected) in [
        ("お疲れ様です。", Doubt::Nothing),
        ("", Doubt::Nothing),
        ("公開しないでください。", Doubt::NotOnEntry),
        ("公開は少し待ってください。", Doubt::NotOnEntry),
        ("公開してもよいですか。", Doubt::NotOnEntry),
        ("公開\nただし2番は消してからお願いします", Doubt::NotOnEntry),
        ("公開\n取下", Doubt::Contradiction),
        ("ご照会の件、次のとおりです。", Doubt::NotOnEntry),
        ("2 一般化 県内の診療所、3 消す", Doubt::NotOnEntry),
        ("3 消す ような気がします", Doubt::NotOnEntry),
        ("質問：", Doubt::NotOnEntry),
        ("不在にしております。", Doubt::NotOnEntry),
    ] {
        assert_eq!(commands(text), Err(expected), "{text}");
    }
}

/// Every row of the tables of the guide is an order as it is written there.
#[test]
fn the_rows_of_the_guide_are_orders() {
    let guide = include_str!("../../../../../docs/ガイドブックの手引き.md");
    for (head, invitation, count) in
        [("| 照会での書き方 |", Invitation::Answer, 3), ("| 候補での書き方 |", Invitation::Entry, 12)]
    {
        let rows = guide.lines().skip_while(|line| !line.starts_with(head)).skip(2);
        let orders: Vec<&str> = rows
            .take_while(|line| line.starts_with('|'))
            .filter_map(|line| Some(line.split('|').nth(1)?.trim()))
            .collect();
        assert_eq!(orders.len(), count);
        for order in orders {
            let read = read(order, invitation, WRITER);
            assert!(
                matches!(&read, Reading::Surely { doubts, .. } if doubts.is_empty()),
                "{order}: {read:?}"
            );
        }
    }
}
