//! Filters of a search: they go by what the tickets are now, whatever the index saw first.

use madoguchi::desk::form::FieldKey;

use crate::{
    search::found,
    support::{
        desk::{Desk, on_both},
        mail::inquiry,
    },
};

on_both!(filters_go_by_what_tickets_are_now);

fn filters_go_by_what_tickets_are_now(desk: &mut Desk) {
    desk.set("answers.undo", "0s");
    let staff = "[[staff]]\nname = \"伊藤 健一\"\naddress = \"ito@example.jp\"\n
         [[staff]]\nname = \"佐藤 花子\"\naddress = \"sato@example.jp\"\n";
    desk.add_settings(staff);
    desk.starts_at("2025-11-04T10:00:00+09:00");
    for (nth, place, day) in [
        (1, "長野県", "2025-07-01T09:30:00+09:00"),
        (2, "東京都", "2025-07-01T23:59:59+09:00"),
        (3, "長野県", "2025-07-02T00:00:00+09:00"),
        (4, "長野県", "2025-09-30T12:00:00+09:00"),
        (5, "長野県", "2025-11-04T09:00:00+09:00"),
    ] {
        let place = format!("{place} 健康福祉部");
        desk.deliver_at(inquiry(nth).field(FieldKey::Organization, &place), day);
        desk.once();
    }
    let numbers = |of: &[usize]| of.iter().map(|nth| format!("ZT-2025-000{nth}")).collect::<Vec<_>>();
    let check = |desk: &Desk, cases: &[(&str, &[usize])]| {
        for (words, expected) in cases {
            assert_eq!(found(desk, &[words]), numbers(expected), "{words}");
        }
    };
    check(
        desk,
        &[
            ("状態:未回答", &[5, 4, 3, 2, 1]),
            ("都道府県:長野県", &[5, 4, 3, 1]),
            ("健康福祉部 都道府県:東京都", &[2]),
            ("都道府県:京都", &[]),
            ("から:2025-07-01 まで:2025-07-01", &[2, 1]),
            ("から:2025-07-02 まで:2025-07-02 都道府県:長野県", &[3]),
            ("健康福祉部 から:2025-07-02 まで:2025-09-30", &[4, 3]),
            ("まで:2025-09-29", &[3, 2, 1]),
            ("から:2025-07-02", &[5, 4, 3]),
            ("から:2025-11-05", &[]),
            ("まで:2025-06-30", &[]),
            ("から:2025-09-01 まで:2025-08-01", &[]),
            ("から:2020-01-01 まで:2035-12-31", &[5, 4, 3, 2, 1]),
            ("健康福祉部 -東京都 から:2025-07-02", &[5, 4, 3]),
            ("分類:会議", &[]),
        ],
    );
    for arguments in [
        &["ticket", "tag", "ZT-2025-0002", "会議"][..],
        &["ticket", "tag", "ZT-2025-0003", "a \"b\" & 'c'"],
        &["ticket", "assign", "ZT-2025-0003", "伊藤"],
        &["ticket", "assign", "ZT-2025-0004", "佐藤"],
        &["ticket", "close", "ZT-2025-0005", "--reason", "電話で回答済み"],
    ] {
        assert_eq!(desk.run(arguments).code, Some(0), "{arguments:?}");
    }
    assert_eq!(
        desk.pipe(&["ticket", "answer", "ZT-2025-0001"], "差し支えありません。".as_bytes()).code,
        Some(0)
    );
    desk.once();
    check(
        desk,
        &[
            ("状態:未回答", &[4, 3, 2]),
            ("健康福祉部 状態:回答済", &[1]),
            ("状態:完了", &[5]),
            // A word of many texts, and a tag of one.
            ("分類:会議", &[2]),
            ("会議 分類:会議", &[2]),
            ("担当:伊藤", &[3]),
            ("健康福祉部 担当:佐藤 状態:未回答 都道府県:長野県 から:2025-09-01", &[4]),
        ],
    );
    assert_eq!(found(desk, &["--tag", "a \"b\" & 'c'"]), numbers(&[3]));
    assert_eq!(desk.run(&["ticket", "assign", "ZT-2025-0003", "佐藤"]).code, Some(0));
    assert_eq!(desk.run(&["ticket", "reopen", "ZT-2025-0001"]).code, Some(0));
    check(
        desk,
        &[("担当:伊藤", &[]), ("担当:佐藤", &[4, 3]), ("状態:未回答", &[4, 3, 2, 1]), ("状態:回答済", &[])],
    );
}
